"""Degrees that a model gives, and those that exclude it."""

from math import comb, log

import networkx as nx
import numpy as np
import pytest
from scipy import stats

from graphspec.graphs.graph import Graph
from graphspec.models.base import live_degrees
from graphspec.models.degree_tests import (
    DegreeLaw,
    binomial,
    log_share_of_trees,
    poisson_above_zero,
    probability_of_variance,
    rewired_ring,
)
from graphspec.models.generation import generate, get_model

LEVEL = 1e-6
POINTS = [
    ("er", 60, {"p": 0.02}),
    ("er", 400, {"p": 0.02}),
    ("er", 100, {"p": 0.9}),
    ("er", 40, {"p": 1.0}),
    ("ws", 100, {"k": 4, "p": 0.1}),
    ("ws", 400, {"k": 8, "p": 0.01}),
    ("ws", 300, {"k": 20, "p": 1.0}),
    ("ws", 60, {"k": 58, "p": 0.5}),
    ("ws", 60, {"k": 6, "p": 0.0}),
    ("ba", 50, {"m": 1}),
    ("ba", 400, {"m": 4}),
    ("ba", 150, {"m": 75}),
    ("ba", 20, {"m": 19}),
    ("regular", 60, {"k": 4}),
]


def excluded(name, graph, values=None, errors=None):
    """Return why a model is excluded; the probability of rewiring is hardly known if it is not given."""
    return get_model(name, graph).refuted_by_degrees(graph, values or {"p": 0.5}, errors or {"p": 0.2}, LEVEL)


@pytest.mark.parametrize(("name", "nodes", "values"), POINTS)
def test_a_model_is_not_excluded_by_its_own_graphs(name, nodes, values):
    errors = dict.fromkeys(values, 0.01)
    for seed in range(60):
        assert excluded(name, generate(name, nodes, seed, **values), values, errors) is None


@pytest.mark.parametrize(("name", "nodes", "values"), [point for point in POINTS if point[0] in {"er", "ws"}][:7])
def test_probabilities_are_those_of_a_test(name, nodes, values):
    if values["p"] == 1.0 and name == "er":
        return
    found = []
    for seed in range(300):
        degrees = live_degrees(generate(name, nodes, seed, **values))
        mean = degrees.mean()
        if name == "ws":
            law = rewired_ring(values["k"] / 2, values["p"], nodes - 1 - values["k"])
        else:
            law = poisson_above_zero(mean) if mean < 20 else binomial(nodes - 1, mean / (nodes - 1))
        found.append(probability_of_variance(degrees, law))
    # To two sides, so that a tenth lies below 0.05; fewer where the mean was taken from the graph.
    assert np.mean(np.array(found) < 0.05) < 0.1 + 4 * np.sqrt(0.1 * 0.9 / 300)
    assert min(found) > 1e-5


@pytest.mark.parametrize("degree", [3, 4, 6, 10, 30])
@pytest.mark.parametrize("nodes", [60, 300])
def test_a_random_regular_graph_excludes_other_models(nodes, degree):
    graph = generate("regular", nodes, 1, k=degree)
    assert "variance of the degrees is 0" in excluded("er", graph)
    assert excluded("ba", graph) is not None
    if degree % 2 == 0:
        assert "variance of the degrees is 0" in excluded("ws", graph)
    else:
        assert "no multiple of its" in excluded("ws", graph)
    assert excluded("regular", graph) is None


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("nodes", [80, 150, 600])
def test_a_random_tree_excludes_models(nodes, seed):
    graph = Graph.from_networkx(nx.random_labeled_tree(nodes, seed=seed))
    assert excluded("er", graph) == "it is a tree"
    assert f"it has {nodes - 1} edges, no multiple of its {nodes} vertices" == excluded("ws", graph)
    assert (excluded("ba", graph) is not None) or nodes < 150


def test_reasons_of_every_kind():
    star, grid = Graph.from_networkx(nx.star_graph(50)), Graph.from_networkx(nx.grid_2d_graph(20, 20))
    assert excluded("ba", star) is None  # that of m = 50
    assert "variance of the degrees is" in excluded("er", star)
    assert excluded("ba", grid) is not None
    assert excluded("regular", star) == "degrees are from 1 to 50"
    assert excluded("powerlaw-cluster", grid) is None
    assert excluded("configuration", star) is None


def test_laws_have_their_moments():
    exact = stats.binom(40, 0.3)
    law = binomial(40, 0.3)
    assert (law.mean, law.variance) == pytest.approx((exact.mean(), exact.var()))
    assert law.fourth == pytest.approx(float(exact.stats("k")) * exact.var() ** 2)
    assert law.likeliest == pytest.approx(exact.pmf(np.arange(41)).max())
    rate = 2.5
    truncated = stats.poisson(rate).pmf(np.arange(1, 60)) / -np.expm1(-rate)
    expected = DegreeLaw.from_probabilities(np.arange(1.0, 60), truncated)
    assert poisson_above_zero(rate / -np.expm1(-rate)).variance == pytest.approx(expected.variance)


@pytest.mark.parametrize("count", [30, 60, 120])
def test_the_share_of_trees(count):
    # Graphs without isolated vertices, by inclusion and exclusion.
    graphs = sum((-1) ** j * comb(count, j) * comb(comb(count - j, 2), count - 1) for j in range(count))
    exact = (count - 2) * log(count) - log(graphs)
    assert log_share_of_trees(count) == pytest.approx(exact, abs=1.2)
    assert log_share_of_trees(count) >= exact
