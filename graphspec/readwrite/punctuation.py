"""Punctuation around the ids of an edge list: brackets, arrows, a mark at the end of every row."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from graphspec.errors import InputError
from graphspec.readwrite.text import NUMBER, Text, excerpt


@dataclass(frozen=True)
class _Style:
    """A notation of edges, which is rewritten as plain columns where all first rows use it.

    Attributes
    ----------
    row
        Pattern of a row in the notation.
    part
        Pattern of the parts that are replaced in every row.
    plain
        Replacement of these parts.
    above
        Whether a header has to use the notation as well.
    """

    row: re.Pattern[str]
    part: re.Pattern[bytes]
    plain: bytes
    above: bool = False

    def applies(self, rows: Sequence[str]) -> bool:
        """Return whether all of the first rows use the notation."""
        body = rows if self.above else rows[1:] or rows
        return bool(body) and all(self.row.fullmatch(row) for row in body)


def _style(row: str, part: str, plain: bytes, *, above: bool = False) -> _Style:
    return _Style(re.compile(row), re.compile(part.encode(), re.MULTILINE), plain, above)


_ARROW = "(?:<?-{1,2}>|<-{1,2}|<?=>|--|\u2192|\u2014)"
# 1: 2
_COLON = _style(r"\s*[^\s:,;|]+\s*:\s+[^:]*\S\s*", r"^([^\s:]+)[ \t]*:[ \t]+", rb"\1" + b"\t")
# 1 -> 2   a -- b   a->b
_ARROWS = _style(rf"\s*\S.*?\s+{_ARROW}\s+\S.*|\s*[^\s,;|]+?{_ARROW}[^\s,;|]+\s*", rf"[ \t]*{_ARROW}[ \t]*", b"\t")
# a -> b -> c   a -> b: 5   a -> b [weight=5]   a -> b, 5
_MORE_THAN_ARROWS = re.compile(
    "|".join(
        (
            rf"^[^\n]*?{_ARROW}[^\n]*?{_ARROW}",
            rf"^[^\n:]*?{_ARROW}[^\n:]*:[ \t]",
            rf"^[^\n\[]*?{_ARROW}[^\n\[]*\[[ \t]*\w+[ \t]*=",
            rf"^[^\n,]*?{_ARROW}[^\n,]*,[ \t]*[0-9]+(?:\.[0-9]*)?[ \t]*$",
        )
    ).encode(),
    re.MULTILINE,
)
_STYLES = (
    # (1, 2)   ('a', 'b'),   [1, 2, 0.5]
    _style(r"\s*(?:\([^()]*,[^()]*\)|\[[^\[\]]*,[^\[\]]*\])\s*[,;]?\s*", r"^[ \t]*[(\[]|[)\]][ \t]*[,;]?[ \t]*$", b""),
    # 1 2;
    _style(r"[^;]*[^;\s][^;]*;\s*", r"[ \t]*;[ \t]*$", b""),
    # 1,2,
    _style(r".*[^,\s]\s*,\s*", r"[ \t]*,[ \t]*$", b"", above=True),
    _ARROWS,
    _COLON,
    # 'a','b'
    _style(r"\s*'[^']*'\s*[,;\s]\s*'[^']*'.*", r"'([^'\n]*)'", rb'"\1"'),
)


def without_punctuation(text: Text, *, chosen: bool = False) -> Text:
    """Rewrite edges such as ``(1, 2)``, ``1 -> 2``, ``1: 2`` and ``1 2;`` as plain columns.

    A row in another notation is left unchanged, so that the parsers report it.

    Parameters
    ----------
    text
        The rows.
    chosen
        Whether users chose columns: then rows may hold several arrows.

    Raises
    ------
    InputError
        If the rows are settings, or one holds more than two ids with an arrow between them.
    """
    for style in _STYLES:
        rows = text.first_rows(100)
        if style.applies(rows):
            if style is _COLON:
                _refuse_settings(text.name, rows)
            if style is _ARROWS and not chosen:
                _refuse_more_than_arrows(text)
            plain = style.part.sub(style.plain, text.data[text.start :])
            text = replace(text, data=text.data[: text.start] + plain)
    return text


def _refuse_settings(name: str, rows: Sequence[str]) -> None:
    """Refuse settings, which are names and values: no name occurs twice, or is a value."""
    pairs = [row.split(":", 1) for row in rows if ":" in row]
    names, values = [pair[0].strip() for pair in pairs], {pair[1].strip() for pair in pairs}
    words = not any(NUMBER.fullmatch(word) for word in names)
    if words and len(pairs) > 2 and len(set(names)) == len(names) and not values & set(names):
        raise InputError(
            f"{name}: expected an edge list, found what looks like settings, names and values "
            "(--delimiter : reads edges, --lists adjacency lists)"
        )


def _refuse_more_than_arrows(text: Text) -> None:
    """Refuse chains of arrows, and labels or attributes behind the second id."""
    found = _MORE_THAN_ARROWS.search(text.data, text.start)
    if found is not None:
        end = text.data.find(b"\n", found.start())
        row = text.data[found.start() : end if end >= 0 else None].decode("utf-8", "replace")
        number = text.lines_above + text.data.count(b"\n", 0, found.start()) + 1
        raise InputError(
            f"{text.name}, line {number}: expected two ids with an arrow between them, found {excerpt(row)}: write one "
            "edge in each row, or name columns between arrows with --columns"
        )


def refuse_punctuation(text: Text, ends: Sequence[Sequence[str]]) -> None:
    """Refuse ids that are fragments: all ids of one column have an unmatched bracket, or an arrow.

    Parameters
    ----------
    text
        The rows.
    ends
        Source and target of the first rows.

    Raises
    ------
    InputError
        If all ids of a column are such fragments.
    """
    columns = list(zip(*ends, strict=True))
    if set(columns[0]) & set(columns[1]):
        return  # ids in common show that these are names
    _refuse_common_marks(text, columns)
    for column, other in (columns, columns[::-1]):
        lists = all(map(_LIST.fullmatch, column)) and not any(map(_LIST.fullmatch, other))
        if lists or any(all(pattern.search(word) for word in column) for pattern in _PIECES):
            raise InputError(
                f"{text.name}: expected ids, found {excerpt(column[0])}: write an edge as two ids with a separator "
                "between them, or name that with --delimiter"
            )


def _refuse_common_marks(text: Text, columns: Sequence[Sequence[str]]) -> None:
    """Refuse columns with ids in common but for a mark that all ids of one column have, and none of the other.

    Examples are + at the start of every row, as diff writes it, and parts of a separator such as ~|~.
    """
    if any(not word or (NUMBER.fullmatch(word) and word[0] == "-") for column in columns for word in column):
        return
    plain = [{word.strip(_MARKS) for word in column} - {""} for column in columns]
    if 2 * len(plain[0] & plain[1]) < max(1, min(map(len, plain))):
        return
    for own, other in (columns, columns[::-1]):
        for place in (0, -1):
            mark = own[0][place]
            shared = mark in _MARKS and all(word[place] == mark for word in own)
            if shared and not any(word[place] == mark for word in other):
                raise InputError(
                    f"{text.name}: expected ids, found {excerpt(own[0])} and others with {mark}, in this column alone: "
                    "leave the mark out, or name the separator with --delimiter"
                )


def odd_punctuation(words: Sequence[str]) -> list[int]:
    """Return the numbers of the ids that are another id with punctuation around it, if they are few.

    Parameters
    ----------
    words
        The distinct ids.
    """
    marks = "()[]{}<>,;:'\"`"
    candidates = [code for code, word in enumerate(words) if word and (word[0] in marks or word[-1] in marks)]
    if not candidates or len(candidates) > max(1, len(words) // 100):
        return []
    known = set(words)
    return [code for code in candidates if words[code].strip(marks) in known]


_MARKS = "+-><@#~|*!?=&%$^:;,.'`"
_LIST = re.compile(r"\[.*\]|\{.*\}")
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
