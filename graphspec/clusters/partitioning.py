"""From the eigenvectors below the gap to groups of vertices: spectral clustering, and which groups are no clusters."""

from __future__ import annotations

import warnings

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.vq import kmeans2
from scipy.linalg import qr

from graphspec._typing import Matrix
from graphspec.clusters.eigensolver import LowPart, LowSpectrum
from graphspec.operators import GraphOperator

Groups = NDArray[np.int64]


POCKET = 10.0
"""A group of fewer vertices, such as a chain or a clique that hangs on the graph by an edge, is a pocket and not a
cluster (chosen by trial on random graphs); less where the clusters themselves are small."""

_POCKET_SHARE = 0.25  # of the mean size of a cluster: single cliques of a ring of cliques are no pockets
_MOST_ROUNDS = 50  # of k-means; from the pivots it takes a few


def group_vertices(low: LowSpectrum) -> NDArray[np.int64]:
    """Group the vertices by the eigenvectors below the gap, numbered in the order of first vertices, shape (n,).

    Rows of the eigenvectors are points, one for every vertex, scaled to length one for the normalised Laplacian (Ng,
    Jordan and Weiss 2001); k-means, within each component, groups them. It starts from the rows that a QR
    factorisation with pivoting picks (Damle, Minden and Ying, Inf. Inference 8, 181 (2019)), which needs no luck.
    Pockets join the cluster to which most of their edges go.
    """
    result = np.empty(low.operator.num_rows, np.int64)
    used = 0
    for part in low.parts:
        groups = _joined(part, grouped(part, low), low)
        count = int(groups.max()) + 1
        result[part.vertices] = groups + used + count * np.arange(part.copies)[:, None]
        used += count * part.copies
    return _renumbered(result)


def count_pockets(low: LowSpectrum) -> int:
    """Return how many of the eigenvalues belong to groups of so few vertices that they are pockets and no clusters.

    Only where rows of the eigenvectors are long enough for such a group are groups made: the length of a row does not
    depend on the basis of an eigenspace, as single eigenvectors do.
    """
    total, limit = 0, pocket_limit(low)
    for part in low.parts:
        suspicious = part.vectors.shape[1] > 1 and float((part.vectors**2).sum(axis=1).max()) > 1 / limit
        if suspicious:
            total += part.copies * int(np.count_nonzero(_small(grouped(part, low), limit)))
    return total


def pocket_limit(low: LowSpectrum) -> float:
    """Return the number of vertices below which a group is a pocket."""
    return min(POCKET, _POCKET_SHARE * low.operator.num_rows / max(low.count, 1))


def grouped(part: LowPart, low: LowSpectrum) -> Groups:
    """Group the vertices of a component into as many groups as it has eigenvectors, shape (size,)."""
    points = part.vectors
    if low.operator.has_unit_rows:
        norms = np.linalg.norm(points, axis=1, keepdims=True)
        points = np.divide(points, norms, out=np.zeros_like(points), where=norms > 0)
    return _by_k_means(points)


def _by_k_means(points: Matrix) -> Groups:

    count = points.shape[1]
    groups = np.zeros(len(points), np.int64)
    if count < 2:
        return groups
    _, pivots = qr(points.T, mode="r", pivoting=True)
    centres = points[pivots[:count]]
    with warnings.catch_warnings():
        # A centre without points stays where it is: then there is a group less.
        warnings.simplefilter("ignore", UserWarning)
        for _ in range(_MOST_ROUNDS):
            centres, following = kmeans2(points, centres, iter=1, minit="matrix", missing="warn")
            if np.array_equal(following, groups):
                break
            groups = following.astype(np.int64)
    return _renumbered(groups)


def _small(groups: Groups, limit: float) -> NDArray[np.bool_]:
    """Tell which groups are pockets; the largest never is, for a component is at least one cluster."""
    sizes = np.bincount(groups)
    small = sizes < limit
    small[np.argmax(sizes)] = False
    return small


def _joined(part: LowPart, groups: Groups, low: LowSpectrum) -> Groups:
    """Let pockets join the cluster to which most of their edges go."""
    small = _small(groups, pocket_limit(low))
    if count_pockets(low) == 0 or not small.any() or not isinstance(low.operator, GraphOperator):
        return groups
    rows = part.vertices[0]
    adjacency = low.operator.graph.adjacency()[rows][:, rows].tocoo()
    while small.any():
        between = np.zeros((len(small), len(small)))
        np.add.at(between, (groups[adjacency.row], groups[adjacency.col]), adjacency.data)
        between[:, small] = 0.0
        joining = np.flatnonzero(small & (between.max(axis=1) > 0))
        if len(joining) == 0:
            break
        target = np.arange(len(small))
        target[joining] = between[joining].argmax(axis=1)
        groups, small = target[groups], small & ~np.isin(np.arange(len(small)), joining)
    return _renumbered(groups)


def _renumbered(groups: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the groups numbered in the order in which they first appear."""
    _, first, inverse = np.unique(groups, return_index=True, return_inverse=True)
    order = np.empty(len(first), np.int64)
    order[np.argsort(first)] = np.arange(len(first))
    return np.asarray(order[inverse])
