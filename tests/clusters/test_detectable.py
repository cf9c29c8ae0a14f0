"""Detectable communities: identities, planted groups, graphs without any, scales, and what cannot be counted."""

import networkx as nx
import numpy as np
import pytest
from planted import agreement
from scipy import linalg

import graphspec
from graphspec.analyses.clusters import ClustersOptions, run
from graphspec.clusters.detectable import DetectionSettings, count_below, detectable_on_density
from graphspec.clusters.detectable_confirmation import confirm_detectable
from graphspec.clusters.detectable_outcome import Kind
from graphspec.clusters.partitioning import count_pockets
from graphspec.errors import InputError, NotConvergedError, ParameterError, SketchError
from graphspec.graphs.graph import Graph
from graphspec.operators.kinds import graph_operator
from graphspec.operators.regularized import bethe_radius


def blocks(count, size, degree, signal, *, seed=1):
    """Return a block model whose second eigenvalue squared is `signal` times the mean degree."""
    between = degree - np.sqrt(signal * degree)
    probabilities = np.full((count, count), between / (count * size))
    np.fill_diagonal(probabilities, (between + count * np.sqrt(signal * degree)) / (count * size))
    return nx.stochastic_block_model([size] * count, probabilities.tolist(), seed=seed, sparse=True)


SCALES = {
    "grid": nx.grid_2d_graph(38, 40),
    "cube": nx.grid_graph([10, 12, 13]),
    "triangles": nx.triangular_lattice_graph(30, 60),
    "geometric": nx.random_geometric_graph(1500, 0.042, seed=1),
    "small world": nx.watts_strogatz_graph(1500, 10, 0.1, seed=1),
}
NOTHING = {
    "er": nx.fast_gnp_random_graph(1500, 0.006, seed=1),
    "ba": nx.barabasi_albert_graph(1500, 4, seed=1),
    "regular": nx.random_regular_graph(6, 1500, seed=1),
    "rewired": nx.watts_strogatz_graph(1500, 8, 1.0, seed=1),
    "complete": nx.complete_graph(40),
}


def negative_eigenvalues(graph, r):
    """Return the number of negative eigenvalues of the Bethe Hessian, from a symmetric factorisation."""
    hessian = (r * r - 1) * np.eye(graph.num_nodes) - r * graph.adjacency().toarray() + np.diag(graph.degrees)
    return int((np.linalg.eigvalsh(linalg.ldl(hessian)[1]) < 0).sum())


@pytest.mark.parametrize("seed", range(25))
@pytest.mark.parametrize("tau", [None, 1.5, 8.0])
def test_the_confirmed_count_is_the_inertia_of_the_bethe_hessian(seed, tau):
    random = np.random.default_rng(seed)
    network = blocks(4, 60, 8, 4, seed=seed) if seed % 2 else nx.fast_gnp_random_graph(200, 0.05, seed=seed)
    network.add_edges_from(random.integers(0, 20, (30, 2))[:, :].tolist())
    network.remove_edges_from(list(nx.selfloop_edges(network)))
    graph = Graph.from_networkx(network)
    options = {} if tau is None else {"operator": "regularized", "tau": tau}
    count = graphspec.detectable_communities(graph, num_moments=40, num_probes=4, **options)
    assert count.r == pytest.approx(bethe_radius(graph) if tau is None else np.sqrt(1 + tau))
    assert count.confirmation.eigenvalues == negative_eigenvalues(graph, count.r)
    assert count.confirmation.disassortative == negative_eigenvalues(graph, -count.r)
    assert count.confirmation.count_low <= count.confirmation.count <= count.confirmation.count_high


@pytest.mark.parametrize(("number", "size", "degree"), [(2, 750, 8), (5, 300, 8), (10, 150, 8), (20, 150, 14)])
def test_planted_blocks_are_counted_where_the_laplacian_has_no_gap(number, size, degree):
    graph = Graph.from_networkx(blocks(number, size, degree, 3))
    result = run(graph)
    assert result.count.gap is None or result.count.gap.trivial
    count = result.detection.count
    assert (count.kind, count.confirmation.count) == (Kind.GROUPS, number)
    assert count.count.low <= number <= count.count.high
    assert count.sentence.startswith(f"{number} communities can be detected (")
    assert count.at_mean_degree.r == pytest.approx(np.sqrt(graph.degrees.mean()))
    assert count.at_mean_degree.count_low <= number <= count.at_mean_degree.count_high


