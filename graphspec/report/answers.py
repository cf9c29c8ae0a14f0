"""Answers in words, with their intervals: communities, clusters by the gap, and the model that is named."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from graphspec.report.records import ClassifyResult, ClustersResult, Detectable, Ranked
from graphspec.report.results import Row

KINDS = ("groups", "scales", "none")
"""What a count of communities may be of."""

_SPACE = "\N{NO-BREAK SPACE}"


@dataclass(frozen=True)
class Interval:
    """A number with its interval.

    Attributes
    ----------
    low, high
        Ends of the interval.
    value
        The number: by an eigensolver, or else the estimate.
    """

    low: float
    high: float
    value: float


@dataclass(frozen=True)
class Answer:
    """The answer to one question about one dataset.

    Attributes
    ----------
    text
        The answer, in a word or a number; empty where the question was not asked.
    detail
        Its interval, or what else belongs to it.
    value
        What the answer is sorted by; None where there is none.
    kinds
        Kinds of answer that a reader may look for.
    reason
        Why there is no answer, or none that says something; empty where there is one.
    interval
        The number with its interval, where the answer is one that has a meaning.
    """

    text: str = ""
    detail: str = ""
    value: float | str | None = None
    kinds: tuple[str, ...] = ()
    reason: str = ""
    interval: Interval | None = None


NOT_ASKED = Answer()


@dataclass(frozen=True)
class Answers:
    """Answers to all questions about one dataset."""

    communities: Answer = NOT_ASKED
    gap: Answer = NOT_ASKED
    model: Answer = NOT_ASKED
    spectrum: Answer = NOT_ASKED

    @classmethod
    def of(cls, row: Row) -> Answers:
        """Return the answers that the results of a row give."""
        clusters, classified, spectrum = (row.result(name) for name in ("clusters", "classify", "spectrum"))
        unsolved = spectrum is not None and not spectrum.solver.converged
        return cls(
            NOT_ASKED if clusters is None or clusters.detectable is None else communities(clusters.detectable),
            NOT_ASKED if clusters is None or clusters.rule == "detectable" else gap_clusters(clusters),
            NOT_ASKED if classified is None else model(classified),
            _unsolved(spectrum.solver.residual) if unsolved else NOT_ASKED,
        )

    def __iter__(self) -> Iterator[Answer]:
        return iter((self.communities, self.gap, self.model, self.spectrum))

    @property
    def named(self) -> list[tuple[str, Answer]]:
        """The answers with the names of the questions."""
        return list(zip(("communities", "clusters by the gap", "model", "spectrum"), self, strict=True))

    @property
    def open_questions(self) -> list[tuple[str, Answer]]:
        """Questions without an answer that says something, with the reasons."""
        return [(name, answer) for name, answer in self.named if answer.reason]


def communities(found: Detectable) -> Answer:
    """Return the answer on detectable communities.

    Parameters
    ----------
    found
        The count.
    """
    if found.count is None or found.count_low is None or found.count_high is None:
        return Answer(
            "none", "too few edges", None, ("none",), "the graph has too few edges for communities to be detected"
        )
    exact = found.confirmed
    interval = Interval(found.count_low, found.count_high, found.count if exact is None else exact.count)
    text = counted(interval.value) if exact is not None else estimated(found.count)
    detail = between(interval) if exact is None else f"confirmed; estimate {between(interval)}"
    if exact is not None and exact.count_low < exact.count_high:
        detail = f"confirmed {exact.count_low:,} to {exact.count_high:,}; estimate {between(interval)}"
    if found.kind == "groups" and exact is not None and exact.p_value is not None and exact.p_value > 0.05:
        detail += f"; the last may be chance, p = {exact.p_value:.2g}"
    if found.levels:
        detail += f"; {_in_levels([level.count for level in found.levels])}"
    reason = {
        "groups": "",
        "scales": (
            f"{text} eigenvalues are low enough for communities, but run through the threshold without a gap: they "
            "count scales, not groups"
        ),
        "none": f"nothing stands out of what random edges make ({text}: {detail})",
    }[found.kind]
    shown = None if found.kind == "none" else interval
    return Answer(text, detail, interval.value, (found.kind,), reason, shown)


def gap_clusters(found: ClustersResult) -> Answer:
    """Return the answer on clusters below a gap of the spectrum.

    Parameters
    ----------
    found
        The count.
    """
    if found.count is None or found.count_low is None or found.count_high is None:
        return Answer("no gap", "", None, ("no gap",), _why_no_gap(found))
    exact = found.confirmed
    interval = Interval(found.count_low, found.count_high, found.count if exact is None else exact.count)
    text = counted(interval.value) if exact is not None else estimated(found.count)
    if found.significant is None:
        # A rule that tests nothing: its threshold belongs to the number.
        detail = f"{between(interval)}; {found.rule}" + (
            "" if found.threshold is None else f" at {found.threshold:.4g}"
        )
        return Answer(text, detail, interval.value, ("rule",), "", interval)
    if _only_components(found):
        number = counted(found.count)
        noun = "component" if number == "1" else "components"
        zeros = (
            "the zero eigenvalue of the one component"
            if number == "1"
            else f"the zero eigenvalues of the {number} components"
        )
        reason = f"the only gap lies above {zeros}"
        return Answer(number, f"only the {noun}", found.count, ("no gap",), reason)
    detail = between(interval) if exact is None else f"confirmed; estimate {between(interval)}"
    return Answer(text, detail, interval.value, ("gap",), "", interval)


def model(found: ClassifyResult) -> Answer:
    """Return the answer on the model that explains the graph.

    Parameters
    ----------
    found
        The classification.
    """
    tried = " or ".join(each.model for each in found.ranking)
    if found.best is not None:
        named = next(each for each in found.ranking if each.model == found.best)
        return Answer(found.best, _with_parameters(named), found.best, ("model",))
    explaining = [each.model for each in found.ranking if each.consistent]
    reason = "; ".join(_why_not(each) for each in found.ranking if not each.consistent)
    if explaining:
        between_them = f"the spectrum does not tell {' and '.join(explaining)} apart"
        reason = f"{between_them}; {reason}" if reason else between_them
        return Answer("cannot tell", " or ".join(explaining), "cannot tell", ("cannot tell",), reason)
    return Answer("cannot tell", f"none of {tried}", "cannot tell", ("cannot tell",), reason or "no model was tried")


def _in_levels(counts: Sequence[float]) -> str:
    """Return the numbers of groups at several levels, the finest first, in words."""
    if len(counts) == 1:
        return f"{counted(counts[0])} groups stand out"
    return f"{' in '.join(map(counted, counts))} groups"


def counted(value: float) -> str:
    """Return a count as text."""
    return f"{value:,.0f}"


def estimated(value: float) -> str:
    """Return an estimate of a count as text: a decimal tells it from a count, where that is more than noise."""
    return f"{value:,.1f}" if value < 1000 else f"{value:,.0f}"


def between(interval: Interval) -> str:
    """Return an interval as text."""
    low, high = estimated(interval.low), estimated(interval.high)
    return low if low == high else f"{low}{_SPACE}to{_SPACE}{high}"


def _only_components(found: ClustersResult) -> bool:
    """Return whether only the zero eigenvalues of components lie below the gap; a graph without edges has no gap."""
    ends = (found.gap_low, found.gap_high)
    trivial = [each for each in found.candidates if (each.gap_low, each.gap_high) == ends]
    return all(each.trivial for each in trivial)


def _why_no_gap(found: ClustersResult) -> str:
    candidates = [each for each in found.candidates if not each.trivial]
    if not candidates:
        return "the density shows none but that above the zero eigenvalues of components"
    first = candidates[0]
    place = f"{first.gap_low:.3g} to {first.gap_high:.3g}"
    if first.excluded is not None:
        return f"the gap from {place} separates no clusters ({first.excluded})"
    return f"the gap from {place} is not significant ({first.score:.1f} times the resolution of the density)"


def _why_not(ranked: Ranked) -> str:
    """Return why a model does not explain a graph."""
    if ranked.impossible is not None:
        return f"not {ranked.model}: {ranked.impossible}"
    if ranked.refuted_by is not None:
        return f"not {ranked.model}: {ranked.refuted_by} is nearer"
    divergence = f"{ranked.symmetric_kl:.2g}, where graphs of the model have {ranked.noise_floor:.2g}"
    return f"not {ranked.model}: its divergence is {divergence}"


def _with_parameters(ranked: Ranked) -> str:
    return ", ".join(f"{name} = {value:.4g}" for name, value in ranked.parameters.items())


def _unsolved(residual: float) -> Answer:
    reason = f"the solver of the density did not converge (residual {residual:.2g})"
    return Answer("not converged", "", None, ("not converged",), reason)
