"""Runs of probes over an operator, in blocks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import Any, ClassVar

import numpy as np

from graphspec._typing import Block, Progress
from graphspec.lanczos import ROWS_PER_TASK, JacobiCoefficients, Product, lanczos, zero_block
from graphspec.machine import available_threads, pool_of
from graphspec.sketches.planning import PassPlan
from graphspec.sketches.preparation import Prepared
from graphspec.sketches.probes import ProbeRange, rademacher_probes
from graphspec.sketches.sampling import Sampling
from graphspec.sketches.spectral_sketch import SpectralSketch, merge

BREAKDOWN: dict[type[np.floating[Any]], float] = {np.float32: 1e-5, np.float64: 1e-13}
"""Couplings that end a recurrence: a coupling of zero is computed as about this much."""


@dataclass(eq=False)
class Pass:
    """The pass over an operator, which runs probes in blocks and reports progress."""

    prepared: Prepared
    sampling: Sampling
    plan: PassPlan
    progress: Progress | None
    done: int = 0
    planned: int = 0
    lock: Lock = field(default_factory=Lock)
    _memories: list[Block] = field(default_factory=list)
    concurrent: ClassVar[bool] = True
    """Whether blocks of small graphs may run at once."""

    def __post_init__(self) -> None:
        """Prepare the product for the number of steps."""
        operator = self.prepared.remainder.operator
        reordered = self.plan.ordered and not self.plan.streamed and operator.numbers is None
        steps = self.prepared.empty.num_steps if reordered else 0
        self.product: Product = self.product_of(steps)
        self.breakdown = BREAKDOWN[operator.precision]

    def product_of(self, num_steps: int) -> Product:
        """Return the product for a number of steps."""
        operator = self.prepared.remainder.operator
        return operator.product(num_steps, operator.precision)

    def blocks(self, start: int, stop: int) -> list[tuple[int, int]]:
        """Divide probes `start` to `stop` - 1 among blocks."""
        width = self.plan.block_width
        return [(first, min(first + width, stop)) for first in range(start, stop, width)]

    def probes(self, start: int, stop: int) -> SpectralSketch:
        """Run probes `start` to `stop` - 1."""
        self.planned += (stop - start) * self.prepared.empty.num_steps
        threads = self.sampling.threads or available_threads()
        blocks = self.blocks(start, stop)
        # Small graphs: every thread runs its own blocks.
        largest = ROWS_PER_TASK if len(blocks) > 1 else ROWS_PER_TASK // 4
        if self.concurrent and self.product.reentrant and self.product.num_rows <= largest:
            with pool_of(min(threads, len(blocks))) as pool:
                each = map if pool is None else pool.map
                return merge(list(each(lambda block: self.block(block[0], block[1], 1), blocks)))
        return merge([self.block(*block, threads) for block in blocks])

    def block(self, start: int, stop: int, threads: int) -> SpectralSketch:
        """Run a block of probes at once."""
        empty, width, rows = self.prepared.empty, self._padded(stop - start), self.product.layout.size
        size = self.product.num_rows * width
        memory = self._memory_of(size)
        block, spare = (each[:size].reshape(-1, width) for each in memory)
        block[rows:], spare[rows:] = 0.0, 0.0
        with pool_of(threads) as pool:
            each = map if pool is None else pool.map
            probes = spare[:rows].reshape(width, rows)
            self.draw(probes, start, stop, each)
            self.product.block(probes, pool, out=block)
        jacobi = lanczos(
            self.product,
            block,
            empty.num_steps,
            spare=spare,
            threads=threads,
            breakdown=self.breakdown,
            progress=lambda count: self.advance(count * (stop - start) // width),
        )
        self._memories.append(memory)
        own = JacobiCoefficients(*(each[: stop - start] for each in (jacobi.alpha, jacobi.beta, jacobi.norm2)))
        return with_probes(empty, own, ProbeRange(self.sampling.seed, start, stop))

    def _memory_of(self, size: int) -> Block:
        """Return memory for two blocks of at most `size` items each, that of a former block if there is any.

        The system takes as long to give a block as ten products with it, if the memory of the former was freed.
        """
        with self.lock:
            memory = self._memories.pop() if self._memories else None
        return memory if memory is not None and memory.shape[1] >= size else zero_block((2, size), self.product.dtype)

    def draw(self, probes: Block, start: int, stop: int, each: Callable[..., Any]) -> None:
        """Store probes as rows, projected off the known eigenvectors, and zeros in the rows after them."""
        remainder = self.prepared.remainder
        rows, order = remainder.operator.num_rows, remainder.operator.numbers
        probes[stop - start :] = 0.0

        def draw(first: int) -> None:
            numbers = range(first, min(first + batch_size, stop))
            batch = rademacher_probes(self.sampling.seed, numbers, rows, order)
            remainder.known.remove_from(batch)
            probes[first - start : numbers.stop - start] = batch

        # For small graphs draw all probes at once: a call takes as long as a few thousand signs.
        batch_size = stop - start if rows <= ROWS_PER_TASK else 1
        list(each(draw, range(start, stop, batch_size)))

    def _padded(self, width: int) -> int:
        """Return the width of the block for a number of probes: the next fast one, if it is not twice as wide."""
        if self.sampling.memory_limit is not None:
            return width
        return next((fast for fast in self.product.fast_widths if width <= fast < 2 * width), width)

    def advance(self, count: int) -> None:
        """Report products that are done."""
        if self.progress is None:
            return
        with self.lock:
            self.done += count
            self.progress(self.done, self.planned)


def with_probes(
    empty: SpectralSketch, jacobi: JacobiCoefficients, part: ProbeRange, *, exact: bool = False
) -> SpectralSketch:
    """Return a sketch without probes with those of one range."""
    return replace(empty, alpha=jacobi.alpha, beta=jacobi.beta, norm2=jacobi.norm2, probe_ranges=(part,), exact=exact)
