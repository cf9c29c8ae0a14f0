"""The kernel polynomial method: Jackson-damped Chebyshev series (Weisse et al., Rev. Mod. Phys. 78, 275 (2006))."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from graphspec._typing import Matrix, Vector
from graphspec.densities.parts import Linearized, SolverReport, coarse_order, smoothing_error
from graphspec.sketches import Moments


def jackson_damping(num_moments: int) -> Vector:
    """Return Jackson's factors g_0 to g_m, Weisse et al. (2006), equation 71 with N = m + 1.

    The damped series is non-negative and resolves pi / (m + 1) in the angle.
    """
    size, orders = num_moments + 2, np.arange(num_moments + 1)
    angle = np.pi * orders / size
    return ((size - orders) * np.cos(angle) + np.sin(angle) / np.tan(np.pi / size)) / size


class KpmPart:
    """A Chebyshev series as the continuous part of a spectrum.

    The series is damped for densities and counts, where an undamped series would oscillate, and undamped for integrals,
    which damping would bias.

    Parameters
    ----------
    moments
        Moments of the sampled part of the spectrum.
    nodes_per_moment
        Chebyshev nodes of integrals per moment, many more than smooth functions need.
    """

    report = SolverReport()
    certain = False
    support = np.zeros(0)

    def __init__(self, moments: Moments, nodes_per_moment: int = 16) -> None:
        self._moments, self._nodes_per_moment = moments, nodes_per_moment
        order = len(moments.values) - 1
        coarse = coarse_order(order)
        self._damping = jackson_damping(order)
        self._coarse_damping = np.zeros(order + 1)
        self._coarse_damping[: coarse + 1] = jackson_damping(coarse)
        self._coarse_cut = np.where(np.arange(order + 1) <= coarse, 1.0, 0.0)

    def density(self, unit: Vector) -> Linearized:
        """Return the damped density; its truncation error is the change from a lower order."""
        resolution = np.pi / len(self._damping)
        return self._linear(series_density_matrix(unit, len(self._damping), resolution), damped=True)

    def cumulative(self, unit: Vector) -> Linearized:
        """Return the damped distribution function; its truncation error is that of the kernel's width."""
        estimate = self._linear(series_cumulative_matrix(unit, len(self._damping)), damped=True)
        coefficients = self._moments.values * self._damping
        # A point mass is smoothed to nearly a Gaussian of standard deviation pi / m (Weisse et al., equation 77).
        truncation = smoothing_error(
            lambda points: series_cumulative(coefficients, points),
            unit,
            np.pi / (len(self._damping) - 1),
        )
        return Linearized(estimate.value, estimate.deviations, truncation)

    def integrate(self, function: Callable[[Vector], Vector]) -> Linearized:
        """Return the integral against the undamped series, exact for polynomials up to its order."""
        count = len(self._damping)
        nodes = self._nodes_per_moment * count
        angles = (np.arange(nodes) + 0.5) * np.pi / nodes
        values = np.asarray(function(np.cos(angles)))
        cosines = np.cos(np.arange(count)[:, None] * angles) * (np.where(np.arange(count), 2.0, 1.0) / nodes)[:, None]
        return self._linear(cosines @ values, damped=False)

    def _linear(self, matrix: Matrix, *, damped: bool) -> Linearized:
        """Apply a linear map, shape (orders, ...), to the moments."""
        weights = self._damping if damped else np.ones_like(self._damping)
        coarse_weights = self._coarse_damping if damped else self._coarse_cut
        value = (self._moments.values * weights) @ matrix
        coarse = (self._moments.values * coarse_weights) @ matrix
        return Linearized(value, (self._moments.deviations * weights) @ matrix, np.abs(value - coarse))


def series_density_matrix(unit: Vector, count: int, resolution: float) -> Matrix:
    """Return the matrix from moments mu_k to the density of their series at points of [-1, 1], shape (count, points).

    The density is mu_0 / (pi sin a) + sum_k 2 mu_k cos(k a) / (pi sin a) at x = cos a. The sine is bounded from below
    by that of half the `resolution`: at the ends of the interval a series has an integrable singularity.
    """
    angles = np.arccos(unit)
    sine = np.maximum(np.sin(angles), np.sin(resolution / 2))
    orders = np.arange(count)
    factors = np.where(orders, 2.0, 1.0) / np.pi
    return factors[:, None] * np.cos(orders[:, None] * angles) / sine


def series_cumulative(moments: Vector, unit: Vector) -> Vector:
    """Return the mass of [-1, x] under the series of moments mu_0, mu_1, ... at points of [-1, 1].

    The sum of mu_k sin(k a) / k is sin(a) times a series in U_k(cos a), by Clenshaw's recurrence: a seventh of the
    time of the sines of :func:`series_cumulative_matrix`.
    """
    angles = np.arccos(unit)
    double, last, before = 2 * np.cos(angles), np.zeros(angles.shape), np.zeros(angles.shape)
    for coefficient in (moments[:0:-1] / np.arange(len(moments) - 1, 0, -1)).tolist():
        last, before = coefficient + double * last - before, last
    return np.asarray(moments[0] * (1.0 - angles / np.pi) - 2.0 / np.pi * np.sin(angles) * last)


def series_cumulative_matrix(unit: Vector, count: int) -> Matrix:
    """Return the matrix from moments mu_k to the mass of [-1, x] under their series, shape (count, points)."""
    angles = np.arccos(unit)
    orders = np.arange(count)
    matrix = np.empty((count, len(angles)))
    matrix[0] = 1.0 - angles / np.pi
    matrix[1:] = -2.0 / np.pi * np.sin(orders[1:, None] * angles) / orders[1:, None]
    return matrix
