"""Reading of symmetric matrices with their values: Matrix Market, MATLAB, and scipy's sparse .npz."""

from __future__ import annotations

import re
from pathlib import Path
from typing import IO, Any

import numpy as np
import scipy.sparse

from graphspec.errors import InputError
from graphspec.readwrite.archives import ZIP_STARTS, unpacked
from graphspec.readwrite.compression import decompressed
from graphspec.readwrite.edgelist import stored_bytes
from graphspec.readwrite.matrices import (
    MarketMatrix,
    checked_entries,
    is_matlab,
    is_matrix_market,
    market_matrix,
    matlab_matrix,
    zipped_matrix,
)
from graphspec.readwrite.text import excerpt

_FIELD = rb"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|[+-]?inf(?:inity)?|[+-]?nan"
# A line that is neither a comment nor numbers: the parser stops within "1.5x" or 1.5D+3 and takes 1.5.
_WRONG_LINE = re.compile(rb"^(?!%)(?!(?:[ \t]*(?:" + _FIELD + rb"))*[ \t]*$)[^\n]+", re.MULTILINE | re.IGNORECASE)


def read_matrix(source: str | Path | IO[bytes], *, name: str | None = None) -> scipy.sparse.csr_array:
    r"""Read a real matrix with all its entries: of a symmetric file both halves.

    The format is detected from the content: Matrix Market, MATLAB or scipy sparse .npz, compressed by gzip, bzip2, xz
    or zstd, or alone in a zip or tar archive.

    Parameters
    ----------
    source
        A path, ``"-"`` for standard input, or a binary file object.
    name
        Name of the matrix in errors; by default the path as given.

    Returns
    -------
    scipy.sparse.csr_array
        The matrix in float64, not necessarily square or symmetric.

    Raises
    ------
    InputError
        If the source cannot be read as a matrix, or holds no real values.

    Examples
    --------
    >>> import io
    >>> text = b"%%MatrixMarket matrix coordinate real symmetric\n2 2 3\n1 1 2\n2 1 -1\n2 2 2\n"
    >>> read_matrix(io.BytesIO(text), name="pair").toarray().tolist()
    [[2.0, -1.0], [-1.0, 2.0]]
    """
    stored, name = stored_bytes(source, name)
    content, member = unpacked(decompressed(stored, name), name)
    content = content if member is None else decompressed(content, name)
    if is_matlab(content):
        matrix = checked_entries(matlab_matrix(content, name), name)
    elif content.startswith(ZIP_STARTS):
        matrix = checked_entries(zipped_matrix(content, name, "Matrix Market"), name)
    elif is_matrix_market(content):
        matrix = _whole(market_matrix(content, name), name)
    else:
        raise InputError(
            f"{name}: expected a matrix (Matrix Market, MATLAB or scipy sparse .npz), found {_actual(content)}: "
            "--operator with --shift makes a matrix of a graph"
        )
    if matrix.ndim != 2 or matrix.dtype.kind not in "biuf":
        kind = "complex numbers" if matrix.dtype.kind == "c" else f"{matrix.ndim}-d {matrix.dtype}"
        raise InputError(f"{name}: expected a matrix of real numbers, found {kind}")
    if max(matrix.shape) >= 2**31:
        raise InputError(f"{name}: expected at most 2^31 - 1 rows, found a matrix of {max(matrix.shape)}")
    return scipy.sparse.csr_array(matrix, dtype=np.float64)


def _actual(content: bytes) -> str:
    if not content.strip():
        return "nothing"
    line = next(line for line in content[:4096].splitlines() if line.strip())
    if b"\0" in line:
        return "other data"
    return f"{excerpt(line.decode('utf-8', 'replace').strip())}, as in an edge list"


def _whole(market: MarketMatrix, name: str) -> scipy.sparse.coo_array:
    """Return all entries of a matrix of which a file may store a half."""
    if market.kind == "pattern":
        raise InputError(f"{name}: expected a matrix with values, found a Matrix Market file that holds only a pattern")
    if market.kind == "complex" or market.symmetry == "skew-symmetric":
        actual = "complex numbers" if market.kind == "complex" else "a skew-symmetric matrix"
        raise InputError(f"{name}: expected a symmetric matrix of real numbers, found {actual}")
    start = market.lines.find(b"\n") + 1
    wrong = _WRONG_LINE.search(market.lines, start)
    if wrong is not None:
        number = market.lines.count(b"\n", 0, wrong.start()) + 1
        line = excerpt(wrong[0].decode("utf-8", "replace").strip())
        raise InputError(f"{name}, line {number}: expected numbers alone, found {line}")
    stored = market.stored
    if market.symmetry == "general":
        return stored
    rows, columns = stored.coords
    _refuse_both_halves(rows, columns, name)
    off = rows != columns
    data: Any = np.concatenate((stored.data, stored.data[off]))
    coords = (np.concatenate((rows, columns[off])), np.concatenate((columns, rows[off])))
    return scipy.sparse.coo_array((data, coords), shape=stored.shape)


def _refuse_both_halves(rows: Any, columns: Any, name: str) -> None:
    """Refuse a symmetric file that lists an entry twice: it could be meant once, or as a sum."""
    keys = np.minimum(rows, columns).astype(np.int64) << 32 | np.maximum(rows, columns)
    order = np.argsort(keys, kind="stable")
    repeated = np.flatnonzero(keys[order][1:] == keys[order][:-1])
    if len(repeated):
        first, second = order[repeated[0]], order[repeated[0] + 1]
        pairs = [f"({rows[place] + 1}, {columns[place] + 1})" for place in (first, second)]
        raise InputError(
            f"{name}: expected one half of a matrix, as the header says symmetric, found entries "
            f"{pairs[0]} and {pairs[1]}"
        )
