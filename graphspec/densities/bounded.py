"""Densities of exact moments, with counts bounded by the inequalities of Chebyshev, Markov and Stieltjes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from graphspec._typing import Vector
from graphspec.densities.lanczos import LanczosPart
from graphspec.densities.parts import ContinuousPart, Linearized

_DENSE = 1e-12
"""Relative error of a mean over dense eigenvalues."""


class BoundedPart:
    """A density of exact moments, with rigorous truncation errors of its counts.

    The distribution function of any measure with these moments lies between those of the Gauss rule at the previous and
    at the next node (Chebyshev, Markov and Stieltjes); where the rule holds all eigenvalues, it is that of the rule.

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
        """Return the distribution function with a truncation error that extends to the bounds."""
        estimate = self._part.cumulative(unit)
        # A matched part has the bounds of this rule already.
        rule = self._rule.cumulative(unit) if estimate.bound is None else estimate.bound
        if self._complete:
            rule = replace(rule, truncation=np.full_like(rule.truncation, _DENSE))
        distance = np.abs(estimate.value - rule.value) + rule.truncation
        return Linearized(estimate.value, estimate.deviations, distance, rule)

    def integrate(self, function: Callable[[Vector], Vector]) -> Linearized:
        """Return the integral of a function; where the rule holds all eigenvalues, its error is known."""
        estimate = self._part.integrate(function)
        if not self._complete:
            return estimate
        exact = self._rule.integrate(function).value
        return replace(estimate, truncation=np.abs(estimate.value - exact) + _DENSE * np.abs(exact))
