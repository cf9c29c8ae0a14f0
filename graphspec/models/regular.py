"""Random regular graphs: uniform among the simple graphs of one degree."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from graphspec._typing import Vector
from graphspec.errors import ParameterError
from graphspec.graphs import Graph
from graphspec.models.base import Edges, Model, Parameter, ParameterValues, Values, mean_degree_of
from graphspec.models.stub_matching import simple_pairing


class RandomRegular(Model):
    """A random simple graph of degree k, by :func:`graphspec.models.stub_matching.simple_pairing`."""

    name = "regular"
    title = "random regular"
    parameters = (Parameter("k", "degree of every vertex", integer=True, low=0),)
    source = "N. C. Wormald, Models of random regular graphs, Surveys in Combinatorics (1999)"

    def check(self, num_nodes: int, values: Values) -> None:
        """Check that there is such a graph."""
        if values["k"] >= num_nodes:
            raise ParameterError(f"regular: k must be less than the number of vertices {num_nodes}, not {values['k']}")
        if values["k"] * num_nodes % 2:
            raise ParameterError(
                f"regular: k times the number of vertices must be even, not {values['k']} times {num_nodes}"
            )

    def edges(self, num_nodes: int, random: np.random.Generator, values: Values) -> Edges:
        """Return a random simple pairing of k half-edges of every vertex."""
        return simple_pairing(np.full(num_nodes, values["k"]), random)

    def mean_degree(self, num_nodes: int, values: Values) -> float:
        """Return k."""
        del num_nodes
        return float(values["k"])

    def candidates(self, num_nodes: int, mean_degree: float) -> list[ParameterValues]:
        """Return the degrees next to the mean degree for which k n is even."""
        middle = round(mean_degree)
        nearby = range(max(middle - 2, 0), min(middle + 3, num_nodes))
        return [{"k": k} for k in nearby if k * num_nodes % 2 == 0]

    def baseline(self, graph: Graph) -> ParameterValues:
        """Return the mean degree, rounded."""
        return {"k": round(mean_degree_of(graph))}

    def refuted_by_degrees(self, graph: Graph, values: Values, errors: Values, level: float) -> str | None:
        """Return the reason if not all degrees are equal."""
        del values, errors, level
        degrees = graph.num_neighbours
        if len(degrees) == 0 or degrees.min() == degrees.max():
            return None
        return f"degrees are from {degrees.min():,} to {degrees.max():,}"

    def density(self, num_nodes: int, values: Values) -> Callable[[Vector], Vector] | None:
        """Return the Kesten-McKay density (McKay, Linear Algebra Appl. 40, 203 (1981))."""
        del num_nodes
        degree = values["k"]
        if degree < 2:
            return None

        def kesten_mckay(eigenvalue: Vector) -> Vector:
            adjacency = degree * (1 - np.asarray(eigenvalue, np.float64))
            inside = np.maximum(4 * (degree - 1) - adjacency**2, 0.0)
            # At degree 2 the density is infinite at its ends.
            below = np.where(inside > 0, degree**2 - adjacency**2, 1.0)
            return np.asarray(degree**2 * np.sqrt(inside) / (2 * np.pi * below))

        return kesten_mckay
