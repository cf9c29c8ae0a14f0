"""The bytes of an input as text: compression, encoding, line ends, comments, and rows with their line numbers."""

from __future__ import annotations

import ast
import bz2
import contextlib
import csv
import gzip
import io
import lzma
import re
import sys
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import IO, cast

import zstandard

from graphspec._typing import Progress
from graphspec.errors import InputError

NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
BLANKS = r"\s+"  # the separator that stands for any run of spaces and tabs
SAMPLE = 100  # rows looked at to tell the separator
NETWORKX_DATA = re.compile(r"[\s,;]\{.*\}\s*$")
PLAIN_WEIGHT = re.compile(rb"\{'weight': ([0-9]+(?:\.[0-9]+)?)\}")


@dataclass(frozen=True)
class Text:
    """A decompressed edge list: lines end in a line feed, and from `start` on all that is not blank is a row."""

    name: str
    data: bytes
    start: int
    comment_lines: int
    quoted: bool = False
    progress: Progress | None = None

    def stream(self) -> io.BytesIO:
        """Return a stream of the rows; reading it tells `progress` the bytes read and their number."""
        stream = io.BytesIO(self.data) if self.progress is None else _WatchedBytes(self.data, self.progress)
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

    def after_first_row(self) -> Text:
        """Return the same text without its first row, which is a header."""
        skipped = next(self.rows())[0] - self.data.count(b"\n", 0, self.start)
        start = self.start
        for _ in range(skipped):
            end = self.data.find(b"\n", start)
            start = len(self.data) if end < 0 else end + 1
        return replace(self, start=start)

    def fields(self, line: str, separator: str) -> list[str]:
        """Split one row."""
        if self.quoted:
            plain, mark = (" ".join(line.split()), " ") if separator == BLANKS else (line, separator)
            return [field.strip() for field in next(csv.reader([plain], delimiter=mark, skipinitialspace=True))]
        return line.split() if separator == BLANKS else [field.strip() for field in line.split(separator)]

    def error(self, row: int, expected: str) -> InputError:
        """Return the error that says that row number `row` (from 0) is not as expected."""
        number, line = next(islice(self.rows(), row, None))
        return InputError(f"{self.name}, line {number}: expected {expected}, found {shown(line)}")


class _WatchedBytes(io.BytesIO):
    """Bytes that tell how far they have been read."""

    def __init__(self, data: bytes, progress: Progress) -> None:
        super().__init__(data)
        self._total = len(data)
        self._progress = progress

    def read(self, size: int | None = -1, /) -> bytes:
        chunk = super().read(size)
        self._progress(self.tell(), self._total)
        return chunk


def stored_bytes(source: str | Path | IO[bytes], name: str | None) -> tuple[bytes, str]:
    """Return the bytes of a path, of standard input (``-``) or of a binary file object, and what to call them."""
    if isinstance(source, str | Path):
        name = str(source) if name is None else name
    elif name is None:
        given = getattr(source, "name", None)
        name = given if isinstance(given, str) else "input"
    try:
        if source == "-":
            stored = sys.stdin.buffer.read()
        else:
            stored = Path(source).read_bytes() if isinstance(source, str | Path) else source.read()
    except (OSError, ValueError) as error:
        raise InputError(f"{name}: cannot be read ({getattr(error, 'strerror', None) or error})") from error
    if not isinstance(stored, bytes):
        raise InputError(f"{name}: expected a file opened in binary mode, found one that gives {type(stored).__name__}")
    return stored, name


def decompressed(stored: bytes, name: str) -> bytes:
    """Undo the compression that the first bytes tell of."""
    unpack: Callable[[bytes], bytes]
    if stored.startswith(b"\x1f\x8b"):
        kind, unpack = "gzip", gzip.decompress
    elif stored.startswith(b"BZh") and stored[4:10] in (b"1AY&SY", b"\x17rE8P\x90"):
        kind, unpack = "bzip2", bz2.decompress
    elif stored.startswith(b"\xfd7zXZ\x00"):
        kind, unpack = "xz", lzma.decompress
    elif stored.startswith(b"\x28\xb5\x2f\xfd"):
        kind, unpack = "zstd", _unpack_zstd
    else:
        return stored
    try:
        return unpack(stored)
    except (EOFError, OSError, ValueError, zlib.error, lzma.LZMAError) as error:
        truncated = isinstance(error, EOFError) or "ended before" in str(error)
        state = "truncated" if truncated else f"damaged ({error})"
        raise InputError(f"{name}: the {kind} data is {state}") from error


