/* The halves of a step on blocks of float32, for one instruction set and one width; see targets.h. */

/* Add the dot products of a group of rows to those of the range. */
INLINE TARGET void NAME(add_float32)(double *totals, const Floats *dots, const int units)
{
    for (int u = 0; u < units; u++) {
        float each[LANES];
        STORE(each, dots[u]);
        for (int k = 0; k < LANES; k++)
            totals[u * LANES + k] += each[k];
    }
}

INLINE TARGET void NAME(three_terms_of)(const Matrix matrix, const Task *task, const int units, const int pattern)
{
    const int width = units * LANES;
    const float *const current = task->current.rows;
    float *const previous = task->other.rows;
    const int64_t last = matrix.indptr[task->stop];
    double totals[COLUMNS] = {0};
    Floats first[UNITS], second[UNITS];
    memcpy(first, task->first, (size_t)width * sizeof(float));
    memcpy(second, task->second, (size_t)width * sizeof(float));
    for (int64_t group = task->start; group < task->stop; group += ROW_GROUP) {
        const int64_t end = group + ROW_GROUP < task->stop ? group + ROW_GROUP : task->stop;
        Floats dots[UNITS];
        for (int u = 0; u < units; u++)
            dots[u] = (Floats){0};
        for (int64_t i = group; i < end; i++) {
            Floats product[UNITS];
            for (int u = 0; u < units; u++)
                product[u] = (Floats){0};
            for (int64_t p = matrix.indptr[i]; p < matrix.indptr[i + 1]; p++) {
                if (p + PREFETCH_DISTANCE < last) {
                    const float *ahead = current + (int64_t)matrix.indices[p + PREFETCH_DISTANCE] * width;
                    for (int k = 0; k < width; k += CACHE_LINE_FLOATS)
                        PREFETCH(ahead + k);
                }
                const float *row = current + (int64_t)matrix.indices[p] * width;
                for (int u = 0; u < units; u++) {
                    Floats own;
                    LOAD(own, row + u * LANES);
                    product[u] += pattern ? own : matrix.data[p] * own;
                }
            }
            const float scale = pattern ? matrix.scale[i] : 1, weight = pattern ? matrix.weight[i] : 1;
            const float diagonal = matrix.diagonal ? matrix.diagonal[i] : 0;
            for (int u = 0; u < units; u++) {
                const int64_t place = i * width + u * LANES;
                Floats own, value;
                LOAD(own, current + place);
                LOAD(value, previous + place);
                value = first[u] * (scale * product[u] + diagonal * own) - second[u] * value;
                STORE(previous + place, value);
                dots[u] += weight * (value * own);
            }
        }
        NAME(add_float32)(totals, dots, units);
    }
    memcpy(task->sums, totals, (size_t)width * sizeof *totals);
}

INLINE TARGET void NAME(subtract_of)(const float *weight, const Task *task, const int units)
{
    const int width = units * LANES;
    const float *const current = task->current.rows;
    float *const fresh = task->other.rows;
    double totals[COLUMNS] = {0};
    Floats first[UNITS];
    memcpy(first, task->first, (size_t)width * sizeof(float));
    for (int64_t group = task->start; group < task->stop; group += ROW_GROUP) {
        const int64_t end = group + ROW_GROUP < task->stop ? group + ROW_GROUP : task->stop;
        Floats dots[UNITS];
        for (int u = 0; u < units; u++)
            dots[u] = (Floats){0};
        for (int64_t i = group; i < end; i++) {
            const float factor = weight ? weight[i] : 1;
            for (int u = 0; u < units; u++) {
                const int64_t place = i * width + u * LANES;
                Floats own, value;
                LOAD(own, current + place);
                LOAD(value, fresh + place);
                value -= first[u] * own;
                STORE(fresh + place, value);
                dots[u] += factor * (value * value);
            }
        }
        NAME(add_float32)(totals, dots, units);
    }
    memcpy(task->sums, totals, (size_t)width * sizeof *totals);
}

/* The pattern and the number of vectors in a row are known when these are compiled. */
TARGET static void NAME(three_terms)(const Matrix *matrix, const Task *task)
{
    const int units = COLUMNS == MOST_COLUMNS ? task->width : UNITS;
    if (matrix->data)
        NAME(three_terms_of)(*matrix, task, units, 0);
    else
        NAME(three_terms_of)(*matrix, task, units, 1);
}

TARGET static void NAME(subtract)(const Matrix *matrix, const Task *task)
{
    NAME(subtract_of)(matrix->weight, task, COLUMNS == MOST_COLUMNS ? task->width : UNITS);
}
