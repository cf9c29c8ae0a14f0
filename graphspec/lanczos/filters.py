"""Chebyshev polynomial filters on a block of vectors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphspec.lanczos.blocks import BLOCK_WIDTH, zero_block
from graphspec.lanczos.products import Product
from graphspec.lanczos.sweeps import Sweep
from graphspec.machine import available_threads, pool_of


def chebyshev_filter(
    product: Product,
    vectors: NDArray[np.floating[Any]],
    damped: tuple[float, float],
    degree: int,
    *,
    threads: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> NDArray[np.float64]:
    """Apply a Chebyshev polynomial that is at most 1 on an interval and grows as fast as possible outside of it.

    T_k((X - c) / h), for an interval of centre c and half width h, amplifies eigenvectors whose eigenvalues lie
    outside: Y. Zhou, Y. Saad, M. Tiago and J. Chelikowsky, J. Comput. Phys. 219, 172 (2006), equation 6. Every block of
    columns goes through the whole recurrence in one thread.

    Parameters
    ----------
    product
        The matrix X, scaled so that its spectrum lies in [-1, 1].
    vectors
        Vectors to filter, shape (rows of the matrix, width).
    damped
        The interval, within [-1, 1].
    degree
        Degree k of the polynomial, and number of products with every column.
    threads
        Number of threads; by default as many as the process may use.
    progress
        Called after every block with its number of products of the matrix with one vector.

    Returns
    -------
    NDArray
        The filtered vectors, shape (rows of the matrix, width).
    """
    center, half = (damped[0] + damped[1]) / 2, (damped[1] - damped[0]) / 2
    filtered = np.empty(vectors.shape)

    def work(start: int) -> None:
        columns = slice(start, min(start + BLOCK_WIDTH, vectors.shape[1]))
        current = product.block(vectors[:, columns].T)
        previous = zero_block(current.shape, current.dtype.type)
        ones = np.ones(current.shape[1])
        for step in range(degree):
            # T_k+1 = 2 (X - c) / h T_k - T_k-1, in the two halves of a Lanczos step: the product minus T_k-1, then the
            # shift. The first step, T_1 = (X - c) / h, has no factor of 2.
            factor = 1.0 if step == 0 else 2.0
            product.prepare(current)
            halves = [Sweep.over(product.bounds, len(ones)) for _ in range(2)]
            product.three_terms(halves[0], current, previous, factor / half * ones, ones)
            product.subtract(halves[1], current, previous, factor * center / half * ones)
            current, previous = previous, current
        filtered[:, columns] = product.vectors(current)
        if progress is not None:
            progress(degree * current.shape[1])

    starts = range(0, vectors.shape[1], BLOCK_WIDTH)
    with pool_of(min(threads or available_threads(), len(starts)) if product.reentrant else 1) as pool:
        list((map if pool is None else pool.map)(work, starts))
    return filtered
