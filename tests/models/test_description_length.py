"""Description lengths against enumeration of graphs, and of partitions of integers."""

import math
from functools import cache

import networkx as nx
import numpy as np
import pytest
from planted import planted

from graphspec import generate
from graphspec.graphs.graph import Graph
from graphspec.models.description_length import description_length, log_partitions
from graphspec.models.generation import get_model

ROUNDING = 1e-9


@cache
def partitions(total, parts):
    """Return the number of partitions of an integer into at most so many parts."""
    if total < 0 or (parts == 0 and total > 0):
        return 0
    return 1 if total == 0 else partitions(total, parts - 1) + partitions(total - parts, parts)


@pytest.mark.parametrize(
    ("total", "parts"), [(30, 30), (60, 7), (100, 30), (200, 10), (200, 200), (300, 25), (50, 2), (100, 3), (7, 1)]
)
def test_partitions_are_counted(total, parts):
    # The leading terms of asymptotic expansions: within a tenth even of small numbers.
    assert log_partitions(total, parts) == pytest.approx(math.log(partitions(total, parts)), abs=0.1)


def test_nothing_has_one_partition():
    assert log_partitions(0, 5) == log_partitions(5, 0) == 0.0
    assert log_partitions(30, 100) == log_partitions(30, 30)


def test_one_block_is_a_random_multigraph():
    # 2^m m! ways to order a simple graph's edges and their ends, of n^(2m); the number of blocks takes log n.
    graph = Graph.from_networkx(nx.karate_club_graph())
    n, m = graph.num_nodes, graph.num_edges
    expected = math.log(n) + 2 * m * math.log(n) - m * math.log(2) - math.lgamma(m + 1)
    assert description_length(graph) == pytest.approx(expected, abs=ROUNDING)
    assert get_model("er").description_length(graph) == description_length(graph)


def test_degrees_of_a_star_take_what_their_numbers_and_places_do():
    # One graph has these degrees, and its 2 m ends are paired in m! ways, each with equal chance, out of (2m - 1)!!.
    graph = Graph.from_networkx(nx.star_graph(9))
    m, n = 9, 10
    pairings = math.lgamma(2 * m + 1) - m * math.log(2) - math.lgamma(m + 1)
    graphs = pairings - math.lgamma(m + 1)
    degrees = math.log(n) + log_partitions(2 * m, n)  # which vertex is the centre; which degrees
    expected = math.log(n) + degrees + graphs
    assert description_length(graph, degree_corrected=True) == pytest.approx(expected, abs=ROUNDING)
    assert get_model("config", graph).description_length(graph) == pytest.approx(expected, abs=ROUNDING)


@pytest.mark.parametrize("degree_corrected", [False, True])
def test_probabilities_of_graphs_with_two_blocks(degree_corrected):
    # Blocks {0, 1} and {2, 3}: edges 0-1, 1-2, 2-3. Ends are labelled (1 within each block, 1 between).
    graph, labels = Graph.from_edges([0, 1, 2], [1, 2, 3]), np.array([0, 0, 1, 1])
    partition = math.log(4) + math.log(3) + math.log(6)  # 1 to 4 blocks, sizes 1+3, 2+2 or 3+1, C(4, 2) of these
    edges = math.log(math.comb(3 + 3 - 1, 3))  # 3 edges on 3 pairs of blocks
    if degree_corrected:
        # Degrees 1, 2 of each block: 2 arrangements each of partition 2 + 1; 3 + 0 is the other one.
        degrees = 2 * (math.log(2) + log_partitions(3, 2))
        # Of the 3 ends of a block one goes between: the 3 choices have 2 with the end of the vertex of degree 2.
        graphs = 2 * math.log(3 / 2)
    else:
        degrees = 0.0
        # 3 ends of each block, each at one of 2 vertices: 2^3 ways; the edge within has its ends in either order.
        graphs = 2 * math.log(8 / 2)
    found = description_length(graph, labels, degree_corrected=degree_corrected)
    assert found == pytest.approx(partition + edges + degrees + graphs, abs=ROUNDING)


def test_the_shortest_description_is_that_of_the_model_that_made_the_graph():
    truth = np.repeat(np.arange(4), 250)
    poisson = planted([250] * 4, degree=12, mixing=0.3, seed=2)
    blocks = {name: description_length(poisson, truth, degree_corrected=name == "dcsbm") for name in ("sbm", "dcsbm")}
    alone = {name: get_model(name, poisson).description_length(poisson) for name in ("er", "config")}
    assert min(blocks | alone, key=(blocks | alone).get) == "sbm"
    # A random partition of a graph without blocks costs more than it saves; so do the degrees.
    graph = generate("er", 1000, 3, p=0.012)
    lengths = {
        "er": description_length(graph),
        "config": description_length(graph, degree_corrected=True),
        "sbm": description_length(graph, truth),
        "dcsbm": description_length(graph, truth, degree_corrected=True),
    }
    assert min(lengths, key=lengths.get) == "er"
    assert max(lengths, key=lengths.get) in {"sbm", "dcsbm"}
    uneven = generate("ba", 1000, 3, m=6)
    assert description_length(uneven, degree_corrected=True) < description_length(uneven)


def test_isolated_vertices_do_not_count_and_other_models_have_none():
    graph = Graph.from_edges([0, 1, 2], [1, 2, 0], num_nodes=3)
    more = Graph.from_edges([0, 1, 2], [1, 2, 0], num_nodes=9)
    for name in ("er", "config"):
        assert get_model(name, more).description_length(more) == get_model(name, graph).description_length(graph)
    for name in ("ws", "ba", "regular", "geometric", "powerlaw-cluster"):
        assert get_model(name).description_length(graph) is None
