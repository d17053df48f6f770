/* Random numbers that depend on nothing but what they are for: a counter-based generator.

   Philox4x32-10 of Salmon, Moraes, Dror and Shaw (2011), "Parallel random numbers: as easy as 1, 2,
   3". One call turns a counter of four words into four random ones. The counter is

       {unit, row / 4, layer + 256·(step / 2³²), step mod 2³²}

   and the word number row mod 4 belongs to the row, which counts the points of the step's batch;
   the key is {seed, 0}. Layer 0 are the inputs, whose noise it is; then come the hidden layers, and
   last, as layer MOST_LAYERS, the inputs once more, of which some are dropped. */
#ifndef REGPLAY_DRAWS_H
#define REGPLAY_DRAWS_H

#include "functions.h"
#include "kernel.h"

enum { DRAWN_ROWS = 4 };

/* Four words for each lane; what lies above the low 32 bits of a lane means nothing. */
struct block {
  words w[4];
};

INLINE struct block philox(struct block counter, uint32_t key0, uint32_t key1) {
  const words low = (words){0} + 0xffffffffu;
  words c0 = counter.w[0], c1 = counter.w[1], c2 = counter.w[2], c3 = counter.w[3];
  _Pragma("GCC unroll 10")
  for (int round = 0; round < 10; round++) {
    const words p0 = (c0 & low) * (uint64_t)0xD2511F53u, p1 = (c2 & low) * (uint64_t)0xCD9E8D57u;
    c0 = (p1 >> 32) ^ c1 ^ (uint64_t)key0;
    c1 = p1;
    c2 = (p0 >> 32) ^ c3 ^ (uint64_t)key1;
    c3 = p0;
    key0 += 0x9E3779B9u;
    key1 += 0xBB67AE85u;
  }
  return (struct block){{c0, c1, c2, c3}};
}

/* What one group of four rows draws for `n` units, a multiple of LANES: to [4, ld] words. */
static void draw_words(uint32_t *to, int64_t ld, int64_t n, uint32_t seed, int64_t step,
                       uint32_t layer, int64_t group) {
  words unit;
  for (int lane = 0; lane < WORD_LANES; lane++) unit[lane] = (uint64_t)lane;
  const words zero = {0};
  const uint64_t place = layer + ((uint64_t)step >> 32 << 8);
  for (int64_t start = 0; start < n; start += WORD_LANES) {
    const struct block counter = {{unit + (uint64_t)start, zero + (uint64_t)group, zero + place,
                                   zero + ((uint64_t)step & 0xffffffffu)}};
    const struct block drawn = philox(counter, seed, 0);
    UNROLL
    for (int row = 0; row < DRAWN_ROWS; row++) {
      typedef uint32_t narrow __attribute__((vector_size(VECTOR_BYTES / 2)));
      const narrow kept = __builtin_convertvector(drawn.w[row], narrow);
      memcpy(to + row * ld + start, &kept, sizeof kept);
    }
  }
}

/* u < p for u = word/2³², as a comparison of whole numbers; p in [0, 1 − 2⁻³²]. */
INLINE uint32_t threshold(double p) { return (uint32_t)ceil(p * 4294967296.0); }

/* 0 where a unit is dropped, 1/(1 − p) where it is kept; LANES words. */
INLINE vec kept_factor(const uint32_t *drawn, uint32_t below, real scale) {
  vec factor;
  for (int lane = 0; lane < LANES; lane++) factor[lane] = drawn[lane] >= below ? scale : 0;
  return factor;
}

/* Standard normal numbers of LANES words: quantiles of (word + ½)/2³². */
INLINE vec normal(const uint32_t *drawn) {
  vec u, sign; /* the distance from the nearer end, so that nothing is lost at either */
  for (int lane = 0; lane < LANES; lane++) {
    const bool is_high = drawn[lane] >= 0x80000000u;
    const uint32_t from_end = is_high ? ~drawn[lane] : drawn[lane];
    u[lane] = ((real)from_end + (real)0.5) * (real)2.3283064365386963e-10; /* 2⁻³² */
    sign[lane] = is_high ? 1 : -1;
  }
  return sign * normal_quantile(u);
}

#endif
