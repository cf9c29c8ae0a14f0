/* Closed walks of up to eight steps on graphs where few vertices are within four: roads, grids, power grids. Walks of half the
 * length from one vertex at a time, of which two make a closed one, among the vertices up to this one: det(1 - t X) is the
 * product over i of 1 / ((1 - t X_i)^-1)_ii, X_i the first rows and columns up to i, so that the power series of
 * -log det = sum_k tr X^k t^k / k adds up logarithms of the series of closed walks from i in X_i. One thread adds in a fixed
 * order. */

#include "native.h"

#include <stdlib.h>

#define MOST_STEPS 4
#define MOST_ORDERS (2 * MOST_STEPS)

/* The walks of 1 to 4 steps from the present start to a vertex; `start` is the last one from which walks came here. */
typedef struct {
    double walks[MOST_STEPS + 1];
    int64_t start;
} Cell;

typedef struct {
    const int64_t *indptr;
    const int32_t *indices;
    const double *weights, *squared, *diagonal; /* w, NULL for ones; s^2; d, NULL for zeros */
} Matrix;

static inline int64_t reach(Cell *cells, int32_t *met, int64_t count, int32_t vertex, int64_t start)
{
    if (cells[vertex].start == start)
        return count;
    cells[vertex] = (Cell){.start = start};
    met[count] = vertex;
    return count + 1;
}

/* Columns of u_k = (W S^2 + D)^k e_i in the rows up to i, where X_i^k e_i = S u_k / s_i: no square roots. Return the number of
 * vertices reached. */
static inline int64_t walk(Matrix matrix, int64_t start, int steps, Cell *cells, int32_t *met, int weighted)
{
    int64_t count = reach(cells, met, 0, (int32_t)start, start), stop = 1;
    cells[start].walks[0] = 1.0;
    for (int step = 0; step < steps; step++, stop = count)
        for (int64_t place = 0; place < stop; place++) {
            const int32_t from = met[place];
            const double walks = cells[from].walks[step];
            if (walks == 0.0)
                continue;
            if (matrix.diagonal)
                cells[from].walks[step + 1] += matrix.diagonal[from] * walks;
            const double passed = matrix.squared[from] * walks;
            for (int64_t entry = matrix.indptr[from]; entry < matrix.indptr[from + 1]; entry++) {
                const int32_t to = matrix.indices[entry];
                if (to > start)
                    continue;
                count = reach(cells, met, count, to, start);
                cells[to].walks[step + 1] += weighted ? matrix.weights[entry] * passed : passed;
            }
        }
    return count;
}

/* Add to the traces what vertex `start` gives: k times the coefficients of the logarithm of the series of its closed walks. */
static inline void add_closed(const double *squared, int64_t start, int steps, const Cell *cells, const int32_t *met,
                              int64_t count, double *sums)
{
    const double *own = cells[start].walks;
    double others[MOST_ORDERS + 1] = {0.0}, closed[MOST_ORDERS + 1], powers[MOST_ORDERS + 1];
    for (int64_t place = 1; place < count; place++) {
        const double *walks = cells[met[place]].walks;
        for (int order = 4; order <= MOST_ORDERS; order++)
            others[order] += squared[met[place]] * walks[order / 2] * walks[(order + 1) / 2];
    }
    for (int order = 1; order <= 3; order++)
        closed[order] = own[order];
    for (int order = 4; order <= 2 * steps; order++) /* without other vertices the scale may be zero */
        closed[order] = own[order / 2] * own[(order + 1) / 2] + (count > 1 ? others[order] / squared[start] : 0.0);
    for (int order = 1; order <= 2 * steps; order++) {
        powers[order] = order * closed[order];
        for (int before = 1; before < order; before++)
            powers[order] -= powers[before] * closed[order - before];
        sums[order] += powers[order];
    }
}

FUNCTION(closed_walks, 7, "indptr, indices, weights, squared, diagonal, steps, traces",
         "Write the traces of X^3 to X^(2 steps) into float64 `traces`, steps 3 or 4, where X = S W S + D is symmetric, with\n"
         "float64 weights w or None for ones, squared scales s^2, positive in rows with entries, and the diagonal d of D or\n"
         "None for zeros.")
{
    READ(int64_t, indptr, AT_LEAST(1));
    const int64_t size = indptr_length - 1, last = indptr[size];
    READ(int32_t, indices, EXACTLY(last));
    READ_OR_NONE(double, weights, EXACTLY(last));
    READ(double, squared, EXACTLY(size));
    READ_OR_NONE(double, diagonal, EXACTLY(size));
    INTEGER(steps, 3, MOST_STEPS);
    WRITE(double, traces, EXACTLY(2 * steps - 2));
    const Matrix matrix = {indptr, indices, weights, squared, diagonal};
    Cell *cells = malloc((size_t)(size + 1) * (sizeof(Cell) + sizeof(int32_t)));
    if (cells == NULL)
        return PyErr_NoMemory();
    int32_t *met = (int32_t *)(cells + size);
    double sums[MOST_ORDERS + 1] = {0.0};
    Py_BEGIN_ALLOW_THREADS
    for (int64_t vertex = 0; vertex < size; vertex++)
        cells[vertex].start = -1;
    for (int64_t start = 0; start < size; start++) {
        const int64_t count = weights ? walk(matrix, start, (int)steps, cells, met, 1) /* two loops, one without weights */
                                      : walk(matrix, start, (int)steps, cells, met, 0);
        add_closed(squared, start, (int)steps, cells, met, count, sums);
    }
    free(cells);
    Py_END_ALLOW_THREADS
    for (int64_t order = 0; order < traces_length; order++)
        traces[order] = sums[order + 3];
    Py_RETURN_NONE;
}
