"""Barabási-Albert graphs: preferential attachment of vertices with m edges each."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from graphspec.errors import ParameterError
from graphspec.graphs import Graph
from graphspec.models.attachment import grown_edges
from graphspec.models.base import Edges, Model, Parameter, ParameterValues, Values


class BarabasiAlbert(Model):
    """Preferential attachment from a star of m + 1 vertices, as networkx begins."""

    name = "ba"
    title = "Barabási-Albert"
    parameters: ClassVar[tuple[Parameter, ...]] = (
        Parameter("m", "edges that a new vertex brings", integer=True, low=1),
    )
    source = "A.-L. Barabasi and R. Albert, Science 286, 509 (1999)"

    def check(self, num_nodes: int, values: Values) -> None:
        """Check that there are more vertices than edges of a new one."""
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
        near = sorted({middle, *(int(np.clip(round(middle * f), 1, num_nodes - 1)) for f in (0.8, 0.9, 1.1, 1.25))})
        return [{"m": m} for m in near]

    def baseline(self, graph: Graph) -> ParameterValues:
        """Return the smaller root of m (n - m) = edges, rounded."""
        n = graph.num_nodes
        root = (n - np.sqrt(max(n * n - 4.0 * graph.num_edges, 0.0))) / 2
        return {"m": max(1, round(root))}
