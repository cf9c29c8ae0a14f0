"""The density of largest entropy that agrees with noisy Chebyshev moments as closely as their noise allows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import fft
from scipy.linalg import cho_factor, cho_solve

from graphspec._typing import Matrix, Vector
from graphspec.densities.base import Linearized, SolverReport, coarse_order, distribution_truncation
from graphspec.densities.kpm import jackson_damping
from graphspec.sketches import Moments

TOLERANCE = 1e-8
"""Largest component of the gradient of the dual at which the solver has converged."""

MOST_STEPS = 100
"""Newton steps after which the solver gives up and says so."""

RIDGE = 1e-8
"""Smallest variance that a moment is credited with: 1e-4 in a moment is what float32 and rounding may cost at worst."""

_LADDER = (1e-2, 1e-3, 1e-4, 1e-5, 1e-6)  # variances of the continuation for nearly atomic spectra (chosen by trial)
_LADDER_TOLERANCE = 1e-3
_TRIAL_STEPS = 4
_HOPELESS = 0.15  # gradient after the trial steps: 0.2 to 0.5 for nearly atomic spectra, else below 0.05 (measured)
_DIRECT_STEPS = 22  # the direct solve takes 4 to 19 steps on everything but nearly atomic spectra (measured)
_LADDER_STEPS = 20
_NODES_PER_MOMENT = 16
_FEWEST_NODES = 256
_SHORTEST_STEP = 1e-8
_HESSIAN_SHIFT = 1e-15  # of the order of rounding in the moments
_LARGEST_EXPONENT = 600.0
_KPM_FLOOR = 1e-4  # relative floor of the positive density that the solver starts from


@dataclass(frozen=True, eq=False)
class MaxEntSolution:
    """A density q(z) = exp(sum_k a_k T_k(z)) on [-1, 1].

    Attributes
    ----------
    coefficients
        The multipliers a_0 to a_m.
    variances
        The variances s_k^2 of the quadratic term, with s_0 = 0.
    masses
        Masses of the Chebyshev nodes cos((j + 1/2) pi / N), shape (N,): density times quadrature weight.
    report
        Whether and how the solver converged.
    """

    coefficients: Vector
    variances: Vector
    masses: Vector
    report: SolverReport

    @cached_property
    def moments(self) -> Vector:
        """Moments of the density itself, order 0 to 2m."""
        return _nodes(len(self.masses)).moments(self.masses, 2 * len(self.coefficients) - 1)

    @cached_property
    def hessian(self) -> NDArray[np.float64]:
        """Hessian of the dual, <T_j T_k> + s_k^2 delta_jk, shape (m + 1, m + 1)."""
        return _hessian(self.moments, self.variances)


def solve(moments: Vector, sem: Vector, *, ridge: float = RIDGE, start: MaxEntSolution | None = None) -> MaxEntSolution:
    """Find the density of largest entropy for moments of T_0 to T_m with standard errors.

    Minimises the dual, integral of q minus a.mu plus half the sum of s_k^2 a_k^2, by damped Newton steps. Without the
    quadratic term this is the classical problem (Mead and Papanicolaou, J. Math. Phys. 25, 2404 (1984); Granziol et
    al., Entropy 21, 551 (2019)); the term is the likelihood of moments with Gaussian noise. It makes the solution
    exist and be unique, and no sharper than the data. The Chebyshev basis on the whole interval keeps the Hessian
    well conditioned, and makes exponent and moments one cosine transform each.

    Parameters
    ----------
    moments
        Moments mu_0 = 1, mu_1, ..., mu_m of the measure on [-1, 1].
    sem
        Their standard errors.
    ridge
        Floor of the variances s_k^2. Nearly exact moments of nearly atomic spectra are solved by continuation, with a
        floor of at least 1e-6.
    start
        A density with moments like these, of the same order, to start from.
    """
    order = len(moments) - 1
    # Lengths that an FFT is fast for.
    nodes = _nodes(max(_FEWEST_NODES, fft.next_fast_len(_NODES_PER_MOMENT * order, real=True)))
    first = _start(moments, nodes) if start is None else start.coefficients
    dual = _Dual(nodes, moments, sem, ridge)
    point, steps = _minimize(dual, dual.at(first), _TRIAL_STEPS, TOLERANCE)
    if point.residual <= _HOPELESS:
        point, more = _minimize(dual, point, _DIRECT_STEPS - steps, TOLERANCE)
        steps += more
    if point.residual > TOLERANCE:
        dual, point, more = _continue(nodes, moments, sem, first, ridge)
        steps += more
    report = SolverReport(point.residual <= TOLERANCE, steps, point.residual, dual.floor)
    return MaxEntSolution(point.coefficients, dual.variances, point.masses, report)


def mass_effects(solution: MaxEntSolution, effects: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return what small changes of the multipliers, shape (changes, m + 1), do to the masses at the nodes."""
    return solution.masses * _nodes(len(solution.masses)).series(effects)


