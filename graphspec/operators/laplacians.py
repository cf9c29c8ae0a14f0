"""The Laplacians of a graph: normalised, combinatorial and natural."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Self

import numpy as np

from graphspec._typing import Vector
from graphspec.graphs import Graph
from graphspec.operators.base import GraphOperator
from graphspec.operators.bounds import largest_eigenvalue_bound
from graphspec.operators.interval import Interval
from graphspec.operators.scaled_adjacency import ScaledAdjacency


@dataclass(frozen=True, eq=False)
class NormalizedLaplacian(GraphOperator):
    """I - D^-1/2 W D^-1/2, zero on the rows of isolated vertices, with its spectrum in [0, 2].

    F. R. K. Chung, Spectral Graph Theory (1997), section 1.2. The multiplicity of 0 is the number of components, and
    that of 2 the number of bipartite components with an edge (lemma 1.7).
    """

    name = "normalized"
    interval = Interval(0.0, 2.0)
    alternating_eigenvalue = 2.0
    tree_eigenvalue = 1.0
    has_unit_rows = True

    def form(self) -> ScaledAdjacency:
        """Return -D^-1/2 W D^-1/2 with a diagonal of ones, zero for isolated vertices."""
        degrees = self.graph.degrees
        inverse = np.divide(1.0, degrees, out=np.zeros_like(degrees), where=degrees > 0)
        return ScaledAdjacency(self.graph, -1.0, inverse, (self.graph.num_neighbours > 0).astype(np.float64))

    @property
    def null_vector(self) -> Vector:
        """Square roots of the degrees, 1 for isolated vertices."""
        return np.where(self.graph.num_neighbours == 0, 1.0, np.sqrt(self.graph.degrees))


@dataclass(frozen=True, eq=False)
class CombinatorialLaplacian(GraphOperator):
    """unit (D - W), where `unit` is 1 except for the natural Laplacian.

    Attributes
    ----------
    unit
        Factor of the whole operator.
    name
        Name of the operator in reports.
    """

    unit: float = 1.0
    name: str = "combinatorial"

    def form(self) -> ScaledAdjacency:
        """Return -W with the degrees on the diagonal."""
        ones = np.ones(self.num_rows)
        return ScaledAdjacency(self.graph, -self.unit, ones, self.unit * self.graph.degrees, stores_values=True)

    @cached_property
    def interval(self) -> Interval:
        """Interval from 0 to a bound on the largest eigenvalue of D + W, which is at least that of D - W."""
        graph = self.graph
        if graph.num_edges == 0:
            return Interval(0.0, 1.0)
        return Interval(0.0, self.unit * largest_eigenvalue_bound(graph.adjacency(), graph.degrees))

    @property
    def null_vector(self) -> Vector:
        """Vector of ones."""
        return np.ones(self.num_rows)


@dataclass(frozen=True, eq=False)
class NaturalLaplacian(CombinatorialLaplacian):
    """(D - W) / sqrt(n), whose perturbations by R cut edges are of order R / sqrt(n)."""

    name: str = "natural"

    @classmethod
    def of(cls, graph: Graph, tau: float | str | None = None) -> Self:
        """Return the operator of a graph, whose number of vertices sets the unit of its subgraphs as well."""
        return replace(super().of(graph, tau), unit=1.0 / float(np.sqrt(max(graph.num_nodes, 1))))
