"""Isomorphic components: classes are never wrong, and are found under any order of the vertices."""

import networkx as nx
import numpy as np
import pytest
from scipy import sparse
from spectra import random_graph, weighted_copy

from graphspec.exact.isomorphic import isomorphic_components
from graphspec.graphs.components import connected_components
from graphspec.graphs.graph import Graph


def classes_of(graph):
    return isomorphic_components(connected_components(graph))


def shuffled_copies(graph, copies, seed):
    """Return disjoint copies whose vertices are all renamed at random."""
    union = sparse.block_diag([graph.adjacency()] * copies, format="csr")
    order = np.random.default_rng(seed).permutation(union.shape[0])
    return Graph.from_scipy(sparse.csr_array(union[order][:, order]), weighted=graph.weights is not None)


@pytest.mark.parametrize("weighted", [False, True])
def test_renamed_copies_are_one_class(weighted):
    graph = Graph.from_networkx(nx.gnm_random_graph(40, 120, seed=1))
    graph = weighted_copy(graph, 1) if weighted else graph
    assert connected_components(graph).count == 1
    found = classes_of(shuffled_copies(graph, 6, seed=2))
    assert [vertices.shape for vertices in found] == [(6, 40)]


@pytest.mark.parametrize("weighted", [False, True])
def test_columns_correspond(weighted):
    graph = Graph.from_networkx(nx.gnm_random_graph(30, 70, seed=3))
    copies = shuffled_copies(weighted_copy(graph, 1) if weighted else graph, 4, seed=5)
    adjacency = copies.adjacency()
    for vertices in classes_of(copies):
        first = adjacency[vertices[0]][:, vertices[0]].toarray()
        assert np.all(np.diff(vertices[0]) > 0)
        for others in vertices:
            np.testing.assert_array_equal(adjacency[others][:, others].toarray(), first)


@pytest.mark.parametrize("seed", range(5))
def test_classes_cover_every_vertex_once(seed):
    graph = random_graph(300, 1.2, seed)
    found = np.sort(np.concatenate([vertices.ravel() for vertices in classes_of(graph)]))
    np.testing.assert_array_equal(found, np.arange(300))
    assert sum(len(vertices) for vertices in classes_of(graph)) == connected_components(graph).count


def test_graphs_that_refinement_cannot_tell_apart_are_not_mixed_up():
    # Two triangles and a hexagon: every vertex has two neighbours, so all colours are equal.
    graph = Graph.from_networkx(nx.disjoint_union_all([nx.cycle_graph(3), nx.cycle_graph(6), nx.cycle_graph(3)]))
    assert sorted(vertices.shape for vertices in classes_of(graph)) == [(1, 6), (2, 3)]


def test_weights_tell_components_apart():
    graph = Graph.from_edges([0, 2, 4], [1, 3, 5], [1.0, 2.0, 1.0])
    assert sorted(vertices.shape for vertices in classes_of(graph)) == [(1, 2), (2, 2)]


def test_few_vertices():
    assert classes_of(Graph.from_edges([], [], num_nodes=0)) == []
    assert [vertices.tolist() for vertices in classes_of(Graph.from_edges([], [], num_nodes=3))] == [[[0], [1], [2]]]
    assert [vertices.tolist() for vertices in classes_of(Graph.from_edges([0], [1]))] == [[[0, 1]]]
