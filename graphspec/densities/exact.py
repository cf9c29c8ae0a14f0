"""Dense eigenvalues of small graphs: the oracle of the tests and of ``--method exact``."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from graphspec._typing import Vector
from graphspec.densities.base import Linearized, SolverReport
from graphspec.densities.kpm import series_density_matrix


class ExactPart:
    """Eigenvalues as the continuous part of a spectrum; nothing is uncertain.

    Counts and integrals use the eigenvalues as they are; for drawing, the angle is smoothed with a Gaussian of width
    pi / m, the resolution that the other methods have.

    Parameters
    ----------
    unit_eigenvalues
        Eigenvalues of X = (A - c) / h, shape (count,).
    num_moments
        Order m that sets the resolution of the drawing.
    """

    report = SolverReport()

    @property
    def support(self) -> Vector:
        """All eigenvalues."""
        return self.eigenvalues

    def __init__(self, unit_eigenvalues: Vector, num_moments: int) -> None:
        self.eigenvalues = np.clip(np.sort(unit_eigenvalues), -1.0, 1.0)
        self._order = num_moments

    def density(self, unit: Vector) -> Linearized:
        """Return the smoothed density."""
        resolution = np.pi / self._order
        orders = np.arange(2 * self._order + 1)
        moments = np.cos(orders[:, None] * np.arccos(self.eigenvalues)).mean(axis=1)
        matrix = series_density_matrix(unit, len(orders), resolution)
        return _certain((moments * np.exp(-0.5 * (orders * resolution) ** 2)) @ matrix)

    def cumulative(self, unit: Vector) -> Linearized:
        """Return the share of eigenvalues at most every point; ties within rounding count."""
        return _certain(np.searchsorted(self.eigenvalues, unit + 1e-9, side="right") / len(self.eigenvalues))

    def integrate(self, function: Callable[[Vector], Vector]) -> Linearized:
        """Return the mean of the function over the eigenvalues."""
        return _certain(np.asarray(function(self.eigenvalues)).mean(axis=0))


def _certain(value: NDArray[np.float64]) -> Linearized:
    value = np.asarray(value, np.float64)
    return Linearized(value, np.zeros((2, *value.shape)), np.zeros_like(value))
