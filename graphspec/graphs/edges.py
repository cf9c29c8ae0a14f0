"""Edges in increasing order, each once, from which a graph is built."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graphspec._typing import Vector, Vertices
from graphspec.arrays import distinct_of_sorted, first_of_equal
from graphspec.errors import InputError
from graphspec.graphs.csr import sorted_edge_keys


@dataclass(frozen=True)
class Dropped:
    """Numbers of lines, edges and weights of the input that do not appear in the graph."""

    self_loops: int = 0
    duplicate_edges: int = 0
    header_lines: int = 0
    comment_lines: int = 0
    zero_weights: int = 0
    missing_values: int = 0


@dataclass(frozen=True, eq=False)
class SortedEdges:
    """The edges of a graph in increasing order.

    Attributes
    ----------
    keys
        A key for every edge; see :func:`graphspec.graphs.csr.sorted_edge_keys`.
    weights
        Their weights, or None.
    dropped
        What was dropped.
    """

    keys: NDArray[np.int64]
    weights: Vector | None
    dropped: Dropped


def sorted_edges(tail: Vertices, head: Vertices, weights: Vector | None, num_nodes: int, name: str) -> SortedEdges:
    """Return edges that satisfy the conditions of :meth:`Graph.from_edges` in increasing order, each once.

    Raises
    ------
    InputError
        If the weights add up to more than a floating-point number can hold.
    """
    self_loops, zero_weights = 0, 0
    if weights is not None:
        loops, positive = tail == head, weights > 0
        self_loops, zero_weights = int(np.count_nonzero(loops)), int(np.count_nonzero(~(loops | positive)))
        kept = positive & ~loops
        if not kept.all():
            tail, head, weights = tail[kept], head[kept], weights[kept]
    # One sortable key an edge: equal keys are parallel edges.
    keys, weights = sorted_edge_keys(tail, head, weights, num_nodes)
    self_loops += len(tail) - len(keys)
    num_parallel = len(keys)
    if weights is None:
        keys = distinct_of_sorted(keys)
    else:
        first = first_of_equal(keys)
        with np.errstate(over="ignore"):
            if len(weights):
                weights = np.add.reduceat(weights, np.flatnonzero(first))
            total = 2 * weights.sum()  # of all degrees, which no later sum exceeds
        if not np.isfinite(total):
            raise InputError(f"{name}: the weights add up to more than a floating-point number can hold")
        keys = keys[first]
    return SortedEdges(keys, weights, Dropped(self_loops, num_parallel - len(keys), zero_weights=zero_weights))
