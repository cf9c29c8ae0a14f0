"""Spectral clustering with the eigenvectors below a gap, and groups of vertices too small to be clusters."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
from scipy.cluster.vq import kmeans2
from scipy.linalg import qr
from scipy.sparse import coo_array

from graphspec._typing import Mask, Matrix, Vertices
from graphspec.clusters.eigensolver import LowPart, LowSpectrum
from graphspec.operators import GraphOperator
from graphspec.options import Number, Options, option


@dataclass(frozen=True, kw_only=True)
class PartitionSettings(Options):
    """Settings of spectral clustering.

    A group of few vertices, such as a chain or a clique that hangs on the graph by an edge, is a pocket and not a
    cluster: it has a low eigenvalue in random graphs without clusters too. So is a piece of a chain between clusters.

    Attributes
    ----------
    pocket_size
        Number of vertices below which a group is a pocket (by trial on random graphs), whatever its share if it has no
        cycle.
    pocket_share
        The same, relative to the mean size of a cluster, where that is less: single cliques of a ring of cliques are
        no pockets.
    max_rounds
        Rounds of k-means at most: from the pivots it takes a few.
    """

    pocket_size: float = option(10.0, Number(0), "Vertices below which a group is a pocket")
    pocket_share: float = option(0.25, Number(0, 1), "Share of the mean cluster below which a group is a pocket")
    max_rounds: int = option(50, Number(1, integer=True), "Rounds of k-means at most")

    def pocket_limit(self, low: LowSpectrum) -> float:
        """Return the number of vertices below which a group is a pocket."""
        return min(self.pocket_size, self.pocket_share * low.operator.num_rows / max(low.count, 1))


DEFAULT_SETTINGS = PartitionSettings()


def group_vertices(low: LowSpectrum, settings: PartitionSettings = DEFAULT_SETTINGS) -> Vertices:
    """Group the vertices by the eigenvectors below the gap, numbered in the order of first vertices, shape (n,).

    Rows of the eigenvectors are points, one for every vertex, scaled to length one for the normalised Laplacian (Ng,
    Jordan and Weiss 2001); k-means, within each component, groups them. It starts from the rows that a QR
    factorisation with pivoting picks (Damle, Minden and Ying, Inf. Inference 8, 181 (2019)), without random numbers.
    Pockets join the cluster to which most of their edges go.
    """
    result = np.empty(low.operator.num_rows, np.int64)
    used, has_pockets = 0, count_pockets(low, settings) > 0
    for part in low.parts:
        groups = groups_of_part(part, low, settings)
        if has_pockets:
            groups = _pockets_joined(part, groups, low, settings)
        count = int(groups.max()) + 1
        result[part.vertices] = groups + used + count * np.arange(part.copies)[:, None]
        used += count * part.copies
    return renumbered(result)


def count_pockets(low: LowSpectrum, settings: PartitionSettings = DEFAULT_SETTINGS) -> int:
    """Count the eigenvalues that belong to pockets.

    Vertices are grouped only where rows of the eigenvectors are long enough for a pocket: the length of a row does not
    depend on the basis of an eigenspace, as single eigenvectors do.
    """
    total = 0
    limit = settings.pocket_size if isinstance(low.operator, GraphOperator) else settings.pocket_limit(low)
    for part in low.parts:
        suspicious = part.vectors.shape[1] > 1 and float((part.vectors**2).sum(axis=1).max()) > 1 / limit
        if suspicious:
            groups = groups_of_part(part, low, settings)
            total += part.copies * int(np.count_nonzero(_pockets(groups, part, low, settings)))
    return total


def median_group(low: LowSpectrum, settings: PartitionSettings = DEFAULT_SETTINGS) -> float:
    """Return the median number of vertices of the groups, those of isomorphic components each."""
    sizes = [np.tile(np.bincount(groups_of_part(part, low, settings)), part.copies) for part in low.parts]
    return float(np.median(np.concatenate(sizes)))


def groups_of_part(part: LowPart, low: LowSpectrum, settings: PartitionSettings = DEFAULT_SETTINGS) -> Vertices:
    """Group the vertices of a component into as many groups as it has eigenvectors, shape (size,)."""
    points = unit_rows(part.vectors) if low.operator.has_unit_rows else part.vectors
    return by_k_means(points, settings.max_rounds)


def unit_rows(points: Matrix) -> Matrix:
    """Return points scaled to length one, zeros as they are."""
    norms = np.linalg.norm(points, axis=1, keepdims=True)
    return np.asarray(np.divide(points, norms, out=np.zeros_like(points), where=norms > 0))


def by_k_means(points: Matrix, max_rounds: int) -> Vertices:
    """Group points, shape (size, k), into k groups or fewer."""
    count = points.shape[1]
    groups = np.zeros(len(points), np.int64)
    if count < 2:
        return groups
    # The pivots of a QR factorisation are rows that point in directions as different as possible.
    _, pivots = qr(points.T, mode="r", pivoting=True)
    centres = points[pivots[:count]]
    with warnings.catch_warnings():
        # A centre without points stays where it is: then there is a group less.
        warnings.simplefilter("ignore", UserWarning)
        for _ in range(max_rounds):
            centres, assigned = kmeans2(points, centres, iter=1, minit="matrix", missing="warn")
            if np.array_equal(assigned, groups):
                break
            groups = assigned.astype(np.int64)
    return renumbered(groups)


def _pockets(groups: Vertices, part: LowPart, low: LowSpectrum, settings: PartitionSettings) -> Mask:
    """Return which groups are pockets; the largest never is, for a component is at least one cluster."""
    sizes = np.bincount(groups)
    pockets = sizes < settings.pocket_limit(low)
    if isinstance(low.operator, GraphOperator):
        # A small group without a cycle is a piece of a chain or of a tree, which any edge separates.
        adjacency = adjacency_of_part(part, low.operator)
        within = groups[adjacency.row] == groups[adjacency.col]
        edges = np.bincount(groups[adjacency.row[within]], minlength=len(sizes)) // 2
        pockets |= (sizes < settings.pocket_size) & (edges < sizes)
    pockets[np.argmax(sizes)] = False
    return np.asarray(pockets)


def adjacency_of_part(part: LowPart, operator: GraphOperator) -> coo_array:
    """Return the adjacency matrix of a component."""
    rows = part.vertices[0]
    return operator.graph.adjacency()[rows][:, rows].tocoo()


def _pockets_joined(part: LowPart, groups: Vertices, low: LowSpectrum, settings: PartitionSettings) -> Vertices:
    """Return groups in which pockets have joined the cluster to which most of their edges go."""
    pockets = _pockets(groups, part, low, settings)
    if not pockets.any() or not isinstance(low.operator, GraphOperator):
        return groups
    adjacency = adjacency_of_part(part, low.operator)
    while pockets.any():
        # Weights of edges between groups; a pocket with none to a cluster waits until the pocket beside it has joined.
        between = np.zeros((len(pockets), len(pockets)))
        np.add.at(between, (groups[adjacency.row], groups[adjacency.col]), adjacency.data)
        between[:, pockets] = 0.0
        joining = np.flatnonzero(pockets & (between.max(axis=1) > 0))
        if len(joining) == 0:
            break
        target = np.arange(len(pockets))
        target[joining] = between[joining].argmax(axis=1)
        groups, pockets = target[groups], pockets & ~np.isin(np.arange(len(pockets)), joining)
    return renumbered(groups)


def renumbered(groups: Vertices) -> Vertices:
    """Return small numbers of groups replaced by 0, 1, ... in the order in which they first appear."""
    first = np.full(int(groups.max()) + 1, len(groups))
    np.minimum.at(first, groups, np.arange(len(groups)))
    rank = np.empty(len(first), np.int64)
    rank[np.argsort(first)] = np.arange(len(first))
    return np.asarray(rank[groups])
