"""Lowest eigenvalues and eigenvectors by ARPACK, for gaps at which filters do not converge."""

from __future__ import annotations

from inspect import signature

import numpy as np
from scipy.sparse.linalg import ArpackError, LinearOperator, eigsh

from graphspec._typing import Vector
from graphspec.clusters.subspace import Eigenpairs, SubspaceIteration
from graphspec.errors import NotConvergedError

# Vectors with which ARPACK goes on in an invariant subspace: from scipy 1.17 on they are random unless a seed is given.
SEED = {"rng": 0} if "rng" in signature(eigsh).parameters else {}


def arpack_pairs_below(
    iteration: SubspaceIteration, pairs: Eigenpairs, threshold: float, expected: int, random: np.random.Generator
) -> tuple[Eigenpairs, float]:
    """Compute the remaining eigenpairs below a threshold and the next eigenvalue above it.

    The implicitly restarted Lanczos method works on X in float64, with the eigenvectors that are at hand deflated.

    Parameters
    ----------
    iteration
        The operator with its settings.
    pairs
        Eigenpairs below the threshold that are at hand.
    threshold
        The threshold.
    expected
        Expected number of remaining eigenpairs.
    random
        Generator of the starting vectors.

    Returns
    -------
    tuple
        All eigenpairs below the threshold, and the first eigenvalue above it.

    Raises
    ------
    NotConvergedError
        If ARPACK does not converge, an eigenvalue lies at the threshold, or too many lie below it.
    """
    settings, rows = iteration.settings, iteration.operator.num_rows
    middle, length = iteration.unit(threshold), iteration.top - iteration.bottom
    number, following, tolerance = expected + settings.guards, np.inf, settings.arpack_tolerance
    while number <= rows // settings.dense_blocks:
        # 1. The lowest eigenpairs that are not at hand. A Ritz value tells the side of an eigenvalue where it is
        # further from the threshold than its residual.
        values, vectors = arpack_lowest(iteration, pairs, number, tolerance, random)
        sure = bool((np.abs(values - middle) > tolerance * length).all())
        below = values < middle
        # 2. None is left: a single vector may miss copies of a multiple eigenvalue, but not once more from a new start.
        if sure and not below.any():
            return pairs, iteration.eigenvalue(float(min(following, values[0])))
        # 3. Eigenpairs of a run that was only to find none are computed again, to the full precision.
        if tolerance > settings.arpack_tolerance:
            tolerance = settings.arpack_tolerance
            continue
        if not sure:
            raise NotConvergedError(f"an eigenvalue lies at the threshold {threshold:g}")
        pairs = iteration.joined(pairs, Eigenpairs(values[below], vectors[:, below]))
        # 4. Where all lie below the threshold there are more. Otherwise another run has to find none, and need not
        # know the first eigenvalue above the threshold better than its distance.
        if below.all():
            number *= 2
        else:
            number, following = 1, min(following, float(values[~below].min()))
            tolerance = max(tolerance, (following - middle) / (10 * length))
    raise NotConvergedError(f"too many of the {rows:,} eigenvalues lie below the gap")


def arpack_following(
    iteration: SubspaceIteration, pairs: Eigenpairs, number: int, random: np.random.Generator
) -> Vector:
    """Compute the lowest eigenvalues beyond some eigenpairs, which are all up to the last of them.

    Parameters
    ----------
    iteration
        The operator with its settings.
    pairs
        Eigenpairs that are at hand.
    number
        Number of eigenvalues.
    random
        Generator of the starting vector.

    Raises
    ------
    NotConvergedError
        If ARPACK does not converge.
    """
    found = arpack_lowest(iteration, pairs, number, iteration.settings.arpack_tolerance, random)
    return np.array([iteration.eigenvalue(float(value)) for value in found.values])


def arpack_lowest(
    iteration: SubspaceIteration, pairs: Eigenpairs, number: int, tolerance: float, random: np.random.Generator
) -> Eigenpairs:
    """Return the lowest eigenpairs of X whose eigenvectors are orthogonal to those of some pairs."""
    rows, settings, deflated = iteration.operator.num_rows, iteration.settings, pairs.vectors
    length = iteration.top - iteration.bottom

    def multiply(vector: Vector) -> Vector:
        # X less its upper end, so that tolerances are relative to the length of the spectrum; eigenvectors at hand
        # move from the lower end of the spectrum beyond the upper one.
        column = vector.reshape(-1, 1)
        image = iteration.times_matrix(column) - iteration.top * column
        if deflated.shape[1]:
            image += 2 * length * (deflated @ (deflated.T @ column))
        return np.asarray(image[:, 0])

    try:
        values, vectors = eigsh(
            LinearOperator((rows, rows), multiply, dtype=np.float64),
            number,
            which="SA",
            v0=random.standard_normal(rows),
            ncv=min(rows, max(2 * number + 1, number + settings.arpack_basis)),
            tol=tolerance,
            maxiter=settings.arpack_restarts,
            **SEED,
        )
    except ArpackError as error:
        message = f"neither filters nor ARPACK converged, after {settings.arpack_restarts} restart(s)"
        raise NotConvergedError(message) from error
    order = np.argsort(values)
    return Eigenpairs(values[order] + iteration.top, vectors[:, order])
