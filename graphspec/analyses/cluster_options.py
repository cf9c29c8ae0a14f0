"""Options of a count of clusters and communities."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

from graphspec.analyses.detectable import REGULARIZED, takes_tau
from graphspec.analyses.spectra import SpectralOptions
from graphspec.clusters import CONFIRM_LIMIT, RULES
from graphspec.errors import ParameterError
from graphspec.operators import OPERATORS, fixed_interval, is_laplacian
from graphspec.options import Choice, Number, Switch, group_of, option
from graphspec.sketches import Sampling

LABELLING_RULES = ("both", "detectable", "eigengap")
ALL_RULES = (*LABELLING_RULES, *(rule for rule in RULES if rule not in LABELLING_RULES))


@dataclass(frozen=True, kw_only=True)
class ClustersOptions(SpectralOptions):
    """Options of a count of clusters.

    Attributes
    ----------
    rule
        ``detectable``: the communities that can be detected from the edges alone; ``eigengap``: the eigenvalues below
        the widest significant gap of the spectrum; ``both``: both answers; ``first-minimum``: the eigenvalues up to the
        first minimum of the density, which is not stable and there for comparison; ``threshold``: those up to
        `threshold`. A threshold alone implies the last.
    threshold
        Threshold of the rule of that name.
    confirm_limit
        Largest count that an eigensolver confirms; 0 for none.
    levels
        Whether levels of detectable communities are sought: communities that lie in groups of communities.
    """

    rule: str | None = option(
        None, Choice(ALL_RULES), "What separates clusters from the rest.", group="Answer", default_help="both"
    )
    threshold: float | None = option(None, Number(), "Count the eigenvalues up to X.", group="Answer", metavar="X")
    confirm_limit: int = option(
        CONFIRM_LIMIT,
        Number(0, integer=True),
        "Largest count that an eigensolver confirms; 0 for none.",
        group="Answer",
    )
    levels: bool = option(
        False, Switch(), "Look for levels: detectable communities that lie in groups of communities.", group="Answer"
    )
    sampling: Sampling = group_of(
        Sampling,
        help={
            "tolerance": "Add probes until the sampling interval is at most this share of the count to either side.",
            "tau": "What regularized adds to degrees, r^2 - 1: a number, mean or bethe (default).",
        },
    )

    @classmethod
    def of(cls, **values: Any) -> Self:
        """Return options from keyword arguments; for the rule detectable, `tau` is that of its own operator.

        Raises
        ------
        ParameterError
            If there is no option of a name, or a value is not accepted.
        """
        if values.get("rule") == "detectable" and values.get("tau") is not None:
            values.setdefault("operator", REGULARIZED)
        return super().of(**values)

    @property
    def chosen_rule(self) -> str:
        """The rule, which a threshold or a regularised operator alone implies."""
        if self.rule is None and OPERATORS[self.sampling.operator].takes_tau:
            return "detectable"
        return self.rule or ("both" if self.threshold is None else "threshold")

    @property
    def gap_rule(self) -> str | None:
        """The rule of the count on the Laplacian; None where communities alone are counted."""
        return {"both": "eigengap", "detectable": None}.get(self.chosen_rule, self.chosen_rule)

    @property
    def counts_detectable(self) -> bool:
        """Whether detectable communities are counted."""
        return self.chosen_rule in ("both", "detectable")

    def check(self) -> None:
        """Check that a threshold is given where one is needed, and that the operator has clusters at its low end."""
        if self.chosen_rule == "threshold" and self.threshold is None:
            raise ParameterError("`rule` threshold needs a `threshold`", "threshold")
        if self.chosen_rule != "threshold" and self.threshold is not None:
            raise ParameterError(f"`threshold` is for `rule` threshold, not for {self.chosen_rule}", "threshold")
        if self.levels and not self.counts_detectable:
            message = (
                f"`levels` are of detectable communities: they need `rule` both or detectable, not {self.chosen_rule}"
            )
            raise ParameterError(message, "levels")
        interval = fixed_interval(self.sampling.operator)
        if self.threshold is not None and interval is not None and not interval.low <= self.threshold <= interval.high:
            ends = f"[{interval.low:g}, {interval.high:g}]"
            message = f"`threshold` {self.threshold:g} lies outside of {ends}, where all eigenvalues are"
            raise ParameterError(message, "threshold")
        if self.gap_rule is None and "operator" in self.sampling.given and not takes_tau(self.sampling.operator):
            message = f"communities are counted on `operator` {REGULARIZED}, not on {self.sampling.operator}"
            raise ParameterError(f"{message}: leave it out", "operator")
        if self.gap_rule is not None and not is_laplacian(self.sampling.operator):
            message = (
                f"clusters are at the low end of a Laplacian: choose another `operator` than {self.sampling.operator}"
            )
            raise ParameterError(message, "operator")
