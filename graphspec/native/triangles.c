/* Weighted triangles and 4-cycles of a symmetric matrix without a diagonal, for its closed walks of length 3 and 4 (Chiba and
 * Nishizeki, SIAM J. Comput. 14, 210 (1985)). Vertices are ranked by degree: each cycle is found once, from its highest
 * vertex, and the rows of hubs are not read from all of their neighbours. Numbers that are ranks bring together in memory
 * what is read together. One thread adds in a fixed order. */

#include "native.h"

#include <stdlib.h>

#define AHEAD 16 /* entries that are fetched before they are needed */

FUNCTION(lower_neighbours, 3, "indptr, indices, lower",
         "Count the neighbours of every vertex with a smaller degree, or the same and a smaller number, into int64 `lower`.")
{
    READ(int64_t, indptr, AT_LEAST(1));
    const int64_t size = indptr_length - 1, last = indptr[size];
    READ(int32_t, indices, AT_LEAST(last));
    WRITE(int64_t, lower, EXACTLY(size));
    Py_BEGIN_ALLOW_THREADS
    for (int64_t row = 0; row < size; row++) {
        const int64_t degree = indptr[row + 1] - indptr[row];
        int64_t count = 0;
        for (int64_t entry = indptr[row]; entry < indptr[row + 1]; entry++) {
            if (entry + AHEAD < last)
                PREFETCH(indptr + indices[entry + AHEAD]);
            const int64_t other = indices[entry], its = indptr[other + 1] - indptr[other];
            count += its < degree || (its == degree && other < row);
        }
        lower[row] = count;
    }
    Py_END_ALLOW_THREADS
    Py_RETURN_NONE;
}

/* Vertices in increasing order of their degrees, those of one degree by their numbers. `next` is zero, of size + 1. */
static void sort_by_degree(const int64_t *indptr, int64_t size, int64_t *next, int32_t *order)
{
    for (int64_t row = 0; row < size; row++)
        next[indptr[row + 1] - indptr[row]]++;
    for (int64_t degree = 0, start = 0; degree <= size; degree++) {
        const int64_t count = next[degree];
        next[degree] = start;
        start += count;
    }
    for (int64_t row = 0; row < size; row++)
        order[next[indptr[row + 1] - indptr[row]]++] = (int32_t)row;
}

/* Fetch what the vertices of the next ranks write: the places of their neighbours, and before that their own rows. */
static inline void fetch_ahead(const int64_t *indptr, const int32_t *indices, const int32_t *order, int64_t size, int64_t rank,
                               const int64_t *next, const int32_t *columns)
{
    if (rank + 24 >= size)
        return;
    const int64_t later = order[rank + 8], soon = order[rank + 4];
    PREFETCH(indptr + order[rank + 24]);
    PREFETCH(indices + indptr[order[rank + 16]]);
    for (int64_t entry = indptr[later], left = AHEAD; entry < indptr[later + 1] && left > 0; entry++, left--)
        PREFETCH_TO_WRITE(next + indices[entry]);
    for (int64_t entry = indptr[soon], left = AHEAD; entry < indptr[soon + 1] && left > 0; entry++, left--)
        PREFETCH_TO_WRITE(columns + next[indices[entry]]);
}

FUNCTION(rank_rows, 7, "indptr, indices, values, order, starts, columns, entries",
         "Number the vertices of a symmetric pattern by their ranks in increasing order of degree: int32 `order` has the vertex\n"
         "of every rank, int64 `starts` and int32 `columns` the pattern, rows in increasing order, and float64 `entries` the\n"
         "values, or None for both.")
{
    READ(int64_t, indptr, AT_LEAST(1));
    const int64_t size = indptr_length - 1, last = indptr[size];
    READ(int32_t, indices, EXACTLY(last));
    READ_OR_NONE(double, values, EXACTLY(last));
    WRITE(int32_t, order, EXACTLY(size));
    WRITE(int64_t, starts, EXACTLY(size + 1));
    WRITE(int32_t, columns, EXACTLY(last));
    WRITE_OR_NONE(double, entries, EXACTLY(last));
    REQUIRE(!values == !entries, "values and entries go together");
    for (int64_t row = 0; row < size; row++)
        REQUIRE(indptr[row] <= indptr[row + 1] && indptr[row + 1] - indptr[row] <= size, "indptr has rows of a wrong length");
    int64_t *next = calloc((size_t)size + 1, sizeof(int64_t)), overflow = 0;
    if (next == NULL)
        return PyErr_NoMemory();
    Py_BEGIN_ALLOW_THREADS
    sort_by_degree(indptr, size, next, order);
    starts[0] = 0;
    for (int64_t rank = 0; rank < size; rank++) {
        next[order[rank]] = starts[rank];
        starts[rank + 1] = starts[rank] + indptr[order[rank] + 1] - indptr[order[rank]];
    }
    /* Vertices enter the rows of their neighbours in the order of their ranks: rows come out sorted. */
    for (int64_t rank = 0; rank < size; rank++) {
        fetch_ahead(indptr, indices, order, size, rank, next, columns);
        const int64_t stop = indptr[order[rank] + 1];
        for (int64_t entry = indptr[order[rank]]; entry < stop; entry++) {
            const int64_t place = next[indices[entry]]++;
            if (place >= last) { /* where a pattern is not symmetric, rows run into the following ones, but not further */
                overflow++;
                continue;
            }
            columns[place] = (int32_t)rank;
            if (entries)
                entries[place] = values[entry];
        }
    }
    for (int64_t rank = 0; rank < size; rank++)
        overflow += next[order[rank]] != starts[rank + 1];
    free(next);
    Py_END_ALLOW_THREADS
    REQUIRE(overflow == 0, "the pattern is not symmetric");
    Py_RETURN_NONE;
}

