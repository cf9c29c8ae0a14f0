/* Work on the rows of a graph in CSR form that would take numpy several passes over all entries: building it from sorted
 * edges, taking a part of it, and telling rows apart. graph.py and twins.py hold the portable forms. */

#define PY_SSIZE_T_CLEAN
#define Py_LIMITED_API 0x030B0000
#include <Python.h>
#include <stdint.h>

#define AHEAD 16 /* entries that are fetched before they are needed */

#if defined(__GNUC__)
#define PREFETCH(address) __builtin_prefetch(address, 0, 3)
#define PREFETCH_TO_WRITE(address) __builtin_prefetch(address, 1, 3)
#else
#define PREFETCH(address) ((void)0)
#define PREFETCH_TO_WRITE(address) ((void)0)
#endif

#define LOW(key) ((int32_t)((key) >> 32))
#define HIGH(key) ((int32_t)((key)&0x7fffffff))

/* An edge is a key of 64 bits, its smaller end above the larger one. Return the number of keys; loops have none. */
static int64_t keys_of(const char *tail, Py_ssize_t tail_stride, const char *head, Py_ssize_t head_stride, int64_t count,
                       int64_t *keys)
{
    int64_t found = 0;
    for (int64_t edge = 0; edge < count; edge++) {
        const int64_t a = *(const int64_t *)(tail + edge * tail_stride);
        const int64_t b = *(const int64_t *)(head + edge * head_stride);
        keys[found] = a < b ? a << 32 | b : b << 32 | a;
        found += a != b;
    }
    return found;
}

/* Leave out what equals its predecessor. */
static int64_t without_repetitions(int64_t *sorted, int64_t count)
{
    int64_t found = count > 0;
    for (int64_t place = 1; place < count; place++) {
        sorted[found] = sorted[place];
        found += sorted[place] != sorted[found - 1];
    }
    return found;
}

/* Fill both directions of sorted distinct edges into rows, which come out sorted: a row's smaller neighbours are met before
 * its own keys. indptr, zero before, has an entry more than there are vertices. */
static void fill_rows(const int64_t *keys, const double *values, int64_t count, int64_t vertices, int64_t *indptr,
                      int32_t *indices, double *weights)
{
    /* The place in which row v is written next stands at v + 1, and in the end that is where the row after it begins. */
    int64_t *next = indptr + 1, start = 0;
    for (int64_t edge = 0; edge < count; edge++) {
        if (edge + AHEAD < count)
            PREFETCH_TO_WRITE(next + HIGH(keys[edge + AHEAD]));
        next[LOW(keys[edge])]++;
        next[HIGH(keys[edge])]++;
    }
    for (int64_t vertex = 0; vertex < vertices; vertex++) {
        const int64_t length = next[vertex];
        next[vertex] = start;
        start += length;
    }
    for (int64_t edge = 0; edge < count; edge++) {
        if (edge + 2 * AHEAD < count)
            PREFETCH_TO_WRITE(next + HIGH(keys[edge + 2 * AHEAD]));
        if (edge + AHEAD < count)
            PREFETCH_TO_WRITE(indices + next[HIGH(keys[edge + AHEAD])]);
        const int32_t low = LOW(keys[edge]), high = HIGH(keys[edge]);
        const int64_t upper = next[low]++, lower = next[high]++;
        indices[upper] = high;
        indices[lower] = low;
        if (values)
            weights[upper] = weights[lower] = values[edge];
    }
}

/* Rows and columns of some vertices, in increasing order; position is the new number of a vertex, or -1. */
static void part_of_rows(const int64_t *indptr, const int32_t *indices, const double *weights, const int64_t *vertices,
                         int64_t count, const int32_t *position, int64_t *part_indptr, int32_t *part_indices,
                         double *part_weights)
{
    int64_t found = 0;
    part_indptr[0] = 0;
    for (int64_t row = 0; row < count; row++) {
        const int64_t stop = indptr[vertices[row] + 1];
        for (int64_t entry = indptr[vertices[row]]; entry < stop; entry++) {
            if (entry + AHEAD < stop)
                PREFETCH(position + indices[entry + AHEAD]);
            const int32_t column = position[indices[entry]];
            if (column < 0)
                continue;
            part_indices[found] = column;
            if (weights)
                part_weights[found] = weights[entry];
            found++;
        }
        part_indptr[row + 1] = found;
    }
}

/* Sums of what the neighbours have, modulo 2^64. */
static void sums_of_rows(const int64_t *indptr, const int32_t *indices, int64_t vertices, const uint64_t *values,
                         uint64_t *sums)
{
    const int64_t last = indptr[vertices];
    for (int64_t row = 0; row < vertices; row++) {
        uint64_t sum = 0;
        for (int64_t entry = indptr[row]; entry < indptr[row + 1]; entry++) {
            if (entry + AHEAD < last)
                PREFETCH(values + indices[entry + AHEAD]);
            sum += values[indices[entry]];
        }
        sums[row] = sum;
    }
}