def test_the_partition_is_that_of_the_blocks():
    count = graphspec.detectable_communities(Graph.from_networkx(blocks(5, 200, 15, 6)))
    assert agreement(graphspec.partition(count), np.repeat(np.arange(5), 200)) > 0.95


def test_the_partition_has_as_many_groups_as_are_counted():
    network = blocks(5, 200, 15, 6)
    graph = Graph.from_networkx(network)
    # With all that is closer to the edge of the bulk taken for noise, some communities are.
    operator = graph_operator(graph, "regularized", tau="bethe")
    count = detectable_on_density(graphspec.density(graphspec.sketch(operator)), float(np.sqrt(1 + operator.tau)))
    for settings in (DetectionSettings(), DetectionSettings(noise_spacings=60.0, noise_p_value=0.0)):
        result = confirm_detectable(count, operator, settings=settings)
        assert result.confirmation.eigenvalues == 5
        assert len(np.unique(graphspec.partition(result))) == result.confirmation.count
    assert result.confirmation.count < 5


@pytest.mark.parametrize("name", NOTHING)
def test_graphs_without_structure_are_one_group(name):
    count = graphspec.detectable_communities(Graph.from_networkx(NOTHING[name]))
    assert (count.kind, count.confirmation.count) == (Kind.NONE, 1)
    assert count.sentence.startswith("No community structure can be detected (1 group; ")


def test_components_without_structure_are_one_group_each():
    two = nx.disjoint_union(NOTHING["er"], nx.fast_gnp_random_graph(1500, 0.006, seed=2))
    count = graphspec.detectable_communities(Graph.from_networkx(two))
    assert (count.kind, count.confirmation.count) == (Kind.NONE, 2)
    assert "within 2 components (2 groups; " in count.sentence


@pytest.mark.parametrize("name", SCALES)
def test_eigenvalues_without_a_gap_count_scales(name):
    count = graphspec.detectable_communities(Graph.from_networkx(SCALES[name]))
    assert count.kind is Kind.SCALES
    assert "without a gap: they count scales, not groups." in count.sentence


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ({}, Kind.GROUPS),
        ({"smallest_gap": 1.5}, Kind.SCALES),
        ({"few": 30}, Kind.GROUPS),
        ({"few": 30, "smallest_gap_of_few": 1.5}, Kind.SCALES),
        ({"fewest_spacings": 500.0}, Kind.SCALES),
        ({"fewest_spacings": 500.0, "sure_gap": 0.5}, Kind.GROUPS),
        ({"neighbours": 0}, Kind.GROUPS),
    ],
)
def test_settings_tell_groups_from_scales(values, kind):
    graph = Graph.from_networkx(blocks(20, 150, 14, 3))
    operator = graph_operator(graph, "regularized", tau="bethe")
    count = detectable_on_density(graphspec.density(graphspec.sketch(operator)), float(np.sqrt(1 + operator.tau)))
    assert confirm_detectable(count, operator, settings=DetectionSettings(**values)).kind is kind


def test_a_dip_of_the_density_tells_groups_from_scales():
    density = graphspec.density(Graph.from_networkx(blocks(10, 150, 8, 4)), operator="regularized", tau="bethe")
    r = bethe_radius(Graph.from_networkx(blocks(10, 150, 8, 4)))
    assert detectable_on_density(density, r).kind is Kind.GROUPS
    assert detectable_on_density(density, r, settings=DetectionSettings(largest_dip=0.0)).kind is Kind.SCALES


@pytest.mark.parametrize("mixing", [0.9, 0.95])
def test_groups_with_more_edges_between_them_are_counted_at_the_other_end(mixing):
    probabilities = np.full((2, 2), 12 * mixing / 500)
    np.fill_diagonal(probabilities, 12 * (1 - mixing) / 500)
    network = nx.stochastic_block_model([500] * 2, probabilities.tolist(), seed=1)
    count = graphspec.detectable_communities(Graph.from_networkx(network))
    assert (count.confirmation.count, count.confirmation.disassortative) == (1, 1)
    assert count.sentence.startswith("1 group can be detected by edges within (")
    assert "but 1 eigenvalue above 1 + 1/r shows disassortative groups, with more edges between them" in count.sentence
    assert count.remarks == ()
    assert count.disassortative.low <= 1 <= count.disassortative.high


