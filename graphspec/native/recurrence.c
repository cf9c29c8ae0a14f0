/* The Lanczos recurrence on blocks of vectors, for a sparse matrix in CSR form, by several threads that stay here, and the
 * halves of one of its steps. The interpreter lock is released. */

#include "native.h"
#include "lanes.h"
#include "step.h"
#include "team.h"

#include <math.h>
#include <string.h>

/* Products of entries and columns between two looks for an interrupt: some 0.1 s of work. */
#define UNINTERRUPTED 200000000

/* Number of instruction sets that this processor has. */
int native_num_instruction_sets(void)
{
#if defined(SEVERAL_TARGETS)
    __builtin_cpu_init();
    return !__builtin_cpu_supports("avx2") ? 1 : !__builtin_cpu_supports("avx512f") ? 2 : 3;
#else
    return 1;
#endif
}

/* The row ranges of a block: at which rows they begin and end; the number of columns, and of an instruction set. */
typedef struct {
    const int64_t *bounds;
    int64_t count, rows, width, instructions;
} Ranges;

static int take_ranges(Call *call, Ranges *ranges)
{
    READ(int64_t, bounds, AT_LEAST(1));
    INTEGER(width, 1, MOST_COLUMNS);
    INTEGER(instructions, 0, native_num_instruction_sets() - 1);
    const int64_t count = bounds_length - 1;
    for (int64_t range = 0; range < count; range++)
        REQUIRE(bounds[range] <= bounds[range + 1], "bounds does not increase");
    REQUIRE(bounds[0] >= 0 && bounds[count] < INT64_MAX / MOST_COLUMNS, "bounds has rows that no block has");
    *ranges = (Ranges){bounds, count, bounds[count], width, instructions};
    return 1;
}

static int take_matrix(Call *call, int64_t rows, Matrix *matrix)
{
    READ(int64_t, indptr, AT_LEAST(rows + 1));
    READ(int32_t, indices, AT_LEAST(indptr[rows]));
    READ_OR_NONE(float, data, AT_LEAST(indptr[rows]));
    READ_OR_NONE(float, scale, AT_LEAST(rows));
    READ_OR_NONE(float, weight, AT_LEAST(rows));
    READ_OR_NONE(float, diagonal, AT_LEAST(rows));
    REQUIRE(data ? !scale && !weight : scale && weight, "a matrix has data, or else scale and weight");
    *matrix = (Matrix){indptr, indices, data, scale, weight, diagonal};
    return 1;
}

static Task task_of(const Ranges *ranges, int64_t range, Block current, Block other, const float *first,
                    const float *second, double *sums)
{
    return (Task){ranges->bounds[range], ranges->bounds[range + 1], current, other, first, second,
                  sums + range * ranges->width, (int)ranges->width};
}

/* Return the next of the ranges that calls in several threads share, or -1. */
static int64_t next_range(int64_t *taken, int64_t count)
{
    const int64_t number = ATOMIC_ADD(taken, 1);
    return number < count ? number : -1;
}

FUNCTION(three_terms, 15,
         "bounds, width, instructions, indptr, indices, data, scale, weight, diagonal, taken, current, previous, first, "
         "second, sums",
         "Overwrite rows of `previous` by first * X current - second * previous and store the dot products of its columns\n"
         "with those of `current` in `sums`. The matrix X has int64 indptr, int32 indices, float32 data or else scale and\n"
         "weight, and a diagonal or None. Blocks are float32, with rows of `width` items. `instructions` is the number of an\n"
         "instruction set, less than NUM_INSTRUCTION_SETS. Row ranges lie between int64 bounds; `taken`, one int64, is the\n"
         "number of those taken, which calls in several threads share. `sums`, float64, has a row for each range.")
{
    Ranges ranges;
    Matrix matrix;
    if (!take_ranges(call, &ranges) || !take_matrix(call, ranges.rows, &matrix))
        return NULL;
    WRITE(int64_t, taken, EXACTLY(1));
    READ(float, current, AT_LEAST(ranges.rows * ranges.width));
    WRITE(float, previous, EXACTLY(current_length));
    READ(float, first, EXACTLY(ranges.width));
    READ(float, second, EXACTLY(ranges.width));
    WRITE(double, sums, EXACTLY(ranges.count * ranges.width));
    REQUIRE(*taken >= 0, "taken is less than 0");
    Py_BEGIN_ALLOW_THREADS
    const Step step = native_float32_step(ranges.instructions, ranges.width);
    for (int64_t range; (range = next_range(taken, ranges.count)) >= 0;) {
        const Block blocks[] = {{(float *)current, NULL}, {previous, NULL}};
        const Task task = task_of(&ranges, range, blocks[0], blocks[1], first, second, sums);
        step.three_terms(&matrix, &task);
    }
    Py_END_ALLOW_THREADS
    Py_RETURN_NONE;
}

