"""Isomorphic branches: those of one vertex are found, their eigenvalues and what is left are the whole spectrum."""

from dataclasses import replace

import networkx as nx
import numpy as np
import pytest
from spectra import whole_spectrum

from graphspec import Graph, Sampling
from graphspec.exact.branches import find_branches
from graphspec.exact.remainder import Remainder, take_out
from graphspec.exact.settings import ExactSettings
from graphspec.operators.kinds import OPERATORS, graph_operator
from graphspec.sketches.preparation import prepare

ALL = ExactSettings(min_branches=0.0)


def _branches(graph, operator="normalized", settings=ALL):
    target = graph_operator(graph, operator)
    return find_branches(target.form(), target.interval, settings)


def _taken_out(graph, operator="normalized", **settings):
    target = graph_operator(graph, operator)
    return take_out(target, settings=ExactSettings(dense_limit=40, min_branches=0.0, **settings))


def _from_branches(remainder):
    return sum(atom.multiplicity for atom in remainder.known.atoms if atom.source == "branches")


def _spider(*legs):
    graph = nx.Graph()
    for leg, length in enumerate(legs):
        nx.add_path(graph, [0, *((leg, place) for place in range(length))])
    return nx.convert_node_labels_to_integers(graph)


def _hanging(core, *branches):
    """A complete graph, with copies of rooted trees, each given with its root and a number, tied to every vertex."""
    graph, last = nx.complete_graph(core), core
    for vertex in range(core):
        for branch, root, number in branches:
            for _ in range(number):
                graph = nx.disjoint_union(graph, branch)
                graph.add_edge(vertex, last + root)
                last += len(branch)
    return graph


GRAPHS = {
    "spider": _spider(*[7] * 12, *[3] * 5, 2),
    "balanced tree": nx.balanced_tree(3, 4),
    "two equal halves": nx.disjoint_union(nx.balanced_tree(2, 4), nx.balanced_tree(2, 4)),
    "Cayley tree": nx.disjoint_union_all([nx.balanced_tree(2, 4)] * 3 + [nx.empty_graph(1)]),
    "random tree": nx.random_labeled_tree(300, seed=5),
    "dense core": _hanging(6, (nx.balanced_tree(2, 2), 0, 3), (nx.path_graph(3), 0, 2), (nx.path_graph(3), 1, 2)),
    "hanging cliques": _hanging(30, (nx.complete_graph(4), 0, 2)),
    "path": nx.path_graph(200),
    "nothing hangs": nx.circulant_graph(60, [1, 4]),
}
GRAPHS["two equal halves"].add_edge(0, 31)
GRAPHS["Cayley tree"].add_edges_from((93, root) for root in (0, 31, 62))


@pytest.mark.parametrize("name", GRAPHS)
@pytest.mark.parametrize("operator", OPERATORS)
@pytest.mark.parametrize("weighted", [False, True])
def test_spectra_with_and_without_branches_agree(name, operator, weighted):
    graph = Graph.from_networkx(GRAPHS[name])
    if weighted:  # by the degrees of both ends, so that isomorphic branches stay so
        degree = graph.num_neighbours
        graph = replace(graph, weights=1.0 + np.repeat(degree, degree) * degree[graph.indices] % 7 / 4)
    remainder = _taken_out(graph, operator)
    expected = whole_spectrum(Remainder.nothing_known(graph_operator(graph, operator)))
    np.testing.assert_allclose(whole_spectrum(remainder), expected, atol=1e-9 * max(1.0, abs(expected).max()))
    # Linked twins, which make a tree of a clique that hangs, are found where there are no weights.
    without = {"path", "nothing hangs", *(["hanging cliques"] if weighted else [])}
    assert (_from_branches(remainder) > 0) == (name not in without)


def test_a_spider_of_equal_legs_keeps_one():
    remainder = _taken_out(Graph.from_networkx(_spider(*[8] * 50)))
    assert remainder.operator.num_rows == 9
    # 49 times every eigenvalue of a leg: a path whose last vertex is a leaf, and whose first is tied to the centre.
    leg = np.diag([1.0] * 8) + np.diag([-0.5] * 6 + [-(0.5**0.5)], 1) + np.diag([-0.5] * 6 + [-(0.5**0.5)], -1)
    found = [atom for atom in remainder.known.atoms if atom.source == "branches"]
    assert [atom.multiplicity for atom in found] == [49] * 8
    np.testing.assert_allclose([atom.eigenvalue for atom in found], np.linalg.eigvalsh(leg), atol=1e-11)


