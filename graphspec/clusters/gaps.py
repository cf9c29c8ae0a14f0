"""Gaps of an estimated spectrum and the number of eigenvalues below them: the eigengap rule.

The number of clusters of a graph is the number of Laplacian eigenvalues below its eigengap (von Luxburg, Statistics and
Computing 17, 395 (2007)). The eigenvalues are not known here, only N(x), the expected number of eigenvalues up to x: a
gap is an interval over which N rises by less than one eigenvalue would make it rise. Widths are measured in the angle
arccos(x) of eigenvalues mapped to [-1, 1], in which a density of order m has the same resolution pi / m everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

import numpy as np

from graphspec._typing import Mask, Vector
from graphspec.densities import Estimate, SpectralDensity
from graphspec.operators import NormalizedLaplacian
from graphspec.options import Number, Options, option
from graphspec.sketches import InputSummary


@dataclass(frozen=True, kw_only=True)
class GapSettings(Options):
    """Settings of the search for gaps; defaults by trial on planted partitions and on random graphs without clusters.

    Attributes
    ----------
    largest_rise
        Rise of N over a gap at most: estimates leak a third of an eigenvalue into a gap.
    smallest_angle
        Angle of a significant gap at least. The default, 0.04 pi, is about 0.1 in the eigenvalue of the normalised
        Laplacian; random graphs without clusters leave narrower gaps.
    fewest_resolutions
        Width of a significant gap in resolutions pi / m at least: any two ripples of a density of order m are one
        resolution apart. Gaps of half this width are listed too.
    fewest_spacings
        Width of a significant gap in mean spacings of the eigenvalues above it at least: in a small graph the gap
        between any two eigenvalues can be resolved.
    num_spacings
        Number of eigenvalues above a gap that the mean spacing is taken of.
    points_per_moment, fewest_points
        Number of points, equally spaced in the angle, at which N is evaluated: so many for each moment of the
        density, and at least so many. A resolution of 16 points is a tenth of what `fewest_resolutions` tells apart.
    largest_leak
        Rise of N between a gap and the null space of A, as a share of that, from which on the gap does not end there;
        less than one eigenvalue is none anyway. Estimates of 100 moments leak 5e-4 of a null space of thousands.
    max_gaps
        Number of gaps that are listed at most.
    smallest_group
        Vertices of a group at least on average, or else a gap below the null space of A separates no clusters, nor does
        one of the levels of a bipartite lattice.
    level_share
        Relative width from which on another gap is like a gap, as those between the levels of a lattice are like each
        other. Of planted partitions in two tiers the first are lost at 0.35; at 0.6 fewer lattices are told.
    levels_above
        Number of like gaps that begin between a gap and eigenvalue 1 by which it is one between levels of a lattice:
        above the gap of clusters there is a bulk, and below it there may be gaps between larger clusters.
    bipartite_levels
        Number of like gaps above and below it, one of them above, by which a gap of a bipartite graph is one as well.
    share_below
        Share of the eigenvalues of a lattice below 1 at least. Cliques have nearly all of theirs above it, so that the
        levels of chains between large cliques are not taken for those of a lattice.
    """

    largest_rise: float = option(0.35, Number(0, 1), "Rise of the count over a gap at most, in eigenvalues")
    smallest_angle: float = option(0.04 * np.pi, Number(0, np.pi), "Angle of a significant gap at least")
    fewest_resolutions: float = option(2.0, Number(0), "Width of a significant gap in resolutions at least")
    fewest_spacings: float = option(4.0, Number(0), "Width of a significant gap in mean spacings above it at least")
    num_spacings: int = option(5, Number(1, integer=True), "Eigenvalues above a gap that its width is compared with")
    points_per_moment: int = option(16, Number(1, integer=True), "Points of the count for each moment")
    fewest_points: int = option(1024, Number(2, integer=True), "Points of the count at least")
    largest_leak: float = option(1e-3, Number(0, 1), "Leak of the null space of A into a gap at most, as a share of it")
    max_gaps: int = option(6, Number(1, integer=True), "Gaps listed at most")
    smallest_group: float = option(10.0, Number(0), "Vertices of a group below the null space of A at least")
    level_share: float = option(0.5, Number(0, 1), "Relative width of another gap between levels at least")
    levels_above: int = option(2, Number(1, integer=True), "Gaps above one between levels of a lattice at least")
    bipartite_levels: int = option(3, Number(1, integer=True), "Gaps beside one of a bipartite lattice at least")
    share_below: float = option(0.25, Number(0, 1), "Share of the eigenvalues of a lattice below 1 at least")

    def is_wide(self, angle: float, num_moments: int) -> bool:
        """Return whether an angle is that of a significant gap for a density of some order."""
        return angle >= max(self.smallest_angle, self.fewest_resolutions * np.pi / num_moments)

    def moments_to_resolve(self, angle: float) -> int:
        """Return the smallest order whose resolution makes an angle that of a significant gap."""
        return int(np.ceil(self.fewest_resolutions * np.pi / angle)) + 1


DEFAULT_SETTINGS = GapSettings()


class Reason(Enum):
    """Reason for which a gap, however wide, separates no clusters; the values are the words of reports."""

    NULL_SPACE = "null space of A"
    """It ends at eigenvalue 1, the null space of the adjacency matrix, which leaves and twins make."""
    FOREST = "forest"
    """The graph is a forest: any edge of a tree separates two parts of it."""
    LATTICE = "levels of a lattice"
    """Others about as wide follow above it: multiple eigenvalues far apart, the levels of a lattice, and no bulk."""

    @property
    def sentence(self) -> str:
        """Words for a remark on a gap."""
        return {
            Reason.NULL_SPACE: "it ends at eigenvalue 1, the null space of the adjacency matrix",
            Reason.FOREST: "the graph is a forest, of which any edge separates parts",
            Reason.LATTICE: "gaps about as wide follow above it, as between the levels of a lattice",
        }[self]


@dataclass(frozen=True)
class GraphShape:
    """What is known of a graph, by which gaps are told from those of clusters.

    Attributes
    ----------
    num_live
        Number of vertices with an edge; None where it is not known.
    num_edges
        Number of edges; None where it is not known.
    num_components
        Number of components that have an edge.
    """

    num_live: int | None = None
    num_edges: int | None = None
    num_components: int = 0

    @classmethod
    def of(cls, source: InputSummary) -> GraphShape:
        """Return what the summary of a graph or of a sketch tells; nothing of an operator without a graph."""
        if source.num_nodes is None:
            return cls()
        isolated = source.num_isolated or 0
        return cls(source.num_nodes - isolated, source.num_edges, (source.num_components or 0) - isolated)

    @property
    def forest(self) -> bool:
        """Whether all components are trees."""
        return self.num_live is not None and self.num_edges == self.num_live - self.num_components

    def bipartite(self, density: SpectralDensity) -> bool:
        """Return whether all components with an edge are bipartite: each has the eigenvalue 2 then."""
        top = float(density.count_between(2 - 1e-7, 2.0).value)
        return self.num_live is not None and top > self.num_components - 0.5


UNKNOWN = GraphShape()


@dataclass(frozen=True)
class Gap:
    """Interval of the spectrum without eigenvalues, as estimated by a density.

    Attributes
    ----------
    gap_low, gap_high
        Ends of the interval.
    threshold
        Middle of the interval.
    count
        Expected number of eigenvalues below the threshold.
    count_low, count_high
        Confidence interval of the count: the spread over probes, and leakage of the density into the gap.
    score
        Width in the angle in units of the resolution pi / m of a density of order m.
    significant
        Whether the gap is wide enough to differ from those of random graphs and from the noise of the sketch.
    trivial
        Whether only the zero eigenvalues of the components lie below.
    excluded
        Reason for which it separates no clusters, so that it is not significant; None without one.
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
    excluded: str | None = None

    @property
    def remark(self) -> str | None:
        """Sentence on a gap that separates no clusters."""
        if self.excluded is None:
            return None
        return f"the gap above {self.gap_low:.4g} separates no clusters: {Reason(self.excluded).sentence}"


