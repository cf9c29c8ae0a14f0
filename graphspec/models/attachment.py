"""Preferential attachment, in compiled code or in Python with the same edges."""

from __future__ import annotations

import numpy as np

from graphspec._typing import Vertices
from graphspec.machine import native, use_native
from graphspec.models.base import Edges
from graphspec.models.splitmix import SplitMix


def grown_edges(
    num_nodes: int, count: int, start: Vertices, first: int, closing: float, random: np.random.Generator
) -> Edges:
    """Return the edges of vertices that attach to others with probabilities proportional to degrees.

    Parameters
    ----------
    num_nodes
        Number of vertices of the whole graph.
    count
        Edges of a new vertex, to distinct targets.
    start
        Targets of the first new vertex, repeated in proportion to their probabilities: the ends of the first edges.
    first
        The first new vertex.
    closing
        Probability that each further edge of a vertex goes to a neighbour of its last target (Holme and Kim). An edge
        may then occur twice, and counts once. Targets are used in the order in which they are drawn, while networkx
        takes them out of a set, in which the lowest numbers, the hubs, come first.
    random
        Generator of the seed.
    """
    edges = count * (num_nodes - first)
    seed = int(random.integers(0, 2**64, dtype=np.uint64))
    tail, head = np.empty(edges, np.int64), np.empty(edges, np.int64)
    repeated = np.empty(len(start) + 2 * edges, np.int64)
    repeated[: len(start)] = start
    if use_native():
        native.preferential_attachment(count, first, num_nodes, closing, seed, repeated, tail, head)
        return tail, head
    _grow(count, first, num_nodes, closing, seed, start.tolist(), tail, head)
    return tail, head


def _grow(
    count: int,
    first: int,
    num_nodes: int,
    closing: float,
    seed: int,
    repeated: list[int],
    tail: Vertices,
    head: Vertices,
) -> None:
    """Fill `tail` and `head` as the compiled form does."""
    random = SplitMix(seed)
    neighbours: list[list[int]] = [[] for _ in range(num_nodes if closing > 0 else 0)]
    edge = 0
    for vertex in range(first, num_nodes):
        # 1. Draw distinct targets among the ends of all edges, in which a vertex occurs as often as its degree.
        targets: dict[int, None] = {}
        while len(targets) < count:
            targets.setdefault(repeated[int(random.uniform() * len(repeated))])
        unused, linked, target = iter(targets), set[int](), -1
        for index in range(count):
            # 2. Every edge after the first closes a triangle with some probability: it goes to a neighbour of the last
            #    target that the vertex is not linked to yet. Without one it goes to the next target.
            other = -1
            if index > 0 and closing > 0 and random.uniform() < closing:
                eligible = [one for one in reversed(neighbours[target]) if one != vertex and one not in linked]
                other = eligible[int(random.uniform() * len(eligible))] if eligible else -1
            if other < 0:
                other = target = next(unused)
            tail[edge], head[edge] = vertex, other
            edge += 1
            if closing > 0 and other not in linked:
                neighbours[vertex].append(other)
                neighbours[other].append(vertex)
            linked.add(other)
            repeated.append(other)
        # 3. The vertex itself becomes a target of later vertices.
        repeated.extend([vertex] * count)
