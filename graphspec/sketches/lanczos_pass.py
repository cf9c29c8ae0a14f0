"""The one expensive pass: probes and Lanczos recurrences, with probes added until a tolerance is met."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from threading import Lock
from typing import Any

import numpy as np

from graphspec._typing import Block, Progress
from graphspec.errors import IntervalError
from graphspec.exact import dense_eigenvalues
from graphspec.lanczos import (
    BLOCK_WIDTH,
    ROWS_PER_TASK,
    JacobiCoefficients,
    OperatorProduct,
    Product,
    gauss_rule,
    lanczos,
)
from graphspec.machine import available_threads, pool_of
from graphspec.sketches.moments import spectrum_moments, t_quantile
from graphspec.sketches.planning import PassPlan, plan_pass, streamed
from graphspec.sketches.preparation import Prepared
from graphspec.sketches.probes import ProbeRange, rademacher_probes
from graphspec.sketches.sampling import Sampling
from graphspec.sketches.spectral_sketch import SpectralSketch, merge

Excess = Callable[[SpectralSketch], float]
"""Width of the interval of a quantity of a sketch, relative to the tolerance; infinity means that no number of probes
would help."""

_LARGEST_WEIGHT_OUTSIDE = 1e-4  # of Ritz values outside the interval; rounding was seen to leave 4e-5


def sample(
    prepared: Prepared,
    sampling: Sampling,
    *,
    plan: PassPlan | None = None,
    excess: Excess | None = None,
    progress: Progress | None = None,
    run: Pass | None = None,
) -> SpectralSketch:
    """Run the pass over a prepared operator.

    Parameters
    ----------
    prepared
        The prepared operator.
    sampling
        Options of the pass.
    plan
        Plan of the pass; by default that of :func:`plan_pass`.
    excess
        Excess to bring within a tolerance; by default that of the widest interval of a moment. Probes are added until
        it is at most 1.
    progress
        Callback for the numbers of matrix-vector products that are done and planned.
    run
        What runs the probes; by default this process.
    """
    if prepared.remainder.dense_rows is not None:
        return _dense_sketch(prepared, sampling)
    plan = plan_pass(prepared, sampling.num_probes, sampling.memory_limit) if plan is None else plan
    run = Pass(streamed(prepared) if plan.streamed else prepared, sampling, plan, progress) if run is None else run
    result = run.probes(sampling.first_probe, sampling.first_probe + sampling.num_probes)
    if sampling.tolerance is not None:
        result = _add_probes(result, run, excess or partial(_moment_excess, sampling=sampling))
    if prepared.empty.fingerprint is None:
        _check_interval(result)
    return result


def moment_half_width(sketch: SpectralSketch, confidence: float = 0.95) -> float:
    """Return the largest half width of the t intervals of the moments of the whole spectrum."""
    return t_quantile(sketch.num_probes - 1, confidence) * float(spectrum_moments(sketch).sem.max())


def _moment_excess(sketch: SpectralSketch, sampling: Sampling) -> float:
    assert sampling.tolerance is not None
    return moment_half_width(sketch, sampling.confidence) / sampling.tolerance


def _add_probes(sketch: SpectralSketch, run: Pass, excess: Excess) -> SpectralSketch:
    """Add probes until an excess is at most 1, or the largest number of probes is reached."""
    first, limit = run.sampling.first_probe, run.sampling.max_probes
    while sketch.num_probes < limit:
        ratio = excess(sketch)
        if ratio <= 1 or np.isinf(ratio):
            break
        # The width falls with the square root of the number of probes; a tenth more avoids a further round.
        needed = int(np.ceil(1.1 * sketch.num_probes * min(ratio, 4.0) ** 2 / BLOCK_WIDTH)) * BLOCK_WIDTH
        stop = first + min(limit, max(needed, sketch.num_probes + 1))
        sketch = merge([sketch, run.probes(first + sketch.num_probes, stop)])
    return sketch


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

    def __post_init__(self) -> None:
        """Prepare the product for the number of steps."""
        operator = self.prepared.remainder.operator
        self.product: Product = operator.product(self.prepared.empty.num_steps, operator.precision)
        # A coupling of zero is computed as about this much.
        self.breakdown = 1e-5 if operator.precision is np.float32 else 1e-13

    def probes(self, start: int, stop: int) -> SpectralSketch:
        """Run probes `start` to `stop` - 1."""
        self.planned += (stop - start) * self.prepared.empty.num_steps
        threads = self.sampling.threads or available_threads()
        small = self.product.num_rows <= ROWS_PER_TASK
        # Small graphs: every thread runs its own blocks, which are narrower where there are several threads.
        width = min(self.plan.block_width, BLOCK_WIDTH) if small and threads > 1 else self.plan.block_width
        blocks = [(first, min(first + width, stop)) for first in range(start, stop, width)]
        largest = ROWS_PER_TASK if len(blocks) > 1 else ROWS_PER_TASK // 4
        if self.product.reentrant and self.product.num_rows <= largest:
            with pool_of(min(threads, len(blocks))) as pool:
                each = map if pool is None else pool.map
                return merge(list(each(lambda block: self._block(block[0], block[1], 1), blocks)))
        return merge([self._block(*block, threads) for block in blocks])

    def _block(self, start: int, stop: int, threads: int) -> SpectralSketch:
        """Run a block of probes at once."""
        empty = self.prepared.empty
        with pool_of(threads) as pool:
            each = map if pool is None else pool.map
            # The probes are freed before the recurrence runs: they are as large as one of its two blocks.
            block = self.product.block(self._projected_probes(start, stop, each), pool)
            width = block.shape[1]
        jacobi = lanczos(
            self.product,
            block,
            empty.num_steps,
            threads=threads,
            breakdown=self.breakdown,
            progress=lambda count: self._advance(count * (stop - start) // width),
        )
        own = JacobiCoefficients(*(each[: stop - start] for each in (jacobi.alpha, jacobi.beta, jacobi.norm2)))
        return _with_probes(empty, own, ProbeRange(self.sampling.seed, start, stop))

    def _projected_probes(self, start: int, stop: int, each: Callable[..., Any]) -> Block:
        """Return probes as rows, projected off the known eigenvectors; rows of zeros fill a block of a fast width."""
        remainder = self.prepared.remainder
        rows = remainder.operator.num_rows
        probes = np.empty((self._padded(stop - start), rows), self.product.dtype)
        probes[stop - start :] = 0.0

        def draw(first: int) -> None:
            numbers = range(first, min(first + batch_size, stop))
            batch = rademacher_probes(self.sampling.seed, numbers, rows)
            remainder.known.remove_from(batch)
            probes[first - start : numbers.stop - start] = batch

        # For small graphs draw all probes at once: a call takes as long as a few thousand signs.
        batch_size = stop - start if rows <= ROWS_PER_TASK else 1
        list(each(draw, range(start, stop, batch_size)))
        return probes

    def _padded(self, width: int) -> int:
        """Return the width of the block for a number of probes: the next fast one, if it is not twice as wide."""
        if self.sampling.memory_limit is not None:
            return width
        return next((fast for fast in self.product.fast_widths if width <= fast < 2 * width), width)

    def _advance(self, count: int) -> None:
        if self.progress is None:
            return
        with self.lock:
            self.done += count
            self.progress(self.done, self.planned)


def _with_probes(
    empty: SpectralSketch, jacobi: JacobiCoefficients, part: ProbeRange, *, exact: bool = False
) -> SpectralSketch:
    return replace(empty, alpha=jacobi.alpha, beta=jacobi.beta, norm2=jacobi.norm2, probe_ranges=(part,), exact=exact)


def _dense_sketch(prepared: Prepared, sampling: Sampling) -> SpectralSketch:
    """Return a sketch all of whose probes are the uniform measure on the eigenvalues that are not atoms."""
    empty = prepared.empty
    part = ProbeRange(sampling.seed, sampling.first_probe, sampling.first_probe + sampling.num_probes)
    if empty.num_remaining == 0:
        zeros = np.zeros((1, empty.num_steps))
        jacobi = JacobiCoefficients(zeros, zeros, np.zeros(1))
    else:
        units = empty.to_unit(dense_eigenvalues(prepared.remainder, dense_rows=True))[:, None]
        product = OperatorProduct(lambda block: units * block, len(units), np.float64)
        start = np.zeros((product.num_rows, 1))
        start[: len(units)] = 1.0
        jacobi = lanczos(product, start, empty.num_steps, threads=1)
    arrays = (np.repeat(array, sampling.num_probes, axis=0) for array in (jacobi.alpha, jacobi.beta, jacobi.norm2))
    return _with_probes(empty, JacobiCoefficients(*arrays), part, exact=True)


def _check_interval(sketch: SpectralSketch) -> None:
    """Refuse an interval with Ritz values outside of it, which are averages of eigenvalues.

    Ritz values of very small weight do not count: in float32, exhausted recurrences produce them anywhere.
    """
    for alpha, beta in zip(sketch.alpha, sketch.beta, strict=True):
        nodes, weights = gauss_rule(alpha, beta[:-1])
        outside = np.abs(nodes) > 1 + 1e-4
        if float(weights[outside].sum()) > _LARGEST_WEIGHT_OUTSIDE:
            (low, high), heaviest = sketch.interval, nodes[outside][int(np.argmax(weights[outside]))]
            message = f"the interval [{low:g}, {high:g}] does not enclose the spectrum of {sketch.operator}"
            raise IntervalError(message, float(sketch.interval.from_unit(heaviest)))
