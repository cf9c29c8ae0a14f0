"""Adjacency matrices in files: Matrix Market, MATLAB, and scipy's sparse .npz."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, cast

import numpy as np
import scipy.sparse
from scipy.io import loadmat, mminfo, mmread

from graphspec.arrays import distinct
from graphspec.errors import InputError
from graphspec.graphs import Graph
from graphspec.readwrite.archives import ZIP_STARTS
from graphspec.readwrite.cleaning import text_of
from graphspec.readwrite.edges import Edges, graph_of_edges
from graphspec.readwrite.encoding import plain_lines
from graphspec.readwrite.reading import Reading
from graphspec.readwrite.text import NUMBER, excerpt

_BANNER = re.compile(rb"%{1,2}MatrixMarket\b", re.IGNORECASE)


# A symmetric matrix whose entries are listed; mmread would add their transposes.
_STORED = re.compile(rb"(%%MatrixMarket\s+matrix\s+coordinate\s+(?:real|integer|pattern)\s+)symmetric", re.IGNORECASE)


def graph_of_matrix_file(data: bytes, name: str, weighted: bool) -> Graph | None:
    """Build the graph of a file that holds a matrix; return None for any other file."""
    if is_matlab(data):
        graph = _graph_of_matrix(matlab_matrix(data, name), name, weighted)
        return replace(graph, labels=np.arange(1, graph.num_nodes + 1))
    if data.startswith(ZIP_STARTS):
        return _graph_of_matrix(zipped_matrix(data, name, "an edge list"), name, weighted)
    if is_matrix_market(data):
        return _graph_of_matrix_market(data, name, weighted)
    return None


def is_matlab(data: bytes) -> bool:
    """Return whether a file is one of MATLAB."""
    return data.startswith(b"MATLAB ") and b"MAT-file" in data[:32]


def is_matrix_market(data: bytes) -> bool:
    """Return whether a file is in Matrix Market; some have one percent sign in place of two, or blank lines above."""
    return _BANNER.match(data[:80].removeprefix(b"\xef\xbb\xbf").lstrip()) is not None


def checked_entries(matrix: Any, name: str) -> scipy.sparse.coo_array:
    """Return the entries of a sparse matrix, whose indices were checked.

    Raises
    ------
    InputError
        If the matrix is damaged.
    """
    try:
        if matrix.format in ("csr", "csc", "bsr"):
            matrix.check_format()  # indices out of range would end in a crash
        return scipy.sparse.coo_array(matrix)
    except (ValueError, IndexError) as error:
        raise InputError(f"{name}: the sparse matrix is damaged ({error})") from error


def _graph_of_matrix(matrix: Any, name: str, weighted: bool, *, half: bool = False) -> Graph:
    """Build a graph from an adjacency matrix; with `half`, each entry stands for itself and its transpose."""
    if max(matrix.shape) >= 2**31:
        raise InputError(f"{name}: expected at most 2^31 - 1 vertices, found a matrix of {max(matrix.shape)} rows")
    matrix = checked_entries(matrix, name)
    if len(matrix.shape) != 2 or not (matrix.dtype.kind in "biuf" or (matrix.dtype.kind == "c" and not weighted)):
        raise InputError(f"{name}: expected a square matrix of real numbers, found {matrix.ndim}-d {matrix.dtype}")
    if weighted and not ((matrix.data >= 0) & (matrix.data < np.inf)).all():
        raise InputError(f"{name}: expected weights that are finite numbers and not negative, found other entries")
    if not half or matrix.shape[0] != matrix.shape[1]:
        graph = _counting_repeated_entries(Graph.from_scipy(matrix, weighted=weighted, name=name), matrix)
        added = weighted and graph.dropped.duplicate_edges > 0
        return replace(graph, remarks=("added up the weights of repeated edges",)) if added else graph
    # Some files store both halves of a symmetric matrix: graph_of_edges tells which weights are there twice.
    keep = np.ones(matrix.nnz, dtype=bool) if weighted else matrix.data != 0
    weights = matrix.data[keep].astype(np.float64) if weighted else None
    rows, columns = (axis[keep].astype(np.int64) for axis in matrix.coords)
    return graph_of_edges(Edges(rows, columns, weights, np.arange(matrix.shape[0])), name, 0)


def _counting_repeated_entries(graph: Graph, matrix: scipy.sparse.coo_array) -> Graph:
    """Count repeated entries of a matrix as dropped, which from_scipy has added up; return the graph."""
    rows, columns = (axis.astype(np.int64) for axis in matrix.coords)
    repeated = []
    for kept in (rows == columns, rows != columns):
        keys = rows[kept] * matrix.shape[1] + columns[kept]
        repeated.append(len(keys) - len(distinct(keys)))
    dropped = graph.dropped
    dropped = replace(
        dropped, self_loops=dropped.self_loops + repeated[0], duplicate_edges=dropped.duplicate_edges + repeated[1]
    )
    return replace(graph, dropped=dropped)


@dataclass(frozen=True)
class MarketMatrix:
    """The content of a file in Matrix Market.

    Attributes
    ----------
    lines
        The file in plain lines.
    kind
        ``real``, ``integer``, ``complex`` or ``pattern``.
    symmetry
        ``general``, ``symmetric``, ``skew-symmetric`` or ``hermitian``.
    stored
        The entries that are stored, of an array that is symmetric the lower triangle.
    """

    lines: bytes
    kind: str
    symmetry: str
    stored: scipy.sparse.coo_array


def market_matrix(data: bytes, name: str) -> MarketMatrix:
    """Parse a file in Matrix Market.

    Raises
    ------
    InputError
        If the file is damaged; the message names the line.
    """
    data = _BANNER.sub(b"%%MatrixMarket", plain_lines(data, name).lstrip(), count=1)
    _check_size_line(data, name)
    data = data if data.endswith(b"\n") else data + b"\n"  # mmread can run past the end of an unfinished last line
    try:
        *_, kind, symmetry = mminfo(io.BytesIO(data))
        matrix = scipy.sparse.coo_array(mmread(io.BytesIO(_STORED.sub(rb"\1general", data, count=1))))
        if symmetry != "general" and not _STORED.match(data):
            matrix = scipy.sparse.coo_array(scipy.sparse.tril(matrix))
    except (ValueError, OverflowError) as error:
        line = re.match(r"Line ([0-9]+): ", str(error))
        place, cause, actual = name, str(error).rstrip("."), "something else"
        if line:
            number, cause = int(line[1]), cause[line.end() :]
            lines = [*data.decode("utf-8", "replace").split("\n")[:number], "the end of the file"]
            place, actual = f"{name}, line {number}", excerpt(lines[number - 1])
        if "Truncated" in cause:
            actual = "fewer entries than its size line says"
        raise InputError(f"{place}: expected a valid Matrix Market file, found {actual} ({cause})") from error
    return MarketMatrix(data, kind, symmetry, matrix)


def _graph_of_matrix_market(data: bytes, name: str, weighted: bool) -> Graph:
    """Build a graph on vertices 1 to n; every stored entry of a symmetric matrix counts once."""
    market = market_matrix(data, name)
    kind = market.kind
    if weighted and kind == "pattern":
        raise InputError(f"{name}: expected a Matrix Market file with weights, found a pattern")
    text = text_of(market.lines, name, Reading(comment="%"))
    if weighted and kind != "complex":
        for number, row in islice(text.rows(), 1, None):  # the first row is the size
            word = row.split()[-1]  # mmread lets "1.5x" pass
            if not NUMBER.fullmatch(word) or not 0 <= float(word) < np.inf:
                expected = "expected a weight that is a finite number and not negative"
                raise InputError(f"{name}, line {number}: {expected}, found {excerpt(row)}")
    graph = _graph_of_matrix(market.stored, name, weighted, half=market.symmetry != "general")
    dropped = replace(graph.dropped, comment_lines=text.comment_lines - 1)
    return replace(graph, labels=np.arange(1, graph.num_nodes + 1), dropped=dropped)


def _check_size_line(data: bytes, name: str) -> None:
    """Check that the first line below the comments gives the numbers of rows, columns and, if sparse, entries."""
    banner = data[: data.find(b"\n")].lower()
    if banner.split()[1:2] != [b"matrix"]:
        return  # which the parser reports
    dense = b" array " in banner
    expected = "the numbers of rows and columns" if dense else "the numbers of rows, columns and entries"
    number = 0
    for number, line in enumerate(io.BytesIO(data), 1):
        if line.strip() and not line.startswith(b"%"):
            words = line.split()
            if len(words) == 3 - dense and all(map(bytes.isdigit, words)):
                return
            actual = excerpt(line.decode("utf-8", "replace").strip())
            raise InputError(f"{name}, line {number}: expected a size line with {expected}, found {actual}")
    raise InputError(f"{name}, line {number + 1}: expected a size line with {expected}, found the end of the file")


def matlab_matrix(data: bytes, name: str) -> Any:
    """Return the sparse matrix A of a MATLAB file, Problem.A, or the only square one.

    Raises
    ------
    InputError
        If the file is damaged, or holds no such matrix.
    """
    try:
        content = loadmat(cast("Any", io.BytesIO(data)))
    except NotImplementedError as error:
        raise InputError(f"{name}: expected a MATLAB file of version 5 to 7, found 7.3; save it with -v7") from error
    except Exception as error:  # damaged files make the parser raise errors of all kinds
        raise InputError(f"{name}: the MATLAB file is truncated or damaged ({error})") from error
    problem = content.get("Problem")
    if isinstance(problem, np.ndarray) and "A" in (problem.dtype.names or ()) and problem.size:
        content = {"A": problem["A"].flat[0]}
    matrices: dict[str, Any] = {key: value for key, value in content.items() if scipy.sparse.issparse(value)}
    square = {key: matrix for key, matrix in matrices.items() if matrix.shape[0] == matrix.shape[1]}
    if "A" not in square and len(square) != 1:
        raise InputError(f"{name}: expected a square sparse matrix A, found {', '.join(sorted(square)) or 'none'}")
    return square["A"] if "A" in square else next(iter(square.values()))


def zipped_matrix(data: bytes, name: str, expected: str) -> Any:
    """Return the sparse matrix that scipy.sparse.save_npz wrote.

    Parameters
    ----------
    data
        The file.
    name
        Its name in messages.
    expected
        What else could be there, with its article.

    Raises
    ------
    InputError
        If the file is damaged, or holds no such matrix.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
        matrix = scipy.sparse.load_npz(io.BytesIO(data)) if "format.npy" in names else None
    except Exception as error:  # damaged files make the parsers raise errors of all kinds
        raise InputError(f"{name}: the zip archive is truncated or damaged ({error})") from error
    if "graphspec.json" in names:
        raise InputError(f"{name}: expected {expected}, found a saved sketch")
    if matrix is None:
        raise InputError(
            f"{name}: expected {expected} or a scipy sparse matrix, found another zip archive: unpack it and give "
            "the file, or save a numpy array with scipy.sparse.save_npz"
        )
    return matrix
