"""Arrays of edges in files of numpy: two rows or two columns of vertices, as ``edge_index`` in PyG."""

from __future__ import annotations

import io
import zipfile
from contextlib import suppress
from typing import Any

import numpy as np

from graphspec.errors import InputError
from graphspec.graphs import Graph, is_edge_array
from graphspec.readwrite.edges import Edges, graph_of_edges

_MAGIC = b"\x93NUMPY"


def graph_of_array_file(data: bytes, name: str, weighted: bool) -> Graph | None:
    """Build the graph of a .npy file, or of the only array of edges in a .npz file; return None for any other file.

    Raises
    ------
    InputError
        If a .npy file holds another array, an archive several arrays of edges, or a file is damaged.
    """
    if data.startswith(_MAGIC):
        return _graph_of(_loaded(data, name), name, weighted)
    arrays = _edge_arrays(data, name)
    if not arrays:
        return None
    if "edge_index" not in arrays and len(arrays) > 1:
        listed = ", ".join(sorted(arrays))
        raise InputError(f"{name}: holds several arrays of edges ({listed}): save one of them, or name it edge_index")
    return _graph_of(arrays.get("edge_index", next(iter(arrays.values()))), name, weighted)


def _edge_arrays(data: bytes, name: str) -> dict[str, Any]:
    """Return the arrays of edges in a .npz file that is not one of scipy."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.namelist()
            if "format.npy" in members or not all(member.endswith(".npy") for member in members):
                return {}
            contents = {member.removesuffix(".npy"): archive.read(member) for member in members}
    except (zipfile.BadZipFile, OSError):
        return {}
    loaded = {}
    for member, content in contents.items():
        with suppress(InputError):  # of objects, which are no edges
            loaded[member] = _loaded(content, name)
    return {key: array for key, array in loaded.items() if is_edge_array(array)}


def _loaded(data: bytes, name: str) -> Any:
    try:
        return np.load(io.BytesIO(data), allow_pickle=False)
    except (ValueError, EOFError, OSError) as error:
        raise InputError(f"{name}: the numpy array is damaged, or holds objects ({error})") from error


def _graph_of(array: Any, name: str, weighted: bool) -> Graph:
    if not is_edge_array(array):
        shape = " x ".join(map(str, array.shape))
        raise InputError(
            f"{name}: expected integers in two rows or two columns, the vertices of every edge, found an array of "
            f"{array.dtype}, {shape}: save a matrix with scipy.sparse.save_npz"
        )
    if weighted:
        raise InputError(f"{name}: an array of edges has no weights: save a matrix with scipy.sparse.save_npz")
    tail, head = array if array.shape[0] == 2 else array.T
    if array.dtype == np.uint64 and array.max() > np.iinfo(np.int64).max:
        raise InputError(f"{name}: expected vertices below 2^63, found {array.max()}")
    if tail.size == 0:
        raise InputError(f"{name}: no edges found, the array is empty")
    return graph_of_edges(Edges(tail.astype(np.int64), head.astype(np.int64)), name, 0)
