"""What is known of a function on an interval: its values, the signs of its derivatives, and its closed form."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from graphspec.functionals import closed_forms
from graphspec.functionals.closed_forms import Form, Polynomial, constant_form, patterns_of, range_of
from graphspec.functionals.ranges import Range
from graphspec.functionals.signs import (
    Patterns,
    alternate,
    combined,
    composed,
    multiplied,
    of_logarithm,
    of_power,
    same,
    strongest,
    summed,
    times_polynomial,
)


class UndefinedError(Exception):
    """Raised where a function may be undefined in the interior of the interval."""


@dataclass(frozen=True)
class Behaviour:
    """What is known of a function on an open interval.

    Attributes
    ----------
    low, high
        The interval.
    values
        Enclosure of the values.
    patterns
        Signs of the derivatives.
    form
        The closed form, if there is one.
    """

    low: float
    high: float
    values: Range
    patterns: Patterns
    form: Form | None

    def _with(self, values: Range, patterns: Patterns, form: Form | None) -> Behaviour:
        """Return another function, with what the closed form adds to what rules say."""
        known = strongest((*patterns, *patterns_of(form, self.low, self.high)))
        values = _intersection(values, range_of(form, self.low, self.high))
        for each in known:
            if each.order == 0:
                values = values.within(0.0 if each.sign >= 0 else -math.inf, 0.0 if each.sign <= 0 else math.inf)
        return Behaviour(self.low, self.high, values, known, form)

    def joined(self, other: Behaviour) -> Behaviour:
        """Return what is known of one function from two ways to write it."""
        values = _intersection(self.values, other.values)
        return self._with(values, strongest((*self.patterns, *other.patterns)), self.form or other.form)

    def __add__(self, other: Behaviour) -> Behaviour:
        patterns = combined(summed, self.patterns, other.patterns)
        return self._with(self.values + other.values, patterns, closed_forms.added(self.form, other.form))

    def __neg__(self) -> Behaviour:
        form = closed_forms.multiplied(self.form, constant_form(-1.0))
        return self._with(-self.values, tuple(each.scaled(-1) for each in self.patterns), form)

    def __mul__(self, other: Behaviour) -> Behaviour:
        form = closed_forms.multiplied(self.form, other.form)
        known = [*combined(multiplied, self.patterns, other.patterns)]
        for one, second in ((self, other), (other, self)):
            if isinstance(one.form, Polynomial):
                known += _times_polynomial(one.form, one.patterns, second.patterns)
        return self._with(self.values * other.values, tuple(known), form)

    def power(self, exponent: float) -> Behaviour:
        """Return the function to a constant power.

        Raises
        ------
        UndefinedError
            If negative values may be raised to a broken power, or 0 to a negative one.
        """
        whole = float(exponent).is_integer()
        low, high = self.values.low, self.values.high
        if (low < 0 and not whole) or (exponent < 0 and (low < 0 < high or low == high == 0)):
            raise UndefinedError
        form = closed_forms.raised(self.form, Fraction(exponent), self.values)
        patterns = self._composed(of_power(exponent, low, high))
        return self._with(_powers(self.values, exponent), patterns, form)

    def exponential(self, base: float) -> Behaviour:
        """Return a positive number to the power of the function."""
        values = self.values.mapped(lambda t: base**t, increasing=base >= 1).within(0.0, math.inf)
        values = Range(values.low, max(values.high, 5e-324))
        outer = ((same(1),) if base >= 1 else ()) + ((alternate(1),) if base <= 1 else ())
        return self._with(values, self._composed(outer), None)

    def exp(self) -> Behaviour:
        """Return the exponential."""
        values = self.values.mapped(math.exp).within(0.0, math.inf)
        values = Range(values.low, max(values.high, 5e-324))
        return self._with(values, self._composed((same(1),)), closed_forms.exponential(self.form))

    def log(self, name: str) -> Behaviour:
        """Return log, log2, log10 or log1p.

        Raises
        ------
        UndefinedError
            If there may be values out of the domain.
        """
        shift = 1.0 if name == "log1p" else 0.0
        if self.values.low < -shift or self.values.high <= -shift:
            raise UndefinedError
        form = closed_forms.added(self.form, constant_form(1.0)) if shift else self.form
        form = closed_forms.logarithm(form, "log" if shift else name, self.values)
        values = self.values.mapped(getattr(math, name))
        return self._with(values, self._composed(of_logarithm(shift, self.values.high)), form)

    def applied(self, name: str) -> Behaviour:
        """Return a listed function of the function.

        Raises
        ------
        UndefinedError
            If there may be values out of the domain.
        """
        if name == "exp":
            return self.exp()
        if name.startswith("log"):
            return self.log(name)
        if name == "sqrt":
            return self.power(0.5)
        if name == "abs":
            return self._magnitude()
        values, outer = _FUNCTIONS[name](self.values)
        return self._with(values, self._composed(outer), None)

    def _magnitude(self) -> Behaviour:
        if self.values.low >= 0:
            return self
        if self.values.high <= 0:
            return -self
        return self._with(Range(0.0, max(-self.values.low, self.values.high)), (), None)

    def _composed(self, outer: Patterns) -> Patterns:
        """Return the signs of an outer function, whose signs on the values are given, of this one."""
        known = combined(composed, outer, self.patterns)
        if isinstance(self.form, Polynomial) and self.form.degree == 1:
            slope = 1.0 if self.form.coefficients[1] > 0 else -1.0
            known = (*known, *(each.of_affine(slope) for each in outer))
        return strongest(known)


def constant(value: float, low: float, high: float) -> Behaviour:
    """Return a constant function."""
    return _of_form(constant_form(value), low, high)


def identity(low: float, high: float) -> Behaviour:
    """Return the function x."""
    return _of_form(closed_forms.IDENTITY, low, high)


def _of_form(form: Polynomial, low: float, high: float) -> Behaviour:
    return Behaviour(low, high, form.range(low, high), patterns_of(form, low, high), form)


def _intersection(one: Range, other: Range) -> Range:
    low, high = max(one.low, other.low), min(one.high, other.high)
    return Range(low, high) if low <= high else one


def _times_polynomial(form: Polynomial, own: Patterns, others: Patterns) -> Patterns:
    return combined(lambda one, other: times_polynomial(one, form.degree, other), own, others)


def _powers(values: Range, exponent: float) -> Range:
    """Return the values of a power."""

    def power(base: float) -> float:
        return math.pow(base, exponent)

    even = float(exponent).is_integer() and exponent % 2 == 0
    low, high = values.low, values.high
    if exponent == 0:
        return Range(1.0, 1.0)
    if low >= 0:
        found = values.mapped(power, increasing=exponent > 0).within(0.0, math.inf)
        return Range(found.low, max(found.high, 5e-324))
    if even:
        far = max(-low, high)
        near = 0.0 if high > 0 else -high
        return _powers(Range(near, far), exponent)
    if high <= 0:
        return -_powers(-values, exponent)
    return values.mapped(power)


def _exponential_minus_one(values: Range) -> tuple[Range, Patterns]:
    return values.mapped(math.expm1).within(-1.0, math.inf), (same(1, 0 if values.low >= 0 else 1),)


def _hyperbolic_sine(values: Range) -> tuple[Range, Patterns]:
    return values.mapped(math.sinh), _odd(values)


def _hyperbolic_cosine(values: Range) -> tuple[Range, Patterns]:
    ends = Range(0.0 if values.low <= 0 <= values.high else min(abs(values.low), abs(values.high)), 0.0)
    found = Range(ends.low, max(-values.low, values.high)).mapped(math.cosh).within(1.0, math.inf)
    return found, ((same(1),) if values.low >= 0 else ()) + ((alternate(1),) if values.high <= 0 else ())


def _hyperbolic_tangent(values: Range) -> tuple[Range, Patterns]:
    return values.mapped(math.tanh).within(-1.0, 1.0), ()


def _tangent(values: Range) -> tuple[Range, Patterns]:
    # All coefficients of its Taylor series at 0 are positive or zero, up to the pole, below which pi/2 is rounded.
    if not (-math.pi / 2 <= values.low and values.high <= math.pi / 2):
        raise UndefinedError
    return values.mapped(math.tan), _odd(values)


def _odd(values: Range) -> Patterns:
    """Return the signs of an odd function with a Taylor series of positive coefficients."""
    return ((same(1),) if values.low >= 0 else ()) + ((alternate(-1),) if values.high <= 0 else ())


def _oscillation(_: Range) -> tuple[Range, Patterns]:
    return Range(-1.0, 1.0), ()


_FUNCTIONS: dict[str, Callable[[Range], tuple[Range, Patterns]]] = {
    "expm1": _exponential_minus_one,
    "sinh": _hyperbolic_sine,
    "cosh": _hyperbolic_cosine,
    "tanh": _hyperbolic_tangent,
    "tan": _tangent,
    "sin": _oscillation,
    "cos": _oscillation,
}
