"""Generation of graphs: extreme parameters, what is refused, and plugins."""

import networkx as nx
import numpy as np
import pytest

from graphspec.errors import ParameterError
from graphspec.graphs.graph import Graph
from graphspec.models.base import Model
from graphspec.models.generation import MODELS, generate, model_names

LIKE = nx.barabasi_albert_graph(400, 3, seed=9)


@pytest.mark.parametrize(
    ("name", "nodes", "values", "edges"),
    [
        ("er", 30, {"p": 0}, 0),
        ("er", 30, {"p": 1}, 435),
        ("er", 1, {"p": 0.5}, 0),
        ("ws", 30, {"k": 4, "p": 0}, 60),
        ("ws", 30, {"k": 4, "p": 1}, 60),
        ("ws", 9, {"k": 8, "p": 1}, 36),
        ("ws", 9, {"k": 6, "p": 1}, 27),
        # A vertex that all others are linked to: one of them has to make room.
        ("ws", 12, {"k": 10, "p": 1}, 60),
        ("ws", 12, {"k": 10, "p": 0.9}, 60),
        ("ba", 30, {"m": 1}, 29),
        ("ba", 30, {"m": 29}, 29),
        ("regular", 30, {"k": 0}, 0),
        ("regular", 30, {"k": 29}, 435),
        ("regular", 30, {"k": 26}, 390),
        ("geometric", 30, {"radius": 0}, 0),
        ("geometric", 30, {"radius": 2**0.5}, 435),
        ("sbm", 30, {"blocks": 3, "p_in": 1, "p_out": 0}, 135),
        ("sbm", 30, {"blocks": 30, "p_in": 1, "p_out": 1}, 435),
        ("powerlaw-cluster", 30, {"m": 1, "p": 1}, 29),
    ],
)
def test_extreme_parameters(name, nodes, values, edges):
    graph = generate(name, nodes, 3, **values)
    assert (graph.num_nodes, graph.num_edges) == (nodes, edges)
    assert graph.dropped.duplicate_edges == graph.dropped.self_loops == 0


def test_degrees_of_another_size_are_drawn():
    graph = Graph.from_networkx(LIKE)
    small, large = (generate("configuration", nodes, 1, like=graph) for nodes in (150, 3000))
    assert (small.num_nodes, large.num_nodes) == (150, 3000)
    assert 2 * large.num_edges / 3000 == pytest.approx(2 * graph.num_edges / 400, rel=0.1)
    same = generate("configuration", seed=1, like=graph)
    np.testing.assert_array_equal(same.num_neighbours, graph.num_neighbours)


# --- parameter spaces


@pytest.mark.parametrize(
    ("name", "nodes", "values", "message"),
    [
        ("er", 10, {"p": 1.2}, r"er: p \(probability of an edge\) must be a number between 0 and 1, not 1.2"),
        ("er", 10, {"p": -0.1}, "must be a number between 0 and 1, not -0.1"),
        ("er", 10, {"p": "high"}, "must be a number between 0 and 1, not high"),
        ("er", 10, {"p": np.nan}, "must be a number between 0 and 1, not nan"),
        ("er", 10, {}, "er needs a value of p: it takes p"),
        ("er", 10, {"p": 0.1, "m": 2}, "er has no parameter 'm': it takes p"),
        ("er", 0, {"p": 0.1}, "at least one vertex, not 0"),
        ("ws", 10, {"k": 3, "p": 0.1}, "must be even, not 3"),
        ("ws", 10, {"k": 10, "p": 0.1}, "k must be less than the number of vertices 10, not 10"),
        ("ws", 10, {"k": 2.5, "p": 0.1}, "must be a whole number of at least 2, not 2.5"),
        ("ba", 10, {"m": 10}, "m must be less than the number of vertices 10, not 10"),
        ("ba", 10, {"m": 0}, "must be a whole number of at least 1, not 0"),
        ("regular", 10, {"k": 10}, "k must be less than the number of vertices"),
        ("regular", 9, {"k": 3}, "must be even, not 3 times 9"),
        ("geometric", 9, {"radius": 3}, "must be a number between 0 and 1.41421, not 3"),
        ("sbm", 9, {"blocks": 10, "p_in": 0.1, "p_out": 0.1}, "at most as many blocks as vertices, 9, not 10"),
        ("powerlaw-cluster", 5, {"m": 5, "p": 0.1}, "m must be less than the number of vertices 5"),
        ("configuration", 5, {}, "keeps the degrees of a graph: give one"),
        ("configuration", 5, {"p": 0.1}, "it takes none"),
        ("small-world", 5, {}, "unknown model 'small-world': choose one of er, ws, ba"),
    ],
)
def test_what_is_not_in_the_parameter_space(name, nodes, values, message):
    with pytest.raises(ParameterError, match=message):
        generate(name, nodes, **values)


def test_nodes_and_seed_are_checked():
    with pytest.raises(ParameterError, match="the number of vertices, `num_nodes`, is needed"):
        generate("er", p=0.1)
    with pytest.raises(ParameterError, match="non-negative 64-bit integer"):
        generate("er", 10, -1, p=0.1)


def test_plugins_are_models(monkeypatch):
    class Path(Model):
        """A path."""

        name, title, parameters, source = "path", "path", (), "none"

        def edges(self, num_nodes, random, values):  # noqa: ARG002
            return np.arange(num_nodes - 1), np.arange(1, num_nodes)

        def mean_degree(self, num_nodes, values):  # noqa: ARG002
            return 2 - 2 / num_nodes

    class Point:
        """An entry point."""

        @staticmethod
        def load():
            return Path

    monkeypatch.setattr("graphspec.models.generation._plugins", lambda: {"path": Point})
    assert model_names() == [*MODELS, "dcsbm", "path"]
    assert generate("path", 7).num_edges == 6
