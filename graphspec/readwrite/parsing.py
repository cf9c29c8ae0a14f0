"""From the text of an edge list to edges: parse, and settle whether the first row is a header."""

from __future__ import annotations

from graphspec.readwrite.detection import INTEGER, are_header_words, are_sizes_of, are_words
from graphspec.readwrite.edges import Edges
from graphspec.readwrite.fields import integer_edges, word_edges
from graphspec.readwrite.integers import plain_edges
from graphspec.readwrite.reading import Reading
from graphspec.readwrite.table import Table
from graphspec.readwrite.text import Text


def parse_edges(text: Text, reading: Reading) -> Edges:
    """Parse all rows of an edge list.

    Raises
    ------
    InputError
        If a row is not as the others, or there is none.
    """
    table = Table.of(text, reading)
    rows = table.first_rows
    # write_edges and SNAP tell the size in a comment, and name no columns outside of one.
    detect = reading.header is None and not text.has_size_comment
    if rows and (reading.header or (detect and are_header_words(reading.ends_of(rows[0])))):
        table = table.below_first_row()
        table.check_first_row()
        edges = None if are_words(reading.ends_of(table.first_rows[0])) else _integers(table)
        return (word_edges(table) if edges is None else edges).below_header()
    if not rows:
        table.check_first_row()
    sizes = [int(field) for field in rows[0] if INTEGER.fullmatch(field)]
    counted = detect and len(rows) > 1 and len(sizes) == len(rows[0]) == 2
    names = are_words(reading.ends_of(rows[0]))
    if detect and len(rows) > 1 and (names or (counted and len(rows[1]) != 2)):
        edges = _integers(table.below_first_row())
        if edges is not None and (names or are_sizes_of(sizes, edges)):
            return edges.below_header()
    table.check_first_row()
    edges = None if names else _integers(table)
    if edges is None and counted and sizes[1] == sum(1 for _ in text.after_first_row().rows()):
        edges = word_edges(table.below_first_row())
        if are_sizes_of(sizes, edges):
            return edges.below_header()
        edges = None
    if edges is None:
        return word_edges(table, header=detect and names)
    # Parsed together with the edges, because a first row of two numbers mostly is one.
    if counted and len(rows[1]) == 2 and are_sizes_of(sizes, edges.without_first()):
        return edges.without_first().below_header()
    return edges


def _integers(table: Table) -> Edges | None:
    """Parse rows of integer ids the fastest way that is possible; return None if there are other ids."""
    edges = plain_edges(table)
    return integer_edges(table) if edges is None else edges
