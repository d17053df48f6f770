/* Where everything of one member lies while a thread works on it.

   A weight matrix has its longer side within its rows: [in, ld(out)], or [out, ld(in)] where a
   layer has more inputs than outputs; its transpose is kept beside it where a pass needs that.
   `ld` is a size padded to whole vectors. */
#ifndef REGPLAY_LAYOUT_H
#define REGPLAY_LAYOUT_H

#include "draws.h"
#include "kernel.h"
#include "product.h"

enum { NARROW = 2 }; /* outputs */

struct layer {
  int64_t in, out, ld_in, ld_out;
  bool is_turned;       /* weights are [out, ld_in], not [in, ld_out] */
  bool is_narrow;       /* so few outputs that each is a product of two vectors */
  bool needs_transpose; /* in `transposes`: [in, ld_out] for the forward pass, or [out, ld_in] */
  int64_t weight, bias; /* places among the packed numbers */
  int64_t transpose;    /* place among the transposes */
  int64_t source;       /* place among the P parameters in torch's order */
  int64_t active, slope; /* places among the units' numbers: rows [rows, ld_out] */
};

struct layout {
  int layers;
  struct layer layer[MOST_LAYERS];
  int64_t parameters; /* P */
  int64_t packed, transposes, units; /* numbers */
  int64_t largest; /* numbers of the largest weight matrix */
  int64_t widest; /* ld of the widest layer */
  int64_t rows;   /* points that pass the network together, a multiple of 12 */
};

/* Numbers of the points that pass the network together: they and the weights fit in a core's
   second-level cache. */
enum { PASSING = 24 * 1024, PASSING_PRODUCTS = 12 * 1000 * 1000, ROW_GRAIN = 12 };

static struct layout layout_of(const struct network *network) {
  struct layout found = {.layers = network->layers};
  int64_t products = 0;
  found.widest = padded(network->sizes[0]);
  for (int i = 0; i < found.layers; i++) {
    struct layer *layer = &found.layer[i];
    layer->in = network->sizes[i];
    layer->out = network->sizes[i + 1];
    layer->ld_in = padded(layer->in);
    layer->ld_out = padded(layer->out);
    layer->is_turned = layer->in >= layer->out;
    layer->is_narrow = layer->is_turned && layer->out <= NARROW;
    layer->needs_transpose = layer->is_turned ? !layer->is_narrow : i > 0;
    layer->weight = found.packed;
    found.packed += layer->is_turned ? layer->out * layer->ld_in : layer->in * layer->ld_out;
    layer->bias = found.packed;
    found.packed += layer->ld_out;
    layer->transpose = found.transposes;
    if (layer->needs_transpose)
      found.transposes += layer->is_turned ? layer->in * layer->ld_out : layer->out * layer->ld_in;
    if (layer->out * layer->ld_in > found.largest) found.largest = layer->out * layer->ld_in;
    layer->source = found.parameters;
    found.parameters += (layer->in + 1) * layer->out;
    if (layer->ld_out > found.widest) found.widest = layer->ld_out;
    products += layer->in * layer->ld_out;
  }
  /* inputs, targets, two numbers for each unit, and two buffers for what comes back */
  int64_t row = found.layer[0].ld_in + 3 * found.widest;
  for (int i = 0; i < found.layers; i++) row += 2 * found.layer[i].ld_out;
  int64_t rows = PASSING / row;
  if (PASSING_PRODUCTS / (3 * products) < rows) rows = PASSING_PRODUCTS / (3 * products);
  rows = rows / ROW_GRAIN * ROW_GRAIN;
  if (rows < ROW_GRAIN) rows = ROW_GRAIN;
  found.rows = rows;
  for (int i = 0; i < found.layers; i++) {
    found.layer[i].active = found.units;
    found.units += rows * found.layer[i].ld_out;
    found.layer[i].slope = found.units;
    found.units += rows * found.layer[i].ld_out;
  }
  return found;
}

