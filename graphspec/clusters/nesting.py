"""Groups of communities: nested partitions, and whether the communities of a group have more edges with each other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array

from graphspec._typing import Matrix, Vector, Vertices
from graphspec.clusters.eigensolver import LowPart, LowSpectrum
from graphspec.clusters.partitioning import DEFAULT_SETTINGS, adjacency_of_part, by_k_means, renumbered, unit_rows
from graphspec.operators import GraphOperator


class Enrichment(NamedTuple):
    """Edges between the communities of a group, in comparison to those with communities of other groups.

    Attributes
    ----------
    ratio
        Rate of edges within the group over that with others, the least of all groups with several communities; rates
        are relative to what every community's own propensity to have edges with others makes.
    z_score
        Difference of both rates in standard deviations of the numbers of edges, the least as well.
    """

    ratio: float
    z_score: float


def grouped(
    groups: Vertices, low: LowSpectrum, numbers: Sequence[int], max_rounds: int = DEFAULT_SETTINGS.max_rounds
) -> Vertices:
    """Group communities into larger ones by the lowest eigenvectors, numbered by first vertices, shape (n,).

    Points are the means over communities of the rows of the first eigenvectors; k-means groups them within each
    component, as :func:`graphspec.clusters.partitioning.group_vertices` does with the rows. So a community is never
    split.

    Parameters
    ----------
    groups
        Community of every vertex, none of which has vertices of several components.
    low
        The eigenvectors.
    numbers
        For every part of the spectrum, the number of eigenvectors, which is that of larger communities. Those of fewer
        than two eigenvectors are one.
    max_rounds
        Rounds of k-means at most.
    """
    result, used = np.empty_like(groups), 0
    for part, number in zip(low.parts, numbers, strict=True):
        # Isomorphic components have the same eigenvectors and the same communities.
        names, member = np.unique(groups[part.vertices[0]], return_inverse=True)
        larger = np.zeros(len(names), np.int64) if number < 2 else np.arange(len(names))
        if 2 <= number < len(names):
            points = part.vectors[:, :number]
            points = unit_rows(points) if low.operator.has_unit_rows else points
            indicator = csr_array((np.ones(len(member)), (member, np.arange(len(member)))))
            means = (indicator @ points) / np.bincount(member)[:, None]
            larger = by_k_means(unit_rows(means) if low.operator.has_unit_rows else means, max_rounds)
        count = int(larger.max()) + 1
        result[part.vertices] = larger[member] + used + count * np.arange(part.copies)[:, None]
        used += count * part.copies
    return renumbered(result)


def enrichment(fine: Vertices, coarse: Vertices, low: LowSpectrum) -> Enrichment | None:
    """Compare the edges between communities of a group with those to communities of other groups.

    Between communities that lie in no groups the expected number of edges is a product of a factor for either
    (quasi-independence: L. A. Goodman, J. Am. Stat. Assoc. 63, 1091 (1968)), whatever the degrees, sizes and densities
    are. Eigenvalues of such communities may well have wide gaps; in groups of communities the pairs of one group have
    more edges than that.

    Parameters
    ----------
    fine
        Community of every vertex.
    coarse
        Its group, of which every community is a part.
    low
        Spectrum of the operator of the graph.

    Returns
    -------
    Enrichment or None
        None where no component has anything to compare: fewer than four communities, whose three pairs any factors
        explain, or no group of several communities beside another.
    """
    assert isinstance(low.operator, GraphOperator)
    found = [
        result
        for part in low.parts
        for result in _of_part(part, fine[part.vertices[0]], coarse[part.vertices[0]], low.operator)
    ]
    if not found:
        return None
    return Enrichment(min(each.ratio for each in found), min(each.z_score for each in found))


def _of_part(part: LowPart, fine: Vertices, coarse: Vertices, operator: GraphOperator) -> list[Enrichment]:
    """Return the enrichment of every group of several communities of a component."""
    names, first, member = np.unique(fine, return_index=True, return_inverse=True)
    group = coarse[first]
    if len(names) < 4 or len(np.unique(group)) < 2:
        return []
    adjacency = adjacency_of_part(part, operator)
    pairs = member[adjacency.row] * len(names) + member[adjacency.col]
    edges = np.bincount(pairs, minlength=len(names) ** 2).reshape(len(names), -1).astype(float)
    np.fill_diagonal(edges, 0.0)
    factors = propensities(edges)
    expected = np.outer(factors, factors)
    np.fill_diagonal(expected, 0.0)
    result = []
    for name in np.unique(group):
        inside = group == name
        if np.count_nonzero(inside) > 1:
            within, beyond = np.ix_(inside, inside), np.ix_(inside, ~inside)
            sums = [(matrix[within].sum() / 2, matrix[beyond].sum()) for matrix in (edges, expected)]  # edges once
            result.append(_compared(*zip(*sums, strict=True)))
    return result


def _compared(numbers_within: tuple[float, float], numbers_beyond: tuple[float, float]) -> Enrichment:
    """Compare two numbers of edges, as of Poisson distributions; each is given with its expected number."""
    (within, expected_within), (beyond, expected_beyond) = numbers_within, numbers_beyond
    if within == 0 or expected_within == 0:
        return Enrichment(0.0, 0.0)
    if expected_beyond == 0:
        return Enrichment(np.inf, np.inf)
    rate = (within + beyond) / (expected_within + expected_beyond)
    spread = np.sqrt(rate * expected_within * expected_beyond / (expected_within + expected_beyond))
    ratio = (within / expected_within) / (beyond / expected_beyond) if beyond else np.inf
    return Enrichment(float(ratio), float((within - rate * expected_within) / spread))


def propensities(edges: Matrix, max_rounds: int = 500, tolerance: float = 1e-9) -> Vector:
    """Return factors whose products have the row sums of a symmetric matrix with a zero diagonal.

    By iterative proportional fitting; it stops after the rounds given where factors diverge, as they do if all edges of
    the others go to one community.

    Parameters
    ----------
    edges
        The matrix, with entries of at least zero.
    max_rounds
        Rounds at most.
    tolerance
        Relative change of a factor at which they have converged.

    Examples
    --------
    >>> factors = np.array([1.0, 2.0, 3.0, 5.0])
    >>> matrix = np.outer(factors, factors) * (1 - np.eye(4))
    >>> propensities(matrix).round(6).tolist()
    [1.0, 2.0, 3.0, 5.0]
    """
    sums = edges.sum(axis=1)
    factors = sums / np.sqrt(max(float(sums.sum()), 1.0))
    for _ in range(max_rounds):
        others = factors.sum() - factors
        fitted = np.sqrt(factors * np.divide(sums, others, out=np.zeros_like(sums), where=others > 0))
        done = bool((np.abs(fitted - factors) <= tolerance * fitted).all())
        factors = fitted
        if done:
            break
    return factors
