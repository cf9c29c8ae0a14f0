"""Gaps in a spectrum, and how many eigenvalues lie below them: the eigengap rule on an estimated density.

The number of clusters of a graph is the number of Laplacian eigenvalues below its eigengap (von Luxburg, Statistics and
Computing 17, 395 (2007)). The eigenvalues are not known here, only N(x), the expected number of them up to x: a gap is
an interval over which N rises by less than one eigenvalue would make it rise.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graphspec._typing import Vector
from graphspec.densities.base import Estimate, SpectralDensity

LARGEST_RISE = 0.35
"""Most that N may rise over a gap: a third of an eigenvalue is what estimates leak there (chosen by trial)."""

SMALLEST_ANGLE = 0.04 * np.pi
"""Angle that a significant gap spans, arccos of the eigenvalue mapped to [-1, 1]: about 0.1 for the normalised
Laplacian. Random graphs without clusters leave narrower gaps (chosen by trial)."""

FEWEST_RESOLUTIONS = 2.0
"""Width of a significant gap in units of the resolution pi / m: any two ripples are one apart (chosen by trial)."""

FEWEST_SPACINGS = 4.0
"""Width of a significant gap in units of the mean spacing of the eigenvalues above it: in a small graph every two
eigenvalues have a gap between them that can be resolved (chosen by trial)."""

_SPACINGS = 5  # eigenvalues above a gap whose mean spacing it is compared with
_HALF = 0.5  # of an eigenvalue more than the components have: then there is one more
_POINTS_PER_MOMENT = 16
_FEWEST_POINTS = 1024
_LISTED = 6


@dataclass(frozen=True)
class Gap:
    """An interval of the spectrum that holds no eigenvalue, as far as a density can tell.

    Attributes
    ----------
    gap_low, gap_high
        Its ends.
    threshold
        The eigenvalue in its middle.
    count
        Expected number of eigenvalues below it.
    count_low, count_high
        Confidence interval of the count: the spread over probes and what the density may leak into the gap.
    score
        Its width in the angle in units of the resolution pi / m of a density of order m.
    significant
        Whether it is wide enough to be told from what random graphs and the noise of the sketch leave open.
    trivial
        Whether only the zero eigenvalues of the components lie below.
    """

    gap_low: float
    gap_high: float
    threshold: float
    count: float
    count_low: float
    count_high: float
    score: float
    significant: bool
    trivial: bool


def find_gaps(density: SpectralDensity, num_components: int) -> tuple[Gap, ...]:
    """Return gaps at the low end of a spectrum: first the significant ones above the components' zeros, widest first.

    Below a gap lie at most a third of the eigenvalues, so that clusters have three vertices on average or more.

    Parameters
    ----------
    density
        The density of a Laplacian, whose low end tells clusters.
    num_components
        Number of zero eigenvalues that belong to components.
    """
    profile = _Profile(density, num_components)
    found: list[Gap] = []
    free = profile.counts - num_components <= (density.dimension - num_components) / 3
    while len(found) < _LISTED and free.any():
        first, last = profile.widest(free)
        if profile.score(first, last) < FEWEST_RESOLUTIONS / 2:
            break
        found.append(profile.gap(first, last))
        free[first : last + 1] = False
    return tuple(sorted(found, key=lambda gap: (not gap.significant or gap.trivial, -gap.score)))


def is_wide(angle: float, num_moments: int) -> bool:
    """Tell whether a gap spans an angle that is significant for a density of some order."""
    return angle >= max(SMALLEST_ANGLE, FEWEST_RESOLUTIONS * np.pi / num_moments)


def angle_between(density: SpectralDensity, low: float, high: float) -> float:
    """Return the angle that an interval of eigenvalues spans."""
    start, stop = density.interval
    unit = np.clip((2 * np.array([low, high]) - start - stop) / (stop - start), -1.0, 1.0)
    return float(np.arccos(unit[0]) - np.arccos(unit[1]))


def first_minimum(density: SpectralDensity) -> float | None:
    """Return where the density has its first minimum after its first maximum, from the low end; None where it has none.

    This is the rule of the original work on maximum entropy and clusters (Granziol, Ru et al., arXiv:1912.09068), kept
    for comparison: it depends on how a density of finite order ripples over the low eigenvalues.
    """
    points = _eigenvalues(density, _angles(density))
    slopes = np.sign(np.diff(density.density(points).value))
    moving = np.flatnonzero(slopes)
    rising = np.maximum.accumulate(slopes[moving] > 0)
    turns = moving[:-1][rising[:-1] & (slopes[moving[:-1]] < 0) & (slopes[moving[1:]] > 0)]
    return float(points[turns[0] + 1]) if len(turns) else None


class _Profile:
    """N on points that are equally spaced in the angle, from the low end of the spectrum up."""

    def __init__(self, density: SpectralDensity, num_components: int) -> None:
        self.density, self.num_components = density, num_components
        self.angles = _angles(density)
        self.eigenvalues = _eigenvalues(density, self.angles)
        self.counts = np.maximum.accumulate(density.count(self.eigenvalues).value)

    def widest(self, free: NDArray[np.bool_]) -> tuple[int, int]:
        """Return the first and last point of the widest interval of free points over which N rises little."""
        starts = np.flatnonzero(free)
        last = np.searchsorted(self.counts, self.counts[starts] + LARGEST_RISE, side="right") - 1
        taken = np.append(np.flatnonzero(~free), len(free))
        last = np.minimum(last, taken[np.searchsorted(taken, starts)] - 1)
        # Where part of a first eigenvalue has been counted, a gap with less than half of it below is none.
        partial = self.counts[starts] - self.num_components
        allowed = (partial >= _HALF) | (partial < _HALF - LARGEST_RISE)
        best = int(np.argmax(np.where(allowed, self.angles[last] - self.angles[starts], -1.0)))
        return int(starts[best]), int(last[best])

    def score(self, first: int, last: int) -> float:
        """Return the width in resolutions."""
        return float((self.angles[last] - self.angles[first]) / np.pi * self.density.num_moments)

    def gap(self, first: int, last: int) -> Gap:
        """Return the interval between two points as a gap."""
        low, high = float(self.eigenvalues[first]), float(self.eigenvalues[last])
        threshold = (low + high) / 2
        found = self.density.count(threshold)
        count, half = float(found.value), self._half_width(found)
        trivial = count - self.num_components < _HALF
        if trivial:
            count, half = float(self.num_components), 0.0  # known exactly
        angle = float(self.angles[last] - self.angles[first])
        return Gap(
            gap_low=low,
            gap_high=high,
            threshold=threshold,
            count=count,
            count_low=max(count - half, float(self.num_components)),
            count_high=count + half,
            score=self.score(first, last),
            significant=is_wide(angle, self.density.num_moments) and angle >= FEWEST_SPACINGS * self._spacing(last),
            trivial=bool(trivial),
        )

    def _half_width(self, found: Estimate) -> float:
        # Within a gap, half of what may leak into it can belong to either side.
        certain = self.density.method == "exact" or self.density.continuous_share == 0
        leak = 0.0 if certain else LARGEST_RISE / 2
        return float(np.hypot(self.density.t_quantile * float(found.sem), leak))

    def _spacing(self, last: int) -> float:
        """Return the mean spacing of the next eigenvalues, in the angle."""
        further = np.searchsorted(self.counts, self.counts[last] + _SPACINGS)
        beyond = min(int(further), len(self.angles) - 1)
        return float(self.angles[beyond] - self.angles[last]) / _SPACINGS


def _angles(density: SpectralDensity) -> Vector:
    return np.linspace(0.0, np.pi, max(_FEWEST_POINTS, _POINTS_PER_MOMENT * density.num_moments) + 1)


def _eigenvalues(density: SpectralDensity, angles: Vector) -> Vector:
    low, high = density.interval
    return np.asarray(low + (high - low) * (1 - np.cos(angles)) / 2)
