"""Edges of tables in Arrow's format: which columns are read, and the ids and weights in them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphspec._typing import Mask, Vector, Vertices
from graphspec.errors import InputError
from graphspec.readwrite.arrow import ArrowTable, arrow_types, flat_columns
from graphspec.readwrite.bipartite import reason_of_two_sets, with_two_sets
from graphspec.readwrite.columns import choose_columns
from graphspec.readwrite.detection import ends_of
from graphspec.readwrite.edges import Edges, labels_of
from graphspec.readwrite.missing import is_missing
from graphspec.readwrite.reading import Reading
from graphspec.readwrite.text import excerpt

_DIGITS = re.compile(r"[+-]?[0-9]+")


def edges_of_table(table: ArrowTable, reading: Reading) -> Edges:
    """Return the edges in the rows of a table.

    The columns are chosen as those of a text with a header. Ids are integers of any width, strings, or numbers that are
    whole; integers beyond 63 bits are names, as are all ids where some are words.

    Parameters
    ----------
    table
        The table.
    reading
        Options of reading, of which `columns`, `missing` and `weighted` are used.

    Raises
    ------
    InputError
        If there are no two columns of ids, a value is missing, or a column is nested or of another type.
    """
    used, remarks = chosen_columns(table, reading)
    edges = edges_of_columns(table, used, reading)
    edges = replace(edges, remarks=(*remarks, *edges.remarks))
    two_sets = reason_of_two_sets(b"", ends_of(table.schema.names, used))
    return edges if two_sets is None else with_two_sets(edges, two_sets, table.name)


def edges_of_columns(table: ArrowTable, used: Sequence[int], reading: Reading) -> Edges:
    """Return the edges of the columns of source, target and weight; see :func:`edges_of_table`."""
    if table.num_rows == 0:
        raise InputError(f"{table.name}: no edges found, the table has no rows")
    readers = [_reader(table, index) for index in used]
    for batch in table.batches(used, None):
        for reader, chunk in zip(readers, batch.columns, strict=True):
            reader.add(chunk)
    columns = [reader.column() for reader in readers]
    kept = _present(columns, reading, table.name)
    if kept is not None:
        columns = [column.of(kept) for column in columns]
    weights = _weights(columns[2], table.name) if reading.weighted else None
    tail, head, labels, more = _ends(columns[0], columns[1], table.name)
    missing = 0 if kept is None else int(np.count_nonzero(~kept))
    return Edges(tail, head, weights, labels, missing_values=missing, remarks=more)


@dataclass(frozen=True, eq=False)
class _Column:
    """A column of ids or weights.

    Attributes
    ----------
    name
        Name of the column.
    values
        Integers or floating-point numbers; or, where `words` are given, indices into these.
    missing
        Where values are missing, or None where none is.
    words
        The distinct words, or None.
    numbers
        Numbers of the rows, from 0, or None where these are all rows.
    first_row
        Number of the first row in the file.
    """

    name: str
    values: NDArray[Any]
    missing: Mask | None = None
    words: NDArray[np.object_] | None = None
    numbers: Vertices | None = None
    first_row: int = 0

    def of(self, kept: Mask) -> _Column:
        """Return the rows that are kept."""
        return replace(self, values=self.values[kept], missing=None, numbers=np.flatnonzero(kept))

    def row(self, index: int) -> str:
        """Return how messages name the row of an index."""
        number = index if self.numbers is None else int(self.numbers[index])
        return f"row {self.first_row + number + 1:,}"

    def as_words(self) -> _Column:
        """Return the column with its values as words."""
        if self.words is not None:
            return self
        distinct, codes = np.unique(self.values, return_inverse=True)
        return replace(self, values=codes, words=np.array([str(value) for value in distinct.tolist()], dtype=object))


def chosen_columns(table: ArrowTable, reading: Reading) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """Return the columns of source, target and weight, and remarks on the choice.

    Raises
    ------
    InputError
        If there are no such columns.
    """
    names = table.schema.names
    if len(names) < 2 + reading.weighted:
        needed = "three columns, source, target and weight" if reading.weighted else "two columns of ids"
        raise InputError(f"{table.name}: an edge needs {needed}; the table has {_listed(table)}")
    flat = flat_columns(table.schema, table.name)

    def rows(spread: bool) -> list[list[str]]:
        sample = table.sample(spread)
        texts = [[""] * sample.num_rows for _ in names]
        for index, column in zip(flat, sample.columns, strict=True):
            texts[index] = ["" if value is None else str(value) for value in column.to_pylist()]
        return [list(row) for row in zip(*texts, strict=True)]

    first = [] if table.num_rows == 0 else rows(False)
    chosen = choose_columns(names, first, reading, table.name, spread=lambda: rows(True))
    for index in chosen.used:
        if index >= len(names):
            raise InputError(f"{table.name}: there is no column {index + 1}; the table has {_listed(table)}")
    return chosen.used, chosen.remarks


def _listed(table: ArrowTable) -> str:
    columns = ", ".join(f"{field.name} ({field.type})" for field in table.schema)
    return columns or "no columns"


def _reader(table: ArrowTable, index: int) -> _NumberReader | _WordReader:
    """Return the reader of a column."""
    types = arrow_types(table.name)
    field = table.schema.field(index)
    kind = field.type.value_type if types.is_dictionary(field.type) else field.type
    if types.is_integer(kind):
        return _NumberReader(table, field.name, np.uint64 if types.is_uint64(kind) else np.int64)
    if types.is_floating(kind):
        return _NumberReader(table, field.name, np.float64)
    if types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind):
        return _WordReader(table, field.name)
    advice = "name others with --columns, or cast it"
    if types.is_nested(kind):
        raise InputError(f"{table.name}: the column {field.name} is nested ({field.type}): {advice}")
    wanted = "ids are integers or strings, and weights are numbers"
    raise InputError(f"{table.name}: the column {field.name} is of the type {field.type}; {wanted}: {advice}")


class _NumberReader:
    """Reader of a column of numbers into one array; that of a single chunk is taken as it is."""

    def __init__(self, table: ArrowTable, name: str, dtype: type[np.generic]) -> None:
        self._table, self._name, self._dtype = table, name, dtype
        self._values: NDArray[Any] | None = None
        self._missing: Mask | None = None
        self._done = 0

    def add(self, chunk: Any) -> None:
        """Take the next chunk, a ``pyarrow.Array``."""
        chunk = chunk.dictionary_decode() if hasattr(chunk, "dictionary_decode") else chunk
        start, stop = self._done, self._done + len(chunk)
        if chunk.null_count:
            self._missing = _with_nulls(self._missing, chunk, start, self._table.num_rows)
            chunk = chunk.fill_null(0)
        numbers = np.from_dlpack(chunk)
        if len(numbers) == self._table.num_rows:
            self._values = numbers.astype(self._dtype, copy=False)
        else:
            self._values = np.empty(self._table.num_rows, self._dtype) if self._values is None else self._values
            self._values[start:stop] = numbers
        self._done = stop

    def column(self) -> _Column:
        """Return the column."""
        values, missing = self._values, self._missing
        assert values is not None
        if values.dtype == np.float64 and np.isnan(values).any():
            missing = np.isnan(values) if missing is None else missing | np.isnan(values)
        return _Column(self._name, values, missing, first_row=self._table.first_row)


class _WordReader:
    """Reader of a column of strings as indices into its distinct words."""

    def __init__(self, table: ArrowTable, name: str) -> None:
        self._table, self._name = table, name
        self._position: dict[str, int] = {}
        self._values = np.empty(table.num_rows, np.int64)
        self._missing: Mask | None = None
        self._done = 0

    def add(self, chunk: Any) -> None:
        """Take the next chunk, a ``pyarrow.Array``."""
        chunk = chunk if hasattr(chunk, "dictionary") else chunk.dictionary_encode()
        start, stop = self._done, self._done + len(chunk)
        words, position = chunk.dictionary.to_pylist(), self._position
        codes = np.array([position.setdefault(word, len(position)) for word in words] or [0], dtype=np.int64)
        indices = chunk.indices
        if chunk.null_count:
            self._missing = _with_nulls(self._missing, chunk, start, self._table.num_rows)
            indices = indices.fill_null(0)
        self._values[start:stop] = codes[np.from_dlpack(indices)]
        self._done = stop

    def column(self) -> _Column:
        """Return the column."""
        words = np.array([*self._position], dtype=object)
        return _Column(self._name, self._values, self._missing, words, first_row=self._table.first_row)


def _with_nulls(missing: Mask | None, chunk: Any, start: int, num_rows: int) -> Mask:
    """Return a mask of missing values with those of a chunk."""
    missing = np.zeros(num_rows, dtype=bool) if missing is None else missing
    missing[start : start + len(chunk)] = chunk.is_null().to_numpy(zero_copy_only=False)
    return missing


def _present(columns: Sequence[_Column], reading: Reading, name: str) -> Mask | None:
    """Return which rows have all values, or None where all do.

    Raises
    ------
    InputError
        If a value is missing, and such rows are not to be left out.
    """
    missing: Mask | None = None
    for column in columns:
        absent = column.missing
        if column.words is not None and reading.missing != "keep":
            # In place of a null, some programs write a word.
            of_word = np.array([is_missing(word) for word in column.words])
            if of_word.any():
                absent = of_word[column.values] if absent is None else absent | of_word[column.values]
        if absent is None or not absent.any():
            continue
        if reading.missing != "drop":
            row = int(np.argmax(absent))
            null = column.missing is not None and column.missing[row]
            shown = "a null" if null or column.words is None else excerpt(str(column.words[column.values[row]]))
            keep = "" if shown == "a null" else ", --missing keep takes the word for a name"
            raise InputError(
                f"{name}, {column.row(row)}: found {shown} in the column {column.name} "
                f"(--missing drop leaves such rows out{keep})"
            )
        missing = absent if missing is None else missing | absent
    if missing is None:
        return None
    if missing.all():
        raise InputError(f"{name}: no edges found, values are missing in all rows")
    return ~missing


def _weights(column: _Column, name: str) -> Vector:
    if column.words is not None:
        raise InputError(f"{name}: the column {column.name} holds words, and weights are numbers")
    weights = column.values.astype(np.float64, copy=False)
    wrong = ~((weights >= 0) & (weights < np.inf))
    if wrong.any():
        row = int(np.argmax(wrong))
        expected = "a weight that is a finite number and not negative"
        raise InputError(f"{name}, {column.row(row)}: expected {expected}, found {weights[row]:g}")
    return weights


def _ends(
    source: _Column, target: _Column, name: str
) -> tuple[Vertices, Vertices, NDArray[Any] | None, tuple[str, ...]]:
    """Return both ends of all edges as ids, or as indices into labels, with remarks."""
    remarks: tuple[str, ...] = ()
    columns = []
    for column in (source, target):
        values = column.values
        if values.dtype == np.float64:
            values = _whole(column, name)
            remarks = (*remarks, f"read ids such as {column.values[0]:.1f} as integers")
        elif values.dtype == np.uint64 and values.max() <= np.iinfo(np.int64).max:
            values = values.astype(np.int64)
        columns.append(replace(column, values=values))
    if all(column.words is None and column.values.dtype == np.int64 for column in columns):
        return columns[0].values, columns[1].values, None, remarks
    return _of_words(columns[0].as_words(), columns[1].as_words(), remarks)


def _whole(column: _Column, name: str) -> Vertices:
    """Return ids that are floating-point numbers as integers."""
    # Up to 2^53, every integer is a number of float64.
    wrong = (column.values != np.floor(column.values)) | (abs(column.values) >= 2**53)
    if wrong.any():
        row = int(np.argmax(wrong))
        shown = f"{column.values[row]:g} in the column {column.name}"
        raise InputError(f"{name}, {column.row(row)}: expected an id, found {shown} (--columns takes others)")
    return column.values.astype(np.int64)


def _of_words(
    source: _Column, target: _Column, remarks: tuple[str, ...]
) -> tuple[Vertices, Vertices, NDArray[Any], tuple[str, ...]]:
    """Return ends as indices into labels in increasing order: integers if all words are, otherwise the words."""
    assert source.words is not None
    assert target.words is not None
    ends = [np.asarray(column.values, np.int64) for column in (source, target)]
    used = [words[np.unique(codes)] for words, codes in zip((source.words, target.words), ends, strict=True)]
    labels, position = labels_of({*used[0].tolist(), *used[1].tolist()})
    if labels.dtype == object and (digits := next(filter(_DIGITS.fullmatch, position), None)) is not None:
        remarks = (*remarks, f"kept ids such as {excerpt(digits)} as text")
    tail, head = (
        np.array([position.get(word, -1) for word in column.words], dtype=np.int64)[codes]
        for column, codes in zip((source, target), ends, strict=True)
        if column.words is not None
    )
    return tail, head, labels, remarks
