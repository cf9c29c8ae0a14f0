"""Embeddings: eigenvalues of graphs in closed form, dense solvers, residuals, signs, and every solver behind them."""

import networkx as nx
import numpy as np
import pytest

import graphspec
from graphspec.clusters import lowest_spectrum
from graphspec.clusters.lowest import LowestSettings
from graphspec.errors import GraphspecError, ParameterError
from graphspec.operators import graph_operator
from graphspec.vertices import embedding, partition_into

KINDS = ("normalized", "combinatorial", "regularized")


def operator_of(graph, kind="normalized"):
    return graph_operator(graphspec.Graph.from_networkx(graph), kind)


def eigenvalues_of(low, number):
    return np.sort(np.concatenate([np.repeat(part.eigenvalues, part.copies) for part in low.parts]))[:number]


def assert_eigenpairs(operator, found, residual=1e-6):
    errors = np.linalg.norm(operator.matrix() @ found.vectors - found.vectors * found.eigenvalues, axis=0)
    scale = operator.interval.half_width
    np.testing.assert_allclose(found.residuals, errors, atol=1e-12 * scale)
    assert errors.max() <= residual * scale
    np.testing.assert_allclose(found.vectors.T @ found.vectors, np.eye(len(found.eigenvalues)), atol=1e-5)


