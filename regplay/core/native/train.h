/* The training of one member: steps and records, on from where it was left.

   A step is its batch forward, the loss, backward, and the update; a batch of many points passes in
   parts whose gradients are added up. Between layers it looks whether it is told to stop. */
#ifndef REGPLAY_TRAIN_H
#define REGPLAY_TRAIN_H

#include "backward.h"
#include "loss.h"
#include "measure.h"
#include "update.h"

/* Where the tensors of one member are. */
struct member {
  const real *x, *y;
  const struct rates *rates;
  struct progress *progress;
  int64_t index;
};

static real *of_member(void *base, int64_t index, int64_t numbers) {
  return base ? (real *)base + index * numbers : NULL;
}

static struct member member_of(const struct training *t, int32_t index) {
  return (struct member){
      .x = (const real *)t->x + index * t->x_stride,
      .y = (const real *)t->y + index * t->y_stride,
      .rates = &t->rates[index],
      .progress = &t->progress[index],
      .index = index,
  };
}

/* Sums up the gradient of the next step, on from where it was left; whether it is complete, rather
   than `t` was told to stop before. */
static bool differentiate(const struct training *t, const struct member *m,
                          const struct layout *layout, struct workspace *work) {
  struct progress *p = m->progress;
  const int64_t steps = (t->train_points + t->batch_size - 1) / t->batch_size; /* an epoch */
  const int64_t first = p->step % steps * t->batch_size;
  const int64_t left = t->train_points - first;
  const int64_t batch = left < t->batch_size ? left : t->batch_size;
  const int32_t *order = NULL;
  if (t->orders)
    order = t->orders + (m->rates->order * t->epochs + p->step / steps - t->first_epoch) *
                            t->train_points;
  const struct layer *input = &layout->layer[0], *last = &layout->layer[layout->layers - 1];
  while (p->row < batch) {
    const int64_t rows = batch - p->row < layout->rows ? batch - p->row : layout->rows;
    const struct chance chance = {m->rates, p->step, p->row};
    if (p->passed == 0) {
      gather(work->input, input->ld_in, m->x, input->in, order, first + p->row, rows);
      gather(work->target, last->ld_out, m->y, last->out, order, first + p->row, rows);
      disturb(input, work->input, rows, &chance, work->drawn);
    }
    if (p->passed < layout->layers) {
      if (!forward(t, &t->network, layout, work, rows, &chance, &p->passed)) return false;
      loss_backward(&t->network, m->rates, layout, work, outputs_of(layout, work), rows, batch);
    }
    if (!backward(t, layout, work, rows, p->row > 0, &p->passed)) return false;
    p->passed = 0;
    p->row += rows;
  }
  return true;
}

/* One update, whose gradient is complete, on from the layer where it was left; whether it is done,
   rather than `t` was told to stop before. */
static bool update_all(const struct training *t, const struct member *m,
                       const struct layout *layout, struct workspace *work, bool may_stop) {
  struct progress *p = m->progress;
  const struct updating u = updating_of(t, m->rates, p->updates);
  for (; p->updated < layout->layers; p->updated++) {
    if (may_stop && is_called(t)) return false;
    update(t, m->rates, &u, &layout->layer[p->updated], work);
  }
  p->row = 0;
  p->updated = 0;
  p->updates++;
  p->step++;
  return true;
}

/* Whether the record that is due now is made, rather than `t` was told to stop before. */
static bool record(const struct training *t, const struct member *m, const struct layout *layout,
                   struct workspace *work) {
  struct progress *p = m->progress;
  if (!measure_points(t, m->rates, layout, work, m->x, m->y, p)) return false;
  const int64_t place = p->record * t->network.members + m->index;
  const int64_t numbers = layout->parameters;
  double *values = t->values + place * MEASURED;
  real *parameters = of_member(t->kept, place, numbers);
  real *first = of_member(t->kept_first, place, numbers);
  real *second = of_member(t->kept_second, place, numbers);
  for (; p->kept < layout->layers; p->kept++) {
    if (is_called(t)) return false;
    const struct layer *layer = &layout->layer[p->kept];
    if (p->kept == 0)
      for (int i = MEANS; i < MEASURED; i++) values[i] = 0;
    measure_parameters(layer, work->parameters, values);
    unpack(layer, work, parameters, work->parameters);
    if (first) unpack(layer, work, first, work->first);
    if (second) unpack(layer, work, second, work->second);
  }
  for (int i = 0; i < MEANS; i++) {
    const bool is_valid = i == VALID_LOSS || i == VALID_RIGHT;
    values[i] = p->sums[i] / (double)(is_valid ? t->valid_points : t->train_points);
    p->sums[i] = 0;
  }
  p->measured = 0;
  p->kept = 0;
  p->record++;
  return true;
}

static bool is_due(const struct training *t, const struct progress *p) {
  return p->record < t->records && t->record_steps[p->record] == p->step;
}

static bool has_work(const struct training *t, const struct progress *p) {
  return p->step < t->goal || is_due(t, p);
}

/* A member's numbers into the workspace, on from the layer where it was left; whether all are
   there, rather than `t` was told to stop before. */
static bool take_up(const struct training *t, const struct member *m, const struct layout *layout,
                    struct workspace *work) {
  struct progress *p = m->progress;
  const real *parameters = of_member(t->parameters, m->index, layout->parameters);
  const real *first = of_member(t->first, m->index, layout->parameters);
  const real *second = of_member(t->second, m->index, layout->parameters);
  for (; p->taken < layout->layers; p->taken++) {
    if (is_called(t)) return false;
    const struct layer *layer = &layout->layer[p->taken];
    pack(layer, work, work->parameters, parameters);
    if (first) pack(layer, work, work->first, first);
    if (second) pack(layer, work, work->second, second);
    transpose_weights(layer, work);
  }
  return true;
}

/* The way back. */
static bool put_back(const struct training *t, const struct member *m, const struct layout *layout,
                     struct workspace *work, bool may_stop) {
  real *parameters = of_member(t->parameters, m->index, layout->parameters);
  real *first = of_member(t->first, m->index, layout->parameters);
  real *second = of_member(t->second, m->index, layout->parameters);
  for (int i = 0; i < layout->layers; i++) {
    if (may_stop && is_called(t)) return false;
    const struct layer *layer = &layout->layer[i];
    unpack(layer, work, parameters, work->parameters);
    if (first) unpack(layer, work, first, work->first);
    if (second) unpack(layer, work, second, work->second);
  }
  return true;
}

/* One member from where it stands to the goal. If `t` is told to stop, it stays `held`. */
static void train_member(const struct training *t, const struct member *m,
                         const struct layout *layout, struct workspace *work, int32_t *held) {
  struct progress *p = m->progress;
  if (*held < 0) p->taken = 0;
  *held = m->index;
  if (!take_up(t, m, layout, work)) return;
  while (has_work(t, p) || p->updated > 0) { /* an earlier call's goal may have been beyond this */
    if (is_due(t, p)) {
      if (!record(t, m, layout, work)) return;
    } else {
      if (!differentiate(t, m, layout, work)) return;
      if (!update_all(t, m, layout, work, true)) return;
    }
  }
  p->row = p->passed = 0;
  if (put_back(t, m, layout, work, true)) *held = -1;
}

#endif
