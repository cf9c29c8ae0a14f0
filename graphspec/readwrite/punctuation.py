"""Punctuation around the ids of an edge list: brackets, arrows, a mark at the end of every row."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from graphspec.readwrite.text import Text


@dataclass(frozen=True)
class _Style:
    """A way to write an edge that is rewritten as plain columns where all first rows are written so.

    Attributes
    ----------
    row
        What such a row matches.
    part
        What is replaced in every row.
    plain
        What takes its place.
    above
        Whether a header has to be written so, too.
    """

    row: re.Pattern[str]
    part: re.Pattern[bytes]
    plain: bytes
    above: bool = False

    def applies(self, rows: Sequence[str]) -> bool:
        """Return whether all of the first rows are written so."""
        body = rows if self.above else rows[1:] or rows
        return bool(body) and all(self.row.fullmatch(row) for row in body)


def _style(row: str, part: str, plain: bytes, *, above: bool = False) -> _Style:
    return _Style(re.compile(row), re.compile(part.encode(), re.MULTILINE), plain, above)


_ARROW = "(?:<?-{1,2}>|<-{1,2}|<?=>|--|\u2192|\u2014)"
_STYLES = (
    # (1, 2)   ('a', 'b'),   [1, 2, 0.5]
    _style(r"\s*(?:\([^()]*,[^()]*\)|\[[^\[\]]*,[^\[\]]*\])\s*[,;]?\s*", r"^[ \t]*[(\[]|[)\]][ \t]*[,;]?[ \t]*$", b""),
    # 1 2;
    _style(r"[^;]*[^;\s][^;]*;\s*", r"[ \t]*;[ \t]*$", b""),
    # 1,2,
    _style(r".*[^,\s]\s*,\s*", r"[ \t]*,[ \t]*$", b"", above=True),
    # 1 -> 2   a -- b   a->b
    _style(rf"\s*\S.*?\s+{_ARROW}\s+\S.*|\s*[^\s,;|]+?{_ARROW}[^\s,;|]+\s*", rf"[ \t]*{_ARROW}[ \t]*", b"\t"),
    # 1: 2
    _style(r"\s*[^\s:,;|]+\s*:\s+[^:]*\S\s*", r"^([^\s:]+)[ \t]*:[ \t]+", rb"\1" + b"\t"),
    # 'a','b'
    _style(r"\s*'[^']*'\s*[,;\s]\s*'[^']*'.*", r"'([^'\n]*)'", rb'"\1"'),
)


def without_punctuation(text: Text) -> Text:
    """Rewrite edges such as ``(1, 2)``, ``1 -> 2``, ``1: 2`` and ``1 2;`` as plain columns.

    A row that is written in another way is left as it is, so that the parsers report it.
    """
    for style in _STYLES:
        rows = text.first_rows(100)
        if style.applies(rows):
            plain = style.part.sub(style.plain, text.data[text.start :])
            text = replace(text, data=text.data[: text.start] + plain)
    return text
