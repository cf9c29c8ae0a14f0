"""The order of rows of compiled products: the same matrix, linked rows close, rows of one length side by side."""

import numpy as np
import pytest
from scipy import sparse

from graphspec.lanczos import sparse_products
from graphspec.lanczos.compiled_products import CompiledProduct
from graphspec.lanczos.sparse_products import OrderingSettings, Rows, SparseProduct, are_close
from graphspec.machine import native, use_native

pytestmark = pytest.mark.skipif(not use_native(), reason="the extension module was not built, or is not wanted")


def symmetric(size, density, seed, dtype=np.float32):
    random = np.random.default_rng(seed)
    matrix = sparse.random_array((size, size), density=density, rng=random, dtype=dtype)
    return sparse.csr_array(matrix + matrix.T, dtype=dtype)


def shuffled_grid(side):
    line = sparse.diags_array([np.ones(side - 1)] * 2, offsets=[-1, 1])
    grid = sparse.csr_array(sparse.kron(line, sparse.eye_array(side)) + sparse.kron(sparse.eye_array(side), line))
    order = np.random.default_rng(0).permutation(side * side)
    return sparse.csr_array(grid[order][:, order], dtype=np.float32)


def distances(rows):
    source = np.repeat(np.arange(len(rows.indptr) - 1), np.diff(rows.indptr))
    return np.abs(source - rows.indices)


@pytest.mark.parametrize("size", [1, 2, 50, 4096, 9000])
@pytest.mark.parametrize("entries_per_row", [0.0, 1.0, 4.0])
def test_the_matrix_is_the_same(size, entries_per_row):
    matrix = symmetric(size, min(1.0, entries_per_row / size), 3)
    rows, order = CompiledProduct.reordered(Rows.of(matrix), 2**31)
    assert sorted(order) == list(range(size))
    permuted = sparse.csr_array((rows.data, rows.indices, rows.indptr), shape=(size, size))
    assert abs(matrix[order][:, order] - permuted).sum() == 0


def test_a_pattern_has_no_data():
    matrix = symmetric(300, 0.02, 1)
    ones = np.broadcast_to(np.ones(1, np.float32), len(matrix.indices))
    rows, order = CompiledProduct.reordered(Rows(matrix.indptr, matrix.indices, ones), 2**31)
    assert rows.data.strides == (0,)
    valued, same = CompiledProduct.reordered(Rows.of(matrix), 2**31)
    np.testing.assert_array_equal(order, same)
    np.testing.assert_array_equal(rows.indices, valued.indices)


def test_linked_rows_are_close():
    matrix = shuffled_grid(150)
    rows, _ = CompiledProduct.reordered(Rows.of(matrix), 2**31)
    # Levels of the search have at most 300 vertices; within windows rows with four neighbours come first.
    assert np.median(distances(rows)) < 400
    assert np.median(distances(Rows.of(matrix))) > 5000


def test_rows_of_one_length_stand_side_by_side():
    matrix = symmetric(10_000, 5e-4, 2)
    rows, _ = CompiledProduct.reordered(Rows.of(matrix), 2**31)
    lengths = np.diff(rows.indptr)
    for start in range(0, 10_000, 4096):
        assert (np.diff(lengths[start : start + 4096]) <= 0).all()


def test_a_search_with_too_many_rows_that_wait_is_given_up():
    matrix = shuffled_grid(150)
    # A level of the search from the centre of a grid has at most 300 vertices, and two levels wait.
    assert CompiledProduct.reordered(Rows.of(matrix), 700) is not None
    assert CompiledProduct.reordered(Rows.of(matrix), 100) is None
    random = symmetric(10_000, 1e-3, 2)
    assert CompiledProduct.reordered(Rows.of(random), 2000) is None
    for max_waiting in (2000, 10_000):
        product = CompiledProduct(Rows.of(random), 40, OrderingSettings(min_rows=100, max_waiting=max_waiting))
        assert (product.layout.order is not None) == (max_waiting == 10_000)


@pytest.mark.parametrize("kind", [SparseProduct, CompiledProduct])
def test_rows_that_are_close_are_left_where_they_are(kind):
    # Row i of a band is linked with i + 20: they lie within 40 rows, the others of a row between them.
    band = sparse.diags_array([1.0, 1.0, 1.0, 1.0], offsets=[-20, -3, 3, 20], shape=(500, 500), format="csr")
    rows = Rows.of(sparse.csr_array(band, dtype=np.float32))
    for min_rows, reordered in ((40, False), (39, True)):
        product = kind(rows, 40, OrderingSettings(min_rows=min_rows, max_waiting=500))
        assert (product.layout.order is not None) == reordered


@pytest.mark.parametrize("tasks", [1, 7, 10_000])
def test_the_span_of_entries_about_the_diagonal(tasks, monkeypatch):
    monkeypatch.setattr(sparse_products, "ROWS_PER_TASK", tasks)
    matrix = symmetric(300, 0.005, 1)  # with empty rows
    rows, columns = matrix.nonzero()
    span = int((columns - rows).max())
    assert are_close(matrix.indptr, matrix.indices, span)
    assert not are_close(matrix.indptr, matrix.indices, span - 1)
    assert are_close(np.zeros(4, np.int64), np.zeros(0, np.int32), 0)


def arguments():
    return {
        "indptr": np.array([0, 1, 2]),
        "indices": np.array([1, 0], np.int32),
        "data": np.ones(2, np.float32),
        "widest": 2,
        "window": 4,
        "order": np.zeros(2, np.int32),
        "new_indptr": np.zeros(3, np.int64),
        "new_indices": np.zeros(2, np.int32),
        "new_data": np.zeros(2, np.float32),
    }


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"indptr": np.array([1, 1, 2])}, "indptr does not begin with 0"),
        ({"indptr": np.array([0, 3, 2])}, "indptr decreases"),
        ({"indices": np.array([1, 2], np.int32)}, "indices has a row that is not there"),
        ({"indices": np.array([1, -1], np.int32)}, "indices has a row that is not there"),
        ({"window": 0}, "window is 0, less than 1"),
        ({"order": np.zeros(3, np.int32)}, "order has 3 items, 2 are needed"),
        ({"new_indptr": np.zeros(2, np.int64)}, "new_indptr has 2 items, 3 are needed"),
        ({"data": None}, "new_data has 2 items, 0 are needed"),
        ({"new_data": None}, "data and new_data are not both arrays, or None"),
    ],
)
def test_arguments_that_do_not_fit_are_refused(changed, message):
    native.local_order(*arguments().values())
    with pytest.raises(ValueError, match=message):
        native.local_order(*{**arguments(), **changed}.values())
