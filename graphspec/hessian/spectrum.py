"""The spectrum of a curvature matrix from one pass: its density, what stands alone, and what follows from both."""

from __future__ import annotations

from dataclasses import dataclass, replace

from graphspec.densities import Estimate, SpectralDensity, density
from graphspec.hessian.edges import DEFAULTS, EdgeSettings, SpectrumEdges, spectrum_edges
from graphspec.sketches import Moments, SpectralSketch, enclosed, spectrum_moments, without_eigenvalues

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
        Share of the eigenvalues that are negative by more than rounding.
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
    """
    edges = spectrum_edges(sketch, settings)
    alone = [each.eigenvalue for each in (*edges.above, *edges.below)]
    bulk = bulk_sketch(sketch, alone, settings)
    estimate = density(bulk, method, confidence=confidence)
    size = sketch.dimension
    zero = _ZERO * max(abs(edges.smallest), abs(edges.largest))
    negative = _scaled(estimate.count(-zero), 1 / size)
    below = estimate.count(edges.bulk_high)
    above = Estimate(size - below.value, below.sem, size - below.high, size - below.low)
    return CurvatureSpectrum(
        estimate,
        edges,
        _scaled(estimate.integrate(lambda eigenvalues: eigenvalues), size),
        negative,
        above,
        spectrum_moments(sketch),
    )


def bulk_sketch(sketch: SpectralSketch, alone: list[float], settings: EdgeSettings) -> SpectralSketch:
    """Return a sketch without eigenvalues that stand alone, on the interval of the others."""
    if not alone:
        return sketch
    others = without_eigenvalues(sketch, alone, 2 * settings.tie)
    return replace(enclosed(replace(others, atoms=())), atoms=others.atoms)


def _scaled(estimate: Estimate, factor: float) -> Estimate:
    parts = (estimate.value, estimate.sem, estimate.low, estimate.high)
    return Estimate(*(part * factor for part in parts))
