"""Choice between several marks, each of which gives every row the same number of fields."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from graphspec.readwrite.reading import BLANKS

_DECIMAL = re.compile(r"[+-]?[0-9]*,[0-9]+([eE][+-]?[0-9]+)?")
_LIKELIEST = ("\t", ",", "|", ";", "::", BLANKS)

Split = Callable[[str, str], list[str]]


def outer_separator(marks: Sequence[str], rows: Sequence[str], split: Split) -> str:
    """Return the mark that separates columns, of several that might; the others are parts of ids.

    A tab does. A comma does not where it occurs in decimal numbers alone, behind two other columns. Marks that both
    ends of an edge hold equally often are parts of ids: ``std::map,std::less``, ``sp|P1|A sp|Q1|B``. Of the remaining
    marks, the first in every row separates the columns, unless all sources would be one: ``1,action|drama``.

    Parameters
    ----------
    marks
        The marks, the likeliest first.
    rows
        Rows below a header.
    split
        Function that splits a row at a separator.
    """
    if len(marks) > 1 and "," in marks and any(_are_decimals(rows, mark, split) for mark in marks if mark != ","):
        marks = [mark for mark in marks if mark != ","]
    if len(marks) == 1 or "\t" in marks:
        return "\t" if "\t" in marks else marks[0]
    ends = {mark: [split(row, mark)[:2] for row in rows] for mark in marks}
    for mark in marks:
        if any(_are_parts_of_both(other, ends[mark]) for other in marks if other != mark):
            return mark
    marks = sorted((mark for mark in marks if mark != BLANKS), key=_LIKELIEST.index)
    for mark in marks:
        others = [other for other in marks if other != mark]
        sources = {pair[0] for pair in ends[mark]}
        one_source = len(sources) == 1 < len(rows)
        if not one_source and not any(other in source for source in sources for other in others):
            return mark
    return marks[0]


def _are_decimals(rows: Sequence[str], mark: str, split: Split) -> bool:
    """Return whether at another mark all commas are those of decimal numbers, behind the first two columns."""
    for row in rows:
        with_comma = [(place, field) for place, field in enumerate(split(row, mark)) if "," in field]
        if not all(place > 1 and _DECIMAL.fullmatch(field) for place, field in with_comma):
            return False
    return True


def _are_parts_of_both(mark: str, ends: Sequence[Sequence[str]]) -> bool:
    """Return whether both ends of every edge hold a mark, equally often."""
    counts = [[len(end.split()) - 1 if mark == BLANKS else end.count(mark) for end in pair] for pair in ends]
    return all(len(count) == 2 and count[0] == count[1] > 0 for count in counts)
