"""Communities that are found in graphs as the blocks of models."""

import networkx as nx
import numpy as np
import pytest
from planted import agreement, planted

import graphspec
from graphspec import generate
from graphspec.analyses import communities
from graphspec.analyses.communities import find_communities
from graphspec.errors import GraphspecError, ParameterError, SketchError
from graphspec.graphs.graph import Graph
from graphspec.models.base import Model
from graphspec.models.generation import get_model

BLOCKS = planted([150] * 4, degree=10, mixing=0.25, seed=3)
ER = generate("er", 400, 1, p=0.02)


def test_communities_are_those_that_are_detected():
    found = find_communities("g", BLOCKS, ["sbm"]).communities
    count = graphspec.detectable_communities(BLOCKS)
    assert found.count == count.confirmation.count == 4
    assert found.tau == count.r**2 - 1
    np.testing.assert_array_equal(found.labels, graphspec.partition(count))
    assert agreement(found.labels, np.repeat(np.arange(4), 150)) > 0.9
    assert find_communities("g", BLOCKS, ["configuration"]).communities.count == 4


def test_nothing_is_detected_where_no_model_needs_it(monkeypatch):
    monkeypatch.setattr(communities, "detect", None)
    for models in (["er", "ws", "ba"], [get_model("sbm")]):
        assert find_communities("g", BLOCKS, models).communities is None


def test_small_components_join_the_largest_community():
    network = nx.planted_partition_graph(3, 100, 0.12, 0.005, seed=1)
    network = nx.disjoint_union(network, nx.path_graph(3))
    found = find_communities("g", Graph.from_networkx(network), ["sbm"]).communities
    assert found.count == 3
    assert len(np.unique(found.labels)) == 3
    assert set(found.labels[-3:]) == {np.bincount(found.labels[:-3]).argmax()}


@pytest.mark.parametrize(
    ("graph", "reason"),
    [
        (ER, "no communities are detected: sbm with one block is er"),
        (Graph.from_networkx(nx.path_graph(30)), "no communities are detected: sbm with one block is er"),
        (
            Graph.from_edges([0, 1, 2], [1, 2, 0], weights=[1.0, 2.0, 3.0]),
            "detectable communities are counted in graphs without weights",
        ),
    ],
)
def test_reasons_why_there_are_no_blocks(graph, reason):
    assert find_communities("g", graph, ["sbm"]).model("sbm").startswith(reason)


def test_limits_of_edges_and_of_communities(monkeypatch):
    monkeypatch.setattr(communities, "CONFIRM_LIMIT", 2)
    expected = "the communities are not confirmed: the count is above the limit of 2"
    assert find_communities("g", BLOCKS, ["dcsbm"]).model("dcsbm") == expected
    monkeypatch.setattr(communities, "MOST_BLOCK_EDGES", 100)
    found = find_communities("g", BLOCKS, ["dcsbm", "er"])
    assert found.model("dcsbm").endswith(" edges are more than the 100 of a graph that block models take")
    assert isinstance(found.model("er"), Model)


def test_a_sketch_has_no_blocks():
    with pytest.raises(SketchError, match="g: sbm needs the edge list: a sketch holds no blocks of vertices"):
        find_communities("g", None, ["er", "sbm"])
    with pytest.raises(SketchError, match="g: sbm and dcsbm need the edge list"):
        find_communities("g", None, ["sbm", "dcsbm"])
    # Blocks of one size are a model of their own, which is fitted to a sketch as before.
    assert graphspec.fit(graphspec.sketch(BLOCKS, num_probes=64), get_model("sbm"), num_references=3).model == "sbm"


def test_fits_and_classifications_in_python():
    found = graphspec.fit(BLOCKS, "dcsbm", num_references=4)
    assert (found.model, found.num_blocks, found.consistent) == ("dcsbm", 4, True)
    named = graphspec.classify(BLOCKS, ("er", "config", "sbm", "dcsbm"), num_references=5)
    assert named.best == "sbm"
    assert {fit.model for fit in named.ranking} == {"er", "configuration", "sbm", "dcsbm"}
    without = graphspec.classify(ER, ("er", "sbm", "config"), num_references=5)
    assert (without.best, set(without.left_out)) == ("er", {"sbm"})
    for call in (graphspec.fit, lambda graph, model, **options: graphspec.classify(graph, (model,), **options)):
        with pytest.raises(GraphspecError, match=r"graph: dcsbm cannot be fitted: no communities .* is configuration"):
            call(Graph.from_networkx(nx.gnp_random_graph(300, 0.03, seed=1)), "dcsbm", num_references=3)
    with pytest.raises(ParameterError, match="must be a list of different models"):
        graphspec.classify(ER, ("config", "configuration"))


def test_other_seeds_make_other_references_and_threads_do_not():
    fits = [
        graphspec.fit(BLOCKS, "sbm", num_references=4, seed=seed, threads=n) for seed, n in ((0, 1), (0, 2), (5, 1))
    ]
    assert fits[0].symmetric_kl == fits[1].symmetric_kl != fits[2].symmetric_kl
