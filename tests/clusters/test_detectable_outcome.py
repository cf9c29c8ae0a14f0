"""Sentences on detectable communities: what they say of a range, of an estimate alone, and of components."""

from dataclasses import replace
from itertools import pairwise

import networkx as nx
import numpy as np
import pytest

import graphspec
from graphspec.clusters.detectable import components_below
from graphspec.clusters.detectable_outcome import Kind
from graphspec.clusters.outcomes import CountEstimate
from graphspec.graphs.graph import Graph
from graphspec.operators.kinds import graph_operator

KARATE = Graph.from_networkx(nx.karate_club_graph())


def random_graph(seed, *, size=1500, degree=9):
    return nx.fast_gnp_random_graph(size, degree / size, seed=seed)


def counted(network, **options):
    return graphspec.detectable_communities(Graph.from_networkx(network), **options)


def sketched(network, **options):
    return graphspec.sketch(Graph.from_networkx(network), operator="regularized", tau="bethe", **options)


# --- a confirmed range


def test_a_range_beyond_one_group_is_what_is_said():
    count = graphspec.detectable_communities(KARATE)
    result = count.confirmation
    assert (result.count, result.count_high, result.eigenvalues, result.num_components) == (1, 2, 2, 1)
    # Rounding decides whether the recurrence on 34 eigenvalues ends, and then the estimate has no interval to speak of.
    estimates = ("1 to 3", "estimate 2")
    assert count.sentence in {
        f"1 to 2 communities can be detected ({each}; confirmed 1, 1 to 2)." for each in estimates
    }


def test_a_narrow_estimate_stands_beside_another_confirmed_count():
    count = counted(nx.ring_of_cliques(10, 5))
    assert count.sentence == "10 communities can be detected (confirmed 10)."
    estimates = {
        (9.8, 10.2): "(confirmed 10)",
        (8.8, 9.1): "(estimate 9; confirmed 10)",
        (8.8, 10.2): "(9 to 10; confirmed 10)",
    }
    for (low, high), words in estimates.items():
        assert words in replace(count, count=CountEstimate((low + high) / 2, low, high)).sentence


# --- an estimate alone


@pytest.mark.parametrize("seed", range(20))
def test_an_estimate_that_holds_one_shows_no_communities(seed):
    count = counted(random_graph(seed), confirm_limit=0)
    low, high = round(count.count.low), round(count.count.high)
    assert count.count.low <= 1
    assert count.kind is Kind.NONE
    assert "communities can be detected" not in count.sentence
    if high > 1:
        assert count.sentence.startswith("The estimate cannot be told from one group (")
        assert f", {low} to {high})." in count.sentence


def test_the_same_of_a_sketch():
    count = graphspec.detectable_communities(sketched(random_graph(1)))
    assert count.kind is Kind.NONE
    assert count.sentence.startswith("The estimate cannot be told from one group (")


@pytest.mark.parametrize("make", [lambda network: Graph.from_networkx(network), sketched])
def test_components_are_no_communities_beyond_themselves(make):
    two = nx.disjoint_union(nx.complete_graph(10), nx.complete_graph(10))
    count = graphspec.detectable_communities(make(two), confirm_limit=0)
    assert count.sentence == "No community structure can be detected within 2 components (2 groups; estimate 2)."
    many = nx.disjoint_union_all([nx.complete_graph(5)] * 400)
    count = graphspec.detectable_communities(make(many))
    assert count.kind is Kind.NONE
    assert count.sentence == "No community structure can be detected within 400 components (400 groups; estimate 400)."


def test_components_that_are_sampled_are_no_communities_either():
    network = nx.disjoint_union_all([random_graph(seed) for seed in range(3)])
    count = counted(network, confirm_limit=0)
    assert (count.kind, count.num_components) == (Kind.NONE, 3)
    assert count.sentence.startswith("The estimate cannot be told from one group in each of 3 components (")
    whole = counted(network)
    assert whole.sentence.startswith("No community structure can be detected within 3 components (3 groups; ")


def test_pieces_without_an_eigenvalue_hide_no_communities():
    blocks = nx.planted_partition_graph(10, 150, 0.055, 0.003, seed=1)
    network = nx.disjoint_union_all([blocks] + [nx.path_graph(3)] * 200)
    count = graphspec.detectable_communities(sketched(network))
    assert (count.kind, count.num_components) == (Kind.GROUPS, 1)


def test_communities_beyond_components_are_told_by_an_estimate():
    network = nx.disjoint_union_all([nx.ring_of_cliques(12, 10), nx.ring_of_cliques(10, 8)])
    count = counted(network, confirm_limit=0)
    assert (count.kind, count.num_components, round(count.best)) == (Kind.GROUPS, 2, 22)


def test_components_below_the_threshold_are_certain():
    sizes = [3, 4, 5, 6, 9, 14]
    networks = [nx.complete_graph(size) for size in sizes] + [nx.path_graph(7), nx.ring_of_cliques(6, 6)]
    graph = Graph.from_networkx(nx.disjoint_union_all([*networks, nx.empty_graph(2)]))
    for r in (1.5, 2.0, 3.0, 4.0, 8.0):
        operator = graph_operator(graph, "regularized", tau=r * r - 1)
        starts = np.cumsum([0, *map(len, networks)])
        lowest = [
            np.linalg.eigvalsh(operator.restricted(np.arange(start, end)).dense(np.arange(end - start)))[0]
            for start, end in pairwise(starts)
        ]
        assert components_below(graph, r) == (np.array(lowest) < 1 - 1 / r - 1e-9).sum()


# --- the radius, and the mean degree


def test_a_radius_that_was_chosen_is_not_that_of_the_bulk():
    usual = counted(nx.ring_of_cliques(10, 8))
    chosen = counted(nx.ring_of_cliques(10, 8), tau=3)
    assert (usual.radius_in_words, chosen.radius_in_words) == ("the radius of the bulk", "tau = 3")
    assert chosen.r == 2.0
    bethe = counted(nx.ring_of_cliques(10, 8), operator="regularized", tau="bethe")
    assert bethe.radius_in_words == "the radius of the bulk"
    item = graphspec.sketch(KARATE, operator="regularized", tau=3)
    assert graphspec.detectable_communities(item).radius_in_words == "tau = 3"


def test_a_sketch_knows_the_mean_degree():
    item = sketched(random_graph(1, degree=1.5, size=3000))
    count = graphspec.detectable_communities(item)
    assert count.mean_degree == pytest.approx(2 * item.source.num_edges / 3000)
    assert "below 2 theory does not say what can be detected" in count.remarks[-1]
