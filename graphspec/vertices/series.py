"""Chebyshev series of functions on an interval, long enough for a stated error."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import fft

from graphspec._typing import Matrix, Vector
from graphspec.errors import ParameterError
from graphspec.operators import Interval

_TOLERANCE = {False: 1e-8, True: 1e-14}
"""Size of the coefficients that are left out together, relative to the sum of all: below the rounding of products in
single precision, and for wide functions in double precision."""
_WIDE = 1e10
"""Ratio of the values of a function on the interval from which on it is wide."""
_FEWEST = 32


@dataclass(frozen=True, eq=False)
class Series:
    """Chebyshev series of several functions of X, the operator scaled to [-1, 1].

    Attributes
    ----------
    coefficients
        Coefficients, shape (degree + 1, functions).
    truncation
        Sum of the coefficients that were left out, shape (functions,): a bound of the error everywhere.
    ranges
        Smallest and largest values of the functions on the interval, shape (2, functions).
    wide
        Whether a function spans so many orders of magnitude that single precision would drown what is small.
    """

    coefficients: Matrix
    truncation: Vector
    ranges: Matrix
    wide: bool

    @property
    def degree(self) -> int:
        """Degree of the polynomials."""
        return len(self.coefficients) - 1


def chebyshev_series(function: Callable[[Vector], Matrix], interval: Interval, name: str, most: int) -> Series:
    """Expand functions of the eigenvalue in Chebyshev polynomials.

    Interpolation at Chebyshev nodes, twice as many until the last quarter of the coefficients is negligible (J. L.
    Aurentz and L. N. Trefethen, ACM Trans. Math. Softw. 43, 33 (2017), in a simpler form).

    Parameters
    ----------
    function
        Maps eigenvalues, shape (points,), to values, shape (points, functions).
    interval
        Interval of the eigenvalues.
    name
        The functions in errors.
    most
        Largest degree.

    Raises
    ------
    ParameterError
        If a function is not finite on the interval.
    """
    ends = _finite_ends(function, interval, name)
    wide = bool((ends.max(axis=0) > _WIDE * ends.min(axis=0)).any() and (ends > 0).all())
    count = _FEWEST
    while True:
        nodes = np.cos(np.pi * (np.arange(count) + 0.5) / count)
        values = function(np.asarray(interval.from_unit(nodes)))
        if not np.isfinite(values).all():
            point = float(np.asarray(interval.from_unit(nodes))[~np.isfinite(values).all(axis=1)][0])
            raise ParameterError(f"{name} is not defined at {point:.6g}, where eigenvalues may be", "function")
        coefficients = fft.dct(values, axis=0) / count
        coefficients[0] /= 2
        sizes = np.abs(coefficients)
        allowed = _TOLERANCE[wide] * sizes.sum(axis=0)
        if (sizes[3 * count // 4 :].sum(axis=0) <= allowed).all() or count > 4 * most:
            break
        count *= 2
    # The tail from every degree on; rounding leaves a plateau, which is no tail.
    tails = np.cumsum(sizes[::-1], axis=0)[::-1]
    needed = int((tails > allowed).any(axis=1).sum())
    kept = min(max(needed, 1), most + 1)
    left_out = np.where(tails[kept] > allowed, 2 * tails[kept], 0.0) if kept < count else np.zeros(sizes.shape[1])
    return Series(coefficients[:kept], left_out, _ranges(values, ends), wide)


def _ranges(values: Matrix, ends: Matrix) -> Matrix:
    """Return bounds of functions from their values at nodes and at the ends of the interval."""
    # Extremes that are not at the ends may exceed the nodes beside them by as much as nodes differ from each other.
    margin = np.abs(np.diff(values, axis=0)).max(axis=0)
    lowest, highest = values.min(axis=0), values.max(axis=0)
    return np.stack(
        [
            np.where(ends.min(axis=0) <= lowest, ends.min(axis=0), lowest - margin),
            np.where(ends.max(axis=0) >= highest, ends.max(axis=0), highest + margin),
        ]
    )


def _finite_ends(function: Callable[[Vector], Matrix], interval: Interval, name: str) -> Matrix:
    """Return a function at both ends of the interval, where it has to be finite, shape (2, functions)."""
    ends = np.array([interval.low, interval.high])
    with np.errstate(all="ignore"):
        values = function(ends)
    finite = np.isfinite(values).all(axis=1)
    if not finite.all():
        end = float(ends[~finite][0])
        raise ParameterError(
            f"{name} is not finite at {end:.6g}, an end of the interval of the eigenvalues: add a number to x there",
            "function",
        )
    return values
