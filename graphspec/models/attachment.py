"""Graphs that grow vertex by vertex: compiled where a C compiler was found, and in Python otherwise, edge for edge."""

from __future__ import annotations

import numpy as np

from graphspec._typing import Vertices
from graphspec.machine import native, use_native
from graphspec.models.base import Edges

_MASK = (1 << 64) - 1


def grown_edges(
    num_nodes: int, count: int, start: Vertices, first: int, closing: float, random: np.random.Generator
) -> Edges:
    """Return the edges that new vertices bring, each attached to `count` others in proportion to their degrees.

    Parameters
    ----------
    num_nodes
        Number of vertices in the end.
    count
        Edges of a new vertex. Its targets are distinct.
    start
        Ends of the edges that there are at first: a vertex is there as often as it is likely to be a target.
    first
        The first new vertex.
    closing
        Probability that each further edge of a vertex goes to a neighbour of its last target (Holme and Kim). An edge
        may then be there twice, and counts once. Further targets come in the order in which they were drawn; networkx
        takes them out of a set, in which its lowest numbers, the hubs, come first.
    random
        Gives the seed.
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


class _SplitMix:
    """The generator of the compiled form: splitmix64 (Steele, Lea and Flood 2014)."""

    def __init__(self, seed: int) -> None:
        self.state = seed

    def uniform(self) -> float:
        self.state = (self.state + 0x9E3779B97F4A7C15) & _MASK
        mixed = ((self.state ^ (self.state >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & _MASK
        return ((mixed ^ (mixed >> 31)) >> 11) * 2.0**-53


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
    random = _SplitMix(seed)
    neighbours: list[list[int]] = [[] for _ in range(num_nodes if closing > 0 else 0)]
    edge = 0
    for vertex in range(first, num_nodes):
        drawn: list[int] = []
        while len(drawn) < count:
            candidate = repeated[int(random.uniform() * len(repeated))]
            if candidate not in drawn:
                drawn.append(candidate)
        pending, linked, target = iter(drawn), set[int](), -1
        for index in range(count):
            other = -1
            if index > 0 and closing > 0 and random.uniform() < closing:
                eligible = [one for one in reversed(neighbours[target]) if one != vertex and one not in linked]
                other = eligible[int(random.uniform() * len(eligible))] if eligible else -1
            if other < 0:
                other = target = next(pending)
            tail[edge], head[edge] = vertex, other
            edge += 1
            if closing > 0 and other not in linked:
                neighbours[vertex].append(other)
                neighbours[other].append(vertex)
            linked.add(other)
            repeated.append(other)
        repeated.extend([vertex] * count)
