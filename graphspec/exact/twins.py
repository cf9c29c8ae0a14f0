"""Twins: vertices with the same neighbours, of which differences are eigenvectors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graphspec._typing import Vertices
from graphspec.arrays import mixed_bits
from graphspec.graphs import Graph, entries_of_rows, neighbour_sums
from graphspec.machine import native, use_native

Hashes = NDArray[np.uint64]


@dataclass(frozen=True, eq=False)
class Twins:
    """Classes of twins, each given by its first vertex and its other vertices.

    Attributes
    ----------
    others
        Vertices that are twins of an earlier vertex, shape (count,).
    first
        First vertex of the class of each of them, shape (count,).
    linked
        Whether the members of its class are linked with each other, shape (count,).
    """

    others: Vertices
    first: Vertices
    linked: NDArray[np.bool_]


def find_twins(graph: Graph, among: NDArray[np.bool_]) -> Twins:
    """Return the twins of a graph: vertices with the same neighbours and weights, or linked ones with the same others.

    Neighbourhoods are hashed to sums of random 64-bit numbers, and those with equal hashes are compared entry by entry.
    Linked twins are found in graphs without weights; isolated vertices and the two ends of an isolated edge do not
    count as twins, as their eigenvalues belong to components.

    Parameters
    ----------
    graph
        The graph.
    among
        Mask of the vertices to search, whole components, shape (n,).
    """
    own = mixed_bits(np.arange(1, graph.num_nodes + 1).astype(np.uint64))
    sums = _neighbourhood_sums(graph, own)
    searched = np.flatnonzero(among & (graph.num_neighbours > 0))
    others, first = _same_neighbours(graph, *_repeated(sums, searched))
    linked = np.zeros(len(others), bool)
    if graph.weights is None:
        candidates = searched[graph.num_neighbours[searched] > 1]
        closed_twins = _linked_with_same(graph, *_repeated(sums + own, candidates))
        others, first = np.concatenate([others, closed_twins[0]]), np.concatenate([first, closed_twins[1]])
        linked = np.concatenate([linked, np.ones(len(closed_twins[0]), bool)])
    return Twins(others, first, linked)


def _neighbourhood_sums(graph: Graph, own: Hashes) -> Hashes:
    if graph.weights is None:
        return neighbour_sums(graph.indptr, graph.indices, own)
    sums = np.zeros(graph.num_nodes, np.uint64)
    messages = mixed_bits(own[graph.indices] ^ graph.weights.view(np.uint64))
    filled = graph.num_neighbours > 0
    if filled.any():
        sums[filled] = np.add.reduceat(messages, graph.indptr[:-1][filled])
    return sums


def _repeated(hashes: Hashes, vertices: Vertices) -> tuple[Vertices, Vertices]:
    """Return the vertices whose hash equals that of an earlier one, and the first vertex with this hash."""
    if not use_native():
        _, place, inverse = np.unique(hashes[vertices], return_index=True, return_inverse=True)
        first = vertices[place[inverse]]
    else:
        first = np.empty(len(vertices), np.int64)
        # A hash table with at least twice as many slots as vertices.
        native.first_equal(hashes, vertices, np.full(2 ** (len(vertices).bit_length() + 1), -1, np.int32), first)
    later = first != vertices
    return vertices[later], first[later]


def _same_neighbours(graph: Graph, others: Vertices, first: Vertices) -> tuple[Vertices, Vertices]:
    """Return the pairs with equal rows, as hashes may collide."""
    same = graph.num_neighbours[others] == graph.num_neighbours[first]
    others, first = others[same], first[same]
    left, right = entries_of_rows(graph.indptr, others), entries_of_rows(graph.indptr, first)
    differs = graph.indices[left] != graph.indices[right]
    if graph.weights is not None:
        differs |= graph.weights[left] != graph.weights[right]
    return _without(others, first, differs, graph.num_neighbours[others])


def _linked_with_same(graph: Graph, others: Vertices, first: Vertices) -> tuple[Vertices, Vertices]:
    """Return the pairs whose rows are equal once each vertex is added to its own row."""
    same = graph.num_neighbours[others] == graph.num_neighbours[first]
    others, first = others[same], first[same]
    lengths = graph.num_neighbours[others]
    differs = _closed_rows(graph, others) != _closed_rows(graph, first)
    return _without(others, first, differs, lengths + 1)


def _closed_rows(graph: Graph, vertices: Vertices) -> NDArray[np.int64]:
    """Return the sorted neighbours of vertices and the vertices themselves, one row after the other."""
    lengths = graph.num_neighbours[vertices]
    number = np.arange(len(vertices))
    rows = np.concatenate([np.repeat(number, lengths), number])
    columns = np.concatenate([graph.indices[entries_of_rows(graph.indptr, vertices)].astype(np.int64), vertices])
    keys: NDArray[np.int64] = np.sort(rows * graph.num_nodes + columns)
    keys -= np.repeat(number, lengths + 1) * graph.num_nodes
    return keys


def _without(
    others: Vertices, first: Vertices, differs: NDArray[np.bool_], lengths: Vertices
) -> tuple[Vertices, Vertices]:
    """Return the pairs without those that differ in an entry."""
    pair = np.repeat(np.arange(len(others)), lengths)
    kept = np.bincount(pair[differs], minlength=len(others)) == 0
    return others[kept], first[kept]
