"""The Lanczos recurrence and Chebyshev filters on a block of vectors, in threads that share the rows.

Partial sums are added in the order of the row ranges, which depend on the matrix alone: the result does not depend on
the number of threads.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graphspec._typing import Block, Sums
from graphspec.lanczos.products import BREAKDOWN, Product, Sweep, zero_block
from graphspec.machine import available_threads, pool_of, share

ROWS_PER_THREAD = 32_768
"""Fewer rows than this are not shared by threads: every block of vectors has its own."""


@dataclass(frozen=True, eq=False)
class JacobiCoefficients:
    """What the recurrence leaves of every vector.

    Attributes
    ----------
    alpha, beta
        Diagonal and off-diagonal of the Jacobi matrix, shape (vectors, steps); the last beta is the norm of what a
        further step would start from.
    norm2
        Squared norm of the starting vector, shape (vectors,).
    """

    alpha: NDArray[np.float64]
    beta: NDArray[np.float64]
    norm2: NDArray[np.float64]


def lanczos(
    product: Product,
    vectors: Block,
    num_steps: int,
    *,
    threads: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> JacobiCoefficients:
    """Run one Lanczos recurrence for every column of `vectors`, all at once, without reorthogonalisation.

    Quadrature from the coefficients stays accurate without orthogonality (Paige 1980; Chen, Trogdon and Ubaru 2021,
    arXiv:2105.06595): copies of a converged Ritz value share its weight. A recurrence that has exhausted its Krylov
    space stops with zeros.

    Parameters
    ----------
    product
        The matrix, scaled so that its spectrum lies in [-1, 1].
    vectors
        Starting vectors, shape (product.num_rows, width), C-contiguous; overwritten.
    num_steps
        Number of products of the matrix with the block.
    threads
        Number of threads; by default as many as the process may use.
    progress
        Called after every step with the number of products of the matrix with one vector that it took.
    """
    width = vectors.shape[1]
    current, previous = vectors, zero_block(vectors.shape, vectors.dtype.type)
    alpha, beta = np.zeros((width, num_steps)), np.zeros((width, num_steps))
    workers = min(threads or available_threads(), len(product.bounds) - 1)
    with pool_of(workers) as pool:

        def total(work: Callable[[Sweep], None]) -> Sums:
            sweep = Sweep.over(product.bounds, width)
            share(pool, workers, lambda: work(sweep))
            return sweep.sums.sum(axis=0)

        norm2 = total(lambda sweep: product.squared_norms(sweep, current))
        # The stored vectors keep the length that they were computed with; scales normalise them on the fly.
        scale = _inverse(np.sqrt(norm2), norm2 > 0)
        # At once only where an interrupt does not wait for it.
        at_once = pool is None and product.num_rows <= ROWS_PER_THREAD
        if at_once and product.recurrence(current, previous, scale, (alpha, beta)):
            if progress is not None:
                progress(width * num_steps)
            return JacobiCoefficients(alpha, beta, norm2)
        previous_scale = np.zeros(width)
        coupling = np.zeros(width)
        for step in range(num_steps):
            product.prepare(current)
            first, second = scale, coupling * previous_scale
            alpha[:, step] = scale * total(
                lambda sweep: product.three_terms(sweep, current, previous, first, second)  # noqa: B023
            )
            third = alpha[:, step] * scale
            norms = np.sqrt(total(lambda sweep: product.subtract(sweep, current, previous, third)))  # noqa: B023
            alive = norms > BREAKDOWN
            coupling = beta[:, step] = np.where(alive, norms, 0.0)
            current, previous = previous, current
            previous_scale, scale = scale, _inverse(norms, alive)
            if progress is not None:
                progress(width)
    return JacobiCoefficients(alpha, beta, norm2)


def _inverse(values: Sums, alive: NDArray[np.bool_]) -> Sums:
    return np.divide(1.0, values, out=np.zeros_like(values), where=alive)
