"""Nodes of an expression in x."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Node:
    """A number, the variable, or an operation on other nodes.

    Attributes
    ----------
    operation
        Name of the operation; ``number`` or ``x``.
    parts
        Its operands.
    value
        The number.
    """

    operation: str
    parts: tuple[Node, ...] = ()
    value: float = 0.0

    @property
    def is_number(self) -> bool:
        """Whether x does not occur: numbers are computed when the expression is parsed."""
        return self.operation == "number"
