"""Random-graph models against networkx, closed forms, and their own parameter spaces."""

import networkx as nx
import numpy as np
import pytest
from scipy import integrate, stats

import graphspec
from graphspec.errors import ParameterError
from graphspec.graphs.graph import Graph
from graphspec.machine import KERNEL_VARIABLE, native, use_native
from graphspec.models import base
from graphspec.models.attachment import grown_edges
from graphspec.models.base import Model, Parameter, chosen_ranks, pairs_below, unranked_pairs
from graphspec.models.generation import MODELS, generate, get_model, model_names
from graphspec.models.stub_matching import simple_pairing

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


@pytest.mark.parametrize("name", MODELS)
def test_a_seed_is_a_graph(name):
    first, again, other = made(name, 1), made(name, 1), made(name, 2)
    np.testing.assert_array_equal(first.indices, again.indices)
    assert not np.array_equal(first.indices, other.indices)
    assert first.num_nodes == NODES
    assert first.dropped.self_loops == 0
    if name != "powerlaw-cluster":
        assert first.dropped.duplicate_edges == 0


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


# --- generators at the edges of their parameters


@pytest.mark.parametrize(
    ("name", "nodes", "values", "edges"),
    [
        ("er", 30, {"p": 0}, 0),
        ("er", 30, {"p": 1}, 435),
        ("er", 1, {"p": 0.5}, 0),
        ("ws", 30, {"k": 4, "p": 0}, 60),
        ("ws", 30, {"k": 4, "p": 1}, 60),
        ("ws", 9, {"k": 8, "p": 1}, 36),
        ("ws", 9, {"k": 6, "p": 1}, 27),
        # A vertex that all others are linked to: one of them has to make room.
        ("ws", 12, {"k": 10, "p": 1}, 60),
        ("ws", 12, {"k": 10, "p": 0.9}, 60),
        ("ba", 30, {"m": 1}, 29),
        ("ba", 30, {"m": 29}, 29),
        ("regular", 30, {"k": 0}, 0),
        ("regular", 30, {"k": 29}, 435),
        ("regular", 30, {"k": 26}, 390),
        ("geometric", 30, {"radius": 0}, 0),
        ("geometric", 30, {"radius": 2**0.5}, 435),
        ("sbm", 30, {"blocks": 3, "p_in": 1, "p_out": 0}, 135),
        ("sbm", 30, {"blocks": 30, "p_in": 1, "p_out": 1}, 435),
        ("powerlaw-cluster", 30, {"m": 1, "p": 1}, 29),
    ],
)
def test_extreme_parameters(name, nodes, values, edges):
    graph = generate(name, nodes, 3, **values)
    assert (graph.num_nodes, graph.num_edges) == (nodes, edges)
    assert graph.dropped.duplicate_edges == graph.dropped.self_loops == 0


def test_rewiring_everything_leaves_no_ring():
    graph = generate("ws", 2000, 1, k=6, p=1.0)
    ring = generate("ws", 2000, 1, k=6, p=0.0)
    assert ring.num_neighbours.tolist() == [6] * 2000
    common = graph.adjacency().multiply(ring.adjacency()).nnz / 2
    # An edge lands on the ring again with a probability of about 6 / 2000.
    assert common < 60


def test_a_regular_graph_is_uniform():
    # Of the 70 labelled 2-regular graphs on 6 vertices, 60 are hexagons and 10 are two triangles.
    hexagons = sum(graphspec.connected_components(generate("regular", 6, seed, k=2)).count == 1 for seed in range(700))
    assert abs(hexagons - 600) < 4 * np.sqrt(700 * 6 / 7 * 1 / 7)


def test_degrees_of_another_size_are_drawn():
    graph = Graph.from_networkx(LIKE)
    small, large = (generate("configuration", nodes, 1, like=graph) for nodes in (150, 3000))
    assert (small.num_nodes, large.num_nodes) == (150, 3000)
    assert 2 * large.num_edges / 3000 == pytest.approx(2 * graph.num_edges / NODES, rel=0.1)
    same = generate("configuration", seed=1, like=graph)
    np.testing.assert_array_equal(same.num_neighbours, graph.num_neighbours)


