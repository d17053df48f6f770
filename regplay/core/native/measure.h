/* What is measured of a member: mean losses, accuracies, and sums over its parameters. */
#ifndef REGPLAY_MEASURE_H
#define REGPLAY_MEASURE_H

#include "passes.h"

/* The first of the largest in a row, as torch.argmax; NaN counts as the largest. */
INLINE int64_t largest_at(const real *row, int64_t n) {
  int64_t found = 0;
  for (int64_t j = 1; j < n; j++)
    if (row[j] > row[found] || (isnan(row[j]) && !isnan(row[found]))) found = j;
  return found;
}

/* Loss of some rows, summed up; and how many of them are right, where there are classes. */
static void measure_rows(const struct network *network, const struct layout *layout,
                         struct workspace *work, const real *output, int64_t first, int64_t rows,
                         double *loss, double *right) {
  const struct layer *last = &layout->layer[layout->layers - 1];
  for (int64_t i = first; i < first + rows; i++) {
    const real *z = output + i * last->ld_out, *y = work->target + i * last->ld_out;
    double sum = 0;
    if (network->loss == SQUARED_ERROR) {
      for (int64_t j = 0; j < last->out; j++) {
        const double error = (double)(z[j] - y[j]);
        sum += error * error;
      }
      *loss += sum / (double)last->out;
    } else { /* log Σ exp(z) − z[class] */
      const struct exponents e = softmax(last, z, work->back);
      const int64_t class = largest_at(y, last->out);
      *loss += log((double)e.sum) + ((double)e.largest - (double)z[class]);
      *right += largest_at(z, last->out) == class;
    }
  }
}

/* Measures on from `p->measured` points; whether all are done, rather than `stop` was called. */
static bool measure_points(const struct training *t, const struct layout *layout,
                           struct workspace *work, const real *x, const real *y,
                           struct progress *p) {
  const int64_t all = t->train_points + t->valid_points;
  const struct layer *last = &layout->layer[layout->layers - 1];
  while (p->measured < all) {
    if (p->measured > 0 && atomic_load_explicit(t->stop, memory_order_relaxed)) return false;
    const int64_t rows = all - p->measured < layout->rows ? all - p->measured : layout->rows;
    gather(work->input, layout->layer[0].ld_in, x, layout->layer[0].in, NULL, p->measured, rows);
    gather(work->target, last->ld_out, y, last->out, NULL, p->measured, rows);
    const real *output = forward(&t->network, layout, work, rows, NULL);
    int64_t train = t->train_points - p->measured;
    train = train < 0 ? 0 : train > rows ? rows : train;
    measure_rows(&t->network, layout, work, output, 0, train, &p->sums[TRAIN_LOSS],
                 &p->sums[TRAIN_RIGHT]);
    measure_rows(&t->network, layout, work, output, train, rows - train, &p->sums[VALID_LOSS],
                 &p->sums[VALID_RIGHT]);
    p->measured += rows;
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

static void measure_parameters(const struct layout *layout, const real *parameters,
                               double *values) {
  for (int i = 0; i < layout->layers; i++) {
    const struct layer *layer = &layout->layer[i];
    sum_up(parameters + layer->weight, layer->bias - layer->weight, &values[WEIGHT_SQUARES],
           &values[WEIGHT_SIZES]);
    sum_up(parameters + layer->bias, layer->ld_out, &values[BIAS_SQUARES], &values[BIAS_SIZES]);
  }
}

#endif
