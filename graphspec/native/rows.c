/* Work on the rows of a graph in CSR form that would take numpy several passes over all entries: building it from sorted
 * edges, taking a part of it, and telling rows apart. The portable forms in Python give the same. */

#include "native.h"

#include <stdlib.h>
#include <string.h>

#define AHEAD 16 /* entries that are fetched before they are needed */

#define LOW(key) ((int32_t)((key) >> 32))
#define HIGH(key) ((int32_t)((key)&0x7fffffff))

FUNCTION(unique_sorted, 1, "values", "Move the distinct ones of sorted int64 values to the front; return their number.")
{
    WRITE(int64_t, values, ANY_LENGTH);
    int64_t found = values_length > 0;
    Py_BEGIN_ALLOW_THREADS
    for (int64_t place = 1; place < values_length; place++) {
        values[found] = values[place];
        found += values[place] != values[found - 1];
    }
    Py_END_ALLOW_THREADS
    return PyLong_FromLongLong(found);
}

FUNCTION(symmetric_csr, 5, "keys, values, indptr, indices, weights",
         "Fill a symmetric pattern, int64 indptr of zeros and int32 indices, from sorted distinct keys, with float64 weights\n"
         "from the values of the edges or None for both.")
{
    READ(int64_t, keys, ANY_LENGTH);
    READ_OR_NONE(double, values, EXACTLY(keys_length));
    WRITE(int64_t, indptr, AT_LEAST(1));
    WRITE(int32_t, indices, EXACTLY(2 * keys_length));
    WRITE_OR_NONE(double, weights, EXACTLY(2 * keys_length));
    REQUIRE(!values == !weights, "values and weights go together");
    const int64_t count = keys_length, vertices = indptr_length - 1;
    /* Sorted keys: the last one has the largest lower end, but any may have the largest upper end. */
    for (int64_t edge = 0; edge < count; edge++)
        REQUIRE(keys[edge] >= 0 && LOW(keys[edge]) < HIGH(keys[edge]) && HIGH(keys[edge]) < vertices,
                "keys has an end outside of the graph");
    Py_BEGIN_ALLOW_THREADS
    /* Rows come out sorted: a row's smaller neighbours are met before its own keys. The place in which row v is written
     * next stands at v + 1, and in the end that is where the row after it begins. */
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
    Py_END_ALLOW_THREADS
    Py_RETURN_NONE;
}

FUNCTION(is_symmetric, 3, "indptr, indices, values",
         "Return whether a matrix with int64 indptr, int32 indices in increasing order, and float64 values, or None for a\n"
         "pattern, is equal to its transpose.")
{
    READ(int64_t, indptr, AT_LEAST(1));
    const int64_t size = indptr_length - 1;
    READ(int32_t, indices, EXACTLY(indptr[size]));
    READ_OR_NONE(double, values, EXACTLY(indptr[size]));
    /* The first entry of each row that no entry of a row above was found to be equal to. */
    int64_t *next = malloc((size_t)(size + 1) * sizeof *next);
    if (next == NULL)
        return PyErr_NoMemory();
    int same = 1;
    Py_BEGIN_ALLOW_THREADS
    memcpy(next, indptr, (size_t)(size + 1) * sizeof *next);
    for (int64_t row = 0; row < size && same; row++) {
        int64_t entry = next[row];
        const int64_t end = indptr[row + 1];
        if (entry < end && indices[entry] == row)
            entry++;
        for (; entry < end && same; entry++) {
            const int64_t column = indices[entry];
            same = column > row && column < size && next[column] < indptr[column + 1] && indices[next[column]] == row &&
                   (!values || values[next[column]] == values[entry]);
            if (same)
                next[column]++;
        }
    }
    Py_END_ALLOW_THREADS
    free(next);
    return PyBool_FromLong(same);
}

