"""Parts of pictures that show a spectral density."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from graphspec._typing import Vector
from graphspec.densities import SKETCH_METHODS, SpectralDensity
from graphspec.exact import point_masses

if TYPE_CHECKING:  # optional
    from matplotlib.axes import Axes

CURVE, ATOM = "#1f5fa8", "#b5482a"
POINTS = 4001
_LABEL_SHARE, _NUMBER_SHARE = 0.07, 0.04  # of the width, that the height of a peak and a multiplicity take
_NAMED_ATOMS, _MARKED_ATOMS = 6, 12  # small components have many: names of all would hide each other


def draw_spectrum(axes: Axes, density: SpectralDensity) -> None:
    """Draw a density with its band, and its atoms as stems."""
    points = density.grid(POINTS)
    curve = density.density(points)
    exact = density.method not in SKETCH_METHODS
    if not exact:
        axes.fill_between(points, curve.low, curve.high, color=CURVE, alpha=0.25, lw=0, label=band_label(density))
    resolution = f"smoothed to {density.num_moments} moments" if exact else f"{density.num_moments} moments"
    axes.plot(points, curve.value, color=CURVE, lw=1.2, label=f"{density.method}, {resolution}")
    top = drawing_top(curve.value)
    axes.set_ylim(0, top)
    axes.set_ylabel("density per unit eigenvalue")
    _mark_hidden_peaks(axes, points, curve.value, top)
    if density.atoms:
        _draw_atoms(axes, density)
    handles, labels = axes.get_legend_handles_labels()
    left = curve.value[: POINTS // 2].sum() < curve.value[POINTS // 2 :].sum()
    axes.legend(handles, labels, frameon=False, loc="upper left" if left else "upper right")


def _mark_hidden_peaks(axes: Axes, points: Vector, values: Vector, top: float) -> None:
    """Write the height of every peak that leaves the picture beside it; of those that would overlap, of the highest."""
    hidden = np.flatnonzero(values > top)
    runs = [run for run in np.split(hidden, np.flatnonzero(np.diff(hidden) > 1) + 1) if len(run)]
    marked: list[int] = []
    for run in sorted(runs, key=lambda run: -values[run].max()):
        if all(abs(run[0] - other) > _LABEL_SHARE * len(points) for other in marked):
            marked.append(run[0])
            right = run[-1] < 0.9 * len(points)
            axes.annotate(
                f"↑ {values[run].max():.3g}",
                (points[run[-1] if right else run[0]], top),
                (4 if right else -4, -12),
                textcoords="offset points",
                ha="left" if right else "right",
                color=CURVE,
                fontsize=9,
            )


def _draw_atoms(axes: Axes, density: SpectralDensity) -> None:
    """Stems on an axis of their own: a point mass has no height as a density."""
    from matplotlib.ticker import MaxNLocator

    right = axes.twinx()
    masses, largest = point_masses(density.atoms), point_masses(density.atoms, _MARKED_ATOMS)
    counts = [atom.multiplicity for atom in masses]
    right.vlines([atom.eigenvalue for atom in masses], 0, counts, color=ATOM, linewidth=1.5, clip_on=False, zorder=5)
    places, heights = np.array([(atom.eigenvalue, atom.multiplicity) for atom in largest]).T
    right.plot(places, heights, "o", color=ATOM, markersize=5, clip_on=False, zorder=6)
    right.set_ylim(0, max(counts) * 1.35)
    right.yaxis.set_major_locator(MaxNLocator(integer=True))
    right.set_ylabel("multiplicity", color=ATOM)
    right.tick_params(axis="y", colors=ATOM)
    middle, width = np.mean(density.interval), np.ptp(density.interval)
    named: list[float] = []
    for atom in sorted(point_masses(density.atoms, _NAMED_ATOMS), key=lambda atom: -atom.multiplicity):
        value, count = atom.eigenvalue, atom.multiplicity
        # A number beside a higher one would be written over it.
        if any(abs(value - other) < _NUMBER_SHARE * width for other in named):
            continue
        named.append(value)
        side, offset = ("left", 7) if value <= middle else ("right", -7)
        right.annotate(
            f"{count:,}", (value, count), (offset, 4), textcoords="offset points", ha=side, color=ATOM, fontsize=9
        )
    axes.plot([], [], "o-", color=ATOM, markersize=5, label="known exactly (right axis)")


def draw_count(axes: Axes, density: SpectralDensity) -> None:
    """Draw the number of eigenvalues up to each point, with its band."""
    points = density.grid(POINTS)
    counts = density.count(points)
    axes.fill_between(points, counts.low, counts.high, color=CURVE, alpha=0.25, lw=0)
    axes.plot(points, counts.value, color=CURVE, lw=1.2)
    axes.set_ylim(0, density.dimension * 1.03)
    low, high = density.interval
    axes.set_xlim(low - 0.01 * (high - low), high + 0.01 * (high - low))
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    axes.set_ylabel("eigenvalues up to λ")
    axes.set_xlabel("eigenvalue λ")
    axes.spines["right"].set_visible(False)


def band_label(density: SpectralDensity) -> str:
    """Return what a legend calls the band of a density."""
    return f"{density.confidence:.0%} interval"


def drawing_top(values: Vector) -> float:
    """Upper end of the axis: narrow peaks may leave the picture, so that the rest can be seen."""
    peak = float(values.max())
    if peak <= 0:
        return 1.0
    return min(1.08 * peak, 12 * float(np.quantile(values, 0.75)) + 0.05 * peak)
