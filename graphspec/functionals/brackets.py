"""Integrals of a function over a spectrum with an interval of sampling and of the finite order.

The Gauss rule of a probe and its Gauss-Radau rules with a node at an end of the spectrum bound the probe's quadratic
form from both sides where the derivatives of the function have one sign (Golub and Meurant, Matrices, Moments and
Quadrature, 1994, theorems 2.1 and 2.2).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from graphspec._typing import Matrix, Vector
from graphspec.densities import LanczosPart, Linearized, PointMass, radau_rules, rule_sums
from graphspec.errors import ParameterError, SketchError
from graphspec.functionals.signs import DerivativeSigns
from graphspec.lanczos import gauss_rule, ritz_values
from graphspec.operators import Interval
from graphspec.sketches import SpectralSketch, exact_remainder_moments, with_interval

_ROUNDING = {True: float(np.finfo(np.float32).eps), False: 1e-13}
"""Relative error of a quadratic form, by whether the pass was in float32."""


@dataclass(frozen=True, eq=False)
class SpectralFunction:
    """A function of eigenvalues.

    Attributes
    ----------
    name
        Name or formula, for messages.
    values
        Maps eigenvalues, shape (points,), to values, shape (points,) or (points, outputs).
    signs
        Signs of its derivatives above the lower end of the spectrum; None where they are not known.
    dominated
        Whether the largest eigenvalue of a non-negative matrix dominates the sum.
    """

    name: str
    values: Callable[[Vector], Vector]
    signs: DerivativeSigns | None = None
    dominated: bool = False


@dataclass(frozen=True, eq=False)
class Bracket:
    """Lower and upper bounds on an integral, each with the deviations of the probes.

    Attributes
    ----------
    low, high
        The bounds, means over probes.
    gauss
        The mean of the Gauss rules.
    rigorous
        Whether these are bounds, but for rounding and the lower end of the spectrum; otherwise their distance is an
        estimate.
    """

    low: Linearized
    high: Linearized
    gauss: Linearized
    rigorous: bool


def not_finite(function: SpectralFunction, interval: Interval) -> ParameterError:
    """Return the error that a function is not defined everywhere in an interval."""
    ends = "from {:.4g} to {:.4g}".format(*interval)
    return ParameterError(f"{function.name} is not a finite number {ends}", "function")


class RemainderRules:
    """Rules of the probes on an interval that encloses the sampled part of a spectrum.

    Parameters
    ----------
    sketch
        The sketch.
    interval
        Interval that encloses the eigenvalues that are not atoms.
    dominated
        Whether the largest eigenvalue, of a connected graph's adjacency matrix, is taken out where it has converged.
    """

    def __init__(self, sketch: SpectralSketch, interval: Interval, *, dominated: bool = False) -> None:
        self.sketch = remainder_on(sketch, interval)
        self.interval = interval
        exact = None if sketch.exact else self.sketch.low_moments
        self.point = perron_mass(self.sketch) if dominated and not sketch.exact else None
        self.part = LanczosPart(self.sketch.alpha, self.sketch.beta, self.sketch.norm2, exact, self.point)
        # Exact eigenvalues and a pass in float64 have smaller rounding errors.
        self.rounding = _ROUNDING[not sketch.exact and sketch.options.get("precision") != "double"]

    def unit(self, function: SpectralFunction) -> Callable[[Vector], Vector]:
        """Return a function of the eigenvalues of X in [-1, 1], which has to be defined on the interval."""

        def values(points: Vector) -> Vector:
            eigenvalues = np.clip(self.interval.from_unit(points), *self.interval)
            with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
                result = np.asarray(function.values(eigenvalues), np.float64)
            return np.broadcast_to(result, points.shape) if result.ndim == 0 else result

        return values

    def bracket(self, function: SpectralFunction) -> Bracket:
        """Return bounds on the mean of a function over the eigenvalues that are not atoms.

        Raises
        ------
        ParameterError
            If the function is not a finite number at some node.
        """
        unit, signs = self.unit(function), function.signs
        gauss_sums = self._sums((self.part.nodes, self.part.weights), unit)
        if not np.isfinite(gauss_sums).all():
            raise not_finite(function, self.interval)
        gauss = self.part.controlled(gauss_sums, unit)
        steps = self.sketch.num_steps
        if signs is None or (signs.sign and signs.order > 2 * steps):
            return self._estimated(unit, gauss)
        if signs.sign == 0:
            return Bracket(gauss, gauss, gauss, True) if signs.order <= 2 * steps else self._estimated(unit, gauss)
        # f - G has the sign of f^(2k), f - R of f^(2k+1) (x - end): of -f^(2k) at one end, and of f^(2k) at the other.
        end, sign = (-1.0 if signs.alternating else 1.0), signs.sign
        opposite, same = self._sums(self._radau(end), unit), self._sums(self._radau(-end), unit)
        near = sign * np.fmax(sign * gauss_sums, np.where(np.isfinite(same), sign * same, -np.inf))
        one, other = self.part.controlled(near, unit), self._controlled(opposite, unit, sign * np.inf)
        low, high = (one, other) if sign > 0 else (other, one)
        return Bracket(low, high, gauss, True)

    def _controlled(self, values: Matrix, unit: Callable[[Vector], Vector], infinite: float) -> Linearized:
        """Average bounds; where one is not finite, their mean is `infinite`, without deviations."""
        finite = np.isfinite(values)
        mean, lost = self.part.controlled(np.where(finite, values, 0.0), unit), ~finite.all(axis=0)
        return replace(
            mean, value=np.where(lost, infinite, mean.value), deviations=np.where(lost, 0.0, mean.deviations)
        )

    def _estimated(self, unit: Callable[[Vector], Vector], gauss: Linearized) -> Bracket:
        """Return an estimated bracket, by the largest difference between rules."""
        truncation = self.part.integrate(unit).truncation
        low, high = (replace(gauss, value=gauss.value + sign * truncation) for sign in (-1, 1))
        return Bracket(low, high, gauss, False)

    def _radau(self, end: float) -> tuple[Matrix, Matrix]:
        return radau_rules(self.sketch.alpha, self.sketch.beta, end)

    @staticmethod
    def _sums(rules: tuple[Matrix, Matrix], unit: Callable[[Vector], Vector]) -> Matrix:
        with np.errstate(invalid="ignore"):
            return rule_sums(*rules, unit)


def remainder_on(sketch: SpectralSketch, interval: Interval) -> SpectralSketch:
    """Return the sketch of the eigenvalues that are not atoms, with X scaled to another interval."""
    if sketch.num_remaining == 0:
        raise SketchError(f"{sketch.source.name}: all eigenvalues are known: there is nothing to sample")
    exact = exact_remainder_moments(sketch)
    remainder = replace(sketch, dimension=sketch.num_remaining, atoms=(), num_zeros=0, low_moments=exact)
    return with_interval(remainder, interval)


def perron_mass(sketch: SpectralSketch, tie: float = 1e-4) -> PointMass | None:
    """Return the largest eigenvalue of a connected graph with its mass 1/n, where all probes have found it.

    It is simple (Perron and Frobenius), and of the weight that a probe gives to it the mean is known.

    Parameters
    ----------
    sketch
        Sketch of the adjacency matrix, of a graph whose sampled part is connected.
    tie
        Largest residual of a converged Ritz value, which its copies need not have, and their distance; the next one is
        at least ten times as far. Its error is then at most a tenth of the square of this, relative to the half width.
    """
    tops, weights = [], []
    for alpha, beta in zip(sketch.alpha, sketch.beta, strict=True):
        values, residuals = ritz_values(alpha, beta)
        _, rule = gauss_rule(alpha, beta[:-1])
        copies = values > values[-1] - tie
        # Copies come with next to no weight, anywhere below the eigenvalue.
        between = (values <= values[-1] - tie) & (values > values[-1] - 10 * tie) & (rule > 1e-6 * rule[copies].sum())
        if residuals[copies].min() > tie or copies.all() or between.any():
            return None
        tops.append(values[copies] @ rule[copies] / rule[copies].sum())
        weights.append(rule[copies].sum())
    if max(tops) - min(tops) > tie:
        return None
    mass, found = 1.0 / sketch.dimension, np.array(weights)
    # A second component with the same eigenvalue would double the mean weight, within three standard errors.
    if float((found * sketch.norm2).sum() / sketch.norm2.sum()) > mass * (1.0 + 3.0 * np.sqrt(2.0 / len(found))):
        return None
    return PointMass(float(np.average(tops, weights=found)), found, mass, 2 * tie)
