/* The product that everything goes through, C[m, n] = start + A·B, and the transpose of a matrix.

   As in BLIS (Van Zee and van de Geijn 2015, ACM TOMS 41:14), a tile of C stays in registers while
   its sums grow; matrices here are small enough for the cache, so that nothing is packed for it. */
#ifndef REGPLAY_PRODUCT_H
#define REGPLAY_PRODUCT_H

#include "vectors.h"

/* Where the sums begin. */
struct start {
  const real *bias; /* [n], the same for each row; null for zeros */
  bool adds;        /* at what C holds */
};

/* The element (i, q) of A is a[i·a_row + q·a_step], so that A may be a transpose. */
struct strided {
  const real *a;
  int64_t row, step;
};

INLINE void tile(const int rows, const int vectors, real *c, int64_t ldc, struct strided left,
                 const real *b, int64_t ldb, struct start start, int64_t k) {
  vec sums[TILE_ROWS][TILE_VECTORS];
  UNROLL
  for (int i = 0; i < rows; i++)
    UNROLL
    for (int j = 0; j < vectors; j++) {
      sums[i][j] = splat(0);
      if (start.adds) sums[i][j] = load(c + i * ldc + j * LANES);
      else if (start.bias) sums[i][j] = load(start.bias + j * LANES);
    }
  const real *a = left.a;
  for (int64_t q = 0; q < k; q++) {
    vec row[TILE_VECTORS];
    UNROLL
    for (int j = 0; j < vectors; j++) row[j] = load(b + j * LANES);
    UNROLL
    for (int i = 0; i < rows; i++) {
      const vec factor = splat(a[i * left.row]);
      UNROLL
      for (int j = 0; j < vectors; j++) sums[i][j] += factor * row[j];
    }
    a += left.step;
    b += ldb;
  }
  UNROLL
  for (int i = 0; i < rows; i++)
    UNROLL
    for (int j = 0; j < vectors; j++) store(c + i * ldc + j * LANES, sums[i][j]);
}

/* One column of tiles: m rows, `vectors` vectors. */
INLINE void column_of_tiles(const int vectors, real *c, int64_t ldc, struct strided left,
                            const real *b, int64_t ldb, struct start start, int64_t m, int64_t k) {
  int64_t i = 0;
  for (; i + TILE_ROWS <= m; i += TILE_ROWS) {
    tile(TILE_ROWS, vectors, c, ldc, left, b, ldb, start, k);
    c += TILE_ROWS * ldc;
    left.a += TILE_ROWS * left.row;
  }
  switch (m - i) {
    case 5: tile(TILE_ROWS > 5 ? 5 : 1, vectors, c, ldc, left, b, ldb, start, k); break;
    case 4: tile(TILE_ROWS > 4 ? 4 : 1, vectors, c, ldc, left, b, ldb, start, k); break;
    case 3: tile(3, vectors, c, ldc, left, b, ldb, start, k); break;
    case 2: tile(2, vectors, c, ldc, left, b, ldb, start, k); break;
    case 1: tile(1, vectors, c, ldc, left, b, ldb, start, k); break;
    default: break;
  }
}

/* C [m, ldc] = start + A [m, k] · B [k, ldb]; n is a multiple of LANES. */
static void product(real *c, int64_t ldc, struct strided left, const real *b, int64_t ldb,
                    struct start start, int64_t m, int64_t n, int64_t k) {
  int64_t j = 0;
  for (; j + TILE_VECTORS * LANES <= n; j += TILE_VECTORS * LANES) {
    column_of_tiles(TILE_VECTORS, c + j, ldc, left, b + j, ldb, start, m, k);
    if (start.bias) start.bias += TILE_VECTORS * LANES;
  }
  c += j;
  b += j;
  switch ((n - j) / LANES) { /* fewer than TILE_VECTORS; the compiler sees that too */
    case 3: column_of_tiles(TILE_VECTORS > 3 ? 3 : 1, c, ldc, left, b, ldb, start, m, k); break;
    case 2: column_of_tiles(TILE_VECTORS > 2 ? 2 : 1, c, ldc, left, b, ldb, start, m, k); break;
    case 1: column_of_tiles(1, c, ldc, left, b, ldb, start, m, k); break;
    default: break;
  }
}

/* The transpose of one block of up to LANES × LANES. A perfect shuffle of all its numbers turns the
   bits of their places by one; after as many shuffles as a lane has bits, rows and lanes have
   changed. */
INLINE void turn_block(real *to, int64_t ld_to, const real *from, int64_t ld_from, int64_t rows,
                       int64_t columns) {
  vec now[LANES], next[LANES];
  UNROLL
  for (int i = 0; i < LANES; i++) now[i] = i < rows ? load(from + i * ld_from) : splat(0);
  _Pragma("GCC unroll 4")
  for (int done = 1; done < LANES; done *= 2) {
    _Pragma("GCC unroll 16")
    for (int i = 0; i < LANES / 2; i++) {
      const vec a = now[i], b = now[i + LANES / 2];
      const vec halves[2] = {HALVES(a, b)};
      next[2 * i] = halves[0];
      next[2 * i + 1] = halves[1];
    }
    memcpy(now, next, sizeof now);
  }
  _Pragma("GCC unroll 16")
  for (int i = 0; i < LANES; i++)
    if (i < columns) store(to + i * ld_to, now[i]);
}

/* to [columns, ld_to] = fromᵀ, from [rows, ld_from]; the padding of `to` becomes 0. */
static void turn(real *to, int64_t ld_to, const real *from, int64_t ld_from, int64_t rows,
                 int64_t columns) {
  for (int64_t i = 0; i < rows; i += LANES)
    for (int64_t j = 0; j < columns; j += LANES)
      turn_block(to + j * ld_to + i, ld_to, from + i * ld_from + j, ld_from, rows - i, columns - j);
}

#endif
