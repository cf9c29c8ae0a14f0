"""Picture of a count of detectable communities."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from graphspec._typing import Vector
from graphspec.analyses.drawing import ATOM, CURVE, PICTURE, band_label, plain_numbers
from graphspec.clusters import ANGLE_UNIT, DetectableCount, Kind
from graphspec.densities import SpectralDensity
from graphspec.output import counted, picture

if TYPE_CHECKING:  # optional
    from matplotlib.axes import Axes


UNTOLD, NEXT = "#e69500", "grey"


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
    angles, edge, density = _angle_axis(count)
    curve = density.density(1 - np.cos(angles * ANGLE_UNIT))
    # Per unit of angle the density does not diverge at the low end, and a gap is as wide as it is resolved.
    slope = density.dimension * np.sin(angles * ANGLE_UNIT) * ANGLE_UNIT
    values = [curve.low * slope, curve.value * slope, curve.high * slope]
    lower.fill_between(angles, values[0], values[2], color=CURVE, alpha=0.25, lw=0)
    lower.plot(angles, values[1], color=CURVE, lw=1.2)
    below = values[1][angles <= edge]
    lower.set(xlim=(angles[0], angles[-1]), ylim=(0, 3 * max(float(below.max(initial=0.0)), 1.0)))
    lower.set(xlabel="angle arccos(1 - λ), in π / 100", ylabel="density, regularized operator")
    _mark_edge(lower, count, edge)
    if count.confirmation is not None:
        _draw_rug(lower, count)
    _draw_counts(upper, count, angles, edge, density)


def draw_detected(axes: Axes, count: DetectableCount) -> None:
    """Draw the number of eigenvalues of the regularised Laplacian on the angle axis into axes."""
    angles, edge, density = _angle_axis(count)
    _draw_counts(axes, count, angles, edge, density)
    axes.set_xlabel("angle arccos(1 - λ), in π / 100")


def _angle_axis(count: DetectableCount) -> tuple[Vector, float, SpectralDensity]:
    """Return the angles to draw, that of the edge of the bulk, and the density."""
    density, threshold = count.density, count.threshold
    assert density is not None
    assert threshold is not None
    edge = float(np.arccos(1 - threshold)) / ANGLE_UNIT
    return np.linspace(*_range(count, edge), PICTURE.points), edge, density


def _draw_counts(axes: Axes, count: DetectableCount, angles: Vector, edge: float, density: SpectralDensity) -> None:
    counts = density.count(1 - np.cos(angles * ANGLE_UNIT))
    label = f"{density.method}, {density.num_moments} moments, {band_label(density)}"
    axes.fill_between(angles, np.maximum(counts.low, 0.4), np.maximum(counts.high, 0.4), color=CURVE, alpha=0.25, lw=0)
    axes.plot(angles, np.maximum(counts.value, 0.4), color=CURVE, lw=1.4, label=label)
    axes.set_yscale("log")
    axes.set(xlim=(angles[0], angles[-1]), ylim=(0.4, None), ylabel="eigenvalues up to the angle")
    plain_numbers(axes)
    axes.set_title(_title(count), loc="right")
    if count.levels is not None:
        _draw_levels(axes, count)
    _mark_edge(axes, count, edge)
    axes.legend(frameon=False, loc="upper left")


def _mark_edge(axes: Axes, count: DetectableCount, edge: float) -> None:
    edge_label = f"1 - 1/r = {count.threshold:.3f}, for {count.radius_in_words}"
    axes.axvline(edge, color="black", lw=1, ls="--", label=edge_label)
    axes.spines["right"].set_visible(False)


def _draw_levels(axes: Axes, count: DetectableCount) -> None:
    """Shade the gaps between levels and name them; draw the confirmed eigenvalues as steps of the count."""
    assert count.levels is not None
    if count.confirmation is not None:
        parts = count.confirmation.below.parts
        values = np.sort(np.concatenate([np.repeat(part.eigenvalues, part.copies) for part in parts]))
        places = _angles(np.append(values, count.confirmation.gap_high))
        numbers = np.minimum(np.arange(1, len(places) + 1), len(values))
        axes.step(places, numbers, where="post", color=ATOM, lw=1.2, label="confirmed eigenvalues")
    for number, level in enumerate(count.levels):
        if level.gap is None or level.gap_low is None or level.gap_high is None:
            continue
        low, high = _angles(np.array([level.gap_low, level.gap_high]))
        axes.axvspan(low, high, color=ATOM, alpha=0.12, lw=0)
        noun = "communities" if number == 0 and count.kind is Kind.GROUPS else "groups"
        # One below the other: names of narrow gaps are wider than these.
        axes.text(
            (low + high) / 2,
            0.02 + 0.11 * number,
            f"{round(level.count):,} {noun}\ngap {level.gap:.1f}",
            transform=axes.get_xaxis_transform(),
            ha="center",
            va="bottom",
            color=ATOM,
            fontsize=9,
            bbox={"facecolor": "white", "alpha": 0.8, "pad": 1, "lw": 0},
        )


def _range(count: DetectableCount, edge: float) -> tuple[float, float]:
    """Return the angles to draw: from below the first eigenvalue to beyond the edge of the bulk."""
    assert count.density is not None
    places = np.linspace(0.0, edge, 1000)
    first = places[min(int(np.searchsorted(count.density.count(1 - np.cos(places * ANGLE_UNIT)).value, 0.5)), 999)]
    width = max(edge - float(first), 3.0)
    last = edge + min(0.6 * width, 8.0)
    if count.confirmation is not None:  # a next eigenvalue that is not far is shown
        last = max(last, min(1.01 * float(_angles(np.array([count.confirmation.gap_high]))[0]), edge + 8.0))
    return max(edge - 1.3 * width, 0.0), min(last, 100.0)


def _draw_rug(axes: Axes, count: DetectableCount) -> None:
    """Mark the confirmed eigenvalues, those that are not counted, and the first one beyond the edge."""
    result = count.confirmation
    assert result is not None
    told, below = (
        np.concatenate([np.repeat(part.eigenvalues, part.copies) for part in spectrum.parts])
        for spectrum in (result.spectrum, result.below)
    )
    parts = zip(result.below.parts, result.spectrum.parts, strict=True)
    others = np.concatenate([part.eigenvalues[len(first.eigenvalues) :] for part, first in parts])
    rugs = [(told, ATOM, f"{_eigenvalues(len(told))}, confirmed")]
    if len(others):
        rugs.append((others, UNTOLD, f"{_eigenvalues(len(below) - len(told))} within the noise of the edge"))
    for places, colour, label in (*rugs, (np.array([result.gap_high]), NEXT, "the next one")):
        axes.vlines(_angles(places), 0, 0.04, colors=colour, lw=1.4, zorder=5, transform=axes.get_xaxis_transform())
        axes.plot([], [], "|", ms=10, mew=1.4, color=colour, label=label)
    axes.legend(frameon=False, loc="upper left")


def _angles(eigenvalues: Vector) -> Vector:
    return np.asarray(np.arccos(np.clip(1 - eigenvalues, -1, 1)) / ANGLE_UNIT)


def _title(count: DetectableCount) -> str:
    best = round(count.best)
    confirmed = ", confirmed" if count.confirmation is not None else ""
    if count.levels:
        first, *others = (f"{round(level.count):,}" for level in count.levels)
        noun = "communities" if count.kind is Kind.GROUPS else "groups"
        joined = "".join(f" in {number} groups" for number in others)
        return f"{first} {noun}{joined}{', confirmed' if count.levels[-1].confirmed else ''}"
    if count.kind is Kind.GROUPS:
        return f"{best:,} communities{confirmed}"
    if count.kind is Kind.SCALES:
        return f"{_eigenvalues(best)}, scales and not groups{confirmed}"
    if not count.is_certain:
        return f"{best:,} to {round(count.largest):,} communities{confirmed}"
    if count.num_disassortative:
        return f"{counted(best, 'group', 'groups')}, {_eigenvalues(count.num_disassortative)} of disassortative ones"
    return f"no community structure{confirmed}"


def _eigenvalues(number: int) -> str:
    return counted(number, "eigenvalue", "eigenvalues")
