"""Edge lists larger than memory: pieces are parsed and sorted one by one, then merged range by range.

Rows of integers are kept on disk as pairs, the ids in memory; pairs become sorted runs of both directions of every
edge, one 64-bit number each; runs are merged for one range of vertices after the other, which is the graph's pattern.
"""

from __future__ import annotations

import bz2
import gzip
import hashlib
import lzma
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from typing import IO, cast

import numpy as np
import zstandard
from numpy.typing import NDArray

from graphspec._typing import Progress
from graphspec.arrays import distinct
from graphspec.errors import InputError
from graphspec.graphs.graph import Dropped, Graph
from graphspec.machine import resident_bytes
from graphspec.readwrite.edgelist import edges_of_piece
from graphspec.readwrite.lines import plain_lines, text_of
from graphspec.readwrite.parsing import DECLARED
from graphspec.readwrite.reading import DEFAULT_READING, Reading

Numbers = NDArray[np.int64]


_TEXT_SHARE = 24  # a piece of text is this share of the memory: what it becomes while it is parsed takes the rest
_PAIR_BYTES = 96  # that one row takes while a run is sorted
_LEAST = 8 << 20
_SAMPLES = 4096  # keys of a run that are kept in memory
_MERGE_BYTES = 64  # that one entry takes while runs are merged


@dataclass
class _Rows:
    """What is known of the rows that were seen so far."""

    pairs: Path
    ids: Numbers = field(default_factory=lambda: np.zeros(0, np.int64))
    count: int = 0
    comment_lines: int = 0
    header_lines: int = 0


