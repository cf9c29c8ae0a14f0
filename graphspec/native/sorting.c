/* Keys of edges in increasing order, by their digits: most significant first until a part fits in the cache, then least
 * significant first. The first digit is that of the ends as they are read, so that there is one array of keys. */

#include "native.h"

#include <stdlib.h>
#include <string.h>

#define DIGIT_BITS 9 /* as many places written to in turns as there are pages at hand */
#define NUM_DIGITS (1 << DIGIT_BITS)
#define CACHED 65536 /* numbers that, with as much spare memory, are in a second-level cache of 1 MB */

typedef struct {
    int64_t *values;
    double *weights; /* or NULL */
} Items;

static inline Items from_place(Items items, int64_t place)
{
    return (Items){items.values + place, items.weights ? items.weights + place : NULL};
}

static inline int64_t digit_of(int64_t value, int shift)
{
    return value >> shift & (NUM_DIGITS - 1);
}

/* Turn the numbers of items of every digit into the places where these begin; return the number of all. */
static int64_t add_up(int64_t starts[NUM_DIGITS])
{
    int64_t start = 0;
    for (int digit = 0; digit < NUM_DIGITS; digit++) {
        const int64_t length = starts[digit];
        starts[digit] = start;
        start += length;
    }
    return start;
}

/* Move items in the order of a digit, those of one digit in their order; starts[d] becomes the place where digit d ends. */
static void scatter(Items from, Items into, int64_t count, int shift, int64_t starts[NUM_DIGITS])
{
    memset(starts, 0, NUM_DIGITS * sizeof *starts);
    for (int64_t k = 0; k < count; k++)
        starts[digit_of(from.values[k], shift)]++;
    add_up(starts);
    for (int64_t k = 0; k < count; k++) {
        const int64_t place = starts[digit_of(from.values[k], shift)]++;
        into.values[place] = from.values[k];
        if (from.weights)
            into.weights[place] = from.weights[k];
    }
}

/* Sort items that differ at most in some bits; the result is in the spare memory if `in_spare`. */
static void sort(Items items, Items spare, int64_t count, uint64_t different, int in_spare)
{
    int64_t starts[NUM_DIGITS];
    if (count > CACHED && different) {
        int highest = 0;
        while (different >> highest > 1)
            highest++;
        const int shift = highest >= DIGIT_BITS ? highest - DIGIT_BITS + 1 : 0;
        scatter(items, spare, count, shift, starts);
        different &= ((uint64_t)1 << shift) - 1;
        for (int64_t digit = 0, start = 0; digit < NUM_DIGITS; start = starts[digit++])
            if (starts[digit] > start)
                sort(from_place(spare, start), from_place(items, start), starts[digit] - start, different, !in_spare);
        return;
    }
    int moved = 0;
    for (int shift = 0; shift < 64 && different >> shift && count > 1; shift++)
        if (different >> shift & 1) {
            scatter(moved ? spare : items, moved ? items : spare, count, shift, starts);
            moved = !moved;
            shift += DIGIT_BITS - 1;
        }
    if (moved == in_spare)
        return;
    const Items from = moved ? spare : items, into = moved ? items : spare;
    memcpy(into.values, from.values, (size_t)count * sizeof *into.values);
    if (from.weights)
        memcpy(into.weights, from.weights, (size_t)count * sizeof *into.weights);
}

/* The ends of edges, in arrays with any stride. */
typedef struct {
    const char *tail, *head;
    Py_ssize_t tail_stride, head_stride;
} Ends;

/* The smaller end times 2^32 plus the larger one, or -1 for a loop. */
static inline int64_t key_of(Ends ends, int64_t edge)
{
    const int64_t a = *(const int64_t *)(ends.tail + edge * ends.tail_stride);
    const int64_t b = *(const int64_t *)(ends.head + edge * ends.head_stride);
    return a == b ? -1 : a < b ? a << 32 | b : b << 32 | a;
}

