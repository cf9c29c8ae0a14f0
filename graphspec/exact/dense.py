"""Dense eigenvalues of the remainder of a spectrum, for small graphs and as the reference for all other methods."""

from __future__ import annotations

import numpy as np

from graphspec._typing import Vector
from graphspec.exact.remainder import Remainder


def dense_eigenvalues(remainder: Remainder, *, dense_rows: bool = False) -> Vector:
    """Return the eigenvalues that are not atoms, in increasing order, by a dense solver.

    Parameters
    ----------
    remainder
        The remainder of an operator.
    dense_rows
        Whether to use only the rows that :func:`take_out` selected: all components that are not known completely.
    """
    operator, known = remainder.operator, remainder.known
    rows = np.arange(operator.num_rows) if not dense_rows or remainder.dense_rows is None else remainder.dense_rows
    vectors = known.columns(rows)
    projector, count = vectors @ vectors.T, vectors.shape[1]
    if known.null_space is not None:
        null = known.null_space.projector(operator.num_rows)[np.ix_(rows, rows)]
        projector, count = projector + null, count + round(float(np.trace(null)))
    # Known eigenvalues are shifted above all others and cut off.
    shifted = operator.dense(rows) + 4 * operator.interval.half_width * projector
    return np.asarray(np.linalg.eigvalsh(shifted)[: len(rows) - count])
