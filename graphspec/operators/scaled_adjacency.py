"""Common form of all matrices of a graph: its adjacency matrix, scaled from both sides, plus a diagonal."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse

from graphspec._typing import Matrix, Vector
from graphspec.graphs import Graph, Links
from graphspec.lanczos import Pattern, Product, pattern_product, sparse_product
from graphspec.operators.interval import Interval
from graphspec.operators.traces import exact_diagonals, exact_moments


@dataclass(frozen=True, eq=False)
class ScaledAdjacency:
    """A matrix factor S W S + diag(diagonal), where W is the adjacency matrix of a graph and S is diagonal.

    Attributes
    ----------
    graph
        The graph of W.
    factor
        The factor.
    squared_scale
        Diagonal of S^2, shape (n,); zero only for rows without entries.
    diagonal
        Diagonal of the matrix, shape (n,).
    stores_values
        Whether products read values of the entries, or for an unweighted graph only the pattern and S.
    """

    graph: Graph
    factor: float
    squared_scale: Vector
    diagonal: Vector
    stores_values: bool = False

    def matrix(self) -> scipy.sparse.csr_array:
        """Return the sparse float64 matrix, shape (n, n)."""
        return _with_diagonal(self._scaled_entries(self.factor), self.diagonal)

    def dense(self) -> Matrix:
        """Return the dense matrix, shape (n, n); of a small graph in a quarter of the time of the sparse one."""
        dense = self._scaled_entries(self.factor).toarray()
        dense[np.diag_indices(len(self.diagonal))] += self.diagonal
        return np.asarray(dense)

    def product(
        self, interval: Interval, num_steps: int, dtype: type[np.floating[Any]], *, rounded: bool = False
    ) -> Product:
        """Return the product of X = (A - c) / h with blocks of vectors, perhaps of 16 bits; see `Operator.product`."""
        center, half = interval.center, interval.half_width
        diagonal = (self.diagonal - center) / half
        if self.graph.weights is None and not self.stores_values:
            scale = np.sqrt(self.squared_scale)
            pattern = Pattern(self.graph.indptr, self.graph.indices, scale, self.factor / half, diagonal)
            return pattern_product(pattern, num_steps, dtype, rounded=rounded)
        # In float64 first: weights may exceed the range of float32 before they are scaled.
        matrix = _with_diagonal(self._scaled_entries(self.factor / half), diagonal, dtype)
        return sparse_product(matrix, num_steps, rounded=rounded)

    def exact_moments(self, interval: Interval, threads: int = 1) -> Vector:
        """Return the exact moments of X; see :attr:`Operator.exact_moments`."""
        return exact_moments(*self._links(interval), threads=threads)

    def exact_diagonals(self, interval: Interval) -> Matrix:
        """Return the diagonals of T_1(X), T_2(X) and, where triangles cost little, T_3(X), shape (n, 2 or 3)."""
        return exact_diagonals(*self._links(interval))

    def _links(self, interval: Interval) -> tuple[Links, Vector, float]:
        """Return X as a sign, a matrix without a diagonal, and the diagonal."""
        graph, factor = self.graph, self.factor / interval.half_width
        diagonal = (self.diagonal - interval.center) / interval.half_width
        if graph.weights is None:
            squared = self.squared_scale if abs(factor) == 1 else abs(factor) * self.squared_scale
            links = Links(graph.indptr, graph.indices, None, squared)
            return links, diagonal, math.copysign(1.0, factor)
        entries = self._scaled_entries(factor).data
        return Links(graph.indptr, graph.indices, entries, np.ones(len(diagonal))), diagonal, 1.0

    def _scaled_entries(self, factor: float) -> scipy.sparse.csr_array:
        """Return factor S W S."""
        matrix = self.graph.adjacency()
        scale = np.sqrt(self.squared_scale)
        matrix.data *= scale[matrix.indices]
        matrix.data *= np.repeat(factor * scale, self.graph.num_neighbours)
        return matrix


def _with_diagonal(
    entries: scipy.sparse.csr_array, diagonal: Vector, dtype: type[np.floating[Any]] = np.float64
) -> scipy.sparse.csr_array:
    """Return a sparse matrix plus a diagonal."""
    if diagonal.any():
        entries = entries + scipy.sparse.diags_array(diagonal, format="csr")
    return scipy.sparse.csr_array(entries, dtype=dtype)
