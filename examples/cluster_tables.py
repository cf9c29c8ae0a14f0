"""Counts of clusters for large networks at 40, 70 and 100 moments by three rules, beside those of the talk.

The talk predicts 22 150, 8 468 and 8 313 clusters for com-DBLP at 40, 70 and 100 moments. Such numbers depend on a rule
for where the low eigenvalues end. Here are three of them on the same MaxEnt densities:

- eigengap: the widest gap that is significant. These networks have none, and there is no number.
- first-minimum: up to the first minimum of the density, the rule of the original work. Which ripple of a density of
  finite order comes first depends on the order, sometimes on the probes, and so does the count: far beyond its
  interval, which is for that cut.
- threshold: up to a cut that is chosen once, here 0.1. The count hardly depends on the order, but all on the cut.

The communities that come with these data overlap and leave vertices out, so their number (13 477 for com-DBLP) is no
truth for any of the rules.

Data: com-dblp.ungraph.txt.gz, com-amazon.ungraph.txt.gz and com-youtube.ungraph.txt.gz (SNAP; Yang and Leskovec, ICDM
2012), those of them that are in the folder that GRAPHSPEC_DATA names.

Source: D. Granziol, "Maximum entropy, spectra of graphs and understanding the loss surface of DNNs with spectral
techniques", talk, 2018: cluster prediction by MaxEnt; Granziol et al., arXiv:1912.09068.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from _common import COLOURS, MissingDataError, data_file, draw_density, figure, run, save, table

import graphspec

if TYPE_CHECKING:
    from pathlib import Path

    from graphspec import ClusterCount, SpectralDensity

ORDERS = (40, 70, 100)
TALK = {
    "com-dblp": (22150, 8468, 8313),
    "com-amazon": (23510, 11460, 12010),
    "com-youtube": (4023, 13060, 19000),
}
CUT = 0.1
RULES = {"eigengap": {}, "first-minimum": {}, "threshold": {"threshold": CUT}}
NUM_PROBES = 16
DRAWN_TO = 0.16


@dataclass(frozen=True)
class Count:
    """A count by a rule.

    Attributes
    ----------
    rule, num_moments
        How it was counted.
    cut
        The eigenvalue up to which; None, like all that follows, where there is no significant gap.
    count, low, high
        How many eigenvalues, and the ends of the 95 % interval at this cut.
    """

    rule: str
    num_moments: int
    cut: float | None
    count: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class TableNumbers:
    """The counts of every network that was there.

    Attributes
    ----------
    networks
        Names, numbers of vertices and of edges.
    counts
        For each network, the counts for every rule and number of moments.
    """

    networks: tuple[tuple[str, int, int], ...]
    counts: tuple[tuple[Count, ...], ...]


def count_by_rules(graph: Any) -> list[ClusterCount]:
    """Return what every rule counts at every number of moments, from one sketch."""
    sketch = graphspec.sketch(graph, num_moments=max(ORDERS), num_probes=NUM_PROBES)
    return [
        graphspec.count_clusters(sketch, rule=rule, num_moments=order, **options)
        for rule, options in RULES.items()
        for order in ORDERS
    ]


def interval_of(result: ClusterCount) -> tuple[float | None, float | None, float | None]:
    """Return a count and the ends of its interval; nothing where there is no gap or minimum."""
    count = result.count
    return (None, None, None) if count is None else (count.value, count.low, count.high)


def main(folder: Path | None) -> TableNumbers:
    files = {name: f"{name}.ungraph.txt.gz" for name in TALK}
    paths = {name: path for name, file in files.items() if (path := data_file(file)) is not None}
    if not paths:
        raise MissingDataError(*files.values())
    networks, found = [], []
    for name, path in paths.items():
        graph = graphspec.read_edges(path)
        networks.append((name, graph.num_nodes, graph.num_edges))
        found.append(count_by_rules(graph))
    numbers = TableNumbers(
        networks=tuple(networks),
        counts=tuple(
            tuple(Count(each.rule, each.density.num_moments, each.threshold, *interval_of(each)) for each in results)
            for results in found
        ),
    )
    if folder is not None:
        draw(numbers, [[each.density for each in results if each.rule == "eigengap"] for results in found], folder)
    return numbers


def report(numbers: TableNumbers) -> str:
    columns = ("moments", "eigengap", "first-minimum", "its cut", f"up to {CUT}", "low", "high", "talk")
    parts = []
    for (name, num_nodes, num_edges), counts in zip(numbers.networks, numbers.counts, strict=True):
        rows = []
        for order, talk in zip(ORDERS, TALK[name], strict=True):
            gap, minimum, fixed = (of_rule(counts, rule)[ORDERS.index(order)] for rule in RULES)
            rows.append(
                (
                    order,
                    whole(gap.count),
                    whole(minimum.count),
                    "none" if minimum.cut is None else minimum.cut,
                    *(whole(value) for value in (fixed.count, fixed.low, fixed.high)),
                    talk,
                )
            )
        parts.append(f"{name}: {num_nodes} vertices, {num_edges} edges\n" + table(columns, rows))
    return "\n\n".join(parts)


def of_rule(counts: tuple[Count, ...], rule: str) -> list[Count]:
    """Return the counts by one rule, in the order of the numbers of moments."""
    return [count for count in counts if count.rule == rule]


def whole(count: float | None) -> int | str:
    """Return a count for a table."""
    return "none" if count is None else round(count)


def draw(numbers: TableNumbers, densities: list[list[SpectralDensity]], folder: Path) -> None:
    title = "Without a gap the rule makes the number: a cut that is given is stable, a first minimum is not"
    picture, panels = figure(2, title, rows=len(numbers.networks))
    for index, (name, num_nodes, _) in enumerate(numbers.networks):
        left, right = panels[2 * index : 2 * index + 2]
        draw_counts(left, numbers.counts[index], TALK[name])
        left.set(title=f"{name}, {num_nodes:,} vertices")
        draw_low_ends(right, densities[index], of_rule(numbers.counts[index], "first-minimum"))
    save(picture, folder, "cluster_tables")


def draw_counts(axes: Any, counts: tuple[Count, ...], talk: tuple[int, ...]) -> None:
    names = {"eigengap": "eigengap", "first-minimum": "first minimum", "threshold": f"up to {CUT}"}
    for shift, (rule, colour) in zip((-1.5, 0, 1.5), zip(RULES, COLOURS, strict=True), strict=True):
        found = [count for count in of_rule(counts, rule) if count.count is not None]
        if not found:
            axes.plot([], [], "o", color=colour, label=f"{names[rule]}: none is significant")
            continue
        values, low, high = (np.array([getattr(count, end) for count in found]) for end in ("count", "low", "high"))
        places = [count.num_moments + shift for count in found]
        bars = (values - low, high - values)
        axes.errorbar(places, values, bars, fmt="o-", color=colour, linewidth=1, capsize=3, label=names[rule])
    axes.plot(ORDERS, talk, "kx", label="talk")
    axes.set(xlabel="number of moments", ylabel="number of clusters", yscale="log", xlim=(30, 110), xticks=ORDERS)
    low, high = axes.get_ylim()
    axes.set_ylim(low / 1.5, high * 8)  # room for the legend
    axes.legend(loc="upper center", frameon=False, ncols=2)


def draw_low_ends(axes: Any, densities: list[SpectralDensity], minima: list[Count]) -> None:
    grid = np.linspace(0, DRAWN_TO, 1601)
    for density, minimum, colour in zip(densities, minima, COLOURS, strict=True):
        draw_density(axes, density, grid, f"{density.num_moments} moments", colour)
        if minimum.cut is not None and minimum.cut < DRAWN_TO:
            height = float(density.density(minimum.cut))
            axes.plot([minimum.cut], [height], "o", color=colour, markeredgecolor="black", zorder=4)
    axes.plot([], [], "o", color="white", markeredgecolor="black", label="first minimum")
    top = axes.get_ylim()[1]
    axes.plot([CUT, CUT], [0, top], color="black", linestyle="--", linewidth=0.8, label=f"cut at {CUT}")
    axes.set(title="The low end of the MaxEnt density", xlabel="eigenvalue of $L$", ylabel="density")
    axes.set(xlim=(0, DRAWN_TO), ylim=(0, 1.25 * top))  # room for the legend
    axes.legend(loc="upper center", frameon=False, ncols=2)


if __name__ == "__main__":
    run(main, report, __doc__)
