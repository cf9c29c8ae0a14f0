"""Compression of files: detected from the first bytes when reading, chosen by the suffix when writing."""

from __future__ import annotations

import bz2
import contextlib
import gzip
import io
import lzma
import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO, Any, cast

import zstandard

from graphspec.errors import InputError


@dataclass(frozen=True)
class _Format:
    """A compression format: the bytes that such files begin with, and functions that decompress bytes and streams."""

    name: str
    start: re.Pattern[bytes]
    decompress: Callable[[bytes], bytes]
    open: Callable[[IO[bytes]], Any]


def decompressed(stored: bytes, name: str) -> bytes:
    """Decompress bytes in the format that the first of them indicate; other bytes are returned unchanged.

    Raises
    ------
    InputError
        If compressed data are truncated or damaged.
    """
    kind = _format_of(stored)
    if kind is None:
        return stored
    try:
        return kind.decompress(stored)
    except (EOFError, OSError, ValueError, zlib.error, lzma.LZMAError) as error:
        truncated = isinstance(error, EOFError) or "ended before" in str(error)
        state = "truncated" if truncated else f"damaged ({error})"
        raise InputError(f"{name}: the {kind.name} data is {state}") from error


def decompressing(stored: IO[bytes]) -> IO[bytes]:
    """Return a stream of the content of a seekable stream of stored bytes."""
    kind = _format_of(stored.read(io.DEFAULT_BUFFER_SIZE))
    stored.seek(0)
    return stored if kind is None else cast("IO[bytes]", kind.open(stored))


def compressing(stream: IO[bytes], suffix: str) -> contextlib.AbstractContextManager[IO[bytes]]:
    """Return a stream of text that compresses according to the suffix of a file name, or `stream` itself.

    Raises
    ------
    InputError
        If the suffix is that of a table.
    """
    if suffix == ".parquet":
        raise InputError("edges are written as text, not as Parquet: name a .txt or .txt.gz file")
    if suffix == ".gz":  # neither name nor time in the header: equal graphs give equal bytes
        return cast("IO[bytes]", gzip.GzipFile("", "wb", 6, stream, mtime=0))
    if suffix == ".bz2":
        return cast("IO[bytes]", bz2.BZ2File(stream, "wb"))
    if suffix == ".xz":
        return cast("IO[bytes]", lzma.LZMAFile(stream, "wb"))
    if suffix == ".zst":
        return cast("IO[bytes]", zstandard.ZstdCompressor(write_checksum=True).stream_writer(stream, closefd=False))
    return contextlib.nullcontext(stream)


class _ZstdReader(io.RawIOBase):
    """Stream of the content of zstd frames.

    A truncated frame is an error, as for the readers of the standard library; the reader of zstandard ends without one.
    """

    def __init__(self, stored: IO[bytes]) -> None:
        self._blocks = _zstd_blocks(stored)
        self._block = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        while not self._block:
            block = next(self._blocks, None)
            if block is None:
                return 0
            self._block = block
        count = min(len(buffer), len(self._block))
        buffer[:count], self._block = self._block[:count], self._block[count:]
        return count


def _zstd_blocks(stored: IO[bytes], size: int = io.DEFAULT_BUFFER_SIZE) -> Iterator[bytes]:
    """Yield the content of blocks of `size` stored bytes."""
    frame = None
    try:
        while block := stored.read(size):
            while block:
                frame = frame or zstandard.ZstdDecompressor().decompressobj()
                yield frame.decompress(block)
                block, frame = (frame.unused_data, None) if frame.eof else (b"", frame)
    except zstandard.ZstdError as error:
        raise OSError(str(error)) from error
    if frame is not None:
        raise EOFError("the last frame is truncated")


def _decompressed_zstd(stored: bytes) -> bytes:
    return b"".join(_zstd_blocks(io.BytesIO(stored), len(stored)))


def _decompressing_zstd(stored: IO[bytes]) -> IO[bytes]:
    return io.BufferedReader(_ZstdReader(stored))


_FORMATS = (
    _Format("gzip", re.compile(rb"\x1f\x8b"), gzip.decompress, gzip.open),
    _Format("bzip2", re.compile(rb"BZh.(?:1AY&SY|\x17rE8P\x90)", re.DOTALL), bz2.decompress, bz2.open),
    _Format("xz", re.compile(rb"\xfd7zXZ\x00"), lzma.decompress, lzma.open),
    _Format("zstd", re.compile(rb"\x28\xb5\x2f\xfd"), _decompressed_zstd, _decompressing_zstd),
)


def _format_of(start: bytes) -> _Format | None:
    return next((kind for kind in _FORMATS if kind.start.match(start)), None)
