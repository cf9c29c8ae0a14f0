"""What is known of an expression on an interval, deduced from its parts."""

from __future__ import annotations

from fractions import Fraction

from graphspec.functionals.behaviour import Behaviour, UndefinedError, constant, identity
from graphspec.functionals.nodes import Node


class Deduction:
    """What is known of the nodes of an expression on an interval; each is deduced once.

    Parameters
    ----------
    low, high
        The interval.
    """

    def __init__(self, low: float, high: float) -> None:
        self._low, self._high = low, high
        self._known: dict[tuple[int, float], Behaviour] = {}

    def of(self, node: Node) -> Behaviour:
        """Return what is known of a node.

        Raises
        ------
        UndefinedError
            If it may be undefined in the interior of the interval.
        """
        return self._once(node, 1.0)

    def _once(self, node: Node, exponent: float) -> Behaviour:
        """Return what is known of a node to a power."""
        key = (id(node), exponent)
        if key not in self._known:
            self._known[key] = self._deduced(node) if exponent == 1 else self._raised(node, exponent)
        return self._known[key]

    def _deduced(self, node: Node) -> Behaviour:
        if node.operation == "x":
            return identity(self._low, self._high)
        if node.is_number:
            return constant(node.value, self._low, self._high)
        if node.operation == "**":
            return self._power(*node.parts)
        if node.operation == "/":
            return self.of(node.parts[0]) * self._once(node.parts[1], -1.0)
        first, *rest = (self.of(part) for part in node.parts)
        if node.operation == "+":
            return first + rest[0]
        if node.operation == "-":
            return first + -rest[0]
        if node.operation == "*":
            return first * rest[0]
        if node.operation == "negative":
            return -first
        return first if node.operation == "positive" else first.applied(node.operation)

    def _power(self, base: Node, exponent: Node) -> Behaviour:
        if exponent.is_number:
            return self._once(base, exponent.value)
        if base.is_number:
            if base.value <= 0:
                raise UndefinedError
            return self.of(exponent).exponential(base.value)
        return (self.of(exponent) * self.of(base).log("log")).exp()

    def _raised(self, node: Node, exponent: float) -> Behaviour:
        """Deduce a constant power from the node, and from its factors or its own base if they are positive."""
        known = self.of(node).power(exponent)
        if not all(self.of(part).values.low >= 0 for part in node.parts[: 1 if node.operation == "**" else 2]):
            return known
        if node.operation in ("*", "/"):
            second = -exponent if node.operation == "/" else exponent
            return known.joined(self._once(node.parts[0], exponent) * self._once(node.parts[1], second))
        own = {"sqrt": 0.5, "**": node.parts[-1].value if node.parts and node.parts[-1].is_number else 0.0}
        power = own.get(node.operation, 0.0)
        together = power * exponent
        if power and Fraction(together) == Fraction(power) * Fraction(exponent):
            return known.joined(self._once(node.parts[0], together))
        return known
