"""Sizes of blocks, and edges within and between them."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import sparse_networks

from graphspec.errors import ParameterError
from graphspec.graphs.graph import Graph
from graphspec.models.block_structure import BlockStructure, edges_of


def test_two_cliques_and_a_bridge():
    graph = Graph.from_networkx(nx.barbell_graph(4, 0))
    blocks = BlockStructure.of(graph, np.repeat([7, 3], 4))
    assert blocks.num_blocks == 2
    assert blocks.labels.tolist() == [1] * 4 + [0] * 4
    assert blocks.sizes.tolist() == [4, 4]
    assert blocks.edge_counts.tolist() == [[6, 1], [1, 6]]
    assert blocks.ends.tolist() == [13, 13]
    assert blocks.num_edges == 13


@given(network=sparse_networks(), data=st.data())
def test_counts_add_up_to_degrees_and_edges(network, data):
    graph = Graph.from_networkx(network)
    labels = data.draw(st.lists(st.integers(0, 4), min_size=graph.num_nodes, max_size=graph.num_nodes))
    blocks = BlockStructure.of(graph, np.array(labels))
    assert blocks.num_edges == graph.num_edges
    assert blocks.sizes.sum() == graph.num_nodes
    np.testing.assert_array_equal(blocks.edge_counts, blocks.edge_counts.T)
    np.testing.assert_array_equal(blocks.ends, np.bincount(blocks.labels, graph.num_neighbours).astype(int))


def test_every_edge_once():
    graph = Graph.from_edges([2, 0, 3], [1, 3, 2])
    assert list(zip(*map(np.ndarray.tolist, edges_of(graph)), strict=True)) == [(0, 3), (1, 2), (2, 3)]


def test_a_label_for_every_vertex():
    with pytest.raises(ParameterError, match="there must be a label for each of 3 vertices, not 2"):
        BlockStructure.of(Graph.from_edges([0, 1], [1, 2]), np.zeros(2))
