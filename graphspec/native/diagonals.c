/* Diagonal entries of functions of a matrix, from blocks of random vectors: the sums of polynomials times a block, and for
 * every row the sums over columns of what control variates and estimates have in common. */

#include "native.h"

#include <string.h>

#define CACHED 4096 /* numbers of a block that are added to all sums while they are in the cache */
#define MOST_COLUMNS 32
#define MOST_PARTS 32 /* control variates and functions */
#define LANES 8       /* sums in turns, which a compiler keeps in vectors */

FUNCTION(add_terms, 7, "start, stop, size, first, second, factors, totals",
         "Add multiples of one or two blocks (second may be None), with two factors for each total, to totals of `size`\n"
         "numbers, one after the other, for the numbers `start` to `stop` of each.")
{
    INTEGER(start, 0, INT64_MAX);
    INTEGER(stop, start, INT64_MAX);
    INTEGER(size, stop, INT64_MAX);
    READ(float, first, EXACTLY(size));
    READ_OR_NONE(float, second, EXACTLY(size));
    READ(float, factors, ANY_LENGTH);
    WRITE(float, totals, EXACTLY(factors_length / 2 * size));
    Py_BEGIN_ALLOW_THREADS
    for (int64_t begin = start; begin < stop; begin += CACHED) {
        const int64_t end = begin + CACHED < stop ? begin + CACHED : stop;
        for (int64_t number = 0; number < factors_length / 2; number++) {
            const float one = factors[2 * number], two = factors[2 * number + 1];
            float *total = totals + number * size;
            for (int64_t i = begin; i < end; i++)
                total[i] += one * first[i];
            for (int64_t i = begin; second && i < end; i++)
                total[i] += two * second[i];
        }
    }
    Py_END_ALLOW_THREADS
    Py_RETURN_NONE;
}

/* The sum of products of two rows, whose length is a multiple of the lanes. */
static double product(const double *one, const double *other, int64_t padded)
{
    double lanes[LANES] = {0};
    for (int64_t column = 0; column < padded; column += LANES)
        for (int lane = 0; lane < LANES; lane++)
            lanes[lane] += one[column + lane] * other[column + lane];
    return ((lanes[0] + lanes[4]) + (lanes[1] + lanes[5])) + ((lanes[2] + lanes[6]) + (lanes[3] + lanes[7]));
}

FUNCTION(row_products, 14,
         "start, stop, width, count, signs, parts, position, scale, means, sums, gram, mixed, squares, controls",
         "For rows `start` to `stop`, and in each for the first `count` of `width` columns of every part, multiply entries\n"
         "by the sign and subtract the mean from the first `controls` parts; add sums over columns of all parts, of products\n"
         "of controls with each other and with the other parts, and of squares of these. A row is at its position in the\n"
         "parts, and its entries are divided by its scale; both may be None.")
{
    INTEGER(start, 0, INT64_MAX);
    INTEGER(stop, start, INT64_MAX);
    INTEGER(width, 1, MOST_COLUMNS);
    INTEGER(count, 1, width);
    READ(int8_t, signs, AT_LEAST(stop * count));
    const int64_t rows = signs_length / count;
    READ(float, parts, ANY_LENGTH);
    READ_OR_NONE(int32_t, position, EXACTLY(rows));
    READ_OR_NONE(float, scale, AT_LEAST(rows));
    READ(double, means, ANY_LENGTH);
    WRITE(double, sums, ANY_LENGTH);
    WRITE(double, gram, ANY_LENGTH);
    WRITE(double, mixed, ANY_LENGTH);
    WRITE(double, squares, ANY_LENGTH);
    INTEGER(controls, 0, MOST_PARTS);
    const int64_t all = rows ? sums_length / rows : 0, others = all - controls;
    const int64_t size = all ? parts_length / all : 0;
    int fits = rows && others >= 0 && all <= MOST_PARTS && sums_length == rows * all && parts_length == size * all;
    fits = fits && size >= rows * width && means_length == rows * controls && gram_length == rows * controls * controls;
    if (!fits || mixed_length != rows * controls * others || squares_length != rows * others)
        return PyErr_Format(PyExc_ValueError, "the arrays do not belong together");
    for (int64_t row = start; position && row < stop; row++)
        if (position[row] < 0 || (position[row] + 1) * width > size)
            return PyErr_Format(PyExc_ValueError, "position is outside of the parts");
    const int64_t padded = (count + LANES - 1) / LANES * LANES;
    Py_BEGIN_ALLOW_THREADS
    double entries[MOST_PARTS][MOST_COLUMNS], ones[MOST_COLUMNS];
    memset(entries, 0, sizeof entries);
    for (int64_t column = 0; column < MOST_COLUMNS; column++)
        ones[column] = column < count;
    for (int64_t row = start; row < stop; row++) {
        const int64_t place = position ? position[row] : row;
        const int8_t *sign = signs + row * count;
        for (int64_t part = 0; part < all; part++) {
            const float *values = parts + part * size + place * width;
            const float divisor = scale ? scale[place] : 1.0f;
            const double mean = part < controls ? means[row * controls + part] : 0.0;
            for (int64_t column = 0; column < count; column++)
                entries[part][column] = sign[column] * (double)(values[column] / divisor) - mean;
            sums[row * all + part] += product(entries[part], ones, padded);
        }
        for (int64_t one = 0; one < controls; one++) {
            double *own = gram + row * controls * controls;
            for (int64_t other = 0; other <= one; other++) {
                const double found = product(entries[one], entries[other], padded);
                own[one * controls + other] += found;
                if (other < one)
                    own[other * controls + one] += found;
            }
            for (int64_t other = 0; other < others; other++)
                mixed[(row * controls + one) * others + other] += product(entries[one], entries[controls + other], padded);
        }
        for (int64_t other = 0; other < others; other++)
            squares[row * others + other] += product(entries[controls + other], entries[controls + other], padded);
    }
    Py_END_ALLOW_THREADS
    Py_RETURN_NONE;
}
