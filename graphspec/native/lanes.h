/* Vectors of 1, 4, 8 or 16 numbers, on which operators work as on numbers: with one lane, or without types for vectors, they
 * are numbers. Loops over them are unrolled, and they stay in registers. */

#ifndef GRAPHSPEC_LANES_H
#define GRAPHSPEC_LANES_H

#include <stdint.h>
#include <string.h>

typedef float Floats1;
typedef int32_t Integers1;
typedef int16_t Shorts1;
#if defined(__GNUC__)
#define GENERIC_LANES 4
#define VECTORS(lanes) \
    typedef float Floats##lanes __attribute__((vector_size(4 * lanes))); \
    typedef int32_t Integers##lanes __attribute__((vector_size(4 * lanes))); \
    typedef int16_t Shorts##lanes __attribute__((vector_size(2 * lanes)));
VECTORS(4) VECTORS(8) VECTORS(16)
#else
#define GENERIC_LANES 1
#endif

/* Conversions of vectors. Those of gcc 12 between integers take three instructions in place of one. */
static inline Floats1 floats1(Shorts1 x) { return (Floats1)x; }
static inline Shorts1 shorts1(Floats1 x) { return (Shorts1)x; }
#if defined(__GNUC__)
static inline Floats4 floats4(Shorts4 x) { return __builtin_convertvector(x, Floats4); }
static inline Shorts4 shorts4(Floats4 x) { return __builtin_convertvector(__builtin_convertvector(x, Integers4), Shorts4); }
#endif
#if defined(__x86_64__) && defined(__GNUC__)
#define SEVERAL_TARGETS
#include <immintrin.h>
__attribute__((target("avx2"))) static inline Floats8 floats8(Shorts8 x)
{
    return (Floats8)_mm256_cvtepi32_ps(_mm256_cvtepi16_epi32((__m128i)x));
}
__attribute__((target("avx2"))) static inline Shorts8 shorts8(Floats8 x)
{
    const __m256i integers = _mm256_cvttps_epi32((__m256)x);
    return (Shorts8)_mm_packs_epi32(_mm256_castsi256_si128(integers), _mm256_extracti128_si256(integers, 1));
}
__attribute__((target("avx512f"))) static inline Floats16 floats16(Shorts16 x)
{
    return (Floats16)_mm512_cvtepi32_ps(_mm512_cvtepi16_epi32((__m256i)x));
}
__attribute__((target("avx512f"))) static inline Shorts16 shorts16(Floats16 x)
{
    return (Shorts16)_mm512_cvtepi32_epi16(_mm512_cvttps_epi32((__m512)x));
}
#endif

#define JOIN_(one, other) one##other
#define JOIN(one, other) JOIN_(one, other)
#define JOIN_THREE_(one, other, third) one##_##other##_##third
#define JOIN_THREE(one, other, third) JOIN_THREE_(one, other, third)

/* Within a kernel: the name of a function there, the type of vectors, and how many make a row. */
#define NAME(function) JOIN_THREE(function, SET, COLUMNS)
#define Floats JOIN(Floats, LANES)
#define Integers JOIN(Integers, LANES)
#define Shorts JOIN(Shorts, LANES)
#define to_floats JOIN(floats, LANES)
#define to_shorts JOIN(shorts, LANES)
#define UNITS (COLUMNS / LANES)

/* Vectors in memory need not be aligned. */
#define LOAD(vector, place) memcpy(&(vector), (place), sizeof(vector))
#define STORE(place, vector) memcpy((place), &(vector), sizeof(vector))

#endif
