"""Gauss rules of Jacobi matrices."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import eigh_tridiagonal

from graphspec._typing import Vector

_DENSE_STEPS = 128  # up to which a dense solver takes about as long as one for such matrices, which has to be imported


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
    nodes, vectors = _eigenpairs(alpha, beta)
    return nodes, vectors[0] ** 2


def ritz_values(alpha: Vector, beta: Vector) -> tuple[Vector, Vector]:
    """Return the Ritz values of a recurrence in increasing order, and the norms of their residuals.

    Parameters
    ----------
    alpha, beta
        Jacobi coefficients, shape (steps,) each; the last beta couples to what a further step would start from.
    """
    values, vectors = _eigenpairs(alpha, beta[:-1])
    return values, np.abs(beta[-1] * vectors[-1])


def _eigenpairs(alpha: Vector, beta: Vector) -> tuple[Vector, NDArray[np.float64]]:
    """Return eigenvalues in increasing order and eigenvectors of a Jacobi matrix."""
    size = len(alpha)
    if size > _DENSE_STEPS:
        values, vectors = eigh_tridiagonal(alpha, beta)
        return values, vectors
    matrix = np.zeros((size, size))
    matrix.flat[:: size + 1] = alpha
    matrix.flat[size :: size + 1] = beta
    values, vectors = np.linalg.eigh(matrix)
    return values, vectors