@dataclass(frozen=True)
class UnresolvedGap:
    """Gap wide enough for clusters that a density of too small an order cannot tell from its ripples.

    Attributes
    ----------
    gap
        The gap.
    num_moments
        Order that resolves a gap of its width.
    """

    gap: Gap
    num_moments: int

    @property
    def remark(self) -> str:
        """Sentence on the number of moments."""
        below = f"the gap above {self.gap.count:,.0f} eigenvalues"
        return f"at least {self.num_moments} moments could tell whether {below} is one"


def find_gaps(
    density: SpectralDensity,
    num_components: int,
    settings: GapSettings = DEFAULT_SETTINGS,
    *,
    operator: str = NormalizedLaplacian.name,
    shape: GraphShape = UNKNOWN,
) -> tuple[Gap, ...]:
    """Return the widest gaps at the low end of a spectrum, ranked.

    Significant gaps above the zeros of the components come first, then all others, each by width. At most a third of
    the eigenvalues lie below a gap, so that clusters have three vertices on average or more.

    Parameters
    ----------
    density
        Density of a Laplacian, whose low end tells clusters.
    num_components
        Number of zero eigenvalues that belong to components.
    settings
        Settings of the search.
    operator
        Name of the operator: the null space of A is an eigenspace of the normalised Laplacian.
    shape
        What is known of the graph.
    """
    profile = _Profile(density, num_components, settings)
    gaps: list[Gap] = []
    free = profile.counts - num_components <= (density.dimension - num_components) / 3
    while len(gaps) < settings.max_gaps and free.any():
        first, last = profile.widest(free)
        if profile.score(first, last) < settings.fewest_resolutions / 2:
            break
        gap = profile.gap(first, last)
        reason = None if gap.trivial else _reason(gap, density, num_components, settings, operator, shape)
        gaps.append(gap if reason is None else replace(gap, significant=False, excluded=reason.value))
        free[first : last + 1] = False
    if operator == NormalizedLaplacian.name:
        gaps = _without_levels(gaps, profile, shape)
    return tuple(sorted(gaps, key=lambda gap: (not gap.significant or gap.trivial, -gap.score)))


