"""The order in which rows of a sparse symmetric matrix are eliminated."""

from __future__ import annotations

import io
import subprocess
import sys
from typing import Any

import numpy as np
import scipy.sparse
from numpy.typing import NDArray
from scipy.sparse.linalg import spilu

from graphspec.errors import ParameterError

SYMMETRIC_MODE = {"diag_pivot_thresh": 0.0, "options": {"SymmetricMode": True}}
"""Options of SuperLU by which it takes pivots from the diagonal."""
_LARGE = 300_000
"""Entries from which ordering by minimum degree is watched: some seconds in the worst case (email-Enron: 4)."""


def elimination_order(matrix: Any, seconds: float, name: str = "the matrix") -> NDArray[np.int64]:
    """Return the rows in an order of elimination that fills in little.

    By nested dissection of METIS (Karypis and Kumar 1998) where pymetis is installed: it takes 17 s for com-DBLP, for
    which minimum degree had not ended after 80 s of a processor, and the factor of a grid of 50 x 50 x 50 has 38
    million entries in place of 61. In two dimensions both are equal.

    Parameters
    ----------
    matrix
        A symmetric sparse matrix.
    seconds
        Time limit of the order by minimum degree.
    name
        Name of the matrix in errors.

    Raises
    ------
    ParameterError
        If the limit is exceeded.
    """
    entries = scipy.sparse.coo_array(matrix)
    off = entries.row != entries.col
    pattern = scipy.sparse.csr_array(
        (np.ones(np.count_nonzero(off)), (entries.row[off], entries.col[off])), shape=matrix.shape
    )
    order = nested_dissection_order(pattern)
    if order is not None:
        return order
    if pattern.nnz <= _LARGE:
        return minimum_degree_order(pattern)
    # The library cannot be interrupted, but a process can.
    stored = io.BytesIO()
    scipy.sparse.save_npz(stored, pattern, compressed=False)
    command = [sys.executable, "-c", f"import {__name__} as ordering; ordering.order_standard_input()"]
    try:
        done = subprocess.run(command, input=stored.getvalue(), stdout=subprocess.PIPE, timeout=seconds, check=True)
    except subprocess.TimeoutExpired as error:
        raise ParameterError(
            f"{name}: ordering the rows takes longer than {seconds:g} s, as where factors fill in: pymetis, which can "
            "be installed, orders them faster, and an estimate from probes needs no order"
        ) from error
    return np.frombuffer(done.stdout, np.int64)


def nested_dissection_order(pattern: scipy.sparse.csr_array) -> NDArray[np.int64] | None:
    """Return the order of nested dissection; None where pymetis is not installed.

    Parameters
    ----------
    pattern
        A symmetric pattern without a diagonal.
    """
    try:
        import pymetis
    except ImportError:
        return None
    order, _ = pymetis.nested_dissection(pymetis.CSRAdjacency(pattern.indptr, pattern.indices))
    return np.array(order, np.int64)


def minimum_degree_order(pattern: scipy.sparse.csr_array) -> NDArray[np.int64]:
    """Return the order of multiple minimum degree (Liu 1985).

    SuperLU orders within its factorisations alone: one in which all entries but the diagonal are dropped takes little.

    Parameters
    ----------
    pattern
        A symmetric pattern without a diagonal.
    """
    size = pattern.shape[0]
    small = scipy.sparse.csc_array(1e-9 * pattern + scipy.sparse.eye_array(size))
    dropped = spilu(
        small, drop_tol=1e-3, fill_factor=1, drop_rule="basic", permc_spec="MMD_AT_PLUS_A", **SYMMETRIC_MODE
    )
    order = np.empty(size, np.int64)
    order[dropped.perm_c] = np.arange(size)
    return order


def order_standard_input() -> None:
    """Write the order by minimum degree of the pattern in standard input to standard output."""
    pattern = scipy.sparse.csr_array(scipy.sparse.load_npz(io.BytesIO(sys.stdin.buffer.read())))
    sys.stdout.buffer.write(minimum_degree_order(pattern).tobytes())
