"""Bounds on the spectrum of a non-negative matrix, and of any symmetric matrix."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse

from graphspec._typing import Vector
from graphspec.lanczos import lanczos, ritz_values
from graphspec.operators.base import Operator
from graphspec.operators.interval import Interval
from graphspec.options import Number, Options, option


@dataclass(frozen=True, kw_only=True)
class BoundSettings(Options):
    """Settings of the bounds on a spectrum.

    Attributes
    ----------
    power_steps
        Power steps of the Collatz-Wielandt bound; more tighten it little on networks with hubs (chosen by trial).
    margin
        Relative margin of this bound, a tenth of the resolution of 100 moments at the ends: at the very end of [-1, 1]
        rounding in float32 grows with the square of the order.
    lanczos_steps
        Lanczos steps that find the interval of an operator given without one (chosen by trial).
    ritz_margin
        Margin beyond the extreme Ritz values and their residuals, as a share of the distance between the ends.
    """

    power_steps: int = option(30, Number(1, integer=True), "power steps of the Collatz-Wielandt bound")
    margin: float = option(1e-3, Number(0.0, 1.0), "relative margin of that bound")
    lanczos_steps: int = option(40, Number(1, integer=True), "Lanczos steps that find an interval")
    ritz_margin: float = option(0.01, Number(0.0, 1.0), "margin beyond the extreme Ritz values")


DEFAULTS = BoundSettings()


def largest_eigenvalue_bound(
    adjacency: scipy.sparse.csr_array, diagonal: Vector, settings: BoundSettings = DEFAULTS
) -> float:
    """Bound the largest eigenvalue of W + diag(diagonal) for non-negative W; with the degrees also that of D - W.

    By Collatz and Wielandt, for every positive vector x the largest eigenvalue of a non-negative matrix M is at most
    max_i (M x)_i / x_i. Power steps make the bound tight, and it holds after every one of them.
    """
    vector = np.maximum(adjacency.sum(axis=1), 1.0)
    bound = np.inf
    for _ in range(settings.power_steps):
        image = adjacency @ vector + diagonal * vector
        bound = min(bound, float(np.max(image / vector)))
        # The shift keeps the vector positive, and prevents oscillations between the sides of a bipartite graph.
        vector = image + 0.5 * bound * vector
        vector /= vector.max()
        vector = np.maximum(vector, 1e-100)
    return bound * (1 + settings.margin)


def rough_norm(matrix: Any) -> float:
    """Return a rough estimate of the norm of a matrix by two power steps; 1 for the zero matrix."""
    vector = np.random.default_rng(0).standard_normal((matrix.shape[0], 1))
    for _ in range(2):
        vector /= np.linalg.norm(vector)
        vector = np.asarray(matrix @ vector)
        if not vector.any():
            return 1.0
    return float(np.linalg.norm(vector))


def ritz_interval(operator: Operator, settings: BoundSettings = DEFAULTS) -> Interval:
    """Return an interval that encloses a spectrum, from the extreme Ritz values of a short Lanczos run.

    Parameters
    ----------
    operator
        The operator, with an interval [-s, s] of about the size of its norm.
    settings
        Steps and margin.
    """
    product = operator.product(0, np.float64)
    start = np.random.default_rng(0).standard_normal((2, operator.num_rows))
    jacobi = lanczos(product, product.block(start), min(settings.lanczos_steps, operator.num_rows))
    low, high = np.inf, -np.inf
    for alpha, beta in zip(jacobi.alpha, jacobi.beta, strict=True):
        values, residuals = ritz_values(alpha, beta)
        low, high = min(low, values[0] - residuals[0]), max(high, values[-1] + residuals[-1])
    margin = settings.ritz_margin * (high - low) or settings.margin
    scale = operator.interval.high
    return Interval(scale * float(low - margin), scale * float(high + margin))
