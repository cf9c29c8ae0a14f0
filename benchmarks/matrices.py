"""Positive definite matrices with known log-determinants, built from their published definitions."""

from __future__ import annotations

import numpy as np
from scipy import sparse


def dirichlet_grid(side: int, dimensions: int = 2) -> sparse.csr_array:
    """Return the Laplacian of a grid with Dirichlet ends; with 200 x 200 rows that of the obstacle problem, obstclae.

    J. J. More and G. Toraldo, SIAM J. Optim. 1, 93 (1991): the Hessian of the obstacle problem.
    """
    ones = np.ones(side - 1)
    line = sparse.diags_array([-ones, np.full(side, 2.0), -ones], offsets=[-1, 0, 1], format="csr")
    total, size = line, side
    for _ in range(dimensions - 1):
        total = sparse.kron(total, sparse.eye_array(side)) + sparse.kron(sparse.eye_array(size), line)
        size *= side
    return sparse.csr_array(total)


def grid_log_determinant(side: int, shift: float = 0.0) -> float:
    """Return the log-determinant of the grid in two dimensions, from its eigenvalues."""
    line = 2 - 2 * np.cos(np.pi * np.arange(1, side + 1) / (side + 1))
    return float(np.log(line[:, None] + line + shift).sum())


def bearing(columns: int = 200, rows: int = 200, length: float = 10.0, eccentricity: float = 0.1) -> sparse.csr_array:
    """Return the Hessian of the journal bearing problem, jnlbrng1 with the defaults.

    B. M. Averick, R. G. Carter, J. J. More and G.-L. Xue, The MINPACK-2 test problem collection (1992), section 4.2:
    piecewise linear elements on (0, 2 pi) x (0, 2 b) with the weight (1 + e cos x)^3, whose mean over the corners of a
    triangle is taken.
    """
    step, height = 2 * np.pi / (columns + 1), 2 * length / (rows + 1)
    weight = (1 + eccentricity * np.cos(step * np.arange(columns + 2))) ** 3
    right = (2 * weight[:-1] + weight[1:]) / 3  # triangles with two corners at i and one at i + 1
    left = (weight[:-1] + 2 * weight[1:]) / 3
    along = (right + left) / 2 * height / step  # an edge from i to i + 1 is a side of one triangle of either kind
    across = (np.append(right, 0.0) + np.append(0.0, left)) / 2 * step / height
    chain = sparse.diags_array([-along[1:-1], along[:-1] + along[1:], -along[1:-1]], offsets=[-1, 0, 1], format="csr")
    ones = np.ones(rows - 1)
    line = sparse.diags_array([-ones, np.full(rows, 2.0), -ones], offsets=[-1, 0, 1], format="csr")
    inner = sparse.diags_array(across[1:-1], format="csr")
    return sparse.csr_array(sparse.kron(sparse.eye_array(rows), chain) + sparse.kron(line, inner))


def random_field(side: int, inverse_range: float) -> sparse.csr_array:
    """Return the precision matrix of a Gaussian Markov random field on a grid, k^2 I + L with free ends.

    F. Lindgren, H. Rue and J. Lindstrom, J. R. Stat. Soc. B 73, 423 (2011), with smoothness 0.
    """
    degrees = np.full(side, 2.0)
    degrees[[0, -1]] = 1.0
    ones = np.ones(side - 1)
    line = sparse.diags_array([-ones, degrees, -ones], offsets=[-1, 0, 1], format="csr")
    eye = sparse.eye_array(side)
    whole = sparse.kron(line, eye) + sparse.kron(eye, line)
    return sparse.csr_array(whole + inverse_range**2 * sparse.eye_array(side * side))
