"""Common form of all matrices of a graph: its adjacency matrix, scaled from both sides, plus a diagonal."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse

from graphspec._typing import Vector
from graphspec.graphs import Graph, neighbour_sums
from graphspec.lanczos import Pattern, Product, pattern_product, sparse_product
from graphspec.operators.interval import Interval


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

    def product(self, interval: Interval, num_steps: int, dtype: type[np.floating[Any]]) -> Product:
        """Return the product of X = (A - c) / h with blocks of vectors; see :meth:`Operator.product`."""
        center, half = interval.center, interval.half_width
        diagonal = (self.diagonal - center) / half
        if self.graph.weights is None and not self.stores_values:
            scale = np.sqrt(self.squared_scale)
            pattern = Pattern(self.graph.indptr, self.graph.indices, scale, self.factor / half, diagonal)
            return pattern_product(pattern, num_steps, dtype)
        # In float64 first: weights may exceed the range of float32 before they are scaled.
        return sparse_product(_with_diagonal(self._scaled_entries(self.factor / half), diagonal, dtype), num_steps)

    def power_traces(self) -> tuple[float, float, float]:
        """Return the exact traces of A^0, A^1 and A^2."""
        squares = self.factor**2 * self._sum_of_squares() + float(self.diagonal @ self.diagonal)
        return float(len(self.diagonal)), float(self.diagonal.sum()), squares

    def _scaled_entries(self, factor: float) -> scipy.sparse.csr_array:
        """Return factor S W S."""
        matrix = self.graph.adjacency()
        scale = np.sqrt(self.squared_scale)
        matrix.data *= scale[matrix.indices]
        matrix.data *= np.repeat(factor * scale, self.graph.num_neighbours)
        return matrix

    def _sum_of_squares(self) -> float:
        """Return the sum of the squared entries of S W S, which does not depend on the number of threads."""
        graph, squared = self.graph, self.squared_scale
        if graph.weights is not None:
            data = self._scaled_entries(1.0).data
            return float(np.sum(data * data))
        # Sums of integers do not depend on the order of the terms; the unit leaves room for the largest sum.
        exponent = math.ceil(math.log2(squared.max(initial=1.0)))  # quotients have scales above 1
        unit = 2.0 ** (62 - exponent - int(graph.num_neighbours.max(initial=1)).bit_length())
        sums = neighbour_sums(graph.indptr, graph.indices, np.round(squared * unit).astype(np.uint64))
        return float(np.sum(squared * (sums / unit)))


def _with_diagonal(
    entries: scipy.sparse.csr_array, diagonal: Vector, dtype: type[np.floating[Any]] = np.float64
) -> scipy.sparse.csr_array:
    """Return a sparse matrix plus a diagonal."""
    if diagonal.any():
        entries = entries + scipy.sparse.diags_array(diagonal, format="csr")
    return scipy.sparse.csr_array(entries, dtype=dtype)
