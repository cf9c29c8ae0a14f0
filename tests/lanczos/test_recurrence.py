"""The block Lanczos recurrence against a textbook one, for every layout that it may choose."""

import numpy as np
import pytest
from scipy import sparse
from spectra import complete, isolated, random_graph, star

from graphspec.lanczos.products import OperatorProduct
from graphspec.lanczos.recurrence import lanczos
from graphspec.lanczos.sparse_products import Rows, SparseProduct
from graphspec.machine import available_threads
from graphspec.operators.kinds import graph_operator
from graphspec.sketches.moments import jacobi_chebyshev_moments

ROUNDING = 1e-10  # float64 sums in another order, amplified over some twenty steps
FLOAT32_MOMENTS = 5e-6  # rounding of float32 vectors, averaged by 256-term partial sums; 1.5e-7 on large graphs
ROWS_REORDERED = 30_500  # above the number of rows from which rows are reordered for the cache


def signs(n, width, seed=0):
    return np.random.default_rng(seed).choice([-1.0, 1.0], (n, width))


def placed(product, vectors):
    return product.block(vectors.T)


def run(graph, vectors, num_steps, *, dtype=np.float64, **options):
    product = graph_operator(graph).product(num_steps, dtype)
    return lanczos(product, placed(product, vectors), num_steps, **options)


def scaled_matrix(graph):
    return graph_operator(graph).matrix() - sparse.eye_array(graph.num_nodes)


def textbook_lanczos(matrix, start, num_steps):
    """Golub and Van Loan, Matrix Computations, algorithm 10.1.1, for one vector."""
    alpha, beta = np.zeros(num_steps), np.zeros(num_steps)
    current, previous, coupling = start / np.linalg.norm(start), np.zeros_like(start), 0.0
    for step in range(num_steps):
        image = matrix @ current - coupling * previous
        alpha[step] = image @ current
        image -= alpha[step] * current
        coupling = beta[step] = np.linalg.norm(image)
        previous, current = current, image / coupling
    return alpha, beta


def chebyshev_recurrence(matrix, vectors, num_moments):
    """Return v'T_k(X)v / v'v for every column, in float64, shape (columns, num_moments + 1)."""
    previous, current = vectors, matrix @ vectors
    moments = [(vectors * previous).sum(axis=0), (vectors * current).sum(axis=0)]
    while len(moments) <= num_moments:
        previous, current = current, 2 * (matrix @ current) - previous
        moments.append((vectors * current).sum(axis=0))
    return np.array(moments).T / moments[0][:, None]


def chebyshev_moments(jacobi):
    return jacobi_chebyshev_moments(jacobi.alpha, jacobi.beta, 2 * jacobi.alpha.shape[1])


@pytest.mark.parametrize("n", [100, 255, 256, 257, 1000])
def test_float64_equals_the_textbook(n):
    # Row counts on either side of a multiple of the row group.
    graph = random_graph(n, 10.0, 3)
    vectors = signs(n, 4)
    jacobi = run(graph, vectors, 20)
    expected = [textbook_lanczos(scaled_matrix(graph), vector, 20) for vector in vectors.T]
    np.testing.assert_allclose(jacobi.alpha, [alpha for alpha, _ in expected], atol=ROUNDING)
    np.testing.assert_allclose(jacobi.beta, [beta for _, beta in expected], atol=ROUNDING)
    np.testing.assert_allclose(jacobi.norm2, n)


def test_as_many_steps_as_rows_give_the_spectrum():
    # A path has simple eigenvalues and a small dimension: the recurrence stays orthogonal and ends on its own.
    diagonal = np.linspace(-1, 1, 12)
    product = SparseProduct(Rows.of(sparse.diags_array(diagonal).tocsr()))
    jacobi = lanczos(product, placed(product, np.ones((12, 1))), 12)
    tridiagonal = np.diag(jacobi.alpha[0]) + np.diag(jacobi.beta[0, :-1], 1) + np.diag(jacobi.beta[0, :-1], -1)
    np.testing.assert_allclose(np.linalg.eigvalsh(tridiagonal), diagonal, atol=ROUNDING)
    assert jacobi.beta[0, -1] == 0.0


@pytest.mark.parametrize(
    ("dtype", "tolerance"), [(np.float64, 1e-12), (np.float32, FLOAT32_MOMENTS)], ids=["float64", "float32"]
)
@pytest.mark.parametrize("weighted", [False, True], ids=["unweighted", "weighted"])
def test_moments_equal_the_chebyshev_recurrence(dtype, tolerance, weighted):
    graph = random_graph(3000, 8.0, 11, weighted=weighted)
    vectors = signs(3000, 5)
    jacobi = run(graph, vectors, 50, dtype=dtype)
    expected = chebyshev_recurrence(scaled_matrix(graph), vectors, 100)
    np.testing.assert_allclose(chebyshev_moments(jacobi), expected, atol=tolerance)


@pytest.mark.parametrize("n", [700, 20_000])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_number_of_threads_does_not_change_a_byte(n, dtype):
    graph = random_graph(n, 5.0, 2)
    first, second = (run(graph, signs(n, 5), 12, dtype=dtype, threads=threads) for threads in (1, 2))
    for name in ("alpha", "beta", "norm2"):
        assert getattr(first, name).tobytes() == getattr(second, name).tobytes()


