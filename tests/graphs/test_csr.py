"""Compressed sparse rows of a graph: the compiled and the portable form give the same, and scipy's."""

from copy import deepcopy
from itertools import pairwise

import numpy as np
import pytest
from scipy import sparse
from spectra import random_graph

from graphspec import sketch
from graphspec.arrays import distinct
from graphspec.graphs.csr import entries_of_rows, is_symmetric, neighbour_sums, off_diagonal, sorted_edge_keys
from graphspec.graphs.graph import Graph
from graphspec.machine import KERNEL_VARIABLE, native, use_native

needs_compiled = pytest.mark.skipif(not use_native(), reason="the extension module was not built, or is not wanted")


@pytest.fixture(params=["compiled", "portable"])
def form(request, monkeypatch):
    if request.param == "portable":
        monkeypatch.setenv(KERNEL_VARIABLE, "portable")
    elif not use_native():
        pytest.skip("the extension module was not built, or is not wanted")
    return request.param


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize(("nodes", "rows"), [(1, 3), (5, 0), (7, 60), (400, 300), (300, 9000)])
def test_edges_become_the_matrix_that_scipy_makes(form, nodes, rows, weighted):
    random = np.random.default_rng(rows)
    tail, head = random.integers(0, nodes, (rows, 2)).T  # columns of a table: not contiguous
    weights = random.integers(0, 4, rows).astype(float) if weighted else None
    graph = Graph.from_edges(tail, head, weights, num_nodes=nodes)
    values = np.ones(rows) if weights is None else weights
    expected = sparse.coo_array((values, (tail, head)), shape=(nodes, nodes)).toarray()
    expected = expected + expected.T
    np.fill_diagonal(expected, 0)
    np.testing.assert_array_equal(graph.adjacency().toarray(), expected if weighted else expected > 0)
    assert all((np.diff(graph.indices[start:stop]) > 0).all() for start, stop in pairwise(graph.indptr))
    assert (graph.indptr.dtype, graph.indices.dtype) == (np.int64, np.int32)
    kept = (tail != head) & (values > 0)
    assert graph.dropped.self_loops == np.count_nonzero(tail == head)
    assert graph.dropped.zero_weights == np.count_nonzero((tail != head) & (values == 0))
    assert graph.dropped.duplicate_edges == np.count_nonzero(kept) - graph.num_edges


def test_the_largest_ids_fit(form):
    top = 2**31 - 2
    keys, _ = sorted_edge_keys(np.array([top, top, 3]), np.array([top - 1, top, top]), None, top + 1)
    assert keys.tolist() == [(3 << 32) | top, ((top - 1) << 32) | top]


@pytest.mark.parametrize("nodes", [2, 3, 600, 70_000, 2**31 - 1])
@pytest.mark.parametrize("skew", [1.0, 30.0])
@pytest.mark.parametrize("rows", [0, 1, 1000, 400_000])
def test_keys_are_sorted_and_keep_the_order_of_equal_ones(form, nodes, skew, rows):
    # With the larger skew, most smaller ends are vertex 0: parts of the sort are larger than what a cache holds.
    ends = (nodes * np.random.default_rng(rows).random((2, rows)) ** skew).astype(np.int64)
    order = np.arange(rows, dtype=float)
    keys, weights = sorted_edge_keys(*ends, order, nodes)
    expected = np.minimum(*ends) << 32 | np.maximum(*ends)
    others = np.flatnonzero(ends[0] != ends[1])
    expected, places = expected[others], others[np.argsort(expected[others], kind="stable")]
    np.testing.assert_array_equal(keys, np.sort(expected))
    np.testing.assert_array_equal(weights, places)
    np.testing.assert_array_equal(sorted_edge_keys(*ends, None, nodes)[0], keys)
    # Keys that are in order are written as they come.
    np.testing.assert_array_equal(sorted_edge_keys(keys >> 32, keys & (2**31 - 1), None, nodes)[0], keys)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("share", [0.0, 0.1, 0.7, 1.0])
def test_an_induced_subgraph_is_a_submatrix(form, share, weighted):
    graph = random_graph(500, 6.0, 4, weighted=weighted)
    vertices = np.flatnonzero(np.random.default_rng(1).random(500) < share)
    part = graph.subgraph(vertices)
    np.testing.assert_array_equal(part.adjacency().toarray(), graph.adjacency().toarray()[np.ix_(vertices, vertices)])
    np.testing.assert_array_equal(part.labels, vertices)
    # Not contiguous.
    column = np.stack([vertices, vertices], axis=1)[:, 0]
    np.testing.assert_array_equal(graph.subgraph(column).indices, part.indices)
    assert (part.weights is None) == (not weighted)


