"""Spectral sums: the trace of a function of a matrix, with an interval of sampling and of the finite order."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.polynomial import chebyshev

from graphspec._typing import Vector
from graphspec.densities import Estimate, Linearized, SpectralDensity
from graphspec.errors import ParameterError, SketchError
from graphspec.exact import Atom
from graphspec.functionals.brackets import Bracket, RemainderRules, SpectralFunction, not_finite
from graphspec.functionals.estimators import ESTIMATORS
from graphspec.functionals.lower_ends import LowerEnd, extreme_ritz_values
from graphspec.operators import Interval
from graphspec.sketches import SpectralSketch, standard_error, t_quantile

_KNOWN_ROUNDING = 1e-10  # relative, of a polynomial that is fitted by the exact moments


@dataclass(frozen=True, eq=False)
class SpectralSum:
    """The trace of a function of a matrix.

    Attributes
    ----------
    estimate
        The sum with its standard error and confidence interval, of sampling and of the finite order.
    truncation
        Distance of the bounds on the sum by the finite order, without sampling.
    rigorous
        Whether these are bounds, by derivatives of one sign; otherwise their distance is an estimate.
    lower_end
        Lower end of the eigenvalues that were sampled.
    sampling
        Half width of the confidence interval by sampling alone.
    smallest
        Smallest Ritz value, which no smaller eigenvalue exceeds; None where nothing was sampled.
    """

    estimate: Estimate
    truncation: Vector
    rigorous: bool
    lower_end: LowerEnd
    sampling: Vector
    smallest: float | None = None

    @property
    def order_suffices(self) -> bool:
        """Whether sampling contributes more to the interval than the finite order, or this is a part in 10^6."""
        limit = np.maximum(2 * self.sampling, 1e-6 * np.abs(self.estimate.value))
        return bool(np.all(self.truncation <= limit))


def spectral_sum(
    sketch: SpectralSketch,
    function: SpectralFunction,
    lower_end: LowerEnd,
    *,
    method: str = "maxent",
    confidence: float = 0.95,
) -> SpectralSum:
    """Estimate the sum of a function over all eigenvalues.

    Parameters
    ----------
    sketch
        The sketch.
    function
        The function.
    lower_end
        Lower end of the eigenvalues that are not atoms.
    method
        Name of an estimator in :data:`ESTIMATORS`; the interval does not depend on it, but to include its value.
    confidence
        Confidence level of the interval.

    Raises
    ------
    ParameterError
        If the function is not finite at an atom or in the interval, or the lower end is above a Ritz value.
    """
    atoms = _sum_over_atoms(sketch.atoms, function, f"{sketch.source.name}: {sketch.operator}")
    if sketch.num_remaining == 0:
        zero = np.zeros_like(atoms)
        return SpectralSum(Estimate(atoms, zero, atoms, atoms), zero, True, lower_end, zero)
    smallest = float(extreme_ritz_values(sketch)[0].min())
    _check_lower_end(sketch, lower_end, smallest)
    interval = Interval(lower_end.value, sketch.interval.high)
    rules = RemainderRules(sketch, interval, dominated=function.dominated)
    bracket = rules.bracket(function)
    # A smooth density would spread an eigenvalue that dominates the sum.
    value = bracket.gauss if rules.point is not None else ESTIMATORS[method](rules, function)
    if not np.isfinite(value.value).all():  # a density may be where there is no node of the rules
        raise not_finite(function, interval)
    count, quantile = sketch.num_remaining, t_quantile(sketch.num_probes - 1, confidence)
    rounding = _range(rules, function) * (_KNOWN_ROUNDING if _is_known(sketch, function) else rules.rounding)
    low, high = _ends(bracket, quantile, rounding)
    estimate = Estimate(
        atoms + count * value.value,
        count * standard_error(value.deviations),
        atoms + count * np.minimum(low, value.value),
        atoms + count * np.maximum(high, value.value),
    )
    truncation = count * np.maximum(bracket.high.value - bracket.low.value, 0.0)
    return SpectralSum(estimate, truncation, bracket.rigorous, lower_end, quantile * estimate.sem, smallest)


def exact_sum(density: SpectralDensity, function: SpectralFunction, num_zeros: int = 0) -> SpectralSum:
    """Return the sum of a function over dense eigenvalues.

    Parameters
    ----------
    density
        Density of dense eigenvalues.
    function
        The function.
    num_zeros
        Number of zeros of components that are left out; 0 for none.
    """
    atoms = _without_zeros(density.atoms, density.interval, num_zeros)
    total = _sum_over_atoms(atoms, function, density.method)
    remaining = round(density.continuous_share * density.dimension)
    if remaining:
        part = density.part.integrate(lambda unit: function.values(density.interval.from_unit(unit)))
        total = total + remaining * part.value
    if not np.isfinite(total).all():
        raise ParameterError(f"{function.name} is not a finite number at some eigenvalue", "function")
    zero = np.zeros_like(total)
    low_end = LowerEnd(density.interval.low, "operator")
    return SpectralSum(Estimate(total, zero, total, total), zero, True, low_end, zero)


def nonzero_part(sketch: SpectralSketch) -> SpectralSketch:
    """Return a sketch without the zeros of components.

    Raises
    ------
    SketchError
        If these were not taken out before sampling, so that the probes hold a part of them.
    """
    atoms = _without_zeros(sketch.atoms, sketch.interval, sketch.num_zeros)
    removed = sum(atom.multiplicity for atom in sketch.atoms) - sum(atom.multiplicity for atom in atoms)
    if removed != sketch.num_zeros:
        message = "the zero eigenvalues were not taken out before sampling: leave `structure` at its default"
        raise SketchError(f"{sketch.source.name}: {message}")
    others = sketch.dimension - removed
    if others == 0:
        raise SketchError(f"{sketch.source.name}: all eigenvalues are zero: there is no edge")
    at_zero = chebyshev.chebvander(sketch.interval.to_unit([0.0]), len(sketch.low_moments) - 1)[0]
    low_moments = (sketch.dimension * sketch.low_moments - removed * at_zero) / others
    return replace(sketch, atoms=atoms, dimension=others, num_zeros=0, low_moments=low_moments)


def sum_excess(total: SpectralSum, value: Estimate, tolerance: float) -> float:
    """Return the half width of the interval of a value relative to `tolerance` times the value.

    Infinity where the finite order takes more than half of what is allowed: then more products are needed, not probes.

    Parameters
    ----------
    total
        A sum.
    value
        What follows from the sum, such as its logarithm.
    tolerance
        Largest half width, relative to the value.
    """
    ratio = float(np.max(_half_width(value) / _allowed(value, tolerance)))
    if ratio <= 1:
        return ratio
    return np.inf if truncation_share(total, value, tolerance) > 0.5 else ratio


def truncation_share(total: SpectralSum, value: Estimate, tolerance: float) -> float:
    """Return what the finite order leaves open of a value, relative to `tolerance` times the value."""
    whole = _half_width(total.estimate)
    bounded = np.isfinite(whole) & (whole > 0)
    scale = np.where(bounded, _half_width(value) / np.where(bounded, whole, 1.0), 1.0)
    return float(np.max(total.truncation * scale / _allowed(value, tolerance)))


def _half_width(estimate: Estimate) -> Vector:
    return np.asarray(np.maximum(estimate.high - estimate.value, estimate.value - estimate.low))


def _allowed(estimate: Estimate, tolerance: float) -> Vector:
    return np.asarray(tolerance * np.maximum(np.abs(estimate.value), 1e-300))


def needed_products(total: SpectralSum, high: float) -> int | None:
    r"""Estimate the products with each probe for which the error of the order is below that of sampling.

    :math:`\sqrt{3 \kappa} / 4 \, \log(K / \epsilon)` with :math:`K = 5 \kappa \log(2 (\kappa + 1)) /
    \sqrt{2 \kappa + 1}` for the logarithm of a matrix of condition number :math:`\kappa` (Ubaru, Chen and Saad 2017,
    corollary 4.5). None where there is no lower end above zero.
    """
    condition = condition_number(total, high)
    if condition is None:
        return None
    relative = total.sampling / np.maximum(np.abs(total.estimate.value), 1e-300)
    epsilon = float(np.clip(np.max(relative), 1e-8, 0.1))
    constant = 5 * condition * np.log(2 * (condition + 1)) / np.sqrt(2 * condition + 1)
    return int(np.ceil(np.sqrt(3 * condition) / 4 * np.log(constant / epsilon)))


def condition_number(total: SpectralSum, high: float) -> float | None:
    """Return the ratio of the ends of a positive spectrum, by the smallest Ritz value where no low end is known."""
    low = total.smallest if total.lower_end.source == "rounding" else total.lower_end.value
    return None if low is None or not 0 < low < high else high / low


def _without_zeros(atoms: tuple[Atom, ...], interval: Interval, num_zeros: int) -> tuple[Atom, ...]:
    if num_zeros == 0:
        return atoms
    tie = 1e-9 * (interval.high - interval.low)
    return tuple(atom for atom in atoms if abs(atom.eigenvalue) > tie)


def _ends(bracket: Bracket, quantile: float, rounding: Vector) -> tuple[Vector, Vector]:
    """Return the ends of a confidence interval: the bounds, each with its own sampling error."""

    def width(bound: Linearized) -> Vector:
        return quantile * standard_error(bound.deviations) + rounding

    return bracket.low.value - width(bracket.low), bracket.high.value + width(bracket.high)


def _is_known(sketch: SpectralSketch, function: SpectralFunction) -> bool:
    """Return whether a function is a polynomial whose sum the exact moments give."""
    signs = function.signs
    return signs is not None and signs.sign == 0 and signs.order <= len(sketch.low_moments)


def _range(rules: RemainderRules, function: SpectralFunction) -> Vector:
    """Return the range of a function over the nodes of the rules, to which rounding errors are relative."""
    values = rules.unit(function)(rules.part.nodes.ravel())
    return np.asarray(np.ptp(values, axis=0))


def _sum_over_atoms(atoms: tuple[Atom, ...], function: SpectralFunction, name: str) -> Vector:
    if not atoms:
        return np.zeros(np.asarray(function.values(np.ones(1))).shape[1:])
    eigenvalues, multiplicities = np.array([[atom.eigenvalue, atom.multiplicity] for atom in atoms]).T
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        values = np.asarray(function.values(eigenvalues), np.float64)
    values = np.broadcast_to(values, eigenvalues.shape) if values.ndim == 0 else values
    finite = np.isfinite(values).reshape(len(eigenvalues), -1).all(axis=1)
    if not finite.all():
        eigenvalue, multiplicity = eigenvalues[~finite][0] + 0.0, int(multiplicities[~finite][0])
        message = f"{name}: {function.name} is not a finite number at the eigenvalue {eigenvalue:.6g}"
        raise ParameterError(
            f"{message} (multiplicity {multiplicity:,}): add a `shift`, or leave zeros out with `nonzero`", "function"
        )
    return np.asarray(np.tensordot(multiplicities, values, axes=1))


def _check_lower_end(sketch: SpectralSketch, lower_end: LowerEnd, smallest: float) -> None:
    """Refuse a lower end that a Ritz value disproves: it is an average of eigenvalues."""
    if smallest < lower_end.value - 1e-6 * sketch.interval.half_width:
        raise ParameterError(
            f"{sketch.source.name}: the lower end {lower_end.value:.6g} ({lower_end.source}) "
            f"is above an average of eigenvalues, {smallest:.6g}",
            "lower_end",
        )
