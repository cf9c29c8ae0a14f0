"""Pictures of the spectra of curvature matrices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from graphspec._typing import Vector
from graphspec.analyses.drawing import ATOM, CURVE, PICTURE, band_label
from graphspec.densities import SpectralDensity
from graphspec.hessian.edges import SpectrumEdges

if TYPE_CHECKING:  # optional
    from matplotlib.axes import Axes

_FAR = 4.0
"""Distance of the farthest eigenvalue, in that of the end of the bulk, up to which an axis is linear: chosen by eye."""

_DECADES = 8  # of the logarithmic part of an axis at most: the bulk of a matrix of rounding errors has no width


@dataclass(frozen=True)
class Frame:
    """Axes of the picture of a spectrum.

    Attributes
    ----------
    low, high
        Ends of the axis of eigenvalues.
    linear
        Distance from zero up to which that axis is linear, and beyond which it is logarithmic; None for a linear axis.
    bottom, top
        Ends of the axis of densities.
    single
        Density of one eigenvalue in the whole range.
    """

    low: float
    high: float
    linear: float | None
    bottom: float
    top: float
    single: float


def frame_of(spectra: Sequence[tuple[SpectralDensity, SpectrumEdges]]) -> Frame:
    """Return the axes that show all of some spectra, so that their pictures compare.

    Eigenvalues that stand far out would leave a few columns of the picture to the bulk: the axis is then logarithmic
    beyond the narrowest bulk.
    """
    ends = [(*density.interval, edges.smallest, edges.largest) for density, edges in spectra]
    low, high = min(map(min, ends)), max(map(max, ends))
    far = max(abs(low), abs(high))
    bulk = min(max(map(abs, density.interval)) for density, _ in spectra)
    linear = _round_number(max(bulk, far / 10**_DECADES)) if far > _FAR * bulk else None
    single = 1 / (max(density.dimension for density, _ in spectra) * (high - low))
    # The largest values of bands: those of a band that has no width are the curve's.
    top = max(float(density.density(density.grid(PICTURE.points)).high.max()) for density, _ in spectra)
    return Frame(low, high, linear, 0.1 * single, max(2 * top, 100 * single), single)


def draw_curvature(
    axes: Axes, density: SpectralDensity, edges: SpectrumEdges, title: str, frame: Frame | None = None
) -> None:
    """Draw the density of a spectrum on a logarithmic axis, and the eigenvalues that stand alone as marks below.

    Parameters
    ----------
    axes
        Axes of matplotlib.
    density, edges
        The spectrum.
    title
        Title.
    frame
        Ends of the axes, for pictures that are compared; by default those of this spectrum.
    """
    frame = frame or frame_of([(density, edges)])
    points = density.grid(PICTURE.points)
    curve = density.density(points)
    low, value, high = (np.maximum(each, frame.bottom) for each in (curve.low, curve.value, curve.high))
    axes.fill_between(points, low, high, color=CURVE, alpha=0.25, lw=0, label=band_label(density))
    axes.plot(points, value, color=CURVE, lw=1.2, label=f"{density.method}, the bulk")
    axes.set_yscale("log")
    axes.set_ylim(frame.bottom, frame.top)
    alone = [each.eigenvalue for each in (*edges.above, *edges.below)]
    if alone:
        label = f"{len(alone)} standing alone"
        axes.vlines(alone, frame.bottom, 10 * frame.single, color=ATOM, lw=1.5, label=label)
    for atom in density.atoms:
        if density.interval.low <= atom.eigenvalue <= density.interval.high:
            axes.plot([], [], " ", label=f"{atom.multiplicity:,} at {atom.eigenvalue:g} known exactly")
    _set_eigenvalue_axis(axes, frame)
    axes.set_ylabel("density per unit eigenvalue")
    axes.set_title(title, loc="left", fontweight="bold")
    axes.legend(frameon=False, loc="upper right")


def _set_eigenvalue_axis(axes: Axes, frame: Frame) -> None:
    low, high = frame.low, frame.high
    axes.set_xlabel("eigenvalue λ")
    if frame.linear is None:
        margin = 0.02 * (high - low)
        axes.set_xlim(low - margin, high + margin)
        return
    linear = frame.linear
    # The linear part, from -linear to linear, is as wide as two decades at least.
    decades = np.log10(max(abs(low), abs(high)) / linear)
    axes.set_xscale("symlog", linthresh=linear, linscale=float(max(1.0, decades / 2)))
    axes.set_xlim(*(end + 0.1 * np.copysign(max(abs(end), linear), side) for end, side in ((low, -1), (high, 1))))
    ticks = _ticks(low, high, linear, fine=decades <= 2)
    axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.set_xticks([], minor=True)
    axes.set_xlabel(f"eigenvalue λ, logarithmic beyond ±{linear:g}")


def _ticks(low: float, high: float, linear: float, *, fine: bool) -> Vector:
    """Return ticks at round numbers: quarters of the linear part, and powers of ten with their halves and fifths."""
    powers = 10.0 ** np.arange(np.floor(np.log10(linear)), np.ceil(np.log10(max(abs(low), abs(high)))) + 1)
    beyond = np.sort(np.outer((1.0, 2.0, 5.0) if fine else (1.0,), powers).ravel())
    beyond = beyond[beyond > 1.01 * linear]
    ticks = np.concatenate([-beyond[::-1], linear * np.array([-1, -0.5, 0, 0.5, 1]), beyond])
    return ticks[(ticks >= low - 0.1 * max(abs(low), linear)) & (ticks <= high + 0.1 * max(abs(high), linear))]


def _round_number(value: float) -> float:
    """Return the smallest of 1, 2, 3 and 5 times a power of ten that is not below a positive value."""
    power = 10.0 ** np.floor(np.log10(value))
    return float(next(step * power for step in (1.0, 2.0, 3.0, 5.0, 10.0) if step * power >= value))
