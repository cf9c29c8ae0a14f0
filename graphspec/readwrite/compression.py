"""Compression of files: told from the first bytes when reading, and from the suffix when writing."""

from __future__ import annotations

import bz2
import contextlib
import gzip
import io
import lzma
import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO, Any, cast

import zstandard

from graphspec.errors import InputError


@dataclass(frozen=True)
class _Format:
    """A compression format.

    Attributes
    ----------
    name
        What messages call it.
    start
        Bytes that a compressed file begins with.
    decompress
        Function from all stored bytes to the content.
    open
        Function from a stream of stored bytes to a stream of the content.
    """

    name: str
    start: re.Pattern[bytes]
    decompress: Callable[[bytes], bytes]
    open: Callable[[IO[bytes]], Any]


def decompressed(stored: bytes, name: str) -> bytes:
    """Decompress stored bytes as their first ones tell; return others as they are.

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
    """Return a stream of the content of a stream of stored bytes, which can be read from its beginning again."""
    kind = _format_of(stored.read(io.DEFAULT_BUFFER_SIZE))
    stored.seek(0)
    return stored if kind is None else cast("IO[bytes]", kind.open(stored))


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


def _decompressed_zstd(stored: bytes) -> bytes:
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


def _decompressing_zstd(stored: IO[bytes]) -> Any:
    return zstandard.ZstdDecompressor().stream_reader(stored, read_across_frames=True, closefd=False)


_FORMATS = (
    _Format("gzip", re.compile(rb"\x1f\x8b"), gzip.decompress, gzip.open),
    _Format("bzip2", re.compile(rb"BZh.(?:1AY&SY|\x17rE8P\x90)", re.DOTALL), bz2.decompress, bz2.open),
    _Format("xz", re.compile(rb"\xfd7zXZ\x00"), lzma.decompress, lzma.open),
    _Format("zstd", re.compile(rb"\x28\xb5\x2f\xfd"), _decompressed_zstd, _decompressing_zstd),
)


def _format_of(start: bytes) -> _Format | None:
    return next((kind for kind in _FORMATS if kind.start.match(start)), None)
