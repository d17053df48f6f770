/* One variant: everything compiled for one instruction set and one precision; what `struct kernel`
   has of it. */
#include "train.h"

#define JOIN_(a, b, c) a##_##b##_##c
#define JOIN(a, b, c) JOIN_(a, b, c)

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
