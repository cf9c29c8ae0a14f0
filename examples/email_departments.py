"""Mail within an institution of 42 departments: its lowest eigenvalues, and how well 42 of them are counted.

In email-Eu-core 986 people are connected by mail; 19 others wrote to themselves alone, and each is a component with an
eigenvalue of 0 that is no department, so the largest component is what is looked at. Its 100 smallest eigenvalues show
no gap above the 42nd: the difference from the 43rd is 0.006, and larger ones lie on either side. The only significant
gap is the one above 0, which says that the network is connected, and `count_clusters` answers 1. The number of
departments cannot be read from this spectrum, with MaxEnt or with all eigenvalues.

What can be asked is how well a method counts the eigenvalues below a cut that is given. Here it is set halfway between
the 42nd and the 43rd eigenvalue, by knowing them. MaxEnt is within two of 42 from 20 moments on; Lanczos puts its
mass on a few points of which each may lie on either side of the cut, and its interval, which has to hold for any
spectrum with these moments, stays wide.

Data: email-Eu-core.txt (SNAP; Leskovec, Kleinberg and Faloutsos, ACM TKDD 1(1), 2007), in the folder that
GRAPHSPEC_DATA names.

Source: D. Granziol, "Maximum entropy, spectra of graphs and understanding the loss surface of DNNs with spectral
techniques", talk, 2018: email network; Granziol et al., arXiv:1912.09068.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from _common import COLOURS, METHODS, MissingDataError, data_file, draw_stems, figure, run, save, table

import graphspec

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    Vector = NDArray[np.float64]

FILE = "email-Eu-core.txt"
NUM_DEPARTMENTS = 42
NUM_LOWEST = 100
ORDERS = (20, 30, 40, 50, 60, 70, 80, 90, 100)
NUM_PROBES = 100


@dataclass(frozen=True)
class EmailNumbers:
    """What the spectrum of the largest component says about the 42 departments.

    Attributes
    ----------
    num_nodes, num_alone
        Vertices of the largest component, and outside of it.
    cut
        Halfway between the 42nd and the 43rd eigenvalue.
    difference, rank
        Difference of these two, and its rank among the differences of the 100 smallest eigenvalues, 1 for the largest.
    clusters, gap_high
        What `count_clusters` confirms, and where the gap above it ends.
    clusters_of_all
        The same with the vertices that are alone.
    orders
        Numbers of moments.
    maxent, lanczos
        For each, the eigenvalues counted below the cut with the ends of the 95 % interval.
    """

    num_nodes: int
    num_alone: int
    cut: float
    difference: float
    rank: int
    clusters: int
    gap_high: float
    clusters_of_all: int
    orders: tuple[int, ...]
    maxent: tuple[tuple[float, float, float], ...]
    lanczos: tuple[tuple[float, float, float], ...]


def main(folder: Path | None) -> EmailNumbers:
    path = data_file(FILE)
    if path is None:
        raise MissingDataError(FILE)
    network = graphspec.read_edges(path)
    graph = graphspec.largest_component(network)
    lowest = smallest_eigenvalues(graph, NUM_LOWEST)
    differences = np.diff(lowest)
    cut = float(lowest[NUM_DEPARTMENTS - 1 : NUM_DEPARTMENTS + 1].mean())

    found, found_all = (graphspec.count_clusters(each, num_probes=NUM_PROBES) for each in (graph, network))
    sketch = graphspec.sketch(graph, num_moments=max(ORDERS), num_probes=NUM_PROBES)
    counts = {method: [] for method in METHODS}
    for method in METHODS:
        for order in ORDERS:
            count = graphspec.density(sketch, method, num_moments=order).count(cut)
            counts[method].append((float(count.value), float(count.low), float(count.high)))
    numbers = EmailNumbers(
        num_nodes=graph.num_nodes,
        num_alone=network.num_nodes - graph.num_nodes,
        cut=cut,
        difference=float(differences[NUM_DEPARTMENTS - 1]),
        rank=int((differences >= differences[NUM_DEPARTMENTS - 1]).sum()),
        clusters=found.confirmation.count,
        gap_high=found.confirmation.gap_high,
        clusters_of_all=found_all.confirmation.count,
        orders=ORDERS,
        maxent=tuple(counts["maxent"]),
        lanczos=tuple(counts["lanczos"]),
    )
    if folder is not None:
        draw(numbers, lowest, folder)
    return numbers


def smallest_eigenvalues(graph: graphspec.Graph, number: int) -> Vector:
    """Return the smallest eigenvalues of the normalised Laplacian, in increasing order, from the dense matrix."""
    adjacency = graph.adjacency().toarray()
    scale = 1 / np.sqrt(adjacency.sum(axis=0))
    return np.linalg.eigvalsh(np.eye(graph.num_nodes) - scale[:, None] * adjacency * scale)[:number]


def report(numbers: EmailNumbers) -> str:
    rows = [
        (order, *maxent, *lanczos)
        for order, maxent, lanczos in zip(numbers.orders, numbers.maxent, numbers.lanczos, strict=True)
    ]
    names = [f"{name}{end}" for name, _ in METHODS.values() for end in ("", " low", " high")]
    return (
        f"{numbers.num_nodes} vertices in the largest component, {numbers.num_alone} outside of it\n"
        f"eigenvalues {NUM_DEPARTMENTS} and {NUM_DEPARTMENTS + 1} differ by {numbers.difference:.4f}: "
        f"{numbers.rank - 1} of the {NUM_LOWEST - 1} differences are larger, so there is no gap at the number of "
        "departments\n"
        f"count_clusters: {numbers.clusters}, with a gap up to {numbers.gap_high:.4f}; "
        f"{numbers.clusters_of_all} with all components\n"
        f"eigenvalues below {numbers.cut:.4f}, of which there are {NUM_DEPARTMENTS}\n"
        + table(("moments", *names), rows)
    )


def draw(numbers: EmailNumbers, lowest: Vector, folder: Path) -> None:
    title = f"E-mail: no gap at {NUM_DEPARTMENTS} departments; below a cut that is given, MaxEnt counts well"
    picture, (left, right) = figure(2, title)
    draw_stems(left, lowest, NUM_DEPARTMENTS, COLOURS[1])
    left.axhline(numbers.cut, color="black", linestyle="--", linewidth=0.8)
    left.text(1, numbers.cut + 0.015, f"cut above eigenvalue {NUM_DEPARTMENTS}")
    left.axhspan(0, numbers.gap_high, color=COLOURS[0], alpha=0.2, linewidth=0)
    label = f"the only significant gap: {numbers.clusters} component"
    box = {"facecolor": "white", "edgecolor": "none", "pad": 2.5}
    left.text(98, numbers.gap_high / 2, label, ha="right", va="center", bbox=box)
    left.set(title=f"The {NUM_LOWEST} smallest eigenvalues", xlabel="number of the eigenvalue")
    left.set(ylabel="eigenvalue of $L$", ylim=(0, 0.88))

    right.axhline(0, color="black", linewidth=0.8)
    for shift, (method, (name, colour)) in zip((-0.8, 0.8), METHODS.items(), strict=True):
        value, low, high = 100 * (np.array(getattr(numbers, method)).T / NUM_DEPARTMENTS - 1)
        bars = (value - low, high - value)
        right.errorbar(
            np.array(ORDERS) + shift, value, bars, fmt="o", color=colour, markersize=4, capsize=3, label=name
        )
    right.set(title="Error of the count below the cut, 95 % intervals")
    right.set(xlabel="number of moments", ylabel=f"error in percent of {NUM_DEPARTMENTS}", ylim=(-75, 115))
    right.legend(loc="upper right", frameon=False)
    save(picture, folder, "email_departments")


if __name__ == "__main__":
    run(main, report, __doc__)
