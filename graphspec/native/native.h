/* The frame of a function of the extension module:
 *
 *     FUNCTION(neighbour_sums, 4, "indptr, indices, values, sums", "Sum the values of all neighbours of every vertex.")
 *     {
 *         READ(int64_t, indptr, AT_LEAST(1));
 *         ...
 *     }
 *
 * Arguments are taken in their order. One that does not fit ends the function with an exception that names it. Buffers are
 * released when the function has returned. */

#ifndef GRAPHSPEC_NATIVE_H
#define GRAPHSPEC_NATIVE_H

#define Py_LIMITED_API 0x030B0000
#include <Python.h>
#include <stdint.h>

#if defined(__GNUC__)
#define PREFETCH(address) __builtin_prefetch(address, 0, 3)
#define PREFETCH_TO_WRITE(address) __builtin_prefetch(address, 1, 3)
#else
#define PREFETCH(address) ((void)0)
#define PREFETCH_TO_WRITE(address) ((void)0)
#endif

/* A call under way: its next argument, the buffers to release, and the array taken last. */
typedef struct {
    PyObject *const *next;
    Py_buffer *buffers;
    int num_buffers;
    int64_t length; /* in items; -1 after an error */
    Py_ssize_t stride;
} Call;

PyObject *native_run(PyObject *(*body)(Call *), Call *call, const char *name, Py_ssize_t given, Py_ssize_t num_args);
void *native_array(Call *call, const char *name, Py_ssize_t itemsize, int flags, int64_t least, int64_t most);
int native_num_instruction_sets(void);
int64_t native_integer(Call *call, const char *name, int64_t least, int64_t most);

/* Define a function and its table of methods, which module.c adds to the module. */
#define FUNCTION(name, num_args, signature, doc) \
    static PyObject *name##_body(Call *call); \
    static PyObject *name##_call(PyObject *Py_UNUSED(module), PyObject *const *args, Py_ssize_t given) \
    { \
        Py_buffer buffers[num_args]; \
        Call call = {args, buffers, 0, 0, 0}; \
        return native_run(name##_body, &call, #name, given, num_args); \
    } \
    PyMethodDef native_##name[] = {{#name, (PyCFunction)(void (*)(void))name##_call, METH_FASTCALL, \
                                    #name "($module, " signature ", /)\n--\n\n" doc}, \
                                   {NULL, NULL, 0, NULL}}; \
    static PyObject *name##_body(Call *call)

/* Number of items of an array. */
#define EXACTLY(length) (length), (length)
#define AT_LEAST(length) (length), INT64_MAX
#define ANY_LENGTH 0, INT64_MAX

/* Take a contiguous array: `name` points to its items, `name_length` is their number. None gives NULL and 0. */
#define OR_NONE 0x10000
#define READ(type, name, ...) TAKE_(const type *, name, sizeof(type), PyBUF_SIMPLE, __VA_ARGS__)
#define READ_OR_NONE(type, name, ...) TAKE_(const type *, name, sizeof(type), PyBUF_SIMPLE | OR_NONE, __VA_ARGS__)
#define WRITE(type, name, ...) TAKE_(type *, name, sizeof(type), PyBUF_WRITABLE, __VA_ARGS__)
#define WRITE_OR_NONE(type, name, ...) TAKE_(type *, name, sizeof(type), PyBUF_WRITABLE | OR_NONE, __VA_ARGS__)
#define TAKE_(pointer, name, ...) \
    pointer name = native_array(call, #name, __VA_ARGS__); \
    const int64_t name##_length = call->length; \
    if (name##_length < 0) \
    return 0

/* Take an array of one dimension whose items are `name_stride` bytes apart. */
#define READ_STRIDED(type, name, ...) \
    TAKE_(const char *, name, sizeof(type), PyBUF_STRIDES, __VA_ARGS__); \
    const Py_ssize_t name##_stride = call->stride

/* Take an integer from `least` to `most`. */
#define INTEGER(name, least, most) \
    const int64_t name = native_integer(call, #name, least, most); \
    if (call->length < 0) \
    return 0

/* Take a number of another type, by a function of the C API. */
#define NUMBER(type, name, convert) \
    const type name = convert(*call->next++); \
    if (PyErr_Occurred()) \
    return 0

#define REQUIRE(condition, message) \
    if (!(condition)) { \
        PyErr_SetString(PyExc_ValueError, message); \
        return 0; \
    }

#endif
