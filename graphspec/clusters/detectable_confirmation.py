"""Confirmation of the number of detectable communities by the eigensolver."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from graphspec.clusters.confirmation import CONFIRM_LIMIT
from graphspec.clusters.detectable import DEFAULT_SETTINGS, DetectionSettings
from graphspec.clusters.detectable_edge import Edge, with_confirmation
from graphspec.clusters.detectable_outcome import DetectableConfirmation, DetectableCount, Kind
from graphspec.clusters.eigensolver import LowSpectrum, low_spectrum
from graphspec.clusters.filter_settings import FilterSettings
from graphspec.clusters.last_community import GapTest
from graphspec.densities import SpectralDensity
from graphspec.errors import NotConvergedError
from graphspec.operators import RegularizedLaplacian

_FILTERS = FilterSettings(edge_residual=1e-4)  # an eigenvalue beyond the threshold is told from it at this distance


def confirm_detectable(
    count: DetectableCount,
    operator: RegularizedLaplacian,
    *,
    limit: int = CONFIRM_LIMIT,
    settings: DetectionSettings = DEFAULT_SETTINGS,
    seed: int = 0,
    threads: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> DetectableCount:
    """Count the eigenvalues beyond both thresholds by the eigensolver.

    A Ritz value is never below its eigenvalue, so that those below the threshold are certain. Where the next one lies
    so near that its residual does not tell the side, a second search beyond it gives the upper end of a range.

    Parameters
    ----------
    count
        Count on a density. One that is certainly above the limit is returned with the reason.
    operator
        Operator of the density.
    limit
        Largest count that is confirmed; 0 for none.
    settings
        Settings of the choice between groups and scales.
    seed
        Seed of the solver's random vectors.
    threads
        Number of threads of the products.
    progress
        Called with numbers of products of the matrix with one vector as they are taken.
    """
    if count.count is None or count.density is None or count.threshold is None or limit <= 0:
        return count
    above_limit = f"not confirmed: the count is above the limit of {limit:,}"
    if count.count.low > limit + 0.5:
        return replace(count, unconfirmed=above_limit)
    assert count.disassortative is not None
    solve = partial(_beyond, limit=limit, seed=seed, threads=threads, progress=progress)
    low = _End(operator, count.density, count.threshold, count.count.value)
    high = _End(operator.reflected(), count.density, count.threshold, count.disassortative.value, reflected=True)
    try:
        spectrum, least, largest = solve(low)
        if spectrum.count > limit:
            return replace(count, unconfirmed=above_limit)
        disassortative, certain, _ = solve(high)
    except NotConvergedError as error:
        return replace(count, unconfirmed=f"not confirmed, the estimate stands: {error}")
    result = DetectableConfirmation(
        count=spectrum.count,
        count_low=least,
        count_high=largest,
        eigenvalues=spectrum.count,
        disassortative=certain,
        gap_low=spectrum.gap[0],
        gap_high=min(spectrum.gap[1], operator.interval.high),
        method=spectrum.method,
        spectrum=spectrum,
        below=spectrum,
    )
    test = partial(GapTest, seed=seed, threads=threads, tie=settings.tie)
    answer = with_confirmation(count, result, test(spectrum), settings)
    if certain == 0 or answer.kind is Kind.SCALES or answer.confirmation is None:
        return answer
    # Beside groups, or none, what can be told at the other end is said.
    edge = Edge(disassortative, count.density, count.threshold, settings, reflected=True)
    told = min(edge.total(edge.told(0, test(disassortative))), certain)
    return replace(answer, confirmation=replace(answer.confirmation, disassortative_told=told))


@dataclass(frozen=True, eq=False)
class _End:
    """The low end of an operator, with what a density tells of it.

    Attributes
    ----------
    operator
        The operator.
    density
        Density of it, or of the operator whose reflection it is.
    threshold
        Eigenvalue up to which is counted.
    expected
        Expected number of eigenvalues below.
    reflected
        Whether the density is that of the reflection.
    """

    operator: RegularizedLaplacian
    density: SpectralDensity
    threshold: float
    expected: float
    reflected: bool = False

    def surroundings(self, share: float = 0.5, fewest: float = 8.0, narrowest: float = 0.002) -> tuple[float, float]:
        """Return an interval around the threshold, in whose upper half a block of filters has room for all eigenvalues.

        Parameters
        ----------
        share, fewest
            Number of eigenvalues in it, relative to those below and at least: filters that damp no eigenvalue close to
            the threshold converge there soon.
        narrowest
            Angle to either side at least.
        """
        middle = float(np.arccos(1 - self.threshold))
        angles = np.linspace(middle + narrowest, np.pi / 2, 1000)
        beyond = self.count(angles) - self.count(np.array([middle]))
        room = angles[min(int(np.searchsorted(np.maximum.accumulate(beyond), self.more(share, fewest))), 999)]
        half = min(self.threshold / 2, float(1 - np.cos(room)) - self.threshold)
        return self.threshold - half, self.threshold + half

    def more(self, share: float = 0.5, fewest: float = 8.0) -> float:
        """Return the number of eigenvalues beyond the threshold for which there is room."""
        return max(fewest, share * self.expected)

    def count(self, angles: np.ndarray) -> np.ndarray:
        """Return the expected number of eigenvalues below angles from the low end."""
        points = 1 - np.cos(angles)
        if not self.reflected:
            return np.asarray(self.density.count(points).value)
        return np.asarray(self.density.dimension - self.density.count(2 - points).value)


def _beyond(
    end: _End, *, limit: int, seed: int, threads: int | None, progress: Callable[[int], None] | None
) -> tuple[LowSpectrum, int, int]:
    """Return the spectrum below a threshold, and the least and largest number of eigenvalues that may lie there."""

    def solve(around: tuple[float, float]) -> LowSpectrum:
        expected = min(int(np.ceil(end.expected + end.more())), limit)
        return low_spectrum(
            end.operator,
            around,
            expected,
            limit=limit,
            settings=_FILTERS,
            seed=seed,
            threads=threads,
            progress=progress,
        )

    low, high = end.surroundings()
    spectrum = solve((low, high))
    rounding = end.density.settings.tie * 2
    certain = sum(part.copies * int((part.eigenvalues < end.threshold - rounding).sum()) for part in spectrum.parts)
    near = spectrum.gap[1] - end.threshold < _FILTERS.edge_residual
    if not near:
        return spectrum, certain, spectrum.count
    shift = 2 * _FILTERS.edge_residual
    return spectrum, certain, max(spectrum.count, solve((low + shift, high + shift)).count)
