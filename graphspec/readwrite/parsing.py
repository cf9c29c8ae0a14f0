"""Rows of text as edges: the layout of a table, and parsers from the fastest to the one that explains what is wrong."""

from __future__ import annotations

import csv
import re
import warnings
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from graphspec.errors import InputError
from graphspec.machine import native, use_native
from graphspec.readwrite.lines import BLANKS, NUMBER, SAMPLE, Text, shown
from graphspec.readwrite.reading import Reading

if TYPE_CHECKING:
    import pandas as pd


PLAIN_SEPARATORS = ("\t", " ", ",")
PLAIN_CHUNK = 1 << 22  # bytes parsed at a time: few enough to show progress and to keep copies small
INTEGER = re.compile(r"[+-]?[0-9]{1,400}")
# "# Nodes: 5242 Edges: 28980", as SNAP and write_edges put it: what follows has no header row.
DECLARED = re.compile(rb"^[#%]\s*Nodes:\s*[0-9]+\s+Edges:\s*[0-9]+", re.MULTILINE)
ENDS = ("source", "target", "from", "to", "src", "dst", "dest", "destination", "vertex1", "vertex2", "n1", "n2")
HEADER_WORDS = {*ENDS, *(f"{kind}{end}" for kind in ("id", "node", "nodeid") for end in "12ab")} | {
    f"{end}{kind}" for end in ("from", "to", "source", "target") for kind in ("id", "node", "nodeid")
}


@dataclass(frozen=True)
class Edges:
    """Both ends of every row and perhaps its weight; with `labels` the ends are indices into them."""

    tail: NDArray[np.int64]
    head: NDArray[np.int64]
    weights: NDArray[np.float64] | None
    labels: NDArray[Any] | None = None


def _separators(lines: list[str]) -> tuple[str, ...]:
    """Return the separators to try, the likeliest first; a single character is parsed twice as fast as blanks."""
    rows = [line.strip() for line in lines[1:] or lines]  # the first may be a header
    tight = [re.sub(r"\s*([,;])\s*", r"\1", row) for row in rows]
    words = {len(row.split()) for row in tight}
    tabs = {row.count("\t") for row in tight}
    spaces = {row.count(" ") for row in tight}
    if len(tabs) == 1 and 0 not in tabs:
        if spaces == {0}:
            return ("\t", BLANKS)
        # Ids may contain spaces, unless these separate numbers.
        numeric = all(NUMBER.fullmatch(word) for row in rows for word in row.split()[:2])
        return (BLANKS,) if numeric else ("\t",)
    # Blanks in equal numbers separate better than a comma, and beside semicolons a comma is a decimal one.
    if len(words) > 1 or words == {1} or any('"' in row for row in rows):
        for mark in ";,":
            # In most lines: one that lacks it is an error to tell.
            if all(mark in row for row in rows) or 2 * sum(mark in line for line in lines) > len(lines):
                return (mark,)
    single = all(row.count(" ") + 1 == len(row.split()) for row in rows)
    return (" ", BLANKS) if single else (BLANKS,)


def edges_of_text(text: Text, reading: Reading) -> tuple[Edges, int]:
    """Parse all rows; return the edges and the number of header rows."""
    rows = list(islice(text.rows(), SAMPLE))
    delimiter = BLANKS if reading.delimiter == " " else reading.delimiter
    separators = (delimiter,) if delimiter else _separators([line for _, line in rows])
    split = [text.fields(line, separators[0]) for _, line in rows[:3]]
    if len(split) > 1 and len(split[0]) == 1 < len(split[1]):  # a header may have blanks where the rows have tabs
        split[0] = text.fields(rows[0][1], BLANKS)
    # write_edges and SNAP tell the size in a comment, and name no columns outside of one.
    detect = reading.header is None and not DECLARED.search(text.data, 0, text.start)
    header_lines = 0
    if rows and (reading.header or (detect and _are_header_words(_ends(reading, split[0])))):
        text, split, header_lines, detect = text.after_first_row(), split[1:], 1, False
    if not split:
        raise InputError(f"{text.name}: no edges found, there are only comments, blank lines or a header")
    sizes = [int(field) for field in split[0] if INTEGER.fullmatch(field)]
    counted = detect and len(split) > 1 and len(sizes) == len(split[0]) == 2
    names = len(_ends(reading, split[0])) == 2 and not any(NUMBER.fullmatch(end) for end in _ends(reading, split[0]))
    if detect and len(split) > 1 and (names or (counted and len(split[1]) != 2)):
        edges = _integer_edges(text.after_first_row(), separators, reading)
        if edges is not None and (names or _are_sizes(sizes, edges.tail, edges.head)):
            return edges, 1
    if len(split[0]) <= max(reading.used_columns):
        weight = "a third column with the weight" if reading.weighted and len(split[0]) == 2 else ""
        raise text.error(0, weight or f"at least {max(reading.used_columns) + 1} columns")
    edges = None if names else _integer_edges(text, separators, reading)
    if edges is None and counted and sizes[1] == sum(1 for _ in text.after_first_row().rows()):
        edges, _ = _word_edges(text.after_first_row(), separators, reading, header=False)
        if _are_sizes(sizes, edges.tail, edges.head):
            return edges, 1
        edges = None
    if edges is None:
        edges, name_rows = _word_edges(text, separators, reading, header=detect and names)
        return edges, header_lines + name_rows
    # Parsed together with the edges, because a first row of two numbers mostly is one.
    if counted and len(split[1]) == 2 and _are_sizes(sizes, edges.tail[1:], edges.head[1:]):
        return Edges(edges.tail[1:], edges.head[1:], None), 1
    return edges, header_lines