/* For each of some vertices, in increasing order, the first one with the same value. table, of a power of two of places
 * that are more than the vertices, is -1 before; the values are random in their leading bits. */
static void first_equal(const uint64_t *values, const int64_t *vertices, int64_t count, int32_t *table, int64_t places,
                        int64_t *first)
{
    int shift = 64;
    while (((int64_t)1 << (64 - shift)) < places)
        shift--;
    for (int64_t number = 0; number < count; number++) {
        if (number + AHEAD < count)
            PREFETCH_TO_WRITE(table + (values[vertices[number + AHEAD]] >> shift));
        const int64_t vertex = vertices[number];
        uint64_t place = values[vertex] >> shift;
        while (table[place] >= 0 && values[table[place]] != values[vertex])
            place = (place + 1) & (uint64_t)(places - 1);
        if (table[place] < 0)
            table[place] = (int32_t)vertex;
        first[number] = table[place];
    }
}

static void release(Py_buffer *buffers, size_t count)
{
    for (size_t k = 0; k < count; k++)
        PyBuffer_Release(&buffers[k]);
}

/* The number of elements of a buffer. */
#define LENGTH(buffer, type) ((buffer).len / (Py_ssize_t)sizeof(type))

static PyObject *answer(int valid, int64_t found)
{
    if (!valid) {
        PyErr_SetString(PyExc_ValueError, "buffers do not have the lengths that they need");
        return NULL;
    }
    return PyLong_FromLongLong(found);
}

static PyObject *py_keys(PyObject *self, PyObject *args)
{
    PyObject *tail, *head;
    Py_buffer ends[2], out;
    if (!PyArg_ParseTuple(args, "OOw*", &tail, &head, &out))
        return NULL;
    if (PyObject_GetBuffer(tail, &ends[0], PyBUF_STRIDES) < 0) {
        PyBuffer_Release(&out);
        return NULL;
    }
    if (PyObject_GetBuffer(head, &ends[1], PyBUF_STRIDES) < 0) {
        PyBuffer_Release(&ends[0]);
        PyBuffer_Release(&out);
        return NULL;
    }
    int64_t found = 0;
    const int valid = ends[0].ndim == 1 && ends[1].ndim == 1 && ends[0].itemsize == sizeof(int64_t) &&
                      ends[1].itemsize == sizeof(int64_t) && ends[0].shape[0] == ends[1].shape[0] &&
                      LENGTH(out, int64_t) >= ends[0].shape[0];
    if (valid) {
        Py_BEGIN_ALLOW_THREADS
        found = keys_of(ends[0].buf, ends[0].strides[0], ends[1].buf, ends[1].strides[0], ends[0].shape[0], out.buf);
        Py_END_ALLOW_THREADS
    }
    release(ends, 2);
    PyBuffer_Release(&out);
    return answer(valid, found);
}

static PyObject *py_distinct(PyObject *self, PyObject *args)
{
    Py_buffer keys;
    int64_t found;
    if (!PyArg_ParseTuple(args, "w*", &keys))
        return NULL;
    Py_BEGIN_ALLOW_THREADS
    found = without_repetitions(keys.buf, LENGTH(keys, int64_t));
    Py_END_ALLOW_THREADS
    PyBuffer_Release(&keys);
    return answer(1, found);
}

static PyObject *py_fill(PyObject *self, PyObject *args)
{
    Py_buffer own[5]; /* keys, values, indptr, indices, weights */
    if (!PyArg_ParseTuple(args, "y*z*w*w*z*", &own[0], &own[1], &own[2], &own[3], &own[4]))
        return NULL;
    const int64_t count = LENGTH(own[0], int64_t), vertices = LENGTH(own[2], int64_t) - 1, *keys = own[0].buf;
    int valid = vertices >= 0 && LENGTH(own[3], int32_t) == 2 * count && !own[1].buf == !own[4].buf &&
                (!own[1].buf || (LENGTH(own[1], double) == count && LENGTH(own[4], double) == 2 * count));
    /* Sorted keys: the last one has the largest lower end, but any may have the largest upper end. */
    for (int64_t edge = 0; valid && edge < count; edge++)
        valid = keys[edge] >= 0 && LOW(keys[edge]) < HIGH(keys[edge]) && HIGH(keys[edge]) < vertices;
    if (valid) {
        Py_BEGIN_ALLOW_THREADS
        fill_rows(keys, own[1].buf, count, vertices, own[2].buf, own[3].buf, own[4].buf);
        Py_END_ALLOW_THREADS
    }
    release(own, 5);
    return answer(valid, count);
}

