"""Communities that can be detected: a network of 60 clusters, mail within an institution, large networks.

The number of negative eigenvalues of the Bethe Hessian counts communities where the Laplacian has no gap: it is the
number of eigenvalues of the regularised Laplacian below 1 - 1/r, the edge of the bulk that random edges make. For the
60 clusters of the talk it is 60. Of the mail of 42 departments 17 eigenvalues lie below the edge, and run through it
without a gap. The talk predicts 22 150, 8 468 and 8 313 clusters for com-DBLP at 40, 70 and 100 moments; this count
hardly depends on the number of moments, and says at once that it is of scales.

Data: email-Eu-core.txt, com-dblp.ungraph.txt.gz, com-amazon.ungraph.txt.gz and com-youtube.ungraph.txt.gz (SNAP), those
of them that are in the folder that GRAPHSPEC_DATA names.

Source: D. Granziol, "Maximum entropy, spectra of graphs and understanding the loss surface of DNNs with spectral
techniques", talk, 2018: cluster prediction by MaxEnt; A. Saade, F. Krzakala and L. Zdeborova, NIPS 2014.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from _common import data_file, figure, planted_partition, run, save, table

import graphspec
from graphspec.analyses.detectable_picture import draw_detection

if TYPE_CHECKING:
    from pathlib import Path

    from graphspec import DetectableCount, Graph

ORDERS = (40, 70, 100)
NUM_CLUSTERS, CLUSTER_SIZE, MEAN_DEGREE, MIXING = 60, 50, 20, 0.3
FILES = {
    "email-Eu-core": "email-Eu-core.txt",
    "com-dblp": "com-dblp.ungraph.txt.gz",
    "com-amazon": "com-amazon.ungraph.txt.gz",
    "com-youtube": "com-youtube.ungraph.txt.gz",
}
TALK = {
    "com-dblp": (22150, 8468, 8313),
    "com-amazon": (23510, 11460, 12010),
    "com-youtube": (4023, 13060, 19000),
}


@dataclass(frozen=True)
class CommunityNumbers:
    """Counts of communities of every network that was there.

    Attributes
    ----------
    networks
        Their names.
    orders
        Numbers of moments.
    radius, mean_degree
        For each network, the counts with the ends of the 95 % interval at each number of moments: for the radius of the
        bulk, and for r^2 the mean degree.
    confirmed
        For each, the integer that an eigensolver confirms, or None.
    kinds
        For each, what is counted: groups, scales or none.
    """

    networks: tuple[str, ...]
    orders: tuple[int, ...]
    radius: tuple[tuple[tuple[float, float, float], ...], ...]
    mean_degree: tuple[tuple[tuple[float, float, float], ...], ...]
    confirmed: tuple[int | None, ...]
    kinds: tuple[str, ...]


def networks() -> dict[str, Graph]:
    """Return the 60 clusters, and the networks whose files are there."""
    planted = planted_partition(NUM_CLUSTERS, CLUSTER_SIZE, MEAN_DEGREE, MIXING, seed=7)
    paths = {name: path for name, file in FILES.items() if (path := data_file(file)) is not None}
    read = {name: graphspec.largest_component(graphspec.read_edges(path)) for name, path in paths.items()}
    return {"60 clusters": graphspec.Graph.from_networkx(planted), **read}


def main(folder: Path | None) -> CommunityNumbers:
    counts: dict[str, list[DetectableCount]] = {
        name: [graphspec.detectable_communities(graph, num_moments=order) for order in ORDERS]
        for name, graph in networks().items()
    }
    last = [results[-1] for results in counts.values()]
    numbers = CommunityNumbers(
        networks=tuple(counts),
        orders=ORDERS,
        radius=tuple(
            tuple((each.count.value, each.count.low, each.count.high) for each in results)
            for results in counts.values()
        ),
        mean_degree=tuple(
            tuple(
                (each.at_mean_degree.count, each.at_mean_degree.count_low, each.at_mean_degree.count_high)
                for each in results
            )
            for results in counts.values()
        ),
        confirmed=tuple(None if each.confirmation is None else each.confirmation.count for each in last),
        kinds=tuple(each.kind.value for each in last),
    )
    if folder is not None:
        draw(dict(zip(counts, last, strict=True)), folder)
    return numbers


def report(numbers: CommunityNumbers) -> str:
    rows = []
    for index, name in enumerate(numbers.networks):
        for place, order in enumerate(numbers.orders):
            confirmed = numbers.confirmed[index] if order == numbers.orders[-1] else None
            rows.append(
                (
                    name,
                    order,
                    *map(round, numbers.radius[index][place]),
                    *map(round, numbers.mean_degree[index][place]),
                    "" if confirmed is None else confirmed,
                    numbers.kinds[index],
                    TALK.get(name, ("",) * len(ORDERS))[place],
                )
            )
    columns = (
        "network",
        "moments",
        "count",
        "low",
        "high",
        "at mean degree",
        "low",
        "high",
        "confirmed",
        "kind",
        "talk",
    )
    return table(columns, rows)


def draw(counts: dict[str, DetectableCount], folder: Path) -> None:
    title = "Eigenvalues below the edge of the bulk count communities, or scales"
    single = len(counts) == 1
    picture, panels = figure(2 if single else len(counts), title, rows=1 if single else 2)
    for index, (name, count) in enumerate(counts.items()):
        upper, lower = panels[index], panels[index + len(counts)]
        draw_detection(upper, lower, count)
        upper.set_title(name, loc="left", fontweight="bold")
        upper.set_title("", loc="right")
    save(picture, folder, "detectable_communities")


if __name__ == "__main__":
    run(main, report, __doc__)