def _ends(reading: Reading, fields: list[str]) -> list[str]:
    """Return the fields that hold source and target, as many as there are."""
    return [fields[column] for column in reading.used_columns[:2] if column < len(fields)]


def _are_header_words(ends: list[str]) -> bool:
    return len(ends) == 2 and all(re.sub(r"[\W_]", "", end.lower()) in HEADER_WORDS for end in ends)


def _are_sizes(sizes: list[int], tail: NDArray[np.int64], head: NDArray[np.int64]) -> bool:
    """Tell whether a first row "n m" counts the rows after it, and vertices enough for their ids."""
    nodes, edges = sizes
    return edges == len(tail) and nodes >= len(np.unique(np.concatenate([tail, head]), return_inverse=True)[0])


def _frame(text: Text, separator: str, reading: Reading, **options: Any) -> pd.DataFrame:
    """Run pandas over the rows; unless columns were chosen, a row longer than the first makes it raise ValueError."""
    import pandas as pd

    if tuple(int(part) for part in pd.__version__.split(".")[:2]) < (3, 1):
        options["float_precision"] = "round_trip"  # later versions read floating-point numbers exactly
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", pd.errors.DtypeWarning)  # mixed columns are dealt with by the caller
        frame = pd.read_csv(
            text.stream(),
            sep=separator,
            header=None,
            usecols=sorted(reading.used_columns) if reading.columns is not None else None,
            quoting=csv.QUOTE_MINIMAL if text.quoted else csv.QUOTE_NONE,
            skipinitialspace=separator in (",", ";"),
            encoding_errors="surrogateescape",
            **options,
        )
    return cast("pd.DataFrame", frame)


def _integer_edges(text: Text, separators: tuple[str, ...], reading: Reading) -> Edges | None:
    """Parse rows whose ids are all integers; return None if some row does not fit, left to `_word_edges` to tell."""
    if not reading.weighted and not text.quoted and separators[0] in PLAIN_SEPARATORS:
        plain = _plain_edges(text, separators[0], reading)
        if plain is not None:
            return plain
    for separator in separators:
        try:
            # No dtype: asked for int64, pandas would turn the id 1.5 into 1.
            frame = _frame(text, separator, reading, na_filter=False)
        except (ValueError, OverflowError):
            continue
        if max(reading.used_columns) not in frame.columns:
            continue
        tail, head, *rest = (frame[column].to_numpy() for column in reading.used_columns)
        if tail.dtype != np.int64 or head.dtype != np.int64 or (rest and rest[0].dtype.kind not in "if"):
            continue
        last = frame.iloc[:, -1]  # of numbers only if no field is missing
        if (
            last.dtype.kind not in "iuf"
            and reading.columns is None
            and (last == "").any()
            and _ragged(text, separator, reading)
        ):
            continue
        return Edges(tail, head, _checked_weights(text, rest[0]) if rest else None)
    return None


def _plain_edges(text: Text, separator: str, reading: Reading) -> Edges | None:
    """Parse rows of nothing but integers, single separators and line feeds; return None if there is anything else.

    Most files are like that. Neither parser needs pandas, which takes longer to import than they take to read.
    """
    first = text.data.find(b"\n", text.start)
    width = text.data.count(separator.encode(), text.start, first if first >= 0 else len(text.data)) + 1
    if width <= max(reading.used_columns):
        return None
    rows = text.data.count(b"\n", text.start) + 1
    table, filled = np.empty(rows * width, np.int64), 0
    compiled = use_native()
    start = text.start
    while start < len(text.data):
        stop = text.data.rfind(b"\n", start, start + PLAIN_CHUNK) + 1 or len(text.data)
        if compiled:
            count = native.parse_integers(text.data, start, stop, ord(separator), width, table[filled:])
        else:
            count = _plain_numbers(text.data[start:stop], separator, width, table[filled:])
        if count < 0:
            return None
        start, filled = stop, filled + count
        if text.progress is not None:
            text.progress(start, len(text.data))
    columns = table[:filled].reshape(-1, width)
    return Edges(columns[:, reading.used_columns[0]], columns[:, reading.used_columns[1]], None)


