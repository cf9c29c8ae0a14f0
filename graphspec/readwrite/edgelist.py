"""Reading and writing edge lists, and writing labels of vertices."""

from __future__ import annotations

import contextlib
import csv
import hashlib
import io
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from graphspec._typing import Progress
from graphspec.errors import InputError
from graphspec.files import write_atomically
from graphspec.graphs import Graph
from graphspec.readwrite.archives import unpacked
from graphspec.readwrite.arrow import is_table_file, joined_tables, open_table, parquet_of_rows, table_format
from graphspec.readwrite.arrow_edges import edges_of_table
from graphspec.readwrite.blanks import INVISIBLE
from graphspec.readwrite.cleaning import text_of
from graphspec.readwrite.compression import compressing, decompressed
from graphspec.readwrite.dense import graph_of_dense_matrix
from graphspec.readwrite.edge_arrays import graph_of_array_file
from graphspec.readwrite.edges import graph_of_edges
from graphspec.readwrite.encoding import plain_lines
from graphspec.readwrite.graph_formats import graph_of_format
from graphspec.readwrite.matrices import graph_of_matrix_file
from graphspec.readwrite.parsing import parse_edges
from graphspec.readwrite.parts import OgbFolder, are_tables, joined_texts, ogb_folder, parts_of
from graphspec.readwrite.reading import EDGE_LIST_OPTIONS, Reading
from graphspec.readwrite.recognition import refuse_foreign_bytes, refuse_foreign_text
from graphspec.readwrite.text import excerpt

_UNREADABLE = re.compile(rf'["{{\t]|^[#%,;]|[,;:]$|^//+(?:\s|$)|[ ][#%]|^{INVISIBLE}|{INVISIBLE}$')


def read_edges(
    source: str | Path | IO[bytes],
    reading: Reading | None = None,
    *,
    name: str | None = None,
    progress: Progress | None = None,
    **options: Any,
) -> Graph:
    r"""Read an undirected simple graph from an edge list, a table, a matrix, or a file of another graph program.

    The format is detected from the content: an edge list in text, Parquet, Feather, Arrow, Matrix Market, MATLAB, scipy
    sparse .npz, a numpy array of two rows or columns of vertices, GraphML, GEXF, GML, Pajek, graph6, METIS, DIMACS, SIF
    or TGF, compressed by gzip, bzip2, xz or zstd, or in a zip or tar archive, alone there or named by `member`. A
    folder or a pattern of the shell stands for all its files, the parts of one list, as Spark and Dask write them.
    In an edge list, both directions are united, duplicates merged, self-loops dropped, and their numbers recorded in
    ``Graph.dropped``; what was guessed is in ``Graph.remarks``.

    Parameters
    ----------
    source
        A path, a folder, a pattern, ``"-"`` for standard input, or a binary file object.
    reading
        Options of reading; they can also be given by name, as `options`.
    name
        Name of the graph in reports and errors; by default the path as given.
    progress
        Callback for the number of bytes of an edge list that have been parsed, and their total.
    **options
        Fields of :class:`graphspec.readwrite.reading.Reading`: `delimiter`, `columns`, `comment`, `header`, `missing`,
        `encoding`, `matrix`, `member` and `weighted`.

    Returns
    -------
    Graph
        Its labels are the original ids in increasing order, or None when these are 0 to n - 1.

    Raises
    ------
    InputError
        If the source cannot be read as a graph; the message names file, line, what was found and what was expected.
    ParameterError
        If an option is unknown or has a wrong form.

    Examples
    --------
    >>> import io
    >>> graph = read_edges(io.BytesIO(b"source,target\nann,bob\nbob,ann\nbob,eve\n"), name="friends")
    >>> graph
    Graph('friends', 3 vertices, 2 edges)
    >>> graph.labels.tolist(), graph.dropped.duplicate_edges, graph.dropped.header_lines
    (['ann', 'bob', 'eve'], 1, 1)
    >>> read_edges(io.BytesIO(b"0;1;0.5\n1;2;4\n"), delimiter=";", weighted=True).degrees
    array([0.5, 4.5, 4. ])
    """
    reading = Reading.of(**options) if reading is None else reading.changed(**options)
    if isinstance(source, str | Path) and source != "-":
        graph = _graph_of_parts(source, reading, str(source) if name is None else name, progress)
        if graph is not None:
            return graph
    stored, name = stored_bytes(source, name)
    # The checksum is computed in another thread while rows are parsed: neither holds the interpreter lock.
    pool = ThreadPoolExecutor(1)
    digest = pool.submit(hashlib.sha256, stored)
    pool.shutdown(wait=False)
    content, member = unpacked(decompressed(stored, name), name, reading.member)
    content = content if member is None else decompressed(content, name)
    del stored
    graph, form = _graph_of_binary(content, name, reading)
    if graph is None:
        build, form = _parsed(content, name, reading, member, progress)
        del content  # the edges alone stay in memory while the graph is built
        graph = build()
    remarks = graph.remarks if member is None else (f"read {member} from the archive", *graph.remarks)
    if reading.member is not None and member is None:
        remarks = (*remarks, "left member out, which is for archives")
    if form is not None:
        remarks = (*remarks, *_unused(reading, form))
    return replace(graph, name=name, sha256=digest.result().hexdigest(), remarks=remarks)


