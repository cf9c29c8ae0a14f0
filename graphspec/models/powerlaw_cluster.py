"""Holme-Kim graphs: preferential attachment with triangles."""

from __future__ import annotations

import numpy as np

from graphspec.graphs import Graph
from graphspec.models.attachment import grown_edges
from graphspec.models.ba import BarabasiAlbert
from graphspec.models.base import Edges, Parameter, ParameterValues, Values


class PowerlawCluster(BarabasiAlbert):
    """Preferential attachment from m isolated vertices, each further edge closing a triangle with probability p."""

    name = "powerlaw-cluster"
    title = "power-law cluster (Holme-Kim)"
    parameters = (
        Parameter("m", "edges that a new vertex brings", integer=True, low=1),
        Parameter("p", "probability of closing a triangle", high=1.0),
    )
    source = "P. Holme and B. J. Kim, Phys. Rev. E 65, 026107 (2002)"

    def edges(self, num_nodes: int, random: np.random.Generator, values: Values) -> Edges:
        """Return the edges of every vertex after the first m; a few may occur twice, and count once."""
        count = values["m"]
        return grown_edges(num_nodes, count, np.arange(count), count, values["p"], random)

    def candidates(self, num_nodes: int, mean_degree: float) -> list[ParameterValues]:
        """Return the candidates of Barabási and Albert for m, each with several probabilities."""
        nearby = super().candidates(num_nodes, mean_degree)
        return [{**values, "p": p} for values in nearby for p in (0.0, *self.mixing, 1.0)]

    def refuted_by_degrees(self, graph: Graph, values: Values, errors: Values, level: float) -> str | None:
        """Return None: double edges count once, so that the law of the degrees is not known."""
        del graph, values, errors, level
        return None