def compressing(stream: IO[bytes], suffix: str) -> contextlib.AbstractContextManager[IO[bytes]]:
    """Return a stream that compresses as the suffix of a file name asks for, or `stream` itself."""
    if suffix == ".gz":  # neither name nor time in its header: same graph, same bytes
        return cast("IO[bytes]", gzip.GzipFile("", "wb", 6, stream, mtime=0))
    if suffix == ".bz2":
        return cast("IO[bytes]", bz2.BZ2File(stream, "wb"))
    if suffix == ".xz":
        return cast("IO[bytes]", lzma.LZMAFile(stream, "wb"))
    if suffix == ".zst":
        return cast("IO[bytes]", zstandard.ZstdCompressor(write_checksum=True).stream_writer(stream, closefd=False))
    return contextlib.nullcontext(stream)


def plain_lines(data: bytes, name: str) -> bytes:
    """Return text without byte order mark and with line feeds only; refuse what is no text."""
    if not data:
        raise InputError(f"{name}: no edges found, the file is empty")
    data = data.removeprefix(b"\xef\xbb\xbf")
    head = data[:64]
    wide = len(head) > 3 and (not any(head[::2]) or not any(head[1::2]))
    if wide or head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise InputError(f"{name}: expected UTF-8 text, found UTF-16 or UTF-32; convert the file to UTF-8")
    if data.lstrip()[:1] in (b"{", b"["):
        raise InputError(f"{name}: expected an edge list, found what looks like JSON")
    if b"\0" in data or re.search(rb"[\x01-\x08\x0e-\x1f\x7f]", data[:4096]):
        raise InputError(f"{name}: expected an edge list in text, found a binary file")
    if b"\r" in data:
        data = data.replace(b"\r\r\n", b"\n").replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return data


def text_of(data: bytes, name: str, comment: str, weighted: bool) -> Text:
    """Find the first row, and blank out comment lines and networkx dictionaries after it."""
    marks = [re.escape(mark.encode()) for mark in comment]
    line = rb"[ \t]*(?:" + (b"|".join(marks) or rb"(?!)") + rb")[^\n]*"
    leading = re.compile(rb"(" + line + rb")(?:\n|\Z)|[ \t]*\n")
    start = comment_lines = 0
    while start < len(data) and (match := leading.match(data, start)):
        comment_lines += match[1] is not None
        start = match.end()
    if any(data.find(mark.encode(), start) >= 0 for mark in comment):
        body, found = re.subn(rb"^" + line, b"", data[start:], flags=re.MULTILINE)
        data, comment_lines = data[:start] + body, comment_lines + found
    text = Text(name, data, start, comment_lines)
    if data.find(b"{", start) >= 0 and any(NETWORKX_DATA.search(row) for _, row in islice(text.rows(), 2)):
        text = _without_dictionaries(text, weighted)
    quoted = any(re.search(r'(^|[\s,;])"', row) for _, row in islice(text.rows(), SAMPLE))
    return replace(text, quoted=quoted)


def shown(text: str) -> str:
    """Return a text as messages quote it, cut to 40 characters."""
    return repr(text if len(text) <= 40 else text[:37] + "...")


def _unpack_zstd(stored: bytes) -> bytes:

    parts = []
    while stored:
        frame = zstandard.ZstdDecompressor().decompressobj()
        try:
            parts.append(frame.decompress(stored))
        except zstandard.ZstdError as error:
            raise ValueError(str(error)) from error
        if not frame.eof:
            raise EOFError
        stored = frame.unused_data
    return b"".join(parts)


def _without_dictionaries(text: Text, weighted: bool) -> Text:
    """Put its weight in the place of the dictionary that networkx writes after an edge, or nothing."""

    def weight(match: re.Match[bytes]) -> bytes:
        try:
            plain = PLAIN_WEIGHT.fullmatch(match[0])  # the usual case, ten times as fast
            return plain[1] if plain else repr(float(ast.literal_eval(match[0].strip().decode())["weight"])).encode()
        except (ValueError, SyntaxError, TypeError, KeyError, RecursionError) as error:
            number = text.data.count(b"\n", 0, text.start + match.start()) + 1
            found = shown(match[0].decode("utf-8", "replace"))
            expected = "expected a dictionary with the entry 'weight'"
            raise InputError(f"{text.name}, line {number}: {expected}, found {found}") from error

    body = text.data[text.start :]
    if weighted:
        body = re.sub(rb"\{[^\n]*\}[ \t]*$", weight, body, flags=re.MULTILINE)
    else:
        body = re.sub(rb"[ \t,;]+\{[^\n]*\}[ \t]*$", b"", body, flags=re.MULTILINE)
    return replace(text, data=text.data[: text.start] + body)
