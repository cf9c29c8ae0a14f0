"""Gauss rules of Jacobi matrices."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Vector = NDArray[np.float64]


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
    from scipy.linalg import eigh_tridiagonal

    nodes, vectors = eigh_tridiagonal(alpha, beta)
    return nodes, vectors[0] ** 2


def ritz_values(alpha: Vector, beta: Vector) -> tuple[Vector, Vector]:
    """Return the Ritz values of a recurrence in increasing order, and the norms of their residuals.

    Parameters
    ----------
    alpha, beta
        Jacobi coefficients, shape (steps,) each; the last beta couples to what a further step would start from.
    """
    from scipy.linalg import eigh_tridiagonal

    values, vectors = eigh_tridiagonal(alpha, beta[:-1])
    return values, np.abs(beta[-1] * vectors[-1])
