"""Stochastic Lanczos quadrature: a Gauss rule for every probe (Golub and Meurant, Matrices, Moments and Quadrature)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from graphspec._typing import Matrix, Vector
from graphspec.densities.kpm import series_density_matrix
from graphspec.densities.parts import Linearized, SolverReport, coarse_order
from graphspec.lanczos import gauss_rule
from graphspec.sketches import jacobi_chebyshev_moments


class LanczosPart:
    """The mean of the probes' Gauss rules as the continuous part of a spectrum.

    Counts and integrals use the rules as they are, exact to order 2 steps - 1. For densities, the angle is smoothed
    with a Gaussian of width pi / m, the resolution, which would change the moments of counts and integrals.

    Parameters
    ----------
    alpha, beta
        Jacobi coefficients of the probes, shape (probes, steps).
    norm2
        Squared norms of the probes, shape (probes,).
    """

    report = SolverReport()
    certain = False

    def __init__(self, alpha: Matrix, beta: Matrix, norm2: Vector) -> None:
        steps = alpha.shape[1]
        self.nodes, self.weights = probe_rules(alpha, beta)
        # Without the last coupling, moments of the Jacobi matrices are those of the rules themselves.
        self._alpha, self._inner_beta = alpha, np.where(np.arange(steps) < steps - 1, beta, 0.0)
        self._beta = beta
        self._importance = norm2 / norm2.mean()
        self._order = 2 * steps

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
        """Return the mean of the rules' sums; its truncation error is the change from rules of fewer nodes."""
        fine = self._mean(rule_sums(self.nodes, self.weights, function))
        coarse = self._mean(rule_sums(*_coarse_rules(self._alpha, self._beta), function))
        return Linearized(fine.value, fine.deviations, np.abs(fine.value - coarse.value))

    def _mean(self, probes: Matrix) -> Linearized:
        """Average values of probes, shape (probes, ...), as a ratio of sums."""
        importance = self._importance.reshape(-1, *([1] * (probes.ndim - 1)))
        value = (importance * probes).mean(axis=0)
        return Linearized(value, importance * (probes - value), np.zeros_like(value))


def probe_rules(alpha: Matrix, beta: Matrix) -> tuple[Matrix, Matrix]:
    """Return nodes, clipped to [-1, 1], and weights of the Gauss rules of all probes, shape (probes, steps) each."""
    rules = [gauss_rule(diagonal, off[:-1]) for diagonal, off in zip(alpha, beta, strict=True)]
    return np.clip([nodes for nodes, _ in rules], -1.0, 1.0), np.array([weights for _, weights in rules])


def _coarse_rules(alpha: Matrix, beta: Matrix) -> tuple[Matrix, Matrix]:
    """Return rules of fewer nodes, or of the arcsine law, the measure of a recurrence without steps."""
    fewer = coarse_order(2 * alpha.shape[1]) // 2
    if fewer > 0:
        return probe_rules(alpha[:, :fewer], beta[:, :fewer])
    nodes = np.tile(np.array([-1.0, 1.0]) / np.sqrt(2), (len(alpha), 1))
    return nodes, np.full_like(nodes, 0.5)


def rule_sums(nodes: Matrix, weights: Matrix, function: Callable[[Vector], Vector]) -> Matrix:
    """Apply the rule of every probe, shape (probes, steps), to a function with one or several values per point."""
    values = np.asarray(function(nodes.ravel()))
    return np.einsum("pj,pj...->p...", weights, values.reshape(*nodes.shape, *values.shape[1:]))
