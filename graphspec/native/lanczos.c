/* One Lanczos step on a block of float32 vectors, for a sparse matrix in CSR form: each stored entry is read once and
 * each row of the block as few times as possible. The portable form in Python is the oracle of this one.
 *
 * Dot products are summed in double: sums of squares in float32 would all err to the same side. The interpreter lock is
 * released, so row ranges can run in several threads. */

#include "native.h"

#include <math.h>
#include <string.h>
#if defined(_MSC_VER)
#include <intrin.h>
#endif

#define MOST_COLUMNS 64
/* Stored entries ahead: with 16 a step takes half as long again; beyond 96 nothing is gained (measured on a power-law
 * graph of a million vertices in random order). */
#define PREFETCH_DISTANCE 96
#define CACHE_LINE_FLOATS 16

#if defined(__GNUC__)
#define INLINE static inline __attribute__((always_inline))
#else
#define INLINE static inline
#endif

/* A loop over 16 columns would be unrolled before it is vectorised, and then be half as fast. */
#if defined(__GNUC__) && !defined(__clang__)
#define WHOLE_VECTORS _Pragma("GCC unroll 1")
#else
#define WHOLE_VECTORS
#endif

/* One wheel for any x86-64: the loader picks the widest instruction set that the processor has. */
#if defined(__x86_64__) && defined(__linux__) && defined(__GNUC__) && !defined(__clang__)
#define CLONES __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define CLONES
#endif

/* X in CSR form: either entries in `data`, or, where that is NULL, X = D S A S with the pattern A of ones. There the block
 * holds the vectors multiplied by S: `scale` is s_i^2 with the sign of X and `weight` 1 / s_i^2, by which dot products of
 * stored vectors are weighted. `diagonal` is added to X unless it is NULL. */
typedef struct {
    const int64_t *indptr;
    const int32_t *indices;
    const float *data, *scale, *weight, *diagonal;
} Matrix;

/* Dot products run in float32 over so few rows that equal terms cannot err to one side by much more than one of them. */
#define ROW_GROUP 8

/* previous[i] = first * (X current)[i] - second * previous[i]; sums += previous . current */
INLINE void three_terms(Matrix matrix, int64_t start, int64_t stop, const float *restrict current,
                        float *restrict previous, const float *first, const float *second, double *sums,
                        const int width, const int pattern)
{
    const int64_t last = matrix.indptr[stop];
    for (int64_t group = start; group < stop; group += ROW_GROUP) {
        const int64_t end = group + ROW_GROUP < stop ? group + ROW_GROUP : stop;
        float dots[MOST_COLUMNS] = {0};
        for (int64_t i = group; i < end; i++) {
            float product[MOST_COLUMNS] = {0};
            for (int64_t p = matrix.indptr[i]; p < matrix.indptr[i + 1]; p++) {
                if (p + PREFETCH_DISTANCE < last) {
                    const float *ahead = current + (int64_t)matrix.indices[p + PREFETCH_DISTANCE] * width;
                    for (int k = 0; k < width; k += CACHE_LINE_FLOATS)
                        PREFETCH(ahead + k);
                }
                const float *row = current + (int64_t)matrix.indices[p] * width;
                const float entry = pattern ? 1 : matrix.data[p];
                WHOLE_VECTORS
                for (int k = 0; k < width; k++)
                    product[k] += entry * row[k];
            }
            const float *own = current + i * width;
            float *target = previous + i * width;
            const float scale = pattern ? matrix.scale[i] : 1, weight = pattern ? matrix.weight[i] : 1;
            const float diagonal = matrix.diagonal ? matrix.diagonal[i] : 0;
            WHOLE_VECTORS
            for (int k = 0; k < width; k++) {
                const float value = first[k] * (scale * product[k] + diagonal * own[k]) - second[k] * target[k];
                target[k] = value;
                dots[k] += weight * (value * own[k]);
            }
        }
        WHOLE_VECTORS
        for (int k = 0; k < width; k++)
            sums[k] += dots[k];
    }
}

/* fresh -= third * current; sums += fresh . fresh, weighted unless weight is NULL */
INLINE void subtract(const float *weight, int64_t start, int64_t stop, const float *restrict current,
                     float *restrict fresh, const float *third, double *sums, const int width)
{
    for (int64_t group = start; group < stop; group += ROW_GROUP) {
        const int64_t end = group + ROW_GROUP < stop ? group + ROW_GROUP : stop;
        float dots[MOST_COLUMNS] = {0};
        for (int64_t i = group; i < end; i++) {
            const float *own = current + i * width, factor = weight ? weight[i] : 1;
            float *target = fresh + i * width;
            WHOLE_VECTORS
            for (int k = 0; k < width; k++) {
                const float value = target[k] - third[k] * own[k];
                target[k] = value;
                dots[k] += factor * (value * value);
            }
        }
        WHOLE_VECTORS
        for (int k = 0; k < width; k++)
            sums[k] += dots[k];
    }
}

