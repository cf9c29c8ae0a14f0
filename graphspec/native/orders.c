/* An order of the rows of a sparse symmetric matrix in which linked rows are close, and rows of one length side by side:
 * breadth-first search from a hub, then rows sorted by length within windows. The matrix is written in the new order as the
 * search goes: when a row is reached, the rows linked to it have their new numbers. */

#include "native.h"

#include <stdlib.h>
#include <string.h>

/* Rows ahead whose pointers, and whose entries, are fetched. */
#define FAR_AHEAD 24
#define NEAR_AHEAD 12
#define MOST_CLASSES 64 /* rows of at least so many entries are not told apart */

/* A matrix in CSR form; data may be NULL. */
typedef struct {
    int64_t *indptr;
    int32_t *indices;
    float *data;
} Csr;

/* Number the rows of `from` by breadth-first search and write `into`; order[new] = old. `position` is of size n. Return 0
 * when more than `widest` rows have a number but were not reached: an expander has no order in which linked rows are close,
 * and that shows early. */
static int search(int64_t n, const Csr from, Csr into, int64_t widest, int32_t *order, int32_t *position)
{
    int64_t known = 0, next = 0, out = 0, hub = 0;
    for (int64_t v = 1; v < n; v++)
        if (from.indptr[v + 1] - from.indptr[v] > from.indptr[hub + 1] - from.indptr[hub])
            hub = v;
    memset(position, 0xff, (size_t)n * sizeof *position);
    for (int64_t v = 0; v < n; v++) {
        if (v == known) { /* the next component */
            while (v && position[next] >= 0)
                next++;
            order[known++] = (int32_t)(v ? next : hub);
            position[order[v]] = (int32_t)v;
        }
        if (known - v > widest)
            return 0;
        if (v + FAR_AHEAD < known)
            PREFETCH(&from.indptr[order[v + FAR_AHEAD]]);
        if (v + NEAR_AHEAD < known)
            PREFETCH(&from.indices[from.indptr[order[v + NEAR_AHEAD]]]);
        const int64_t old = order[v];
        into.indptr[v] = out;
        for (int64_t p = from.indptr[old]; p < from.indptr[old + 1]; p++) {
            int32_t *place = &position[from.indices[p]];
            if (*place < 0) {
                *place = (int32_t)known;
                order[known++] = from.indices[p];
            }
            if (from.data)
                into.data[out] = from.data[p];
            into.indices[out++] = *place;
        }
    }
    into.indptr[n] = out;
    return 1;
}

/* rank[row] = its place when rows are sorted by length, the longest first, within windows. */
static void rank_in_windows(int64_t n, const int64_t *indptr, int64_t window, int32_t *rank)
{
    for (int64_t start = 0; start < n; start += window) {
        const int64_t stop = start + window < n ? start + window : n;
        int64_t place[MOST_CLASSES + 2] = {0};
#define CLASS(row) (indptr[(row) + 1] - indptr[row] < MOST_CLASSES ? MOST_CLASSES - (indptr[(row) + 1] - indptr[row]) : 0)
        for (int64_t row = start; row < stop; row++)
            place[CLASS(row) + 1]++;
        for (int k = 0; k < MOST_CLASSES; k++)
            place[k + 1] += place[k];
        for (int64_t row = start; row < stop; row++)
            rank[row] = (int32_t)(start + place[CLASS(row)]++);
    }
}

