"""Blocks of 16 bits: how they are rounded, and what recurrences on them give."""

import numpy as np
import pytest
from scipy import sparse
from spectra import random_graph, weighted_copy

from graphspec import machine
from graphspec.lanczos.blocks import RoundedBlock
from graphspec.lanczos.compiled_products import CompiledProduct, Pattern, pattern_product
from graphspec.lanczos.recurrence import lanczos
from graphspec.lanczos.sparse_products import OrderingSettings, Rows, SparseProduct
from graphspec.machine import native, use_native
from graphspec.operators.kinds import graph_operator
from graphspec.sketches.moments import jacobi_chebyshev_moments

pytestmark = pytest.mark.skipif(not use_native(), reason="the extension module was not built, or is not wanted")

LARGEST = 32766  # integer of a group


def signs(width, size, seed=1):
    return np.random.default_rng(seed).choice([-1.0, 1.0], (width, size))


@pytest.mark.parametrize("width", [16, 32])
@pytest.mark.parametrize("name", machine.instruction_sets())
def test_rounding_is_to_nearest(width, name):
    instructions = machine.instruction_sets().index(name)
    scales, rows = np.zeros(4, np.float32), np.zeros((256, width), np.int16)
    values = np.random.default_rng(2).normal(size=(256, width)).astype(np.float32)
    values[64:128] *= 1e-20
    values[128:192] = 0
    values[192:] *= 1e30
    native.round_rows(width, instructions, 0, values, rows, scales)
    largest = np.abs(values).reshape(4, -1).max(axis=1)
    np.testing.assert_allclose(scales, largest / LARGEST, rtol=1e-6)
    stored = rows.reshape(4, -1) * scales[:, None].astype(np.float64)
    assert (np.abs(stored - values.reshape(4, -1)) <= 0.501 * scales[:, None]).all()
    assert not rows[128:192].any()
    assert (np.abs(rows).reshape(4, -1).max(axis=1)[[0, 1, 3]] == LARGEST).all()


def test_numbers_that_are_too_small_for_a_scale_are_zero():
    scales, rows = np.ones(1, np.float32), np.ones((64, 16), np.int16)
    native.round_rows(16, 0, 0, np.full((64, 16), 1e-40, np.float32), rows, scales)
    assert not rows.any()
    assert not scales.any()


def products_of(graph, num_steps):
    operator = graph_operator(graph)
    return operator.product(num_steps), operator.product(0, np.float64)


@pytest.mark.parametrize("width", [16, 32])
@pytest.mark.parametrize("weighted", [False, True])
def test_moments_agree_with_float64(width, weighted):
    graph = random_graph(20_000, 6.0, 3)
    product, exact = products_of(weighted_copy(graph, 4) if weighted else graph, 25)
    vectors = signs(width, 20_000)
    rounded = product.rounded(product.block(vectors))
    assert rounded.rows.shape == (product.num_rows, width)
    found = lanczos(product, rounded, 25)
    expected = lanczos(exact, exact.block(vectors), 25, breakdown=1e-13)
    np.testing.assert_allclose(found.norm2, expected.norm2, rtol=1e-6)
    moments = [jacobi_chebyshev_moments(each.alpha, each.beta, 49) for each in (found, expected)]
    difference = moments[0] - moments[1]
    # Entries are off by at most 1.5e-5 of the largest of their group, at random over rows; twice a step.
    assert np.abs(difference).max() < 2e-4
    assert np.abs(difference.mean(axis=0)).max() < 2e-5
    assert np.abs(difference).max() > 1e-7  # they were rounded


