/* Forward and back substitution with a Cholesky factor, of which numpy has none. maxent.py holds the portable form. */

#define PY_SSIZE_T_CLEAN
#define Py_LIMITED_API 0x030B0000
#include <Python.h>
#include <stdint.h>

/* Overwrite x by the solution of L L' y = x; rows of L are contiguous. */
static void substitute(const double *lower, double *x, int64_t size)
{
    for (int64_t row = 0; row < size; row++) {
        const double *entries = lower + row * size;
        double sums[4] = {0.0, 0.0, 0.0, 0.0}; /* independent of each other */
        int64_t k = 0;
        for (; k + 4 <= row; k += 4)
            for (int lane = 0; lane < 4; lane++)
                sums[lane] += entries[k + lane] * x[k + lane];
        for (; k < row; k++)
            sums[0] += entries[k] * x[k];
        x[row] = (x[row] - ((sums[0] + sums[1]) + (sums[2] + sums[3]))) / entries[row];
    }
    for (int64_t row = size - 1; row >= 0; row--) {
        const double *entries = lower + row * size, value = x[row] / entries[row];
        x[row] = value;
        for (int64_t k = 0; k < row; k++)
            x[k] -= entries[k] * value;
    }
}

static PyObject *py_substitute(PyObject *self, PyObject *args)
{
    Py_buffer lower, vector;
    if (!PyArg_ParseTuple(args, "y*w*", &lower, &vector))
        return NULL;
    const Py_ssize_t each = (Py_ssize_t)sizeof(double), size = vector.len / each;
    const int valid = vector.len == size * each && lower.len == size * size * each;
    if (valid)
        substitute(lower.buf, vector.buf, size);
    PyBuffer_Release(&lower);
    PyBuffer_Release(&vector);
    if (!valid) {
        PyErr_SetString(PyExc_ValueError, "a factor of n rows and columns goes with a vector of n entries");
        return NULL;
    }
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    {"substitute", py_substitute, METH_VARARGS,
     "substitute(lower, vector)\n\n"
     "Overwrite a float64 vector b by the solution of L L' x = b; L in rows, of which the upper triangle is not read."},
    {NULL, NULL, 0, NULL}};

static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "_triangular", "Substitution.", -1, methods,
                                    NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit__triangular(void)
{
    return PyModule_Create(&module);
}
