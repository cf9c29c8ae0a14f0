"""Picture of a comparison: a heat map, or a series as a line."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from graphspec.analyses.drawing import CURVE, PICTURE
from graphspec.comparison import Comparison, by_similarity
from graphspec.output import picture, short_names

if TYPE_CHECKING:  # optional
    from matplotlib.axes import Axes


def draw_comparison(comparison: Comparison, path: str | Path, *, series: bool = False) -> None:
    """Draw a heat map of all pairs, ordered so that similar spectra are neighbours; or a series as a line.

    Parameters
    ----------
    comparison
        The comparison.
    path
        File of the picture.
    series
        Whether the inputs are snapshots in the order of time.
    """
    names = short_names(comparison.names)
    size = float(np.clip(0.42 * len(names), 4.5, 14))
    with picture(path, (10, 4.5) if series else (size + 3, size + 1)) as figure:
        draw_pairs(figure.subplots(), comparison, series=series)


def draw_pairs(axes: Axes, comparison: Comparison, *, series: bool = False) -> None:
    """Draw the heat map of all pairs, or a series as a line, into axes."""
    names = short_names(comparison.names)
    if series:
        _draw_series(axes, comparison, names)
    else:
        _draw_heat_map(axes, comparison, names)
    axes.set_title(f"symmetric KL divergence, {comparison.num_moments} moments", loc="left")


def _draw_series(axes: Axes, comparison: Comparison, names: list[str]) -> None:
    parts = (comparison.symmetric_kl.value, comparison.symmetric_kl.sem, comparison.symmetric_kl.noise_floor)
    value, sem, floor = (np.diagonal(part, 1) for part in parts)
    steps = np.arange(1, len(names))
    label = "divergence from the one before ± two standard errors"
    axes.fill_between(steps, 0, floor, color="grey", alpha=0.25, lw=0, label="noise floor")
    axes.errorbar(steps, value, 2 * sem, fmt="o-", color=CURVE, capsize=3, label=label)
    axes.set(xlim=(0.5, len(names) - 0.5), ylim=(0, None))
    axes.set_xticks(steps, names[1:], rotation=90 if len(names) > 12 else 30, ha="right")
    axes.spines["right"].set_visible(False)
    axes.legend(frameon=False)


def _draw_heat_map(axes: Axes, comparison: Comparison, names: list[str]) -> None:
    from matplotlib.colors import LogNorm

    order = by_similarity(comparison.symmetric_kl.value)
    value = comparison.symmetric_kl.value[np.ix_(order, order)]
    floor = comparison.symmetric_kl.noise_floor[np.ix_(order, order)]
    off_diagonal = ~np.eye(len(order), dtype=bool)
    lowest = max(float(floor[off_diagonal].min()), float(value[off_diagonal].min()) / 2, 1e-12)
    highest = max(float(value.max()), 2 * lowest)
    shown = np.where(off_diagonal, np.maximum(value, lowest), np.nan)
    image = axes.imshow(shown, norm=LogNorm(lowest, highest), cmap="viridis_r")
    axes.figure.colorbar(image, ax=axes, shrink=0.8, label="nats")
    labels = [names[index] for index in order]
    axes.set_xticks(range(len(order)), labels, rotation=90)
    axes.set_yticks(range(len(order)), labels)
    axes.spines[:].set_visible(False)
    if len(order) <= PICTURE.written_inputs:
        for i, j in np.argwhere(off_diagonal):
            colour = "white" if value[i, j] > np.sqrt(lowest * highest) else "black"
            axes.text(j, i, f"{value[i, j]:.2g}", ha="center", va="center", fontsize=7, color=colour)