/* A matrix with entries w_ij s_i s_j, in order of rank. */
typedef struct {
    int64_t size;
    const int64_t *starts;
    const int32_t *columns;
    const double *values; /* w, NULL for ones */
} Ranked;

typedef struct {
    double squared, paths; /* s^2; sum over the paths v-u-w to this vertex w, while v is searched */
} Vertex;

/* Set to zero what the search from v has added up. */
static inline void forget(Ranked matrix, Vertex *at, int64_t v, int64_t stop)
{
    for (int64_t entry = matrix.starts[v]; entry < stop; entry++) {
        const int32_t u = matrix.columns[entry];
        for (int64_t side = matrix.starts[u]; side < matrix.starts[u + 1] && matrix.columns[side] < v; side++)
            at[matrix.columns[side]].paths = 0.0;
    }
}

/* Each 4-cycle v, u, w, x from its highest vertex v and the opposite one w: products of two paths v-u-w. Paths that end at
 * lower neighbours of v make triangles, each met from both of its other vertices. */
static inline double search(Ranked matrix, Vertex *at, double *triangles, int weighted)
{
    const int64_t last = matrix.starts[matrix.size];
    double cycles = 0.0;
    for (int64_t v = 0; v < matrix.size; v++) {
        int64_t entry = matrix.starts[v];
        double pairs = 0.0, closed = 0.0;
        for (; entry < matrix.starts[v + 1] && matrix.columns[entry] < v; entry++) {
            const int32_t u = matrix.columns[entry];
            const double first = weighted ? matrix.values[entry] * at[u].squared : at[u].squared;
            if (entry + 2 * AHEAD < last)
                PREFETCH(matrix.starts + matrix.columns[entry + 2 * AHEAD]);
            if (entry + AHEAD < last)
                PREFETCH(matrix.columns + matrix.starts[matrix.columns[entry + AHEAD]]);
            const int64_t end = matrix.starts[u + 1];
            double sum = 0.0;
            for (int64_t side = matrix.starts[u]; side < end && matrix.columns[side] < v; side++) {
                Vertex *w = &at[matrix.columns[side]];
                const double path = weighted ? first * matrix.values[side] : first;
                sum += w->squared * w->paths * path;
                w->paths += path;
            }
            pairs += sum;
        }
        const int64_t stop = entry;
        for (entry = matrix.starts[v]; entry < stop; entry++) {
            const int32_t u = matrix.columns[entry];
            double product = at[v].squared * at[u].squared * at[u].paths;
            if (weighted)
                product *= matrix.values[entry];
            triangles[u] += product;
            closed += product;
        }
        triangles[v] += closed / 2;
        cycles += at[v].squared * pairs;
        forget(matrix, at, v, stop);
    }
    return cycles;
}

FUNCTION(short_cycles, 5, "starts, columns, values, squared, triangles",
         "Sum the products of the entries of all triangles of every vertex into float64 `triangles`, and return the sum of those\n"
         "of all cycles of four edges. Entries are w_ij s_i s_j, with float64 values w or None for ones, and squared scales s^2;\n"
         "rows are those of `rank_rows`.")
{
    READ(int64_t, starts, AT_LEAST(1));
    const int64_t size = starts_length - 1, last = starts[size];
    READ(int32_t, columns, EXACTLY(last));
    READ_OR_NONE(double, values, EXACTLY(last));
    READ(double, squared, EXACTLY(size));
    WRITE(double, triangles, EXACTLY(size));
    for (int64_t entry = 0; entry < last; entry++)
        REQUIRE(columns[entry] >= 0 && columns[entry] < size, "columns has one outside of the matrix");
    Vertex *at = malloc((size_t)(size + 1) * sizeof(Vertex));
    if (at == NULL)
        return PyErr_NoMemory();
    const Ranked matrix = {size, starts, columns, values};
    double cycles;
    Py_BEGIN_ALLOW_THREADS
    for (int64_t vertex = 0; vertex < size; vertex++) {
        at[vertex] = (Vertex){squared[vertex], 0.0};
        triangles[vertex] = 0.0;
    }
    /* Called with constants, so that there is code for each case. */
    cycles = values ? search(matrix, at, triangles, 1) : search(matrix, at, triangles, 0);
    free(at);
    Py_END_ALLOW_THREADS
    return PyFloat_FromDouble(cycles);
}
