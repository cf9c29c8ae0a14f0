"""Log-determinants by a factorisation: closed forms, dense ones, predictions, and what is refused."""

import os
import sys
from pathlib import Path

import numpy as np
import pytest
from scipy import sparse
from scipy.sparse.linalg import splu

from graphspec import machine
from graphspec.errors import InputError, ParameterError
from graphspec.functionals import FactorizationSettings, factorized_log_determinant, ordering, predict_factor
from graphspec.readwrite import read_matrix


def path(size):
    return sparse.diags_array([[2.0] * size, [-1.0] * (size - 1), [-1.0] * (size - 1)], offsets=[0, 1, -1])


def grid(*shape):
    """Return the Laplacian of a grid with Dirichlet ends, the sum of 2 - 2 cos over its axes."""
    matrix = path(shape[0])
    for size in shape[1:]:
        matrix = sparse.kron(matrix, sparse.eye_array(size)) + sparse.kron(
            sparse.eye_array(matrix.shape[0]), path(size)
        )
    return sparse.csr_array(matrix)


def grid_log_determinant(*shape):
    eigenvalues = np.zeros(1)
    for size in shape:
        axis = 2 - 2 * np.cos(np.pi * np.arange(1, size + 1) / (size + 1))
        eigenvalues = np.add.outer(eigenvalues, axis).ravel()
    return np.log(eigenvalues).sum()


def random_matrix(size, seed, density=0.02):
    draw = np.random.default_rng(seed)
    half = sparse.random_array((size, size), density=density, rng=draw, data_sampler=draw.standard_normal)
    return sparse.csr_array(half @ half.T + sparse.diags_array(draw.uniform(0.1, 1, size)))


@pytest.fixture(params=["nested dissection", "minimum degree"], autouse=True)
def order(request, monkeypatch):
    """Run a test by either order."""
    if request.param == "nested dissection":
        pytest.importorskip("pymetis")
    else:
        monkeypatch.setitem(sys.modules, "pymetis", None)


@pytest.mark.parametrize("shape", [(1,), (2,), (50,), (30, 30), (7, 40), (9, 9, 9)])
def test_grids_have_closed_forms(shape):
    found = factorized_log_determinant(grid(*shape))
    assert found.value == pytest.approx(grid_log_determinant(*shape), rel=1e-13)
    assert found.rounding < 1e-10
    assert 0 < found.smallest_pivot <= 1


@pytest.mark.parametrize("seed", range(5))
def test_random_matrices_agree_with_dense_ones(seed):
    matrix = random_matrix(200, seed)
    assert factorized_log_determinant(matrix).value == pytest.approx(np.linalg.slogdet(matrix.toarray())[1], rel=1e-11)


def test_diagonal_and_disconnected_matrices():
    assert factorized_log_determinant(sparse.diags_array([1.0, 2.0, 4.0])).value == pytest.approx(3 * np.log(2))
    blocks = sparse.block_diag([grid(5, 5), path(4), [[3.0]]])
    expected = grid_log_determinant(5, 5) + grid_log_determinant(4) + np.log(3)
    assert factorized_log_determinant(blocks).value == pytest.approx(expected, rel=1e-13)


def test_rows_of_any_size_neither_overflow_nor_underflow():
    matrix, scale = grid(12, 12).toarray(), 10.0 ** np.random.default_rng(0).integers(-140, 150, 144)
    scaled = matrix * scale * scale[:, None]
    expected = grid_log_determinant(12, 12) + 2 * np.log(scale).sum()
    assert factorized_log_determinant(scaled).value == pytest.approx(expected, rel=1e-12)
    assert factorized_log_determinant(1e300 * grid(3)).value == pytest.approx(np.log(4) + 3 * np.log(1e300), rel=1e-14)


