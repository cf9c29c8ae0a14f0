"""Parsing of the text of an edge list, and the decision whether the first row is a header."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from graphspec._typing import Vertices
from graphspec.errors import InputError
from graphspec.readwrite.bipartite import with_two_sets
from graphspec.readwrite.dense import refuse_dense_matrix, refuse_other_tables
from graphspec.readwrite.detection import FirstRow, are_sizes_of, are_words
from graphspec.readwrite.edges import Edges
from graphspec.readwrite.fields import integer_edges, word_edges
from graphspec.readwrite.integers import plain_edges
from graphspec.readwrite.lists import edges_of_lists
from graphspec.readwrite.reading import Reading
from graphspec.readwrite.sif import edges_of_sif
from graphspec.readwrite.table import Table
from graphspec.readwrite.text import Text, excerpt


def parse_edges(text: Text, reading: Reading) -> Edges:
    """Parse all rows of an edge list.

    Raises
    ------
    InputError
        If a row does not fit the others, or there are no rows.
    """
    if text.lists:
        return edges_of_lists(text, reading)
    table = Table.of(text, reading)
    if table.sample and reading.columns is None:
        refuse_dense_matrix(text, table.sample)
        refuse_other_tables(text, table.sample)
        interactions = None if reading.weighted else edges_of_sif(table)
        if interactions is not None:
            return interactions
    edges = parse_table(table)
    return edges if table.two_sets is None else with_two_sets(edges, table.two_sets, text.name)


def parse_table(table: Table) -> Edges:
    """Parse all rows of a table.

    Raises
    ------
    InputError
        If a row does not fit the others, or there are no rows.
    """
    if table.first_row is FirstRow.NAMES or (table.first_row is FirstRow.LIKELY_NAMES and len(table.sample) == 1):
        edges = _parse(table.below_first_row()).below_header()
    elif table.first_row in (FirstRow.UNKNOWN, FirstRow.LIKELY_NAMES):
        edges = _parse_below_words(table)
    elif table.first_row is FirstRow.SIZES:
        edges = _parse_below_numbers(table)
    else:
        edges = _parse(table)
    return replace(edges, remarks=(*table.text.remarks, *table.remarks, *edges.remarks))


def _parse(table: Table) -> Edges:
    """Parse all rows, none of which is a header."""
    table.check_first_row()
    edges = None if are_words(table.ends_of(table.sample[0])) else _integers(table)
    return word_edges(table) if edges is None else edges


def _parse_below_words(table: Table) -> Edges:
    """Parse rows whose first one consists of words, which are names of columns if all ids below are integers."""
    edges = None if are_words(table.ends_of(table.sample[1])) else _integers(table.below_first_row())
    if edges is not None:
        return edges.below_header()
    table.check_first_row()
    return word_edges(table)


def _parse_below_numbers(table: Table) -> Edges:
    """Parse rows whose first one consists of two integers: sizes if they count the rows below, otherwise an edge."""
    sizes = [int(field) for field in table.sample[0]]
    below = table.below_first_row()
    if len(table.sample[1]) != len(sizes):
        edges = _integers(below)
        if edges is not None and are_sizes_of(sizes, edges):
            return _below_sizes(table, sizes, edges)
    table.check_first_row()
    # Parsed together with the rows below, because a first row of two numbers is usually an edge.
    edges = _integers(table)
    if edges is not None:
        below_sizes = edges.without_first()
        return _below_sizes(table, sizes, below_sizes) if are_sizes_of(sizes, below_sizes) else edges
    if sizes[-1] == sum(1 for _ in below.text.rows()):
        edges = word_edges(below)
        if are_sizes_of(sizes, edges):
            return _below_sizes(table, sizes, edges)
    return word_edges(table)


def _below_sizes(table: Table, sizes: list[int], edges: Edges) -> Edges:
    """Return edges below their sizes, with a remark where these may be another edge, as below "4 3" in a path."""
    pairs = [] if edges.labels is not None else [(edges.tail, edges.head)]
    remarks = remarks_on_sizes(" ".join(table.sample[0]), sizes, pairs)
    if len(sizes) > 2:
        remarks = (remark_on_matrix(table.text.name, sizes),)
    return replace(edges.below_header(), remarks=(*edges.remarks, *remarks))


def remark_on_matrix(name: str, sizes: Sequence[int]) -> str:
    """Return the remark on a first row of the sizes of a matrix, above as many entries as the last one says.

    Raises
    ------
    InputError
        If the matrix is not square: then the row may be an edge, and rows and columns different vertices.
    """
    if sizes[0] != sizes[1]:
        raise InputError(
            f"{name}: the first row may be an edge, or the sizes of a matrix of {sizes[0]} rows, {sizes[1]} columns "
            f"and {sizes[2]} entries: add --no-header if it is an edge, --header if not"
        )
    return (
        f"took the first row for the sizes of a matrix ({sizes[0]} rows and columns, {sizes[2]} entries), as in Matrix "
        "Market without its banner (--no-header if it is an edge)"
    )


def remarks_on_sizes(row: str, sizes: Sequence[int], pieces: Iterable[Iterable[Vertices]]) -> tuple[str, ...]:
    """Return a remark on a first row that was taken for sizes, where it may be an edge of its own.

    Parameters
    ----------
    row
        The row.
    sizes
        Its numbers, of vertices and of edges.
    pieces
        Tails and heads of the rows below, piece by piece.
    """
    num_nodes, *_, num_edges = sizes
    found = there = num_nodes == num_edges
    last, listed = 0, False
    for tail, head in pieces:
        last = max(last, int(tail.max()), int(head.max()))
        listed |= bool((tail == num_nodes).any() or (head == num_nodes).any())
        for ends, other in ((tail == num_edges, head), (head == num_edges, tail)):
            found |= bool(ends.any())
            there |= bool((other[ends] == num_nodes).any())
    # Ids that count vertices are at most their number; if n is one and others are above it, n and m may be ids.
    if not (found or (listed and last > num_nodes)) or there:
        return ()  # no vertex, or an edge that is there anyway
    remark = f"took the first row, {excerpt(row)}, for the numbers of vertices and edges (--no-header if it is an edge)"
    return (remark,)


def _integers(table: Table) -> Edges | None:
    """Parse rows of integer ids by the fastest parser that applies; return None if there are other ids."""
    edges = plain_edges(table)
    return integer_edges(table) if edges is None else edges
