"""The number of clusters: gaps of known spectra, planted partitions, honest refusals, and partitions."""

from dataclasses import replace
from itertools import pairwise

import networkx as nx
import numpy as np
import pytest
from planted import agreement, planted
from scipy import sparse
from scipy.sparse.linalg import aslinearoperator
from spectra import complete, cycle, eigenvalues, grid, isolated, path, star, union

import graphspec
from graphspec import Sampling, count_clusters, graph_operator, linear_operator, partition, sketch
from graphspec.clusters import confirmation
from graphspec.clusters.cluster_count import count_on_density
from graphspec.clusters.confirmation import confirm
from graphspec.clusters.gaps import GapSettings, GraphShape, angle_between, find_gaps, first_minimum
from graphspec.clusters.outcomes import Outcome, Verdict
from graphspec.clusters.partitioning import DEFAULT_SETTINGS, count_pockets
from graphspec.densities.methods import exact_density
from graphspec.errors import NotConvergedError, ParameterError, SketchError
from graphspec.graphs.graph import Graph
from graphspec.readwrite.edgelist import write_labels
from graphspec.sketches.preparation import prepare

METHODS = ("maxent", "lanczos", "kpm", "exact")


@pytest.fixture(scope="module")
def blocks():
    return planted([70] * 10)


@pytest.fixture(scope="module")
def sketched(blocks):
    return sketch(blocks)


def random_graphs(seed):
    return [
        nx.fast_gnp_random_graph(1200, 8 / 1200, seed=seed),
        nx.barabasi_albert_graph(1200, 4, seed=seed),
        nx.watts_strogatz_graph(1200, 8, 1.0, seed=seed),
        nx.random_regular_graph(6, 1200, seed=seed),
        nx.random_labeled_tree(1200, seed=seed),
        nx.random_geometric_graph(1200, 0.05, seed=seed),
    ]


# --- gaps


def test_gaps_of_a_known_spectrum(blocks):
    exact = eigenvalues(blocks)
    gaps = find_gaps(exact_density(prepare(blocks, Sampling())), 1)
    step = np.pi / 1600  # of the grid, in the angle
    assert gaps[0].count == gaps[0].count_low == gaps[0].count_high == 10
    assert gaps[0].gap_low == pytest.approx(exact[9], abs=step)
    assert gaps[0].gap_high == pytest.approx(exact[10], abs=step)
    assert gaps[0].threshold == pytest.approx((gaps[0].gap_low + gaps[0].gap_high) / 2)
    width = np.arccos(1 - exact[10]) - np.arccos(1 - exact[9])
    assert gaps[0].score == pytest.approx(width / (np.pi / 100), abs=0.2)
    assert gaps[0].significant
    assert not gaps[0].trivial
    (trivial,) = [gap for gap in gaps if gap.trivial]
    assert trivial.gap_low == 0
    assert trivial.gap_high == pytest.approx(exact[1], abs=step)


def test_candidates_are_ranked_and_do_not_overlap(sketched):
    gaps = find_gaps(graphspec.density(sketched, "lanczos"), 1)
    ranks = [(not gap.significant or gap.trivial, -gap.score) for gap in gaps]
    assert ranks == sorted(ranks)
    ends = sorted((gap.gap_low, gap.gap_high) for gap in gaps)
    assert all(first[1] <= second[0] for first, second in pairwise(ends))


def test_the_interval_has_sampling_and_leakage(sketched):
    density = graphspec.density(sketched)
    gap = find_gaps(density, 1)[0]
    sampling = density.t_quantile * float(density.count(gap.threshold).sem)
    assert gap.count_high - gap.count == pytest.approx(np.hypot(sampling, GapSettings().largest_rise / 2))
    assert gap.count_high - gap.count == pytest.approx(gap.count - gap.count_low)


def test_width_is_measured_in_the_angle(sketched):
    density = graphspec.density(sketched)
    assert angle_between(density, 0, 2) == pytest.approx(np.pi)
    assert angle_between(density, 1 - np.cos(0.3), 1 - np.cos(0.5)) == pytest.approx(0.2)
    settings = GapSettings()
    assert settings.is_wide(settings.smallest_angle, 100)
    assert not settings.is_wide(settings.smallest_angle, 20)  # two resolutions of 20 moments are wider
    assert not settings.is_wide(0.9 * settings.smallest_angle, 1000)
    assert GapSettings(smallest_angle=0.1, fewest_resolutions=0).is_wide(0.1, 20)


