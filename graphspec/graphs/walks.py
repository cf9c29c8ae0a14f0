"""Closed walks on a symmetric matrix: triangles, cycles of four edges, and up to eight steps near every row."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import scipy.sparse
from numpy.typing import NDArray

from graphspec._typing import Vector
from graphspec.arrays import index_pointer
from graphspec.graphs.csr import native_pattern, neighbour_sums
from graphspec.machine import native, pool_of, share, use_native

_ROWS_PER_RANGE = 16_384  # that a thread takes at a time, in some milliseconds


@dataclass(frozen=True, eq=False)
class Links:
    """A symmetric matrix B with entries w_ij s_i s_j, and zeros on the diagonal.

    Attributes
    ----------
    indptr, indices
        Its symmetric pattern, with columns in increasing order.
    weights
        The entries w, or None where all are 1.
    squared_scale
        Squares of the scales s, shape (n,).
    """

    indptr: NDArray[np.integer[Any]]
    indices: NDArray[np.integer[Any]]
    weights: Vector | None
    squared_scale: Vector

    @property
    def num_entries(self) -> int:
        """Number of stored entries, two for every edge."""
        return len(self.indices)

    def row_sums_of_squares(self, factors: Vector | None = None) -> Vector:
        """Return sum_j B_ij^2 f_j for every row i, shape (n,); with factors of 1 it is (B^2)_ii."""
        values = self.squared_scale if factors is None else self.squared_scale * factors
        if self.weights is not None:
            return np.asarray(self.squared_scale * (self._csr(self.weights**2) @ values))
        # Sums of integers do not depend on the order of the terms; the unit leaves room for the largest sum.
        lengths = np.diff(self.indptr)
        values = np.where(lengths > 0, values, 0.0)
        largest = float(np.abs(values).max(initial=0.0)) or 1.0
        unit = 2.0 ** (62 - math.ceil(math.log2(largest)) - int(lengths.max(initial=1)).bit_length())
        whole = np.round(values * unit).astype(np.int64).view(np.uint64)
        sums = neighbour_sums(self.indptr, self.indices, whole).view(np.int64)
        return np.asarray(self.squared_scale * (sums / unit))

    @cached_property
    def work(self) -> int:
        """Number of paths v-u-w of which v has the largest degree: the steps of :meth:`short_cycles`."""
        degree = np.diff(self.indptr).astype(np.int64)
        lower = np.empty(len(degree), np.int64)
        if use_native():
            native.lower_neighbours(*native_pattern(self.indptr, self.indices), lower)
        else:
            row = np.repeat(np.arange(len(degree)), degree)
            own, other = degree[row], degree[self.indices]
            is_lower = (other < own) | ((other == own) & (self.indices < row))
            lower = np.bincount(row[is_lower], minlength=len(degree))
        # A neighbour v of u with `place` others of lower rank before it, in u's row, has so many paths over u.
        return int((degree * (degree - 1) - lower * (lower - 1)).sum() // 2)

    def short_cycles(self) -> tuple[Vector, float]:
        """Return the weighted numbers of triangles of every vertex and of all cycles of four edges.

        The weight of a cycle is the product of its entries: (B^3)_ii is twice the first, and the trace of B^4 is
        2 sum_i (B^2)_ii^2 - sum_ij B_ij^4 plus eight times the second. Vertices are ranked by degree, which bounds the
        work by the sum over all edges of the smaller degree of both ends (N. Chiba and T. Nishizeki, SIAM J. Comput.
        14, 210 (1985)).
        """
        if not use_native():
            return self._portable_short_cycles()
        size, weights = len(self.indptr) - 1, self.weights
        order, starts = np.empty(size, np.int32), np.empty(size + 1, np.int64)
        columns = np.empty(len(self.indices), np.int32)
        entries = None if weights is None else np.empty(len(columns))
        values = None if weights is None else np.ascontiguousarray(weights, np.float64)
        pattern = native_pattern(self.indptr, self.indices)
        native.rank_rows(*pattern, values, order, starts, columns, entries)
        ranked, triangles = np.empty(size), np.empty(size)
        cycles = native.short_cycles(starts, columns, entries, self.squared_scale[order], ranked)
        triangles[order] = ranked
        return triangles, cycles

    def sum_of_fourth_powers(self) -> float:
        """Return the sum of all B_ij^4."""
        squared = Links(
            self.indptr,
            self.indices,
            None if self.weights is None else self.weights**2,
            self.squared_scale**2,
        )
        return float(squared.row_sums_of_squares().sum())

    def local_work(self, steps: int, *, stays: bool) -> float:
        """Return a bound on the steps of :meth:`traces`: the degrees of the vertices reached before the last step.

        Vertices are counted by walks that never turn back, of up to three steps, which is exact on trees. About half
        of these steps are taken, as walks stay among the vertices up to their first one.

        Parameters
        ----------
        steps
            Steps of the walks, 3 or 4.
        stays
            Whether the matrix has a diagonal: then walks reach vertices at any distance up to their length.
        """
        ends = self._ends_of_walks
        work = 0.0
        for step in range(steps):
            work += sum(ends[distance] for distance in range(step + 1) if stays or (step - distance) % 2 == 0)
        return float(work)

    @cached_property
    def _ends_of_walks(self) -> list[float]:
        """Sums of the degrees at the ends of all walks of 0 to 3 steps that never turn back."""
        degree = np.diff(self.indptr).astype(np.int64)
        next_to = neighbour_sums(self.indptr, self.indices, degree.view(np.uint64)).astype(np.float64)
        degree = degree.astype(np.float64)
        sums = [
            degree.sum(),
            (degree**2).sum(),
            ((degree - 1) * next_to).sum(),
            (next_to * (next_to - degree) - degree**2 * (degree - 1)).sum(),
        ]
        return [float(each) for each in sums]

    def local_steps(self, most: float, *, stays: bool) -> int:
        """Return the length of walks, 4 or 3, for which :meth:`traces` takes at most `most` steps, or 0."""
        degree = np.diff(self.indptr).astype(np.float64)
        if float((degree**2).sum()) > most:  # the second steps alone
            return 0
        return next((steps for steps in (4, 3) if self.local_work(steps, stays=stays) <= most), 0)

    def traces(self, diagonal: Vector, steps: int, threads: int = 1) -> Vector:
        """Return the traces of (B + D)^3 to (B + D)^(2 steps), from walks of half the length from every vertex.

        Parameters
        ----------
        diagonal
            The diagonal of D, shape (n,).
        steps
            3 or 4.
        threads
            Number of threads; it does not change the result.
        """
        if use_native():
            return self._native_traces(diagonal if diagonal.any() else None, steps, threads)
        traces = np.empty(2 * steps - 2)
        matrix = scipy.sparse.csr_array(self._scaled() + scipy.sparse.diags_array(diagonal))
        powers = [matrix]
        while len(powers) < steps:
            powers.append(powers[-1] @ matrix)
        for order in range(3, 2 * steps + 1):
            traces[order - 3] = powers[order // 2 - 1].multiply(powers[(order + 1) // 2 - 1]).sum()
        return traces

    def _native_traces(self, diagonal: Vector | None, steps: int, threads: int) -> Vector:
        taken, traces = np.zeros(1, np.int64), np.zeros((-(-(len(self.indptr) - 1) // _ROWS_PER_RANGE), 2 * steps - 2))
        values = None if self.weights is None else np.ascontiguousarray(self.weights, np.float64)
        matrix = (*native_pattern(self.indptr, self.indices), values, self.squared_scale, diagonal)
        workers = min(threads, len(traces))
        with pool_of(workers) as pool:
            share(pool, workers, lambda: native.closed_walks(_ROWS_PER_RANGE, *matrix, steps, taken, traces))
        return np.asarray(traces.sum(axis=0))

    def _portable_short_cycles(self) -> tuple[Vector, float]:
        """Return the same from the square of the matrix."""
        matrix = self._scaled()
        square = matrix @ matrix
        triangles = np.asarray(square.multiply(matrix).sum(axis=1)) / 2
        diagonal = square.diagonal()
        walks = float((square.data**2).sum()) - 2 * float(diagonal @ diagonal) + float((matrix.data**4).sum())
        return triangles, walks / 8

    def _scaled(self) -> scipy.sparse.csr_array:
        """Return B."""
        scale = np.sqrt(self.squared_scale)
        matrix = self._csr(np.ones(len(self.indices)) if self.weights is None else self.weights)
        return scipy.sparse.csr_array(matrix.multiply(scale[:, None]).multiply(scale))

    def _csr(self, data: Vector) -> scipy.sparse.csr_array:
        size = len(self.indptr) - 1
        return scipy.sparse.csr_array((data, self.indices, index_pointer(self.indptr)), shape=(size, size))
