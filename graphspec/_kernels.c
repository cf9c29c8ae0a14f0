/* One Lanczos step on a block of float32 vectors, for a sparse matrix in CSR form: each stored entry is read once and
 * each row of the block as few times as possible. kernels.py holds the portable form, which is the oracle of this one.
 *
 * Dot products are summed in double: sums of squares in float32 would all err to the same side. The interpreter lock is
 * released, so row ranges can run in several threads. */

#define PY_SSIZE_T_CLEAN
#define Py_LIMITED_API 0x030B0000
#include <Python.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#define MOST_COLUMNS 64
#define PREFETCH_DISTANCE 16

#if defined(__GNUC__)
#define INLINE static inline __attribute__((always_inline))
#define PREFETCH(address) __builtin_prefetch(address, 0, 3)
#else
#define INLINE static inline
#define PREFETCH(address) ((void)0)
#endif

/* One wheel for any x86-64: the loader picks the widest instruction set that the processor has. */
#if defined(__x86_64__) && defined(__linux__) && defined(__GNUC__) && !defined(__clang__)
#define CLONES __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define CLONES
#endif

typedef struct {
    const int64_t *indptr;
    const int32_t *indices;
    const float *data;
} Matrix;

/* previous[i] = first * (X current)[i] - second * previous[i]; sums += previous . current */
INLINE void three_terms(Matrix matrix, int64_t start, int64_t stop, const float *current, float *previous,
                        const float *first, const float *second, double *sums, const int width)
{
    double dots[MOST_COLUMNS] = {0};
    const int64_t last = matrix.indptr[stop];
    for (int64_t i = start; i < stop; i++) {
        float product[MOST_COLUMNS] = {0};
        for (int64_t p = matrix.indptr[i]; p < matrix.indptr[i + 1]; p++) {
            if (p + PREFETCH_DISTANCE < last)
                PREFETCH(current + (int64_t)matrix.indices[p + PREFETCH_DISTANCE] * width);
            const float *row = current + (int64_t)matrix.indices[p] * width;
            const float entry = matrix.data[p];
            for (int k = 0; k < width; k++)
                product[k] += entry * row[k];
        }
        const float *own = current + i * width;
        float *target = previous + i * width;
        for (int k = 0; k < width; k++) {
            const float value = first[k] * product[k] - second[k] * target[k];
            target[k] = value;
            dots[k] += (double)(value * own[k]);
        }
    }
    for (int k = 0; k < width; k++)
        sums[k] += dots[k];
}

/* fresh -= third * current; sums += fresh . fresh */
INLINE void subtract(int64_t start, int64_t stop, const float *current, float *fresh, const float *third, double *sums,
                     const int width)
{
    double dots[MOST_COLUMNS] = {0};
    for (int64_t i = start; i < stop; i++) {
        const float *own = current + i * width;
        float *target = fresh + i * width;
        for (int k = 0; k < width; k++) {
            const float value = target[k] - third[k] * own[k];
            target[k] = value;
            dots[k] += (double)(value * value);
        }
    }
    for (int k = 0; k < width; k++)
        sums[k] += dots[k];
}

/* With the width known at compile time, accumulators stay in registers. */
CLONES static void three_terms_of(Matrix matrix, int64_t start, int64_t stop, const float *current, float *previous,
                                  const float *first, const float *second, double *sums, int width)
{
    switch (width) {
    case 8:
        three_terms(matrix, start, stop, current, previous, first, second, sums, 8);
        break;
    case 16:
        three_terms(matrix, start, stop, current, previous, first, second, sums, 16);
        break;
    case 32:
        three_terms(matrix, start, stop, current, previous, first, second, sums, 32);
        break;
    default:
        three_terms(matrix, start, stop, current, previous, first, second, sums, width);
    }
}

CLONES static void subtract_of(int64_t start, int64_t stop, const float *current, float *fresh, const float *third,
                               double *sums, int width)
{
    switch (width) {
    case 8:
        subtract(start, stop, current, fresh, third, sums, 8);
        break;
    case 16:
        subtract(start, stop, current, fresh, third, sums, 16);
        break;
    case 32:
        subtract(start, stop, current, fresh, third, sums, 32);
        break;
    default:
        subtract(start, stop, current, fresh, third, sums, width);
    }
}

/* All steps of the recurrence, over row ranges one after the other: lanczos in kernels.py, which it equals to the bit.
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
            subtract_of(bounds[range], bounds[range + 1], current, previous, first, sums, width);
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

/* Check that the buffers have the lengths that the row range and the width ask for. */
static int fits(Py_ssize_t start, Py_ssize_t stop, Py_ssize_t width, Py_buffer *block, Py_buffer *other,
                Py_buffer *scale, Py_buffer *sums)
{
    Py_ssize_t row = width * (Py_ssize_t)sizeof(float);
    if (width >= 1 && width <= MOST_COLUMNS && start >= 0 && start <= stop && block->len >= stop * row &&
        other->len == block->len && scale->len == row && sums->len == width * (Py_ssize_t)sizeof(double))
        return 1;
    PyErr_SetString(PyExc_ValueError, "buffers do not have the lengths that rows and width ask for");
    return 0;
}

