"""The continuous part of a spectrum, as every method of the density estimate gives it."""

from __future__ import annotations

from collections.abc import Callable
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
        Whether it converged; methods that need no solver always do.
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
    """

    value: Vector
    deviations: Vector
    truncation: Vector


class ContinuousPart(Protocol):
    """A measure of mass one on [-1, 1]: the part of the spectrum that was sampled, as one method estimates it.

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
        """Return the integral of a function of points of [-1, 1]; it may return several values a point, last axis."""
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

    At least two lower: odd moments of a nearly symmetric spectrum vanish, so that two orders in a row may agree.
    """
    return max(0, min((2 * order) // 3, order - 2))


def distribution_truncation(
    cumulative: Callable[[Vector], Vector], coarse: Callable[[Vector], Vector], unit: Vector, resolution: float
) -> Vector:
    """Estimate the truncation error of a distribution function of finite order, shape (points,).

    The change from a lower order, or, where mass is concentrated within the `resolution` of the angle, the half of it
    that a point mass may have on the other side of the point; at the ends of the interval, all of it.

    Parameters
    ----------
    cumulative
        The distribution function.
    coarse
        That of a lower order.
    unit
        Points of [-1, 1].
    resolution
        Width in the angle over which a point mass is spread.
    """
    angles = np.arccos(unit)

    def mass(first: float, last: float) -> Vector:
        low, high = np.clip(angles - last, 0, np.pi), np.clip(angles - first, 0, np.pi)
        return cumulative(np.cos(low)) - cumulative(np.cos(high))

    # Mass within the resolution in excess of the mass beside it, over the same width: a smooth density has none.
    beside = np.maximum(mass(-3 * resolution, -resolution), mass(resolution, 3 * resolution))
    excess = np.maximum(mass(-resolution, resolution) - beside, 0.0)
    at_end = np.minimum(angles, np.pi - angles) < resolution
    return np.maximum(np.abs(cumulative(unit) - coarse(unit)), np.where(at_end, excess, excess / 2))
