"""Truncation errors of a density from its distance to other measures with the same moments."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

import numpy as np

from graphspec._typing import Vector
from graphspec.densities.chebyshev_nodes import chebyshev_nodes
from graphspec.densities.parts import ContinuousPart, Linearized
from graphspec.densities.rules import MatchedRules
from graphspec.sketches import standard_error

ROUNDING = float(np.finfo(np.float32).eps) / 2
"""Relative error of an integral from the moments of a pass in float32."""


class MatchedPart:
    """A density of moments, with truncation errors no smaller than its distance to other measures with these moments.

    Parameters
    ----------
    part
        The density.
    make_rules
        Function that returns the rules of the same moments; the density itself does not need them.
    order
        Order of the moments.
    nodes_per_moment
        Chebyshev nodes per moment, for the series of functions.
    """

    certain = False

    def __init__(
        self, part: ContinuousPart, make_rules: Callable[[], MatchedRules], order: int, nodes_per_moment: int = 16
    ) -> None:
        self._part, self._make_rules, self._order = part, make_rules, order
        self._nodes = chebyshev_nodes(nodes_per_moment * (order + 1))
        self.report = part.report

    @cached_property
    def rules(self) -> MatchedRules:
        """The rules of the same moments."""
        return self._make_rules()

    @property
    def support(self) -> Vector:
        """Point masses of the density."""
        return self._part.support

    def density(self, unit: Vector) -> Linearized:
        """Return the density."""
        return self._part.density(unit)

    def cumulative(self, unit: Vector) -> Linearized:
        """Return the distribution function with an error of at least its distance to the rules, within their bounds."""
        estimate = self._part.cumulative(unit)
        truncation = np.maximum(estimate.truncation, np.abs(estimate.value - self.rules.cumulative(unit)))
        return Linearized(estimate.value, estimate.deviations, truncation, self.rules.gauss.cumulative(unit))

    def integrate(self, function: Callable[[Vector], Vector]) -> Linearized:
        """Return the integral with an error of at least its distance to those of the rules, plus rounding.

        Where the rules scatter more than the density, the sampling error is theirs: a smooth density with an atom of
        the true one in a kink of the function is off by a distance that the rules know to their own sampling error.
        """
        estimate = self._part.integrate(function)
        values = np.asarray(function(self._nodes.points), np.float64)
        coefficients = self._nodes.coefficients(values, self._order)
        distance = np.abs(self.rules.integrals(function, coefficients) - estimate.value).max(axis=0)
        truncation = np.maximum(estimate.truncation, distance) + ROUNDING * np.ptp(values, axis=0)
        deviations = self.rules.deviations(function, coefficients)
        scatter = standard_error(deviations) > standard_error(estimate.deviations)
        return Linearized(estimate.value, np.where(scatter, deviations, estimate.deviations), truncation)
