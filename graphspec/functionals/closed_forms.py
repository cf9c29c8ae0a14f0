"""Functions in closed form, with exact rational coefficients, whose derivatives of all orders are known.

These are polynomials, sums of powers and logarithms of one affine function, c u^p and c u^p log u, and sums of
exponentials with polynomial factors. Their signs are exact where rules for sums and products say nothing: those of
x log x alternate from order 2 on, and so do those of x / (1 + x) from order 1 on.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import reduce
from typing import Any, TypeAlias

from graphspec.functionals.ranges import EVERYTHING, Range, enclosing
from graphspec.functionals.signs import Patterns, alternate, combined, of_power, same, strongest, summed, vanishing

_MOST_TERMS = 50
_MOST_BITS = 5000
_MOST_ORDERS = 64
"""Orders among which signs are searched."""


@dataclass(frozen=True)
class Polynomial:
    """A polynomial in x.

    Attributes
    ----------
    coefficients
        Coefficients of 1, x, x^2 and so on, the last not 0; none of the zero polynomial.
    """

    coefficients: tuple[Fraction, ...]

    @property
    def degree(self) -> int:
        """Degree; 0 of the zero polynomial too."""
        return max(len(self.coefficients) - 1, 0)

    def patterns(self, low: float, high: float) -> Patterns:
        """Return the signs on an interval: those of the Taylor coefficients at the lower end, or at the upper end."""
        if not self.coefficients:
            return (vanishing(0),)
        rising = self.around(Fraction(low)).coefficients
        falling = self.around(Fraction(high)).coefficients
        mirrored = [value * (-1) ** k for k, value in enumerate(falling)]
        sign = 1 if self.coefficients[-1] > 0 else -1
        degree = self.degree
        return (
            same(sign, _first_of_one_sign(rising)),
            alternate(sign * (-1) ** degree, _first_of_one_sign(mirrored)),
            vanishing(degree + 1),
        )

    def around(self, center: Fraction) -> Polynomial:
        """Return the polynomial as one in x - center."""
        values = list(self.coefficients)
        for first in range(len(values) - 1):
            for place in range(len(values) - 2, first - 1, -1):
                values[place] += center * values[place + 1]
        return Polynomial(tuple(values))

    def range(self, low: float, high: float) -> Range:
        """Return an enclosure of the values, exact up to rounding where the polynomial is monotone."""
        ends = [self(Fraction(end)) for end in (low, high)]
        if any(each.order <= 1 for each in self.patterns(low, high)):
            return enclosing(min(ends), max(ends))
        bounds = Range(0.0, 0.0)
        for value in reversed(self.coefficients):
            bounds = bounds * Range(low, high) + enclosing(value, value)
        return bounds

    def derivative(self) -> Polynomial:
        """Return the derivative."""
        return Polynomial(tuple(k * value for k, value in enumerate(self.coefficients))[1:])

    def __call__(self, x: Fraction) -> Fraction:
        """Return the value at a number."""
        return reduce(lambda total, value: total * x + value, reversed(self.coefficients), Fraction(0))


ONE = Polynomial((Fraction(1),))


def _first_of_one_sign(values: Any) -> int:
    """Return the first place from which no two values have opposite signs."""
    last = values[-1]
    return max((place + 1 for place, value in enumerate(values) if value * last < 0), default=0)


def polynomial(coefficients: Any) -> Polynomial:
    """Return a polynomial without leading zeros."""
    values = list(coefficients)
    while values and values[-1] == 0:
        values.pop()
    return Polynomial(tuple(values))


@dataclass(frozen=True)
class PowerSum:
    """A sum of terms c u^p and c u^p log u in one affine function u of x that is positive on the interval.

    Attributes
    ----------
    base
        Coefficients a, b of u = a x + b.
    terms
        Coefficients c by the exponent p and the name of the logarithm, which is empty where there is none.
    """

    base: tuple[Fraction, Fraction]
    terms: Mapping[tuple[Fraction, str], Fraction]

    def patterns(self, low: float, high: float) -> Patterns:
        """Return the signs on an interval."""
        slope, shift = self.base
        values = enclosing(*sorted(slope * Fraction(end) + shift for end in (low, high)))
        parts = (
            tuple(
                each.scaled(float(factor > 0) - float(factor < 0)).of_affine(float(slope > 0) - float(slope < 0))
                for each in (_logarithmic(power, values.high) if logarithm else of_power(power, 0.0, values.high))
            )
            for (power, logarithm), factor in self.terms.items()
        )
        return reduce(lambda one, other: combined(summed, one, other), parts, (vanishing(0),))

    def rebased(self, base: tuple[Fraction, Fraction]) -> PowerSum | None:
        """Return the same function in terms of another base that is a multiple; None if it is not, or not exactly."""
        if base == self.base:
            return self
        ratio = base[0] / self.base[0]
        whole = all(power.denominator == 1 and abs(power) <= _MOST_TERMS and not name for power, name in self.terms)
        if not whole or ratio < 0 or self.base[1] * ratio != base[1]:
            return None
        return PowerSum(base, {key: value / ratio ** int(key[0]) for key, value in self.terms.items()})


def _logarithmic(power: Fraction, high: float) -> Patterns:
    """Return the signs of u^p log u for 0 < u < high.

    The n-th derivative is (p)_n u^(p-n) (log u + 1/p + ... + 1/(p-n+1)) with the falling factorial (p)_n, whose sign
    alternates for n >= p, while the sum decreases below -log(high). Of a whole p >= 0 the factorial is 0 for n > p, and
    the derivative p! (-1)^(n-p-1) (n-p-1)! u^(p-n).
    """
    if power.denominator == 1 and power >= 0:
        degree = int(power)
        order = 0 if degree == 0 and high <= 1 else degree + 1
        return (alternate((-1) ** (degree + 1), order),)
    first = max(math.ceil(power), 0)
    if first > _MOST_ORDERS or not high > 0:
        return ()
    total = sum((1 / (power - k) for k in range(first)), Fraction(0))
    for order in range(first, first + _MOST_ORDERS):
        if math.log(high) + float(total) < -1e-9:
            return (alternate(-((-1) ** first), order),)
        total += 1 / (power - order)
    return ()


@dataclass(frozen=True)
class ExponentialSum:
    """A sum of terms P exp(a x + b) with polynomials P, by a and b; a = b = 0 is a polynomial."""

    terms: Mapping[tuple[Fraction, Fraction], Polynomial]

    def patterns(self, low: float, high: float) -> Patterns:
        """Return the signs on an interval."""
        parts = (
            _exponential(factor, rate, low, high) if rate else factor.patterns(low, high)
            for (rate, _), factor in self.terms.items()
        )
        return reduce(lambda one, other: combined(summed, one, other), parts, (vanishing(0),))


def _exponential(factor: Polynomial, rate: Fraction, low: float, high: float) -> Patterns:
    """Return the signs of P exp(a x).

    The n-th derivative is a^n exp(a x) Q_n with Q_0 = P and Q_{n+1} = Q_n + Q_n' / a. Once all derivatives of Q_n have
    the sign s, or s (-1)^k for a < 0, they keep it: both terms have it.
    """
    current = factor
    for order in range(_MOST_ORDERS):
        for each in current.patterns(low, high):
            if each.order == 0 and each.sign and each.alternating == (rate < 0):
                return (replace(each, order=order),)
        steps = [value / rate for value in current.derivative().coefficients] + [Fraction(0)]
        current = polynomial(one + other for one, other in zip(current.coefficients, steps, strict=True))
    return ()


Form: TypeAlias = Polynomial | PowerSum | ExponentialSum


def constant_form(value: float) -> Polynomial:
    """Return a constant."""
    return polynomial([Fraction(value)])


IDENTITY = Polynomial((Fraction(0), Fraction(1)))


def added(first: Form | None, second: Form | None) -> Form | None:
    """Return the sum, or None if it has no closed form here."""
    pair = _alike(first, second)
    if pair is None:
        return None
    one, other = pair
    if isinstance(one, Polynomial) and isinstance(other, Polynomial):
        return _limited(_added_polynomials(one, other))
    if isinstance(one, PowerSum) and isinstance(other, PowerSum):
        terms = dict(one.terms)
        for key, value in other.terms.items():
            terms[key] = terms.get(key, Fraction(0)) + value
        return _limited(PowerSum(one.base, terms))
    assert isinstance(one, ExponentialSum)
    assert isinstance(other, ExponentialSum)
    factors = dict(one.terms)
    for rate, factor in other.terms.items():
        factors[rate] = _added_polynomials(factors.get(rate, Polynomial(())), factor)
    return _limited(ExponentialSum(factors))


def multiplied(first: Form | None, second: Form | None) -> Form | None:
    """Return the product, or None if it has no closed form here."""
    pair = _alike(first, second)
    if pair is None:
        return None
    one, other = pair
    if isinstance(one, Polynomial) and isinstance(other, Polynomial):
        return _limited(_multiplied_polynomials(one, other))
    if isinstance(one, PowerSum) and isinstance(other, PowerSum):
        return _limited(_multiplied_powers(one, other))
    assert isinstance(one, ExponentialSum)
    assert isinstance(other, ExponentialSum)
    factors: dict[tuple[Fraction, Fraction], Polynomial] = {}
    for (rate, shift), factor in one.terms.items():
        for (second_rate, second_shift), second_factor in other.terms.items():
            key = (rate + second_rate, shift + second_shift)
            product = _multiplied_polynomials(factor, second_factor)
            factors[key] = _added_polynomials(factors.get(key, Polynomial(())), product)
    return _limited(ExponentialSum(factors))


def raised(form: Form | None, exponent: Fraction, values: Range) -> Form | None:
    """Return a form to a constant power, or None if it has no closed form here.

    Parameters
    ----------
    form
        The form.
    exponent
        The exponent.
    values
        Enclosure of its values.
    """
    whole = exponent.denominator == 1
    if isinstance(form, Polynomial):
        if whole and form.degree == 0 and form.coefficients and abs(exponent) <= _MOST_TERMS:
            return _limited(Polynomial((form.coefficients[0] ** int(exponent),)))
        if whole and 0 <= exponent <= _MOST_TERMS and form.degree * exponent <= _MOST_TERMS:
            return _power(form, int(exponent))
        return _affine_power(form, exponent, values)
    if isinstance(form, PowerSum) and len(form.terms) == 1:
        (((power, name), factor),) = form.terms.items()
        if not name and (factor == 1 or (whole and abs(exponent) <= _MOST_TERMS)):
            scale = Fraction(1) if factor == 1 else factor ** int(exponent)
            return _limited(PowerSum(form.base, {(power * exponent, ""): scale}))
    if isinstance(form, ExponentialSum) and len(form.terms) == 1:
        (((rate, shift), scale_form),) = form.terms.items()
        if scale_form == ONE:
            return _limited(ExponentialSum({(rate * exponent, shift * exponent): ONE}))
    return None


def logarithm(form: Form | None, name: str, values: Range) -> Form | None:
    """Return log, log2 or log10 of a form, or None if it has no closed form here."""
    if isinstance(form, Polynomial) and form.degree == 1 and values.low >= 0:
        return PowerSum((form.coefficients[1], form.coefficients[0]), {(Fraction(0), name): Fraction(1)})
    if isinstance(form, PowerSum) and len(form.terms) == 1:
        (((power, inner), factor),) = form.terms.items()
        if not inner and factor == 1:
            return PowerSum(form.base, {(Fraction(0), name): power})
    if isinstance(form, ExponentialSum) and len(form.terms) == 1 and name == "log":
        (((rate, shift), scale),) = form.terms.items()
        return polynomial([shift, rate]) if scale == ONE else None
    return None


def exponential(form: Form | None) -> Form | None:
    """Return the exponential of an affine form, or None."""
    if isinstance(form, Polynomial) and form.degree == 1:
        return ExponentialSum({(form.coefficients[1], form.coefficients[0]): ONE})
    return None


def _affine_power(form: Polynomial, exponent: Fraction, values: Range) -> Form | None:
    if form.degree != 1 or values.low < 0 < values.high:
        return None
    shift, slope = form.coefficients
    if values.low >= 0:
        return PowerSum((slope, shift), {(exponent, ""): Fraction(1)})
    if exponent.denominator != 1:
        return None
    return PowerSum((-slope, -shift), {(exponent, ""): Fraction(-1 if exponent % 2 else 1)})


def _added_polynomials(one: Polynomial, other: Polynomial) -> Polynomial:
    long, short = sorted((one.coefficients, other.coefficients), key=len, reverse=True)
    return polynomial([*(a + b for a, b in zip(long, short, strict=False)), *long[len(short) :]])


def _multiplied_polynomials(one: Polynomial, other: Polynomial) -> Polynomial:
    values = [Fraction(0)] * (len(one.coefficients) + len(other.coefficients))
    for place, value in enumerate(one.coefficients):
        for second, factor in enumerate(other.coefficients):
            values[place + second] += value * factor
    return polynomial(values)


def _multiplied_powers(one: PowerSum, other: PowerSum) -> PowerSum | None:
    terms: dict[tuple[Fraction, str], Fraction] = {}
    for (power, name), value in one.terms.items():
        for (second, second_name), factor in other.terms.items():
            if name and second_name:
                return None  # squares of logarithms
            key = (power + second, name or second_name)
            terms[key] = terms.get(key, Fraction(0)) + value * factor
    return PowerSum(one.base, terms)


def _power(form: Polynomial, exponent: int) -> Form | None:
    result: Form | None = ONE
    for _ in range(exponent):
        result = multiplied(result, form)
    return result


def _alike(first: Form | None, second: Form | None) -> tuple[Form, Form] | None:
    """Return two forms as forms of one kind; None if they have none in common."""
    if first is None or second is None:
        return None
    if isinstance(first, PowerSum) and isinstance(second, PowerSum):
        for one, other in ((first.rebased(second.base), second), (first, second.rebased(first.base))):
            if one is not None and other is not None:
                return one, other
        return None
    if isinstance(first, Polynomial):
        converted = _as_kind(first, second)
        return (converted, second) if converted is not None else None
    if isinstance(second, Polynomial):
        converted = _as_kind(second, first)
        return (first, converted) if converted is not None else None
    return (first, second) if type(first) is type(second) else None


def _as_kind(form: Polynomial, other: Form) -> Form | None:
    """Return a polynomial as a form of the kind of another."""
    if isinstance(other, PowerSum):
        slope, shift = other.base
        around = form.around(-shift / slope).coefficients
        return PowerSum(other.base, {(Fraction(k), ""): value / slope**k for k, value in enumerate(around) if value})
    if isinstance(other, ExponentialSum):
        return ExponentialSum({(Fraction(0), Fraction(0)): form})
    return form


def _limited(form: Form | None) -> Form | None:
    """Return a form without terms that vanish, as a polynomial where it is one; None if it has become too large."""
    if isinstance(form, PowerSum):
        form = PowerSum(form.base, {key: value for key, value in form.terms.items() if value})
        values: list[Fraction] = [*form.terms.values(), *(power for power, _ in form.terms)]
        if all(power.denominator == 1 and 0 <= power <= _MOST_TERMS and not name for power, name in form.terms):
            form = _polynomial_of(form)
    elif isinstance(form, ExponentialSum):
        form = ExponentialSum({key: factor for key, factor in form.terms.items() if factor.coefficients})
        values = [number for rate in form.terms for number in rate]
        values += [value for factor in form.terms.values() for value in factor.coefficients]
        if not any(rate or shift for rate, shift in form.terms):
            form = next(iter(form.terms.values()), Polynomial(()))
    elif form is not None:
        values = list(form.coefficients)
    else:
        return None
    bits = max((value.numerator.bit_length() + value.denominator.bit_length() for value in values), default=0)
    return form if len(values) <= 4 * _MOST_TERMS and bits <= _MOST_BITS else None


def _polynomial_of(form: PowerSum) -> Polynomial:
    slope, shift = form.base
    result, power, degree = Polynomial(()), ONE, 0
    for exponent, value in sorted((int(exponent), value) for (exponent, _), value in form.terms.items()):
        while degree < exponent:
            power, degree = _multiplied_polynomials(power, polynomial([shift, slope])), degree + 1
        result = _added_polynomials(result, polynomial([value * each for each in power.coefficients]))
    return result


def range_of(form: Form | None, low: float, high: float) -> Range:
    """Return what a form tells of its values on an interval."""
    return form.range(low, high) if isinstance(form, Polynomial) else EVERYTHING


def patterns_of(form: Form | None, low: float, high: float) -> Patterns:
    """Return the signs of the derivatives of a form on an interval."""
    return () if form is None else strongest(form.patterns(low, high))
