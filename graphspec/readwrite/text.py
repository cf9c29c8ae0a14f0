"""Text of an edge list: encoding, line ends, comment lines, and rows with their line numbers."""

from __future__ import annotations

import ast
import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice

from graphspec._typing import Progress
from graphspec.errors import InputError

NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
BLANKS = r"\s+"
"""The separator that stands for any run of spaces and tabs."""

_QUOTED_FIELD = re.compile(r'(^|[\s,;])"')
_CONTROL_CHARACTER = re.compile(rb"[\x01-\x08\x0e-\x1f\x7f]")
# "# Nodes: 5242 Edges: 28980", as SNAP and write_edges put it.
_SIZE_COMMENT = re.compile(rb"^[#%]\s*Nodes:\s*[0-9]+\s+Edges:\s*[0-9]+", re.MULTILINE)
_NETWORKX_ROW = re.compile(r"[\s,;]\{.*\}\s*$")
_NETWORKX_WEIGHT = re.compile(rb"\{'weight': ([0-9]+(?:\.[0-9]+)?)\}")


@dataclass(frozen=True)
class Text:
    """A decompressed edge list, in which lines end in a line feed.

    Attributes
    ----------
    name
        What messages call it.
    data
        All of its bytes.
    start
        Position of the first row; from there on, every line that is not blank is a row.
    comment_lines
        Number of comment lines.
    quoted
        Whether fields may stand in quotation marks.
    progress
        Called with the number of bytes that have been read, and their number.
    """

    name: str
    data: bytes
    start: int
    comment_lines: int
    quoted: bool = False
    progress: Progress | None = None

    @property
    def has_size_comment(self) -> bool:
        """Whether a comment above the first row gives the numbers of vertices and edges."""
        return _SIZE_COMMENT.search(self.data, 0, self.start) is not None

    def stream(self) -> io.BytesIO:
        """Return a stream of the rows, which reports to `progress` how far it has been read."""
        stream = io.BytesIO(self.data) if self.progress is None else _ProgressBytes(self.data, self.progress)
        stream.seek(self.start)
        return stream

    def rows(self) -> Iterator[tuple[int, str]]:
        """Yield line number and text of every row."""
        stream = io.BytesIO(self.data)  # shares the bytes
        stream.seek(self.start)
        for number, line in enumerate(stream, self.data.count(b"\n", 0, self.start) + 1):
            row = line.decode("utf-8", "replace").rstrip("\n")
            if row.strip():
                yield number, row

    def first_rows(self, count: int = 100) -> list[str]:
        """Return the first rows: a hundred suffice to detect how an edge list is written."""
        return [row for _, row in islice(self.rows(), count)]

    def after_first_row(self) -> Text:
        """Return the same text without its first row, which is a header."""
        skipped = next(self.rows())[0] - self.data.count(b"\n", 0, self.start)
        start = self.start
        for _ in range(skipped):
            end = self.data.find(b"\n", start)
            start = len(self.data) if end < 0 else end + 1
        return replace(self, start=start)

    def fields(self, row: str, separator: str) -> list[str]:
        """Split one row."""
        if self.quoted:
            plain, mark = (" ".join(row.split()), " ") if separator == BLANKS else (row, separator)
            return [field.strip() for field in next(csv.reader([plain], delimiter=mark, skipinitialspace=True))]
        return row.split() if separator == BLANKS else [field.strip() for field in row.split(separator)]

    def error(self, row: int, expected: str) -> InputError:
        """Return the error that row number `row` (from 0) is not as expected."""
        number, line = next(islice(self.rows(), row, None))
        return InputError(f"{self.name}, line {number}: expected {expected}, found {excerpt(line)}")


class _ProgressBytes(io.BytesIO):
    """Bytes in memory that report how far they have been read."""

    def __init__(self, data: bytes, progress: Progress) -> None:
        super().__init__(data)
        self._total = len(data)
        self._progress = progress

    def read(self, size: int | None = -1, /) -> bytes:
        block = super().read(size)
        self._progress(self.tell(), self._total)
        return block


