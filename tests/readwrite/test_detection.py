"""Evidence on how an edge list is written: separators, and what the first row is."""

import numpy as np
import pytest

from graphspec.readwrite.detection import FirstRow, are_sizes_of, classify_first_row, likely_separators
from graphspec.readwrite.edges import Edges
from graphspec.readwrite.reading import Reading
from graphspec.readwrite.text import BLANKS

EDGE, NAMES, LIKELY, SIZES, UNKNOWN = FirstRow


@pytest.mark.parametrize(
    ("rows", "options", "kind"),
    [
        # Nothing but edges.
        (["0 1", "1 2"], {"header": False}, EDGE),
        (["0 1 5", "1 2 5"], {}, EDGE),
        (["0.5 1", "1 2"], {}, EDGE),
        (["a 1", "b 2"], {}, EDGE),
        (["0", "1"], {}, EDGE),
        (["5 6"], {}, EDGE),
        (["ann bob"], {}, EDGE),
        ([], {}, EDGE),
        # The option outweighs everything.
        (["0 1", "1 2"], {"header": True}, NAMES),
        (["source target", "1 2"], {"header": False}, EDGE),
        ([], {"header": True}, EDGE),
        # Well-known names, however they are spelt, in the columns that are read.
        (["source target", "ann bob"], {}, LIKELY),
        (["From_Node_ID ToNodeId", "1 2"], {}, LIKELY),
        (["Source Target Weight", "1 2 5"], {"weighted": True}, LIKELY),
        (["source target"], {}, LIKELY),
        (["Source Type Target", "ann Directed bob"], {}, NAMES),
        (["source_id target_id", "ann bob"], {}, LIKELY),
        (["date id1 id2", "5 1 2"], {"columns": (2, 3)}, LIKELY),
        (["source target", "ann bob friend"], {}, NAMES),
        (["source bob", "ann bob"], {}, UNKNOWN),
        (["source", "1 2"], {}, EDGE),
        # Words of which the rows below tell whether they are names.
        (["ann bob friend", "bob eve friend"], {}, EDGE),
        (["ann bob kind", "bob eve friend"], {}, UNKNOWN),
        # Words above numbers or dates.
        (["author paper", "1 2"], {}, NAMES),
        (["protein1 protein2 score", "P1 P2 0.7"], {}, NAMES),
        (["who whom when", "ann bob 2020-01-02"], {}, NAMES),
        (["ann bob NA", "bob eve 5"], {}, UNKNOWN),
        (["ann bob", "bob eve"], {}, UNKNOWN),
        (["7 author paper", "7 1 2"], {"columns": (2, 3)}, UNKNOWN),
        (["from to", "1 2"], {"columns": ("from", "to")}, NAMES),
        # Two numbers of which the rows below tell whether they count them.
        (["3 2", "0 1"], {}, SIZES),
        (["3 2", "0 1 5"], {"weighted": True}, SIZES),
        (["3 2", "7 0 1"], {"columns": (2, 3)}, SIZES),
        (["3 2", "a b"], {}, SIZES),
        (["3 1e3", "0 1"], {}, EDGE),
        (["3 2"], {}, EDGE),
        # Three numbers that may be the sizes of a matrix.
        (["2 2 1", "1 2"], {}, SIZES),
        (["2 2 1", "1 2 5"], {}, SIZES),
        (["2 2 1", "1 3 5"], {}, EDGE),
        (["2 2 1", "1 2 5", "2 1 4"], {}, EDGE),
    ],
)
def test_first_rows_are_classified(rows, options, kind):
    reading = Reading(**options)
    used = reading.column_indices or (0, 1)
    assert classify_first_row([row.split() for row in rows], reading, used=used) is kind


@pytest.mark.parametrize("rows", [["source target", "1 2"], ["3 2", "0 1"], ["author paper", "1 2"]])
def test_below_a_comment_with_the_sizes_there_is_no_header(rows):
    fields = [row.split() for row in rows]
    assert classify_first_row(fields, Reading(), size_comment=True) is EDGE
    assert classify_first_row(fields, Reading(header=True), size_comment=True) is NAMES


@pytest.mark.parametrize(
    ("sizes", "tail", "head", "answer"),
    [
        ((3, 2), [0, 1], [1, 2], True),
        ((9, 2), [0, 1], [1, 2], True),
        ((2, 2), [0, 1], [1, 2], False),
        ((3, 3), [0, 1], [1, 2], False),
        ((10**400, 1), [5], [7], True),
        ((0, 0), [], [], True),
    ],
)
def test_sizes_count_the_rows_and_bound_the_vertices(sizes, tail, head, answer):
    assert are_sizes_of(sizes, Edges(np.array(tail, np.int64), np.array(head, np.int64))) is answer


@pytest.mark.parametrize(
    ("rows", "separators"),
    [
        (["0\t1", "1\t2"], ("\t", BLANKS)),
        (["New York\tBoston", "Paris\tLe Havre"], ("\t",)),
        (["0\t1 ", "1\t2 3"], (BLANKS,)),
        (["1\t2\ta friend", "2\t3\ta very good friend"], ("\t",)),
        (["New York,Boston", "Los Angeles,San Jose", "Le Havre,Le Mans"], (",",)),
        (["ann,bob,2020-01-01 10:00", "bob,eve,2020-01-01 11:00"], (",",)),
        (["1 2 0,5", "2 3 1,5"], (" ", BLANKS)),
        (["0|1", "1|2"], ("|",)),
        (["1::2::5", "2::3::4"], ("::",)),
        (["0   1", "1 \t 2"], (BLANKS,)),
        (["0 1", "1 2"], (" ", BLANKS)),
        (["0 1", "1  2"], (BLANKS,)),
        (["0  1", "1 2"], (BLANKS,)),
        (["1|a 1|b", "1|b 2|c", "2|c 1|a"], (" ", BLANKS)),
        (["Lee; Ann,Roe; Bob", "Roe; Bob,Poe; Cat", "Poe; Cat,Roe; Bob"], (",",)),
        (["0,1", "1,2"], (",",)),
        (["0;1,5", "1;2,5"], (";",)),
        (["0, 1", "1, 2"], (",",)),
        (["1,5 2,5", "2,5 3,5"], (" ", BLANKS)),
        (["source target", "0,1", "1,2"], (",",)),
        (["0,1", "1,2", "3", "4,5"], (",",)),
        (['"a b","c"', '"d","e f"'], (",",)),
    ],
)
def test_separators_are_detected_from_the_rows_below_the_first(rows, separators):
    assert likely_separators(rows) == separators


@pytest.mark.parametrize(
    ("rows", "kind"),
    [
        (["user tag", "ann #a", "bob #b", "eve #c"], LIKELY),
        (["user mail", "ann a@b.c", "bob b@c.d", "eve c@d.e"], LIKELY),
        (["user tag", "ann #a", "bob b", "eve #c"], UNKNOWN),
        (["ann #a", "bob #b", "eve #c", "dan #d"], UNKNOWN),
        (["user tag", "ann #a", "bob #b"], UNKNOWN),
        # A date or a number like those below it belongs to an edge.
        (["2020-01-01 ann x", "2020-01-02 bob y"], EDGE),
        (["5 ann x", "7 bob y"], EDGE),
        # An id that comes back, though there are numbers below it.
        (["ann bob", "bob 9"], UNKNOWN),
    ],
)
def test_the_form_of_the_rows_below_tells_names_from_ids(rows, kind):
    assert classify_first_row([row.split() for row in rows], Reading()) is kind
