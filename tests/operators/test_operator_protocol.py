"""What every operator must fulfil: those of graphs, any matrix, quotients, and one that a user would write."""

import networkx as nx
import numpy as np
import pytest
from example_operator import LazyWalk
from hypothesis import given
from scipy import sparse
from scipy.sparse.linalg import aslinearoperator
from spectra import EXAMPLES, chebyshev_means, random_graph, whole_spectrum
from strategies import graphs

import graphspec
from graphspec.exact.components import num_low_zeros
from graphspec.exact.quotient import class_sizes, quotient, twin_atoms
from graphspec.exact.remainder import Remainder, take_out
from graphspec.exact.settings import ExactSettings
from graphspec.exact.twins import find_twins
from graphspec.graphs.components import connected_components
from graphspec.graphs.graph import Graph
from graphspec.lanczos.products import Sweep
from graphspec.operators.kinds import OPERATORS
from graphspec.operators.linear import linear_operator
from graphspec.operators.regularized import RegularizedLaplacian
from graphspec.sketches.moments import spectrum_moments

ROUNDING = 1e-12  # a few operations in float64, relative to the largest entry
DENSE_TOLERANCE = 1e-9  # a dense solver's error and the margin of the power bound, relative to the interval
FLOAT32 = 1e-6  # sums of some tens of float32 products, relative to the vector
MOMENTS = 1e-7  # dense eigenvalues through a float64 recurrence whose breakdown is cut at a coupling of 1e-6

KINDS = {**OPERATORS, "lazy-walk": LazyWalk}
GRAPHS = {example.name: example.graph for example in EXAMPLES} | {
    f"random-{n}-{mean_degree}{'-weighted' * weighted}": random_graph(n, mean_degree, seed, weighted=weighted)
    for n, mean_degree, seed in [(1, 0.0, 3), (30, 0.0, 3), (40, 0.9, 4), (60, 1.6, 5), (80, 4.0, 6), (50, 20.0, 7)]
    for weighted in (False, True)
}
SYMMETRIC = np.array([[2.0, -1.0, 0.0, 0.0], [-1.0, 3.0, 0.5, 0.0], [0.0, 0.5, -4.0, 0.0], [0.0, 0.0, 0.0, 0.0]])
MATRICES = {
    "symmetric": SYMMETRIC,
    "negative": -SYMMETRIC @ SYMMETRIC - np.eye(4),
    "large": 1e8 * SYMMETRIC,
    "one row": np.array([[-3.0]]),
    "zero": np.zeros((5, 5)),
    "laplacian": nx.laplacian_matrix(nx.barabasi_albert_graph(90, 3, seed=2)).toarray().astype(float),
}
FORMS = {"dense": np.asarray, "sparse": sparse.csr_array, "coordinates": sparse.coo_matrix, "linear": aslinearoperator}


def made(kind, graph):
    """Return the operator of a graph with what it derives from that."""
    return kind.of(graph)


def quotient_of(operator):
    """Return the operator on one vertex of every class of twins."""
    twins = find_twins(operator.graph, np.ones(operator.num_rows, bool))
    kept = np.setdiff1d(np.arange(operator.num_rows), twins.others)
    return quotient(operator, kept, twins, class_sizes(kept, twins, operator.num_rows))


GRAPH_OPERATORS = [
    pytest.param(made(kind, graph), id=f"{name}-{of}") for name, kind in KINDS.items() for of, graph in GRAPHS.items()
]
QUOTIENTS = [
    pytest.param(quotient_of(made(kind, graph)), id=f"quotient-{name}-{of}")
    for name, kind in KINDS.items()
    for of, graph in GRAPHS.items()
    if len(find_twins(graph, np.ones(graph.num_nodes, bool)).others)
]
LINEAR = [
    pytest.param(linear_operator(form(matrix)), id=f"{name}-{of}")
    for name, form in FORMS.items()
    for of, matrix in MATRICES.items()
]

every_operator = pytest.mark.parametrize("operator", [*GRAPH_OPERATORS, *QUOTIENTS, *LINEAR])
every_graph_operator = pytest.mark.parametrize("operator", GRAPH_OPERATORS)


def operators_that(condition):
    """Parametrize a test over the operators of graphs that fulfil a condition."""
    return pytest.mark.parametrize("operator", [param for param in GRAPH_OPERATORS if condition(*param.values)])