def test_eigenvalues_at_the_threshold_make_a_range():
    # A regular graph of degree 5 has r = 2 and the threshold 1/2, at which the eigenvalue 4 of A lies, twice.
    network = nx.cartesian_product(nx.cycle_graph(6), nx.complete_graph(4))
    count = graphspec.detectable_communities(Graph.from_networkx(network))
    result = count.confirmation
    assert count.threshold == pytest.approx(0.5)
    assert (result.count_low, result.count_high) == (1, 3)
    assert "1 to 3" in count.sentence


def test_the_range_is_found_by_the_filters_too():
    network = nx.cartesian_product(nx.cycle_graph(6), nx.complete_graph(4))
    many = nx.disjoint_union_all([network] * 2 + [nx.random_regular_graph(5, 1000, seed=1)])
    count = graphspec.detectable_communities(Graph.from_networkx(many))
    eigenvalues = np.linalg.eigvalsh(
        graph_operator(Graph.from_networkx(many), "regularized", tau=3.0).matrix().toarray()
    )
    assert "filter" in count.confirmation.method
    assert count.confirmation.count_low <= (eigenvalues < 0.5 - 1e-8).sum()
    assert count.confirmation.count_high == (eigenvalues < 0.5 + 1e-8).sum()


def test_a_count_above_the_limit_is_not_confirmed():
    graph = Graph.from_networkx(blocks(10, 150, 8, 4))
    count = graphspec.detectable_communities(graph, confirm_limit=3)
    assert count.confirmation is None
    assert count.remarks == ("the communities are not confirmed: the count is above the limit of 3",)
    assert graphspec.detectable_communities(graph, confirm_limit=0).remarks == ()
    # The interval of the estimate reaches down to the limit, and the solver finds more.
    few = graphspec.detectable_communities(Graph.from_networkx(blocks(5, 150, 8, 4)), confirm_limit=4)
    assert few.count.low < 4.5
    assert (few.confirmation, few.unconfirmed) == (None, "not confirmed: the count is above the limit of 4")


def test_a_solver_that_fails_leaves_the_estimate(monkeypatch):
    def fail(*_, **__):
        raise NotConvergedError("no luck")

    monkeypatch.setattr("graphspec.clusters.detectable_confirmation.low_spectrum", fail)
    count = graphspec.detectable_communities(Graph.from_networkx(blocks(5, 100, 8, 4)))
    assert count.confirmation is None
    assert count.remarks == ("the communities are not confirmed, the estimate stands: no luck",)


@pytest.mark.parametrize("method", ["maxent", "lanczos", "kpm", "exact"])
def test_intervals_of_every_method_cover(method):
    graph = Graph.from_networkx(blocks(6, 120, 10, 5))
    count = graphspec.detectable_communities(graph, method, confirm_limit=0)
    assert count.count.low <= 6 <= count.count.high
    if method == "exact":
        assert count.count.value == 6


def test_estimates_alone_tell_groups_from_scales():
    kinds = [
        graphspec.detectable_communities(Graph.from_networkx(network), confirm_limit=0).kind
        for network in (blocks(10, 150, 8, 4), SCALES["geometric"], NOTHING["ba"])
    ]
    assert kinds == [Kind.GROUPS, Kind.SCALES, Kind.NONE]


def test_the_mean_degree_is_judged():
    sparse = Graph.from_networkx(nx.fast_gnp_random_graph(3000, 1.5 / 3000, seed=1))
    assert "below 2 theory does not say what can be detected" in graphspec.detectable_communities(sparse).remarks[-1]
    clique = nx.compose(nx.empty_graph(100), nx.complete_graph(5))
    remarks = graphspec.detectable_communities(Graph.from_networkx(clique)).remarks
    assert remarks == ("the mean degree is 0.2: below 1 no communities can be detected",)


@pytest.mark.parametrize("network", [nx.empty_graph(5), nx.random_labeled_tree(300, seed=1), nx.cycle_graph(20)])
def test_graphs_with_too_few_edges_have_no_radius(network):
    count = graphspec.detectable_communities(Graph.from_networkx(network))
    assert (count.kind, count.r, count.count, count.confirmation, count.best) == (Kind.NONE, None, None, None, 0)
    assert count.sentence == (
        "No communities can be detected: beyond trees and single cycles the graph has too few edges."
    )


