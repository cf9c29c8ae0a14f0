"""Gauss and Gauss-Radau rules of all probes (Golub and Meurant, Matrices, Moments and Quadrature, chapter 6)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from graphspec._typing import Matrix, Vector
from graphspec.lanczos import gauss_rule_and_ends

_ENDED = 1e-3
"""Coupling of a recurrence that has come to its end: one of zero is computed as up to 1.5e-4, in 16 bits."""


def probe_rules(alpha: Matrix, beta: Matrix, *, clipped: bool = True) -> tuple[Matrix, Matrix]:
    """Return nodes and weights of the Gauss rules of all probes, shape (probes, steps) each.

    Parameters
    ----------
    alpha, beta
        Jacobi coefficients, shape (probes, steps); the last of `beta` is not used.
    clipped
        Whether nodes that rounding has moved beyond -1 or 1 are moved back.
    """
    nodes, weights, _ = probe_rules_and_residuals(alpha, beta, clipped=clipped)
    return nodes, weights


def probe_rules_and_residuals(alpha: Matrix, beta: Matrix, *, clipped: bool = True) -> tuple[Matrix, Matrix, Matrix]:
    """Return nodes and weights as :func:`probe_rules`, and how far each node is from an eigenvalue at most.

    That distance is the last coupling times the last entry of the eigenvector of the Jacobi matrix (Paige 1971); all
    three have the shape (probes, steps).
    """
    rules = [gauss_rule_and_ends(diagonal, off[:-1]) for diagonal, off in zip(alpha, beta, strict=True)]
    nodes, weights, ends = (np.array(each) for each in zip(*rules, strict=True))
    return np.clip(nodes, -1.0, 1.0) if clipped else nodes, weights, np.abs(beta[:, -1:]) * np.sqrt(ends)


def radau_rules(alpha: Matrix, beta: Matrix, end: float, *, clipped: bool = True) -> tuple[Matrix, Matrix]:
    """Return nodes and weights of the rules that have a node at `end`, shape (probes, steps + 1) each."""
    extended = np.concatenate([beta, np.zeros((len(beta), 1))], axis=1)
    return probe_rules(radau_coefficients(alpha, beta, end), extended, clipped=clipped)


def rule_sums(nodes: Matrix, weights: Matrix, function: Callable[[Vector], Vector]) -> Matrix:
    """Apply the rule of every probe, shape (probes, steps), to a function with one or several values per point."""
    values = np.asarray(function(nodes.ravel()))
    return np.einsum("pj,pj...->p...", weights, values.reshape(*nodes.shape, *values.shape[1:]))


def averaged_sums(alpha: Matrix, beta: Matrix, gauss: Matrix, function: Callable[[Vector], Vector]) -> Matrix:
    """Return values of a function by averaged rules, from those by Gauss rules, shape (probes, ...).

    The anti-Gauss rule of k nodes errs by as much as the Gauss rule of k - 1 nodes, with the other sign, for
    polynomials up to degree 2k - 1, and nearly so for other functions where the coefficients hardly change any more:
    their mean is better than either (D. P. Laurie, Math. Comp. 65, 739 (1996)). Where an anti-Gauss rule has a node
    outside the interval, the value is that of the Gauss rule; next to a singularity, it differs from this by at most
    k / 2 times the change from k - 1 nodes to k, which is the error of rules that converge as 1 / k^2, as they do for
    the logarithm and a spectrum down to zero. A recurrence that has come to its end, at the last coupling, has a Gauss
    rule without an error.

    Parameters
    ----------
    alpha, beta
        Jacobi coefficients, shape (probes, steps).
    gauss
        Values by the Gauss rules, shape (probes, ...).
    function
        The function of points in [-1, 1], with one or several values per point.
    """
    steps = alpha.shape[1]
    if steps < 2:
        return gauss
    doubled = beta.copy()
    doubled[:, -2] *= np.sqrt(2.0)
    nodes, weights = probe_rules(alpha, doubled, clipped=False)
    used = (np.abs(nodes) < 1.0).all(axis=1) & (np.abs(beta[:, -1]) > _ENDED)
    result = gauss.copy()
    if used.any():
        fewer = rule_sums(*probe_rules(alpha[used, :-1], beta[used, :-1]), function)
        with np.errstate(invalid="ignore"):
            averaged = (fewer + rule_sums(nodes[used], weights[used], function)) / 2
            limit = steps / 2 * np.abs(gauss[used] - fewer)
            change = np.clip(averaged - gauss[used], -limit, limit)
        # The function may not be defined at further nodes.
        result[used] += np.where(np.isfinite(change), change, 0.0)
    return result


def radau_coefficients(alpha: Matrix, beta: Matrix, end: float) -> Matrix:
    """Return diagonals whose Jacobi matrices have an eigenvalue at an end of the interval, shape (probes, steps + 1).

    The last entry is end + b_k^2 e_k' (J_k - end)^-1 e_k (Golub, SIAM Review 15, 318 (1973)), by the pivots of
    J_k - end.

    Parameters
    ----------
    alpha, beta
        Jacobi coefficients, shape (probes, steps); the last of `beta` couples the new entry.
    end
        A point at most, or at least, as large as all eigenvalues of the Jacobi matrices.
    """
    probes, steps = alpha.shape
    tiny = np.finfo(np.float64).eps * (1.0 if np.sum(alpha) >= end * alpha.size else -1.0)
    ratio = np.zeros(probes)
    for step in range(steps):
        # An eigenvalue at the end itself makes a pivot zero, or gives it the wrong sign by rounding.
        pivot = alpha[:, step] - end - ratio
        ratio = beta[:, step] ** 2 / np.where(np.abs(pivot) < abs(tiny), tiny, pivot)
    return np.concatenate([alpha, (end + ratio)[:, None]], axis=1)
