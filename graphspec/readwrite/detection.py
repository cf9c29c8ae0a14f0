"""Detection of how an edge list is written: the separator of its columns, and whether the first row is a header.

This is the place where evidence from the first rows is weighed. What only all rows show, such as whether a number
counts them, is settled by :mod:`graphspec.readwrite.parsing`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import Enum

import numpy as np

from graphspec.arrays import distinct
from graphspec.readwrite.edges import Edges
from graphspec.readwrite.reading import Reading
from graphspec.readwrite.text import BLANKS, NUMBER

INTEGER = re.compile(r"[+-]?[0-9]{1,400}")

_ENDS = ("source", "target", "from", "to", "src", "dst", "dest", "destination", "vertex1", "vertex2", "n1", "n2")
_NAMES = {*_ENDS, *(f"{kind}{end}" for kind in ("id", "node", "nodeid") for end in "12ab")} | {
    f"{end}{kind}" for end in ("from", "to", "source", "target") for kind in ("id", "node", "nodeid")
}


class FirstRow(Enum):
    """Kind of the first row of an edge list, as far as the first rows show it."""

    EDGE = "an edge"
    NAMES = "names of columns"
    SIZES = "numbers of vertices and edges if it counts the rows below, otherwise an edge"
    UNKNOWN = "names of columns if all ids below are integers, otherwise an edge"


def likely_separators(rows: Sequence[str]) -> tuple[str, ...]:
    """Return the separators to try, the likeliest first.

    Parameters
    ----------
    rows
        The first rows, of which the first may be a header.
    """
    body = [row.strip() for row in rows[1:] or rows]
    tight = [re.sub(r"\s*([,;])\s*", r"\1", row) for row in body]
    words = {len(row.split()) for row in tight}
    tabs = {row.count("\t") for row in tight}
    spaces = {row.count(" ") for row in tight}
    if len(tabs) == 1 and 0 not in tabs:
        if spaces == {0}:
            return ("\t", BLANKS)
        # Ids may contain spaces, unless these separate numbers.
        numeric = all(NUMBER.fullmatch(word) for row in body for word in row.split()[:2])
        return (BLANKS,) if numeric else ("\t",)
    # Blanks in equal numbers separate better than a comma, and beside semicolons a comma is a decimal one.
    if len(words) > 1 or words == {1} or any('"' in row for row in body):
        for mark in ";,":
            # In most rows: one that lacks it is an error to report.
            if all(mark in row for row in body) or 2 * sum(mark in row for row in rows) > len(rows):
                return (mark,)
    # A single character is parsed twice as fast as runs of blanks.
    single = all(row.count(" ") + 1 == len(row.split()) for row in body)
    return (" ", BLANKS) if single else (BLANKS,)


def classify_first_row(rows: Sequence[Sequence[str]], reading: Reading, *, size_comment: bool = False) -> FirstRow:
    """Classify the first row of an edge list.

    Parameters
    ----------
    rows
        Fields of the first rows.
    reading
        Options of reading; `header` outweighs all evidence.
    size_comment
        Whether a comment above gives the numbers of vertices and edges. Programs that write one write no header:
        SNAP and :func:`graphspec.write_edges` name columns in comments, too.
    """
    if reading.header is not None or size_comment or not rows:
        return FirstRow.NAMES if reading.header and rows else FirstRow.EDGE
    first, ends = rows[0], reading.ends_of(rows[0])
    if len(ends) == 2 and all(re.sub(r"[\W_]", "", end.lower()) in _NAMES for end in ends):
        return FirstRow.NAMES
    if len(rows) == 1:
        return FirstRow.EDGE
    if are_words(ends):
        return FirstRow.UNKNOWN
    if len(first) == 2 and all(INTEGER.fullmatch(field) for field in first):
        return FirstRow.SIZES
    return FirstRow.EDGE


def are_words(ends: Sequence[str]) -> bool:
    """Return whether both ends of a row are there, and neither is a number."""
    return len(ends) == 2 and not any(NUMBER.fullmatch(end) for end in ends)


def are_sizes_of(sizes: Sequence[int], edges: Edges) -> bool:
    """Return whether two numbers n and m count m edges, whose ends are at most n vertices."""
    num_nodes, num_edges = sizes
    return num_edges == len(edges.tail) and num_nodes >= len(distinct(np.concatenate([edges.tail, edges.head])))
