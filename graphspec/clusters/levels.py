"""Levels of communities: the results, and the sentences on them."""

from __future__ import annotations

from dataclasses import dataclass, field

from graphspec._typing import Vertices


@dataclass(frozen=True, eq=False)
class Level:
    """A level of communities: a gap among the detectable eigenvalues, or the one between them and the bulk.

    Attributes
    ----------
    count
        Number of communities of the level: eigenvalues below the gap.
    count_low, count_high
        Ends of its interval, or of the range of a confirmed count.
    gap
        Width of the gap as the angle arccos(1 - eigenvalue), in units of pi / 100; None for communities on a density
        without a gap at the threshold.
    gap_low, gap_high
        Eigenvalues at both ends of the gap; None without one.
    confirmed
        Whether an eigensolver found the eigenvalues; otherwise all numbers are those of a density.
    groups
        Community of every vertex at this level, shape (n,); None without a confirmation. Communities of a finer level
        lie within those of a coarser one.
    """

    count: float
    count_low: float
    count_high: float
    gap: float | None
    gap_low: float | None
    gap_high: float | None
    confirmed: bool
    groups: Vertices | None = field(default=None, repr=False)

    @property
    def in_words(self) -> str:
        """The number, with its interval where it is an estimate."""
        low, high = round(self.count_low), round(self.count_high)
        return f"{round(self.count):,}" if low == high else f"{round(self.count):,} ({low:,} to {high:,})"


def levels_in_words(levels: tuple[Level, ...]) -> str:
    """Return a sentence on the levels of a graph.

    Parameters
    ----------
    levels
        The levels, the finest first.

    Examples
    --------
    >>> fine, coarse = (Level(count, count, count, 4.0, 0.3, 0.4, True) for count in (30, 5))
    >>> levels_in_words((fine, coarse))
    '30 communities in 5 groups, confirmed: gap of 4.0 after eigenvalue 5, in units of pi / 100.'
    >>> levels_in_words((coarse,))
    '5 groups stand out, confirmed: gap of 4.0 after eigenvalue 5, in units of pi / 100.'
    >>> levels_in_words(())
    'No level is named: no gap among the eigenvalues stands out.'
    """
    if not levels:
        return "No level is named: no gap among the eigenvalues stands out."
    finest, *others = levels
    gaps = [f"{level.gap:.1f} after eigenvalue {round(level.count):,}" for level in others or levels]
    words = f"{finest.in_words} groups stand out"
    if others:
        words = f"{finest.in_words} communities in {others[0].in_words} groups"
        words += "".join(f", and these in {level.in_words}" for level in others[1:])
    confirmed = [level.confirmed for level in levels]
    state = ", confirmed" if all(confirmed) else ", estimated" if not any(confirmed) else ", confirmed in part"
    noun = "gap" if len(gaps) == 1 else "gaps"
    return f"{words}{state}: {noun} of {' and '.join(gaps)}, in units of pi / 100."
