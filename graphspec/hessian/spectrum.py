"""The spectrum of a curvature matrix from one pass: its density, what stands alone, and what follows from both."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from graphspec.densities import Estimate, SpectralDensity, density
from graphspec.hessian.edges import DEFAULTS, EdgeSettings, SpectrumEdges, spectrum_edges
from graphspec.lanczos import gauss_rule
from graphspec.sketches import (
    Moments,
    SpectralSketch,
    enclosed,
    spectrum_moments,
    standard_error,
    without_eigenvalues,
)

_ZERO = 1e-5
"""Share of the largest eigenvalue by modulus that is taken for zero: products in float32 have errors of this size."""


@dataclass(frozen=True, eq=False)
class CurvatureSpectrum:
    """The spectrum of a curvature matrix.

    Attributes
    ----------
    density
        The density. Eigenvalues that stand alone are atoms; the interval is that of the bulk.
    edges
        Ends of the spectrum, and the eigenvalues that stand alone.
    trace
        The trace.
    negative_mass
        Share of the eigenvalues that are negative by more than rounding. Most eigenvalues of a network are so near
        zero that no order tells their signs: the interval is then wide, and the value is near its middle.
    above_bulk
        Number of eigenvalues above the bulk.
    moments
        Chebyshev moments of the whole spectrum, on the interval that encloses it.
    """

    density: SpectralDensity
    edges: SpectrumEdges
    trace: Estimate
    negative_mass: Estimate
    above_bulk: Estimate
    moments: Moments


def curvature_spectrum(
    sketch: SpectralSketch,
    method: str = "lanczos",
    *,
    confidence: float = 0.95,
    settings: EdgeSettings = DEFAULTS,
    semidefinite: bool = False,
) -> CurvatureSpectrum:
    """Return the spectrum of a matrix of which some eigenvalues stand far from all others.

    Those are taken out of the sketch. What is left has an interval of its own, which may be a hundredth of the whole:
    moments of the same order resolve it as much better.

    Parameters
    ----------
    sketch
        Sketch of the matrix.
    method
        Estimate of the density; see :func:`graphspec.density`.
    confidence
        Confidence level of intervals.
    settings
        Settings of the search for eigenvalues that stand alone.
    semidefinite
        Whether it is known that no eigenvalue is negative; see
        :attr:`graphspec.hessian.curvature.Curvature.semidefinite`.
    """
    edges = spectrum_edges(sketch, settings)
    alone = [each.eigenvalue for each in (*edges.above, *edges.below)]
    bulk = bulk_sketch(sketch, alone, settings)
    estimate = density(bulk, method, confidence=confidence)
    size = sketch.dimension
    zero = _ZERO * max(abs(edges.smallest), abs(edges.largest))
    negative = _scaled(estimate.count(-zero), 1 / size)
    if method == "lanczos":
        negative = _between_steps(negative, bulk, estimate, -zero)
    trace = _scaled(estimate.integrate(lambda eigenvalues: eigenvalues), size)
    if semidefinite:
        negative = Estimate(*np.zeros(4))
        least = sum(each.eigenvalue - each.residual for each in edges.above)
        trace = replace(trace, low=np.minimum(np.maximum(trace.low, least), trace.value))
    # The end of the bulk is an eigenvalue of it, but for rounding.
    below = estimate.count(edges.bulk_high + zero)
    above = _rounded(Estimate(size - below.value, below.sem, size - below.high, size - below.low))
    return CurvatureSpectrum(estimate, edges, trace, negative, above, spectrum_moments(sketch))


def bulk_sketch(sketch: SpectralSketch, alone: list[float], settings: EdgeSettings) -> SpectralSketch:
    """Return a sketch without eigenvalues that stand alone, on the interval of the others."""
    if not alone:
        return sketch
    others = without_eigenvalues(sketch, alone, 2 * settings.tie)
    return replace(enclosed(replace(others, atoms=())), atoms=others.atoms)


def _between_steps(share: Estimate, bulk: SpectralSketch, density: SpectralDensity, point: float) -> Estimate:
    """Return a share of eigenvalues up to a point with a value between the steps of the rules of the probes.

    A node near the point has a weight of up to a half, which is on one side or the other by chance. Linear functions
    between the middles of the steps remain within the bounds of Chebyshev, Markov and Stieltjes. On 12 trained networks
    and 16 to 160 moments their root mean square error was 0.15 and that of the steps 0.24 to 0.37.
    """
    unit = float(bulk.interval.to_unit(point))
    importance, values = bulk.norm2 / bulk.norm2.mean(), []
    for alpha, beta in zip(bulk.alpha, bulk.beta, strict=True):
        nodes, weights = gauss_rule(alpha, beta[:-1])
        middles = np.cumsum(weights) - weights / 2
        values.append(float(np.interp(unit, nodes, middles, left=0.0, right=1.0)))
    mean = float(np.mean(importance * values))
    sem = float(standard_error(importance * (np.array(values) - mean)))
    known = sum(atom.multiplicity for atom in density.atoms if atom.eigenvalue <= point) / density.dimension
    value = np.clip(known + density.continuous_share * mean, share.low, share.high)
    return replace(share, value=value, sem=np.asarray(density.continuous_share * sem))


def _rounded(count: Estimate) -> Estimate:
    """Return a count without the rounding errors of a sum of n weights."""
    return Estimate(*(np.round(part, 6) for part in (count.value, count.sem, count.low, count.high)))


def _scaled(estimate: Estimate, factor: float) -> Estimate:
    parts = (estimate.value, estimate.sem, estimate.low, estimate.high)
    return Estimate(*(part * factor for part in parts))
