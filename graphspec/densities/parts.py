"""Interface of the methods of the density estimate: the continuous part of a spectrum."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from graphspec._typing import Vector


@dataclass(frozen=True, eq=False)
class SolverReport:
    """Convergence of the solver behind a density.

    Attributes
    ----------
    converged
        Whether the solver converged; true for methods without a solver.
    iterations
        Number of iterations.
    residual
        Largest component of the gradient at the end.
    ridge
        Floor of the variances of the moments.
    """

    converged: bool = True
    iterations: int = 0
    residual: float = 0.0
    ridge: float = 0.0


@dataclass(frozen=True, eq=False)
class Linearized:
    """A quantity with first-order effects of every probe on it.

    Attributes
    ----------
    value
        The quantity, shape (...).
    deviations
        Deviation of every probe's contribution from the mean, shape (probes, ...).
    truncation
        Estimated or rigorous bound on the error of the finite order, shape (...).
    bound
        The same quantity with a rigorous truncation error, whose interval limits that of the estimated error.
    """

    value: Vector
    deviations: Vector
    truncation: Vector
    bound: Linearized | None = None

    def each(self, change: Callable[[Vector], Vector]) -> Linearized:
        """Apply a linear map along the last axis to all arrays."""
        bound = None if self.bound is None else self.bound.each(change)
        return Linearized(change(self.value), change(self.deviations), change(self.truncation), bound)


class ContinuousPart(Protocol):
    """Estimate of the sampled part of the spectrum: a measure of mass one on [-1, 1].

    Attributes
    ----------
    report
        Convergence of the solver.
    certain
        Whether the part consists of the eigenvalues themselves, without an error of any kind.
    """

    report: SolverReport
    certain: bool

    @property
    def support(self) -> Vector:
        """Points of [-1, 1] that carry point masses."""
        ...

    def density(self, unit: Vector) -> Linearized:
        """Return the density per unit length at points of [-1, 1], shape (points,)."""
        ...

    def cumulative(self, unit: Vector) -> Linearized:
        """Return the mass of [-1, x] for points x of [-1, 1], shape (points,)."""
        ...

    def integrate(self, function: Callable[[Vector], Vector]) -> Linearized:
        """Return the integral of a function on [-1, 1], with one or, along the last axis, several values per point."""
        ...


class EmptyPart:
    """The continuous part of a spectrum that consists of atoms alone."""

    report = SolverReport()
    certain = True
    support = np.zeros(0)

    def density(self, unit: Vector) -> Linearized:
        """Return zeros."""
        return constant(np.zeros(unit.shape))

    def cumulative(self, unit: Vector) -> Linearized:
        """Return zeros."""
        return constant(np.zeros(unit.shape))

    def integrate(self, function: Callable[[Vector], Vector]) -> Linearized:
        """Return zero, or as many zeros as the function has values at a point."""
        return constant(np.zeros(function(np.zeros(1)).shape[1:]))


def constant(value: Vector) -> Linearized:
    """Return a quantity without sampling and truncation errors, with zero deviations of two probes."""
    return Linearized(value, np.zeros((2, *value.shape)), np.zeros_like(value))


def coarse_order(order: int) -> int:
    """Return the lower order that truncation errors are estimated from, two thirds of the order.

    It is lower by at least two: odd moments of a nearly symmetric spectrum vanish, so that successive orders may agree.
    """
    return max(0, min((2 * order) // 3, order - 2))


def half_order(order: int) -> int:
    """Return a second lower order, half of the order, and lower by at least two as in `coarse_order`."""
    return max(0, min(order // 2, order - 2))


def windows(unit: Vector, resolution: float, reach: float, step: float = 0.5) -> Vector:
    """Return points around points of [-1, 1], in increasing order, shape (offsets, points).

    Parameters
    ----------
    unit
        The points.
    resolution
        Unit of distances, in the angle.
    reach, step
        Largest distance, and distance of neighbours, in units of `resolution`.
    """
    number = round(reach / step)
    offsets = np.arange(-number, number + 1) * step * resolution
    return np.asarray(np.cos(np.clip(np.arccos(unit) - offsets[:, None], 0.0, np.pi)))


def distribution_truncation(
    cumulative: Callable[[Vector], Vector],
    coarse: Sequence[Callable[[Vector], Vector]],
    unit: Vector,
    resolution: float,
) -> Vector:
    """Estimate the truncation error of a distribution function of finite order, shape (points,).

    The error is the largest change from lower orders within `resolution` of the angle, as functions of two orders may
    cross at a single point. Where mass is concentrated within the resolution, it is at least half of this mass, the
    share of a point mass that may lie on the other side of the point; at the ends of the interval, all of it.

    Parameters
    ----------
    cumulative
        The distribution function.
    coarse
        Distribution functions of lower orders.
    unit
        Points of [-1, 1].
    resolution
        Width in the angle over which a point mass is spread.
    """
    nearby = windows(unit, resolution, 1.0)
    values = cumulative(nearby.ravel())
    changes = [np.abs(values - lower(nearby.ravel())).reshape(nearby.shape).max(axis=0) for lower in coarse]
    # Mass within the resolution in excess of the neighbouring mass on the same width: a smooth density has none.
    ends = values.reshape(nearby.shape)[[0, -1]]
    excess = np.maximum(ends[1] - ends[0] - _neighbouring_masses(cumulative, unit, resolution), 0.0)
    angles = np.arccos(unit)
    at_end = np.minimum(angles, np.pi - angles) < resolution
    return np.max([*changes, np.where(at_end, excess, excess / 2)], axis=0)


def _neighbouring_masses(cumulative: Callable[[Vector], Vector], unit: Vector, resolution: float) -> Vector:
    """Return the larger of the masses from one to three resolutions below and above, shape (points,)."""
    points = windows(unit, resolution, 3.0, 1.0)[[0, 2, 4, 6]]
    values = cumulative(points.ravel()).reshape(points.shape)
    return np.maximum(values[1] - values[0], values[3] - values[2])


_EXCESS = 0.3615
"""Share of a Gaussian within half a standard deviation of its centre, 0.3829, less that from 2 to 3, 0.0214."""


def smoothing_error(cumulative: Callable[[Vector], Vector], unit: Vector, width: float) -> Vector:
    """Estimate the error of a distribution function whose point masses are spread over Gaussians, shape (points,).

    An isolated point mass causes an error of at most half of it. It is detected in the masses of windows one standard
    deviation wide, within four of the point, by their deviation from a linear density, which smoothing preserves.

    Parameters
    ----------
    cumulative
        The distribution function.
    unit
        Points of [-1, 1].
    width
        Standard deviation in the angle.
    """
    points = windows(unit, width, 4.0)
    values = cumulative(points.ravel()).reshape(points.shape)
    masses = values[2:] - values[:-2]
    offsets = np.arange(len(masses)) - (len(masses) - 1) / 2
    residuals = masses - np.outer(offsets, offsets @ masses) / (offsets @ offsets)
    return np.asarray((residuals.max(axis=0) - residuals.min(axis=0)) / (2 * _EXCESS))