def test_settings_decide_what_is_a_gap(sketched):
    density = graphspec.density(sketched)
    gaps = find_gaps(density, 1)
    assert sum(gap.significant for gap in gaps) > 0
    assert not any(gap.significant for gap in find_gaps(density, 1, GapSettings(smallest_angle=3.0)))
    assert not any(gap.significant for gap in find_gaps(density, 1, GapSettings(fewest_spacings=1e3)))
    assert find_gaps(density, 1, GapSettings(max_gaps=1)) == tuple(gap for gap in gaps if gap.score == max(
        gap.score for gap in gaps))  # fmt: skip
    finer = find_gaps(density, 1, GapSettings(points_per_moment=64))
    assert finer[0].gap_low == pytest.approx(gaps[0].gap_low, abs=0.01)
    assert finer[0] != gaps[0]
    with pytest.raises(ParameterError, match="`largest_rise` must be a number between 0 and 1"):
        GapSettings(largest_rise=1.5)


def test_a_narrow_gap_in_a_small_graph_is_only_spacing():
    # Eigenvalues of a cycle are a constant angle apart: every gap can be resolved, and none stands out.
    example = cycle(24)
    result = count_clusters(example.graph)
    assert result.gaps
    assert all(not gap.significant for gap in result.gaps)
    assert result.outcome is Outcome.NO_GAP
    assert result.gap is result.count is result.threshold is None


def test_first_minimum_is_one_after_a_maximum(sketched):
    density = graphspec.density(sketched)
    place = first_minimum(density)
    near = density.density([place - 1e-3, place, place + 1e-3]).value
    assert near[1] <= near[0]
    assert near[1] <= near[2]
    before = density.density(np.linspace(0, place, 500)).value
    assert before.max() > near[1]


# --- counts


@pytest.mark.parametrize("method", METHODS)
def test_planted_clusters_by_every_method(blocks, method):
    result = count_clusters(blocks, method)
    assert result.outcome is Outcome.CONFIRMED
    assert result.significant
    assert abs(float(result.count) - 10) < 5 * np.sqrt(2 * 10 / 16)
    assert result.count.low <= result.count.value <= result.count.high
    exact = eigenvalues(blocks)
    assert exact[9] - 0.1 < result.gap.gap_low < result.threshold < result.gap.gap_high < exact[10] + 0.1
    assert result.confirmation.count == 10
    assert result.confirmation.gap_low == pytest.approx(exact[9], abs=1e-6)
    assert result.confirmation.gap_high == pytest.approx(exact[10], abs=1e-4)
    assert result.confirmation.method == "filter"
    assert result.confirmation.pockets == 0


def test_intervals_cover_the_number_of_planted_blocks():
    # 40 sketches of 95 % intervals: fewer than 33 hits have a probability below 1e-3.
    graph = planted([40] * 12, degree=18, mixing=0.25, seed=3)
    result = [count_clusters(graph, seed=seed, confirm_limit=0) for seed in range(40)]
    assert sum(item.count.low <= 12 <= item.count.high for item in result) >= 33
    spread = np.std([item.count.value for item in result])
    assert spread < np.sqrt(2 * 12 / 16)  # control variates do better than the sampling floor


@pytest.mark.parametrize("moments", [40, 70, 100])
@pytest.mark.parametrize(("count", "copies"), [(2, 1), (3, 5), (5, 20)])
def test_few_clusters_in_disconnected_copies(count, copies, moments):
    graph = planted([80] * count, seed=count)
    whole = Graph.from_scipy(sparse.block_diag([graph.adjacency()] * copies, format="csr"))
    result = count_clusters(whole, num_moments=moments)
    assert result.confirmation.count == count * copies
    assert [gap.count for gap in result.gaps if gap.trivial] == [copies]
    assert len(result.confirmation.spectrum.parts) == 1


@pytest.mark.parametrize("index", range(6))
def test_graphs_without_clusters_have_none(index):
    for seed in (101, 102):
        graph = Graph.from_networkx(random_graphs(seed)[index])
        result = count_clusters(graph)
        components = graphspec.connected_components(graph).count
        assert result.outcome in (Outcome.NO_GAP, Outcome.COMPONENTS)
        assert result.count is None or result.confirmation.count == result.count.value == components


