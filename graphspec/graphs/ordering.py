"""An order of the vertices in which linked ones are close, for graphs that are larger than a cache."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from graphspec.graphs.csr import permuted_csr
from graphspec.graphs.graph import Graph
from graphspec.lanczos import MAX_WAITING, are_close, breadth_first_rows


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
    order = breadth_first_rows(graph.indptr, graph.indices)[-1].astype(np.int64)
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


def ordered_for_products(graph: Graph) -> tuple[Graph, NDArray[np.int32]]:
    """Return a graph without weights with its vertices in that order, and the order: the former number of each vertex.

    It has no labels, and the neighbours of a vertex are in no order, which products do not need.
    """
    indptr, indices, order = breadth_first_rows(graph.indptr, graph.indices)
    numbers = order if graph.numbers is None else graph.numbers[order]
    return Graph(np.asarray(indptr, np.int64), indices, name=graph.name, numbers=numbers), order


def has_close_links(graph: Graph) -> bool:
    """Return whether linked vertices are as close as in a breadth-first order of a mesh or a road network."""
    return are_close(graph.indptr, graph.indices, MAX_WAITING)
