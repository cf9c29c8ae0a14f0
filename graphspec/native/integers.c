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

/* Return whether the field that starts here is an integer that no integer is written as: 01, +1 or -0. */
static int is_odd_integer(const unsigned char *text, int64_t place, int64_t length)
{
    int sign = text[place] == '+' || text[place] == '-';
    int64_t first = place + sign;
    if (first >= length || text[first] < '0' || text[first] > '9')
        return 0;
    if (text[place] == '+')
        return 1;
    unsigned char next = first + 1 < length ? text[first + 1] : ' ';
    if (text[first] != '0')
        return 0;
    return (next >= '0' && next <= '9') || (sign && next != '.');
}

FUNCTION(has_odd_integer, 2, "text, start",
         "Return whether a field from byte `start` on begins with a leading zero, a plus sign, or is a negative zero.")
{
    READ(unsigned char, text, ANY_LENGTH);
    INTEGER(start, 0, text_length);
    int found = 0;
    Py_BEGIN_ALLOW_THREADS
    int at_start = 1; /* of a field */
    for (int64_t place = start; place < text_length && !found; place++) {
        unsigned char c = text[place];
        if (at_start)
            found = is_odd_integer(text, place, text_length);
        at_start = c <= ' ' || c == ',' || c == ';' || c == '|' || c == '"';
    }
    Py_END_ALLOW_THREADS
    return PyBool_FromLong(found);
}
