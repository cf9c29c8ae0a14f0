"""Fast parsing of edge lists of integers."""

from __future__ import annotations

import re

import numpy as np

from graphspec._typing import Vertices
from graphspec.machine import native, use_native
from graphspec.readwrite.edges import Edges
from graphspec.readwrite.table import Table

_ODD_INTEGER = re.compile(rb'(?:^|[\s,;|"])(?:[+-]?0[0-9]|\+[0-9]|-0(?![0-9.]))', re.MULTILINE)


def plain_edges(table: Table, chunk: int = 1 << 22) -> Edges | None:
    """Parse rows that consist of integers, single separators and line feeds alone.

    Parameters
    ----------
    table
        The rows.
    chunk
        Bytes parsed at a time: few enough to show progress and to keep copies small.

    Returns
    -------
    Edges or None
        None if the rows contain anything else.
    """
    text, separator = table.text, table.separators[0]
    if text.quoted or len(separator) > 1 or not separator.isascii() or separator.isalnum():
        return None
    end = text.data.find(b"\n", text.start)
    width = text.data.count(separator.encode(), text.start, end if end >= 0 else len(text.data)) + 1
    if width < table.width:
        return None
    num_rows = text.data.count(b"\n", text.start) + 1
    numbers, filled = np.empty(num_rows * width, np.int64), 0
    start = text.start
    while start < len(text.data):
        stop = text.data.rfind(b"\n", start, start + chunk) + 1 or len(text.data)
        if use_native():
            count = native.parse_integers(text.data, start, stop, ord(separator), width, numbers[filled:])
        else:
            count = _parse_integers(text.data[start:stop], separator, width, numbers[filled:])
        if count < 0:
            return None
        start, filled = stop, filled + count
        if text.progress is not None:
            text.progress(start, len(text.data))
    columns = numbers[:filled].reshape(-1, width)
    tail, head, *weights = (columns[:, column] for column in table.used)
    return Edges(tail, head, weights[0].astype(np.float64) if weights else None)


def has_odd_integer(data: bytes, start: int) -> bool:
    """Return whether a field is an integer with a leading zero, with a plus sign, or a negative zero.

    Such a field may be an id that differs from the integer.
    """
    if use_native():
        return native.has_odd_integer(data, start)
    return _ODD_INTEGER.search(data, start) is not None


def _parse_integers(chunk: bytes, separator: str, width: int, numbers: Vertices) -> int:
    """Parse rows of integers with numpy into `numbers`; return their number, or -1 if there is anything else."""
    chunk = chunk if chunk.endswith(b"\n") else chunk + b"\n"
    codes = np.frombuffer(chunk, np.uint8)
    marks = codes[codes < ord("0")]
    row = np.full(width, ord(separator), np.uint8)
    row[-1] = ord("\n")
    if codes.max() > ord("9") or len(marks) % width or (marks.reshape(-1, width) != row).any():
        return -1
    zeros = np.flatnonzero(codes[:-1] == ord("0"))
    zeros = zeros[codes[zeros + 1] >= ord("0")]
    if (zeros == 0).any() or (codes[zeros - 1] < ord("0")).any():
        return -1  # 01 and 1 are different ids
    spaced = chunk if separator in " \t" else chunk.replace(separator.encode(), b" ")
    parsed = np.fromstring(spaced, dtype=np.int64, sep=" ")
    # Missing fields give fewer numbers, and integers beyond 64 bits are parsed as the largest one.
    if len(parsed) != len(marks) or parsed.max() == np.iinfo(np.int64).max:
        return -1
    numbers[: len(parsed)] = parsed
    return len(parsed)
