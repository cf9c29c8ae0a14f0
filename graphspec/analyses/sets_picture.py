"""Picture of two sets of graphs: distribution functions of their spectra, and the difference of the means."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from graphspec.analyses.drawing import ATOM, CURVE
from graphspec.comparison import SetComparison
from graphspec.output import picture, short_names

if TYPE_CHECKING:  # optional
    from matplotlib.axes import Axes


def draw_sets(comparison: SetComparison, path: str | Path) -> None:
    """Draw the distribution functions of both sets with bands of their graphs, and the difference of the means.

    Parameters
    ----------
    comparison
        The comparison.
    path
        File of the picture.
    """
    with picture(path, (8, 6.5)) as figure:
        upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(2, 1))
        draw_functions(upper, comparison)
        draw_difference(lower, comparison)
        upper.set_title(comparison.sentence, loc="left", fontweight="bold")


def draw_functions(axes: Axes, comparison: SetComparison) -> None:
    """Draw the mean distribution function of either set, and the band that 80 % of its graphs lie in."""
    names = short_names([name.rstrip("/") for name in comparison.names])
    for curves, name, size, colour in zip(comparison.curves, names, comparison.sizes, (CURVE, ATOM), strict=True):
        axes.fill_between(curves.eigenvalues, curves.low, curves.high, color=colour, alpha=0.25, lw=0)
        axes.plot(curves.eigenvalues, curves.mean, color=colour, lw=1.4, label=f"{name}, {size:,} graphs (10 to 90 %)")
    axes.set(xlim=(0, 2), ylim=(0, 1), ylabel="share of eigenvalues up to λ")
    axes.spines["right"].set_visible(False)
    axes.legend(frameon=False, loc="upper left")


def draw_difference(axes: Axes, comparison: SetComparison) -> None:
    """Draw the difference of the mean distribution functions with two standard errors to either side."""
    first, second = comparison.curves
    difference, error = first.mean - second.mean, 2 * np.hypot(first.sem, second.sem)
    axes.axhline(0, color="grey", lw=0.8)
    axes.fill_between(first.eigenvalues, difference - error, difference + error, color=CURVE, alpha=0.25, lw=0)
    axes.plot(first.eigenvalues, difference, color=CURVE, lw=1.2)
    axes.set(xlabel="eigenvalue λ", ylabel="difference ± 2 s.e.")
    axes.spines["right"].set_visible(False)
