"""Graph files, which are mapped into memory in milliseconds: the arrays as they are used, and a description.

A file begins with eight bytes that identify the format; then come the arrays, each at a multiple of 64 bytes, a
description in JSON, its length in eight bytes, and the first eight bytes again. All numbers are little-endian.
"""

from __future__ import annotations

import json
import struct
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphspec.errors import InputError
from graphspec.files import Output
from graphspec.graphs import Dropped, Graph

MAGIC = b"\x93gsGRAPH"
VERSION = 2
"""Latest version of the format; files without an order of breadth-first search are of the first one."""

_ALIGNMENT = 64
_TAIL = struct.Struct("<Q8s")
_KINDS = {
    "indptr": "<i8",
    "indices": "<i4",
    "weights": "<f8",
    "ids": "<i8",
    "name_ends": "<i8",
    "names": "|u1",
    "numbers": "<i4",
}


def save_graph(graph: Graph, path: str | Path) -> int:
    """Write a graph to a file that :func:`open_graph` maps.

    Parameters
    ----------
    graph
        The graph.
    path
        The file, which is moved into place when it is complete.

    Returns
    -------
    int
        Size of the file in bytes.

    Raises
    ------
    InputError
        If the file cannot be written.
    """
    description: dict[str, Any] = {
        "version": 1 if graph.numbers is None else VERSION,
        "name": graph.name,
        "sha256": graph.sha256,
        "fingerprint": graph.fingerprint,
        "dropped": asdict(graph.dropped),
        "remarks": list(graph.remarks),
        "arrays": {},
    }
    with Output(str(path)) as output:
        output.write(MAGIC)
        place = len(MAGIC)
        for name, array in _arrays(graph).items():
            padding = -place % _ALIGNMENT
            output.write(bytes(padding))
            place += padding
            description["arrays"][name] = [place, len(array)]
            place += _write_array(output, array, _KINDS[name])
        text = json.dumps(description).encode()
        output.write(text + _TAIL.pack(len(text), MAGIC))
    return place + len(text) + _TAIL.size


def is_graph_file(path: Path) -> bool:
    """Return whether a file begins like one that :func:`save_graph` wrote."""
    with path.open("rb") as stream:
        return stream.read(len(MAGIC)) == MAGIC


def open_graph(path: str | Path) -> Graph:
    """Map a file that :func:`save_graph` wrote; only its description is read at first.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    Graph
        The graph, whose arrays are read from the file on access.

    Raises
    ------
    InputError
        If the file is not of this format, truncated or damaged, or of a later version.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "path.graph"
    >>> num_bytes = save_graph(Graph.from_edges([0, 1], [1, 2]), path)
    >>> graph = open_graph(path)
    >>> graph.num_nodes, graph.num_edges, path.stat().st_size == num_bytes
    (3, 2, True)
    """
    path = Path(path)
    try:
        description = _description(path)
        arrays = {name: _mapped(path, name, *place) for name, place in description["arrays"].items()}
        return Graph(
            arrays["indptr"],
            arrays["indices"],
            arrays.get("weights"),
            _labels(arrays),
            name=str(path),
            sha256=description["sha256"],
            dropped=Dropped(**description["dropped"]),
            remarks=tuple(description.get("remarks", ())),  # earlier versions kept none
            numbers=arrays.get("numbers"),
            stored_fingerprint=description["fingerprint"],
        )
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror or error})") from error
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"{path}: the graph file is damaged ({error})") from error


def _description(path: Path) -> dict[str, Any]:
    size = path.stat().st_size
    with path.open("rb") as stream:
        if stream.read(len(MAGIC)) != MAGIC:
            raise InputError(f"{path}: expected a graph that graphspec convert wrote, found something else")
        if size < len(MAGIC) + _TAIL.size:
            raise InputError(f"{path}: the graph file is truncated")
        stream.seek(size - _TAIL.size)
        length, magic = _TAIL.unpack(stream.read(_TAIL.size))
        if magic != MAGIC or length > size - _TAIL.size - len(MAGIC):
            raise InputError(f"{path}: the graph file is truncated")
        stream.seek(size - _TAIL.size - length)
        description: dict[str, Any] = json.loads(stream.read(length))
    if description["version"] > VERSION:
        raise InputError(f"{path}: was written by a later version of graphspec (format {description['version']})")
    return description


def _mapped(path: Path, name: str, place: int, count: int) -> NDArray[Any]:
    kind = np.dtype(_KINDS[name])
    if count == 0:
        return np.zeros(0, kind)
    if place + count * kind.itemsize > path.stat().st_size:
        raise ValueError(f"{name} lies outside of it")
    return np.memmap(path, kind, "r", place, (count,)).view(np.ndarray)


def _arrays(graph: Graph) -> dict[str, NDArray[Any]]:
    arrays: dict[str, NDArray[Any]] = {"indptr": graph.indptr, "indices": graph.indices}
    if graph.weights is not None:
        arrays["weights"] = graph.weights
    if graph.numbers is not None:
        arrays["numbers"] = graph.numbers
    if graph.labels is None:
        return arrays
    if graph.labels.dtype.kind in "iu":
        return {**arrays, "ids": graph.labels}
    words = [str(label).encode("utf-8", "surrogateescape") for label in graph.labels.tolist()]
    ends = np.cumsum([len(word) for word in words])
    return {**arrays, "name_ends": ends, "names": np.frombuffer(b"".join(words), np.uint8)}


def _labels(arrays: dict[str, NDArray[Any]]) -> NDArray[Any] | None:
    if "ids" in arrays:
        return arrays["ids"]
    if "names" not in arrays:
        return None
    text, ends = arrays["names"].tobytes(), arrays["name_ends"].tolist()
    starts = [0, *ends[:-1]]
    words = [text[start:end].decode("utf-8", "surrogateescape") for start, end in zip(starts, ends, strict=True)]
    labels = np.empty(len(words), dtype=object)
    labels[:] = words
    return labels


def _write_array(output: Output, array: NDArray[Any], kind: str, block_bytes: int = 1 << 24) -> int:
    """Write an array block by block, without a copy of all of it; return its size in bytes."""
    step = block_bytes // np.dtype(kind).itemsize
    for start in range(0, len(array), step):
        output.write(np.ascontiguousarray(array[start : start + step], kind).tobytes())
    return len(array) * np.dtype(kind).itemsize