def _graph_of_binary(content: bytes, name: str, reading: Reading) -> tuple[Graph | None, str | None]:
    """Build the graph of a table, an array or a matrix file; return it with what the file is, or None for any other.

    Raises
    ------
    InputError
        If the file is damaged, or of a format that is not read.
    """
    if table_format(content[:8]) is not None:
        return graph_of_edges(edges_of_table(open_table(content, name), reading), name, 0), "a table"
    for form, build in (("an array of edges", graph_of_array_file), ("a matrix file", graph_of_matrix_file)):
        graph = build(content, name, reading.weighted)
        if graph is not None:
            return graph, form
    refuse_foreign_bytes(content, name)
    return None, None


def _parsed(
    content: bytes, name: str, reading: Reading, member: str | None, progress: Progress | None
) -> tuple[Callable[[], Graph], str | None]:
    """Parse a text; return what builds its graph, and the name of its format, None for an edge list.

    Raises
    ------
    InputError
        If the text is not one of a graph.
    """
    content = plain_lines(content, name, reading.encoding)
    if not reading.matrix:
        graph, form = graph_of_format(content, name, weighted=reading.weighted, file=member)
        if graph is not None:
            return partial(replace, graph), form
    refuse_foreign_text(content, name)
    text = replace(text_of(content, name, reading), progress=progress)
    del content
    if reading.matrix:
        return partial(graph_of_dense_matrix, text, reading), None
    edges, comment_lines = [parse_edges(text, reading)], text.comment_lines
    # Nothing holds the edges while the graph is built.
    return lambda: graph_of_edges(edges.pop(), name, comment_lines), None


_USED = {"a matrix file": {"member"}, "an array of edges": {"member"}, "a table": {"member", "columns", "missing"}}
"""Options of edge lists that another format uses; all others use those of text."""


def _unused(reading: Reading, form: str) -> tuple[str, ...]:
    """Return the remark on options that a format has no use for."""
    used = _USED.get(form, {"member", "encoding"})
    unused = [option for option in EDGE_LIST_OPTIONS if option in reading.given and option not in used]
    return (f"left {', '.join(unused)} out, which {form} has no use for",) if unused else ()


def _graph_of_parts(source: str | Path, reading: Reading, name: str, progress: Progress | None) -> Graph | None:
    """Read a folder, the files of a pattern, or a table, which need not be read whole; None for any other file.

    Raises
    ------
    InputError
        If the files are of several kinds, or cannot be read.
    """
    try:
        folder = ogb_folder(Path(source))
        if folder is not None:
            return _graph_of_ogb(folder, reading, name)
        parts = parts_of(source)
        if parts is None and not (Path(source).is_file() and is_table_file(Path(source))):
            return None
        paths = [Path(source)] if parts is None else parts
        if are_tables(paths, name):
            tables = [open_table(path, name if parts is None else str(path)) for path in paths]
            graph = graph_of_edges(edges_of_table(joined_tables(tables, name), reading), name, 0)
            graph = replace(graph, remarks=(*graph.remarks, *_unused(reading, "a table")))
        else:
            content = joined_texts(paths, reading, name)
            graph = read_edges(io.BytesIO(content), reading, name=name, progress=progress)
        checksum = _checksum(paths)
    except OSError as error:
        raise InputError(f"{name}: cannot be read ({error.strerror or error})") from error
    remarks = graph.remarks if len(paths) == 1 else (f"read {len(paths):,} files", *graph.remarks)
    return replace(graph, sha256=checksum, remarks=remarks)


def _graph_of_ogb(folder: OgbFolder, reading: Reading, name: str) -> Graph:
    """Read the edges of a folder of OGB, whose vertices need not have an edge."""
    content = decompressed(folder.edges.read_bytes(), str(folder.edges))
    edges = parse_edges(text_of(content, name, reading.changed(header=False)), reading.changed(header=False))
    last = max(int(edges.tail.max()), int(edges.head.max()))
    if edges.labels is not None or last >= folder.num_nodes or min(int(edges.tail.min()), int(edges.head.min())) < 0:
        raise InputError(f"{name}: expected vertices from 0 to {folder.num_nodes - 1:,} in {folder.edges.name}")
    graph = graph_of_edges(replace(edges, labels=np.arange(folder.num_nodes)), name, 0)
    return replace(graph, sha256=_checksum([folder.edges]))


def _checksum(paths: Sequence[Path]) -> str:
    """Return the SHA-256 checksum of the contents of files, one after the other."""
    digest = hashlib.sha256()
    for path in paths:
        with path.open("rb") as stream:
            while block := stream.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()


