"""The density of largest entropy that agrees with noisy Chebyshev moments as closely as their noise allows."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.polynomial import chebyshev
from scipy import fft
from scipy.linalg.lapack import dpotrf, dpotrs

from graphspec.densities.base import Linearized, SolverReport
from graphspec.densities.kpm import jackson_damping

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from graphspec.moments import Moments

    Vector = NDArray[np.float64]

TOLERANCE = 1e-9
"""Largest component of the gradient of the dual at which the solver has converged."""

RIDGE = 1e-8
"""Smallest variance that a moment is credited with: 1e-4 in a moment is what float32 and rounding may cost at worst."""

_LADDER = (1e-2, 1e-4, 1e-6)  # variances of the continuation for nearly atomic spectra (chosen by trial)
_LADDER_TOLERANCE = 1e-3
_DIRECT_STEPS = 22  # the direct solve takes 4 to 19 steps on everything but nearly atomic spectra (measured)
_LADDER_STEPS = 26
_NODES_PER_MOMENT = 16
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
        return _moments(self.masses, 2 * len(self.coefficients) - 1)

    @cached_property
    def hessian(self) -> NDArray[np.float64]:
        """Hessian of the dual, <T_j T_k> + s_k^2 delta_jk, shape (m + 1, m + 1)."""
        return _hessian(self.moments, self.variances)


def solve(moments: Vector, sem: Vector, *, ridge: float = RIDGE) -> MaxEntSolution:
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
    """
    order = len(moments) - 1
    nodes = _Nodes(max(256, fft.next_fast_len(_NODES_PER_MOMENT * order, real=True)))
    start = _start(moments, nodes)
    variances = _variances(sem, ridge)
    state = _newton(nodes, moments, variances, start, _DIRECT_STEPS, TOLERANCE)
    steps = state.steps
    if not state.converged:
        state = _State(start, nodes.masses(start))
        for floor in _LADDER:
            variances = _variances(sem, max(floor, ridge))
            last = floor == _LADDER[-1]
            state = _newton(
                nodes,
                moments,
                variances,
                state.coefficients,
                100 - steps if last else _LADDER_STEPS,
                TOLERANCE if last else _LADDER_TOLERANCE,
            )
            steps += state.steps
    report = SolverReport(state.converged, steps, state.residual, float(variances[1:].min(initial=np.inf)))
    return MaxEntSolution(state.coefficients, variances, state.masses, report)


class MaxEntPart:
    """A MaxEnt density as the continuous part of a spectrum, with first-order effects of every probe.

    Parameters
    ----------
    moments
        Moments of the sampled part of the spectrum.
    """

    def __init__(self, moments: Moments) -> None:
        self.solution = solve(moments.values, moments.sem)
        coarse_order = _coarse_order(len(moments.values) - 1)
        reduced = moments.truncated(coarse_order)
        self._coarse = solve(reduced.values, reduced.sem)
        self.report = self.solution.report
        # (H + S) da = dmu at the optimum: the effect of a probe on the multipliers.
        self._effects = np.linalg.solve(self.solution.hessian, moments.deviations.T).T

    def density(self, unit: Vector) -> Linearized:
        """Return the density; its truncation error is the change from a lower order."""
        value = np.exp(chebyshev.chebval(unit, self.solution.coefficients))
        coarse = np.exp(chebyshev.chebval(unit, self._coarse.coefficients))
        deviations = chebyshev.chebval(unit, self._effects.T) * value
        return Linearized(value, deviations, np.abs(value - coarse))

    def cumulative(self, unit: Vector) -> Linearized:
        """Return the distribution function; its truncation error is the change from a lower order."""
        value = _cumulative(self.solution.masses, unit)
        coarse = _cumulative(self._coarse.masses, unit)
        return Linearized(value, _cumulative(self._mass_deviations, unit), np.abs(value - coarse))

    def integrate(self, function: Callable[[Vector], Vector]) -> Linearized:
        """Return an integral by quadrature on the Chebyshev nodes."""
        values = function(_Nodes(len(self.solution.masses)).points)
        coarse = self._coarse.masses @ function(_Nodes(len(self._coarse.masses)).points)
        value = self.solution.masses @ values
        return Linearized(value, self._mass_deviations @ values, np.abs(value - coarse))

    @cached_property
    def _mass_deviations(self) -> NDArray[np.float64]:
        nodes = _Nodes(len(self.solution.masses))
        return self.solution.masses * nodes.series(self._effects)


