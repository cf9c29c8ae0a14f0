"""Passes over the rows of a matrix, in ranges that are divided among threads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from graphspec._typing import Sums


@dataclass(frozen=True, eq=False)
class Sweep:
    """One pass over row ranges: each thread takes the next range until none is left.

    Every range has its own sums: added in the order of the ranges, they do not depend on the number of threads.

    Attributes
    ----------
    bounds
        Bounds of the ranges, shape (ranges + 1,).
    sums
        Sums over each range for every column, shape (ranges, width).
    taken
        Number of ranges that were taken, shape (1,), which the compiled step updates without the interpreter.
    """

    bounds: NDArray[np.int64]
    sums: Sums
    taken: NDArray[np.int64] = field(default_factory=lambda: np.zeros(1, np.int64))
    _lock: Lock = field(default_factory=Lock)

    @classmethod
    def over(cls, bounds: NDArray[np.int64], width: int) -> Sweep:
        """Return a sweep of which no range has been taken."""
        return cls(bounds, np.zeros((len(bounds) - 1, width)))

    def __iter__(self) -> Iterator[tuple[int, slice]]:
        """Take the next ranges; yield their numbers and rows."""
        while True:
            with self._lock:
                number = int(self.taken[0])
                self.taken[0] += 1
            if number >= len(self.sums):
                return
            yield number, slice(int(self.bounds[number]), int(self.bounds[number + 1]))
