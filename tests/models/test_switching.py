"""Switching of dense graphs: compiled and portable, and the graph from which it begins."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from strategies import sparse_networks

from graphspec.machine import KERNEL_VARIABLE, native, use_native
from graphspec.models import switching
from graphspec.models.switching import havel_hakimi, switched_graph

compiled = pytest.mark.skipif(not use_native(), reason="the extension module was not built, or is not wanted")


@given(network=sparse_networks())
def test_degrees_of_a_graph_are_those_of_another_one(network):
    for one in (network, nx.complement(network)):
        degrees = np.array([degree for _, degree in one.degree()])
        tail, head = havel_hakimi(degrees)
        made = nx.Graph(zip(tail.tolist(), head.tolist(), strict=True))
        assert made.number_of_edges() == len(tail) == degrees.sum() // 2
        assert nx.number_of_selfloops(made) == 0
        np.testing.assert_array_equal(np.bincount(np.append(tail, head), minlength=len(degrees)), degrees)


def test_half_edges_without_a_partner_are_left_out():
    assert len(havel_hakimi(np.array([5, 5]))[0]) == 1
    assert len(havel_hakimi(np.array([3, 1, 1]))[0]) == 2


def test_graphs_of_one_sequence_of_degrees_begin_alike_however_large(monkeypatch):
    one = switched_graph(np.full(30, 9), 500, np.random.default_rng(4))
    monkeypatch.setattr(switching, "_REMEMBERED", 0)
    np.testing.assert_array_equal(switched_graph(np.full(30, 9), 500, np.random.default_rng(4)), one)


@compiled
@pytest.mark.parametrize(
    "degrees", [np.full(30, 9), np.array([5, 5, 4, 4, 4, 4, 2]), np.array([1, 1]), np.zeros(3, int)]
)
def test_both_forms_of_switching_give_the_same_edges(monkeypatch, degrees):
    fast = switched_graph(degrees, 500, np.random.default_rng(4))
    monkeypatch.setenv(KERNEL_VARIABLE, "portable")
    np.testing.assert_array_equal(switched_graph(degrees, 500, np.random.default_rng(4)), fast)


@compiled
@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"num_nodes": 0}, "num_nodes is 0, less than 1"),
        ({"proposals": -1}, "proposals is -1, less than 0"),
        ({"tail": np.array([0, 1, 9])}, "an edge has a vertex that is not there"),
        ({"head": np.array([1, 2, -1])}, "an edge has a vertex that is not there"),
        ({"head": np.array([1, 2])}, "head has 2 items, 3 are needed"),
    ],
)
def test_compiled_switching_refuses_what_does_not_fit(changed, message):
    right = {"num_nodes": 5, "proposals": 9, "seed": 1, "tail": np.arange(3), "head": np.arange(1, 4)}
    native.switch_edges(*right.values())
    with pytest.raises(ValueError, match=message):
        native.switch_edges(*{**right, "tail": np.arange(3), "head": np.arange(1, 4), **changed}.values())
