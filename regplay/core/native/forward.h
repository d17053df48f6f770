/* Forward through one network, some points at a time: nn.Linear, the activation, and nn.Dropout
   after each activation, as torch has them; input noise and nn.Dropout of the inputs before.

   Rows are points. Beside each activation h = φ(z) it leaves the slope ∂h/∂z, with what dropout
   does in both: the backward pass only multiplies by it. */
#ifndef REGPLAY_FORWARD_H
#define REGPLAY_FORWARD_H

#include "layout.h"

/* φ and its slope φ′. */
INLINE void activated(const int activation, vec z, vec *active, vec *slope) {
  switch (activation) {
    case TANH:
      *active = hyperbolic_tangent(z);
      *slope = splat(1) - *active * *active;
      break;
    case RELU: /* a NaN goes on */
      *active = at_least(z, 0);
      *slope = choose(z > splat(0), splat(1), splat(0));
      break;
    case GELU: { /* z·Φ(z), with the error function, as torch does by default */
      const vec half = splat((real)0.5);
      const vec below = half + half * error_function(z * splat((real)0.70710678118654752));
      const vec density = splat((real)0.39894228040143268) * exponential(-half * z * z);
      *active = z * below;
      *slope = below + z * density;
      break;
    }
    default:
      *active = logistic(z);
      *slope = *active * (splat(1) - *active);
  }
}

INLINE void activate_rows(const int activation, const struct layer *layer, real *active,
                          real *slope, int64_t rows, const bool with_slope) {
  const ivec last = first_lanes(layer->out - (layer->ld_out - LANES));
  for (int64_t i = 0; i < rows; i++) {
    for (int64_t j = 0; j < layer->ld_out; j += LANES) {
      vec h, d;
      activated(activation, load(active + j), &h, &d);
      store(active + j, h);
      if (with_slope) store(slope + j, d);
    }
    /* σ(0) is not 0, the padding is */
    const int64_t j = layer->ld_out - LANES;
    if (activation == SIGMOID) store(active + j, choose(last, load(active + j), splat(0)));
    active += layer->ld_out;
    slope += layer->ld_out;
  }
}

/* Each activation has loops of its own. */
static void activate(int activation, const struct layer *layer, real *active, real *slope,
                     int64_t rows, bool with_slope) {
#define CASE(name)                                                                        \
  case name:                                                                              \
    if (with_slope) activate_rows(name, layer, active, slope, rows, true);                \
    else activate_rows(name, layer, active, slope, rows, false);                          \
    break
  switch (activation) {
    CASE(TANH);
    CASE(RELU);
    CASE(GELU);
    CASE(SIGMOID);
    default: break;
  }
#undef CASE
}

/* What a training step does besides: which units it drops, which noise it adds. */
struct chance {
  const struct rates *rates;
  int64_t step;
  int64_t row; /* of the first point, in the step's batch; a multiple of 4 */
};

/* Of what an affine layer takes, [rows, ld], some numbers are dropped with probability p; so are
   their slopes, where they have any. */
static void drop_units(double p, uint32_t layer, int64_t ld, real *active, real *slope,
                       int64_t rows, const struct chance *chance, uint32_t *drawn) {
  const uint32_t below = threshold(p);
  const real scale = (real)(1.0 / (1.0 - p));
  for (int64_t i = 0; i < rows; i++) {
    if (i % DRAWN_ROWS == 0)
      draw_words(drawn, ld, ld, chance->rates->seed, chance->step, layer,
                 (chance->row + i) / DRAWN_ROWS);
    const uint32_t *own = drawn + i % DRAWN_ROWS * ld;
    for (int64_t j = 0; j < ld; j += LANES) {
      const vec factor = kept_factor(own + j, below, scale);
      store(active + j, load(active + j) * factor);
      if (slope) store(slope + j, load(slope + j) * factor);
    }
    active += ld;
    if (slope) slope += ld;
  }
}

