/* The extension module graphspec._native: the list of its functions, and what all of them do with their arguments. */

#include "native.h"
#include "step.h"
#include "team.h"

PyObject *native_run(PyObject *(*body)(Call *), Call *call, const char *name, Py_ssize_t given, Py_ssize_t num_args)
{
    if (given != num_args)
        return PyErr_Format(PyExc_TypeError, "%s() takes %zd arguments, not %zd", name, num_args, given);
    PyObject *result = body(call);
    while (call->num_buffers > 0)
        PyBuffer_Release(&call->buffers[--call->num_buffers]);
    return result;
}

/* Put the name of an argument before the message of an exception of Python. */
static void name_argument(const char *name)
{
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    PyErr_NormalizeException(&type, &value, &traceback);
    PyErr_Format(type, "%s: %S", name, value);
    Py_DECREF(type);
    Py_DECREF(value);
    Py_XDECREF(traceback);
}

void *native_array(Call *call, const char *name, Py_ssize_t itemsize, int flags, int64_t least, int64_t most)
{
    PyObject *object = *call->next++;
    Py_buffer *buffer = &call->buffers[call->num_buffers];
    call->length = 0;
    if ((flags & OR_NONE) && object == Py_None)
        return NULL;
    call->length = -1;
    if (PyObject_GetBuffer(object, buffer, flags & ~OR_NONE) < 0) {
        name_argument(name);
        return NULL;
    }
    call->num_buffers++;
    const int64_t length = buffer->len / itemsize;
    if (buffer->itemsize != itemsize)
        PyErr_Format(PyExc_ValueError, "%s has items of %zd bytes, not %zd", name, buffer->itemsize, itemsize);
    else if (flags & PyBUF_ND && buffer->ndim != 1)
        PyErr_Format(PyExc_ValueError, "%s has %d dimensions, not 1", name, buffer->ndim);
    else if (length < least || length > most)
        PyErr_Format(PyExc_ValueError, "%s has %lld items, %s%lld are needed", name, (long long)length,
                     most == INT64_MAX ? "at least " : "", (long long)least);
    else {
        call->length = length;
        call->stride = flags & PyBUF_ND ? buffer->strides[0] : itemsize;
    }
    return buffer->buf;
}

int64_t native_integer(Call *call, const char *name, int64_t least, int64_t most)
{
    const int64_t value = PyLong_AsLongLong(*call->next++);
    if (value == -1 && PyErr_Occurred())
        name_argument(name);
    else if (value < least)
        PyErr_Format(PyExc_ValueError, "%s is %lld, less than %lld", name, (long long)value, (long long)least);
    else if (value > most)
        PyErr_Format(PyExc_ValueError, "%s is %lld, more than %lld", name, (long long)value, (long long)most);
    else
        return value;
    call->length = -1;
    return value;
}

#define FUNCTIONS(X) \
    X(three_terms) X(subtract) X(recurrence) X(round_rows) X(unique_sorted) X(symmetric_csr) X(is_symmetric) \
    X(off_diagonal) X(induced_subgraph) X(neighbour_sums) X(first_equal) X(connected_components) X(parse_integers) \
    X(has_odd_integer) X(preferential_attachment) X(rewire_heads) X(switch_edges) X(lower_neighbours) X(rank_rows) \
    X(short_cycles) X(closed_walks) X(local_order) X(factor_counts) X(add_terms) X(row_products) X(sorted_edge_keys)
#define DECLARE(name) extern PyMethodDef native_##name[];
#define ENTRY(name) native_##name,

FUNCTIONS(DECLARE)
static PyMethodDef *const functions[] = {FUNCTIONS(ENTRY)};

static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, .m_name = "graphspec._native",
                                        .m_doc = "What is compiled of graphspec.", .m_size = -1};

PyMODINIT_FUNC PyInit__native(void)
{
    PyObject *module = PyModule_Create(&definition);
    for (size_t k = 0; module != NULL && k < sizeof(functions) / sizeof(functions[0]); k++)
        if (PyModule_AddFunctions(module, functions[k]) < 0)
            Py_CLEAR(module);
    if (module != NULL && (PyModule_AddIntConstant(module, "NUM_INSTRUCTION_SETS", native_num_instruction_sets()) < 0 ||
                           PyModule_AddIntConstant(module, "TEAM_LENGTH", TEAM_LENGTH) < 0 ||
                           PyModule_AddIntConstant(module, "SCALE_ROWS", SCALE_ROWS) < 0))
        Py_CLEAR(module);
    return module;
}
