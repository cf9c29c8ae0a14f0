"""Signs of the derivatives of a function, of all orders from some order on, and how they pass to other functions.

Gauss and Gauss-Radau rules bound the integral of a function from a known side where its derivatives of high order have
one sign (Golub and Meurant 1994). What is not proved here is None: a wrong sign would turn a bound around.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TypeAlias


@dataclass(frozen=True)
class DerivativeSigns:
    """Signs of all derivatives from an order on, on an open interval: f^(k) has the sign s, or s (-1)^k.

    Attributes
    ----------
    alternating
        Whether the signs alternate, as those of 1/x for x > 0; otherwise they are equal, as those of exp.
    sign
        The sign s: 1 and -1 allow zeros, 0 says that these derivatives vanish.
    order
        Lowest order k of which this is known; 0 is the function itself.

    Examples
    --------
    >>> inverse = DerivativeSigns(alternating=True, sign=1, order=0)
    >>> inverse.of_order(3)
    -1
    """

    alternating: bool
    sign: int
    order: int

    def of_order(self, order: int) -> int | None:
        """Return the sign of a derivative; None where it is not known."""
        if order < self.order:
            return None
        return -self.sign if self.alternating and order % 2 else self.sign

    def scaled(self, factor: float) -> DerivativeSigns:
        """Return the signs of the function times a number."""
        return vanishing(0) if factor == 0 else replace(self, sign=self.sign if factor > 0 else -self.sign)

    def of_affine(self, slope: float) -> DerivativeSigns:
        """Return the signs of f(slope x + shift), where the argument lies in the interval of f."""
        if slope == 0:
            return vanishing(1)
        return replace(self, alternating=self.alternating ^ (slope < 0 and self.sign != 0))


Patterns: TypeAlias = tuple[DerivativeSigns, ...]
"""All that is known of one function: at most equal signs, alternating signs, and an order from which all vanish."""


def same(sign: int, order: int = 0) -> DerivativeSigns:
    """Return equal signs; 1 from order 0 on is an absolutely monotone function."""
    return DerivativeSigns(alternating=False, sign=sign, order=order)


def alternate(sign: int, order: int = 0) -> DerivativeSigns:
    """Return alternating signs; 1 from order 0 on is a completely monotone function, -1 from 1 on a Bernstein one."""
    return DerivativeSigns(alternating=True, sign=sign, order=order)


def vanishing(order: int) -> DerivativeSigns:
    """Return the signs of a polynomial of degree ``order - 1``."""
    return DerivativeSigns(alternating=False, sign=0, order=order)


def summed(first: DerivativeSigns, second: DerivativeSigns) -> DerivativeSigns | None:
    """Return the signs of f + g, or None where those of f and g differ."""
    order = max(first.order, second.order)
    if 0 in (first.sign, second.sign):
        return replace(first if second.sign == 0 else second, order=order)
    if (first.alternating, first.sign) != (second.alternating, second.sign):
        return None
    return replace(first, order=order)


def multiplied(first: DerivativeSigns, second: DerivativeSigns) -> DerivativeSigns | None:
    r"""Return the signs of f g, or None where they are not known.

    In Leibniz' rule, :math:`(f g)^{(n)} = \sum_k \binom{n}{k} f^{(k)} g^{(n-k)}`, all terms have the sign of the
    product if both patterns alternate, or both do not, and hold from order 0 on; polynomials multiply to a polynomial.
    """
    if first.sign == second.sign == 0:
        return vanishing(max(first.order + second.order - 1, 0))
    if 0 in (first.sign, second.sign) or first.alternating != second.alternating or first.order or second.order:
        return None
    return replace(first, sign=first.sign * second.sign)


def times_polynomial(polynomial: DerivativeSigns, degree: int, other: DerivativeSigns) -> DerivativeSigns | None:
    """Return the signs of P g where P has a pattern from order 0 on: beyond P g^(n) there are `degree` terms."""
    if other.sign == 0 or polynomial.order or polynomial.sign == 0 or polynomial.alternating != other.alternating:
        return None
    return replace(other, sign=polynomial.sign * other.sign, order=other.order + degree)


def composed(outer: DerivativeSigns, inner: DerivativeSigns) -> DerivativeSigns | None:
    r"""Return the signs of f(g(x)), or None where they are not known.

    By Faà di Bruno's formula, the n-th derivative is a sum of products :math:`f^{(k)} \prod_{i \le k} g^{(j_i)}` with
    :math:`j_1 + ... + j_k = n`. Let the signs of g be s or s (-1)^j: the product is s^k, or s^k (-1)^n. All terms have
    one sign if f has equal signs and s = 1, or alternating signs and s = -1. Among these are 1/g and exp(-g) of a
    Bernstein function g, which are completely monotone (Schilling, Song and Vondracek 2012, theorem 3.7).

    Parameters
    ----------
    outer
        Signs of f on the values of g.
    inner
        Signs of g.
    """
    if max(outer.order, inner.order) > 1:
        return None
    if 0 in (outer.sign, inner.sign):
        return vanishing(1) if inner.sign == 0 else None
    if inner.sign != (-1 if outer.alternating else 1):
        return None
    return replace(outer, alternating=inner.alternating)


def combined(
    rule: Callable[[DerivativeSigns, DerivativeSigns], DerivativeSigns | None], first: Patterns, second: Patterns
) -> Patterns:
    """Return all that a rule says of two functions."""
    return strongest(rule(one, other) for one in first for other in second)


def strongest(patterns: Iterable[DerivativeSigns | None]) -> Patterns:
    """Return the patterns that hold from the lowest orders on, one of each kind."""
    found: dict[tuple[bool, bool], DerivativeSigns] = {}
    for each in patterns:
        if each is not None:
            kind = (each.alternating, each.sign == 0)
            if kind not in found or each.order < found[kind].order:
                found[kind] = each
    return tuple(found.values())


def lowest(patterns: Patterns) -> DerivativeSigns | None:
    """Return the pattern that holds from the lowest order on, which a rule of the fewest nodes can use."""
    return min(patterns, key=lambda each: (each.order, each.sign == 0, each.alternating), default=None)


def of_power(exponent: float | Fraction, low: float, high: float) -> Patterns:
    """Return the signs of t^p for t in an interval where t^p is defined.

    For t > 0 the sign of the n-th derivative is that of p (p - 1) ... (p - n + 1): positive up to the order ceil(p),
    then alternating; a negative t of an integer power is reflected.
    """
    whole = exponent % 1 == 0
    if low < 0 < high or (low < 0 and not whole):
        return (vanishing(int(exponent) + 1),) if whole and exponent >= 0 else ()
    if whole and exponent >= 0:
        degree = int(exponent)
        found: Patterns = (same(1), alternate((-1) ** degree, degree), vanishing(degree + 1))
    else:
        order = max(math.ceil(exponent), 0)
        found = (alternate((-1) ** order, order),)
    if high <= 0:
        parity = (-1) ** int(exponent % 2)
        return tuple(each.of_affine(-1).scaled(parity) for each in found)
    return found


def of_logarithm(shift: float, high: float) -> Patterns:
    """Return the signs of log(t + shift) for t up to `high`: from order 0 on where no value is positive."""
    return (alternate(-1, 0 if high <= 1 - shift else 1),)
