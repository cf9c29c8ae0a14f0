"""From a source to what is sampled: all inputs, weights, components, and what has no spectrum."""

import networkx as nx
import numpy as np
import pytest
from sampled import OPTIONS, SAMPLED, assert_same_arrays
from scipy import sparse
from spectra import (
    Example,
    cycle,
    isolated,
    path,
    random_graph,
    star,
    union,
    weighted_copy,
)

import graphspec
from graphspec import Sampling
from graphspec.errors import ParameterError
from graphspec.exact.settings import ExactSettings
from graphspec.graphs.conversion import as_graph
from graphspec.graphs.graph import Graph
from graphspec.operators.kinds import OPERATORS, graph_operator
from graphspec.operators.linear import SparseOperator, linear_operator
from graphspec.sketches.moments import spectrum_moments
from graphspec.sketches.preparation import prepare


@pytest.mark.parametrize(
    "convert",
    [
        lambda graph: graph,
        lambda graph: nx.from_scipy_sparse_array(graph.adjacency()),
        lambda graph: graph.adjacency(),
        lambda graph: sparse.coo_matrix(sparse.triu(graph.adjacency())),
        lambda graph: graph_operator(graph),
    ],
    ids=["graph", "networkx", "scipy-array", "scipy-upper-triangle", "operator"],
)
def test_all_inputs_agree(convert):
    expected = graphspec.sketch(SAMPLED, num_probes=4, **OPTIONS)
    assert_same_arrays(graphspec.sketch(convert(SAMPLED), num_probes=4, **OPTIONS), expected)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize(
    "convert",
    [lambda graph: nx.from_scipy_sparse_array(graph.adjacency()), lambda graph: graph.adjacency()],
    ids=["networkx", "scipy"],
)
def test_weights_count_where_asked_for(convert, weighted):
    graph = weighted_copy(SAMPLED, 3)
    expected = graphspec.sketch(graph if weighted else SAMPLED, num_probes=4, **OPTIONS)
    sketch = graphspec.sketch(convert(graph), weighted=weighted, num_probes=4, **OPTIONS)
    assert_same_arrays(sketch, expected)
    assert sketch.options["weighted"] == weighted


def test_weights_of_a_graph_always_count():
    graph = weighted_copy(SAMPLED, 3)
    sketch = graphspec.sketch(graph, num_probes=4, **OPTIONS)
    assert sketch.options["weighted"]
    assert_same_arrays(sketch, graphspec.sketch(graph, weighted=True, num_probes=4, **OPTIONS))


@pytest.mark.parametrize("operator", OPERATORS)
def test_component_largest_is_the_sketch_of_the_subgraph(operator):
    graph = union(path(4), isolated(2), Example("sampled", SAMPLED, {})).graph
    expected = graphspec.sketch(graphspec.largest_component(SAMPLED), operator=operator, num_probes=4, **OPTIONS)
    sketch = graphspec.sketch(graph, component="largest", operator=operator, num_probes=4, **OPTIONS)
    assert_same_arrays(sketch, expected)
    assert sketch.options["component"] == "largest"
    assert sketch.source.num_components == 1


@pytest.mark.parametrize("operator", OPERATORS)
def test_operators_are_told_apart(operator):
    sketch = graphspec.sketch(SAMPLED, operator=operator, num_probes=2, num_moments=4)
    assert sketch.operator == operator
    assert sketch.interval == graph_operator(SAMPLED, operator).interval


