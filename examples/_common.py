"""What the examples share: the command line, tables, two measures of agreement, and pictures."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    from graphspec import SpectralDensity

PICTURES = Path("pictures")
"""Where pictures go when no folder is given: a folder that git ignores."""

EXACT_COLOUR, COLOURS = "#c9ced6", ("#d1495b", "#00798c", "#c77700")
"""The truth is grey; estimates are red, blue and orange, told apart by colour-blind readers too."""

_GRID_POINTS = 20001


def run(main: Callable[[Path | None], Any], report: Callable[[Any], str], description: str) -> None:
    """Run an example from the command line: draw into the folder given, print the numbers."""
    parser = argparse.ArgumentParser(description=description.splitlines()[0])
    parser.add_argument("folder", type=Path, nargs="?", default=PICTURES, help="where the picture goes (%(default)s)")
    print(report(main(parser.parse_args().folder)))


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


def figure(columns: int, title: str, *, share_y: bool | str = False) -> tuple[Figure, list[Axes]]:
    """Return a figure with axes side by side, for files and not for a screen."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    result = Figure(figsize=(5.2 * columns, 4.6), layout="constrained")
    FigureCanvasAgg(result)
    result.suptitle(title, fontsize=14)
    panels = list(np.ravel(result.subplots(1, columns, sharey=share_y)))
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