def _reason(
    gap: Gap, density: SpectralDensity, num_components: int, settings: GapSettings, operator: str, shape: GraphShape
) -> Reason | None:
    """Return the reason for which a gap separates no clusters, None without one."""
    if shape.forest:
        return Reason.FOREST
    if operator != NormalizedLaplacian.name or not _ends_at_null_space(gap, density, settings):
        return None
    # The spectrum of a bipartite graph is symmetric around 1: what ends a gap there is the null space of A. That of
    # other graphs may be known too; then groups decide, of which leaves and twins make small ones.
    if shape.bipartite(density):
        return Reason.NULL_SPACE
    known = sum(atom.multiplicity for atom in density.atoms if abs(atom.eigenvalue - 1) < density.settings.tie)
    if density.certain:
        known = round(float(density.count_between(1 - 1e-7, 1 + 1e-7).value))
    live = density.dimension if shape.num_live is None else shape.num_live
    small = live < settings.smallest_group * gap.count
    return Reason.NULL_SPACE if small and known >= gap.count - num_components else None


def _ends_at_null_space(gap: Gap, density: SpectralDensity, settings: GapSettings) -> bool:
    """Return whether a gap ends at eigenvalue 1, as far as the density resolves it."""
    resolution = np.pi / density.num_moments
    if abs(gap.gap_high - 1) <= resolution:
        return True
    # Next to a multiple eigenvalue an estimate ripples: what leaks from it splits the gap that ends there in two.
    before, after = density.count(np.array([1 - resolution, 1 + resolution])).value
    return gap.gap_high < 1 and bool(before - gap.count < max(1.0, settings.largest_leak * (after - before)))


