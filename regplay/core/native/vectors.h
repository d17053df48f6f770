/* Vectors as the compiler knows them: as wide as the instruction set has them, REAL in the lanes.
   Rows of matrices are padded with zeros to whole vectors, so that no loop has a remainder. */
#ifndef REGPLAY_VECTORS_H
#define REGPLAY_VECTORS_H

#include <math.h>
#include <stdint.h>
#include <string.h>

typedef REAL real;

/* A tile of a product is TILE_ROWS × TILE_VECTORS sums that stay in registers. */
#if defined(__AVX512F__)
#define VECTOR_BYTES 64
enum { TILE_ROWS = 6, TILE_VECTORS = 4 }; /* 32 registers */
#elif defined(__AVX2__)
#define VECTOR_BYTES 32
enum { TILE_ROWS = 6, TILE_VECTORS = 2 }; /* 16 */
#elif defined(__aarch64__)
#define VECTOR_BYTES 16
enum { TILE_ROWS = 6, TILE_VECTORS = 4 }; /* 32 */
#else
#define VECTOR_BYTES 16
enum { TILE_ROWS = 4, TILE_VECTORS = 2 }; /* 16 */
#endif
#define LANES (VECTOR_BYTES / (REAL_IS_DOUBLE ? 8 : 4))
enum { WORD_LANES = VECTOR_BYTES / 8 };

#if REAL_IS_DOUBLE
typedef int64_t lane_int;
#else
typedef int32_t lane_int;
#endif
typedef real vec __attribute__((vector_size(VECTOR_BYTES)));
typedef lane_int ivec __attribute__((vector_size(VECTOR_BYTES)));
typedef uint64_t words __attribute__((vector_size(VECTOR_BYTES)));

#define INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("GCC unroll 8")

INLINE int64_t padded(int64_t n) { return (n + LANES - 1) / LANES * LANES; }
INLINE vec load(const real *from) { return *(const vec *)from; }
INLINE void store(real *to, vec v) { *(vec *)to = v; }
INLINE vec splat(real a) { return a - (vec){0}; }

/* Lane by lane `yes` where `mask` is all ones, `no` where it is 0. */
INLINE vec choose(ivec mask, vec yes, vec no) {
  return (vec)((mask & (ivec)yes) | (~mask & (ivec)no));
}

/* NaN stays NaN: a comparison with it is false. */
INLINE vec at_least(vec a, real low) { return choose(a < splat(low), splat(low), a); }
INLINE vec at_most(vec a, real high) { return choose(a > splat(high), splat(high), a); }

/* Halves are added to each other until one number is left. */
INLINE real sum_of(vec a) {
  real part[LANES];
  memcpy(part, &a, sizeof part);
  UNROLL
  for (int half = LANES / 2; half > 0; half /= 2)
    UNROLL
    for (int lane = 0; lane < half; lane++) part[lane] += part[lane + half];
  return part[0];
}

/* All ones in the first n lanes, 0 in the others. */
INLINE ivec first_lanes(int64_t n) {
  ivec mask;
  for (int lane = 0; lane < LANES; lane++) mask[lane] = lane < n ? -1 : 0;
  return mask;
}

INLINE vec root(vec a) {
  vec found;
  for (int lane = 0; lane < LANES; lane++)
    found[lane] = REAL_IS_DOUBLE ? (real)sqrt(a[lane]) : (real)sqrtf((float)a[lane]);
  return found;
}

/* Two vectors lane for lane between each other, a0 b0 a1 b1 …: the first half, the second half. */
#if LANES == 2
#define HALVES(a, b) __builtin_shufflevector(a, b, 0, 2), __builtin_shufflevector(a, b, 1, 3)
#elif LANES == 4
#define HALVES(a, b) \
  __builtin_shufflevector(a, b, 0, 4, 1, 5), __builtin_shufflevector(a, b, 2, 6, 3, 7)
#elif LANES == 8
#define HALVES(a, b)                                      \
  __builtin_shufflevector(a, b, 0, 8, 1, 9, 2, 10, 3, 11), \
      __builtin_shufflevector(a, b, 4, 12, 5, 13, 6, 14, 7, 15)
#else
#define HALVES(a, b)                                                                           \
  __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23),       \
      __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31)
#endif

#endif
