"""The operators of a graph by their names: entries against networkx and scipy, spectra in closed form."""

import networkx as nx
import numpy as np
import pytest
from scipy.sparse.csgraph import laplacian
from spectra import CASE_IDS, CASES, chebyshev_means, edges, random_graph, star

import graphspec
from graphspec.errors import InputError, ParameterError
from graphspec.graphs.graph import Graph
from graphspec.operators.kinds import OPERATORS, graph_operator
from graphspec.sketches.moments import spectrum_moments

ROUNDING = 1e-12  # a few operations in float64 on entries of order one
DENSE_TOLERANCE = 1e-9  # a dense solver's error relative to the largest eigenvalue

RANDOM_GRAPHS = [
    pytest.param(random_graph(n, mean_degree, seed, weighted=weighted), id=f"{n}-{mean_degree}-{seed}-{weighted}")
    for n, mean_degree, seed in [(1, 0.0, 3), (30, 0.0, 3), (40, 0.9, 4), (60, 1.6, 5), (80, 4.0, 6), (50, 20.0, 7)]
    for weighted in (False, True)
]


def networkx_matrix(graph, operator):
    """Return the operator as networkx defines it, dense."""
    network = nx.empty_graph(graph.num_nodes)
    sources, targets = edges(graph)
    weights = np.ones(len(sources)) if graph.weights is None else graph.weights
    network.add_weighted_edges_from(zip(sources.tolist(), targets.tolist(), weights.tolist(), strict=True))
    if operator == "normalized":
        return nx.normalized_laplacian_matrix(network).toarray()
    if operator == "regularized":
        degrees = nx.adjacency_matrix(network).toarray().sum(axis=0)
        scale = np.diag((degrees + (degrees.mean() or 1.0)) ** -0.5)
        return np.eye(graph.num_nodes) - scale @ nx.adjacency_matrix(network).toarray() @ scale
    if operator == "adjacency":
        return nx.adjacency_matrix(network).toarray()
    scale = 1.0 if operator == "combinatorial" else 1 / np.sqrt(graph.num_nodes)
    return scale * nx.laplacian_matrix(network).toarray()


@pytest.mark.parametrize("graph", RANDOM_GRAPHS)
@pytest.mark.parametrize("operator", OPERATORS)
def test_matrix_equals_networkx(graph, operator):
    matrix = graph_operator(graph, operator).matrix()
    np.testing.assert_allclose(matrix.toarray(), networkx_matrix(graph, operator), atol=ROUNDING)


@pytest.mark.parametrize(("example", "operator"), CASES, ids=CASE_IDS)
def test_spectrum_is_the_closed_form(example, operator):
    matrix = graph_operator(example.graph, operator).matrix().toarray()
    expected = example.spectra[operator]
    tolerance = DENSE_TOLERANCE * max(1.0, np.abs(expected).max())
    np.testing.assert_allclose(np.linalg.eigvalsh(matrix), expected, atol=tolerance)


def test_rows_of_isolated_vertices_are_zero():
    graph = Graph.from_edges([0], [2], num_nodes=4)
    for operator in OPERATORS:
        matrix = graph_operator(graph, operator).matrix().toarray()
        assert not (matrix - (operator == "regularized") * np.eye(4))[[1, 3]].any()
        assert np.isfinite(matrix).all()


def test_unknown_operator_is_refused():
    with pytest.raises(ParameterError, match="unknown operator 'signless': choose one of normalized, combinatorial"):
        graph_operator(star(3).graph, "signless")


@pytest.mark.parametrize("weight", [1e-200, 1e200])
@pytest.mark.parametrize("operator", OPERATORS)
def test_weights_out_of_range_are_refused(weight, operator):
    graph = Graph.from_edges([0, 1], [1, 2], [weight, weight])
    with pytest.raises(InputError, match=r"sums of weights up to .* are out of range: scale them"):
        graph_operator(graph, operator)


