"""Block models with the blocks of a partition: what they keep, and that nothing else is left of the graph."""

import networkx as nx
import numpy as np
import pytest
from planted import planted
from scipy import stats

from graphspec.errors import ParameterError
from graphspec.graphs.graph import Graph
from graphspec.models.block_structure import BlockStructure, edges_of
from graphspec.models.degree_tests import probability_of_variance, probability_of_variances, sum_of_binomials
from graphspec.models.generation import BLOCK_MODELS, generate, get_model, model_names
from graphspec.models.stub_matching import PairingSettings, exchanged_within_blocks

LEVEL = 1e-6
CAVES = Graph.from_networkx(nx.connected_caveman_graph(20, 10))
CAVE = np.arange(200) // 10

both = pytest.mark.parametrize("name", BLOCK_MODELS)


def heavy_tailed(seed, nodes=600):
    """Return two configuration models of degrees from 3 to 60, linked to each other by a few edges, and the blocks."""
    random = np.random.default_rng(seed)
    degrees = np.minimum(3 * (1 - random.random(nodes)) ** (-1 / 1.5), 60).astype(int)
    degrees[-1] += degrees.sum() % 2
    tails, heads = [], []
    for number in range(2):
        part = generate("configuration", seed=seed + number, like=havel(degrees))
        rows = np.repeat(np.arange(nodes), part.num_neighbours)
        tails.append(rows + number * nodes)
        heads.append(part.indices + number * nodes)
    tails.append(random.integers(0, nodes, 200))
    heads.append(random.integers(nodes, 2 * nodes, 200))
    return Graph.from_edges(np.concatenate(tails), np.concatenate(heads)), np.repeat([0, 1], nodes)


def havel(degrees):
    return Graph.from_networkx(nx.havel_hakimi_graph(degrees.tolist()))


def made(name, graph, labels, seed=1):
    return generate(name, seed=seed, like=graph, labels=labels)


# --- what they keep


@both
def test_edge_counts_of_blocks_are_kept(name):
    counts = BlockStructure.of(CAVES, CAVE).edge_counts
    for seed in range(3):
        graph = made(name, CAVES, CAVE, seed)
        assert graph.num_nodes == 200
        assert graph.dropped.duplicate_edges == graph.dropped.self_loops == 0
        np.testing.assert_array_equal(BlockStructure.of(graph, CAVE).edge_counts, counts)


def test_degrees_are_kept_by_the_corrected_model_alone():
    graph, labels = heavy_tailed(1)
    np.testing.assert_array_equal(made("dcsbm", graph, labels).num_neighbours, graph.num_neighbours)
    assert made("sbm", graph, labels).num_neighbours.std() < 0.6 * graph.num_neighbours.std()


@both
def test_a_seed_is_a_graph(name):
    prints = [made(name, CAVES, CAVE, seed).fingerprint for seed in (1, 1, 2)]
    assert prints[0] == prints[1] != prints[2]


@both
def test_vertices_without_edges_are_left_out(name):
    graph = Graph.from_edges([0, 1, 4, 5], [1, 4, 5, 0], num_nodes=7)
    model = get_model(name, graph, np.array([0, 0, 9, 9, 1, 1, 9]))
    assert model.graph.num_nodes == 4
    assert model.blocks.sizes.tolist() == [2, 2]
    assert generate(model, seed=1).num_nodes == 4


@both
def test_it_describes_itself(name):
    model = get_model(name, CAVES, CAVE)
    assert model.name == name
    assert name in model_names()
    assert model.title
    assert model.source
    assert model.needs_graph
    assert model.keeps_size
    assert model.num_parameters == 20 * 21 // 2 + 200 * (2 if name == "dcsbm" else 1)
    assert model.mean_degree(200, {}) == 2 * CAVES.num_edges / 200
    assert model.candidates(200, 3.0) == [{}]
    assert model.baseline(CAVES) == {}


# --- and nothing else


def test_graphs_of_the_corrected_model_are_mixed():
    graph, labels = heavy_tailed(4)
    own, other, third = (each.adjacency() for each in (graph, *(made("dcsbm", graph, labels, s) for s in (1, 2))))
    # As many edges are those of the graph as are common to two graphs of the model; a Poisson number.
    with_graph, among = own.multiply(other).sum() / 2, other.multiply(third).sum() / 2
    assert abs(with_graph - among) < 4 * np.sqrt(with_graph + among)
    assert with_graph < 0.2 * graph.num_edges
    # Triangles of the caves do not survive.
    assert nx.transitivity(nx.from_scipy_sparse_array(made("dcsbm", CAVES, CAVE * 0).adjacency())) < 0.1


def test_all_graphs_with_degrees_and_blocks_are_equally_likely():
    # A hexagon with blocks of three vertices in a row: 2 edges within each and 2 between.
    hexagon, labels = Graph.from_networkx(nx.cycle_graph(6)), np.array([0, 0, 0, 1, 1, 1])
    wanted = BlockStructure.of(hexagon, labels).edge_counts
    pairs = [(i, j) for i in range(6) for j in range(i)]
    every = set()
    for bits in range(2 ** len(pairs)):
        if bits.bit_count() != 6:
            continue
        edges = [pair for number, pair in enumerate(pairs) if bits >> number & 1]
        if all(sum(vertex in edge for edge in edges) == 2 for vertex in range(6)):
            graph = Graph.from_edges(*np.array(edges).T, num_nodes=6)
            if np.array_equal(BlockStructure.of(graph, labels).edge_counts, wanted):
                every.add(frozenset(map(frozenset, edges)))
    seen = dict.fromkeys(every, 0)
    # Two of so few edges are proposed at a time: a long chain.
    (tail, head), random, settings = edges_of(hexagon), np.random.default_rng(3), PairingSettings(num_sweeps=80)
    for _ in range(40 * len(every)):
        tail, head = exchanged_within_blocks(tail, head, labels, random, settings)
        seen[frozenset(map(frozenset, zip(tail.tolist(), head.tolist(), strict=True)))] += 1
    assert len(every) == 18
    assert stats.chisquare(list(seen.values())).pvalue > 1e-4