/* The buffers of one thread, one after another from an address that suits vectors. */
struct workspace {
  real *parameters, *first, *second, *gradient; /* packed */
  real *transposes;
  real *turning; /* a matrix on its way in or out */
  real *units;
  real *input, *target; /* [rows, ld] */
  real *delta[2];       /* ∂loss/∂z of the layers of even and of odd index, [rows, widest] */
  uint32_t *drawn;      /* [DRAWN_ROWS, widest] */
};

enum { ALIGNMENT = 64 };

/* Bytes from `base` on, or with `base` 0 how many there are to be. */
static uintptr_t divide(const struct layout *layout, uintptr_t base, struct workspace *work) {
  uintptr_t next = (base + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  const int64_t counts[] = {layout->packed, layout->packed, layout->packed, layout->packed,
                            layout->transposes, layout->largest, layout->units,
                            layout->rows * layout->layer[0].ld_in, layout->rows * layout->widest,
                            layout->rows * layout->widest, layout->rows * layout->widest};
  real **const buffers[] = {&work->parameters, &work->first, &work->second, &work->gradient,
                            &work->transposes, &work->turning, &work->units, &work->input,
                            &work->target, &work->delta[0], &work->delta[1]};
  for (int i = 0; i < (int)(sizeof counts / sizeof *counts); i++) {
    *buffers[i] = (real *)next;
    next += ((uintptr_t)counts[i] * sizeof(real) + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  }
  work->drawn = (uint32_t *)next;
  next += (uintptr_t)(DRAWN_ROWS * layout->widest) * sizeof(uint32_t);
  return next - base + ALIGNMENT;
}

/* Rows of `n` numbers from one matrix into another, each with its own distance between rows; what
   lies beyond `n` becomes 0. */
static void copy_rows(real *to, int64_t ld_to, const real *from, int64_t ld_from, int64_t rows,
                      int64_t n, int64_t padding) {
  for (int64_t i = 0; i < rows; i++) {
    memcpy(to + i * ld_to, from + i * ld_from, (size_t)n * sizeof(real));
    for (int64_t j = n; j < n + padding; j++) to[i * ld_to + j] = 0;
  }
}

/* Of one layer: packed numbers from P in torch's order; the padding becomes 0. */
static void pack(const struct layer *layer, struct workspace *work, real *to, const real *from) {
  const real *weight = from + layer->source;
  real *rows = layer->is_turned ? to + layer->weight : work->turning; /* [out, ld_in] */
  copy_rows(rows, layer->ld_in, weight, layer->in, layer->out, layer->in, layer->ld_in - layer->in);
  if (!layer->is_turned)
    turn(to + layer->weight, layer->ld_out, rows, layer->ld_in, layer->out, layer->in);
  copy_rows(to + layer->bias, layer->ld_out, weight + layer->out * layer->in, layer->out, 1,
            layer->out, layer->ld_out - layer->out);
}

/* The way back. */
static void unpack(const struct layer *layer, struct workspace *work, real *to, const real *from) {
  real *weight = to + layer->source;
  const real *rows = from + layer->weight;
  if (!layer->is_turned) {
    turn(work->turning, layer->ld_in, rows, layer->ld_out, layer->in, layer->out);
    rows = work->turning;
  }
  copy_rows(weight, layer->in, rows, layer->ld_in, layer->out, layer->in, 0);
  memcpy(weight + layer->out * layer->in, from + layer->bias, (size_t)layer->out * sizeof(real));
}

/* The transpose that belongs to the packed weights of a layer, if it needs one. */
static void transpose_weights(const struct layer *layer, struct workspace *work) {
  if (!layer->needs_transpose) return;
  real *to = work->transposes + layer->transpose;
  const real *from = work->parameters + layer->weight;
  if (layer->is_turned) turn(to, layer->ld_out, from, layer->ld_in, layer->out, layer->in);
  else turn(to, layer->ld_in, from, layer->ld_out, layer->in, layer->out);
}

#endif
