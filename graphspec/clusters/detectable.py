"""Number of detectable communities: eigenvalues of the regularised Laplacian below 1 - 1/r, r the radius of the bulk.

They are as many as the negative eigenvalues of the Bethe Hessian (r^2 - 1) I - r A + D, because with tau = r^2 - 1 and
S = (D + tau)^(-1/2) it is S^-1 (I - r S A S) S^-1 (Sylvester's law of inertia). So they are counted as clusters are: on
a density near the low end of the spectrum, and by the eigensolver.

References ---------- A. Saade, F. Krzakala and L. Zdeborova, Spectral clustering of graphs with the Bethe Hessian, NIPS
2014. C. M. Le and E. Levina, Estimating the number of communities by spectral methods, Electron. J. Stat. 16 (2022),
arXiv:1507.00827. L. Dall'Amico, R. Couillet and N. Tremblay, A unified framework for spectral clustering in sparse
graphs, JMLR 22 (2021). L. Stephan and Y. Zhu, arXiv:2411.02835, prove consistency above the Kesten-Stigum threshold
from mean degree 2 on.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import Enum

import numpy as np

from graphspec._typing import Vector
from graphspec.clusters.counting import eigenvalue_count
from graphspec.clusters.eigensolver import LowSpectrum
from graphspec.clusters.gaps import angle_between
from graphspec.clusters.outcomes import CountEstimate
from graphspec.densities import SpectralDensity
from graphspec.operators import NOTHING_TO_DETECT
from graphspec.options import Number, Options, option

ANGLE_UNIT = np.pi / 100
"""Angles are given in this unit, as a density of 100 moments resolves them."""


class Kind(Enum):
    """What the eigenvalues below the threshold count; the values stand in records."""

    GROUPS = "groups"
    """Communities: a gap separates their eigenvalues from the bulk."""
    SCALES = "scales"
    """Scales, as of grids, roads and geometric graphs: eigenvalues run through the threshold without a gap."""
    NONE = "none"
    """No structure: every component is one group."""


@dataclass(frozen=True, kw_only=True)
class DetectionSettings(Options):
    """Settings of the choice between groups and scales; angles are those of eigenvalues mapped to [-1, 1].

    Attributes
    ----------
    smallest_gap, smallest_gap_of_few
        Angle of a gap at least, and of one below which there are few eigenvalues, in units of pi / 100. Block models
        leave 0.7 and more at the threshold; grids, small worlds and geometric graphs at most 0.3, and 0.6 before the
        tenth eigenvalue (measured).
    few
        Number of eigenvalues that are few.
    fewest_spacings
        Width of a gap at least, in mean spacings of the eigenvalues above it: in a small graph any two are far apart.
        Block models and LFR graphs of 60 to 4500 vertices leave 6 and more, grids, small worlds and geometric graphs at
        most 4.7 (measured).
    sure_gap
        Angle of a gap, in the same unit, that needs no comparison with spacings: as wide as a gap of the Laplacian has
        to be for a density of 100 moments.
    num_spacings
        Number of eigenvalues above the gap that the mean spacing is taken of.
    neighbours
        Gaps below the threshold that are looked at beside the one around it: the last of the communities may lie at the
        threshold.
    largest_dip
        Slope of the count at a gap of a density at most, relative to the slopes on both sides: a density of finite
        order fills a gap that it cannot resolve.
    dip_range
        Half resolutions below the threshold in which a gap of a density is sought, and below it those of the groups.
    noise_spacings
        Distance from the threshold, in mean spacings of the eigenvalues above it, within which an eigenvalue is not
        told from the bulk, whose edge fluctuates. For random matrices the largest eigenvalue stays within 3.27 units
        of the edge with probability 0.999 (Tracy and Widom), and the mean spacing of the first ones is 1.48.
    """

    smallest_gap: float = option(0.3, Number(0), "Angle of a gap at the threshold at least, in pi / 100")
    smallest_gap_of_few: float = option(0.6, Number(0), "The same with few eigenvalues below")
    few: int = option(10, Number(0, integer=True), "Eigenvalues that are few")
    fewest_spacings: float = option(5.0, Number(0), "Width of a gap in mean spacings above it at least")
    sure_gap: float = option(2.0, Number(0), "Angle of a gap whatever the spacings, in pi / 100")
    num_spacings: int = option(5, Number(1, integer=True), "Eigenvalues above the gap whose mean spacing is taken")
    neighbours: int = option(4, Number(0, integer=True), "Gaps below the threshold that are looked at")
    largest_dip: float = option(0.5, Number(0, 1), "Slope of the count at a gap, relative to both sides")
    dip_range: int = option(6, Number(1, integer=True), "Half resolutions below the threshold that are looked at")
    noise_spacings: float = option(2.2, Number(0), "Mean spacings by which the edge of the bulk fluctuates")


DEFAULT_SETTINGS = DetectionSettings()


@dataclass(frozen=True, eq=False)
class DetectableConfirmation:
    """Number of eigenvalues below the threshold by an eigensolver.

    Attributes
    ----------
    count
        Number of eigenvalues below the threshold that can be told from the bulk.
    count_low, count_high
        The same, where eigenvalues that cannot be told from the threshold are taken for larger and for smaller.
    eigenvalues
        Number of all eigenvalues below the threshold, as many as the Bethe Hessian has negative ones.
    disassortative
        Number of eigenvalues above 1 + 1/r.
    gap_low, gap_high
        The last eigenvalue below the threshold, and a bound from above of the first one beyond.
    method
        Solvers joined by ``+``; see :class:`graphspec.clusters.eigensolver.LowSpectrum`.
    spectrum
        The eigenvalues that are counted, with eigenvectors.
    p_value
        Probability that chance puts the last eigenvalue so far from the next ones; None where there are no groups. See
        :mod:`graphspec.clusters.last_community`.
    """

    count: int
    count_low: int
    count_high: int
    eigenvalues: int
    disassortative: int
    gap_low: float
    gap_high: float
    method: str
    spectrum: LowSpectrum = field(repr=False)
    p_value: float | None = None

    @property
    def num_components(self) -> int:
        """Number of components that have an eigenvalue below the threshold: each is one group at least."""
        return sum(part.copies for part in self.spectrum.parts if len(part.eigenvalues))


@dataclass(frozen=True)
class CountAtRadius:
    """Count of detectable communities for another radius.

    Attributes
    ----------
    r
        The radius.
    count, count_low, count_high
        Expected number of eigenvalues below 1 - 1/r with its confidence interval.
    """

    r: float
    count: float
    count_low: float
    count_high: float


@dataclass(frozen=True, eq=False)
class DetectableCount:
    """Number of communities that can be detected from the edges of a graph alone.

    Detectable means that a community leaves an eigenvalue outside of the bulk that random edges make (the threshold of
    Kesten and Stigum); groups may exist below it, which no efficient method is known to find. Small groups, of fewer
    than about sqrt(n) vertices, and sparse ones beside a large dense one may be missed. Beyond the threshold the count
    is consistent for block models of mean degree 2 and more (Stephan and Zhu, arXiv:2411.02835).

    Attributes
    ----------
    r
        Radius of the Bethe Hessian; None where the graph has too few edges for any.
    threshold
        1 - 1/r, the edge of the bulk of the regularised Laplacian.
    density
        Density that was counted on; None without a radius.
    count
        Expected number of eigenvalues below the threshold.
    disassortative
        Expected number of eigenvalues above 1 + 1/r: groups that are more densely linked to others than within.
    kind
        What the eigenvalues count.
    mean_degree
        Mean degree of the graph; None where it is not known. The theory begins at 2.
    at_mean_degree
        The count for r^2 the mean degree; None where that is at most 1, or was not counted.
    confirmation
        Result of the eigensolver; None where none ran to its end.
    unconfirmed
        Reason for which there is no confirmation; empty where none was asked for.
    """

    kind: Kind
    r: float | None = None
    threshold: float | None = None
    density: SpectralDensity | None = None
    count: CountEstimate | None = None
    disassortative: CountEstimate | None = None
    mean_degree: float | None = None
    at_mean_degree: CountAtRadius | None = None
    confirmation: DetectableConfirmation | None = None
    unconfirmed: str = ""

    @property
    def best(self) -> float:
        """The confirmed count, or else the estimate; 0 without a radius."""
        if self.confirmation is not None:
            return self.confirmation.count
        return 0.0 if self.count is None else self.count.value

    @property
    def sentence(self) -> str:
        """Sentence on the answer, with its numbers."""
        if self.count is None:
            return f"{NOTHING_TO_DETECT[0].upper()}{NOTHING_TO_DETECT[1:]}."
        number = f"{self.count.low:,.0f} to {self.count.high:,.0f}"
        if self.confirmation is not None:
            low, high = self.confirmation.count_low, self.confirmation.count_high
            exact = f"confirmed {self.confirmation.count:,}" + (f", {low:,} to {high:,}" if low < high else "")
            number = exact if round(self.count.low) == round(self.count.high) else f"{number}; {exact}"
        best = round(self.best)
        if self.kind is Kind.SCALES:
            return (
                f"{best:,} eigenvalues are low enough for communities ({number}), but run through the threshold "
                "without a gap: they count scales, not groups."
            )
        if self.kind is Kind.NONE:
            within = f" within {best:,} components" if best > 1 else ""
            groups = f"{best:,} group{'' if best == 1 else 's'}"
            return f"No community structure can be detected{within} ({groups}; {number})."
        return f"{best:,} communities can be detected ({number})."

    @property
    def remarks(self) -> tuple[str, ...]:
        """Sentences that a reader should know beside the answer."""
        result = [self.unconfirmed] if self.unconfirmed else []
        degree = self.mean_degree
        if degree is not None and degree < 1:
            result.append(f"the mean degree is {degree:.4g}: below 1 no communities can be detected")
        elif degree is not None and degree < 2:
            result.append(f"the mean degree is {degree:.4g}: below 2 theory does not say what can be detected")
        p_value = None if self.confirmation is None else self.confirmation.p_value
        if p_value is not None and p_value > 0.05:
            result.append(f"the last community may be chance (p = {p_value:.2g})")
        number = self._num_disassortative
        if number and self.kind is not Kind.SCALES:
            noun = "eigenvalue" if number == 1 else "eigenvalues"
            result.append(f"{number:,} {noun} above 1 + 1/r: groups with more edges between them than within")
        return tuple(result)

    @property
    def _num_disassortative(self) -> int:
        """Number of disassortative eigenvalues that is confirmed, or else significant."""
        if self.confirmation is not None:
            return self.confirmation.disassortative
        estimate = self.disassortative
        return round(estimate.value) if estimate is not None and estimate.low > 0.5 else 0


def detectable_on_density(
    density: SpectralDensity,
    r: float,
    *,
    mean_degree: float | None = None,
    settings: DetectionSettings = DEFAULT_SETTINGS,
) -> DetectableCount:
    """Count detectable communities on a density of the regularised Laplacian, without a confirmation.

    Parameters
    ----------
    density
        Density of the operator with tau = r^2 - 1.
    r
        Radius of the Bethe Hessian, above 1.
    mean_degree
        Mean degree of the graph, where it is known.
    settings
        Settings of the choice between groups and scales.
    """
    count = count_below(density, r)
    above = eigenvalue_count(density, 1 + 1 / r + _beside(density), None)
    kind = Kind.NONE if round(count.value) <= 1 else _kind_by_density(density, 1 - 1 / r, settings)
    return DetectableCount(
        kind,
        r,
        1 - 1 / r,
        density,
        count,
        CountEstimate(above.count, above.count_low, above.count_high),
        mean_degree,
    )


def count_below(density: SpectralDensity, r: float) -> CountEstimate:
    """Return the expected number of eigenvalues below 1 - 1/r with its confidence interval."""
    below = eigenvalue_count(density, None, 1 - 1 / r - _beside(density))
    return CountEstimate(below.count, below.count_low, below.count_high)


def with_confirmation(
    count: DetectableCount, result: DetectableConfirmation, settings: DetectionSettings = DEFAULT_SETTINGS
) -> DetectableCount:
    """Return a count with the result of the eigensolver, whose eigenvalues tell groups from scales."""
    assert count.density is not None
    assert count.threshold is not None
    spectrum = _Edge(result, count.density, count.threshold, settings)
    if spectrum.above_noise > result.num_components and not spectrum.separates_groups:
        return replace(count, confirmation=result, kind=Kind.SCALES)
    told = min(result.count, max(spectrum.above_noise, result.num_components))
    kind = Kind.GROUPS if told > result.num_components else Kind.NONE
    spectrum_told = result.spectrum.lowest(told)
    result = replace(result, count=told, count_low=min(told, result.count_low), spectrum=spectrum_told)
    return replace(count, confirmation=result, kind=kind)


def _beside(density: SpectralDensity) -> float:
    """Return a distance at which an eigenvalue that equals the threshold is no longer counted."""
    low, high = density.interval
    return 4 * density.settings.tie * (high - low)


class _Edge:
    """Confirmed eigenvalues at the edge of the bulk, as angles from the low end in units of pi / 100.

    Parameters
    ----------
    result
        The eigenvalues below the threshold, and the first one beyond.
    density
        Density of the operator.
    threshold
        The threshold.
    settings
        Settings of the choice between groups and scales.
    """

    def __init__(
        self, result: DetectableConfirmation, density: SpectralDensity, threshold: float, settings: DetectionSettings
    ) -> None:
        parts = [np.repeat(part.eigenvalues, part.copies) for part in result.spectrum.parts]
        values = np.sort(np.concatenate([*parts, [result.gap_high]]))
        low = density.interval.low
        self.settings = settings
        self.angles = np.array([angle_between(density, low, value) for value in values]) / ANGLE_UNIT
        self.spacing = _mean_spacing(density, float(self.angles[-1]), result.count, settings.num_spacings)
        edge = angle_between(density, low, threshold) / ANGLE_UNIT
        self.above_noise = int((self.angles[:-1] < edge - settings.noise_spacings * self.spacing).sum())
        """Number of eigenvalues further from the threshold than the edge of the bulk fluctuates."""

    @property
    def separates_groups(self) -> bool:
        """Whether there is a gap at the threshold, or one of the last few between eigenvalues below it."""
        settings = self.settings
        # The first eigenvalue is that of the whole graph: what separates it from the next says nothing of groups.
        widths = np.diff(self.angles)[max(1, self.above_noise - 1 - settings.neighbours) :]
        few = self.above_noise <= settings.few
        smallest = settings.smallest_gap_of_few if few else settings.smallest_gap
        needed = min(settings.sure_gap, settings.fewest_spacings * self.spacing)
        return bool(widths.max(initial=0.0) >= max(smallest, needed))


def _mean_spacing(density: SpectralDensity, begin: float, below: int, number: int) -> float:
    """Return the mean spacing of the next eigenvalues from an angle on, in units of pi / 100."""
    angles, counts = _profile(density)
    end = np.searchsorted(counts, max(below, float(np.interp(begin, angles, counts))) + number)
    return float(max(angles[min(int(end), len(angles) - 1)] - begin, 0.0)) / number


def _kind_by_density(density: SpectralDensity, threshold: float, settings: DetectionSettings) -> Kind:
    """Return what a density counts: its slope has a minimum between the eigenvalues of groups and the bulk."""
    angles, counts = _profile(density)
    window = 100 / density.num_moments
    place = angle_between(density, density.interval.low, threshold) / ANGLE_UNIT
    centres = place + 0.5 * window * np.arange(1, -2 * settings.dip_range, -1)
    slopes = np.interp(centres + 0.5 * window, angles, counts) - np.interp(centres - 0.5 * window, angles, counts)
    # A dip lies between the bulk, from which the slopes begin, and the eigenvalues of groups soon below.
    bulk = np.maximum.accumulate(slopes)
    groups = np.array([slopes[index : index + settings.dip_range].max() for index in range(len(slopes))])
    dips = slopes <= settings.largest_dip * np.minimum(bulk, groups)
    return Kind.GROUPS if dips[: settings.dip_range].any() else Kind.SCALES


def _profile(density: SpectralDensity) -> tuple[Vector, Vector]:
    """Return angles from the low end in units of pi / 100, and the expected number of eigenvalues up to each."""
    angles = np.linspace(0.0, 100.0, 8 * max(density.num_moments, 100) + 1)
    low, high = density.interval
    points = low + (high - low) * (1 - np.cos(angles * ANGLE_UNIT)) / 2
    return angles, np.maximum.accumulate(density.count(points).value)
