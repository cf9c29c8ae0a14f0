"""Stochastic Lanczos quadrature: a Gauss rule for every probe (Golub and Meurant, Matrices, Moments and Quadrature)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from graphspec._typing import Vector
from graphspec.densities.base import Linearized, SolverReport, coarse_order
from graphspec.densities.kpm import series_density_matrix
from graphspec.lanczos import gauss_rule
from graphspec.sketches import jacobi_chebyshev_moments


class LanczosPart:
    """The mean of the probes' Gauss rules as the continuous part of a spectrum.

    Counts and integrals use the rules as they are, exact to order 2 steps - 1. For drawing, the angle is smoothed with
    a Gaussian whose width is
    the resolution pi / m: smoothing changes moments, so nothing but the drawing may see it.

    Parameters
    ----------
    alpha, beta
        Jacobi coefficients of the probes, shape (probes, steps).
    norm2
        Squared norms of the probes, shape (probes,).
    """

    report = SolverReport()

    @property
    def support(self) -> Vector:
        """All nodes."""
        return self.nodes.ravel()

    def __init__(self, alpha: NDArray[np.float64], beta: NDArray[np.float64], norm2: Vector) -> None:
        self.nodes, self.weights = _rules(alpha, beta)
        self._alpha, self._inner_beta = alpha, np.where(np.arange(beta.shape[1]) < beta.shape[1] - 1, beta, 0.0)
        steps = alpha.shape[1]
        self._coarse_nodes, self._coarse_weights = _coarse_rules(alpha, beta)
        self._importance = norm2 / norm2.mean()
        self._order = 2 * steps

    def density(self, unit: Vector) -> Linearized:
        """Return the smoothed density; its truncation error is the change from a coarser resolution."""
        resolution = np.pi / self._order
        # exp(-k^2 s^2 / 2) is below 1e-8 from k = 2 m on.
        orders = np.arange(2 * self._order + 1)
        # Without the last coupling these are moments of the rules themselves.
        moments = jacobi_chebyshev_moments(self._alpha, self._inner_beta, len(orders) - 1)
        matrix = series_density_matrix(unit, len(orders), resolution)
        result = self._mean((moments * np.exp(-0.5 * (orders * resolution) ** 2)) @ matrix)
        coarse = self._mean((moments * np.exp(-0.5 * (orders * resolution * 1.5) ** 2)) @ matrix)
        return Linearized(result.value, result.deviations, np.abs(result.value - coarse.value))

    def cumulative(self, unit: Vector) -> Linearized:
        """Return the mean of the rules' distribution functions.

        The true distribution function of a probe lies between that of its rule one node back and one node on
        (Chebyshev, Markov and Stieltjes): the truncation error is this rigorous bound, averaged over probes.
        """
        probes, above, below = (np.empty((len(self.nodes), len(unit))) for _ in range(3))
        for index, (nodes, weights) in enumerate(zip(self.nodes, self.weights, strict=True)):
            sums = np.concatenate([[0.0, 0.0], np.cumsum(weights), [weights.sum()]])
            place = np.searchsorted(nodes, unit, side="right") + 1
            probes[index] = sums[place]
            above[index] = sums[place + 1] - sums[place]
            below[index] = sums[place] - sums[place - 1]
        result = self._mean(probes)
        bound = np.maximum(self._mean(above).value, self._mean(below).value)
        return Linearized(result.value, result.deviations, bound)

    def integrate(self, function: Callable[[Vector], Vector]) -> Linearized:
        """Return the mean of the rules' sums; its truncation error is the change from rules of fewer nodes."""
        result = self._mean(_sums(self.nodes, self.weights, function))
        coarse = self._mean(_sums(self._coarse_nodes, self._coarse_weights, function))
        return Linearized(result.value, result.deviations, np.abs(result.value - coarse.value))

    def _mean(self, probes: NDArray[np.float64]) -> Linearized:
        """Average over probes as a ratio of sums."""
        importance = self._importance.reshape(-1, *([1] * (probes.ndim - 1)))
        value = (importance * probes).mean(axis=0)
        return Linearized(value, importance * (probes - value), np.zeros_like(value))


def _rules(alpha: NDArray[np.float64], beta: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return nodes, clipped to [-1, 1], and weights of the Gauss rules of all probes, shape (probes, steps) each."""
    rules = [gauss_rule(diagonal, off[:-1]) for diagonal, off in zip(alpha, beta, strict=True)]
    return np.clip([nodes for nodes, _ in rules], -1.0, 1.0), np.array([weights for _, weights in rules])


def _coarse_rules(
    alpha: NDArray[np.float64], beta: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return rules of fewer nodes; below a single one stands the rule of the arcsine law, which knows nothing."""
    fewer = coarse_order(2 * alpha.shape[1]) // 2
    if fewer > 0:
        return _rules(alpha[:, :fewer], beta[:, :fewer])
    nodes = np.tile(np.array([-1.0, 1.0]) / np.sqrt(2), (len(alpha), 1))
    return nodes, np.full_like(nodes, 0.5)


def _sums(
    nodes: NDArray[np.float64], weights: NDArray[np.float64], function: Callable[[Vector], Vector]
) -> NDArray[np.float64]:
    """Apply the rule of every probe, shape (probes, steps), to a function of one or several values a point."""
    values = np.asarray(function(nodes.ravel()))
    return np.einsum("pj,pj...->p...", weights, values.reshape(*nodes.shape, *values.shape[1:]))
