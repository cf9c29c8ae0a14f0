"""Communities of a graph as evidence against models whose graphs have none.

A few eigenvalues outside of the bulk are a small part of a spectrum, which no divergence of densities resolves. So they
are compared on their own: with the lowest eigenvalues of the regularised Laplacian of a model's graphs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.sparse import dia_array
from scipy.sparse.linalg import eigsh

from graphspec._typing import Vector, Vertices
from graphspec.comparison.fitting import FittedModel
from graphspec.comparison.settings import FitSettings
from graphspec.graphs import Graph

DEFAULTS = FitSettings()


@dataclass(frozen=True, eq=False)
class Communities:
    """Communities that were detected in a graph.

    Attributes
    ----------
    labels
        Community of every vertex of the graph, shape (n,).
    tau
        What the regularised Laplacian adds to degrees.
    eigenvalues
        Its eigenvalues that count the communities, shape (K,).
    """

    labels: Vertices
    tau: float
    eigenvalues: Vector

    @property
    def mean(self) -> float:
        """Mean of the eigenvalues."""
        return float(np.mean(self.eigenvalues))


def find_without_communities(
    fitted: Mapping[str, FittedModel], communities: Communities, settings: FitSettings = DEFAULTS
) -> dict[str, str]:
    """Return the models whose graphs have no communities as pronounced as those of a graph, each with the reason.

    The mean of as many lowest eigenvalues as the graph has communities is compared with that of the references.

    Parameters
    ----------
    fitted
        Models with their fits, by their names.
    communities
        The communities of the graph.
    settings
        Settings of the fits.
    """
    without = {}
    for name, each in fitted.items():
        references, values = each.uncertainty.objective.references, each.uncertainty.values
        means = np.array(
            [
                low_eigenvalues(graph, communities.tau, len(communities.eigenvalues)).mean()
                for graph in references.graphs(values)
            ]
        )
        deviation = float(means.std(ddof=1)) * np.sqrt(1 + 1 / len(means))
        if means.mean() - communities.mean > settings.refuted * deviation:
            number = f"the {len(communities.eigenvalues)} communities have eigenvalues of mean {communities.mean:.3g}"
            without[name] = f"{number}, where its graphs have {means.mean():.3g} ± {deviation:.1g}"
    return without


def low_eigenvalues(graph: Graph, tau: float, count: int, *, dense: int = 200, tolerance: float = 1e-4) -> Vector:
    """Return the lowest eigenvalues of the regularised Laplacian, in increasing order.

    Parameters
    ----------
    graph
        The graph.
    tau
        What is added to every degree.
    count
        Number of eigenvalues; fewer where the graph has fewer vertices.
    dense
        Number of vertices up to which all eigenvalues are computed.
    tolerance
        Relative accuracy, far below the distance of neighbouring eigenvalues at the edge of the bulk.
    """
    roots = 1 / np.sqrt(graph.degrees + tau)
    scale = dia_array((roots[None], [0]), shape=(graph.num_nodes, graph.num_nodes))
    matrix = (scale @ graph.adjacency() @ scale).tocsr()
    if graph.num_nodes <= max(dense, 3 * count):
        return 1 - np.linalg.eigvalsh(matrix.toarray())[::-1][:count]
    start = np.ones(graph.num_nodes) / np.sqrt(graph.num_nodes)
    values = eigsh(matrix, count, which="LA", v0=start, tol=tolerance, return_eigenvectors=False)
    return np.sort(1 - values)
