"""Record and table of a count of clusters below a gap."""

from __future__ import annotations

from dataclasses import asdict

from rich.console import RenderableType

from graphspec._typing import Record
from graphspec.clusters import ClusterCount, Outcome
from graphspec.output import make_table

GAP_CONFIRMED_KEYS = ("count", "gap_low", "gap_high", "method", "eigenvalues")


def gap_values(count: ClusterCount | None) -> Record:
    """Return the count, its gap, all candidates and the confirmation; None everywhere without a count."""
    if count is None:
        names = ("count", "count_low", "count_high", "threshold", "gap_low", "gap_high", "significant")
        return {**dict.fromkeys(names), "rule": "detectable", "candidates": [], "confirmed": None}
    number, gap, confirmation = count.count, count.gap, count.confirmation
    confirmed = None if confirmation is None else {key: getattr(confirmation, key) for key in GAP_CONFIRMED_KEYS}
    values = {
        "count": None if number is None else number.value,
        "count_low": None if number is None else number.low,
        "count_high": None if number is None else number.high,
        "threshold": count.threshold,
        "gap_low": None if gap is None else gap.gap_low,
        "gap_high": None if gap is None else gap.gap_high,
        "significant": count.significant,
        "rule": count.rule,
        "candidates": [asdict(candidate) for candidate in count.candidates],
        "confirmed": confirmed,
    }
    if count.outcome is Outcome.EDGELESS:
        # Nothing but zeros: what ends above them is the interval and not a gap.
        values |= {"threshold": None, "gap_low": None, "gap_high": None, "candidates": []}
        if confirmed is not None:
            values["confirmed"] = confirmed | {"gap_low": None, "gap_high": None}
    return values


def gap_table(count: ClusterCount) -> RenderableType:
    """Return the candidates for a gap."""
    interval = f"{count.density.confidence:.0%} interval"
    columns = dict.fromkeys(("from", "to", "below", interval, "width"), "right")
    rows = [
        (
            f"{gap.gap_low:.4g}",
            f"{gap.gap_high:.4g}",
            f"{gap.count:,.1f}",
            f"{gap.count_low:,.1f} to {gap.count_high:,.1f}",
            f"{gap.score:.1f}",
            ("yes" if gap.significant else "no")
            + (", components" if gap.trivial else f", {gap.excluded}" if gap.excluded else ""),
        )
        for gap in count.candidates
    ]
    title = "Gaps by significance and width, in π / moments"
    return make_table(title, {**columns, "significant": "left"}, rows)
