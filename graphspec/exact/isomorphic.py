"""Isomorphic components, so that each spectrum is computed once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from graphspec.arrays import mixed_bits
from graphspec.graphs import Components, Graph, entries_of_rows

Colours = NDArray[np.uint64]


_ROUNDS = 8  # of refinement: random graphs of some hundred vertices need three; with too few, copies are missed


def isomorphic_components(components: Components) -> list[NDArray[np.int64]]:
    """Group the components into isomorphism classes, each as vertices of shape (copies, size).

    Vertices in one column correspond to each other, and the first row is increasing. The vertices of a component are
    ordered by colour refinement (Weisfeiler and Leman 1968), independently of their numbers; components with equal
    matrices in this order are isomorphic. A class is never wrong, but copies with symmetries may be missed.
    """
    graph, sizes = components.graph, components.sizes
    by_component = np.argsort(components.label, kind="stable")
    starts = np.concatenate([[0], np.cumsum(sizes)])
    if components.count <= 1:
        return [by_component[None, :].astype(np.int64)] if components.count else []
    # 1. Order the vertices of each component by colour.
    order = np.lexsort((_colours(graph), components.label))
    indptr, columns, weights = _in_order(graph, order)
    # 2. Group the components by their matrices in this order.
    classes: dict[tuple[bytes, ...], list[int]] = {}
    for index in range(components.count):
        first, last = starts[index], starts[index + 1]
        entries = slice(indptr[first], indptr[last])
        key: tuple[bytes, ...] = (
            (indptr[first : last + 1] - indptr[first]).tobytes(),
            (columns[entries] - first).tobytes(),
        )
        if weights is not None:
            key = (*key, weights[entries].tobytes())
        classes.setdefault(key, []).append(index)
    result = []
    for members in classes.values():
        vertices = np.array([order[starts[index] : starts[index + 1]] for index in members], np.int64)
        result.append(vertices[:, np.argsort(vertices[0])])
    return result


def _in_order(
    graph: Graph, order: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64] | None]:
    """Return the rows of the adjacency matrix with its vertices in another order: CSR arrays with sorted rows."""
    position = np.empty(graph.num_nodes, np.int64)
    position[order] = np.arange(graph.num_nodes)
    lengths, entries = graph.num_neighbours[order], entries_of_rows(graph.indptr, order)
    keys = np.repeat(np.arange(graph.num_nodes) << 32, lengths) | position[graph.indices[entries]]
    indptr = np.concatenate([[0], np.cumsum(lengths)])
    if graph.weights is None:
        return indptr, np.sort(keys) & (2**32 - 1), None
    sorting = np.argsort(keys)
    return indptr, keys[sorting] & (2**32 - 1), graph.weights[entries[sorting]]


def _colours(graph: Graph) -> Colours:
    """Return a colour for every vertex that depends on its neighbourhood, not on its number."""
    colours = mixed_bits(graph.num_neighbours.astype(np.uint64))
    weights = None if graph.weights is None else mixed_bits(graph.weights.view(np.uint64))
    filled = graph.num_neighbours > 0
    for _ in range(_ROUNDS):
        messages = colours[graph.indices] if weights is None else colours[graph.indices] ^ weights
        sums = np.zeros_like(colours)
        if filled.any():
            sums[filled] = np.add.reduceat(mixed_bits(messages), graph.indptr[:-1][filled])
        colours = mixed_bits(colours * np.uint64(3) + sums)
    return colours