@pytest.mark.parametrize(
    ("example", "count"),
    [
        (complete(2), 1),
        (complete(30), 1),
        (complete(400), 1),
        (star(24), 1),
        (star(600), 1),
        (isolated(1), 1),
        (isolated(5), 5),
        (isolated(400), 400),
        (union(complete(5), complete(5), complete(5)), 3),
        (path(400), None),
        (cycle(500), None),
        (grid(20, 20), None),
    ],
    ids=lambda value: getattr(value, "name", value),
)
def test_graphs_whose_answer_is_known(example, count):
    result = count_clusters(example.graph)
    edges = Outcome.COMPONENTS if example.graph.num_edges else Outcome.EDGELESS
    assert result.outcome is (Outcome.NO_GAP if count is None else edges) or count == 3
    assert (None if result.count is None else result.count.value) == count
    assert result.significant == (count is not None)
    if count is not None and count <= 300:
        assert result.confirmation.count == count
        assert np.isfinite([result.confirmation.gap_low, result.confirmation.gap_high]).all()


def forests(seed):
    """Forests whose spectra have gaps, many of them below eigenvalue 1."""
    stars = nx.Graph(((centre, leaf), (centre, centre - 1)) for centre in range(1, 20) for leaf in [-centre])
    for centre in range(20):
        stars.add_edges_from((centre, (centre, leaf)) for leaf in range(12))
    spider = nx.Graph([(0, (0, 0))])
    for leg in range(30):
        nx.add_path(spider, [0, *((leg, place) for place in range(5))])
    random = np.random.default_rng(seed)
    caterpillar = nx.path_graph(100)
    caterpillar.add_edges_from((place, (place, leaf)) for place in range(100) for leaf in range(random.poisson(5)))
    return {
        "recursive": nx.Graph([(vertex, int(random.integers(vertex))) for vertex in range(1, 500)]),
        "caterpillar": caterpillar,
        "scale-free": nx.barabasi_albert_graph(300, 1, seed=seed),
        "large": nx.barabasi_albert_graph(2000, 1, seed=seed),
        "random": nx.random_labeled_tree(400, seed=seed),
        "several": nx.disjoint_union_all([nx.barabasi_albert_graph(80, 1, seed=seed + part) for part in range(5)]),
        "binary": nx.balanced_tree(2, 7),
        "ternary": nx.balanced_tree(3, 5),
        "stars": stars,
        "spider": spider,
        "quaternary": nx.full_rary_tree(4, 300),
    }


@pytest.mark.parametrize("seed", [3, 4])
@pytest.mark.parametrize("name", forests(0))
def test_a_forest_has_no_clusters_beside_its_components(name, seed):
    network = forests(seed)[name]
    components = nx.number_connected_components(network)
    for source in (network, sketch(network)):
        result = count_clusters(source)
        assert result.outcome in (Outcome.NO_GAP, Outcome.COMPONENTS)
        assert result.count is None or result.count.value == components


@pytest.mark.parametrize("seed", [3, 4])
@pytest.mark.parametrize(("one", "other", "share"), [(300, 200, 0.01), (100, 900, 0.005), (500, 500, 0.004)])
def test_a_random_bipartite_graph_has_no_clusters_beside_its_components(one, other, share, seed):
    network = nx.bipartite.random_graph(one, other, share, seed=seed)
    for method in ("maxent", "exact"):
        result = count_clusters(network, method)
        assert result.count is None or result.count.value == nx.number_connected_components(network)


@pytest.mark.parametrize(
    "network",
    [
        nx.grid_2d_graph(20, 30),
        nx.grid_2d_graph(8, 100),
        nx.bipartite.random_graph(150, 300, 0.1, seed=3),
        nx.Graph([(end, edge) for edge in nx.random_regular_graph(4, 300, seed=3).edges for end in edge]),
        nx.Graph([(end, edge) for edge in nx.barabasi_albert_graph(300, 3, seed=3).edges for end in edge]),
    ],
    ids=["grid", "long grid", "dense", "subdivided regular", "subdivided scale-free"],
)
def test_other_bipartite_graphs_have_no_clusters(network):
    for source in (network, sketch(network)):
        result = count_clusters(source)
        assert result.count is None or result.count.value == 1


LATTICES = {
    "grid 8 x 8": nx.grid_2d_graph(8, 8),
    "grid 10 x 10": nx.grid_2d_graph(10, 10),
    "grid 5 x 10": nx.grid_2d_graph(5, 10),
    "torus 8 x 8": nx.grid_2d_graph(8, 8, periodic=True),
    "torus 9 x 9": nx.grid_2d_graph(9, 9, periodic=True),
    "torus 20 x 20": nx.grid_2d_graph(20, 20, periodic=True),
    "cube": nx.grid_graph([5, 5, 5]),
    "hypercube 6": nx.hypercube_graph(6),
    "hypercube 8": nx.hypercube_graph(8),
    "hypercube 10": nx.hypercube_graph(10),
    "king": nx.strong_product(nx.path_graph(10), nx.path_graph(10)),
    "circulant": nx.circulant_graph(50, [1, 7]),
}


