"""Maximum-entropy densities: those of largest entropy that agree with Chebyshev moments within their noise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property, partial

import numpy as np

from graphspec._typing import Matrix, Vector
from graphspec.densities.chebyshev_nodes import ChebyshevNodes, chebyshev_nodes, fast_count
from graphspec.densities.dual import Dual, DualPoint, moment_hessian
from graphspec.densities.kpm import jackson_damping
from graphspec.densities.newton import NewtonSettings, minimize
from graphspec.densities.parts import Linearized, SolverReport, coarse_order, distribution_truncation, half_order
from graphspec.errors import ParameterError
from graphspec.options import Number, Options, group_of, option
from graphspec.sketches import Moments


@dataclass(frozen=True, kw_only=True)
class MaxEntSettings(Options):
    """Settings of the MaxEnt solver.

    Newton steps reach the minimum for all but nearly atomic spectra. These are solved by continuation: first with large
    variances of the moments, then with decreasing ones.

    Attributes
    ----------
    ridge
        Smallest variance of a moment: float32 and rounding change moments by up to 1e-4.
    nodes_per_moment, min_nodes
        Chebyshev nodes for every moment, and their smallest number: between them densities are smooth.
    start_floor
        Relative floor of the positive density that the solver starts from.
    trial_steps, trial_residual
        Newton steps after which a gradient above this residual calls for continuation: it is 0.2 to 0.5 for nearly
        atomic spectra, else below 0.05 (measured).
    direct_steps
        Largest number of Newton steps without continuation: all but nearly atomic spectra take 4 to 19 (measured).
    first_decimal, last_decimal
        The ridges of the continuation are 10^-d from the first to the last of these d (chosen by trial).
    stage_steps, stage_residual
        Newton steps, and gradient, at which a stage of the continuation other than the last ends.
    newton
        Settings of the Newton steps.
    """

    ridge: float = option(1e-8, Number(0.0), "smallest variance of a moment")
    nodes_per_moment: int = option(16, Number(2, integer=True), "Chebyshev nodes for every moment")
    min_nodes: int = option(256, Number(2, integer=True), "Chebyshev nodes at least")
    start_floor: float = option(1e-4, Number(0.0, 1.0, open=True), "relative floor of the density at the start")
    trial_steps: int = option(4, Number(0, integer=True), "Newton steps before the continuation is considered")
    trial_residual: float = option(0.15, Number(0.0), "gradient above which the continuation begins")
    direct_steps: int = option(22, Number(0, integer=True), "Newton steps without continuation at most")
    first_decimal: int = option(2, Number(0, integer=True), "decimal exponent of the first ridge of the continuation")
    last_decimal: int = option(6, Number(0, integer=True), "decimal exponent of its last ridge")
    stage_steps: int = option(20, Number(1, integer=True), "Newton steps of a stage")
    stage_residual: float = option(1e-3, Number(0.0), "gradient at the end of a stage")
    newton: NewtonSettings = group_of(NewtonSettings)

    def check(self) -> None:
        """Check that the continuation has a stage, and that steps are left for it."""
        if self.first_decimal > self.last_decimal:
            message = f"`first_decimal` ({self.first_decimal}) must be at most `last_decimal` ({self.last_decimal})"
            raise ParameterError(message, "first_decimal")
        if self.direct_steps > self.newton.max_steps:
            message = f"`direct_steps` ({self.direct_steps}) must be at most `max_steps` ({self.newton.max_steps})"
            raise ParameterError(message, "direct_steps")


DEFAULTS = MaxEntSettings()


@dataclass(frozen=True, eq=False)
class MaxEntSolution:
    """A density q(x) = exp(sum_k a_k T_k(x)) on [-1, 1].

    Attributes
    ----------
    coefficients
        The multipliers a_0 to a_m.
    variances
        The variances s_k^2 of the moments, with s_0 = 0.
    masses
        Masses of the Chebyshev nodes cos((j + 1/2) pi / N), shape (N,): density times quadrature weight.
    report
        Convergence of the solver.
    """

    coefficients: Vector
    variances: Vector
    masses: Vector
    report: SolverReport

    @property
    def nodes(self) -> ChebyshevNodes:
        """The Chebyshev nodes."""
        return chebyshev_nodes(len(self.masses))

    @cached_property
    def moments(self) -> Vector:
        """Moments of the density, order 0 to 2m."""
        return self.nodes.moments(self.masses, 2 * len(self.coefficients) - 1)

    @cached_property
    def hessian(self) -> Matrix:
        """Hessian of the dual, <T_j T_k> + s_k^2 delta_jk, shape (m + 1, m + 1)."""
        return moment_hessian(self.moments, self.variances)


def solve(
    moments: Vector,
    sem: Vector,
    *,
    ridge: float | None = None,
    start: MaxEntSolution | None = None,
    settings: MaxEntSettings = DEFAULTS,
) -> MaxEntSolution:
    """Compute the maximum-entropy density of moments of T_0 to T_m with standard errors.

    The density is q(x) = exp(sum_k a_k T_k(x)), whose multipliers a minimise the dual: the integral of q, minus a.mu,
    plus half the sum of s_k^2 a_k^2. Without the quadratic term this is the classical problem (Mead and Papanicolaou,
    J. Math. Phys. 25, 2404 (1984); Granziol et al., Entropy 21, 551 (2019)); the term is the likelihood of moments with
    Gaussian noise of variance s_k^2. With it a unique solution exists, which is no sharper than the data. The Chebyshev
    basis keeps the Hessian well conditioned, and exponent and moments cost one cosine transform each.

    Parameters
    ----------
    moments
        Moments mu_0 = 1, mu_1, ..., mu_m of the measure on [-1, 1].
    sem
        Standard errors of the moments.
    ridge
        Floor of the variances s_k^2, by default that of the settings. Nearly exact moments of nearly atomic spectra
        are solved by continuation, with a floor of at least 1e-6.
    start
        Density of the same order with similar moments, from which the solver starts.
    settings
        Settings of the solver.

    Returns
    -------
    MaxEntSolution
        The density, with a report on the convergence of the solver.

    Examples
    --------
    The moments of the uniform density on [-1, 1], 1 / (1 - k^2) for even k, reproduce it.

    >>> import numpy
    >>> from graphspec.densities.maxent import solve
    >>> solution = solve(numpy.array([1, 0, -1 / 3, 0, -1 / 15]), numpy.zeros(5))
    >>> numpy.exp(solution.coefficients[0]).round(6)
    np.float64(0.5)
    """
    order, newton = len(moments) - 1, settings.newton
    nodes = chebyshev_nodes(max(settings.min_nodes, fast_count(settings.nodes_per_moment * order)))
    floor = settings.ridge if ridge is None else ridge
    first = _start(moments, nodes, settings.start_floor) if start is None else start.coefficients
    # 1. Newton steps on the problem itself: a few on trial, and more if these have made the gradient small enough.
    dual = Dual(nodes, moments, sem, floor)
    point, steps = minimize(dual, dual.at(first), settings.trial_steps, newton.tolerance, newton)
    if point.residual <= settings.trial_residual:
        point, added_steps = minimize(dual, point, settings.direct_steps - steps, newton.tolerance, newton)
        steps += added_steps
    # 2. Continuation where these steps have not reached the minimum.
    if point.residual > newton.tolerance:
        dual, point, added_steps = _continue(nodes, moments, sem, first, floor, settings)
        steps += added_steps
    report = SolverReport(point.residual <= newton.tolerance, steps, point.residual, dual.ridge)
    return MaxEntSolution(point.coefficients, dual.variances, point.masses, report)


def _continue(
    nodes: ChebyshevNodes, moments: Vector, sem: Vector, start: Vector, ridge: float, settings: MaxEntSettings
) -> tuple[Dual, DualPoint, int]:
    """Solve by continuation in the ridge, from a large one, whose solution is nearly the start, to a small one."""
    coefficients, newton = start, settings.newton
    remaining = available = newton.max_steps - settings.direct_steps
    for decimal in range(settings.first_decimal, settings.last_decimal + 1):
        dual = Dual(nodes, moments, sem, max(10.0**-decimal, ridge))
        # All stages but the last only have to come near the path of solutions.
        limits = min(settings.stage_steps, remaining), settings.stage_residual
        if decimal == settings.last_decimal:
            limits = remaining, newton.tolerance
        point, steps = minimize(dual, dual.at(coefficients), *limits, newton)
        coefficients, remaining = point.coefficients, remaining - steps
    return dual, point, available - remaining


def _start(moments: Vector, nodes: ChebyshevNodes, floor: float) -> Vector:
    """Return multipliers of the logarithm of the Jackson-damped series, which is positive and of mass one."""
    order = len(moments) - 1
    damping = jackson_damping(order)
    # Coefficients of the density of the angle, without the factor sin(angle).
    angular = nodes.series(moments * damping * np.where(np.arange(order + 1), 2.0, 1.0))
    log_density = np.log(np.maximum(angular, floor * angular.max())) - nodes.log_sines
    coefficients = 2 * nodes.moments(log_density, order + 1) / nodes.count * damping
    coefficients[0] /= 2
    exponent = nodes.series(coefficients)
    coefficients[0] -= exponent.max() + np.log(np.exp(exponent - exponent.max()) @ nodes.weights)
    return coefficients


def mass_effects(solution: MaxEntSolution, effects: Matrix) -> Matrix:
    """Return the first-order changes of the masses at the nodes by changes of the multipliers, shape (..., m + 1)."""
    return solution.masses * solution.nodes.series(effects)


class MaxEntPart:
    """A MaxEnt density as the continuous part of a spectrum, with first-order effects of every probe.

    Parameters
    ----------
    moments
        Moments of the sampled part of the spectrum.
    settings
        Settings of the solver.
    """

    certain = False
    support = np.zeros(0)

    def __init__(self, moments: Moments, settings: MaxEntSettings = DEFAULTS) -> None:
        self.solution = solve(moments.values, moments.sem, settings=settings)
        self._moments = moments
        order = len(moments.values) - 1
        lower = [_lower(moments.truncated(count), settings) for count in (coarse_order(order), half_order(order))]
        self._lower_masses = [masses for masses, _ in lower]
        # A truncation error from a lower order that did not converge is not reliable either.
        converged = self.solution.report.converged and all(done for _, done in lower)
        self.report = replace(self.solution.report, converged=converged)
        # (H + S) da = dmu at the optimum: the effect of a probe on the multipliers.
        self._effects = np.linalg.solve(self.solution.hessian, moments.deviations.T).T.astype(np.float64, copy=False)

    def density(self, unit: Vector) -> Linearized:
        """Return the density; its truncation error is the change from a lower order."""
        value = interpolated_density(self.solution.masses, unit)
        coarse = interpolated_density(self._lower_masses[0], unit)
        return Linearized(value, interpolated_density(self._mass_deviations, unit), np.abs(value - coarse))

    def cumulative(self, unit: Vector) -> Linearized:
        """Return the distribution function; its truncation error is the change from lower orders."""
        truncation = distribution_truncation(
            partial(_cumulative, self.solution.masses),
            [partial(_cumulative, masses) for masses in self._lower_masses],
            unit,
            np.pi / (len(self.solution.coefficients) - 1),
        )
        return Linearized(_cumulative(self.solution.masses, unit), _cumulative(self._mass_deviations, unit), truncation)

    def integrate(self, function: Callable[[Vector], Vector]) -> Linearized:
        """Return the integral of a function: its Chebyshev series from the moments, the remainder from the density.

        Moments of the density differ from the data by s_k^2 a_k, an error that the series does not have. The truncation
        error is the change from a lower order.
        """
        order = len(self.solution.coefficients) - 1
        coefficients, residual = _split(function, self.solution.nodes, order)
        value = self._moments.values @ coefficients + self.solution.masses @ residual
        deviations = self._moments.deviations @ coefficients + self._mass_deviations @ residual
        masses, lower = self._lower_masses[0], coarse_order(order)
        coefficients, residual = _split(function, chebyshev_nodes(len(masses)), lower)
        coarse = self._moments.values[: lower + 1] @ coefficients + masses @ residual
        return Linearized(value, deviations, np.abs(value - coarse))

    @cached_property
    def _mass_deviations(self) -> Matrix:
        return mass_effects(self.solution, self._effects)


def _lower(moments: Moments, settings: MaxEntSettings) -> tuple[Vector, bool]:
    """Return the masses of a density of lower order at its nodes, and whether the solver converged."""
    if len(moments.values) == 1:
        # The maximum-entropy density without any moment is the uniform one.
        return chebyshev_nodes(settings.min_nodes).weights / 2, True
    solution = solve(moments.values, moments.sem, settings=settings)
    return solution.masses, solution.report.converged


def _split(function: Callable[[Vector], Vector], nodes: ChebyshevNodes, order: int) -> tuple[Matrix, Matrix]:
    """Return the coefficients of a function's Chebyshev series up to an order, and its remainder at the nodes."""
    values = np.asarray(function(nodes.points), np.float64)
    coefficients = nodes.coefficients(values, order)
    return coefficients, values - nodes.series(coefficients.T).T


