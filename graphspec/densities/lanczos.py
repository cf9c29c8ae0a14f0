"""Stochastic Lanczos quadrature: a Gauss rule for every probe (Golub and Meurant, Matrices, Moments and Quadrature)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.linalg import eigh_tridiagonal

from graphspec.densities.base import Linearized, SolverReport, coarse_order
from graphspec.densities.kpm import series_density_matrix

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Vector = NDArray[np.float64]


class LanczosPart:
    """The mean of the probes' Gauss rules as the continuous part of a spectrum.

    Counts and integrals use the rules as they are. For drawing, the angle is smoothed with a Gaussian whose width is
    the resolution pi / m: smoothing changes moments, so nothing but the drawing may see it.

    Parameters
    ----------
    alpha, beta
        Jacobi coefficients of the probes, shape (probes, steps).
    norm2
        Squared norms of the probes, shape (probes,).
    """

    report = SolverReport()

    def __init__(self, alpha: NDArray[np.float64], beta: NDArray[np.float64], norm2: Vector) -> None:
        self.nodes, self.weights = _rules(alpha, beta)
        steps = alpha.shape[1]
        fewer = max(1, coarse_order(2 * steps) // 2)
        self._coarse_nodes, self._coarse_weights = _rules(alpha[:, :fewer], beta[:, :fewer])
        self._importance = norm2 / norm2.mean()
        self._order = 2 * steps

    def density(self, unit: Vector) -> Linearized:
        """Return the smoothed density; its truncation error is the change from a coarser resolution."""
        resolution = np.pi / self._order
        orders = np.arange(2 * self._order + 1)
        # exp(-k^2 s^2 / 2) is below 1e-8 from k = 2 m on.
        moments = np.einsum("pj,pjk->pk", self.weights, np.cos(np.arccos(self.nodes)[:, :, None] * orders))
        matrix = series_density_matrix(unit, len(orders), resolution)
        probes = (moments * np.exp(-0.5 * (orders * resolution) ** 2)) @ matrix
        coarse = (moments * np.exp(-0.5 * (orders * resolution * 1.5) ** 2)) @ matrix
        result = self._mean(probes)
        return Linearized(result.value, result.deviations, np.abs(result.value - self._mean(coarse).value))

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


def _sums(
    nodes: NDArray[np.float64], weights: NDArray[np.float64], function: Callable[[Vector], Vector]
) -> NDArray[np.float64]:
    """Apply the rule of every probe, shape (probes, steps), to a function of one or several values a point."""
    values = np.asarray(function(nodes.ravel()))
    return np.asarray(np.einsum("pj,pj...->p...", weights, values.reshape(*nodes.shape, *values.shape[1:])))


def gauss_rule(alpha: Vector, beta: Vector) -> tuple[Vector, Vector]:
    """Return nodes in increasing order and weights of the Gauss rule of a Jacobi matrix.

    The weights are the squared first entries of the normalised eigenvectors (Golub and Welsch 1969).

    Parameters
    ----------
    alpha
        Diagonal, shape (steps,).
    beta
        Off-diagonal, shape (steps - 1,).
    """
    nodes, vectors = eigh_tridiagonal(alpha, beta)
    return nodes, vectors[0] ** 2