def tells_of_bipartite_components(operator):
    return operator.alternating_eigenvalue is not None and connected_components(operator.graph).bipartite.any()


def dense(operator):
    matrix = operator.matrix()
    return matrix.toarray() if sparse.issparse(matrix) else np.asarray(matrix)


def scale_of(operator):
    return max(np.abs(operator.interval).max(), 1e-300)


def columns_of(vector, label):
    """Return the parts of a vector on groups of vertices as columns."""
    return np.where(label[:, None] == np.arange(label.max(initial=0) + 1), vector[:, None], 0.0)


# --- every operator


@every_operator
def test_it_has_a_name_and_a_size(operator):
    assert isinstance(operator.name, str)
    assert operator.name
    assert operator.matrix().shape == (operator.num_rows, operator.num_rows)


@every_operator
def test_the_matrix_is_symmetric(operator):
    matrix = dense(operator)
    assert matrix.dtype == np.float64
    assert np.isfinite(matrix).all()
    np.testing.assert_allclose(matrix, matrix.T, rtol=0, atol=ROUNDING * scale_of(operator))


@every_operator
@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float64, ROUNDING), (np.float32, FLOAT32)])
def test_products_are_those_of_the_matrix_mapped_to_the_unit_interval(operator, dtype, tolerance):
    low, high = operator.interval
    half_width = (high - low) / 2
    mapped = (dense(operator) - (low + high) / 2 * np.eye(operator.num_rows)) / half_width
    vectors = np.random.default_rng(2).standard_normal((3, operator.num_rows)).astype(dtype)
    product = operator.product(1, dtype)
    block = product.block(vectors)
    image = np.zeros_like(block)
    product.prepare(block)
    product.three_terms(Sweep.over(product.bounds, 3), block, image, np.ones(3), np.zeros(3))
    # What a linear operator multiplies is shifted afterwards: the shift may be larger than the difference.
    atol = tolerance * np.linalg.norm(vectors, axis=1).max() * scale_of(operator) / half_width
    np.testing.assert_allclose(product.vectors(image), mapped @ vectors.T.astype(np.float64), rtol=0, atol=atol)


@every_operator
@pytest.mark.parametrize("step", [1, 3])
def test_dense_arrays_are_blocks_of_the_matrix(operator, step):
    rows = np.arange(0, operator.num_rows, step)
    expected = dense(operator)[np.ix_(rows, rows)]
    block = operator.dense(rows)
    assert block.dtype == np.float64
    np.testing.assert_allclose(block, expected, rtol=0, atol=ROUNDING * scale_of(operator))


@every_operator
def test_the_interval_encloses_the_spectrum(operator):
    low, high = operator.interval
    eigenvalues = np.linalg.eigvalsh(dense(operator))
    slack = DENSE_TOLERANCE * (high - low)
    assert low < high
    assert low - slack <= eigenvalues[0]
    assert eigenvalues[-1] <= high + slack


@every_operator
def test_exact_moments_are_those_of_the_spectrum(operator):
    matrix, moments = dense(operator), operator.exact_moments
    assert moments[0] == 1.0
    expected = chebyshev_means(np.linalg.eigvalsh(matrix), operator.interval, len(moments) - 1)
    np.testing.assert_allclose(moments, expected, rtol=0, atol=DENSE_TOLERANCE)


def test_moments_are_known_where_entries_are():
    for param in (*GRAPH_OPERATORS, *QUOTIENTS, *LINEAR):
        (operator,) = param.values
        known = len(operator.exact_moments)
        assert known == 1 if param.id.startswith("linear") else known >= 5


# --- operators of graphs


@every_graph_operator
def test_the_dense_matrix_is_the_sparse_one(operator):
    np.testing.assert_allclose(operator.form().dense(), operator.matrix().toarray(), rtol=1e-15)


@every_graph_operator
def test_the_null_vector_is_annihilated_on_every_component(operator):
    label = connected_components(operator.graph).label
    vectors = columns_of(operator.null_vector, label)
    assert (vectors >= 0).all()
    norms = np.linalg.norm(vectors, axis=0)
    residuals = np.linalg.norm(operator.matrix() @ vectors, axis=0)
    assert (residuals <= ROUNDING * scale_of(operator) * norms).all()