def test_the_smallest_pivot_tells_its_row():
    matrix = sparse.block_diag([grid(4, 4), [[1.0, 1.0], [1.0, 1.0 + 1e-6]]])
    found = factorized_log_determinant(matrix)
    assert found.smallest_pivot == pytest.approx(1e-6, rel=1e-3)
    assert found.row in (16, 17)
    assert found.rounding > 1e-10


@pytest.mark.parametrize("kernel", ["compiled", "portable"])
@pytest.mark.parametrize("matrix", [grid(20, 20), grid(6, 7, 8), random_matrix(300, 1), path(1), sparse.eye_array(9)])
def test_the_entries_are_predicted_exactly(matrix, kernel, monkeypatch):
    monkeypatch.setenv(machine.KERNEL_VARIABLE, kernel)
    predicted = predict_factor(matrix)
    order = predicted.order
    assert sorted(order) == list(range(matrix.shape[0]))
    # The pattern alone decides: values that cancel nowhere, and a dense elimination of zeros and ones.
    dense = sparse.csr_array(matrix)[order][:, order].toarray() != 0
    for k in range(len(dense)):
        below = np.flatnonzero(dense[k + 1 :, k]) + k + 1
        dense[np.ix_(below, below)] = True
    counts = np.tril(dense, -1).sum(axis=0)
    assert predicted.complete
    assert predicted.entries == counts.sum()
    assert predicted.operations == (counts * (2 * counts + 1)).sum()
    assert predicted.seconds == predicted.operations / FactorizationSettings().rate


def test_the_library_takes_the_predicted_entries():
    matrix = grid(40, 40)
    predicted = predict_factor(matrix)
    ordered = sparse.csc_array(matrix[predicted.order][:, predicted.order])
    factors = splu(ordered, permc_spec="NATURAL", diag_pivot_thresh=0.0, options={"SymmetricMode": True})
    # Supernodes of the library are padded with zeros.
    assert predicted.entries <= factors.L.nnz - 1600 <= 1.3 * predicted.entries
    assert factorized_log_determinant(matrix).entries == predicted.entries


@pytest.mark.parametrize("kernel", ["compiled", "portable"])
def test_counting_stops_at_a_limit(kernel, monkeypatch):
    monkeypatch.setenv(machine.KERNEL_VARIABLE, kernel)
    predicted = predict_factor(grid(30, 30), most=1000)
    assert not predicted.complete
    assert 1000 < predicted.entries < 1200


def test_a_factor_that_does_not_fit_is_refused_before_it_is_computed(monkeypatch):
    monkeypatch.setattr("graphspec.functionals.factorization.splu", None)
    limit = machine.resident_bytes() + 1_000_000
    with pytest.raises(ParameterError) as caught:
        factorized_log_determinant(grid(60, 60), name="grid.mtx", memory_limit=limit)
    assert str(caught.value).startswith("grid.mtx: the factor has more than ")
    assert "GB are available: an estimate from probes needs" in str(caught.value)
    monkeypatch.setattr("graphspec.functionals.factorization.available_bytes", lambda: 500_000)
    with pytest.raises(ParameterError, match=r"of which 0\.0 GB are available"):
        factorized_log_determinant(grid(60, 60))


def test_the_memory_of_an_entry_is_a_setting(monkeypatch):
    monkeypatch.setattr("graphspec.functionals.factorization.available_bytes", lambda: 10**9)
    with pytest.raises(ParameterError, match="the factor has more than"):
        factorized_log_determinant(grid(30, 30), settings=FactorizationSettings(bytes_per_entry=10**6))
    with pytest.raises(ParameterError, match="the factor has more than"):
        factorized_log_determinant(grid(30, 30), settings=FactorizationSettings(bytes_per_row=2 * 10**6))


def test_more_entries_than_the_library_counts(monkeypatch):
    monkeypatch.setattr("graphspec.functionals.factorization._INTEGERS", 5000)
    with pytest.raises(ParameterError, match="and the library takes 2,500: an estimate"):
        factorized_log_determinant(grid(30, 30))


