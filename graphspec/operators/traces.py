"""Exact Chebyshev moments of low order, from the closed walks of a matrix."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.polynomial import chebyshev

from graphspec._typing import Matrix, Vector
from graphspec.graphs import Links
from graphspec.options import Number, Options, option


@dataclass(frozen=True, kw_only=True)
class TraceSettings(Options):
    """Settings of exact traces, which depend on the operator alone: sketches of other probes have the same traces.

    Attributes
    ----------
    cycle_work
        Largest number of steps of the search for triangles and cycles of four edges, for every stored entry. It is 4 on
        com-DBLP, 14 on email-Enron, 25 on the circles of Facebook, where all steps take a tenth to a fifth of the
        processor time of the pass of 50 products with 16 probes, beside the search for other structure, for standard
        errors of smooth functions that are 4 to 70 times smaller (measured).
    local_work
        Largest number of steps of walks of half the length for orders up to 8, or up to 6, likewise: 22 on the roads of
        the USA, 56 on a power grid, 58 on a square grid, where they take a fifteenth to a tenth of the processor time
        of the pass for standard errors that are up to 7 times smaller (measured); 1400 on a peer-to-peer network.
    cache_rows
        Number of rows from which on fewer steps are taken, in inverse proportion: their counters do not fit in the
        cache. A step takes 26 ns on com-DBLP and 47 ns at the size of com-YouTube, where the 7 steps for every entry
        would take longer than the pass (measured).
    free_work
        Number of steps of either kind that are taken anyway, in a few milliseconds.
    cycle_entries
        Largest number of stored entries that are copied for this search, of 4 bytes, or 12 with weights.
    """

    cycle_work: int = option(32, Number(0, integer=True), "steps of the search for cycles, for every entry")
    local_work: int = option(64, Number(0, integer=True), "steps of walks of half the length, for every entry")
    cache_rows: int = option(200_000, Number(1, integer=True), "rows whose counters fit in the cache")
    free_work: int = option(1_000_000, Number(0, integer=True), "steps that are taken anyway")
    cycle_entries: int = option(2**27, Number(0, integer=True), "entries that are copied at most")


DEFAULTS = TraceSettings()

_SMALL = 0.125  # of numbers on the diagonal that are added by the binomial theorem, which then costs less than a digit


def exact_moments(
    links: Links, diagonal: Vector, sign: float = 1.0, settings: TraceSettings = DEFAULTS, *, threads: int = 1
) -> Vector:
    """Return the means of T_0, T_1, ... over the spectrum of X = sign B + D, as far as they cost little.

    With B without a diagonal, the traces are those of closed walks of which some steps stay where they are:
    tr X^2 = sum_i (B^2)_ii + d_i^2, tr X^3 = sum_i (B^3)_ii + 3 d_i (B^2)_ii + d_i^3, and tr X^4 = tr B^4 +
    sum_i 4 d_i (B^3)_ii + 4 d_i^2 (B^2)_ii + d_i^4 + 2 sum_ij B_ij^2 d_i d_j. Where few vertices are near each other,
    tr X^(a + b) = sum_ij (X^a)_ij (X^b)_ij gives orders up to 8. A small multiple of the identity, as that of matrices
    that were scaled by their diagonals, is added afterwards by the binomial theorem. There is no expansion in powers of
    a larger operator, which would lose digits.

    Parameters
    ----------
    links
        The matrix B.
    diagonal
        The diagonal d of X, shape (n,).
    sign
        1 or -1.
    settings
        Limits of the work.
    threads
        Number of threads that may share it; the moments do not depend on it.

    Returns
    -------
    Vector
        The moments of order 0 to at least 2.
    """
    # X = sign (B + sign D), so that the traces of odd powers change their sign.
    common = _common(sign * diagonal)
    shift = sign * diagonal - common
    squares = links.row_sums_of_squares()
    traces = [float(len(shift)), float(shift.sum()), float((squares + shift * shift).sum())]
    if links.num_entries <= settings.cycle_entries:
        # Walks stay near their row, whose neighbours in memory are in the cache.
        most = max(settings.local_work * links.num_entries, settings.free_work)
        steps = links.local_steps(most, stays=bool(shift.any()))
        if steps:
            traces += links.traces(shift, steps, threads).tolist()
        elif links.work <= _affordable(links, settings.cycle_work, settings):
            triangles, cycles = links.short_cycles()
            traces += _third_and_fourth(links, shift, squares, 2 * triangles, cycles)
    return _chebyshev(_of_shifted(np.array(traces), common) * sign ** np.arange(len(traces)))


def exact_diagonals(links: Links, diagonal: Vector, sign: float = 1.0, settings: TraceSettings = DEFAULTS) -> Matrix:
    """Return the diagonals of T_1(X), T_2(X) and, where triangles cost little, T_3(X), shape (n, 2 or 3).

    With X = sign B + D: (X^2)_ii = d_i^2 + (B^2)_ii and (X^3)_ii = d_i^3 + 2 d_i (B^2)_ii + sum_j B_ij^2 d_j +
    sign (B^3)_ii.

    Parameters
    ----------
    links, diagonal, sign, settings
        As of :func:`exact_moments`.
    """
    squares = links.row_sums_of_squares()
    columns = [diagonal, 2 * (diagonal**2 + squares) - 1]
    if links.num_entries <= settings.cycle_entries and links.work <= _affordable(links, settings.cycle_work, settings):
        coupled = links.row_sums_of_squares(diagonal) if diagonal.any() else 0.0
        third = diagonal**3 + 2 * diagonal * squares + coupled + 2 * sign * links.short_cycles()[0]
        columns.append(4 * third - 3 * diagonal)
    return np.stack(columns, axis=1)


def _affordable(links: Links, work: int, settings: TraceSettings) -> int:
    share = min(1.0, settings.cache_rows / max(len(links.indptr) - 1, 1))
    return max(int(work * share * links.num_entries), settings.free_work)


def _third_and_fourth(links: Links, shift: Vector, squares: Vector, cubes: Vector, cycles: float) -> list[float]:
    """Return the traces of (B + D)^3 and (B + D)^4."""
    shift2 = shift * shift
    coupled = links.row_sums_of_squares(shift) if shift.any() else shift
    # Sums of numpy: those of BLAS depend on the number of threads.
    third = cubes + 3 * shift * squares + shift2 * shift
    fourth = 2 * squares * squares + 4 * shift * cubes + 4 * shift2 * squares + shift2 * shift2 + 2 * shift * coupled
    return [float(third.sum()), float(fourth.sum()) - links.sum_of_fourth_powers() + 8 * cycles]


def _common(shift: Vector) -> float:
    """Return the number that a diagonal consists of, where it is small; otherwise 0."""
    first = float(shift[0]) if len(shift) else 0.0
    return first if abs(first) <= _SMALL and (shift == first).all() else 0.0


def _of_shifted(traces: Vector, shift: float) -> Vector:
    """Return the traces of the powers of X + shift from those of X."""
    orders = range(len(traces))
    return np.array([sum(math.comb(k, j) * shift ** (k - j) * traces[j] for j in range(k + 1)) for k in orders])


def _chebyshev(traces: Vector) -> Vector:
    """Return the means of Chebyshev polynomials from the traces of powers."""
    means = traces / max(traces[0], 1.0)
    means[0] = 1.0
    orders = range(len(means))
    return np.array([chebyshev.cheb2poly([0.0] * order + [1.0]) @ means[: order + 1] for order in orders])
