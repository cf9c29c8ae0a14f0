"""Matrices that may be positive definite, and the evidence against others."""

import numpy as np
import pytest
from scipy import sparse

from graphspec.errors import InputError
from graphspec.functionals import check_symmetric_matrix

GOOD = np.array([[2.0, -1.0, 0.0], [-1.0, 2.0, 0.5], [0.0, 0.5, 3.0]])


def changed(row, column, value):
    matrix = GOOD.copy()
    matrix[row, column] = value
    return matrix


@pytest.mark.parametrize("kind", [np.asarray, sparse.csr_array, sparse.csc_matrix, sparse.coo_array])
def test_a_good_matrix_is_returned(kind):
    checked = check_symmetric_matrix(kind(GOOD))
    assert isinstance(checked, sparse.csr_array)
    assert checked.dtype == np.float64
    assert checked.nnz == 7
    assert checked.toarray().tolist() == GOOD.tolist()


def test_the_input_is_not_changed_and_integers_and_duplicates_are_taken():
    twice = sparse.coo_array(([1, 1, 5, 0], ([0, 0, 1, 0], [0, 0, 1, 1])), shape=(2, 2))
    assert check_symmetric_matrix(twice).toarray().tolist() == [[2, 0], [0, 5]]
    assert twice.nnz == 4


def test_rounding_is_removed():
    almost = changed(0, 1, -1.0 - 1e-14)
    almost[2, 0] = 1e-16
    checked = check_symmetric_matrix(almost)
    assert (checked != checked.T).nnz == 0
    assert checked[0, 1] == pytest.approx(-1.0 - 5e-15, rel=1e-16)
    scaled = check_symmetric_matrix(1e300 * almost)
    assert (scaled != scaled.T).nnz == 0


@pytest.mark.parametrize(
    ("matrix", "message"),
    [
        (np.ones((2, 3)), "m.mtx: expected a square matrix, found one of 2 by 3"),
        (np.ones(3), "expected a square matrix, found one of 3"),
        (np.ones((0, 0)), "expected a matrix, found one without rows"),
        (GOOD * 1j, "expected real numbers, found complex ones"),
        (GOOD.astype(object), "expected real numbers, found object"),
        (changed(1, 2, np.nan), "the entry (2, 3) is nan"),
        (changed(1, 2, np.inf), "the entry (2, 3) is inf"),
        (np.full((2, 2), np.inf), "the entry (1, 1) is inf, one of 4 that are not finite"),
        (changed(2, 2, -4.0), "is not positive definite: the diagonal entry (3, 3) is -4"),
        (changed(0, 0, 0.0), "is not positive definite: the diagonal entry (1, 1) is 0"),
        (-GOOD, "the diagonal entry (3, 3) is -3, one of 3 such rows"),
        (np.diag([1.0, 0, 2, 0]), "is not positive definite: row 2 is zero, one of 2 such rows"),
        (changed(2, 1, 0.25), "expected a symmetric matrix, found 0.5 at (2, 3) and 0.25 at (3, 2)"),
        (changed(2, 0, 1e-3), "found 0 at (1, 3) and 0.001"),
        (
            np.array([[1.0, -3.0], [-3.0, 4.0]]),
            "is not positive definite: the entry (1, 2) is -3, and the diagonal entries of these rows are 1 and 4",
        ),
    ],
)
def test_the_evidence_is_named_in_one_line(matrix, message):
    with pytest.raises(InputError) as caught:
        check_symmetric_matrix(matrix, "m.mtx")
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
