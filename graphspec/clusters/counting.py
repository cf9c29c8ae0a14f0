"""Number of eigenvalues in an interval, with probes added until a relative tolerance is met."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from graphspec.densities import SKETCH_METHODS, Estimate, SpectralDensity, density
from graphspec.notebook import Shown
from graphspec.sketches import SpectralSketch


@dataclass(frozen=True, repr=False)
class EigenvalueCount(Shown):
    """Expected number of eigenvalues in a closed interval.

    Attributes
    ----------
    low, high
        Ends of the interval.
    count
        Number of eigenvalues, multiplicities included.
    count_low, count_high
        Confidence interval of the count, of sampling and of the finite order.
    """

    low: float
    high: float
    count: float
    count_low: float
    count_high: float


def eigenvalue_count(density: SpectralDensity, low: float | None = None, high: float | None = None) -> EigenvalueCount:
    """Count the eigenvalues of a density from `low` to `high`; None stands for the end of the spectrum."""
    ends = _ends(density, low, high)
    count = density.count_between(*ends)
    value = float(count.value)
    if density.method not in SKETCH_METHODS:
        value = float(round(value))  # a share times the number of eigenvalues
        return EigenvalueCount(*ends, value, value, value)
    return EigenvalueCount(*ends, value, float(count.low), float(count.high))


def count_excess(
    sketch: SpectralSketch,
    *,
    low: float | None,
    high: float | None,
    method: str,
    confidence: float,
    tolerance: float,
    num_moments: int | None = None,
) -> float:
    """Return the ratio of the interval of a count to a relative tolerance.

    Infinity where the finite order alone makes the interval too wide: then more moments are needed, not more probes.
    """
    estimate = density(sketch, method, num_moments=num_moments, confidence=confidence)
    count = estimate.count_between(*_ends(estimate, low, high))
    return relative_excess(estimate, count, tolerance)


def relative_excess(
    density: SpectralDensity, count: Estimate, tolerance: float, *, sampling_share: float = 0.1
) -> float:
    """Return the ratio of the half width of the interval of a count to `tolerance` times the count.

    Parameters
    ----------
    density
        Density of the count.
    count
        The count.
    tolerance
        Relative tolerance.
    sampling_share
        Share of the half width from which more probes make it narrower. The remainder is the estimated error of the
        finite order, which is noisy and shrinks with more probes too.
    """
    allowed = tolerance * max(1.0, float(count.value))
    sampling = density.t_quantile * float(count.sem)
    width = max(float(count.high - count.value), float(count.value - count.low))
    if width <= allowed:
        return width / allowed
    return width / allowed if sampling > sampling_share * width else np.inf


def _ends(density: SpectralDensity, low: float | None, high: float | None) -> tuple[float, float]:
    start, stop = density.interval
    start = min(start, stop if high is None else high) if low is None else low
    stop = max(stop, start) if high is None else high
    return float(start), float(stop)
