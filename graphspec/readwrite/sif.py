"""Interactions in SIF of Cytoscape: a source, a relation and any number of targets in every row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import chain

from graphspec.readwrite.detection import FirstRow
from graphspec.readwrite.edges import Edges, edges_between
from graphspec.readwrite.encoding import check_utf8
from graphspec.readwrite.table import Table
from graphspec.readwrite.text import NUMBER

_REMARK = "took every row for a source, a relation and targets, as in SIF (--columns 1,3 takes the first target)"


def edges_of_sif(table: Table) -> Edges | None:
    """Return the edges of interactions of which some have several targets; return None for other rows.

    With one target in every row they are triples, which have columns. A row of one word is a vertex without an edge.
    """
    if table.first_row in (FirstRow.NAMES, FirstRow.SIZES):
        return None
    text, separator, sample = table.text, table.separators[0], table.sample
    if table.used == (0, 2) and {len(row) for row in sample} == {3}:
        # Several targets may come late.
        sample = (*sample, *(text.fields(row, separator) for row in text.spread_rows()))
    if not _are_interactions(sample):
        return None
    rows = [text.fields(row, separator) for _, row in text.rows()]
    rows = [row[: row.index("")] if "" in row else row for row in rows]  # tabs at the end
    if not _are_interactions(rows):
        return None
    check_utf8(text.data, text.name, text.start)
    pairs = [(row[0], target) for row in rows for target in row[2:]]
    edges = edges_between([pair[0] for pair in pairs], [pair[1] for pair in pairs], alone={row[0] for row in rows})
    return replace(edges, remarks=(*text.remarks, _REMARK))


def _are_interactions(rows: Sequence[Sequence[str]]) -> bool:
    """Return whether rows of several lengths have a relation in the second place.

    Its words come back and are no ids; sources and targets have ids in common.
    """
    widths = {len(row) for row in rows}
    if len(widths) < 2 or max(widths) < 4 or 2 in widths or 0 in widths:
        return False
    full = [row for row in rows if len(row) > 2]
    relations, sources = {row[1] for row in full}, {row[0] for row in rows}
    targets = set(chain.from_iterable(row[2:] for row in full))
    words = not any(NUMBER.fullmatch(word) for word in relations)
    return words and len(relations) < len(full) and not relations & (sources | targets) and bool(sources & targets)
