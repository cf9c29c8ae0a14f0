"""Edge lists larger than memory, sorted on disk (external merge sort).

Rows of integers are stored on disk as pairs, and their ids kept in memory; pairs are sorted into runs of both
directions of every edge, one 64-bit key each; merging the runs, one range of vertices after the other, gives the
pattern of the graph.
"""

from __future__ import annotations

import hashlib
import lzma
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from typing import IO

import numpy as np

from graphspec._typing import Progress, Vertices
from graphspec.arrays import distinct
from graphspec.errors import InputError
from graphspec.graphs import Dropped, Graph
from graphspec.machine import resident_bytes
from graphspec.options import Number, Options, option
from graphspec.readwrite.arrow import is_table_file, open_table
from graphspec.readwrite.arrow_edges import chosen_columns, edges_of_columns
from graphspec.readwrite.cleaning import text_of
from graphspec.readwrite.compression import decompressing
from graphspec.readwrite.dense import refuse_dense_matrix, refuse_other_tables
from graphspec.readwrite.detection import FirstRow
from graphspec.readwrite.edges import Edges
from graphspec.readwrite.encoding import plain_lines
from graphspec.readwrite.graph_formats import format_of
from graphspec.readwrite.parsing import parse_table, remark_on_matrix, remarks_on_sizes
from graphspec.readwrite.reading import DEFAULT_READING, Reading
from graphspec.readwrite.recognition import refuse_foreign_text
from graphspec.readwrite.table import Table
from graphspec.readwrite.text import Text


@dataclass(frozen=True, kw_only=True)
class SortSettings(Options):
    """Settings of sorting on disk.

    Attributes
    ----------
    least_memory
        Smallest number of bytes to work with: smaller pieces would take longer and save nothing.
    text_share
        Inverse share of the memory for a piece of text; parsing takes the other memory.
    row_bytes
        Bytes of a row while a run is sorted: six times two 64-bit numbers, for the pair, the indices of its ends, the
        same without self-loops, the keys of both directions, these in one array, and the sorted array.
    entry_bytes
        Bytes of an entry while runs are merged: its key as read, joined with those of other runs, and sorted; row and
        column twice.
    samples
        Number of keys of a run that are kept in memory, to locate others.
    """

    least_memory: int = option(8 << 20, Number(1, integer=True), "Bytes to work with at least.")
    text_share: int = option(24, Number(1, integer=True), "Share of the memory that a piece of text takes.")
    row_bytes: int = option(96, Number(1, integer=True), "Bytes that a row takes while a run is sorted.")
    entry_bytes: int = option(64, Number(1, integer=True), "Bytes that an entry takes while runs are merged.")
    samples: int = option(4096, Number(1, integer=True), "Keys of a run that are kept in memory.")

    def free_bytes(self, memory: int) -> int:
        """Return the bytes to work with within a limit of the process's memory."""
        return max(memory - resident_bytes(), self.least_memory)


DEFAULT_SETTINGS = SortSettings()


def read_large_edges(
    path: Path,
    folder: Path,
    memory: int,
    reading: Reading = DEFAULT_READING,
    *,
    progress: Progress | None = None,
    settings: SortSettings = DEFAULT_SETTINGS,
) -> Graph:
    """Read an unweighted edge list with integer ids, within a memory limit plus about 40 bytes for every vertex.

    Parameters
    ----------
    path
        The file, plain or compressed.
    folder
        Folder for temporary files, up to 32 bytes for a row; the pattern of the graph is mapped from it.
    memory
        Memory limit of the process in bytes.
    reading
        Options of reading, without weights; a first row with the numbers of vertices and edges is detected as well.
    progress
        Callback for the number of bytes of the file that have been read, and their total.
    settings
        Settings of sorting on disk.

    Returns
    -------
    Graph
        The graph that :func:`graphspec.read_edges` returns, with `indices` in a file of the folder.

    Raises
    ------
    InputError
        If the source is not a file, cannot be read, or its ids are not integers; or if weights are requested.
    """
    if not path.is_file():
        raise InputError(f"{path}: a limit of memory needs a file that is read piece by piece")
    if reading.weighted:
        raise InputError(f"{path}: weights cannot be read within a limit of memory")
    piece_bytes = settings.free_bytes(memory) // settings.text_share
    collect = _collect_rows if is_table_file(path) else _collect_pairs
    pairs = collect(path, folder / "pairs", piece_bytes, reading, progress)
    if pairs.count == 0:
        raise InputError(f"{path}: no edges found, there are only comments, blank lines or a header")
    graph = _graph_of_pairs(pairs, folder, memory, settings)
    with path.open("rb") as stored:
        digest = hashlib.file_digest(stored, "sha256").hexdigest()
    return replace(graph, name=str(path), sha256=digest)


