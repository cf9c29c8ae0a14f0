"""Graphs in the format of Pajek: vertices, then arcs, edges, lists of neighbours or a matrix.

networkx takes a list of neighbours for one edge, headings for edges, and vertices with one label for one vertex.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphspec._typing import Vector
from graphspec.errors import InputError
from graphspec.graphs import Graph
from graphspec.readwrite.edges import Edges, graph_of_edges
from graphspec.readwrite.text import NUMBER, excerpt

START = re.compile(rb"(?:\s*%[^\n]*\n)*\s*\*[ \t]*(?:vertices|network|arcs|edges)", re.IGNORECASE)
"""What the first bytes match."""

_HEADING = re.compile(r"\s*\*\s*([a-z]+)(.*)", re.IGNORECASE)
_VERTEX = re.compile(r'\s*([0-9]+)(?:\s+(?:"([^"]*)"|(\S+)))?.*')
_PARTS = ("vertices", "network", "arcs", "edges", "arcslist", "edgeslist", "matrix")

_Edge = tuple[int, int, float]


@dataclass(frozen=True)
class _Section:
    """Lines below a heading such as ``*Arcs``, with their numbers in the file."""

    title: str
    argument: str
    lines: list[tuple[int, str]]


def graph_of_pajek(data: bytes, name: str, weighted: bool) -> Graph:
    """Build the graph of a Pajek file; its vertices are called by their labels if these differ, otherwise 1 to n.

    Raises
    ------
    InputError
        If a line is not as its section asks for, or the file holds no graph or several.
    """
    sections = list(_sections(data.decode("utf-8", "replace")))
    # In a project, partitions and vectors follow, which have vertices of their own.
    other = next((index for index, section in enumerate(sections) if section.title not in _PARTS), len(sections))
    sections, left_out = sections[:other], dict.fromkeys(section.title for section in sections[other:])
    tables = [section for section in sections if section.title == "vertices"]
    if len(tables) != 1 or "network" in left_out:
        raise InputError(f"{name}: expected one network in Pajek, found {len(tables)} sections *Vertices")
    argument = tables[0].argument
    sizes = [int(word) for word in argument.split() if word.isdecimal()]
    if not sizes or not 0 < sizes[0] < 2**31:
        raise InputError(f"{name}: expected the number of vertices behind *Vertices, found {excerpt(argument)}")
    rows = [section for section in sections if section.title not in ("vertices", "network")]
    if not rows:
        raise InputError(f"{name}: expected *Arcs, *Edges or *Matrix in Pajek, found no edges")
    found = [edge for section in rows for edge in _edges_of(section, sizes, name)]
    labels, said = _labels(tables[0], sizes[0], name)
    tail, head = np.array([edge[:2] for edge in found], dtype=np.int64).reshape(-1, 2).T - 1
    weights = _weights(found, name) if weighted else None
    graph = graph_of_edges(Edges(tail, head, weights, labels, remarks=said), name, 0)
    return replace(graph, remarks=(*graph.remarks, *(f"left the section *{title} out" for title in left_out)))


def _sections(text: str) -> Iterator[_Section]:
    """Yield the sections of a file without comments and blank lines."""
    section = None
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip() or line.lstrip().startswith("%"):
            continue
        if heading := _HEADING.fullmatch(line):
            if section is not None:
                yield section
            section = _Section(heading[1].lower(), heading[2].strip(), [])
        elif section is not None:
            section.lines.append((number, line))
    if section is not None:
        yield section


def _labels(vertices: _Section, num_nodes: int, name: str) -> tuple[NDArray[Any], tuple[str, ...]]:
    """Return the labels of all vertices, or their numbers where some have none or a common one, which is said."""
    labels = {}
    for number, line in vertices.lines:
        vertex = _VERTEX.fullmatch(line)
        if vertex is None or not 1 <= int(vertex[1]) <= num_nodes:
            raise InputError(
                f"{name}, line {number}: expected a vertex from 1 to {num_nodes} and its label, found {excerpt(line)}"
            )
        labels[int(vertex[1])] = vertex[2] or vertex[3] or vertex[1]
    numbers = np.arange(1, num_nodes + 1)
    if all(label == str(vertex) for vertex, label in labels.items()):
        return numbers, ()
    if len(set(labels.values())) < num_nodes:
        return numbers, ("called vertices by their numbers, as some share a label or have none",)
    return np.array([labels[vertex] for vertex in numbers.tolist()], dtype=object), ()


def _weights(edges: list[_Edge], name: str) -> Vector:
    weights = np.array([edge[2] for edge in edges], dtype=np.float64)
    if not ((weights >= 0) & (weights < np.inf)).all():
        raise InputError(f"{name}: expected weights that are finite numbers and not negative, found others in Pajek")
    return weights


def _edges_of(section: _Section, sizes: list[int], name: str) -> Iterator[_Edge]:
    """Yield both ends and the weight of the edges of a section."""
    if section.title == "matrix":
        yield from _entries(section, sizes, name)
        return
    for number, line in section.lines:
        words = line.split()
        num_ends = len(words) if section.title.endswith("list") else 2
        ends = [int(word) if word.isdecimal() else 0 for word in words[:num_ends]]
        if len(ends) < 2 or not 1 <= min(ends) <= max(ends) <= sizes[0]:
            expected = f"vertices from 1 to {sizes[0]} below *{section.title}"
            raise InputError(f"{name}, line {number}: expected {expected}, found {excerpt(line)}")
        value = words[num_ends] if len(words) > num_ends else ""
        weight = float(value) if NUMBER.fullmatch(value.removeprefix("-")) else 1.0
        for other in ends[1:]:
            yield ends[0], other, weight


def _entries(matrix: _Section, sizes: list[int], name: str) -> Iterator[_Edge]:
    """Yield the entries of a matrix, of which a second number of vertices says how many have rows of their own."""
    num_nodes, num_rows = sizes[0], sizes[-1]
    width = num_nodes - num_rows if len(sizes) > 1 else num_nodes
    if len(matrix.lines) != num_rows:
        raise InputError(f"{name}: expected {num_rows} rows below *Matrix, found {len(matrix.lines)}")
    for row, (number, line) in enumerate(matrix.lines, 1):
        words = line.split()
        if len(words) != width or not all(NUMBER.fullmatch(word.removeprefix("-")) for word in words):
            raise InputError(f"{name}, line {number}: expected {width} numbers below *Matrix, found {excerpt(line)}")
        for column in np.flatnonzero([float(word) for word in words]).tolist():
            yield row, num_nodes - width + column + 1, float(words[column])
