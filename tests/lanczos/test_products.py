"""Row ranges, the order of rows and the layout of blocks."""

import networkx as nx
import numpy as np
import pytest
from scipy import sparse
from spectra import random_graph

from graphspec.graphs.graph import Graph
from graphspec.lanczos.blocks import ROW_GROUP, BlockLayout, zero_block
from graphspec.lanczos.compiled_products import CompiledProduct
from graphspec.lanczos.sparse_products import OrderingSettings, Rows, SparseProduct
from graphspec.lanczos.sweeps import Sweep
from graphspec.machine import pool_of
from graphspec.operators.kinds import graph_operator


def scaled_matrix(graph):
    return graph_operator(graph).matrix() - sparse.eye_array(graph.num_nodes)


def test_row_ranges_cover_all_rows_once():
    # A hub makes some rows far more costly than others.
    product = SparseProduct(Rows.of(scaled_matrix(Graph.from_networkx(nx.star_graph(40_000)))))
    assert len(product.bounds) > 2
    assert (np.diff(product.bounds) > 0).all()
    assert product.bounds[[0, -1]].tolist() == [0, product.num_rows]


def test_threads_share_a_sweep():
    sweep = Sweep.over(np.arange(0, 101, 10), 2)
    taken = [[], []]
    first, second = (iter(sweep) for _ in range(2))
    for number in range(10):
        taken[number % 3 == 0].append(next(second if number % 3 == 0 else first))
    assert sorted(taken[0] + taken[1]) == [(k, slice(10 * k, 10 * k + 10)) for k in range(10)]
    assert next(first, None) is next(second, None) is None


@pytest.mark.parametrize("size", [1, 255, 256, 257, 70_000])
@pytest.mark.parametrize("ordered", [False, True])
@pytest.mark.parametrize("scaled", [False, True])
def test_vectors_come_back_from_a_block(size, ordered, scaled):
    random = np.random.default_rng(size)
    order = random.permutation(size).astype(np.int32) if ordered else None
    layout = BlockLayout(size, np.float64, order)
    scale = random.choice([0.5, 2.0, 4.0], (layout.num_rows, 1)) if scaled else None
    layout = BlockLayout(size, np.float64, order, scale)
    vectors = random.standard_normal((3, size))
    with pool_of(2) as pool:
        block = layout.block(vectors, pool)
    assert block.shape == (layout.num_rows, 3)
    assert layout.num_rows % ROW_GROUP == 0
    assert not block[size:].any()
    row = size // 2
    place = row if order is None else int(np.flatnonzero(order == row)[0])
    np.testing.assert_array_equal(block[place], vectors[:, row] * (1 if scale is None else scale[place]))
    np.testing.assert_array_equal(layout.vectors(block), vectors.T)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_blocks_begin_with_a_cache_line(dtype):
    for width in (1, 3, 16):
        block = zero_block((512, width), dtype)
        assert block.ctypes.data % 64 == 0
        assert block.flags.c_contiguous
        assert block.dtype == dtype
        assert not block.any()


@pytest.mark.parametrize(
    ("settings", "reordered"),
    [
        (OrderingSettings(min_rows=300, min_steps=10), True),
        (OrderingSettings(min_rows=301, min_steps=10), False),
        (OrderingSettings(min_rows=300, min_steps=11), False),
    ],
)
def test_rows_are_reordered_where_that_is_worth_it(settings, reordered):
    product = SparseProduct(Rows.of(scaled_matrix(random_graph(300, 9, 2))), 10, settings)
    assert (product.layout.order is not None) == reordered


def test_the_compiled_step_needs_more_steps_to_make_up_for_an_order():
    assert SparseProduct.ordering.min_rows == CompiledProduct.ordering.min_rows
    assert SparseProduct.ordering.min_steps < CompiledProduct.ordering.min_steps
