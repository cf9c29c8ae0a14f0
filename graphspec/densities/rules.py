"""Gauss and Gauss-Radau rules of the probes as other measures with the moments of a density."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from graphspec._typing import Matrix, Vector
from graphspec.densities.kpm import jackson_damping, series_cumulative
from graphspec.densities.lanczos import LanczosPart
from graphspec.densities.quadrature import radau_rules, rule_sums
from graphspec.sketches import Moments, jacobi_chebyshev_moments

_RESOLVED = 0.01
"""Largest residual of a node that is an eigenvalue, in resolutions pi / m; ten times as much works too (measured)."""
_JUMP = 1e-9
"""Half width of a jump in the angle, the distance at which eigenvalues are distinguished."""


class MatchedRules:
    """The mean over probes of Gauss and Gauss-Radau rules, with the moments of a density in place of their own.

    Many measures have the same moments of finite order. A Gauss rule has the fewest points, a Gauss-Radau rule has a
    point at an end of the interval (Golub and Meurant, Matrices, Moments and Quadrature, chapter 6); a damped series
    and a maximum-entropy density are smooth. The moments do not determine the differences between these.

    The moments of a density include control variates, those of the rules do not. The effect of this difference on the
    polynomial part of a function is added to its integral against a rule.

    Parameters
    ----------
    alpha, beta
        Jacobi coefficients of the probes, shape (probes, steps).
    norm2
        Squared norms of the probes, shape (probes,).
    moments
        Moments of the density, of order at most twice the number of steps.
    """

    def __init__(self, alpha: Matrix, beta: Matrix, norm2: Vector, moments: Moments) -> None:
        order = len(moments.values) - 1
        self.gauss = LanczosPart(alpha, beta, norm2)
        self._alpha, self._beta, self._importance = alpha, beta, norm2 / norm2.mean()
        raw = jacobi_chebyshev_moments(alpha, beta, order)
        weighted = self._importance[:, None] * raw
        self._shift = moments.values - weighted.mean(axis=0)
        # Deviations of probes from means: of the moments of the density less those of the rules.
        own = weighted - self._importance[:, None] * weighted.mean(axis=0)
        self._shift_deviations = moments.deviations - own

    def cumulative(self, unit: Vector) -> Vector:
        """Return the distribution function, linear in the angle between nodes.

        Half of each weight lies on either side of its node; at a node that is an eigenvalue the function jumps by its
        weight. The difference of moments enters through the damped series of a step function.
        """
        angles, values = -np.arccos(unit), np.zeros(unit.shape)
        places, sums = self._polygons
        for place, height, share in zip(places, sums, self._importance, strict=True):
            values += share * np.interp(angles, place, height)
        shift = series_cumulative(self._shift * jackson_damping(len(self._shift) - 1), unit)
        return np.asarray(values / len(self._importance) + shift)

    @cached_property
    def _polygons(self) -> tuple[Matrix, Matrix]:
        """Negative angles and heights of corners of the probes' distribution functions, shape (probes, corners)."""
        nodes, weights = self.gauss.nodes, self.gauss.weights
        resolved = self.gauss.residuals < _RESOLVED * np.pi / max(1, len(self._shift) - 1)
        half = np.where(resolved, weights, 0.0) / 2
        middles = np.cumsum(weights, axis=1) - weights / 2
        # Each node gives two corners: at the same angle, or the width of a jump apart.
        places = -np.arccos(nodes)[:, :, None] + np.where(resolved, _JUMP, 0.0)[:, :, None] * [-1.0, 1.0]
        sums = middles[:, :, None] + half[:, :, None] * [-1.0, 1.0]
        first, last = (np.full((len(nodes), 1), value) for value in (0.0, 1.0))
        return (
            np.concatenate([first - np.pi - _JUMP, places.reshape(len(nodes), -1), first + _JUMP], axis=1),
            np.concatenate([first, sums.reshape(len(nodes), -1), last], axis=1),
        )

    def integrals(self, function: Callable[[Vector], Vector], coefficients: Matrix) -> Matrix:
        """Return the integrals of a function against every rule, shape (rules, ...); infinite where it is at an end.

        Parameters
        ----------
        function
            The function; at an end of the interval it may be singular.
        coefficients
            Coefficients of its Chebyshev series, shape (order + 1, ...).
        """
        order = len(self._shift) - 1
        # A Gauss rule of k nodes has the moments below order 2k, a Gauss-Radau rule of k + 1 nodes those up to 2k.
        highest = min(order, 2 * self.gauss.nodes.shape[1] - 1)
        integrals = [self._matched(self.gauss.nodes, self.gauss.weights, function, coefficients[: highest + 1])]
        steps = order // 2
        for end in (-1.0, 1.0):
            rules = radau_rules(self._alpha[:, :steps], self._beta[:, :steps], end)
            with np.errstate(divide="ignore", invalid="ignore"):
                integral = self._matched(*rules, function, coefficients[: 2 * steps + 1])
            integrals.append(np.where(np.isnan(integral), np.inf, integral))
        return np.array(integrals)

    def deviations(self, function: Callable[[Vector], Vector], coefficients: Matrix) -> Matrix:
        """Return the deviations of probes from the integral against the Gauss rules, shape (probes, ...)."""
        count = min(len(self._shift), 2 * self.gauss.nodes.shape[1])
        sums = rule_sums(self.gauss.nodes, self.gauss.weights, function)
        weights = self._importance.reshape(-1, *([1] * (sums.ndim - 1)))
        own = weights * (sums - (weights * sums).mean(axis=0))
        return np.asarray(own + np.tensordot(self._shift_deviations[:, :count], coefficients[:count], axes=1))

    def _matched(
        self, nodes: Matrix, weights: Matrix, function: Callable[[Vector], Vector], coefficients: Matrix
    ) -> NDArray[np.float64]:
        mean = np.tensordot(self._importance, rule_sums(nodes, weights, function), axes=1) / len(self._importance)
        return np.asarray(mean + np.tensordot(self._shift[: len(coefficients)], coefficients, axes=1))
