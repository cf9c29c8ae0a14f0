"""The operators of a graph and of any matrix: entries, intervals, traces."""

import networkx as nx
import numpy as np
import pytest
from scipy import sparse
from scipy.sparse.linalg import LinearOperator, aslinearoperator
from spectra import CASE_IDS, CASES, complete, cycle, edges, hypercube, random_graph, star

import graphspec
from graphspec.errors import InputError, ParameterError
from graphspec.exact.remainder import take_out
from graphspec.graphs.graph import Graph
from graphspec.operators.kinds import OPERATORS, graph_operator
from graphspec.operators.linear import linear_operator
from graphspec.sketches.moments import spectrum_moments

ROUNDING = 1e-12  # a few operations in float64 on entries of order one
DENSE_TOLERANCE = 1e-9  # a dense solver's error and the margin of the power bound, relative to the interval
POWER_TIGHTNESS = 1.2e-3  # a margin of one in a thousand, and what the power steps leave


def networkx_matrix(graph, operator):
    """Return the operator as networkx defines it, dense."""
    network = nx.empty_graph(graph.num_nodes)
    sources, targets = edges(graph)
    weights = np.ones(len(sources)) if graph.weights is None else graph.weights
    network.add_weighted_edges_from(zip(sources.tolist(), targets.tolist(), weights.tolist(), strict=True))
    if operator == "normalized":
        return nx.normalized_laplacian_matrix(network).toarray()
    if operator == "adjacency":
        return nx.adjacency_matrix(network).toarray()
    scale = 1.0 if operator == "combinatorial" else 1 / np.sqrt(graph.num_nodes)
    return scale * nx.laplacian_matrix(network).toarray()


RANDOM_GRAPHS = [
    pytest.param(random_graph(n, mean_degree, seed, weighted=weighted), id=f"{n}-{mean_degree}-{seed}-{weighted}")
    for n, mean_degree, seed in [(1, 0.0, 3), (30, 0.0, 3), (40, 0.9, 4), (60, 1.6, 5), (80, 4.0, 6), (50, 20.0, 7)]
    for weighted in (False, True)
]
SYMMETRIC = np.array([[2.0, -1.0, 0.0], [-1.0, 3.0, 0.5], [0.0, 0.5, -4.0]])
FORMS = [np.asarray, sparse.csr_array, sparse.coo_matrix, aslinearoperator]


@pytest.mark.parametrize("graph", RANDOM_GRAPHS)
@pytest.mark.parametrize("operator", OPERATORS)
def test_matrix_equals_networkx(graph, operator):
    matrix = graph_operator(graph, operator).matrix()
    np.testing.assert_allclose(matrix.toarray(), networkx_matrix(graph, operator), atol=ROUNDING)


@pytest.mark.parametrize("graph", RANDOM_GRAPHS)
@pytest.mark.parametrize("operator", OPERATORS)
def test_dense_arrays_are_parts_of_the_matrix(graph, operator):
    target = graph_operator(graph, operator)
    for rows in (np.arange(graph.num_nodes), np.arange(0, graph.num_nodes, 3)):
        expected = target.matrix().toarray()[np.ix_(rows, rows)]
        np.testing.assert_allclose(target.dense(rows), expected, atol=ROUNDING)
        np.testing.assert_array_equal(linear_operator(target.matrix(), (-9, 9)).dense(rows), expected)


@pytest.mark.parametrize(("example", "operator"), CASES, ids=CASE_IDS)
def test_spectrum_is_the_closed_form(example, operator):
    matrix = graph_operator(example.graph, operator).matrix().toarray()
    expected = example.spectra[operator]
    tolerance = DENSE_TOLERANCE * max(1.0, np.abs(expected).max())
    np.testing.assert_allclose(np.linalg.eigvalsh(matrix), expected, atol=tolerance)


@pytest.mark.parametrize("graph", RANDOM_GRAPHS)
def test_laplacians_annihilate_their_null_vectors(graph):
    ones, roots = np.ones(graph.num_nodes), np.sqrt(graph.degrees)
    tolerance = ROUNDING * max(1.0, graph.degrees.max())
    np.testing.assert_allclose(graph_operator(graph, "combinatorial").matrix() @ ones, 0.0, atol=tolerance)
    np.testing.assert_allclose(graph_operator(graph, "natural").matrix() @ ones, 0.0, atol=tolerance)
    np.testing.assert_allclose(graph_operator(graph, "normalized").matrix() @ roots, 0.0, atol=tolerance)


def test_rows_of_isolated_vertices_are_zero():
    graph = Graph.from_edges([0], [2], num_nodes=4)
    for operator in OPERATORS:
        matrix = graph_operator(graph, operator).matrix().toarray()
        assert not matrix[[1, 3]].any()
        assert np.isfinite(matrix).all()


