/* One Lanczos step on a block of float32 vectors, for a sparse matrix in CSR form: each stored entry is read once and
 * each row of the block as few times as possible. products.py holds the portable form, which is the oracle of this one.
 *
 * Dot products are summed in double: sums of squares in float32 would all err to the same side. The interpreter lock is
 * released, so row ranges can run in several threads. */

#define PY_SSIZE_T_CLEAN
#define Py_LIMITED_API 0x030B0000
#include <Python.h>
#include <math.h>
#include <stdint.h>
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
#define PREFETCH(address) __builtin_prefetch(address, 0, 3)
#else
#define INLINE static inline
#define PREFETCH(address) ((void)0)
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

/* All steps of the recurrence, over row ranges one after the other: lanczos in recurrence.py, which it equals to the bit.
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

/* The arrays of a matrix, as Python hands them over: indptr, indices, data, scale, weight, diagonal; all but two may be
 * None. */
typedef struct {
    Py_buffer buffer[6];
} Arrays;

/* Not by a nested format: PyArg_ParseTuple does not keep count of the buffers in one. */
static int get_arrays(PyObject *tuple, Arrays *arrays)
{
    Py_buffer *buffer = arrays->buffer;
    if (!PyTuple_Check(tuple)) {
        PyErr_SetString(PyExc_TypeError, "a matrix is a tuple of six arrays");
        return 0;
    }
    return PyArg_ParseTuple(tuple, "y*y*z*z*z*z*", &buffer[0], &buffer[1], &buffer[2], &buffer[3], &buffer[4],
                            &buffer[5]);
}

static Matrix matrix_of(const Arrays *arrays)
{
    const Py_buffer *buffer = arrays->buffer;
    Matrix matrix = {buffer[0].buf, buffer[1].buf, buffer[2].buf, buffer[3].buf, buffer[4].buf, buffer[5].buf};
    return matrix;
}

/* Return whether the arrays are long enough for the first `rows` rows. */
static int holds(const Arrays *arrays, int64_t rows)
{
    const Py_buffer *buffer = arrays->buffer;
    if (rows < 0 || buffer[0].len < (rows + 1) * (Py_ssize_t)sizeof(int64_t))
        return 0;
    const Py_ssize_t entries = ((const int64_t *)buffer[0].buf)[rows] * (Py_ssize_t)sizeof(float);
    const Py_ssize_t per_row = rows * (Py_ssize_t)sizeof(float);
    if (buffer[1].len < entries || (buffer[5].buf && buffer[5].len < per_row))
        return 0;
    if (buffer[2].buf)
        return buffer[2].len >= entries && !buffer[3].buf && !buffer[4].buf;
    return buffer[3].buf && buffer[4].buf && buffer[3].len >= per_row && buffer[4].len >= per_row;
}

static void release(Py_buffer *buffers, size_t count)
{
    for (size_t k = 0; k < count; k++)
        PyBuffer_Release(&buffers[k]);
}

static PyObject *wrong_lengths(void)
{
    PyErr_SetString(PyExc_ValueError, "buffers do not have the lengths that rows, width and steps ask for");
    return NULL;
}

/* A sweep over row ranges that several threads share: bounds of the ranges, how many of them were taken, and the sums of
 * each. A call works off ranges until none is left, so that no thread waits for the interpreter in between. */
typedef struct {
    const int64_t *bounds;
    int64_t *taken, ranges;
    double *sums;
} Sweep;

/* Return the number of the next range, or -1. */
static int64_t next_range(const Sweep *sweep)
{
#if defined(_MSC_VER)
    const int64_t number = _InterlockedExchangeAdd64(sweep->taken, 1);
#else
    const int64_t number = __atomic_fetch_add(sweep->taken, 1, __ATOMIC_RELAXED);
#endif
    return number < sweep->ranges ? number : -1;
}

/* Return whether the buffers make a sweep over at most `rows` rows. */
static int get_sweep(const Py_buffer *bounds, const Py_buffer *taken, const Py_buffer *sums, Py_ssize_t width,
                     int64_t *rows, Sweep *sweep)
{
    const int64_t ranges = bounds->len / (Py_ssize_t)sizeof(int64_t) - 1, *cuts = bounds->buf;
    if (width < 1 || width > MOST_COLUMNS || ranges < 0 || taken->len != sizeof(int64_t) ||
        *(int64_t *)taken->buf < 0 || sums->len != ranges * width * (Py_ssize_t)sizeof(double) || cuts[0] < 0)
        return 0;
    for (int64_t range = 0; range < ranges; range++)
        if (cuts[range] > cuts[range + 1])
            return 0;
    *rows = cuts[ranges];
    const Sweep found = {cuts, taken->buf, ranges, sums->buf};
    *sweep = found;
    return 1;
}