@dataclass
class _Pairs:
    """Ends of all rows as pairs of 64-bit integers in a file.

    Attributes
    ----------
    path
        The file.
    ids
        The distinct ids so far, in increasing order.
    count
        Number of pairs.
    comment_lines, header_lines, missing_values
        Numbers of lines that are not edges.
    remarks
        What was guessed.
    """

    path: Path
    ids: Vertices = field(default_factory=lambda: np.zeros(0, np.int64))
    count: int = 0
    comment_lines: int = 0
    header_lines: int = 0
    missing_values: int = 0
    remarks: tuple[str, ...] = ()

    def add(self, stream: IO[bytes], tail: Vertices, head: Vertices) -> None:
        """Append pairs to the file, which is open as `stream`."""
        np.column_stack([tail, head]).astype("<i8", copy=False).tofile(stream)
        self.count += len(tail)
        self.ids = distinct(np.concatenate([self.ids, distinct(np.concatenate([tail, head]))]))

    def count_rows(self, edges: Edges) -> None:
        """Add the numbers of lines that are not edges, and remarks of a kind that no piece had before."""
        self.missing_values += edges.missing_values
        self.header_lines += edges.header_lines
        said = {re.sub("[0-9]+", "", remark) for remark in self.remarks}
        self.remarks += tuple(remark for remark in edges.remarks if re.sub("[0-9]+", "", remark) not in said)

    def read(self, start: int, count: int) -> Vertices:
        """Return tails and heads of up to `count` pairs, shape (2, pairs)."""
        count = min(count, self.count - start)
        return np.fromfile(self.path, "<i8", 2 * count, offset=16 * start).reshape(-1, 2).T

    def pieces(self, step: int = 1 << 20) -> Iterator[Vertices]:
        """Yield tails and heads of all pairs, a million at a time."""
        for first in range(0, self.count, step):
            yield self.read(first, step)

    def are_neighbours(self, samples: int = 1000) -> bool:
        """Return whether row i holds the neighbours of vertex i, as METIS writes cycles: a has i where i has a."""
        if len(self.ids) == 0 or self.ids[0] != 1 or self.ids[-1] != self.count or len(self.ids) != self.count:
            return False
        rows = np.memmap(self.path, "<i8", "r", shape=(self.count, 2))
        numbers = np.linspace(0, self.count - 1, min(samples, self.count), dtype=np.int64)
        return bool((rows[rows[numbers] - 1] == numbers[:, None, None] + 1).any(axis=2).all())


@dataclass(frozen=True)
class _Sizes:
    """First row of numbers, which may be those of the vertices and of the rows below, or the sizes of a matrix.

    Attributes
    ----------
    name
        Name of the file in messages.
    numbers
        The numbers.
    ends
        Those in the columns of an edge.
    error
        Error to raise if they are an edge, which the rows below show to lack a column; otherwise None.
    """

    name: str
    numbers: tuple[int, ...]
    ends: tuple[int, ...]
    error: InputError | None

    @classmethod
    def of(cls, table: Table) -> _Sizes:
        """Return the first row of a table."""
        width = max(table.width, len(table.sample[1]) if table.reading.columns is None else 0)
        numbers = tuple(map(int, table.sample[0]))
        expected = f"{width} columns, as there are below"
        wrong = width != len(numbers) if table.reading.columns is None else width > len(numbers)
        error = table.text.error(0, expected) if wrong else None
        return cls(table.text.name, numbers, tuple(map(int, table.ends_of(table.sample[0]))), error)

    def settle(self, pairs: _Pairs, stream: IO[bytes]) -> None:
        """Count the row as a header of the pairs below, or add it to them as an edge."""
        stream.flush()
        if self._are_those_of(pairs):
            pairs.header_lines += 1
            if len(self.numbers) > 2:
                remarks: tuple[str, ...] = (remark_on_matrix(self.name, self.numbers),)
            else:
                remarks = remarks_on_sizes(" ".join(map(str, self.numbers)), self.numbers, pairs.pieces())
            pairs.remarks = (*pairs.remarks, *remarks)
        elif self.error is not None:
            raise self.error
        else:
            pairs.add(stream, np.array([self.ends[0]]), np.array([self.ends[1]]))

    def _are_those_of(self, pairs: _Pairs) -> bool:
        """Return whether the numbers are the sizes of the pairs below."""
        *num_nodes, num_rows = self.numbers
        if pairs.count == 0 or num_rows != pairs.count:
            return False
        if len(num_nodes) == 1:
            return num_nodes[0] >= len(pairs.ids)
        last = np.max([piece.max(axis=1) for piece in pairs.pieces()], axis=0)
        return int(pairs.ids[0]) >= 0 and bool((last <= num_nodes).all())


