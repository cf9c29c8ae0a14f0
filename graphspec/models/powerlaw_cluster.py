"""Holme and Kim: preferential attachment with triangles."""

from __future__ import annotations

import numpy as np

from graphspec.errors import ParameterError
from graphspec.graphs import Graph
from graphspec.models.attachment import grown_edges
from graphspec.models.ba import BarabasiAlbert
from graphspec.models.base import SHARES, Edges, Model, Parameter, Values


class PowerlawCluster(Model):
    """Preferential attachment where each further edge closes a triangle with probability p, from m loose vertices."""

    name = "powerlaw-cluster"
    title = "power-law cluster (Holme-Kim)"
    parameters = (
        Parameter("m", "edges that a new vertex brings", integer=True, low=1),
        Parameter("p", "probability of closing a triangle", high=1.0),
    )
    source = "P. Holme and B. J. Kim, Phys. Rev. E 65, 026107 (2002)"

    def check(self, num_nodes: int, values: Values) -> None:
        """Check that there are more vertices than edges of a new one."""
        if values["m"] >= num_nodes:
            raise ParameterError(
                f"powerlaw-cluster: m must be less than the number of vertices {num_nodes}, not {values['m']}"
            )

    def edges(self, num_nodes: int, random: np.random.Generator, values: Values) -> Edges:
        """Return the edges of every vertex after the first m."""
        count = values["m"]
        return grown_edges(num_nodes, count, np.arange(count), count, values["p"], random)

    def mean_degree(self, num_nodes: int, values: Values) -> float:
        """Return 2 m (n - m) / n: the number of edges is certain."""
        return float(2 * values["m"] * (num_nodes - values["m"]) / num_nodes)

    def candidates(self, num_nodes: int, mean_degree: float) -> list[dict[str, float | int]]:
        """Return the numbers near half of the mean degree, of a graph that loses some of it at its start."""
        root = (num_nodes - np.sqrt(max(num_nodes**2 - 2.0 * mean_degree * num_nodes, 0.0))) / 2
        middle = int(np.clip(round(root), 1, max(num_nodes - 1, 1)))
        near = sorted({middle, *(int(np.clip(round(middle * f), 1, num_nodes - 1)) for f in (0.8, 0.9, 1.1, 1.25))})
        return [{"m": m, "p": p} for m in near for p in (0.0, *SHARES, 1.0)]

    def baseline(self, graph: Graph) -> dict[str, float | int]:
        """Return m from the number of edges, which does not tell p."""
        return BarabasiAlbert().baseline(graph)
