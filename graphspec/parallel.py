"""Threads: how many there may be, and work that they share."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from numpy.typing import NDArray
    from scipy import sparse


def pool_of(threads: int) -> AbstractContextManager[ThreadPoolExecutor | None]:
    """Return a pool, or nothing for one thread: to hand a small task over takes longer than the task."""
    return ThreadPoolExecutor(threads) if threads > 1 else nullcontext()


def available_threads() -> int:
    """Return the number of processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def share(pool: ThreadPoolExecutor | None, workers: int, work: Callable[[], None]) -> None:
    """Run the same function in several threads at once, this one among them; it finds itself what is left to do."""
    helpers = [] if pool is None else [pool.submit(work) for _ in range(workers - 1)]
    work()
    for helper in helpers:
        helper.result()


class ParallelRows:
    """A sparse float64 matrix whose products with blocks use several threads.

    Parameters
    ----------
    matrix
        The matrix, shape (n, n).
    threads
        Number of threads; by default as many as the process may use.
    """

    def __init__(self, matrix: sparse.csr_array, threads: int | None = None) -> None:
        count = threads or available_threads()
        bounds = np.searchsorted(matrix.indptr, np.linspace(0, matrix.nnz, count + 1)[1:-1])
        self._cuts = [slice(start, stop) for start, stop in pairwise([0, *bounds.tolist(), matrix.shape[0]])]
        self._parts = [matrix[rows] for rows in self._cuts]
        self._pool = ThreadPoolExecutor(count)

    def __matmul__(self, vectors: NDArray[np.float64]) -> NDArray[np.float64]:
        """Multiply a block of vectors, shape (n, width)."""
        vectors = np.ascontiguousarray(vectors)
        result = np.empty(vectors.shape)

        def work(index: int) -> None:
            result[self._cuts[index]] = self._parts[index] @ vectors

        list(self._pool.map(work, range(len(self._cuts))))
        return result
