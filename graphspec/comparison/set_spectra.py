"""Spectra of the graphs of a set, as rows of numbers: distribution functions on a grid, and histograms.

All are of the whole spectrum of the normalised Laplacian, zeros included: the numbers of vertices and of components are
a part of what sets of graphs differ by.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from graphspec._typing import Matrix, Vector
from graphspec.comparison.settings import SetSettings
from graphspec.densities import SpectralDensity, density
from graphspec.exact import DENSE_NODES, rows_of_spectra
from graphspec.graphs import Graph, largest_component
from graphspec.sketches import Sampling, SpectralSketch, sketch

HISTOGRAM_EDGES = np.linspace(-1e-5, 2.0, 201)
"""Ends of the bins of the literature's histogram: 200 of equal width over (-1e-5, 2), so that zeros are in the first
one whatever the sign of their rounding (``spectral_stats`` in the code of Liao et al., NeurIPS 2019)."""


@dataclass(frozen=True, eq=False)
class SetSpectra:
    """Spectra of the graphs of a set.

    Attributes
    ----------
    name
        Name of the set.
    graphs
        Names of its graphs.
    functions
        Means of the distribution functions over cells of equal width in [0, 2], shape (graphs, cells).
    histograms
        Shares of the eigenvalues in the bins of `HISTOGRAM_EDGES`, shape (graphs, 200).
    """

    name: str
    graphs: tuple[str, ...]
    functions: Matrix
    histograms: Matrix

    def __len__(self) -> int:
        return len(self.graphs)


def spectra_of_set(
    name: str,
    sources: Sequence[Graph | SpectralSketch],
    graphs: Sequence[str],
    sampling: Sampling,
    settings: SetSettings,
    progress: Callable[[int], None] | None = None,
) -> SetSpectra:
    """Compute the spectra of all graphs of a set.

    All eigenvalues of graphs of at most `DENSE_NODES` vertices are computed, in groups of equal size and all threads at
    once; the distribution functions of larger ones are those of MaxEnt densities.

    Parameters
    ----------
    name
        Name of the set.
    sources
        Graphs with vertices, or sketches of normalised Laplacians.
    graphs
        Their names.
    sampling
        Options of the pass over large graphs.
    settings
        Number of cells.
    progress
        Called with numbers of graphs that were done.
    """
    cells, bins = settings.cells, len(HISTOGRAM_EDGES) - 1
    rows = np.empty((len(sources), cells + bins))
    parts = [_part_of(source, sampling) for source in sources]
    small = [number for number, part in enumerate(parts) if isinstance(part, Graph) and part.num_nodes <= DENSE_NODES]
    dense = [part for number in small if isinstance(part := parts[number], Graph)]
    solved = rows_of_spectra(dense, lambda values: row_of_eigenvalues(values, cells), sampling.threads, progress)
    for number, row in zip(small, solved, strict=True):
        rows[number] = row
    for number in sorted({*range(len(parts))} - {*small}):
        part = parts[number]
        held = part if isinstance(part, SpectralSketch) else sketch(part, sampling)
        rows[number] = row_of_density(density(held), cells)
        if progress is not None:
            progress(1)
    return SetSpectra(name, tuple(graphs), rows[:, :cells], rows[:, cells:])


def row_of_eigenvalues(eigenvalues: Vector, cells: int) -> Vector:
    """Return the means of the distribution function over cells, and the histogram, from all eigenvalues of a graph.

    An eigenvalue in a cell counts by the share of the cell that lies above it, so that the means are exact, and do not
    jump where rounding takes an eigenvalue across the end of a cell.
    """
    places = np.clip(eigenvalues * (cells / 2), 0, cells)
    before = np.minimum(places.astype(np.int64), cells - 1)
    above = 1 - (places - before)
    whole = np.cumsum(np.bincount(before, minlength=cells)) - np.bincount(before, minlength=cells)
    functions = whole + np.bincount(before, above, minlength=cells)
    counts = np.histogram(eigenvalues, HISTOGRAM_EDGES)[0]
    return np.concatenate([functions, counts]) / len(eigenvalues)


def row_of_density(estimate: SpectralDensity, cells: int) -> Vector:
    """Return the distribution function in the middle of cells, and the histogram, from a density."""
    middles = (np.arange(cells) + 0.5) * (2 / cells)
    counts = estimate.count(np.concatenate([middles, HISTOGRAM_EDGES])).value / estimate.dimension
    return np.concatenate([counts[:cells], np.maximum(np.diff(counts[cells:]), 0.0)])


def _part_of(source: Graph | SpectralSketch, sampling: Sampling) -> Graph | SpectralSketch:
    """Return what is compared of a graph: the whole, or its largest component."""
    if isinstance(source, Graph) and sampling.component == "largest":
        return largest_component(source)
    return source
