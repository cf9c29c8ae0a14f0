"""Recognition of adjacency lists, rows of a vertex and its neighbours, of which some are read as a single id."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from graphspec._typing import Vertices
from graphspec.errors import InputError
from graphspec.readwrite.lists import ADVICE
from graphspec.readwrite.table import Table
from graphspec.readwrite.text import excerpt

_SEVERAL = re.compile(r"[,;|\s]")


@dataclass(frozen=True)
class _Lists:
    """Ids of one column that may be lists of ids at one mark.

    Attributes
    ----------
    column
        0 for the sources, 1 for the targets.
    codes
        Numbers of those that are lists of other ids.
    num_ids
        Number of ids that hold the mark.
    shown
        One that holds another id, or any where all ids of the column hold the mark.
    """

    column: int
    codes: list[int]
    num_ids: int
    shown: str | None


def check_adjacency_lists(table: Table, codes: Vertices, numbers: Vertices, words: Sequence[str]) -> tuple[str, ...]:
    """Check that no id is a list of other ids; return remarks on those that may be.

    Names may hold commas, semicolons, bars and blanks. Lists of neighbours do so in one column alone, and their parts
    are ids of other rows.

    Parameters
    ----------
    table
        The rows.
    codes
        Numbers of the distinct ids, shape (2, number of rows).
    numbers
        Number of every row in the file.
    words
        The distinct ids.

    Raises
    ------
    InputError
        If most ids with such a mark are lists of other ids.
    """
    candidates = [code for code, word in enumerate(words) if _SEVERAL.search(word)]
    if not candidates or table.reading.columns is not None:
        return ()
    remarks = []
    for mark in (",", ";", "|", " "):
        lists = _lists_at(mark, candidates, codes, words)
        if lists is None:
            continue
        if 2 * len(lists.codes) > lists.num_ids:
            row = int(np.argmax(np.isin(codes[lists.column], lists.codes)))
            several = excerpt(words[codes[lists.column, row]])
            found = f"what looks like adjacency lists, such as {several}"
            error = table.text.error(int(numbers[row]), "one id in each column")
            place = str(error).partition(": expected")[0]
            raise InputError(f"{place}: expected an edge, found {found}: {ADVICE}, --columns 1,2 if that is one id")
        if lists.shown is not None and mark != " ":
            shown = excerpt(lists.shown)
            remarks.append(f"took ids such as {shown} for one vertex each (--delimiter splits elsewhere)")
    return tuple(remarks)


def _lists_at(mark: str, candidates: Sequence[int], codes: Vertices, words: Sequence[str]) -> _Lists | None:
    """Return the ids that may be lists at a mark, or None if there are none, or if they stand in both columns."""
    found = {code: parts for code in candidates if len(parts := _parts(words[code], mark)) > 1}
    stands = [np.isin(column, list(found)) for column in codes]
    if not found or stands[0].any() == stands[1].any():
        return None
    column = int(stands[1].any())
    plain = set(words) - {words[code] for code in candidates}
    integers = 2 * sum(map(str.isdecimal, plain)) > len(plain)
    neighbours: dict[int, set[str]] = {code: set() for code in found}
    for code, other in zip(codes[column, stands[column]].tolist(), codes[1 - column, stands[column]], strict=True):
        neighbours[code].add(words[other])
    full, shown = [], None
    for code, parts in found.items():
        known = plain.issuperset(parts) or (integers and all(map(str.isdecimal, parts)))
        if known and len(set(parts)) == len(parts) and not neighbours[code].intersection(parts):
            full.append(code)
        elif plain.intersection(parts):
            shown = words[code]
    if shown is None and len(found) == len(np.unique(codes[column])):
        shown = words[next(iter(found))]
    return _Lists(column, full, len(found), shown)


def _parts(word: str, mark: str) -> list[str]:
    """Return the parts of an id at a mark; at blanks, of one without other marks."""
    inner = word.strip().removeprefix("[").removesuffix("]") if word[:1] == "[" else word.strip("(){} ")
    if mark == " ":
        return [] if re.search(r"[,;|]", inner) else inner.split()
    return [part.strip(" '") for part in inner.split(mark) if part.strip()]
