"""Erdős-Rényi graphs G(n, p): independent edges of equal probability."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

import numpy as np

from graphspec._typing import Vector
from graphspec.graphs import Graph
from graphspec.models.base import Edges, Model, Parameter, ParameterValues, Values, mean_degree_of
from graphspec.models.pairs import chosen_ranks, pairs_below, unranked_pairs


class ErdosRenyi(Model):
    """G(n, p): every pair of vertices is an edge with probability p.

    Attributes
    ----------
    semicircle_degree
        Mean degree from which the semicircle is the density: below, tails are visible.
    """

    name = "er"
    title = "Erdős-Rényi"
    parameters = (Parameter("p", "probability of an edge", high=1.0),)
    source = "E. N. Gilbert, Ann. Math. Statist. 30, 1141 (1959)"
    semicircle_degree: ClassVar[float] = 10.0

    def edges(self, num_nodes: int, random: np.random.Generator, values: Values) -> Edges:
        """Return independently chosen pairs."""
        return unranked_pairs(chosen_ranks(pairs_below(num_nodes), values["p"], random))

    def mean_degree(self, num_nodes: int, values: Values) -> float:
        """Return (n - 1) p."""
        return float((num_nodes - 1) * values["p"])

    def scaled(self, values: Values, num_nodes: int, reference_nodes: int) -> ParameterValues:
        """Return the probability that keeps the mean degree."""
        return {"p": min(1.0, values["p"] * (num_nodes - 1) / max(reference_nodes - 1, 1))}

    def candidates(self, num_nodes: int, mean_degree: float) -> list[ParameterValues]:
        """Return probabilities around that of the mean degree, which is an estimate from the second moment."""
        middle = mean_degree / max(num_nodes - 1, 1)
        return [{"p": min(0.99, middle * factor)} for factor in (0.6, 0.8, 1.0, 1.2)]

    def baseline(self, graph: Graph) -> ParameterValues:
        """Return the share of pairs that are edges, the maximum-likelihood estimate."""
        return {"p": mean_degree_of(graph) / max(graph.num_nodes - 1, 1)}

    def density(self, num_nodes: int, values: Values) -> Callable[[Vector], Vector] | None:
        """Return Wigner's semicircle of radius 2 sqrt((1 - p) / (n p)) around 1, where degrees are large.

        Chung, Lu and Vu, PNAS 100, 6313 (2003), theorem 5.
        """
        if self.mean_degree(num_nodes, values) < self.semicircle_degree or values["p"] == 1:
            return None
        radius = 2 * np.sqrt((1 - values["p"]) / (num_nodes * values["p"]))

        def semicircle(eigenvalue: Vector) -> Vector:
            inside = np.maximum(1 - ((eigenvalue - 1) / radius) ** 2, 0.0)
            return np.asarray(2 / (np.pi * radius) * np.sqrt(inside))

        return semicircle
