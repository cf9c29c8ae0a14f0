"""Edges as they were read, and the graph that they make."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphspec._typing import Vector, Vertices
from graphspec.graphs import Graph


@dataclass(frozen=True, eq=False)
class Edges:
    """Edges in the order of their rows.

    Attributes
    ----------
    tail, head
        Ids of both ends of every edge, or indices into `labels`.
    weights
        Their weights, or None.
    labels
        Ids in increasing order where they are no integers, otherwise None.
    header_lines
        Number of header rows above them.
    """

    tail: Vertices
    head: Vertices
    weights: Vector | None = None
    labels: NDArray[Any] | None = None
    header_lines: int = 0

    def below_header(self) -> Edges:
        """Return the same edges, below a header."""
        return replace(self, header_lines=1)

    def without_first(self) -> Edges:
        """Return the edges after the first one."""
        weights = None if self.weights is None else self.weights[1:]
        return replace(self, tail=self.tail[1:], head=self.head[1:], weights=weights)


def graph_of_edges(edges: Edges, name: str, comment_lines: int) -> Graph:
    """Build the graph, with vertices in increasing order of their ids."""
    tail, head, labels = edges.tail, edges.head, edges.labels
    if labels is None:
        labels, tail, head = _numbered(tail, head)
    graph = Graph.from_valid_edges(tail, head, edges.weights, num_nodes=len(labels), name=name)
    consecutive = labels.dtype != object and labels[0] == 0 and labels[-1] == len(labels) - 1
    dropped = replace(graph.dropped, header_lines=edges.header_lines, comment_lines=comment_lines)
    return replace(graph, labels=None if consecutive else labels, dropped=dropped)


def _numbered(tail: Vertices, head: Vertices) -> tuple[Vertices, Vertices, Vertices]:
    """Return the distinct ids in increasing order, and both ends as indices into them."""
    low, high = int(min(tail.min(), head.min())), int(max(tail.max(), head.max()))
    # Ids in a range that is small beside the edges are marked in a table; sorting takes many times as long.
    if high - low < 8 * len(tail) + 1024:
        tail, head = (tail - low, head - low) if low else (tail, head)
        present = np.zeros(high - low + 1, dtype=bool)
        present[tail] = present[head] = True
        labels = np.flatnonzero(present) + low
        if len(labels) < len(present):
            position = np.cumsum(present) - 1
            tail, head = position[tail], position[head]
        return labels, tail, head
    labels, inverse = np.unique(np.concatenate([tail, head]), return_inverse=True)
    return labels, inverse[: len(tail)], inverse[len(tail) :]