@pytest.mark.parametrize("name", LATTICES)
def test_levels_of_a_lattice_are_no_clusters(name):
    for source in (LATTICES[name], sketch(LATTICES[name])):
        result = count_clusters(source)
        assert result.outcome in (Outcome.NO_GAP, Outcome.COMPONENTS)
    exact = count_clusters(LATTICES[name], "exact")
    assert exact.count is None or exact.count.value == 1


def test_levels_of_a_lattice_are_said():
    result = count_clusters(nx.grid_2d_graph(9, 9, periodic=True))
    excluded = [gap for gap in result.gaps if gap.excluded == "levels of a lattice"]
    assert [round(gap.count) for gap in sorted(excluded, key=lambda gap: gap.count)] == [5, 9, 13, 21]
    assert not any(gap.significant for gap in excluded)
    assert "gaps about as wide follow above it, as between the levels of a lattice" in excluded[0].remark
    other = count_clusters(nx.grid_2d_graph(9, 9, periodic=True), operator="combinatorial")
    assert all(gap.excluded is None for gap in other.gaps)


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("torus 9 x 9", {"levels_above": 5}),
        ("torus 9 x 9", {"level_share": 1.0}),
        ("torus 9 x 9", {"share_below": 0.6}),
        ("grid 10 x 10", {"bipartite_levels": 5}),
        ("hypercube 6", {"smallest_group": 5.0}),
    ],
    ids=str,
)
def test_settings_decide_what_is_a_lattice(name, settings):
    network = Graph.from_networkx(LATTICES[name])
    shape = GraphShape(network.num_nodes, network.num_edges, 1)
    density = graphspec.density(network)
    assert not any(gap.significant and not gap.trivial for gap in find_gaps(density, 1, shape=shape))
    gaps = find_gaps(density, 1, GapSettings(**settings), shape=shape)
    assert gaps[0].significant
    assert not gaps[0].trivial


def two_tiers(groups, blocks, size, degree, seed):
    """Blocks within groups: a tenth of the edges falls anywhere, three tenths within a group."""
    count = groups * blocks
    probabilities = np.full((count, count), 0.1 * degree / (count * size))
    probabilities += np.kron(np.eye(groups), np.full((blocks, blocks), 0.3 * degree / (blocks * size)))
    probabilities += np.eye(count) * 0.6 * degree / size
    return nx.stochastic_block_model([size] * count, probabilities.tolist(), seed=seed, sparse=True)


def ring_of_bicliques(count, size):
    graph = nx.disjoint_union_all([nx.complete_bipartite_graph(size, size)] * count)
    graph.add_edges_from((2 * size * part, 2 * size * ((part + 1) % count) + size) for part in range(count))
    return graph


@pytest.mark.parametrize(
    ("network", "counts"),
    [
        (two_tiers(5, 6, 100, 20, seed=1), {5, 30}),
        (two_tiers(3, 3, 40, 18, seed=1), {3, 9}),
        (nx.connected_caveman_graph(30, 10), {30}),
        (nx.ring_of_cliques(12, 12), {12}),
        (nx.barbell_graph(50, 10), {2}),
        (ring_of_bicliques(6, 3), {6}),
        (nx.davis_southern_women_graph(), {2}),
    ],
    ids=["tiers", "small tiers", "caveman", "cliques", "barbell", "bicliques", "davis"],
)
def test_clusters_with_few_levels_are_no_lattice(network, counts):
    result = count_clusters(network)
    assert result.confirmation.count in counts
    assert result.gaps[0].excluded is None


@pytest.mark.parametrize("count", [4, 6])
def test_levels_of_chains_between_cliques_are_no_lattice(count):
    assert count_clusters(chain_of_cliques(count, 20, 8)).confirmation.count == count


@pytest.mark.parametrize(
    "network",
    [
        nx.barabasi_albert_graph(500, 3, seed=0),
        nx.random_regular_graph(6, 600, seed=0),
        nx.fast_gnp_random_graph(600, 8 / 600, seed=1),
    ],
    ids=["scale-free", "regular", "random"],
)
def test_a_leak_of_the_null_space_splits_no_gap(network):
    # Of a vertex on every edge; the spectrum is sampled, and half an eigenvalue near 0.92 is the null space's at 1.
    subdivided = sketch(nx.Graph([(end, edge) for edge in network.edges for end in edge]))
    # With exact moments of higher order than 2 the estimate does not leak so far.
    result = count_clusters(replace(subdivided, low_moments=subdivided.low_moments[:3]))
    assert result.gaps[0].trivial
    assert result.count.value == 1
    gaps = [gap for gap in result.gaps if not gap.trivial]
    assert {gap.excluded for gap in gaps} == {"null space of A"}
    assert any(gap.gap_high < 1 - 2 * np.pi / result.density.num_moments for gap in gaps)


