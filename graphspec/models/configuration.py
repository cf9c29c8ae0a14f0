"""The configuration model: the degrees of a given graph, and everything else is chance."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from graphspec.errors import ParameterError
from graphspec.graphs import Graph
from graphspec.models.base import Edges, Model, Values
from graphspec.models.stub_matching import simple_pairing


class Configuration(Model):
    """A simple graph with given degrees: stubs are paired at random, and pairs that are no edges are switched away.

    Parameters
    ----------
    degrees
        The degrees. A graph of another size draws its own from them, with replacement.
    """

    name = "configuration"
    needs_graph = True
    title = "configuration model"
    parameters = ()
    source = "M. E. J. Newman, S. H. Strogatz and D. J. Watts, Phys. Rev. E 64, 026118 (2001)"

    def __init__(self, degrees: NDArray[np.int64] | None = None) -> None:
        self.degrees = None if degrees is None else np.asarray(degrees, np.int64)

    @classmethod
    def like(cls, graph: Graph | None) -> Configuration:
        """Return the model with the degrees of a graph."""
        return cls(None if graph is None else graph.num_neighbours)

    def check(self, num_nodes: int, values: Values) -> None:
        """Check that there are degrees."""
        del num_nodes, values
        if self.degrees is None or len(self.degrees) == 0:
            raise ParameterError("configuration keeps the degrees of a graph: give one")

    def edges(self, num_nodes: int, random: np.random.Generator, values: Values) -> Edges:
        """Return a random pairing of the stubs."""
        del values
        assert self.degrees is not None
        degrees = self.degrees
        if len(degrees) != num_nodes:
            degrees = np.minimum(random.choice(degrees, num_nodes), num_nodes - 1)
        if degrees.sum() % 2:
            # One stub too many: it goes where it is missed least.
            degrees = degrees.copy()
            degrees[np.argmax(degrees)] -= 1
        return simple_pairing(degrees, random)

    def candidates(self, num_nodes: int, mean_degree: float) -> list[dict[str, float | int]]:
        """Return the one graph ensemble that there is."""
        del num_nodes, mean_degree
        return [{}]

    def mean_degree(self, num_nodes: int, values: Values) -> float:
        """Return the mean of the degrees."""
        del num_nodes, values
        return 0.0 if self.degrees is None else float(self.degrees.mean())
