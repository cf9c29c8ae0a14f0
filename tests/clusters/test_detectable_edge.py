"""Eigenvalues at the edge of the bulk: within its noise or not, levels of lattices or groups, at both ends."""

import itertools
from functools import reduce

import networkx as nx
import numpy as np
import pytest
from scipy import linalg

import graphspec
from graphspec.clusters.detectable import DetectionSettings, detectable_on_density
from graphspec.clusters.detectable_confirmation import confirm_detectable
from graphspec.clusters.detectable_outcome import Kind
from graphspec.graphs.graph import Graph
from graphspec.operators.kinds import graph_operator


def detected(network, **options):
    plain = nx.Graph(nx.convert_node_labels_to_integers(network).edges)
    return graphspec.detectable_communities(Graph.from_networkx(plain), **options)


def confirmed(network, **settings):
    """Return the count of a network with some settings."""
    operator = graph_operator(Graph.from_networkx(network), "regularized", tau="bethe")
    count = detectable_on_density(graphspec.density(graphspec.sketch(operator)), float(np.sqrt(1 + operator.tau)))
    return confirm_detectable(count, operator, settings=DetectionSettings(**settings))


# --- the noise of the edge


@pytest.mark.parametrize(("number", "size"), [(30, 5), (10, 5), (24, 5), (6, 5)])
def test_a_wide_gap_makes_an_eigenvalue_within_the_noise_count(number, size):
    count = detected(nx.ring_of_cliques(number, size))
    assert (count.kind, count.confirmation.count) == (Kind.GROUPS, number)
    assert count.confirmation.count_low == count.confirmation.count_high == number


def test_the_level_of_that_gap_is_a_setting():
    ring = nx.ring_of_cliques(10, 5)
    assert confirmed(ring).confirmation.count == 10
    without = confirmed(ring, noise_p_value=0.0).confirmation
    assert (without.count, without.count_high, without.eigenvalues) == (7, 10, 10)
    assert without.p_value is not None
    assert confirmed(ring, noise_p_value=0.0, noise_spacings=0.0).confirmation.count == 10


def fluctuating():
    """Return random graphs without structure that have two eigenvalues or more below the threshold."""
    for seed in itertools.count():
        network = nx.random_regular_graph(6, 500, seed=seed)
        second = np.sort(np.linalg.eigvalsh(nx.to_numpy_array(network)))[-2]
        if second > 2 * np.sqrt(5):
            yield network


def test_eigenvalues_that_the_noise_explains_are_not_counted():
    for network in itertools.islice(fluctuating(), 3):
        count = detected(network)
        assert (count.kind, count.confirmation.count, count.confirmation.eigenvalues) == (Kind.NONE, 1, 2)
        assert count.sentence.startswith("1 to 2 communities can be detected (")


def test_eigenvalues_are_left_out_component_by_component():
    network = nx.disjoint_union(next(fluctuating()), nx.random_regular_graph(4, 30, seed=1))
    count = detected(network, operator="regularized", tau=4.0)
    result = count.confirmation
    assert [len(part.eigenvalues) for part in result.below.parts] == [2, 1]
    assert [len(part.eigenvalues) for part in result.spectrum.parts] == [1, 1]
    assert (count.kind, result.count, result.num_components) == (Kind.NONE, 2, 2)


# --- levels of lattices


def torus(*sides):
    return nx.grid_graph(list(sides), periodic=True)


def neighbours_on_a_torus(side, steps):
    places = itertools.product(range(side), repeat=2)
    return nx.Graph(((i, j), ((i + a) % side, (j + b) % side)) for i, j in places for a, b in steps)


def hamming(length, letters):
    return reduce(nx.cartesian_product, [nx.complete_graph(letters)] * length)


TRIANGLES, KINGS = [(1, 0), (0, 1), (1, 1)], [(1, 0), (0, 1), (1, 1), (1, -1)]
LATTICES = {
    **{f"torus {side}": torus(side, side) for side in (10, 12, 15, 16, 20, 22, 24, 25, 28, 30, 35, 38, 40)},
    **{f"torus {a} x {b}": torus(a, b) for a, b in ((15, 30), (12, 48), (17, 19), (24, 26), (31, 23))},
    **{f"cube {side}": torus(side, side, side) for side in (5, 6, 7, 8, 10, 12)},
    **{f"box {sides}": torus(*sides) for sides in ((10, 10, 6), (7, 9, 11), (5, 10, 20))},
    **{f"four dimensions {sides}": torus(*sides) for sides in ((4, 4, 4, 4), (6, 6, 6, 6), (4, 5, 6, 7), (3, 5, 7, 9))},
    **{f"open cube {side}": nx.grid_graph([side] * 3) for side in (5, 6, 8, 10, 12)},
    **{f"open grid {a} x {b}": nx.grid_2d_graph(a, b) for a, b in ((12, 12), (25, 25), (12, 48))},
    **{f"cylinder {side}": nx.grid_2d_graph(side, side, periodic=(True, False)) for side in (12, 20)},
    **{f"hypercube {power}": nx.hypercube_graph(power) for power in (7, 8, 9, 10)},
    **{f"triangles {side}": neighbours_on_a_torus(side, TRIANGLES) for side in (12, 16, 20, 30)},
    **{f"kings {side}": neighbours_on_a_torus(side, KINGS) for side in (12, 16, 24, 30)},
    **{
        f"hexagons {a} x {b}": nx.hexagonal_lattice_graph(a, b, periodic=True)
        for a, b in ((10, 10), (16, 16), (20, 30))
    },
    "words": hamming(4, 4),
    "two tori": nx.disjoint_union(torus(20, 20), torus(20, 20)),
}