/* With the width known at compile time, accumulators stay in registers. */
#define FOR_WIDTH(width, CALL) \
    switch (width) { \
    case 8: \
        CALL(8); \
        break; \
    case 16: \
        CALL(16); \
        break; \
    case 32: \
        CALL(32); \
        break; \
    default: \
        CALL(width); \
    }

CLONES static void three_terms_of(Matrix matrix, int64_t start, int64_t stop, const float *current, float *previous,
                                  const float *first, const float *second, double *sums, int width)
{
#define WITH_DATA(count) three_terms(matrix, start, stop, current, previous, first, second, sums, count, 0)
#define PATTERN(count) three_terms(matrix, start, stop, current, previous, first, second, sums, count, 1)
    if (matrix.data) {
        FOR_WIDTH(width, WITH_DATA)
    } else {
        FOR_WIDTH(width, PATTERN)
    }
}

CLONES static void subtract_of(const float *weight, int64_t start, int64_t stop, const float *current, float *fresh,
                               const float *third, double *sums, int width)
{
#define SUBTRACT(count) subtract(weight, start, stop, current, fresh, third, sums, count)
    FOR_WIDTH(width, SUBTRACT)
}

/* All steps of the recurrence, over row ranges one after the other: to the bit what it is step by step from Python.
 * alpha and beta have `steps` columns and a row for each vector. */
static void recurrence_of(Matrix matrix, const int64_t *bounds, int64_t ranges, float *current, float *previous,
                          const double *start, double *alpha, double *beta, int64_t steps, double breakdown, int width)
{
    double scale[MOST_COLUMNS], before[MOST_COLUMNS] = {0}, coupling[MOST_COLUMNS] = {0}, sums[MOST_COLUMNS];
    float first[MOST_COLUMNS], second[MOST_COLUMNS];
    memcpy(scale, start, (size_t)width * sizeof(double));
    for (int64_t step = 0; step < steps; step++) {
        for (int k = 0; k < width; k++) {
            first[k] = (float)scale[k];
            second[k] = (float)(coupling[k] * before[k]);
            sums[k] = 0;
        }
        for (int64_t range = 0; range < ranges; range++)
            three_terms_of(matrix, bounds[range], bounds[range + 1], current, previous, first, second, sums, width);
        for (int k = 0; k < width; k++) {
            alpha[k * steps + step] = scale[k] * sums[k];
            first[k] = (float)(scale[k] * sums[k] * scale[k]);
            sums[k] = 0;
        }
        for (int64_t range = 0; range < ranges; range++)
            subtract_of(matrix.weight, bounds[range], bounds[range + 1], current, previous, first, sums, width);
        for (int k = 0; k < width; k++) {
            const double norm = sqrt(sums[k]);
            const int alive = norm > breakdown;
            coupling[k] = beta[k * steps + step] = alive ? norm : 0;
            before[k] = scale[k];
            scale[k] = alive ? 1 / norm : 0;
        }
        float *other = current;
        current = previous;
        previous = other;
    }
}

/* The row ranges of a block: at which rows they begin and end, and the number of columns. */
typedef struct {
    const int64_t *bounds;
    int64_t count, rows, width;
} Ranges;

static int take_ranges(Call *call, Ranges *ranges)
{
    READ(int64_t, bounds, AT_LEAST(1));
    INTEGER(width, 1, MOST_COLUMNS);
    const int64_t count = bounds_length - 1;
    for (int64_t range = 0; range < count; range++)
        REQUIRE(bounds[range] <= bounds[range + 1], "bounds does not increase");
    REQUIRE(bounds[0] >= 0 && bounds[count] < INT64_MAX / MOST_COLUMNS, "bounds has rows that no block has");
    *ranges = (Ranges){bounds, count, bounds[count], width};
    return 1;
}

static int take_matrix(Call *call, int64_t rows, Matrix *matrix)
{
    READ(int64_t, indptr, AT_LEAST(rows + 1));
    READ(int32_t, indices, AT_LEAST(indptr[rows]));
    READ_OR_NONE(float, data, AT_LEAST(indptr[rows]));
    READ_OR_NONE(float, scale, AT_LEAST(rows));
    READ_OR_NONE(float, weight, AT_LEAST(rows));
    READ_OR_NONE(float, diagonal, AT_LEAST(rows));
    REQUIRE(data ? !scale && !weight : scale && weight, "a matrix has data, or else scale and weight");
    *matrix = (Matrix){indptr, indices, data, scale, weight, diagonal};
    return 1;
}