def test_arrays_may_have_other_integer_types(form):
    graph = random_graph(200, 5.0, 3)
    other = Graph(graph.indptr.astype(np.int32), graph.indices.astype(np.int64))
    np.testing.assert_array_equal(
        other.subgraph([3, 5, 9, 60]).indices, graph.subgraph(np.array([3, 5, 9, 60])).indices
    )
    values = np.arange(200, dtype=np.uint64)
    np.testing.assert_array_equal(
        neighbour_sums(other.indptr, other.indices, values), neighbour_sums(graph.indptr, graph.indices, values)
    )
    np.testing.assert_array_equal(sketch(other, num_probes=4).alpha, sketch(graph, num_probes=4).alpha)


def test_sums_over_neighbours(form):
    graph = random_graph(300, 3.0, 5)
    assert graph.num_isolated
    values = np.random.default_rng(2).integers(0, 2**64, 300, np.uint64)
    expected = [sum(values[graph.indices[a:b]].tolist()) % 2**64 for a, b in pairwise(graph.indptr)]
    assert neighbour_sums(graph.indptr, graph.indices, values).tolist() == expected


@pytest.mark.parametrize("values", [[], [7], [3, 3, 3], [1, 1, 2, 3, 3, 9], [2, 1, 1, 2, 0, 5, 5], list(range(50)) * 3])
def test_distinct_numbers(form, values):
    array = np.array(values, np.int64)
    assert distinct(array).tolist() == sorted(set(values))
    assert array.tolist() == values


def test_entries_of_rows():
    graph = random_graph(100, 4.0, 6)
    vertices = np.array([3, 50, 51, 99])
    places = np.concatenate([np.arange(graph.indptr[v], graph.indptr[v + 1]) for v in vertices])
    np.testing.assert_array_equal(entries_of_rows(graph.indptr, vertices), places)


INDPTR, INDICES = np.array([0, 1, 2]), np.array([1, 0], np.int32)
PAIR = np.arange(2)


KEYS, STARTS, ONES = np.array([1]), np.zeros(3, np.int64), np.ones(2)
HASHES = np.ones(2, np.uint64)


@needs_compiled
@pytest.mark.parametrize(
    ("name", "right", "wrong"),
    [
        (
            "sorted_edge_keys",
            {
                "tail": PAIR,
                "head": PAIR[::-1],
                "weights": np.ones(2),
                "num_nodes": 2,
                "keys": np.zeros(2, np.int64),
                "sorted_weights": np.ones(2),
            },
            [
                ({"tail": PAIR[:1]}, "head has 2 items, 1 are needed"),
                ({"head": INDICES}, "head has items of 4 bytes, not 8"),
                ({"tail": np.zeros((2, 2), np.int64)}, "tail has 2 dimensions, not 1"),
                ({"weights": np.ones(1)}, "weights has 1 items, 2 are needed"),
                ({"num_nodes": -1}, "num_nodes is -1, less than 0"),
                ({"keys": np.zeros(1, np.int64)}, "keys has 1 items, 2 are needed"),
                ({"weights": None}, "sorted_weights has 2 items, 0 are needed|weights and sorted_weights go together"),
            ],
        ),
        ("unique_sorted", {"values": PAIR}, [({"values": INDICES}, "values has items of 4 bytes, not 8")]),
        (
            "symmetric_csr",
            {"keys": KEYS, "values": np.ones(1), "indptr": STARTS, "indices": np.zeros(2, np.int32), "weights": ONES},
            [
                ({"keys": np.array([2])}, "keys has an end outside of the graph"),
                ({"keys": np.array([-1])}, "keys has an end outside of the graph"),
                ({"values": None}, "values and weights go together"),
                ({"values": ONES}, "values has 2 items, 1 are needed"),
                ({"indptr": np.zeros(0, np.int64)}, "indptr has 0 items, at least 1 are needed"),
                ({"indices": np.zeros(1, np.int32)}, "indices has 1 items, 2 are needed"),
                ({"weights": np.ones(1)}, "weights has 1 items, 2 are needed"),
            ],
        ),
        (
            "induced_subgraph",
            {"indptr": INDPTR, "indices": INDICES, "weights": ONES, "vertices": PAIR, "position": INDICES}
            | {"part_indptr": STARTS, "part_indices": np.zeros(2, np.int32), "part_weights": np.ones(2)},
            [
                ({"indices": INDICES[:1]}, "indices has 1 items, at least 2 are needed"),
                ({"weights": np.ones(1)}, "weights has 1 items, at least 2 are needed"),
                ({"vertices": PAIR + 1}, "vertices has one outside of the graph"),
                ({"vertices": PAIR - 1}, "vertices has one outside of the graph"),
                ({"position": INDICES[:1]}, "position has 1 items, 2 are needed"),
                ({"part_indptr": PAIR}, "part_indptr has 2 items, 3 are needed"),
                ({"part_indices": INDICES[:1]}, "part_indices has 1 items, at least 2 are needed"),
                ({"part_weights": np.ones(1)}, "part_weights has 1 items, at least 2 are needed"),
                ({"part_weights": None}, "weights and part_weights go together"),
            ],
        ),
        (
            "neighbour_sums",
            {"indptr": INDPTR, "indices": INDICES, "values": HASHES, "sums": HASHES.copy()},
            [
                ({"indices": INDICES[:1]}, "indices has 1 items, at least 2 are needed"),
                ({"values": np.ones(1)}, "values has 1 items, 2 are needed"),
                ({"sums": np.ones(1)}, "sums has 1 items, 2 are needed"),
            ],
        ),
        (
            "first_equal",
            {"values": HASHES, "vertices": PAIR, "table": np.full(4, -1, np.int32), "first": np.zeros(2, np.int64)},
            [
                ({"values": np.ones(1, np.uint64)}, "vertices has one without a value"),
                ({"table": np.full(2, -1, np.int32)}, "table has 2 items, at least 3 are needed"),
                ({"table": np.full(6, -1, np.int32)}, "table has a length that is no power of two above 1"),
                ({"first": np.zeros(3, np.int64)}, "first has 3 items, 2 are needed"),
            ],
        ),
    ],
)
def test_compiled_functions_refuse_what_does_not_fit(name, right, wrong):
    def call(arguments):
        # Copies: what is written in one call is not read in the next.
        return getattr(native, name)(*map(deepcopy, arguments.values()))

    call(right)
    for changed, message in wrong:
        with pytest.raises(ValueError, match=message):
            call({**right, **changed})


