"""Results of counting clusters: the outcome as a sentence, the count with its interval, the gap and its checks."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import Enum

from graphspec.clusters.eigensolver import LowSpectrum
from graphspec.clusters.gaps import Gap, UnresolvedGap
from graphspec.densities import SpectralDensity
from graphspec.notebook import Shown


class Outcome(Enum):
    """Outcome of a count of clusters; the values are its sentences, with places for the numbers."""

    CONFIRMED = (
        "{clusters} below a gap of the spectrum from {gap_low:.4g} to {gap_high:.4g}; confirmed by an eigensolver "
        "({method})."
    )
    """A significant gap that an eigensolver confirmed."""
    ESTIMATED = (
        "{count:,.1f} clusters ({low:,.1f} to {high:,.1f}) below a gap of the spectrum from {gap_low:.4g} to "
        "{gap_high:.4g}."
    )
    """A significant gap of the density, without a confirmation; a :class:`Verdict` says why if one was asked for."""
    COMPONENTS = (
        "The spectrum shows no gap within {components}: the only one lies above the zero eigenvalues, "
        "from {gap_low:.4g} to {gap_high:.4g}."
    )
    """A significant gap, confirmed or not, below which only the zero eigenvalues of the components lie."""
    EDGELESS = "No edges: each of the {count:,.0f} vertices is a component."
    """All eigenvalues are zeros of components, so that there is no gap above them."""
    NO_GAP = "The spectrum shows no significant gap."
    """No significant gap, or none that the eigensolver accepted."""
    THRESHOLD = "{count:,.1f} eigenvalues ({low:,.1f} to {high:,.1f}) are at most {threshold:.4g}."
    """Eigenvalues up to a threshold that the caller chose."""
    FIRST_MINIMUM = (
        "{count:,.1f} eigenvalues ({low:,.1f} to {high:,.1f}) are at most {threshold:.4g}, the first minimum of the "
        "density, which is no stable rule."
    )
    """Eigenvalues up to the first minimum of the density."""
    NO_MINIMUM = "the density has no minimum"
    """The density has no minimum to count up to."""


class Verdict(Enum):
    """Verdict of an eigensolver on a gap; the values are its sentences, with places for the numbers."""

    CONFIRMED = "confirmed by an eigensolver"
    ABOVE_LIMIT = "the gap is not confirmed: the count is above the limit of {limit}"
    NOT_CONVERGED = "the gap is not confirmed, the estimate stands: {error}"
    NOTHING_BELOW = "the gap above {gap:.4g} is none: no eigenvalue lies below"
    ONLY_COMPONENTS = "the gap above {gap:.4g} is none: nothing but the zero eigenvalues of the components lies below"
    ONLY_POCKETS = "the gap above {gap:.4g} is none: only {pockets} lie{s} below"
    NULL_SPACE = (
        "the gap above {gap:.4g} separates no clusters: it ends at eigenvalue 1, the null space of the adjacency "
        "matrix, and half of the groups below it have fewer than {smallest:.0f} vertices"
    )
    TOO_NARROW = "the gap above {gap:.4g} is none: it is only that between {gap_low:.4g} and {gap_high:.4g}"

    @property
    def rejects(self) -> bool:
        """Whether the gap is none, so that the next one is checked."""
        return self not in (Verdict.CONFIRMED, Verdict.ABOVE_LIMIT, Verdict.NOT_CONVERGED)


@dataclass(frozen=True)
class CountEstimate:
    """Expected number of eigenvalues with its confidence interval.

    Attributes
    ----------
    value
        The estimate.
    low, high
        Ends of the interval.
    """

    value: float
    low: float
    high: float

    def __float__(self) -> float:
        return self.value


@dataclass(frozen=True, eq=False)
class Confirmation:
    """Number of eigenvalues below a gap and the ends of the gap, by an eigensolver.

    Attributes
    ----------
    count
        Number of eigenvalues below the gap, those of pockets not counted.
    gap_low, gap_high
        Eigenvalues at the ends of the gap. The lower one is exact, the upper one is a bound from above with a
        relative residual of a thousandth at most.
    eigenvalues
        Number of eigenvalues below the gap, those of pockets among them.
    method
        Solvers joined by ``+``; see :class:`graphspec.clusters.eigensolver.LowSpectrum`.
    pockets
        Number of eigenvalues below the gap that belong to groups of a few vertices.
    spectrum
        Eigenvalues and eigenvectors below the gap.
    """

    count: int
    gap_low: float
    gap_high: float
    eigenvalues: int
    method: str
    pockets: int
    spectrum: LowSpectrum = field(repr=False)


@dataclass(frozen=True, eq=False)
class Check:
    """Check of a significant gap by an eigensolver.

    Attributes
    ----------
    gap
        The gap.
    verdict
        Whether the gap was confirmed, and why not.
    limit
        Largest count that was to be confirmed.
    result
        Result of the eigensolver; None where it was not run or did not converge.
    error
        Message of a solver that did not converge.
    smallest
        Vertices of a group at least below the null space of the adjacency matrix.
    """

    gap: Gap
    verdict: Verdict
    limit: int
    result: Confirmation | None = None
    error: str = ""
    smallest: float = 0.0

    @property
    def remark(self) -> str | None:
        """Sentence on a verdict that a reader should know beside the count; None where there is nothing to say."""
        number = 0 if self.result is None else self.result.pockets
        pockets = f"{number:,} eigenvalue{'' if number == 1 else 's'} of groups of a few vertices"
        if self.verdict is Verdict.CONFIRMED:
            return f"not counted: {pockets}" if number else None
        ends = {} if self.result is None else {"gap_low": self.result.gap_low, "gap_high": self.result.gap_high}
        numbers = {"limit": self.limit, "error": self.error, "gap": self.gap.gap_low, "pockets": pockets, **ends}
        numbers |= {"smallest": self.smallest, "s": "s" if number == 1 else ""}
        return str(self.verdict.value).format(**numbers)


@dataclass(frozen=True, eq=False, repr=False)
class ClusterCount(Shown):
    """Number of clusters of a graph by one of the rules.

    Attributes
    ----------
    rule
        ``eigengap``, ``first-minimum`` or ``threshold``.
    outcome
        Outcome of the rule, and of the confirmation.
    density
        Density that was counted on.
    num_components
        Number of connected components, the trivial clusters.
    gaps
        Gaps of the density, ranked; see :func:`graphspec.clusters.gaps.find_gaps`.
    gap
        The gap that is counted below; None for the other rules and where there is none.
    threshold
        Eigenvalue up to which is counted: the middle of the gap, the first minimum, or that of the caller; None where
        there is none.
    count
        Expected number of eigenvalues up to the threshold; None without a threshold.
    checks
        Checks of significant gaps by an eigensolver, in order: all but the last one rejected their gap.
    unresolved
        Gap for which the density has too few moments; None where a gap is significant anyway.
    """

    rule: str
    outcome: Outcome
    density: SpectralDensity
    num_components: int
    gaps: tuple[Gap, ...]
    gap: Gap | None = None
    threshold: float | None = None
    count: CountEstimate | None = None
    checks: tuple[Check, ...] = ()
    unresolved: UnresolvedGap | None = None

    def with_gap(self, gap: Gap | None, checks: tuple[Check, ...] = ()) -> ClusterCount:
        """Return the count below a gap, or without one, after some checks."""
        if gap is None:
            return replace(self, outcome=Outcome.NO_GAP, gap=None, threshold=None, count=None, checks=checks)
        confirmed = bool(checks) and checks[-1].verdict is Verdict.CONFIRMED
        outcome = Outcome.CONFIRMED if confirmed else Outcome.ESTIMATED
        if gap.trivial:
            outcome = Outcome.EDGELESS if gap.count > self.density.dimension - 0.5 else Outcome.COMPONENTS
        return replace(
            self,
            outcome=outcome,
            gap=gap,
            threshold=gap.threshold,
            count=CountEstimate(gap.count, gap.count_low, gap.count_high),
            checks=checks,
        )

    @property
    def significant(self) -> bool | None:
        """Whether there is a significant gap; None for the other rules, which test nothing."""
        return self.gap is not None if self.rule == "eigengap" else None

    @property
    def confirmation(self) -> Confirmation | None:
        """Result of the eigensolver that confirmed the gap; None where none did."""
        last = self.checks[-1] if self.checks else None
        return last.result if last is not None and last.verdict is Verdict.CONFIRMED else None

    @property
    def candidates(self) -> tuple[Gap, ...]:
        """Gaps in the order in which they count: those that an eigensolver rejected come last, as not significant."""
        rejected = [check.gap for check in self.checks if check.verdict.rejects]
        standing = tuple(gap for gap in self.gaps if gap not in rejected)
        return (*standing, *(replace(gap, significant=False) for gap in rejected))

    @property
    def sentence(self) -> str:
        """Sentence on the outcome, with its numbers."""
        if self.count is None:
            return str(Outcome.NO_GAP.value)
        numbers = {"count": self.count.value, "low": self.count.low, "high": self.count.high}
        if self.gap is None:
            return str(self.outcome.value).format(threshold=self.threshold, **numbers)
        # The eigensolver's numbers replace the estimates where there are some.
        exact = self.confirmation
        count, gap = (self.count.value, self.gap) if exact is None else (exact.count, exact)
        return str(self.outcome.value).format(
            clusters=f"{count:,} cluster{'s' if count > 1 else ''}",
            components="the component" if round(count) == 1 else f"the {count:,.0f} components",
            method="" if exact is None else exact.method,
            gap_low=gap.gap_low,
            gap_high=gap.gap_high,
            **numbers,
        )

    @property
    def remarks(self) -> tuple[str, ...]:
        """Sentences that a reader should know beside that on the outcome, such as why there is no confirmation."""
        unresolved = [] if self.unresolved is None else [self.unresolved.remark]
        missing = [Outcome.NO_MINIMUM.value] if self.outcome is Outcome.NO_MINIMUM else []
        excluded = [gap.remark for gap in self.gaps[:1] if gap.remark is not None]
        return (*unresolved, *missing, *excluded, *(check.remark for check in self.checks if check.remark is not None))
