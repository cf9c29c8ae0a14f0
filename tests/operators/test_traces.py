"""Exact moments of low order: against dense matrices, and the rule by which costly ones are left out."""

import numpy as np
import pytest
from scipy import sparse
from spectra import chebyshev_means, random_graph

from graphspec.graphs.walks import Links
from graphspec.machine import KERNEL_VARIABLE
from graphspec.operators.kinds import OPERATORS, graph_operator
from graphspec.operators.linear import linear_operator
from graphspec.operators.traces import TraceSettings, exact_moments

ROUNDING = 1e-12  # relative to moments of at most 1

NOTHING = TraceSettings(cycle_work=0, local_work=0, free_work=0)
ALL = TraceSettings(cycle_work=10**9, local_work=10**9)


def assert_exact(operator):
    matrix = operator.matrix().toarray()
    moments = operator.exact_moments
    assert len(moments) >= 5
    expected = chebyshev_means(np.linalg.eigvalsh(matrix), operator.interval, len(moments) - 1)
    np.testing.assert_allclose(moments, expected, rtol=0, atol=ROUNDING)


@pytest.mark.parametrize("operator", OPERATORS)
@pytest.mark.parametrize("mean_degree", [1.0, 6.0, 50.0])
@pytest.mark.parametrize("weighted", [False, True], ids=["unweighted", "weighted"])
@pytest.mark.parametrize("kernel", ["compiled", "portable"])
def test_moments_of_random_graphs_are_exact(operator, mean_degree, weighted, kernel, monkeypatch):
    monkeypatch.setenv(KERNEL_VARIABLE, kernel)
    assert_exact(graph_operator(random_graph(120, mean_degree, 3, weighted=weighted), operator))


@pytest.mark.parametrize("density", [0.02, 0.2, 1.0])
@pytest.mark.parametrize("seed", range(3))
def test_moments_of_matrices_with_entries_and_diagonals_of_both_signs(density, seed):
    matrix = sparse.random_array((80, 80), density=density, rng=seed, data_sampler=np.random.default_rng(seed).normal)
    matrix = sparse.csr_array(matrix + matrix.T + sparse.diags_array(np.random.default_rng(seed).normal(size=80) * 3))
    low, high = np.linalg.eigvalsh(matrix.toarray())[[0, -1]]
    assert_exact(linear_operator(matrix, (low - 0.1, high + 2.0)))


def test_the_moments_of_a_diagonal_are_exact():
    assert_exact(linear_operator(np.diag([3.0, -1.0, 0.0, 0.5]), (-2.0, 3.0)))


@pytest.mark.parametrize("kernel", ["compiled", "portable"])
@pytest.mark.parametrize("weighted", [False, True], ids=["unweighted", "weighted"])
@pytest.mark.parametrize("diagonal", [0.0, 0.1])
def test_orders_up_to_8_are_exact(kernel, weighted, diagonal, monkeypatch):
    monkeypatch.setenv(KERNEL_VARIABLE, kernel)
    graph = random_graph(150, 3.0, 4, weighted=weighted)  # with isolated vertices
    shift = diagonal * np.random.default_rng(1).standard_normal(150)
    scale = np.where(graph.degrees > 0, 0.7 / np.sqrt(np.maximum(graph.degrees, 0.1)), 0.0)
    matrix = scale[:, None] * graph.adjacency().toarray() * scale + np.diag(shift)
    links = Links(graph.indptr, graph.indices, graph.weights, scale**2)
    expected = chebyshev_means(np.linalg.eigvalsh(matrix), (-1, 1), 8)
    np.testing.assert_allclose(exact_moments(links, shift, settings=ALL), expected, rtol=0, atol=ROUNDING)


@pytest.mark.parametrize("kernel", ["compiled", "portable"])
@pytest.mark.parametrize("sign", [1.0, -1.0])
@pytest.mark.parametrize(("shift", "order"), [(-0.1, 8), (0.125, 8), (0.126, 6)])
def test_a_small_multiple_of_the_identity_takes_no_steps(kernel, sign, shift, order, monkeypatch):
    monkeypatch.setenv(KERNEL_VARIABLE, kernel)
    graph = random_graph(150, 3.0, 4)
    links = Links(graph.indptr, graph.indices, None, np.full(150, 0.1))
    steps = -(-links.local_work(4, stays=False) // links.num_entries)
    assert links.local_work(4, stays=True) > steps * links.num_entries > links.local_work(3, stays=True)
    matrix = sign * 0.1 * graph.adjacency().toarray() + shift * np.eye(150)
    found = exact_moments(links, np.full(150, shift), sign, NOTHING.changed(local_work=int(steps)))
    expected = chebyshev_means(np.linalg.eigvalsh(matrix), (-1, 1), order)
    np.testing.assert_allclose(found, expected, rtol=0, atol=ROUNDING)


def links_and_diagonal():
    graph = random_graph(300, 12.0, 2)
    return Links(graph.indptr, graph.indices, None, np.full(300, 0.04)), np.linspace(-0.2, 0.2, 300)


def test_orders_that_cost_more_are_left_out():
    links, diagonal = links_and_diagonal()
    known = exact_moments(links, diagonal, settings=ALL)
    assert len(known) == 9
    cycles = -(-links.work // links.num_entries)
    three, four = (int(-(-links.local_work(steps, stays=True) // links.num_entries)) for steps in (3, 4))
    orders = {
        NOTHING: 2,
        NOTHING.changed(cycle_work=cycles): 4,
        NOTHING.changed(cycle_work=cycles - 1): 2,
        NOTHING.changed(free_work=links.work): 4,
        NOTHING.changed(free_work=links.work - 1): 2,
        NOTHING.changed(cycle_work=cycles, cycle_entries=links.num_entries): 4,
        NOTHING.changed(cycle_work=cycles, cycle_entries=links.num_entries - 1): 2,
        NOTHING.changed(local_work=four): 8,
        NOTHING.changed(local_work=four, cycle_entries=links.num_entries - 1): 2,
        NOTHING.changed(local_work=four - 1): 6,
        NOTHING.changed(local_work=three): 6,
        NOTHING.changed(local_work=three - 1): 2,
        NOTHING.changed(local_work=three - 1, cycle_work=cycles): 4,
    }
    for settings, order in orders.items():
        found = exact_moments(links, diagonal, settings=settings)
        np.testing.assert_allclose(found, known[: order + 1], rtol=0, atol=ROUNDING)


def test_the_sign_of_the_matrix_without_its_diagonal_counts():
    links, diagonal = links_and_diagonal()
    for sign in (1.0, -1.0):
        matrix = np.diag(diagonal)
        rows = np.repeat(np.arange(300), np.diff(links.indptr))
        matrix[rows, links.indices] = sign * 0.04
        expected = chebyshev_means(np.linalg.eigvalsh(matrix), (-1, 1), 4)
        np.testing.assert_allclose(exact_moments(links, diagonal, sign)[:5], expected, rtol=0, atol=ROUNDING)
