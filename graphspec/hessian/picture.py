"""Pictures of the spectra of curvature matrices."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from graphspec.analyses.drawing import ATOM, CURVE, PICTURE, band_label
from graphspec.densities import SpectralDensity
from graphspec.hessian.edges import SpectrumEdges

if TYPE_CHECKING:  # optional
    from matplotlib.axes import Axes

_DECADES = 4  # below the number of eigenvalues per unit that one eigenvalue in the whole range would be


def draw_curvature(axes: Axes, density: SpectralDensity, edges: SpectrumEdges, title: str) -> None:
    """Draw the density of a spectrum on a logarithmic axis, and the eigenvalues that stand alone as marks below."""
    points = density.grid(PICTURE.points)
    curve = density.density(points)
    low, high = min(edges.smallest, density.interval.low), max(edges.largest, density.interval.high)
    floor = 10.0**-1 / (density.dimension * (high - low))
    axes.fill_between(
        points,
        np.maximum(curve.low, floor),
        np.maximum(curve.high, floor),
        color=CURVE,
        alpha=0.25,
        lw=0,
        label=band_label(density),
    )
    axes.plot(points, np.maximum(curve.value, floor), color=CURVE, lw=1.2, label=f"{density.method}, the bulk")
    axes.set_yscale("log")
    axes.set_ylim(bottom=floor)
    alone = [each.eigenvalue for each in (*edges.above, *edges.below)]
    if alone:
        height = 1 / (density.dimension * (high - low))
        axes.vlines(alone, floor, 10 * height, color=ATOM, lw=1.5, label=f"{len(alone)} standing alone")
    for atom in density.atoms:
        if density.interval.low <= atom.eigenvalue <= density.interval.high:
            axes.plot([], [], " ", label=f"{atom.multiplicity:,} at {atom.eigenvalue:g} known exactly")
    margin = 0.02 * (high - low)
    axes.set_xlim(low - margin, high + margin)
    axes.set_xlabel("eigenvalue λ")
    axes.set_ylabel("density per unit eigenvalue")
    axes.set_title(title, loc="left", fontweight="bold")
    axes.legend(frameon=False, loc="upper right")
