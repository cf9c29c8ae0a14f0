"""Graphs in the format of LGL: a line ``# vertex``, below it its neighbours, each with a weight or none.

As an edge list, in which ``#`` begins a comment, such a file would have edges between vertices and weights.
"""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np

from graphspec.errors import InputError
from graphspec.graphs import Graph
from graphspec.readwrite.edges import edges_between, graph_of_edges
from graphspec.readwrite.text import NUMBER

_START = re.compile(rb"\s*#[ \t]*[^\s#]+[ \t]*\n[ \t]*[^\s#]+(?:[ \t]+[0-9.eE+-]+)?[ \t]*(?:\n|\Z)")
_REMARK = "took the words behind # for vertices and the lines below each for its neighbours, as in LGL"


def graph_of_lgl(data: bytes, name: str, weighted: bool) -> Graph | None:
    """Build the graph of a file in the format of LGL; return None for other text.

    Raises
    ------
    InputError
        If weights are asked for, and an edge has none.
    """
    rows = rows_of_lgl(data)
    if not rows:
        return None
    weights = None
    if weighted:
        if not all(len(row) == 3 and 0 <= float(row[2]) < np.inf for row in rows):
            raise InputError(f"{name}: expected a weight that is finite and not negative behind every neighbour in LGL")
        weights = np.array([float(row[2]) for row in rows])
    edges = edges_between([row[0] for row in rows], [row[1] for row in rows], weights)
    return graph_of_edges(replace(edges, remarks=(_REMARK,)), name, 0)


def rows_of_lgl(data: bytes) -> list[list[str]]:
    """Return vertex, neighbour and weight of every edge, or none for other text.

    Comments that are single words differ: in LGL, most of the vertices behind ``#`` are neighbours of others, and none
    is its own.
    """
    if not _START.match(data) or b"\n#" not in data:
        return []
    rows: list[list[str]] = []
    vertices: list[str] = []
    for line in data.decode("utf-8", "replace").split("\n"):
        words = line.removeprefix("#").split()
        if line.startswith("#") and len(words) == 1:
            vertices.append(words[0])
        elif words and (not vertices or len(words) > 2 or line.startswith("#")):
            return []
        elif words:
            if words[0] == vertices[-1] or not all(map(NUMBER.fullmatch, words[1:])):
                return []
            rows.append([vertices[-1], *words])
    listed = {row[1] for row in rows}
    common = sum(vertex in listed for vertex in vertices)
    return rows if len(set(vertices)) == len(vertices) > 1 and 2 * common >= len(vertices) else []
