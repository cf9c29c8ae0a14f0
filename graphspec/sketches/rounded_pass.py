"""Runs of probes on vectors of 16 bits, which are checked against float32.

Half the bytes of a vector are twice as many of its rows in the cache, and a row of 32 vectors in one cache line.
Rounding errors of moments average out over rows: they were about 1 % of the standard error of 16 probes, or less, for
graphs of 10^5 sampled vertices (``python -m benchmarks precision``). They do not average out where eigenvalues at the
ends of the spectrum are left in, as those of small components, because rows alike are then rounded alike.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from graphspec._typing import Progress
from graphspec.errors import ParameterError
from graphspec.graphs import has_close_links
from graphspec.lanczos import CompiledProduct, JacobiCoefficients, gauss_rule, lanczos
from graphspec.machine import pool_of, use_native
from graphspec.operators import ScaledOperator
from graphspec.sketches.moments import jacobi_chebyshev_moments
from graphspec.sketches.planning import PassPlan
from graphspec.sketches.precision import sixteen_bits_pay
from graphspec.sketches.preparation import Prepared
from graphspec.sketches.probe_pass import Pass, with_probes
from graphspec.sketches.probes import ProbeRange
from graphspec.sketches.sampling import Sampling
from graphspec.sketches.spectral_sketch import SpectralSketch

_DRAWN = 4  # parts in which the probes of a block are drawn, so that they take a quarter of its memory beside it

_BREAKDOWN = 3e-4
"""Coupling that ends a recurrence: a coupling of zero is computed as up to 1.5e-4."""

_LARGEST_WEIGHT_OUTSIDE = 1e-4  # of Ritz values outside the interval; rounding was seen to leave 4e-5

_LARGEST_DEVIATION = 0.03
"""Of the moments of one probe from those in float32, in units of their standard deviation over probes. If all probes
err alike, the mean over 16 is off by four times as many of its standard errors; at random, by as many as one probe."""


def pass_of(prepared: Prepared, sampling: Sampling, plan: PassPlan, progress: Progress | None) -> Pass:
    """Return the pass by the precision that is wanted, or by what is faster.

    Raises
    ------
    ParameterError
        If 16 bits are wanted and not possible.
    """
    operator = prepared.remainder.operator
    possible = isinstance(operator, ScaledOperator) and operator.precision is np.float32 and use_native()
    if sampling.precision == "half" and not possible:
        raise ParameterError("`precision` half needs a graph and the extension module", "precision")
    if sampling.precision == "half":
        return RoundedPass(prepared, sampling, plan, progress)
    # Where linked rows are close, or the pass in float32 finds an order in which they are, that is as fast.
    if not (
        isinstance(operator, ScaledOperator) and possible and sixteen_bits_pay(operator, sampling)
    ) or has_close_links(operator.form().graph):
        return Pass(prepared, sampling, plan, progress)
    if operator.numbers is None:
        single = Pass(prepared, sampling, plan, progress)
        if single.product.layout.order is not None:
            return single
    return RoundedPass(prepared, sampling, plan, progress)


@dataclass(eq=False)
class RoundedPass(Pass):
    """A pass whose blocks are of 16 bits, until a check shows that they do not serve.

    The first block is checked: one of its probes runs in float32 as well. In every block, Ritz values must be in the
    interval of the operator.
    """

    product: CompiledProduct = field(init=False)
    rounded: bool = True
    checked: bool = False
    concurrent: ClassVar[bool] = False

    def product_of(self, num_steps: int) -> CompiledProduct:
        """Return the product, with rows in an order that is good for blocks of 16 bits."""
        operator = self.prepared.remainder.operator
        assert isinstance(operator, ScaledOperator)
        product = operator.form().product(operator.interval, num_steps, np.float32, rounded=True)
        assert isinstance(product, CompiledProduct), "float32 products of graphs are compiled where that is possible"
        return product

    def blocks(self, start: int, stop: int) -> list[tuple[int, int]]:
        """Divide probes among blocks, the widest first; few are left to a narrow block in float32."""
        if not self.rounded:
            return super().blocks(start, stop)
        limit = self.plan.block_width if self.sampling.memory_limit is not None else max(self.product.rounded_widths)
        widths = sorted((each for each in self.product.rounded_widths if each <= limit), reverse=True)
        result = []
        while start < stop:
            width = next((each for each in widths if stop - start >= each), min(limit, stop - start))
            result.append((start, start + width))
            start += width
        return result

    def block(self, start: int, stop: int, threads: int) -> SpectralSketch:
        """Run a block of probes at once."""
        few = min(self.product.rounded_widths) // 2  # as many take no more time in float32
        if self.rounded and stop - start > few:
            jacobi = self._rounded_recurrence(start, stop, threads)
            if jacobi is not None:
                sketch = with_probes(self.prepared.empty, jacobi, ProbeRange(self.sampling.seed, start, stop))
                return _marked(sketch, "half")
            self.rounded = False
        sketch = super().block(start, stop, threads)
        return sketch if self.rounded else _marked(sketch, "single")

    def _rounded_recurrence(self, start: int, stop: int, threads: int) -> JacobiCoefficients | None:
        """Run a block in 16 bits; return None if it does not agree with float32."""
        product, steps, count = self.product, self.prepared.empty.num_steps, stop - start
        with pool_of(threads) as pool:
            each = map if pool is None else pool.map
            width = next(width for width in product.rounded_widths if count <= width)
            memory = self._memory_of(product.num_rows * width // 2)  # for two blocks: this one is rounded in its own
            block = memory.reshape(-1)[: product.num_rows * width].reshape(-1, width)
            block[product.layout.size :], block[:, count:] = 0.0, 0.0
            drawn = np.empty((width // _DRAWN, product.layout.size), np.float32)
            for probe in range(start, stop, len(drawn)):
                self.draw(drawn, probe, min(probe + len(drawn), stop), each)
                product.block(drawn, pool, out=block[:, probe - start : probe - start + len(drawn)])
            del drawn  # as large as a quarter of the block
        first = None if self.checked else np.ascontiguousarray(block[:, :1])
        jacobi = lanczos(
            product,
            product.rounded(block),
            steps,
            threads=threads,
            breakdown=_BREAKDOWN,
            progress=lambda done: self.advance(done * count // width),
        )
        self._memories.append(memory)
        own = JacobiCoefficients(*(array[:count] for array in (jacobi.alpha, jacobi.beta, jacobi.norm2)))
        if not _within_interval(own):
            return None
        if first is not None:
            single = lanczos(product, first, steps, threads=threads, breakdown=self.breakdown)
            if not _agree(own, single):
                return None
            self.checked = True
        return own


def _marked(sketch: SpectralSketch, precision: str) -> SpectralSketch:
    """Return a sketch that says in which precision its probes ran."""
    return replace(sketch, options={**sketch.options, "precision": precision})


def outside_interval(
    alpha: NDArray[np.float64], beta: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the Ritz values of a probe outside [-1, 1] and their weights, if these are more than rounding leaves.

    Ritz values of very small weight do not count: in float32, exhausted recurrences produce them anywhere.
    """
    nodes, weights = gauss_rule(alpha, beta[:-1])
    outside = np.abs(nodes) > 1 + 1e-4
    if float(weights[outside].sum()) <= _LARGEST_WEIGHT_OUTSIDE:
        outside[:] = False
    return nodes[outside], weights[outside]


def _within_interval(jacobi: JacobiCoefficients) -> bool:
    """Return whether the Ritz values that have weight are in [-1, 1]."""
    return not any(len(outside_interval(*probe)[0]) for probe in zip(jacobi.alpha, jacobi.beta, strict=True))


def _agree(jacobi: JacobiCoefficients, single: JacobiCoefficients) -> bool:
    """Return whether the moments of the first probe agree with those in float32, in units of their deviations."""
    order = 2 * jacobi.alpha.shape[1] - 1
    moments = jacobi_chebyshev_moments(jacobi.alpha, jacobi.beta, order)
    exact = jacobi_chebyshev_moments(single.alpha, single.beta, order)[0]
    deviation = moments[:, 1:].std(axis=0, ddof=1)
    return bool((np.abs(moments[0, 1:] - exact[1:]) <= _LARGEST_DEVIATION * deviation).all())
