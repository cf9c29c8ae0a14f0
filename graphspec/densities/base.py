"""A spectral density of atoms and a continuous part; counts, quantiles and integrals with confidence intervals."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.polynomial import chebyshev
from numpy.typing import ArrayLike

from graphspec._typing import Vector
from graphspec.densities.parts import ContinuousPart, Linearized, SolverReport
from graphspec.errors import ParameterError
from graphspec.exact import Atom
from graphspec.notebook import Shown
from graphspec.operators import Interval
from graphspec.options import Number, Options, option
from graphspec.sketches import standard_error, t_quantile


@dataclass(frozen=True, eq=False, repr=False)
class Estimate(Shown):
    """A number or array with its uncertainty.

    Attributes
    ----------
    value
        The estimate.
    sem
        Standard error of the mean over probes: the uncertainty from sampling alone.
    low, high
        Confidence interval: a t interval from the standard error, widened by the estimated error of the finite order.
    """

    value: Vector
    sem: Vector
    low: Vector
    high: Vector

    def __float__(self) -> float:
        return float(self.value)


@dataclass(frozen=True, kw_only=True)
class DensitySettings(Options):
    """Settings of counts and quantiles.

    Attributes
    ----------
    tie
        Distance, relative to the length of the interval, below which an atom and a point are equal: a computed
        eigenvalue differs from the exact one by rounding.
    quantile_points
        Points at which the distribution function is inverted; linear in between. Their distance is a tenth of the
        resolution of 1000 moments.
    """

    tie: float = option(1e-9, Number(0.0, 1.0), "relative distance of equal eigenvalues")
    quantile_points: int = option(8001, Number(2, integer=True), "points at which quantiles are sought")


DEFAULTS = DensitySettings()


@dataclass(frozen=True, eq=False, repr=False)
class SpectralDensity(Shown):
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
        Interval [a, b] that encloses the spectrum, mapped to [-1, 1] for the continuous part.
    num_moments
        Order of the estimate.
    confidence
        Confidence level of all intervals.
    settings
        Settings of counts and quantiles.
    """

    method: str
    part: ContinuousPart
    atoms: tuple[Atom, ...]
    dimension: int
    interval: Interval
    num_moments: int
    confidence: float = 0.95
    settings: DensitySettings = DEFAULTS

    @property
    def solver(self) -> SolverReport:
        """Convergence of the solver of the continuous part."""
        return self.part.report

    @property
    def certain(self) -> bool:
        """Whether all eigenvalues are known exactly."""
        return self.part.certain

    @property
    def continuous_share(self) -> float:
        """Share of the eigenvalues that are not atoms, the mass of the continuous part."""
        return 1.0 - sum(atom.multiplicity for atom in self.atoms) / self.dimension

    @property
    def t_quantile(self) -> float:
        """Half width of a t interval in standard errors."""
        num_probes = len(self.part.cumulative(np.zeros(1)).deviations)
        return t_quantile(num_probes - 1, self.confidence)

    def grid(self, num_points: int) -> Vector:
        """Return equally spaced eigenvalues that cover the interval with both ends."""
        return np.linspace(*self.interval, num_points)

    def density(self, eigenvalue: ArrayLike) -> Estimate:
        """Estimate the density of the continuous part per unit eigenvalue; its integral is `continuous_share`.

        Parameters
        ----------
        eigenvalue
            Points, of any shape; outside of the interval the density is zero.

        Examples
        --------
        >>> import networkx, numpy, graphspec
        >>> density = graphspec.density(networkx.gnm_random_graph(1000, 2000, seed=1))
        >>> points = density.grid(1001)
        >>> mass = numpy.trapezoid(density.density(points).value, points)
        >>> print(f"{mass:.3f} of {density.continuous_share:.3f}")
        0.981 of 0.981
        """
        unit = self.interval.to_unit(eigenvalue)
        scale = self.continuous_share * 2 / (self.interval.high - self.interval.low)
        inside = (unit >= -1) & (unit <= 1)
        return self._estimate(_pointwise(self.part.density, unit), np.where(inside, scale, 0.0), floor=0.0)

    def count(self, eigenvalue: ArrayLike) -> Estimate:
        """Estimate the number of eigenvalues at most `eigenvalue`, atoms included.

        Counts are monotonic, so that the counts two resolutions below and above a point bound its interval. An
        unresolved point mass therefore widens only the intervals of counts near it.

        Parameters
        ----------
        eigenvalue
            Points, of any shape.

        Examples
        --------
        >>> import networkx, graphspec
        >>> path = networkx.path_graph(4)
        >>> density = graphspec.density(path, "exact", operator="combinatorial")
        >>> density.count([0, 1, 2, 3]).value
        array([1., 2., 3., 3.])
        """
        unit = self.interval.to_unit(eigenvalue)
        estimate = self._count(unit)
        angles, shift = np.arccos(np.clip(unit, -1, 1)), 2 * np.pi / self.num_moments
        below = self._count(np.where(unit < -1, unit, np.cos(np.minimum(angles + shift, np.pi))))
        above = self._count(np.where(unit > 1, unit, np.cos(np.maximum(angles - shift, 0.0))))
        low = np.minimum(np.maximum(estimate.low, below.low), estimate.value)
        return replace(estimate, low=low, high=np.maximum(np.minimum(estimate.high, above.high), estimate.value))

    def count_between(self, low: float, high: float) -> Estimate:
        """Estimate the number of eigenvalues from `low` to `high`, both included.

        The counts at both ends come from the same probes: the interval is that of their difference, and never wider
        than the intervals at the ends allow.

        Raises
        ------
        ParameterError
            If the ends are not numbers, or `low` is above `high`.
        """
        if not low <= high:
            raise ParameterError(f"an interval must not end before it starts: {low} is above {high}")
        # Counts include their end point: start below `low` by more than rounding, so that `low` itself is counted.
        before = low - 2 * self.settings.tie * (self.interval.high - self.interval.low)
        ends = self.count(np.array([before, high]))
        parts = self._count_parts(self.interval.to_unit([before, high]))
        atoms = self._atoms_below(np.array([before, high]))
        difference = Linearized(
            parts.value[1] - parts.value[0],
            parts.deviations[:, 1] - parts.deviations[:, 0],
            parts.truncation[0] + parts.truncation[1],
        )
        remaining = self.dimension * self.continuous_share
        estimate = self._estimate(difference, remaining, atoms[1] - atoms[0], floor=0.0, ceiling=remaining)
        least, largest = ends.low[1] - ends.high[0], ends.high[1] - ends.low[0]
        low_bound = np.minimum(np.maximum(estimate.low, least), estimate.value)
        return replace(estimate, low=low_bound, high=np.maximum(np.minimum(estimate.high, largest), estimate.value))

    def quantile(self, probability: ArrayLike) -> Estimate:
        """Estimate the smallest eigenvalue at or below which lies at least a share `probability` of all eigenvalues.

        Parameters
        ----------
        probability
            Shares between 0 and 1, of any shape.

        Raises
        ------
        ParameterError
            If a share is not between 0 and 1.
        """
        levels = np.asarray(probability, np.float64) * self.dimension
        if not ((levels >= 0) & (levels <= self.dimension)).all():
            raise ParameterError(f"quantiles are of shares between 0 and 1, not {levels / self.dimension}")
        # 1. Evaluate the count on a grid that includes its jumps, where it must not be interpolated.
        steps = self._steps()
        grid, first = np.unique(np.concatenate([steps, self.grid(self.settings.quantile_points)]), return_index=True)
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

        # 2. Invert the count and its bounds: the upper bound of a count gives the lower bound of a quantile.
        value, low, high = invert(counts.value), invert(counts.high), invert(counts.low)
        # 3. The standard error is that of the count over its slope (delta method), limited by the interval.
        slope = np.maximum(self.density(value).value * self.dimension, 1e-300)
        sem = np.minimum(self.count(value).sem / slope, (high - low) / (2 * self.t_quantile))
        return Estimate(value, sem, np.minimum(low, value), np.maximum(high, value))

    def integrate(self, function: Callable[[Vector], Vector]) -> Estimate:
        """Estimate the mean of a function over the eigenvalues, (1/n) sum_i f(lambda_i).

        Parameters
        ----------
        function
            Maps an array of eigenvalues, shape (points,), to values, shape (points,) or (points, outputs).

        Returns
        -------
        Estimate
            The mean of each output, shape () or (outputs,). Its interval is infinite where the function is not finite
            at an end of `interval`, as the logarithm at zero: :func:`graphspec.logdet` and
            :func:`graphspec.functional` bound the spectrum away from such a point.

        Raises
        ------
        ParameterError
            If the function is not defined at a point of `interval`, such as the logarithm at a negative one.

        Examples
        --------
        The trace over n; the diagonal of the normalised Laplacian of a connected graph is one.

        >>> import networkx, graphspec
        >>> density = graphspec.density(networkx.karate_club_graph(), "lanczos")
        >>> round(float(density.integrate(lambda eigenvalue: eigenvalue)), 6)
        1.0
        """
        part = self.part.integrate(lambda unit: self._defined(function, self.interval.from_unit(unit)))
        exact = np.zeros(part.value.shape)
        if self.atoms:
            eigenvalues, multiplicities = self._atom_arrays()
            exact = np.tensordot(multiplicities / self.dimension, _values(function, eigenvalues), axes=1)
        return self._estimate(part, self.continuous_share, exact)

    def moments(self, num_moments: int) -> Estimate:
        """Estimate the moments (1/n) sum_i T_k((lambda_i - c) / h), k = 0 to `num_moments`.

        c and h are centre and half width of the interval: for the normalised Laplacian these are moments of T_k(L - I).
        """

        def polynomials(eigenvalue: Vector) -> Vector:
            return np.asarray(chebyshev.chebvander(self.interval.to_unit(eigenvalue), num_moments))

        return self.integrate(polynomials)

    def _defined(self, function: Callable[[Vector], Vector], points: Vector) -> Vector:
        """Return the values of a function at points of the interval, where it has to be defined."""
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            values = _values(function, points)
        undefined = np.isnan(values).reshape(len(points), -1).any(axis=1) if len(points) else np.zeros(0, bool)
        if undefined.any():
            low, high = self.interval
            place = f"at {points[undefined][0]:.4g}, in the interval from {low:.4g} to {high:.4g}"
            raise ParameterError(f"the function is not defined {place} that encloses the spectrum", "function")
        return values

    def _count(self, unit: Vector) -> Estimate:
        part = self._count_parts(unit)
        remaining = self.dimension * self.continuous_share
        atoms = self._atoms_below(self.interval.from_unit(unit))
        return self._estimate(part, remaining, atoms, floor=0.0, ceiling=remaining)

    def _count_parts(self, unit: Vector) -> Linearized:
        """Return the distribution function of the continuous part, 0 below [-1, 1] and 1 from its right end on."""
        part = _pointwise(self.part.cumulative, unit)
        inside = np.where((unit >= -1) & (unit < 1), 1.0, 0.0)
        part = part.each(lambda values: values * inside)
        whole = np.where(unit >= 1, 1.0, 0.0)
        bound = None if part.bound is None else replace(part.bound, value=part.bound.value + whole)
        return replace(part, value=part.value + whole, bound=bound)

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
        low, high = value - width, value + width
        if part.bound is not None:
            # A bound that sampling has moved beyond the value itself does not constrain this side.
            bound = self._estimate(part.bound, scale)
            low = np.where(bound.low <= value, np.maximum(low, bound.low), low)
            high = np.where(bound.high >= value, np.minimum(high, bound.high), high)
        low, high = np.clip(low, floor, ceiling), np.clip(high, floor, ceiling)
        value = np.clip(value, floor, ceiling)
        return Estimate(value + offset, sem, low + offset, high + offset)

    def _steps(self) -> Vector:
        """Return the eigenvalues at which the count jumps."""
        support = self.interval.from_unit(self.part.support)
        return np.concatenate([support, [atom.eigenvalue for atom in self.atoms]])

    def _atoms_below(self, eigenvalue: ArrayLike) -> Vector:
        """Return the number of atoms at most `eigenvalue`, with multiplicity."""
        points = np.asarray(eigenvalue, np.float64) + self.settings.tie * (self.interval.high - self.interval.low)
        if not self.atoms:
            return np.zeros(points.shape)
        eigenvalues, multiplicities = self._atom_arrays()
        sums = np.concatenate([[0.0], np.cumsum(multiplicities)])
        return sums[np.searchsorted(eigenvalues, points, side="right")]

    def _atom_arrays(self) -> tuple[Vector, Vector]:
        """Return eigenvalues, in increasing order, and multiplicities of the atoms."""
        eigenvalues, multiplicities = np.array([[atom.eigenvalue, atom.multiplicity] for atom in self.atoms]).T
        return eigenvalues, multiplicities


def _values(function: Callable[[Vector], Vector], points: Vector) -> Vector:
    """Return the values of a function at points; a constant function may return a scalar."""
    values = np.asarray(function(points), np.float64)
    return np.broadcast_to(values, points.shape) if values.ndim == 0 else values


def _pointwise(method: Callable[[Vector], Linearized], unit: Vector) -> Linearized:
    """Evaluate a method of a continuous part at points of any shape, clipped to [-1, 1]."""
    flat = method(np.clip(unit, -1, 1).ravel())
    return flat.each(lambda values: values.reshape((*values.shape[:-1], *unit.shape)))
