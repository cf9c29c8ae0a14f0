"""Wasserstein-1 distance of estimated densities to exact spectra."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import networkx as nx
import numpy as np
import scipy.io
from scipy import sparse

from graphspec import Graph, density, graph_operator, linear_operator, read_edges, sketch
from graphspec.exact.dense import dense_eigenvalues
from graphspec.exact.remainder import Remainder, take_out

from benchmarks.graphs import exact_spectrum, real
from benchmarks.rows import Row, data_file, skipped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from graphspec import SpectralDensity

METHODS = ("maxent", "lanczos", "kpm")
SMALL_NETWORKS = (
    "ca-GrQc.txt",
    "facebook_combined.txt",
    "USPowerGrid.txt",
    "email-Eu-core.txt",
    "494_bus.mtx",
    "bcsstk13.mtx",
)
_GRID = np.linspace(0, 2, 20_001)


def wasserstein(found: SpectralDensity, eigenvalues: NDArray[np.float64]) -> float:
    """Return the area between the two distribution functions."""
    exact = np.searchsorted(eigenvalues, _GRID + 1e-9, side="right") / len(eigenvalues)
    return float(np.trapezoid(np.abs(found.count(_GRID).value / found.dimension - exact), _GRID))


def median_distances(source: Any, eigenvalues: NDArray[np.float64], seeds: int, **options: Any) -> list[float]:
    """Return the median distance over seeds of every method, from the same sketches."""
    sketches = [sketch(source, seed=seed, **options) for seed in range(seeds)]
    distances = [[wasserstein(density(item, method), eigenvalues) for method in METHODS] for item in sketches]
    return [float(value) for value in np.median(distances, axis=0)]


def rows() -> Iterator[Row]:
    yield from _random_graphs()
    yield from _hepth()
    yield from _structured()
    yield from _agreement()
    what, bar = "W1, ca-GrQc, 16 probes, 50 products", "<= 0.004"
    graph = real("ca-GrQc")
    if graph is None:
        yield skipped(what, bar, "ca-GrQc.txt")
        return
    maxent, lanczos, kpm = median_distances(graph, exact_spectrum(graph), 20)
    yield Row(what, bar, f"MaxEnt {maxent:.4f}, Lanczos {lanczos:.4f}, KPM {kpm:.4f}", maxent <= 0.004)


def _random_graphs() -> Iterator[Row]:
    makers = {
        "ER": lambda seed: nx.gnp_random_graph(2000, 0.01, seed=seed),
        "BA": lambda seed: nx.barabasi_albert_graph(2000, 5, seed=seed),
        "WS": lambda seed: nx.watts_strogatz_graph(2000, 10, 0.1, seed=seed),
    }
    for name, make in makers.items():
        distances = []
        for seed in range(20):
            graph = make(1000 + seed)
            item = sketch(graph, num_moments=20, num_probes=10, seed=seed)
            exact = exact_spectrum(graph)
            distances.append([wasserstein(density(item, method), exact) for method in METHODS])
        maxent, lanczos, kpm = np.median(distances, axis=0)
        yield Row(
            f"W1, {name} n = 2000, 10 probes, 10 products, median of 20",
            "MaxEnt <= 0.004 and 5 times below both",
            f"MaxEnt {maxent:.4f}, Lanczos {lanczos:.4f}, KPM {kpm:.4f}",
            bool(maxent <= 0.004 and 5 * maxent <= min(lanczos, kpm)),
        )


def _hepth() -> Iterator[Row]:
    what, bar, name = "W1, ca-HepTh component, 16 probes, 50 products", "<= 0.003", "networkdos_HepTh.mat"
    path = data_file(name)
    if path is None:
        yield skipped(what, bar, name)
        return
    content = scipy.io.loadmat(path)
    # The file's eigenvalues are those of D^-1/2 A D^-1/2 with the self-loops, which a simple graph would drop.
    adjacency = sparse.csr_array(content["A"]).astype(float)
    degrees = np.asarray(adjacency.sum(axis=1)).ravel()
    scale = sparse.diags_array(1 / np.sqrt(degrees))
    laplacian = sparse.csr_array(sparse.eye_array(len(degrees)) - scale @ adjacency @ scale)
    operator = linear_operator(laplacian, (0, 2), known={0.0: np.sqrt(degrees / degrees.sum())})
    maxent, lanczos, kpm = median_distances(operator, np.sort(1 - content["lambda"].ravel()), 20)
    yield Row(what, bar, f"MaxEnt {maxent:.4f}, Lanczos {lanczos:.4f}, KPM {kpm:.4f}", maxent <= 0.003)


def _structured() -> Iterator[Row]:
    """Measure what exact structure and control variates leave of the error."""
    graphs = {"ca-GrQc": real("ca-GrQc")}
    path = data_file("networkdos_HepTh.mat")
    if path is not None:
        graphs["ca-HepTh component"] = Graph.from_scipy(scipy.io.loadmat(path)["A"])
    for name, graph in graphs.items():
        for probes, products, bar in ((10, 10, 0.0027), (16, 50, 0.0014)):
            what = f"W1, {name}, exact structure, {products} products x {probes} probes, median of 20"
            if graph is None:
                yield skipped(what, f"<= {bar}", "ca-GrQc.txt")
                continue
            exact = exact_spectrum(graph)
            options = {"num_moments": 2 * products, "num_probes": probes}
            maxent, lanczos, kpm = median_distances(graph, exact, 20, **options)
            plain = median_distances(graph, exact, 5, structure=False, **options)[0]
            measured = f"MaxEnt {maxent:.4f} ({plain:.4f} without), Lanczos {lanczos:.4f}, KPM {kpm:.4f}"
            yield Row(what, f"<= {bar}", measured, maxent <= bar)


def _agreement() -> Iterator[Row]:
    """Compare dense spectra with and without exact structure, on all networks that a dense solver can take."""
    for name in SMALL_NETWORKS:
        path = data_file(name)
        what, bar = f"{name}, dense spectrum with exact structure against that of the whole matrix", "<= 1e-9"
        if path is None:
            yield skipped(what, bar, name)
            continue
        graph = read_edges(path)
        operator = graph_operator(graph)
        whole = dense_eigenvalues(Remainder.nothing_known(operator))
        difference = float(np.abs(exact_spectrum(graph) - whole).max())
        yield Row(
            what,
            bar,
            f"{difference:.1e}, {graph.num_nodes} eigenvalues, {take_out(operator).operator.num_rows} rows left",
            difference <= 1e-9,
        )