def test_large_matrices_are_ordered_within_a_time_limit(monkeypatch):
    monkeypatch.setitem(sys.modules, "pymetis", None)
    matrix = grid(20, 20)
    expected = ordering.elimination_order(matrix, 60.0)
    monkeypatch.setattr(ordering, "_LARGE", 10)
    assert (ordering.elimination_order(matrix, 60.0) == expected).all()
    settings = FactorizationSettings(ordering_seconds=1e-3)
    with pytest.raises(ParameterError, match=r"m: ordering the rows takes longer than 0\.001 s, as where"):
        factorized_log_determinant(matrix, name="m", settings=settings)


def test_indefinite_matrices_are_refused_by_their_pivots():
    matrix = grid(20, 20) - 0.5 * sparse.eye_array(400)
    negative = np.count_nonzero(np.linalg.eigvalsh(matrix.toarray()) < 0)
    message = rf"m: is not positive definite: the pivot of row [0-9]+ is negative, -.*as pivots, {negative} of 400$"
    with pytest.raises(InputError, match=message):
        factorized_log_determinant(matrix, name="m")
    with pytest.raises(
        InputError, match=r"the pivot of row [123] is negative, -[0-9.]+ of its diagonal entry; .* 1 of 3$"
    ):
        factorized_log_determinant(np.array([[4.0, 3.0, 3.0], [3.0, 4.0, -3.0], [3.0, -3.0, 4.0]]) * 1.0)


def test_singular_matrices_are_refused():
    with pytest.raises(InputError, match=r"is (singular up to rounding|not positive definite: a pivot .* is zero)"):
        factorized_log_determinant(np.ones((2, 2)))
    for size in (3, 30, 100):
        axis = path(size).toarray()
        axis[0, 0] = axis[-1, -1] = 1
        laplacian = sparse.kron(axis, sparse.eye_array(size)) + sparse.kron(sparse.eye_array(size), axis)
        with pytest.raises(InputError, match=r"is singular up to rounding: the pivot of row|is zero"):
            factorized_log_determinant(laplacian)
        shifted = laplacian + 1e-6 * sparse.eye_array(size**2)
        values = np.add.outer(*[2 - 2 * np.cos(np.pi * np.arange(size) / size)] * 2) + 1e-6
        assert factorized_log_determinant(shifted).value == pytest.approx(np.log(values).sum(), rel=1e-9)
        settings = FactorizationSettings(least_pivot=1e-4)
        with pytest.raises(InputError, match="is singular up to rounding"):
            factorized_log_determinant(shifted, settings=settings)


def test_a_zero_pivot_in_the_interior():
    matrix = np.array([[1.0, 1.0, 0.9], [1.0, 1.0, 0.0], [0.9, 0.0, 1.0]])
    with pytest.raises(InputError, match=r"is not positive definite|is singular up to rounding"):
        factorized_log_determinant(matrix)


def test_matrices_are_checked_first():
    with pytest.raises(InputError, match="m: expected a square matrix"):
        factorized_log_determinant(np.ones((2, 3)), name="m")


@pytest.mark.data
@pytest.mark.parametrize(("name", "expected"), [("494_bus.mtx", 3.296368), ("bcsstk13.mtx", 19.136318)])
def test_matrices_of_structures_and_power_grids(name, expected):
    folder = os.environ.get("GRAPHSPEC_DATA")
    if folder is None:
        pytest.skip("GRAPHSPEC_DATA, the folder of the real networks, is not set")
    matrix = read_matrix(Path(folder) / name)
    assert factorized_log_determinant(matrix).value / matrix.shape[0] == pytest.approx(expected, abs=1e-6)


@pytest.mark.slow
def test_a_large_grid():
    found = factorized_log_determinant(grid(300, 300))
    assert found.value == pytest.approx(grid_log_determinant(300, 300), rel=1e-12)
