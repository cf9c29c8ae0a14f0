"""Counts of a density whose moments are exact, bounded by what exact moments prove."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from graphspec._typing import Vector
from graphspec.densities.base import ContinuousPart, Linearized
from graphspec.densities.lanczos import LanczosPart


class BoundedPart:
    """A density of exact moments, with truncation errors of its counts that hold the truth.

    Chebyshev, Markov and Stieltjes: the distribution function of any measure with these moments lies between that of
    the Gauss rule one node back and one node on; where the rule holds all eigenvalues, it is that of the rule.

    Parameters
    ----------
    part
        The density.
    rule
        The Gauss rule of the same moments.
    complete
        Whether the rule holds all eigenvalues.
    """

    def __init__(self, part: ContinuousPart, rule: LanczosPart, *, complete: bool) -> None:
        self._part, self._rule, self._complete = part, rule, complete
        self.report = part.report

    @property
    def support(self) -> Vector:
        """Point masses of the density."""
        return self._part.support

    def density(self, unit: Vector) -> Linearized:
        """Return the density."""
        return self._part.density(unit)

    def cumulative(self, unit: Vector) -> Linearized:
        """Return the distribution function with an error that reaches to the bounds."""
        found, rule = self._part.cumulative(unit), self._rule.cumulative(unit)
        bound = np.zeros_like(rule.truncation) if self._complete else rule.truncation
        truncation = np.maximum(found.truncation, np.abs(found.value - rule.value) + bound)
        return Linearized(found.value, found.deviations, truncation)

    def integrate(self, function: Callable[[Vector], Vector]) -> Linearized:
        """Return an integral."""
        return self._part.integrate(function)
