"""Results of counting detectable communities: what the eigenvalues count, the numbers, and the sentences on them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from graphspec.clusters.eigensolver import LowSpectrum
from graphspec.clusters.levels import Level, levels_in_words
from graphspec.clusters.outcomes import CountEstimate
from graphspec.densities import SpectralDensity
from graphspec.notebook import Shown
from graphspec.operators import NOTHING_TO_DETECT


class Kind(Enum):
    """What the eigenvalues below the threshold count; the values stand in records."""

    GROUPS = "groups"
    """Communities: a gap separates their eigenvalues from the bulk."""
    SCALES = "scales"
    """Scales, as of grids, roads and geometric graphs: eigenvalues run through the threshold without a gap."""
    NONE = "none"
    """No structure that can be told: every component is one group, or cannot be told from one."""


@dataclass(frozen=True, eq=False)
class DetectableConfirmation:
    """Number of eigenvalues below the threshold by an eigensolver.

    Attributes
    ----------
    count
        Number of eigenvalues below the threshold that can be told from the bulk; of scales, of all.
    count_low, count_high
        The same without eigenvalues that cannot be told from the threshold, and the number of all that may lie below.
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
    below
        All eigenvalues below the threshold, with eigenvectors.
    disassortative_told
        Number of eigenvalues above 1 + 1/r that can be told from the bulk; 0 beside scales, where it is not asked.
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
    below: LowSpectrum = field(repr=False)
    disassortative_told: int = 0
    p_value: float | None = None

    @property
    def num_components(self) -> int:
        """Number of components that have an eigenvalue below the threshold: each is one group at least."""
        return sum(part.copies for part in self.below.parts if len(part.eigenvalues))

    @property
    def in_words(self) -> str:
        """The count, and its range where there is one."""
        low, high = self.count_low, self.count_high
        return f"{self.count:,}" + (f", {low:,} to {high:,}" if low < high else "")


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


