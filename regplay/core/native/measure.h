/* What is measured of a member: mean losses, accuracies, and sums over its parameters. */
#ifndef REGPLAY_MEASURE_H
#define REGPLAY_MEASURE_H

#include "forward.h"
#include "loss.h"

/* What some rows add to the sums of the training points, or to those of the validation points. */
static void measure_rows(const struct network *network, const struct rates *rates,
                         const struct layout *layout, struct workspace *work, const real *output,
                         int64_t first, int64_t rows, bool are_training, double *sums) {
  const struct layer *last = &layout->layer[layout->layers - 1];
  for (int64_t i = first; i < first + rows; i++) {
    const struct losses found = losses_of(network, rates, last, output + i * last->ld_out,
                                          work->target + i * last->ld_out, work->delta[0]);
    sums[are_training ? TRAIN_LOSS : VALID_LOSS] += found.loss;
    sums[are_training ? TRAIN_RIGHT : VALID_RIGHT] += found.is_right;
    if (are_training) sums[MINIMISED_LOSS] += found.minimised;
  }
}

/* Measures on from `p->measured` points; whether all are done, rather than `t` was told to stop
   before. */
static bool measure_points(const struct training *t, const struct rates *rates,
                           const struct layout *layout, struct workspace *work, const real *x,
                           const real *y, struct progress *p) {
  const int64_t all = t->train_points + t->valid_points;
  const struct layer *last = &layout->layer[layout->layers - 1];
  while (p->measured < all) {
    const int64_t rows = all - p->measured < layout->rows ? all - p->measured : layout->rows;
    if (p->passed == 0) {
      gather(work->input, layout->layer[0].ld_in, x, layout->layer[0].in, NULL, p->measured, rows);
      gather(work->target, last->ld_out, y, last->out, NULL, p->measured, rows);
    }
    if (!forward(t, &t->network, layout, work, rows, NULL, &p->passed)) return false;
    const real *output = outputs_of(layout, work);
    int64_t train = t->train_points - p->measured;
    train = train < 0 ? 0 : train > rows ? rows : train;
    measure_rows(&t->network, rates, layout, work, output, 0, train, true, p->sums);
    measure_rows(&t->network, rates, layout, work, output, train, rows - train, false, p->sums);
    p->measured += rows;
    p->passed = 0;
  }
  return true;
}

/* Sums of the squares and of the absolute values of n numbers, a multiple of LANES; each lane has a
   sum of its own, so that they don't wait for each other. */
static void sum_up(const real *from, int64_t n, double *squares, double *sizes) {
  double square[LANES] = {0}, size[LANES] = {0};
  for (int64_t j = 0; j < n; j += LANES)
    for (int lane = 0; lane < LANES; lane++) {
      const double a = (double)from[j + lane];
      square[lane] += a * a;
      size[lane] += fabs(a);
    }
  for (int lane = 0; lane < LANES; lane++) {
    *squares += square[lane];
    *sizes += size[lane];
  }
}

static void measure_parameters(const struct layer *layer, const real *parameters, double *values) {
  sum_up(parameters + layer->weight, layer->bias - layer->weight, &values[WEIGHT_SQUARES],
         &values[WEIGHT_SIZES]);
  sum_up(parameters + layer->bias, layer->ld_out, &values[BIAS_SQUARES], &values[BIAS_SIZES]);
}

#endif
