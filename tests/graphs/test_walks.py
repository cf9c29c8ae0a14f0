"""Triangles and cycles of four edges: closed forms, dense matrices, and both forms of the search agree."""

from math import comb

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from spectra import complete, complete_bipartite, cycle, grid, hypercube, isolated, path, random_graph, star, union
from strategies import graphs

from graphspec.graphs.graph import Graph
from graphspec.graphs.walks import Links
from graphspec.machine import KERNEL_VARIABLE, native, use_native

ROUNDING = 1e-12  # sums of some thousand products in float64, relative to the largest


@pytest.fixture(params=["compiled", "portable"])
def form(request, monkeypatch):
    if request.param == "portable":
        monkeypatch.setenv(KERNEL_VARIABLE, "portable")
    elif not use_native():
        pytest.skip("the extension module was not built, or is not wanted")
    return request.param


def links_of(graph, *, squared_scale=None, signs=None):
    """Return the links of a graph, with scales of ones or others, and with a seed entries of both signs."""
    weights = graph.weights
    if signs is not None:
        matrix = graph.adjacency()
        sign = np.random.default_rng(signs).choice([-1.0, 1.0], (graph.num_nodes, graph.num_nodes))
        matrix.data *= np.tril(sign)[matrix.nonzero()] + np.tril(sign, -1).T[matrix.nonzero()]
        weights = matrix.data
    scale = np.ones(graph.num_nodes) if squared_scale is None else squared_scale
    return Links(graph.indptr, graph.indices, weights, scale)


def dense(links):
    size = len(links.squared_scale)
    matrix = np.zeros((size, size))
    rows = np.repeat(np.arange(size), np.diff(links.indptr))
    matrix[rows, links.indices] = 1.0 if links.weights is None else links.weights
    scale = np.sqrt(links.squared_scale)
    return scale[:, None] * matrix * scale


def assert_walks_of(links):
    matrix = dense(links)
    square = matrix @ matrix
    largest = max(np.abs(matrix).sum(axis=1).max(initial=0.0), 1e-300)
    triangles, cycles = links.short_cycles()
    squares = links.row_sums_of_squares()
    np.testing.assert_allclose(squares, np.diag(square), rtol=0, atol=ROUNDING * largest**2)
    np.testing.assert_allclose(2 * triangles, np.diag(square @ matrix), rtol=0, atol=ROUNDING * largest**3)
    walks = 2 * squares @ squares - links.sum_of_fourth_powers() + 8 * cycles
    assert walks == pytest.approx(np.sum(square**2), rel=0, abs=ROUNDING * len(matrix) * largest**4)
    factors = np.random.default_rng(0).standard_normal(len(matrix))
    np.testing.assert_allclose(
        links.row_sums_of_squares(factors), matrix**2 @ factors, rtol=0, atol=10 * ROUNDING * largest**2
    )


CLOSED_FORMS = {
    # Triangles and cycles of four edges.
    complete(9): (comb(9, 3), 3 * comb(9, 4)),
    cycle(3): (1, 0),
    cycle(4): (0, 1),
    cycle(9): (0, 0),
    star(12): (0, 0),
    path(9): (0, 0),
    complete_bipartite(4, 6): (0, comb(4, 2) * comb(6, 2)),
    hypercube(5): (0, comb(5, 2) * 2**3),
    grid(5, 8): (0, 28),
    isolated(4): (0, 0),
    union(isolated(2), complete(4), cycle(4), path(3)): (4, 4),
}


@pytest.mark.parametrize("example", CLOSED_FORMS, ids=lambda example: example.name)
def test_cycles_of_examples_have_closed_forms(example, form):
    triangles, cycles = links_of(example.graph).short_cycles()
    assert (triangles.sum() / 3, cycles) == CLOSED_FORMS[example]
    assert_walks_of(links_of(example.graph))


@pytest.mark.parametrize("mean_degree", [0.5, 2.0, 8.0, 40.0])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("signs", [None, 3])
def test_walks_are_those_of_the_dense_matrix(mean_degree, weighted, signs, form):
    graph = random_graph(90, mean_degree, 5, weighted=weighted)
    scales = np.random.default_rng(2).uniform(0.01, 3.0, 90)
    assert_walks_of(links_of(graph, squared_scale=scales, signs=signs))


@given(graph=graphs(magnitudes=2))
def test_walks_of_any_graph(graph):
    assert_walks_of(links_of(graph, squared_scale=1 / np.maximum(graph.degrees, 1e-3)))


def test_triangles_of_every_vertex_are_those_of_networkx(form):
    network = nx.powerlaw_cluster_graph(300, 5, 0.6, seed=2)
    triangles, cycles = links_of(Graph.from_networkx(network)).short_cycles()
    assert triangles.tolist() == [float(count) for count in nx.triangles(network).values()]
    assert cycles == sum(1 for found in nx.simple_cycles(network, 4) if len(found) == 4)


