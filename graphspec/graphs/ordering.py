"""An order of the vertices in which linked ones are close, for graphs that are larger than a cache."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import scipy.sparse
from numpy.typing import NDArray

from graphspec._typing import Vertices
from graphspec.arrays import index_pointer
from graphspec.graphs.csr import entries_of_rows
from graphspec.graphs.graph import Graph
from graphspec.lanczos import MAX_WAITING, breadth_first_order


def in_breadth_first_order(graph: Graph) -> Graph:
    """Return the graph with its vertices numbered by breadth-first search, so that linked ones are close in memory.

    Within windows of 4096, vertices are sorted by degree. Labels stay those of the vertices, which are in no increasing
    order any more, and `numbers` tells the former numbers: probes follow these, so that results are the same up to
    rounding.

    Parameters
    ----------
    graph
        The graph.

    Examples
    --------
    >>> path = Graph.from_edges([0, 3, 2], [3, 2, 1])
    >>> ordered = in_breadth_first_order(path)
    >>> sorted(ordered.labels.tolist()), ordered.ids_as_read == path.ids, ordered.fingerprint == path.fingerprint
    ([0, 1, 2, 3], True, True)
    """
    order = breadth_first_order(graph.indptr, graph.indices)
    return replace(
        _permuted(graph, order),
        labels=order if graph.labels is None else graph.labels[order],
        numbers=(order if graph.numbers is None else graph.numbers[order]).astype(np.int32),
        stored_fingerprint=graph.fingerprint,
    )


def has_close_links(graph: Graph) -> bool:
    """Return whether linked vertices are as close as in a breadth-first order of a mesh or a road network."""
    filled = np.flatnonzero(graph.num_neighbours)
    ahead = graph.indices[graph.indptr[filled + 1] - 1] - filled
    return bool(ahead.max(initial=0) <= MAX_WAITING)


def _permuted(graph: Graph, order: Vertices) -> Graph:
    position = np.empty(graph.num_nodes, np.int32)
    position[order] = np.arange(graph.num_nodes, dtype=np.int32)
    indptr = np.concatenate([[0], np.cumsum(graph.num_neighbours[order])])
    entries = entries_of_rows(graph.indptr, order)
    data: NDArray[np.generic] = np.ones(len(entries), np.int8) if graph.weights is None else graph.weights[entries]
    columns = position[graph.indices[entries]]
    matrix = scipy.sparse.csr_array((data, columns, index_pointer(indptr)), shape=(graph.num_nodes, graph.num_nodes))
    matrix.sort_indices()
    weights = None if graph.weights is None else matrix.data
    return replace(graph, indptr=indptr, indices=matrix.indices.astype(np.int32, copy=False), weights=weights)