GRAPHS = {
    "one vertex": nx.empty_graph(1),
    "no edges": nx.empty_graph(7),
    "an edge": nx.path_graph(2),
    "complete": nx.complete_graph(30),
    "star": nx.star_graph(40),
    "cycle": nx.cycle_graph(50),
    "bipartite": nx.complete_bipartite_graph(5, 9),
    "grid": nx.convert_node_labels_to_integers(nx.grid_2d_graph(8, 8)),
    "hypercube": nx.convert_node_labels_to_integers(nx.hypercube_graph(6)),
    "copies": nx.disjoint_union_all([nx.cycle_graph(5)] * 4 + [nx.path_graph(3), nx.empty_graph(2)]),
    "random": nx.gnp_random_graph(200, 0.03, seed=1),
    "caveman": nx.connected_caveman_graph(12, 6),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", GRAPHS)
def test_eigenvalues_are_those_of_a_dense_solver(name, kind):
    operator = operator_of(GRAPHS[name], kind)
    expected = np.linalg.eigvalsh(operator.matrix().toarray())
    for dimension in {1, min(16, len(expected)), len(expected)}:
        found = embedding(operator, dimension)
        np.testing.assert_allclose(found.eigenvalues, expected[:dimension], atol=1e-10 * operator.interval.half_width)
        assert_eigenpairs(operator, found)
        if dimension == len(expected):
            assert found.following == np.inf
            assert not found.cut
        else:
            assert found.following == pytest.approx(expected[dimension], abs=1e-9)
            assert found.cut == (expected[dimension] - expected[dimension - 1] < 1e-8)


LARGE = {
    "attachment": nx.barabasi_albert_graph(3000, 3, seed=1),
    "star": nx.star_graph(3000),
    "grid": nx.convert_node_labels_to_integers(nx.grid_2d_graph(40, 50)),
    "cliques": nx.ring_of_cliques(60, 30),
    "pieces": nx.disjoint_union(nx.barabasi_albert_graph(1500, 3, seed=2), nx.cycle_graph(1200)),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", LARGE)
def test_eigenvalues_of_large_graphs_are_those_of_a_dense_solver(name):
    operator = operator_of(LARGE[name])
    expected = np.linalg.eigvalsh(operator.matrix().toarray())[:17]
    found = embedding(operator, 16)
    np.testing.assert_allclose(found.eigenvalues, expected[:16], atol=1e-9)
    assert found.following == pytest.approx(expected[16], abs=1e-6)
    assert_eigenpairs(operator, found)


def test_filters_find_what_a_dense_solver_finds():
    operator = operator_of(LARGE["attachment"])
    low = lowest_spectrum(operator, 8)
    assert low.method == "filter"
    dense = lowest_spectrum(operator, 8, settings=LowestSettings(direct_rows=5000))
    assert dense.method == "dense"
    np.testing.assert_allclose(eigenvalues_of(low, 8), eigenvalues_of(dense, 8), atol=1e-10)


def test_a_smaller_residual_is_met():
    operator = operator_of(LARGE["attachment"])
    loose, tight = (embedding(operator, 8, residual=residual) for residual in (1e-3, 1e-10))
    assert loose.residuals.max() > 1e-7
    assert_eigenpairs(operator, tight, 1e-10)


@pytest.mark.parametrize(("graph", "method"), [("cycle", "shift-invert"), ("dense cycle", "arpack")])
def test_where_filters_give_up_others_find_every_copy(graph, method):
    """Eigenvalues of a cycle stand in pairs, of which a single vector of Lanczos sees one."""
    size, reach = (6000, 1) if graph == "cycle" else (5001, 4)
    circulant = nx.circulant_graph(size, list(range(1, reach + 1)))
    settings = LowestSettings(max_steps=50)
    low = lowest_spectrum(operator_of(circulant), 7, settings=settings)
    angles = 2 * np.pi * np.arange(1, 4)[:, None] * np.arange(1, reach + 1) / size
    pairs = 1 - np.cos(angles).mean(axis=1)
    assert low.method == method
    np.testing.assert_allclose(eigenvalues_of(low, 7), [0, *np.repeat(pairs, 2)], atol=1e-12)


def test_a_path_has_its_eigenvalues_in_closed_form():
    size = 20_000
    found = embedding(operator_of(nx.path_graph(size)), 6)
    expected = 2 * np.sin(np.pi * np.arange(6) / (2 * (size - 1))) ** 2
    np.testing.assert_allclose(found.eigenvalues, expected, rtol=1e-4, atol=1e-14)


@pytest.mark.parametrize("kind", KINDS)
def test_signs_follow_the_rule(kind):
    found = embedding(operator_of(LARGE["attachment"], kind), 6)
    for vector in found.vectors.T:
        assert vector[np.abs(vector).argmax()] > 0


def test_the_first_of_equal_entries_is_positive():
    found = embedding(operator_of(nx.path_graph(4)), 4)
    for vector in found.vectors.T:
        sizes = np.abs(vector)
        assert vector[np.flatnonzero(sizes > sizes.max() - 1e-9)[0]] > 0


def test_threads_do_not_change_a_bit_and_the_seed_does():
    operator = operator_of(LARGE["attachment"])
    one, two, other = (embedding(operator, 5, seed=s, threads=t).vectors for s, t in ((0, 1), (0, 2), (1, 2)))
    assert np.array_equal(one, two)
    assert not np.array_equal(one, other)


def test_a_repeated_eigenvalue_is_said():
    found = embedding(operator_of(nx.complete_graph(10)), 4)
    assert found.multiplicities.tolist() == [1, 3, 3, 3]
    assert found.cut


def test_more_eigenvalues_than_there_are_is_an_error():
    with pytest.raises(ParameterError, match="5 eigenvalues are asked for, and there are 3"):
        embedding(operator_of(nx.path_graph(3)), 5)


def test_progress_counts_products():
    counts = []
    embedding(operator_of(LARGE["attachment"]), 4, progress=counts.append)
    assert sum(counts) > 100


def test_partition_into_planted_groups():
    planted = nx.planted_partition_graph(4, 60, 0.4, 0.01, seed=3)
    groups = partition_into(operator_of(planted), 4)
    assert np.array_equal(groups, np.repeat(np.arange(4), 60))


@pytest.mark.parametrize("k", range(1, 9))
def test_partition_has_as_many_groups_as_are_asked_for(k):
    groups = partition_into(operator_of(nx.connected_caveman_graph(8, 6)), k)
    assert groups.max() + 1 == k


def test_partition_keeps_components_apart():
    graph = nx.disjoint_union(nx.connected_caveman_graph(3, 8), nx.complete_graph(5))
    assert partition_into(operator_of(graph), 4).tolist() == [0] * 8 + [1] * 8 + [2] * 8 + [3] * 5
    with pytest.raises(ParameterError, match="1 clusters are asked for, and the graph has 2 components"):
        partition_into(operator_of(graph), 1)


def test_partition_does_not_choose_among_isomorphic_components():
    graph = nx.disjoint_union_all([nx.connected_caveman_graph(2, 5)] * 3)
    with pytest.raises(ParameterError, match=r"4 clusters would divide some of 3 isomorphic components .* 3 or 6"):
        partition_into(operator_of(graph), 4)
    assert partition_into(operator_of(graph), 6).max() == 5


def test_partition_of_a_graph_or_of_a_count():
    graph = nx.connected_caveman_graph(60, 6)
    count = graphspec.count_clusters(graph)
    assert np.array_equal(graphspec.partition(count), graphspec.partition(graph, 60))
    with pytest.raises(ParameterError, match="needs `k`"):
        graphspec.partition(graph)
    with pytest.raises(ParameterError, match="another `k`"):
        graphspec.partition(count, 3)
    with pytest.raises(ParameterError, match="holds none"):
        graphspec.partition(graphspec.sketch(graph), 3)
    sparse = nx.planted_partition_graph(3, 100, 0.15, 0.005, seed=1)
    regular = graphspec.partition(sparse, 3, operator="regularized", tau=5.0)
    assert np.array_equal(
        regular, partition_into(graph_operator(graphspec.Graph.from_networkx(sparse), "regularized", tau=5.0), 3)
    )


def test_dimension_detectable():
    blocks = nx.planted_partition_graph(5, 200, 0.05, 0.005, seed=1)
    found = graphspec.embed(blocks, "detectable")
    count = graphspec.detectable_communities(blocks)
    assert len(found.eigenvalues) == count.confirmation.count == 5
    assert found.eigenvalues.max() < count.threshold < found.following
    with pytest.raises(ParameterError, match="leave `operator` out"):
        graphspec.embed(blocks, "detectable", operator="combinatorial")
    with pytest.raises(GraphspecError, match="no communities are detected"):
        graphspec.embed(nx.path_graph(3), "detectable")


@pytest.mark.parametrize(
    ("source", "options", "message"),
    [
        (nx.path_graph(3), {"dimension": 0}, "`dimension` must be a whole number of at least 1, or detectable"),
        (nx.path_graph(3), {"dimension": 4}, "`dimension` 4 exceeds the 3 vertices"),
        (nx.path_graph(3), {"operator": "adjacency"}, "adjacency is none"),
        (nx.empty_graph(0), {}, "without vertices"),
        (np.eye(3), {}, "eigenvectors need a graph"),
    ],
)
def test_errors_name_what_is_wrong(source, options, message):
    with pytest.raises(GraphspecError, match=message):
        graphspec.embed(source, **{"dimension": 2, **options})


def test_options_reach_the_solver():
    graph = nx.disjoint_union(nx.barabasi_albert_graph(60, 2, seed=1), nx.path_graph(4))
    plain = graphspec.embed(graph, 3)
    largest = graphspec.embed(graph, 3, component="largest")
    assert plain.vectors.shape == (64, 3)
    assert largest.vectors.shape == (60, 3)
    assert largest.eigenvalues[1] > plain.eigenvalues[1] == 0
    regular = graphspec.embed(graph, 3, operator="regularized", tau=2.0)
    assert regular.eigenvalues[0] > 0
