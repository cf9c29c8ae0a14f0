"""Increasing numbers as the value of an option: times, steps, epochs."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from graphspec.options import Number

_MOST = 10_000


@dataclass(frozen=True)
class Grid:
    """Increasing numbers, as a list or a range.

    Attributes
    ----------
    integer
        Whether they are whole numbers, in a range of steps of one; otherwise a range has equal ratios.
    empty
        Whether there may be none.
    """

    integer: bool = False
    empty: bool = False

    def accepts(self, value: Any) -> bool:
        """Return whether a value is a tuple of increasing numbers that are not negative."""
        number = Number(0, integer=self.integer, open=not self.integer)
        if not isinstance(value, tuple) or len(value) > _MOST:
            return False
        if not value:
            return self.empty
        if self.integer and not all(isinstance(each, int) and each >= 0 for each in value):
            return False
        return all(number.accepts(each) or each == 0 for each in value) and all(
            first < second for first, second in pairwise(value)
        )

    def parse(self, text: str) -> tuple[float, ...] | tuple[int, ...]:
        """Return the numbers of a list such as ``0.1,1,10`` or a range such as ``0.01:100:250`` or ``1:20``."""
        if self.empty and text.strip() == "none":
            return ()
        if ":" not in text:
            return tuple((int if self.integer else float)(part) for part in text.split(","))
        parts = text.split(":")
        if self.integer:
            first, last = (int(part) for part in parts)
            if last - first >= _MOST:
                raise ValueError(text)
            return tuple(range(first, last + 1))
        low, high, count = float(parts[0]), float(parts[1]), int(parts[2])
        if len(parts) != 3 or not (0 < low < high < math.inf) or not 2 <= count <= _MOST:
            raise ValueError(text)
        return tuple(np.geomspace(low, high, count).tolist())

    def wrong_values(self) -> tuple[Any, ...]:
        """Return decreasing, equal and negative numbers, none where there must be some, and values of other types."""
        none: tuple[Any, ...] = () if self.empty else ((),)
        return (*none, (2, 1), (1, 1), (-1, 1), (float("nan"),), 3, "1,2", ("1",))

    def __str__(self) -> str:
        if self.integer:
            numbers = "increasing whole numbers such as 1,2,5 or 1:20"
        else:
            numbers = "increasing positive numbers such as 0.1,1,10, or from:to:count such as 0.01:100:250"
        return f"{numbers}, or none" if self.empty else numbers
