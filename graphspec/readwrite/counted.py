"""Numbers that programs put before rows: ``grep -n`` the number of the row, ``uniq -c`` a count."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import chain, pairwise

from graphspec.readwrite.detection import likely_separators
from graphspec.readwrite.reading import BLANKS
from graphspec.readwrite.text import NUMBER, Text

_COLON = re.compile(r"[ \t]*([0-9]{1,15}):[ \t]*(\S.*)")
_COLON_PART = re.compile(rb"^[ \t]*[0-9]+:[ \t]*", re.MULTILINE)
_COUNT = re.compile(r"( +[0-9]+ )(\S.*)")
_COUNT_PART = re.compile(rb"^ +([0-9]+) ([^\n]*)", re.MULTILINE)
_FEW = 3  # rows below which numbers are no sequence


def without_numbers(text: Text, *, weighted: bool) -> Text:
    """Return rows without numbers before them; with `weighted`, counts become the last column.

    Numbers before a colon that increase from row to row count these where words of two columns follow, of which an id
    comes back without its number alone. Counts end at
    one place, with blanks to their left, and what follows has another separator than the blank behind them.

    Parameters
    ----------
    text
        The rows.
    weighted
        Whether weights are read.
    """
    rows = text.first_rows()
    if len(rows) < _FEW:
        return text
    found = [match for row in rows if (match := _COLON.fullmatch(row)) is not None]
    counted = len(found) == len(rows) and all(int(one[1]) < int(other[1]) for one, other in pairwise(found))
    if counted and _come_back_without([(match[0], match[2]) for match in found], text):
        remark = "left out the numbers before a colon, which count the rows (--delimiter : takes them for ids)"
        return _changed(text, _COLON_PART, b"", remark)
    found = [match for row in rows if (match := _COUNT.fullmatch(row)) is not None]
    if len(found) == len(rows) and len({match.end(1) for match in found}) == 1:
        mark = _mark([match[2] for match in found], text)
        if mark is not None and mark not in (BLANKS, " "):
            kept = rb"\2" + mark.encode() + rb"\1" if weighted else rb"\2"
            return _changed(text, _COUNT_PART, kept, "took the numbers before the rows for counts, as of uniq -c")
    return text


def _mark(rows: Sequence[str], text: Text) -> str | None:
    """Return the separator that gives all rows the same number of fields, or None."""
    mark = likely_separators(rows, text.fields)[0]
    widths = {len(text.fields(row, mark)) for row in rows}
    return mark if len(widths) == 1 and widths != {1} else None


def _come_back_without(rows: Sequence[tuple[str, str]], text: Text) -> bool:
    """Return whether the first two columns are words with an id in common if rows lack their numbers, and only then."""
    mark = _mark([short for _, short in rows], text)
    if mark is None:
        return False
    common = []
    for lines in zip(*rows, strict=True):
        ends = [text.fields(line.strip(), mark)[:2] for line in lines]
        common.append({pair[0] for pair in ends} & {pair[-1] for pair in ends})
    return not common[0] and bool(common[1]) and not any(map(NUMBER.fullmatch, chain.from_iterable(ends)))


def _changed(text: Text, part: re.Pattern[bytes], plain: bytes, remark: str) -> Text:
    data = text.data[: text.start] + part.sub(plain, text.data[text.start :])
    return replace(text, data=data, remarks=(*text.remarks, remark))
