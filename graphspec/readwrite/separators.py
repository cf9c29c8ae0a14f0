"""Choice between several marks, each of which gives every row the same number of fields."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from graphspec.readwrite.reading import BLANKS
from graphspec.readwrite.text import NUMBER

_DECIMAL = re.compile(r"[+-]?[0-9]*,[0-9]+([eE][+-]?[0-9]+)?")
_LIKELIEST = ("\t", ",", "|", ";", "::", BLANKS)

_NAMES = {",": "comma", "|": "pipe", ";": "semicolon"}

Split = Callable[[str, str], list[str]]


def outer_separator(marks: Sequence[str], rows: Sequence[str], split: Split) -> str:
    """Return the mark that separates columns, of several that might; the others are parts of ids.

    A tab does. A comma does not where it occurs in decimal numbers alone, behind two other columns. Marks that both
    ends of an edge hold equally often are parts of ids: ``std::map,std::less``, ``sp|P1|A sp|Q1|B``. Blanks do where no
    mark is in the first two columns between them, and these have fewer ids: ``u1 x a,b``. Of the remaining marks, the
    first in every row separates the columns, unless all sources would be one: ``1,action|drama``.

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
    others = sorted((mark for mark in marks if mark != BLANKS), key=_LIKELIEST.index)
    behind = BLANKS in marks and all(_is_behind_blanks(mark, rows, split) for mark in others)
    if behind and _num_ids(ends[BLANKS]) < min(_num_ids(ends[mark]) for mark in others):
        return BLANKS
    marks = others
    for mark in marks:
        others = [other for other in marks if other != mark]
        sources = {pair[0] for pair in ends[mark]}
        one_source = len(sources) == 1 < len(rows)
        if not one_source and not any(other in source for source in sources for other in others):
            return mark
    return marks[0]


def hint_of_mark(rows: Sequence[str]) -> str:
    """Return a hint at a mark that may separate columns, though not by itself: all rows have it once, between ids."""
    for mark in "-~/_=^&+*.:@!\uff0c\uff1b\u3001\u060c\u00b7":
        parts = [row.strip().split(mark) for row in rows]
        if parts and all(len(row) == 2 and all(each.strip()[:1].isalnum() for each in row) for row in parts):
            action = f"--delimiter={mark}" if mark.isascii() else f"write a comma for {mark}"
            return f" ({action} if it separates them)"
    return ""


def remark_on_tie(chosen: str, rows: Sequence[str], split: Split) -> str | None:
    """Return a remark where blanks and another mark may both be the separator, and no id that comes back shows it.

    Parameters
    ----------
    chosen
        The separator that was taken.
    rows
        Rows below a header.
    split
        Function that splits a row at a separator.
    """
    blank = chosen in (BLANKS, " ")
    marks = [mark for mark in _NAMES if rows and mark in rows[0]] if blank else [chosen] if chosen in _NAMES else []
    pairs = [split(row, chosen)[:2] for row in rows]
    if all(map(NUMBER.fullmatch, (word for pair in pairs for word in pair))):
        return None
    if not marks or {pair[0] for pair in pairs} & {pair[-1] for pair in pairs}:
        return None
    for mark in marks:
        widths = [{len(split(row, each)) for row in rows} for each in (mark, BLANKS)]
        if all(len(counts) == 1 and counts != {1} for counts in widths) and _is_behind_blanks(mark, rows, split):
            taken, other = ("blanks", _NAMES[mark] + "s") if blank else (_NAMES[mark] + "s", "blanks")
            option = _NAMES[mark] if blank else "space"
            return f"took {taken} for the separator; every row has as many {other}, too (--delimiter {option})"
    return None


def _is_behind_blanks(mark: str, rows: Sequence[str], split: Split) -> bool:
    """Return whether a mark is in none of the first two columns between blanks."""
    return not any(mark in word for row in rows for word in split(row, BLANKS)[:2])


def _num_ids(ends: Sequence[Sequence[str]]) -> int:
    return len({word for pair in ends for word in pair})


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