def interpolated_density(masses: Matrix, unit: Vector) -> Matrix:
    """Return the density at points of [-1, 1] from masses of nodes, by linear interpolation in the angle.

    The nodes resolve all but nearly atomic densities to a fraction of a percent. For nearly atomic ones only the masses
    at the nodes are determined, and the exponential of the series is arbitrary in between.
    """
    count = masses.shape[-1]
    values = masses / chebyshev_nodes(count).weights
    position = np.clip(np.arccos(unit) * (count / np.pi) - 0.5, 0, count - 1)
    left = np.minimum(position.astype(np.int64), count - 2)
    share = position - left
    return values[..., left] * (1 - share) + values[..., left + 1] * share


def _cumulative(masses: Matrix, unit: Vector) -> Matrix:
    """Sum masses of nodes from -1 up to points of [-1, 1], linear in the angle between cell boundaries."""
    count = masses.shape[-1]
    sums = np.zeros((*masses.shape[:-1], count + 1))
    np.cumsum(masses[..., ::-1], axis=-1, out=sums[..., 1:])
    position = (np.pi - np.arccos(unit)) * (count / np.pi)
    cell = np.clip(position.astype(np.int64), 0, count - 1)
    share = position - cell
    return sums[..., cell] * (1 - share) + sums[..., cell + 1] * share
