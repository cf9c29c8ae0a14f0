"""Interval arithmetic: enclosures of the values of a function, rounded outwards."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

_ULPS = 1e-15
"""Relative error of elementary functions of the C library, a few units in the last place."""
_TINY = 5e-324


@dataclass(frozen=True)
class Range:
    """Ends of an interval that encloses all values; the values at open ends of the domain may be infinite."""

    low: float
    high: float

    def __add__(self, other: Range) -> Range:
        return Range(_sum(self.low, other.low, -math.inf), _sum(self.high, other.high, math.inf))

    def __mul__(self, other: Range) -> Range:
        corners = [(a, b) for a in (self.low, self.high) for b in (other.low, other.high)]
        return Range(
            min(_product(a, b, -math.inf) for a, b in corners), max(_product(a, b, math.inf) for a, b in corners)
        )

    def __neg__(self) -> Range:
        return Range(-self.high, -self.low)

    def within(self, low: float, high: float) -> Range:
        """Return the part between bounds that are known otherwise."""
        return Range(min(max(self.low, low), high), max(min(self.high, high), low))

    def mapped(self, function: Callable[[float], float], *, increasing: bool = True) -> Range:
        """Return the values of a monotone function that is defined in the interior."""
        ends = (self.low, self.high) if increasing else (self.high, self.low)
        return Range(
            _outward(_value(function, ends[0], -math.inf), -math.inf),
            _outward(_value(function, ends[1], math.inf), math.inf),
        )


EVERYTHING = Range(-math.inf, math.inf)


def enclosing(low: Fraction, high: Fraction) -> Range:
    """Return the floating-point numbers around exact ends."""
    return Range(_rounded(low, -math.inf), _rounded(high, math.inf))


def _rounded(exact: Fraction, towards: float) -> float:
    try:
        nearest = float(exact)
    except OverflowError:
        nearest = math.inf if exact > 0 else -math.inf
    if nearest == exact or (math.isinf(nearest) and (nearest > 0) == (towards > 0)):
        return nearest
    return math.nextafter(nearest, towards)


def _sum(first: float, second: float, towards: float) -> float:
    total = first + second
    if not math.isfinite(total):
        return towards
    # The error of a sum is a number (Knuth): an exact sum, such as 1 - 1, stays as it is.
    part = total - first
    exact = (first - (total - part)) + (second - part) == 0
    return total if exact else math.nextafter(total, towards)


def _product(first: float, second: float, towards: float) -> float:
    if first == 0 or second == 0:
        return 0.0  # also times infinity, which is an end that no value reaches
    product = first * second
    if product == 0:  # underflow
        positive = (first > 0) == (second > 0)
        return _TINY * positive if towards > 0 else -_TINY * (not positive)
    if math.isinf(product):
        return product if (product > 0) == (towards > 0) else math.copysign(1.7e308, product)
    return math.nextafter(product, towards)


def _value(function: Callable[[float], float], argument: float, towards: float) -> float:
    """Return the value at an end, or the limit, where the function has a pole or overflows."""
    try:
        value = function(argument)
    except (ValueError, ZeroDivisionError, OverflowError):
        return towards
    return towards if math.isnan(value) else value


def _outward(value: float, towards: float) -> float:
    if value == 0 or math.isinf(value):
        return value
    return math.nextafter(value + math.copysign(abs(value) * _ULPS, towards), towards)
