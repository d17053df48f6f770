/* What Python hands over: plain structs of pointers and numbers, filled in by `binding.py`, which
   also checks them. `real` is float or double; every array is contiguous, the last index fastest.

   forward.h, loss.h, backward.h and update.h are a step, in this order; measure.h is what is
   recorded between steps, and train.h puts them together. Under them: layout.h says where the
   numbers of a network lie, product.h multiplies matrices, functions.h has tanh and its like,
   draws.h the random numbers, vectors.h the vectors that all of them count with. variant.c is
   compiled once for each instruction set and precision; library.c chooses between them.

   M members, N points (training points first), P parameters a member in torch's order: for each
   affine layer its weights [out, in], then its biases [out]. */
#ifndef REGPLAY_KERNEL_H
#define REGPLAY_KERNEL_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum { MOST_LAYERS = 9 }; /* affine ones: 8 hidden layers and the output */
enum activation { TANH, RELU, GELU, SIGMOID };
enum loss { SQUARED_ERROR, CROSS_ENTROPY };
enum optimizer { SGD, MOMENTUM, ADAM, ADAMW };

/* What is measured of a member, in this order: means over the training and the validation points,
   of which the last is over the training points of the loss that steps minimise; then sums over the
   weights and over the biases. */
enum { TRAIN_LOSS, VALID_LOSS, TRAIN_RIGHT, VALID_RIGHT, MINIMISED_LOSS, MEANS };
enum { WEIGHT_SQUARES = MEANS, BIAS_SQUARES, WEIGHT_SIZES, BIAS_SIZES, MEASURED };

struct network {
  int32_t layers; /* L, affine layers */
  int32_t activation;
  int32_t loss;
  int32_t members;              /* M */
  int32_t sizes[MOST_LAYERS + 1]; /* inputs, hidden units of each layer, outputs */
};

/* Where a member stands: so that a call can be left at any time and taken up again. */
struct progress {
  int64_t step;     /* updates since the beginning */
  int64_t updates;  /* those that Adam's momenta know of */
  int64_t taken;    /* layers that are in the workspace which holds it */
  int64_t row;      /* points of the next step whose gradient is summed up already */
  int64_t passed;   /* layers that the points after them have passed, forward and then backward */
  int64_t updated;  /* layers that the next update has changed already */
  int64_t record;   /* records of this stretch that are made */
  int64_t measured; /* points of the next record that are measured already */
  int64_t kept;     /* layers of it whose parameters are measured and kept already */
  int64_t held;     /* whether a workspace of another call has its newest numbers; set by Python */
  double sums[MEANS];
};

/* Of one member; the numbers in the order of `RATE_FIELDS` in ../hyperparameters.py. */
struct rates {
  double weight_decay, l1;
  double input_noise; /* standard deviation */
  double max_norm;    /* of the weights into each unit; 0 for no bound */
  double label_smoothing; /* ε: share of each label that goes to all classes alike */
  double lr;
  double dropout[MOST_LAYERS]; /* p in [0, 1) of what each layer takes: inputs, hidden units */
  uint32_t seed;      /* of dropout and input noise */
  int32_t order;      /* which of the orders of batches is its own */
  int32_t trains;     /* 0 for a member that has stopped: it stays as it is */
};

struct training {
  struct network network;
  int32_t optimizer;
  int32_t decays_biases; /* whether weight decay and l1 act on biases too */
  double momentum;
  int64_t train_points, valid_points;
  int64_t batch_size;          /* at most train_points */
  int64_t x_stride, y_stride;  /* numbers from one member's points to the next one's; 0 if shared */
  const void *x;               /* real [M or 1, N, inputs] */
  const void *y;               /* real [M or 1, N, outputs]; one-hot for classes */
  void *parameters;            /* real [M, P] */
  void *first, *second;        /* real [M, P], momenta; null where the optimizer has none */
  struct progress *progress;   /* [M] */
  const struct rates *rates;   /* [M] */
  const int32_t *orders;       /* [orders, epochs, train_points]; null if a batch is all points */
  int64_t first_epoch, epochs; /* of the orders */
  int64_t goal;                /* train to this step */
  int64_t records;             /* R */
  const int64_t *record_steps; /* [R], rising: after which steps to measure and keep */
  double *values;              /* [R, M, MEASURED] */
  void *kept;                  /* real [R, M, P], parameters at the records */
  void *kept_first, *kept_second; /* the same of the momenta */
  const atomic_int *stop;      /* come back soon once this is not 0 */
  atomic_int *next;            /* the next member that no thread has taken yet */
  int64_t *looks; /* for tests: after how many looks at `stop` it counts as set; or null */
};

static inline bool is_called(const struct training *t) {
  if (t->looks && --*t->looks < 0) return true;
  return atomic_load_explicit(t->stop, memory_order_relaxed) != 0;
}

struct prediction {
  struct network network;
  int64_t points;         /* n */
  int64_t x_stride;       /* as above */
  const void *x;          /* real [M or 1, n, inputs] */
  const void *parameters; /* real [M, P] */
  void *outputs;          /* real [M, n, outputs], before any softmax */
  atomic_int *next;
};

/* One variant (an instruction set) in one precision. Every thread brings a workspace of its own.

   A call that is told to stop leaves the member that it is at in the workspace, since to copy the
   parameters and momenta of the largest network takes longer than it may. `held` is that member, −1
   where there is none: the next call of `train` with this workspace goes on with it, and `settle`
   brings its tensors up to date. */
struct kernel {
  int64_t (*workspace_bytes)(const struct network *);
  void (*train)(const struct training *, void *workspace, int32_t *held);
  void (*settle)(const struct training *, void *workspace, int32_t held);
  void (*predict)(const struct prediction *, void *workspace);
  /* for tests: c[m, n] = a[m, k]·b[k, n]; the functions of units; words of the generator */
  void (*multiply)(const void *a, const void *b, void *c, int64_t m, int64_t n, int64_t k,
                   void *workspace);
  void (*activate)(int32_t activation, const void *z, void *active, void *slope, int64_t n);
  void (*draw)(const uint32_t counter[4], const uint32_t key[2], uint32_t words[4]);
  void (*normal)(const uint32_t *words, void *numbers, int64_t n);
};

#endif
