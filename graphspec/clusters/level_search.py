"""Search for levels of communities: gaps among the eigenvalues of detectable communities.

In a graph whose communities lie in groups the first eigenvalues are those of the groups, the next ones those of the
communities, and a gap separates them, as the eigengap separates clusters from the rest. Eigenvalues that a solver
confirmed are compared with each other; where there is a density alone, its own rule for gaps finds the widest.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from graphspec._typing import Vertices
from graphspec.clusters.confirmation import CONFIRM_LIMIT
from graphspec.clusters.detectable import ANGLE_UNIT
from graphspec.clusters.detectable_edge import Edge
from graphspec.clusters.detectable_outcome import DetectableConfirmation, DetectableCount, Kind
from graphspec.clusters.eigensolver import LowSpectrum, low_spectrum
from graphspec.clusters.gaps import Gap, GapSettings, find_gaps
from graphspec.clusters.levels import Level
from graphspec.clusters.nesting import enrichment, grouped
from graphspec.clusters.partitioning import group_vertices
from graphspec.errors import NotConvergedError
from graphspec.operators import RegularizedLaplacian
from graphspec.options import Number, Options, option

Ends = tuple[float, float]
"""Eigenvalues at both ends of a gap."""


@dataclass(frozen=True, kw_only=True)
class LevelSettings(Options):
    """Settings of the search for levels.

    Attributes
    ----------
    smallest_gap
        Angle of a gap at least, in units of pi / 100. Of block models in one tier and LFR graphs the widest gap among
        the eigenvalues of groups of equal degree is 0.6 and mostly below 0.3, of hierarchical block models at signal
        to noise 3 or more it is 0.5 to 8.3 (measured).
    relative_gap, relative_gap_of_scales
        Width of a gap at least, relative to the widest that is none of a level; and the same beside scales, where edges
        are not compared, so that the gap at the threshold is among those. Hierarchical block models leave 2.6 and more,
        grids, small worlds and geometric graphs at most 2.4 (measured).
    smallest_group
        Number of communities of a group at least, on average.
    smallest_enrichment
        Rate of edges between the communities of a group at least, relative to that with others. Of hierarchical block
        models the least is 1.8, of communities in one tier, whatever their sizes and densities, the largest is 1.12.
    smallest_z_score
        Standard deviations of numbers of edges by which the two rates differ at least: a few edges prove nothing.
    fewest_resolutions
        Width of a gap of a density without a confirmation at least, in resolutions pi / moments: as of a gap of the
        Laplacian (:class:`graphspec.clusters.gaps.GapSettings`).
    """

    smallest_gap: float = option(0.5, Number(0), "Angle of a gap between levels at least, in pi / 100")
    relative_gap: float = option(2.0, Number(1), "Width of a gap relative to those of no level at least")
    relative_gap_of_scales: float = option(3.0, Number(1), "The same beside scales")
    smallest_group: float = option(1.5, Number(1), "Communities of a group at least, on average")
    smallest_enrichment: float = option(1.5, Number(0), "Rate of edges within a group relative to others at least")
    smallest_z_score: float = option(4.0, Number(), "Standard deviations between these rates at least")
    fewest_resolutions: float = option(2.0, Number(0), "Width of a gap of a density in resolutions at least")

    @property
    def of_density(self) -> GapSettings:
        """Settings of the search for gaps of a density."""
        angle = self.smallest_gap * ANGLE_UNIT
        return GapSettings(smallest_angle=min(angle, np.pi), fewest_resolutions=self.fewest_resolutions)


DEFAULT_SETTINGS = LevelSettings()


def find_levels(count: DetectableCount, settings: LevelSettings = DEFAULT_SETTINGS) -> DetectableCount:
    """Return a count with the levels of its communities.

    Of the gaps among the eigenvalues those are levels that are wide, and wider by far than all that are not. The first
    eigenvalue of every component is left out: what separates it says nothing of groups. Communities of a group must
    also have more edges with each other than with those of other groups, more than their own propensities make
    (:func:`graphspec.clusters.nesting.enrichment`): in communities of one tier, eigenvalues have gaps where sizes and
    densities differ. Where the eigenvalues run on into scales there is no finest level, so that edges cannot be
    compared, and a gap must be wider by far than the one at the threshold too.

    Without a confirmation, levels are the significant gaps of the density.

    Parameters
    ----------
    count
        The count, confirmed or not.
    settings
        Settings of the search.
    """
    if count.kind is Kind.NONE or count.density is None or count.count is None:
        return replace(count, levels=())
    if count.confirmation is None:
        return replace(count, levels=tuple(_on_density(count, settings)))
    if count.kind is Kind.SCALES:
        assert count.threshold is not None
        lattice = Edge(count.confirmation.below, count.density, count.threshold).shows_levels
        return replace(count, levels=() if lattice else tuple(_groups_of_scales(count.confirmation, settings)))
    return replace(count, levels=tuple(_nested(count.confirmation, settings)))


def confirm_levels(
    count: DetectableCount,
    operator: RegularizedLaplacian,
    *,
    limit: int = CONFIRM_LIMIT,
    settings: LevelSettings = DEFAULT_SETTINGS,
    seed: int = 0,
    threads: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> DetectableCount:
    """Return a count whose levels on a density are confirmed by the eigensolver, up to a limit.

    For a count that is not confirmed itself: those of all communities may be too many, and the groups few.

    Parameters
    ----------
    count
        A count with the levels of :func:`find_levels`. One that was confirmed is returned as it is.
    operator
        Operator of the density.
    limit
        Largest number of groups that is confirmed; 0 for none.
    settings
        Settings of the search.
    seed
        Seed of the solver's random vectors.
    threads
        Number of threads of the products.
    progress
        Called with numbers of products of the matrix with one vector as they are taken.
    """
    finest, coarse = _split(count)
    within = [level for level in coarse if level.count <= limit + 0.5]
    ends = [
        (level.gap_low, level.gap_high) for level in within if level.gap_low is not None and level.gap_high is not None
    ]
    if count.confirmation is not None or not ends or limit <= 0:
        return count
    try:
        low = low_spectrum(
            operator,
            ends[0],
            int(np.ceil(within[0].count_high)),
            limit=limit,
            seed=seed,
            threads=threads,
            progress=progress,
        )
    except NotConvergedError:
        return count
    # The eigenvectors of the finest of them are those of all coarser ones too.
    numbers = [_numbers_below(low, sum(pair) / 2) for pair in ends]
    gaps = [_ends_after(low, number) for number in numbers]
    confirmed, labels = list[Level](), group_vertices(low)
    for number, gap in zip(numbers, gaps, strict=True):
        labels = grouped(labels, low, number)
        if _angle(gap) >= settings.smallest_gap and count.num_components < _total(low, number) == _found(labels, low):
            confirmed.append(_confirmed(low, number, gap, labels))
    beyond = [level for level in coarse if level not in within]
    return replace(count, levels=tuple(finest + beyond + confirmed) if beyond + confirmed else ())


def _nested(result: DetectableConfirmation, settings: LevelSettings) -> list[Level]:
    """Return the levels of confirmed communities, the finest first; none where these lie in no groups."""
    spectrum = result.spectrum
    gaps = _gaps_between(spectrum, None, settings)
    if not gaps:
        return []
    labels = group_vertices(spectrum)
    numbers = [len(part.eigenvalues) for part in spectrum.parts]
    finest = _confirmed(spectrum, numbers, _ends_after(result.below, numbers), labels)
    levels = [replace(finest, count_low=result.count_low, count_high=result.count_high)]
    for gap in gaps:
        numbers = _numbers_below(spectrum, sum(gap) / 2)
        larger = grouped(labels, spectrum, numbers)
        if _total(spectrum, numbers) == _found(larger, spectrum) and _are_groups(labels, larger, spectrum, settings):
            levels.append(_confirmed(spectrum, numbers, gap, larger))
            labels = larger
    return levels if len(levels) > 1 else []


def _groups_of_scales(result: DetectableConfirmation, settings: LevelSettings) -> list[Level]:
    """Return the levels of groups whose eigenvalues stand apart from those of scales, the finest first."""
    levels, labels = list[Level](), None
    for gap in _gaps_between(result.below, result.gap_high, settings):
        numbers = _numbers_below(result.below, sum(gap) / 2)
        low = result.below.first(numbers)
        labels = group_vertices(low) if labels is None else grouped(labels, low, numbers)
        if _total(low, numbers) == _found(labels, low):
            levels.append(_confirmed(low, numbers, gap, labels))
    return levels


def _gaps_between(spectrum: LowSpectrum, following: float | None, settings: LevelSettings) -> list[Ends]:
    """Return the gaps between levels of eigenvalues, the highest first.

    Parameters
    ----------
    spectrum
        The eigenvalues.
    following
        The next eigenvalue, if the gap before it is compared with the others too.
    settings
        Settings of the search.
    """
    inner = [np.repeat(part.eigenvalues[1:], part.copies) for part in spectrum.parts]
    values = np.sort(np.concatenate([*inner, [] if following is None else [following]]))
    if len(values) < 2:
        return []
    gaps = list(pairwise(values.tolist()))
    widths = np.array([_angle(gap) for gap in gaps])
    order = np.argsort(-widths, kind="stable")
    narrower = np.append(widths[order[1:]], 0.0)
    relative = settings.relative_gap if following is None else settings.relative_gap_of_scales
    wide = np.flatnonzero(widths[order] >= np.maximum(settings.smallest_gap, relative * narrower))
    widest = order[: int(wide[-1]) + 1].tolist() if len(wide) else []
    if following is not None and len(gaps) - 1 in widest:
        return []
    chosen, counts = list[int](), [float(spectrum.count)]
    for index in widest:
        count = _total(spectrum, _numbers_below(spectrum, sum(gaps[index]) / 2))
        ratios = [max(count, other) / min(count, other) for other in counts]
        if min(ratios) >= settings.smallest_group:
            chosen.append(index)
            counts.append(count)
    return [gaps[index] for index in sorted(chosen, reverse=True)]


def _are_groups(fine: Vertices, coarse: Vertices, spectrum: LowSpectrum, settings: LevelSettings) -> bool:
    """Return whether communities have more edges with others of their group than any propensities make."""
    found = enrichment(fine, coarse, spectrum)
    if found is None:
        return False
    return found.ratio >= settings.smallest_enrichment and found.z_score >= settings.smallest_z_score


def _on_density(count: DetectableCount, settings: LevelSettings) -> list[Level]:
    """Return the levels that significant gaps of a density below the threshold separate, the finest first."""
    assert count.density is not None
    assert count.threshold is not None
    assert count.count is not None
    total = count.count
    gaps = find_gaps(count.density, count.num_components, settings.of_density, operator=RegularizedLaplacian.name)
    counts, levels = [total.value], list[Level]()
    for gap in gaps:  # by width
        ratios = [max(gap.count, other) / min(gap.count, other) for other in counts]
        below = gap.gap_high <= count.threshold and gap.count_high < total.value
        if gap.significant and not gap.trivial and below and min(ratios) >= settings.smallest_group:
            counts.append(gap.count)
            levels.append(_level_of(gap))
    if levels and count.kind is Kind.GROUPS:
        # The gap at the threshold, where the density shows one.
        last = next((gap for gap in gaps if not gap.trivial and total.low <= gap.count <= total.high), None)
        finest = Level(total.value, total.low, total.high, None, None, None, confirmed=False)
        if last is not None:
            ends = _level_of(last)
            finest = replace(finest, gap=ends.gap, gap_low=ends.gap_low, gap_high=ends.gap_high)
        levels.append(finest)
    return sorted(levels, key=lambda level: -level.count)


def _level_of(gap: Gap) -> Level:
    ends = (gap.gap_low, gap.gap_high)
    return Level(gap.count, gap.count_low, gap.count_high, _angle(ends), *ends, confirmed=False)


def _split(count: DetectableCount) -> tuple[list[Level], list[Level]]:
    """Return the finest level, that of all communities, and the coarser ones."""
    levels = list(count.levels or ())
    first = 1 if levels and count.kind is Kind.GROUPS else 0
    return levels[:first], levels[first:]


def _confirmed(spectrum: LowSpectrum, numbers: list[int], gap: Ends, groups: Vertices) -> Level:
    count = _total(spectrum, numbers)
    return Level(count, count, count, _angle(gap), *gap, confirmed=True, groups=groups)


def _numbers_below(spectrum: LowSpectrum, threshold: float) -> list[int]:
    """Return for every part the number of eigenvalues below a threshold; a component with any is one group at least."""
    numbers = [int(np.searchsorted(part.eigenvalues, threshold)) for part in spectrum.parts]
    return [max(number, min(1, len(part.eigenvalues))) for number, part in zip(numbers, spectrum.parts, strict=True)]


def _ends_after(spectrum: LowSpectrum, numbers: list[int]) -> Ends:
    """Return the last of some first eigenvalues of every part, and the next one of any."""
    lasts, nexts = [], []
    for part, number in zip(spectrum.parts, numbers, strict=True):
        lasts += part.eigenvalues[:number][-1:].tolist()
        nexts += [*part.eigenvalues[number:].tolist(), part.following][:1]
    return max(lasts), min(*nexts, spectrum.operator.interval.high)


def _total(spectrum: LowSpectrum, numbers: list[int]) -> int:
    return sum(part.copies * number for part, number in zip(spectrum.parts, numbers, strict=True))


def _found(groups: Vertices, spectrum: LowSpectrum) -> int:
    """Return the number of groups of components that have an eigenvalue: less than counted where some are pockets."""
    parts = [part for part in spectrum.parts if len(part.eigenvalues)]
    return sum(part.copies * len(np.unique(groups[part.vertices[0]])) for part in parts)


def _angle(gap: Ends) -> float:
    """Return the angle of a gap, in units of pi / 100."""
    low, high = np.arccos(1 - np.clip(gap, 0.0, 2.0))
    return float(max(high - low, 0.0)) / ANGLE_UNIT
