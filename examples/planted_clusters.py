"""A network of 60 clusters: its graph, its lowest eigenvalues, its density by MaxEnt and Lanczos, and that near zero.

Sixty groups of 50 vertices, a vertex with 14 edges to its own group and 6 to others on average. The normalised
Laplacian has one low eigenvalue for each cluster, then a gap, then the bulk: the number of clusters is the number of
eigenvalues below the gap. Either density shows a hump for the clusters, a valley and the bulk, and its mass up to the
valley is the count with its interval; that of Lanczos is twice as wide, from the same products with the same probes. An
eigensolver then turns the estimate into an integer. The eigenvalues drawn are computed without graphspec.

Source: D. Granziol, "Maximum entropy, spectra of graphs and understanding the loss surface of DNNs with spectral
techniques", talk, 2018: a 60-cluster network; Granziol et al., "A maximum entropy approach to massive graph spectra",
arXiv:1912.09068. How many edges their network has is not known here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import networkx as nx
import numpy as np
from _common import COLOURS, METHODS, draw_density, draw_stems, figure, planted_partition, run, save, sunflower, table
from scipy.sparse.linalg import eigsh

import graphspec

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from graphspec import SpectralDensity

    Vector = NDArray[np.float64]

NUM_CLUSTERS, CLUSTER_SIZE = 60, 50
MEAN_DEGREE, MIXING = 20, 0.3
NUM_MOMENTS, NUM_PROBES = 100, 100
NUM_LOWEST = 100
NUM_DRAWN = 1500  # of the edges between clusters: all nine thousand would be one grey disc
HUES = ("#d1495b", "#00798c", "#c77700", "#5c8a3a", "#7b5aa6", "#3b6fb6", "#b0568f")


@dataclass(frozen=True)
class PlantedNumbers:
    """How many clusters are found.

    Attributes
    ----------
    num_nodes, num_edges
        Size of the graph.
    last_below, first_above
        The 60th and the 61st eigenvalue, computed by ARPACK.
    methods
        The methods.
    counts
        For each, the count with the ends of its 95 % interval.
    gaps
        For each, the ends of the gap as estimated.
    confirmed
        For each, the integer that an eigensolver confirms.
    """

    num_nodes: int
    num_edges: int
    last_below: float
    first_above: float
    methods: tuple[str, ...]
    counts: tuple[tuple[float, float, float], ...]
    gaps: tuple[tuple[float, float], ...]
    confirmed: tuple[int, ...]


def lowest_eigenvalues(graph: nx.Graph, number: int) -> Vector:
    """Return the lowest eigenvalues of the normalised Laplacian, in increasing order, by ARPACK."""
    start = np.random.default_rng(0).standard_normal(graph.number_of_nodes())
    laplacian = nx.normalized_laplacian_matrix(graph)
    return np.sort(eigsh(laplacian, k=number, which="SA", v0=start, return_eigenvectors=False))


def main(folder: Path | None) -> PlantedNumbers:
    graph = planted_partition(NUM_CLUSTERS, CLUSTER_SIZE, MEAN_DEGREE, MIXING, seed=7)
    lowest = lowest_eigenvalues(graph, NUM_LOWEST)
    found = [
        graphspec.count_clusters(graph, method, num_moments=NUM_MOMENTS, num_probes=NUM_PROBES) for method in METHODS
    ]
    numbers = PlantedNumbers(
        num_nodes=graph.number_of_nodes(),
        num_edges=graph.number_of_edges(),
        last_below=float(lowest[NUM_CLUSTERS - 1]),
        first_above=float(lowest[NUM_CLUSTERS]),
        methods=tuple(METHODS),
        counts=tuple((result.count.value, result.count.low, result.count.high) for result in found),
        gaps=tuple((result.gap.gap_low, result.gap.gap_high) for result in found),
        confirmed=tuple(result.confirmation.count for result in found),
    )
    if folder is not None:
        draw(numbers, graph, lowest, [result.density for result in found], folder)
    return numbers


def report(numbers: PlantedNumbers) -> str:
    rows = [
        (METHODS[method][0], *count, *gap, confirmed)
        for method, count, gap, confirmed in zip(
            numbers.methods, numbers.counts, numbers.gaps, numbers.confirmed, strict=True
        )
    ]
    return (
        f"{NUM_CLUSTERS} clusters of {CLUSTER_SIZE} vertices, {numbers.num_edges} edges\n"
        f"eigenvalues {NUM_CLUSTERS} and {NUM_CLUSTERS + 1}: {numbers.last_below:.4f} and {numbers.first_above:.4f}\n"
        + table(("method", "clusters", "low", "high", "gap from", "to", "confirmed"), rows)
    )


def draw(
    numbers: PlantedNumbers, graph: nx.Graph, lowest: Vector, densities: list[SpectralDensity], folder: Path
) -> None:
    title = f"{NUM_CLUSTERS} clusters are {NUM_CLUSTERS} eigenvalues below a gap"
    picture, (network, stems, whole, enlarged) = figure(2, title, rows=2)
    draw_network(network, graph)
    draw_stems(stems, lowest, NUM_CLUSTERS, COLOURS[1])
    stems.set(title=f"The {NUM_LOWEST} smallest eigenvalues", xlabel="number of the eigenvalue")
    stems.set(ylabel="eigenvalue of $L$")
    middle = (numbers.last_below + numbers.first_above) / 2
    stems.text(NUM_CLUSTERS / 2, middle, f"gap above eigenvalue {NUM_CLUSTERS}", ha="center", va="center")

    end = 0.75
    for axes, grid in ((whole, np.linspace(0, 2, 2001)), (enlarged, np.linspace(0, end, 2001))):
        for density, count in zip(densities, numbers.counts, strict=True):
            name, colour = METHODS[density.method]
            label = f"{name}: {count[0]:.1f} clusters ({count[1]:.1f} to {count[2]:.1f})"
            drawn = f"{name}{' (smoothed)' if density.method == 'lanczos' else ''}"
            draw_density(axes, density, grid, drawn if axes is whole else label, colour)
        axes.axvspan(numbers.last_below, numbers.first_above, color=COLOURS[0], alpha=0.2, linewidth=0)
        axes.set(xlabel="eigenvalue of $L$", ylabel="density", xlim=(0, grid[-1]), ylim=(0, None))
        axes.legend(loc="upper left", frameon=False)
    whole.set(title=f"Densities by {NUM_MOMENTS} moments, 95 % bands")
    enlarged.set(title="Enlarged near zero; ticks are eigenvalues", ylim=(-0.03, 0.54))
    enlarged.vlines(lowest, -0.026, -0.006, color="black", linewidth=0.6)
    save(picture, folder, "planted_clusters")


def draw_network(axes: Axes, graph: nx.Graph) -> None:
    """Draw every cluster as a disc of its vertices, all edges within clusters, and some between them."""
    from matplotlib.collections import LineCollection

    centres, places = sunflower(NUM_CLUSTERS), sunflower(CLUSTER_SIZE)
    vertices = np.arange(graph.number_of_nodes())
    clusters = vertices // CLUSTER_SIZE
    points = centres[clusters] + 0.085 * places[vertices % CLUSTER_SIZE]
    colours = np.array(HUES)[clusters % len(HUES)]
    edges = np.array(graph.edges)
    within = clusters[edges[:, 0]] == clusters[edges[:, 1]]
    between = np.random.default_rng(0).permutation(edges[~within])[:NUM_DRAWN]
    axes.add_collection(LineCollection(points[between], colors="#8b93a0", linewidths=0.3, alpha=0.35))
    shades = colours[edges[within, 0]]
    axes.add_collection(LineCollection(points[edges[within]], colors=shades, linewidths=0.25, alpha=0.5))
    axes.scatter(*points.T, s=2, c=colours, linewidths=0, zorder=3)
    axes.set(title=f"The network, with {NUM_DRAWN} of {len(edges) - within.sum()} edges between clusters")
    axes.set(xlim=(-1.1, 1.1), ylim=(-1.1, 1.1), aspect="equal")
    axes.set_axis_off()


if __name__ == "__main__":
    run(main, report, __doc__)