def read_large_edges(
    path: Path,
    folder: Path,
    memory: int,
    reading: Reading = DEFAULT_READING,
    *,
    progress: Progress | None = None,
) -> Graph:
    """Read an unweighted edge list with integer ids, within a limit of memory beside about 40 bytes for every vertex.

    Parameters
    ----------
    path
        The file, plain or compressed.
    folder
        Where files are put while it lasts, up to 32 bytes for a row; the graph's pattern is mapped from there.
    memory
        Bytes that the process should not exceed.
    reading
        Options of reading, without weights; a first row that counts vertices and edges is told from an edge, too.
    progress
        As for :func:`graphspec.read_edges`.

    Raises
    ------
    InputError
        If the source is not a file, cannot be read, or its ids are no integers; or if weights are asked for.
    """
    if not path.is_file():
        raise InputError(f"{path}: a limit of memory needs a file that is read piece by piece")
    if reading.weighted:
        raise InputError(f"{path}: weights cannot be read within a limit of memory")
    rows = _Rows(folder / "pairs")
    first: tuple[int, int] | None = None
    with rows.pairs.open("wb") as stream:
        for number, (piece, done) in enumerate(_pieces(path, _left(memory) // _TEXT_SHARE)):
            text = text_of(plain_lines(piece, str(path)), str(path), reading.comment_marks, weighted=False)
            rows.comment_lines += text.comment_lines
            if text.start == len(text.data):
                continue
            tail, head, header_lines = edges_of_piece(text, reading, first_piece=rows.count == 0 and first is None)
            rows.header_lines += header_lines
            declared = DECLARED.search(text.data, 0, text.start) is not None
            if number == 0 and reading.header is None and header_lines == 0 and len(tail) and not declared:
                # Whether it counts vertices and edges is known at the end.
                first, tail, head = (int(tail[0]), int(head[0])), tail[1:], head[1:]
            _add(rows, stream, tail, head)
            if progress is not None:
                progress(done, path.stat().st_size)
        if first is not None:
            nodes, edges = first
            if rows.count and edges == rows.count and nodes >= len(rows.ids):
                rows.header_lines += 1
            else:
                _add(rows, stream, np.array([nodes]), np.array([edges]))
    if rows.count == 0:
        raise InputError(f"{path}: no edges found, there are only comments, blank lines or a header")
    graph = _graph_of_rows(rows, folder, memory)
    with path.open("rb") as stored:
        digest = hashlib.file_digest(stored, "sha256").hexdigest()
    return replace(graph, name=str(path), sha256=digest)


def _left(memory: int) -> int:
    """Return what is left of a limit of the process's memory, or as little as is of use."""
    return max(memory - resident_bytes(), _LEAST)


def _add(rows: _Rows, stream: IO[bytes], tail: Numbers, head: Numbers) -> None:
    np.column_stack([tail, head]).astype("<i8", copy=False).tofile(stream)
    rows.count += len(tail)
    rows.ids = distinct(np.concatenate([rows.ids, distinct(np.concatenate([tail, head]))]))


def _pieces(path: Path, size: int) -> Iterator[tuple[bytes, int]]:
    """Yield pieces of the text that end with a line, and how many bytes of the file were read."""
    rest = b""
    with path.open("rb") as stored, _opened(stored) as stream:
        try:
            while piece := stream.read(size):
                rest += piece
                cut = rest.rfind(b"\n") + 1
                if cut:
                    yield rest[:cut], stored.tell()
                    rest = rest[cut:]
        except (EOFError, lzma.LZMAError, OSError) as error:
            raise InputError(f"{path}: the compressed data is damaged or truncated ({error})") from error
        if rest:
            yield rest, stored.tell()


def _opened(stored: IO[bytes]) -> IO[bytes]:
    start = stored.read(6)
    stored.seek(0)
    if start.startswith(b"\x1f\x8b"):
        return cast("IO[bytes]", gzip.GzipFile(fileobj=stored))
    if start.startswith(b"BZh"):
        return cast("IO[bytes]", bz2.BZ2File(stored))
    if start.startswith(b"\xfd7zXZ\x00"):
        return cast("IO[bytes]", lzma.LZMAFile(stored))
    if start.startswith(b"\x28\xb5\x2f\xfd"):
        return cast(
            "IO[bytes]", zstandard.ZstdDecompressor().stream_reader(stored, read_across_frames=True, closefd=False)
        )
    return stored


def _graph_of_rows(rows: _Rows, folder: Path, memory: int) -> Graph:
    ids, count = rows.ids, len(rows.ids)
    if count >= 2**31:
        raise InputError(f"{count} vertices are too many: at most 2^31 - 1 can be indexed")
    compact = int(ids[0]) == 0 and int(ids[-1]) == count - 1
    runs, loops = _sorted_runs(rows, None if compact else ids, folder, _left(memory) // _PAIR_BYTES)
    rows.pairs.unlink()
    degrees, target = np.zeros(count, np.int64), folder / "indices"
    with target.open("wb") as stream:
        for low, high in pairwise(_range_ends(runs, _left(memory) // _MERGE_BYTES, count)):
            keys = distinct(np.concatenate([run.between(low, high) for run in runs]))
            row, column = np.divmod(keys, count)
            if len(row):
                # Rows of a range are next to each other.
                degrees[row[0] : row[-1] + 1] += np.bincount(row - row[0])
            column.astype("<i4").tofile(stream)
    entries = int(degrees.sum())
    for run in runs:
        run.path.unlink()
    indices = np.memmap(target, "<i4", "r", shape=(entries,)).view(np.ndarray) if entries else np.zeros(0, np.int32)
    dropped = Dropped(
        loops, rows.count - loops - entries // 2, header_lines=rows.header_lines, comment_lines=rows.comment_lines
    )
    indptr = np.concatenate([[0], np.cumsum(degrees)])
    return Graph(indptr, indices, None, None if compact else ids, dropped=dropped)


@dataclass(frozen=True)
class _Run:
    """Sorted keys in a file: read where they are wanted, as pages of a map would count as memory of the process."""

    path: Path
    count: int
    samples: Numbers  # every so many keys
    step: int

    def between(self, low: int, high: int) -> Numbers:
        """Return the keys from `low` on and below `high`."""
        first, last = (int(np.searchsorted(self.samples, key)) for key in (low, high))
        start, stop = max(first - 1, 0) * self.step, min(last * self.step, self.count)
        if stop <= start:
            return np.zeros(0, np.int64)
        keys = np.fromfile(self.path, np.int64, stop - start, offset=8 * start)
        return keys[np.searchsorted(keys, low) : np.searchsorted(keys, high)]


def _sorted_runs(rows: _Rows, ids: Numbers | None, folder: Path, size: int) -> tuple[list[_Run], int]:
    """Write sorted runs of row * count + column in both directions; return them and the number of loops."""
    runs, loops, count = [], 0, len(rows.ids)
    for number, start in enumerate(range(0, rows.count, size)):
        part = np.fromfile(rows.pairs, "<i8", 2 * min(size, rows.count - start), offset=16 * start).reshape(-1, 2)
        tail, head = part.T if ids is None else np.searchsorted(ids, part.T)
        proper = tail != head
        loops += len(tail) - int(np.count_nonzero(proper))
        tail, head = tail[proper], head[proper]
        keys = distinct(np.concatenate([tail * count + head, head * count + tail]))
        path, step = folder / f"run{number}", max(1, size // _SAMPLES)
        keys.tofile(path)
        runs.append(_Run(path, len(keys), keys[::step].copy(), step))
    return runs, loops


def _range_ends(runs: list[_Run], size: int, count: int) -> list[int]:
    """Return ends of ranges that hold about so many keys of all runs; every row is in one range."""
    samples = np.sort(np.concatenate([run.samples for run in runs]))
    every = max(1, size // max(run.step for run in runs))
    inner = samples[every::every] // count * count
    ends: list[int] = distinct(np.concatenate([[0], inner, [count * count]])).tolist()
    return ends
