"""Rows of any ids and weights, by pandas, and what is wrong with them."""

from __future__ import annotations

import csv
import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphspec._typing import Vector
from graphspec.errors import InputError
from graphspec.readwrite.detection import INTEGER
from graphspec.readwrite.edges import Edges
from graphspec.readwrite.table import Table
from graphspec.readwrite.text import NUMBER, Text


def integer_edges(table: Table) -> Edges | None:
    """Parse rows whose ids are all integers.

    Returns
    -------
    Edges or None
        None if some row does not fit, which :func:`word_edges` explains.

    Raises
    ------
    InputError
        If a weight is negative or not finite.
    """
    for separator in table.separators:
        try:
            # No dtype: asked for int64, pandas would turn the id 1.5 into 1.
            frame = _frame(table, separator, na_filter=False)
        except (ValueError, OverflowError):
            continue
        if table.width - 1 not in frame.columns:
            continue
        tail, head, *weights = (frame[column].to_numpy() for column in table.reading.used_columns)
        if tail.dtype != np.int64 or head.dtype != np.int64 or (weights and weights[0].dtype.kind not in "if"):
            continue
        # A missing field leaves an empty text in the last column.
        last = frame.iloc[:, -1]
        missing = last.dtype.kind not in "iuf" and table.reading.columns is None and (last == "").any()
        if missing and table.irregular_row(separator) is not None:
            continue
        return Edges(tail, head, _checked_weights(table.text, weights[0]) if weights else None)
    return None


def word_edges(table: Table, *, header: bool = False) -> Edges:
    """Parse rows of any ids, integers or words.

    Parameters
    ----------
    table
        The rows.
    header
        Whether the first row consists of names of columns if all ids below are integers.

    Raises
    ------
    InputError
        If a row does not fit.
    """
    text = table.text
    try:
        text.data[text.start :].decode()
    except UnicodeDecodeError as error:
        number = text.data.count(b"\n", 0, text.start + error.start) + 1
        raise InputError(f"{text.name}, line {number}: expected UTF-8 text, found another encoding") from error
    columns = _text_columns(table)
    num_rows = len(columns[0])
    codes, words = _pandas().factorize(np.concatenate(columns[:2]))
    # 0 is an integer of 64 bits, 1 another number, 2 a word.
    kinds = np.array([_kind(word) for word in words])[codes].reshape(2, num_rows).max(axis=0)
    first = int(header and num_rows > 1)
    kinds = kinds[first:]
    odd = np.count_nonzero(kinds)
    # Few odd ids among integers, and numbers that are no integers, are mistakes rather than names.
    if odd and (kinds.max() == 1 or (odd < len(kinds) and (odd == 1 or odd < 0.01 * len(kinds)))):
        raise text.error(first + int(np.argmax(kinds > 0)), "two integer ids of at most 64 bits")
    if not odd:
        tail, head = (column[first:].astype(np.int64) for column in columns[:2])
        weights = _weights_of_words(text, columns[2], first) if table.reading.weighted else None
        return Edges(tail, head, weights, header_lines=first)
    weights = _weights_of_words(text, columns[2]) if table.reading.weighted else None
    order = np.argsort(words)
    codes = np.argsort(order)[codes]
    return Edges(codes[:num_rows], codes[num_rows:], weights, words[order])


def _pandas() -> Any:
    # Imported late: it takes as long as everything else together, and rows of integers do without.
    import pandas as pd

    return pd


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
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", pd.errors.DtypeWarning)  # callers look at the types of columns
        return pd.read_csv(
            table.text.stream(),
            sep=separator,
            header=None,
            usecols=None if table.reading.columns is None else sorted(table.reading.used_columns),
            quoting=csv.QUOTE_MINIMAL if table.text.quoted else csv.QUOTE_NONE,
            skipinitialspace=separator in (",", ";"),
            encoding_errors="surrogateescape",
            **options,
        )


def _kind(word: str) -> int:
    if INTEGER.fullmatch(word) and -(2**63) <= int(word) < 2**63:
        return 0
    return 1 if NUMBER.fullmatch(word) else 2


def _text_columns(table: Table) -> list[NDArray[np.object_]]:
    """Return the columns that are read as arrays of text without blanks around it."""
    cause = "too few columns"
    for separator in table.separators:
        try:
            frame = _frame(table, separator, dtype=object, na_filter=False)
        except ValueError as error:  # mostly a row of more columns than the first
            cause = " ".join(str(error).split())
            continue
        if table.width - 1 in frame.columns:
            used = (frame[column] for column in table.reading.used_columns)
            columns = [np.array([word.strip() for word in column], dtype=object) for column in used]
            if any("" in column.tolist() for column in columns[:2]):
                continue
            if "" not in frame.iloc[:, -1].tolist() or table.irregular_row(separator) is None:
                return columns
    explained = table.irregular_row(table.separators[-1])
    raise explained or InputError(f"{table.text.name}: expected an edge list ({cause})")


def _weights_of_words(text: Text, words: NDArray[np.object_], first: int = 0) -> Vector:
    pd = _pandas()
    numbers = pd.to_numeric(pd.Series(words[first:]), errors="coerce")
    _checked_weights(text, np.r_[np.zeros(first), numbers])
    return words[first:].astype(np.float64)


def _checked_weights(text: Text, values: NDArray[Any]) -> Vector:
    weights = np.asarray(values, dtype=np.float64)
    wrong = ~((weights >= 0) & (weights < np.inf))
    if wrong.any():
        raise text.error(int(np.argmax(wrong)), "a weight that is a finite number and not negative")
    return weights
