/* What the halves of a Lanczos step work on. */

#ifndef GRAPHSPEC_STEP_H
#define GRAPHSPEC_STEP_H

#include <stdint.h>

#define MOST_COLUMNS 64

/* X in CSR form: either entries in `data`, or, where that is NULL, X = D S A S with the pattern A of ones. There the block
 * holds the vectors multiplied by S: `scale` is s_i^2 with the sign of X and `weight` 1 / s_i^2, by which dot products of
 * stored vectors are weighted. `diagonal` is added to X unless it is NULL. */
typedef struct {
    const int64_t *indptr;
    const int32_t *indices;
    const float *data, *scale, *weight, *diagonal;
} Matrix;

/* A block of vectors, which are its columns: float32, or integers of 16 bits, where each group of rows has a scale. */
typedef struct {
    void *rows;
    float *scales; /* NULL for float32 */
} Block;
#define SCALE_ROWS 64 /* with 16, the scales of 8 million rows take 2 MB and miss the cache */

/* What one call works on: a range of rows, the factors of the columns, and where sums over the range are stored. */
typedef struct {
    int64_t start, stop;
    Block current, other;
    const float *first, *second;
    double *sums;
    int width;
} Task;

/* Dot products are summed in double: sums of squares in float32 would all err to the same side. */
typedef struct {
    /* other = first * X current - second * other; sums = other . current */
    void (*three_terms)(const Matrix *matrix, const Task *task);
    /* other -= first * current; sums = other . other, weighted */
    void (*subtract)(const Matrix *matrix, const Task *task);
} Step;

Step native_float32_step(int64_t instructions, int64_t width);
Step native_int16_step(int64_t instructions, int64_t width);

#if defined(__GNUC__)
#define INLINE static inline __attribute__((always_inline))
#else
#define INLINE static inline
#endif

#endif
