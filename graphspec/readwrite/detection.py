"""Detection of the format of an edge list: the separator of its columns, and whether the first row is a header.

This module uses the first rows. Evidence from all rows, such as whether a number counts them or a word occurs again as
an id, is used by :mod:`graphspec.readwrite.parsing`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from enum import Enum

import numpy as np

from graphspec.arrays import distinct
from graphspec.readwrite.edges import Edges
from graphspec.readwrite.missing import is_missing
from graphspec.readwrite.names import are_known_names, pair_of_names
from graphspec.readwrite.reading import BLANKS, Reading
from graphspec.readwrite.separators import outer_separator
from graphspec.readwrite.text import NUMBER, fields_of

INTEGER = re.compile(r"[+-]?[0-9]{1,400}")

# Marks that separate columns, the least likely to be part of an id first.
_MARKS = ("\t", "::", "|", ";", ",")
_VALUE = re.compile(NUMBER.pattern + r"|[0-9]{1,4}([-/.:])[0-9]{1,2}\3[0-9]{1,4}.*")

Split = Callable[[str, str], list[str]]


class FirstRow(Enum):
    """Kind of the first row of an edge list, as far as the first rows show it."""

    EDGE = "an edge"
    NAMES = "names of columns"
    LIKELY_NAMES = "names of columns if neither comes back as an id below, otherwise an edge"
    SIZES = "numbers of vertices and edges, or sizes of a matrix, if it counts the rows below, otherwise an edge"
    UNKNOWN = "names of columns if the ids below are integers, or if neither comes back; otherwise an edge"


def likely_separators(rows: Sequence[str], split: Split = fields_of) -> tuple[str, ...]:
    """Return the separators to try, the likeliest first.

    The likeliest separator is a mark that gives every row the same number of fields, whatever blanks there are; then
    blanks in equal numbers, and then a mark that most rows have, so that a row without it is reported as an error.

    Parameters
    ----------
    rows
        The first rows, of which the first may be a header.
    split
        Function that splits a row at a separator.
    """
    body = [row.strip("\n ") for row in rows[1:] or rows]
    words = {len(split(row, BLANKS)) for row in body}
    blank_above = bool(rows) and words == {len(split(rows[0], BLANKS))} != {1}
    possible, text = [], "\n".join(body)
    for mark in _MARKS:
        if mark not in text:
            continue
        counts = {len(split(row, mark)) for row in body}
        equal_counts = len(counts) == 1 and counts != {1} and (mark in rows[0] or not blank_above)
        if equal_counts and not _blanks_separate_numbers(body, mark, split):
            possible.append(mark)
    if possible:
        blanks = len(words) == 1 and words != {1} and not any(_blanks_follow(body, mark, split) for mark in possible)
        if blanks and (blank_above or not any(_fits(rows[0], body, mark, split) for mark in possible)):
            possible.append(BLANKS)
        # Of several marks, prefer one that separates columns with an id in common.
        with_common_ids = [mark for mark in possible if _come_back(body, mark, split)] if len(possible) > 1 else []
        mark = outer_separator(with_common_ids or possible, body, split)
        if mark != BLANKS:
            # A header may have blanks where the rows below have tabs.
            return (mark, BLANKS) if mark == "\t" and not any(" " in row for row in body) else (mark,)
    if len(words) > 1 or words == {1}:
        for mark in _MARKS[1:]:
            if all(mark in row for row in body) or 2 * sum(mark in row for row in rows) > len(rows):
                return (mark,)
    # A single character is parsed twice as fast as runs of blanks.
    single_blanks = all(row.count(" ") + 1 == len(row.split()) and row == row.strip() for row in rows)
    return (" ", BLANKS) if single_blanks else (BLANKS,)


def _blanks_separate_numbers(rows: Sequence[str], mark: str, split: Split) -> bool:
    """Return whether in every row the first or second field at a mark begins with two numbers between blanks."""
    for row in rows:
        ends = (field.split()[:2] for field in split(row, mark)[:2])
        if not any(len(words) == 2 and all(map(NUMBER.fullmatch, words)) for words in ends):
            return False
    return True


def _fits(row: str, others: Sequence[str], mark: str, split: Split) -> bool:
    """Return whether a row, which may be a header, has as many fields at a mark as the others."""
    return len(split(row, mark)) == len(split(others[0], mark))


def _blanks_follow(rows: Sequence[str], mark: str, split: Split) -> bool:
    """Return whether all blanks stand behind a mark, as in ``ann, bob, 5``."""
    return all(word.endswith(mark) for row in rows for word in split(row, BLANKS)[:-1])


def _come_back(rows: Sequence[str], mark: str, split: Split) -> bool:
    """Return whether the first two columns at a mark have an id in common."""
    ends = [split(row, mark)[:2] for row in rows]
    return bool({end[0] for end in ends} & {end[1] for end in ends})


def classify_first_row(
    rows: Sequence[Sequence[str]], reading: Reading, *, size_comment: bool = False, used: Sequence[int] = (0, 1)
) -> FirstRow:
    """Classify the first row of an edge list.

    Parameters
    ----------
    rows
        Fields of the first rows.
    reading
        Options of reading; `header` has priority over all evidence.
    size_comment
        Whether a comment above gives the numbers of vertices and edges. Programs that write such comments write no
        header: SNAP and :func:`graphspec.write_edges` name columns in comments as well.
    used
        Columns of the ids.
    """
    if reading.column_names and rows:
        return FirstRow.NAMES
    if reading.header is not None or size_comment or not rows:
        return FirstRow.NAMES if reading.header and rows else FirstRow.EDGE
    first, ends = rows[0], ends_of(rows[0], used)
    pair = None if reading.columns is not None else pair_of_names(first)
    if are_known_names(ends) or (pair is not None and are_known_names([first[index] for index in pair])):
        # A first row of another width than the rows below is not an edge.
        as_wide = len(rows) == 1 or len(first) == len(rows[1])
        return FirstRow.LIKELY_NAMES if as_wide and pair in (None, (0, 1)) else FirstRow.NAMES
    if len(rows) == 1:
        return FirstRow.EDGE
    if _is_like_others(rows):
        return FirstRow.SIZES if _may_be_sizes(rows) else FirstRow.EDGE
    elsewhere = pair not in (None, (0, 1)) and not _has_value_of_others(rows, ())
    if (_stands_above_values(rows) and not _comes_back(rows, used)) or elsewhere:
        return FirstRow.NAMES
    if are_words(ends):
        if _has_value_of_others(rows, used):
            return FirstRow.EDGE
        return FirstRow.LIKELY_NAMES if _lacks_mark_of_others(rows, used) else FirstRow.UNKNOWN
    return FirstRow.SIZES if _may_be_sizes(rows) else FirstRow.EDGE


def _may_be_sizes(rows: Sequence[Sequence[str]]) -> bool:
    """Return whether the first row consists of two integers, or of three that may be the sizes of a matrix.

    Above the entries of a matrix, these are the largest ids of both columns and the number of rows, or more.
    """
    first = rows[0]
    if len(first) not in (2, 3) or not all(map(INTEGER.fullmatch, first)):
        return False
    if len(first) == 2:
        return True
    low, high, count = map(int, first)
    below = [row for row in rows[1:] if len(row) in (2, 3) and all(map(INTEGER.fullmatch, row[:2]))]
    fits = all(0 <= int(row[0]) <= low and 0 <= int(row[1]) <= high for row in below)
    return fits and len(below) == len(rows) - 1 <= count


def _is_like_others(rows: Sequence[Sequence[str]]) -> bool:
    """Return whether a field of the first row is a value, as all are in its column, and no word is above values."""
    below = [row for row in rows[1:] if row != rows[0]]
    found = False
    for column, field in enumerate(rows[0]):
        values = [row[column] for row in below if column < len(row) and not is_missing(row[column])]
        if values and all(_VALUE.fullmatch(value) for value in values):
            if not _VALUE.fullmatch(field) and not is_missing(field):
                return False
            found = found or not is_missing(field)
    return found


def _lacks_mark_of_others(rows: Sequence[Sequence[str]], used: Sequence[int]) -> bool:
    """Return whether all ids in a column but the first have a mark, as hash tags and addresses do."""
    below = [row for row in rows[1:] if row != rows[0]]
    for column in used[:2]:
        marks = [{mark for mark in row[column] if not mark.isalnum()} for row in below if column < len(row)]
        if len(marks) > 2 and set.intersection(*marks) - set(rows[0][column]):
            return True
    return False


def _comes_back(rows: Sequence[Sequence[str]], used: Sequence[int]) -> bool:
    """Return whether an id of the first row is an id of another one below it."""
    first = set(ends_of(rows[0], used)) - {""}
    return any(not first.isdisjoint(ends_of(row, used)) for row in rows[1:] if row != rows[0])


def are_numbers_of_columns(rows: Sequence[Sequence[str]], used: Sequence[int]) -> bool:
    """Return whether the first row may be the names 0, 1, ... that pandas gives to columns: they are no ids below."""
    if len(rows) < 3 or list(rows[0]) != [str(column) for column in range(len(rows[0]))]:
        return False
    return not _comes_back(rows, used)


def _stands_above_values(rows: Sequence[Sequence[str]]) -> bool:
    """Return whether the first row has only words, one of them above a column of numbers or dates.

    The name of a first column that counts rows may be empty, as pandas writes it.
    """
    first, below = rows[0], [row for row in rows[1:] if row != rows[0]]  # several files may have been joined
    if len(first) < 2 or any(NUMBER.fullmatch(field) for field in first):
        return False
    for column, word in enumerate(first):
        if _VALUE.fullmatch(word) or (is_missing(word) and (word or column > 0)):
            continue
        values = [row[column] for row in below if column < len(row) and not is_missing(row[column])]
        if values and all(_VALUE.fullmatch(value) for value in values):
            return True
    return False


def _has_value_of_others(rows: Sequence[Sequence[str]], used: Sequence[int]) -> bool:
    """Return whether a word of the first row that is not an id occurs again in the same column."""
    first = rows[0]
    others = [column for column in range(len(first)) if column not in used and not _VALUE.fullmatch(first[column])]
    return any(first[column] in {row[column] for row in rows[1:] if column < len(row)} for column in others)


def ends_of(fields: Sequence[str], used: Sequence[int]) -> list[str]:
    """Return the fields of a row that hold source and target, if they are present."""
    return [fields[column] for column in used[:2] if column < len(fields)]


def are_words(ends: Sequence[str]) -> bool:
    """Return whether both ends of a row are present, and neither is a number."""
    return len(ends) == 2 and not any(NUMBER.fullmatch(end) for end in ends)


def are_sizes_of(sizes: Sequence[int], edges: Edges) -> bool:
    """Return whether numbers n and m are the sizes of a list of m edges on at most n vertices.

    Of three numbers, the first two are those of the rows and columns of a matrix of m entries, which have such numbers.
    """
    *num_nodes, num_edges = sizes
    if num_edges != len(edges.tail):
        return False
    if len(num_nodes) == 1:
        return num_nodes[0] >= len(distinct(np.concatenate([edges.tail, edges.head])))
    ends = zip((edges.tail, edges.head), num_nodes, strict=True)
    return edges.labels is None and all(end.min() >= 0 and end.max() <= number for end, number in ends)
