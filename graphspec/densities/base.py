"""What all estimates of a spectral density have in common: atoms, a continuous part, and intervals for everything."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.polynomial import chebyshev
from numpy.typing import ArrayLike

from graphspec._typing import Vector
from graphspec.errors import ParameterError
from graphspec.exact import Atom
from graphspec.sketches import standard_error, t_quantile

_QUANTILE_GRID = 8001  # points at which the distribution function is inverted; linear in between
_ATOM_TOLERANCE = 1e-9  # relative to the interval: an eigenvalue asked for as "<= x" may differ from x by rounding


@dataclass(frozen=True, eq=False)
class Estimate:
    """A number or array with its uncertainty.

    Attributes
    ----------
    value
        The estimate.
    sem
        Standard error from the spread over probes; sampling only.
    low, high
        Confidence interval: a t interval from the standard error, widened by the estimated error of the finite order.
    """

    value: Vector
    sem: Vector
    low: Vector
    high: Vector

    def __float__(self) -> float:
        return float(self.value)


@dataclass(frozen=True, eq=False)
class SolverReport:
    """How the density was found: whether and how fast the solver converged, and what it had to add."""

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
    """A measure of mass one on [-1, 1]: the part of the spectrum that was sampled, seen by one method."""

    report: SolverReport

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
    support = np.zeros(0)

    def density(self, unit: Vector) -> Linearized:
        """Return zeros."""
        return self._zeros(unit.shape)

    def cumulative(self, unit: Vector) -> Linearized:
        """Return zeros."""
        return self._zeros(unit.shape)

    def integrate(self, function: Callable[[Vector], Vector]) -> Linearized:
        """Return zero, or as many zeros as the function has values at a point."""
        return self._zeros(function(np.zeros(1)).shape[1:])

    @staticmethod
    def _zeros(shape: tuple[int, ...]) -> Linearized:
        return Linearized(np.zeros(shape), np.zeros((2, *shape)), np.zeros(shape))


def coarse_order(order: int) -> int:
    """Return the lower order whose estimate tells the truncation error.

    At least two lower: on a nearly symmetric spectrum an odd order says nothing that the even one below it did not.
    """
    return max(0, min((2 * order) // 3, order - 2))


def distribution_truncation(
    cumulative: Callable[[Vector], Vector], coarse: Callable[[Vector], Vector], unit: Vector, resolution: float
) -> Vector:
    """Return the truncation error of a distribution function of finite order, shape (points,).

    The change from a lower order, or, where mass is concentrated within the `resolution` of the angle, the half of it
    that a point mass may have on the other side of the point; at the ends of the interval, all of it.
    """
    angles = np.arccos(unit)

    def mass(first: float, last: float) -> Vector:
        left, right = np.clip(angles - first, 0, np.pi), np.clip(angles - last, 0, np.pi)
        return cumulative(np.cos(right)) - cumulative(np.cos(left))

    around = np.maximum(mass(-3 * resolution, -resolution), mass(resolution, 3 * resolution))
    excess = np.maximum(mass(-resolution, resolution) - around, 0.0)
    at_end = np.minimum(angles, np.pi - angles) < resolution
    return np.maximum(np.abs(cumulative(unit) - coarse(unit)), np.where(at_end, excess, excess / 2))


@dataclass(frozen=True, eq=False)
class SpectralDensity:
    """The spectrum of an operator as a probability measure: atoms and a continuous part.

    Attributes
    ----------
    method
        ``maxent``, ``lanczos``, ``kpm`` or ``exact``.
    part
        The continuous part, of mass one on [-1, 1].
    atoms
        Exactly known eigenvalues.
    dimension
        Number of eigenvalues n, atoms included.
    interval
        Interval [a, b] that encloses the spectrum; [-1, 1] of the continuous part stands for it.
    num_moments
        Order of the estimate.
    confidence
        Confidence level of all intervals.
    """

    method: str
    part: ContinuousPart
    atoms: tuple[Atom, ...]
    dimension: int
    interval: tuple[float, float]
    num_moments: int
    confidence: float = 0.95

    @property
    def solver(self) -> SolverReport:
        """How the continuous part was found."""
        return self.part.report

    @property
    def continuous_share(self) -> float:
        """Share of the eigenvalues that are not atoms, the mass of the continuous part."""
        return 1.0 - sum(atom.multiplicity for atom in self.atoms) / self.dimension

    def grid(self, num_points: int) -> Vector:
        """Return equally spaced eigenvalues that cover the interval with both ends."""
        return np.linspace(*self.interval, num_points)

    def density(self, eigenvalue: ArrayLike) -> Estimate:
        """Return the density of the continuous part per unit eigenvalue; its integral is `continuous_share`."""
        unit = self._to_unit(eigenvalue)
        scale = self.continuous_share * 2 / (self.interval[1] - self.interval[0])
        inside = (unit >= -1) & (unit <= 1)
        return self._estimate(_pointwise(self.part.density, unit), np.where(inside, scale, 0.0), floor=0.0)

    def count(self, eigenvalue: ArrayLike) -> Estimate:
        """Return the expected number of eigenvalues at most `eigenvalue`, atoms included.

        A count grows: its bounds are also those of the counts two resolutions below and above. So the doubt about on
        which side of a point mass lies reaches no further than the mass.
        """
        unit = self._to_unit(eigenvalue)
        found = self._count(unit)
        angles, shift = np.arccos(np.clip(unit, -1, 1)), 2 * np.pi / self.num_moments
        below = self._count(np.where(unit < -1, unit, np.cos(np.minimum(angles + shift, np.pi))))
        above = self._count(np.where(unit > 1, unit, np.cos(np.maximum(angles - shift, 0.0))))
        low = np.minimum(np.maximum(found.low, below.low), found.value)
        return replace(found, low=low, high=np.maximum(np.minimum(found.high, above.high), found.value))

    def count_between(self, low: float, high: float) -> Estimate:
        """Return the expected number of eigenvalues from `low` to `high`, both included.

        Both ends are seen by the same probes, so the interval is that of the difference; it is never wider than what
        the counts at the ends allow.

        Raises
        ------
        ParameterError
            If the ends are not numbers, or `low` is above `high`.
        """
        if not low <= high:
            raise ParameterError(f"an interval must not end before it starts: {low} is above {high}")
        # An eigenvalue that is asked for may differ from `low` by rounding.
        before = low - 2 * _ATOM_TOLERANCE * (self.interval[1] - self.interval[0])
        ends = self.count(np.array([before, high]))
        parts = self._count_parts(self._to_unit([before, high]))
        atoms = self._atoms_below(np.array([before, high]))
        part = Linearized(
            parts.value[1] - parts.value[0],
            parts.deviations[:, 1] - parts.deviations[:, 0],
            parts.truncation[0] + parts.truncation[1],
        )
        remaining = self.dimension * self.continuous_share
        found = self._estimate(part, remaining, atoms[1] - atoms[0], floor=0.0, ceiling=remaining)
        least, most = ends.low[1] - ends.high[0], ends.high[1] - ends.low[0]
        low_bound = np.minimum(np.maximum(found.low, least), found.value)
        return replace(found, low=low_bound, high=np.maximum(np.minimum(found.high, most), found.value))

    @property
    def t_quantile(self) -> float:
        """Half width of a t interval in standard errors."""
        freedom = len(self.part.cumulative(np.zeros(1)).deviations) - 1
        return t_quantile(freedom, self.confidence)

    def _count(self, unit: Vector) -> Estimate:
        part = self._count_parts(unit)
        remaining = self.dimension * self.continuous_share
        center, half = self._center_and_half()
        return self._estimate(part, remaining, self._atoms_below(center + half * unit), floor=0.0, ceiling=remaining)

    def _count_parts(self, unit: Vector) -> Linearized:
        part = _pointwise(self.part.cumulative, unit)
        inside = np.where((unit >= -1) & (unit < 1), 1.0, 0.0)
        return Linearized(
            np.where(unit >= 1, 1.0, part.value * inside), part.deviations * inside, part.truncation * inside
        )

    def quantile(self, probability: ArrayLike) -> Estimate:
        """Return the smallest eigenvalue below or at which lie at least a share `probability` of all eigenvalues.

        Raises
        ------
        ParameterError
            If a probability is not between 0 and 1.
        """
        levels = np.asarray(probability, np.float64) * self.dimension
        if not ((levels >= 0) & (levels <= self.dimension)).all():
            raise ParameterError(f"quantiles are of shares between 0 and 1, not {levels / self.dimension}")
        steps = self._steps()
        grid, first = np.unique(np.concatenate([steps, self.grid(_QUANTILE_GRID)]), return_index=True)
        is_step = first < len(steps)
        counts = self.count(grid)

        def invert(values: Vector) -> Vector:
            increasing = np.maximum.accumulate(values)
            right = np.clip(np.searchsorted(increasing, levels - 1e-9 * self.dimension), 0, len(grid) - 1)
            left = np.maximum(right - 1, 0)
            rise = increasing[right] - increasing[left]
            smooth = ~is_step[right] & (rise > 0)
            share = np.divide(levels - increasing[left], rise, out=np.ones_like(levels), where=smooth)
            return grid[left] + np.clip(share, 0, 1) * (grid[right] - grid[left])

        value, low, high = invert(counts.value), invert(counts.high), invert(counts.low)
        sampled = self.count(value)
        slope = np.maximum(self.density(value).value * self.dimension, 1e-300)
        sem = np.minimum(sampled.sem / slope, (high - low) / (2 * self.t_quantile))
        return Estimate(value, sem, np.minimum(low, value), np.maximum(high, value))

    def integrate(self, function: Callable[[Vector], Vector]) -> Estimate:
        """Return the integral of a function of the eigenvalue: (1/n) sum f(lambda_i).

        Parameters
        ----------
        function
            Maps an array of eigenvalues, shape (points,), to values, shape (points,) or (points, outputs).
        """
        center, half = self._center_and_half()
        part = self.part.integrate(lambda unit: _values(function, center + half * unit))
        exact = np.zeros(part.value.shape)
        if self.atoms:
            places, counts = np.array([[atom.eigenvalue, atom.multiplicity] for atom in self.atoms]).T
            exact = np.tensordot(counts / self.dimension, _values(function, places), axes=1)
        return self._estimate(part, self.continuous_share, exact)

    def moments(self, num_moments: int) -> Estimate:
        """Return the moments of T_k((lambda - c) / h), k = 0 to `num_moments`.

        c and h are centre and half width of the interval: for the normalised Laplacian these are moments of T_k(L - I).
        """
        center, half = self._center_and_half()
        return self.integrate(lambda value: np.asarray(chebyshev.chebvander((value - center) / half, num_moments)))

    def _estimate(
        self,
        part: Linearized,
        scale: ArrayLike,
        offset: ArrayLike = 0.0,
        *,
        floor: float = -np.inf,
        ceiling: float = np.inf,
    ) -> Estimate:
        """Scale a linearized quantity of the continuous part, clip it and its interval, and shift them."""
        factor = np.asarray(scale)
        sem = standard_error(part.deviations) * factor
        width = t_quantile(len(part.deviations) - 1, self.confidence) * sem + part.truncation * factor
        value = part.value * factor
        low, high = np.clip(value - width, floor, ceiling), np.clip(value + width, floor, ceiling)
        value = np.clip(value, floor, ceiling)
        return Estimate(value + offset, sem, low + offset, high + offset)

    def _steps(self) -> Vector:
        """Return the eigenvalues at which the count jumps."""
        center, half = self._center_and_half()
        support = center + half * self.part.support
        return np.concatenate([support, [atom.eigenvalue for atom in self.atoms]])

    def _atoms_below(self, eigenvalue: ArrayLike) -> Vector:
        points = np.asarray(eigenvalue, np.float64) + _ATOM_TOLERANCE * (self.interval[1] - self.interval[0])
        if not self.atoms:
            return np.zeros(points.shape)
        # In the order of the eigenvalues.
        places, counts = np.array([[atom.eigenvalue, atom.multiplicity] for atom in self.atoms]).T
        sums = np.concatenate([[0.0], np.cumsum(counts)])
        return sums[np.searchsorted(places, points, side="right")]

    def _center_and_half(self) -> tuple[float, float]:
        low, high = self.interval
        return (low + high) / 2, (high - low) / 2

    def _to_unit(self, eigenvalue: ArrayLike) -> Vector:
        center, half = self._center_and_half()
        return (np.asarray(eigenvalue, np.float64) - center) / half


def _values(function: Callable[[Vector], Vector], points: Vector) -> Vector:
    """Return the values of a function at points, of a constant too."""
    values = np.asarray(function(points), np.float64)
    return np.broadcast_to(values, points.shape) if values.ndim == 0 else values


def _pointwise(method: Callable[[Vector], Linearized], unit: Vector) -> Linearized:
    """Evaluate a method of a continuous part at points of any shape, outside of [-1, 1] at its ends."""
    flat = method(np.clip(unit, -1, 1).ravel())
    shape = unit.shape
    return Linearized(
        flat.value.reshape(shape), flat.deviations.reshape(len(flat.deviations), *shape), flat.truncation.reshape(shape)
    )
