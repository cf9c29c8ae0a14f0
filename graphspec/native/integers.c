/* Parsing rows of nothing but non-negative integers, one separator between them and a line feed after each row: what
 * most edge lists are. Anything else is left to the caller, who knows how to tell what is wrong. */

#include "native.h"

#define MOST_DIGITS 18 /* all of them fit into 64 bits */

/* Return the number of integers written, or -1 where the text is anything else or more than fits. */
static int64_t parse(const unsigned char *text, int64_t length, unsigned char separator, int64_t width, int64_t *out,
                     int64_t capacity)
{
    int64_t written = 0, column = 0, place = 0;
    while (place < length) {
        int64_t value = 0, first = place;
        while (place < length && text[place] >= '0' && text[place] <= '9')
            value = value * 10 + (text[place++] - '0');
        /* 01 is another id than 1. */
        int leading_zero = place - first > 1 && text[first] == '0';
        if (place == first || leading_zero || place - first > MOST_DIGITS || written == capacity)
            return -1;
        out[written++] = value;
        if (++column == width)
            column = 0;
        if (place == length)
            break;
        if (text[place++] != (column == 0 ? '\n' : separator))
            return -1;
    }
    return column == 0 ? written : -1;
}

FUNCTION(parse_integers, 6, "text, start, stop, separator, width, out",
         "Parse rows of `width` integers from bytes `start` to `stop` into int64 `out`; return how many there are, or -1\n"
         "where the text is anything else.")
{
    READ(unsigned char, text, ANY_LENGTH);
    INTEGER(start, 0, text_length);
    INTEGER(stop, start, text_length);
    INTEGER(separator, 0, 255);
    INTEGER(width, 1, INT64_MAX);
    WRITE(int64_t, out, ANY_LENGTH);
    int64_t written;
    Py_BEGIN_ALLOW_THREADS
    written = parse(text + start, stop - start, (unsigned char)separator, width, out, out_length);
    Py_END_ALLOW_THREADS
    return PyLong_FromLongLong(written);
}