static void add_noise(const struct layer *layer, real *input, int64_t rows,
                      const struct chance *chance, uint32_t *drawn) {
  const vec deviation = splat((real)chance->rates->input_noise);
  const ivec last = first_lanes(layer->in - (layer->ld_in - LANES));
  for (int64_t i = 0; i < rows; i++) {
    if (i % DRAWN_ROWS == 0)
      draw_words(drawn, layer->ld_in, layer->ld_in, chance->rates->seed, chance->step, 0,
                 (chance->row + i) / DRAWN_ROWS);
    const uint32_t *own = drawn + i % DRAWN_ROWS * layer->ld_in;
    for (int64_t j = 0; j < layer->ld_in; j += LANES) {
      vec noise = deviation * normal(own + j);
      if (j == layer->ld_in - LANES) noise = choose(last, noise, splat(0));
      store(input + j, load(input + j) + noise);
    }
    input += layer->ld_in;
  }
}

/* What a training step does to its inputs [rows, ld]. */
static void disturb(const struct layer *layer, real *input, int64_t rows,
                    const struct chance *chance, uint32_t *drawn) {
  if (chance->rates->input_noise > 0) add_noise(layer, input, rows, chance, drawn);
  const double p = chance->rates->dropout[0];
  if (p > 0) drop_units(p, MOST_LAYERS, layer->ld_in, input, NULL, rows, chance, drawn);
}

/* Points into rows of `ld` numbers: those that `order` names, or all one after another. */
static void gather(real *to, int64_t ld, const real *from, int64_t width, const int32_t *order,
                   int64_t first, int64_t rows) {
  for (int64_t i = 0; i < rows; i++) {
    const real *point = from + (order ? order[first + i] : first + i) * width;
    int64_t j = 0;
    for (; j + LANES <= width; j += LANES) memcpy(to + j, point + j, sizeof(vec));
    if (j < ld) store(to + j, splat(0));
    for (; j < width; j++) to[j] = point[j];
    to += ld;
  }
}

/* z [rows, ld_out] of a narrow layer: a tile of a product would be mostly padding. */
static void forward_narrow(const struct layer *layer, const struct workspace *work, real *z,
                           const real *x, int64_t rows) {
  const real *weight = work->parameters + layer->weight, *bias = work->parameters + layer->bias;
  const int64_t end = layer->ld_in - LANES;
  const ivec last = first_lanes(layer->in - end); /* of an infinite point the padding is NaN */
  for (int64_t i = 0; i < rows; i++) {
    store(z, splat(0));
    for (int64_t out = 0; out < layer->out; out++) {
      const real *own = weight + out * layer->ld_in;
      vec sum = splat(0);
      for (int64_t j = 0; j < end; j += LANES) sum += load(x + j) * load(own + j);
      sum += choose(last, load(x + end), splat(0)) * load(own + end);
      z[out] = bias[out] + sum_of(sum);
    }
    x += layer->ld_in;
    z += layer->ld_out;
  }
}

/* Outputs [rows, ld_out] of the last layer. */
static real *outputs_of(const struct layout *layout, const struct workspace *work) {
  return work->units + layout->layer[layout->layers - 1].active;
}

/* Passes `work->input` through the layers, on from `*passed` of them; without `chance` nothing is
   dropped and no slopes are kept. Whether all are done, rather than `t`, if there is one, was told
   to stop before. */
static bool forward(const struct training *t, const struct network *network,
                    const struct layout *layout, struct workspace *work, int64_t rows,
                    const struct chance *chance, int64_t *passed) {
  for (; *passed < layout->layers; ++*passed) {
    if (t && is_called(t)) return false;
    const int i = (int)*passed;
    const struct layer *layer = &layout->layer[i];
    const real *x = i ? work->units + layout->layer[i - 1].active : work->input;
    const real *weight = layer->is_turned ? work->transposes + layer->transpose
                                          : work->parameters + layer->weight; /* [in, ld_out] */
    real *z = work->units + layer->active, *slope = work->units + layer->slope;
    if (layer->is_narrow)
      forward_narrow(layer, work, z, x, rows);
    else
      product(z, layer->ld_out, (struct strided){x, layer->ld_in, 1}, weight, layer->ld_out,
              (struct start){.bias = work->parameters + layer->bias}, rows, layer->ld_out,
              layer->in);
    if (i + 1 < layout->layers) {
      activate(network->activation, layer, z, slope, rows, chance != NULL);
      if (chance && chance->rates->dropout[i + 1] > 0)
        drop_units(chance->rates->dropout[i + 1], (uint32_t)i + 1, layer->ld_out, z, slope, rows,
                   chance, work->drawn);
    }
  }
  return true;
}

#endif
