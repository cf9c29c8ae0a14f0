"""Parsing of rows of any ids and weights by pandas, with errors for rows that do not fit."""

from __future__ import annotations

import csv
import re
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphspec._typing import Vector, Vertices
from graphspec.errors import InputError
from graphspec.readwrite.adjacency import check_adjacency_lists
from graphspec.readwrite.detection import FirstRow
from graphspec.readwrite.edges import Edges
from graphspec.readwrite.encoding import check_utf8
from graphspec.readwrite.header import judge_first_row, repeated_header
from graphspec.readwrite.integers import has_odd_integer
from graphspec.readwrite.missing import is_missing
from graphspec.readwrite.oddities import check_odd_rows
from graphspec.readwrite.punctuation import odd_punctuation
from graphspec.readwrite.reading import BLANKS
from graphspec.readwrite.table import Table
from graphspec.readwrite.text import NUMBER, Text, excerpt
from graphspec.readwrite.weights import without_commas

_PLAIN_INTEGER = re.compile(r"-?[1-9][0-9]{0,18}|0")
_DIGITS = re.compile(r"[+-]?[0-9]+")
_EMPTY_FIELD = re.compile(rb"^ *\t|\t *(?:\t|$)", re.MULTILINE)

# Kinds of ids: an integer of 64 bits, another number, digits that are not those of such an integer, and a word.
_INTEGER, _NUMBER, _DIGIT_NAME, _WORD = range(4)


def integer_edges(table: Table) -> Edges | None:
    """Parse rows whose ids are all integers.

    Returns
    -------
    Edges or None
        None if some row does not fit, which :func:`word_edges` reports.

    Raises
    ------
    InputError
        If a weight is negative or not finite.
    """
    if has_odd_integer(table.text.data, table.text.start):
        return None  # pandas would turn the ids 01 and 1 into one
    for separator in _fitting_separators(table):
        try:
            # No dtype: asked for int64, pandas would turn the id 1.5 into 1.
            frame = _frame(table, separator, na_filter=False)
        except (ValueError, OverflowError):
            continue
        if table.width - 1 not in frame.columns:
            continue
        tail, head, *weights = (frame[column].to_numpy() for column in table.used)
        if tail.dtype != np.int64 or head.dtype != np.int64 or (weights and weights[0].dtype.kind not in "if"):
            continue
        if weights and np.isnan(weights[0]).any():
            continue
        # A missing field leaves an empty text in the last column.
        last = frame.iloc[:, -1]
        missing = last.dtype.kind not in "iuf" and table.reading.columns is None and (last == "").any()
        if missing and table.irregular_row(separator) is not None:
            continue
        rows = np.arange(len(tail))
        return Edges(tail, head, _checked_weights(table.text, weights[0], rows) if weights else None)
    return None


def word_edges(table: Table) -> Edges:
    """Parse rows of any ids, integers or words, and decide whether the first one names columns.

    Raises
    ------
    InputError
        If a row does not fit.
    """
    check_utf8(table.text.data, table.text.name, table.text.start)
    columns = _text_columns(table)
    codes, words = _pandas().factorize(np.concatenate(columns[:2]))
    rows = _present_rows(table, _Rows(columns, codes.reshape(2, -1), np.arange(len(columns[0]))), words)
    if rows.num_missing and table.first_row is not FirstRow.EDGE and rows.numbers.tolist() == [0]:
        raise _no_edges(table)  # the only row without missing values is a header
    kinds = np.array([_kind(word) for word in words])
    if table.reading.missing == "keep":
        kinds[[is_missing(word) for word in words]] = _DIGIT_NAME  # kept as names, even among integers
    verdict = judge_first_row(table.first_row, rows.codes, kinds[rows.codes] == _WORD, table.sample)
    header = table.header or (table.sample[0] if verdict.is_header else None)
    if table.reading.header is not False:
        names = None if header is None or max(table.used[:2]) >= len(header) else table.ends_of(header)
        repeated = repeated_header(names, rows.codes, words.tolist())
        if repeated is not None:
            expected = "an edge, not a header once more (are several files joined? --no-header reads all rows as edges)"
            raise table.text.error(int(rows.numbers[repeated]), expected)
    odd = odd_punctuation(words.tolist())
    if odd and not table.text.quoted and (is_odd := np.isin(rows.codes, odd).any(axis=0)).any():
        expected = "an id without the punctuation that other rows do not have"
        raise table.text.error(int(rows.numbers[np.argmax(is_odd)]), expected)
    first = int(verdict.is_header)
    rows = rows.of(slice(first, None))
    odd_rows = check_odd_rows(table, rows.codes, rows.numbers, words.tolist())
    listed = check_adjacency_lists(table, rows.codes, rows.numbers, words.tolist())
    edges, id_remarks = _edges_of_words(table, rows, words, kinds)
    remarks = (*([verdict.remark] if verdict.remark else []), *odd_rows, *listed, *id_remarks)
    return replace(edges, header_lines=first, missing_values=rows.num_missing, remarks=remarks)


