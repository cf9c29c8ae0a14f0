"""Graph: building from arrays, networkx and scipy; subgraphs, degrees, fingerprints, errors."""

import networkx as nx
import numpy as np
import pytest
from scipy import sparse

from graphspec.errors import InputError, ParameterError
from graphspec.graphs.graph import Dropped, Graph


def edges_of(graph):
    """Return {(low, high): weight} by index."""
    entries = sparse.triu(graph.adjacency()).tocoo()
    return dict(zip(zip(entries.row.tolist(), entries.col.tolist(), strict=True), entries.data.tolist(), strict=True))


def test_repr_has_name_and_size():
    assert repr(Graph.from_edges([0], [2], name="few")) == "Graph('few', 3 vertices, 1 edges)"


def test_from_edges_unites_directions_and_drops_loops_and_duplicates():
    graph = Graph.from_edges([0, 1, 1, 2, 2], [1, 0, 2, 2, 1], name="toy")
    assert edges_of(graph) == {(0, 1): 1.0, (1, 2): 1.0}
    assert graph.dropped == Dropped(self_loops=1, duplicate_edges=2)
    assert (graph.num_nodes, graph.num_edges, graph.name) == (3, 2, "toy")
    assert graph.weights is None
    assert graph.labels is None
    assert graph.sha256 is None


def test_from_edges_adds_weights_of_duplicates_and_drops_zero_weights():
    graph = Graph.from_edges([0, 1, 1, 2], [1, 0, 2, 2], [1.5, 2.0, 0.0, 3.0])
    assert edges_of(graph) == {(0, 1): 3.5}
    assert graph.dropped == Dropped(self_loops=1, duplicate_edges=1, zero_weights=1)


def test_arrays_are_a_sorted_symmetric_pattern():
    random = np.random.default_rng(0)
    graph = Graph.from_edges(random.integers(0, 40, 300), random.integers(0, 40, 300), random.random(300))
    assert (graph.indptr.dtype, graph.indices.dtype, graph.weights.dtype) == (np.int64, np.int32, np.float64)
    for vertex in range(graph.num_nodes):
        neighbours = graph.indices[graph.indptr[vertex] : graph.indptr[vertex + 1]]
        assert (np.diff(neighbours) > 0).all()
        assert vertex not in neighbours
    matrix = graph.adjacency()
    assert abs(matrix - matrix.T).max() == 0
    np.testing.assert_array_equal(matrix.indices, graph.indices)


def test_num_nodes_adds_isolated_vertices():
    graph = Graph.from_edges([0], [1], num_nodes=4)
    assert (graph.num_nodes, graph.num_isolated) == (4, 2)
    assert graph.adjacency().shape == (4, 4)


@pytest.mark.parametrize("count", [0, 3])
@pytest.mark.parametrize("weights", [None, []])
def test_graph_without_edges(count, weights):
    graph = Graph.from_edges([], [], weights, num_nodes=count)
    assert (graph.num_nodes, graph.num_edges, graph.num_isolated) == (count, 0, count)
    assert graph.degrees.shape == (count,)
    assert len(graph.fingerprint) == 64


def test_degrees_count_neighbours_or_add_weights():
    assert Graph.from_edges([0, 0, 3], [1, 2, 3]).degrees.tolist() == [2.0, 1.0, 1.0, 0.0]
    weighted = Graph.from_edges([0, 0, 3], [1, 2, 3], [0.5, 2.0, 1.0])
    assert weighted.degrees.tolist() == [2.5, 0.5, 2.0, 0.0]
    assert weighted.num_neighbours.tolist() == [2, 1, 1, 0]


def test_adjacency_has_the_type_asked_for():
    graph = Graph.from_edges([0], [1], [0.5])
    assert graph.adjacency(np.float32).dtype == np.float32
    assert Graph.from_edges([0], [1]).adjacency(np.float32).dtype == np.float32


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([0, 1], [1]), "equal lengths"),
        (([0], [1], [1.0, 2.0]), "equal lengths"),
        (([0], [-1]), "between 0 and 0"),
        (([0.5], [1]), "must be integers"),
        ((["a"], ["b"]), "must be integers"),
        (([0], [2**31]), "at most 2"),
        (([0], [1], [-1.0]), "finite and not negative"),
        (([0], [1], [np.nan]), "finite and not negative"),
        (([0], [1], [np.inf]), "finite and not negative"),
    ],
)
def test_from_edges_refuses(arguments, message):
    with pytest.raises(ParameterError, match=message):
        Graph.from_edges(*arguments)


