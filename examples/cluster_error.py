"""The error of the number of clusters against how many there are, and against the number of moments.

Networks of 9, 30, 90 and 240 clusters of 30 vertices (random blocks: 14 edges of a vertex stay in its cluster, 6 leave
it, on average), 100 probes. The count is that of the eigenvalues up to the middle of the gap, which an eigensolver
confirms; the error is the mean of its relative size over five sets of probes, which leaves it uncertain by a third.
From some 20 moments on all of it is the noise of the probes: Rademacher probes alone count K eigenvalues of n with a
variance of 2 K (1 - K/n) / probes, and that is what Lanczos has. MaxEnt has a third of this noise, for its moments are
corrected by the two that traces give exactly. Nothing else is taken out before sampling (``structure=False``), and 270
vertices are sampled as if they were many; left to itself, graphspec computes a spectrum of that size without probes.

Source: D. Granziol, "Maximum entropy, spectra of graphs and understanding the loss surface of DNNs with spectral
techniques", talk, 2018: maximum entropy against Lanczos on synthetic networks. The errors beside ours are those of
Granziol et al., "A maximum entropy approach to massive graph spectra", arXiv:1912.09068, for as many clusters and
vertices at 80 moments, quoted second-hand; how their networks were generated is not known here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import networkx as nx
import numpy as np
from _common import METHODS, figure, planted_partition, run, save, table

import graphspec

if TYPE_CHECKING:
    from pathlib import Path

NUM_CLUSTERS = (9, 30, 90, 240)
CLUSTER_SIZE, MEAN_DEGREE, MIXING = 30, 20, 0.3
ORDERS = (6, 10, 20, 40, 80)
PUBLISHED_ORDER = 80
PUBLISHED = {"maxent": (9.7e-3, 6.4e-3, 5.8e-3, 3.5e-3), "lanczos": (3.2e-3, 1.41e-2, 1.81e-2, 2.89e-2)}
NUM_PROBES, NUM_SETS = 100, 5
MARKERS = ("o", "s", "^", "D")


@dataclass(frozen=True)
class ErrorNumbers:
    """Mean relative errors of the number of clusters.

    Attributes
    ----------
    num_clusters
        How many clusters the networks have: as planted, and as confirmed by an eigensolver.
    cuts
        Where the eigenvalues of each are counted: the middle of the confirmed gap.
    orders
        Numbers of moments.
    maxent, lanczos
        For each network, the error at each order.
    noise
        For each network, the mean relative size of a Gaussian error with the variance of unaided probes.
    """

    num_clusters: tuple[int, ...]
    cuts: tuple[float, ...]
    orders: tuple[int, ...]
    maxent: tuple[tuple[float, ...], ...]
    lanczos: tuple[tuple[float, ...], ...]
    noise: tuple[float, ...]


def probe_noise(count: int, dimension: int, num_probes: int) -> float:
    """Return the mean relative size of the error with which Rademacher probes count eigenvalues.

    The variance of z' P z for a projection P of rank K is 2 (|P|_F^2 - sum P_ii^2) = 2 K (1 - K/n) where the diagonal
    is constant; the mean size of a Gaussian is sqrt(2 / pi) of its deviation.
    """
    variance = 2 * count * (1 - count / dimension) / num_probes
    return float(np.sqrt(2 / np.pi * variance) / count)


def main(folder: Path | None) -> ErrorNumbers:
    confirmed, cuts, noise = [], [], []
    errors: dict[str, list[tuple[float, ...]]] = {method: [] for method in METHODS}
    for index, planted in enumerate(NUM_CLUSTERS):
        graph = nx.to_scipy_sparse_array(planted_partition(planted, CLUSTER_SIZE, MEAN_DEGREE, MIXING, seed=7))
        found = graphspec.count_clusters(graph).confirmation
        count, cut = found.count, (found.gap_low + found.gap_high) / 2
        # Probes of one seed begin alike for graphs of all sizes: seeds of its own keep a network's errors independent.
        seeds = range(index * NUM_SETS, (index + 1) * NUM_SETS)
        sketches = [
            graphspec.sketch(graph, num_moments=max(ORDERS), num_probes=NUM_PROBES, seed=seed, structure=False)
            for seed in seeds
        ]
        for method in METHODS:
            counts = [
                [float(graphspec.density(sketch, method, num_moments=order).count(cut)) for order in ORDERS]
                for sketch in sketches
            ]
            errors[method].append(tuple((np.abs(np.array(counts) - count).mean(axis=0) / count).tolist()))
        confirmed.append(count)
        cuts.append(cut)
        noise.append(probe_noise(count, graph.shape[0], NUM_PROBES))
    numbers = ErrorNumbers(
        num_clusters=tuple(confirmed),
        cuts=tuple(cuts),
        orders=ORDERS,
        maxent=tuple(errors["maxent"]),
        lanczos=tuple(errors["lanczos"]),
        noise=tuple(noise),
    )
    if folder is not None:
        draw(numbers, folder)
    return numbers


def report(numbers: ErrorNumbers) -> str:
    column = numbers.orders.index(PUBLISHED_ORDER)
    against_clusters = [
        (
            count,
            count * CLUSTER_SIZE,
            numbers.maxent[index][column],
            PUBLISHED["maxent"][index],
            numbers.lanczos[index][column],
            PUBLISHED["lanczos"][index],
            numbers.noise[index],
        )
        for index, count in enumerate(numbers.num_clusters)
    ]
    against_moments = [
        (order, *(errors[index][column] for errors in (numbers.maxent, numbers.lanczos) for index in (0, -1)))
        for column, order in enumerate(numbers.orders)
    ]
    few, many = numbers.num_clusters[0], numbers.num_clusters[-1]
    return (
        f"mean relative error of the count, {PUBLISHED_ORDER} moments, {NUM_PROBES} probes\n"
        + table(
            ("clusters", "vertices", "MaxEnt", "published", "Lanczos", "published", "probes alone"),
            against_clusters,
            digits=2,
        )
        + f"\n\nthe same for {few} and {many} clusters\n"
        + table(
            ("moments", f"MaxEnt, {few}", f"MaxEnt, {many}", f"Lanczos, {few}", f"Lanczos, {many}"),
            against_moments,
            digits=2,
        )
    )


def draw(numbers: ErrorNumbers, folder: Path) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.ticker import NullFormatter, NullLocator

    picture, (left, right) = figure(
        2, "From the same probes MaxEnt counts clusters with the smaller error", share_y=True
    )
    column = numbers.orders.index(PUBLISHED_ORDER)
    for method, (name, colour) in METHODS.items():
        errors = np.array(getattr(numbers, method))
        left.plot(numbers.num_clusters, errors[:, column], "o-", color=colour, label=name)
        published = PUBLISHED[method]
        left.plot(numbers.num_clusters, published, "x:", color=colour, linewidth=1, label=f"{name}, published")
        for row, marker in zip(errors, MARKERS, strict=True):
            right.plot(numbers.orders, row, marker=marker, color=colour, linewidth=1, markersize=4)
    left.plot(numbers.num_clusters, numbers.noise, "--", color="black", linewidth=1, label="probes alone, closed form")
    left.set(title=f"{PUBLISHED_ORDER} moments, {NUM_PROBES} probes", xlabel="number of clusters", xscale="log")
    left.set(ylabel="mean relative error of the count", yscale="log", ylim=(1e-3, 1.5), xlim=(7, 300))
    left.set_xticks(numbers.num_clusters, [str(count) for count in numbers.num_clusters])
    left.xaxis.set_minor_locator(NullLocator())
    left.xaxis.set_minor_formatter(NullFormatter())
    left.legend(loc="upper left", frameon=False, ncols=2)
    right.set(title="The same against the number of moments", xlabel="number of moments", xlim=(0, 85))
    handles = [Line2D([], [], color=colour, label=name) for name, colour in METHODS.values()]
    handles += [
        Line2D([], [], color="black", marker=marker, linestyle="", markersize=4, label=f"{count} clusters")
        for count, marker in zip(numbers.num_clusters, MARKERS, strict=True)
    ]
    right.legend(handles=handles, loc="upper right", frameon=False, ncols=3)
    save(picture, folder, "cluster_error")


if __name__ == "__main__":
    run(main, report, __doc__)