@dataclass(frozen=True, eq=False, repr=False)
class DetectableCount(Shown):
    """Number of communities that can be detected from the edges of a graph alone.

    Detectable means that a community leaves an eigenvalue outside of the bulk that random edges make (the threshold of
    Kesten and Stigum); groups may exist below it, which no efficient method is known to find. Small groups, of fewer
    than about sqrt(n) vertices, and sparse ones beside a large dense one may be missed. Beyond the threshold the count
    is consistent for block models of mean degree 2 and more (Stephan and Zhu, arXiv:2411.02835).

    Attributes
    ----------
    kind
        What the eigenvalues count.
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
    mean_degree
        Mean degree of the graph; None where it is not known. The theory begins at 2.
    num_components
        Number of components that have an eigenvalue below the threshold, as far as it is known without an eigensolver:
        each is a group at least.
    of_bulk
        Whether r is the radius of the bulk, and not that of a `tau` which was asked for.
    at_mean_degree
        The count for r^2 the mean degree; None where that is at most 1, or was not counted.
    confirmation
        Result of the eigensolver; None where none ran to its end.
    unconfirmed
        Reason for which there is no confirmation; empty where none was asked for.
    levels
        Levels of communities, the finest first: the communities and the groups of them, or groups alone beside scales.
        Empty where no gap among the eigenvalues stands out; None where they were not asked for.
    """

    kind: Kind
    r: float | None = None
    threshold: float | None = None
    density: SpectralDensity | None = None
    count: CountEstimate | None = None
    disassortative: CountEstimate | None = None
    mean_degree: float | None = None
    num_components: int = 1
    of_bulk: bool = True
    at_mean_degree: CountAtRadius | None = None
    confirmation: DetectableConfirmation | None = None
    unconfirmed: str = ""
    levels: tuple[Level, ...] | None = None

    @property
    def best(self) -> float:
        """The confirmed count, or else the estimate; 0 without a radius."""
        if self.confirmation is not None:
            return self.confirmation.count
        return 0.0 if self.count is None else self.count.value

    @property
    def largest(self) -> float:
        """The largest count that is possible: the end of the confirmed range, or else that of the estimate."""
        if self.confirmation is not None:
            return self.confirmation.count_high
        return 0.0 if self.count is None else self.count.high

    @property
    def radius_in_words(self) -> str:
        """What the radius is, for titles."""
        if self.of_bulk or self.r is None:
            return "the radius of the bulk"
        return f"tau = {self.r**2 - 1:.4g}"

    @property
    def is_certain(self) -> bool:
        """Whether there is nothing but one group for every component that has an eigenvalue below the threshold."""
        if self.confirmation is not None:
            return self.confirmation.count_high <= self.confirmation.num_components
        return self.count is not None and round(self.count.high) <= self.num_components

    @property
    def num_disassortative(self) -> int:
        """Number of disassortative eigenvalues that can be told from the bulk, or else is significant."""
        if self.confirmation is not None:
            return self.confirmation.disassortative_told
        estimate = self.disassortative
        return round(estimate.value) if estimate is not None and estimate.low > 0.5 else 0

    @property
    def sentence(self) -> str:
        """Sentence on the answer, with its numbers."""
        if self.count is None:
            return f"{NOTHING_TO_DETECT[0].upper()}{NOTHING_TO_DETECT[1:]}."
        best = round(self.best)
        if self.kind is Kind.SCALES:
            return (
                f"{best:,} eigenvalues are low enough for communities ({self._numbers}), but run through the threshold "
                "without a gap: they count scales, not groups."
            )
        if self.kind is Kind.GROUPS:
            return f"{best:,} communities can be detected ({self._numbers})."
        return self._sentence_of_none

    @property
    def levels_sentence(self) -> str:
        """Sentence on the levels; empty where they were not asked for."""
        return "" if self.levels is None else levels_in_words(self.levels)

    @property
    def remarks(self) -> tuple[str, ...]:
        """Sentences that a reader should know beside the answer."""
        result = [f"the communities are {self.unconfirmed}"] if self.unconfirmed else []
        degree = self.mean_degree
        if degree is not None and degree < 1:
            result.append(f"the mean degree is {degree:.4g}: below 1 no communities can be detected")
        elif degree is not None and degree < 2:
            result.append(f"the mean degree is {degree:.4g}: below 2 theory does not say what can be detected")
        p_value = None if self.confirmation is None else self.confirmation.p_value
        if p_value is not None and p_value > 0.05:
            result.append(f"the last community may be chance (p = {p_value:.2g})")
        said = self.kind is Kind.NONE and self.is_certain  # by the sentence
        if self.num_disassortative and self.kind is not Kind.SCALES and not said:
            result.append(f"{self._high_eigenvalues}: groups with more edges between them than within")
        return tuple(result)

    @property
    def _numbers(self) -> str:
        """The interval of the estimate and the confirmed count, which says the same where it is an integer."""
        assert self.count is not None
        low, high = round(self.count.low), round(self.count.high)
        number = f"{low:,} to {high:,}" if low < high else f"estimate {low:,}"
        if self.confirmation is None:
            return number
        confirmed = f"confirmed {self.confirmation.in_words}"
        return confirmed if low == high == self.confirmation.count else f"{number}; {confirmed}"

    @property
    def _high_eigenvalues(self) -> str:
        number = self.num_disassortative
        return f"{number:,} eigenvalue{'' if number == 1 else 's'} above 1 + 1/r"

    @property
    def _sentence_of_none(self) -> str:
        """Sentence where every component is one group, or cannot be told from one."""
        best, result = round(self.best), self.confirmation
        if not self.is_certain and result is not None:
            return f"{best:,} to {result.count_high:,} communities can be detected ({self._numbers})."
        groups = f"{best:,} group{'' if best == 1 else 's'}"
        if not self.is_certain:
            each = f" in each of {self.num_components:,} components" if self.num_components > 1 else ""
            nouns = f"{best:,} communit{'y' if best == 1 else 'ies'}"
            return f"The estimate cannot be told from one group{each} ({nouns}, {self._numbers})."
        if self.num_disassortative:
            shows = "shows" if self.num_disassortative == 1 else "show"
            return (
                f"{groups} can be detected by edges within ({self._numbers}), but {self._high_eigenvalues} {shows} "
                "disassortative groups, with more edges between them than within."
            )
        within = f" within {best:,} components" if best > 1 else ""
        return f"No community structure can be detected{within} ({groups}; {self._numbers})."
