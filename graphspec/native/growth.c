/* Preferential attachment, one vertex after the other. The portable form in Python gives the same edges. */

#include "native.h"
#include "random.h"

#include <stdlib.h>

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

FUNCTION(preferential_attachment, 8, "count, first, num_nodes, closing, seed, repeated, tail, head",
         "Let vertices `first` to `num_nodes` - 1 attach `count` edges each; fills the int64 arrays `tail` and `head`.\n"
         "`repeated`, int64, has room for the ends of these edges after those of the edges that there are at first.")
{
    INTEGER(count, 1, INT32_MAX);
    INTEGER(first, count, INT32_MAX);
    INTEGER(num_nodes, first, INT32_MAX);
    NUMBER(double, closing, PyFloat_AsDouble);
    NUMBER(uint64_t, seed, PyLong_AsUnsignedLongLong);
    const int64_t edges = count * (num_nodes - first);
    WRITE(int64_t, repeated, AT_LEAST(2 * edges + count));
    WRITE(int64_t, tail, AT_LEAST(edges));
    WRITE(int64_t, head, AT_LEAST(edges));
    int64_t length = repeated_length - 2 * edges, edge = 0;
    for (int64_t k = 0; k < length; k++)
        REQUIRE(repeated[k] >= 0 && repeated[k] < first, "repeated has a vertex that is not there at first");
    int64_t *memory = malloc((size_t)(3 * num_nodes + count + (closing > 0 ? 2 * edges : 0)) * sizeof(int64_t));
    if (memory == NULL)
        return PyErr_NoMemory();
    Py_BEGIN_ALLOW_THREADS
    int64_t *const mark = memory + num_nodes, *const seen = mark + num_nodes, *const drawn = seen + num_nodes;
    const Neighbours all = {memory, drawn + count};
    uint64_t state = seed;
    for (int64_t k = 0; k < 3 * num_nodes; k++)
        memory[k] = -1;
    for (int64_t vertex = first; vertex < num_nodes; vertex++) {
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
    Py_END_ALLOW_THREADS
    free(memory);
    Py_RETURN_NONE;
}