@every_graph_operator
def test_zeros_at_the_low_end_are_counted_whatever_is_taken_out(operator):
    low = operator.interval.low
    zeros = (
        np.count_nonzero(np.linalg.eigvalsh(dense(operator)) < DENSE_TOLERANCE * scale_of(operator)) if low == 0 else 0
    )
    if isinstance(operator, LazyWalk):
        zeros = operator.graph.num_isolated  # null vectors of bipartite components have entries of both signs
    assert num_low_zeros(operator, connected_components(operator.graph)) == zeros
    for structure in (True, False):
        assert graphspec.sketch(operator, structure=structure, num_moments=2, num_probes=2).num_zeros == zeros


@operators_that(tells_of_bipartite_components)
def test_null_vectors_with_alternating_signs_have_the_alternating_eigenvalue(operator):
    eigenvalue, components = operator.alternating_eigenvalue, connected_components(operator.graph)
    signed = np.where(components.side == 1, -1.0, 1.0) * operator.null_vector
    vectors = columns_of(signed, components.label)[:, components.bipartite]
    assert vectors.any(axis=0).all()
    np.testing.assert_allclose(
        operator.matrix() @ vectors, eigenvalue * vectors, rtol=0, atol=ROUNDING * scale_of(operator) * vectors.max()
    )


@operators_that(lambda operator: operator.tree_eigenvalue is not None)
def test_vertices_with_edges_have_the_tree_eigenvalue_on_the_diagonal(operator):
    diagonal = operator.matrix().diagonal()[operator.graph.num_neighbours > 0]
    np.testing.assert_allclose(diagonal, operator.tree_eigenvalue, rtol=0, atol=ROUNDING * scale_of(operator))


@every_graph_operator
def test_differences_of_twins_are_eigenvectors(operator):
    twins = find_twins(operator.graph, np.ones(operator.num_rows, bool))
    number = np.arange(len(twins.others))
    differences = np.zeros((operator.num_rows, len(number)))
    differences[twins.first, number], differences[twins.others, number] = 1.0, -1.0
    image = operator.matrix() @ differences
    eigenvalues = image[twins.first, number]
    tolerance = ROUNDING * scale_of(operator)
    np.testing.assert_allclose(image, eigenvalues * differences, rtol=0, atol=tolerance)
    atoms = twin_atoms(operator, twins)
    counted = np.repeat([atom.eigenvalue for atom in atoms], [atom.multiplicity for atom in atoms])
    np.testing.assert_allclose(counted, np.sort(eigenvalues), rtol=0, atol=tolerance)


@every_graph_operator
def test_the_spectrum_of_a_quotient_and_its_twins_is_the_whole(operator):
    twins = find_twins(operator.graph, np.ones(operator.num_rows, bool))
    atoms = [np.full(atom.multiplicity, atom.eigenvalue) for atom in twin_atoms(operator, twins)]
    united = np.sort(np.concatenate([np.linalg.eigvalsh(dense(quotient_of(operator))), *atoms]))
    tolerance = DENSE_TOLERANCE * scale_of(operator)
    np.testing.assert_allclose(united, np.linalg.eigvalsh(dense(operator)), rtol=0, atol=tolerance)


ACCURATE = {"max_solution_error": 1e-11}  # eigenvalues to the tolerance of dense solvers, whatever the weights
SETTINGS = {
    "default": ExactSettings(**ACCURATE),
    "all that there is": ExactSettings(**ACCURATE, dense_limit=4, min_share=0.0),
    "sparse factors": ExactSettings(**ACCURATE, dense_limit=0, min_share=0.0, dense_entries=0),
}


@every_graph_operator
@pytest.mark.parametrize("settings", SETTINGS.values(), ids=SETTINGS)
def test_spectra_with_and_without_structure_agree(operator, settings):
    assert_structure_changes_nothing(operator, settings)


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
@pytest.mark.parametrize("settings", SETTINGS.values(), ids=SETTINGS)
@given(graph=graphs(magnitudes=9))
def test_structure_changes_the_spectrum_of_no_graph(kind, settings, graph):
    assert_structure_changes_nothing(made(kind, graph), settings)