class MaxEntPart:
    """A MaxEnt density as the continuous part of a spectrum, with first-order effects of every probe.

    Parameters
    ----------
    moments
        Moments of the sampled part of the spectrum.
    """

    support = np.zeros(0)

    def __init__(self, moments: Moments) -> None:
        self.solution = solve(moments.values, moments.sem)
        lower = coarse_order(len(moments.values) - 1)
        self.report = self.solution.report
        if lower == 0:
            # Without a moment, the density of largest entropy is the uniform one.
            self._coarse_masses = _nodes(_FEWEST_NODES).weights / 2
        else:
            reduced = moments.truncated(lower)
            coarse = solve(reduced.values, reduced.sem)
            self._coarse_masses = coarse.masses
            # A band from a lower order that did not converge is not to be trusted either.
            self.report = replace(self.report, converged=self.report.converged and coarse.report.converged)
        # (H + S) da = dmu at the optimum: the effect of a probe on the multipliers.
        self._effects = np.asarray(np.linalg.solve(self.solution.hessian, moments.deviations.T).T, np.float64)

    def density(self, unit: Vector) -> Linearized:
        """Return the density; its truncation error is the change from a lower order."""
        value = interpolated_density(self.solution.masses, unit)
        coarse = interpolated_density(self._coarse_masses, unit)
        return Linearized(value, interpolated_density(self._mass_deviations, unit), np.abs(value - coarse))

    def cumulative(self, unit: Vector) -> Linearized:
        """Return the distribution function; its truncation error is the change from a lower order."""
        truncation = distribution_truncation(
            lambda points: _cumulative(self.solution.masses, points),
            lambda points: _cumulative(self._coarse_masses, points),
            unit,
            np.pi / (len(self.solution.coefficients) - 1),
        )
        return Linearized(_cumulative(self.solution.masses, unit), _cumulative(self._mass_deviations, unit), truncation)

    def integrate(self, function: Callable[[Vector], Vector]) -> Linearized:
        """Return an integral by quadrature on the Chebyshev nodes."""
        values = function(_nodes(len(self.solution.masses)).points)
        coarse = self._coarse_masses @ function(_nodes(len(self._coarse_masses)).points)
        value = self.solution.masses @ values
        return Linearized(value, self._mass_deviations @ values, np.abs(value - coarse))

    @cached_property
    def _mass_deviations(self) -> NDArray[np.float64]:
        return mass_effects(self.solution, self._effects)