def test_the_leak_of_a_large_null_space_is_a_share_of_it():
    network = nx.barabasi_albert_graph(3000, 3, seed=1)
    source = sketch(nx.Graph([(end, edge) for edge in network.edges for end in edge]))
    source = replace(source, low_moments=source.low_moments[:3])
    assert count_clusters(source).count.value == 1
    shape, density = GraphShape.of(source.source), graphspec.density(source)
    strict = find_gaps(density, 1, GapSettings(largest_leak=0.0), shape=shape)[0]
    assert strict.significant
    assert strict.count == pytest.approx(2981, abs=30)


def test_the_null_space_of_leaves_ends_no_gap():
    # Pairs of hubs with seven common neighbours, linked at random: neither a forest nor bipartite, and no group a tree.
    graph = nx.Graph()
    for one, other in nx.random_regular_graph(3, 60, seed=2).edges:
        graph.add_edges_from(((one, first), (other, second)) for first in "ab" for second in "ab")
    for hub in range(60):
        graph.add_edges_from(((hub, end), (hub, leaf)) for end in "ab" for leaf in range(7))
    assert not nx.is_bipartite(graph)
    result = count_clusters(graph)
    assert result.outcome is Outcome.NO_GAP
    assert result.gaps[0].excluded == "null space of A"
    assert "separates no clusters: it ends at eigenvalue 1, the null space" in " ".join(result.remarks)
    # The eigensolver finds it where the density was given no reason.
    density = graphspec.density(graph)
    gaps = find_gaps(density, 1, GapSettings(smallest_group=0.0))
    assert gaps[0].significant
    estimate = count_on_density(density, "normalized", 1, settings=GapSettings(smallest_group=0.0))
    checked = confirm(estimate, graph_operator(Graph.from_networkx(graph)))
    assert checked.checks[0].verdict is Verdict.NULL_SPACE
    assert "half of the groups below it have fewer than 10 vertices" in checked.remarks[0]


@pytest.mark.parametrize("length", [4, 8, 10])
def test_a_chain_between_cliques_is_no_cluster(length):
    result = count_clusters(chain_of_cliques(3, 20, length))
    assert result.confirmation.count == 3
    assert result.confirmation.eigenvalues == 3 + result.confirmation.pockets
    assert len(set(partition(result).tolist())) == 3


def chain_of_cliques(count, size, length):
    graph = nx.disjoint_union_all([nx.complete_graph(size)] * count)
    for clique in range(count - 1):
        chain = [("chain", clique, place) for place in range(length)]
        nx.add_path(graph, [clique * size, *chain, (clique + 1) * size + 1])
    return graph


def test_a_ring_of_small_cliques():
    graph = Graph.from_networkx(nx.connected_caveman_graph(60, 6))
    assert count_clusters(graph).confirmation.count == 60


def test_karate_club_has_four():
    result = count_clusters(nx.karate_club_graph())
    assert result.confirmation.count == 4
    assert result.confirmation.method == "dense"


def test_a_linear_operator_without_a_graph(blocks):
    operator = graph_operator(blocks)
    null = operator.null_vector
    linear = linear_operator(aslinearoperator(operator.matrix()), (0, 2), known={0.0: null / np.linalg.norm(null)})
    assert count_clusters(linear).confirmation.count == 10
    # Unknown zeros are eigenvalues like others: what counts then is the widest gap.
    assert count_clusters(operator.matrix()).confirmation.count in {1, 10}


def test_operators_other_than_the_normalised_one():
    graph = planted([70] * 4, degree=30, mixing=0.05, seed=2)
    for operator in ("combinatorial", "natural"):
        result = count_clusters(graph, operator=operator)
        assert result.confirmation.count == 4
    with pytest.raises(ParameterError, match="choose another `operator` than adjacency"):
        count_clusters(graph, operator="adjacency")


def test_without_structure_the_components_are_counted_by_sampling(blocks):
    result = count_clusters(blocks, structure=False)
    assert result.confirmation.count == 10


