"""Rewiring of edges in turn: compiled and portable, and the law of networkx."""

import networkx as nx
import numpy as np
import pytest

from graphspec.machine import KERNEL_VARIABLE, native, use_native
from graphspec.models.generation import generate

compiled = pytest.mark.skipif(not use_native(), reason="the extension module was not built, or is not wanted")


@compiled
@pytest.mark.parametrize(("nodes", "near", "share"), [(40, 38, 0.9), (41, 40, 0.5), (50, 26, 1.0), (4, 2, 1.0)])
def test_both_forms_of_rewiring_give_the_same_edges(monkeypatch, nodes, near, share):
    fast = generate("ws", nodes, 3, k=near, p=share)
    monkeypatch.setenv(KERNEL_VARIABLE, "portable")
    assert generate("ws", nodes, 3, k=near, p=share).fingerprint == fast.fingerprint


def test_dense_rings_are_rewired_as_those_of_networkx():
    nodes, near, share, count = 10, 8, 0.7, 1500
    ours = [generate("ws", nodes, seed, k=near, p=share).adjacency().toarray() for seed in range(count)]
    theirs = [nx.to_numpy_array(nx.watts_strogatz_graph(nodes, near, share, seed=seed)) for seed in range(count)]
    for statistic in (_variance_of_degrees, _edges_of_the_ring, _full_vertices, _triangles):
        one, other = (np.array([statistic(graph) for graph in graphs]) for graphs in (ours, theirs))
        error = np.hypot(one.std(ddof=1), other.std(ddof=1)) / np.sqrt(count)
        assert abs(one.mean() - other.mean()) <= 4 * error


def test_an_edge_stays_where_its_vertex_is_linked_to_all_others():
    ring = generate("ws", 41, 1, k=40, p=0.0)
    assert generate("ws", 41, 1, k=40, p=1.0).fingerprint == ring.fingerprint


@compiled
@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"num_nodes": 0}, "num_nodes is 0, less than 1"),
        ({"rewired": np.array([0, 4])}, "rewired has an edge that is not there"),
        ({"draws": np.array([0.5])}, "draws has 1 items, 2 are needed"),
        ({"draws": np.array([0.5, 1.0])}, "draws are not from 0 to 1"),
        ({"tail": np.array([0, 1, 2, 9])}, "tail has a vertex that is not there"),
        ({"head": np.array([1, 2, 3, 9])}, "head has a vertex that is not there, or is that of a loop"),
        ({"head": np.array([1, 2, 2, 0])}, "head has a vertex that is not there, or is that of a loop"),
        ({"head": np.array([1, 0, 3, 0])}, "an edge occurs twice"),
        ({"head": np.array([1, 2, 3])}, "head has 3 items, 4 are needed"),
    ],
)
def test_compiled_rewiring_refuses_what_does_not_fit(changed, message):
    right = {"num_nodes": 5, "rewired": np.array([0, 2]), "draws": np.array([0.1, 0.9]), "tail": np.arange(4)}
    right |= {"head": np.array([1, 2, 3, 0])}
    native.rewire_heads(*{**right, "head": right["head"].copy()}.values())
    with pytest.raises(ValueError, match=message):
        native.rewire_heads(*{**right, **changed}.values())


def _variance_of_degrees(adjacency):
    return adjacency.sum(axis=0).var()


def _edges_of_the_ring(adjacency):
    """Edges between vertices that are at most four apart."""
    apart = np.abs(np.subtract.outer(np.arange(len(adjacency)), np.arange(len(adjacency))))
    return adjacency[np.minimum(apart, len(adjacency) - apart) <= 4].sum() / 2


def _full_vertices(adjacency):
    return np.count_nonzero(adjacency.sum(axis=0) == len(adjacency) - 1)


def _triangles(adjacency):
    return np.trace(adjacency @ adjacency @ adjacency) / 6
