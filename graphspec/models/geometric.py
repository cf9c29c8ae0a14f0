"""Random geometric graphs: edges between random points of the unit square within a radius."""

from __future__ import annotations

import numpy as np
from scipy.optimize import brentq
from scipy.spatial import cKDTree

from graphspec.graphs import Graph
from graphspec.models.base import Edges, Model, Parameter, ParameterValues, Values, mean_degree_of


class RandomGeometric(Model):
    """Uniform random points of the unit square, with edges where they are at most `radius` apart."""

    name = "geometric"
    title = "random geometric"
    parameters = (Parameter("radius", "largest distance of linked points", high=float(np.sqrt(2))),)
    source = "M. Penrose, Random Geometric Graphs, Oxford (2003)"

    def edges(self, num_nodes: int, random: np.random.Generator, values: Values) -> Edges:
        """Return the pairs of points within the radius."""
        tree = cKDTree(random.random((num_nodes, 2)))
        pairs = tree.query_pairs(values["radius"], output_type="ndarray").astype(np.int64, copy=False)
        return pairs[:, 0], pairs[:, 1]

    def mean_degree(self, num_nodes: int, values: Values) -> float:
        """Return (n - 1) (pi r^2 - 8 r^3 / 3 + r^4 / 2), by the distribution of distances in a square.

        The formula holds for radii up to 1; above, where nearly all pairs are linked, the value at 1 is returned.
        """
        radius = min(float(values["radius"]), 1.0)
        return float((num_nodes - 1) * (np.pi * radius**2 - 8 * radius**3 / 3 + radius**4 / 2))

    def scaled(self, values: Values, num_nodes: int, reference_nodes: int) -> ParameterValues:
        """Return the radius that keeps the mean degree."""
        return self._radius(reference_nodes, self.mean_degree(num_nodes, values))

    def candidates(self, num_nodes: int, mean_degree: float) -> list[ParameterValues]:
        """Return radii around that of the mean degree, which is a rough estimate where degrees vary."""
        middle = self._radius(num_nodes, mean_degree)["radius"]
        return [{"radius": min(middle * factor, 1.0)} for factor in (0.7, 0.85, 1.0, 1.2, 1.4)]

    def baseline(self, graph: Graph) -> ParameterValues:
        """Return the radius for the mean degree of the graph."""
        return self._radius(graph.num_nodes, mean_degree_of(graph))

    def _radius(self, num_nodes: int, mean_degree: float) -> ParameterValues:
        """Return the radius, up to 1, for a mean degree."""
        if num_nodes < 2 or mean_degree >= self.mean_degree(num_nodes, {"radius": 1.0}):
            return {"radius": 1.0}

        def excess(radius: float) -> float:
            return self.mean_degree(num_nodes, {"radius": radius}) - mean_degree

        return {"radius": float(brentq(excess, 0.0, 1.0))}
