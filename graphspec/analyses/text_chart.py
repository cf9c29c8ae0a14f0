"""Density as a bar chart of characters."""

from __future__ import annotations

import numpy as np

from graphspec.analyses.drawing import PICTURE
from graphspec.densities import SpectralDensity
from graphspec.exact import point_masses

_BLOCKS = " ▁▂▃▄▅▆▇█"
_ATOM = "╷"


def draw_density(density: SpectralDensity, *, width: int = 72, height: int = 12) -> list[str]:
    """Return lines that show the continuous part of a density, with a mark above every atom.

    A bar is the number of eigenvalues in its column over the width of the column, so that no peak is missed, as it
    could be by values at points.

    Parameters
    ----------
    density
        The density.
    width, height
        Columns and rows of the chart, without its labels.
    """
    low, high = density.interval
    edges = np.linspace(low, high, width + 1)
    bars = _continuous_masses(density, edges) / (edges[1] - edges[0])
    top = float(bars.max())
    eighths = np.rint(bars / top * height * 8).astype(int) if top > 0 else np.zeros(width, int)
    # Small but positive densities are shown as the lowest bar.
    eighths[(bars > 1e-4 * top) & (eighths == 0)] = 1
    lines = []
    for row in range(height - 1, -1, -1):
        levels = np.clip(eighths - 8 * row, 0, 8)
        label = f"{top * (row + 1) / height:8.3g}" if row in (height - 1, height // 2 - 1) else " " * 8
        lines.append(f"{label} ┤{''.join(_BLOCKS[level] for level in levels)}")
    columns = {
        min(width - 1, int((atom.eigenvalue - low) / (high - low) * width))
        for atom in point_masses(density.atoms, PICTURE.listed_atoms)
        if low <= atom.eigenvalue <= high  # eigenvalues that stand alone are beyond the bulk
    }
    if columns:
        marks = "".join(_ATOM if column in columns else " " for column in range(width))
        lines.insert(0, f"{'atoms':>8} ┤{marks}".rstrip())
    return [*lines, *_axis(low, high, width)]


def _continuous_masses(density: SpectralDensity, edges: np.ndarray) -> np.ndarray:
    unit = np.linspace(-1.0, 1.0, len(edges))
    sums = density.part.cumulative(unit).value.copy()
    sums[0], sums[-1] = 0.0, 1.0 if density.continuous_share > 0 else 0.0
    return np.asarray(np.maximum(np.diff(sums), 0.0) * density.continuous_share)


def _axis(low: float, high: float, width: int) -> list[str]:
    ticks = np.linspace(0, width - 1, 5).astype(int)
    line = "".join("┴" if column in set(ticks.tolist()) else "─" for column in range(width))
    labels = [" "] * (width + 8)
    for tick, value in zip(ticks, np.linspace(low, high, 5), strict=True):
        text = f"{value:.3g}"
        start = min(max(0, int(tick) - len(text) // 2), width + 8 - len(text))
        labels[start : start + len(text)] = text
    return [f"{'':8} └{line}", f"{'':8}  {''.join(labels)}".rstrip()]
