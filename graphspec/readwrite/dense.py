"""Dense adjacency matrices in text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import scipy.sparse
from numpy.typing import NDArray

from graphspec.errors import InputError
from graphspec.graphs import Graph
from graphspec.readwrite.detection import likely_separators
from graphspec.readwrite.encoding import check_utf8
from graphspec.readwrite.names import pair_of_names
from graphspec.readwrite.reading import Reading
from graphspec.readwrite.text import NUMBER, Text

_ENTRY = re.compile(
    NUMBER.pattern + "|inf|nan|-|true|false", re.IGNORECASE
)  # including entries of matrices of distances
_BINARY = {"0", "1", "0.0", "1.0", "True", "False", "TRUE", "FALSE", "true", "false"}
_FLOAT = re.compile(r"[+-]?[0-9]\.[0-9]{3,}[eE][+-][0-9]{2,3}")  # as numpy.savetxt writes numbers


def refuse_dense_matrix(
    text: Text, sample: tuple[list[str], ...], *, least: int = 3, surely: int = 10, widest: int = 200
) -> None:
    """Refuse rows of numbers that look like a dense adjacency matrix.

    A matrix has as many rows as columns, and its numbers are all 0 or 1, or symmetric, or 0 on the diagonal, or it has
    at least `surely` rows; names of the vertices may be above the columns, before the rows, or both.

    Parameters
    ----------
    text
        The rows.
    sample
        Fields of the first rows.
    least
        Smallest number of rows of a matrix; two rows of two numbers are edges.
    surely
        Number of rows from which an equal number of columns is no coincidence, whatever the numbers.
    widest
        Number of columns that no edge list has.

    Raises
    ------
    InputError
        If the rows look like such a matrix.
    """
    width = len(sample[-1])
    if width >= widest and all(map(NUMBER.fullmatch, sample[-1][1:])):
        raise InputError(
            f"{text.name}: expected an edge list, found {width} columns of numbers: add --matrix if they are a dense "
            "adjacency matrix"
        )
    if width < least or not width - 1 <= len(sample) <= width + 1:
        return
    rows = [list(row) for row in sample]
    if not any(map(_ENTRY.fullmatch, rows[0][1:])):
        if pair_of_names(rows[0]) is not None:
            return  # names of columns, not of vertices
        rows = rows[1:]
    if not any(_ENTRY.fullmatch(row[0]) for row in rows if row):
        rows = [row[1:] for row in rows]
    if len(rows) < least or {len(row) for row in rows} != {len(rows)}:
        return
    if not all(_ENTRY.fullmatch(field) for row in rows for field in row):
        return
    binary = all(field in _BINARY for row in rows for field in row)
    # Vertices have no edges to themselves; edges have no ids such as 1.000e+00.
    hollow = all(float(row[place]) == 0 for place, row in enumerate(rows) if NUMBER.fullmatch(row[place]))
    hollow = hollow and all(NUMBER.fullmatch(row[place]) for place, row in enumerate(rows))
    written = all(_FLOAT.fullmatch(field) for row in rows for field in row)
    symmetric = rows == [list(column) for column in zip(*rows, strict=True)]
    if binary or symmetric or hollow or written or len(rows) >= surely:
        raise InputError(
            f"{text.name}: expected an edge list, found what looks like a dense adjacency matrix of {len(rows)} rows: "
            "add --matrix to read it"
        )


def refuse_other_tables(text: Text, sample: tuple[list[str], ...]) -> None:
    """Refuse tables that are not edge lists: an incidence matrix, an index of edges, adjacency lists of one length.

    Parameters
    ----------
    text
        The rows.
    sample
        Fields of the first rows.

    Raises
    ------
    InputError
        If there are names above columns and before rows of 0 and 1; if there are two rows of many integers; or if every
        row is a vertex and its neighbours, all of which have this vertex among their own neighbours.
    """
    width, actual = len(sample[-1]), ""
    values = [row[1:] for row in sample[1:]]
    named = width > 2 and not any(
        _ENTRY.fullmatch(field) for row in (sample[0][1:], [row[0] for row in sample[1:]]) for field in row
    )
    if named and len(values) > 1 and all(field in ("0", "1") for row in values for field in row):
        actual = "a table of 0 and 1, such as an incidence matrix"
    elif len(sample) == 2 and width >= 5 and all(field.isdecimal() for row in sample for field in row):
        actual = "two rows of vertices, such as an edge index: transpose it"
    elif (width > 2 and _are_adjacency_lists(sample)) or {"neighbors", "neighbours"} & {*map(str.lower, sample[0][1:])}:
        actual = "adjacency lists, which --lists reads"
    if actual:
        raise InputError(
            f"{text.name}: expected an edge list, found what looks like {actual} (--columns 1,2 reads edges)"
        )


def _are_adjacency_lists(sample: Sequence[Sequence[str]]) -> bool:
    """Return whether every row is a vertex and its neighbours, with all edges in both directions."""
    neighbours = {row[0]: set(row[1:]) for row in sample if row}
    if len(neighbours) < max(3, len(sample)):
        return False
    for vertex, others in neighbours.items():
        if vertex in others or not all(vertex in neighbours.get(other, ()) for other in others):
            return False
    return all(len(set(row)) == len(row) for row in sample)


def graph_of_dense_matrix(text: Text, reading: Reading) -> Graph:
    """Build the graph of a dense adjacency matrix; names above its columns or before its rows become labels.

    Raises
    ------
    InputError
        If the rows are not those of a square matrix of numbers that are finite and not negative.
    """
    check_utf8(text.data, text.name, text.start)
    rows = [row for _, row in text.rows()]
    separator = reading.separator or text.separator or likely_separators(rows[:100], text.fields)[-1]
    logical = {"True": "1", "TRUE": "1", "true": "1", "False": "0", "FALSE": "0", "false": "0"}
    fields = [[logical.get(field, field) for field in text.fields(row, separator)] for row in rows]
    labels: list[str] | None = None
    if separator == ";":
        fields = [[field.replace(",", ".") for field in row] for row in fields]  # decimal commas
    if len(fields) > 1 and not any(map(NUMBER.fullmatch, fields[0][1:])):
        labels, fields = fields[0][-len(fields[1]) :], fields[1:]
        labels = labels[1:] if len(labels) == len(fields) + 1 else labels
    if fields and (len(fields[0]) == len(fields) + 1 or not any(NUMBER.fullmatch(row[0]) for row in fields)):
        labels, fields = [row[0] for row in fields], [row[1:] for row in fields]
    matrix = _square(fields, text)
    entries = scipy.sparse.coo_array(matrix)
    graph = Graph.from_scipy(entries, weighted=reading.weighted, name=text.name)
    names = None if labels is None else np.array(labels, dtype=object)
    dropped = replace(graph.dropped, comment_lines=text.comment_lines, header_lines=len(rows) - len(fields))
    return replace(graph, labels=names, dropped=dropped)


def _square(fields: list[list[str]], text: Text) -> NDArray[np.float64]:
    skipped = sum(1 for _ in text.rows()) - len(fields)
    for number, row in enumerate(fields):
        if len(row) != len(fields):
            raise text.error(number + skipped, f"{len(fields)} numbers, as many as there are rows")
        if not all(NUMBER.fullmatch(field) and 0 <= float(field) < np.inf for field in row):
            raise text.error(number + skipped, "numbers that are finite and not negative")
    if not fields:
        raise InputError(f"{text.name}: no edges found, there are only comments or blank lines")
    return np.array(fields, dtype=np.float64)