@pytest.mark.parametrize("operator", OPERATORS)
def test_a_weight_too_small_to_be_divided_by_is_refused(operator):
    graph = Graph.from_edges([0, 1, 2], [1, 2, 3], [1.0, 1.0, 1e-310])
    with pytest.raises(InputError, match=r"weights down to 1.0e-310 are out of range: scale them, or leave those"):
        graph_operator(graph, operator)


@pytest.mark.parametrize("operator", OPERATORS)
@pytest.mark.parametrize(
    "network", [nx.random_labeled_tree(60, seed=1), nx.star_graph(30), nx.gnp_random_graph(60, 0.03, 2)]
)
def test_weights_of_many_magnitudes_give_no_warnings(network, operator):
    # Warnings of numpy are errors in the tests.
    tail, head = np.array(network.edges).T
    for small in (1e-299, 1e-200, 1e-90):
        weights = np.where(np.arange(len(tail)) % 5 == 0, small, 1.0)
        graph = Graph.from_edges(tail, head, weights, num_nodes=len(network))
        found = spectrum_moments(graphspec.sketch(graph, operator=operator, num_moments=20, num_probes=16))
        target = graph_operator(graph, operator)
        unit = target.interval.to_unit(np.linalg.eigvalsh(target.matrix().toarray()))
        exact = np.cos(np.arange(21)[:, None] * np.arccos(np.clip(unit, -1, 1))).mean(axis=1)
        assert np.all(np.abs(found.values - exact) <= 6 * found.sem + 1e-5)


def test_weights_of_any_range_have_exact_moments():
    graph = Graph.from_edges([0, 1, 2, 3], [1, 2, 3, 0], [1e-90, 1.0, 1e30, 1e-200])
    target = graph_operator(graph)
    expected = chebyshev_means(np.linalg.eigvalsh(target.matrix().toarray()), target.interval, 4)
    np.testing.assert_allclose(target.exact_moments[:5], expected, rtol=0, atol=1e-14)


@pytest.mark.parametrize("operator", OPERATORS)
@pytest.mark.parametrize("leaves", [500, 5000])
def test_stars_are_sketched_with_every_operator(operator, leaves):
    # Exhausted recurrences leave Ritz values of no weight outside the interval.
    graph = star(leaves).graph
    found = spectrum_moments(graphspec.sketch(graph, operator=operator, structure=False, num_moments=100))
    assert np.abs(found.values).max() <= 1 + 1e-3


@pytest.mark.parametrize("graph", RANDOM_GRAPHS)
@pytest.mark.parametrize(
    ("operator", "normed", "power"),
    [("normalized", True, 0.0), ("combinatorial", False, 0.0), ("natural", False, -0.5)],
)
def test_laplacians_equal_those_of_scipy(graph, operator, normed, power):
    expected = laplacian(graph.adjacency(), normed=normed).toarray() * graph.num_nodes**power
    matrix = graph_operator(graph, operator).matrix().toarray()
    np.testing.assert_allclose(matrix, expected, rtol=0, atol=ROUNDING * max(1.0, np.abs(expected).max()))


@pytest.mark.parametrize("weighted", [False, True])
def test_graphs_with_isolated_vertices_are_compared(weighted):
    graphs = [
        graph for (graph,) in (param.values for param in RANDOM_GRAPHS) if (graph.weights is not None) == weighted
    ]
    assert any(graph.num_isolated and graph.num_edges for graph in graphs)


@pytest.mark.parametrize("graph", RANDOM_GRAPHS)
def test_null_vectors_are_ones_and_roots_of_degrees(graph):
    ones, isolated = np.ones(graph.num_nodes), graph.num_neighbours == 0
    expected = {
        "combinatorial": ones,
        "natural": ones,
        "normalized": np.where(isolated, 1.0, np.sqrt(graph.degrees)),
        "adjacency": isolated.astype(float),
        "regularized": np.zeros(graph.num_nodes),
    }
    for name in OPERATORS:
        np.testing.assert_array_equal(graph_operator(graph, name).null_vector, expected[name])
