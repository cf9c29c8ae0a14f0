"""Rows of features, from exact eigenvalues of small graphs and from densities of large ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from numpy.polynomial import chebyshev

from graphspec._typing import Matrix, Vector
from graphspec.densities import Estimate, SpectralDensity, density
from graphspec.errors import GraphspecError, ParameterError
from graphspec.exact import DENSE_NODES, rows_of_spectra
from graphspec.features.settings import FeatureSettings
from graphspec.graphs import Graph
from graphspec.notebook import Shown
from graphspec.sketches import Sampling, SpectralSketch, sketch, spectrum_moments

_TIE = 1e-9
"""Distance at which an eigenvalue is 0, 1, 2 or the end of a bin: rounding moves those of 500 vertices by 1e-14."""


@dataclass(frozen=True, eq=False, repr=False)
class FeatureTable(Shown):
    """Features of graphs.

    Attributes
    ----------
    names
        Names of the features.
    values
        Values, shape (graphs, features).
    errors
        Their standard errors, zero where all eigenvalues are known. Where the error of the finite order is larger than
        that of sampling, half the interval over the t quantile: an interval of t such errors covers as often.
    """

    names: list[str]
    values: Matrix
    errors: Matrix

    def to_frame(self, index: Sequence[Any] | None = None, *, with_errors: bool = False) -> Any:
        """Return the features as a DataFrame of pandas, with or without a second block of standard errors.

        Parameters
        ----------
        index
            Names of the graphs.
        with_errors
            Whether columns ``<feature>_sem`` follow.
        """
        columns, values = self.names, self.values
        if with_errors:
            columns, values = error_columns(self.names), np.concatenate([self.values, self.errors], axis=1)
        return pd.DataFrame(values, columns=columns, index=None if index is None else list(index))


def error_columns(names: Sequence[str]) -> list[str]:
    """Return names of features followed by those of their standard errors."""
    return [*names, *(f"{name}_sem" for name in names)]


def features_of(
    sources: Sequence[Graph | SpectralSketch],
    settings: FeatureSettings | None = None,
    sampling: Sampling | None = None,
    progress: Callable[[int], None] | None = None,
) -> FeatureTable:
    """Compute one row of features for every graph; the rows do not depend on each other.

    All eigenvalues of graphs of at most `DENSE_NODES` vertices are computed, in groups of equal size and all threads at
    once. Larger graphs are sketched, one after the other, and their features have standard errors.

    Parameters
    ----------
    sources
        Graphs, or sketches of their normalised Laplacian.
    settings
        Which features.
    sampling
        Options of the pass over large graphs.
    progress
        Called with numbers of graphs that were done.

    Raises
    ------
    ParameterError
        If the sampling is of another operator than the normalised Laplacian.
    GraphspecError
        If a graph has no vertices, or a sketch is of another operator.
    """
    settings, sampling = settings or FeatureSettings(), sampling or Sampling()
    if sampling.operator != "normalized":
        raise ParameterError(f"features are of the normalised Laplacian, not of {sampling.operator}", "operator")
    for source in sources:
        if isinstance(source, Graph) and source.num_nodes == 0:
            raise GraphspecError(f"{source.name}: a graph without vertices has no spectrum")
    values = np.empty((len(sources), len(settings.names)))
    errors = np.zeros_like(values)
    small = [number for number, source in enumerate(sources) if _is_small(source, sampling)]
    graphs = [graph for number in small if isinstance(graph := sources[number], Graph)]
    solved = rows_of_spectra(graphs, partial(row_of_eigenvalues, settings=settings), sampling.threads, progress)
    for number, row in zip(small, solved, strict=True):
        values[number] = row
    for number in sorted({*range(len(sources))} - {*small}):
        source = sources[number]
        held = source if isinstance(source, SpectralSketch) else sketch(source, sampling)
        values[number], errors[number] = row_of_sketch(held, settings)
        if progress is not None:
            progress(1)
    return FeatureTable(settings.names, values, errors)


def row_of_eigenvalues(eigenvalues: Vector, settings: FeatureSettings) -> Vector:
    """Return the features of a graph from all eigenvalues of its normalised Laplacian."""
    size = len(eigenvalues)
    means = _functions(eigenvalues, settings).mean(axis=0)
    counts = np.searchsorted(eigenvalues, settings.edges[1:] + _TIE, side="right") / size
    atoms = [np.count_nonzero(np.abs(eigenvalues - point) < _TIE) / size for point in (0.0, 1.0, 2.0)]
    total = float(eigenvalues.sum())
    entropy = np.log(total) - means[-1] * size / total if total > 0 else 0.0
    return np.concatenate([means[:-1], np.diff(counts, prepend=0.0), atoms, [entropy]])


def row_of_sketch(held: SpectralSketch, settings: FeatureSettings) -> tuple[Vector, Vector]:
    """Return the features of a graph from a sketch of its normalised Laplacian, and their errors, as of `FeatureTable`.

    Raises
    ------
    GraphspecError
        If the sketch is of another operator.
    """
    if held.operator != "normalized":
        raise GraphspecError(f"{held.source.name}: features are of the normalised Laplacian, not of {held.operator}")
    estimate = density(held)
    orders = slice(1, settings.orders + 1)
    moments = spectrum_moments(held, max(1, settings.orders))
    found = estimate.integrate(lambda points: _functions(points, settings)[:, settings.orders :])
    found_errors = _errors(found, estimate)
    shares, share_errors = _shares(estimate, settings)
    atoms = [sum(atom.multiplicity for atom in held.atoms if abs(atom.eigenvalue - point) < _TIE) for point in range(3)]
    mean = 1.0 + float(moments.values[1])  # of the eigenvalues: exactly known
    entropy = float(np.log(mean * held.dimension) - found.value[-1] / mean) if mean > 0 else 0.0
    entropy_error = float(found_errors[-1]) / mean if mean > 0 else 0.0
    last = np.array([*(atom / held.dimension for atom in atoms), entropy])
    values = [moments.values[orders], found.value[:-1], shares, last]
    errors = [moments.sem[orders], found_errors[:-1], share_errors, np.array([0.0, 0.0, 0.0, entropy_error])]
    return np.concatenate(values), np.concatenate(errors)


def _errors(found: Estimate, estimate: SpectralDensity) -> Vector:
    """Return standard errors that hold the error of the finite order, too."""
    return np.maximum(found.sem, (found.high - found.low) / (2 * estimate.t_quantile))


def _is_small(source: Graph | SpectralSketch, sampling: Sampling) -> bool:
    return isinstance(source, Graph) and source.num_nodes <= DENSE_NODES and sampling.component != "largest"


def _functions(points: Vector, settings: FeatureSettings) -> Matrix:
    """Return Chebyshev polynomials, exponentials and x log x at eigenvalues, shape (points, functions)."""
    polynomials = chebyshev.chebvander(points - 1.0, settings.orders)[:, 1:]
    heat = np.exp(-np.multiply.outer(points, np.array(settings.times)))
    positive = np.where(points > 0, points, 1.0)
    return np.concatenate([polynomials, heat, (points * np.log(positive))[:, None]], axis=1)


def _shares(estimate: SpectralDensity, settings: FeatureSettings) -> tuple[Vector, Vector]:
    """Return shares of eigenvalues in bins that hold their upper ends, the first one the lower end too."""
    shares, errors = [], []
    for low, high in pairwise(settings.edges.tolist()):
        counted = estimate.count_between(low + _TIE if low else 0.0, high + _TIE)
        shares.append(float(counted.value) / estimate.dimension)
        errors.append(float(_errors(counted, estimate)) / estimate.dimension)
    return np.array(shares), np.array(errors)