def test_a_sketch_of_the_regularised_laplacian_gives_the_same_estimate():
    graph = Graph.from_networkx(blocks(5, 200, 8, 4))
    item = graphspec.sketch(graph, operator="regularized", tau="bethe")
    from_sketch, whole = graphspec.detectable_communities(item), graphspec.detectable_communities(graph)
    assert from_sketch.count == whole.count
    assert from_sketch.r == pytest.approx(whole.r)
    assert from_sketch.confirmation is None
    result = run(item)
    assert result.count is None
    assert result.detection.count.count == whole.count


def test_the_largest_component_alone():
    network = nx.disjoint_union(blocks(3, 200, 10, 5), nx.complete_graph(30))
    both, one = (
        graphspec.detectable_communities(Graph.from_networkx(network), component=component)
        for component in ("all", "largest")
    )
    assert (both.confirmation.count, one.confirmation.count) == (4, 3)


def test_a_tolerance_adds_probes():
    graph = Graph.from_networkx(blocks(10, 150, 10, 5))
    few = graphspec.detectable_communities(graph, confirm_limit=0)
    many = graphspec.detectable_communities(graph, confirm_limit=0, tolerance=0.15, max_probes=300)
    assert many.count.high - many.count.low < few.count.high - few.count.low


def test_tau_is_that_of_the_operator_of_the_rule():
    options = ClustersOptions.of(rule="detectable", tau=3)
    assert (options.sampling.operator, options.sampling.tau) == ("regularized", 3)
    with pytest.raises(ParameterError, match="`tau` is for `operator` regularized"):
        ClustersOptions.of(rule="eigengap", tau=3)
    count = graphspec.detectable_communities(Graph.from_networkx(blocks(5, 150, 8, 4)), tau=3)
    assert (count.r, count.threshold) == (2.0, 0.5)


def test_pockets_are_counted_once_for_all_components(monkeypatch):
    calls = []

    def counting(*arguments):
        calls.append(arguments)
        return count_pockets(*arguments)

    monkeypatch.setattr("graphspec.clusters.partitioning.count_pockets", counting)
    sizes = (5, 6, 7, 8, 9)
    network = nx.disjoint_union_all([blocks(3, 100, 10, 5)] + [nx.ring_of_cliques(6, size) for size in sizes])
    graphspec.partition(graphspec.detectable_communities(Graph.from_networkx(network)))
    assert len(calls) == 1


def test_what_cannot_be_counted_is_refused():
    weighted = Graph.from_edges([0, 1, 2], [1, 2, 0], [1.0, 2.0, 3.0])
    with pytest.raises(InputError, match="counted in graphs without weights: the Bethe Hessian scales every entry"):
        graphspec.detectable_communities(weighted)
    with pytest.raises(ParameterError, match="counted in graphs, and this is an operator"):
        graphspec.detectable_communities(graph_operator(weighted))
    karate = Graph.from_networkx(nx.karate_club_graph())
    with pytest.raises(SketchError, match="the sketch is of the operator normalized, not regularized"):
        graphspec.detectable_communities(graphspec.sketch(karate))
    with pytest.raises(ParameterError, match="communities are counted by detectable_communities"):
        graphspec.count_clusters(karate, rule="both")
    with pytest.raises(ParameterError, match="choose another `operator` than regularized"):
        ClustersOptions.of(rule="eigengap", operator="regularized")
    assert run(weighted).detection is None
    with pytest.raises(InputError, match="counted in graphs without weights"):
        graphspec.detectable_communities(graphspec.sketch(weighted, operator="regularized", tau=3, weighted=True))
    for operator in ("adjacency", "normalized"):
        with pytest.raises(ParameterError, match=f"counted on `operator` regularized, not on {operator}: leave it out"):
            graphspec.detectable_communities(karate, operator=operator)


def test_counts_leave_out_an_eigenvalue_at_the_threshold():
    network = nx.cartesian_product(nx.cycle_graph(6), nx.complete_graph(4))
    density = graphspec.density(Graph.from_networkx(network), "exact", operator="regularized", tau=3.0)
    assert count_below(density, 2.0).value == 1
    assert float(density.count(0.5)) == 3
