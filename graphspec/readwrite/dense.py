"""Dense adjacency matrices in text."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import scipy.sparse
from numpy.typing import NDArray

from graphspec.errors import InputError
from graphspec.graphs import Graph
from graphspec.readwrite.detection import likely_separators
from graphspec.readwrite.reading import Reading
from graphspec.readwrite.text import NUMBER, Text


def refuse_dense_matrix(
    text: Text, sample: tuple[list[str], ...], *, least: int = 3, surely: int = 10, widest: int = 200
) -> None:
    """Refuse rows of numbers that look like a dense adjacency matrix.

    There are as many rows as columns, and the numbers are 0 and 1 alone or symmetric, or there are many; names of the
    vertices may stand above the columns, before the rows, or both.

    Parameters
    ----------
    text
        The rows.
    sample
        Fields of the first rows.
    least
        Rows of a matrix; two rows of two numbers are edges.
    surely
        Rows from which on as many columns are no coincidence, whatever the numbers.
    widest
        Columns that no edge list has.

    Raises
    ------
    InputError
        If they do.
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
    if not all(map(NUMBER.fullmatch, rows[0][1:])):
        rows = rows[1:]
    if not all(NUMBER.fullmatch(row[0]) for row in rows if row):
        rows = [row[1:] for row in rows]
    if len(rows) < least or {len(row) for row in rows} != {len(rows)}:
        return
    if not all(NUMBER.fullmatch(field) for row in rows for field in row):
        return
    values = np.array(rows, dtype=np.float64)
    binary, symmetric = bool(np.isin(values, (0, 1)).all()), np.array_equal(values, values.T)
    if binary or symmetric or len(rows) >= surely:
        raise InputError(
            f"{text.name}: expected an edge list, found what looks like a dense adjacency matrix of {len(rows)} rows: "
            "add --matrix to read it"
        )


def graph_of_dense_matrix(text: Text, reading: Reading) -> Graph:
    """Build the graph of a dense adjacency matrix; names above its columns or before its rows become labels.

    Raises
    ------
    InputError
        If the rows are not those of a square matrix of numbers that are finite and not negative.
    """
    rows = [row for _, row in text.rows()]
    separator = reading.separator or text.separator or likely_separators(rows[:100], text.fields)[-1]
    fields = [text.fields(row, separator) for row in rows]
    labels: list[str] | None = None
    if len(fields) > 1 and not all(map(NUMBER.fullmatch, fields[0][1:])):
        labels, fields = fields[0][-len(fields[1]) :], fields[1:]
        labels = labels[1:] if len(labels) == len(fields) + 1 else labels
    if fields and (len(fields[0]) == len(fields) + 1 or not all(NUMBER.fullmatch(row[0]) for row in fields)):
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
