"""Answers for vertices: diagonals against dense solvers and the plain pass, eigenvectors against scipy's eigsh."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import networkx as nx
import numpy as np
from scipy.sparse.linalg import eigsh

from graphspec import Graph, Sampling, embed, graph_operator, largest_component, read_edges, sketch, vertex_values

from benchmarks.rows import Row, best_time, data_file, skipped

if TYPE_CHECKING:
    from collections.abc import Iterator

TIMES, PROBES, SEEDS = (0.1, 1.0, 10.0), 64, 5
DIMENSION = 16


def rows() -> Iterator[Row]:
    for name in ("ca-GrQc.txt", "facebook_combined.txt"):
        yield from _heat(name)
    yield from _time_of_heat()
    yield _kinds()
    yield from _against_eigsh()


def _heat(name: str) -> Iterator[Row]:
    what, bar = f"{name}: heat after 0.1, 1 and 10, {PROBES} probes, {SEEDS} seeds", "median error at 1 <= 0.5 %"
    path = data_file(name)
    if path is None:
        yield skipped(what, bar, name)
        return
    graph = read_edges(path)
    values, vectors = np.linalg.eigh(graph_operator(graph).matrix().toarray())
    truth = vectors**2 @ np.exp(-np.multiply.outer(np.clip(values, 0, 2), np.array(TIMES)))
    found = [vertex_values(graph, "heat", times=TIMES, num_probes=PROBES, seed=seed) for seed in range(SEEDS)]
    errors = np.median([np.abs(each.value - truth) / truth for each in found], axis=(0, 1))
    measured = ", ".join(f"{error:.2g}" for error in 100 * errors)
    yield Row(what, bar, f"{measured} %", bool(errors[1] <= 0.005))
    # Values that are exact but for rounding are no test of an interval.
    sampled = [(each.sem > 1e-6 * each.value) for each in found]
    covered = [(each.low <= truth) & (truth <= each.high) for each in found]
    shares = [
        np.concatenate([inside[kept[:, column], column] for inside, kept in zip(covered, sampled, strict=True)])
        for column in range(len(TIMES))
    ]
    said = ", ".join("exact" if len(each) == 0 else f"{each.mean():.1%}" for each in shares)
    met = all(0.93 <= each.mean() <= 0.97 for each in shares if len(each))
    yield Row("the same: 95 % intervals cover, of errors above 1e-6", "93 to 97 %", said, met)
    deflated = vertex_values(graph, "heat", times=TIMES, num_probes=PROBES, deflate=64)
    last = float(np.median(np.abs(deflated.value - truth)[:, 2] / truth[:, 2]))
    yield Row("the same after 10, with 64 eigenvectors taken out", "printed", f"{last:.2%}", None)


def _time_of_heat() -> Iterator[Row]:
    name = "com-dblp.ungraph.txt.gz"
    what, bar = f"com-dblp: heat after three times, {PROBES} probes, against the plain pass", "<= 3 times"
    path = data_file(name)
    if path is None:
        yield skipped(what, bar, name)
        return
    graph = read_edges(path)
    degree = vertex_values(graph, "heat", times=TIMES, num_probes=2).degree
    own = best_time(lambda: vertex_values(graph, "heat", times=TIMES, num_probes=PROBES), 5)
    plain = best_time(lambda: sketch(graph, Sampling(num_moments=2 * degree, num_probes=PROBES)), 5)
    yield Row(what, bar, f"{own / plain:.2f} times ({own:.2f} s)", own <= 3 * plain)


def _kinds() -> Row:
    """Embed graphs of many kinds, and compare with a dense solver up to 3000 vertices."""
    worst, difference, failed = 0.0, 0.0, 0
    graphs = _many_graphs()
    for graph in graphs:
        dimension = min(DIMENSION, len(graph))
        try:
            found = embed(graph, dimension)
        except Exception:
            failed += 1
            continue
        matrix: Any = graph_operator(Graph.from_networkx(graph)).matrix()
        left = matrix @ found.vectors - found.vectors * found.eigenvalues
        worst = max(worst, float(np.linalg.norm(left, axis=0).max()))
        if len(graph) <= 3000:
            dense = np.linalg.eigvalsh(matrix.toarray())[:dimension]
            difference = max(difference, float(np.abs(dense - found.eigenvalues).max()))
    what = f"embed, {DIMENSION} eigenpairs of {len(graphs)} graphs of 2 to 20,000 vertices"
    measured = f"residuals {worst:.1e}, {failed} failures, eigenvalues within {difference:.1e}"
    return Row(what, "residuals <= 1e-6, no failure", measured, worst <= 1e-6 and failed == 0)


def _many_graphs() -> list[nx.Graph]:
    sizes = (2, 5, 30, 300, 2000, 20_000)
    made = [nx.path_graph(size) for size in sizes]
    made += [nx.cycle_graph(size) for size in sizes[1:]]
    made += [nx.star_graph(size - 1) for size in sizes]
    made += [nx.complete_graph(size) for size in (2, 3, 17, 200, 1500)]
    made += [nx.complete_bipartite_graph(size, 2 * size) for size in (1, 4, 40, 400)]
    made += [nx.convert_node_labels_to_integers(nx.grid_2d_graph(side, side)) for side in (2, 7, 30, 60, 141)]
    made += [nx.convert_node_labels_to_integers(nx.hypercube_graph(order)) for order in (3, 8, 12)]
    made += [nx.barabasi_albert_graph(size, 3, seed=size) for size in (10, 100, 1000, 2500, 20_000)]
    made += [nx.fast_gnp_random_graph(size, 2 / size, seed=size) for size in (10, 100, 1000, 3000, 20_000)]
    made += [nx.random_regular_graph(4, size, seed=size) for size in (10, 100, 2000, 20_000)]
    made += [nx.connected_caveman_graph(count, 6) for count in (2, 20, 300)]
    made += [nx.disjoint_union_all([nx.cycle_graph(7)] * count) for count in (2, 30)]
    made += [nx.balanced_tree(2, height) for height in (2, 6, 11, 13)]
    made += [nx.empty_graph(20), nx.disjoint_union(nx.path_graph(5000), nx.star_graph(2000)), nx.petersen_graph()]
    return made


def _against_eigsh() -> Iterator[Row]:
    name = "com-dblp.ungraph.txt.gz"
    what, bar = f"com-dblp: {DIMENSION} eigenpairs against eigsh of scipy with the same residual", "no slower"
    path = data_file(name)
    if path is None:
        yield skipped(what, bar, name)
        return
    graph = largest_component(read_edges(path))
    matrix = graph_operator(graph).matrix()
    own = best_time(lambda: embed(graph, DIMENSION), 1)
    found = embed(graph, DIMENSION)
    theirs = best_time(lambda: eigsh(matrix, DIMENSION, which="SA", tol=1e-6), 1)
    residual = float(found.residuals.max())
    yield Row(what, bar, f"{theirs / own:.1f} times as fast ({own:.0f} s), residual {residual:.0e}", own <= theirs)