def test_an_operator_keeps_its_own_name_and_interval():
    target = linear_operator(graph_operator(SAMPLED, "adjacency").matrix(), (-40.0, 50.0), name="hessian")
    sketch = graphspec.sketch(target, num_probes=2, num_moments=6)
    assert (sketch.operator, sketch.interval, sketch.source.name) == ("hessian", (-40.0, 50.0), "hessian")
    assert spectrum_moments(sketch).values[1] == pytest.approx(-5 / 45)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("edges.txt", "cannot sketch a str: read it with graphspec.read_edges first"),
        ([(0, 1)], "cannot sketch a list"),
        (((0, 1),), "cannot sketch a tuple"),
        (None, "cannot sketch a NoneType"),
        (7, "cannot make a graph of a int"),
        (Graph.from_edges([], [], num_nodes=0), "a graph without vertices has no spectrum"),
        (nx.Graph(), "a graph without vertices has no spectrum"),
        (np.zeros((2, 3)), "an operator must be square"),
    ],
    ids=["path", "list", "tuple", "none", "number", "no-vertices", "no-nodes", "not-square"],
)
def test_sources_without_a_spectrum_are_refused(source, message):
    with pytest.raises(ParameterError, match=message):
        graphspec.sketch(source)


def test_as_graph_refuses_anything_else():
    with pytest.raises(ParameterError, match="cannot make a graph of a dict"):
        as_graph({})


@pytest.mark.parametrize(("more", "dense"), [(0, True), (1, False)])
def test_the_dense_limit(more, dense):
    size = ExactSettings().dense_limit + more
    # Isolated vertices and single edges are explained: they do not count.
    graph = union(isolated(50), path(2), cycle(size)).graph
    assert graphspec.sketch(graph, num_probes=2, num_moments=4).exact == dense
    prepared = prepare(graph, Sampling(num_moments=4))
    assert (prepared.remainder.dense_rows is not None) == dense
    assert prepared.empty.num_probes == 0


def test_structure_can_be_left_out():
    graph = star(5).graph
    plain = prepare(graph, Sampling(structure=False))
    assert plain.remainder.known.dimension == 0
    assert plain.remainder.operator is plain.remainder.whole
    assert plain.empty.atoms == ()
    assert prepare(graph, Sampling()).remainder.known.dimension == 6


@pytest.mark.parametrize("given", [{"operator": "adjacency"}, {"component": "largest"}, {"weighted": True}], ids=str)
@pytest.mark.parametrize("source", [graph_operator(SAMPLED), linear_operator(np.eye(3))], ids=["graph", "linear"])
def test_options_of_graphs_are_refused_for_operators(source, given):
    with pytest.raises(ParameterError, match="`structure` and `precision` are for graphs, not for operators"):
        graphspec.sketch(source, **given)


def test_structure_is_an_option_of_operators_of_graphs_alone():
    assert graphspec.sketch(graph_operator(SAMPLED), structure=False, num_probes=2).atoms == ()
    with pytest.raises(ParameterError, match="`structure` and `precision` are for graphs, not for operators"):
        graphspec.sketch(linear_operator(np.eye(3)), structure=False)


@pytest.mark.parametrize("operator", OPERATORS)
def test_the_search_beside_a_thread_finds_the_same(operator, monkeypatch):
    monkeypatch.setattr("graphspec.sketches.preparation._ENTRIES_PER_THREAD", 1)
    beside = prepare(random_graph(500, 4.0, 12), Sampling(operator=operator)).empty
    monkeypatch.setattr("graphspec.sketches.preparation._ENTRIES_PER_THREAD", 10**9)
    alone = prepare(random_graph(500, 4.0, 12), Sampling(operator=operator)).empty
    assert_same_arrays(beside, alone)


@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize(
    "use",
    [lambda matrix, threads: prepare(linear_operator(matrix), Sampling(threads=threads)), graphspec.logdet],
    ids=["sketch", "logdet"],
)
def test_as_many_threads_as_asked_for_share_the_exact_moments_of_a_matrix(threads, use, monkeypatch):
    found = []

    def exact_moments(self, threads, of=SparseOperator._exact_moments):
        found.append(threads)
        return of(self, threads)

    monkeypatch.setattr(SparseOperator, "_exact_moments", exact_moments)
    use(path(200).graph.adjacency() + 3 * sparse.eye_array(200), threads=threads)
    assert found == [threads]