FUNCTION(subtract, 9, "bounds, width, instructions, weight, taken, current, fresh, third, sums",
         "Subtract third * current from rows of `fresh` and store the squared norms of its columns, weighted by rows unless\n"
         "weight is None, in `sums`; instructions and row ranges as in three_terms.")
{
    Ranges ranges;
    if (!take_ranges(call, &ranges))
        return NULL;
    READ_OR_NONE(float, weight, AT_LEAST(ranges.rows));
    WRITE(int64_t, taken, EXACTLY(1));
    READ(float, current, AT_LEAST(ranges.rows * ranges.width));
    WRITE(float, fresh, EXACTLY(current_length));
    READ(float, third, EXACTLY(ranges.width));
    WRITE(double, sums, EXACTLY(ranges.count * ranges.width));
    REQUIRE(*taken >= 0, "taken is less than 0");
    const Matrix matrix = {.weight = weight};
    Py_BEGIN_ALLOW_THREADS
    const Step step = native_float32_step(ranges.instructions, ranges.width);
    for (int64_t range; (range = next_range(taken, ranges.count)) >= 0;) {
        const Block blocks[] = {{(float *)current, NULL}, {fresh, NULL}};
        const Task task = task_of(&ranges, range, blocks[0], blocks[1], third, third, sums);
        step.subtract(&matrix, &task);
    }
    Py_END_ALLOW_THREADS
    Py_RETURN_NONE;
}

/* A recurrence under way, as one of its threads sees it. */
typedef struct {
    Ranges ranges;
    Step step;
    Matrix matrix;
    Team team;
    Block blocks[2]; /* the vectors of even steps, and of odd ones */
    double *sums; /* of the ranges, twice: a thread may still add those of the sweep before */
    int leads;    /* this thread looks for interrupts, and stores the coefficients */
    int64_t work; /* since it has looked */
} Recurrence;

/* Let Python handle a signal, if that is for this thread; return 0 if the recurrence is to end. */
static int may_go_on(Recurrence *recurrence, PyThreadState **released, int64_t work)
{
    recurrence->work += work;
    if (!recurrence->leads || recurrence->work < UNINTERRUPTED)
        return 1;
    recurrence->work = 0;
    PyEval_RestoreThread(*released);
    const int interrupted = PyErr_CheckSignals() < 0;
    if (interrupted)
        ATOMIC_STORE(SHARED(&recurrence->team, STOPPED), 1);
    *released = PyEval_SaveThread();
    return !interrupted;
}

/* Run one half of a step over all ranges with the team, and add their sums in one order; return 0 if it was stopped. The
 * second half goes the other way, beginning with what the first has left in the cache. */
static int sweep(Recurrence *recurrence, PyThreadState **released, int64_t number, Block current, Block other,
                 const float *first, const float *second, double *totals)
{
    const Ranges *ranges = &recurrence->ranges;
    const int64_t size = ranges->count * ranges->width, back = number & 1;
    double *sums = recurrence->sums + back * size;
    for (int64_t range, tried = 0; (range = team_next(&recurrence->team, number, &tried)) >= 0;) {
        const Task task = task_of(ranges, range, current, other, first, second, sums);
        const int64_t *indptr = recurrence->matrix.indptr;
        (back ? recurrence->step.subtract : recurrence->step.three_terms)(&recurrence->matrix, &task);
        if (!may_go_on(recurrence, released, (indptr[task.stop] - indptr[task.start]) * ranges->width))
            return 0;
    }
    if (!team_wait(&recurrence->team))
        return 0;
    memset(totals, 0, (size_t)ranges->width * sizeof *totals);
    for (int64_t k = 0; k < size; k++)
        totals[k % ranges->width] += sums[k];
    return 1;
}

/* Run steps `step` to `stop` - 1, of which those before have left `alpha` and `beta`: with `steps` columns and a row for each
 * vector. Every thread computes all coefficients. */
static int run_steps(Recurrence *recurrence, PyThreadState **released, const double *start, double *alpha, double *beta,
                     int64_t steps, int64_t step, int64_t stop, double breakdown)
{
    const int width = (int)recurrence->ranges.width;
    double scale[MOST_COLUMNS], before[MOST_COLUMNS], coupling[MOST_COLUMNS], totals[MOST_COLUMNS];
    float first[MOST_COLUMNS], second[MOST_COLUMNS];
    for (int k = 0; k < width; k++) {
        const double *own = beta + k * steps + step;
        coupling[k] = step > 0 ? own[-1] : 0;
        scale[k] = step == 0 ? start[k] : own[-1] > 0 ? 1 / own[-1] : 0;
        before[k] = step == 0 ? 0 : step == 1 ? start[k] : own[-2] > 0 ? 1 / own[-2] : 0;
    }
    /* Vectors are stored without normalisation, and scaled where they are used, which saves a sweep. */
    for (; step < stop; step++) {
        const Block own = recurrence->blocks[step & 1], other = recurrence->blocks[!(step & 1)];
        double product[MOST_COLUMNS];
        for (int k = 0; k < width; k++) {
            first[k] = (float)scale[k];
            second[k] = (float)(coupling[k] * before[k]);
        }
        if (!sweep(recurrence, released, 2 * step, own, other, first, second, totals))
            return 0;
        for (int k = 0; k < width; k++) {
            product[k] = scale[k] * totals[k];
            first[k] = (float)(product[k] * scale[k]);
        }
        if (!sweep(recurrence, released, 2 * step + 1, own, other, first, first, totals))
            return 0;
        for (int k = 0; k < width; k++) {
            const double norm = sqrt(totals[k]);
            const int alive = norm > breakdown;
            before[k] = scale[k];
            coupling[k] = alive ? norm : 0;
            scale[k] = alive ? 1 / norm : 0;
            if (recurrence->leads) {
                alpha[k * steps + step] = product[k];
                beta[k * steps + step] = coupling[k];
            }
        }
    }
    return 1;
}

