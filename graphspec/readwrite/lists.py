"""Adjacency lists: a vertex and its neighbours in every row, as ``ann: bob, eve`` or ``1 2 3``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

from graphspec.errors import InputError
from graphspec.readwrite.edges import Edges, edges_between
from graphspec.readwrite.encoding import check_utf8
from graphspec.readwrite.missing import is_missing
from graphspec.readwrite.reading import BLANKS, Reading
from graphspec.readwrite.text import Text, excerpt

ADVICE = "add --lists if each row is a vertex and its neighbours"
"""Advice for users who may have adjacency lists."""

_REMARK = "took every row for a vertex and its neighbours (--columns 1,2 takes the latter for one id)"
_HEAD = re.compile(r"\s*([^:]*[^\s:])\s*:(?=\s|\[|$)([^:]*)")
_ARROW = re.compile(r"\s*(\S.*?)\s*(?:<?-{1,2}>|=>|--|\u2192)\s*(.*)")
_BLANK = re.compile(r"\s*([^\s,;|]+)\s+([^\s,;|].*)")
_MARKS = (",", ";", "|", "\t")


@dataclass(frozen=True)
class _Notation:
    """Notation of adjacency lists.

    Attributes
    ----------
    head
        Pattern of a vertex and what stands behind it, or None where the mark between neighbours separates it too.
    mark
        Mark between neighbours.
    quoted
        Whether fields may be in quotation marks.
    """

    head: re.Pattern[str] | None
    mark: str
    quoted: bool

    @classmethod
    def of(cls, rows: Sequence[str], text: Text, given: str | None) -> _Notation:
        """Return the notation of the first rows."""
        several = [row for row in rows if len(row.split()) > 1 or any(mark in row for mark in _MARKS)] or rows
        heads = (_HEAD, _ARROW) if given is None else ()
        head = next((each for each in heads if all(map(each.fullmatch, several))), None)
        rests = several if head is None else [found[2] for row in several if (found := head.fullmatch(row))]
        mark = given or next((mark for mark in _MARKS if any(mark in rest for rest in rests)), BLANKS)
        if head is None and given is None and mark not in ("\t", BLANKS) and all(map(_BLANK.fullmatch, several)):
            head = _BLANK
        return cls(head, mark, text.quoted)

    def fields(self, row: str, text: Text) -> list[str]:
        """Return a vertex and its neighbours."""
        found = None if self.head is None else self.head.fullmatch(row)
        one, rest = ([found[1]], found[2]) if found is not None else ([], row)
        inner = rest.strip()
        inner = inner[1:-1] if inner[:1] + inner[-1:] in ("[]", "()", "{}") else inner
        parts = [part for field in text.fields(inner, self.mark) for part in self._split(field)] if inner else []
        return [word.strip(" '\"") for word in (*one, *parts)]

    def _split(self, field: str) -> list[str]:
        """Return the parts of a field that stood in quotation marks, as "2,3" behind a comma does."""
        return [part.strip() for part in field.split(self.mark)] if self.quoted and self.mark != BLANKS else [field]


def are_lists(text: Text, reading: Reading) -> bool:
    """Return whether all first rows are a vertex, a colon and its neighbours.

    No vertex has two rows, and half of the neighbours, or of the vertices, are among the other ones, unless
    all are integers in rows of three lengths. Without a mark between neighbours, rows are of different lengths, or have
    every edge in both directions.

    Parameters
    ----------
    text
        The rows.
    reading
        Options of reading; any that says what rows are excludes lists.
    """
    if reading.columns is not None or reading.delimiter is not None or reading.header or reading.matrix:
        return False
    if b":" not in text.data[text.start : text.start + 4096]:
        return False
    rows = text.first_rows()
    if not all(map(_HEAD.fullmatch, rows)):
        return False
    notation = _Notation.of(rows, text, None)
    lists = [notation.fields(row, text) for row in rows]
    neighbours = {fields[0]: set(fields[1:]) for fields in lists}
    listed = set(chain.from_iterable(neighbours.values()))
    if len(neighbours) < max(2, len(lists)) or max(map(len, lists)) < 3:
        return False
    if any(one in others for one, others in neighbours.items()):
        return False
    both = all(one in neighbours.get(other, ()) for one, others in neighbours.items() for other in others)
    clear = notation.mark != BLANKS or len({*map(len, lists)}) > 1 or both
    if len({*map(len, lists)}) > 2 and all(word.isdecimal() for row in lists for word in row):
        return True
    return clear and 2 * len(listed & neighbours.keys()) >= min(len(listed), len(neighbours))


def edges_of_lists(text: Text, reading: Reading) -> Edges:
    """Return the edges between vertices and their neighbours; a vertex alone in its row has none.

    Raises
    ------
    InputError
        If there is no row, or a value is missing in one.
    """
    check_utf8(text.data, text.name, text.start)
    if reading.weighted:
        raise InputError(f"{text.name}: expected a list of edges with weights, found adjacency lists, which have none")
    numbered = list(text.rows())
    if not numbered:
        raise text.no_edges
    rows = [row for _, row in numbered]
    notation = _Notation.of(rows[:1000], text, reading.separator or text.separator)
    tail: list[str] = []
    head: list[str] = []
    alone: set[str] = set()
    missing = 0
    first = int(bool(reading.header) or _is_header(notation.fields(rows[0], text)))
    for number, row in numbered[first:]:
        fields = notation.fields(row, text)
        others = [word for word in fields[1:] if word or text.quoted]
        if reading.missing != "keep" and any(map(is_missing, (fields[0], *others))):
            if reading.missing == "error":
                expected = "a vertex and its neighbours (--missing drop leaves others out)"
                raise InputError(f"{text.name}, line {number}: expected {expected}, found {excerpt(row)}")
            missing += 1
            others = [word for word in others if not is_missing(word)]
        if not is_missing(fields[0]) or reading.missing == "keep":
            alone.add(fields[0])
            tail.extend([fields[0]] * len(others))
            head.extend(others)
    edges = edges_between(tail, head, alone=alone)
    remarks = text.remarks if reading.lists else (*text.remarks, _REMARK)
    return Edges(edges.tail, edges.head, None, edges.labels, first, missing, remarks)


def _is_header(fields: Sequence[str]) -> bool:
    return not {"neighbors", "neighbours"}.isdisjoint(map(str.lower, fields[1:]))
