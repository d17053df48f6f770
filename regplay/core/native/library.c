/* The library's face: its version, and the kernels that this processor can run. */
#include "kernel.h"

#include <stddef.h>
#include <string.h>

#if defined(_WIN32)
#define EXPORT __declspec(dllexport)
#else
#define EXPORT __attribute__((visibility("default")))
#endif

#define DECLARE(variant) extern const struct kernel kernel_float_##variant, kernel_double_##variant

#if REGPLAY_X86

#include <cpuid.h>

DECLARE(avx512);
DECLARE(avx2);
DECLARE(sse2);

/* Which registers the system saves: XCR0 of Intel's manual, volume 1, chapter 13. */
static uint64_t saved_registers(void) {
  uint32_t low, high;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return (uint64_t)high << 32 | low;
}

static int level(void) {
  uint32_t a, b, c, d;
  if (!__get_cpuid(1, &a, &b, &c, &d)) return 0;
  const bool has_fma = c >> 12 & 1, has_avx = c >> 28 & 1, has_xsave = c >> 27 & 1;
  if (!(has_fma && has_avx && has_xsave) || (saved_registers() & 0x6) != 0x6) return 0;
  if (!__get_cpuid_count(7, 0, &a, &b, &c, &d) || !(b >> 5 & 1)) return 0; /* AVX2 */
  const uint32_t avx512 = 1u << 16 | 1u << 17 | 1u << 30 | 1u << 31; /* F, DQ, BW, VL */
  return (b & avx512) == avx512 && (saved_registers() & 0xe6) == 0xe6 ? 2 : 1;
}

/* The best first. */
static const struct variant {
  const char *name;
  int level; /* what the processor has to have */
  const struct kernel *single, *twice;
} variants[] = {
    {"avx512", 2, &kernel_float_avx512, &kernel_double_avx512},
    {"avx2", 1, &kernel_float_avx2, &kernel_double_avx2},
    {"sse2", 0, &kernel_float_sse2, &kernel_double_sse2},
};

#else

DECLARE(neon);

static int level(void) { return 0; }

static const struct variant {
  const char *name;
  int level;
  const struct kernel *single, *twice;
} variants[] = {{"neon", 0, &kernel_float_neon, &kernel_double_neon}};

#endif

EXPORT int64_t regplay_version(void) { return REGPLAY_VERSION; }

/* The name of the index-th variant that this processor can run, the best first; null beyond. */
EXPORT const char *regplay_variant(int32_t index) {
  const int has = level();
  for (size_t i = 0; i < sizeof variants / sizeof *variants; i++)
    if (variants[i].level <= has && index-- == 0) return variants[i].name;
  return NULL;
}

/* Its kernel in double or single precision; null if the processor can't run it. */
EXPORT const struct kernel *regplay_kernel(const char *name, int32_t is_double) {
  for (size_t i = 0; i < sizeof variants / sizeof *variants; i++)
    if (strcmp(variants[i].name, name) == 0 && variants[i].level <= level())
      return is_double ? variants[i].twice : variants[i].single;
  return NULL;
}
