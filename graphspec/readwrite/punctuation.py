"""Punctuation around the ids of an edge list: brackets, arrows, a mark at the end of every row."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from graphspec.errors import InputError
from graphspec.readwrite.text import NUMBER, Text, excerpt


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
# 1: 2
_COLON = _style(r"\s*[^\s:,;|]+\s*:\s+[^:]*\S\s*", r"^([^\s:]+)[ \t]*:[ \t]+", rb"\1" + b"\t")
_STYLES = (
    # (1, 2)   ('a', 'b'),   [1, 2, 0.5]
    _style(r"\s*(?:\([^()]*,[^()]*\)|\[[^\[\]]*,[^\[\]]*\])\s*[,;]?\s*", r"^[ \t]*[(\[]|[)\]][ \t]*[,;]?[ \t]*$", b""),
    # 1 2;
    _style(r"[^;]*[^;\s][^;]*;\s*", r"[ \t]*;[ \t]*$", b""),
    # 1,2,
    _style(r".*[^,\s]\s*,\s*", r"[ \t]*,[ \t]*$", b"", above=True),
    # 1 -> 2   a -- b   a->b
    _style(rf"\s*\S.*?\s+{_ARROW}\s+\S.*|\s*[^\s,;|]+?{_ARROW}[^\s,;|]+\s*", rf"[ \t]*{_ARROW}[ \t]*", b"\t"),
    _COLON,
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
            if style is _COLON:
                _refuse_settings(text.name, rows)
            plain = style.part.sub(style.plain, text.data[text.start :])
            text = replace(text, data=text.data[: text.start] + plain)
    return text


def _refuse_settings(name: str, rows: Sequence[str]) -> None:
    """Refuse names and values: no name comes twice, or is a value."""
    pairs = [row.split(":", 1) for row in rows if ":" in row]
    names, values = [pair[0].strip() for pair in pairs], {pair[1].strip() for pair in pairs}
    words = not any(NUMBER.fullmatch(word) for word in names)
    if words and len(pairs) > 2 and len(set(names)) == len(names) and not values & set(names):
        raise InputError(
            f"{name}: expected an edge list, found what looks like settings, names and values "
            "(--delimiter : reads edges)"
        )


def refuse_punctuation(text: Text, ends: Sequence[Sequence[str]]) -> None:
    """Refuse ids that are pieces of something else: all of one column have half a pair of brackets, or an arrow.

    Parameters
    ----------
    text
        The rows.
    ends
        Source and target of the first rows.

    Raises
    ------
    InputError
        If they have.
    """
    columns = list(zip(*ends, strict=True))
    if set(columns[0]) & set(columns[1]):
        return  # whatever they look like, they are names
    for column in columns:
        if any(all(pattern.search(word) for word in column) for pattern in _PIECES):
            raise InputError(
                f"{text.name}: expected ids, found {excerpt(column[0])}: write an edge as two ids with a separator "
                "between them, or name that with --delimiter"
            )


def odd_punctuation(words: Sequence[str]) -> list[int]:
    """Return which ids have punctuation around them without which they are ids, too, if these are few.

    Parameters
    ----------
    words
        The distinct ids.
    """
    marks = "()[]{}<>,;:'\"`"
    suspects = [code for code, word in enumerate(words) if word and (word[0] in marks or word[-1] in marks)]
    if not suspects or len(suspects) > max(1, len(words) // 100):
        return []
    known = set(words)
    return [code for code in suspects if words[code].strip(marks) in known]


_OPENING, _CLOSING = r"([{<", r")]}>"
_PIECES = tuple(
    re.compile(pattern)
    for pattern in (
        # A bracket without its counterpart, and a list.
        *(rf"^[^\{a}\{b}]*\{a}[^\{b}]*$|^[^\{a}\{b}]*\{b}[^\{a}]*$" for a, b in zip(_OPENING, _CLOSING, strict=True)),
        r"^\[[^\]]*[,\s].*\]$|\s\[.*\]$",
        rf"\S{_ARROW}\S",
        r"[,;:]$",
        r"^[0-9]+,[0-9.]+$",
        r"^[0-9]+(\s+[0-9]+)+$",
        r"^[0-9]+:[0-9.]+$",
    )
)