/* Take the rows of a block of float32, or of 16-bit integers with a scale for each group of rows. */
static int take_block(Call *call, int64_t rows, int64_t width, Block *block)
{
    PyObject *const both[] = {call->next[0], call->next[1]};
    if (both[1] == Py_None) {
        WRITE(float, rows_of_block, AT_LEAST(rows * width));
        call->next++;
        *block = (Block){rows_of_block, NULL};
        return 1;
    }
    WRITE(int16_t, rows_of_block, AT_LEAST(rows * width));
    WRITE(float, scales, AT_LEAST((rows + SCALE_ROWS - 1) / SCALE_ROWS));
    *block = (Block){rows_of_block, scales};
    return 1;
}

FUNCTION(recurrence, 25,
         "bounds, width, instructions, indptr, indices, data, scale, weight, diagonal, team, taken, threads, leads, sums, "
         "current, current_scales, previous, previous_scales, start, alpha, beta, steps, first_step, last_step, breakdown",
         "Run steps first_step to last_step - 1 of a recurrence of `steps` steps in one of `threads` threads, all of which\n"
         "call this function with the same arguments but `leads`, true for one of them. `team`, int64 of length\n"
         "TEAM_LENGTH, is zero before step 0, and so is `taken`, int64, with an item for each range between int64 bounds; a\n"
         "number other than 0 in the last item of `team` ends the calls. `sums`, float64, has two rows for each range;\n"
         "`start` are the inverse norms of the columns of `current`, and alpha and beta, shape (width, steps), receive the\n"
         "Jacobi coefficients. Blocks and instructions are as in three_terms and their scales None, or blocks are int16, of\n"
         "16 or 32 columns, as round_rows makes them.")
{
    Recurrence recurrence = {.work = 0};
    Ranges *ranges = &recurrence.ranges;
    if (!take_ranges(call, ranges) || !take_matrix(call, ranges->rows, &recurrence.matrix))
        return NULL;
    WRITE(int64_t, team, EXACTLY(TEAM_LENGTH));
    WRITE(int64_t, taken, EXACTLY(ranges->count));
    INTEGER(threads, 1, INT32_MAX);
    INTEGER(leads, 0, 1);
    REQUIRE(leads || threads > 1, "the only thread does not lead");
    REQUIRE(team[ENTERED * LINE_ITEMS] >= 0, "team has a negative item");
    WRITE(double, sums, EXACTLY(2 * ranges->count * ranges->width));
    for (int number = 0; number < 2; number++)
        if (!take_block(call, ranges->rows, ranges->width, &recurrence.blocks[number]))
            return NULL;
    const int rounded = recurrence.blocks[0].scales != NULL;
    REQUIRE(rounded == (recurrence.blocks[1].scales != NULL), "one block has scales, the other has not");
    REQUIRE(!rounded || ranges->width == 16 || ranges->width == 32, "width is not 16 or 32");
    for (int64_t range = 0; range <= ranges->count; range++)
        REQUIRE(!rounded || ranges->bounds[range] % SCALE_ROWS == 0, "bounds has rows within a group of one scale");
    recurrence.step = (rounded ? native_int16_step : native_float32_step)(ranges->instructions, ranges->width);
    READ(double, start, EXACTLY(ranges->width));
    WRITE(double, alpha, ANY_LENGTH);
    WRITE(double, beta, EXACTLY(alpha_length));
    INTEGER(steps, 0, INT64_MAX / MOST_COLUMNS);
    INTEGER(first_step, 0, steps);
    INTEGER(last_step, first_step, steps);
    NUMBER(double, breakdown, PyFloat_AsDouble);
    REQUIRE(alpha_length == ranges->width * steps, "alpha has not `steps` items for each column");
    recurrence.team = (Team){team, taken, threads, ranges->count, 0};
    if (!leads)
        recurrence.team.thread = 1 + ATOMIC_ADD(SHARED(&recurrence.team, ENTERED), 1) % (threads - 1);
    recurrence.sums = sums;
    recurrence.leads = (int)leads;
    PyThreadState *released = PyEval_SaveThread();
    run_steps(&recurrence, &released, start, alpha, beta, steps, first_step, last_step, breakdown);
    PyEval_RestoreThread(released);
    if (PyErr_Occurred())
        return NULL;
    Py_RETURN_NONE;
}
