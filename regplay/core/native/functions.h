/* The functions that units, losses and noise need, on vectors. NaN in gives NaN out.

   In double precision, which is there to be compared with torch, they are the C library's. In
   single precision they are polynomials and quotients of polynomials, right to a few units in the
   last place: what the tests hold against the C library. */
#ifndef REGPLAY_FUNCTIONS_H
#define REGPLAY_FUNCTIONS_H

#include "vectors.h"

#if REAL_IS_DOUBLE

#define EACH_LANE(expression)                       \
  do {                                              \
    vec found;                                      \
    for (int lane = 0; lane < LANES; lane++) {      \
      const double x = a[lane];                     \
      found[lane] = expression;                     \
    }                                               \
    return found;                                   \
  } while (0)

INLINE vec exponential(vec a) { EACH_LANE(exp(x)); }
INLINE vec hyperbolic_tangent(vec a) { EACH_LANE(tanh(x)); }
INLINE vec error_function(vec a) { EACH_LANE(erf(x)); }
INLINE vec complementary_error_function(vec a) { EACH_LANE(erfc(x)); }
INLINE vec logarithm(vec a) { EACH_LANE(log(x)); }

#else

/* Σ c[i]·xⁿ⁻¹⁻ⁱ by Horner's rule, the highest power first. */
#define POLYNOMIAL(x, ...) polynomial(x, (const real[]){__VA_ARGS__}, \
                                      (int)(sizeof((real[]){__VA_ARGS__}) / sizeof(real)))
INLINE vec polynomial(vec x, const real *c, const int n) {
  vec sum = splat(c[0]);
  UNROLL
  for (int i = 1; i < n; i++) sum = sum * x + splat(c[i]);
  return sum;
}

/* eˣ = 2ⁿ·eʳ with |r| ≤ ln 2 / 2; the polynomial of Cephes' `expf` (Moshier 1992). 0 where it
   would be below the smallest normal number. */
INLINE vec exponential(vec a) {
  const vec x = at_most(at_least(a, -87.3f), 88.7f);
  const real magic = 12582912.0f; /* 1.5·2²³: adding it rounds to a whole number */
  const vec shifted = x * splat(1.44269504088896341f) + splat(magic);
  const vec n = shifted - splat(magic);
  const vec r = (x - n * splat(0.693359375f)) - n * splat(-2.12194440e-4f);
  const vec p = POLYNOMIAL(r, 1.9875691500e-4f, 1.3981999507e-3f, 8.3334519073e-3f,
                           4.1665795894e-2f, 1.6666665459e-1f, 5.0000001201e-1f);
  const vec small = p * r * r + r + splat(1);
  /* two factors, since 2¹²⁸ is no number */
  const ivec power = (ivec)shifted - (ivec)splat(magic);
  const ivec half = power >> 1;
  const vec scaled = small * (vec)((half + 127) << 23) * (vec)((power - half + 127) << 23);
  return choose(a < splat(-87.3f), splat(0), choose(a > splat(88.7f), splat(INFINITY), scaled));
}

/* The quotient of polynomials in x² of Eigen's `ptanh`, which comes to 1 − 2⁻²² at its end; beyond
   9.011 tanh is 1 to rounding, so that a unit that is saturated has no slope. */
INLINE vec hyperbolic_tangent(vec a) {
  const vec x = at_most(at_least(a, -7.90531110763549805f), 7.90531110763549805f);
  const vec square = x * x;
  const vec p = POLYNOMIAL(square, -2.76076847742355e-16f, 2.00018790482477e-13f,
                           -8.60467152213735e-11f, 5.12229709037114e-08f, 1.48572235717979e-05f,
                           6.37261928875436e-04f, 4.89352455891786e-03f);
  const vec q = POLYNOMIAL(square, 1.19825839466702e-06f, 1.18534705686654e-04f,
                           2.26843463243900e-03f, 4.89352518554385e-03f);
  const real end = 9.011f;
  return choose(a > splat(end), splat(1), choose(a < splat(-end), splat(-1), x * p / q));
}

