"""Chebyshev nodes, with quadrature, series and moments by one cosine transform each."""

from __future__ import annotations

from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from graphspec._typing import Matrix, Vector


class ChebyshevNodes:
    """The points x_j = cos((j + 1/2) pi / N), j = 0 to N - 1, with Fejer's weights (Waldvogel, BIT 46, 195 (2006)).

    Parameters
    ----------
    count
        Number of nodes N.
    """

    def __init__(self, count: int) -> None:
        self.count = count

    @cached_property
    def points(self) -> Vector:
        """The nodes, in decreasing order."""
        return np.cos(self._angles)

    @cached_property
    def log_sines(self) -> Vector:
        """Logarithms of the sines of the angles of the nodes."""
        return np.log(np.sin(self._angles))

    @cached_property
    def weights(self) -> Vector:
        """Quadrature weights, exact for polynomials of degree below N."""
        # The series of the integrals of T_k over [-1, 1], which vanish for odd k.
        integrals = np.zeros(self.count)
        even = np.arange(2, self.count, 2)
        integrals[0], integrals[2::2] = 2.0, 4.0 / (1.0 - even**2.0)
        return self.series(integrals) / self.count

    def series(self, coefficients: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return sum_k a_k T_k(x_j) at the nodes, along the last axis of the coefficients, at most N of them."""
        # The transform counts all terms but the first twice.
        terms = 0.5 * coefficients
        terms[..., 0] = coefficients[..., 0]
        return fft.dct(terms, type=3, n=self.count)

    def moments(self, masses: Vector, count: int) -> Vector:
        """Return sum_j m_j T_k(x_j) for masses m_j at the nodes, k = 0 to `count` - 1, below N."""
        return 0.5 * fft.dct(masses)[:count]

    def coefficients(self, values: Matrix, order: int) -> Matrix:
        """Return the Chebyshev coefficients of functions by their values at the nodes, along the first axis.

        Parameters
        ----------
        values
            The values, shape (N, ...).
        order
            Highest order, below N.
        """
        coefficients = fft.dct(values, axis=0)[: order + 1] / self.count
        coefficients[0] /= 2
        return np.asarray(coefficients)

    @property
    def _angles(self) -> Vector:
        return (np.arange(self.count) + 0.5) * np.pi / self.count


@lru_cache(maxsize=8)
def chebyshev_nodes(count: int) -> ChebyshevNodes:
    """Return `count` nodes, from a cache of those used last."""
    return ChebyshevNodes(count)


def fast_count(least: int) -> int:
    """Return the smallest number of nodes, at least `least`, with a fast cosine transform."""
    return fft.next_fast_len(least, real=True)
