"""Eigenvalues that connected components tell: never too many, complete for Laplacians, with their eigenvectors."""

import numpy as np
import pytest
from spectra import CASE_IDS, CASES, complete, cycle, isolated, known_vectors, path, random_graph, star, union

from graphspec.exact.atoms import Atom, KnownSpectrum
from graphspec.exact.components import known_spectrum, unexplained_vertices
from graphspec.graphs.components import connected_components
from graphspec.graphs.graph import Graph
from graphspec.operators.kinds import OPERATORS, graph_operator
from graphspec.operators.linear import linear_operator

ROUNDING = 1e-12  # a few operations in float64 on numbers of order one to ten
EIGENVALUE_TOLERANCE = 1e-9  # a dense solver's error, times the degrees of the largest examples


def known_of(graph, operator="normalized"):
    return known_spectrum(graph_operator(graph, operator))


def multiplicity(known, eigenvalue):
    return sum(atom.multiplicity for atom in known.atoms if atom.eigenvalue == eigenvalue)


@pytest.mark.parametrize("operator", OPERATORS)
def test_nothing_is_known_of_a_graph_without_vertices(operator):
    assert known_of(Graph.from_edges([], [], num_nodes=0), operator).dimension == 0


@pytest.mark.parametrize("operator", OPERATORS)
def test_components_at_hand_are_not_searched_again(operator, monkeypatch):
    graph = union(path(4), cycle(3), isolated(2)).graph
    expected = known_of(graph, operator).atoms
    components = connected_components(graph)
    monkeypatch.setattr("graphspec.exact.components.connected_components", None)
    assert known_spectrum(graph_operator(graph, operator), components).atoms == expected


@pytest.mark.parametrize(("example", "operator"), CASES, ids=CASE_IDS)
def test_multiplicities_do_not_exceed_the_spectrum(example, operator):
    known = known_of(example.graph, operator)
    for atom in known.atoms:
        close = np.abs(example.spectra[operator] - atom.eigenvalue) < EIGENVALUE_TOLERANCE
        assert np.count_nonzero(close) >= atom.multiplicity


@pytest.mark.parametrize(("example", "operator"), CASES, ids=CASE_IDS)
def test_zeros_and_twos_of_laplacians_are_known_completely(example, operator):
    known = known_of(example.graph, operator)
    if operator == "adjacency":
        assert known.dimension == example.graph.num_isolated
        return
    spectrum = example.spectra[operator]
    assert multiplicity(known, 0.0) == np.count_nonzero(spectrum < EIGENVALUE_TOLERANCE)
    if operator == "normalized":
        assert multiplicity(known, 2.0) == np.count_nonzero(spectrum > 2 - EIGENVALUE_TOLERANCE)


@pytest.mark.parametrize("operator", OPERATORS)
@pytest.mark.parametrize("weighted", [False, True], ids=["unweighted", "weighted"])
@pytest.mark.parametrize("mean_degree", [0.0, 0.8, 1.5, 6.0])
def test_known_vectors_are_orthonormal_eigenvectors(operator, weighted, mean_degree):
    graph = random_graph(120, mean_degree, 5, weighted=weighted)
    known = known_of(graph, operator)
    vectors = known_vectors(known, graph.num_nodes)
    np.testing.assert_allclose(vectors @ vectors.T, np.eye(known.dimension), atol=ROUNDING)
    values = np.repeat([atom.eigenvalue for atom in known.atoms], [atom.multiplicity for atom in known.atoms])
    matrix = graph_operator(graph, operator).matrix().toarray()
    np.testing.assert_allclose(vectors @ matrix, values[:, None] * vectors, atol=ROUNDING * max(1, matrix.max()))


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
    assert list(known_of(example.graph).atoms) == atoms


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
    graph = union(path(2), isolated(1), path(4), cycle(3)).graph
    components = connected_components(graph)
    known = known_spectrum(graph_operator(graph, operator), components)
    assert unexplained_vertices(components, known).tolist() == expected


def test_all_vertices_are_unexplained_where_nothing_is_known():
    components = connected_components(path(3).graph)
    assert unexplained_vertices(components, KnownSpectrum()).tolist() == [0, 1, 2]


def test_the_caller_of_an_operator_knows_its_eigenvectors():
    vectors = np.linalg.qr(np.random.default_rng(0).standard_normal((6, 6)))[0]
    matrix = (vectors * [1.0, 1.0, 4.0, 5.0, 6.0, 7.0]) @ vectors.T
    known = known_spectrum(linear_operator(matrix, known={1.0: vectors[:, :2], 7.0: vectors[:, 5]}))
    assert known.atoms == (Atom(1.0, 2, "given"), Atom(7.0, 1, "given"))
    np.testing.assert_array_equal(known_vectors(known, 6), vectors[:, [0, 1, 5]].T)
    assert known_spectrum(linear_operator(matrix)).dimension == 0