def test_settings_of_the_mixing_are_used():
    tail, head = np.array([0, 1, 2, 3, 4, 5]), np.array([1, 2, 3, 4, 5, 0])
    labels, kept = np.zeros(6, np.int64), (np.array([0, 1, 2, 3, 4, 5]), np.array([1, 2, 3, 4, 5, 0]))
    still = exchanged_within_blocks(tail, head, labels, np.random.default_rng(1), PairingSettings(num_sweeps=0))
    np.testing.assert_array_equal(still, kept)
    few, many = (
        exchanged_within_blocks(tail, head, labels, np.random.default_rng(1), PairingSettings(sweep_share=share))
        for share in (0.3, 1.0)
    )
    assert not np.array_equal(few, many)
    np.testing.assert_array_equal((tail, head), kept)


# --- degrees


@pytest.mark.parametrize("sizes", [[300] * 4, [100, 300, 500], [20] * 30])
@pytest.mark.parametrize("degree", [4, 12])
def test_the_model_is_not_excluded_by_its_own_degrees(sizes, degree):
    labels = np.repeat(np.arange(len(sizes)), sizes)
    found = [
        get_model("sbm", graph, labels).refuted_by_degrees(graph, {}, {}, 1e-3)
        for graph in (planted(sizes, degree=degree, seed=seed) for seed in range(8))
    ]
    assert found.count(None) >= 7


def test_uneven_and_even_degrees_within_blocks_exclude_the_model():
    graph, labels = heavy_tailed(2)
    reason = get_model("sbm", graph, labels).refuted_by_degrees(graph, {}, {}, LEVEL)
    assert reason.startswith("the variance of the degrees within blocks is ")
    assert get_model("dcsbm", graph, labels).refuted_by_degrees(graph, {}, {}, LEVEL) is None
    regular = Graph.from_networkx(nx.disjoint_union(*(nx.random_regular_graph(5, 100, seed=s) for s in (1, 2))))
    reason = get_model("sbm", regular, np.repeat([0, 1], 100)).refuted_by_degrees(regular, {}, {}, LEVEL)
    assert reason.startswith("the variance of the degrees within blocks is 0, where ")
    assert get_model("sbm", CAVES, np.arange(200)).refuted_by_degrees(CAVES, {}, {}, LEVEL) is None


def test_variances_of_one_group_are_those_of_the_whole():
    random = np.random.default_rng(2)
    degrees = random.poisson(6.0, 300)
    law = sum_of_binomials(np.array([600.0]), np.array([0.01]))
    assert (law.mean, law.variance) == pytest.approx((6.0, 600 * 0.01 * 0.99))
    assert probability_of_variances([degrees], [law]) == pytest.approx(probability_of_variance(degrees, law))
    draws = [[random.binomial(600, 0.01, 40) for _ in range(5)] for _ in range(400)]
    found = [probability_of_variances(groups, [law] * 5) for groups in draws]
    assert np.mean(np.array(found) < 0.05) < 0.1 + 4 * np.sqrt(0.1 * 0.9 / 400)


# --- what cannot be made


@both
def test_what_cannot_be_made(name):
    with pytest.raises(ParameterError, match=f"{name} keeps the blocks of a graph of 200 vertices: no other size"):
        generate(name, 100, like=CAVES, labels=CAVE)
    with pytest.raises(ParameterError, match="a label for each of 200 vertices, not 10"):
        get_model(name, CAVES, CAVE[:10])
    with pytest.raises(ParameterError, match=f"{name}: a graph without edges has no blocks"):
        get_model(name, Graph.from_edges([], [], num_nodes=3), np.zeros(3))
    with pytest.raises(ParameterError, match=f"{name} has no parameter 'blocks': it takes none"):
        generate(name, like=CAVES, labels=CAVE, blocks=3)


def test_without_labels_there_are_blocks_of_one_size_or_none():
    assert generate("sbm", 60, 1, blocks=3, p_in=0.5, p_out=0.1).num_nodes == 60
    with pytest.raises(ParameterError, match="dcsbm keeps the degrees and blocks of a graph: give one, with labels"):
        generate("dcsbm", 60, like=CAVES)


def test_config_is_the_configuration_model():
    assert get_model("config", CAVES).name == "configuration"
    assert get_model("config", CAVES).num_parameters == 200
    assert "config" not in model_names()
    first, second = (generate(name, seed=3, like=CAVES) for name in ("config", "configuration"))
    assert first.fingerprint == second.fingerprint


def test_degrees_without_isolated_vertices_are_kept_too():
    graph = Graph.from_edges([0, 1, 2, 4], [1, 2, 4, 5], num_nodes=9)
    kept = generate("config", 5, seed=1, like=graph)
    assert sorted(kept.num_neighbours.tolist()) == [1, 1, 2, 2, 2]
