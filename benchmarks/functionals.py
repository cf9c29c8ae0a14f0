"""Log-determinants and other spectral sums: errors, spreads, coverage, and times beside other programs."""

from __future__ import annotations

import importlib
import multiprocessing
import sys
from functools import cache, partial
from time import perf_counter
from typing import TYPE_CHECKING, Any

import networkx as nx
import numpy as np
from scipy import sparse
from scipy.io import mmread
from scipy.stats import t as student

import graphspec
from graphspec.graphs.conversion import as_graph

from benchmarks.matrices import bearing, dirichlet_grid, grid_log_determinant, random_field
from benchmarks.networks import youtube
from benchmarks.rows import Row, best_time, data_file, run_for_memory, skipped, times_in_turns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from graphspec import Graph

    Matrix = sparse.csr_array

PRODUCTS, PROBES, SEEDS = 30, 30, 20
PATIENCE = 600  # seconds that NetLSD is waited for
SIXTEEN = 16
NETWORKS = {
    "ca-GrQc": "ca-GrQc.txt",
    "ca-CondMat": "ca-CondMat.txt",
    "email-Enron": "email-Enron.txt.gz",
    "facebook": "facebook_combined.txt",
    "power grid": "USPowerGrid.txt",
    "usroads": "usroads.mtx.gz",
}
SMOOTH: dict[str, Callable[[Any], Any]] = {
    "exp(-x)": lambda x: np.exp(-x),
    "exp(-5x)": lambda x: np.exp(-5 * x),
    "log(x + .1)": lambda x: np.log(x + 0.1),
}
FUNCTIONS = ("entropy", "estrada", "spanning-trees", "heat-trace", "kemeny", "kirchhoff", "renyi", "log(x + 0.1)")


def rows() -> Iterator[Row]:
    yield from _talk_matrices()
    yield from _spread()
    yield from _coverage()
    yield from _ill_conditioned()
    yield from _imate()
    yield from _heat_traces()
    yield from _large_grid()


def _talk_matrices() -> Iterator[Row]:
    """Measure median errors for the talk's two matrices that can be built from their definitions."""
    for name, (matrix, truth) in {
        "obstclae-like": (dirichlet_grid(200), grid_log_determinant(200)),
        "jnlbrng1-like": (bearing(), _exact(bearing())),
    }.items():
        for method in ("slq", "maxent", "chebyshev", "taylor", "bild"):
            found = [
                graphspec.logdet(matrix, method, num_moments=2 * PRODUCTS, num_probes=PROBES, seed=seed)
                for seed in range(SEEDS)
            ]
            errors = np.abs([each.value - truth for each in found]) / abs(truth)
            covered = np.mean([each.low <= truth <= each.high for each in found])
            barred = method in ("slq", "maxent")
            yield Row(
                f"{name}, n = 40 000, {PRODUCTS} products x {PROBES} probes, {method}: median relative error",
                "<= 3e-4, with exact traces" if barred else "printed",
                f"{np.median(errors):.1e} ({covered:.0%} covered)",
                bool(np.median(errors) <= 3e-4) if barred else None,
            )


def _exact(matrix: Matrix) -> float:
    return graphspec.logdet(matrix, "exact").value


def _spread() -> Iterator[Row]:
    """Seed-to-seed standard deviations of integrals, with all exact moments and with those of order 2 alone."""
    widths: dict[str, list[float]] = {name: [] for name in SMOOTH}
    lanczos: list[float] = []
    for name, file in NETWORKS.items():
        path = data_file(file)
        if path is None:
            yield skipped(f"{name}: spread of integrals", "at most 1/2", file)
            continue
        graph = graphspec.read_edges(path)
        shown = []
        spread = _spreads(graph)
        for index, function in enumerate(SMOOTH):
            now, before, by_lanczos = (spread[key][index] for key in ("maxent", "order 2", "lanczos"))
            widths[function].append(now / before)
            lanczos.append(by_lanczos / now)
            shown.append(f"{function} {now:.1e} of {before:.1e}, Lanczos {by_lanczos:.1e}")
        yield Row(
            f"{name}: spread over {SEEDS} seeds, {SIXTEEN} probes, 100 moments", "printed", "; ".join(shown), None
        )
    for function, bar in (("log(x + .1)", 1 / 2), ("exp(-5x)", 1 / 2), ("exp(-x)", 1 / 6)):
        if widths[function]:
            largest = max(widths[function])
            yield Row(
                f"{function}: largest ratio of the spread to that with traces of order 2",
                f"<= 1/{round(1 / bar)}",
                f"1/{1 / largest:.1f}",
                largest <= bar,
            )
    if lanczos:
        worst = max(lanczos)
        yield Row("Lanczos against MaxEnt, largest ratio of spreads", "<= 1.2", f"{worst:.2f}", worst <= 1.2)


