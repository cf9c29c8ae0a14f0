"""Picture of a count of detectable communities."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from graphspec._typing import Vector
from graphspec.analyses.drawing import ATOM, CURVE, PICTURE, band_label
from graphspec.clusters import ANGLE_UNIT, DetectableCount, Kind
from graphspec.output import picture

if TYPE_CHECKING:  # optional
    from matplotlib.axes import Axes


def draw_detectable(count: DetectableCount, path: str | Path, title: str) -> None:
    """Draw the count near the threshold and the density below it, one above the other.

    Parameters
    ----------
    count
        The count, with a density.
    path
        File of the picture.
    title
        Title of the picture.
    """
    with picture(path, (10, 7.5)) as figure:
        grid = figure.add_gridspec(2, 1, height_ratios=(1.25, 1))
        upper, lower = (figure.add_subplot(grid[row, 0]) for row in range(2))
        draw_detection(upper, lower, count)
        upper.set_title(title, loc="left", fontweight="bold")


def draw_detection(upper: Axes, lower: Axes, count: DetectableCount) -> None:
    """Draw the number of eigenvalues of the regularised Laplacian and its density on the angle axis.

    The angle arccos(1 - eigenvalue), in units of pi / 100, has the same resolution everywhere. Confirmed eigenvalues
    are a rug below the density.
    """
    density, threshold = count.density, count.threshold
    assert density is not None
    assert threshold is not None
    edge = float(np.arccos(1 - threshold)) / ANGLE_UNIT
    angles = np.linspace(*_range(count, edge), PICTURE.points)
    points = 1 - np.cos(angles * ANGLE_UNIT)
    counts, curve = density.count(points), density.density(points)
    label = f"{density.method}, {density.num_moments} moments, {band_label(density)}"
    upper.fill_between(angles, np.maximum(counts.low, 0.4), np.maximum(counts.high, 0.4), color=CURVE, alpha=0.25, lw=0)
    upper.plot(angles, np.maximum(counts.value, 0.4), color=CURVE, lw=1.4, label=label)
    upper.set_yscale("log")
    upper.set(xlim=(angles[0], angles[-1]), ylim=(0.4, None), ylabel="eigenvalues up to the angle")
    upper.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}" if value >= 1 else f"{value:g}")
    upper.set_title(_title(count), loc="right")
    # Per unit of angle the density does not diverge at the low end, and a gap is as wide as it is resolved.
    slope = density.dimension * np.sin(angles * ANGLE_UNIT) * ANGLE_UNIT
    values = [curve.low * slope, curve.value * slope, curve.high * slope]
    lower.fill_between(angles, values[0], values[2], color=CURVE, alpha=0.25, lw=0)
    lower.plot(angles, values[1], color=CURVE, lw=1.2)
    below = values[1][angles <= edge]
    lower.set(xlim=(angles[0], angles[-1]), ylim=(0, 3 * max(float(below.max(initial=0.0)), 1.0)))
    lower.set(xlabel="angle arccos(1 - λ), in π / 100", ylabel="density, regularized operator")
    for axes in (upper, lower):
        axes.axvline(edge, color=ATOM, lw=1, ls="--", label=f"edge of the bulk, 1 - 1/r = {threshold:.3f}")
        axes.spines["right"].set_visible(False)
    if count.confirmation is not None:
        _draw_rug(lower, count)
    upper.legend(frameon=False, loc="upper left")


def _range(count: DetectableCount, edge: float) -> tuple[float, float]:
    """Return the angles to draw: from below the first eigenvalue to beyond the edge of the bulk."""
    assert count.density is not None
    places = np.linspace(0.0, edge, 1000)
    first = places[min(int(np.searchsorted(count.density.count(1 - np.cos(places * ANGLE_UNIT)).value, 0.5)), 999)]
    width = max(edge - float(first), 3.0)
    return max(edge - 1.3 * width, 0.0), min(edge + min(0.6 * width, 8.0), 100.0)


def _draw_rug(axes: Axes, count: DetectableCount) -> None:
    """Mark the confirmed eigenvalues, and the first one beyond the edge, below the density."""
    assert count.confirmation is not None
    values = np.concatenate([part.eigenvalues for part in count.confirmation.spectrum.parts])
    for places, colour in ((values, ATOM), (np.array([count.confirmation.gap_high]), "grey")):
        axes.plot(_angles(places), np.zeros(len(places)), "|", ms=14, color=colour, zorder=5)
    axes.plot([], [], "|", ms=10, color=ATOM, label=f"{count.confirmation.count:,} eigenvalues, confirmed")
    axes.plot([], [], "|", ms=10, color="grey", label="the next one")
    axes.legend(frameon=False, loc="upper left")


def _angles(eigenvalues: Vector) -> Vector:
    return np.asarray(np.arccos(np.clip(1 - eigenvalues, -1, 1)) / ANGLE_UNIT)


def _title(count: DetectableCount) -> str:
    best = f"{round(count.best):,}"
    confirmed = ", confirmed" if count.confirmation is not None else ""
    if count.kind is Kind.NONE:
        return f"no community structure{confirmed}"
    noun = "communities" if count.kind is Kind.GROUPS else "eigenvalues, scales and not groups"
    return f"{best} {noun}{confirmed}"