def _without_levels(gaps: list[Gap], profile: _Profile, shape: GraphShape) -> list[Gap]:
    """Exclude the gaps between levels of a lattice from those of clusters."""
    settings, counted = profile.settings, [gap for gap in gaps if gap.significant and not gap.trivial]
    if not counted or profile.counts[profile.middle] < settings.share_below * profile.density.dimension:
        return gaps
    bipartite = shape.bipartite(profile.density)
    levels = [gap for gap in counted if _is_level(gap, profile, shape, bipartite)]
    # The last of equally spaced levels have none above, so that they are told by the first.
    levels += [
        gap
        for gap in counted
        if any(gap.gap_low >= low.gap_high and settings.level_share * gap.score <= low.score for low in levels)
    ]
    return [replace(gap, significant=False, excluded=Reason.LATTICE.value) if gap in levels else gap for gap in gaps]


def _is_level(gap: Gap, profile: _Profile, shape: GraphShape, bipartite: bool) -> bool:
    """Return whether so many gaps are about as wide as one that it is one between levels of a lattice."""
    settings = profile.settings
    below, above = profile.similar(gap)
    if not bipartite or above == 0:
        return above >= settings.levels_above
    # Levels below are also those of chains between cliques, which make no bipartite graph.
    assert shape.num_live is not None
    return below + above >= settings.bipartite_levels or shape.num_live < settings.smallest_group * gap.count


def unresolved_gap(
    gaps: tuple[Gap, ...], density: SpectralDensity, settings: GapSettings = DEFAULT_SETTINGS
) -> UnresolvedGap | None:
    """Return the first gap that only the order of the density keeps from being significant.

    None where a gap above the zeros of the components is significant already, or where there is no such gap.
    """
    if any(gap.significant and not gap.trivial for gap in gaps):
        return None
    resolved = settings.fewest_resolutions * np.pi / density.num_moments
    for gap in gaps:
        angle = angle_between(density, gap.gap_low, gap.gap_high)
        if not gap.trivial and gap.excluded is None and settings.smallest_angle <= angle < resolved:
            return UnresolvedGap(gap, settings.moments_to_resolve(angle))
    return None


def angle_between(density: SpectralDensity, low: float, high: float) -> float:
    """Return the angle of an interval of eigenvalues."""
    start, stop = density.interval
    unit = np.clip((2 * np.array([low, high]) - start - stop) / (stop - start), -1.0, 1.0)
    return float(np.arccos(unit[0]) - np.arccos(unit[1]))


def first_minimum(density: SpectralDensity, settings: GapSettings = DEFAULT_SETTINGS) -> float | None:
    """Return the first minimum of a density after its first maximum, from the low end; None where it has none.

    This is the rule of the original work on maximum entropy and clusters (Granziol, Ru et al., arXiv:1912.09068), kept
    for comparison: it depends on how a density of finite order ripples over the low eigenvalues.
    """
    points = _eigenvalues(density, _angles(density, settings))
    slopes = np.sign(np.diff(density.density(points).value))
    moving = np.flatnonzero(slopes)
    rising = np.maximum.accumulate(slopes[moving] > 0)
    turns = moving[:-1][rising[:-1] & (slopes[moving[:-1]] < 0) & (slopes[moving[1:]] > 0)]
    return float(points[turns[0] + 1]) if len(turns) else None


