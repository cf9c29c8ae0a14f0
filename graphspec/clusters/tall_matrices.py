"""Products of tall matrices in threads that share the rows."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from graphspec._typing import Matrix


class TallMatrices:
    """Products of matrices with many rows and few columns, in threads that share the rows.

    Sums are over fixed ranges of rows, in their order: they do not depend on the number of threads, if BLAS uses one.

    Parameters
    ----------
    pool
        The threads, or None for one.
    rows_per_range
        Rows of a range: a few columns of them fit into the cache (512 to 4096 take the same time).
    rows_worth_sharing
        Rows below which one thread is as fast as several.
    """

    def __init__(
        self, pool: ThreadPoolExecutor | None, *, rows_per_range: int = 1024, rows_worth_sharing: int = 8192
    ) -> None:
        self._pool, self._rows_per_range, self._rows_worth_sharing = pool, rows_per_range, rows_worth_sharing

    def inner(self, left: Matrix, right: Matrix) -> Matrix:
        """Return the transpose of `left` times `right`."""
        total = np.zeros((left.shape[1], right.shape[1]))
        for part in self._over_ranges(lambda rows: left[rows].T @ right[rows], len(left)):
            total += part
        return total

    def times(self, left: Matrix, right: Matrix) -> Matrix:
        """Return `left` times a small matrix."""
        result = np.empty((len(left), right.shape[1]))
        multiplied = self._over_ranges(lambda rows: np.matmul(left[rows], right, out=result[rows]), len(left))
        deque(multiplied, maxlen=0)
        return result

    def _over_ranges(self, work: Callable[[slice], Matrix], count: int) -> Iterable[Matrix]:
        """Return what a function gives for every range of rows, in their order."""
        step = self._rows_per_range
        ranges = [slice(start, min(start + step, count)) for start in range(0, count, step)]
        if self._pool is None or count < self._rows_worth_sharing:
            return map(work, ranges)
        return self._pool.map(work, ranges)
