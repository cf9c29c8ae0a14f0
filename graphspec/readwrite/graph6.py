"""Graphs in graph6, sparse6 and digraph6, with or without the header that names the format.

A line holds the number of vertices n and bits, six in each character from ``?`` to ``~``: those of the matrix above its
diagonal (graph6), of the whole matrix (digraph6, behind ``&``), or of a list of edges (sparse6, behind ``:``).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import PurePath
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphspec._typing import Vertices
from graphspec.errors import InputError
from graphspec.graphs import Graph
from graphspec.readwrite.edges import Edges, graph_of_edges

_HEADER = re.compile(rb">>(graph6|sparse6|digraph6)<<")
_SUFFIXES = {".g6": "graph6", ".s6": "sparse6", ".d6": "digraph6"}
_PACKED = {".gz", ".bz2", ".xz", ".zst", ".txt"}
_LINE = re.compile(rb"[:&;]?[?-~]+")
_HEAD_BYTES = 1 << 16
_WORD = re.compile(rb"[:&]?[A-Za-z]{1,8}")  # short words of letters may have the right length by chance

Sparse6 = Callable[[bytes], Vertices]


def graph6_of(data: bytes, name: str) -> str | None:
    """Return which of the formats a text is in, by its header, the suffix of its name, or all of its lines.

    Without a header and a suffix, every line has to be a graph of exactly the length that its first character asks for,
    and the bits that fill up the last one 0. Short words of letters, which may be so by chance, are no evidence.

    Parameters
    ----------
    data
        The text, or its beginning.
    name
        Name of the file.
    """
    if (header := _HEADER.match(data)) is not None:
        return header[1].decode()
    start = data[:_HEAD_BYTES].lstrip()
    if _LINE.fullmatch(start.partition(b"\n")[0].strip()) is None:
        return None
    lines = start.split()
    if not all(map(_LINE.fullmatch, lines)):
        return None
    if _is_named(name):
        return _form_of(lines[0])
    complete = lines if len(data) <= _HEAD_BYTES else lines[:-1]  # the last one may go on
    if not all(map(_is_graph, complete or [data.strip()])) or all(map(_WORD.fullmatch, lines)):
        return None
    forms = {_form_of(line) for line in lines}
    return forms.pop() if len(forms) == 1 else None


def graph_of_graph6(
    data: bytes, name: str, form: str, sparse6: Sparse6, *, weighted: bool, file: str | None = None
) -> Graph:
    """Build the graph of a text in one of the formats.

    Parameters
    ----------
    data
        The text.
    name
        Name in messages.
    form
        The format.
    sparse6
        Function from a line in sparse6 to the ends of edges, shape (number of edges, 2).
    weighted
        Whether weights are asked for, of which there are none: each edge counts 1.
    file
        Name of the file, where it is not `name`.

    Raises
    ------
    InputError
        If there are several graphs, or the only one is damaged.
    """
    header = _HEADER.match(data)
    lines = data[header.end() if header else 0 :].split()
    if len(lines) != 1:
        raise InputError(f"{name}: expected one graph, found {len(lines)} in {form}: write each to a file of its own")
    (line,) = lines
    if line.startswith(b";"):
        raise InputError(f"{name}: expected a graph, found a change of the one before it (incremental sparse6)")
    try:
        num_nodes, _ = _size(line)
        ends = sparse6(line) if form == "sparse6" else _dense_ends(line)
    except (ValueError, IndexError) as error:
        raise InputError(f"{name}: expected a graph in {form}, which cannot be read ({error})") from error
    named = header or _is_named(file or name)
    remarks = [] if named else [f"took the line for a graph in {form} (no header names the format)"]
    remarks += ["no edge has a weight: each counts 1"] if weighted and len(ends) else []
    weights = np.ones(len(ends)) if weighted else None
    edges = Edges(ends[:, 0], ends[:, 1], weights, np.arange(num_nodes), remarks=tuple(remarks))
    return graph_of_edges(edges, name, 0) if num_nodes else Graph.from_edges([], [], num_nodes=0, name=name)


def graphs_of_graph6(data: bytes, name: str, sparse6: Sparse6) -> list[Graph] | None:
    """Build the graphs of a text with one of them in every line; None for any other text.

    Parameters
    ----------
    data
        The text.
    name
        Name of the file; a graph is named after it and its number from 1 on.
    sparse6
        Function from a line in sparse6 to the ends of edges, shape (number of edges, 2).

    Raises
    ------
    InputError
        If a graph is damaged.
    """
    if graph6_of(data, name) is None:
        return None
    header = _HEADER.match(data)
    lines = data[header.end() if header else 0 :].split()
    graphs = []
    for number, line in enumerate(lines, 1):
        graph = graph_of_graph6(line, f"{name}:{number}", _form_of(line), sparse6, weighted=False, file=name)
        graphs.append(replace(graph, sha256=hashlib.sha256(line).hexdigest()))
    return graphs


def refuse_word(row: str, name: str) -> None:
    """Refuse a text of one row that may be a graph.

    Raises
    ------
    InputError
        If the row has the length of a graph in one of the formats.
    """
    line = row.strip().encode()
    if _LINE.fullmatch(line) and _is_graph(line):
        form = _form_of(line)
        suffix = next(suffix for suffix, other in _SUFFIXES.items() if other == form)
        raise InputError(
            f"{name}: expected an edge list, found one word, which may be a graph in {form}: if so, write >>{form}<< "
            f"before it, or name the file {suffix}"
        )


def _is_named(name: str) -> bool:
    suffixes = [suffix for suffix in PurePath(name.lower()).suffixes if suffix not in _PACKED]
    return bool(suffixes) and suffixes[-1] in _SUFFIXES


def _form_of(line: bytes) -> str:
    return {b":": "sparse6", b";": "sparse6", b"&": "digraph6"}.get(line[:1], "graph6")


def _is_graph(line: bytes) -> bool:
    """Return whether a line has the length of a graph, and fills up its last character with bits 0."""
    try:
        num_nodes, rest = _size(line)
        if _form_of(line) == "sparse6":
            return num_nodes > 1 and len(rest) > 0
        return _bits(rest, _num_bits(line, num_nodes)) is not None
    except (ValueError, IndexError):
        return False


def _size(line: bytes) -> tuple[int, bytes]:
    """Return the number of vertices, and the characters behind it."""
    body = line[1:] if line[:1] in (b":", b"&") else line
    codes = [code - 63 for code in body[:8]]
    if not codes or min(codes) < 0 or max(codes) > 63:
        raise ValueError("a character is none of the format")
    start, stop = (0, 1) if codes[0] < 63 else (1, 4) if codes[1] < 63 else (2, 8)
    if len(codes) < stop:
        raise ValueError("it is truncated")
    number = 0
    for code in codes[start:stop]:
        number = 64 * number + code
    return number, body[stop:]


def _num_bits(line: bytes, num_nodes: int) -> int:
    return num_nodes**2 if line[:1] == b"&" else num_nodes * (num_nodes - 1) // 2


def _bits(rest: bytes, count: int) -> NDArray[Any]:
    if len(rest) != -(-count // 6):
        raise ValueError(f"it should have {-(-count // 6)} characters behind the number of vertices, not {len(rest)}")
    codes = np.frombuffer(rest, np.uint8) - np.uint8(63)
    if (codes > 63).any():
        raise ValueError("a character is none of the format")
    bits = np.unpackbits(codes[:, None], axis=1)[:, 2:].ravel()
    if bits[count:].any():
        raise ValueError("its last character has bits behind the end")
    return bits[:count]


def _dense_ends(line: bytes) -> Vertices:
    """Return the ends of the edges in graph6 or digraph6, shape (number of edges, 2)."""
    num_nodes, rest = _size(line)
    places = np.flatnonzero(_bits(rest, _num_bits(line, num_nodes)))
    if line[:1] == b"&":
        return np.column_stack(np.divmod(places, num_nodes))
    # Column j of the part above the diagonal begins at bit j (j - 1) / 2.
    starts = np.arange(num_nodes + 1) * (np.arange(num_nodes + 1) - 1) // 2
    column = np.searchsorted(starts, places, side="right") - 1
    return np.column_stack([places - starts[column], column])