def test_both_forms_agree_and_foresee_the_same_work(monkeypatch):
    links = links_of(random_graph(2000, 9.0, 4, weighted=True), squared_scale=np.full(2000, 0.3))
    triangles, cycles = links.short_cycles()
    work = links.work
    monkeypatch.setenv(KERNEL_VARIABLE, "portable")
    other = links_of(random_graph(2000, 9.0, 4, weighted=True), squared_scale=np.full(2000, 0.3))
    portable, portable_cycles = other.short_cycles()
    np.testing.assert_allclose(portable, triangles, rtol=1e-13)
    assert portable_cycles == pytest.approx(cycles, rel=1e-11)  # the difference of two sums
    assert other.work == work


def test_the_work_is_the_number_of_paths_that_are_met():
    graph = random_graph(60, 6.0, 1)
    neighbours = [graph.indices[graph.indptr[v] : graph.indptr[v + 1]].tolist() for v in range(60)]
    rank = {v: (len(neighbours[v]), v) for v in range(60)}
    paths = sum(
        rank[u] < rank[v] and rank[w] < rank[v] for v in range(60) for u in neighbours[v] for w in neighbours[u]
    )
    assert links_of(graph).work == paths
    # The bound of Chiba and Nishizeki.
    assert paths <= sum(min(rank[u][0], rank[v][0]) for v in range(60) for u in neighbours[v]) / 2


@pytest.mark.parametrize("example", [path(9), cycle(12), star(5)], ids=lambda example: example.name)
@pytest.mark.parametrize("stays", [False, True])
@pytest.mark.parametrize("steps", [3, 4])
def test_the_work_of_walks_from_every_vertex_is_bounded(example, stays, steps):
    links, graph = links_of(example.graph), example.graph
    distance = dict(nx.all_pairs_shortest_path_length(nx.from_scipy_sparse_array(graph.adjacency())))
    work = sum(
        graph.degrees[end]
        for from_start in distance.values()
        for end, length in from_start.items()
        for step in range(steps)
        if length <= step and (stays or (step - length) % 2 == 0)
    )
    assert work <= links.local_work(steps, stays=stays) <= 1.0 * work + 1e-9


@pytest.mark.parametrize("seed", range(3))
def test_the_bound_on_the_work_holds_where_walks_meet(seed):
    links = links_of(random_graph(200, 4.0, seed))
    reached = np.eye(200)
    work, pattern, degrees = 0, dense(links), np.diff(links.indptr)
    for _ in range(4):
        work += int((reached @ degrees).sum())
        reached = (reached @ pattern > 0).astype(float)
    assert work <= links.local_work(4, stays=False)


def arrays_of_rank_rows():
    graph = random_graph(20, 4.0, 1)
    entries = len(graph.indices)
    return {
        "indptr": graph.indptr,
        "indices": graph.indices,
        "values": None,
        "order": np.zeros(20, np.int32),
        "starts": np.zeros(21, np.int64),
        "columns": np.zeros(entries, np.int32),
        "entries": None,
    }


@pytest.mark.skipif(not use_native(), reason="the extension module was not built, or is not wanted")
@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"order": np.zeros(19, np.int32)}, "order has 19 items, 20 are needed"),
        ({"starts": np.zeros(20, np.int64)}, "starts has 20 items, 21 are needed"),
        ({"columns": np.zeros(3, np.int32)}, "columns has 3 items"),
        ({"values": np.ones(3)}, "values has 3 items"),
        ({"entries": np.ones(len(arrays_of_rank_rows()["columns"]))}, "values and entries go together"),
        ({"indices": np.zeros_like(arrays_of_rank_rows()["indices"])}, "the pattern is not symmetric"),
    ],
)
def test_wrong_arrays_are_refused(changed, message):
    with pytest.raises(ValueError, match=message):
        native.rank_rows(*{**arrays_of_rank_rows(), **changed}.values())


@pytest.mark.parametrize("steps", [3, 4])
def test_threads_share_walks_and_change_nothing(steps, monkeypatch):
    if not use_native():
        pytest.skip("the extension module was not built, or is not wanted")
    monkeypatch.setattr("graphspec.graphs.walks._ROWS_PER_RANGE", 100)
    links = links_of(random_graph(550, 4.0, 4, weighted=True), squared_scale=np.linspace(0.1, 0.3, 550))
    diagonal, ranges = np.linspace(-0.5, 0.5, 550), []
    monkeypatch.setattr(
        native, "closed_walks", lambda *args, count=native.closed_walks: (ranges.append(len(args[-1])), count(*args))
    )
    one = links.traces(diagonal, steps)
    assert ranges == [6]
    assert links.traces(diagonal, steps, threads=3).tolist() == one.tolist()
    assert ranges == [6] * 4
    powers = [np.linalg.matrix_power(dense(links) + np.diag(diagonal), order) for order in range(3, 2 * steps + 1)]
    np.testing.assert_allclose(one, [np.trace(power) for power in powers], rtol=0, atol=1e-10)
