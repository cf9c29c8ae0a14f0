"""An order of the vertices in which linked ones are close, for graphs that are larger than a cache."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from graphspec.graphs.csr import permuted_csr
from graphspec.graphs.graph import Graph
from graphspec.lanczos import MAX_WAITING, are_close, breadth_first_order


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
    indptr, indices, weights = permuted_csr(graph.indptr, graph.indices, graph.weights, order)
    return replace(
        graph,
        indptr=indptr,
        indices=indices,
        weights=weights,
        labels=order if graph.labels is None else graph.labels[order],
        numbers=(order if graph.numbers is None else graph.numbers[order]).astype(np.int32),
        stored_fingerprint=graph.fingerprint,
    )


def has_close_links(graph: Graph) -> bool:
    """Return whether linked vertices are as close as in a breadth-first order of a mesh or a road network."""
    return are_close(graph.indptr, graph.indices, MAX_WAITING)
