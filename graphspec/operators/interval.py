"""The interval that encloses a spectrum, and its map to [-1, 1]."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from graphspec._typing import Vector


class Interval(NamedTuple):
    """An interval [low, high] of eigenvalues of A; X = (A - center) / half_width has its spectrum in [-1, 1].

    Attributes
    ----------
    low, high
        The ends.
    """

    low: float
    high: float

    @property
    def center(self) -> float:
        """Middle of the interval."""
        return (self.low + self.high) / 2

    @property
    def half_width(self) -> float:
        """Half the length of the interval."""
        return (self.high - self.low) / 2

    def to_unit(self, eigenvalue: ArrayLike) -> Vector:
        """Map eigenvalues of A to those of X."""
        return (np.asarray(eigenvalue, np.float64) - self.center) / self.half_width

    def from_unit(self, unit: ArrayLike) -> Vector:
        """Map eigenvalues of X to those of A."""
        return self.center + self.half_width * np.asarray(unit, np.float64)
