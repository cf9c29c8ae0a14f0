"""Samples of diagonal entries: random signs times polynomials of an operator times the signs, in blocks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphspec._typing import Block, Matrix
from graphspec.lanczos import BlockLayout, Product, Sweep, zero_block
from graphspec.machine import available_threads, native, pool_of, share, use_native
from graphspec.sketches import rademacher_probes

_CACHED_ROWS = 2048
"""Rows of a block that stay in the cache while they are added to several sums."""


@dataclass(frozen=True, eq=False)
class Samples:
    """A block of probes and what polynomials of the operator make of them.

    Attributes
    ----------
    signs
        The random signs v, shape (n, probes).
    parts
        Blocks of T_k(X) P v for k = 0, 1, ..., and then of the polynomials of the functions times P v, of shape
        (parts, rows, width); columns beyond the probes are zero.
    layout
        Layout of the blocks.
    """

    signs: NDArray[np.int8]
    parts: NDArray[np.floating[Any]]
    layout: BlockLayout

    def vectors(self) -> list[Block]:
        """Return the parts in the order of the rows, each of shape (n, probes)."""
        return [self.layout.vectors(part)[:, : self.signs.shape[1]] for part in self.parts]


@dataclass(frozen=True, eq=False)
class Sampler:
    """Runs probes through Chebyshev polynomials of an operator.

    Attributes
    ----------
    product
        Products with X, the operator scaled to [-1, 1].
    coefficients
        Coefficients of the polynomials, shape (degree + 1, functions).
    num_rows
        Number of rows n of the operator.
    num_controls
        Number of control variates.
    take_out
        Applies P to probes in place, given as rows: takes eigenvectors out of them.
    seed
        Seed of the probes.
    threads
        Number of threads; None for as many as the process may use.
    order
        Number of every row in the order of the input, which probes follow; None where rows are in it.
    """

    product: Product
    coefficients: Matrix
    num_rows: int
    num_controls: int
    take_out: Callable[[Matrix], None]
    seed: int
    threads: int | None = None
    order: NDArray[np.int32] | None = None

    def samples(self, start: int, stop: int, width: int) -> Iterator[Samples]:
        """Yield the samples of probes `start` to `stop` - 1, in blocks of a width."""
        blocks = [(first, min(first + width, stop)) for first in range(start, stop, width)]
        threads = self.threads or available_threads()
        within = min(threads, len(self.product.bounds) - 1)
        # Where rows are too few to be shared, threads take blocks.
        beside = min(threads, len(blocks)) if within == 1 and self.product.reentrant else 1
        with pool_of(beside) as pool:
            yield from (map if pool is None else pool.map)(
                lambda block: self._block(block[0], block[1], within), blocks
            )

    def _block(self, start: int, stop: int, threads: int) -> Samples:
        signs = rademacher_probes(self.seed, range(start, stop), self.num_rows, self.order)
        with pool_of(threads) as pool:
            first = self._first(signs, pool)
            count = self.num_controls + self.coefficients.shape[1]
            parts = zero_block((count, *first.shape), self.product.dtype)
            sums = parts[self.num_controls :]
            pending: list[tuple[Matrix, Block]] = []
            for degree, block in self._polynomials(first, pool, threads):
                if degree < len(self.coefficients):
                    pending.append((self.coefficients[degree], block))
                # Two at once, as the sums are read and written anew each time; a third would overwrite the first.
                if len(pending) == 2 or (pending and degree + 1 == len(self.coefficients)):
                    self._add(sums, pending, pool, threads)
                    pending = []
                if degree < self.num_controls:
                    parts[degree] = block  # it is overwritten by the next but one
        return Samples(np.ascontiguousarray(signs.T, np.int8), parts, self.product.layout)

    def _first(self, signs: Matrix, pool: ThreadPoolExecutor | None) -> Block:
        """Return a block of probes without what is taken out; columns of zeros fill a block of a fast width."""
        width = next((fast for fast in self.product.fast_widths if len(signs) <= fast), len(signs))
        probes = np.zeros((width, signs.shape[1]))
        probes[: len(signs)] = signs
        self.take_out(probes[: len(signs)])
        return self.product.block(probes.astype(self.product.dtype), pool)

    def _polynomials(self, block: Block, pool: ThreadPoolExecutor | None, threads: int) -> Iterator[tuple[int, Block]]:
        """Yield T_0(X) V, T_1(X) V, ... for a block V, each of which is overwritten after the next one."""
        current, previous = block, zero_block(block.shape, block.dtype.type)
        ones = np.ones(block.shape[1])
        yield 0, current
        for degree in range(1, max(len(self.coefficients), self.num_controls)):
            self.product.prepare(current)
            sweep = Sweep.over(self.product.bounds, len(ones))
            factors = (ones, 0 * ones) if degree == 1 else (2 * ones, ones)
            share(pool, threads, lambda: self.product.three_terms(sweep, current, previous, *factors))  # noqa: B023
            current, previous = previous, current
            yield degree, current

    def _add(
        self,
        sums: NDArray[np.floating[Any]],
        terms: list[tuple[Matrix, Block]],
        pool: ThreadPoolExecutor | None,
        threads: int,
    ) -> None:
        """Add multiples of blocks, with a factor for each sum, to sums, in ranges of rows that threads take."""
        sweep = Sweep.over(self.product.bounds, 1)
        factors = np.array([coefficients for coefficients, _ in terms], self.product.dtype).T
        if use_native() and self.product.dtype is np.float32:
            share(pool, threads, lambda: _add_terms(sweep, sums, [block for _, block in terms], factors))
            return
        products = [
            (total, block, factor)
            for total, row in zip(sums, factors, strict=True)
            for (_, block), factor in zip(terms, row, strict=True)
            if factor
        ]

        def work() -> None:
            scratch = np.empty((_CACHED_ROWS, sums[0].shape[1]), self.product.dtype)
            for _, rows in sweep:
                for start in range(rows.start, rows.stop, _CACHED_ROWS):
                    part = slice(start, min(start + _CACHED_ROWS, rows.stop))
                    for total, block, factor in products:
                        total[part] += np.multiply(block[part], factor, out=scratch[: part.stop - part.start])

        share(pool, threads, work)


def _add_terms(sweep: Sweep, sums: NDArray[Any], blocks: list[Block], factors: Matrix) -> None:
    """Add multiples of one or two blocks to all sums, in ranges of rows."""
    width, size = sums.shape[2], sums[0].size
    second, both = (blocks[1] if len(blocks) == 2 else None), np.zeros((len(sums), 2), np.float32)
    both[:, : len(blocks)] = factors
    for _, rows in sweep:
        native.add_terms(rows.start * width, rows.stop * width, size, blocks[0], second, both, sums)
