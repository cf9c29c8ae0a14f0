"""The configuration model: random simple graphs with the degrees of a graph."""

from __future__ import annotations

from typing import Self

import numpy as np

from graphspec._typing import Vertices
from graphspec.errors import ParameterError
from graphspec.graphs import Graph
from graphspec.models.base import Edges, Model, ParameterValues, Values, without_isolated
from graphspec.models.description_length import description_length
from graphspec.models.stub_matching import simple_pairing


class Configuration(Model):
    """A random simple graph with given degrees, by :func:`graphspec.models.stub_matching.simple_pairing`.

    Parameters
    ----------
    degrees
        The degrees. Those of a graph of another size are sampled from them, with replacement.
    """

    name = "configuration"
    title = "configuration model"
    parameters = ()
    source = "M. E. J. Newman, S. H. Strogatz and D. J. Watts, Phys. Rev. E 64, 026118 (2001)"
    needs_graph = True

    def __init__(self, degrees: Vertices | None = None) -> None:
        self.degrees = np.zeros(0, np.int64) if degrees is None else np.asarray(degrees, np.int64)

    @classmethod
    def from_graph(cls, graph: Graph | None) -> Self:
        """Return the model with the degrees of a graph; without a graph it has none."""
        return cls(None if graph is None else graph.num_neighbours)

    @property
    def num_parameters(self) -> int:
        """Number of vertices that have an edge, whose degrees are parameters."""
        return int(np.count_nonzero(self.degrees))

    def check(self, num_nodes: int, values: Values) -> None:
        """Check that there are degrees."""
        del num_nodes, values
        if len(self.degrees) == 0:
            raise ParameterError("configuration keeps the degrees of a graph: give one")

    def edges(self, num_nodes: int, random: np.random.Generator, values: Values) -> Edges:
        """Return a random simple pairing of the half-edges."""
        del values
        degrees = self.degrees
        if len(degrees) != num_nodes == np.count_nonzero(degrees):
            degrees = degrees[degrees > 0]  # isolated vertices are left out, as by edge lists
        if len(degrees) != num_nodes:
            degrees = np.minimum(random.choice(degrees, num_nodes), num_nodes - 1)
        if degrees.sum() % 2:
            # An odd half-edge is removed from the largest degree, where the relative change is smallest.
            degrees = degrees.copy()
            degrees[np.argmax(degrees)] -= 1
        return simple_pairing(degrees, random)

    def description_length(self, graph: Graph) -> float | None:
        """Return that of a graph with its own degrees, in nats."""
        return description_length(without_isolated(graph), degree_corrected=True)

    def candidates(self, num_nodes: int, mean_degree: float) -> list[ParameterValues]:
        """Return the only point of the parameter space."""
        del num_nodes, mean_degree
        return [{}]

    def mean_degree(self, num_nodes: int, values: Values) -> float:
        """Return the mean of the degrees."""
        del num_nodes, values
        return float(self.degrees.mean()) if len(self.degrees) else 0.0
