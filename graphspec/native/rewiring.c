/* Edges that change their ends in a simple graph, one after the other. The portable forms in Python give the same edges. */

#include "native.h"
#include "random.h"

#include <stdlib.h>

/* The vertices that each vertex is not linked to, in any order, and the place of each among them, or -1. */
typedef struct {
    int64_t num_nodes;
    int32_t *count, *vertices, *place;
} Others;

static void link_half(Others all, int64_t vertex, int64_t other)
{
    int32_t *const vertices = all.vertices + vertex * all.num_nodes, *const place = all.place + vertex * all.num_nodes;
    const int32_t last = vertices[--all.count[vertex]];
    vertices[place[other]] = last;
    place[last] = place[other];
    place[other] = -1;
}

static void unlink_half(Others all, int64_t vertex, int64_t other)
{
    const int32_t end = all.count[vertex]++;
    all.vertices[vertex * all.num_nodes + end] = (int32_t)other;
    all.place[vertex * all.num_nodes + other] = end;
}

FUNCTION(rewire_heads, 5, "num_nodes, rewired, draws, tail, head",
         "Move the heads of edges, in the order of `rewired`, to vertices that the tail is not linked to, `draws` from 0 to\n"
         "1 choosing among them. An edge stays where its tail is linked to all vertices. The edges are distinct; changes\n"
         "`head` in place.")
{
    INTEGER(num_nodes, 1, INT32_MAX);
    READ(int64_t, rewired, ANY_LENGTH);
    READ(double, draws, EXACTLY(rewired_length));
    READ(int64_t, tail, ANY_LENGTH);
    WRITE(int64_t, head, EXACTLY(tail_length));
    for (int64_t edge = 0; edge < tail_length; edge++) {
        REQUIRE(tail[edge] >= 0 && tail[edge] < num_nodes, "tail has a vertex that is not there");
        REQUIRE(head[edge] >= 0 && head[edge] < num_nodes && head[edge] != tail[edge],
                "head has a vertex that is not there, or is that of a loop");
    }
    for (int64_t k = 0; k < rewired_length; k++) {
        REQUIRE(rewired[k] >= 0 && rewired[k] < tail_length, "rewired has an edge that is not there");
        REQUIRE(draws[k] >= 0 && draws[k] < 1, "draws are not from 0 to 1");
    }
    int32_t *memory = malloc((size_t)num_nodes * (2 * (size_t)num_nodes + 1) * sizeof(int32_t));
    if (memory == NULL)
        return PyErr_NoMemory();
    int distinct = 1;
    Py_BEGIN_ALLOW_THREADS
    const Others all = {num_nodes, memory, memory + num_nodes, memory + num_nodes * (num_nodes + 1)};
    for (int64_t vertex = 0; vertex < num_nodes; vertex++) {
        all.count[vertex] = 0;
        all.place[vertex * num_nodes + vertex] = -1;
        for (int64_t other = 0; other < num_nodes; other++)
            if (other != vertex)
                unlink_half(all, vertex, other);
    }
    for (int64_t edge = 0; edge < tail_length && distinct; edge++) {
        distinct = all.place[tail[edge] * num_nodes + head[edge]] >= 0;
        if (distinct) {
            link_half(all, tail[edge], head[edge]);
            link_half(all, head[edge], tail[edge]);
        }
    }
    for (int64_t k = 0; k < rewired_length && distinct; k++) {
        const int64_t vertex = tail[rewired[k]], old = head[rewired[k]];
        if (all.count[vertex] == 0)
            continue;
        const int64_t fresh = all.vertices[vertex * num_nodes + (int64_t)(draws[k] * all.count[vertex])];
        link_half(all, vertex, fresh);
        link_half(all, fresh, vertex);
        unlink_half(all, vertex, old);
        unlink_half(all, old, vertex);
        head[rewired[k]] = fresh;
    }
    Py_END_ALLOW_THREADS
    free(memory);
    REQUIRE(distinct, "an edge occurs twice");
    Py_RETURN_NONE;
}

FUNCTION(switch_edges, 5, "num_nodes, proposals, seed, tail, head",
         "Let random pairs of edges exchange heads so many times, where the graph stays simple, the second edge in either\n"
         "direction. The edges are distinct; changes `tail` and `head` in place.")
{
    INTEGER(num_nodes, 1, INT32_MAX);
    INTEGER(proposals, 0, INT64_MAX);
    NUMBER(uint64_t, seed, PyLong_AsUnsignedLongLong);
    WRITE(int64_t, tail, ANY_LENGTH);
    WRITE(int64_t, head, EXACTLY(tail_length));
    for (int64_t edge = 0; edge < tail_length; edge++)
        REQUIRE(tail[edge] >= 0 && tail[edge] < num_nodes && head[edge] >= 0 && head[edge] < num_nodes,
                "an edge has a vertex that is not there");
    char *linked = calloc((size_t)num_nodes, (size_t)num_nodes);
    if (linked == NULL)
        return PyErr_NoMemory();
    Py_BEGIN_ALLOW_THREADS
    uint64_t state = seed;
    for (int64_t edge = 0; edge < tail_length; edge++)
        linked[tail[edge] * num_nodes + head[edge]] = linked[head[edge] * num_nodes + tail[edge]] = 1;
    for (int64_t k = 0; k < proposals && tail_length > 1; k++) {
        const int64_t one = (int64_t)(uniform(&state) * (double)tail_length);
        const int64_t drawn = (int64_t)(uniform(&state) * (double)(2 * tail_length)), two = drawn / 2;
        const int64_t a = tail[one], b = head[one], c = drawn % 2 ? head[two] : tail[two];
        const int64_t d = drawn % 2 ? tail[two] : head[two];
        if (a == d || c == b || linked[a * num_nodes + d] || linked[c * num_nodes + b])
            continue;
        linked[a * num_nodes + b] = linked[b * num_nodes + a] = linked[c * num_nodes + d] = linked[d * num_nodes + c] = 0;
        linked[a * num_nodes + d] = linked[d * num_nodes + a] = linked[c * num_nodes + b] = linked[b * num_nodes + c] = 1;
        head[one] = d;
        tail[two] = c;
        head[two] = b;
    }
    Py_END_ALLOW_THREADS
    free(linked);
    Py_RETURN_NONE;
}
