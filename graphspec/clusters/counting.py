"""How many eigenvalues lie in an interval, with probes added until that is known as closely as wanted."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from graphspec.densities.base import Estimate, SpectralDensity
from graphspec.densities.methods import METHODS, density
from graphspec.errors import ParameterError
from graphspec.sketches.lanczos_pass import sample
from graphspec.sketches.preparation import prepare
from graphspec.sketches.sampling import Sampling
from graphspec.sketches.spectral_sketch import SpectralSketch

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


def count_eigenvalues(
    source: SpectralSketch | Any,
    low: float | None = None,
    high: float | None = None,
    method: str = "maxent",
    *,
    confidence: float = 0.95,
    tolerance: float | None = None,
    **sketch_options: Any,
) -> EigenvalueCount:
    """Count the eigenvalues from `low` to `high`, both included.

    Parameters
    ----------
    source
        A sketch, or whatever :func:`graphspec.sketch` takes, which is sketched first with `sketch_options`.
    low, high
        The ends; None stands for the end of the spectrum.
    method
        ``maxent``, ``lanczos``, ``kpm`` or ``exact``; see :func:`graphspec.density`.
    confidence
        Confidence level of the interval.
    tolerance
        Add probes until the interval reaches at most this share of the count to either side, up to `max_probes`.
    **sketch_options
        Options of :func:`graphspec.sketch`.

    Raises
    ------
    ParameterError
        If an end is not a number, `low` is above `high`, or an option is out of range.
    SketchError
        If a sketch cannot serve what is asked.
    """
    check_interval(low, high)
    if tolerance is not None:
        check_tolerance(source, tolerance, method)
        excess = partial(count_excess, low=low, high=high, method=method, confidence=confidence, tolerance=tolerance)
        weighted = bool(sketch_options.pop("weighted", False))
        sampling = Sampling.of(confidence=confidence, tolerance=tolerance, **sketch_options)
        source = sample(prepare(source, sampling, weighted=weighted), sampling, excess=excess)
        sketch_options = {}
    return eigenvalue_count(density(source, method, confidence=confidence, **sketch_options), low, high)


def eigenvalue_count(found: SpectralDensity, low: float | None = None, high: float | None = None) -> EigenvalueCount:
    """Count the eigenvalues of a density from `low` to `high`; None stands for the end of the spectrum."""
    ends = _ends(found, low, high)
    count = found.count_between(*ends)
    value = float(count.value)
    if found.method == "exact":
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


def check_interval(low: float | None, high: float | None) -> None:
    """Check the ends of an interval.

    Raises
    ------
    ParameterError
        If an end is not a number or `low` is above `high`.
    """
    for end in (low, high):
        if end is not None and not np.isfinite(end):
            raise ParameterError(f"the end of an interval must be a number, not {end}")
    if low is not None and high is not None and low > high:
        raise ParameterError(f"an interval must not end before it starts: {low} is above {high}")


def check_tolerance(source: SpectralSketch | Any, tolerance: float, method: str) -> None:
    """Check that probes can be added until a relative tolerance is met.

    Raises
    ------
    ParameterError
        If the tolerance is not positive, the source is a sketch already, or the method takes no probes.
    """
    if not tolerance > 0:
        raise ParameterError(f"the tolerance must be positive, not {tolerance}")
    if isinstance(source, SpectralSketch):
        raise ParameterError("a sketch cannot be given more probes for a tolerance: give the graph")
    if method == "exact" or method not in METHODS:
        raise ParameterError(f"a tolerance needs a method that takes probes, not {method}")


def _ends(found: SpectralDensity, low: float | None, high: float | None) -> tuple[float, float]:
    start, stop = found.interval
    start = min(start, stop if high is None else high) if low is None else low
    stop = max(stop, start) if high is None else high
    return float(start), float(stop)