FUNCTION(off_diagonal, 6, "indptr, indices, values, starts, columns, entries",
         "Copy the entries of a matrix, with int64 indptr, int32 indices and float64 values, that are off the diagonal and not\n"
         "zero; return their number.")
{
    READ(int64_t, indptr, AT_LEAST(1));
    const int64_t size = indptr_length - 1;
    READ(int32_t, indices, EXACTLY(indptr[size]));
    READ(double, values, EXACTLY(indptr[size]));
    WRITE(int64_t, starts, EXACTLY(size + 1));
    WRITE(int32_t, columns, EXACTLY(indptr[size]));
    WRITE(double, entries, EXACTLY(indptr[size]));
    int64_t found = 0;
    Py_BEGIN_ALLOW_THREADS
    for (int64_t row = 0; row < size; row++) {
        starts[row] = found;
        for (int64_t entry = indptr[row]; entry < indptr[row + 1]; entry++) {
            columns[found] = indices[entry];
            entries[found] = values[entry];
            found += indices[entry] != row && values[entry] != 0.0;
        }
    }
    starts[size] = found;
    Py_END_ALLOW_THREADS
    return PyLong_FromLongLong(found);
}

FUNCTION(induced_subgraph, 8,
         "indptr, indices, weights, vertices, position, part_indptr, part_indices, part_weights",
         "Copy rows and columns of int64 vertices, in increasing order; their int32 position is the new number, that of\n"
         "others -1. Return the number of entries.")
{
    READ(int64_t, indptr, AT_LEAST(1));
    const int64_t size = indptr_length - 1;
    READ(int32_t, indices, AT_LEAST(indptr[size]));
    READ_OR_NONE(double, weights, AT_LEAST(indptr[size]));
    READ(int64_t, vertices, ANY_LENGTH);
    READ(int32_t, position, EXACTLY(size));
    int64_t entries = 0, found = 0;
    for (int64_t row = 0; row < vertices_length; row++) {
        REQUIRE(vertices[row] >= 0 && vertices[row] < size, "vertices has one outside of the graph");
        entries += indptr[vertices[row] + 1] - indptr[vertices[row]];
    }
    WRITE(int64_t, part_indptr, EXACTLY(vertices_length + 1));
    WRITE(int32_t, part_indices, AT_LEAST(entries));
    WRITE_OR_NONE(double, part_weights, AT_LEAST(entries));
    REQUIRE(!weights == !part_weights, "weights and part_weights go together");
    Py_BEGIN_ALLOW_THREADS
    part_indptr[0] = 0;
    for (int64_t row = 0; row < vertices_length; row++) {
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
    Py_END_ALLOW_THREADS
    return PyLong_FromLongLong(found);
}

FUNCTION(neighbour_sums, 4, "indptr, indices, values, sums",
         "Sum the uint64 values of all neighbours of every vertex, modulo 2^64.")
{
    READ(int64_t, indptr, AT_LEAST(1));
    const int64_t vertices = indptr_length - 1, last = indptr[vertices];
    READ(int32_t, indices, AT_LEAST(last));
    READ(uint64_t, values, EXACTLY(vertices));
    WRITE(uint64_t, sums, EXACTLY(vertices));
    Py_BEGIN_ALLOW_THREADS
    for (int64_t row = 0; row < vertices; row++) {
        uint64_t sum = 0;
        for (int64_t entry = indptr[row]; entry < indptr[row + 1]; entry++) {
            if (entry + AHEAD < last)
                PREFETCH(values + indices[entry + AHEAD]);
            sum += values[indices[entry]];
        }
        sums[row] = sum;
    }
    Py_END_ALLOW_THREADS
    Py_RETURN_NONE;
}

FUNCTION(first_equal, 4, "values, vertices, table, first",
         "For each of int64 vertices, in increasing order, find the first that has the same uint64 value; values are random\n"
         "in their leading bits. `table`, int32, is -1 before and has a power of two of places, more than there are vertices.")
{
    READ(uint64_t, values, ANY_LENGTH);
    READ(int64_t, vertices, ANY_LENGTH);
    WRITE(int32_t, table, AT_LEAST(vertices_length + 1));
    WRITE(int64_t, first, EXACTLY(vertices_length));
    const int64_t count = vertices_length, places = table_length;
    REQUIRE(places > 1 && (places & (places - 1)) == 0, "table has a length that is no power of two above 1");
    for (int64_t number = 0; number < count; number++)
        REQUIRE(vertices[number] >= 0 && vertices[number] < values_length, "vertices has one without a value");
    Py_BEGIN_ALLOW_THREADS
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
    Py_END_ALLOW_THREADS
    Py_RETURN_NONE;
}