static PyObject *py_three_terms(PyObject *self, PyObject *args)
{
    Arrays arrays;
    Sweep sweep;
    Py_buffer own[7]; /* bounds, taken, current, previous, first, second, sums */
    Py_ssize_t width;
    PyObject *matrix_arrays;
    if (!PyArg_ParseTuple(args, "Oy*w*ny*w*y*y*w*", &matrix_arrays, &own[0], &own[1], &width, &own[2], &own[3], &own[4],
                          &own[5], &own[6]))
        return NULL;
    if (!get_arrays(matrix_arrays, &arrays)) {
        release(own, 7);
        return NULL;
    }
    int64_t rows;
    const Py_ssize_t row = width * (Py_ssize_t)sizeof(float);
    const int valid = get_sweep(&own[0], &own[1], &own[6], width, &rows, &sweep) && holds(&arrays, rows) &&
                      own[2].len >= rows * row && own[3].len == own[2].len && own[4].len == row && own[5].len == row;
    if (valid) {
        const Matrix matrix = matrix_of(&arrays);
        Py_BEGIN_ALLOW_THREADS
        for (int64_t range = next_range(&sweep); range >= 0; range = next_range(&sweep))
            three_terms_of(matrix, sweep.bounds[range], sweep.bounds[range + 1], own[2].buf, own[3].buf, own[4].buf,
                           own[5].buf, sweep.sums + range * width, (int)width);
        Py_END_ALLOW_THREADS
    }
    release(arrays.buffer, 6);
    release(own, 7);
    if (!valid)
        return wrong_lengths();
    Py_RETURN_NONE;
}

static PyObject *py_subtract(PyObject *self, PyObject *args)
{
    Sweep sweep;
    Py_buffer own[7]; /* weight, bounds, taken, current, fresh, third, sums */
    Py_ssize_t width;
    if (!PyArg_ParseTuple(args, "z*y*w*ny*w*y*w*", &own[0], &own[1], &own[2], &width, &own[3], &own[4], &own[5],
                          &own[6]))
        return NULL;
    int64_t rows;
    const Py_ssize_t row = width * (Py_ssize_t)sizeof(float);
    const int valid = get_sweep(&own[1], &own[2], &own[6], width, &rows, &sweep) &&
                      (!own[0].buf || own[0].len >= rows * (Py_ssize_t)sizeof(float)) && own[3].len >= rows * row &&
                      own[4].len == own[3].len && own[5].len == row;
    if (valid) {
        Py_BEGIN_ALLOW_THREADS
        for (int64_t range = next_range(&sweep); range >= 0; range = next_range(&sweep))
            subtract_of(own[0].buf, sweep.bounds[range], sweep.bounds[range + 1], own[3].buf, own[4].buf, own[5].buf,
                        sweep.sums + range * width, (int)width);
        Py_END_ALLOW_THREADS
    }
    release(own, 7);
    if (!valid)
        return wrong_lengths();
    Py_RETURN_NONE;
}

static PyObject *py_recurrence(PyObject *self, PyObject *args)
{
    Arrays arrays;
    Py_buffer own[6]; /* bounds, current, previous, scale, alpha, beta */
    Py_ssize_t width, steps;
    double breakdown;
    PyObject *matrix_arrays;
    if (!PyArg_ParseTuple(args, "Oy*nnw*w*y*w*w*d", &matrix_arrays, &own[0], &width, &steps, &own[1], &own[2], &own[3],
                          &own[4], &own[5], &breakdown))
        return NULL;
    if (!get_arrays(matrix_arrays, &arrays)) {
        release(own, 6);
        return NULL;
    }
    const Py_ssize_t row = width * (Py_ssize_t)sizeof(double);
    const int64_t ranges = own[0].len / (Py_ssize_t)sizeof(int64_t) - 1, *cuts = own[0].buf;
    int valid = width >= 1 && width <= MOST_COLUMNS && steps >= 0 && own[3].len == row && own[4].len == row * steps &&
                own[5].len == row * steps && ranges >= 0 && own[1].len == own[2].len;
    for (int64_t range = 0; valid && range < ranges; range++)
        valid = cuts[range] >= 0 && cuts[range] <= cuts[range + 1];
    valid = valid && own[1].len >= cuts[ranges] * width * (Py_ssize_t)sizeof(float) && holds(&arrays, cuts[ranges]);
    if (valid) {
        const Matrix matrix = matrix_of(&arrays);
        Py_BEGIN_ALLOW_THREADS
        recurrence_of(matrix, cuts, ranges, own[1].buf, own[2].buf, own[3].buf, own[4].buf, own[5].buf, steps,
                      breakdown, (int)width);
        Py_END_ALLOW_THREADS
    }
    release(arrays.buffer, 6);
    release(own, 6);
    if (!valid)
        return wrong_lengths();
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    {"three_terms", py_three_terms, METH_VARARGS,
     "three_terms(matrix, bounds, taken, width, current, previous, first, second, sums)\n\n"
     "Overwrite rows of `previous` by first * X current - second * previous and add the dot products of its columns\n"
     "with those of `current` to `sums`. The matrix is (indptr, indices, data, scale, weight, diagonal): int64, int32,\n"
     "and float32 arrays, data or else scale and weight, and a diagonal or None. Blocks are float32. Row ranges lie\n"
     "between int64 bounds; `taken`, one int64, is the number of those taken, which calls in several threads share.\n"
     "`sums`, float64, has a row for each range."},
    {"subtract", py_subtract, METH_VARARGS,
     "subtract(weight, bounds, taken, width, current, fresh, third, sums)\n\n"
     "Subtract third * current from rows of `fresh` and add the squared norms of its columns, weighted by rows unless\n"
     "weight is None, to `sums`; row ranges as above."},
    {"recurrence", py_recurrence, METH_VARARGS,
     "recurrence(matrix, bounds, width, steps, current, previous, scale, alpha, beta, breakdown)\n\n"
     "Run all steps of the recurrence in one thread, over the row ranges between int64 bounds; scale are the inverse\n"
     "norms of the columns of current, and alpha and beta, shape (width, steps), receive the Jacobi coefficients."},
    {NULL, NULL, 0, NULL}};

static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "_kernels", "The compiled Lanczos step.", -1, methods,
                                    NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit__kernels(void)
{
    return PyModule_Create(&module);
}
