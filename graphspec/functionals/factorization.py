"""The exact log-determinant of a sparse matrix, by its triangular factors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse
from numpy.typing import NDArray
from scipy.sparse.linalg import splu

from graphspec._typing import Vector
from graphspec.errors import InputError, ParameterError
from graphspec.functionals.matrices import check_symmetric_matrix
from graphspec.functionals.ordering import SYMMETRIC_MODE, elimination_order
from graphspec.machine import available_bytes, native, resident_bytes, use_native
from graphspec.options import Number, Options, option


@dataclass(frozen=True, kw_only=True)
class FactorizationSettings(Options):
    """Settings of the factorisation.

    Attributes
    ----------
    bytes_per_entry
        Memory for each entry below the diagonal: the library holds both triangles and returns copies of them (measured:
        40 to 43 bytes on grids of 4e4 to 1e6 rows in two and three dimensions).
    bytes_per_row
        Memory for each row, with the ordered matrix and its ordering (measured on grids in one dimension).
    rate
        Floating-point operations a second (measured: 1.8 to 5.0e9 on grids of 2.5e5 to 1e6 rows).
    least_pivot
        Smallest pivot that is not taken for rounding, as a share of the diagonal entry and of the square root of the
        number of rows (Laplacians of grids, which are singular: 1e-15 of 900 rows and of 90 000).
    ordering_seconds
        Time limit of ordering by minimum degree, which some graphs without small separators exceed by far.
    """

    bytes_per_entry: int = option(44, Number(1, integer=True), "bytes for each entry of a factor")
    bytes_per_row: int = option(400, Number(0, integer=True), "bytes for each row")
    rate: float = option(3e9, Number(0.0, open=True), "floating-point operations a second")
    least_pivot: float = option(1e-14, Number(0.0, 1.0), "smallest pivot beside its diagonal entry")
    ordering_seconds: float = option(120.0, Number(0.0, open=True), "seconds for ordering the rows")


DEFAULTS = FactorizationSettings()
_INTEGERS = 2**31
"""The library counts the entries of both triangles in 32 bits."""


@dataclass(frozen=True)
class FactorPrediction:
    """What a factorisation will take, known before it is done.

    Attributes
    ----------
    entries
        Number of entries below the diagonal of the factor; exact, or the number at which counting stopped.
    complete
        Whether all entries were counted.
    operations
        Floating-point operations of the factorisation of both triangles.
    memory
        Estimated memory in bytes.
    seconds
        Estimated time.
    order
        Row of the matrix that is eliminated at each place.
    """

    entries: int
    complete: bool
    operations: float
    memory: int
    seconds: float
    order: NDArray[np.int64]


@dataclass(frozen=True)
class FactorizedLogDeterminant:
    """The log-determinant of a positive definite matrix by its factorisation.

    Attributes
    ----------
    value
        The logarithm of the determinant.
    rounding
        Estimate of its error by rounding: the machine precision times the sum of diagonal entries over pivots.
    smallest_pivot
        Smallest pivot as a share of its diagonal entry.
    row
        Row of this pivot, counted from 0.
    entries
        Number of entries below the diagonal of the factor.
    """

    value: float
    rounding: float
    smallest_pivot: float
    row: int
    entries: int


def predict_factor(
    matrix: Any,
    most: int = 2**62,
    *,
    name: str = "the matrix",
    settings: FactorizationSettings = DEFAULTS,
) -> FactorPrediction:
    """Predict entries, memory and time of the factorisation of a symmetric matrix, without doing it.

    The rows are ordered by nested dissection or minimum degree. The entries of a row of the factor are the paths in the
    elimination tree from its entries in the matrix (Liu 1990), which are counted one by one.

    Parameters
    ----------
    matrix
        A symmetric sparse matrix, of which only the pattern is used.
    most
        Number of entries at which counting stops.
    name
        Name of the matrix in errors.
    settings
        Settings of the factorisation.

    Returns
    -------
    FactorPrediction
        The prediction; lower bounds where counting stopped.

    Raises
    ------
    ParameterError
        If ordering takes too long.
    """
    order = elimination_order(matrix, settings.ordering_seconds, name)
    ordered = scipy.sparse.csr_array(matrix)[order][:, order]
    counts, entries = _counts(ordered, most)
    # Column by column: c divisions, and c^2 multiplications and subtractions of all pairs of its entries.
    operations = float(np.sum(counts * (2.0 * counts + 1.0)))
    memory = settings.bytes_per_entry * entries + settings.bytes_per_row * matrix.shape[0]
    seconds = operations / settings.rate
    return FactorPrediction(entries, entries <= most, operations, memory, seconds, order)


def factorized_log_determinant(
    matrix: Any,
    name: str = "the matrix",
    *,
    memory_limit: int | None = None,
    settings: FactorizationSettings = DEFAULTS,
) -> FactorizedLogDeterminant:
    r"""Return the log-determinant of a sparse symmetric positive definite matrix by a factorisation.

    .. math:: \log\det A = \sum_i \log d_i,\quad P A P^T = L D L^T

    by SuperLU in its symmetric mode, which takes the pivots from the diagonal. By Sylvester's law of inertia, as many
    pivots are negative as eigenvalues are.

    Parameters
    ----------
    matrix
        The matrix; it is checked by :func:`check_symmetric_matrix`.
    name
        Its name in errors.
    memory_limit
        Memory limit of the process in bytes; None for what the machine has.
    settings
        Settings of the factorisation.

    Returns
    -------
    FactorizedLogDeterminant
        The value and what the factorisation tells of its error.

    Raises
    ------
    InputError
        If the matrix is not symmetric or not positive definite; the message names the row.
    ParameterError
        If the factor does not fit in memory, by a prediction before the factorisation, or ordering takes too long.

    References
    ----------
    Demmel, Eisenstat, Gilbert, Li and Liu 1999, "A supernodal approach to sparse partial pivoting". Liu 1990, "The role
    of elimination trees in sparse factorization".

    Examples
    --------
    >>> path = scipy.sparse.diags_array([[2.0] * 3, [-1.0] * 2, [-1.0] * 2], offsets=[0, 1, -1])
    >>> round(factorized_log_determinant(path).value, 12) == round(float(np.log(4)), 12)
    True
    """
    checked = check_symmetric_matrix(matrix, name)
    size = checked.shape[0]
    room = _room(memory_limit)
    most = (max(room - settings.bytes_per_row * size, 0)) // settings.bytes_per_entry
    predicted = predict_factor(checked, min(most, _INTEGERS // 2 - size), name=name, settings=settings)
    if not predicted.complete:
        raise ParameterError(_refusal(predicted, name, most, room))
    # Powers of two bring the diagonal near 1 without rounding: pivots then neither overflow nor underflow.
    exponents = np.frexp(checked.diagonal())[1] // 2
    scaled = _scaled(checked, exponents)[predicted.order][:, predicted.order]
    pivots, rows = _pivots(scipy.sparse.csc_array(scaled), name)
    rows = predicted.order[rows]
    share = pivots / np.ldexp(checked.diagonal(), -2 * exponents)[rows]
    _check_pivots(share, rows, name, settings.least_pivot * float(np.sqrt(size)))
    value = float(np.sum(np.log(pivots)) + 2 * np.log(2) * np.sum(exponents))
    smallest = int(np.argmin(share))
    rounding = float(np.finfo(np.float64).eps * (np.sum(1 / share) + abs(value)))
    return FactorizedLogDeterminant(value, rounding, float(share[smallest]), int(rows[smallest]), predicted.entries)


def _room(memory_limit: int | None) -> int:
    """Return the bytes that a factorisation can take."""
    free = available_bytes()
    rooms = [] if free is None else [free]
    if memory_limit is not None:
        rooms.append(max(memory_limit - resident_bytes(), 0))
    return min(rooms, default=2**62)


def _refusal(predicted: FactorPrediction, name: str, most: int, room: int) -> str:
    if most > predicted.entries:
        limit = f"the library takes {_INTEGERS // 2:,}"
    else:
        limit = f"they take {predicted.memory / 1e9:,.1f} GB, of which {room / 1e9:,.1f} GB are available"
    return (
        f"{name}: the factor has more than {predicted.entries:,} entries, and {limit}: an estimate from probes needs "
        "a few vectors alone"
    )


def _counts(ordered: scipy.sparse.csr_array, most: int) -> tuple[NDArray[np.int64], int]:
    """Return the entries below the diagonal of the columns of the factor, and their sum; stop above `most`."""
    size = ordered.shape[0]
    counts = np.zeros(size, np.int64)
    if use_native():
        indptr, indices = ordered.indptr.astype(np.int64), ordered.indices.astype(np.int32)
        parent, seen = np.empty(size, np.int32), np.empty(size, np.int32)
        return counts, native.factor_counts(indptr, indices, parent, seen, counts, max(most, 0))
    parents, last, total = [-1] * size, list(range(size)), 0
    for row in range(size):
        last[row] = row
        for column in ordered.indices[ordered.indptr[row] : ordered.indptr[row + 1]].tolist():
            while column < row and last[column] != row:
                last[column] = row
                counts[column] += 1
                total += 1
                if parents[column] < 0:
                    parents[column] = row
                column = parents[column]
        if total > most:
            break
    return counts, total


def _scaled(matrix: scipy.sparse.csr_array, exponents: NDArray[np.integer[Any]]) -> scipy.sparse.csr_array:
    """Return D A D where D are powers of two with negative exponents."""
    rows = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    data = np.ldexp(matrix.data, -exponents[rows] - exponents[matrix.indices])
    return scipy.sparse.csr_array((data, matrix.indices, matrix.indptr), shape=matrix.shape)


def _pivots(ordered: scipy.sparse.csc_array, name: str) -> tuple[Vector, NDArray[np.int64]]:
    """Return the pivots, and the rows that they belong to, of a matrix that is factorised in its own order."""
    ordered.sort_indices()
    try:
        factors = splu(ordered, permc_spec="NATURAL", **SYMMETRIC_MODE)
    except RuntimeError as error:
        raise InputError(f"{name}: is not positive definite: a pivot of the factorisation is zero ({error})") from error
    except MemoryError as error:
        raise ParameterError(f"{name}: the factorisation ran out of memory") from error
    order = np.empty(ordered.shape[0], np.int64)
    order[factors.perm_c] = np.arange(len(order))
    moved = np.flatnonzero(factors.perm_r != factors.perm_c)
    pivots = np.array(factors.U.diagonal())
    if len(moved):
        pivots[factors.perm_c[moved]] = 0.0  # a zero on the diagonal was replaced by another entry
    return pivots, order


def _check_pivots(share: Vector, rows: NDArray[np.int64], name: str, least: float) -> None:
    """Refuse pivots that are negative, or zero up to rounding."""
    negative = np.flatnonzero(share < -least)
    if len(negative):
        place = negative[np.argmin(share[negative])]
        raise InputError(
            f"{name}: is not positive definite: the pivot of row {rows[place] + 1} is negative, {share[place]:g} of "
            f"its diagonal entry; as many eigenvalues are negative as pivots, {len(negative):,} of {len(share):,}"
        )
    small = np.flatnonzero(share <= least)
    if len(small):
        place = small[np.argmin(share[small])]
        raise InputError(
            f"{name}: is singular up to rounding: the pivot of row {rows[place] + 1} is {share[place]:g} of its "
            "diagonal entry"
        )
