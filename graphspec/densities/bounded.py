"""Densities of exact moments, their counts bounded by the inequalities of Chebyshev, Markov and Stieltjes."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from graphspec._typing import Vector
from graphspec.densities.lanczos import LanczosPart
from graphspec.densities.parts import ContinuousPart, Linearized


class BoundedPart:
    """A density of exact moments, with truncation errors of its counts that are rigorous.

    The distribution function of any measure with these moments lies between that of the Gauss rule one node back and
    one node on (Chebyshev, Markov and Stieltjes); where the rule holds all eigenvalues, it is that of the rule.

    Parameters
    ----------
    part
        The density.
    rule
        The Gauss rule of the same moments.
    complete
        Whether the rule holds all eigenvalues.
    """

    certain = False

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
        estimate, rule = self._part.cumulative(unit), self._rule.cumulative(unit)
        bound = np.zeros_like(rule.truncation) if self._complete else rule.truncation
        truncation = np.maximum(estimate.truncation, np.abs(estimate.value - rule.value) + bound)
        return Linearized(estimate.value, estimate.deviations, truncation)

    def integrate(self, function: Callable[[Vector], Vector]) -> Linearized:
        """Return the integral of a function."""
        return self._part.integrate(function)
