"""Null space of D^-1/2 A D^-1/2 due to hanging trees, by the removal of leaves.

The removal of a leaf together with its neighbour preserves the dimension of the null space; a vertex that has lost all
neighbours in this way adds one to it (R. M. Karp and M. Sipser, FOCS 1981, for the removal; M. Bauer and O. Golinelli,
Eur. Phys. J. B 24, 339 (2001), for the null space). The vectors are zero except on leaves and on such vertices, where
they are orthogonal to the rows of the neighbours: a projection needs these rows alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import scipy.sparse
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.linalg import splu

from graphspec._typing import Vector, Vertices
from graphspec.arrays import distinct
from graphspec.exact.settings import DEFAULTS, ExactSettings
from graphspec.graphs import Graph, entries_of_rows


@dataclass(frozen=True, eq=False)
class NullSpace:
    """Part of the null space of a symmetric matrix: vectors on a support, orthogonal to some rows.

    Attributes
    ----------
    support
        Rows of the matrix where the vectors are not zero.
    rows
        Rows to which they are orthogonal, on the support, shape (pairs, support); of full rank.
    """

    support: Vertices
    rows: NDArray[np.float64] | scipy.sparse.csr_array
    _solve: Callable[[NDArray[np.float64]], NDArray[np.float64]]

    @property
    def dimension(self) -> int:
        """Number of linearly independent vectors."""
        return int(self.rows.shape[1] - self.rows.shape[0])

    def remove_from(self, probe: Vector) -> None:
        """Project `probe` off the space, in place."""
        inside = probe[self.support]
        # On the support, the component in the span of the rows remains.
        probe[self.support] = self._columns @ self._solve(self.rows @ inside)

    def solution_error(self) -> float:
        """Return |G^-1 G y - y| / |y| for the Gram matrix G of the rows and a random vector y.

        It is about the condition number of G, which weights of many magnitudes make large, times the rounding error.
        """
        if self.rows.shape[0] == 0:
            return 0.0
        vector = np.random.default_rng(0).standard_normal((self.rows.shape[0],))
        error = self._solve(self.rows @ (self._columns @ vector)) - vector
        return float(np.linalg.norm(error) / np.linalg.norm(vector))

    @cached_property
    def _columns(self) -> Any:
        """Transpose of the rows, cached: transposing a sparse matrix takes longer than a product with it."""
        columns = self.rows.T
        return columns if isinstance(columns, np.ndarray) else columns.tocsr()

    def projector(self, size: int) -> NDArray[np.float64]:
        """Return the dense projector on the space, shape (size, size)."""
        projector = np.zeros((size, size))
        rows = self.rows if isinstance(self.rows, np.ndarray) else self.rows.toarray()
        inner = np.eye(len(self.support)) - rows.T @ self._solve(rows)
        projector[np.ix_(self.support, self.support)] = inner
        return projector


def null_space(
    graph: Graph, root: Vector, eligible: NDArray[np.bool_], settings: ExactSettings = DEFAULTS
) -> NullSpace | None:
    """Return the part of the null space of S A S due to leaves; None where it is too small, too large or inaccurate.

    Parameters
    ----------
    graph
        The graph of A.
    root
        The diagonal of S, shape (n,).
    eligible
        Vertices whose diagonal entry is zero in the matrix, shape (n,); others are never leaves.
    settings
        Limits of the work.
    """
    leaves, neighbours, isolated = _removal(graph, eligible, settings)
    if len(leaves) > settings.max_pairs or len(isolated) < max(1.0, settings.min_share * graph.num_nodes):
        return None
    support = np.concatenate([leaves, isolated])
    position = np.full(graph.num_nodes, -1)
    position[support] = np.arange(len(support))
    # 1. The rows of the neighbours, restricted to the support.
    entries = entries_of_rows(graph.indptr, neighbours)
    lengths = graph.num_neighbours[neighbours]
    row, column = np.repeat(np.arange(len(neighbours)), lengths), position[graph.indices[entries]]
    kept = column >= 0
    weights = np.ones(np.count_nonzero(kept)) if graph.weights is None else graph.weights[entries[kept]]
    values = weights * root[graph.indices[entries[kept]]]
    if np.sum(np.bincount(column[kept]) ** 2.0) > settings.max_products:
        return None
    # 2. Scale every row by a power of two, so that squares neither overflow nor underflow.
    peak = np.zeros(len(neighbours))
    np.maximum.at(peak, row[kept], values)
    values = np.ldexp(values, -np.frexp(peak)[1][row[kept]])
    # 3. Normalise the rows, so that the diagonal of the Gram matrix is one.
    values /= np.sqrt(np.bincount(row[kept], weights=values**2))[row[kept]]
    shape = (len(neighbours), len(support))
    rows: NDArray[np.float64] | scipy.sparse.csr_array
    if shape[0] * shape[1] <= settings.dense_entries:
        rows = np.zeros(shape)
        rows[row[kept], column[kept]] = values
    else:
        rows = sparse.csr_array((values, (row[kept], column[kept])), shape=shape)
    try:
        null = NullSpace(support, rows, _gram_solver(rows))
    except (np.linalg.LinAlgError, RuntimeError):  # numpy and SuperLU: singular to working precision
        return None
    return null if null.solution_error() <= settings.max_solution_error else None


def _gram_solver(rows: NDArray[np.float64] | scipy.sparse.csr_array) -> Callable[[NDArray[np.float64]], Any]:
    """Return the solver of linear systems with the Gram matrix of the rows."""
    if isinstance(rows, np.ndarray):
        inverse = np.linalg.inv(rows @ rows.T)
        # The diagonal of the Gram matrix is one: so large entries of the inverse are those of a singular matrix.
        if not np.abs(inverse).max(initial=0.0) < 1 / np.finfo(np.float64).eps ** 2:
            raise np.linalg.LinAlgError("singular to working precision")
        return inverse.__matmul__
    options = {"SymmetricMode": True}
    gram = sparse.csc_array(rows @ rows.T)
    return splu(gram, "MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options=options).solve


def _removal(graph: Graph, eligible: NDArray[np.bool_], settings: ExactSettings) -> tuple[Vertices, Vertices, Vertices]:
    """Return the removed leaves, their neighbours in the same order, and the vertices that lost all neighbours.

    The removal ends early where there are more than `max_pairs` leaves.
    """
    degree = graph.num_neighbours.copy()
    alive = degree > 0
    candidates = np.flatnonzero(alive & eligible & (degree == 1))
    leaves, neighbours, isolated = [], [], []
    for _ in range(settings.max_rounds):
        candidates = candidates[alive[candidates] & (degree[candidates] == 1)]
        if len(candidates) == 0:
            break
        # The only remaining neighbour.
        linked = graph.indices[entries_of_rows(graph.indptr, candidates)]
        # Remove one leaf for every neighbour; two leaves that are linked with each other are one pair.
        inner, first = np.unique(linked[alive[linked]].astype(np.int64), return_index=True)
        leaf = candidates[first]
        duplicate = np.isin(inner, leaf) & (inner < leaf)
        leaf, inner = leaf[~duplicate], inner[~duplicate]
        leaves.append(leaf)
        neighbours.append(inner)
        if sum(map(len, leaves)) > settings.max_pairs:
            break
        alive[leaf] = alive[inner] = False
        touched = graph.indices[entries_of_rows(graph.indptr, inner)]
        degree -= np.bincount(touched, minlength=graph.num_nodes)
        candidates = distinct(touched.astype(np.int64))
        candidates = candidates[alive[candidates] & eligible[candidates]]
        lost = candidates[degree[candidates] == 0]
        isolated.append(lost)
        alive[lost] = False
    empty = np.zeros(0, np.int64)
    return tuple(np.concatenate([empty, *parts]) for parts in (leaves, neighbours, isolated))  # type: ignore[return-value]