class _Nodes:
    """Chebyshev nodes cos((j + 1/2) pi / N), j = 0 to N - 1, with Fejer's weights (Waldvogel, BIT 46, 195 (2006))."""

    def __init__(self, count: int) -> None:
        self.count = count

    @cached_property
    def points(self) -> Vector:
        return np.asarray(np.cos((np.arange(self.count) + 0.5) * np.pi / self.count))

    @cached_property
    def weights(self) -> Vector:
        integrals = np.zeros(self.count)
        even = np.arange(2, self.count, 2)
        integrals[0], integrals[2::2] = 2.0, 2.0 / (1.0 - even**2.0)
        return np.asarray(fft.dct(integrals, type=3)) / self.count

    def series(self, coefficients: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return sum_k a_k T_k at the nodes, along the last axis."""
        padded = np.zeros((*coefficients.shape[:-1], self.count))
        padded[..., : coefficients.shape[-1]] = coefficients / 2
        padded[..., 0] *= 2
        return np.asarray(fft.dct(padded, type=3))

    def masses(self, coefficients: Vector) -> Vector | None:
        """Return density times weight at the nodes, or None where the exponential would overflow."""
        exponent = self.series(coefficients)
        if not exponent.max() < _LARGEST_EXPONENT:
            return None
        return np.asarray(np.exp(exponent, out=exponent) * self.weights)


@dataclass(eq=False)
class _State:
    coefficients: Vector
    masses: Any
    steps: int = 0
    residual: float = np.inf
    converged: bool = False


def _newton(
    nodes: _Nodes, moments: Vector, variances: Vector, start: Vector, most_steps: int, tolerance: float
) -> _State:
    """Damped Newton steps; a step that leaves a steep slope along itself is doubled.

    Where a gap has to be emptied, plain steps lower the logarithm of the density by one each: doubling halves their
    number.
    """

    def dual(coefficients: Vector, masses: Vector | None) -> float:
        if masses is None:
            return np.inf
        return float(masses.sum() - coefficients @ moments + 0.5 * (variances @ coefficients**2))

    def gradient(coefficients: Vector, masses: Vector) -> tuple[Vector, Vector]:
        own = _moments(masses, 2 * len(moments) - 1)
        return own, own[: len(moments)] - moments + variances * coefficients

    state = _State(start, nodes.masses(start))
    value = dual(start, state.masses)
    own, slope = gradient(start, state.masses)
    while True:
        state.residual = float(np.abs(slope).max())
        state.converged = state.residual <= tolerance
        if state.converged or state.steps >= most_steps:
            return state
        factor, failed = dpotrf(_hessian(own, variances + 1e-15), lower=1, overwrite_a=1)
        if failed:
            return state
        step = -dpotrs(factor, slope, lower=1)[0]
        descent = float(slope @ step)
        length = 1.0
        while True:
            trial = state.coefficients + length * step
            masses = nodes.masses(trial)
            trial_value = dual(trial, masses)
            # Within rounding of the minimum the value cannot fall any more; the gradient still can.
            if trial_value <= value + 1e-4 * length * descent or (length == 1 and -descent < 1e-12 * max(1, abs(value))):
                break
            length /= 2
            if length < 1e-8:
                return state
        own, slope = gradient(trial, masses)
        while length >= 1 and descent < -1e-9 and float(slope @ step) < 0.25 * descent:
            length *= 2
            further = state.coefficients + length * step
            further_masses = nodes.masses(further)
            further_value = dual(further, further_masses)
            if not further_value < trial_value:
                break
            trial, masses, trial_value = further, further_masses, further_value
            own, slope = gradient(trial, masses)
        state.coefficients, state.masses, value = trial, masses, trial_value
        state.steps += 1


def _start(moments: Vector, nodes: _Nodes) -> Vector:
    """Multipliers of the logarithm of the Jackson-damped Chebyshev series, which is positive and of mass one."""
    order = len(moments) - 1
    damping = jackson_damping(order)
    # Coefficients of the density of the angle, without the factor sin(angle).
    angular = nodes.series(moments * damping * np.where(np.arange(order + 1), 2.0, 1.0))
    angles = (np.arange(nodes.count) + 0.5) * np.pi / nodes.count
    log_density = np.log(np.maximum(angular, _KPM_FLOOR * angular.max()) / np.sin(angles))
    coefficients = np.asarray(fft.dct(log_density, type=2))[: order + 1] / nodes.count * damping
    coefficients[0] /= 2
    exponent = nodes.series(coefficients)
    coefficients[0] -= exponent.max() + np.log(np.exp(exponent - exponent.max()) @ nodes.weights)
    return coefficients


def _variances(sem: Vector, floor: float) -> Vector:
    variances = np.maximum(sem**2, floor)
    variances[0] = 0.0
    return variances


def _moments(masses: Vector, count: int) -> Vector:
    return np.asarray(fft.dct(masses, type=2))[:count] / 2


def _hessian(moments: Vector, diagonal: Vector) -> NDArray[np.float64]:
    """Return (mu_j+k + mu_|j-k|) / 2 + diagonal from moments of order 0 to 2m."""
    size = len(diagonal)
    stride = moments.strides[0]
    hankel = as_strided(moments, (size, size), (stride, stride))
    mirrored = np.concatenate([moments[size - 1 : 0 : -1], moments[:size]])
    toeplitz = as_strided(mirrored[size - 1 :], (size, size), (-stride, stride))
    result = np.add(hankel, toeplitz, order="F")
    result *= 0.5
    np.einsum("ii->i", result)[...] += diagonal
    return result


def _cumulative(masses: NDArray[np.float64], unit: Vector) -> NDArray[np.float64]:
    """Sum masses of nodes from -1 up to points of [-1, 1], linear in the angle between cell boundaries."""
    count = masses.shape[-1]
    sums = np.zeros((*masses.shape[:-1], count + 1))
    np.cumsum(masses[..., ::-1], axis=-1, out=sums[..., 1:])
    place = (np.pi - np.arccos(unit)) * (count / np.pi)
    cell = np.clip(place.astype(np.int64), 0, count - 1)
    share = place - cell
    return np.asarray(sums[..., cell] * (1 - share) + sums[..., cell + 1] * share)


def _coarse_order(order: int) -> int:
    return max(1, (2 * order) // 3)
