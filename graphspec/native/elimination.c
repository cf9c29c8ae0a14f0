/* Symbolic elimination of a symmetric matrix: how many entries each column of its triangular factor has. */

#include "native.h"

FUNCTION(factor_counts, 6, "indptr, indices, parent, seen, counts, most",
         "Count the entries below the diagonal of the columns of the factor of a symmetric pattern, int64 indptr and int32\n"
         "indices, in the order of its rows; fill int32 parents in the elimination tree, -1 of roots, and int64 counts.\n"
         "`seen` is work space. Return their sum, or the first number above `most` at which counting stopped.")
{
    READ(int64_t, indptr, AT_LEAST(1));
    const int64_t size = indptr_length - 1;
    READ(int32_t, indices, AT_LEAST(indptr[size]));
    WRITE(int32_t, parent, EXACTLY(size));
    WRITE(int32_t, seen, EXACTLY(size));
    WRITE(int64_t, counts, EXACTLY(size));
    INTEGER(most, 0, INT64_MAX - 1);
    int64_t sum = 0;
    int inside = 1;
    Py_BEGIN_ALLOW_THREADS
    for (int64_t row = 0; row < size && inside && sum <= most; row++) {
        parent[row] = -1;
        seen[row] = (int32_t)row;
        counts[row] = 0;
        /* The entries of a row of the factor are the paths in the tree from its entries in the matrix up to the row;
         * a path that ends before the row makes this the parent (Liu 1990). */
        for (int64_t p = indptr[row]; p < indptr[row + 1]; p++) {
            int64_t column = indices[p];
            if (column < 0 || column >= size) {
                inside = 0;
                break;
            }
            if (column > row)
                continue;
            while (seen[column] != row) {
                seen[column] = (int32_t)row;
                counts[column]++;
                sum++;
                if (parent[column] < 0)
                    parent[column] = (int32_t)row;
                column = parent[column];
            }
        }
    }
    Py_END_ALLOW_THREADS
    REQUIRE(inside, "an index lies outside of the matrix");
    return PyLong_FromLongLong(sum);
}
