"""Levels of communities: planted hierarchies, nested partitions, graphs without a second level, and estimates."""

from dataclasses import replace

import networkx as nx
import numpy as np
import pytest

import graphspec
from graphspec.analyses.cluster_options import ClustersOptions
from graphspec.analyses.clusters import run
from graphspec.clusters.detectable_outcome import Kind
from graphspec.clusters.level_search import LevelSettings, confirm_levels, find_levels
from graphspec.clusters.levels import Level
from graphspec.clusters.nesting import enrichment, grouped, propensities
from graphspec.clusters.partitioning import group_vertices
from graphspec.errors import NotConvergedError, ParameterError
from graphspec.graphs.graph import Graph
from graphspec.operators.kinds import graph_operator


def nested(branching, size, degrees, *, seed=1):
    """Return a hierarchical block model and the groups of its vertices, the finest first.

    `degrees` are the numbers of neighbours anywhere, anywhere in the coarsest group, and so on.
    """
    block = np.arange(int(np.prod(branching)))
    tiers = [block // int(np.prod(branching[depth:])) for depth in range(1, len(branching) + 1)]
    rates = np.full((len(block), len(block)), degrees[0] / (size * len(block)))
    for group, degree in zip(tiers, degrees[1:], strict=True):
        rates += (group[:, None] == group) * degree / (size * np.bincount(group)[group])[:, None]
    network = nx.stochastic_block_model([size] * len(block), np.minimum(rates, 1).tolist(), seed=seed, sparse=True)
    return plain(network), np.stack([np.repeat(group, size) for group in reversed(tiers)], axis=1)


def plain(network):
    return Graph.from_networkx(nx.convert_node_labels_to_integers(network))


def small_worlds(number, size, links):
    """Return graphs without a scale that few edges join."""
    network = nx.disjoint_union_all([nx.watts_strogatz_graph(size, 10, 0.1, seed=seed) for seed in range(number)])
    ends = np.random.default_rng(3).integers(number * size, size=(links, 2))
    network.add_edges_from(ends[ends[:, 0] != ends[:, 1]].tolist())
    return plain(network)


def same_groups(found, truth):
    """Return whether two partitions are the same, whatever the numbers of their groups."""
    pairs = np.unique(np.stack([found, truth], axis=1), axis=0)
    return len(pairs) == len(np.unique(found)) == len(np.unique(truth))


@pytest.fixture(scope="module")
def strong():
    """Blocks that are separated so well that every vertex is told."""
    graph, truth = nested((4, 4), 40, (1, 4, 15))
    return graph, truth, graphspec.detectable_communities(graph, levels=True)


def test_a_planted_hierarchy_is_recovered(strong):
    _, truth, count = strong
    assert [level.count for level in count.levels] == [16, 4]
    assert all(level.confirmed and level.count_low == level.count == level.count_high for level in count.levels)
    found = graphspec.nested_partition(count)
    assert all(same_groups(found[:, index], truth[:, index]) for index in range(2))
    assert (found[:, 0] == graphspec.partition(count)).all()
    assert count.levels_sentence.startswith("16 communities in 4 groups, confirmed: gap of ")
    assert f"gap of {count.levels[1].gap:.1f} after eigenvalue 4, in units of pi / 100." in count.levels_sentence


def test_gaps_are_those_of_the_eigenvalues(strong):
    graph, _, count = strong
    operator = graph_operator(graph, "regularized", tau=count.r**2 - 1)
    values = np.linalg.eigvalsh(operator.matrix().toarray())
    angles = np.arccos(1 - values) * 100 / np.pi
    for level in count.levels:
        number = level.count
        assert (level.gap_low, level.gap_high) == pytest.approx(tuple(values[number - 1 : number + 1]), abs=2e-3)
        assert level.gap == pytest.approx(angles[number] - angles[number - 1], abs=0.1)


def test_three_levels_are_nested():
    graph, truth = nested((2, 3, 4), 50, (1.5, 3.5, 5, 14))
    count = graphspec.detectable_communities(graph, levels=True)
    assert [level.count for level in count.levels] == [24, 6, 2]
    assert "24 communities in 6 groups, and these in 2, confirmed: gaps of " in count.levels_sentence
    found = graphspec.nested_partition(count)
    assert all(same_groups(found[:, index], truth[:, index]) for index in (1, 2))
    for fine, coarse in ((0, 1), (1, 2)):
        assert len(np.unique(found[:, [fine, coarse]], axis=0)) == len(np.unique(found[:, fine]))


@pytest.mark.parametrize(
    ("network", "kind"),
    [
        (nx.grid_2d_graph(20, 30), Kind.SCALES),
        (nx.grid_graph([4, 5, 8], periodic=True), Kind.SCALES),
        (nx.watts_strogatz_graph(600, 10, 0.1, seed=1), Kind.SCALES),
        (nx.random_geometric_graph(600, 0.07, seed=2), Kind.SCALES),
        (nx.ring_of_cliques(12, 10), Kind.GROUPS),
        (nx.planted_partition_graph(6, 100, 0.1, 0.01, seed=1), Kind.GROUPS),
        (nx.fast_gnp_random_graph(600, 0.02, seed=1), Kind.NONE),
        (nx.barabasi_albert_graph(600, 4, seed=1), Kind.NONE),
        (nx.random_labeled_tree(200, seed=1), Kind.NONE),
        (nx.complete_graph(5), Kind.NONE),
        (nx.empty_graph(3), Kind.NONE),
    ],
)
def test_graphs_without_a_second_level_have_none(network, kind):
    count = graphspec.detectable_communities(plain(network), levels=True)
    assert (count.kind, count.levels) == (kind, ())
    assert count.levels_sentence == "No level is named: no gap among the eigenvalues stands out."


def test_densities_of_blocks_are_no_levels():
    # Two dense and four sparse blocks in one tier: their eigenvalues lie apart, and edges between them tell nothing.
    sizes, inside = [120] * 6, np.array([24, 24, 9, 9, 9, 9]) / 120
    rates = np.full((6, 6), 3 / 720) + np.diag(inside)
    graph = plain(nx.stochastic_block_model(sizes, rates.tolist(), seed=2, sparse=True))
    count = graphspec.detectable_communities(graph)
    spectrum = count.confirmation.spectrum
    angles = np.arccos(1 - spectrum.parts[0].eigenvalues) * 100 / np.pi
    assert np.diff(angles)[1] > 3  # after the second one
    fine = group_vertices(spectrum)
    for number in (2, 3):
        assert enrichment(fine, grouped(fine, spectrum, [number]), spectrum).ratio < 1.2
    assert find_levels(count).levels == ()
    named = find_levels(count, LevelSettings(smallest_enrichment=0.0, smallest_z_score=-100.0))
    assert [level.count for level in named.levels] == [6, 3]


def test_propensities_fit_row_sums():
    random = np.random.default_rng(5)
    edges = random.poisson(8.0, (7, 7)).astype(float)
    edges = np.triu(edges, 1) + np.triu(edges, 1).T
    factors = propensities(edges)
    assert factors * (factors.sum() - factors) == pytest.approx(edges.sum(axis=1), rel=1e-6)


def test_enrichment_is_the_ratio_of_planted_rates():
    graph, truth = nested((3, 4), 60, (2, 6, 16))
    count = graphspec.detectable_communities(graph)
    spectrum = count.confirmation.spectrum
    found = enrichment(truth[:, 0], truth[:, 1], spectrum)
    # Rates of edges between two blocks: 2 / n anywhere, and 6 / (n / 3) more in a group.
    numbers = 60 * 60 * np.array([6 * 3, 4 * 8]) * np.array([20 / 720, 2 / 720])  # of a group, within and beyond
    assert found.ratio == pytest.approx(10, rel=4 * float(np.sqrt((1 / numbers).sum())))
    assert found.z_score > 10
    # Three communities have three pairs, which any propensities explain; one group has none beside it.
    assert enrichment(np.minimum(truth[:, 0], 2), np.minimum(truth[:, 0] // 2, 1), spectrum) is None
    assert enrichment(truth[:, 0], np.zeros_like(truth[:, 1]), spectrum) is None
    # Groups of unrelated blocks have fewer edges within.
    assert enrichment(truth[:, 0], truth[:, 0] % 4, spectrum).ratio < 1


@pytest.mark.parametrize(
    "values",
    [
        {"smallest_gap": 20.0},
        {"relative_gap": 100.0},
        {"smallest_group": 5.0},
        {"smallest_enrichment": 100.0},
        {"smallest_z_score": 1000.0},
    ],
)
def test_settings_decide(strong, values):
    assert find_levels(strong[2]).levels != ()
    assert find_levels(strong[2], LevelSettings(**values)).levels == ()


def test_groups_beside_scales_stand_out():
    graph = small_worlds(4, 250, 60)
    count = graphspec.detectable_communities(graph, levels=True)
    assert (count.kind, [level.count for level in count.levels]) == (Kind.SCALES, [4])
    assert same_groups(graphspec.nested_partition(count)[:, 0], np.repeat(np.arange(4), 250))
    assert count.levels_sentence.startswith("4 groups stand out, confirmed: gap of ")
    assert find_levels(count, LevelSettings(relative_gap_of_scales=50.0)).levels == ()


def test_only_the_coarse_level_may_be_detectable():
    # Blocks whose own signal is below the threshold: (1.5)^2 < 20.
    graph, truth = nested((4, 4), 100, (2, 16.5, 1.5))
    count = graphspec.detectable_communities(graph, levels=True)
    assert (count.confirmation.count, count.levels) == (4, ())
    assert graphspec.nested_partition(count).shape == (1600, 1)
    assert same_groups(graphspec.nested_partition(count)[:, 0], truth[:, 1])


def test_components_are_no_level():
    graph, truth = nested((4,), 60, (2, 14))
    copies = nx.disjoint_union_all([nx.from_scipy_sparse_array(graph.adjacency()) for _ in range(3)])
    count = graphspec.detectable_communities(plain(copies), levels=True)
    assert (count.confirmation.count, count.levels) == (12, ())
    # Levels are found within components, isomorphic ones and others, and small ones have labels of their own.
    graph, truth = nested((3, 4), 40, (1, 5, 16))
    one = nx.from_scipy_sparse_array(graph.adjacency())
    other = nx.disjoint_union_all([one, one, nx.path_graph(3)])
    count = graphspec.detectable_communities(plain(other), levels=True)
    assert [level.count for level in count.levels] == [24, 6]
    found = graphspec.nested_partition(count)
    for index, number in enumerate((12, 3)):
        expected = np.concatenate([truth[:, index], truth[:, index] + number, np.full(3, 2 * number)])
        assert same_groups(found[:, index], expected)


def test_unequal_groups_are_named():
    group = np.repeat([0, 1, 2], [2, 3, 5])
    sizes = np.array([60, 90, 70, 70, 80, 60, 110, 90, 60, 80])
    rates = np.full((10, 10), 2 / sizes.sum()) + (group[:, None] == group) * (5 / np.bincount(group, sizes))[group]
    rates += np.diag(13 / sizes)
    graph = plain(nx.stochastic_block_model(sizes.tolist(), rates.tolist(), seed=4, sparse=True))
    count = graphspec.detectable_communities(graph, levels=True)
    assert [level.count for level in count.levels] == [10, 3]
    assert same_groups(count.levels[1].groups, np.repeat(group, sizes))


def test_levels_of_a_sketch_are_estimates():
    graph, _ = nested((4, 6), 60, (0.8, 5, 16))
    sketch = graphspec.sketch(graph, operator="regularized", tau="bethe")
    count = graphspec.detectable_communities(sketch, levels=True)
    coarse = count.levels[-1]
    assert not coarse.confirmed
    assert coarse.groups is None
    assert coarse.count_low <= 4 <= coarse.count_high
    assert coarse.count_high - coarse.count_low < 3
    assert ", estimated: gap of " in count.levels_sentence
    assert coarse.gap > 2
    with pytest.raises(ParameterError, match="a partition needs a confirmed count"):
        graphspec.nested_partition(count)
    assert find_levels(count, LevelSettings(fewest_resolutions=20.0)).levels == ()


def test_groups_are_confirmed_where_the_communities_are_above_the_limit(monkeypatch):
    graph, truth = nested((4, 6), 60, (0.8, 5, 16))
    count = graphspec.detectable_communities(graph, levels=True, confirm_limit=10)
    assert count.confirmation is None
    assert count.unconfirmed.endswith("the count is above the limit of 10")
    coarse = count.levels[-1]
    assert (coarse.count, coarse.count_low, coarse.confirmed) == (4, 4, True)
    assert same_groups(graphspec.nested_partition(count)[:, -1], truth[:, 1])
    if len(count.levels) > 1:
        assert ", confirmed in part: gap of " in count.levels_sentence
        assert not count.levels[0].confirmed
    exact = graphspec.detectable_communities(graph, levels=True).levels[-1]
    assert (coarse.gap_low, coarse.gap_high) == pytest.approx((exact.gap_low, exact.gap_high), abs=1e-3)
    few = graphspec.detectable_communities(graph, levels=True, confirm_limit=2)
    assert [level.confirmed for level in few.levels] == [False] * len(few.levels) != []

    def failing(*_, **__):
        raise NotConvergedError("no")

    monkeypatch.setattr("graphspec.clusters.level_search.low_spectrum", failing)
    operator = graph_operator(graph, "regularized", tau="bethe")
    assert confirm_levels(few, operator).levels == few.levels
    monkeypatch.undo()
    assert confirm_levels(few, operator).levels[-1].count == 4
    assert confirm_levels(few, operator, limit=0) is few
    assert confirm_levels(few, operator, settings=LevelSettings(smallest_gap=50.0)).levels == ()


def test_levels_are_there_where_they_are_asked_for(strong):
    graph, _, count = strong
    plain_count = graphspec.detectable_communities(graph)
    assert plain_count.levels is None
    assert plain_count.levels_sentence == ""
    assert "levels" not in str(run(graph).rows().columns)
    with pytest.raises(ParameterError, match="levels were not asked for: count with `levels` first"):
        graphspec.nested_partition(plain_count)
    with pytest.raises(ParameterError, match="communities: they need `rule` both or detectable, not eigengap"):
        ClustersOptions.of(rule="eigengap", levels=True)
    with pytest.raises(ParameterError, match="`levels` are of detectable communities"):
        graphspec.count_clusters(graph, levels=True)
    again = graphspec.detectable_communities(graph, levels=True, threads=2)
    assert [level.gap for level in again.levels] == [level.gap for level in count.levels]
    assert (graphspec.nested_partition(again) == graphspec.nested_partition(count)).all()
    assert isinstance(count.levels[0], Level)
    assert replace(count, levels=None).sentence == count.sentence
