/* Backward through one network: from ∂loss/∂z of the outputs to the gradient of all parameters.

   For a layer with inputs x [rows, in], δ = ∂loss/∂z [rows, out] and weights W [out, in]:
   ∂loss/∂b = Σ δ over the rows, ∂loss/∂W = δᵀ·x, and ∂loss/∂x = δ·W, which times the slope of the
   layer before is its δ. */
#ifndef REGPLAY_BACKWARD_H
#define REGPLAY_BACKWARD_H

#include "forward.h"

enum { SUM_VECTORS = 4 }; /* whose sums are on their way together */

/* The gradient of one layer's biases: δ = ∂loss/∂z [rows, ld] summed over the points. With a
   `slope` δ still lacks it and gets it here: one pass for both, some columns at a time, so that
   sums that don't wait for each other are on their way together. */
INLINE void sum_columns(const int vectors, real *delta, const real *slope, int64_t ld,
                        int64_t rows, real *bias, bool adds) {
  vec sums[SUM_VECTORS];
  UNROLL
  for (int j = 0; j < vectors; j++) sums[j] = adds ? load(bias + j * LANES) : splat(0);
  for (int64_t i = 0; i < rows; i++) {
    UNROLL
    for (int j = 0; j < vectors; j++) {
      vec own = load(delta + j * LANES);
      if (slope) store(delta + j * LANES, own *= load(slope + j * LANES));
      sums[j] += own;
    }
    delta += ld;
    if (slope) slope += ld;
  }
  UNROLL
  for (int j = 0; j < vectors; j++) store(bias + j * LANES, sums[j]);
}

static void backward_biases(const struct layer *layer, real *delta, const real *slope,
                            int64_t rows, real *bias, bool adds) {
  const int64_t ld = layer->ld_out;
  int64_t j = 0;
  for (; j + SUM_VECTORS * LANES <= ld; j += SUM_VECTORS * LANES)
    sum_columns(SUM_VECTORS, delta + j, slope ? slope + j : NULL, ld, rows, bias + j, adds);
  for (; j < ld; j += LANES)
    sum_columns(1, delta + j, slope ? slope + j : NULL, ld, rows, bias + j, adds);
}

/* The gradient of the loss of these points, added to `work->gradient` or, with `adds` false, put in
   its place; from the last layer down, on from `*passed`, which counts the layers of the forward
   pass too. Whether all are done, rather than `t` was told to stop before. */
static bool backward(const struct training *t, const struct layout *layout, struct workspace *work,
                     int64_t rows, bool adds, int64_t *passed) {
  const struct start start = {.adds = adds};
  for (; *passed < 2 * layout->layers; ++*passed) {
    if (is_called(t)) return false;
    const int i = 2 * layout->layers - 1 - (int)*passed;
    const struct layer *layer = &layout->layer[i];
    real *gradient = work->gradient + layer->weight, *bias = work->gradient + layer->bias;
    real *delta = work->delta[i % 2];
    /* what comes back from the loss is whole */
    const real *slope = i + 1 < layout->layers ? work->units + layer->slope : NULL;
    backward_biases(layer, delta, slope, rows, bias, adds);
    const real *x = i ? work->units + layout->layer[i - 1].active : work->input;
    if (layer->is_turned)
      product(gradient, layer->ld_in, (struct strided){delta, 1, layer->ld_out}, x, layer->ld_in,
              start, layer->out, layer->ld_in, rows);
    else
      product(gradient, layer->ld_out, (struct strided){x, 1, layer->ld_in}, delta, layer->ld_out,
              start, layer->in, layer->ld_out, rows);
    if (i == 0) continue;
    const real *weight = layer->is_turned ? work->parameters + layer->weight
                                          : work->transposes + layer->transpose; /* [out, ld_in] */
    product(work->delta[(i - 1) % 2], layer->ld_in, (struct strided){delta, layer->ld_out, 1},
            weight, layer->ld_in, (struct start){0}, rows, layer->ld_in, layer->out);
  }
  return true;
}

#endif
