"""Edges in the order of their rows, and their graph."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphspec._typing import Vector, Vertices
from graphspec.arrays import numbered
from graphspec.graphs import Graph, sorted_edges

_INTEGER = re.compile(r"-?[1-9][0-9]{0,17}|0")


@dataclass(frozen=True, eq=False)
class Edges:
    """Edges in the order of their rows.

    Attributes
    ----------
    tail, head
        Ids of both ends of every edge, or indices into `labels`.
    weights
        Weights of the edges, or None.
    labels
        Ids where they are not integers or some have no edge, otherwise None.
    header_lines
        Number of header rows above the edges.
    missing_values
        Number of rows that were left out because a value is missing.
    remarks
        What was guessed, as sentences without a full stop.
    """

    tail: Vertices
    head: Vertices
    weights: Vector | None = None
    labels: NDArray[Any] | None = None
    header_lines: int = 0
    missing_values: int = 0
    remarks: tuple[str, ...] = ()

    def below_header(self) -> Edges:
        """Return the same edges, with a header row above them."""
        return replace(self, header_lines=1)

    def without_first(self) -> Edges:
        """Return the edges after the first one."""
        weights = None if self.weights is None else self.weights[1:]
        return replace(self, tail=self.tail[1:], head=self.head[1:], weights=weights)


def edges_between(
    tail: Sequence[str], head: Sequence[str], weights: Vector | None = None, *, alone: Iterable[str] = ()
) -> Edges:
    """Return the edges between ids that are given as text, and become integers if all of them are.

    Parameters
    ----------
    tail, head
        Ids of both ends of every edge.
    weights
        Their weights, or None.
    alone
        Ids of vertices that may have no edge.
    """
    labels, position = labels_of({*tail, *head, *alone})
    ends = [np.array([position[word] for word in side], dtype=np.int64) for side in (tail, head)]
    return Edges(ends[0], ends[1], weights, labels)


def labels_of(words: Iterable[str]) -> tuple[NDArray[Any], dict[str, int]]:
    """Return labels in increasing order, integers if all of some different words are, and the index of every word."""
    ordered = sorted(words)
    whole = all(map(_INTEGER.fullmatch, ordered))
    if whole:
        ordered.sort(key=int)
    return np.array(ordered, dtype=np.int64 if whole else object), {word: index for index, word in enumerate(ordered)}


def graph_of_edges(edges: Edges, name: str, comment_lines: int) -> Graph:
    """Build the graph, with vertices in increasing order of their ids.

    Weights of repeated rows add up, unless every edge is listed once in each direction with the same weight, like the
    entries of a symmetric matrix.
    """
    tail, head, labels, remarks = edges.tail, edges.head, edges.labels, edges.remarks
    if labels is None:
        labels, tail, head = numbered(tail, head)
    twice = edges.weights is not None and _is_listed_twice(tail, head, edges.weights)
    weights, repeated = edges.weights, 0
    if twice and weights is not None:
        kept = tail <= head
        repeated = len(tail) - int(np.count_nonzero(kept))
        tail, head, weights = tail[kept], head[kept], weights[kept]
        remarks = (*remarks, "counted weights once: every edge is listed in both directions with one weight")
    if labels.dtype != object and len(labels) > 1 and labels[0] == -1 <= labels[1] - 1:
        count = int(np.count_nonzero((tail == 0) | (head == 0)))
        remarks = (*remarks, f"took -1, which stands in {count} rows, for an id") if count > 2 else remarks
    header_lines, missing_values = edges.header_lines, edges.missing_values
    found = sorted_edges(tail, head, weights, len(labels), name)
    del edges, tail, head, weights  # they take twice the memory of the graph, which is made next
    graph = Graph.from_sorted_edges(found, num_nodes=len(labels), name=name)
    if graph.dropped.duplicate_edges and graph.weights is not None:
        remarks = (*remarks, "added up the weights of repeated edges")
    consecutive = labels.dtype != object and labels[0] == 0 and labels[-1] == len(labels) - 1
    dropped = replace(
        graph.dropped,
        duplicate_edges=graph.dropped.duplicate_edges + repeated,
        header_lines=header_lines,
        comment_lines=comment_lines,
        missing_values=missing_values,
    )
    return replace(graph, labels=None if consecutive else labels, dropped=dropped, remarks=remarks)


def _is_listed_twice(tail: Vertices, head: Vertices, weights: Vector) -> bool:
    """Return whether every edge between different vertices has one row in each direction, both with the same weight."""
    proper = tail != head
    tail, head, weights = tail[proper], head[proper], weights[proper]
    if len(tail) == 0 or len(tail) % 2 or 2 * np.count_nonzero(tail < head) != len(tail):
        return False
    forward, backward = np.lexsort((head, tail)), np.lexsort((tail, head))
    same = [np.array_equal(one[forward], other[backward]) for one, other in ((tail, head), (head, tail))]
    different = (np.diff(tail[forward]) != 0) | (np.diff(head[forward]) != 0)
    return all(same) and bool(different.all()) and np.array_equal(weights[forward], weights[backward])
