"""Components, bipartite parts, and the eigenvalues and eigenvectors that they give away."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from spectra import CASE_IDS, CASES, complete, cycle, isolated, path, random_graph, star, union

from graphspec.exact.atoms import Atom, KnownSpectrum, sorted_atoms
from graphspec.exact.components import known_spectrum, unexplained_vertices
from graphspec.graphs.components import connected_components, largest_component
from graphspec.graphs.graph import Graph
from graphspec.machine import KERNEL_VARIABLE, native, use_native
from graphspec.operators.kinds import OPERATOR_NAMES, graph_operator

ROUNDING = 1e-12  # a few operations in float64 on numbers of order one to ten
EIGENVALUE_TOLERANCE = 1e-9  # a dense solver's error, times the degrees of the largest examples


@st.composite
def sparse_networks(draw):
    """Networkx graphs with few edges for their vertices: many components, often bipartite, isolated vertices."""
    n = draw(st.integers(1, 40))
    ends = st.integers(0, n - 1)
    graph = nx.empty_graph(n)
    graph.add_edges_from((a, b) for a, b in draw(st.lists(st.tuples(ends, ends), max_size=40)) if a != b)
    return graph


def known_vectors(known, n):
    """Return the known eigenvectors as rows, in the order of the families and groups."""
    vectors = [
        np.where(family.group == group, family.vector, 0.0)
        for family in known.families
        for group in np.unique(family.group)
    ]
    return np.array([vector for vector in vectors if vector.any()]).reshape(-1, n)


def multiplicity(known, eigenvalue):
    return sum(atom.multiplicity for atom in known.atoms if atom.eigenvalue == eigenvalue)


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
    assert known_spectrum(components, "normalized").dimension == 0


@pytest.mark.parametrize(("example", "operator"), CASES, ids=CASE_IDS)
def test_multiplicities_do_not_exceed_the_spectrum(example, operator):
    known = known_spectrum(connected_components(example.graph), operator)
    for atom in known.atoms:
        close = np.abs(example.spectra[operator] - atom.eigenvalue) < EIGENVALUE_TOLERANCE
        assert np.count_nonzero(close) >= atom.multiplicity


@pytest.mark.parametrize(("example", "operator"), CASES, ids=CASE_IDS)
def test_zeros_and_twos_of_laplacians_are_known_completely(example, operator):
    known = known_spectrum(connected_components(example.graph), operator)
    if operator == "adjacency":
        assert known.dimension == example.graph.num_isolated
        return
    spectrum = example.spectra[operator]
    assert multiplicity(known, 0.0) == np.count_nonzero(spectrum < EIGENVALUE_TOLERANCE)
    if operator == "normalized":
        assert multiplicity(known, 2.0) == np.count_nonzero(spectrum > 2 - EIGENVALUE_TOLERANCE)


@pytest.mark.parametrize("operator", OPERATOR_NAMES)
@pytest.mark.parametrize("weighted", [False, True], ids=["unweighted", "weighted"])
@pytest.mark.parametrize("mean_degree", [0.0, 0.8, 1.5, 6.0])
def test_known_vectors_are_orthonormal_eigenvectors(operator, weighted, mean_degree):
    graph = random_graph(120, mean_degree, 5, weighted=weighted)
    known = graph_operator(graph, operator).known
    vectors = known_vectors(known, graph.num_nodes)
    np.testing.assert_allclose(vectors @ vectors.T, np.eye(known.dimension), atol=ROUNDING)
    values = np.repeat([atom.eigenvalue for atom in known.atoms], [atom.multiplicity for atom in known.atoms])
    matrix = graph_operator(graph, operator).matrix().toarray()
    np.testing.assert_allclose(vectors @ matrix, values[:, None] * vectors, atol=ROUNDING * max(1, matrix.max()))


@pytest.mark.parametrize("operator", OPERATOR_NAMES)
@pytest.mark.parametrize("mean_degree", [0.8, 6.0])
def test_removal_is_the_orthogonal_projection(operator, mean_degree):
    graph = random_graph(120, mean_degree, 6)
    known = graph_operator(graph, operator).known
    vectors = known_vectors(known, graph.num_nodes)
    probe = np.random.default_rng(1).standard_normal(graph.num_nodes)
    once = probe.copy()
    known.remove_from(once)
    np.testing.assert_allclose(once, probe - vectors.T @ (vectors @ probe), atol=ROUNDING)
    twice = once.copy()
    known.remove_from(twice)
    np.testing.assert_allclose(twice, once, atol=ROUNDING)


def test_nothing_known_removes_nothing():
    probe = np.arange(4.0)
    KnownSpectrum().remove_from(probe)
    np.testing.assert_array_equal(probe, np.arange(4.0))


@pytest.mark.parametrize(
    ("example", "atoms"),
    [
        (path(2), [Atom(0.0, 1, "components"), Atom(2.0, 1, "bipartite components")]),
        (union(path(2), path(2)), [Atom(0.0, 2, "components"), Atom(2.0, 2, "bipartite components")]),
        (isolated(3), [Atom(0.0, 3, "components")]),
        (complete(4), [Atom(0.0, 1, "components")]),
        (union(isolated(2), star(4), complete(3)), [Atom(0.0, 4, "components"), Atom(2.0, 1, "bipartite components")]),
    ],
    ids=lambda value: value.name if hasattr(value, "name") else "atoms",
)
def test_atoms_of_the_normalized_laplacian(example, atoms):
    assert list(known_spectrum(connected_components(example.graph), "normalized").atoms) == atoms


def test_a_single_edge_is_known_completely():
    graph = path(2).graph
    known = known_spectrum(connected_components(graph), "normalized")
    assert known.dimension == graph.num_nodes
    probe = np.array([3.0, -5.0])
    known.remove_from(probe)
    np.testing.assert_allclose(probe, 0.0, atol=ROUNDING)


@pytest.mark.parametrize(
    ("operator", "expected"),
    [
        # Vertices 0 and 1 are an edge, 2 is isolated, 3 to 6 a path, 7 to 9 a triangle.
        ("normalized", [3, 4, 5, 6, 7, 8, 9]),
        ("combinatorial", [0, 1, 3, 4, 5, 6, 7, 8, 9]),
        ("natural", [0, 1, 3, 4, 5, 6, 7, 8, 9]),
        ("adjacency", [0, 1, 3, 4, 5, 6, 7, 8, 9]),
    ],
)
def test_unexplained_vertices(operator, expected):
    components = connected_components(union(path(2), isolated(1), path(4), cycle(3)).graph)
    known = known_spectrum(components, operator)
    assert unexplained_vertices(components, known).tolist() == expected


def test_all_vertices_are_unexplained_where_nothing_is_known():
    components = connected_components(path(3).graph)
    assert unexplained_vertices(components, KnownSpectrum()).tolist() == [0, 1, 2]


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


def test_atoms_are_sorted_by_eigenvalue():
    atoms = [Atom(2.0, 1, "b"), Atom(0.0, 3, "c"), Atom(0.0, 1, "a")]
    assert [(atom.eigenvalue, atom.source) for atom in sorted_atoms(atoms)] == [(0.0, "a"), (0.0, "c"), (2.0, "b")]


@pytest.mark.parametrize("seed", range(5))
def test_either_search_finds_the_same(seed, monkeypatch):
    graph = random_graph(300, 0.8 + 0.3 * seed, seed)
    found = connected_components(graph)
    monkeypatch.setenv(KERNEL_VARIABLE, "portable")
    portable = connected_components(graph)
    assert portable._parities is None
    for name in ("label", "sizes", "side", "bipartite"):
        np.testing.assert_array_equal(getattr(found, name), getattr(portable, name))


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