static PyObject *py_three_terms(PyObject *self, PyObject *args)
{
    Py_buffer indptr, indices, data, current, previous, first, second, sums;
    Py_ssize_t start, stop, width;
    if (!PyArg_ParseTuple(args, "y*y*y*nnny*w*y*y*w*", &indptr, &indices, &data, &start, &stop, &width, &current,
                          &previous, &first, &second, &sums))
        return NULL;
    int valid = fits(start, stop, width, &current, &previous, &first, &sums) && second.len == first.len &&
                indptr.len >= (stop + 1) * (Py_ssize_t)sizeof(int64_t);
    if (valid) {
        Matrix matrix = {indptr.buf, indices.buf, data.buf};
        Py_BEGIN_ALLOW_THREADS
        three_terms_of(matrix, start, stop, current.buf, previous.buf, first.buf, second.buf, sums.buf, (int)width);
        Py_END_ALLOW_THREADS
    } else if (!PyErr_Occurred()) {
        PyErr_SetString(PyExc_ValueError, "indptr or second is too short");
    }
    Py_buffer *all[] = {&indptr, &indices, &data, &current, &previous, &first, &second, &sums};
    for (size_t k = 0; k < sizeof(all) / sizeof(all[0]); k++)
        PyBuffer_Release(all[k]);
    if (!valid)
        return NULL;
    Py_RETURN_NONE;
}

static PyObject *py_subtract(PyObject *self, PyObject *args)
{
    Py_buffer current, fresh, third, sums;
    Py_ssize_t start, stop, width;
    if (!PyArg_ParseTuple(args, "nnny*w*y*w*", &start, &stop, &width, &current, &fresh, &third, &sums))
        return NULL;
    int valid = fits(start, stop, width, &current, &fresh, &third, &sums);
    if (valid) {
        Py_BEGIN_ALLOW_THREADS
        subtract_of(start, stop, current.buf, fresh.buf, third.buf, sums.buf, (int)width);
        Py_END_ALLOW_THREADS
    }
    Py_buffer *all[] = {&current, &fresh, &third, &sums};
    for (size_t k = 0; k < sizeof(all) / sizeof(all[0]); k++)
        PyBuffer_Release(all[k]);
    if (!valid)
        return NULL;
    Py_RETURN_NONE;
}

static PyObject *py_recurrence(PyObject *self, PyObject *args)
{
    Py_buffer indptr, indices, data, bounds, current, previous, scale, alpha, beta;
    Py_ssize_t width, steps;
    double breakdown;
    if (!PyArg_ParseTuple(args, "y*y*y*y*nnw*w*y*w*w*d", &indptr, &indices, &data, &bounds, &width, &steps, &current,
                          &previous, &scale, &alpha, &beta, &breakdown))
        return NULL;
    const Py_ssize_t row = width * (Py_ssize_t)sizeof(double);
    const int64_t ranges = bounds.len / (Py_ssize_t)sizeof(int64_t) - 1, *cuts = bounds.buf;
    int valid = width >= 1 && width <= MOST_COLUMNS && steps >= 0 && scale.len == row && alpha.len == row * steps &&
                beta.len == row * steps && ranges >= 0 && previous.len == current.len;
    for (int64_t range = 0; valid && range < ranges; range++)
        valid = cuts[range] >= 0 && cuts[range] <= cuts[range + 1];
    if (valid)
        valid = current.len >= cuts[ranges] * width * (Py_ssize_t)sizeof(float) &&
                indptr.len >= (cuts[ranges] + 1) * (Py_ssize_t)sizeof(int64_t);
    if (valid) {
        Matrix matrix = {indptr.buf, indices.buf, data.buf};
        Py_BEGIN_ALLOW_THREADS
        recurrence_of(matrix, cuts, ranges, current.buf, previous.buf, scale.buf, alpha.buf, beta.buf, steps,
                      breakdown, (int)width);
        Py_END_ALLOW_THREADS
    } else {
        PyErr_SetString(PyExc_ValueError, "buffers do not have the lengths that rows, width and steps ask for");
    }
    Py_buffer *all[] = {&indptr, &indices, &data, &bounds, &current, &previous, &scale, &alpha, &beta};
    for (size_t k = 0; k < sizeof(all) / sizeof(all[0]); k++)
        PyBuffer_Release(all[k]);
    if (!valid)
        return NULL;
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    {"three_terms", py_three_terms, METH_VARARGS,
     "three_terms(indptr, indices, data, start, stop, width, current, previous, first, second, sums)\n\n"
     "Overwrite rows of `previous` by first * X current - second * previous and add the dot products of its columns\n"
     "with those of `current` to `sums`. int64 indptr, int32 indices, float32 data, blocks and scales, float64 sums."},
    {"subtract", py_subtract, METH_VARARGS,
     "subtract(start, stop, width, current, fresh, third, sums)\n\n"
     "Subtract third * current from rows of `fresh` and add the squared norms of its columns to `sums`."},
    {"recurrence", py_recurrence, METH_VARARGS,
     "recurrence(indptr, indices, data, bounds, width, steps, current, previous, scale, alpha, beta, breakdown)\n\n"
     "Run all steps of the recurrence in one thread, over the row ranges between int64 bounds; scale are the inverse\n"
     "norms of the columns of current, and alpha and beta, shape (width, steps), receive the Jacobi coefficients."},
    {NULL, NULL, 0, NULL}};

static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "_kernels", "The compiled Lanczos step.", -1, methods,
                                    NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit__kernels(void)
{
    return PyModule_Create(&module);
}