def _first_table(text: Text, reading: Reading) -> Table:
    """Return the table of the first piece, which is refused if it is not that of an edge list."""
    if text.lists:
        raise InputError(f"{text.name}: adjacency lists cannot be read within a limit of memory")
    table = Table.of(text, reading)
    if table.sample and reading.columns is None:
        refuse_dense_matrix(text, table.sample)
        refuse_other_tables(text, table.sample)
    return table


def _collect_pairs(path: Path, target: Path, size: int, reading: Reading, progress: Progress | None) -> _Pairs:
    """Parse a file piece by piece, and write the ends of its rows to another file."""
    pairs = _Pairs(target)
    name = str(path)
    sizes: _Sizes | None = None
    table: Table | None = None
    lines_above = 0
    with target.open("wb") as stream:
        for number, (piece, done) in enumerate(_pieces(path, size)):
            lines = plain_lines(piece, name, reading.encoding)
            if number == 0:
                _refuse_other_formats(lines, name, reading)
            text = replace(text_of(lines, name, reading), lines_above=lines_above)
            lines_above += lines.count(b"\n")
            pairs.comment_lines += text.comment_lines
            if text.start == len(text.data):
                continue
            # The format of the rows is that of the first piece.
            table = _first_table(text, reading) if table is None else table.continued(text)
            if table.two_sets is not None:
                raise InputError(f"{name}: two sets of vertices cannot be read within a limit of memory")
            if table.first_row is FirstRow.SIZES:
                # Whether the first row counts vertices and edges is known at the end of the file.
                sizes = _Sizes.of(table)
                table = table.below_first_row()
            edges = parse_table(table)
            if edges.labels is not None:
                raise InputError(f"{name}: ids that are no integers cannot be read within a limit of memory")
            pairs.count_rows(edges)
            pairs.add(stream, edges.tail, edges.head)
            if progress is not None:
                progress(done, path.stat().st_size)
        if sizes is not None:
            sizes.settle(pairs, stream)
    if sizes is not None and pairs.header_lines and pairs.are_neighbours():
        raise InputError(f"{name}: METIS cannot be read within a limit of memory")
    return pairs