def test_degrees_without_room_for_a_simple_graph_lose_edges():
    # Two vertices that ask for five edges each: one is all there can be.
    tail, head = simple_pairing(np.array([5, 5]), np.random.default_rng(0))
    assert set(zip(tail.tolist(), head.tolist(), strict=True)) <= {(0, 1), (1, 0)}
    assert len(tail) <= 1
    with pytest.raises(ParameterError, match="add up to an even number"):
        simple_pairing(np.array([1, 2]), np.random.default_rng(0))


def test_pairs_have_numbers():
    first, second = unranked_pairs(np.arange(pairs_below(60)))
    assert (second < first).all()
    assert len(set(zip(first.tolist(), second.tolist(), strict=True))) == pairs_below(60)
    large = pairs_below(10**6)
    first, second = unranked_pairs(np.array([0, large - 1, large - 10**6 + 1]))
    assert (first[0], second[0]) == (1, 0)
    assert (first[1], second[1]) == (10**6 - 1, 10**6 - 2)
    assert (first * (first - 1) // 2 + second).tolist() == [0, large - 1, large - 10**6 + 1]


@pytest.mark.parametrize("probability", [0.0, 0.005, 0.019, 0.021, 0.5, 1.0])
def test_coins_choose_distinct_numbers(probability, monkeypatch):
    monkeypatch.setattr(base, "_CHUNK", 1000)
    random, total = np.random.default_rng(2), 2500
    counts = np.zeros(total)
    for _ in range(200):
        ranks = chosen_ranks(total, probability, random)
        assert len(np.unique(ranks)) == len(ranks)
        counts[ranks] += 1
    # The number of hits is binomial, and no number is preferred.
    sd = np.sqrt(200 * total * probability * (1 - probability))
    assert abs(counts.sum() - 200 * total * probability) <= 4 * sd
    if 0 < probability < 1:
        halves = counts.reshape(2, -1).sum(axis=1)
        assert abs(halves[0] - halves[1]) < 4 * sd


# --- compiled growth and its portable form


@pytest.mark.skipif(not use_native(), reason="the extension module was not built, or is not wanted")
@pytest.mark.parametrize("closing", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("count", [1, 2, 7])
def test_both_forms_of_growth_give_the_same_edges(monkeypatch, count, closing):
    arguments = (300, count, np.arange(count), count, closing)
    compiled = grown_edges(*arguments, np.random.default_rng(4))
    monkeypatch.setenv(KERNEL_VARIABLE, "portable")
    portable = grown_edges(*arguments, np.random.default_rng(4))
    np.testing.assert_array_equal(compiled, portable)


@pytest.mark.skipif(not use_native(), reason="the extension module was not built, or is not wanted")
@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"count": 0}, "count is 0, less than 1"),
        ({"first": 1}, "first is 1, less than 2"),
        ({"num_nodes": 1}, "num_nodes is 1, less than 2"),
        ({"repeated": np.zeros(29, np.int64)}, "repeated has 29 items, at least 30 are needed"),
        ({"repeated": np.full(30, 50)}, "repeated has a vertex that is not there at first"),
        ({"tail": np.zeros(13, np.int64)}, "tail has 13 items, at least 14 are needed"),
        ({"head": np.zeros(0, np.int64)}, "head has 0 items, at least 14 are needed"),
    ],
)
def test_compiled_growth_refuses_what_does_not_fit(changed, message):
    right = {"count": 2, "first": 2, "num_nodes": 9, "closing": 0.0, "seed": 1, "repeated": np.arange(30) % 2}
    right |= {"tail": np.zeros(14, np.int64), "head": np.zeros(14, np.int64)}
    native.preferential_attachment(*right.values())
    with pytest.raises(ValueError, match=message):
        native.preferential_attachment(*{**right, "repeated": np.arange(30) % 2, **changed}.values())


# --- parameter spaces


