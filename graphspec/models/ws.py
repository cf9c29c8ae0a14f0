"""Watts-Strogatz graphs: rings of near neighbours with rewired edges."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from graphspec._typing import Vector, Vertices
from graphspec.errors import ParameterError
from graphspec.graphs import Graph
from graphspec.models.base import Edges, Model, Parameter, ParameterValues, Values, mean_degree_of


class WattsStrogatz(Model):
    """A ring with edges to the k nearest vertices, each edge rewired with probability p."""

    name = "ws"
    title = "Watts-Strogatz"
    parameters = (
        Parameter("k", "neighbours on the ring, even", integer=True, low=2),
        Parameter("p", "probability of rewiring an edge", high=1.0),
    )
    source = "D. J. Watts and S. H. Strogatz, Nature 393, 440 (1998)"

    def check(self, num_nodes: int, values: Values) -> None:
        """Check that k is even and less than the number of vertices."""
        if values["k"] % 2:
            raise ParameterError(f"ws: k (neighbours on the ring) must be even, not {values['k']}")
        if values["k"] >= num_nodes:
            raise ParameterError(f"ws: k must be less than the number of vertices {num_nodes}, not {values['k']}")

    def edges(self, num_nodes: int, random: np.random.Generator, values: Values) -> Edges:
        """Return the ring with the heads of rewired edges at random vertices, the graph staying simple."""
        half = values["k"] // 2
        tail = np.tile(np.arange(num_nodes), half)
        head = (tail + np.repeat(np.arange(1, half + 1), num_nodes)) % num_nodes
        rewired = np.flatnonzero(random.random(len(tail)) < values["p"])
        if values["k"] == num_nodes - 1:
            return tail, head  # the complete graph has no other pairs
        head[rewired] = random.integers(0, num_nodes, len(rewired))
        _redraw_heads(tail, head, rewired, num_nodes, random)
        return tail, head

    def mean_degree(self, num_nodes: int, values: Values) -> float:
        """Return k; rewiring keeps the number of edges."""
        del num_nodes
        return float(values["k"])

    def candidates(self, num_nodes: int, mean_degree: float) -> list[ParameterValues]:
        """Return the even degrees near the mean degree, each with several probabilities."""
        largest = (num_nodes - 1) // 2 * 2
        middle = int(np.clip(2 * round(mean_degree / 2), 2, max(largest, 2)))
        degrees = [k for k in (middle - 2, middle, middle + 2) if 2 <= k <= largest]
        return [{"k": k, "p": p} for k in degrees for p in self.mixing]

    def baseline(self, graph: Graph) -> ParameterValues:
        """Return the even number next to the mean degree for k; p does not follow from it."""
        return {"k": max(2, 2 * round(mean_degree_of(graph) / 2))}

    def density(self, num_nodes: int, values: Values) -> Callable[[Vector], Vector] | None:
        """Return the arcsine law, the density of the cycle, for k = 2 and p = 0."""
        del num_nodes
        if values["p"] > 0 or values["k"] != 2:
            return None

        def arcsine(eigenvalue: Vector) -> Vector:
            inside = 1 - (eigenvalue - 1) ** 2
            return np.divide(1 / np.pi, np.sqrt(np.maximum(inside, 0)), out=np.zeros_like(inside), where=inside > 0)

        return arcsine


def _redraw_heads(
    tail: Vertices, head: Vertices, rewired: Vertices, num_nodes: int, random: np.random.Generator
) -> None:
    """Draw the heads of rewired edges again, in place, until none of them is a loop or occurs twice."""
    pending = rewired
    while len(pending):
        # 1. Of equal edges one stays: one of the ring if there is one, else one that was accepted in an earlier round,
        #    else any of those that were drawn last.
        keys = np.minimum(tail, head) * num_nodes + np.maximum(tail, head)
        priority = np.zeros(len(tail), np.int64)
        priority[rewired] = 1
        priority[pending] = 2
        equal = _repeated(keys)
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

        # 4. Draw new heads for all rejected edges. Edges of the ring are never among them: they are distinct and win.
        pending = np.flatnonzero(rejected)
        head[pending] = random.integers(0, num_nodes, len(pending))


def _repeated(keys: Vertices) -> Vertices:
    """Return the indices of keys that occur more than once."""
    ordered = np.sort(keys)
    several = np.unique(ordered[1:][ordered[1:] == ordered[:-1]])
    if len(several) == 0:
        return np.zeros(0, np.int64)
    places = np.minimum(np.searchsorted(several, keys), len(several) - 1)
    return np.flatnonzero(several[places] == keys)
