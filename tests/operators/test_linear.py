"""Any symmetric matrix or linear operator: every form, its own interval, and what is refused."""

import numpy as np
import pytest
from scipy import sparse
from scipy.sparse.linalg import LinearOperator, aslinearoperator
from spectra import chebyshev_means, random_graph

import graphspec
from graphspec.errors import ParameterError
from graphspec.machine import KERNEL_VARIABLE
from graphspec.operators.linear import linear_operator

ROUNDING = 1e-12  # a few operations in float64 on entries of order one

SYMMETRIC = np.array([[2.0, -1.0, 0.0], [-1.0, 3.0, 0.5], [0.0, 0.5, -4.0]])
FORMS = [np.asarray, sparse.csr_array, sparse.coo_matrix, aslinearoperator]


def multiplied(product, vector):
    """Return the product of the matrix, rows unordered, with a vector."""
    block = product.block(vector[None, :])
    product.prepare(block)
    rows = [product.multiply(part, block) for part in range(len(product.bounds) - 1)]
    return np.concatenate(rows)[: len(vector), 0]


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


def test_moments_of_a_matrix_with_entries_are_known():
    target = linear_operator(sparse.csr_array(SYMMETRIC))
    expected = chebyshev_means(np.linalg.eigvalsh(SYMMETRIC), target.interval, len(target.exact_moments) - 1)
    assert len(expected) >= 5
    np.testing.assert_allclose(target.exact_moments, expected, rtol=0, atol=ROUNDING)
    assert linear_operator(aslinearoperator(SYMMETRIC)).exact_moments.tolist() == [1.0]


def test_entries_that_are_stored_oddly_count_once():
    target = linear_operator(sparse.csr_array(SYMMETRIC), (-6.0, 4.0))
    rows, columns = np.nonzero(np.ones((3, 3)))
    stored = sparse.coo_array((SYMMETRIC.ravel(), (rows, columns)))  # with zeros
    halves = sparse.csr_array(
        (np.repeat(SYMMETRIC.ravel() / 2, 2), np.repeat(columns, 2), [0, 6, 12, 18]), shape=(3, 3)
    )
    for other in (stored, halves):
        np.testing.assert_allclose(
            linear_operator(other, (-6.0, 4.0)).exact_moments, target.exact_moments, rtol=0, atol=ROUNDING
        )


@pytest.mark.parametrize("kernel", ["compiled", "portable"])
@pytest.mark.parametrize("scale", [1e-170, 1e-85, 1e85, 1e155])
@pytest.mark.parametrize("degree", [3.0, 40.0])
def test_entries_of_any_range_have_exact_moments(scale, degree, kernel, monkeypatch):
    monkeypatch.setenv(KERNEL_VARIABLE, kernel)
    matrix = random_graph(400, degree, 1, weighted=True).adjacency()
    unit = linear_operator(matrix, (-200.0, 200.0)).exact_moments
    assert len(unit) >= 5
    found = linear_operator(scale * matrix, (-200.0 * scale, 200.0 * scale)).exact_moments
    np.testing.assert_allclose(found, unit, rtol=0, atol=ROUNDING)


@pytest.mark.parametrize("full", [True, False], ids=["with its diagonal", "without one entry of it"])
def test_entries_of_the_diagonal_at_the_centre_of_the_interval_are_left_out(full):
    matrix = sparse.csr_array(SYMMETRIC if full else SYMMETRIC - np.diag([0.0, 3.0, 0.0]))
    product, vector = linear_operator(matrix, (-6.0, 10.0)).product(1, np.float64), np.array([1.0, -2.0, 3.0])
    np.testing.assert_allclose(multiplied(product, vector), (matrix @ vector - 2 * vector) / 8, atol=ROUNDING)
    assert sum(part.nnz for part in product._parts) == 6  # two on the diagonal, which is 2, 3 or 0, and -4


def test_a_pattern_that_is_not_symmetric_has_no_cycles():
    matrix = sparse.csr_array(np.triu(SYMMETRIC))
    assert len(linear_operator(matrix, (-6.0, 4.0)).exact_moments) == 3


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


@pytest.mark.parametrize("known", [{2.0: np.ones(3)}, {2.0: np.eye(3)[:, :2] * 1.1}, {2.0: np.ones((3, 2)) / 3**0.5}])
def test_known_eigenvectors_must_be_orthonormal(known):
    with pytest.raises(ParameterError, match="known eigenvectors must be orthonormal columns") as caught:
        linear_operator(SYMMETRIC, known=known)
    assert caught.value.parameter == "known"


def test_known_eigenvectors_are_columns():
    matrix = np.diag([5.0, 5.0, -1.0])
    known = linear_operator(matrix, known={5.0: np.eye(3)[:, :2], -1.0: [0.0, 0.0, 1.0]}).known
    assert {value: columns.shape for value, columns in known.items()} == {5.0: (3, 2), -1.0: (3, 1)}
