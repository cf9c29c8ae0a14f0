/* Parsing rows of nothing but non-negative integers, one separator between them and a line feed after each row: what
 * most edge lists are. Anything else is left to the caller, who knows how to tell what is wrong. */

#define PY_SSIZE_T_CLEAN
#define Py_LIMITED_API 0x030B0000
#include <Python.h>
#include <stdint.h>

#define MOST_DIGITS 18 /* all of them fit into 64 bits */

/* Return the number of integers written, or -1 where the text is anything else or more than fits. */
static Py_ssize_t parse(const unsigned char *text, Py_ssize_t length, unsigned char separator, Py_ssize_t width,
                        int64_t *out, Py_ssize_t capacity)
{
    Py_ssize_t written = 0, column = 0, place = 0;
    while (place < length) {
        int64_t value = 0;
        Py_ssize_t first = place;
        while (place < length && text[place] >= '0' && text[place] <= '9')
            value = value * 10 + (text[place++] - '0');
        if (place == first || place - first > MOST_DIGITS || written == capacity)
            return -1;
        out[written++] = value;
        if (++column == width)
            column = 0;
        if (place == length)
            break;
        if (text[place++] != (column == 0 ? '\n' : separator))
            return -1;
    }
    return column == 0 ? written : -1;
}

static PyObject *py_parse(PyObject *self, PyObject *args)
{
    Py_buffer text, out;
    Py_ssize_t start, stop, width;
    int separator;
    if (!PyArg_ParseTuple(args, "y*nninw*", &text, &start, &stop, &separator, &width, &out))
        return NULL;
    Py_ssize_t written = -1;
    int valid = start >= 0 && start <= stop && stop <= text.len && width >= 1;
    if (valid) {
        Py_BEGIN_ALLOW_THREADS
        written = parse((const unsigned char *)text.buf + start, stop - start, (unsigned char)separator, width, out.buf,
                        out.len / (Py_ssize_t)sizeof(int64_t));
        Py_END_ALLOW_THREADS
    }
    PyBuffer_Release(&text);
    PyBuffer_Release(&out);
    if (!valid) {
        PyErr_SetString(PyExc_ValueError, "the range lies outside of the text, or the width is not positive");
        return NULL;
    }
    return PyLong_FromSsize_t(written);
}

static PyMethodDef methods[] = {
    {"parse", py_parse, METH_VARARGS,
     "parse(text, start, stop, separator, width, out)\n\n"
     "Parse rows of `width` integers from bytes `start` to `stop` into the int64 buffer `out`; return how many there\n"
     "are, or -1 where the text is anything else."},
    {NULL, NULL, 0, NULL}};

static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "_integers", "Parsing rows of integers.", -1, methods,
                                    NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit__integers(void)
{
    return PyModule_Create(&module);
}
