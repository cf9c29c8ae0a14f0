/* The halves of a Lanczos step on blocks of float32: each stored entry is read once and each row of the block as few times
 * as possible. The portable form in Python is the oracle of this one. */

#include "native.h"
#include "step.h"

/* Stored entries ahead: with 16 a step takes half as long again; beyond 96 nothing is gained (measured on a power-law
 * graph of a million vertices in random order). */
#define PREFETCH_DISTANCE 96
#define CACHE_LINE_FLOATS 16

/* Dot products run in float32 over so few rows that equal terms cannot err to one side by much more than one of them; sums
 * over a range are apart from those of other ranges, or threads would write to the same cache lines. */
#define ROW_GROUP 8

#define KERNEL "step_float32.h"
#include "targets.h"
#define OF_ALL_WIDTHS(set) \
    {STEP_OF(set, 64), STEP_OF(set, 1), STEP_OF(set, 2), STEP_OF(set, 4), STEP_OF(set, 8), STEP_OF(set, 16), STEP_OF(set, 32)}

Step native_float32_step(int64_t instructions, int64_t width)
{
    static const Step steps[][7] = ALL_STEPS(OF_ALL_WIDTHS);
    for (int power = 0; power < 6; power++)
        if (width == 1 << power)
            return steps[instructions][power + 1];
    return steps[instructions][0]; /* of any width */
}
