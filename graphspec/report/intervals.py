"""Counts with their intervals as bars, on an axis that all of them share."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from graphspec.report.answers import Interval


@dataclass(frozen=True)
class Bar:
    """A bar from one end of an interval to the other, with a mark at the number; all in per cent of the axis.

    Attributes
    ----------
    left, width, mark
        Where the bar begins, how wide it is, and where its mark is.
    """

    left: float
    width: float
    mark: float


@dataclass(frozen=True)
class CountAxis:
    """Logarithmic axis of counts: they reach from one to thousands.

    Attributes
    ----------
    low, high
        Ends of the axis; counts below are drawn at its end.
    """

    low: float
    high: float

    @classmethod
    def around(cls, intervals: Iterable[Interval]) -> CountAxis:
        """Return the axis that holds all intervals."""
        return cls(0.8, 1.15 * max((max(each.high, each.value) for each in intervals), default=1.0))

    def place(self, count: float) -> float:
        """Return where a count is on the axis, in per cent."""
        share = math.log(max(count, self.low) / self.low) / math.log(max(self.high, 1.5) / self.low)
        return round(100 * min(share, 1.0), 2)

    def bar(self, interval: Interval) -> Bar:
        """Return the bar of an interval."""
        left, right = self.place(interval.low), self.place(interval.high)
        return Bar(left, round(right - left, 2), self.place(interval.value))

    @property
    def ticks(self) -> list[tuple[str, float]]:
        """Labels and places of the ticks: powers of ten, and between them where there are few."""
        few = self.high < 100
        powers = range(int(math.log10(max(self.high, 1))) + 1)
        counts = [factor * 10**power for power in powers for factor in ((1, 2, 5) if few else (1,))]
        return [(f"{count:,}", self.place(count)) for count in counts if count <= self.high]
