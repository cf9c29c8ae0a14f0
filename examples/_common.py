"""What the examples share: the command line, data, tables, two measures of agreement, and pictures."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import networkx as nx
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    from graphspec import Graph, SpectralDensity

PICTURES = Path("pictures")
"""Where pictures go when no folder is given: a folder that git ignores."""

EXACT_COLOUR, COLOURS = "#c9ced6", ("#d1495b", "#00798c", "#c77700")
"""The truth is grey; estimates are red, blue and orange, told apart by colour-blind readers too."""

METHODS = {"maxent": ("MaxEnt", COLOURS[1]), "lanczos": ("Lanczos", COLOURS[2])}
"""Names and colours of the two methods that the talk compares."""

_GRID_POINTS = 20001
_GOLDEN_ANGLE = np.pi * (3 - np.sqrt(5))


class MissingDataError(Exception):
    """An example needs a real network that is not there."""

    def __init__(self, *files: str) -> None:
        *first, last = files
        names = f"{', '.join(first)} or {last}" if first else last
        super().__init__(f"nothing to do: set GRAPHSPEC_DATA to a folder with {names}")


def run(main: Callable[[Path | None], Any], report: Callable[[Any], str], description: str) -> None:
    """Run an example from the command line: draw into the folder given, print the numbers."""
    parser = argparse.ArgumentParser(description=description.splitlines()[0])
    parser.add_argument("folder", type=Path, nargs="?", default=PICTURES, help="where the picture goes (%(default)s)")
    arguments = parser.parse_args()
    try:
        numbers = main(arguments.folder)
    except MissingDataError as error:
        print(error, file=sys.stderr)
    else:
        print(report(numbers))


def data_file(name: str) -> Path | None:
    """Return a file of the folder that GRAPHSPEC_DATA names, or None where it is not there."""
    folder = os.environ.get("GRAPHSPEC_DATA")
    path = Path(folder) / name if folder else None
    return path if path is not None and path.is_file() else None


def read_network(path: Path) -> Graph:
    """Read a real network; the third column of as-caida is a code and no weight."""
    import graphspec

    tables = not {".mtx", ".mat"}.intersection(path.suffixes)
    return graphspec.read_edges(path, columns=(1, 2)) if tables else graphspec.read_edges(path)


def planted_partition(num_clusters: int, cluster_size: int, mean_degree: float, mixing: float, seed: int) -> nx.Graph:
    """Return a random graph of clusters of one size, whose vertices have a share `mixing` of their edges outside."""
    import networkx as nx

    inside = mean_degree * (1 - mixing) / (cluster_size - 1)
    outside = mean_degree * mixing / (cluster_size * (num_clusters - 1))
    probabilities = np.full((num_clusters, num_clusters), outside)
    np.fill_diagonal(probabilities, inside)
    sizes = [cluster_size] * num_clusters
    return nx.stochastic_block_model(sizes, probabilities, sparse=True, seed=seed)


def sunflower(number: int) -> NDArray[np.float64]:
    """Return points that fill the unit disc evenly, shape (number, 2)."""
    order = np.arange(number) + 0.5
    radius, angle = np.sqrt(order / number), order * _GOLDEN_ANGLE
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)


def table(columns: Sequence[str], rows: Sequence[Sequence[Any]], digits: int = 4) -> str:
    """Return rows as text in right-aligned columns; floats with a number of significant digits."""
    cells = [
        [f"{cell:.{digits}g}" if isinstance(cell, float) else str(cell) for cell in row] for row in (columns, *rows)
    ]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = ["  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in cells]
    return "\n".join([lines[0], "-" * len(lines[0]), *lines[1:]])


def wasserstein(estimate: SpectralDensity, exact: SpectralDensity) -> float:
    """Return the Wasserstein-1 distance of two spectra: the area between their distribution functions."""
    low, high = exact.interval
    grid = np.linspace(low, high, _GRID_POINTS)
    middle = (grid[1:] + grid[:-1]) / 2
    difference = estimate.count(middle).value - exact.count(middle).value
    return float(np.abs(difference).mean() * (high - low) / exact.dimension)


def covered(estimate: SpectralDensity, exact: SpectralDensity) -> float:
    """Return the share of quantiles of the exact spectrum at which the interval of the count holds the exact count."""
    points = exact.quantile(np.linspace(0.02, 0.98, 97)).value
    counts, truth = estimate.count(points), exact.count(points).value
    # The exact count is a staircase and the estimate a curve: half a step either way is no error.
    return float(np.mean((truth >= counts.low - 0.5) & (truth <= counts.high + 0.5)))


def draw_histogram(axes: Axes, exact: SpectralDensity, edges: NDArray[np.float64]) -> None:
    """Draw exact eigenvalues as a histogram; atoms, which are no part of a density, are left out."""
    counts = exact.count(edges).value
    for atom in exact.atoms:
        counts = counts - atom.multiplicity * (edges >= atom.eigenvalue - 1e-9)
    heights = np.diff(counts) / np.diff(edges) / exact.dimension
    axes.stairs(heights, edges, fill=True, color=EXACT_COLOUR, label=f"{exact.dimension} exact eigenvalues")


def draw_density(axes: Axes, estimate: SpectralDensity, grid: NDArray[np.float64], label: str, colour: str) -> None:
    """Draw a density as a line with the band of its confidence intervals."""
    values = estimate.density(grid)
    axes.fill_between(grid, values.low, values.high, color=colour, alpha=0.25, linewidth=0)
    axes.plot(grid, values.value, color=colour, label=label)


def draw_stems(axes: Axes, eigenvalues: NDArray[np.float64], count: int, colour: str) -> None:
    """Draw the lowest eigenvalues as stems, the first `count` of them in colour, and shade what is between."""
    orders = np.arange(1, len(eigenvalues) + 1)
    for chosen, shade in ((orders <= count, colour), (orders > count, "#7d8590")):
        axes.vlines(orders[chosen], 0, eigenvalues[chosen], color=shade, linewidth=1)
        axes.plot(orders[chosen], eigenvalues[chosen], "o", color=shade, markersize=3)
    axes.axhspan(eigenvalues[count - 1], eigenvalues[count], color=COLOURS[0], alpha=0.2, linewidth=0)
    axes.set(xlim=(0, len(eigenvalues) + 1), ylim=(0, None))


def figure(columns: int, title: str, *, rows: int = 1, share_y: bool | str = False) -> tuple[Figure, list[Axes]]:
    """Return a figure with axes side by side, row after row, for files and not for a screen."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    result = Figure(figsize=(5.2 * columns, 4.6 * rows), layout="constrained")
    FigureCanvasAgg(result)
    result.suptitle(title, fontsize=14)
    panels = list(np.ravel(result.subplots(rows, columns, sharey=share_y)))
    for axes in panels:
        axes.spines[["top", "right"]].set_visible(False)
    return result, panels


def save(picture: Figure, folder: Path, name: str) -> Path:
    """Write a figure as `name`.png, making the folder where it is missing."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.png"
    picture.savefig(path, dpi=130)
    print(f"picture: {path}", file=sys.stderr)
    return path
