"""Random-graph models: generators, fits, self-matches, classification, and comparisons of many sketches."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import product
from typing import TYPE_CHECKING, Any

import networkx as nx
import numpy as np
from scipy import special
from threadpoolctl import threadpool_limits

from graphspec import classify, compare, fit, generate, sketch
from graphspec.densities.maxent import solve
from graphspec.sketches.moments import nonzero_moments
from graphspec.analyses.fits import FitSampling
from graphspec.comparison import Fit
from graphspec.comparison.fitting import fit as fit_sketch
from graphspec.graphs import Graph
from graphspec.models.generation import get_model
from graphspec.comparison.references import References, default_references
from graphspec.comparison.settings import FitSettings, ReferenceSettings

from benchmarks.graphs import FILES
from benchmarks.rows import Row, against_spectrum, best_time, data_file, skipped

if TYPE_CHECKING:
    from collections.abc import Iterator

_FIRST_SEED = 500_000
PROCESSES = 2
MILLION = 1_000_000

FITS: tuple[tuple[str, int, dict[str, Any], str, int, float, float], ...] = (
    # model, vertices, parameters, the one that is fitted, graphs, bars of bias and spread;
    # a negative bar of the spread is in units of the spread of the edge density of the same graphs
    ("er", 50, {"p": 0.6}, "p", 200, 0.003, -1.15),
    ("er", 100, {"p": 0.6}, "p", 200, 0.003, -1.15),
    ("er", 150, {"p": 0.6}, "p", 200, 0.003, -1.15),
    ("ws", 50, {"k": 10, "p": 0.4}, "p", 200, 0.02, 0.055),
    ("ws", 100, {"k": 10, "p": 0.4}, "p", 200, 0.01, 0.032),
    ("ws", 150, {"k": 10, "p": 0.4}, "p", 200, 0.01, 0.026),
    ("ba", 50, {"m": 20}, "m", 100, 1.0, 1.0),
    ("ba", 100, {"m": 40}, "m", 100, 1.0, 1.0),
    ("ba", 150, {"m": 60}, "m", 100, 1.0, 1.0),
)


def rows() -> Iterator[Row]:
    yield from _fits()
    yield from _self_matches()
    yield from _small_references()
    yield from _classification()
    yield from _other_models()
    yield from _many_sketches()
    yield from _classify_dblp()
    yield from _generators()


def _generators() -> Iterator[Row]:
    like = generate("ba", MILLION, 1, m=5)
    # networkx walks over all pairs of a block model: of a million vertices, for hours.
    few = MILLION // 20
    probabilities = np.full((10, 10), 50 / 9 / few)
    np.fill_diagonal(probabilities, 50 / few)
    pairs = {
        "er": ({"p": 10 / MILLION}, partial(nx.fast_gnp_random_graph, MILLION, 10 / MILLION, seed=1)),
        "ws": ({"k": 10, "p": 0.1}, partial(nx.watts_strogatz_graph, MILLION, 10, 0.1, seed=1)),
        "ba": ({"m": 5}, partial(nx.barabasi_albert_graph, MILLION, 5, seed=1)),
        "powerlaw-cluster": ({"m": 5, "p": 0.5}, partial(nx.powerlaw_cluster_graph, MILLION, 5, 0.5, seed=1)),
        "geometric": (
            {"radius": (10 / np.pi / MILLION) ** 0.5},
            partial(nx.random_geometric_graph, MILLION, (10 / np.pi / MILLION) ** 0.5, seed=1),
        ),
        "regular": ({"k": 10}, partial(nx.random_regular_graph, 10, MILLION, seed=1)),
        "configuration": ({}, partial(nx.configuration_model, like.num_neighbours.tolist(), seed=1)),
        "sbm": (
            {"blocks": 10, "p_in": 50 / MILLION, "p_out": 50 / 9 / MILLION},
            partial(nx.stochastic_block_model, [few // 10] * 10, probabilities.tolist(), seed=1, sparse=True),
        ),
    }
    for name, (values, theirs) in pairs.items():
        model = get_model(name, like)
        ours = best_time(partial(model.edges, MILLION, np.random.default_rng(1), values), 2)
        other = best_time(theirs, 1)
        yield Row(
            f"{name}, 10^6 vertices of mean degree 10, edge arrays against networkx"
            + (f" with {few}" if name == "sbm" else ""),
            "<= 20 % of the time",
            f"{ours / other:.1%} ({ours:.2f} s of {other:.1f} s)",
            ours <= 0.2 * other,
        )


def _fits() -> Iterator[Row]:
    covered: list[bool] = []
    with ProcessPoolExecutor(PROCESSES) as pool:
        for case, (values, errors, counted) in zip(FITS, pool.map(_fit_case, FITS), strict=True):
            model, nodes, parameters, key, count, bias_bar, spread_bar = case
            truth = parameters[key]
            quantile = special.stdtrit(default_references(nodes) - 1, 0.975)
            covered += (np.abs(values - truth) <= quantile * errors).tolist()
            what = f"{model} {key} = {truth}, n = {nodes}, {count} graphs"
            if model == "ba":
                share = float(np.mean(np.abs(values - truth) <= 1))
                yield Row(what, "within 1 in >= 95 %", f"{share:.0%}, mean {values.mean():.2f}", share >= 0.95)
                continue
            bias, spread = float(values.mean() - truth), float(values.std(ddof=1))
            if spread_bar < 0:
                spread_bar = -spread_bar * float(counted.std(ddof=1))
            yield Row(
                what,
                f"bias <= {bias_bar}, spread <= {spread_bar:.4f}",
                f"{bias:+.4f} (+- {spread / np.sqrt(count):.4f}), {spread:.4f}",
                abs(bias) <= bias_bar and spread <= spread_bar,
            )
    share = float(np.mean(covered))
    yield Row(f"95 % intervals of {len(covered)} fitted parameters", "cover in >= 92 %", f"{share:.1%}", share >= 0.92)


def _fit_case(case: tuple[str, int, dict[str, Any], str, int, float, float]) -> tuple[np.ndarray, ...]:
    """Return the fitted values, their standard errors, and what counting edges gives."""
    model, nodes, parameters, key, count, _, _ = case
    references = References(get_model(model), nodes, FitSampling().num_moments, default_references(nodes))
    fits = [
        _fit_with(references, generate(model, nodes, _FIRST_SEED + number, **parameters)) for number in range(count)
    ]
    values = [(item.parameters[key], item.standard_error[key], item.baseline.get(key, np.nan)) for item in fits]
    return tuple(np.array(values).T)


def _fit_with(references: References, graph: Graph) -> Fit:
    """Return the fit of the model of some references, which other fits share."""
    order, probes = references.num_moments, FitSettings().num_probes(graph.num_nodes)
    item = sketch(graph, num_moments=order, num_probes=probes)
    return fit_sketch(item, references.model, graph=graph, references=references)


def _self_matches() -> Iterator[Row]:
    for attachment in (2, 5, 20):
        graph = generate("ba", 5000, _FIRST_SEED, m=attachment)
        found = {order: fit(graph, "ba", num_moments=order) for order in (20, 40, 60)}
        worst = max(item.symmetric_kl for item in found.values())
        each = ", ".join(f"{item.symmetric_kl:.4f} ({item.noise_floor:.4f})" for item in found.values())
        yield Row(
            f"BA(5000), m = {attachment}, against its fitted model at 20, 40, 60 moments (noise floor)",
            "symmetric KL <= 0.005",
            f"{each}, m = {found[60].parameters['m']}",
            worst <= 0.005,
        )


def _small_references() -> Iterator[Row]:
    nodes, order = 20_000, 20
    for name, values in (("er", {"p": 8 / nodes}), ("ws", {"k": 8, "p": 0.2}), ("ba", {"m": 4})):
        graph, model = generate(name, nodes, _FIRST_SEED, **values), get_model(name)
        smaller = ReferenceSettings().max_nodes
        few, many = (
            _fit_with(References(model, nodes, order, 10, settings=ReferenceSettings(max_nodes=limit)), graph)
            for limit in (smaller, nodes)
        )
        moved = max(
            abs(few.parameters[key] - many.parameters[key]) / many.standard_error[key] for key in many.parameters
        )
        yield Row(
            f"{name} of {nodes} vertices, fitted with references of {smaller} and with as large ones",
            "parameters within a standard error, both consistent",
            f"{moved:.2f} standard errors; symmetric KL {few.symmetric_kl:.1e} and {many.symmetric_kl:.1e}, "
            f"noise floor {few.noise_floor:.1e} and {many.noise_floor:.1e}",
            moved <= 1 and few.consistent and many.consistent,
        )


def _classification() -> Iterator[Row]:
    random = np.random.default_rng(_FIRST_SEED)
    for what, degrees, bars in (("4 to 12", (4, 6, 8, 10, 12), (0.95, 0.02)), ("100", (100,), (0.0, 0.05))):
        jobs = []
        for number in range(30 if bars[0] else 10):
            nodes, degree = int(random.integers(1000, 20_001)), degrees[number % len(degrees)]
            seed = _FIRST_SEED + number
            jobs.append(("er", nodes, {"p": degree / (nodes - 1)}, seed))
            jobs.append(("ws", nodes, {"k": degree, "p": 0.1}, seed))
            jobs.append(("ba", nodes, {"m": degree // 2}, seed))
        with ProcessPoolExecutor(PROCESSES) as pool:
            best = list(pool.map(_best_of, jobs))
        right = float(np.mean([found == job[0] for found, job in zip(best, jobs, strict=True)]))
        wrong = float(np.mean([found not in (None, job[0]) for found, job in zip(best, jobs, strict=True)]))
        bar = f"right in >= {bars[0]:.0%}, wrong in <= {bars[1]:.0%}" if bars[0] else f"wrong in <= {bars[1]:.0%}"
        yield Row(
            f"{len(jobs)} graphs of ER, WS(0.1), BA at mean degree {what}, n = 1000 to 20 000",
            bar,
            f"{right:.1%} right, {wrong:.1%} wrong",
            right >= bars[0] and wrong <= bars[1],
        )


def _other_models() -> Iterator[Row]:
    """Graphs whose degrees or numbers of edges none of the three models can have."""
    sizes = (100, 150, 200, 300, 500)
    jobs: list[tuple[str, int, dict[str, Any], int]] = [
        ("regular", nodes, {"k": degree}, _FIRST_SEED + number)
        for number, (degree, nodes) in enumerate(product((3, 4, 6, 8, 10, 16), sizes))
    ]
    jobs += [("tree", sizes[number % 5], {}, _FIRST_SEED + number) for number in range(30)]
    with ProcessPoolExecutor(PROCESSES) as pool:
        best = list(pool.map(_best_of, jobs))
    named = [f"{found} for {job[0]} of {job[1]}" for found, job in zip(best, jobs, strict=True) if found is not None]
    yield Row(
        f"{len(jobs)} random regular graphs (k = 3 to 16) and uniform random trees, n = 100 to 500",
        "named er, ws or ba: none",
        ", ".join(named) or "none",
        not named,
    )


def _best_of(job: tuple[str, int, dict[str, Any], int]) -> str | None:
    model, nodes, parameters, seed = job
    if model == "tree":
        return classify(nx.random_labeled_tree(nodes, seed=seed)).best
    return classify(generate(model, nodes, seed, **parameters)).best


def _many_sketches() -> Iterator[Row]:
    sketches = [sketch(generate("ba", 600, seed, m=3), seed=seed) for seed in range(200)]
    moments = [nonzero_moments(item) for item in sketches]
    common = np.max([item.sem for item in moments], axis=0)

    def solve_all() -> None:
        with threadpool_limits(1, user_api="blas"):
            for item in moments:
                solve(item.values, common)

    alone, whole = best_time(solve_all), best_time(partial(compare, sketches))
    yield Row(
        "comparison of 200 sketches, errors and noise floors, against their 200 MaxEnt solves",
        "<= 3 times",
        f"{whole / alone:.2f} times ({whole:.2f} s)",
        whole <= 3 * alone,
    )


def _classify_dblp() -> Iterator[Row]:
    what, bar, path = "com-dblp, graphspec classify against spectrum", "<= 5 times", data_file(FILES["com-dblp"])
    if path is None:
        yield skipped(what, bar, FILES["com-dblp"])
        return
    ratio, seconds = against_spectrum("classify", path, 2)
    yield Row(what, bar, f"{ratio:.1f} times ({seconds:.1f} s)", ratio <= 5)
