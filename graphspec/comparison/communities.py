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
from graphspec.models import ParameterValues

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
    def count(self) -> int:
        """Number of communities."""
        return len(self.eigenvalues)

    @property
    def mean(self) -> float:
        """Mean of the eigenvalues."""
        return float(np.mean(self.eigenvalues))


def find_without_communities(
    fitted: Mapping[str, FittedModel], communities: Communities, settings: FitSettings = DEFAULTS
) -> dict[str, str]:
    """Return the models whose graphs have no communities as pronounced as those of a graph, each with the reason.

    The mean of as many lowest eigenvalues as the graph has communities is compared with that of the references. Models
    with blocks are not tested: they have the communities, less pronounced as far as the partition has errors.

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
        if each.model.blocks is not None:
            continue
        expected, deviation = _expected_mean(each, communities)
        if expected - communities.mean > settings.refuted * deviation:
            number = f"the {communities.count} communities have eigenvalues of mean {communities.mean:.4g}"
            without[name] = f"{number}, where its graphs have {expected:.4g} ± {deviation:.1g}"
    return without


def _expected_mean(fitted: FittedModel, communities: Communities, few: int = 3) -> tuple[float, float]:
    """Return the mean of the lowest eigenvalues of a model's graphs, and its standard deviation.

    To the spread of the references it adds what the errors of the fitted parameters do, by difference quotients over
    `few` references with common random numbers.
    """
    uncertainty, fit = fitted.uncertainty, fitted.fit
    references, values = uncertainty.objective.references, uncertainty.values

    def means(at: ParameterValues, count: int | None = None) -> Vector:
        graphs = references.graphs(at, count)
        return np.array([low_eigenvalues(graph, communities.tau, communities.count).mean() for graph in graphs])

    here = means(values)
    expected, variance = float(here.mean()), float(here.var(ddof=1)) * (1 + 1 / len(here))
    for parameter in fitted.model.parameters:
        if parameter.integer:
            continue
        name = parameter.name
        step = uncertainty.steps[name] * (1 if values[name] + uncertainty.steps[name] <= parameter.high else -1)
        slope = float((means({**values, name: values[name] + step}, few) - here[:few]).mean()) / step
        expected += slope * (fit.parameters[name] - values[name])
        variance += (slope * fit.standard_error[name]) ** 2
    return expected, float(np.sqrt(variance))


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
