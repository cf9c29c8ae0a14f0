"""From the eigenvectors below the gap to a partition of the vertices: spectral clustering."""

from __future__ import annotations

import csv
import io
import warnings
from typing import TYPE_CHECKING

import numpy as np
from scipy import linalg
from scipy.cluster.vq import kmeans2

from graphspec.clusters import ClusterCount, pockets
from graphspec.errors import ParameterError
from graphspec.output import write_atomically

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from graphspec.graph import Graph

    Matrix = NDArray[np.float64]

_MOST_ROUNDS = 50  # of k-means; from the pivots it takes a few


def partition(found: ClusterCount, *, normalized: bool = True) -> NDArray[np.int64]:
    """Return the cluster of every vertex, numbered from 0 in the order of their first vertices, shape (n,).

    Rows of the confirmed eigenvectors are points, one for every vertex; k-means, within each component, groups them. It
    starts from the rows that a QR factorisation with pivoting picks (Damle, Minden and Ying, Inf. Inference 8, 181
    (2019)), which needs no luck.

    Parameters
    ----------
    found
        A count that was confirmed.
    normalized
        Whether rows are scaled to length one, as Ng, Jordan and Weiss (2001) do for the normalised Laplacian.

    Raises
    ------
    ParameterError
        If the count was not confirmed: there are no eigenvectors then.
    """
    if found.low is None or found.density is None:
        raise ParameterError("a partition needs a confirmed count: without eigenvectors there is none")
    result = np.empty(found.density.dimension, np.int64)
    masks = pockets(found.low, found.density.dimension)
    used = 0
    for part, mask in zip(found.low.parts, masks, strict=True):
        vectors = part.vectors[:, ~mask]
        groups = _grouped(_unit_rows(vectors) if normalized else vectors)
        count = int(groups.max()) + 1
        offsets = used + count * np.arange(part.copies)
        result[part.vertices] = groups + offsets[:, None]
        used += count * part.copies
    return _renumbered(result)


def write_partition(graph: Graph, groups: NDArray[np.int64], path: str | Path) -> None:
    """Write one line for every vertex: its original id, a tab, and its group.

    Raises
    ------
    InputError
        If the file cannot be written.
    """
    ids = range(graph.num_nodes) if graph.labels is None else graph.labels.tolist()
    text = io.StringIO()
    csv.writer(text, delimiter="\t", lineterminator="\n").writerows(zip(ids, groups.tolist(), strict=True))
    write_atomically(path, text.getvalue().encode())


def _grouped(points: Matrix) -> NDArray[np.int64]:
    """Group points into as many clusters as they have coordinates."""
    count = points.shape[1]
    groups = np.zeros(len(points), np.int64)
    if count < 2:
        return groups
    _, pivots = linalg.qr(points.T, mode="r", pivoting=True)
    centres = points[pivots[:count]]
    with warnings.catch_warnings():
        # A centre without points stays where it is: then there is a cluster less.
        warnings.simplefilter("ignore", UserWarning)
        for _ in range(_MOST_ROUNDS):
            centres, following = kmeans2(points, centres, iter=1, minit="matrix", missing="warn")
            if np.array_equal(following, groups):
                break
            groups = following.astype(np.int64)
    return groups


def _unit_rows(vectors: Matrix) -> Matrix:
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(np.divide(vectors, norms, out=np.zeros_like(vectors), where=norms > 0))


def _renumbered(groups: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the groups numbered in the order in which they first appear."""
    _, first, inverse = np.unique(groups, return_index=True, return_inverse=True)
    order = np.empty(len(first), np.int64)
    order[np.argsort(first)] = np.arange(len(first))
    return order[inverse]
