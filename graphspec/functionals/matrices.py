"""Checks of matrices that are to be symmetric and positive definite."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.sparse

from graphspec.errors import InputError
from graphspec.graphs import is_symmetric

_ROUNDING = 1e-12
"""Largest difference of an entry and its transpose that is taken for rounding, as a share of the diagonal."""


def check_symmetric_matrix(matrix: Any, name: str = "the matrix") -> scipy.sparse.csr_array:
    """Return a matrix that may be symmetric and positive definite; refuse one that is not, with the evidence.

    A positive diagonal, and entries that are smaller than those of the diagonal, are necessary: a_ij^2 < a_ii a_jj.
    Entries that differ from their transposes by rounding are replaced by the mean.

    Parameters
    ----------
    matrix
        A scipy sparse matrix or a dense array. Entries that are stored twice are added up.
    name
        Name of the matrix in errors.

    Returns
    -------
    scipy.sparse.csr_array
        The matrix in float64, without entries that are stored as zero, in sorted order; it may share arrays with the
        argument.

    Raises
    ------
    InputError
        If the matrix is not square, real, finite and symmetric, or an entry proves that it is not positive definite.
        The message names rows and columns, counted from 1 as files do.

    Examples
    --------
    >>> check_symmetric_matrix(np.array([[2.0, -1.0], [-1.0, 2.0]])).nnz
    4
    """
    checked = _square(matrix, name)
    diagonal = checked.diagonal()
    empty = np.flatnonzero(np.diff(checked.indptr) == 0)
    if len(empty):
        raise InputError(f"{name}: is not positive definite: row {empty[0] + 1} is zero{_others(len(empty))}")
    wrong = np.flatnonzero(diagonal <= 0)
    if len(wrong):
        place = wrong[np.argmin(diagonal[wrong])] + 1
        raise InputError(
            f"{name}: is not positive definite: the diagonal entry ({place}, {place}) is {diagonal[place - 1]:g}"
            + _others(len(wrong))
        )
    checked = _symmetric(checked, diagonal, name)
    _refuse_large_entries(checked, diagonal, name)
    return checked


def _others(count: int) -> str:
    return f", one of {count:,} such rows" if count > 1 else ""


def _square(matrix: Any, name: str) -> scipy.sparse.csr_array:
    """Return a square matrix of finite real numbers."""
    if len(matrix.shape) != 2 or matrix.shape[0] != matrix.shape[1]:
        actual = " by ".join(f"{size:,}" for size in matrix.shape)
        raise InputError(f"{name}: expected a square matrix, found one of {actual}")
    if matrix.shape[0] == 0:
        raise InputError(f"{name}: expected a matrix, found one without rows")
    kind = np.dtype(matrix.dtype).kind
    if kind not in "biuf":
        raise InputError(f"{name}: expected real numbers, found {'complex ones' if kind == 'c' else matrix.dtype}")
    checked = scipy.sparse.csr_array(matrix, dtype=np.float64)
    if not (checked.has_canonical_format and checked.data.all()):
        checked = checked.copy()
        checked.sum_duplicates()
        checked.eliminate_zeros()
    bad = np.flatnonzero(~np.isfinite(checked.data))
    if len(bad):
        place = np.searchsorted(checked.indptr, bad[0], "right"), checked.indices[bad[0]] + 1
        others = f", one of {len(bad):,} that are not finite" if len(bad) > 1 else ""
        raise InputError(f"{name}: the entry ({place[0]}, {place[1]}) is {checked.data[bad[0]]:g}{others}")
    return checked


def _symmetric(checked: scipy.sparse.csr_array, diagonal: Any, name: str) -> scipy.sparse.csr_array:
    """Return the matrix, symmetric to the last bit."""
    if is_symmetric(checked.indptr, checked.indices, checked.data):
        return checked
    transposed = scipy.sparse.csr_array(checked.T)
    difference = scipy.sparse.coo_array(checked - transposed)
    rows, columns = difference.coords
    root = np.sqrt(diagonal)
    share = np.abs(difference.data) / (root[rows] * root[columns])
    worst = int(np.argmax(share)) if len(share) else -1
    # Entries larger than the diagonal are refused later: differences are measured by them.
    if worst >= 0 and share[worst] > _ROUNDING:
        row, column = rows[worst], columns[worst]
        first, second = checked[row, column], checked[column, row]
        if abs(first - second) > _ROUNDING * max(abs(first), abs(second)):
            raise InputError(
                f"{name}: expected a symmetric matrix, found {first:.17g} at ({row + 1}, {column + 1}) and "
                f"{second:.17g} at ({column + 1}, {row + 1})"
            )
    mean = scipy.sparse.csr_array(checked / 2 + transposed / 2)
    mean.sort_indices()
    return mean


def _refuse_large_entries(checked: scipy.sparse.csr_array, diagonal: Any, name: str) -> None:
    """Refuse entries that exceed the diagonal: two rows and columns then have a negative determinant."""
    if max(checked.data.max(), -checked.data.min()) <= diagonal.min():
        return
    root = np.sqrt(diagonal)
    share = np.abs(checked.data) / np.repeat(root, np.diff(checked.indptr)) / root[checked.indices]
    worst = int(np.argmax(share))
    if share[worst] > 1 + _ROUNDING:
        row, column = int(np.searchsorted(checked.indptr, worst, "right")) - 1, checked.indices[worst]
        raise InputError(
            f"{name}: is not positive definite: the entry ({row + 1}, {column + 1}) is {checked.data[worst]:g}, and "
            f"the diagonal entries of these rows are {diagonal[row]:g} and {diagonal[column]:g}"
        )
