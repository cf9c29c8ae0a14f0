"""Picture of a cluster count."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from graphspec._typing import Vector
from graphspec.analyses.detectable_picture import draw_detection
from graphspec.analyses.drawing import ATOM, CURVE, PICTURE, band_label, drawing_top, plain_numbers
from graphspec.clusters import ClusterCount, DetectableCount, Gap, Outcome
from graphspec.densities import SpectralDensity
from graphspec.output import picture

if TYPE_CHECKING:  # optional
    from matplotlib.axes import Axes


def draw_clusters(
    count: ClusterCount,
    densities: Sequence[SpectralDensity],
    path: str | Path,
    title: str,
    operator: str,
    detected: DetectableCount | None = None,
) -> None:
    """Draw the number of eigenvalues near zero with its band and the gaps, and below it the densities, enlarged.

    Parameters
    ----------
    count
        The count.
    densities
        The densities to draw side by side, one or two.
    path
        File of the picture.
    title
        Title of the picture.
    operator
        Name of the operator.
    detected
        Count of communities to draw on the right; there is one density then.
    """
    counted_density = count.density
    with picture(path, (10, 7.5) if detected is None else (15, 7.5)) as figure:
        columns = len(densities) if detected is None else 2
        grid = figure.add_gridspec(2, columns, height_ratios=(1.25, 1))
        upper = figure.add_subplot(grid[0, : len(densities)])
        if detected is not None:
            panels = [figure.add_subplot(grid[row, 1]) for row in range(2)]
            draw_detection(panels[0], panels[1], detected)
        points = _points(count)
        _draw_low_count(upper, count, counted_density, points)
        upper.set_title(title, loc="left", fontweight="bold")
        upper.set_title(_cluster_title(count), loc="right")
        lower = [figure.add_subplot(grid[1, index]) for index in range(len(densities))]
        curves = [density.density(points) for density in densities]
        # The bulk of the spectrum sets the height: the density that clusters leave near zero is low in comparison.
        height = max(drawing_top(curve.value) for curve in curves)
        for axes, density, curve in zip(lower, densities, curves, strict=True):
            axes.fill_between(points, curve.low, curve.high, color=CURVE, alpha=0.25, lw=0)
            axes.plot(points, curve.value, color=CURVE, lw=1.2)
            _shade_gap(axes, count)
            axes.set(xlim=(points[0], points[-1]), ylim=(0, height), xlabel="eigenvalue λ")
            axes.locator_params(axis="x", nbins=6)
            axes.set_title(f"{density.method}, {density.num_moments} moments", loc="left", fontsize=10)
            axes.spines["right"].set_visible(False)
        lower[0].set_ylabel(f"density, {operator} operator")


def draw_gaps(axes: Axes, count: ClusterCount) -> None:
    """Draw the number of eigenvalues near zero with its band and the gaps into axes."""
    _draw_low_count(axes, count, count.density, _points(count))
    axes.set_xlabel("eigenvalue λ")
    axes.set_title(_cluster_title(count), loc="right")


def _points(count: ClusterCount) -> Vector:
    """Return eigenvalues from the low end of the interval to that of the enlargement."""
    low, top = count.density.interval[0], _low_end(count, count.density)
    return np.asarray(low + (top - low) * np.linspace(0, 1, PICTURE.points))


def _low_end(count: ClusterCount, density: SpectralDensity) -> float:
    """Return the upper end of the enlargement: beyond the threshold and the first two candidates."""
    low, high = density.interval
    ends = [gap.gap_high for gap in count.candidates[:2]] + ([count.threshold] if count.threshold is not None else [])
    width = 1.35 * (max(ends) - low) if ends else 0.25 * (high - low)
    return float(low + np.clip(width, 0.02 * (high - low), high - low))


def _draw_low_count(axes: Axes, count: ClusterCount, density: SpectralDensity, points: Vector) -> None:
    counts = density.count(points)
    # Leave room below the first count for the label of the components.
    start = float(counts.value[0])
    floor = max(0.4, 0.4 * start) if counts.value[-1] > 10 * start else max(0.4, 0.8 * start)
    label = f"{density.method}, {density.num_moments} moments, {band_label(density)}"
    axes.fill_between(points, np.maximum(counts.low, floor), counts.high, color=CURVE, alpha=0.25, lw=0)
    axes.plot(points, np.maximum(counts.value, floor), color=CURVE, lw=1.4, label=label)
    _shade_gap(axes, count)
    for gap in count.candidates[: PICTURE.marked_gaps]:
        if gap.threshold < points[-1]:
            _mark_candidate(axes, gap, max(gap.count, floor), left=gap.threshold < points[0] + 0.1 * np.ptp(points))
    kinds = {gap.significant: ATOM if gap.significant else "white" for gap in count.candidates}
    for significant, face in kinds.items():
        label = f"candidates, {'' if significant else 'not '}significant"
        axes.plot([], [], "o", ms=6, mfc=face, mec=ATOM, label=label)
    if count.rule != "eigengap" and count.threshold is not None and count.count is not None:
        axes.axvline(
            count.threshold, color=ATOM, lw=1, ls="--", label=f"{count.rule}: {count.count.value:,.1f} up to here"
        )
    axes.set_yscale("log")
    axes.set(xlim=(points[0], points[-1]), ylim=(floor, None))
    plain_numbers(axes)
    axes.set_ylabel("eigenvalues up to λ")
    axes.spines["right"].set_visible(False)
    axes.legend(frameon=False, loc="lower right")


def _mark_candidate(axes: Axes, gap: Gap, height: float, *, left: bool) -> None:
    axes.plot([gap.threshold], [height], "o", ms=6, mfc=ATOM if gap.significant else "white", mec=ATOM)
    name = f"{gap.count:,.1f}"
    if gap.trivial:
        name = f"{gap.count:,.0f} component{'' if gap.count == 1 else 's'}"
    # The label of the components is placed below, where it does not overlap the next one.
    offset = (2 if left else 0, -16 if gap.trivial else 8)
    axes.annotate(name, (gap.threshold, height), offset, textcoords="offset points", ha="left" if left else "center")


def _shade_gap(axes: Axes, count: ClusterCount) -> None:
    gap = count.gap if count.confirmation is None else count.confirmation
    if gap is not None:
        axes.axvspan(gap.gap_low, gap.gap_high, color=ATOM, alpha=0.12, lw=0)


def _cluster_title(count: ClusterCount) -> str:
    if count.outcome is Outcome.COMPONENTS:
        return "no gap within the components"
    if count.confirmation is not None:
        return f"{count.confirmation.count:,} clusters below the gap, confirmed; dots are estimates"
    if count.count is None:
        return "no significant gap"
    return f"{count.count.value:,.1f} eigenvalues ({count.count.low:,.1f} to {count.count.high:,.1f})"
