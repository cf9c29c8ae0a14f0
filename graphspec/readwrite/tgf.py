"""Graphs in the Trivial Graph Format: lines of vertices with labels, a line ``#``, lines of edges with labels.

As an edge list, in which ``#`` is a comment, such a file would have its labels as vertices.
"""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np

from graphspec.errors import InputError
from graphspec.graphs import Graph
from graphspec.readwrite.edges import edges_between, graph_of_edges
from graphspec.readwrite.text import NUMBER

_MARK = b"\n#\n"
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
    cut = data.find(_MARK)
    vertices = set() if cut < 0 else _vertices(data[:cut])
    if not vertices:
        return set(), []
    rows = [row for line in data[cut + len(_MARK) :].decode("utf-8", "replace").split("\n") if (row := line.split())]
    if not all(len(row) > 1 and row[0] in vertices and row[1] in vertices for row in rows):
        return set(), []
    return vertices, rows


def _vertices(above: bytes) -> set[str]:
    """Return the ids of vertices, one in a line, or none if the lines are others."""
    ids: set[str] = set()
    labels: set[str] = set()
    for line in io.BytesIO(above):
        word, *label = line.decode("utf-8", "replace").split(None, 1) or [""]
        if word in ids or word.startswith(("#", "%")):
            return set()
        ids.add(word)
        labels.update(text.strip() for text in label)
    return set() if ids & labels else ids
