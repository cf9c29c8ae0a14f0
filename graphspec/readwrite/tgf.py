"""Graphs in the Trivial Graph Format: lines of vertices with labels, a line ``#``, lines of edges with labels.

As an edge list, in which ``#`` is a comment, such a file would have its labels as vertices.
"""

from __future__ import annotations

import io
import re
from dataclasses import replace

import numpy as np

from graphspec.errors import InputError
from graphspec.graphs import Graph
from graphspec.readwrite.edges import edges_between, graph_of_edges
from graphspec.readwrite.text import NUMBER

_MARK = re.compile(rb"\n[ \t]*#[ \t]*\n")
_COMMENT = re.compile(rb"\s*[#%]")
_REMARK = "took the lines above # for vertices and their labels, as in TGF (without # they would be edges)"


def graph_of_tgf(data: bytes, name: str, weighted: bool) -> Graph | None:
    """Build the graph of a file in the Trivial Graph Format; return None for other text.

    Raises
    ------
    InputError
        If weights are asked for, and an edge has none as its label.
    """
    vertices, rows = parts_of_tgf(data)
    if not rows:
        return None
    weights = None
    if weighted:
        if not all(len(row) == 3 and NUMBER.fullmatch(row[2]) and 0 <= float(row[2]) < np.inf for row in rows):
            expected = "finite numbers that are not negative as labels of the edges in TGF"
            raise InputError(f"{name}: expected {expected}, found others")
        weights = np.array([float(row[2]) for row in rows])
    edges = edges_between([row[0] for row in rows], [row[1] for row in rows], weights, alone=vertices)
    return graph_of_edges(replace(edges, remarks=(_REMARK,)), name, 0)


def parts_of_tgf(data: bytes) -> tuple[set[str], list[list[str]]]:
    """Return the vertices and the rows of edges, or none of either for other text.

    A list of edges with a comment ``#`` between them differs: in TGF the first words above it are all different ids, no
    label is one of them, and below it there are edges between them alone.
    """
    # Most edge lists with the mark begin with a comment, and are not searched.
    cut = None if _COMMENT.match(data) or b"#" not in data else _MARK.search(data)
    vertices = set() if cut is None else _vertices(data[: cut.start()])
    if cut is None or not vertices:
        return set(), []
    rows = [row for line in data[cut.end() :].decode("utf-8", "replace").split("\n") if (row := line.split())]
    if not all(len(row) > 1 and row[0] in vertices and row[1] in vertices for row in rows):
        return set(), []
    return vertices, rows


def _vertices(above: bytes) -> set[str]:
    """Return the ids of vertices, one in a line, or none if the lines are others.

    Labels may be ids if they count vertices from 0 on, and ids do so from 1 on.
    """
    ids: set[str] = set()
    labels: list[str] = []
    for line in io.BytesIO(above):
        word, *label = line.decode("utf-8", "replace").split(None, 1) or [""]
        if word in ids or word.startswith(("#", "%")):
            return set()
        ids.add(word)
        labels.extend(text.strip() for text in label)
    if not ids.intersection(labels):
        return ids
    counted = [{str(number + first) for number in range(len(ids))} for first in (0, 1)]
    return ids if [set(labels), ids] == counted else set()
