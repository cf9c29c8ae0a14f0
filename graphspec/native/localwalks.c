/* Closed walks of up to eight steps on graphs where few vertices are within four: roads, grids, power grids. Walks of half the
 * length from one vertex at a time, of which two make a closed one, among the vertices up to this one: det(1 - t X) is the
 * product over i of 1 / ((1 - t X_i)^-1)_ii, X_i the first rows and columns up to i, so that the power series of
 * -log det = sum_k tr X^k t^k / k adds up logarithms of the series of closed walks from i in X_i. Threads take ranges of
 * vertices, each with sums of its own. */

#include "native.h"
#include "team.h"

#include <stdlib.h>

#define MOST_STEPS 4
#define MOST_ORDERS (2 * MOST_STEPS)

/* A vertex that was reached, and the walks of 0 to 4 steps to it. */
typedef struct {
    double walks[MOST_STEPS + 1];
    int64_t vertex;
} Cell;

/* The vertices reached from the present start, and the place of each among them: what `places` tells of others is checked
 * against the cell there, so that no array is cleared. */
typedef struct {
    Cell *cells;
    uint32_t *places;
    int64_t count;
} Reached;

typedef struct {
    const int64_t *indptr;
    const int32_t *indices;
    const double *weights, *squared, *diagonal; /* w, NULL for ones; s^2; d, NULL for zeros */
} Matrix;

static inline Cell *reach(Reached *reached, int64_t vertex)
{
    const int64_t place = reached->places[vertex];
    if (place < reached->count && reached->cells[place].vertex == vertex)
        return &reached->cells[place];
    reached->places[vertex] = (uint32_t)reached->count;
    reached->cells[reached->count] = (Cell){.vertex = vertex};
    return &reached->cells[reached->count++];
}

/* Columns of u_k = (W S^2 + D)^k e_i in the rows up to i, where X_i^k e_i = S u_k / s_i: no square roots. */
static inline void walk(Matrix matrix, int64_t start, int steps, Reached *reached, int weighted)
{
    reached->count = 0;
    reach(reached, start)->walks[0] = 1.0;
    for (int step = 0; step < steps; step++)
        for (int64_t place = 0, stop = reached->count; place < stop; place++) {
            Cell *from = &reached->cells[place];
            const double walks = from->walks[step];
            if (walks == 0.0)
                continue;
            if (matrix.diagonal)
                from->walks[step + 1] += matrix.diagonal[from->vertex] * walks;
            const double passed = matrix.squared[from->vertex] * walks;
            const int64_t last = matrix.indptr[from->vertex + 1];
            for (int64_t entry = matrix.indptr[from->vertex]; entry < last && matrix.indices[entry] <= start; entry++)
                reach(reached, matrix.indices[entry])->walks[step + 1] += weighted ? matrix.weights[entry] * passed : passed;
        }
}

/* Add to the traces what the start gives: k times the coefficients of the logarithm of the series of its closed walks. */
static inline void add_closed(const double *squared, int steps, const Reached *reached, double *sums)
{
    const Cell *cells = reached->cells;
    const double *own = cells[0].walks;
    double others[MOST_ORDERS + 1] = {0.0}, closed[MOST_ORDERS + 1], powers[MOST_ORDERS + 1];
    for (int64_t place = 1; place < reached->count; place++) {
        const double *walks = cells[place].walks, scale = squared[cells[place].vertex];
        for (int order = 4; order <= MOST_ORDERS; order++)
            others[order] += scale * walks[order / 2] * walks[(order + 1) / 2];
    }
    for (int order = 1; order <= 3; order++)
        closed[order] = own[order];
    for (int order = 4; order <= 2 * steps; order++) /* without other vertices the scale may be zero */
        closed[order] =
            own[order / 2] * own[(order + 1) / 2] + (reached->count > 1 ? others[order] / squared[cells[0].vertex] : 0.0);
    for (int order = 1; order <= 2 * steps; order++) {
        powers[order] = order * closed[order];
        for (int before = 1; before < order; before++)
            powers[order] -= powers[before] * closed[order - before];
        sums[order] += powers[order];
    }
}

FUNCTION(closed_walks, 9, "rows, indptr, indices, weights, squared, diagonal, steps, taken, traces",
         "Write what the vertices of each range of `rows` give to the traces of X^3 to X^(2 steps), steps 3 or 4, into a row of\n"
         "float64 `traces`. X = S W S + D is symmetric, with columns in increasing order, float64 weights w or None for ones,\n"
         "squared scales s^2, positive in rows with entries, and the diagonal d of D or None for zeros. `taken`, one int64, is\n"
         "the number of ranges taken, which calls in several threads share.")
{
    INTEGER(rows, 1, INT32_MAX);
    READ(int64_t, indptr, AT_LEAST(1));
    const int64_t size = indptr_length - 1, last = indptr[size], ranges = (size + rows - 1) / rows;
    READ(int32_t, indices, EXACTLY(last));
    READ_OR_NONE(double, weights, EXACTLY(last));
    READ(double, squared, EXACTLY(size));
    READ_OR_NONE(double, diagonal, EXACTLY(size));
    INTEGER(steps, 3, MOST_STEPS);
    WRITE(int64_t, taken, EXACTLY(1));
    const int64_t orders = 2 * steps - 2;
    WRITE(double, traces, EXACTLY(ranges * orders));
    REQUIRE(*taken >= 0, "taken is less than 0");
    const Matrix matrix = {indptr, indices, weights, squared, diagonal};
    /* Pages of the cells that are not reached are never touched. */
    Reached reached = {malloc((size_t)(size + 1) * sizeof(Cell)), calloc((size_t)size + 1, sizeof(uint32_t)), 0};
    if (reached.cells == NULL || reached.places == NULL) {
        free(reached.cells);
        free(reached.places);
        return PyErr_NoMemory();
    }
    Py_BEGIN_ALLOW_THREADS
    for (int64_t range; (range = ATOMIC_ADD(taken, 1)) < ranges;) {
        double sums[MOST_ORDERS + 1] = {0.0};
        for (int64_t start = range * rows; start < (range + 1) * rows && start < size; start++) {
            if (weights) /* two loops, one without weights */
                walk(matrix, start, (int)steps, &reached, 1);
            else
                walk(matrix, start, (int)steps, &reached, 0);
            add_closed(squared, (int)steps, &reached, sums);
        }
        for (int64_t order = 0; order < orders; order++)
            traces[range * orders + order] = sums[order + 3];
    }
    free(reached.cells);
    free(reached.places);
    Py_END_ALLOW_THREADS
    Py_RETURN_NONE;
}
