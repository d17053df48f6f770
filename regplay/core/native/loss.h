/* The losses: of one point, and their slope at the outputs.

   torch: MSELoss and CrossEntropyLoss(label_smoothing=ε), both means over the points. Besides the
   loss itself there is the one that steps minimise in its place; they are the same unless a
   regularizer changes what is to be predicted. */
#ifndef REGPLAY_LOSS_H
#define REGPLAY_LOSS_H

#include "layout.h"

/* Probabilities of the classes in one row: softmax, 0 in the padding. Returns the largest output
   and the sum of exp(output − largest), whose logarithm the loss needs. */
struct exponents {
  real largest, sum;
};

INLINE struct exponents softmax(const struct layer *last, const real *output, real *to) {
  const ivec tail = first_lanes(last->out - (last->ld_out - LANES));
  const int64_t end = last->ld_out - LANES;
  vec largest = splat(-INFINITY), sum = splat(0);
  for (int64_t j = 0; j <= end; j += LANES) {
    vec z = load(output + j);
    if (j == end) z = choose(tail, z, splat(-INFINITY));
    largest = choose(z > largest, z, largest);
  }
  real most = largest[0];
  for (int lane = 1; lane < LANES; lane++) most = largest[lane] > most ? largest[lane] : most;
  for (int64_t j = 0; j <= end; j += LANES) {
    vec e = exponential(load(output + j) - splat(most));
    if (j == end) e = choose(tail, e, splat(0));
    store(to + j, e);
    sum += e;
  }
  const real total = sum_of(sum);
  for (int64_t j = 0; j <= end; j += LANES) store(to + j, load(to + j) / splat(total));
  return (struct exponents){most, total};
}

/* The first of the largest in a row, as torch.argmax; NaN counts as the largest. */
INLINE int64_t largest_at(const real *row, int64_t n) {
  int64_t found = 0;
  for (int64_t j = 1; j < n; j++)
    if (row[j] > row[found] || (isnan(row[j]) && !isnan(row[found]))) found = j;
  return found;
}

/* Of one point. */
struct losses {
  double loss, minimised;
  bool is_right; /* of classes: whether it is the most probable one */
};

/* For outputs z and targets y [ld_out]; `room` is for as many numbers. */
INLINE struct losses losses_of(const struct network *network, const struct rates *rates,
                               const struct layer *last, const real *z, const real *y,
                               real *room) {
  if (network->loss == SQUARED_ERROR) {
    double sum = 0;
    for (int64_t j = 0; j < last->out; j++) {
      const double error = (double)(z[j] - y[j]);
      sum += error * error;
    }
    const double loss = sum / (double)last->out;
    return (struct losses){loss, loss, false};
  }
  const struct exponents e = softmax(last, z, room); /* log Σ exp(z) − z[class] */
  const int64_t class = largest_at(y, last->out);
  const double loss = log((double)e.sum) + ((double)e.largest - (double)z[class]);
  double minimised = loss;
  if (rates->label_smoothing > 0) { /* for (1 − ε)·y + ε/K it is log Σ exp(z) less their mean z */
    double sum = 0;
    for (int64_t j = 0; j < last->out; j++) sum += (double)z[j];
    minimised += rates->label_smoothing * ((double)z[class] - sum / (double)last->out);
  }
  return (struct losses){loss, minimised, largest_at(z, last->out) == class};
}

/* Labels y, ε of each shared out among all classes: (1 − ε)·y + ε/K, 0 in the padding. */
static void smooth_labels(const struct layer *last, real *y, int64_t rows, double share) {
  const vec kept = splat((real)(1 - share)), spread = splat((real)(share / (double)last->out));
  const ivec tail = first_lanes(last->out - (last->ld_out - LANES));
  for (int64_t i = 0; i < rows; i++, y += last->ld_out)
    for (int64_t j = 0; j < last->ld_out; j += LANES) {
      const vec smooth = load(y + j) * kept + spread;
      store(y + j, j == last->ld_out - LANES ? choose(tail, smooth, splat(0)) : smooth);
    }
}

/* The slope of what steps minimise, ∂/∂output, into the last layer's `work->delta`:
   2·(output − y)/(batch·outputs), or (softmax − y)/batch. Labels in `work->target` become those
   that are trained on. */
static void loss_backward(const struct network *network, const struct rates *rates,
                          const struct layout *layout, struct workspace *work, const real *output,
                          int64_t rows, int64_t batch) {
  const struct layer *last = &layout->layer[layout->layers - 1];
  const bool is_square = network->loss == SQUARED_ERROR;
  const double points = (double)batch, share = rates->label_smoothing;
  const vec scale = splat((real)(is_square ? 2.0 / (points * (double)last->out) : 1.0 / points));
  if (!is_square && share > 0) smooth_labels(last, work->target, rows, share);
  for (int64_t i = 0; i < rows; i++) {
    const real *z = output + i * last->ld_out, *y = work->target + i * last->ld_out;
    real *delta = work->delta[(layout->layers - 1) % 2] + i * last->ld_out;
    if (!is_square) softmax(last, z, delta);
    for (int64_t j = 0; j < last->ld_out; j += LANES)
      store(delta + j, ((is_square ? load(z + j) : load(delta + j)) - load(y + j)) * scale);
  }
}

#endif
