/* Breadth-first search of all components: labels, parities of depths, and which components have an odd cycle, in one pass
 * over the entries. structure.py holds the portable form. */

#define PY_SSIZE_T_CLEAN
#define Py_LIMITED_API 0x030B0000
#include <Python.h>
#include <stdint.h>
#include <string.h>

#if defined(__GNUC__)
#define PREFETCH(address) __builtin_prefetch(address, 0, 3)
#else
#define PREFETCH(address) ((void)0)
#endif

#define UNSEEN (-1)

/* Return the number of components; odd has an entry for each at most, and the queue a place more than there are vertices. */
static int64_t search(const int64_t *indptr, const int32_t *indices, int64_t size, int32_t *label, int8_t *side,
                      int8_t *odd, int32_t *queue)
{
    int64_t count = 0;
    /* Sides are all that the search looks up in no order of memory: the byte of a vertex is often in a near cache. */
    memset(side, UNSEEN, (size_t)size);
    for (int64_t root = 0; root < size; root++) {
        if (side[root] != UNSEEN)
            continue;
        int64_t first = 0, last = 1;
        int8_t cycle = 0;
        queue[0] = (int32_t)root;
        side[root] = 0;
        while (first < last) {
            const int32_t vertex = queue[first++];
            /* Rows are fetched some steps before they are needed. */
            if (first + 12 < last)
                PREFETCH(indptr + queue[first + 12]);
            if (first + 8 < last)
                PREFETCH(indices + indptr[queue[first + 8]]);
            const int64_t stop = indptr[vertex + 1];
            const int8_t opposite = 1 - side[vertex];
            label[vertex] = (int32_t)count;
            for (int64_t p = indptr[vertex]; p < stop; p++) {
                const int32_t neighbour = indices[p];
                /* Without branches, which nobody could predict. */
                const int8_t found = side[neighbour], unseen = found == UNSEEN;
                side[neighbour] = unseen ? opposite : found;
                queue[last] = neighbour;
                last += unseen;
                cycle |= !unseen & (found != opposite);
            }
        }
        odd[count++] = cycle;
    }
    return count;
}

static PyObject *py_search(PyObject *self, PyObject *args)
{
    Py_buffer own[6]; /* indptr, indices, label, side, odd, queue */
    if (!PyArg_ParseTuple(args, "y*y*w*w*w*w*", &own[0], &own[1], &own[2], &own[3], &own[4], &own[5]))
        return NULL;
    const int64_t size = own[0].len / (Py_ssize_t)sizeof(int64_t) - 1, *indptr = own[0].buf;
    int64_t count = -1;
    if (size >= 0 && own[1].len >= indptr[size] * (Py_ssize_t)sizeof(int32_t) &&
        own[2].len == size * (Py_ssize_t)sizeof(int32_t) && own[3].len == size && own[4].len == size &&
        own[5].len >= (size + 1) * (Py_ssize_t)sizeof(int32_t)) {
        Py_BEGIN_ALLOW_THREADS
        count = search(indptr, own[1].buf, size, own[2].buf, own[3].buf, own[4].buf, own[5].buf);
        Py_END_ALLOW_THREADS
    }
    for (size_t k = 0; k < 6; k++)
        PyBuffer_Release(&own[k]);
    if (count < 0) {
        PyErr_SetString(PyExc_ValueError, "buffers do not have the lengths that the number of vertices asks for");
        return NULL;
    }
    return PyLong_FromLongLong(count);
}

static PyMethodDef methods[] = {
    {"search", py_search, METH_VARARGS,
     "search(indptr, indices, label, side, odd, queue)\n\n"
     "Search all components of a symmetric pattern, int64 indptr and int32 indices; fill int32 labels, int8\n"
     "sides and, for every component, whether it has an odd cycle, 0 before; queue is int32. Return their number."},
    {NULL, NULL, 0, NULL}};

static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "_search", "Breadth-first search.", -1, methods,
                                    NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit__search(void)
{
    return PyModule_Create(&module);
}