@pytest.mark.parametrize("seed", range(5))
def test_a_matrix_is_symmetric_unless_one_entry_is_changed_or_left_out(form, seed):
    random = np.random.default_rng(seed)
    matrix = random_graph(60, 5.0, seed, weighted=True).adjacency() + sparse.diags_array(random.choice([0.0, 1.0], 60))
    matrix = sparse.csr_array(matrix)
    matrix.eliminate_zeros()
    assert is_symmetric(matrix.indptr, matrix.indices, matrix.data)
    assert is_symmetric(matrix.indptr, matrix.indices)
    rows, columns = matrix.nonzero()
    place = int(random.choice(np.flatnonzero(rows != columns)))
    other = matrix.copy()
    other.data[place] *= 1 + 1e-15
    assert not is_symmetric(other.indptr, other.indices, other.data)
    assert is_symmetric(other.indptr, other.indices)
    other.data[place] = 0
    other.eliminate_zeros()
    assert not is_symmetric(other.indptr, other.indices, other.data)
    assert not is_symmetric(other.indptr, other.indices)


@pytest.mark.parametrize("rows", [[], [0], [1], [0, 1, 2], [2, 2]], ids=str)
def test_triangles_are_symmetric_where_they_are_diagonals(form, rows):
    matrix = sparse.csr_array((np.ones(len(rows)), (rows, sorted(rows))), shape=(3, 3))
    assert is_symmetric(matrix.indptr, matrix.indices, matrix.data)
    for columns in (np.roll(rows, 1), np.full(len(rows), 2)):
        other = sparse.csr_array((np.ones(len(rows)), (rows, columns)), shape=(3, 3))
        assert is_symmetric(other.indptr, other.indices) == (abs(other - other.T).nnz == 0)


def test_what_is_left_off_the_diagonal(form):
    matrix = sparse.random_array((40, 40), density=0.2, format="csr", rng=np.random.default_rng(3))
    matrix = sparse.csr_array(matrix + sparse.diags_array(np.resize([0.0, 1.0, 2.0], 40)))
    matrix.data[::7] = 0.0
    starts, columns, entries = off_diagonal(matrix.indptr, matrix.indices, matrix.data)
    expected = sparse.csr_array(matrix - sparse.diags_array(matrix.diagonal()))
    expected.eliminate_zeros()
    assert (starts.dtype, columns.dtype) == (np.int64, np.int32)
    assert starts.tolist() == expected.indptr.tolist()
    assert columns.tolist() == expected.indices.tolist()
    assert entries.tolist() == expected.data.tolist()
