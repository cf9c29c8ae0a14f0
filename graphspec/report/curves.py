"""Pictures of spectra: small ones as SVG, and the numbers of large ones, both with a few of the points of a record."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from graphspec._typing import Vector
from graphspec.analyses.drawing import drawing_top
from graphspec.exact import point_masses
from graphspec.report.records import Grid, SpectrumResult


@dataclass(frozen=True)
class CurveSettings:
    """Settings of the pictures of spectra.

    Attributes
    ----------
    points, small_points
        Points of a large curve and of a small one at most: as many as a reader can see.
    width, height
        Size of a small picture, in units of a tenth of a pixel, so that coordinates are short integers.
    atoms
        Atoms that a picture shows at most, those of the largest multiplicities.
    digits
        Significant digits of numbers for a large picture.
    widest_band
        Upper end of the axis for the interval at most, in units of that for the curve alone.
    """

    points: int = 200
    small_points: int = 120
    width: int = 1400
    height: int = 400
    atoms: int = 12
    digits: int = 4
    widest_band: float = 1.6


CURVES = CurveSettings()


@dataclass(frozen=True)
class SmallPicture:
    """Paths of a small picture of a spectrum, in the units of :class:`CurveSettings`.

    Attributes
    ----------
    curve, band, atoms
        Paths of the density, of its interval, and of stems of the atoms.
    """

    curve: str
    band: str
    atoms: str


def small_picture(spectrum: SpectrumResult) -> SmallPicture:
    """Return the small picture of a spectrum.

    Parameters
    ----------
    spectrum
        The spectrum.
    """
    grid, height, top = spectrum.grid, CURVES.height, top_of(spectrum.grid)
    points, density = np.array(grid.eigenvalue), np.array(grid.density)
    low, high = points[0], points[-1]

    def place(eigenvalues: ArrayLike) -> NDArray[np.int64]:
        return np.rint((np.asarray(eigenvalues) - low) / (high - low) * CURVES.width).astype(np.int64)

    def lift(values: ArrayLike) -> NDArray[np.int64]:
        # Peaks may leave the picture, but not so far that their coordinates are long.
        return np.rint(height * (1 - np.minimum(np.asarray(values) / top, 1.2))).astype(np.int64)

    chosen = visible_points(density, CURVES.small_points)
    upper, lower = np.array(grid.density_high)[chosen], np.array(grid.density_low)[chosen]
    masses = point_masses(spectrum.atoms, CURVES.atoms)
    largest = max((atom.multiplicity for atom in masses), default=1)
    x = place(points[chosen])
    edge = polyline(np.r_[x, x[::-1]], np.r_[lift(upper), lift(lower)[::-1]]) + "z"
    stems = zip(
        place([atom.eigenvalue for atom in masses]), [atom.multiplicity / largest for atom in masses], strict=True
    )
    return SmallPicture(
        polyline(x, lift(density[chosen])),
        edge if np.any(upper > lower) else "",
        "".join(f"M{at} {height}v{-round(0.9 * height * share)}" for at, share in stems),
    )


def large_picture(spectrum: SpectrumResult) -> dict[str, Any]:
    """Return the numbers of a large picture of a spectrum, as JSON can hold them.

    Parameters
    ----------
    spectrum
        The spectrum.

    Returns
    -------
    dict
        ``x``, and ``density`` and ``count`` with a value and the ends of the interval each, which are left out where
        all are equal; the upper end ``top`` of the axis of the density; the largest of the ``atoms`` with eigenvalue,
        multiplicity and source, and the number of ``others``.
    """
    grid, masses = spectrum.grid, point_masses(spectrum.atoms)
    shown = point_masses(spectrum.atoms, CURVES.atoms)
    chosen = np.union1d(
        visible_points(np.array(grid.density), CURVES.points - 2 * len(shown)),
        _around([atom.eigenvalue for atom in shown], grid),
    )
    top = top_of(grid)
    # What is less than a thousandth of the axis cannot be seen.
    finest = 3 - math.floor(math.log10(top))
    return {
        "x": [shortened(grid.eigenvalue[index], 6) for index in chosen],
        "density": _with_band([grid.density, grid.density_low, grid.density_high], chosen, finest),
        "count": _with_band([grid.count, grid.count_low, grid.count_high], chosen, 3),
        "top": shortened(top),
        "atoms": [[shortened(atom.eigenvalue, 6), atom.multiplicity, atom.source] for atom in shown],
        "others": len(masses) - len(shown),
    }


def top_of(grid: Grid) -> float:
    """Return the upper end of the axis of a density: above its interval too, unless the curve would be flat then.

    Parameters
    ----------
    grid
        The density.
    """
    top = drawing_top(np.array(grid.density))
    return max(top, min(1.03 * max(grid.density_high), CURVES.widest_band * top))


def visible_points(values: Vector, limit: int) -> NDArray[np.int64]:
    """Return the indices of points by which a curve is drawn: both ends, and extremes between, so that peaks stay.

    Parameters
    ----------
    values
        Values of the curve.
    limit
        Number of points at most.
    """
    if len(values) <= limit:
        return np.arange(len(values))
    ends = np.linspace(0, len(values), (limit - 2) // 2 + 1).astype(np.int64)
    chosen = {0, len(values) - 1}
    for start, stop in pairwise(ends.tolist()):
        part = values[start:stop]
        chosen |= {start + int(part.argmin()), start + int(part.argmax())}
    return np.array(sorted(chosen))


def polyline(x: NDArray[np.int64], y: NDArray[np.int64]) -> str:
    """Return the path of a line in SVG: the first point, and steps, which are shorter than points."""
    steps = [f"{right} {down}" for right, down in zip(np.diff(x).tolist(), np.diff(y).tolist(), strict=True)]
    line = " ".join(step for step in steps if step != "0 0")
    return f"M{x[0]} {y[0]}" + (f"l{line.replace(' -', '-')}" if line else "")


def _around(eigenvalues: Iterable[float], grid: Grid) -> NDArray[np.int64]:
    """Return the indices of the points on both sides of eigenvalues, where the count makes a step."""
    right = np.searchsorted(grid.eigenvalue, list(eigenvalues))
    return np.clip(np.r_[right - 1, right].astype(np.int64), 0, len(grid.eigenvalue) - 1)


def _with_band(columns: list[list[float]], chosen: NDArray[np.int64], finest: int) -> list[list[float]]:
    """Return the chosen points of a curve and the ends of its interval, or of the curve alone where all are equal."""
    short = [[shortened(column[index], finest=finest) for index in chosen] for column in columns]
    return short[:1] if short[0] == short[1] == short[2] else short


def shortened(value: float, digits: int = CURVES.digits, finest: int = 300) -> float:
    """Return a number with few digits: it is read from a picture.

    Parameters
    ----------
    value
        The number.
    digits
        Number of significant digits.
    finest
        Number of decimals at most.
    """
    short = round(float(f"{value:.{digits}g}"), finest)
    return int(short) if short.is_integer() and abs(short) < 1e15 else short