def test_from_edges_refuses_end_points_beyond_num_nodes():
    with pytest.raises(ParameterError, match="between 0 and 4"):
        Graph.from_edges([0], [5], num_nodes=5)


def test_fingerprint_depends_on_graph_only():
    graph = Graph.from_edges([0, 1], [1, 2], name="a")
    assert graph.fingerprint == Graph.from_edges([2, 1, 0], [1, 0, 1], name="b").fingerprint
    others = [
        Graph.from_edges([0, 0], [1, 2]),
        Graph.from_edges([0, 1], [1, 2], num_nodes=4),
        Graph.from_edges([0, 1], [1, 2], [1.0, 1.0]),
        Graph.from_edges([0, 1], [1, 2], [1.0, 2.0]),
    ]
    assert len({graph.fingerprint, *(other.fingerprint for other in others)}) == 5


def test_subgraph_keeps_labels_and_weights():
    graph = Graph.from_edges([0, 1, 2, 3], [1, 2, 3, 0], [1.0, 2.0, 3.0, 4.0], name="ring")
    part = graph.subgraph(np.array([1, 2, 3]))
    assert edges_of(part) == {(0, 1): 2.0, (1, 2): 3.0}
    assert part.labels.tolist() == [1, 2, 3]
    assert part.name == "ring"
    assert part.subgraph(np.array([0, 2])).labels.tolist() == [1, 3]
    assert Graph.from_edges([0], [1]).subgraph(np.array([0, 1])).weights is None


@pytest.mark.parametrize("kind", [nx.Graph, nx.DiGraph, nx.MultiGraph, nx.MultiDiGraph])
def test_from_networkx_of_any_kind(kind):
    network = kind([("a", "b"), ("b", "a"), ("b", "c"), ("c", "c")])
    network.add_node("d")
    graph = Graph.from_networkx(network)
    assert graph.labels.tolist() == ["a", "b", "c", "d"]
    assert edges_of(graph) == {(0, 1): 1.0, (1, 2): 1.0}
    assert graph.dropped.self_loops == 1
    assert graph.num_isolated == 1


def test_from_networkx_weights_and_labels():
    network = nx.Graph()
    network.add_nodes_from(range(3))
    network.add_edge(0, 1, cost=2.5)
    network.add_edge(1, 2)
    graph = Graph.from_networkx(network, "cost", name="costs")
    assert edges_of(graph) == {(0, 1): 2.5, (1, 2): 1.0}
    assert graph.labels is None
    assert graph.name == "costs"
    assert Graph.from_networkx(network).weights is None
    grid = Graph.from_networkx(nx.grid_2d_graph(2, 2))
    assert grid.labels.tolist() == [(0, 0), (0, 1), (1, 0), (1, 1)]
    assert Graph.from_networkx(nx.Graph()).num_nodes == 0


def test_from_scipy_unites_pattern_and_transpose():
    graph = Graph.from_scipy(sparse.csr_array(np.array([[1, 1, 0], [0, 0, 0], [0, -2, 0]])), name="m")
    assert edges_of(graph) == {(0, 1): 1.0, (1, 2): 1.0}
    assert graph.dropped.self_loops == 1
    assert graph.name == "m"


def test_from_scipy_weights():
    symmetric = sparse.coo_array(np.array([[0, 2.0], [2.0, 0]]))
    assert edges_of(Graph.from_scipy(symmetric, weighted=True)) == {(0, 1): 2.0}
    unsymmetric = sparse.csc_matrix(np.array([[0, 2.0], [3.0, 0]]))
    assert edges_of(Graph.from_scipy(unsymmetric, weighted=True)) == {(0, 1): 5.0}
    assert Graph.from_scipy(symmetric).weights is None


def test_from_scipy_ignores_stored_zeros_and_refuses_rectangles():
    stored_zero = sparse.coo_array(([0.0, 1.0], ([0, 1], [1, 2])), shape=(3, 3))
    assert edges_of(Graph.from_scipy(stored_zero)) == {(1, 2): 1.0}
    with pytest.raises(InputError, match="must be square, not 2 by 3"):
        Graph.from_scipy(sparse.csr_array((2, 3)))
    with pytest.raises(ParameterError, match="finite and not negative"):
        Graph.from_scipy(sparse.csr_array(np.array([[0, -1.0], [-1.0, 0]])), weighted=True)
