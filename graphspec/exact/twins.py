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
    lengths = graph.num_neighbours
    searched = graph.by_reading_order(np.flatnonzero(among & (lengths > 0)))
    others, first = _same_neighbours(graph, *_repeated(sums, searched))
    linked = np.zeros(len(others), bool)
    if graph.weights is None:
        candidates = searched[lengths[searched] > 1]
        sums += own
        del searched, lengths, own  # each as large as a vector, while other threads hold their own
        closed_twins = _linked_with_same(graph, *_repeated(sums, candidates))
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
    lengths = graph.num_neighbours
    same = lengths[others] == lengths[first]
    others, first = others[same], first[same]
    left, right = entries_of_rows(graph.indptr, others), entries_of_rows(graph.indptr, first)
    differs = graph.indices[left] != graph.indices[right]
    if graph.weights is not None:
        differs |= graph.weights[left] != graph.weights[right]
    return _without(others, first, differs, lengths[others])


def _linked_with_same(graph: Graph, others: Vertices, first: Vertices) -> tuple[Vertices, Vertices]:
    """Return the pairs that are linked, and whose rows are equal without each other."""
    lengths = graph.num_neighbours
    same = lengths[others] == lengths[first]
    others, first = others[same], first[same]
    lengths = lengths[others]
    left, right = (graph.indices[entries_of_rows(graph.indptr, vertices)] for vertices in (others, first))
    left_link, right_link = left == np.repeat(first, lengths), right == np.repeat(others, lengths)
    pair = np.repeat(np.arange(len(others)), lengths)
    linked = np.zeros(len(others), bool)
    linked[pair[left_link]] = True
    compared = linked[pair]
    differs = left[compared & ~left_link] != right[compared & ~right_link]
    return _without(others[linked], first[linked], differs, lengths[linked] - 1)


def _without(
    others: Vertices, first: Vertices, differs: NDArray[np.bool_], lengths: Vertices
) -> tuple[Vertices, Vertices]:
    """Return the pairs without those that differ in an entry."""
    pair = np.repeat(np.arange(len(others)), lengths)
    kept = np.bincount(pair[differs], minlength=len(others)) == 0
    return others[kept], first[kept]
