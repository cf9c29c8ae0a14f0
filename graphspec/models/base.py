"""What a random-graph model is: a parameter space, a generator of edges from a seed, and what is known of its spectrum.

A plugin is a class with these members, named in the entry point group ``graphspec.models``.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from graphspec._typing import Vertices
from graphspec.errors import ParameterError
from graphspec.graphs import Graph

Edges = tuple[Vertices, Vertices]
Values = Mapping[str, Any]


@dataclass(frozen=True)
class Parameter:
    """A parameter of a model.

    Attributes
    ----------
    name
        What the field calls it.
    meaning
        A few words.
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

    def checked(self, value: Any, model: str) -> float | int:
        """Return a value as a number of the right kind.

        Raises
        ------
        ParameterError
            If it is none, or lies outside of the range.
        """
        kind = "a whole number" if self.integer else "a number"
        try:
            number = float(value)
        except (TypeError, ValueError):
            number = np.nan
        if not np.isfinite(number) or (self.integer and number != round(number)):
            raise ParameterError(f"{model}: {self.name} ({self.meaning}) must be {kind}, not {value}")
        if not self.low <= number <= self.high:
            limits = f"between {self.low:g} and {self.high:g}" if np.isfinite(self.high) else f"at least {self.low:g}"
            raise ParameterError(f"{model}: {self.name} ({self.meaning}) must be {limits}, not {value}")
        return round(number) if self.integer else number


class Model(ABC):
    """A random-graph model.

    Attributes
    ----------
    name
        What the command line calls it.
    title
        What people call it.
    parameters
        Its parameters; the number of them is its complexity.
    source
        The paper that it is from.
    needs_graph
        Whether it keeps the degrees of a graph.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    parameters: ClassVar[tuple[Parameter, ...]]
    source: ClassVar[str]
    needs_graph: ClassVar[bool] = False

    @property
    def num_parameters(self) -> float:
        """Number of parameters; infinite where a graph's degrees are kept, as many as it has vertices."""
        return math.inf if self.needs_graph else len(self.parameters)

    @classmethod
    def like(cls, graph: Graph | None) -> Self:
        """Return the model for a graph, whose degrees it keeps where it needs one."""
        del graph
        return cls()

    def checked(self, num_nodes: int, values: Values) -> dict[str, float | int]:
        """Return the values of all parameters, as numbers of the right kind.

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
        found = {parameter.name: parameter.checked(values[parameter.name], self.name) for parameter in self.parameters}
        self.check(num_nodes, found)
        return found

    def check(self, num_nodes: int, values: Values) -> None:  # noqa: B027
        """Check values, each in its own range, against each other and the number of vertices.

        Raises
        ------
        ParameterError
            If they do not fit.
        """

    @abstractmethod
    def edges(self, num_nodes: int, random: np.random.Generator, values: Values) -> Edges:
        """Return the two ends of every edge, each edge once, without self-loops."""

    @abstractmethod
    def mean_degree(self, num_nodes: int, values: Values) -> float:
        """Return the expected mean degree."""

    def scaled(self, values: Values, num_nodes: int, reference_nodes: int) -> dict[str, float | int]:
        """Return values that give a graph of another size the same degrees, on which spectra depend."""
        del num_nodes, reference_nodes
        return dict(values)

    def candidates(self, num_nodes: int, mean_degree: float) -> list[dict[str, float | int]]:
        """Return values from which a search can start, for a mean degree; what it does not tell is spread out."""
        del num_nodes, mean_degree
        return []

    def baseline(self, graph: Graph) -> dict[str, float | int]:
        """Return a cheap estimate of the parameters that does not look at the spectrum, as far as there is one."""
        del graph
        return {}

    def density(self, num_nodes: int, values: Values) -> Callable[[NDArray[np.float64]], NDArray[np.float64]] | None:
        """Return the limiting density of the normalised Laplacian's eigenvalues as a function, where it is known."""
        del num_nodes, values
        return None


SHARES = (0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.7, 0.9)
"""Values of a probability that is not known from the mean degree."""


def mean_degree_of(graph: Graph) -> float:
    """Return the mean degree of a graph; 0 for one without vertices."""
    return 2 * graph.num_edges / graph.num_nodes if graph.num_nodes else 0.0


def pairs_below(count: int) -> int:
    """Return the number of pairs of `count` things."""
    return count * (count - 1) // 2


def unranked_pairs(ranks: Vertices) -> Edges:
    """Return the pairs i > j that have the numbers i (i - 1) / 2 + j."""
    larger = ((1 + np.sqrt(1 + 8.0 * ranks)) / 2).astype(np.int64)
    # The square root may be off by one where the number is large.
    larger -= larger * (larger - 1) // 2 > ranks
    larger += larger * (larger + 1) // 2 <= ranks
    return larger, ranks - larger * (larger - 1) // 2


def chosen_ranks(total: int, probability: float, random: np.random.Generator) -> Vertices:
    """Return the numbers below `total` that independent coins with one probability choose, in no order.

    A larger probability of the same generator adds numbers to those of a smaller one, save that where coins are
    rare all change at powers of two: fits compare graphs that differ in few edges.
    """
    if 0 < probability <= _SPARSE:
        ceiling = 2.0 ** np.ceil(np.log2(probability))
        count = random.binomial(total, ceiling)
        ranks = np.asarray(random.choice(total, count, replace=False, shuffle=False), np.int64)
        return np.asarray(ranks[random.random(count) < probability / ceiling])
    parts = [
        start + np.flatnonzero(random.random(min(_CHUNK, total - start)) < probability)
        for start in range(0, total, _CHUNK)
    ]
    return np.concatenate([np.zeros(0, np.int64), *parts])


_SPARSE = 0.02  # up to here distinct numbers are drawn, and numpy needs memory for them alone
_CHUNK = 4_000_000
