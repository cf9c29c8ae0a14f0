"""Products of tall matrices in threads that share the rows."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from graphspec._typing import Matrix

_ROWS_PER_RANGE = 1024  # of tall matrices: a few columns of them fit the cache (by trial: 512 to 4096 are alike)


_ROWS_WORTH_SHARING = 8192


class TallMatrices:
    """Products of matrices with many rows and few columns, in threads that share the rows.

    Sums are over fixed ranges of rows, in their order: they do not depend on the number of threads, if BLAS uses one.

    Parameters
    ----------
    pool
        The threads, or None for one.
    """

    def __init__(self, pool: ThreadPoolExecutor | None) -> None:
        self._pool = pool

    def inner(self, left: Matrix, right: Matrix) -> Matrix:
        """Return the transpose of `left` times `right`."""
        total = np.zeros((left.shape[1], right.shape[1]))
        for part in self._map_of(len(left))(lambda rows: left[rows].T @ right[rows], _ranges(len(left))):
            total += part
        return total

    def times(self, left: Matrix, right: Matrix) -> Matrix:
        """Return `left` times a small matrix."""
        result = np.empty((len(left), right.shape[1]))
        multiplied = self._map_of(len(left))(
            lambda rows: np.matmul(left[rows], right, out=result[rows]), _ranges(len(left))
        )
        deque(multiplied, maxlen=0)
        return result

    def _map_of(self, rows: int) -> Callable[..., Iterable[Any]]:
        return map if self._pool is None or rows < _ROWS_WORTH_SHARING else self._pool.map


def _ranges(count: int) -> list[slice]:
    return [slice(start, min(start + _ROWS_PER_RANGE, count)) for start in range(0, count, _ROWS_PER_RANGE)]