@pytest.mark.parametrize("graph", RANDOM_GRAPHS)
@pytest.mark.parametrize("operator", OPERATORS)
def test_interval_encloses_the_spectrum(graph, operator):
    target = graph_operator(graph, operator)
    low, high = target.interval
    values = np.linalg.eigvalsh(target.matrix().toarray())
    slack = DENSE_TOLERANCE * (high - low)
    assert low < high
    assert low - slack <= values[0]
    assert values[-1] <= high + slack


@pytest.mark.parametrize(("example", "operator"), CASES, ids=CASE_IDS)
def test_interval_encloses_the_closed_form(example, operator):
    low, high = graph_operator(example.graph, operator).interval
    slack = DENSE_TOLERANCE * (high - low)
    assert low - slack <= example.spectra[operator][0]
    assert example.spectra[operator][-1] <= high + slack


@pytest.mark.parametrize(("example", "degree"), [(cycle(25), 2), (complete(30), 29), (hypercube(5), 5)])
def test_interval_is_tight_for_regular_graphs(example, degree):
    # The Laplacian's bound is that of D + A, which is 2 d: tight for bipartite graphs, n / 2 (n - 1) for complete ones.
    assert graph_operator(example.graph, "combinatorial").interval == pytest.approx(
        (0, 2 * degree), rel=POWER_TIGHTNESS
    )
    assert graph_operator(example.graph, "adjacency").interval == pytest.approx((-degree, degree), rel=POWER_TIGHTNESS)


def test_interval_is_tight_for_a_star():
    # Power steps converge from the degrees, which are far from the Perron vector.
    assert graph_operator(star(24).graph, "combinatorial").interval == pytest.approx((0, 25), rel=POWER_TIGHTNESS)
    assert graph_operator(star(24).graph, "adjacency").interval == pytest.approx(
        (-np.sqrt(24), np.sqrt(24)), rel=POWER_TIGHTNESS
    )


@pytest.mark.parametrize("graph", RANDOM_GRAPHS)
@pytest.mark.parametrize("operator", OPERATORS)
def test_power_traces_equal_dense_traces(graph, operator):
    target = graph_operator(graph, operator)
    matrix = target.matrix().toarray()
    expected = [np.trace(np.linalg.matrix_power(matrix, power)) for power in range(len(target.power_traces))]
    assert len(expected) == 3
    assert target.power_traces == pytest.approx(expected, rel=1e-10, abs=1e-10)


@pytest.mark.parametrize("graph", RANDOM_GRAPHS)
@pytest.mark.parametrize("operator", OPERATORS)
@pytest.mark.parametrize("structure", [False, True], ids=["plain", "structure"])
def test_product_multiplies_by_the_scaled_matrix(graph, operator, structure):
    remainder = take_out(graph_operator(graph, operator)) if structure else None
    target = graph_operator(graph, operator) if remainder is None else remainder.operator
    low, high = target.interval
    scaled = (target.matrix().toarray() - (low + high) / 2 * np.eye(target.num_rows)) / ((high - low) / 2)
    vector = np.random.default_rng(2).standard_normal(target.num_rows)
    if remainder is not None:
        remainder.known.remove_from(vector)
    np.testing.assert_allclose(multiplied(target.product(1, np.float64), vector), scaled @ vector, atol=1e-11)


def multiplied(product, vector):
    """Return the product of the matrix, rows unordered, with a vector."""
    block = product.block(vector[None, :])
    product.prepare(block)
    rows = [product.multiply(part, block) for part in range(len(product.bounds) - 1)]
    return np.concatenate(rows)[: len(vector), 0]


def test_unknown_operator_is_refused():
    with pytest.raises(ParameterError, match="unknown operator 'signless': choose one of normalized, combinatorial"):
        graph_operator(star(3).graph, "signless")


@pytest.mark.parametrize("form", FORMS)
def test_linear_operator_takes_every_form(form):
    target = linear_operator(form(SYMMETRIC), name="toy")
    matrix = target.matrix()
    np.testing.assert_allclose(matrix.toarray() if sparse.issparse(matrix) else matrix, SYMMETRIC)
    low, high = target.interval
    values = np.linalg.eigvalsh(SYMMETRIC)
    assert low <= values[0]
    assert values[-1] <= high
    assert high - low <= 1.1 * (values[-1] - values[0])
    assert (target.name, target.num_rows) == ("toy", 3)