/* Write keys, and weights with them, as they come; return their number, or -1 where they are in no increasing order. */
static int64_t keys_in_order(Ends ends, const double *weights, int64_t count, Items into)
{
    int64_t found = 0, last = 0;
    for (int64_t edge = 0; edge < count; edge++) {
        const int64_t key = key_of(ends, edge);
        if (key < 0)
            continue;
        if (key < last)
            return -1;
        into.values[found] = last = key;
        if (weights)
            into.weights[found] = weights[edge];
        found++;
    }
    return found;
}

/* Write keys in the order of their highest digit; return their number. starts[d] becomes the place where digit d ends. */
static int64_t keys_by_digit(Ends ends, const double *weights, int64_t count, Items into, int shift, int64_t starts[NUM_DIGITS])
{
    memset(starts, 0, NUM_DIGITS * sizeof *starts);
    for (int64_t edge = 0; edge < count; edge++) {
        const int64_t key = key_of(ends, edge);
        if (key >= 0)
            starts[digit_of(key, shift)]++;
    }
    const int64_t found = add_up(starts);
    for (int64_t edge = 0; edge < count; edge++) {
        const int64_t key = key_of(ends, edge);
        if (key < 0)
            continue;
        const int64_t place = starts[digit_of(key, shift)]++;
        into.values[place] = key;
        if (weights)
            into.weights[place] = weights[edge];
    }
    return found;
}

FUNCTION(sorted_edge_keys, 6, "tail, head, weights, num_nodes, keys, sorted_weights",
         "Write a key for every edge that is no loop into int64 `keys`, its smaller end times 2^32 plus the larger one, in\n"
         "increasing order, and its float64 weight into `sorted_weights`, or None for both. The ends are int64 below\n"
         "num_nodes, in arrays with any stride. Return the number of keys. Equal keys keep their order.")
{
    READ_STRIDED(int64_t, tail, ANY_LENGTH);
    READ_STRIDED(int64_t, head, EXACTLY(tail_length));
    READ_OR_NONE(double, weights, EXACTLY(tail_length));
    INTEGER(num_nodes, 0, INT32_MAX);
    WRITE(int64_t, keys, EXACTLY(tail_length));
    WRITE_OR_NONE(double, sorted_weights, EXACTLY(tail_length));
    REQUIRE(!weights == !sorted_weights, "weights and sorted_weights go together");
    const Ends ends = {tail, head, tail_stride, head_stride};
    const Items items = {keys, sorted_weights};
    int64_t starts[NUM_DIGITS], largest = 0, found;
    int bits = 1, failed = 0;
    while (num_nodes >> bits)
        bits++;
    Py_BEGIN_ALLOW_THREADS
    found = keys_in_order(ends, weights, tail_length, items);
    if (found < 0) {
        const int shift = bits + 32 - DIGIT_BITS;
        const uint64_t of_end = ((uint64_t)1 << bits) - 1, different = (of_end << 32 | of_end) & (((uint64_t)1 << shift) - 1);
        found = keys_by_digit(ends, weights, tail_length, items, shift, starts);
        for (int64_t digit = 0, start = 0; digit < NUM_DIGITS; start = starts[digit++])
            largest = starts[digit] - start > largest ? starts[digit] - start : largest;
        const size_t bytes = (size_t)(largest + 1) * sizeof(int64_t);
        const Items spare = {malloc(bytes), weights ? malloc(bytes) : NULL};
        failed = !spare.values || (weights && !spare.weights);
        for (int64_t digit = 0, start = 0; digit < NUM_DIGITS && !failed; start = starts[digit++])
            sort(from_place(items, start), spare, starts[digit] - start, different, 0);
        free(spare.values);
        free(spare.weights);
    }
    Py_END_ALLOW_THREADS
    return failed ? PyErr_NoMemory() : PyLong_FromLongLong(found);
}
