/* The halves of a step on blocks of 16-bit integers, for one instruction set and one width; see targets.h. */

#if COLUMNS == 16 || COLUMNS == 32

INLINE TARGET Floats NAME(load_int16)(const int16_t *place)
{
    Shorts stored;
    LOAD(stored, place);
    return to_floats(stored);
}

/* Return the larger of each magnitude and the magnitude of a number. */
INLINE TARGET Floats NAME(larger)(Floats magnitude, Floats values)
{
#if LANES == 1
    return fabsf(values) > magnitude ? fabsf(values) : magnitude;
#else
    const Integers bits = (Integers)values & 0x7fffffff, greater = (Floats)bits > magnitude;
    return (Floats)((bits & greater) | ((Integers)magnitude & ~greater));
#endif
}

/* Round a group of rows to integers, to nearest, and store them with their scale. */
INLINE TARGET void NAME(round_group)(Block block, int64_t group, const Floats *values, Floats magnitude)
{
    float each[LANES], most = 0;
    STORE(each, magnitude);
    for (int k = 0; k < LANES; k++)
        most = each[k] > most ? each[k] : most;
    /* Subnormal numbers, whose inverse is infinite, are zero. */
    const float inverse = most > FLT_MIN * LARGEST_INTEGER ? LARGEST_INTEGER / most : 0;
    int16_t *rows = (int16_t *)block.rows + group * SCALE_ROWS * COLUMNS;
    block.scales[group] = inverse > 0 ? most / LARGEST_INTEGER : 0;
    for (int k = 0; k < SCALE_ROWS * UNITS; k++) {
        const Floats nearest = (inverse * values[k] + ROUNDING) - ROUNDING;
        const Shorts rounded = to_shorts(nearest);
        STORE(rows + k * LANES, rounded);
    }
}

INLINE TARGET void NAME(add_int16)(double *totals, const Floats *dots)
{
    for (int u = 0; u < UNITS; u++) {
        float each[LANES];
        STORE(each, dots[u]);
        for (int k = 0; k < LANES; k++)
            totals[u * LANES + k] += each[k];
    }
}

INLINE TARGET void NAME(three_terms_of)(const Matrix matrix, const Task *task, const int pattern)
{
    const int16_t *const current = task->current.rows, *const previous = task->other.rows;
    const float *const scales = task->current.scales;
    const int64_t last = matrix.indptr[task->stop];
    double totals[COLUMNS] = {0};
    Floats first[UNITS], second[UNITS], values[SCALE_ROWS * UNITS];
    memcpy(first, task->first, sizeof first);
    memcpy(second, task->second, sizeof second);
    for (int64_t group = task->start / SCALE_ROWS; group < task->stop / SCALE_ROWS; group++) {
        const float own_scale = scales[group], old_scale = task->other.scales[group];
        Floats magnitude = {0};
        for (int64_t part = 0; part < SCALE_ROWS; part += ROW_GROUP) {
            Floats dots[UNITS];
            for (int u = 0; u < UNITS; u++)
                dots[u] = (Floats){0};
            for (int64_t r = part; r < part + ROW_GROUP; r++) {
                const int64_t i = group * SCALE_ROWS + r;
                Floats product[UNITS];
                for (int u = 0; u < UNITS; u++)
                    product[u] = (Floats){0};
                for (int64_t p = matrix.indptr[i]; p < matrix.indptr[i + 1]; p++) {
                    if (p + PREFETCH_DISTANCE < last)
                        PREFETCH(current + (int64_t)matrix.indices[p + PREFETCH_DISTANCE] * COLUMNS);
                    const uint32_t j = (uint32_t)matrix.indices[p]; /* without a sign, division is a shift */
                    const float scale = pattern ? scales[j / SCALE_ROWS] : scales[j / SCALE_ROWS] * matrix.data[p];
                    for (int u = 0; u < UNITS; u++)
                        product[u] += scale * NAME(load_int16)(current + (int64_t)j * COLUMNS + u * LANES);
                }
                const float scale = pattern ? matrix.scale[i] : 1, weight = pattern ? matrix.weight[i] : 1;
                const float diagonal = matrix.diagonal ? matrix.diagonal[i] : 0;
                for (int u = 0; u < UNITS; u++) {
                    const Floats own = own_scale * NAME(load_int16)(current + i * COLUMNS + u * LANES);
                    const Floats old = old_scale * NAME(load_int16)(previous + i * COLUMNS + u * LANES);
                    const Floats value = first[u] * (scale * product[u] + diagonal * own) - second[u] * old;
                    dots[u] += weight * (value * own);
                    magnitude = NAME(larger)(magnitude, value);
                    values[r * UNITS + u] = value;
                }
            }
            NAME(add_int16)(totals, dots);
        }
        NAME(round_group)(task->other, group, values, magnitude);
    }
    memcpy(task->sums, totals, sizeof totals);
}

TARGET static void NAME(three_terms)(const Matrix *matrix, const Task *task)
{
    if (matrix->data)
        NAME(three_terms_of)(*matrix, task, 0);
    else
        NAME(three_terms_of)(*matrix, task, 1);
}

TARGET static void NAME(subtract)(const Matrix *matrix, const Task *task)
{
    const int16_t *const current = task->current.rows, *const fresh = task->other.rows;
    double totals[COLUMNS] = {0};
    Floats first[UNITS], values[SCALE_ROWS * UNITS];
    memcpy(first, task->first, sizeof first);
    for (int64_t group = task->start / SCALE_ROWS; group < task->stop / SCALE_ROWS; group++) {
        const float own_scale = task->current.scales[group], old_scale = task->other.scales[group];
        Floats magnitude = {0};
        for (int64_t part = 0; part < SCALE_ROWS; part += ROW_GROUP) {
            Floats dots[UNITS];
            for (int u = 0; u < UNITS; u++)
                dots[u] = (Floats){0};
            for (int64_t r = part; r < part + ROW_GROUP; r++) {
                const int64_t i = group * SCALE_ROWS + r;
                const float weight = matrix->weight ? matrix->weight[i] : 1;
                for (int u = 0; u < UNITS; u++) {
                    const Floats own = own_scale * NAME(load_int16)(current + i * COLUMNS + u * LANES);
                    const Floats old = old_scale * NAME(load_int16)(fresh + i * COLUMNS + u * LANES);
                    const Floats value = old - first[u] * own;
                    dots[u] += weight * (value * value);
                    magnitude = NAME(larger)(magnitude, value);
                    values[r * UNITS + u] = value;
                }
            }
            NAME(add_int16)(totals, dots);
        }
        NAME(round_group)(task->other, group, values, magnitude);
    }
    memcpy(task->sums, totals, sizeof totals);
}

/* Round groups of float32 rows. */
TARGET static void NAME(round_rows)(const float *rows, int64_t groups, Block block)
{
    Floats values[SCALE_ROWS * UNITS];
    for (int64_t group = 0; group < groups; group++) {
        Floats magnitude = {0};
        memcpy(values, rows + group * SCALE_ROWS * COLUMNS, sizeof values);
        for (int k = 0; k < SCALE_ROWS * UNITS; k++)
            magnitude = NAME(larger)(magnitude, values[k]);
        NAME(round_group)(block, group, values, magnitude);
    }
}

#endif