def _collect_rows(path: Path, target: Path, size: int, reading: Reading, progress: Progress | None) -> _Pairs:
    """Write the ends of the rows of a table to another file, some rows at a time."""
    pairs, table, done = _Pairs(target), open_table(path, str(path)), 0
    used, remarks = chosen_columns(table, reading)
    pairs.remarks = remarks
    with target.open("wb") as stream:
        # A row takes two numbers of 64 bits, once as read and once as ids.
        for piece in table.pieces(used, max(1, size // 32)):
            edges = edges_of_columns(piece, (0, 1), reading)
            if edges.labels is not None:
                raise InputError(f"{path}: ids that are no integers cannot be read within a limit of memory")
            pairs.count_rows(edges)
            pairs.add(stream, edges.tail, edges.head)
            done += piece.num_rows
            if progress is not None:
                total = path.stat().st_size
                progress(total * done // table.num_rows, total)
    return pairs


def _refuse_other_formats(lines: bytes, name: str, reading: Reading) -> None:
    """Refuse content that is not an edge list, by its first lines."""
    refuse_foreign_text(lines, name)
    other = "Matrix Market" if lines[:14].lstrip(b"%").lower().startswith(b"matrixmarket") else format_of(lines, name)
    other = "a dense matrix" if reading.matrix else other
    if other is not None:
        raise InputError(f"{name}: {other} cannot be read within a limit of memory")


def _pieces(path: Path, size: int) -> Iterator[tuple[bytes, int]]:
    """Yield pieces of the text that end with a line, and how many bytes of the file were read."""
    unfinished = b""
    with path.open("rb") as stored, decompressing(stored) as stream:
        try:
            while block := stream.read(size):
                unfinished += block
                end = unfinished.rfind(b"\n") + 1
                if end:
                    yield unfinished[:end], stored.tell()
                    unfinished = unfinished[end:]
        except (EOFError, OSError, zlib.error, lzma.LZMAError) as error:
            raise InputError(f"{path}: the compressed data is damaged or truncated ({error})") from error
        if unfinished:
            yield unfinished, stored.tell()


def _graph_of_pairs(pairs: _Pairs, folder: Path, memory: int, settings: SortSettings) -> Graph:
    """Sort pairs in runs, and merge these row by row into the indices of a graph."""
    ids, count = pairs.ids, len(pairs.ids)
    if count >= 2**31:
        raise InputError(f"{count} vertices are too many: at most 2^31 - 1 can be indexed")
    consecutive = int(ids[0]) == 0 and int(ids[-1]) == count - 1
    labels = None if consecutive else ids
    num_rows = settings.free_bytes(memory) // settings.row_bytes
    runs, self_loops = _sorted_runs(pairs, labels, folder, num_rows, settings.samples)
    pairs.path.unlink()
    degrees, target = np.zeros(count, np.int64), folder / "indices"
    with target.open("wb") as stream:
        for low, high in pairwise(_range_ends(runs, settings.free_bytes(memory) // settings.entry_bytes, count)):
            # Both directions of an edge may be in several runs: duplicates are dropped here.
            keys = distinct(np.concatenate([run.between(low, high) for run in runs]))
            row, column = np.divmod(keys, count)
            if len(row):
                # Rows of a range are next to each other.
                degrees[row[0] : row[-1] + 1] += np.bincount(row - row[0])
            column.astype("<i4").tofile(stream)
    num_entries = int(degrees.sum())
    for run in runs:
        run.path.unlink()
    indices = np.zeros(0, np.int32)
    if num_entries:
        indices = np.memmap(target, "<i4", "r", shape=(num_entries,)).view(np.ndarray)
    dropped = Dropped(
        self_loops,
        pairs.count - self_loops - num_entries // 2,
        header_lines=pairs.header_lines,
        comment_lines=pairs.comment_lines,
        missing_values=pairs.missing_values,
    )
    indptr = np.concatenate([[0], np.cumsum(degrees)])
    return Graph(indptr, indices, None, labels, dropped=dropped, remarks=pairs.remarks)


@dataclass(frozen=True)
class _Run:
    """Sorted keys in a file.

    Keys are read on demand: pages of a mapped file would count as memory of the process.

    Attributes
    ----------
    path
        The file.
    count
        Number of keys.
    samples
        Keys whose positions are multiples of `step`.
    step
        Distance of samples.
    """

    path: Path
    count: int
    samples: Vertices
    step: int

    def between(self, low: int, high: int) -> Vertices:
        """Return the keys from `low` on and below `high`."""
        first, last = (int(np.searchsorted(self.samples, key)) for key in (low, high))
        start, stop = max(first - 1, 0) * self.step, min(last * self.step, self.count)
        if stop <= start:
            return np.zeros(0, np.int64)
        keys = np.fromfile(self.path, np.int64, stop - start, offset=8 * start)
        return keys[np.searchsorted(keys, low) : np.searchsorted(keys, high)]


def _sorted_runs(
    pairs: _Pairs, labels: Vertices | None, folder: Path, size: int, samples: int
) -> tuple[list[_Run], int]:
    """Write sorted runs of keys row * count + column, in both directions; return them and the number of self-loops."""
    runs, self_loops, count = [], 0, len(pairs.ids)
    for number, start in enumerate(range(0, pairs.count, size)):
        ends = pairs.read(start, size)
        tail, head = ends if labels is None else np.searchsorted(labels, ends)
        proper = tail != head
        self_loops += len(tail) - int(np.count_nonzero(proper))
        tail, head = tail[proper], head[proper]
        keys = distinct(np.concatenate([tail * count + head, head * count + tail]))
        path, step = folder / f"run{number}", max(1, size // samples)
        keys.tofile(path)
        runs.append(_Run(path, len(keys), keys[::step].copy(), step))
    return runs, self_loops


def _range_ends(runs: list[_Run], size: int, count: int) -> list[int]:
    """Return the ends of ranges of whole rows that hold about `size` keys of all runs."""
    samples = np.sort(np.concatenate([run.samples for run in runs]))
    stride = max(1, size // max(run.step for run in runs))
    inner = samples[stride::stride] // count * count
    ends: list[int] = distinct(np.concatenate([[0], inner, [count * count]])).tolist()
    return ends
