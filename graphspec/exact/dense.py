"""Dense eigenvalues of what is not known exactly: for small graphs, and for all methods the truth to compare with."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from graphspec.operators.graph_operators import Operator


def dense_remainder(operator: Operator, vertices: NDArray[np.int64] | None = None) -> NDArray[np.float64]:
    """Return the eigenvalues that are not atoms, in increasing order, by a dense solver.

    Parameters
    ----------
    operator
        The operator.
    vertices
        Vertices that make up whole components and all that is not known of the spectrum; by default all.
    """
    rows = np.arange(operator.num_rows) if vertices is None else vertices
    dense = operator.dense(rows)
    known = [
        np.where(family.group[rows] == group, family.vector[rows], 0.0)
        for family in operator.known.families
        for group in np.flatnonzero(np.bincount(family.group[rows]))
    ]
    vectors = np.array([vector for vector in known if vector.any()]).reshape(-1, len(rows))
    # Known eigenvectors are moved above everything else and cut off.
    low, high = operator.interval
    projector, count = vectors.T @ vectors, len(vectors)
    if operator.known.null_space is not None:
        null = operator.known.null_space.projector(operator.num_rows)[np.ix_(rows, rows)]
        projector, count = projector + null, count + round(float(np.trace(null)))
    shifted = dense + (2 * (high - low)) * projector
    return np.linalg.eigvalsh(shifted)[: len(rows) - count]