static PyObject *py_part(PyObject *self, PyObject *args)
{
    Py_buffer own[8]; /* indptr, indices, weights, vertices, position, and indptr, indices, weights of the part */
    if (!PyArg_ParseTuple(args, "y*y*z*y*y*w*w*z*", &own[0], &own[1], &own[2], &own[3], &own[4], &own[5], &own[6],
                          &own[7]))
        return NULL;
    const int64_t size = LENGTH(own[0], int64_t) - 1, count = LENGTH(own[3], int64_t), *indptr = own[0].buf;
    const int64_t *vertices = own[3].buf;
    int64_t entries = 0;
    int valid = size >= 0 && LENGTH(own[1], int32_t) >= indptr[size] && LENGTH(own[4], int32_t) == size &&
                LENGTH(own[5], int64_t) == count + 1 && !own[2].buf == !own[7].buf;
    for (int64_t row = 0; valid && row < count; row++) {
        valid = vertices[row] >= 0 && vertices[row] < size;
        entries += valid ? indptr[vertices[row] + 1] - indptr[vertices[row]] : 0;
    }
    valid = valid && LENGTH(own[6], int32_t) >= entries &&
            (!own[2].buf || (LENGTH(own[2], double) >= indptr[size] && LENGTH(own[7], double) >= entries));
    if (valid) {
        Py_BEGIN_ALLOW_THREADS
        part_of_rows(indptr, own[1].buf, own[2].buf, vertices, count, own[4].buf, own[5].buf, own[6].buf, own[7].buf);
        Py_END_ALLOW_THREADS
        entries = ((int64_t *)own[5].buf)[count];
    }
    release(own, 8);
    return answer(valid, entries);
}

static PyObject *py_sums(PyObject *self, PyObject *args)
{
    Py_buffer own[4]; /* indptr, indices, values, sums */
    if (!PyArg_ParseTuple(args, "y*y*y*w*", &own[0], &own[1], &own[2], &own[3]))
        return NULL;
    const int64_t size = LENGTH(own[0], int64_t) - 1, *indptr = own[0].buf;
    const int valid = size >= 0 && LENGTH(own[1], int32_t) >= indptr[size] && LENGTH(own[2], uint64_t) == size &&
                      own[3].len == own[2].len;
    if (valid) {
        Py_BEGIN_ALLOW_THREADS
        sums_of_rows(indptr, own[1].buf, size, own[2].buf, own[3].buf);
        Py_END_ALLOW_THREADS
    }
    release(own, 4);
    return answer(valid, size);
}

static PyObject *py_first_equal(PyObject *self, PyObject *args)
{
    Py_buffer own[4]; /* values, vertices, table, first */
    if (!PyArg_ParseTuple(args, "y*y*w*w*", &own[0], &own[1], &own[2], &own[3]))
        return NULL;
    const int64_t count = LENGTH(own[1], int64_t), places = LENGTH(own[2], int32_t), *vertices = own[1].buf;
    int valid = places > count && places > 1 && (places & (places - 1)) == 0 && own[3].len == own[1].len;
    for (int64_t number = 0; valid && number < count; number++)
        valid = vertices[number] >= 0 && vertices[number] < LENGTH(own[0], uint64_t);
    if (valid) {
        Py_BEGIN_ALLOW_THREADS
        first_equal(own[0].buf, vertices, count, own[2].buf, places, own[3].buf);
        Py_END_ALLOW_THREADS
    }
    release(own, 4);
    return answer(valid, count);
}

static PyMethodDef methods[] = {
    {"keys", py_keys, METH_VARARGS,
     "keys(tail, head, out)\n\n"
     "Write a key for every edge that is no loop into int64 `out`: its smaller end times 2^32 plus the larger one. The\n"
     "ends are int64, in arrays with any stride. Return the number of keys."},
    {"distinct", py_distinct, METH_VARARGS,
     "distinct(keys)\n\n"
     "Move the distinct ones of sorted int64 keys to the front; return their number."},
    {"fill", py_fill, METH_VARARGS,
     "fill(keys, values, indptr, indices, weights)\n\n"
     "Fill a symmetric pattern, int64 indptr of zeros and int32 indices, from sorted distinct keys, with float64 weights\n"
     "from the values of the edges or None for both."},
    {"part", py_part, METH_VARARGS,
     "part(indptr, indices, weights, vertices, position, part_indptr, part_indices, part_weights)\n\n"
     "Copy rows and columns of int64 vertices, whose int32 position is not -1; return the number of entries."},
    {"sums", py_sums, METH_VARARGS,
     "sums(indptr, indices, values, sums)\n\n"
     "Sum the uint64 values of all neighbours of every vertex, modulo 2^64."},
    {"first_equal", py_first_equal, METH_VARARGS,
     "first_equal(values, vertices, table, first)\n\n"
     "For each of int64 vertices find the first that has the same uint64 value; table, int32, is -1 before and has a\n"
     "power of two of places."},
    {NULL, NULL, 0, NULL}};

static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "_rows", "Work on rows of a graph.", -1, methods,
                                    NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit__rows(void)
{
    return PyModule_Create(&module);
}
