"""Eigenpairs of a curvature matrix that a recurrence has found."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from torch import Tensor

from graphspec._typing import Vector
from graphspec.lanczos import array_lanczos
from graphspec.operators import ArrayOperator


@dataclass(frozen=True, eq=False)
class RitzPairs:
    """Ritz pairs of a symmetric matrix that have converged.

    Attributes
    ----------
    values
        Ritz values in decreasing order of their modulus, shape (pairs,).
    vectors
        Orthonormal Ritz vectors as columns, shape (n, pairs).
    residuals
        Norms of the residuals, shape (pairs,).
    """

    values: Vector
    vectors: Tensor
    residuals: Vector

    def components(self, vector: Tensor) -> Tensor:
        """Return the components of a vector along the Ritz vectors, shape (pairs,)."""
        return self.vectors.T @ vector

    def share(self, vector: Tensor) -> float:
        """Return the share of the squared norm of a vector that lies in the span of the Ritz vectors."""
        return float(self.components(vector).square().sum() / vector.square().sum())


def ritz_pairs(
    operator: ArrayOperator,
    num_steps: int = 30,
    *,
    start: Tensor | None = None,
    seed: int = 0,
    residual: float = 1e-3,
    most: int | None = None,
) -> RitzPairs:
    """Return the Ritz pairs of one reorthogonalised recurrence that have converged.

    Unconverged Ritz vectors are no eigenvectors: they mix those of the bulk.

    Parameters
    ----------
    operator
        The matrix, of tensors, without an interval: the recurrence is of the matrix itself.
    num_steps
        Number of products.
    start
        Starting vector, shape (n,); by default of independent normal variables.
    seed
        Seed of the starting vector.
    residual
        Largest residual of a pair that has converged, relative to the largest Ritz value by modulus.
    most
        Largest number of pairs; those of the largest modulus are kept.
    """
    if start is None:
        start = operator.convert(np.random.default_rng(seed).standard_normal(operator.size))
    steps = min(num_steps, operator.size)
    spaces = array_lanczos(operator.images, [start], steps, operator.zeros)
    alpha, beta = spaces.jacobi.alpha[0], spaces.jacobi.beta[0]
    done = np.flatnonzero(beta == 0)
    steps = int(done[0]) + 1 if len(done) else steps
    off = beta[: steps - 1]
    values, inner = np.linalg.eigh(np.diag(alpha[:steps]) + np.diag(off, 1) + np.diag(off, -1))
    residuals = np.abs(beta[steps - 1] * inner[-1])
    order = np.argsort(-np.abs(values), kind="stable")
    order = order[residuals[order] <= residual * np.abs(values).max(initial=0.0)][:most]
    vectors = spaces.bases[0][:steps].T @ operator.convert(np.ascontiguousarray(inner[:, order]))
    return RitzPairs(values[order], vectors, residuals[order])
