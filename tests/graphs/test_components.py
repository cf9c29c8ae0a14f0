"""Connected components and their bipartite parts against networkx, by either search."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from spectra import complete, cycle, isolated, path, random_graph, union
from strategies import sparse_networks

from graphspec.graphs.components import connected_components, largest_component
from graphspec.graphs.graph import Graph
from graphspec.machine import KERNEL_VARIABLE, native, use_native


@given(sparse_networks())
def test_components_and_bipartite_parts_equal_networkx(network):
    components = connected_components(Graph.from_networkx(network))
    parts = list(nx.connected_components(network))
    assert components.count == len(parts)
    assert sorted(components.sizes) == sorted(map(len, parts))
    for part in parts:
        labels = {components.label[vertex] for vertex in part}
        assert len(labels) == 1
        subgraph = network.subgraph(part)
        expected = nx.is_bipartite(subgraph) and subgraph.number_of_edges() > 0
        assert components.bipartite[labels.pop()] == expected


@given(sparse_networks())
def test_sides_of_bipartite_components_differ_along_every_edge(network):
    components = connected_components(Graph.from_networkx(network))
    for tail, head in network.edges:
        if components.bipartite[components.label[tail]]:
            assert components.side[tail] != components.side[head]


@given(sparse_networks())
def test_components_are_numbered_in_the_order_of_their_first_vertices(network):
    label = connected_components(Graph.from_networkx(network)).label
    _, first = np.unique(label, return_index=True)
    assert (np.diff(first) > 0).all()


def test_many_components_at_once():
    sizes = np.random.default_rng(3).integers(2, 9, 300)
    example = union(*(cycle(size) if size > 2 else path(size) for size in sizes))
    components = connected_components(example.graph)
    np.testing.assert_array_equal(components.sizes, sizes)
    np.testing.assert_array_equal(components.bipartite, sizes % 2 == 0)


def test_a_long_path_is_bipartite():
    # Depth 5000 takes many rounds of pointer doubling.
    components = connected_components(path(5001).graph)
    np.testing.assert_array_equal(components.side, np.arange(5001) % 2)
    assert components.bipartite.tolist() == [True]


def test_a_graph_without_vertices_has_no_components():
    components = connected_components(Graph.from_edges([], [], num_nodes=0))
    assert components.count == 0


def test_largest_component_keeps_labels_and_is_the_first_of_equals():
    graph = union(isolated(1), path(3), cycle(4), complete(4)).graph
    largest = largest_component(graph)
    assert largest.labels.tolist() == [4, 5, 6, 7]
    assert largest.num_edges == 4


def test_largest_component_of_a_connected_graph_is_the_graph():
    graph = cycle(5).graph
    assert largest_component(graph) is graph


def test_largest_component_keeps_weights():
    graph = random_graph(60, 1.5, 2, weighted=True)
    network = nx.from_scipy_sparse_array(graph.adjacency())
    expected = network.subgraph(max(nx.connected_components(network), key=len))
    assert largest_component(graph).degrees.sum() == pytest.approx(2 * expected.size(weight="weight"))


@pytest.mark.parametrize("seed", range(5))
def test_either_search_finds_the_same(seed, monkeypatch):
    graph = random_graph(300, 0.8 + 0.3 * seed, seed)
    compiled = connected_components(graph)
    monkeypatch.setenv(KERNEL_VARIABLE, "portable")
    portable = connected_components(graph)
    assert portable._parities is None
    for name in ("label", "sizes", "side", "bipartite"):
        np.testing.assert_array_equal(getattr(compiled, name), getattr(portable, name))


@pytest.mark.skipif(not use_native(), reason="the extension module was not built, or is not wanted")
def test_the_search_refuses_buffers_that_do_not_fit():
    indptr, indices = np.array([0, 1, 2]), np.array([1, 0], np.int32)
    right = [np.full(2, -1, np.int32), np.zeros(2, np.int8), np.zeros(2, np.int8), np.zeros(3, np.int32)]
    assert native.connected_components(indptr, indices, *right) == 1
    for place, (name, length) in enumerate({"label": 2, "side": 2, "odd": 2, "queue": 3}.items()):
        wrong = [array[:-1] if number == place else array for number, array in enumerate(right)]
        with pytest.raises(ValueError, match=f"{name} has {length - 1} items, (at least )?{length} are needed"):
            native.connected_components(indptr, indices, *wrong)
    with pytest.raises(ValueError, match="indices has 1 items, at least 2 are needed"):
        native.connected_components(indptr, indices[:1], *right)