def test_largest_component_alone():
    graph = Graph.from_networkx(nx.disjoint_union(nx.complete_graph(4), planted_networkx()))
    assert count_clusters(graph).confirmation.count == 6
    assert count_clusters(graph, component="largest").confirmation.count == 5


def planted_networkx():
    graph = planted([80] * 5, seed=8)
    return nx.from_scipy_sparse_array(graph.adjacency())


# --- rules


def test_threshold_counts_up_to_it(blocks, sketched):
    result = count_clusters(blocks, rule="threshold", threshold=0.6)
    expected = graphspec.density(sketched).count(0.6)
    assert (result.count.value, result.count.low, result.count.high) == pytest.approx(
        (float(expected.value), float(expected.low), float(expected.high))
    )
    assert result.threshold == 0.6
    assert result.outcome is Outcome.THRESHOLD
    assert result.significant is result.gap is result.confirmation is None


def test_first_minimum_counts_up_to_it(sketched):
    result = count_clusters(sketched, rule="first-minimum")
    density = graphspec.density(sketched)
    assert result.threshold == first_minimum(density)
    assert result.count.value == pytest.approx(float(density.count(result.threshold).value))
    assert result.outcome is Outcome.FIRST_MINIMUM
    assert result.significant is None


def test_a_density_without_a_minimum():
    result = count_clusters(complete(30).graph, rule="first-minimum")
    assert result.outcome is Outcome.NO_MINIMUM
    assert result.count is result.threshold is None
    assert result.remarks == ("the density has no minimum",)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"rule": "elbow"}, "`rule` must be one of both, detectable, eigengap, first-minimum, threshold, not 'elbow'"),
        ({"rule": "threshold"}, "`rule` threshold needs a `threshold`"),
        ({"rule": "first-minimum", "threshold": 0.5}, "`threshold` is for `rule` threshold, not for first-minimum"),
        ({"rule": "threshold", "threshold": 3.0}, r"`threshold` 3 lies outside of \[0, 2\]"),
        ({"rule": "threshold", "threshold": -0.1}, r"`threshold` -0.1 lies outside of \[0, 2\]"),
        ({"tolerance": 0.1, "method": "exact"}, "`tolerance` needs a `method` that takes probes"),
        ({"tolerance": 0.0}, "`tolerance` must be a number above 0, not 0.0"),
        ({"method": "guess"}, "`method` must be one of maxent, lanczos, kpm, exact, not 'guess'"),
        ({"confidence": 1.0}, "`confidence` must be a number between 0 and 1, not 1.0"),
    ],
)
def test_options_out_of_range(blocks, options, message):
    with pytest.raises(ParameterError, match=message):
        count_clusters(blocks, **options)


def test_a_sketch_gives_the_same_estimate_and_nothing_to_confirm(blocks, sketched):
    result, whole = count_clusters(sketched), count_clusters(blocks)
    assert (result.count, result.gap) == (whole.count, whole.gap)
    assert (result.outcome, whole.outcome) == (Outcome.ESTIMATED, Outcome.CONFIRMED)
    assert result.checks == ()
    assert result.confirmation is None
    with pytest.raises(SketchError, match="cannot be given more probes for `tolerance`"):
        count_clusters(sketched, tolerance=0.1)
    with pytest.raises(SketchError, match="the sketch was made with `seed` 0"):
        count_clusters(sketched, seed=1)
    with pytest.raises(SketchError, match="holds no matrix"):
        count_clusters(sketched, "exact")


def test_num_moments_and_confidence_are_used(blocks, sketched):
    coarse = count_clusters(sketched, num_moments=40)
    assert coarse.density.num_moments == 40
    assert coarse.count == count_clusters(sketch(blocks), num_moments=40).count != count_clusters(sketched).count
    narrow = count_clusters(sketched, confidence=0.5)
    assert narrow.count.high < count_clusters(sketched).count.high


def test_a_tolerance_adds_probes(blocks):
    result = count_clusters(blocks, tolerance=0.03, confirm_limit=0)
    half = result.density.t_quantile * float(result.density.count(result.threshold).sem)
    assert half <= 0.03 * result.count.value
    assert half > 0.01 * result.count.value
    limited = count_clusters(blocks, tolerance=1e-3, max_probes=20, confirm_limit=0)
    assert len(limited.density.part.cumulative(np.zeros(1)).deviations) == 20


