"""The one expensive pass: probes and Lanczos recurrences, with probes added until a tolerance is met."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from graphspec._typing import Progress
from graphspec.errors import IntervalError
from graphspec.exact import dense_eigenvalues
from graphspec.lanczos import BLOCK_WIDTH, JacobiCoefficients, OperatorProduct, lanczos
from graphspec.operators import ArrayOperator
from graphspec.sketches.array_pass import ArrayPass
from graphspec.sketches.moments import spectrum_moments, t_quantile
from graphspec.sketches.planning import PassPlan, plan_pass, streamed
from graphspec.sketches.preparation import Prepared
from graphspec.sketches.probe_pass import Pass, with_probes
from graphspec.sketches.probes import ProbeRange
from graphspec.sketches.rescaling import enclosed
from graphspec.sketches.rounded_pass import outside_interval, pass_of
from graphspec.sketches.sampling import Sampling
from graphspec.sketches.spectral_sketch import SpectralSketch, merge

Excess = Callable[[SpectralSketch], float]
"""Width of the interval of a quantity of a sketch, relative to the tolerance; infinity means that no number of probes
would help."""


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
    if run is None:
        make = ArrayPass if isinstance(prepared.remainder.operator, ArrayOperator) else pass_of
        run = make(streamed(prepared) if plan.streamed else prepared, sampling, plan, progress)
    measure = excess or partial(_moment_excess, sampling=sampling)
    result = _on_interval(prepared, run_probes(run, lambda sketch: measure(_on_interval(prepared, sketch))))
    if prepared.empty.fingerprint is None:
        _check_interval(result)
    return result


def run_probes(run: Pass, excess: Excess | None = None) -> SpectralSketch:
    """Run the probes of the options of a pass, and those that its tolerance adds.

    Parameters
    ----------
    run
        What runs probes.
    excess
        As of :func:`sample`.
    """
    sampling = run.sampling
    sketch = run.probes(sampling.first_probe, sampling.first_probe + sampling.num_probes)
    if sampling.tolerance is None:
        return sketch
    return _add_probes(sketch, run, excess or partial(_moment_excess, sampling=sampling))


def _on_interval(prepared: Prepared, sketch: SpectralSketch) -> SpectralSketch:
    """Return a sketch on the interval of its operator, or on that which the pass has found."""
    operator = prepared.remainder.whole
    found = isinstance(operator, ArrayOperator) and operator.bounds is None
    return enclosed(sketch) if found else sketch


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
    return with_probes(empty, JacobiCoefficients(*arrays), part, exact=True)


def _check_interval(sketch: SpectralSketch) -> None:
    """Refuse an interval with Ritz values outside of it, which are averages of eigenvalues.

    Ritz values of very small weight do not count: in float32, exhausted recurrences produce them anywhere.
    """
    for alpha, beta in zip(sketch.alpha, sketch.beta, strict=True):
        nodes, weights = outside_interval(alpha, beta)
        if len(nodes):
            (low, high), heaviest = sketch.interval, nodes[int(np.argmax(weights))]
            message = f"the interval [{low:g}, {high:g}] does not enclose the spectrum of {sketch.operator}"
            raise IntervalError(message, float(sketch.interval.from_unit(heaviest)))
