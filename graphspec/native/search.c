/* Breadth-first search of all components: labels, parities of depths, and which components have an odd cycle, in one pass
 * over the entries. The portable form in Python gives the same. */

#include "native.h"

#include <string.h>

#define UNSEEN (-1)

FUNCTION(connected_components, 6, "indptr, indices, label, side, odd, queue",
         "Search all components of a symmetric pattern, int64 indptr and int32 indices; fill int32 labels, int8 sides and,\n"
         "for every component, int8 `odd`: whether it has an odd cycle. `queue`, int32, has a place more than there are\n"
         "vertices. Return the number of components.")
{
    READ(int64_t, indptr, AT_LEAST(1));
    const int64_t size = indptr_length - 1;
    READ(int32_t, indices, AT_LEAST(indptr[size]));
    WRITE(int32_t, label, EXACTLY(size));
    WRITE(int8_t, side, EXACTLY(size));
    WRITE(int8_t, odd, EXACTLY(size));
    WRITE(int32_t, queue, AT_LEAST(size + 1));
    int64_t count = 0;
    Py_BEGIN_ALLOW_THREADS
    /* Sides are all that the search looks up in no order of memory: the byte of a vertex is often in a near cache. */
    memset(side, UNSEEN, (size_t)size);
    for (int64_t root = 0; root < size; root++) {
        if (side[root] != UNSEEN)
            continue;
        int64_t first = 0, last = 1;
        int8_t cycle = 0;
        queue[0] = (int32_t)root;
        side[root] = 0;
        while (first < last) {
            const int32_t vertex = queue[first++];
            /* Rows are fetched some steps before they are needed. */
            if (first + 12 < last)
                PREFETCH(indptr + queue[first + 12]);
            if (first + 8 < last)
                PREFETCH(indices + indptr[queue[first + 8]]);
            const int64_t stop = indptr[vertex + 1];
            const int8_t opposite = 1 - side[vertex];
            label[vertex] = (int32_t)count;
            for (int64_t p = indptr[vertex]; p < stop; p++) {
                const int32_t neighbour = indices[p];
                /* Without branches, which nobody could predict. */
                const int8_t found = side[neighbour], unseen = found == UNSEEN;
                side[neighbour] = unseen ? opposite : found;
                queue[last] = neighbour;
                last += unseen;
                cycle |= !unseen & (found != opposite);
            }
        }
        odd[count++] = cycle;
    }
    Py_END_ALLOW_THREADS
    return PyLong_FromLongLong(count);
}