class _Profile:
    """N on points that are equally spaced in the angle, from the low end of the spectrum up."""

    def __init__(self, density: SpectralDensity, num_components: int, settings: GapSettings) -> None:
        self.density, self.num_components, self.settings = density, num_components, settings
        self.angles = _angles(density, settings)
        self.eigenvalues = _eigenvalues(density, self.angles)
        self.counts = np.maximum.accumulate(density.count(self.eigenvalues).value)

    @property
    def middle(self) -> int:
        """Last point below eigenvalue 1."""
        return int(np.searchsorted(self.eigenvalues, 1 - 1e-9)) - 1

    def widest(self, free: Mask) -> tuple[int, int]:
        """Return the first and last point of the widest interval of free points over which N rises little."""
        # The interval from each start reaches as far as N rises by less than the limit, and to the next taken point.
        starts = np.flatnonzero(free)
        rise = self.settings.largest_rise
        last = np.searchsorted(self.counts, self.counts[starts] + rise, side="right") - 1
        taken = np.append(np.flatnonzero(~free), len(free))
        last = np.minimum(last, taken[np.searchsorted(taken, starts)] - 1)
        # A gap begins above whole eigenvalues: not where N has passed part of the first one, less than half of it.
        partial = self.counts[starts] - self.num_components
        allowed = (partial >= 0.5) | (partial < 0.5 - rise)
        best = int(np.argmax(np.where(allowed, self.angles[last] - self.angles[starts], -1.0)))
        return int(starts[best]), int(last[best])

    def score(self, first: int, last: int) -> float:
        """Return the width in resolutions."""
        return float((self.angles[last] - self.angles[first]) / np.pi * self.density.num_moments)

    def gap(self, first: int, last: int) -> Gap:
        """Return the interval between two points as a gap."""
        low, high = float(self.eigenvalues[first]), float(self.eigenvalues[last])
        threshold = (low + high) / 2
        estimate = self.density.count(threshold)
        count, half = float(estimate.value), self._half_width(estimate)
        trivial = count - self.num_components < 0.5
        if trivial:
            count, half = float(self.num_components), 0.0  # known exactly
        angle, settings = float(self.angles[last] - self.angles[first]), self.settings
        return Gap(
            gap_low=low,
            gap_high=high,
            threshold=threshold,
            count=count,
            count_low=max(count - half, float(self.num_components)),
            count_high=count + half,
            score=self.score(first, last),
            significant=(
                settings.is_wide(angle, self.density.num_moments)
                and angle >= settings.fewest_spacings * self._spacing(last)
            ),
            trivial=bool(trivial),
        )

    def similar(self, gap: Gap) -> tuple[int, int]:
        """Return the numbers of gaps below a gap, and of those that begin between it and eigenvalue 1, of its width."""
        first, last = np.searchsorted(self.eigenvalues, [gap.gap_low, gap.gap_high])
        steps = max(int(np.ceil(self.settings.level_share * (last - first))), 1)
        return self._num_gaps(0, first - steps, steps), self._num_gaps(last, self.middle + 1, steps)

    def _num_gaps(self, start: int, stop: int, steps: int) -> int:
        """Return the number of gaps of some number of steps or more that begin from one point to before another."""
        rise, number, stop = self.settings.largest_rise, 0, max(start, stop)
        begins = start + np.flatnonzero(self.counts[start + steps : stop + steps] - self.counts[start:stop] <= rise)
        while len(begins):
            end = np.searchsorted(self.counts, self.counts[begins[0]] + rise, side="right")
            number, begins = number + 1, begins[begins >= end]
        return number

    def _half_width(self, estimate: Estimate) -> float:
        """Return the half width of the interval of a count within a gap."""
        # Of eigenvalues that leak into the gap, half belong to either side.
        leak = 0.0 if self.density.certain else self.settings.largest_rise / 2
        return float(np.hypot(self.density.t_quantile * float(estimate.sem), leak))

    def _spacing(self, last: int) -> float:
        """Return the mean spacing of the next eigenvalues, in the angle."""
        number = self.settings.num_spacings
        beyond = min(int(np.searchsorted(self.counts, self.counts[last] + number)), len(self.angles) - 1)
        return float(self.angles[beyond] - self.angles[last]) / number


def _angles(density: SpectralDensity, settings: GapSettings) -> Vector:
    number = max(settings.fewest_points, settings.points_per_moment * density.num_moments)
    return np.linspace(0.0, np.pi, number + 1)


def _eigenvalues(density: SpectralDensity, angles: Vector) -> Vector:
    low, high = density.interval
    return np.asarray(low + (high - low) * (1 - np.cos(angles)) / 2)
