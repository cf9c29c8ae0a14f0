"""Confirmation of the significant gaps of a density by an eigensolver."""

from __future__ import annotations

from collections.abc import Callable
from itertools import takewhile

import numpy as np

from graphspec.clusters.eigensolver import LowSpectrum, low_spectrum
from graphspec.clusters.gaps import DEFAULT_SETTINGS, Gap, GapSettings, angle_between
from graphspec.clusters.outcomes import Check, ClusterCount, Confirmation, Verdict
from graphspec.clusters.partitioning import count_pockets, median_group
from graphspec.errors import NotConvergedError
from graphspec.operators import NormalizedLaplacian, Operator

CONFIRM_LIMIT = 300
"""Largest count that is confirmed by default: the time of an eigensolver grows with its square."""


def confirm(
    count: ClusterCount,
    operator: Operator,
    *,
    limit: int = CONFIRM_LIMIT,
    settings: GapSettings = DEFAULT_SETTINGS,
    seed: int = 0,
    threads: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> ClusterCount:
    """Check significant gaps by an eigensolver until one is not rejected.

    A gap is rejected if nothing but the eigenvalues of components or pockets lies below it, or if it is too narrow. A
    count above the limit, or for which the solver does not converge, stays an estimate.

    Parameters
    ----------
    count
        Count on a density. One without a significant gap, or of another rule, is returned as it is.
    operator
        Operator of the density.
    limit
        Largest count that is confirmed; 0 for none.
    settings
        Settings of the search for gaps, which say how wide a gap has to be.
    seed
        Seed of the solver's random vectors.
    threads
        Number of threads of the products.
    progress
        Called with numbers of products of the matrix with one vector as they are taken.
    """
    if count.gap is None or limit <= 0:
        return count
    checks: list[Check] = []
    for gap in takewhile(lambda gap: gap.significant, count.gaps):
        if gap.count > limit + 0.5:
            checks.append(Check(gap, Verdict.ABOVE_LIMIT, limit))
            return count.with_gap(gap, tuple(checks))
        ends, expected = (gap.gap_low, gap.gap_high), int(np.ceil(gap.count_high))
        try:
            spectrum = low_spectrum(operator, ends, expected, seed=seed, threads=threads, progress=progress)
        except NotConvergedError as error:
            checks.append(Check(gap, Verdict.NOT_CONVERGED, limit, error=str(error)))
            return count.with_gap(gap, tuple(checks))
        result = _confirmation(spectrum)
        if result.count > limit:
            checks.append(Check(gap, Verdict.ABOVE_LIMIT, limit))
            return count.with_gap(gap, tuple(checks))
        checks.append(
            Check(gap, _verdict(gap, result, count, settings), limit, result, smallest=settings.smallest_group)
        )
        if not checks[-1].verdict.rejects:
            return count.with_gap(gap, tuple(checks))
    return count.with_gap(None, tuple(checks))


def _confirmation(spectrum: LowSpectrum) -> Confirmation:
    pockets = count_pockets(spectrum)
    low, high = spectrum.gap
    high = min(high, spectrum.operator.interval[1])  # infinite where nothing lies above
    return Confirmation(spectrum.count - pockets, low, high, spectrum.count, spectrum.method, pockets, spectrum)


def _verdict(gap: Gap, result: Confirmation, count: ClusterCount, settings: GapSettings) -> Verdict:
    """Return whether the eigenvalues on both sides confirm a gap."""
    if result.count < 1:
        return Verdict.NOTHING_BELOW
    if not gap.trivial and result.count <= count.num_components:
        return Verdict.ONLY_COMPONENTS if result.pockets == 0 else Verdict.ONLY_POCKETS
    if not gap.trivial and _below_null_space(result) and median_group(result.spectrum) < settings.smallest_group:
        return Verdict.NULL_SPACE
    angle = angle_between(count.density, result.gap_low, result.gap_high)
    return Verdict.CONFIRMED if settings.is_wide(angle, count.density.num_moments) else Verdict.TOO_NARROW


def _below_null_space(result: Confirmation) -> bool:
    """Return whether a gap ends at eigenvalue 1, as far as its upper end is known."""
    return result.spectrum.operator.name == NormalizedLaplacian.name and abs(result.gap_high - 1) < 1e-3