/* The quotient of polynomials in x² of Eigen's `erf`, up to where it is 1 to rounding. */
INLINE vec error_function(vec a) {
  const vec x = at_most(at_least(a, -4.0f), 4.0f);
  const vec square = x * x;
  const vec p = POLYNOMIAL(square, -2.72614225801306e-10f, 2.77068142495902e-08f,
                           -2.10102402082508e-06f, -5.69250639462346e-05f, -7.34990630326855e-04f,
                           -2.95459980854025e-03f, -1.60960333262415e-02f);
  const vec q = POLYNOMIAL(square, -1.45660718464996e-05f, -2.13374055278905e-04f,
                           -1.68282697438203e-03f, -7.37332916720468e-03f, -1.42647390514189e-02f);
  return x * p / q;
}

/* ln x of a normal number above 0, x = m·2ⁿ with m from √½ to √2; Cephes' `logf`. */
INLINE vec logarithm(vec a) {
  const ivec bits = (ivec)a - (ivec)splat(0.70710678f);
  const ivec n = bits >> 23;
  const vec m = (vec)((bits & 0x7fffff) + (ivec)splat(0.70710678f));
  const vec r = m - splat(1), power = __builtin_convertvector(n, vec);
  const vec p = POLYNOMIAL(r, 7.0376836292e-2f, -1.1514610310e-1f, 1.1676998740e-1f,
                           -1.2420140846e-1f, 1.4249322787e-1f, -1.6668057665e-1f, 2.0000714765e-1f,
                           -2.4999993993e-1f, 3.3333331174e-1f);
  const vec square = r * r;
  const vec tail = p * r * square + power * splat(-2.12194440e-4f) - splat(0.5f) * square;
  return r + tail + power * splat(0.693359375f);
}

#endif

INLINE vec logistic(vec a) { return splat(1) / (splat(1) + exponential(-a)); }

/* How far from 0 a standard normal variable is beyond with probability u, for u in (0, ½]:
   √2·erfc⁻¹(2u), by the form of Giles (2010), "Approximating the erfinv function": his polynomial
   in the middle, and beyond w = 5 one that goes on to u = 2⁻³³, the last that 32 bits can ask for.
   In double precision two steps of Newton's method follow. */
INLINE vec normal_quantile(vec u) {
  static const real near[] = {2.81022636e-08f, 3.43273939e-07f, -3.5233877e-06f,
                              -4.39150654e-06f, 0.00021858087f, -0.00125372503f,
                              -0.00417768164f, 0.246640727f, 1.50140941f};
  static const real far[] = {3.69067025e-05f, -0.000153463278f, -2.16921835e-05f,
                             0.00128424738f, -0.00356951976f, 0.00577310612f,
                             -0.00765143811f, 0.00943240731f, 1.00167603f, 2.83297712f};
  const vec y = splat(1) - splat(2) * u;
  const vec w = -logarithm(splat(4) * u * (splat(1) - u)); /* −ln(1 − y²), without cancellation */
  const vec middle = w - splat((real)2.5), tail = root(w) - splat(3);
  vec p = splat(near[0]), q = splat(far[0]);
  UNROLL
  for (int i = 1; i < 9; i++) p = p * middle + splat(near[i]);
  UNROLL
  for (int i = 1; i < 10; i++) q = q * tail + splat(far[i]);
  vec inverse = choose(w < splat(5), p, q) * y;
#if REAL_IS_DOUBLE
  for (int step = 0; step < 2; step++)
    inverse += (complementary_error_function(inverse) - splat(2) * u) *
               splat(0.88622692545275801) * exponential(inverse * inverse); /* √π/2 */
#endif
  return splat((real)1.41421356237309505) * inverse;
}

#endif
