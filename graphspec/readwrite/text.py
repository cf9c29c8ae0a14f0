"""Text of an edge list as rows with their line numbers, and rows as fields."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice

from graphspec._typing import Progress
from graphspec.errors import InputError
from graphspec.readwrite.reading import BLANKS

NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")

# "# Nodes: 5242 Edges: 28980", as SNAP and write_edges put it.
_SIZE_COMMENT = re.compile(rb"^[#%]\s*Nodes:\s*[0-9]+\s+Edges:\s*[0-9]+", re.MULTILINE)


@dataclass(frozen=True)
class Text:
    """A decompressed edge list, in which lines end in a line feed.

    Attributes
    ----------
    name
        Name in messages.
    data
        All of its bytes.
    start
        Position of the first row; from there on, every line that is not blank is a row.
    comment_lines
        Number of comment lines.
    lines_above
        Number of lines of the file before the text, which may be a piece of it.
    quoted
        Whether fields may be in quotation marks; such a field may contain line ends.
    separator
        Separator of fields that a line such as ``sep=;`` declares.
    lists
        Whether rows are adjacency lists.
    remarks
        Remarks on the interpretation of the text for users.
    progress
        Callback for the number of bytes that have been read, and their total.
    """

    name: str
    data: bytes
    start: int
    comment_lines: int
    lines_above: int = 0
    quoted: bool = False
    separator: str | None = None
    lists: bool = False
    remarks: tuple[str, ...] = ()
    progress: Progress | None = None

    @property
    def has_size_comment(self) -> bool:
        """Whether a comment above the first row gives the numbers of vertices and edges."""
        return _SIZE_COMMENT.search(self.data, 0, self.start) is not None

    @property
    def comment_above(self) -> str:
        """The line right above the first row without its comment mark, or an empty text."""
        above = self.data[: self.start].rstrip(b"\n").rpartition(b"\n")[2]
        return above.decode("utf-8", "replace").strip().lstrip("#%").strip()

    @property
    def no_edges(self) -> InputError:
        """The error that there is no row."""
        message = f"{self.name}: no edges found, there are only comments, blank lines or a header"
        if self.comment_lines:
            mark = self.data[: self.start].lstrip().decode("utf-8", "replace")[:1] or "a mark"
            message += f" (--comment '' takes what begins with {mark} for ids)"
        return InputError(message)

    def stream(self) -> io.BytesIO:
        """Return a stream of the rows, which reports to `progress` how far it has been read."""
        stream = io.BytesIO(self.data) if self.progress is None else _ProgressBytes(self.data, self.progress)
        stream.seek(self.start)
        return stream

    def rows(self) -> Iterator[tuple[int, str]]:
        """Yield line number and text of every row."""
        stream = io.BytesIO(self.data)  # shares the bytes
        stream.seek(self.start)
        number, first, row = self.lines_above + self.data.count(b"\n", 0, self.start), 0, ""
        for line in stream:
            number += 1
            first = first or number
            row += line.decode("utf-8", "replace")
            # A quotation mark without its counterpart: the field continues on the next line.
            if self.quoted and row.count('"') % 2:
                continue
            if row.strip():
                yield first, row.removesuffix("\n")
            first, row = 0, ""
        if row.strip():
            yield first, row.removesuffix("\n")

    def first_rows(self, count: int = 1000) -> list[str]:
        """Return the first rows, by which the format is detected; a thousand take a few milliseconds."""
        return [row for _, row in islice(self.rows(), count)]

    def spread_rows(self, count: int = 10_000) -> list[str]:
        """Return rows from all over the text, evenly spaced, without the very first.

        Where fields may hold line ends, a line may be a piece of a row: then they are the first rows.
        """
        if self.quoted:
            return self.first_rows(count)[1:]
        rows, end = [], self.start
        step = max(1, (len(self.data) - self.start) // count)
        for position in range(self.start, len(self.data), step):
            if position < end:
                continue
            start = self.data.find(b"\n", position) + 1 or len(self.data)
            end = self.data.find(b"\n", start)
            end = len(self.data) if end < 0 else end
            rows.append(self.data[start:end].decode("utf-8", "replace"))
        return [row for row in rows if row.strip()]

    def after_first_row(self) -> Text:
        """Return the same text without its first row, which is a header."""
        number, row = next(self.rows())
        skipped = number - self.lines_above - self.data.count(b"\n", 0, self.start) + row.count("\n")
        start = self.start
        for _ in range(skipped):
            end = self.data.find(b"\n", start)
            start = len(self.data) if end < 0 else end + 1
        return replace(self, start=start)

    def fields(self, row: str, separator: str) -> list[str]:
        """Split one row."""
        return fields_of(row, separator, quoted=self.quoted)

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


def fields_of(row: str, separator: str, *, quoted: bool = False) -> list[str]:
    """Return the fields of a row without blanks around them.

    Parameters
    ----------
    row
        The row.
    separator
        Separator of fields; :data:`BLANKS` for any run of blanks.
    quoted
        Whether fields may be in quotation marks, within which separators do not count.
    """
    row = row.replace("\n", " ") if quoted else row
    if quoted and len(separator) == 1:
        return [field.strip() for field in next(csv.reader([row], delimiter=separator, skipinitialspace=True))]
    if quoted and separator == BLANKS and '"' in row:
        blank = re.sub(r'[ \t]+|("[^"]*")', lambda match: match[1] or " ", row.strip())
        return [field.strip() for field in next(csv.reader([blank], delimiter=" "))]
    if separator == BLANKS:
        # No-break spaces and the like are parts of ids, as for the parsers.
        return row.split() if row.isascii() else re.split(r"[ \t]+", row.strip(" \t\n"))
    return [field.strip() for field in row.split(separator)]


def excerpt(text: str) -> str:
    """Return a text quoted for messages, truncated to 40 characters."""
    return repr(text if len(text) <= 40 else text[:37] + "...")