@dataclass(frozen=True)
class _Rows:
    """Columns of text that are read, of the rows without missing values.

    Attributes
    ----------
    columns
        Arrays of text: source, target and, with weights, weight.
    codes
        Numbers of the distinct ids, shape (2, number of rows).
    numbers
        Number of every row in the file, from 0.
    num_missing
        Number of rows that were left out.
    """

    columns: Sequence[NDArray[np.object_]]
    codes: Vertices
    numbers: Vertices
    num_missing: int = 0

    def of(self, kept: slice | NDArray[np.bool_]) -> _Rows:
        """Return some of the rows."""
        columns = [column[kept] for column in self.columns]
        return _Rows(columns, self.codes[:, kept], self.numbers[kept], self.num_missing)


def _pandas() -> Any:
    # Imported late: it takes as long as everything else together, and rows of integers do not need it.
    import pandas as pd

    return pd


def _fitting_separators(table: Table) -> Iterator[str]:
    """Yield the separators to try; blanks in place of tabs only where no row lacks a field that others have."""
    first, *others = table.separators
    yield first
    for separator in others:
        if first != "\t" or _blanks_fit(table):
            yield separator


def _blanks_fit(table: Table) -> bool:
    """Return whether blanks separate the same columns as tabs do, in all rows.

    An empty field between tabs is none between blanks: the next column would slide into its place.
    """
    text, chosen = table.text, table.reading.columns is not None
    if _EMPTY_FIELD.search(text.data, text.start) is not None:
        empty = {tuple(not field for field in text.fields(row.rstrip(), "\t")) for _, row in text.rows()}
        if len(empty) > 1 or (chosen and any(empty.pop()[1:])):
            return False
    return not chosen or len({len(text.fields(row, BLANKS)) for _, row in text.rows()}) == 1


def _frame(table: Table, separator: str, **options: Any) -> Any:
    """Return the columns as a DataFrame.

    Raises
    ------
    ValueError
        If a row is longer than the first, unless columns were chosen.
    """
    pd = _pandas()
    if tuple(int(part) for part in pd.__version__.split(".")[:2]) < (3, 1):
        options["float_precision"] = "round_trip"  # later versions read floating-point numbers exactly
    # Where pyarrow is installed, pandas would hold texts in it, which takes no bytes that are not UTF-8.
    with pd.option_context("mode.string_storage", "python"), warnings.catch_warnings():
        warnings.simplefilter("ignore", pd.errors.DtypeWarning)  # callers look at the types of columns
        return pd.read_csv(
            table.text.stream(),
            sep=separator,
            header=None,
            usecols=None if table.reading.columns is None else sorted(table.used),
            quoting=csv.QUOTE_MINIMAL if table.text.quoted else csv.QUOTE_NONE,
            skipinitialspace=separator in (",", ";", "|"),
            encoding_errors="surrogateescape",
            **options,
        )


def _text_columns(table: Table) -> list[NDArray[np.object_]]:
    """Return the columns that are read, as arrays of text without surrounding blanks."""
    cause = "too few columns"
    separator = table.separators[0]
    for separator in _fitting_separators(table):
        try:
            frame = _frame(table, separator, dtype=object, na_filter=False)
        except ValueError as error:  # mostly a row of more columns than the first
            cause = " ".join(str(error).split())
            continue
        if table.width - 1 in frame.columns:
            used = (frame[column] for column in table.used)
            columns = [np.array([word.strip() for word in column], dtype=object) for column in used]
            if table.reading.missing != "drop" and any("" in column.tolist() for column in columns[:2]):
                continue
            if "" not in frame.iloc[:, -1].tolist() or table.irregular_row(separator) is None:
                return columns
    explained = table.irregular_row(separator)
    if "EOF inside string" in cause:
        cause = "a quotation mark is not closed"
    raise explained or InputError(f"{table.text.name}: expected an edge list ({cause})")


def _present_rows(table: Table, rows: _Rows, words: NDArray[np.object_]) -> _Rows:
    """Return the rows without missing values, or raise an error for the first of the others, by the options."""
    # Programs that write sizes in a comment write no missing values, but a vertex may be named NA.
    if table.reading.missing == "keep" or table.text.has_size_comment:
        return rows
    of_word = np.array([is_missing(word) for word in words])
    missing = of_word[rows.codes[0]] | of_word[rows.codes[1]]
    if table.reading.missing == "drop" and table.reading.weighted:
        missing |= np.array([is_missing(word) for word in rows.columns[2]])
    if not missing.any():
        return rows
    if table.reading.missing == "error":
        expected = "two ids (--missing drop leaves such rows out, --missing keep takes the word for a name)"
        raise table.text.error(int(np.argmax(missing)), expected)
    if missing.all():
        raise _no_edges(table)
    return replace(rows.of(~missing), num_missing=int(np.count_nonzero(missing)))


