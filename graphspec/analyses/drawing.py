"""Plots of a spectral density and of its counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from graphspec._typing import Vector
from graphspec.densities import SKETCH_METHODS, SpectralDensity
from graphspec.exact import point_masses
from graphspec.vertices import Diagonal, Embedding

if TYPE_CHECKING:  # optional
    from matplotlib.axes import Axes

CURVE, ATOM = "#1f5fa8", "#b5482a"


@dataclass(frozen=True)
class PictureSettings:
    """Settings of the pictures of spectra.

    Attributes
    ----------
    points
        Points of a curve.
    label_share, number_share
        Share of the width that the label of a peak takes, and that of a multiplicity.
    named_atoms, marked_atoms
        Largest numbers of atoms with a label, and with a marker: labels of many atoms would overlap.
    listed_atoms
        Largest number of atoms in a text chart, and in a table.
    marked_gaps
        Largest number of candidates for the eigengap with a marker: more labels would overlap.
    written_inputs
        Largest number of inputs of a heat map with numbers in its cells.
    panels
        Largest number of panels in a row.
    """

    points: int = 4001
    label_share: float = 0.07
    number_share: float = 0.04
    named_atoms: int = 6
    marked_atoms: int = 12
    listed_atoms: int = 12
    marked_gaps: int = 3
    written_inputs: int = 16
    panels: int = 3


PICTURE = PictureSettings()


def draw_spectrum(axes: Axes, density: SpectralDensity) -> None:
    """Draw a density with its band, and its atoms as stems."""
    points = density.grid(PICTURE.points)
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
    left = curve.value[: PICTURE.points // 2].sum() < curve.value[PICTURE.points // 2 :].sum()
    axes.legend(handles, labels, frameon=False, loc="upper left" if left else "upper right")


def _mark_hidden_peaks(axes: Axes, points: Vector, values: Vector, top: float) -> None:
    """Label peaks above the axis with their heights, the highest first, unless labels would overlap."""
    hidden = np.flatnonzero(values > top)
    runs = [run for run in np.split(hidden, np.flatnonzero(np.diff(hidden) > 1) + 1) if len(run)]
    marked: list[int] = []
    for run in sorted(runs, key=lambda run: -values[run].max()):
        if all(abs(run[0] - other) > PICTURE.label_share * len(points) for other in marked):
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
    """Draw atoms as stems on a second axis: a point mass has no height as a density."""
    from matplotlib.ticker import MaxNLocator

    right = axes.twinx()
    masses, largest = point_masses(density.atoms), point_masses(density.atoms, PICTURE.marked_atoms)
    counts = [atom.multiplicity for atom in masses]
    right.vlines([atom.eigenvalue for atom in masses], 0, counts, color=ATOM, linewidth=1.5, clip_on=False, zorder=5)
    eigenvalues, heights = np.array([(atom.eigenvalue, atom.multiplicity) for atom in largest]).T
    right.plot(eigenvalues, heights, "o", color=ATOM, markersize=5, clip_on=False, zorder=6)
    right.set_ylim(0, max(counts) * 1.35)
    right.yaxis.set_major_locator(MaxNLocator(integer=True))
    right.set_ylabel("multiplicity", color=ATOM)
    right.tick_params(axis="y", colors=ATOM)
    middle, width = np.mean(density.interval), np.ptp(density.interval)
    labelled: list[float] = []
    for atom in sorted(point_masses(density.atoms, PICTURE.named_atoms), key=lambda atom: -atom.multiplicity):
        value, count = atom.eigenvalue, atom.multiplicity
        # A label next to that of a higher stem would overlap it.
        if any(abs(value - other) < PICTURE.number_share * width for other in labelled):
            continue
        labelled.append(value)
        side, offset = ("left", 7) if value <= middle else ("right", -7)
        right.annotate(
            f"{count:,}", (value, count), (offset, 4), textcoords="offset points", ha=side, color=ATOM, fontsize=9
        )
    axes.plot([], [], "o-", color=ATOM, markersize=5, label="known exactly (right axis)")


def draw_embedding(axes: Axes, embedding: Embedding) -> None:
    """Draw every vertex at its coordinates in the first two eigenvectors of eigenvalues that are not zero."""
    nonzero = np.flatnonzero(embedding.eigenvalues > 0)
    first, *others = nonzero[:2] if len(nonzero) else [0]
    second = others[0] if others else first
    axes.scatter(embedding.vectors[:, first], embedding.vectors[:, second], s=4, color=CURVE, alpha=0.6, lw=0)
    labels = [f"eigenvector {place + 1}, λ = {embedding.eigenvalues[place]:.3g}" for place in (first, second)]
    axes.set(xlabel=labels[0], ylabel=labels[1])
    axes.spines["right"].set_visible(False)


def draw_diagonal(axes: Axes, diagonal: Diagonal, labels: Sequence[str]) -> None:
    """Draw the numbers of the vertices in decreasing order, a curve with its intervals for every function."""
    ranks = np.arange(1, len(diagonal.value) + 1)
    for number, label in enumerate(labels):
        order = np.argsort(-diagonal.value[:, number], kind="stable")
        (line,) = axes.plot(ranks, diagonal.value[order, number], lw=1.2, label=label)
        low, high = diagonal.low[order, number], diagonal.high[order, number]
        axes.fill_between(ranks, low, high, color=line.get_color(), alpha=0.25, lw=0)
    if (diagonal.value > 0).all():
        axes.set_yscale("log")
    axes.set_xscale("log")
    axes.set(xlabel="vertices, highest first", ylabel="value")
    axes.spines["right"].set_visible(False)
    if any(labels):
        axes.legend(frameon=False)


def draw_count(axes: Axes, density: SpectralDensity) -> None:
    """Draw the number of eigenvalues up to each point, with its band."""
    points = density.grid(PICTURE.points)
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


def plain_numbers(axes: Axes) -> None:
    """Label a logarithmic axis of counts with plain numbers, once its limits are set."""
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}" if value >= 1 else f"{value:g}")
    bottom, top = np.log10(axes.get_ylim())
    # A power of ten has a major tick: where there is one at most, minor ticks are labelled too.
    few = np.floor(top) - np.ceil(bottom) < 1
    axes.yaxis.set_minor_formatter(lambda value, _: f"{value:,.0f}" if few and value >= 1 else "")


def band_label(density: SpectralDensity) -> str:
    """Return the label of the band of a density in a legend."""
    return f"{density.confidence:.0%} interval"


def drawing_top(values: Vector) -> float:
    """Return the upper end of the axis, which narrow peaks may exceed so that the bulk remains visible."""
    peak = float(values.max())
    if peak <= 0:
        return 1.0
    return min(1.08 * peak, 12 * float(np.quantile(values, 0.75)) + 0.05 * peak)
