"""Strategies of hypothesis for graphs, and for parameters of models."""

import networkx as nx
import numpy as np
from hypothesis import strategies as st

from graphspec.errors import ParameterError
from graphspec.graphs.graph import Graph


@st.composite
def sparse_networks(draw):
    """Networkx graphs with few edges for their vertices: many components, often bipartite, isolated vertices."""
    n = draw(st.integers(1, 40))
    ends = st.integers(0, n - 1)
    graph = nx.empty_graph(n)
    graph.add_edges_from((a, b) for a, b in draw(st.lists(st.tuples(ends, ends), max_size=40)) if a != b)
    return graph


@st.composite
def graphs(draw, magnitudes=0.5):
    """Graphs with twins, trees and isomorphic components, often with weights: of few values, or 10^-m to 10^m."""
    network = draw(sparse_networks())
    # A copy of a vertex is its twin, linked with it or not; a copy of the whole graph is isomorphic.
    for vertex in draw(st.lists(st.sampled_from(sorted(network)), max_size=6)):
        copy = len(network)
        network.add_node(copy)
        network.add_edges_from((copy, neighbour) for neighbour in list(network[vertex]))
        if draw(st.booleans()):
            network.add_edge(copy, vertex)
    if draw(st.booleans()):
        network = nx.disjoint_union(network, network)
    count = network.number_of_edges()
    kinds = [
        st.none(),
        st.sampled_from([1.0, 2.0, 0.3]),
        st.floats(-magnitudes, magnitudes).map(lambda power: 10.0**power),
    ]
    weights = draw(st.one_of(*(st.lists(kind, min_size=count, max_size=count) for kind in kinds)))
    tails, heads = np.array(list(network.edges), np.int64).reshape(-1, 2).T
    given = None if None in weights or not weights else weights
    return Graph.from_edges(tails, heads, given, num_nodes=len(network))


@st.composite
def parameter_values(draw, model, most_nodes=40):
    """Numbers of vertices and parameters of a model, often those of graphs that are nearly complete or nearly empty."""
    nodes = draw(st.integers(1, most_nodes), "vertices")
    kinds = {parameter.name: _values_of(parameter, nodes) for parameter in model.parameters}

    def allowed(values):
        try:
            model.checked(nodes, values)
        except ParameterError:
            return False
        return True

    return nodes, draw(st.fixed_dictionaries(kinds).filter(allowed), "parameters")


def _values_of(parameter, nodes):
    if parameter.integer:
        low, high = int(parameter.low), max(int(parameter.low), nodes)
        return st.one_of(st.integers(low, high), st.integers(max(low, high - 4), high), st.integers(low, low + 3))
    low, high = parameter.low, parameter.high
    near = [low, np.nextafter(low, high), 1e-300, 1e-9, (1 - 1e-9) * high, np.nextafter(high, low), high]
    return st.one_of(st.floats(low, high), st.sampled_from([float(value) for value in near]))
