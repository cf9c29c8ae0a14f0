/* Preferential attachment, one vertex after the other. growth.py holds the portable form, which gives the same edges. */

#define PY_SSIZE_T_CLEAN
#define Py_LIMITED_API 0x030B0000
#include <Python.h>
#include <stdint.h>
#include <stdlib.h>

/* splitmix64 (Steele, Lea and Flood 2014) */
static uint64_t next_random(uint64_t *state)
{
    uint64_t z = (*state += 0x9E3779B97F4A7C15u);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

static double uniform(uint64_t *state)
{
    return (double)(next_random(state) >> 11) * (1.0 / 9007199254740992.0);
}

typedef struct {
    int64_t *first; /* most recent half-edge of every vertex, or -1 */
    int64_t *next;  /* the one before it */
} Neighbours;

static void link_edge(Neighbours all, int64_t edge, int64_t tail, int64_t head)
{
    all.next[2 * edge] = all.first[tail];
    all.first[tail] = 2 * edge;
    all.next[2 * edge + 1] = all.first[head];
    all.first[head] = 2 * edge + 1;
}

/* A random neighbour of `target` that is not marked as one of the new vertex, or -1. Half-edge 2e belongs to tail[e]. */
static int64_t common_neighbour(Neighbours all, const int64_t *tail, const int64_t *head, const int64_t *mark,
                                int64_t target, int64_t vertex, uint64_t *state)
{
    int64_t eligible = 0;
    for (int64_t half = all.first[target]; half >= 0; half = all.next[half]) {
        int64_t other = half % 2 ? tail[half / 2] : head[half / 2];
        eligible += other != vertex && mark[other] != vertex;
    }
    if (eligible == 0)
        return -1;
    int64_t chosen = (int64_t)(uniform(state) * (double)eligible);
    for (int64_t half = all.first[target]; half >= 0; half = all.next[half]) {
        int64_t other = half % 2 ? tail[half / 2] : head[half / 2];
        if (other != vertex && mark[other] != vertex && chosen-- == 0)
            return other;
    }
    return -1;
}

static void grow(int64_t count, int64_t vertex, int64_t num_nodes, double closing, uint64_t state, int64_t *repeated,
                 int64_t length, int64_t *tail, int64_t *head, Neighbours all, int64_t *mark, int64_t *drawn,
                 int64_t *seen)
{
    int64_t edge = 0;
    for (; vertex < num_nodes; vertex++) {
        for (int64_t k = 0; k < count;) {
            int64_t target = repeated[(int64_t)(uniform(&state) * (double)length)];
            if (seen[target] != vertex) {
                seen[target] = vertex;
                drawn[k++] = target;
            }
        }
        int64_t used = 0, target = -1;
        for (int64_t k = 0; k < count; k++, edge++) {
            int64_t other = -1;
            if (k > 0 && closing > 0 && uniform(&state) < closing)
                other = common_neighbour(all, tail, head, mark, target, vertex, &state);
            if (other < 0)
                other = target = drawn[used++];
            tail[edge] = vertex;
            head[edge] = other;
            if (closing > 0) {
                if (mark[other] != vertex)
                    link_edge(all, edge, vertex, other);
                mark[other] = vertex;
            }
            repeated[length++] = other;
        }
        for (int64_t k = 0; k < count; k++)
            repeated[length++] = vertex;
    }
}

static PyObject *py_grow(PyObject *self, PyObject *args)
{
    Py_ssize_t count, first, num_nodes, length;
    unsigned long long seed;
    double closing;
    Py_buffer repeated, tail, head;
    if (!PyArg_ParseTuple(args, "nnndKw*nw*w*", &count, &first, &num_nodes, &closing, &seed, &repeated, &length, &tail,
                          &head))
        return NULL;
    const Py_ssize_t word = sizeof(int64_t);
    Py_ssize_t edges = count * (num_nodes - first);
    int valid = count >= 1 && first >= count && num_nodes >= first && length >= count &&
                repeated.len >= (length + 2 * edges) * word && tail.len >= edges * word && head.len >= edges * word;
    for (Py_ssize_t k = 0; valid && k < length; k++)
        valid = ((int64_t *)repeated.buf)[k] >= 0 && ((int64_t *)repeated.buf)[k] < first;
    int64_t *memory = NULL;
    if (valid) {
        memory = malloc((size_t)(3 * num_nodes + count + (closing > 0 ? 2 * edges : 0)) * sizeof(int64_t));
        if (memory != NULL) {
            for (Py_ssize_t k = 0; k < 3 * num_nodes; k++)
                memory[k] = -1;
            Neighbours all = {memory, memory + 3 * num_nodes + count};
            Py_BEGIN_ALLOW_THREADS
            grow(count, first, num_nodes, closing, seed, repeated.buf, length, tail.buf, head.buf, all,
                 memory + num_nodes, memory + 3 * num_nodes, memory + 2 * num_nodes);
            Py_END_ALLOW_THREADS
            free(memory);
        }
    }
    PyBuffer_Release(&repeated);
    PyBuffer_Release(&tail);
    PyBuffer_Release(&head);
    if (!valid) {
        PyErr_SetString(PyExc_ValueError, "the numbers and buffers do not fit together");
        return NULL;
    }
    if (memory == NULL)
        return PyErr_NoMemory();
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    {"grow", py_grow, METH_VARARGS,
     "grow(count, first, num_nodes, closing, seed, repeated, length, tail, head)\n\n"
     "Let vertices `first` to `num_nodes` - 1 attach `count` edges each; fills the int64 buffers `tail` and `head`."},
    {NULL, NULL, 0, NULL}};

static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "_growth", "Preferential attachment.", -1, methods,
                                    NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit__growth(void)
{
    return PyModule_Create(&module);
}