def _plain_numbers(chunk: bytes, separator: str, width: int, out: NDArray[np.int64]) -> int:
    """Parse rows of integers with numpy into `out`; return their number, or -1 where there is anything else."""
    chunk = chunk if chunk.endswith(b"\n") else chunk + b"\n"
    codes = np.frombuffer(chunk, np.uint8)
    marks = codes[codes < ord("0")]
    row = np.full(width, ord(separator), np.uint8)
    row[-1] = ord("\n")
    if codes.max() > ord("9") or len(marks) % width or (marks.reshape(-1, width) != row).any():
        return -1
    spaced = chunk if separator in " \t" else chunk.replace(separator.encode(), b" ")
    numbers = np.fromstring(spaced, dtype=np.int64, sep=" ")
    # Missing fields make fewer numbers, and integers beyond 64 bits come out as the largest.
    if len(numbers) != len(marks) or numbers.max() == np.iinfo(np.int64).max:
        return -1
    out[: len(numbers)] = numbers
    return len(numbers)


def _checked_weights(text: Text, values: NDArray[Any]) -> NDArray[np.float64]:
    weights = np.asarray(values, dtype=np.float64)
    wrong = ~((weights >= 0) & (weights < np.inf))
    if wrong.any():
        raise text.error(int(np.argmax(wrong)), "a weight that is a finite number and not negative")
    return weights


def _ragged(text: Text, separator: str, reading: Reading) -> InputError | None:
    """Return the error about the first row that has not the columns it should have, if there is one."""
    least, first, width = max(reading.used_columns) + 1, 0, 0
    for number, line in text.rows():
        fields = text.fields(line, separator)
        first, width = (first, width) if width else (number, len(fields))
        place = f"{text.name}, line {number}: expected"
        if reading.columns is None and len(fields) != width:
            return InputError(f"{place} {width} columns as on line {first}, found {len(fields)} in {shown(line)}")
        if len(fields) < least:
            return InputError(f"{place} at least {least} columns, found {len(fields)} in {shown(line)}")
        if "" in fields and not all(_ends(reading, fields)):
            return InputError(f"{place} two ids, found {shown(line)}")
    return None


def _word_edges(text: Text, separators: tuple[str, ...], reading: Reading, *, header: bool) -> tuple[Edges, int]:
    """Parse rows of any ids as text, and tell what is wrong; `header`: the first row may be one of names."""
    import pandas as pd

    try:
        text.data[text.start :].decode()
    except UnicodeDecodeError as error:
        number = text.data.count(b"\n", 0, text.start + error.start) + 1
        raise InputError(f"{text.name}, line {number}: expected UTF-8 text, found another encoding") from error
    columns = _text_columns(text, separators, reading)
    rows = len(columns[0])
    codes, words = pd.factorize(np.concatenate(columns[:2]))
    # 0 is an integer of 64 bits, 1 another number, 2 a word.
    kinds = np.array([_kind(word) for word in words])[codes].reshape(2, rows).max(axis=0)
    first = int(header and rows > 1)
    odd = np.count_nonzero(kinds[first:])
    whole = rows - first - odd
    # Few odd ids among integers, and numbers that are no integers, are mistakes rather than names.
    if odd and (kinds[first:].max() == 1 or (whole and (odd == 1 or odd < 0.01 * (rows - first)))):
        raise text.error(first + int(np.argmax(kinds[first:] > 0)), "two integer ids of at most 64 bits")
    first = first if not odd else 0
    weights = _weights_of_text(text, columns[2], first) if reading.weighted else None
    if odd:
        order = np.argsort(words)
        codes = np.argsort(order)[codes]
        return Edges(codes[:rows], codes[rows:], weights, words[order]), 0
    tail, head = (column[first:].astype(np.int64) for column in columns[:2])
    return Edges(tail, head, weights), first


def _kind(word: str) -> int:
    if INTEGER.fullmatch(word) and -(2**63) <= int(word) < 2**63:
        return 0
    return 1 if NUMBER.fullmatch(word) else 2


def _text_columns(text: Text, separators: tuple[str, ...], reading: Reading) -> list[NDArray[np.object_]]:
    """Return the columns used as arrays of text without blanks around it."""
    cause = "too few columns"
    for separator in separators:
        try:
            frame = _frame(text, separator, reading, dtype=object, na_filter=False)
        except ValueError as error:  # mostly a row of more columns than the first
            cause = " ".join(str(error).split())
            continue
        if max(reading.used_columns) in frame.columns:
            columns = [
                np.array([word.strip() for word in frame[column]], dtype=object) for column in reading.used_columns
            ]
            if any("" in column.tolist() for column in columns[:2]):
                continue
            if "" not in frame.iloc[:, -1].tolist() or _ragged(text, separator, reading) is None:
                return columns
    found = _ragged(text, separators[-1], reading)
    raise found or InputError(f"{text.name}: expected an edge list ({cause})")


def _weights_of_text(text: Text, words: NDArray[np.object_], first: int) -> NDArray[np.float64]:
    import pandas as pd

    _checked_weights(text, np.r_[np.zeros(first), pd.to_numeric(pd.Series(words[first:]), errors="coerce")])
    return words[first:].astype(np.float64)