def test_number_of_moments_that_resolves_a_gap():
    graph = planted([30] * 40, mixing=0.3)
    orders = [order for order in range(8, 30) if count_clusters(graph, num_moments=order).unresolved is not None]
    assert orders
    result = count_clusters(graph, num_moments=orders[-1])
    assert result.confirmation is None or result.confirmation.count == 1
    needed = result.unresolved.num_moments
    assert orders[-1] < needed < 60
    below = f"the gap above {result.unresolved.gap.count:,.0f} eigenvalues"
    assert result.remarks[0] == f"at least {needed} moments could tell whether {below} is one"
    enough = count_clusters(graph, num_moments=needed + 10)
    assert enough.confirmation.count == 40
    assert enough.unresolved is None


def test_without_a_gap_a_tolerance_adds_nothing():
    result = count_clusters(nx.cycle_graph(600), tolerance=0.01)
    assert len(result.density.part.cumulative(np.zeros(1)).deviations) == 16


@pytest.mark.parametrize("component", ["all", "largest"])
def test_an_excluded_gap_adds_no_probes(component):
    # A tree of hubs with leaves has a gap above its hubs, whose count is sampled; a forest has no clusters.
    tree = nx.random_labeled_tree(200, seed=7)
    tree.add_edges_from((hub, (hub, leaf)) for hub in range(200) for leaf in range(12))
    tree.add_node("isolated")
    result = count_clusters(tree, tolerance=1e-4, max_probes=24, component=component)
    assert result.gaps[0].excluded == "forest"
    assert len(result.density.part.cumulative(np.zeros(1)).deviations) == 16


# --- confirmation


def test_a_limit_below_the_count_is_said(blocks):
    result = count_clusters(blocks, confirm_limit=5)
    assert result.outcome is Outcome.ESTIMATED
    assert result.confirmation is None
    assert [check.verdict for check in result.checks] == [Verdict.ABOVE_LIMIT]
    assert result.remarks == ("the gap is not confirmed: the count is above the limit of 5",)
    unasked = count_clusters(blocks, confirm_limit=0)
    assert (unasked.outcome, unasked.confirmation, unasked.checks) == (Outcome.ESTIMATED, None, ())


def test_a_count_that_turns_out_above_the_limit_is_not_confirmed(blocks):
    # The estimate of a gap below the limit, and ten clusters by the solver.
    estimate = count_clusters(blocks, confirm_limit=0)
    low = replace(estimate.gap, count=2.0, count_low=1.0, count_high=12.0)
    result = confirm(replace(estimate, gap=low, gaps=(low,)), graph_operator(blocks), limit=2)
    assert result.confirmation is None
    assert [check.verdict for check in result.checks] == [Verdict.ABOVE_LIMIT]


def test_a_solver_that_fails_leaves_the_estimate(blocks, monkeypatch):
    def failing(*_, **__):
        raise NotConvergedError("it stopped")

    monkeypatch.setattr(confirmation, "low_spectrum", failing)
    result = count_clusters(blocks)
    assert result.outcome is Outcome.ESTIMATED
    assert result.confirmation is None
    assert [check.verdict for check in result.checks] == [Verdict.NOT_CONVERGED]
    assert result.remarks == ("the gap is not confirmed, the estimate stands: it stopped",)


def test_a_pocket_is_no_cluster():
    # A chain hangs on a random graph: one low eigenvalue that lives on a few vertices.
    graph = nx.random_regular_graph(8, 1000, seed=1)
    nx.add_path(graph, [0, "a", "b", "c", "d"])
    graph = Graph.from_networkx(graph)
    exact, vectors = np.linalg.eigh(graph_operator(graph).matrix().toarray())
    low = exact < 0.25
    assert low.sum() == 2
    assert 1 / (vectors[:, 1] ** 4).sum() < 10
    estimate = count_on_density(exact_density(prepare(graph, Sampling())), "normalized", 1)
    assert estimate.count.value == 2
    result = confirm(estimate, graph_operator(graph))
    assert result.confirmation is None or result.confirmation.count == 1
    assert result.checks[0].verdict is Verdict.ONLY_POCKETS
    assert result.checks[0].gap is result.gaps[0]
    assert "only 1 eigenvalue of groups of a few vertices lies below" in result.remarks[0]
    # A gap that was rejected is the last candidate, and no longer significant.
    assert result.gaps[0].significant
    assert result.candidates[-1] == replace(result.gaps[0], significant=False)
    assert result.candidates[:-1] == result.gaps[1:]


