"""Method ``exact``: dense eigenvalues of small graphs, the reference for all other methods."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from graphspec._typing import Vector
from graphspec.densities.kpm import series_density_matrix
from graphspec.densities.parts import Linearized, SolverReport, constant


class ExactPart:
    """Eigenvalues as the continuous part of a spectrum, without uncertainty.

    Counts and integrals use the eigenvalues as they are; for drawing, the angle is smoothed with a Gaussian of width
    pi / m, the resolution that the other methods have.

    Parameters
    ----------
    unit_eigenvalues
        Eigenvalues of X = (A - c) / h, shape (count,).
    num_moments
        Order m that sets the resolution of the drawing.
    tie
        Distance below which an eigenvalue and a point are equal: rounding of the dense solver.
    """

    report = SolverReport()
    certain = True

    def __init__(self, unit_eigenvalues: Vector, num_moments: int, tie: float = 1e-9) -> None:
        self.eigenvalues = np.clip(np.sort(unit_eigenvalues), -1.0, 1.0)
        self._order, self._tie = num_moments, tie

    @property
    def support(self) -> Vector:
        """All eigenvalues."""
        return self.eigenvalues

    def density(self, unit: Vector) -> Linearized:
        """Return the smoothed density."""
        resolution = np.pi / self._order
        # exp(-k^2 s^2 / 2), the moments of a Gaussian of width s = pi / m, is below 1e-8 from k = 2 m on.
        orders = np.arange(2 * self._order + 1)
        moments = np.cos(orders[:, None] * np.arccos(self.eigenvalues)).mean(axis=1)
        matrix = series_density_matrix(unit, len(orders), resolution)
        return constant((moments * np.exp(-0.5 * (orders * resolution) ** 2)) @ matrix)

    def cumulative(self, unit: Vector) -> Linearized:
        """Return the share of eigenvalues at most equal to each point, within rounding."""
        counts = np.searchsorted(self.eigenvalues, unit + self._tie, side="right")
        return constant(counts / len(self.eigenvalues))

    def integrate(self, function: Callable[[Vector], Vector]) -> Linearized:
        """Return the mean of the function over the eigenvalues."""
        return constant(np.asarray(np.asarray(function(self.eigenvalues)).mean(axis=0), np.float64))
