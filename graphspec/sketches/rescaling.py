"""Sketches on another interval, and the interval that encloses what a pass has found."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.polynomial import chebyshev

from graphspec.lanczos import ritz_values
from graphspec.operators import Interval
from graphspec.sketches.spectral_sketch import SpectralSketch

_MARGIN = 0.01  # of the range, as of :class:`graphspec.operators.bounds.BoundSettings`


def with_interval(sketch: SpectralSketch, interval: Interval) -> SpectralSketch:
    """Return a sketch with X scaled to another interval.

    The Jacobi matrices of (A - c') / h' are (h J + c - c') / h'; exact moments are mapped as polynomials are.
    """
    center, half = sketch.interval.center, sketch.interval.half_width
    scale, shift = half / interval.half_width, (center - interval.center) / interval.half_width
    count = len(sketch.low_moments)
    points = np.cos((np.arange(count) + 0.5) * np.pi / count)
    basis = chebyshev.chebvander(points, count - 1)
    mapped = chebyshev.chebvander(scale * points + shift, count - 1)
    return replace(
        sketch,
        alpha=scale * sketch.alpha + shift,
        beta=scale * sketch.beta,
        interval=interval,
        low_moments=np.linalg.solve(basis, mapped).T @ sketch.low_moments,
    )


def enclosed(sketch: SpectralSketch) -> SpectralSketch:
    """Return a sketch on an interval that encloses all Ritz values with their residuals, and a margin of one percent.

    A recurrence of many steps has found the ends of a spectrum. The interval holds the known eigenvalues too.
    """
    ends = [atom.eigenvalue for atom in sketch.atoms]
    for alpha, beta in zip(sketch.alpha, sketch.beta, strict=True):
        values, residuals = ritz_values(alpha, beta)
        units = [values[0] - residuals[0], values[-1] + residuals[-1]]
        ends += sketch.interval.from_unit(np.array(units)).tolist()
    low, high = min(ends), max(ends)
    margin = _MARGIN * (high - low) or max(_MARGIN * abs(low), np.finfo(np.float64).tiny)
    return with_interval(sketch, Interval(low - margin, high + margin))
