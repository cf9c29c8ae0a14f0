"""Graphs of all models against networkx and closed forms of spectral densities."""

import networkx as nx
import numpy as np
import pytest
from scipy import integrate, stats

import graphspec
from graphspec.graphs.graph import Graph
from graphspec.models.generation import MODELS, generate, get_model

NODES = 400
VALUES = {
    "er": {"p": 0.02},
    "ws": {"k": 8, "p": 0.2},
    "ba": {"m": 4},
    "configuration": {},
    "regular": {"k": 7 + 1},
    "geometric": {"radius": 0.08},
    "sbm": {"blocks": 5, "p_in": 0.08, "p_out": 0.005},
    "powerlaw-cluster": {"m": 4, "p": 0.6},
}
LIKE = nx.barabasi_albert_graph(NODES, 3, seed=9)


def reference(name, seed):
    """Return a graph of the same model made by networkx."""
    if name == "er":
        return nx.fast_gnp_random_graph(NODES, 0.02, seed=seed)
    if name == "ws":
        return nx.watts_strogatz_graph(NODES, 8, 0.2, seed=seed)
    if name == "ba":
        return nx.barabasi_albert_graph(NODES, 4, seed=seed)
    if name == "regular":
        return nx.random_regular_graph(8, NODES, seed=seed)
    if name == "geometric":
        return nx.random_geometric_graph(NODES, 0.08, seed=seed)
    if name == "sbm":
        probabilities = np.full((5, 5), 0.005) + np.eye(5) * 0.075
        return nx.stochastic_block_model([80] * 5, probabilities.tolist(), seed=seed)
    if name == "powerlaw-cluster":
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(nx.generators.random_graphs, "_random_subset", drawn_in_order)
            return nx.powerlaw_cluster_graph(NODES, 4, 0.6, seed=seed)
    # Of the configuration model networkx makes multigraphs: switching edges of one graph mixes to a simple one.
    graph = LIKE.copy()
    nx.double_edge_swap(graph, nswap=6 * graph.number_of_edges(), max_tries=10**6, seed=seed)
    return graph


def drawn_in_order(sequence, count, random):
    """In place of networkx's set, whose order makes low numbers, the hubs, come first."""
    found = []
    while len(found) < count:
        candidate = random.choice(sequence)
        if candidate not in found:
            found.append(candidate)
    return found[::-1]


def made(name, seed, **changes):
    like = Graph.from_networkx(LIKE) if name == "configuration" else None
    return generate(name, NODES, seed, like=like, **{**VALUES[name], **changes})


def as_networkx(graph):
    return nx.from_scipy_sparse_array(graph.adjacency())


def summary(graph):
    degrees = np.array([degree for _, degree in graph.degree])
    moments = [graph.number_of_edges(), (degrees**2).mean(), np.max(degrees), np.count_nonzero(degrees <= 3)]
    return [*moments, nx.average_clustering(graph), nx.transitivity(graph)]


@pytest.mark.slow
@pytest.mark.parametrize("name", MODELS)
def test_the_distribution_is_that_of_networkx(name):
    """Means over 60 graphs of edge count, degree moments and clustering, each compared with a t test."""
    ours = np.array([summary(as_networkx(made(name, seed))) for seed in range(60)])
    theirs = np.array([summary(reference(name, 1000 + seed)) for seed in range(60)])
    difference = ours.mean(axis=0) - theirs.mean(axis=0)
    error = np.sqrt((ours.var(axis=0, ddof=1) + theirs.var(axis=0, ddof=1)) / 60)
    # 48 comparisons in all: four standard errors are exceeded by chance in 0.3 % of runs.
    assert np.all(np.abs(difference) <= 4 * error + 1e-9 * np.abs(theirs.mean(axis=0)))


@pytest.mark.parametrize("name", MODELS)
def test_degrees_are_distributed_as_by_networkx(name):
    ours = np.concatenate([made(name, seed).num_neighbours for seed in range(25)])
    theirs = np.concatenate([[degree for _, degree in reference(name, 500 + seed).degree] for seed in range(25)])
    top = int(max(ours.max(), theirs.max()))
    counts = np.array([np.bincount(values.astype(int), minlength=top + 1) for values in (ours, theirs)])
    # Classes with few members are put together.
    groups = np.minimum(np.cumsum(counts.sum(axis=0)) // 200, 60)
    table = np.array([np.bincount(groups, weights=row) for row in counts])
    table = table[:, table.sum(axis=0) > 0]
    if table.shape[1] == 1:
        return
    # Degrees within a graph are not independent: a p-value far below chance only.
    assert stats.chi2_contingency(table).pvalue > 1e-5


@pytest.mark.slow
@pytest.mark.parametrize("name", MODELS)
def test_the_mean_degree_is_as_predicted(name):
    model = get_model(name, Graph.from_networkx(LIKE))
    degrees = [2 * made(name, seed).num_edges / NODES for seed in range(80)]
    error = max(np.std(degrees, ddof=1) / np.sqrt(80), 1e-12)
    slack = 0.05 if name == "powerlaw-cluster" else 0.0  # edges that are there twice count once
    assert abs(np.mean(degrees) - model.mean_degree(NODES, VALUES[name])) <= 4 * error + slack


@pytest.mark.parametrize("name", ["er", "ws", "ba", "regular", "geometric", "powerlaw-cluster"])
def test_baselines_find_what_the_edge_count_tells(name):
    found = get_model(name).baseline(made(name, 3))
    for key, value in found.items():
        assert value == pytest.approx(VALUES[name][key], rel=0.15)
    if name in {"ws", "ba", "regular"}:
        assert found == {key: VALUES[name][key] for key in found}


# --- closed forms


@pytest.mark.parametrize(
    ("name", "nodes", "values", "slack"),
    [
        ("er", 1500, {"p": 0.04}, 0.02),
        ("regular", 1500, {"k": 5}, 0.01),
        ("regular", 1500, {"k": 2}, 0.02),
        ("ws", 1500, {"k": 2, "p": 0.0}, 0.01),
    ],
)
def test_closed_forms_of_densities(name, nodes, values, slack):
    density = get_model(name).density(nodes, values)
    exact = graphspec.density(generate(name, nodes, 5, **values), "exact")
    # In the angle, where densities that are infinite at the ends are not.
    angles = np.linspace(1e-4, np.pi - 1e-4, 8001)
    ends = 1 - np.cos(angles)
    cumulative = np.concatenate([[0], integrate.cumulative_trapezoid(density(ends) * np.sin(angles), angles)])
    assert cumulative[-1] == pytest.approx(1, abs=slack)
    difference = exact.count(ends).value / nodes - cumulative
    assert np.abs(difference).max() < slack


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("er", {"p": 0.001}),
        ("er", {"p": 1.0}),
        ("ws", {"k": 4, "p": 0.0}),
        ("ws", {"k": 2, "p": 0.1}),
        ("ba", {"m": 2}),
    ],
)
def test_where_there_is_no_closed_form_there_is_none(name, values):
    assert get_model(name).density(1000, values) is None
