"""How many eigenvalues lie in an interval, with probes added until that is known as closely as wanted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from graphspec.densities import SKETCH_METHODS, Estimate, SpectralDensity, density
from graphspec.sketches import SpectralSketch

_SAMPLING_SHARE = 0.1  # of the width of an interval, from which more probes make it narrower


@dataclass(frozen=True)
class EigenvalueCount:
    """The expected number of eigenvalues in a closed interval.

    Attributes
    ----------
    low, high
        The interval.
    count
        The number of eigenvalues, multiplicities included.
    count_low, count_high
        Its confidence interval, of sampling and of the finite order.
    """

    low: float
    high: float
    count: float
    count_low: float
    count_high: float


def eigenvalue_count(found: SpectralDensity, low: float | None = None, high: float | None = None) -> EigenvalueCount:
    """Count the eigenvalues of a density from `low` to `high`; None stands for the end of the spectrum."""
    ends = _ends(found, low, high)
    count = found.count_between(*ends)
    value = float(count.value)
    if found.method not in SKETCH_METHODS:
        value = float(round(value))  # a share times the number of eigenvalues
        return EigenvalueCount(*ends, value, value, value)
    return EigenvalueCount(*ends, value, float(count.low), float(count.high))


def count_excess(
    found: SpectralSketch,
    *,
    low: float | None,
    high: float | None,
    method: str,
    confidence: float,
    tolerance: float,
    num_moments: int | None = None,
) -> float:
    """Return how many times wider than a relative tolerance allows the interval of a count is.

    Infinity where the finite order alone makes it too wide: then more moments are needed, not more probes.
    """
    spectrum = density(found, method, num_moments=num_moments, confidence=confidence)
    count = spectrum.count_between(*_ends(spectrum, low, high))
    return relative_excess(spectrum, count, tolerance)


def relative_excess(spectrum: SpectralDensity, count: Estimate, tolerance: float) -> float:
    """Return how many times wider than a share `tolerance` of itself the interval of a count is."""
    wanted = tolerance * max(1.0, float(count.value))
    sampling = spectrum.t_quantile * float(count.sem)
    width = max(float(count.high - count.value), float(count.value - count.low))
    if width <= wanted:
        return width / wanted
    # What sampling does not explain stays, however many probes there are; its estimate is noisy, though, and shrinks.
    return width / wanted if sampling > _SAMPLING_SHARE * width else np.inf


def _ends(found: SpectralDensity, low: float | None, high: float | None) -> tuple[float, float]:
    start, stop = found.interval
    start = min(start, stop if high is None else high) if low is None else low
    stop = max(stop, start) if high is None else high
    return float(start), float(stop)
