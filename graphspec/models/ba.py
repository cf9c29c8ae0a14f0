"""Barabási-Albert graphs: preferential attachment of vertices with m edges each."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from scipy import special

from graphspec.errors import ParameterError
from graphspec.graphs import Graph
from graphspec.models.attachment import grown_edges
from graphspec.models.base import Edges, Model, Parameter, ParameterValues, Values, live_degrees


class BarabasiAlbert(Model):
    """Preferential attachment from a star of m + 1 vertices, as in networkx.

    Attributes
    ----------
    crowded
        Ratio of m to the number of vertices up to which the share of vertices of degree m is that of large graphs.
    """

    name = "ba"
    title = "Barabási-Albert"
    parameters: ClassVar[tuple[Parameter, ...]] = (
        Parameter("m", "edges that a new vertex brings", integer=True, low=1),
    )
    crowded: ClassVar[float] = 0.05
    source = "A.-L. Barabasi and R. Albert, Science 286, 509 (1999)"

    def check(self, num_nodes: int, values: Values) -> None:
        """Check that m is less than the number of vertices."""
        if values["m"] >= num_nodes:
            message = f"{self.name}: m must be less than the number of vertices {num_nodes}, not {values['m']}"
            raise ParameterError(message)

    def edges(self, num_nodes: int, random: np.random.Generator, values: Values) -> Edges:
        """Return the edges of the star and of every later vertex."""
        count = values["m"]
        hub, leaves = np.zeros(count, np.int64), np.arange(1, count + 1)
        start = np.concatenate([hub, leaves])
        tail, head = grown_edges(num_nodes, count, start, count + 1, 0.0, random)
        return np.concatenate([hub, tail]), np.concatenate([leaves, head])

    def mean_degree(self, num_nodes: int, values: Values) -> float:
        """Return 2 m (n - m) / n; the number of edges is fixed."""
        return float(2 * values["m"] * (num_nodes - values["m"]) / num_nodes)

    def candidates(self, num_nodes: int, mean_degree: float) -> list[ParameterValues]:
        """Return numbers of edges near the smaller root of 2 m (n - m) = n times the mean degree."""
        root = (num_nodes - np.sqrt(max(num_nodes**2 - 2.0 * mean_degree * num_nodes, 0.0))) / 2
        middle = int(np.clip(round(root), 1, max(num_nodes - 1, 1)))
        nearby = sorted({middle, *(int(np.clip(round(middle * f), 1, num_nodes - 1)) for f in (0.8, 0.9, 1.1, 1.25))})
        return [{"m": m} for m in nearby]

    def baseline(self, graph: Graph) -> ParameterValues:
        """Return the smaller root of m (n - m) = edges, rounded."""
        n = graph.num_nodes
        root = (n - np.sqrt(max(n * n - 4.0 * graph.num_edges, 0.0))) / 2
        return {"m": max(1, round(root))}

    def refuted_by_degrees(self, graph: Graph, values: Values, errors: Values, level: float) -> str | None:
        """Return the reason if the number of edges, the smallest degrees or the share of degree m are impossible.

        From a star there are m (n - m) edges, from a complete graph m n - m (m + 1) / 2. The last vertex has degree m,
        and at most m of the first have less. In a large graph 2 / (m + 2) of all vertices have degree m (Bollobas et
        al., Random Struct. Algorithms 18, 279 (2001)), with a variance below that of independent ones.
        """
        del values, errors
        degrees = live_degrees(graph)
        count, edges = len(degrees), graph.num_edges
        possible = np.arange(1, count)
        possible = possible[possible * (count - possible) <= edges]
        possible = possible[edges <= possible * count - possible * (possible + 1) // 2]
        if len(possible) == 0:
            return f"it has {edges:,} edges, which no m gives {count:,} vertices"
        ordered = np.sort(degrees)
        below, at_most = np.searchsorted(ordered, possible), np.searchsorted(ordered, possible, side="right")
        fitting = (below <= possible) & (at_most > below)
        if not fitting.any():
            return f"no m gives {edges:,} edges and a smallest degree of {ordered[0]:,}"
        possible, at_most = possible[fitting], at_most[fitting]
        # All degrees are equal only if no new edge goes to the hub, which has half of the ends at first.
        if ordered[0] == ordered[-1] and np.all(0.8 ** (possible * (count - possible - 1.0)) < level):
            return f"all degrees are {ordered[0]:,}"
        share = 2 / (possible + 2)
        tail = np.minimum(special.bdtr(at_most, count, share), special.bdtrc(at_most - 1, count, share))
        # The law of the share holds only where the first vertices, among which degrees are crowded, are few.
        if np.any((tail >= level) | (possible > self.crowded * count)):
            return None
        expected = share[0] * count
        return f"{at_most[0]:,} vertices have degree m = {possible[0]:,} or less, where {expected:,.0f} are expected"
