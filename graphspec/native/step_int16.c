/* The halves of a Lanczos step on blocks of 16-bit integers, with one float32 scale for 64 rows: half the bytes of float32,
 * so that twice as much of a block is in the cache, or twice as many vectors in a cache line. Products and sums are float32
 * and float64. The form of one lane, for processors without vectors, is the oracle of the others. */

#include "native.h"
#include "lanes.h"
#include "step.h"

#include <float.h>
#include <math.h>

#define PREFETCH_DISTANCE 64 /* as in step_float32.c, but rows are half as long */
#define ROW_GROUP 8          /* rows whose dot products are summed in float32 */

/* Rounding is to nearest. A scale that were a power of two would round alike what is alike in many rows, and the errors would
 * not average out. */
#define LARGEST_INTEGER 32766.0f
#define ROUNDING 12582912.0f /* 1.5 * 2^23: numbers of this size are integers */

typedef void RoundRows(const float *values, int64_t groups, Block block);

#define KERNEL "step_int16.h"
#include "targets.h"
#define OF_TWO_WIDTHS(set) {STEP_OF(set, 16), STEP_OF(set, 32)}
#define ROUND_OF_TWO_WIDTHS(set) {round_rows_##set##_16, round_rows_##set##_32}

Step native_int16_step(int64_t instructions, int64_t width)
{
    static const Step steps[][2] = ALL_STEPS(OF_TWO_WIDTHS);
    return steps[instructions][width == 32];
}

FUNCTION(round_rows, 6, "width, instructions, first, values, rows, scales",
         "Round float32 `values`, rows of `width` items from row number `first` on, to int16 `rows`, and store the scale of\n"
         "each group of SCALE_ROWS rows in `scales`. The rows may lie at the beginning of the memory of the values.")
{
    INTEGER(width, 16, 32);
    INTEGER(instructions, 0, native_num_instruction_sets() - 1);
    REQUIRE(width == 16 || width == 32, "width is not 16 or 32");
    INTEGER(first, 0, INT64_MAX / MOST_COLUMNS);
    READ(float, values, ANY_LENGTH);
    WRITE(int16_t, rows, AT_LEAST(first * width + values_length));
    WRITE(float, scales, EXACTLY(rows_length / width / SCALE_ROWS));
    REQUIRE(first % SCALE_ROWS == 0 && values_length % (SCALE_ROWS * width) == 0, "rows are not whole groups");
    const int64_t groups = values_length / (SCALE_ROWS * width), before = first / SCALE_ROWS;
    const Block block = {rows + first * width, scales + before};
    static RoundRows *const round[][2] = ALL_STEPS(ROUND_OF_TWO_WIDTHS);
    Py_BEGIN_ALLOW_THREADS
    round[instructions][width == 32](values, groups, block);
    Py_END_ALLOW_THREADS
    Py_RETURN_NONE;
}
