"""Work on rows of a graph: the compiled and the portable form give the same, and scipy's."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from scipy import sparse
from spectra import random_graph

from graphspec import sketch
from graphspec.arrays import distinct
from graphspec.exact.twins import find_twins
from graphspec.graphs.graph import Graph, _edge_keys, entries_of_rows, neighbour_sums
from graphspec.machine import KERNEL_VARIABLE, compiled_part

ROWS = compiled_part("_rows")
needs_compiled = pytest.mark.skipif(ROWS is None, reason="the compiled part was not built, or is not wanted")


@pytest.fixture(params=["compiled", "portable"])
def form(request, monkeypatch):
    if request.param == "portable":
        monkeypatch.setenv(KERNEL_VARIABLE, "portable")
    elif ROWS is None:
        pytest.skip("the compiled part was not built, or is not wanted")
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
    keys = _edge_keys(np.array([top, top, 3]), np.array([top - 1, top, top]))
    assert keys.tolist() == [((top - 1) << 32) | top, (3 << 32) | top]


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("share", [0.0, 0.1, 0.7, 1.0])
def test_a_part_is_the_part_of_the_matrix(form, share, weighted):
    graph = random_graph(500, 6.0, 4, weighted=weighted)
    vertices = np.flatnonzero(np.random.default_rng(1).random(500) < share)
    part = graph.subgraph(vertices)
    np.testing.assert_array_equal(part.adjacency().toarray(), graph.adjacency().toarray()[np.ix_(vertices, vertices)])
    np.testing.assert_array_equal(part.labels, vertices)
    # Not contiguous.
    column = np.stack([vertices, vertices], axis=1)[:, 0]
    np.testing.assert_array_equal(graph.subgraph(column).indices, part.indices)
    assert (part.weights is None) == (not weighted)


def test_graphs_of_other_integers_are_understood(form):
    graph = random_graph(200, 5.0, 3)
    other = Graph(graph.indptr.astype(np.int32), graph.indices.astype(np.int64))
    np.testing.assert_array_equal(
        other.subgraph([3, 5, 9, 60]).indices, graph.subgraph(np.array([3, 5, 9, 60])).indices
    )
    values = np.arange(200, dtype=np.uint64)
    np.testing.assert_array_equal(neighbour_sums(other, values), neighbour_sums(graph, values))
    np.testing.assert_array_equal(sketch(other, num_probes=4).alpha, sketch(graph, num_probes=4).alpha)


def test_sums_over_neighbours(form):
    graph = random_graph(300, 3.0, 5)
    assert graph.num_isolated
    values = np.random.default_rng(2).integers(0, 2**64, 300, np.uint64)
    expected = [sum(values[graph.indices[a:b]].tolist()) % 2**64 for a, b in pairwise(graph.indptr)]
    assert neighbour_sums(graph, values).tolist() == expected


@pytest.mark.parametrize("values", [[], [7], [3, 3, 3], [2, 1, 1, 2, 0, 5, 5], list(range(50)) * 3])
def test_distinct_numbers(form, values):
    given = np.array(values, np.int64)
    assert distinct(given).tolist() == sorted(set(values))
    assert given.tolist() == values


def test_places_of_entries():
    graph = random_graph(100, 4.0, 6)
    vertices = np.array([3, 50, 51, 99])
    places = np.concatenate([np.arange(graph.indptr[v], graph.indptr[v + 1]) for v in vertices])
    np.testing.assert_array_equal(entries_of_rows(graph, vertices), places)


@needs_compiled
@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("weighted", [False, True])
def test_both_forms_find_the_same_twins(seed, weighted, monkeypatch):
    graph = random_graph(400, 1.0 + seed / 3, seed, weighted=weighted)
    if weighted:
        graph = replace(graph, weights=np.ceil(graph.weights))  # few different ones
    among = np.ones(graph.num_nodes, bool)
    found = find_twins(graph, among)
    monkeypatch.setenv(KERNEL_VARIABLE, "portable")
    portable = find_twins(graph, among)
    assert len(found.others) > 0
    for name in ("others", "first", "linked"):
        np.testing.assert_array_equal(getattr(found, name), getattr(portable, name))


INDPTR, INDICES = np.array([0, 1, 2]), np.array([1, 0], np.int32)
PAIR = np.arange(2)


@needs_compiled
@pytest.mark.parametrize(
    ("name", "right", "wrong"),
    [
        ("keys", (PAIR, PAIR[::-1], np.zeros(2, np.int64)), {0: PAIR[:1], 1: INDICES, 2: np.zeros(1, np.int64)}),
        ("keys", (PAIR, PAIR, np.zeros(2, np.int64)), {0: np.zeros((2, 2), np.int64)}),
        (
            "fill",
            (np.array([1]), np.ones(1), np.zeros(3, np.int64), np.zeros(2, np.int32), np.ones(2)),
            {0: np.array([2]), 1: None, 2: np.zeros(0, np.int64), 3: np.zeros(1, np.int32), 4: np.ones(1)},
        ),
        ("fill", (np.array([1]), None, np.zeros(3, np.int64), np.zeros(2, np.int32), None), {0: np.array([-1])}),
        (
            "part",
            (INDPTR, INDICES, np.ones(2), PAIR, INDICES, np.zeros(3, np.int64), np.zeros(2, np.int32), np.ones(2)),
            {1: INDICES[:1], 2: np.ones(1), 3: PAIR + 1, 4: INDICES[:1], 5: PAIR, 6: INDICES[:1].copy(), 7: None},
        ),
        ("sums", (INDPTR, INDICES, np.ones(2, np.uint64), np.ones(2, np.uint64)), {1: INDICES[:1], 3: np.ones(1)}),
        (
            "first_equal",
            (np.ones(2, np.uint64), PAIR, np.full(4, -1, np.int32), np.zeros(2, np.int64)),
            {0: np.ones(1, np.uint64), 2: np.full(2, -1, np.int32), 3: np.zeros(1, np.int64)},
        ),
    ],
)
def test_compiled_work_refuses_what_does_not_fit(name, right, wrong):
    getattr(ROWS, name)(*right)
    for place, value in wrong.items():
        with pytest.raises(ValueError, match="buffers do not have the lengths"):
            getattr(ROWS, name)(*(value if number == place else given for number, given in enumerate(right)))