@pytest.mark.parametrize(
    ("name", "nodes", "values", "message"),
    [
        ("er", 10, {"p": 1.2}, r"er: p \(probability of an edge\) must be between 0 and 1, not 1.2"),
        ("er", 10, {"p": -0.1}, "must be between 0 and 1, not -0.1"),
        ("er", 10, {"p": "high"}, "must be a number, not high"),
        ("er", 10, {"p": np.nan}, "must be a number, not nan"),
        ("er", 10, {}, "er needs a value of p: it takes p"),
        ("er", 10, {"p": 0.1, "m": 2}, "er has no parameter 'm': it takes p"),
        ("er", 0, {"p": 0.1}, "at least one vertex, not 0"),
        ("ws", 10, {"k": 3, "p": 0.1}, "must be even, not 3"),
        ("ws", 10, {"k": 10, "p": 0.1}, "k must be less than the number of vertices 10, not 10"),
        ("ws", 10, {"k": 2.5, "p": 0.1}, "must be a whole number, not 2.5"),
        ("ba", 10, {"m": 10}, "m must be less than the number of vertices 10, not 10"),
        ("ba", 10, {"m": 0}, "must be at least 1, not 0"),
        ("regular", 10, {"k": 10}, "k must be less than the number of vertices"),
        ("regular", 9, {"k": 3}, "must be even, not 3 times 9"),
        ("geometric", 9, {"radius": 3}, "must be between 0 and 1.41421, not 3"),
        ("sbm", 9, {"blocks": 10, "p_in": 0.1, "p_out": 0.1}, "at most as many blocks as vertices, 9, not 10"),
        ("powerlaw-cluster", 5, {"m": 5, "p": 0.1}, "m must be less than the number of vertices 5"),
        ("configuration", 5, {}, "keeps the degrees of a graph: give one"),
        ("configuration", 5, {"p": 0.1}, "it takes none"),
        ("small-world", 5, {}, "unknown model 'small-world': choose one of er, ws, ba"),
    ],
)
def test_what_is_not_in_the_parameter_space(name, nodes, values, message):
    with pytest.raises(ParameterError, match=message):
        generate(name, nodes, **values)


def test_nodes_and_seed_are_checked():
    with pytest.raises(ParameterError, match="the number of vertices is needed"):
        generate("er", p=0.1)
    with pytest.raises(ParameterError, match="non-negative 64-bit integer"):
        generate("er", 10, -1, p=0.1)


@pytest.mark.parametrize("name", MODELS)
def test_every_model_says_what_it_is(name):
    model = get_model(name)
    assert model.name == name
    assert model.title
    assert model.source
    assert all(isinstance(parameter, Parameter) and parameter.meaning for parameter in model.parameters)


def test_plugins_are_models(monkeypatch):
    class Path(Model):
        """A path."""

        name, title, parameters, source = "path", "path", (), "none"

        def edges(self, num_nodes, random, values):  # noqa: ARG002
            return np.arange(num_nodes - 1), np.arange(1, num_nodes)

        def mean_degree(self, num_nodes, values):  # noqa: ARG002
            return 2 - 2 / num_nodes

    class Point:
        """An entry point."""

        @staticmethod
        def load():
            return Path

    monkeypatch.setattr("graphspec.models.generation._plugins", lambda: {"path": Point})
    assert model_names() == [*MODELS, "path"]
    assert generate("path", 7).num_edges == 6


@pytest.mark.parametrize(("few", "many"), [(0.0034, 0.0039), (0.3, 0.31)])
def test_near_probabilities_share_their_edges(few, many):
    # Common random numbers: the smaller graph is a part of the larger one.
    model = get_model("er")
    small, large = (model.edges(2000, np.random.default_rng(5), {"p": p}) for p in (few, many))
    ranks = [set(zip(*(side.tolist() for side in pair), strict=True)) for pair in (small, large)]
    assert ranks[0] < ranks[1]
    expected = (many - few) * 2000 * 1999 / 2
    assert abs(len(ranks[1]) - len(ranks[0]) - expected) < 5 * np.sqrt(expected)
