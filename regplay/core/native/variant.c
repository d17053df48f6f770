/* One variant: everything compiled for one instruction set and one precision. */
#include "kernel.h"
#include "loss.h"
#include "measure.h"
#include "passes.h"
#include "update.h"

#define JOIN_(a, b, c) a##_##b##_##c
#define JOIN(a, b, c) JOIN_(a, b, c)

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
      if (m->rates->input_noise > 0) add_noise(input, work->input, rows, &chance, work->drawn);
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

/* Numbers below the smallest normal one, 1.2e-38 in single precision, are taken for 0 while the
   kernel works: to count with them takes some twenty times as long, and Adam's moments of weights
   that decay to 0 come to them all. Returns how it was before. */
static uint64_t flush_subnormals(void) {
#if REGPLAY_X86
  const uint32_t before = __builtin_ia32_stmxcsr();
  __builtin_ia32_ldmxcsr(before | 0x8040); /* FTZ and DAZ of MXCSR */
#else
  uint64_t before;
  __asm__ volatile("mrs %0, fpcr" : "=r"(before));
  __asm__ volatile("msr fpcr, %0" ::"r"(before | (uint64_t)1 << 24) : "memory"); /* FZ */
#endif
  return before;
}

static void restore_subnormals(uint64_t before) {
#if REGPLAY_X86
  __builtin_ia32_ldmxcsr((uint32_t)before);
#else
  __asm__ volatile("msr fpcr, %0" ::"r"(before) : "memory");
#endif
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

/* The member that is held, then one after another, each the next that no other thread has taken. */
static void train(const struct training *t, void *memory, int32_t *held) {
  const struct layout layout = layout_of(&t->network);
  struct workspace work;
  divide(&layout, (uintptr_t)memory, &work);
  const uint64_t before = flush_subnormals();
  if (*held >= 0) {
    const struct member m = member_of(t, *held);
    train_member(t, &m, &layout, &work, held);
  }
  while (*held < 0 && !is_called(t)) {
    const int32_t index = atomic_fetch_add(t->next, 1);
    if (index >= t->network.members) break;
    const struct member m = member_of(t, index);
    if (m.rates->trains && !m.progress->held && has_work(t, m.progress))
      train_member(t, &m, &layout, &work, held);
  }
  restore_subnormals(before);
}

/* An update that is half made is completed; all else stays as it is, to be gone on with. */
static void settle(const struct training *t, void *memory, int32_t held) {
  const struct layout layout = layout_of(&t->network);
  struct workspace work;
  divide(&layout, (uintptr_t)memory, &work);
  const uint64_t before = flush_subnormals();
  const struct member m = member_of(t, held);
  if (m.progress->taken == layout.layers) { /* else its tensors are right as they are */
    if (m.progress->updated > 0) update_all(t, &m, &layout, &work, false);
    put_back(t, &m, &layout, &work, false);
  }
  restore_subnormals(before);
}

static void predict(const struct prediction *q, void *memory) {
  const struct layout layout = layout_of(&q->network);
  const struct layer *input = &layout.layer[0], *last = &layout.layer[layout.layers - 1];
  struct workspace work;
  divide(&layout, (uintptr_t)memory, &work);
  const uint64_t before = flush_subnormals();
  for (int index; (index = atomic_fetch_add(q->next, 1)) < q->network.members;) {
    const real *x = (const real *)q->x + index * q->x_stride;
    real *to = (real *)q->outputs + index * q->points * last->out;
    const real *parameters = (const real *)q->parameters + index * layout.parameters;
    for (int i = 0; i < layout.layers; i++) {
      pack(&layout.layer[i], &work, work.parameters, parameters);
      transpose_weights(&layout.layer[i], &work);
    }
    for (int64_t first = 0; first < q->points; first += layout.rows) {
      const int64_t left = q->points - first, rows = left < layout.rows ? left : layout.rows;
      gather(work.input, input->ld_in, x, input->in, NULL, first, rows);
      int64_t passed = 0;
      forward(NULL, &q->network, &layout, &work, rows, NULL, &passed);
      const real *output = outputs_of(&layout, &work);
      for (int64_t i = 0; i < rows; i++)
        memcpy(to + (first + i) * last->out, output + i * last->ld_out,
               (size_t)last->out * sizeof(real));
    }
  }
  restore_subnormals(before);
}

static int64_t workspace_bytes(const struct network *network) {
  const struct layout layout = layout_of(network);
  struct workspace work;
  return (int64_t)divide(&layout, 0, &work);
}

/* For tests. The workspace holds C and three times B, their rows padded, and the alignment. */
static void multiply(const void *a, const void *b, void *c, int64_t m, int64_t n, int64_t k,
                     void *memory) {
  const int64_t ld = padded(n), ld_turned = padded(k);
  real *b_rows = (real *)(((uintptr_t)memory + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT);
  real *c_rows = b_rows + k * ld, *turned = c_rows + m * ld, *again = turned + ld * ld_turned;
  gather(b_rows, ld, b, n, NULL, 0, k);
  turn(turned, ld_turned, b_rows, ld, k, n); /* there and back */
  turn(again, ld, turned, ld_turned, n, k);
  product(c_rows, ld, (struct strided){a, k, 1}, again, ld, (struct start){0}, m, ld, k);
  for (int64_t i = 0; i < m; i++)
    memcpy((real *)c + i * n, c_rows + i * ld, (size_t)n * sizeof(real));
}

static void activate_all(int32_t activation, const void *z, void *active, void *slope, int64_t n) {
  for (int64_t i = 0; i < n; i += LANES) {
    const size_t bytes = (size_t)(n - i < LANES ? n - i : LANES) * sizeof(real);
    vec in = splat(0), h, d;
    memcpy(&in, (const real *)z + i, bytes);
    activated(activation, in, &h, &d);
    memcpy((real *)active + i, &h, bytes);
    memcpy((real *)slope + i, &d, bytes);
  }
}

static void draw(const uint32_t counter[4], const uint32_t key[2], uint32_t drawn[4]) {
  struct block block;
  for (int i = 0; i < 4; i++) block.w[i] = (words){0} + counter[i];
  block = philox(block, key[0], key[1]);
  for (int i = 0; i < 4; i++) drawn[i] = (uint32_t)block.w[i][0];
}

static void normals(const uint32_t *drawn, void *numbers, int64_t n) {
  for (int64_t i = 0; i < n; i += LANES) {
    const int64_t count = n - i < LANES ? n - i : LANES;
    uint32_t some[LANES] = {0};
    memcpy(some, drawn + i, (size_t)count * sizeof *some);
    const vec found = normal(some);
    memcpy((real *)numbers + i, &found, (size_t)count * sizeof(real));
  }
}

const struct kernel JOIN(kernel, REAL, VARIANT) = {
    .workspace_bytes = workspace_bytes,
    .train = train,
    .settle = settle,
    .predict = predict,
    .multiply = multiply,
    .activate = activate_all,
    .draw = draw,
    .normal = normals,
};
