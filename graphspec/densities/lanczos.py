"""Stochastic Lanczos quadrature: a Gauss rule for every probe (Golub and Meurant, Matrices, Moments and Quadrature)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.polynomial import chebyshev

from graphspec._typing import Matrix, Vector
from graphspec.densities.kpm import series_density_matrix
from graphspec.densities.parts import Linearized, SolverReport, coarse_order
from graphspec.densities.quadrature import probe_rules, probe_rules_and_residuals, radau_rules, rule_sums
from graphspec.sketches import jacobi_chebyshev_moments


@dataclass(frozen=True, eq=False)
class PointMass:
    """An eigenvalue whose mass is known.

    Attributes
    ----------
    unit
        The eigenvalue, in [-1, 1].
    weights
        Weights that the rules of the probes give to it, shape (probes,).
    mass
        Its mass.
    reach
        Largest distance of its copies among the nodes.
    """

    unit: float
    weights: Vector
    mass: float
    reach: float


class LanczosPart:
    """The mean of the probes' Gauss rules as the continuous part of a spectrum.

    Counts and integrals use the rules as they are, exact to order 2 steps - 1. For densities, the angle is smoothed
    with a Gaussian of width pi / m, the resolution, which would change the moments of counts and integrals.

    Integrals take the exact moments of low order as control variates: from the value of a probe is subtracted c times
    the difference of its own moments from the exact ones, where c is the least-squares fit of the function by a
    polynomial under the mean of the rules. Counts are not corrected: a polynomial fits a step badly.

    Parameters
    ----------
    alpha, beta
        Jacobi coefficients of the probes, shape (probes, steps).
    norm2
        Squared norms of the probes, shape (probes,).
    exact
        Exactly known moments of T_0, T_1, ..., shape (orders,); by default that of T_0 alone.
    point
        An eigenvalue whose mass is known exactly: the weights that the probes give to it are another control variate.
    """

    report = SolverReport()
    certain = False

    def __init__(
        self,
        alpha: Matrix,
        beta: Matrix,
        norm2: Vector,
        exact: Vector | None = None,
        point: PointMass | None = None,
    ) -> None:
        steps = alpha.shape[1]
        self.nodes, self.weights, self.residuals = probe_rules_and_residuals(alpha, beta)
        # Without the last coupling, moments of the Jacobi matrices are those of the rules themselves.
        self._alpha, self._inner_beta = alpha, np.where(np.arange(steps) < steps - 1, beta, 0.0)
        self._beta = beta
        self._importance = norm2 / norm2.mean()
        self._order = 2 * steps
        # A rule of k nodes has the moments of its probe below order 2k.
        self._exact, self._point = np.ones(1) if exact is None else exact[: 2 * steps], point

    @property
    def support(self) -> Vector:
        """Nodes of all rules."""
        return self.nodes.ravel()

    def density(self, unit: Vector) -> Linearized:
        """Return the smoothed density; its truncation error is the change from a coarser resolution."""
        resolution = np.pi / self._order
        # exp(-k^2 s^2 / 2), the moments of a Gaussian of width s = pi / m, is below 1e-8 from k = 2 m on.
        orders = np.arange(2 * self._order + 1)
        moments = jacobi_chebyshev_moments(self._alpha, self._inner_beta, len(orders) - 1)
        matrix = series_density_matrix(unit, len(orders), resolution)
        fine, coarse = (
            self._mean((moments * np.exp(-0.5 * (orders * resolution * factor) ** 2)) @ matrix) for factor in (1.0, 1.5)
        )
        return Linearized(fine.value, fine.deviations, np.abs(fine.value - coarse.value))

    def cumulative(self, unit: Vector) -> Linearized:
        """Return the mean of the rules' distribution functions.

        The true distribution function of a probe lies between those of its rule at the previous and at the next node
        (Chebyshev, Markov and Stieltjes): the truncation error is this rigorous bound, averaged over probes.
        """
        probes, above, below = (np.empty((len(self.nodes), len(unit))) for _ in range(3))
        for index, (nodes, weights) in enumerate(zip(self.nodes, self.weights, strict=True)):
            sums = np.concatenate([[0.0, 0.0], np.cumsum(weights), [weights.sum()]])
            position = np.searchsorted(nodes, unit, side="right") + 1
            probes[index] = sums[position]
            above[index] = sums[position + 1] - sums[position]
            below[index] = sums[position] - sums[position - 1]
        mean = self._mean(probes)
        bound = np.maximum(self._mean(above).value, self._mean(below).value)
        return Linearized(mean.value, mean.deviations, bound)

    def integrate(self, function: Callable[[Vector], Vector]) -> Linearized:
        """Return the mean of the rules' sums, with control variates.

        The truncation error is the largest difference from rules of fewer nodes and from Gauss-Radau rules with a node
        at either end of the interval: infinite where the function is not finite there.
        """
        fine = self.controlled(rule_sums(self.nodes, self.weights, function), function)
        coarse = self._mean(rule_sums(*_coarse_rules(self._alpha, self._beta), function)).value
        gauss = self._mean(rule_sums(self.nodes, self.weights, function)).value
        truncation = np.abs(gauss - coarse)
        for end in (-1.0, 1.0):
            with np.errstate(divide="ignore", invalid="ignore"):
                radau = self._mean(rule_sums(*radau_rules(self._alpha, self._beta, end), function)).value
            truncation = np.maximum(truncation, np.where(np.isnan(radau), np.inf, np.abs(gauss - radau)))
        return Linearized(fine.value, fine.deviations, truncation)

    def controlled(self, values: Matrix, function: Callable[[Vector], Vector]) -> Linearized:
        """Average values of probes, shape (probes, ...), with the exact moments as control variates.

        Parameters
        ----------
        values
            Integrals of the function, or bounds on them, for every probe.
        function
            The function.
        """
        degree = len(self._exact) - 1
        plain = self._mean(self._with_known_mass(values, function))

        def polynomials(unit: Vector) -> Matrix:
            return np.asarray(chebyshev.chebvander(unit, degree))

        # The moment of T_0 differs from one where an eigenvalue's known mass replaces the weight that a probe gives it.
        coefficients = self._fitted(function, degree)
        moments = jacobi_chebyshev_moments(self._alpha, self._inner_beta, degree)
        own = self._mean(self._with_known_mass(moments, polynomials))
        value = plain.value - np.tensordot(own.value - self._exact, coefficients, axes=1)
        deviations = plain.deviations - np.tensordot(own.deviations, coefficients, axes=1)
        return Linearized(value, deviations, plain.truncation)

    def _with_known_mass(self, values: Matrix, function: Callable[[Vector], Vector]) -> Matrix:
        """Return values of probes with the known mass of an eigenvalue in place of their own weights for it."""
        if self._point is None:
            return values
        excess = self._point.weights - self._point.mass
        return np.asarray(values - np.multiply.outer(excess, np.asarray(function(np.array([self._point.unit])))[0]))

    def _fitted(self, function: Callable[[Vector], Vector], degree: int) -> Matrix:
        """Return Chebyshev coefficients of the least-squares fit of a function under the mean of the rules."""
        weights = self._importance[:, None] * self.weights
        if self._point is not None:
            weights = np.where(np.abs(self.nodes - self._point.unit) > self._point.reach, weights, 0.0)
        roots = np.sqrt(weights).ravel()
        values = np.asarray(function(self.nodes.ravel()), np.float64)
        scaled = values * roots.reshape(-1, *([1] * (values.ndim - 1)))
        basis = chebyshev.chebvander(self.nodes.ravel(), degree) * roots[:, None]
        # Few distinct nodes determine fewer coefficients; of many solutions the smallest is taken.
        solution = np.linalg.lstsq(basis, scaled.reshape(len(roots), -1), rcond=1e-6)[0]
        return np.asarray(solution.reshape(degree + 1, *values.shape[1:]))

    def _mean(self, probes: Matrix) -> Linearized:
        """Average values of probes, shape (probes, ...), as a ratio of sums."""
        importance = self._importance.reshape(-1, *([1] * (probes.ndim - 1)))
        value = (importance * probes).mean(axis=0)
        return Linearized(value, importance * (probes - value), np.zeros_like(value))


def _coarse_rules(alpha: Matrix, beta: Matrix) -> tuple[Matrix, Matrix]:
    """Return rules of fewer nodes, or of the arcsine law, the measure of a recurrence without steps."""
    fewer = coarse_order(2 * alpha.shape[1]) // 2
    if fewer > 0:
        return probe_rules(alpha[:, :fewer], beta[:, :fewer])
    nodes = np.tile(np.array([-1.0, 1.0]) / np.sqrt(2), (len(alpha), 1))
    return nodes, np.full_like(nodes, 0.5)