class _Nodes:
    """Chebyshev nodes cos((j + 1/2) pi / N), j = 0 to N - 1, with Fejer's weights (Waldvogel, BIT 46, 195 (2006))."""

    def __init__(self, count: int) -> None:
        self.count = count

    @cached_property
    def points(self) -> Vector:
        """The nodes, in decreasing order."""
        return np.cos((np.arange(self.count) + 0.5) * np.pi / self.count)

    @cached_property
    def log_sines(self) -> Vector:
        """Logarithms of the sines of the angles of the nodes."""
        return np.log(np.sin((np.arange(self.count) + 0.5) * np.pi / self.count))

    @cached_property
    def weights(self) -> Vector:
        """Quadrature weights, exact for polynomials of degree below N."""
        integrals = np.zeros(self.count)
        even = np.arange(2, self.count, 2)
        integrals[0], integrals[2::2] = 2.0, 4.0 / (1.0 - even**2.0)
        return self.series(integrals) / self.count

    def series(self, coefficients: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return sum_k a_k T_k at the nodes, along the last axis."""
        # The transform counts all terms but the first twice.
        terms = 0.5 * coefficients
        terms[..., 0] = coefficients[..., 0]
        return fft.dct(terms, type=3, n=self.count)

    def moments(self, masses: Vector, count: int) -> Vector:
        """Return sum_j m_j T_k(x_j) for masses m_j at the nodes x_j, k = 0 to `count` - 1."""
        return 0.5 * fft.dct(masses)[:count]

    def masses(self, coefficients: Vector) -> Vector | None:
        """Return density times weight at the nodes, or None where the exponential would overflow."""
        exponent = self.series(coefficients)
        if not exponent.max() < _LARGEST_EXPONENT:
            return None
        np.exp(exponent, out=exponent)
        exponent *= self.weights
        return exponent


@dataclass(frozen=True, eq=False)
class _Point:
    """The dual at some multipliers: masses, value, moments of the density up to 2m, and gradient."""

    coefficients: Vector
    masses: Vector
    value: float
    moments: Vector
    gradient: Vector

    @property
    def residual(self) -> float:
        return float(np.abs(self.gradient).max())


@dataclass(frozen=True, eq=False)
class _Dual:
    """The regularised dual: integral of q minus a.mu plus half the sum of s_k^2 a_k^2."""

    nodes: _Nodes
    moments: Vector
    sem: Vector
    floor: float

    @cached_property
    def variances(self) -> Vector:
        """The variances s_k^2: squared standard errors, but at least the floor; that of the mass is zero."""
        variances = np.maximum(self.sem**2, self.floor)
        variances[0] = 0.0
        return variances

    def value(self, coefficients: Vector) -> tuple[float, Vector | None]:
        masses = self.nodes.masses(coefficients)
        if masses is None:
            return np.inf, None
        penalty = 0.5 * (self.variances @ (coefficients * coefficients))
        return float(masses.sum() - coefficients @ self.moments + penalty), masses

    def at(self, coefficients: Vector) -> _Point:
        """Return the point at multipliers whose density does not overflow."""
        value, masses = self.value(coefficients)
        assert masses is not None
        return self.point(coefficients, value, masses)

    def point(self, coefficients: Vector, value: float, masses: Vector) -> _Point:
        moments = self.nodes.moments(masses, 2 * len(self.moments) - 1)
        gradient = moments[: len(self.moments)] - self.moments + self.variances * coefficients
        return _Point(coefficients, masses, value, moments, gradient)

    def newton_step(self, point: _Point) -> Vector | None:
        """Return the Newton step, or None where rounding has made the Hessian indefinite."""
        try:
            factor = cho_factor(
                _hessian(point.moments, self.variances + _HESSIAN_SHIFT), lower=True, check_finite=False
            )
        except np.linalg.LinAlgError:
            return None
        return cho_solve(factor, -point.gradient, overwrite_b=True, check_finite=False)


def _continue(nodes: _Nodes, moments: Vector, sem: Vector, start: Vector, ridge: float) -> tuple[_Dual, _Point, int]:
    """Solve by continuation: from a large quadratic term, which any density meets nearly, to a small one."""
    coefficients, steps = start, 0
    for floor in _LADDER:
        dual = _Dual(nodes, moments, sem, max(floor, ridge))
        last = floor == _LADDER[-1]
        limits = (MOST_STEPS - _DIRECT_STEPS - steps, TOLERANCE) if last else (_LADDER_STEPS, _LADDER_TOLERANCE)
        point, more = _minimize(dual, dual.at(coefficients), *limits)
        coefficients, steps = point.coefficients, steps + more
    return dual, point, steps


def _minimize(dual: _Dual, point: _Point, most_steps: int, tolerance: float) -> tuple[_Point, int]:
    """Take damped Newton steps from a point; return where they end and how many there were."""
    for steps in range(most_steps):
        if point.residual <= tolerance:
            return point, steps
        step = dual.newton_step(point)
        following = None if step is None else _search(dual, point, step)
        if following is None:
            return point, steps
        point = following
    return point, most_steps


def _search(dual: _Dual, point: _Point, step: Vector) -> _Point | None:
    """Search along a Newton step; None where nothing is gained.

    The step is halved until the value falls enough. A full step that leaves a steep slope along itself is doubled:
    where a gap has to be emptied, each plain step lowers the logarithm of the density by one.
    """
    descent = float(point.gradient @ step)
    length = 1.0
    while True:
        value, masses = dual.value(point.coefficients + length * step)
        # Within rounding of the minimum the value cannot fall any more; the gradient still can.
        rounding = length == 1 and -descent < 1e-12 * max(1.0, abs(point.value))
        if masses is not None and (value <= point.value + 1e-4 * length * descent or rounding):
            break
        length /= 2
        if length < _SHORTEST_STEP:
            return None
    found = dual.point(point.coefficients + length * step, value, masses)
    while length >= 1 and descent < -1e-9 and float(found.gradient @ step) < 0.25 * descent:
        length *= 2
        value, masses = dual.value(point.coefficients + length * step)
        if masses is None or not value < found.value:
            break
        found = dual.point(point.coefficients + length * step, value, masses)
    return found


@lru_cache(maxsize=8)
def _nodes(count: int) -> _Nodes:
    return _Nodes(count)


def _start(moments: Vector, nodes: _Nodes) -> Vector:
    """Multipliers of the logarithm of the Jackson-damped Chebyshev series, which is positive and of mass one."""
    order = len(moments) - 1
    damping = jackson_damping(order)
    # Coefficients of the density of the angle, without the factor sin(angle).
    angular = nodes.series(moments * damping * np.where(np.arange(order + 1), 2.0, 1.0))
    log_density = np.log(np.maximum(angular, _KPM_FLOOR * angular.max())) - nodes.log_sines
    coefficients = 2 * nodes.moments(log_density, order + 1) / nodes.count * damping
    coefficients[0] /= 2
    exponent = nodes.series(coefficients)
    coefficients[0] -= exponent.max() + np.log(np.exp(exponent - exponent.max()) @ nodes.weights)
    return coefficients


def _hessian(moments: Vector, diagonal: Vector) -> Matrix:
    """Return (mu_j+k + mu_|j-k|) / 2 + diagonal, j and k from 0 to m, from moments mu_0 to mu_2m."""
    size = len(diagonal)
    half = 0.5 * moments
    mirrored = np.concatenate([half[size - 1 : 0 : -1], half[:size]])
    # The Hankel and the Toeplitz matrix as views of their vectors; sliding_window_view would take a third of a step.
    item = half.itemsize
    sums = np.ndarray((size, size), np.float64, half, 0, (item, item))
    differences = np.ndarray((size, size), np.float64, mirrored, (size - 1) * item, (-item, item))
    hessian = sums + differences
    hessian.ravel()[:: size + 1] += diagonal
    return hessian


def interpolated_density(masses: NDArray[np.float64], unit: Vector) -> NDArray[np.float64]:
    """Return the density at points of [-1, 1], between the nodes linear in the angle.

    The nodes resolve all but nearly atomic densities to a fraction of a percent. Of those only the masses at the nodes
    are determined, and the exponential of their series could be anything in between.
    """
    count = masses.shape[-1]
    values = masses / _nodes(count).weights
    place = np.clip(np.arccos(unit) * (count / np.pi) - 0.5, 0, count - 1)
    left = np.minimum(place.astype(np.int64), count - 2)
    share = place - left
    return values[..., left] * (1 - share) + values[..., left + 1] * share


def _cumulative(masses: NDArray[np.float64], unit: Vector) -> NDArray[np.float64]:
    """Sum masses of nodes from -1 up to points of [-1, 1], linear in the angle between cell boundaries."""
    count = masses.shape[-1]
    sums = np.zeros((*masses.shape[:-1], count + 1))
    np.cumsum(masses[..., ::-1], axis=-1, out=sums[..., 1:])
    place = (np.pi - np.arccos(unit)) * (count / np.pi)
    cell = np.clip(place.astype(np.int64), 0, count - 1)
    share = place - cell
    return sums[..., cell] * (1 - share) + sums[..., cell + 1] * share