@pytest.mark.parametrize("form", FORMS)
def test_linear_operator_keeps_a_given_interval_and_multiplies(form):
    target = linear_operator(form(SYMMETRIC), (-6.0, 4.0))
    assert target.interval == (-6.0, 4.0)
    vector = np.array([1.0, -2.0, 3.0])
    expected = (SYMMETRIC @ vector + vector) / 5.0
    np.testing.assert_allclose(multiplied(target.product(1, np.float64), vector), expected, atol=ROUNDING)


def test_traces_of_a_sparse_matrix_are_known():
    expected = (3.0, np.trace(SYMMETRIC), np.trace(SYMMETRIC @ SYMMETRIC))
    assert linear_operator(sparse.csr_array(SYMMETRIC)).power_traces == pytest.approx(expected)
    assert linear_operator(aslinearoperator(SYMMETRIC)).power_traces == (3.0,)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("size", [1, 2, 50, 700])
def test_interval_by_lanczos_encloses(seed, size):
    random = np.random.default_rng(seed)
    values = np.sort(random.standard_normal(size)) ** 3
    target = linear_operator(sparse.diags_array(values).tocsr())
    assert target.interval[0] <= values[0]
    assert values[-1] <= target.interval[1]


@pytest.mark.parametrize("scale", [0.0, 1.0, -3.0])
def test_interval_of_a_multiple_of_the_identity_is_not_empty(scale):
    low, high = linear_operator(sparse.csr_array(scale * np.eye(5))).interval
    assert low < scale < high


def test_a_linear_operator_of_any_dtype_and_matmat():
    shifted = LinearOperator((3, 3), matvec=lambda vector: SYMMETRIC @ vector.ravel(), dtype=np.float64)
    np.testing.assert_allclose(linear_operator(shifted).matrix(), SYMMETRIC)


@pytest.mark.parametrize("shape", [(2, 3), (4, 1)])
def test_operators_must_be_square(shape):
    with pytest.raises(ParameterError, match="an operator must be square, not of shape"):
        linear_operator(np.zeros(shape))


@pytest.mark.parametrize("interval", [(1.0, 1.0), (2.0, 1.0), (0.0, np.inf), (np.nan, 1.0)])
def test_empty_intervals_are_refused(interval):
    with pytest.raises(ParameterError, match=r"the interval \[.*\] is empty"):
        linear_operator(SYMMETRIC, interval)


@pytest.mark.parametrize("form", FORMS)
def test_a_wrong_interval_is_noticed_by_the_pass(form):
    target = linear_operator(form(SYMMETRIC), (-1.0, 1.0), name="toy")
    with pytest.raises(ParameterError, match=r"the interval \[-1, 1\] does not enclose the spectrum of toy"):
        graphspec.sketch(target, num_moments=6)


def test_complex_operators_are_refused():
    with pytest.raises(ParameterError, match="an operator must be real, not complex"):
        linear_operator(np.array([[0, 1j], [-1j, 0]]))


def test_an_operator_without_rows_is_refused():
    with pytest.raises(ParameterError, match="without rows"):
        linear_operator(np.zeros((0, 0)))


@pytest.mark.parametrize("scale", [1e-8, 1.0, 1e8])
def test_the_interval_by_lanczos_does_not_depend_on_the_scale(scale):
    matrix = scale * graph_operator(random_graph(200, 5.0, 2), "adjacency").matrix()
    low, high = linear_operator(matrix).interval
    values = np.linalg.eigvalsh(matrix.toarray())
    assert low <= values[0]
    assert values[-1] <= high
    assert high - low <= 1.1 * (values[-1] - values[0])
    graphspec.sketch(linear_operator(matrix), num_moments=20)


@pytest.mark.parametrize("weight", [1e-200, 1e200])
@pytest.mark.parametrize("operator", OPERATORS)
def test_weights_out_of_range_are_refused(weight, operator):
    graph = Graph.from_edges([0, 1], [1, 2], [weight, weight])
    with pytest.raises(InputError, match=r"sums of weights up to .* are out of range: scale them"):
        graph_operator(graph, operator)


def test_weights_of_any_range_have_exact_traces():
    graph = Graph.from_edges([0, 1, 2, 3], [1, 2, 3, 0], [1e-90, 1.0, 1e30, 1e-200])
    target = graph_operator(graph)
    matrix = target.matrix().toarray()
    assert target.power_traces[2] == pytest.approx(np.trace(matrix @ matrix), rel=1e-12)


@pytest.mark.parametrize("operator", OPERATORS)
@pytest.mark.parametrize("leaves", [500, 5000])
def test_stars_are_sketched_with_every_operator(operator, leaves):
    # Exhausted recurrences leave Ritz values of no weight outside the interval.
    graph = star(leaves).graph
    found = spectrum_moments(graphspec.sketch(graph, operator=operator, structure=False, num_moments=100))
    assert np.abs(found.values).max() <= 1 + 1e-3