/* Return the next of the ranges that threads share, or -1: none waits for the interpreter in between. */
static int64_t next_range(int64_t *taken, int64_t count)
{
#if defined(_MSC_VER)
    const int64_t number = _InterlockedExchangeAdd64(taken, 1);
#else
    const int64_t number = __atomic_fetch_add(taken, 1, __ATOMIC_RELAXED);
#endif
    return number < count ? number : -1;
}

FUNCTION(three_terms, 14,
         "bounds, width, indptr, indices, data, scale, weight, diagonal, taken, current, previous, first, second, sums",
         "Overwrite rows of `previous` by first * X current - second * previous and add the dot products of its columns\n"
         "with those of `current` to `sums`. The matrix X has int64 indptr, int32 indices, float32 data or else scale and\n"
         "weight, and a diagonal or None. Blocks are float32, with rows of `width` items. Row ranges lie between int64\n"
         "bounds; `taken`, one int64, is the number of those taken, which calls in several threads share. `sums`, float64,\n"
         "has a row for each range.")
{
    Ranges ranges;
    Matrix matrix;
    if (!take_ranges(call, &ranges) || !take_matrix(call, ranges.rows, &matrix))
        return NULL;
    WRITE(int64_t, taken, EXACTLY(1));
    READ(float, current, AT_LEAST(ranges.rows * ranges.width));
    WRITE(float, previous, EXACTLY(current_length));
    READ(float, first, EXACTLY(ranges.width));
    READ(float, second, EXACTLY(ranges.width));
    WRITE(double, sums, EXACTLY(ranges.count * ranges.width));
    REQUIRE(*taken >= 0, "taken is less than 0");
    Py_BEGIN_ALLOW_THREADS
    for (int64_t range; (range = next_range(taken, ranges.count)) >= 0;)
        three_terms_of(matrix, ranges.bounds[range], ranges.bounds[range + 1], current, previous, first, second,
                       sums + range * ranges.width, (int)ranges.width);
    Py_END_ALLOW_THREADS
    Py_RETURN_NONE;
}

FUNCTION(subtract, 8, "bounds, width, weight, taken, current, fresh, third, sums",
         "Subtract third * current from rows of `fresh` and add the squared norms of its columns, weighted by rows unless\n"
         "weight is None, to `sums`; row ranges as in three_terms.")
{
    Ranges ranges;
    if (!take_ranges(call, &ranges))
        return NULL;
    READ_OR_NONE(float, weight, AT_LEAST(ranges.rows));
    WRITE(int64_t, taken, EXACTLY(1));
    READ(float, current, AT_LEAST(ranges.rows * ranges.width));
    WRITE(float, fresh, EXACTLY(current_length));
    READ(float, third, EXACTLY(ranges.width));
    WRITE(double, sums, EXACTLY(ranges.count * ranges.width));
    REQUIRE(*taken >= 0, "taken is less than 0");
    Py_BEGIN_ALLOW_THREADS
    for (int64_t range; (range = next_range(taken, ranges.count)) >= 0;)
        subtract_of(weight, ranges.bounds[range], ranges.bounds[range + 1], current, fresh, third,
                    sums + range * ranges.width, (int)ranges.width);
    Py_END_ALLOW_THREADS
    Py_RETURN_NONE;
}

FUNCTION(recurrence, 15,
         "bounds, width, indptr, indices, data, scale, weight, diagonal, steps, current, previous, start, alpha, beta, "
         "breakdown",
         "Run all steps of the recurrence in one thread, over the row ranges between int64 bounds; `start` are the inverse\n"
         "norms of the columns of `current`, and alpha and beta, shape (width, steps), receive the Jacobi coefficients.")
{
    Ranges ranges;
    Matrix matrix;
    if (!take_ranges(call, &ranges) || !take_matrix(call, ranges.rows, &matrix))
        return NULL;
    INTEGER(steps, 0, INT64_MAX / MOST_COLUMNS);
    WRITE(float, current, AT_LEAST(ranges.rows * ranges.width));
    WRITE(float, previous, EXACTLY(current_length));
    READ(double, start, EXACTLY(ranges.width));
    WRITE(double, alpha, EXACTLY(ranges.width * steps));
    WRITE(double, beta, EXACTLY(ranges.width * steps));
    NUMBER(double, breakdown, PyFloat_AsDouble);
    Py_BEGIN_ALLOW_THREADS
    recurrence_of(matrix, ranges.bounds, ranges.count, current, previous, start, alpha, beta, steps, breakdown,
                  (int)ranges.width);
    Py_END_ALLOW_THREADS
    Py_RETURN_NONE;
}