def assert_structure_changes_nothing(operator, settings):
    remainder = take_out(operator, settings=settings)
    spectrum = whole_spectrum(remainder)
    assert spectrum.shape == (operator.num_rows,)
    expected = np.linalg.eigvalsh(dense(operator))
    tolerance = DENSE_TOLERANCE * scale_of(operator)
    # Eigenvalues of small components are rounded to some decimals.
    np.testing.assert_allclose(spectrum, expected, rtol=0, atol=tolerance + 10.0**-settings.digits)
    np.testing.assert_allclose(whole_spectrum(Remainder.nothing_known(operator)), expected, rtol=0, atol=tolerance)
    # What is left has the known eigenvectors that it says, and they are orthonormal.
    rows = np.arange(remainder.operator.num_rows)
    vectors = remainder.known.columns(rows)
    np.testing.assert_allclose(vectors.T @ vectors, np.eye(vectors.shape[1]), rtol=0, atol=DENSE_TOLERANCE)
    image = remainder.operator.matrix() @ vectors
    np.testing.assert_allclose(image, vectors * (vectors * image).sum(axis=0), rtol=0, atol=tolerance)


@every_graph_operator
def test_the_operator_on_components_is_a_block(operator):
    components = connected_components(operator.graph)
    for first in range(0, components.count, 5):
        # Of natural numbers some, so that parts of one and of several components are among them.
        vertices = np.flatnonzero((components.label >= first) & (components.label <= 2 * first))
        part = operator.restricted(vertices)
        assert type(part) is type(operator)
        assert part.name == operator.name
        tolerance = ROUNDING * scale_of(operator)
        np.testing.assert_allclose(dense(part), dense(operator)[np.ix_(vertices, vertices)], rtol=0, atol=tolerance)
        np.testing.assert_array_equal(part.null_vector, operator.null_vector[vertices])
    assert operator.restricted(np.arange(operator.num_rows)) is operator


@every_graph_operator
def test_an_operator_of_another_graph_is_of_the_same_kind(operator):
    other = random_graph(operator.num_rows, 1.0, 9)
    moved = operator.with_graph(other)
    assert type(moved) is type(operator)
    assert moved.graph is moved.form().graph is other
    back = moved.with_graph(operator.graph)
    np.testing.assert_array_equal(dense(back), dense(operator))
    assert back.interval == operator.interval


@every_graph_operator
def test_it_can_be_sketched(operator):
    sketch = graphspec.sketch(operator, num_moments=20, num_probes=2)
    assert sketch.exact
    assert (sketch.operator, sketch.interval) == (operator.name, operator.interval)
    expected = chebyshev_means(np.linalg.eigvalsh(dense(operator)), operator.interval, 20)
    np.testing.assert_allclose(spectrum_moments(sketch).values, expected, rtol=0, atol=MOMENTS)


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_a_graph_without_vertices_has_an_operator(kind):
    operator = made(kind, Graph.from_edges([], [], num_nodes=0))
    assert operator.matrix().shape == (0, 0)
    assert operator.exact_moments[0] == 1.0
    assert operator.null_vector.shape == (0,)


# --- what a user's operator adds


def test_a_parameter_of_an_operator_stays_with_its_parts():
    graph = GRAPHS["random-60-1.6-weighted"]
    operator = RegularizedLaplacian(graph, tau=7.0)
    assert operator.with_graph(GRAPHS["path-9"]).tau == 7.0
    assert operator.restricted(np.flatnonzero(connected_components(graph).label == 0)).tau == 7.0
    assert np.abs(dense(operator) - dense(RegularizedLaplacian(graph))).max() > 0.1


def test_the_regularized_laplacian_is_its_formula():
    graph = GRAPHS["random-60-1.6-weighted"]
    scale = np.diag((graph.degrees + 2.5) ** -0.5)
    expected = np.eye(60) - scale @ graph.adjacency().toarray() @ scale
    np.testing.assert_allclose(dense(RegularizedLaplacian(graph, tau=2.5)), expected, rtol=0, atol=ROUNDING)


def test_the_lazy_walk_is_its_formula():
    graph = Graph.from_edges([0, 1], [1, 2], num_nodes=4)
    walk = np.zeros((4, 4))
    walk[:3, :3] = 0.5 * np.eye(3)
    walk[[0, 1, 1, 2], [1, 0, 2, 1]] = 0.5 / np.sqrt(2)
    np.testing.assert_allclose(dense(LazyWalk(graph)), walk, rtol=0, atol=ROUNDING)
