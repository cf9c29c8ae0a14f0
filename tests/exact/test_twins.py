"""Twins: every class is found, weights tell vertices apart, equal hashes are no proof."""

from dataclasses import replace

import networkx as nx
import numpy as np
import pytest
from spectra import random_graph

from graphspec.exact.twins import find_twins
from graphspec.graphs.graph import Graph
from graphspec.machine import KERNEL_VARIABLE, use_native

needs_compiled = pytest.mark.skipif(not use_native(), reason="the extension module was not built, or is not wanted")


@pytest.mark.parametrize(
    ("edges", "others", "first", "linked"),
    [
        ([(0, 1), (0, 2), (0, 3)], [2, 3], [1, 1], [False, False]),
        ([(0, 1), (1, 2), (0, 2)], [1, 2], [0, 0], [True, True]),
        ([(0, 1)], [], [], []),
        ([(0, 1), (1, 2), (2, 3)], [], [], []),
        ([(0, 1), (1, 2), (2, 3), (3, 0)], [2, 3], [0, 1], [False, False]),
        ([(0, 1), (0, 2), (1, 2), (2, 3)], [1], [0], [True]),
    ],
    ids=["star", "triangle", "edge", "path", "square", "paw"],
)
def test_twins(edges, others, first, linked):
    graph = Graph.from_edges(*np.array(edges).T)
    found = find_twins(graph, np.ones(graph.num_nodes, bool))
    assert found.others.tolist() == others
    assert found.first.tolist() == first
    assert found.linked.tolist() == linked
    nothing = find_twins(graph, np.zeros(graph.num_nodes, bool))
    assert len(nothing.others) == 0


def test_weights_make_twins_different():
    tail, head = [0, 0, 0, 0], [1, 2, 3, 4]
    found = find_twins(Graph.from_edges(tail, head, [1.0, 2.0, 2.0, 0.5]), np.ones(5, bool))
    assert (found.others.tolist(), found.first.tolist()) == ([3], [2])


def test_equal_hashes_are_no_proof(monkeypatch):
    monkeypatch.setattr("graphspec.exact.twins.mixed_bits", np.zeros_like)
    graph = Graph.from_networkx(nx.lollipop_graph(6, 3))
    found = find_twins(graph, np.ones(graph.num_nodes, bool))
    assert found.others.tolist() == [1, 2, 3, 4]
    assert found.linked.all()


@needs_compiled
@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("weighted", [False, True])
def test_both_forms_find_the_same_twins(seed, weighted, monkeypatch):
    graph = random_graph(400, 1.0 + seed / 3, seed, weighted=weighted)
    if weighted:
        graph = replace(graph, weights=np.ceil(graph.weights))  # few different ones
    among = np.ones(graph.num_nodes, bool)
    found = find_twins(graph, among)
    monkeypatch.setenv(KERNEL_VARIABLE, "portable")
    portable = find_twins(graph, among)
    assert len(found.others) > 0
    for name in ("others", "first", "linked"):
        np.testing.assert_array_equal(getattr(found, name), getattr(portable, name))
