"""Communities as evidence against models, and that models which keep what a graph has are not preferred for it."""

import networkx as nx
import numpy as np
import pytest
from fitted import classify_graph, fit_graph, sketched, target_of
from planted import planted

from graphspec import generate
from graphspec.comparison.classification import classify, find_refuted
from graphspec.comparison.communities import Communities, find_without_communities, low_eigenvalues
from graphspec.comparison.fitting import fit_target
from graphspec.comparison.references import References, reference_probes
from graphspec.comparison.settings import FitSettings, ReferenceSettings
from graphspec.graphs.graph import Graph
from graphspec.models.generation import get_model
from graphspec.operators.regularized import RegularizedLaplacian

GRAPH, LABELS, TAU = planted([200] * 4, degree=10, mixing=0.25, seed=3), np.repeat(np.arange(4), 200), 9.0
FOUND = Communities(LABELS, TAU, low_eigenvalues(GRAPH, TAU, 4))


def fitted(name, graph=GRAPH, labels=LABELS, count=6):
    target = target_of(graph, 20)
    return fit_target(target, References(get_model(name, graph, labels), target.num_nodes, 20, count))


@pytest.mark.parametrize("graph", [GRAPH, Graph.from_networkx(nx.barbell_graph(6, 3)), generate("er", 300, 2, p=0.003)])
@pytest.mark.parametrize("count", [1, 4, 12])
def test_low_eigenvalues_are_those_of_the_matrix(graph, count):
    exact = np.linalg.eigvalsh(RegularizedLaplacian.of(graph, TAU).matrix().toarray())[:count]
    np.testing.assert_allclose(low_eigenvalues(graph, TAU, count), exact, atol=1e-4)


def test_models_without_blocks_have_no_communities():
    models = {name: fitted(name) for name in ("er", "configuration", "sbm", "dcsbm")}
    without = find_without_communities(models, FOUND)
    assert without.keys() == {"er", "configuration"}
    assert without["er"].startswith(
        f"the 4 communities have eigenvalues of mean {FOUND.mean:.4g}, where its graphs have"
    )
    assert find_without_communities(models, FOUND, FitSettings(refuted=1e6)) == {}


def test_a_graph_without_communities_refutes_nothing():
    graph = generate("er", 800, 3, p=0.0125)
    own = Communities(LABELS, TAU, low_eigenvalues(graph, TAU, 4))
    models = {name: fitted(name, graph) for name in ("er", "configuration")}
    assert find_without_communities(models, own) == {}
    # Nor do eigenvalues above those of the model, as of a graph with less structure.
    assert find_without_communities(models, Communities(LABELS, TAU, own.eigenvalues + 0.1)) == {}


def test_errors_of_parameters_are_a_part_of_the_deviation():
    # Low eigenvalues of a small world follow its share of new edges, which has an error.
    graph = generate("ws", 600, 5, k=8, p=0.2)
    own = Communities(np.arange(600) // 30, TAU, low_eigenvalues(graph, TAU, 20))
    assert find_without_communities({"ws": fitted("ws", graph)}, own) == {}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("graph", "best"),
    [
        (generate("er", 800, 3, p=0.0125), "er"),
        (generate("configuration", seed=2, like=generate("ba", 800, 2, m=4)), "configuration"),
    ],
)
def test_the_simplest_is_named_beside_those_that_keep_what_the_graph_has(graph, best):
    # Labels that mean nothing: block models are consistent with the graph all the same.
    models = ["er", "configuration", *(get_model(name, graph, LABELS) for name in ("sbm", "dcsbm"))]
    found = classify_graph(graph, models)
    assert found.best == best
    assert {"configuration", "dcsbm"} <= set(found.explaining)
    numbers = [fit.num_parameters for fit in sorted(found.ranking, key=lambda fit: models_order(fit.model))]
    assert numbers == [1, 800, 800 + 10, 1600 + 10]


def models_order(name):
    return ("er", "configuration", "sbm", "dcsbm").index(name)


def test_blocks_are_named_where_communities_refute_the_others():
    models = [get_model(name, GRAPH, LABELS) for name in ("er", "configuration", "sbm", "dcsbm")]
    item = sketched(GRAPH, 20)
    found = classify(item, models, graph=GRAPH, communities=FOUND, num_references=6)
    assert found.best == "sbm"
    assert set(found.explaining) == {"sbm", "dcsbm"}
    lengths = {fit.model: fit.description_length for fit in found.ranking}
    assert min(lengths, key=lengths.get) == "sbm"
    assert [fit.num_blocks for fit in sorted(found.ranking, key=lambda fit: fit.num_parameters)] == [None, None, 4, 4]


def test_a_model_with_the_degrees_of_the_graph_is_no_rival():
    graph = generate("er", 800, 3, p=0.0125)
    models = {name: fitted(name, graph) for name in ("er", "configuration")}
    assert find_refuted(models, FitSettings(refuted=1e-9)).keys() <= {"configuration"}


def test_references_of_block_models_are_as_large_as_the_graph():
    settings = ReferenceSettings(max_nodes=100, num_probes=64)
    blocks, other = (References(get_model(name, GRAPH, LABELS), 800, 8, 3, settings=settings) for name in ("sbm", "er"))
    assert (blocks.reference_nodes, other.reference_nodes) == (800, 100)
    assert [graph.num_nodes for graph in other.graphs({"p": 0.01}, 2)] == [100, 100]
    assert len(list(blocks.graphs({}))) == 3
    assert reference_probes(5.0, settings) == reference_probes(5.0, settings, 100) == 64
    assert reference_probes(5.0, settings, 200) == 32
    assert reference_probes(5.0, settings, 10_000) == 16


def test_graphs_of_references_are_those_of_their_moments():
    references = References(get_model("er"), 60, 6, 3)
    again = [sketched(graph, 6, num_probes=16) for graph in references.graphs({"p": 0.3})]
    for row, item in zip(references.moments({"p": 0.3}), again, strict=True):
        assert item.dimension == 60
        assert row[2] == pytest.approx(target_moments(item)[2], abs=1e-9)  # tr X^2 is exact


def target_moments(item):
    from graphspec.sketches.moments import nonzero_moments

    return nonzero_moments(item, 6).values


def test_a_fit_of_blocks_says_what_it_kept():
    found = fit_graph(GRAPH, get_model("dcsbm", GRAPH, LABELS), num_references=4)
    assert found.parameters == found.standard_error == {}
    assert found.consistent
    assert found.blocks.edge_counts.sum() - np.diag(found.blocks.edge_counts).sum() // 1 > 0
    assert found.num_parameters == 800 * 2 + 10
    assert fit_graph(GRAPH, "er", num_references=4).blocks is None
