"""The Lanczos recurrence on a block of vectors, with the rows divided among threads.

Partial sums are added in the order of the row ranges, which depend on the matrix alone: the result does not depend on
the number of threads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graphspec._typing import Block, Sums
from graphspec.lanczos.blocks import RoundedBlock, zero_block
from graphspec.lanczos.products import Product
from graphspec.lanczos.sweeps import Sweep
from graphspec.machine import available_threads, pool_of, share


@dataclass(frozen=True, eq=False)
class JacobiCoefficients:
    """Jacobi matrices of recurrences, one for every starting vector.

    Attributes
    ----------
    alpha, beta
        Diagonal and off-diagonal of the Jacobi matrix, shape (vectors, steps); the last beta is the coupling to the
        vector of a further step.
    norm2
        Squared norm of the starting vector, shape (vectors,).
    """

    alpha: NDArray[np.float64]
    beta: NDArray[np.float64]
    norm2: NDArray[np.float64]


def lanczos(
    product: Product,
    vectors: Block | RoundedBlock,
    num_steps: int,
    *,
    spare: Block | None = None,
    threads: int | None = None,
    breakdown: float = 1e-5,
    progress: Callable[[int], None] | None = None,
) -> JacobiCoefficients:
    """Run one Lanczos recurrence for every column of `vectors`, all at once, without reorthogonalisation.

    With v_1 the normalised column, b_k+1 v_k+1 = X v_k - a_k v_k - b_k v_k-1 for k = 1 to `num_steps`. Quadrature
    from the coefficients stays accurate without orthogonality (Paige 1980; Chen, Trogdon and Ubaru 2021,
    arXiv:2105.06595): copies of a converged Ritz value share its weight. A recurrence that has exhausted its Krylov
    space stops with zeros.

    Parameters
    ----------
    product
        The matrix, scaled so that its spectrum lies in [-1, 1].
    vectors
        Starting vectors, shape (product.num_rows, width), C-contiguous, or in 16 bits; overwritten.
    num_steps
        Number of products of the matrix with the block.
    spare
        Memory for a second block of that shape, which holds finite numbers, zero in the rows beyond the matrix;
        overwritten. A block in 16 bits has its own.
    threads
        Number of threads; by default as many as the process may use.
    breakdown
        A coupling b at most this large ends a recurrence: it changes moments by its square, and float32 computes a
        coupling of zero as about this much.
    progress
        Called after every step with the number of products of the matrix with one vector that it took.
    """
    if isinstance(vectors, RoundedBlock):
        return _rounded_lanczos(product, vectors, num_steps, threads, breakdown, progress)
    width = vectors.shape[1]
    current, previous = vectors, zero_block(vectors.shape, vectors.dtype.type) if spare is None else spare
    alpha, beta = np.zeros((width, num_steps)), np.zeros((width, num_steps))
    workers = _workers(product, threads)
    with pool_of(workers) as pool:

        def total(work: Callable[[Sweep], None]) -> Sums:
            sweep = Sweep.over(product.bounds, width)
            share(pool, workers, lambda: work(sweep))
            return sweep.sums.sum(axis=0)

        norm2 = total(lambda sweep: product.squared_norms(sweep, current))
        # Vectors are stored without normalisation, and scaled where they are used, which saves a pass over the block in
        # every step.
        scale, previous_scale = _inverse(np.sqrt(norm2), norm2 > 0), np.zeros(width)
        coupling = np.zeros(width)
        compiled = product.recurrence((current, previous), scale, (alpha, beta), breakdown, pool, workers)
        if compiled is not None:
            _finish(compiled, width, progress)
            return JacobiCoefficients(alpha, beta, norm2)
        for step in range(num_steps):
            # 1. Multiply and subtract the previous vector, w = X v_k - b_k v_k-1, and compute a_k = w.v_k.
            product.prepare(current)
            first, second = scale, coupling * previous_scale
            alpha[:, step] = scale * total(
                lambda sweep: product.three_terms(sweep, current, previous, first, second)  # noqa: B023
            )
            # 2. Subtract the current vector, w - a_k v_k, and compute the norm b_k+1.
            third = alpha[:, step] * scale
            norms = np.sqrt(total(lambda sweep: product.subtract(sweep, current, previous, third)))  # noqa: B023
            # 3. End recurrences whose Krylov space is exhausted: their vectors are scaled by zero from here on.
            active = norms > breakdown
            coupling = beta[:, step] = np.where(active, norms, 0.0)
            current, previous = previous, current
            previous_scale, scale = scale, _inverse(norms, active)
            if progress is not None:
                progress(width)
    return JacobiCoefficients(alpha, beta, norm2)


def _rounded_lanczos(
    product: Product,
    vectors: RoundedBlock,
    num_steps: int,
    threads: int | None,
    breakdown: float,
    progress: Callable[[int], None] | None,
) -> JacobiCoefficients:
    """Run recurrences of vectors in 16 bits, which a compiled product alone can do."""
    width = vectors.rows.shape[1]
    alpha, beta, norm2 = np.zeros((width, num_steps)), np.zeros((width, num_steps)), vectors.norm2
    scale, workers = _inverse(np.sqrt(norm2), norm2 > 0), _workers(product, threads)
    with pool_of(workers) as pool:
        steps = product.recurrence((vectors, vectors.zeros()), scale, (alpha, beta), breakdown, pool, workers)
        assert steps is not None
        _finish(steps, width, progress)
    return JacobiCoefficients(alpha, beta, norm2)


def _workers(product: Product, threads: int | None) -> int:
    return max(1, min(threads or available_threads(), len(product.bounds) - 1))


def _finish(steps: Iterator[int], width: int, progress: Callable[[int], None] | None) -> None:
    """Run a recurrence to its end, with reports of progress."""
    for count in steps:
        if progress is not None:
            progress(width * count)


def _inverse(values: Sums, alive: NDArray[np.bool_]) -> Sums:
    return np.divide(1.0, values, out=np.zeros_like(values), where=alive)