@pytest.mark.parametrize("name", LATTICES)
def test_levels_of_lattices_are_scales(name):
    count = detected(LATTICES[name])
    assert count.kind is Kind.SCALES
    assert count.confirmation.count == count.confirmation.eigenvalues
    assert count.confirmation.p_value is None


def of_cliques(network, size):
    """Return a network whose vertices are cliques, each edge from another member where there are enough."""
    result, used = nx.Graph(), dict.fromkeys(network, 0)
    for node in network:
        result.add_edges_from(((node, i), (node, j)) for i in range(size) for j in range(i))
    for ends in network.edges:
        result.add_edge(*((node, used[node] % size) for node in ends))
        used.update({node: used[node] + 1 for node in ends})
    return result


BLOCKS = nx.planted_partition_graph(4, 60, 0.3, 0.02, seed=1)
CLIQUES = {
    "ring": (nx.ring_of_cliques(12, 20), 12),
    "small ring": (nx.ring_of_cliques(5, 6), 5),
    "caveman": (nx.connected_caveman_graph(30, 8), 30),
    "small caveman": (nx.connected_caveman_graph(5, 6), 5),
    "three": (nx.connected_caveman_graph(3, 10), 3),
    "grid": (of_cliques(nx.grid_2d_graph(6, 6), 10), 36),
    "torus": (of_cliques(torus(4, 4), 6), 16),
    "cube": (of_cliques(torus(3, 3, 3), 6), 27),
    "hypercube": (of_cliques(nx.hypercube_graph(5), 7), 32),
    "tree": (of_cliques(nx.balanced_tree(2, 4), 8), 31),
    "product": (nx.cartesian_product(nx.cycle_graph(30), nx.complete_graph(12)), 30),
    "windmill": (nx.windmill_graph(10, 8), 10),
    "rings in a ring": (of_cliques(nx.ring_of_cliques(5, 4), 12), 20),
    "copies of blocks": (nx.disjoint_union_all([BLOCKS] * 5), 20),
}


@pytest.mark.parametrize("name", CLIQUES)
def test_levels_of_cliques_are_groups(name):
    network, number = CLIQUES[name]
    count = detected(network)
    assert (count.kind, count.confirmation.count) == (Kind.GROUPS, number)


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ({}, Kind.SCALES),
        ({"multiplet_gap": 1.3}, Kind.GROUPS),
        ({"multiplet_share": 1.0}, Kind.GROUPS),
        ({"tie": 0.0}, Kind.GROUPS),
    ],
)
def test_settings_tell_levels_from_groups(values, kind):
    # A torus of which the last gap is 1.46 times as wide as the next widest; twenty of 21 eigenvalues are multiplets.
    assert confirmed(torus(22, 22), **values).kind is kind


def test_a_few_multiplets_among_others_are_no_lattice():
    # Three alike cliques on one vertex leave a pair of equal eigenvalues beside those of blocks.
    network = nx.planted_partition_graph(5, 150, 0.058, 0.008, seed=1)
    for index in range(3):
        clique = [("clique", index, place) for place in range(14)]
        network.add_edges_from(itertools.combinations(clique, 2))
        network.add_edge(clique[0], 0)
    values = detected(network).confirmation.below.parts[0].eigenvalues
    assert (np.diff(values) < 1e-6).sum() == 1
    assert detected(network).kind is Kind.GROUPS


# --- the other end


def test_noise_shows_no_disassortative_groups():
    told, whole = 0, 0
    for seed in range(24):
        degree, size = (4, 6, 8)[seed % 3], 500
        network = nx.random_regular_graph(degree, size, seed=seed)
        count = detected(network)
        adjacency = nx.to_numpy_array(network)
        hessian = (count.r**2 - 1 + degree) * np.eye(size) + count.r * adjacency
        number = int((np.linalg.eigvalsh(linalg.ldl(hessian)[1]) < 0).sum())
        assert count.confirmation.disassortative == number
        whole += number > 0
        told += count.num_disassortative > 0
        assert ("disassortative" in count.sentence) == (count.num_disassortative > 0)
    assert whole > 0
    assert told == 0


@pytest.mark.parametrize("blocks", [2, 3])
def test_disassortative_groups_stand_in_the_first_sentence(blocks):
    probabilities = np.full((blocks, blocks), 14 / (blocks - 1) / 400)
    np.fill_diagonal(probabilities, 0.5 / 400)
    network = nx.stochastic_block_model([400] * blocks, probabilities.tolist(), seed=1)
    count = detected(network)
    assert (count.kind, count.confirmation.count, count.num_disassortative) == (Kind.NONE, 1, blocks - 1)
    assert "No community structure" not in count.sentence
    assert count.sentence.startswith("1 group can be detected by edges within (")
    shows = "1 eigenvalue above 1 + 1/r shows" if blocks == 2 else "2 eigenvalues above 1 + 1/r show"
    assert f", but {shows} disassortative groups" in count.sentence
    assert "disassortative groups, with more edges between them than within." in count.sentence
    assert not any("1 + 1/r" in remark for remark in count.remarks)


def test_beside_communities_disassortative_groups_are_a_remark():
    first = nx.stochastic_block_model([200] * 2, [[0.001, 0.06], [0.06, 0.001]], seed=1)
    second = nx.stochastic_block_model([200] * 2, [[0.001, 0.06], [0.06, 0.001]], seed=2)
    network = nx.disjoint_union(first, second)
    network.add_edges_from((index, 400 + index) for index in range(100))
    count = detected(network)
    assert count.kind is Kind.GROUPS
    assert "2 eigenvalues above 1 + 1/r: groups with more edges between them than within" in count.remarks