def test_pockets_beside_clusters_are_not_counted(blocks):
    graph = nx.from_scipy_sparse_array(blocks.adjacency())
    nx.add_path(graph, [0, "a", "b", "c", "d"])
    result = count_clusters(graph)
    assert result.confirmation.count == 10
    assert result.confirmation.pockets == 1
    assert result.confirmation.spectrum.count == 11
    assert any("not counted: 1 eigenvalue of groups of a few vertices" in remark for remark in result.remarks)


def core_with_cliques(cliques, size, *, nodes=400, seed=1):
    """A regular graph on which cliques hang by one edge each, all alike."""
    graph = nx.random_regular_graph(20, nodes, seed=seed)
    for index in range(cliques):
        clique = [("clique", index, place) for place in range(size)]
        graph.add_edges_from((one, other) for place, one in enumerate(clique) for other in clique[:place])
        graph.add_edge(clique[0], index)
    return Graph.from_networkx(nx.convert_node_labels_to_integers(graph))


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_alike_cliques_are_all_pockets_or_all_clusters(seed):
    # Their eigenvectors are degenerate: single ones live on any number of cliques, as the solver has it.
    small = count_clusters(core_with_cliques(12, 4), seed=seed)
    assert small.confirmation.count == 1
    assert any("12 eigenvalues of groups of a few vertices" in remark for remark in small.remarks)
    large = count_clusters(core_with_cliques(12, 14), seed=seed)
    assert large.confirmation.count == 13
    groups = partition(large)
    assert sorted(np.bincount(groups)) == [14] * 12 + [400]


def test_pockets_join_the_cluster_they_hang_on(blocks):
    graph = nx.from_scipy_sparse_array(blocks.adjacency())
    nx.add_path(graph, [0, 700, 701, 702, 703])
    result = count_clusters(graph)
    groups = partition(result)
    assert groups.max() == 9
    assert set(groups[700:]) == {groups[0]}


def test_the_limit_of_a_pocket_follows_the_clusters():
    graph = planted([70] * 4, seed=2)
    low = count_clusters(graph).confirmation.spectrum
    assert DEFAULT_SETTINGS.pocket_limit(low) == 10
    ring = Graph.from_networkx(nx.connected_caveman_graph(60, 6))
    result = count_clusters(ring)
    assert DEFAULT_SETTINGS.pocket_limit(result.confirmation.spectrum) == pytest.approx(0.25 * 6)
    assert count_pockets(result.confirmation.spectrum) == 0


# --- partitions


@pytest.mark.parametrize("sizes", [[70] * 10, [40, 80, 120, 160, 200], [400] * 2])
def test_planted_blocks_are_recovered(sizes):
    graph, truth = planted(sizes, seed=5), np.repeat(np.arange(len(sizes)), sizes)
    groups = partition(count_clusters(graph))
    assert groups.shape == truth.shape
    assert groups.max() + 1 == len(sizes)
    assert agreement(groups, truth) > 0.98
    # Numbered in the order of first vertices.
    first = [np.flatnonzero(groups == group)[0] for group in range(len(sizes))]
    assert first == sorted(first)


def test_partitions_of_other_operators():
    graph = planted([70] * 4, degree=30, mixing=0.05, seed=2)
    groups = partition(count_clusters(graph, operator="combinatorial"))
    assert agreement(groups, np.repeat(np.arange(4), 70)) > 0.98


def test_components_are_partitioned_by_themselves():
    graph = planted([60] * 3, seed=4)
    order = np.random.default_rng(0).permutation(4 * 180)
    union_matrix = sparse.block_diag([graph.adjacency()] * 4, format="csr")
    shuffled = Graph.from_scipy(sparse.csr_array(union_matrix[order][:, order]))
    groups = partition(count_clusters(shuffled))
    truth = np.repeat(np.arange(12), 60)[order]
    assert agreement(groups, truth) == 1.0
    assert groups.max() == 11


def test_a_partition_needs_a_confirmed_count(sketched):
    with pytest.raises(ParameterError, match="needs a confirmed count"):
        partition(count_clusters(sketched))


def test_partitions_are_written_with_original_ids(tmp_path):
    graph = Graph.from_networkx(nx.relabel_nodes(nx.path_graph(3), {0: "a b", 1: "b", 2: 'c"d'}))
    write_labels(graph, np.array([0, 0, 1]), tmp_path / "a.tsv")
    assert (tmp_path / "a.tsv").read_text() == 'a b\t0\nb\t0\n"c""d"\t1\n'
    write_labels(Graph.from_networkx(nx.path_graph(2)), np.array([0, 1]), tmp_path / "b.tsv")
    assert (tmp_path / "b.tsv").read_text() == "0\t0\n1\t1\n"
