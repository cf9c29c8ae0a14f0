"""Vertices in an order of breadth-first search: the same graph, the same sketch, and links that are close."""

from dataclasses import replace

import networkx as nx
import numpy as np
import pytest
from spectra import weighted_copy

from graphspec import Graph, merge, open_graph, save_graph, sketch
from graphspec.graphs import has_close_links, in_breadth_first_order
from graphspec.graphs.ordering import MAX_WAITING
from graphspec.machine import KERNEL_VARIABLE
from graphspec.operators.kinds import OPERATORS
from graphspec.sketches.moments import spectrum_moments


def _shuffled(graph, seed=1):
    number = np.random.default_rng(seed).permutation(len(graph)).tolist()
    plain = nx.convert_node_labels_to_integers(graph)
    return Graph.from_edges(*np.array([(number[u], number[v]) for u, v in plain.edges]).T, num_nodes=len(graph))


GRAPHS = {
    "grid": _shuffled(nx.grid_2d_graph(40, 50)),
    "tree": _shuffled(nx.barabasi_albert_graph(2000, 1, seed=4)),
    "twins and small components": _shuffled(
        nx.disjoint_union_all(
            [
                nx.barabasi_albert_graph(1500, 2, seed=4),
                nx.complete_bipartite_graph(4, 6),
                *[nx.cycle_graph(5)] * 3,
                nx.empty_graph(20),
            ]
        )
    ),
    "cliques on a ring": _shuffled(nx.connected_caveman_graph(120, 7)),
}


def _links(graph):
    ids = np.array(graph.ids)
    rows = np.repeat(ids, graph.num_neighbours)
    weights = np.ones(len(rows)) if graph.weights is None else graph.weights
    return sorted(zip(rows.tolist(), ids[graph.indices].tolist(), weights.tolist(), strict=True))


@pytest.mark.parametrize("name", GRAPHS)
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("kernel", ["", "portable"])
def test_it_is_the_same_graph(name, weighted, kernel, monkeypatch):
    monkeypatch.setenv(KERNEL_VARIABLE, kernel)
    graph = weighted_copy(GRAPHS[name], 3) if weighted else GRAPHS[name]
    ordered = in_breadth_first_order(graph)
    assert _links(ordered) == _links(graph)
    assert ordered.fingerprint == graph.fingerprint
    assert ordered.ids_as_read == graph.ids
    assert ordered.numbers.tolist() == ordered.labels.tolist()
    for vertex in range(ordered.num_nodes):
        row = ordered.indices[ordered.indptr[vertex] : ordered.indptr[vertex + 1]]
        assert (np.diff(row) > 0).all()
    # Again: numbers are still those of the first order.
    assert in_breadth_first_order(ordered).ids_as_read == graph.ids


@pytest.mark.parametrize("name", GRAPHS)
@pytest.mark.parametrize("operator", OPERATORS)
@pytest.mark.parametrize("structure", [False, True])
def test_sketches_are_those_of_the_order_of_reading(name, operator, structure):
    options = {"operator": operator, "num_moments": 30, "num_probes": 4, "structure": structure}
    plain, ordered = (sketch(graph, **options) for graph in (GRAPHS[name], in_breadth_first_order(GRAPHS[name])))
    moments = spectrum_moments(plain)
    np.testing.assert_allclose(spectrum_moments(ordered).values, moments.values, atol=1e-6)
    np.testing.assert_allclose(spectrum_moments(ordered).sem, moments.sem, atol=1e-6)
    other = spectrum_moments(sketch(GRAPHS[name], seed=1, **options)).values
    assert plain.exact or np.abs(other - moments.values).max() > 1e-5  # other probes are farther off


def test_sketches_of_both_orders_can_be_merged():
    graph = GRAPHS["twins and small components"]
    ordered = in_breadth_first_order(graph)
    first, second = sketch(graph, num_probes=3, first_probe=0), sketch(ordered, num_probes=4, first_probe=3)
    one, other = merge([first, second]), merge([second, first])
    whole = sketch(graph, num_probes=7)
    for found in (one, other):
        np.testing.assert_allclose(spectrum_moments(found).values, spectrum_moments(whole).values, atol=1e-6)
        assert found.low_moments.tolist() == first.low_moments.tolist()
        assert found.atoms == first.atoms
    assert one.alpha.tolist() == other.alpha.tolist()


def test_a_subgraph_keeps_the_order_of_reading():
    ordered = in_breadth_first_order(GRAPHS["grid"])
    part = ordered.subgraph(np.arange(100, 200))
    chosen = np.sort(ordered.labels[100:200])
    assert part.ids_as_read == chosen.tolist()
    assert part.fingerprint == GRAPHS["grid"].subgraph(chosen).fingerprint


def test_links_are_close():
    graph = GRAPHS["grid"]
    assert has_close_links(graph)  # it is smaller than what may wait
    rows = np.repeat(np.arange(graph.num_nodes), graph.num_neighbours)
    before = np.abs(rows - graph.indices).mean()
    ordered = in_breadth_first_order(graph)
    rows = np.repeat(np.arange(graph.num_nodes), ordered.num_neighbours)
    assert np.abs(rows - ordered.indices).mean() < before
    far = Graph.from_edges([0], [MAX_WAITING])
    assert has_close_links(far)
    assert not has_close_links(Graph.from_edges([0], [MAX_WAITING + 1]))
    assert has_close_links(Graph.from_edges([], [], num_nodes=3))


def test_a_file_holds_the_order(tmp_path):
    graph = replace(in_breadth_first_order(GRAPHS["tree"]), name="tree")
    save_graph(graph, tmp_path / "tree.graph")
    found = open_graph(tmp_path / "tree.graph")
    assert found.numbers.tolist() == graph.numbers.tolist()
    assert found.labels.tolist() == graph.labels.tolist()
    assert found.fingerprint == GRAPHS["tree"].fingerprint
    # Files of graphs in their own order can be read by earlier versions.
    for each, version in ((graph, b'"version": 2'), (GRAPHS["tree"], b'"version": 1')):
        save_graph(each, tmp_path / "x.graph")
        assert version in (tmp_path / "x.graph").read_bytes()