/* Put the rows of a window in the order of their ranks, by way of copies of them. */
static void permute_window(int64_t start, int64_t stop, Csr matrix, const int32_t *rank, int32_t *order, Csr copy,
                           int32_t *order_copy)
{
    const int64_t base = matrix.indptr[start], count = matrix.indptr[stop] - base, rows = stop - start;
    memcpy(copy.indptr, matrix.indptr + start, (size_t)(rows + 1) * sizeof *copy.indptr);
    memcpy(copy.indices, matrix.indices + base, (size_t)count * sizeof *copy.indices);
    if (matrix.data)
        memcpy(copy.data, matrix.data + base, (size_t)count * sizeof *copy.data);
    memcpy(order_copy, order + start, (size_t)rows * sizeof *order_copy);
    for (int64_t row = 0; row < rows; row++)
        matrix.indptr[rank[start + row] + 1] = copy.indptr[row + 1] - copy.indptr[row];
    for (int64_t row = start; row < stop; row++)
        matrix.indptr[row + 1] += matrix.indptr[row];
    for (int64_t row = 0; row < rows; row++) {
        int64_t out = matrix.indptr[rank[start + row]];
        order[rank[start + row]] = order_copy[row];
        for (int64_t p = copy.indptr[row] - base; p < copy.indptr[row + 1] - base; p++) {
            if (matrix.data)
                matrix.data[out] = copy.data[p];
            matrix.indices[out++] = rank[copy.indices[p]];
        }
    }
}

FUNCTION(local_order, 9, "indptr, indices, data, widest, window, order, new_indptr, new_indices, new_data",
         "Write the symmetric matrix of int64 indptr, int32 indices and float32 data, or None, in an order in which linked\n"
         "rows are close: breadth-first, then by length within windows of `window` rows. order[new] is the old number.\n"
         "Return whether there is one: not if more than `widest` rows wait during the search.")
{
    READ(int64_t, indptr, AT_LEAST(1));
    const int64_t n = indptr_length - 1, entries = indptr[n];
    READ(int32_t, indices, AT_LEAST(entries));
    READ_OR_NONE(float, data, AT_LEAST(entries));
    INTEGER(widest, 0, INT64_MAX);
    INTEGER(window, 1, INT32_MAX);
    WRITE(int32_t, order, EXACTLY(n));
    WRITE(int64_t, new_indptr, EXACTLY(n + 1));
    WRITE(int32_t, new_indices, EXACTLY(entries));
    WRITE_OR_NONE(float, new_data, EXACTLY(data ? entries : 0));
    REQUIRE(!data == !new_data, "data and new_data are not both arrays, or None");
    REQUIRE(indptr[0] == 0, "indptr does not begin with 0");
    for (int64_t row = 0; row < n; row++)
        REQUIRE(indptr[row] <= indptr[row + 1], "indptr decreases");
    for (int64_t p = 0; p < entries; p++)
        REQUIRE(indices[p] >= 0 && indices[p] < n, "indices has a row that is not there");
    const Csr from = {(int64_t *)indptr, (int32_t *)indices, (float *)data}, into = {new_indptr, new_indices, new_data};
    Csr copy = {malloc((size_t)(window + 1) * sizeof(int64_t)), NULL, NULL};
    int32_t *rank = malloc((size_t)(n + 1) * sizeof *rank), *order_copy = malloc((size_t)window * sizeof *order_copy);
    int failed = !copy.indptr || !rank || !order_copy, found = 0;
    if (!failed) {
        Py_BEGIN_ALLOW_THREADS
        int64_t largest = 0;
        found = search(n, from, into, widest, order, rank);
        if (found)
            rank_in_windows(n, new_indptr, window, rank);
        for (int64_t start = 0; start < n && found; start += window) {
            const int64_t count = new_indptr[start + window < n ? start + window : n] - new_indptr[start];
            largest = count > largest ? count : largest;
        }
        copy.indices = malloc((size_t)(largest + 1) * sizeof *copy.indices);
        copy.data = malloc((size_t)(largest + 1) * sizeof *copy.data);
        failed = !copy.indices || !copy.data;
        for (int64_t start = 0; start < n && found && !failed; start += window)
            permute_window(start, start + window < n ? start + window : n, into, rank, order, copy, order_copy);
        Py_END_ALLOW_THREADS
    }
    free(copy.indptr);
    free(copy.indices);
    free(copy.data);
    free(rank);
    free(order_copy);
    if (failed)
        return PyErr_NoMemory();
    return PyBool_FromLong(found);
}
