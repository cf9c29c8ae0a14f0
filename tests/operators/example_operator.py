"""An operator as a user adds one: its form, its interval and its null vector, and what its diagonal tells of trees."""

from dataclasses import dataclass

import numpy as np

from graphspec.operators.base import GraphOperator
from graphspec.operators.interval import Interval
from graphspec.operators.scaled_adjacency import ScaledAdjacency


@dataclass(frozen=True, eq=False)
class RegularizedLaplacian(GraphOperator):
    """I - S W S with S = (D + tau)^(-1/2): vertices of low degree count less (T. Qin and K. Rohe, NIPS 2013).

    Attributes
    ----------
    tau
        What is added to every degree; positive.
    """

    name = "regularized"
    interval = Interval(0.0, 2.0)
    tree_eigenvalue = 1.0
    tau: float = 1.0

    def form(self):
        """Return -S W S with a diagonal of ones."""
        return ScaledAdjacency(self.graph, -1.0, 1.0 / (self.graph.degrees + self.tau), np.ones(self.num_rows))

    @property
    def null_vector(self):
        """Zeros: the operator is positive definite."""
        return np.zeros(self.num_rows)
