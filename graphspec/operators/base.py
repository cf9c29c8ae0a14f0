"""Interfaces of operators: symmetric matrices with enclosing intervals, for the Lanczos pass.

A new kind of operator of a graph is a subclass of :class:`GraphOperator` that defines its form, its interval and its
null vector. Everything else follows from these.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from types import MappingProxyType
from typing import Any, ClassVar, Self

import numpy as np
import scipy.sparse
from numpy.typing import NDArray

from graphspec._typing import Matrix, Vector, Vertices
from graphspec.errors import InputError, ParameterError
from graphspec.graphs import Graph
from graphspec.lanczos import Product
from graphspec.operators.interval import Interval
from graphspec.operators.scaled_adjacency import ScaledAdjacency

_SMALLEST_DEGREE = 1e-100  # so that squares of weights are finite and not zero
_SMALLEST_WEIGHT = 1e-300  # likewise for inverses of degrees; below 2e-308 floating-point numbers lose digits


class Operator(ABC):
    """A symmetric operator A, shape (n, n).

    Attributes
    ----------
    name
        Name of the operator in reports.
    known
        Known eigenvalues, each with orthonormal eigenvectors as columns that span its eigenspace.
    has_unit_rows
        Whether rows of eigenvectors are scaled to length one before they are clustered (Ng, Jordan and Weiss 2001).
    precision
        Precision of the vectors of a pass: float32, but for a matrix whose small eigenvalues need float64.
    """

    name: str
    precision: type[np.floating[Any]] = np.float32
    has_unit_rows: ClassVar[bool] = False
    known: Mapping[float, Matrix] = MappingProxyType({})

    @property
    @abstractmethod
    def interval(self) -> Interval:
        """Interval that encloses the spectrum."""

    @property
    @abstractmethod
    def num_rows(self) -> int:
        """Number of rows n."""

    @property
    def numbers(self) -> NDArray[np.int32] | None:
        """Number of every row in the order of the input, which probes follow; None where rows are in it."""
        return None

    @cached_property
    def exact_moments(self) -> Vector:
        """Exact means of T_0(X), T_1(X), ... over the spectrum as far as they are known; at least the first, 1.

        X = (A - c) / h has the centre and the half width of the interval. Sketches take out the random errors of other
        moments that go with the errors of these.
        """
        return self._exact_moments(threads=1)

    def find_exact_moments(self, threads: int) -> None:
        """Compute :attr:`exact_moments` by several threads, which do not change them."""
        if "exact_moments" not in vars(self):
            vars(self)["exact_moments"] = self._exact_moments(threads)

    def _exact_moments(self, threads: int) -> Vector:  # noqa: ARG002
        return np.ones(1)

    @property
    def parameters(self) -> Mapping[str, Any]:
        """Parameters that distinguish the operator from others of the same graph, for reports."""
        return {}

    @abstractmethod
    def matrix(self) -> Any:
        """Return the operator as a sparse or dense float64 matrix, shape (n, n)."""

    @abstractmethod
    def product(self, num_steps: int, dtype: type[np.floating[Any]] = np.float32) -> Product:
        """Return the product of X = (A - c) / h with blocks of vectors, c and h centre and half width of the interval.

        Parameters
        ----------
        num_steps
            Expected number of products.
        dtype
            Precision of the vectors.
        """

    def dense(self, rows: Vertices) -> Matrix:
        """Return the submatrix of some rows, in increasing order, as a dense array."""
        part = self.matrix()[rows][:, rows]
        return np.asarray(part.toarray() if scipy.sparse.issparse(part) else part, np.float64)


class ScaledOperator(Operator):
    """An operator that is a scaled adjacency matrix."""

    @abstractmethod
    def form(self) -> ScaledAdjacency:
        """Return the graph, scale and diagonal that make up the matrix."""

    @abstractmethod
    def with_graph(self, graph: Graph) -> Self:
        """Return the same operator of another graph."""

    @property
    def num_rows(self) -> int:
        """Number of rows."""
        return self.form().graph.num_nodes

    @property
    def numbers(self) -> NDArray[np.int32] | None:
        """Number of every row in the order that the graph was read in, or None."""
        return self.form().graph.numbers

    def _exact_moments(self, threads: int) -> Vector:
        """Return the exact means of T_0(X) to T_2(X) over the spectrum, and of higher orders where they cost little."""
        return self.form().exact_moments(self.interval, threads)

    def matrix(self) -> scipy.sparse.csr_array:
        """Return the operator as a sparse float64 matrix, shape (n, n)."""
        return self.form().matrix()

    def product(self, num_steps: int, dtype: type[np.floating[Any]] = np.float32) -> Product:
        """Return the product of X with blocks of vectors."""
        return self.form().product(self.interval, num_steps, dtype)


@dataclass(frozen=True, eq=False)
class GraphOperator(ScaledOperator):
    """An operator of a whole graph, with the eigenvalues that follow from the structure of the graph.

    Eigenvalues of twins, small components and quotients follow from :meth:`form` alone.

    Attributes
    ----------
    graph
        The graph; its weights are used if it has any.
    null_source
        Source of the zero eigenvalues of the null vectors, in reports.
    takes_tau
        Whether the operator is regularised, by a number that is added to every degree.
    alternating_eigenvalue
        Eigenvalue of the null vector of a bipartite component with alternating signs, where it is an eigenvector.
    tree_eigenvalue
        Common diagonal entry of all vertices with edges: null vectors of S W S, such as those due to hanging trees, are
        eigenvectors of A with this eigenvalue. None if there is no common entry.

    Raises
    ------
    InputError
        If weights are so large or so small that their squares or inverses are not finite numbers.
    """

    graph: Graph
    null_source: ClassVar[str] = "components"
    takes_tau: ClassVar[bool] = False
    alternating_eigenvalue: ClassVar[float | None] = None
    tree_eigenvalue: ClassVar[float | None] = None

    @classmethod
    def of(cls, graph: Graph, tau: float | str | None = None) -> Self:
        """Return the operator of a graph.

        Parameters
        ----------
        graph
            The graph; its weights are used if it has any.
        tau
            Number that is added to every degree, for an operator that is regularised.

        Raises
        ------
        ParameterError
            If `tau` is given for another operator.
        """
        if tau is not None:
            raise ParameterError(f"`tau` is for a regularized operator, not for {cls.name}", "tau")
        return cls(graph)

    def __post_init__(self) -> None:
        """Check the range of the weights."""
        graph = self.graph
        if graph.weights is not None and graph.num_edges:
            largest = float(graph.degrees.max())
            if not _SMALLEST_DEGREE < largest < 1 / _SMALLEST_DEGREE:
                raise InputError(f"{graph.name}: sums of weights up to {largest:.1e} are out of range: scale them")
            smallest = float(graph.weights.min(initial=np.inf, where=graph.weights > 0))
            if smallest < _SMALLEST_WEIGHT:
                message = f"weights down to {smallest:.1e} are out of range: scale them, or leave those edges out"
                raise InputError(f"{graph.name}: {message}")

    @property
    @abstractmethod
    def null_vector(self) -> Vector:
        """Non-negative vector that A annihilates on every component, shape (n,)."""

    @property
    def num_rows(self) -> int:
        """Number of vertices."""
        return self.graph.num_nodes

    def with_graph(self, graph: Graph) -> Self:
        """Return the same operator of another graph."""
        return replace(self, graph=graph)

    def restricted(self, vertices: Vertices) -> Self:
        """Return the operator on whole components, given by their vertices in increasing order."""
        return self if len(vertices) == self.num_rows else self.with_graph(self.graph.subgraph(vertices))
