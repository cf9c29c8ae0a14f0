"""Gauss rules of Jacobi matrices."""

from __future__ import annotations

import numpy as np
from scipy.linalg import eigh_tridiagonal

from graphspec._typing import Matrix, Vector


def gauss_rule(alpha: Vector, beta: Vector) -> tuple[Vector, Vector]:
    """Return nodes in increasing order and weights of the Gauss rule of a Jacobi matrix.

    The weights are the squared first entries of the normalised eigenvectors (Golub and Welsch 1969).

    Parameters
    ----------
    alpha
        Diagonal, shape (steps,).
    beta
        Off-diagonal, shape (steps - 1,).

    Returns
    -------
    nodes, weights
        Nodes and weights, shape (steps,) each; the weights add up to one.

    Examples
    --------
    The rule of two nodes of the uniform measure on [-1, 1]:

    >>> import numpy
    >>> from graphspec.lanczos import gauss_rule
    >>> nodes, weights = gauss_rule(numpy.zeros(2), numpy.array([1 / numpy.sqrt(3)]))
    >>> nodes.round(6), weights.round(6)
    (array([-0.57735,  0.57735]), array([0.5, 0.5]))
    """
    nodes, weights, _ = gauss_rule_and_ends(alpha, beta)
    return nodes, weights


def gauss_rule_and_ends(alpha: Vector, beta: Vector) -> tuple[Vector, Vector, Vector]:
    """Return nodes and weights as :func:`gauss_rule`, and the squared last entries of the eigenvectors.

    The last coupling of a recurrence times the last entry is the norm of the residual of a node as an eigenvalue
    (Paige 1971).
    """
    nodes, vectors = _eigenpairs(alpha, beta)
    return nodes, vectors[0] ** 2, vectors[-1] ** 2


def ritz_values(alpha: Vector, beta: Vector) -> tuple[Vector, Vector]:
    """Return the Ritz values of a recurrence in increasing order, and the norms of their residuals.

    Parameters
    ----------
    alpha, beta
        Jacobi coefficients, shape (steps,) each; the last beta is the coupling to the vector of a further step.
    """
    values, vectors = _eigenpairs(alpha, beta[:-1])
    return values, np.abs(beta[-1] * vectors[-1])


def _eigenpairs(alpha: Vector, beta: Vector) -> tuple[Vector, Matrix]:
    # Divide and conquer: stemr fails for copies of Ritz values, which recurrences produce after convergence.
    values, vectors = eigh_tridiagonal(alpha, beta, lapack_driver="stevd")
    return values, vectors
