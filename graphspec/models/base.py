"""Interface of random-graph models: a parameter space, a generator of edges from a seed, and known spectral densities.

A plugin is a class with this interface, named in the entry point group ``graphspec.models``.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self, TypeAlias

import numpy as np

from graphspec._typing import Vector, Vertices
from graphspec.errors import ParameterError
from graphspec.graphs import Graph
from graphspec.models.block_structure import BlockStructure
from graphspec.options import Number

Edges: TypeAlias = tuple[Vertices, Vertices]
"""The two ends of every edge."""
Values: TypeAlias = Mapping[str, Any]
"""Values of parameters by name, as given by a caller."""
ParameterValues: TypeAlias = dict[str, float | int]
"""Checked values of parameters by name: whole numbers are of type int."""


@dataclass(frozen=True)
class Parameter:
    """A parameter of a model.

    Attributes
    ----------
    name
        Symbol of the parameter.
    meaning
        Meaning in a few words.
    integer
        Whether it is a whole number.
    low, high
        Smallest and largest value, as far as they do not depend on the number of vertices.
    """

    name: str
    meaning: str
    integer: bool = False
    low: float = 0.0
    high: float = np.inf

    @property
    def constraint(self) -> Number:
        """Constraint on the values."""
        return Number(self.low, self.high, integer=self.integer)

    def checked(self, value: Any, model: str) -> float | int:
        """Return a value as a number of the right type; texts and whole floats are converted.

        Raises
        ------
        ParameterError
            If the value is not such a number, or lies outside of the range.
        """
        try:
            number = float(value)
        except (TypeError, ValueError):
            number = np.nan
        if self.integer and number.is_integer():
            number = int(number)
        if not self.constraint.accepts(number):
            raise ParameterError(f"{model}: {self.name} ({self.meaning}) must be {self.constraint}, not {value}")
        return number


class Model(ABC):
    """A random-graph model.

    Attributes
    ----------
    name
        Name on the command line and in results.
    title
        Name in reports.
    parameters
        The parameters.
    source
        Paper or book that defines the model.
    needs_graph
        Whether the model is defined by a graph, whose degrees or blocks it keeps.
    keeps_size
        Whether its graphs have as many vertices as that graph.
    mixing
        Candidates for a probability that does not follow from the mean degree, such as that of rewiring.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    parameters: ClassVar[tuple[Parameter, ...]]
    source: ClassVar[str]
    needs_graph: ClassVar[bool] = False
    keeps_size: ClassVar[bool] = False
    mixing: ClassVar[tuple[float, ...]] = (0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.7, 0.9)

    @classmethod
    def from_graph(cls, graph: Graph | None) -> Self:
        """Return the model for a comparison with a graph, which only models with `needs_graph` use."""
        del graph
        return cls()

    @property
    def num_parameters(self) -> int:
        """Number of parameters, degrees and labels too, by which models are ranked from simple to complex."""
        return len(self.parameters)

    @property
    def blocks(self) -> BlockStructure | None:
        """Blocks of the vertices, where the model has those of a graph."""
        return None

    def checked(self, num_nodes: int, values: Values) -> ParameterValues:
        """Return the values of all parameters, as numbers of the right type.

        Raises
        ------
        ParameterError
            If a parameter is unknown, missing, or outside of its range for this number of vertices.
        """
        names = [parameter.name for parameter in self.parameters]
        takes = f"it takes {', '.join(names)}" if names else "it takes none"
        for name in values:
            if name not in names:
                raise ParameterError(f"{self.name} has no parameter {name!r}: {takes}")
        for name in names:
            if values.get(name) is None:
                raise ParameterError(f"{self.name} needs a value of {name}: {takes}")
        if num_nodes < 1:
            raise ParameterError(f"a graph needs at least one vertex, not {num_nodes}")
        checked = {
            parameter.name: parameter.checked(values[parameter.name], self.name) for parameter in self.parameters
        }
        self.check(num_nodes, checked)
        return checked

    def check(self, num_nodes: int, values: Values) -> None:  # noqa: B027
        """Check values, each within its own range, against each other and the number of vertices.

        Raises
        ------
        ParameterError
            If there is no graph with these values.
        """

    @abstractmethod
    def edges(self, num_nodes: int, random: np.random.Generator, values: Values) -> Edges:
        """Return the two ends of every edge, without self-loops."""

    @abstractmethod
    def mean_degree(self, num_nodes: int, values: Values) -> float:
        """Return the expected mean degree."""

    def scaled(self, values: Values, num_nodes: int, reference_nodes: int) -> ParameterValues:
        """Return values that give a graph of another size the same degrees, on which spectra depend."""
        del num_nodes, reference_nodes
        return dict(values)

    def candidates(self, num_nodes: int, mean_degree: float) -> list[ParameterValues]:
        """Return starting values for a fit to a graph of some mean degree; none if the model cannot be fitted."""
        del num_nodes, mean_degree
        return []

    def baseline(self, graph: Graph) -> ParameterValues:
        """Estimate parameters from the numbers of vertices and edges, as far as these determine them."""
        del graph
        return {}

    def refuted_by_degrees(self, graph: Graph, values: Values, errors: Values, level: float) -> str | None:
        """Return the reason why the degrees or the number of edges of a graph exclude the model; None if they do not.

        Parameters
        ----------
        graph
            The graph. Isolated vertices do not count: edge lists leave them out.
        values, errors
            Fitted values of the parameters and their standard errors.
        level
            Probability of the degrees below which the model is excluded.
        """
        del graph, values, errors, level
        return None

    def description_length(self, graph: Graph) -> float | None:
        """Return the description length of a graph in nats; None where the model has no likelihood in closed form.

        Parameters
        ----------
        graph
            A graph without weights. Isolated vertices do not count: edge lists leave them out.
        """
        del graph
        return None

    def density(self, num_nodes: int, values: Values) -> Callable[[Vector], Vector] | None:
        """Return the limiting density of the eigenvalues of the normalised Laplacian, where there is a closed form."""
        del num_nodes, values
        return None


def without_isolated(graph: Graph) -> Graph:
    """Return a graph without the vertices that have no edge."""
    return graph.subgraph(np.flatnonzero(graph.num_neighbours)) if graph.num_isolated else graph


def live_degrees(graph: Graph) -> Vertices:
    """Return the degrees of the vertices that have an edge."""
    degrees = np.asarray(graph.num_neighbours, np.int64)
    return degrees[degrees > 0]


def mean_degree_of(graph: Graph) -> float:
    """Return the mean degree of a graph; 0 for one without vertices."""
    return 2 * graph.num_edges / graph.num_nodes if graph.num_nodes else 0.0