def test_a_regular_tree_keeps_a_row_of_every_level():
    assert _taken_out(Graph.from_networkx(nx.balanced_tree(3, 6))).operator.num_rows == 7
    assert prepare(nx.balanced_tree(2, 14), Sampling()).remainder.operator.num_rows == 15


def test_branches_of_different_vertices_both_remain():
    graph = nx.cycle_graph(50)
    for vertex in range(50):
        nx.add_path(graph, [vertex, (vertex, 0), (vertex, 1)])
    assert _branches(Graph.from_networkx(graph)) is None


@pytest.mark.parametrize("place", ["link", "inside"])
def test_weights_tell_branches_apart(place):
    graph = nx.star_graph(20)
    for leaf in range(1, 21):
        nx.add_path(graph, [leaf, ("middle", leaf), ("end", leaf)], weight=1.0)
        graph.edges[0, leaf]["weight"] = 1.0
    for leaf in range(1, 6):
        edge = (0, leaf) if place == "link" else (("middle", leaf), ("end", leaf))
        graph.edges[edge]["weight"] = 2.0
    found = _branches(Graph.from_networkx(graph, weight="weight"))
    # One of the five and one of the fifteen.
    assert np.count_nonzero(found.kept) == 1 + 2 * 3


def test_twins_in_a_branch_tell_it_apart():
    # Two branches that are equal when twins are one vertex.
    graph = nx.disjoint_union(nx.complete_graph(50), nx.path_graph(2))
    graph = nx.Graph([*graph.edges, (0, 50), (0, "a"), ("a", "b"), ("a", "c")])
    remainder = _taken_out(Graph.from_networkx(graph))
    assert _from_branches(remainder) == 0


def test_equal_hashes_are_no_proof(monkeypatch):
    monkeypatch.setattr("graphspec.exact.branches.mixed_bits", np.zeros_like)
    graph = Graph.from_networkx(GRAPHS["spider"])
    remainder = _taken_out(graph)
    expected = whole_spectrum(Remainder.nothing_known(graph_operator(graph)))
    np.testing.assert_allclose(whole_spectrum(remainder), expected, atol=1e-9)


def test_a_graph_that_is_solved_densely_keeps_its_branches():
    assert _from_branches(prepare(_spider(*[7] * 12), Sampling()).remainder) == 0


def test_few_branches_are_left():
    both = nx.disjoint_union(_spider(5, 5, 1), nx.random_regular_graph(3, 2000, seed=1))
    both.add_edge(0, 20)
    graph = Graph.from_networkx(both)
    assert _branches(graph, settings=ExactSettings()) is None
    assert np.count_nonzero(~_branches(graph, settings=ExactSettings(min_branches=0.002)).kept) == 5


def test_long_branches_and_expensive_ones_are_left():
    graph = Graph.from_networkx(_spider(*[30] * 4, *[10] * 4))
    assert np.count_nonzero(_branches(graph).kept) == 1 + 30 + 10
    assert np.count_nonzero(_branches(graph, settings=replace(ALL, dense_limit=29)).kept) == 1 + 120 + 10
    assert np.count_nonzero(_branches(graph, settings=replace(ALL, dense_work=10)).kept) == 1 + 120 + 10
    assert _branches(graph, settings=replace(ALL, dense_work=0)) is None
    # After twelve rounds of removing leaves the long ones are not known to be branches.
    assert np.count_nonzero(_branches(graph, settings=replace(ALL, max_rounds=12)).kept) == 1 + 120 + 10


def test_small_weights_keep_their_digits():
    graph = Graph.from_networkx(_spider(*[8] * 50))
    small = replace(graph, weights=np.full(len(graph.indices), 1e-9))
    one = replace(graph, weights=np.ones(len(graph.indices)))
    found = [
        np.array([atom.eigenvalue for atom in _taken_out(each, "combinatorial").known.atoms]) for each in (small, one)
    ]
    np.testing.assert_allclose(found[0], 1e-9 * found[1], rtol=1e-9)