def plain_lines(data: bytes, name: str) -> bytes:
    """Return text without byte order mark and with line feeds only.

    Raises
    ------
    InputError
        If the data are empty, or no text in UTF-8 that could be an edge list.
    """
    if not data:
        raise InputError(f"{name}: no edges found, the file is empty")
    data = data.removeprefix(b"\xef\xbb\xbf")
    head = data[:64]
    # Every second byte of ASCII text is zero in UTF-16.
    wide = len(head) > 3 and (not any(head[::2]) or not any(head[1::2]))
    if wide or head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise InputError(f"{name}: expected UTF-8 text, found UTF-16 or UTF-32; convert the file to UTF-8")
    if data.lstrip()[:1] in (b"{", b"["):
        raise InputError(f"{name}: expected an edge list, found what looks like JSON")
    if b"\0" in data or _CONTROL_CHARACTER.search(data, 0, 4096):
        raise InputError(f"{name}: expected an edge list in text, found a binary file")
    if b"\r" in data:
        data = data.replace(b"\r\r\n", b"\n").replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return data


def text_of(data: bytes, name: str, comment_marks: str, *, weighted: bool = False) -> Text:
    """Find the first row, and blank out comment lines and networkx dictionaries after it.

    Parameters
    ----------
    data
        Lines that end in a line feed.
    name
        What messages call the text.
    comment_marks
        Characters each of which starts a comment line.
    weighted
        Whether the entry ``weight`` of a dictionary takes its place.
    """
    marks = b"|".join(re.escape(mark.encode()) for mark in comment_marks) or rb"(?!)"
    comment = rb"[ \t]*(?:" + marks + rb")[^\n]*"
    leading = re.compile(rb"(" + comment + rb")(?:\n|\Z)|[ \t]*\n")
    start = comment_lines = 0
    while start < len(data) and (match := leading.match(data, start)):
        comment_lines += match[1] is not None
        start = match.end()
    if any(data.find(mark.encode(), start) >= 0 for mark in comment_marks):
        rows, count = re.subn(rb"^" + comment, b"", data[start:], flags=re.MULTILINE)
        data, comment_lines = data[:start] + rows, comment_lines + count
    text = Text(name, data, start, comment_lines)
    if data.find(b"{", start) >= 0 and any(_NETWORKX_ROW.search(row) for row in text.first_rows(2)):
        text = _without_dictionaries(text, weighted)
    return replace(text, quoted=any(_QUOTED_FIELD.search(row) for row in text.first_rows()))


def excerpt(text: str) -> str:
    """Return a text as messages quote it, cut to 40 characters."""
    return repr(text if len(text) <= 40 else text[:37] + "...")


def _without_dictionaries(text: Text, weighted: bool) -> Text:
    """Replace the dictionary that networkx writes after an edge by its weight, or by nothing."""

    def weight(match: re.Match[bytes]) -> bytes:
        try:
            plain = _NETWORKX_WEIGHT.fullmatch(match[0])  # the usual case, ten times as fast
            return plain[1] if plain else repr(float(ast.literal_eval(match[0].strip().decode())["weight"])).encode()
        except (ValueError, SyntaxError, TypeError, KeyError, RecursionError) as error:
            number = text.data.count(b"\n", 0, text.start + match.start()) + 1
            found = excerpt(match[0].decode("utf-8", "replace"))
            expected = "expected a dictionary with the entry 'weight'"
            raise InputError(f"{text.name}, line {number}: {expected}, found {found}") from error

    rows = text.data[text.start :]
    if weighted:
        rows = re.sub(rb"\{[^\n]*\}[ \t]*$", weight, rows, flags=re.MULTILINE)
    else:
        rows = re.sub(rb"[ \t,;]+\{[^\n]*\}[ \t]*$", b"", rows, flags=re.MULTILINE)
    return replace(text, data=text.data[: text.start] + rows)
