"""Erdős-Rényi graphs G(n, p): independent edges of equal probability."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

import numpy as np

from graphspec._typing import Vector
from graphspec.graphs import Graph, connected_components
from graphspec.models.base import (
    Edges,
    Model,
    Parameter,
    ParameterValues,
    Values,
    live_degrees,
    mean_degree_of,
    without_isolated,
)
from graphspec.models.degree_tests import law_of_independent_edges, log_share_of_trees, probability_of_variance
from graphspec.models.description_length import description_length
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

    def refuted_by_degrees(self, graph: Graph, values: Values, errors: Values, level: float) -> str | None:
        """Return the reason if the variance of the degrees, or being a tree, excludes the model for every p."""
        del values, errors
        degrees = live_degrees(graph)
        count, mean = len(degrees), 2 * graph.num_edges / max(len(degrees), 1)
        law = law_of_independent_edges(mean, count)
        if probability_of_variance(degrees, law) < level:
            observed = float(degrees.var(ddof=1))
            return f"the variance of the degrees is {observed:.3g}, where {law.variance:.3g} is expected"
        if graph.num_edges == count - 1 and connected_components(graph).count == 1 + graph.num_nodes - count:
            # Hardly any other graph is a tree, so that the root of the level is enough.
            return "it is a tree" if np.exp(2 * log_share_of_trees(count)) < level else None
        return None

    def description_length(self, graph: Graph) -> float | None:
        """Return that of a graph with as many edges, in nats."""
        return description_length(without_isolated(graph))

    def density(self, num_nodes: int, values: Values) -> Callable[[Vector], Vector] | None:
        """Return Wigner's semicircle of radius 2 sqrt((1 - p) / (n p)) around 1, for large degrees.

        Chung, Lu and Vu, PNAS 100, 6313 (2003), theorem 5.
        """
        if self.mean_degree(num_nodes, values) < self.semicircle_degree or values["p"] == 1:
            return None
        radius = 2 * np.sqrt((1 - values["p"]) / (num_nodes * values["p"]))

        def semicircle(eigenvalue: Vector) -> Vector:
            inside = np.maximum(1 - ((eigenvalue - 1) / radius) ** 2, 0.0)
            return np.asarray(2 / (np.pi * radius) * np.sqrt(inside))

        return semicircle