@pytest.mark.parametrize("width", [1, 5, 16])
def test_columns_do_not_depend_on_the_width_of_the_block(width):
    graph, vectors = random_graph(900, 6.0, 8), signs(900, 16)
    whole = run(graph, vectors, 15)
    part = run(graph, vectors[:, :width], 15)
    np.testing.assert_allclose(part.alpha, whole.alpha[:width], atol=ROUNDING)
    np.testing.assert_allclose(part.beta, whole.beta[:width], atol=ROUNDING)


def test_reordered_rows_give_the_same_result():
    graph, vectors = random_graph(ROWS_REORDERED, 3.0, 4), signs(ROWS_REORDERED, 3)
    rows = Rows.of(scaled_matrix(graph))
    ordered, unordered = SparseProduct(rows, 25), SparseProduct(rows)
    column = ordered.block(np.arange(ROWS_REORDERED, dtype=np.float64)[None, :])[:, 0]
    assert not np.array_equal(column[:ROWS_REORDERED], np.arange(ROWS_REORDERED))
    np.testing.assert_array_equal(np.sort(column[:ROWS_REORDERED]), np.arange(ROWS_REORDERED))
    first, second = (lanczos(product, placed(product, vectors), 20) for product in (ordered, unordered))
    np.testing.assert_allclose(first.alpha, second.alpha, atol=ROUNDING)
    np.testing.assert_allclose(first.beta, second.beta, atol=ROUNDING)


def test_a_general_operator_equals_a_sparse_matrix():
    n = 9001  # more rows than one task takes, and no multiple of anything
    graph, vectors = random_graph(n, 4.0, 6), signs(n, 3)
    matrix = scaled_matrix(graph)
    product = OperatorProduct(lambda block: matrix @ block, n, np.float64)
    assert len(SparseProduct(Rows.of(scaled_matrix(graph))).bounds) > 2
    general, special = lanczos(product, placed(product, vectors), 15), run(graph, vectors, 15)
    np.testing.assert_allclose(general.alpha, special.alpha, atol=ROUNDING)
    np.testing.assert_allclose(general.beta, special.beta, atol=ROUNDING)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    ("example", "distinct"), [(complete(30), 2), (star(24), 3), (isolated(6), 1)], ids=["complete", "star", "isolated"]
)
def test_an_exhausted_krylov_space_ends_with_zeros(example, distinct, dtype):
    n = example.graph.num_nodes
    product = graph_operator(example.graph).product(40, dtype)
    jacobi = lanczos(product, placed(product, signs(n, 4)), 40)
    assert np.isfinite(jacobi.alpha).all()
    # As many eigenvalues as distinct ones: beta after the last of them vanishes, and with it all that follows.
    assert not jacobi.beta[:, distinct - 1 :].any()
    assert not jacobi.alpha[:, distinct:].any()
    assert jacobi.beta[:, : distinct - 1].all()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_small_coupling_ends_a_recurrence(dtype):
    graph, vectors = random_graph(400, 6.0, 8), signs(400, 3)
    whole = run(graph, vectors, 10, dtype=dtype)
    # Couplings of a random graph are near 1 / sqrt(degree), and vary a little.
    limit = np.sort(whole.beta, axis=None)[5]
    ended = run(graph, vectors, 10, dtype=dtype, breakdown=limit)
    for full, cut in zip(whole.beta, ended.beta, strict=True):
        kept = np.argmax(full <= limit) if (full <= limit).any() else len(full)
        np.testing.assert_array_equal(cut, np.where(np.arange(10) < kept, full, 0.0))
    assert (ended.beta == 0).any()


def test_a_zero_vector_gives_zeros():
    graph = random_graph(50, 5.0, 1)
    vectors = signs(50, 2)
    vectors[:, 1] = 0.0
    jacobi = run(graph, vectors, 5)
    assert jacobi.norm2.tolist() == [50.0, 0.0]
    assert not jacobi.alpha[1].any()
    assert not jacobi.beta[1].any()
    assert jacobi.beta[0].all()


def test_progress_adds_up_to_all_products():
    calls = []
    run(random_graph(50, 5.0, 1), signs(50, 3), 7, progress=calls.append)
    assert calls == [3] * 7


def test_no_steps_are_possible():
    jacobi = run(random_graph(50, 5.0, 1), signs(50, 3), 0)
    assert jacobi.alpha.shape == jacobi.beta.shape == (3, 0)
    assert jacobi.norm2.tolist() == [50.0] * 3


def test_there_is_a_thread():
    assert available_threads() >= 1


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("size", [100, 70_000])
def test_memory_for_a_second_block_is_used_whatever_it_holds(size, dtype):
    graph, vectors = random_graph(size, 4.0, 1), signs(size, 16)
    product = graph_operator(graph).product(9, dtype)
    expected = lanczos(product, placed(product, vectors), 9)
    spare = np.zeros((product.num_rows, 16), dtype)
    spare[:size] = signs(size, 16, seed=1)
    block = placed(product, vectors)
    found = lanczos(product, block, 9, spare=spare)
    assert (found.alpha == expected.alpha).all()
    assert (found.beta == expected.beta).all()
    assert not np.array_equal(spare[:size], signs(size, 16, seed=1))
