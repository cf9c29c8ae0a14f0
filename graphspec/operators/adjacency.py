"""The adjacency matrix of a graph."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from graphspec._typing import Vector
from graphspec.operators.base import GraphOperator
from graphspec.operators.bounds import largest_eigenvalue_bound
from graphspec.operators.interval import Interval
from graphspec.operators.scaled_adjacency import ScaledAdjacency


@dataclass(frozen=True, eq=False)
class Adjacency(GraphOperator):
    """The adjacency matrix W."""

    name = "adjacency"
    null_source = "isolated vertices"
    tree_eigenvalue = 0.0

    def form(self) -> ScaledAdjacency:
        """Return W with a diagonal of zeros."""
        return ScaledAdjacency(self.graph, 1.0, np.ones(self.num_rows), np.zeros(self.num_rows), stores_values=True)

    @cached_property
    def interval(self) -> Interval:
        """Interval [-b, b] with a bound b on the largest eigenvalue, which bounds all others in magnitude."""
        graph = self.graph
        bound = largest_eigenvalue_bound(graph.adjacency(), np.zeros(graph.num_nodes)) if graph.num_edges else 1.0
        return Interval(-bound, bound)

    @property
    def null_vector(self) -> Vector:
        """One for every isolated vertex: null vectors of other components have entries of both signs."""
        return np.asarray(self.graph.num_neighbours == 0, np.float64)
