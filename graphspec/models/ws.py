"""Watts-Strogatz graphs: rings of near neighbours with rewired edges."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

import numpy as np

from graphspec._typing import Vector
from graphspec.errors import ParameterError
from graphspec.graphs import Graph
from graphspec.models.base import (
    Edges,
    Model,
    Parameter,
    ParameterValues,
    Values,
    live_degrees,
    mean_degree_of,
)
from graphspec.models.degree_tests import probability_of_variance, rewired_ring
from graphspec.models.rewiring import draw_heads, rewire_heads


class WattsStrogatz(Model):
    """A ring with edges to the k nearest vertices, each edge rewired with probability p.

    Attributes
    ----------
    crowded
        Share of the other vertices that are ends of new edges, up to which these ends are nearly independent.
    """

    name = "ws"
    title = "Watts-Strogatz"
    parameters = (
        Parameter("k", "neighbours on the ring, even", integer=True, low=2),
        Parameter("p", "probability of rewiring an edge", high=1.0),
    )
    crowded: ClassVar[float] = 0.3
    source = "D. J. Watts and S. H. Strogatz, Nature 393, 440 (1998)"

    def check(self, num_nodes: int, values: Values) -> None:
        """Check that k is even and less than the number of vertices."""
        if values["k"] % 2:
            raise ParameterError(f"ws: k (neighbours on the ring) must be even, not {values['k']}")
        if values["k"] >= num_nodes:
            raise ParameterError(f"ws: k must be less than the number of vertices {num_nodes}, not {values['k']}")

    def edges(self, num_nodes: int, random: np.random.Generator, values: Values) -> Edges:
        """Return the ring with the heads of rewired edges at random vertices, the graph staying simple.

        As in networkx, an edge stays where its vertex is linked to all others.
        """
        half = values["k"] // 2
        tail = np.tile(np.arange(num_nodes), half)
        head = (tail + np.repeat(np.arange(1, half + 1), num_nodes)) % num_nodes
        rewired = np.flatnonzero(random.random(len(tail)) < values["p"])
        # In a sparse graph a random vertex is seldom a neighbour already, and heads are drawn all at once. In a dense
        # one few other vertices are left, or none, and each head is chosen among them.
        if 4 * values["k"] < num_nodes:
            draw_heads(tail, head, rewired, num_nodes, random)
        else:
            rewire_heads(tail, head, rewired, num_nodes, random)
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

    def refuted_by_degrees(self, graph: Graph, values: Values, errors: Values, level: float) -> str | None:
        """Return the reason if there are not n k / 2 edges, k / 2 of each vertex, or degrees vary in another way.

        The number k follows from the edges; the probability of rewiring may lie within five standard errors, and above
        a quarter of the fitted value.
        """
        degrees = live_degrees(graph)
        count, edges = len(degrees), graph.num_edges
        if edges % count:
            return f"it has {edges:,} edges, no multiple of its {count:,} vertices"
        half = edges // count
        if degrees.min() < half:
            return f"a vertex has {degrees.min():,} neighbours, fewer than half of k = {2 * half:,}"
        others = count - 1 - 2 * half
        shares = np.clip(values["p"] + errors["p"] * np.linspace(-5, 5, 11), values["p"] / 4, 1.0)
        equal = degrees.min() == degrees.max()
        if others < 1 or (half * shares.max() > self.crowded * others and not equal):
            return None
        laws = [rewired_ring(half, float(share), others) for share in shares]
        unchanged = float((1 - shares.min()) ** edges) if equal else 0.0
        if max(unchanged, *(probability_of_variance(degrees, law) for law in laws)) >= level:
            return None
        observed, expected = float(degrees.var(ddof=1)), laws[len(laws) // 2].variance
        return f"the variance of the degrees is {observed:.3g}, where {expected:.3g} is expected"

    def density(self, num_nodes: int, values: Values) -> Callable[[Vector], Vector] | None:
        """Return the arcsine law, the density of the cycle, for k = 2 and p = 0."""
        del num_nodes
        if values["p"] > 0 or values["k"] != 2:
            return None

        def arcsine(eigenvalue: Vector) -> Vector:
            inside = 1 - (eigenvalue - 1) ** 2
            return np.divide(1 / np.pi, np.sqrt(np.maximum(inside, 0)), out=np.zeros_like(inside), where=inside > 0)

        return arcsine
