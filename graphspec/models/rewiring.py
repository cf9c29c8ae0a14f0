"""Rewiring of edges of a simple graph to random vertices: together in sparse graphs, in turn in dense ones."""

from __future__ import annotations

import numpy as np

from graphspec._typing import Vector, Vertices
from graphspec.machine import native, use_native


def draw_heads(tail: Vertices, head: Vertices, rewired: Vertices, num_nodes: int, random: np.random.Generator) -> None:
    """Draw the heads of rewired edges, in place, repeatedly until none of the edges is a loop or occurs twice.

    This is fast only where every vertex has many vertices that it is not linked to.

    Parameters
    ----------
    tail, head
        The two ends of every edge; edges that are not rewired are distinct.
    rewired
        Indices of the edges whose heads are drawn.
    num_nodes
        Number of vertices.
    random
        Generator of random numbers.
    """
    head[rewired] = random.integers(0, num_nodes, len(rewired))
    pending = rewired
    while len(pending):
        # 1. Of equal edges keep one: one of the ring if there is one, else one that was accepted in an earlier round,
        #    else any of those that were drawn last.
        keys = np.minimum(tail, head) * num_nodes + np.maximum(tail, head)
        priority = np.zeros(len(tail), np.int64)
        priority[rewired] = 1
        priority[pending] = 2
        equal = _repeated(keys, num_nodes)
        order = equal[np.lexsort((priority[equal], keys[equal]))]
        rejected = np.zeros(len(tail), bool)
        rejected[order[1:]] = keys[order[1:]] == keys[order[:-1]]

        # 2. Loops are rejected too.
        rejected |= tail == head

        # 3. A vertex with a rejected edge may be linked to all others already, so that no head would be accepted. Then
        #    all of its rewired edges are drawn again, which makes room.
        degrees = np.bincount(tail[~rejected], minlength=num_nodes) + np.bincount(head[~rejected], minlength=num_nodes)
        full = np.zeros(num_nodes, bool)
        full[tail[rejected]] = degrees[tail[rejected]] >= num_nodes - 1
        rejected[rewired] |= full[tail[rewired]] | full[head[rewired]]

        # 4. Draw new heads for all rejected edges. Edges of the ring are never rejected: they are distinct and kept.
        pending = np.flatnonzero(rejected)
        head[pending] = random.integers(0, num_nodes, len(pending))


def rewire_heads(
    tail: Vertices, head: Vertices, rewired: Vertices, num_nodes: int, random: np.random.Generator
) -> None:
    """Move the heads of edges, in place and one after the other, to random vertices that the tail is not linked to.

    An edge stays where its tail is linked to all other vertices. The work is proportional to the number of pairs of
    vertices, and so is the memory.

    Parameters
    ----------
    tail, head
        The two ends of every edge, all distinct.
    rewired
        Indices of the edges whose heads are moved.
    num_nodes
        Number of vertices.
    random
        Generator of random numbers, one for every edge, so that graphs of similar probabilities differ little.
    """
    draws = random.random(len(tail))[rewired]
    if use_native():
        native.rewire_heads(num_nodes, rewired, draws, tail, head)
    else:
        _rewire(num_nodes, rewired, draws, tail, head)


def _rewire(num_nodes: int, rewired: Vertices, draws: Vector, tail: Vertices, head: Vertices) -> None:
    """Change `head` as the compiled form does."""
    # 1. The vertices that each vertex is not linked to, in any order, and the position of each in this list.
    others = [[other for other in range(num_nodes) if other != vertex] for vertex in range(num_nodes)]
    places = [{other: place for place, other in enumerate(row)} for row in others]

    def link(vertex: int, other: int) -> None:
        last, place = others[vertex].pop(), places[vertex].pop(other)
        if last != other:
            others[vertex][place], places[vertex][last] = last, place

    def unlink(vertex: int, other: int) -> None:
        places[vertex][other] = len(others[vertex])
        others[vertex].append(other)

    for one, other in zip(tail.tolist(), head.tolist(), strict=True):
        link(one, other)
        link(other, one)

    # 2. Link the tail of each rewired edge to one of these vertices, and unlink it from the old head.
    for edge, draw in zip(rewired.tolist(), draws.tolist(), strict=True):
        vertex, old_head = int(tail[edge]), int(head[edge])
        if not others[vertex]:
            continue
        new_head = others[vertex][int(draw * len(others[vertex]))]
        link(vertex, new_head)
        link(new_head, vertex)
        unlink(vertex, old_head)
        unlink(old_head, vertex)
        head[edge] = new_head


def _repeated(keys: Vertices, num_nodes: int) -> Vertices:
    """Return the indices of keys below the squared number of vertices that occur more than once."""
    # Where there is a key for every few pairs of vertices, counting them is faster than sorting.
    if num_nodes**2 <= 16 * len(keys):
        return np.flatnonzero(np.bincount(keys)[keys] > 1)
    ordered = np.sort(keys)
    several = np.unique(ordered[1:][ordered[1:] == ordered[:-1]])
    if len(several) == 0:
        return np.zeros(0, np.int64)
    places = np.minimum(np.searchsorted(several, keys), len(several) - 1)
    return np.flatnonzero(several[places] == keys)
