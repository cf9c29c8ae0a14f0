"""Rows that are no edges: comments in a language of their own, rules below a header, placeholders for no value."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

import numpy as np

from graphspec._typing import Vertices
from graphspec.errors import InputError
from graphspec.readwrite.missing import is_placeholder
from graphspec.readwrite.table import Table
from graphspec.readwrite.text import excerpt

_COMMENT = re.compile(r"(?://|/\*|;;).*|--|\*/")
_COUNT = re.compile(r"\(?[0-9]+ (?:rows?|records?|lines?)\)?\.?", re.IGNORECASE)
_RULE = re.compile(r"[-=_+*~]{2,}")


def check_odd_rows(table: Table, codes: Vertices, numbers: Vertices, words: Sequence[str]) -> tuple[str, ...]:
    """Check that no row looks like a comment or a rule; return remarks on ids that may stand for no value.

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
        If one row, or few of many, begins with ``//``, ``--`` or the like, or consists of hyphens.
    """
    rules = [code for code, word in enumerate(words) if _RULE.fullmatch(word)]
    drawn = np.isin(codes, rules).all(axis=0) if len(rules) else np.zeros(codes.shape[1], dtype=bool)
    for row in np.flatnonzero(drawn).tolist():
        if max(len(words[code]) for code in codes[:, row].tolist()) > 2:
            mark = words[codes[0, row]][0]
            raise table.text.error(int(numbers[row]), f"an edge, not a rule (--comment '#{mark}' leaves it out)")
    if table.used[0] == 0 and table.reading.comment is None:
        _refuse_comments(table, codes, numbers, words)
    _refuse_count_of_rows(table, codes, numbers, words)
    return (*_remarks_on_placeholders(codes, words), *_remarks_on_forms(words))


def _refuse_comments(table: Table, codes: Vertices, numbers: Vertices, words: Sequence[str]) -> None:
    """Refuse rows that begin like a comment of another language, if they are few and their words are no targets."""
    marked = [code for code, word in enumerate(words) if _COMMENT.fullmatch(word)]
    likely = np.isin(codes[0], marked)
    if not marked or np.isin(codes[1], marked).any():
        return
    if 0 < np.count_nonzero(likely) <= max(1, 0.01 * codes.shape[1]):
        error = table.text.error(int(numbers[np.argmax(likely)]), "an edge")
        word = words[codes[0, np.argmax(likely)]]
        raise InputError(
            f"{error}, which may be a comment: add --comment '#{word[0]}' if it is one, --comment '' if it is an edge"
        )


def _refuse_count_of_rows(table: Table, codes: Vertices, numbers: Vertices, words: Sequence[str]) -> None:
    """Refuse a last row such as (2 rows), as databases write it."""
    if codes.shape[1] and _COUNT.fullmatch(" ".join(words[code] for code in codes[:, -1].tolist())):
        raise table.text.error(int(numbers[-1]), "an edge, not the number of rows")


def _remarks_on_forms(words: Sequence[str]) -> tuple[str, ...]:
    """Return a remark on ids that look the same, and differ in the composition of their letters."""
    composed: dict[str, str] = {}
    for word in words:
        if not word.isascii():
            other = composed.setdefault(unicodedata.normalize("NFC", word), word)
            if other != word:
                codes = " and ".join(ascii(each) for each in (other, word))
                return (f"took ids such as {codes}, which look the same, for different vertices",)
    return ()


def _remarks_on_placeholders(codes: Vertices, words: Sequence[str], least: int = 3) -> tuple[str, ...]:
    """Return remarks on placeholders that stand in several rows."""
    found = [code for code, word in enumerate(words) if is_placeholder(word)]
    if not found:
        return ()
    counts = [np.bincount(side, minlength=len(words)) for side in codes]
    total = counts[0] + counts[1]
    # An id stands in both columns sooner or later.
    return tuple(
        f"took {excerpt(words[code])}, which stands in {total[code]} row{'s' if total[code] > 1 else ''}, for an id"
        for code in found
        if total[code] >= least or (total[code] > 0 and min(counts[0][code], counts[1][code]) == 0)
    )