def stored_bytes(source: str | Path | IO[bytes], name: str | None) -> tuple[bytes, str]:
    """Return the bytes of a path, of standard input (``-``) or of a binary file object, and their name in messages.

    Raises
    ------
    InputError
        If the source cannot be read.
    """
    if isinstance(source, str | Path):
        name = str(source) if name is None else name
    elif name is None:
        own_name = getattr(source, "name", None)
        name = own_name if isinstance(own_name, str) else "input"
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


def write_edges(graph: Graph, path: str | Path | IO[bytes], *, comments: Sequence[str] = ()) -> None:
    """Write a graph as an edge list in the style of SNAP: comment lines, then one line for each edge.

    Vertices have the ids of the input. Isolated vertices are written as self-loops, so that :func:`read_edges` keeps
    them. Equal graphs give equal bytes.

    Parameters
    ----------
    graph
        The graph; its weights, if any, become the third column.
    path
        The file, which is compressed if the suffix is .gz, .bz2, .xz or .zst; or a binary file object.
    comments
        Comment lines to write first.

    Raises
    ------
    InputError
        If the file cannot be written, or an id is a text that could not be read back.

    Examples
    --------
    >>> import io
    >>> content = io.BytesIO()
    >>> write_edges(Graph.from_edges([0, 1], [1, 2], num_nodes=4), content)
    >>> print(content.getvalue().decode().expandtabs())
    # Nodes: 4 Edges: 2
    # FromNodeId    ToNodeId
    0       1
    1       2
    3       3
    <BLANKLINE>
    """
    ids = _writable_ids(graph, str(path))
    weighted = graph.weights is not None
    head = [f"# {line}" for comment in comments for line in comment.splitlines() or [""]]
    head += [f"# Nodes: {graph.num_nodes} Edges: {graph.num_edges}", "# FromNodeId\tToNodeId" + "\tWeight" * weighted]
    try:
        with contextlib.ExitStack() as stack:
            stream: IO[bytes] = stack.enter_context(Path(path).open("wb")) if isinstance(path, str | Path) else path
            if isinstance(path, str | Path):
                stream = stack.enter_context(compressing(stream, Path(path).suffix))
            stream.write("".join(f"{line}\n" for line in head).encode())
            for block in _edge_lines(graph, ids):
                stream.write(block.encode())
    except OSError as error:
        raise InputError(f"{path}: cannot be written ({error.strerror or error})") from error


def write_labels(graph: Graph, groups: NDArray[np.int64], path: str | Path) -> None:
    """Write one line for every vertex: its original id, a tab, and its group; rows of Parquet by the suffix .parquet.

    Vertices are in the order that the graph was read in. Several groups of a vertex are as many columns; in Parquet
    they are named group, group_2, and so on.

    Parameters
    ----------
    graph
        The graph.
    groups
        Number of the group of every vertex, shape (n,), or of the groups, shape (n, k).
    path
        The file.

    Raises
    ------
    InputError
        If the file cannot be written.
    """
    columns = np.atleast_2d(groups[graph.reading_order].T).tolist()
    rows = list(zip(graph.ids_as_read, *columns, strict=True))
    if Path(path).suffix == ".parquet":
        names = ["vertex", "group", *(f"group_{number}" for number in range(2, len(columns) + 1))]
        write_atomically(path, parquet_of_rows(names, rows, str(path)))
        return
    text = io.StringIO()
    csv.writer(text, delimiter="\t", lineterminator="\n").writerows(rows)
    write_atomically(path, text.getvalue().encode())


def _writable_ids(graph: Graph, name: str) -> list[str]:
    if graph.labels is None:
        return [str(index) for index in range(graph.num_nodes)]
    ids = [str(label) for label in graph.labels.tolist()]
    for text in ids if graph.labels.dtype.kind not in "iu" else ():
        # An id with a separator, a quotation mark, a comment mark or attributes would be read as something else.
        if not text or text != text.strip() or _UNREADABLE.search(text) or len(text.splitlines()) > 1:
            raise InputError(f"{name}: the id {excerpt(text)} cannot be written to an edge list")
    return ids


def _edge_lines(graph: Graph, ids: list[str], rows: int = 65536) -> Iterator[str]:
    """Yield blocks of lines, one line for every edge (low index first) and one for every isolated vertex."""
    tail = np.repeat(np.arange(graph.num_nodes), graph.num_neighbours)
    upper = np.flatnonzero(tail < graph.indices)
    for first in range(0, len(upper), rows):
        block = upper[first : first + rows]
        ends = zip(tail[block].tolist(), graph.indices[block].tolist(), strict=True)
        if graph.weights is None:
            yield "".join([f"{ids[low]}\t{ids[high]}\n" for low, high in ends])
        else:
            pairs = zip(ends, graph.weights[block].tolist(), strict=True)
            yield "".join([f"{ids[low]}\t{ids[high]}\t{weight!r}\n" for (low, high), weight in pairs])
    weight = "" if graph.weights is None else "\t1.0"
    yield "".join([f"{ids[v]}\t{ids[v]}{weight}\n" for v in np.flatnonzero(graph.num_neighbours == 0).tolist()])