def test_a_diagonal_and_an_order_of_rows():
    graph = random_graph(9000, 4.0, 3)
    random = np.random.default_rng(5)
    root = np.where(graph.num_neighbours > 0, random.uniform(0.2, 0.4, 9000), 0.0)
    pattern = Pattern(graph.indptr, graph.indices, root, -0.7, random.uniform(-0.3, 0.3, 9000))
    plain = pattern_product(pattern)
    ordered = type(plain)(pattern, 30, OrderingSettings(min_rows=0, min_steps=0))
    exact = SparseProduct(Rows.of(pattern.matrix(np.float64)), 20)
    vectors = signs(16, 9000)
    expected = lanczos(exact, exact.block(vectors), 20, breakdown=1e-13)
    moments = jacobi_chebyshev_moments(expected.alpha, expected.beta, 39)
    assert ordered.layout.order is not None
    for product in (plain, ordered):
        found = lanczos(product, product.rounded(product.block(vectors)), 20)
        np.testing.assert_allclose(found.norm2, expected.norm2, rtol=1e-6)
        np.testing.assert_allclose(jacobi_chebyshev_moments(found.alpha, found.beta, 39), moments, atol=2e-4)


@pytest.mark.parametrize("width", [16, 32])
def test_instruction_sets_and_threads_do_not_change_a_bit(monkeypatch, width):
    graph = random_graph(70_000, 5.0, 8)
    found = []
    for name in machine.instruction_sets():
        monkeypatch.setenv(machine.KERNEL_VARIABLE, name)
        product = graph_operator(graph).product(6)
        for threads in (1, 3):
            found.append(lanczos(product, product.rounded(product.block(signs(width, 70_000))), 6, threads=threads))
    for other in found[1:]:
        np.testing.assert_array_equal(other.alpha, found[0].alpha)
        np.testing.assert_array_equal(other.beta, found[0].beta)


def test_recurrences_that_are_exhausted_end():
    """The complete graph has two eigenvalues."""
    size = 512
    matrix = sparse.csr_array((np.ones((size, size)) - np.eye(size)) / (size - 1), dtype=np.float32)
    product = CompiledProduct(Rows.of(matrix))
    vectors = signs(16, size)
    found = lanczos(product, product.rounded(product.block(vectors)), 10, breakdown=3e-4)
    np.testing.assert_array_equal(found.beta[:, 0] > 0, vectors.sum(axis=1) != 0)
    assert not found.beta[:, 2:].any()


def test_a_vector_of_zeros_stays_zero():
    graph = random_graph(1500, 6.0, 3)
    product = graph_operator(graph).product(5)
    vectors = signs(16, 1500)
    vectors[7] = 0
    found = lanczos(product, product.rounded(product.block(vectors)), 5)
    assert found.norm2[7] == 0
    assert not found.alpha[7].any()
    assert not found.beta[7].any()


def arguments_of_round_rows():
    return {
        "width": 16,
        "instructions": 0,
        "first": 0,
        "values": np.ones((64, 16), np.float32),
        "rows": np.zeros((64, 16), np.int16),
        "scales": np.zeros(1, np.float32),
    }


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"width": 8}, "width is 8, less than 16"),
        ({"width": 24}, "width is not 16 or 32"),
        ({"instructions": 9}, "instructions is 9, more than"),
        ({"values": np.ones((63, 16), np.float32)}, "rows are not whole groups"),
        ({"first": 64}, "rows has 1024 items, at least 2048 are needed"),
        ({"scales": np.zeros(2, np.float32)}, "scales has 2 items, 1 are needed"),
        ({"rows": np.zeros((64, 16), np.int32)}, "rows has items of 4 bytes, not 2"),
    ],
)
def test_arguments_that_do_not_fit_are_refused(changed, message):
    native.round_rows(*arguments_of_round_rows().values())
    with pytest.raises(ValueError, match=message):
        native.round_rows(*{**arguments_of_round_rows(), **changed}.values())


def test_blocks_of_other_widths_are_refused():
    product = graph_operator(random_graph(300, 4.0, 1)).product(3)
    rows = np.zeros((product.num_rows, 8), np.int16)
    block = RoundedBlock(rows, np.zeros(8, np.float32), np.ones(8), np.zeros_like(rows))
    with pytest.raises(ValueError, match="width is not 16 or 32"):
        lanczos(product, block, 3)
