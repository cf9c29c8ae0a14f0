"""Blanks of Unicode and invisible characters around ids, which look like spaces or like nothing."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace

from graphspec.errors import InputError
from graphspec.readwrite.detection import likely_separators
from graphspec.readwrite.reading import BLANKS
from graphspec.readwrite.text import Text, excerpt

_BLANK = "[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]"
INVISIBLE = "[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060\ufeff]"
"""Characters that show nothing, as a pattern."""

_LINE_END = re.compile("[\u0085\u2028\u2029]")
# Their first bytes in UTF-8, by which most text without them is told.
_FIRST_BYTES = tuple(
    mark.encode()[:2] for mark in ("\u00a0", "\u00ad", "\u0085", "\u1680", "\u2000", "\u205f", "\u3000", "\ufeff")
)


def with_plain_blanks(text: Text, separator: str | None) -> Text:
    """Return rows in which other blanks than spaces and tabs are spaces, where they stand around ids or between them.

    A no-break space within an id, such as a name of two words between commas, is part of it. Where no other mark
    separates columns, blanks do. Invisible characters at the ends of ids would make two of one.

    Parameters
    ----------
    text
        The rows.
    separator
        Separator of columns, or None if it is to be detected.

    Raises
    ------
    InputError
        If most lines end in another mark than a line feed.
    """
    if text.data.isascii() or not any(text.data.find(first, text.start) >= 0 for first in _FIRST_BYTES):
        return text
    try:
        rows = text.data[text.start :].decode()
    except UnicodeDecodeError:
        return text  # is reported where ids depend on it
    if (mark := _LINE_END.search(rows)) is not None and len(_LINE_END.findall(rows)) >= rows.count("\n"):
        number = text.lines_above + text.data.count(b"\n", 0, text.start) + rows.count("\n", 0, mark.start()) + 1
        raise InputError(
            f"{text.name}, line {number}: expected lines that end in a line feed, found {_named(mark[0])}: replace it"
        )
    remarks = text.remarks
    sample = text.first_rows()
    mark_between = separator or likely_separators(sample, text.fields)[-1]
    unseen = _around_ids(INVISIBLE, mark_between)
    if (found := unseen.search(rows)) is not None:
        remarks = (*remarks, f"left out invisible characters around ids ({_named(found[0][0])})")
        rows = unseen.sub("", rows)
    if mark_between in (BLANKS, " "):
        rows = _around_ids(_BLANK, mark_between).sub(" ", rows)
    changed = replace(text, data=text.data[: text.start] + rows.encode(), remarks=remarks)
    return _with_separating_blanks(changed) if mark_between in (BLANKS, " ") else changed


def _around_ids(marks: str, separator: str) -> re.Pattern[str]:
    """Return the pattern of marks before and behind ids."""
    edge = r'[ \t\n"]' if separator in (BLANKS, " ") else rf'[\n"{re.escape(separator)}]'
    return re.compile(rf"(?:\A|(?<={edge})){marks}+|{marks}+(?={edge}|\Z)")


def _with_separating_blanks(text: Text) -> Text:
    """Return rows with spaces for the blanks that are the only marks between columns."""
    rows = text.first_rows()
    found = next((mark for row in rows for mark in re.findall(_BLANK, row)), None)
    if found is None or max(len(text.fields(row, likely_separators(rows, text.fields)[-1])) for row in rows) > 1:
        return text
    spaced = [re.sub(f"{_BLANK}+", " ", row) for row in rows]
    widths = {len(row.split(" ")) for row in spaced[1:] or spaced}
    if len(widths) > 1:
        raise InputError(
            f"{text.name}: expected a separator between two ids, found {_named(found)} in {excerpt(rows[0])}: "
            "replace it by a tab or a comma"
        )
    data = re.sub(f"{_BLANK}+", " ", text.data[text.start :].decode()).encode()
    remark = f"took {_named(found)} for a blank between columns"
    return replace(text, data=text.data[: text.start] + data, remarks=(*text.remarks, remark))


def _named(mark: str) -> str:
    return f"{unicodedata.name(mark, 'a control character').lower()}, U+{ord(mark):04X}"
