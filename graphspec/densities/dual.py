"""The dual of the maximum-entropy problem: value, gradient and Hessian at densities q(x) = exp(sum_k a_k T_k(x))."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from graphspec._typing import Matrix, Vector
from graphspec.densities.chebyshev_nodes import ChebyshevNodes


@dataclass(frozen=True, eq=False)
class DualPoint:
    """Value and derivatives of the dual at some multipliers.

    Attributes
    ----------
    coefficients
        The multipliers a_0 to a_m.
    masses
        Density times quadrature weight at the nodes.
    value
        Value of the dual.
    moments
        Moments of the density, order 0 to 2m.
    gradient
        Gradient of the dual, shape (m + 1,).
    """

    coefficients: Vector
    masses: Vector
    value: float
    moments: Vector
    gradient: Vector

    @property
    def residual(self) -> float:
        """Largest component of the gradient."""
        return float(np.abs(self.gradient).max())


@dataclass(frozen=True, eq=False)
class Dual:
    """The convex function of multipliers a whose minimum is the maximum-entropy density.

    The dual is the integral of q, minus a.mu, plus half the sum of s_k^2 a_k^2. The last term is the likelihood of
    moments with Gaussian noise: with it a unique minimum exists, and the density is no sharper than the data.

    Attributes
    ----------
    nodes
        Nodes of the quadrature.
    moments
        Moments mu_0 to mu_m.
    sem
        Standard errors of the moments.
    ridge
        Floor of the variances s_k^2.
    """

    nodes: ChebyshevNodes
    moments: Vector
    sem: Vector
    ridge: float

    @cached_property
    def variances(self) -> Vector:
        """The variances s_k^2: squared standard errors, but at least the ridge; that of the mass is zero."""
        variances = np.maximum(self.sem**2, self.ridge)
        variances[0] = 0.0
        return variances

    def value(self, coefficients: Vector) -> tuple[float, Vector | None]:
        """Return the value at multipliers and the masses of the density, or infinity and None where they overflow."""
        exponent = self.nodes.series(coefficients)
        if not exponent.max() < self._largest_exponent:
            return np.inf, None
        masses = np.exp(exponent, out=exponent)
        masses *= self.nodes.weights
        penalty = 0.5 * (self.variances @ (coefficients * coefficients))
        return float(masses.sum() - coefficients @ self.moments + penalty), masses

    def at(self, coefficients: Vector) -> DualPoint:
        """Return the point at multipliers whose density does not overflow."""
        value, masses = self.value(coefficients)
        assert masses is not None
        return self.point(coefficients, value, masses)

    def point(self, coefficients: Vector, value: float, masses: Vector) -> DualPoint:
        """Return the point at multipliers whose value and masses are known."""
        moments = self.nodes.moments(masses, 2 * len(self.moments) - 1)
        gradient = moments[: len(self.moments)] - self.moments + self.variances * coefficients
        return DualPoint(coefficients, masses, value, moments, gradient)

    def hessian(self, point: DualPoint, shift: float = 0.0) -> Matrix:
        """Return the Hessian <T_j T_k> + (s_k^2 + shift) delta_jk, shape (m + 1, m + 1)."""
        return moment_hessian(point.moments, self.variances + shift)

    @cached_property
    def _largest_exponent(self) -> float:
        """Largest exponent at which masses can be added without overflow, in cosine transforms too."""
        return float(np.log(np.finfo(np.float64).max / (4 * self.nodes.count)))


def moment_hessian(moments: Vector, diagonal: Vector) -> Matrix:
    """Return (mu_j+k + mu_|j-k|) / 2 + diagonal, j and k from 0 to m, from moments mu_0 to mu_2m.

    The first term is <T_j T_k>, since T_j T_k = (T_j+k + T_|j-k|) / 2.
    """
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