def _spreads(graph: Graph) -> dict[str, Any]:
    from dataclasses import replace

    values: dict[str, list[Any]] = {"maxent": [], "order 2": [], "lanczos": []}

    def functions(x: Any) -> Any:
        return np.stack([function(x) for function in SMOOTH.values()], axis=-1)

    for seed in range(SEEDS):
        held = graphspec.sketch(graph, num_probes=SIXTEEN, seed=seed)
        before = replace(held, low_moments=held.low_moments[:3])
        values["maxent"].append(graphspec.density(held).integrate(functions).value)
        values["order 2"].append(graphspec.density(before).integrate(functions).value)
        values["lanczos"].append(graphspec.density(held, "lanczos").integrate(functions).value)
    return {key: np.std(found, axis=0, ddof=1) for key, found in values.items()}


def _coverage() -> Iterator[Row]:
    """95 % intervals of every functional, pooled over graphs, and of log-determinants over matrices."""
    covered: dict[str, list[bool]] = {}
    ratios: list[float] = []
    graphs, matrices = _graphs(), _matrices()
    trials = -(-400 // len(graphs))
    for graph in graphs.values():
        for function in FUNCTIONS:
            truth = np.atleast_1d(graphspec.functional(graph, function, "exact").value)
            found = [_numbers(graphspec.functional(graph, function, seed=seed)) for seed in range(trials)]
            _count(covered.setdefault(function, []), ratios, found, truth)
    trials = -(-400 // len(matrices))
    for matrix in matrices.values():
        truth = np.atleast_1d(_exact(matrix))
        found = [_numbers(graphspec.logdet(matrix, num_moments=200, seed=seed)) for seed in range(trials)]
        _count(covered.setdefault("logdet", []), ratios, found, truth)
    for function, hits in covered.items():
        share = float(np.mean(hits))
        yield Row(f"{function}: 95 % intervals, {len(hits)} trials", "cover in >= 93 %", f"{share:.1%}", share >= 0.93)
    width = float(np.mean(ratios))
    yield Row(
        "their mean width over 2 t times the seed-to-seed standard deviation, where the order suffices",
        "<= 1.5",
        f"{width:.2f}",
        width <= 1.5,
    )


def _numbers(found: Any) -> Any:
    return np.array([np.atleast_1d(getattr(found, part)) for part in ("value", "low", "high", "sem")], float)


def _count(hits: list[bool], ratios: list[float], found: list[Any], truth: Any) -> None:
    """Count intervals that cover, and compare their widths with the spread where sampling makes most of them."""
    values, low, high, sem = np.moveaxis(np.array(found), 1, 0)
    tie = 1e-9 * np.abs(truth)
    hits.extend(np.ravel((low <= truth + tie) & (truth - tie <= high)).tolist())
    spread, quantile = values.std(axis=0, ddof=1), 2.13  # of 15 degrees of freedom
    width = (high - low).mean(axis=0)
    sampled = (2 * quantile * sem.mean(axis=0) > width / 2) & (spread > 1e-6 * np.abs(truth))
    ratios.extend((width / (2 * quantile * np.maximum(spread, 1e-300)))[sampled].tolist())


@cache
def _graphs() -> dict[str, Graph]:
    made = {
        "ER": nx.gnm_random_graph(1000, 3000, seed=1),
        "dense ER": nx.gnm_random_graph(600, 12000, seed=2),
        "BA": nx.barabasi_albert_graph(1000, 3, seed=3),
        "WS": nx.watts_strogatz_graph(1000, 6, 0.1, seed=4),
        "grid": nx.convert_node_labels_to_integers(nx.grid_2d_graph(30, 33)),
        "tree": nx.random_labeled_tree(1000, seed=5),
        "planted": nx.planted_partition_graph(10, 100, 0.1, 0.004, seed=6),
        "caveman": nx.connected_caveman_graph(80, 12),
        "geometric": nx.random_geometric_graph(1000, 0.06, seed=7),
        "regular": nx.random_regular_graph(4, 1000, seed=8),
    }
    return {name: graphspec.largest_component(as_graph(graph)) for name, graph in made.items()}


@cache
def _matrices() -> dict[str, Matrix]:
    return {
        "grid": dirichlet_grid(40),
        "bearing": bearing(40, 40),
        "field": random_field(40, 0.3),
        "cube": dirichlet_grid(12, dimensions=3),
        "shifted": sparse.csr_array(dirichlet_grid(40) + 0.05 * sparse.eye_array(1600)),
        "covariance": _covariance(1000),
    }


def _covariance(size: int) -> Matrix:
    """Return a sparse positive definite matrix that is not diagonally dominant: B' B + I / 10."""
    entries = sparse.random_array((size, size), density=6 / size, rng=np.random.default_rng(9), format="csr")
    return sparse.csr_array(entries.T @ entries + 0.1 * sparse.eye_array(size))


def _ill_conditioned() -> Iterator[Row]:
    for name in ("494_bus", "bcsstk13"):
        path = data_file(f"{name}.mtx")
        if path is None:
            yield skipped(f"{name}: intervals or a plain statement", "every one of 100 seeds", f"{name}.mtx")
            continue
        matrix = sparse.csr_array(mmread(path))
        truth = _exact(matrix)
        confident, inside = 0, 0
        for seed in range(100):
            found = graphspec.logdet(matrix, num_moments=100, seed=seed)
            assert found.total is not None
            confident += found.total.order_suffices
            inside += found.low <= truth <= found.high
            wrong = found.total.order_suffices and not found.low <= truth <= found.high
            if wrong:
                break
        yield Row(
            f"{name}: error within the interval, or the order is said to be too low",
            "every one of 100 seeds",
            f"{100 - confident} said to be too low; {inside} covered",
            not wrong,
        )


def _imate() -> Iterator[Row]:
    """Compare with imate, which is installed for it: same matrix, products and probes."""
    bar = ">= 3 times faster, same answer"
    try:
        imate = importlib.import_module("imate")
    except ImportError:
        yield Row("logdet against imate", bar, "skipped: pip install imate", None)
        return
    network = graphspec.graph_operator(youtube()).matrix()
    matrices = {
        "L + 0.1 of com-youtube's size": sparse.csr_array(network + 0.1 * sparse.eye_array(network.shape[0])),
        "grid of 400 x 400 + 0.1": sparse.csr_array(dirichlet_grid(400) + 0.1 * sparse.eye_array(160_000)),
    }
    for name, matrix in matrices.items():
        what = f"logdet against imate, {name}, 30 products x 30 probes"
        yield _against(what, bar, partial(_by_imate, imate.logdet, matrix), partial(_own_logdet, matrix))
        what = f"trace of the inverse against imate, {name}, 30 products x 30 probes"
        yield _against(what, bar, partial(_by_imate, imate.trace, matrix, p=-1), partial(_own_trace, matrix))


def _by_imate(function: Any, matrix: Matrix, **options: Any) -> Any:
    sampled = {"method": "slq", "lanczos_degree": PRODUCTS, "min_num_samples": PROBES, "max_num_samples": PROBES}
    return function(sparse.csr_matrix(matrix), return_info=True, orthogonalize=0, **sampled, **options)


def _own_logdet(matrix: Matrix) -> Any:
    return graphspec.logdet(matrix, "slq", num_moments=2 * PRODUCTS, num_probes=PROBES)


def _own_trace(matrix: Matrix) -> Any:
    magnitudes = abs(matrix).sum(axis=1)
    low = float((2 * matrix.diagonal() - magnitudes).min())
    operator = graphspec.linear_operator(matrix, (low, float(magnitudes.max())))
    held = graphspec.sketch(operator, num_moments=2 * PRODUCTS, num_probes=PROBES)
    return graphspec.functional(held, "1/x", "lanczos")


def _against(what: str, bar: str, theirs: Callable[[], Any], ours: Callable[[], Any]) -> Row:
    own, found = ours(), [theirs()[0]]
    times = times_in_turns((ours, lambda: found.append(theirs()[0])), 7)
    # The error of their mean is that of its scatter.
    value, error = np.mean(found), student.ppf(0.9995, len(found) - 1) * np.std(found, ddof=1) / np.sqrt(len(found))
    agree = abs(value - own.value) <= error + max(own.high - own.value, own.value - own.low)
    speed = f"{times[1] / times[0]:.1f} times ({times[0]:.2f} s)"
    shown = f"{speed}; {float(own.value):,.1f} and {value:,.1f} +- {error:,.1f}"
    return Row(what, bar, shown, bool(agree) and times[1] >= 3 * times[0])


def _heat_traces() -> Iterator[Row]:
    """Heat traces at 250 times against NetLSD's approximation, both against dense eigenvalues."""
    bar = "error <= 1/10, time <= its own"
    try:
        netlsd = importlib.import_module("netlsd")
    except ImportError:
        yield Row("heat traces against NetLSD", bar, "skipped: pip install netlsd", None)
        return
    times = np.logspace(-2, 2, 250)
    for name in ("ca-GrQc", "ca-CondMat", "email-Enron"):
        path = data_file(NETWORKS[name])
        if path is None:
            yield skipped(f"heat traces of {name} against NetLSD", bar, NETWORKS[name])
            continue
        graph = graphspec.read_edges(path)
        work = partial(graphspec.functional, graph, "heat-trace", times=tuple(times.tolist()))
        took = best_time(work)
        theirs, their_time = _netlsd(netlsd, graph, times)
        truth = _heat_truth(graph, times)
        errors = [float(np.max(np.abs(value - truth) / truth)) for value in (work().value, theirs)]
        shown = f"{their_time:.2f} s" if their_time < PATIENCE else f"not done in {PATIENCE} s"
        yield Row(
            f"heat traces of {name} against NetLSD, 250 times: largest relative error",
            bar,
            f"{errors[0]:.1e} and {errors[1]:.1e}; {took:.2f} s and {shown}",
            errors[0] <= errors[1] / 10 and took <= their_time,
        )


def _netlsd(netlsd: Any, graph: Graph, times: Any) -> tuple[Any, float]:
    """Return heat traces by NetLSD and its time, or, if it does not end in time, what it would return.

    It takes 150 eigenvalues from either end, and a line between them. ARPACK does not find them where hundreds are
    zero, and two; then the line is known.
    """
    laplacian = sparse.csr_matrix(graphspec.graph_operator(graph).matrix())
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        started = pool.apply_async(_timed_heat, (laplacian, times))
        try:
            return started.get(PATIENCE)
        except multiprocessing.TimeoutError:
            atoms = graphspec.sketch(graph).atoms
            copies = [sum(atom.multiplicity for atom in atoms if atom.eigenvalue == end) for end in (0, 2)]
            assert min(copies) >= 150, "both ends are not known"
            eigenvalues = netlsd.util.updown_linear_approx(np.zeros(150), np.full(150, 2.0), graph.num_nodes)
            return np.exp(-np.multiply.outer(times, eigenvalues)).sum(axis=1), float(PATIENCE)


def _timed_heat(laplacian: Any, times: Any) -> tuple[Any, float]:
    netlsd = importlib.import_module("netlsd")
    start = perf_counter()
    traces = netlsd.heat(laplacian, timescales=times, normalization=None)
    return traces, perf_counter() - start


def _heat_truth(graph: Graph, times: Any) -> Any:
    """Return heat traces from dense eigenvalues, or of large graphs from a sketch with many probes."""
    if graph.num_nodes <= 10_000:
        eigenvalues = np.linalg.eigvalsh(graphspec.graph_operator(graph).matrix().toarray())
        return np.exp(-np.multiply.outer(times, eigenvalues)).sum(axis=1)
    held = graphspec.sketch(graph, num_moments=400, num_probes=1024, seed=77)
    return graphspec.functional(held, "heat-trace", "lanczos", times=tuple(times.tolist())).value


def _products(matrix: Matrix, block: Any, number: int) -> None:
    for _ in range(number):
        matrix @ block


def _large_grid() -> Iterator[Row]:
    """Measure a grid of a million unknowns beside scipy's products, its memory in a process of its own."""
    matrix = dirichlet_grid(1000)
    block = np.random.default_rng(0).choice([-1.0, 1.0], (10**6, 10))
    work = partial(graphspec.logdet, matrix, num_moments=60, num_probes=10)
    work()
    ours, scipy = times_in_turns((work, partial(_products, matrix, block, 30)), 5)
    code = (
        "import graphspec; from benchmarks.matrices import dirichlet_grid; "
        "graphspec.logdet(dirichlet_grid(1000), num_moments=60, num_probes=10)"
    )
    peak = run_for_memory([sys.executable, "-c", code])[2]
    yield Row(
        "grid of 10^6 unknowns, 30 products x 10 probes, against its 300 products by scipy in blocks of 10",
        "<= 1.5 times the time, <= 1 GB",
        f"{ours / scipy:.2f} times ({ours:.2f} s), {peak / 1e9:.2f} GB",
        ours <= 1.5 * scipy and peak <= 1e9,
    )
