"""Features of many small graphs: against NetLSD in time and values, and by what they tell apart."""

from __future__ import annotations

import importlib
from time import perf_counter
from typing import TYPE_CHECKING, Any

import networkx as nx
import numpy as np
from scipy import sparse

from graphspec import Graph, generate, spectral_features

from benchmarks.rows import Row, best_time

if TYPE_CHECKING:
    from collections.abc import Iterator

GRAPHS, EACH, NODES = 2000, 100, 200


def rows() -> Iterator[Row]:
    yield from _against_netlsd()
    yield from _classes()


def _against_netlsd() -> Iterator[Row]:
    bar = ">= 4 times as fast, the same to 1e-10"
    what = f"{GRAPHS} graphs of 30 to 100 vertices: all features against netlsd.heat in a loop"
    try:
        netlsd = importlib.import_module("netlsd")
    except ImportError:
        yield Row(what, bar, "skipped: pip install netlsd", None)
        return
    random = np.random.default_rng(1)
    sizes = random.integers(30, 101, GRAPHS)
    graphs = [generate("er", int(size), number, p=0.12) for number, size in enumerate(sizes)]
    matrices = [_adjacency(graph) for graph in graphs]
    own = best_time(lambda: spectral_features(graphs))
    start = perf_counter()
    theirs = np.array([netlsd.heat(matrix) for matrix in matrices])
    loop = perf_counter() - start
    table = spectral_features(graphs)
    heat = [number for number, name in enumerate(table.names) if name.startswith("heat_")]
    error = float(np.abs(table.values[:, heat] - theirs).max())
    measured = f"{loop / own:.1f} times ({1e3 * own / GRAPHS:.2f} ms a graph), {error:.0e}"
    yield Row(what, bar, measured, loop >= 4 * own and error <= 1e-10)


def _adjacency(graph: Graph) -> Any:
    entries = np.ones(len(graph.indices))
    return sparse.csr_matrix((entries, graph.indices, graph.indptr), shape=(graph.num_nodes, graph.num_nodes))


def _classes() -> Iterator[Row]:
    """Tell five models of equal numbers of edges apart by a random forest, five-fold."""
    what = f"ER, BA, WS, SBM and configuration, {EACH} each of {NODES} vertices: accuracy of a random forest, five-fold"
    bar = "above NetLSD's features and a histogram of 50 bins"
    try:
        ensemble, selection = (importlib.import_module(f"sklearn.{name}") for name in ("ensemble", "model_selection"))
        netlsd = importlib.import_module("netlsd")
    except ImportError as missing:
        yield Row(what, bar, f"skipped: {missing}", None)
        return
    graphs, labels = [], []
    for number in range(EACH):
        for label, network in enumerate(_models(number)):
            graphs.append(Graph.from_networkx(network))
            labels.append(label)
    dense = [np.linalg.eigvalsh(nx.normalized_laplacian_matrix(_network(graph)).toarray()) for graph in graphs]
    candidates = {
        "ours": spectral_features(graphs).values,
        "NetLSD": np.array([netlsd.heat(_adjacency(graph)) for graph in graphs]),
        "histogram": np.array([np.histogram(each, 50, (0, 2))[0] for each in dense]),
    }
    scores = {}
    for name, features in candidates.items():
        forest = ensemble.RandomForestClassifier(300, random_state=0)
        folds = selection.StratifiedKFold(5, shuffle=True, random_state=0)
        scores[name] = float(selection.cross_val_score(forest, features, labels, cv=folds).mean())
    listed = ", ".join(f"{name} {score:.1%}" for name, score in scores.items())
    yield Row(what, bar, listed, scores["ours"] >= max(scores["NetLSD"], scores["histogram"]))


def _models(seed: int) -> Iterator[nx.Graph[Any]]:
    """Yield one graph of every model, of 200 vertices and about 1180 edges."""
    edges = 6 * (NODES - 6)
    preferential = nx.barabasi_albert_graph(NODES, 6, seed=seed)
    yield nx.gnm_random_graph(NODES, edges, seed=seed)
    yield preferential
    yield nx.watts_strogatz_graph(NODES, 12, 0.3, seed=seed)
    inner, outer = (2 * edges / NODES / (NODES / 4) * share for share in (0.6, 0.4 / 3))
    probabilities = np.full((4, 4), outer) + (inner - outer) * np.eye(4)
    yield nx.stochastic_block_model([NODES // 4] * 4, probabilities.tolist(), seed=seed)
    degrees = [degree for _, degree in nx.barabasi_albert_graph(NODES, 6, seed=seed + 10_000).degree]
    shuffled = np.random.default_rng(seed).permutation(degrees).tolist()
    yield nx.Graph(nx.configuration_model(shuffled, seed=seed))


def _network(graph: Graph) -> nx.Graph[Any]:
    return nx.from_scipy_sparse_array(_adjacency(graph))