def _no_edges(table: Table) -> InputError:
    return InputError(f"{table.text.name}: no edges found, values are missing in all rows")


def _edges_of_words(
    table: Table, rows: _Rows, words: NDArray[np.object_], kinds: NDArray[np.int64]
) -> tuple[Edges, list[str]]:
    """Return the edges of rows of text, with integer ids if all are integers, and remarks on their ids."""
    weights, remarks = _weights_of_words(table, rows) if table.reading.weighted else (None, [])
    codes = rows.codes
    of_row = kinds[codes].max(axis=0)
    if (kinds[codes] == _DIGIT_NAME).any():
        shown = excerpt(words[codes.T[kinds[codes.T] == _DIGIT_NAME][0]])
        return _named_edges(codes, words, weights), [*remarks, f"kept ids such as {shown} as text"]
    if of_row.max() == _NUMBER:
        # Up to 2^53, every integer is a number of float64.
        values = (
            np.array([float(word) for word in rows.columns[0]]),
            np.array([float(word) for word in rows.columns[1]]),
        )
        whole = [(value == np.floor(value)) & (abs(value) < 2**53) for value in values]
        if (whole[0] & whole[1]).all():
            shown = excerpt(words[codes.T[kinds[codes.T] == _NUMBER][0]])
            tail, head = (value.astype(np.int64) for value in values)
            return Edges(tail, head, weights), [*remarks, f"read ids such as {shown} as integers"]
        of_row = np.where(whole[0] & whole[1], _INTEGER, of_row)
    _refuse_fractions(table, rows, kinds[codes])
    odd = np.count_nonzero(of_row)
    # Few odd ids among integers, and numbers that are no integers, are mistakes rather than names.
    if odd and (of_row.max() == _NUMBER or (odd < len(of_row) and (odd == 1 or odd < 0.01 * len(of_row)))):
        raise table.text.error(int(rows.numbers[np.argmax(of_row > 0)]), "two integer ids of at most 64 bits")
    if not odd:
        tail, head = (column.astype(np.int64) for column in rows.columns[:2])
        return Edges(tail, head, weights), remarks
    return _named_edges(codes, words, weights), remarks


def _refuse_fractions(table: Table, rows: _Rows, kinds: NDArray[np.int64]) -> None:
    """Refuse a column of words next to one of numbers such as 0.5, which are weights rather than ids."""
    for one, other in (kinds, kinds[::-1]):
        if (one == _NUMBER).all() and (other == _WORD).all():
            raise table.text.error(int(rows.numbers[0]), "two ids, of which none is a number with a fraction")


def _named_edges(codes: Vertices, words: NDArray[np.object_], weights: Vector | None) -> Edges:
    used = np.flatnonzero(np.bincount(codes.ravel()))
    order = np.argsort(words[used])
    position = np.empty(len(words), dtype=np.int64)
    position[used[order]] = np.arange(len(used))
    tail, head = position[codes]
    return Edges(tail, head, weights, words[used][order])


def _kind(word: str) -> int:
    if _PLAIN_INTEGER.fullmatch(word) and -(2**63) <= int(word) < 2**63:
        return _INTEGER
    if _DIGITS.fullmatch(word):
        return _DIGIT_NAME
    return _NUMBER if NUMBER.fullmatch(word) else _WORD


def _weights_of_words(table: Table, rows: _Rows) -> tuple[Vector, list[str]]:
    """Return weights that are given as text, and remarks on the marks in them."""
    pd = _pandas()

    def error(row: int) -> InputError:
        return table.text.error(int(rows.numbers[row]), "a weight in the notation of the others, with commas or points")

    plain, remark = without_commas(rows.columns[2].tolist(), table.separators[0], error)
    words = np.array(plain, dtype=object)
    # pandas detects words that are not numbers; numpy rounds correctly.
    numbers = pd.to_numeric(pd.Series(words), errors="coerce")
    _checked_weights(table.text, numbers.to_numpy(dtype=np.float64), rows.numbers)
    return words.astype(np.float64), [] if remark is None else [remark]


def _checked_weights(text: Text, values: NDArray[Any], rows: Vertices) -> Vector:
    weights = np.asarray(values, dtype=np.float64)
    invalid = ~((weights >= 0) & (weights < np.inf))
    if invalid.any():
        raise text.error(int(rows[np.argmax(invalid)]), "a weight that is a finite number and not negative")
    return weights
