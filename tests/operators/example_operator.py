"""An operator as a user adds one: its form, its interval and its null vector, and what its diagonal tells of trees."""

from dataclasses import dataclass

import numpy as np

from graphspec.operators.base import GraphOperator
from graphspec.operators.interval import Interval
from graphspec.operators.scaled_adjacency import ScaledAdjacency


@dataclass(frozen=True, eq=False)
class LazyWalk(GraphOperator):
    """(I + D^-1/2 W D^-1/2) / 2, zero on the rows of isolated vertices: a random walk that waits half of the time."""

    name = "lazy-walk"
    interval = Interval(0.0, 1.0)
    null_source = "isolated vertices"
    tree_eigenvalue = 0.5

    def form(self):
        """Return D^-1/2 W D^-1/2 / 2 with a diagonal of 1/2, zero for isolated vertices."""
        degrees = self.graph.degrees
        inverse = np.divide(1.0, degrees, out=np.zeros_like(degrees), where=degrees > 0)
        return ScaledAdjacency(self.graph, 0.5, inverse, np.where(degrees > 0, 0.5, 0.0))

    @property
    def null_vector(self):
        """One for every isolated vertex."""
        return np.asarray(self.graph.num_neighbours == 0, np.float64)
