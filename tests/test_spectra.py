"""The examples: each has what its tag says, and no two are the same graph."""

import networkx as nx
import numpy as np
import pytest
from spectra import (
    EXAMPLES,
    EXAMPLES_BY_TAG,
    complete,
    eigenvalues,
    isolated,
    path,
    union,
    weighted_star,
    weighted_torus,
)

DENSE_TOLERANCE = 1e-9


def neighbourhoods(network, *, closed):
    """Return how many vertices with an edge have each set of neighbours, themselves among them or not."""
    sets = [frozenset(network[vertex]) | ({vertex} if closed else set()) for vertex in network if network[vertex]]
    return [sets.count(each) for each in set(sets)]


def has_twins(network, *, closed):
    return max(neighbourhoods(network, closed=closed), default=0) > 1


def has_isomorphic_components(network):
    parts = [network.subgraph(part) for part in nx.connected_components(network)]
    return any(nx.is_isomorphic(first, second) for i, first in enumerate(parts) for second in parts[:i])


def distinct_eigenvalues(network):
    return len(np.unique(np.round(nx.normalized_laplacian_spectrum(network), 8)))


def has_symmetric_spectrum(network):
    values = np.sort(nx.adjacency_spectrum(network).real)
    return np.allclose(values, -values[::-1], atol=DENSE_TOLERANCE)


def smallest_gap(network):
    return np.diff(np.sort(nx.normalized_laplacian_spectrum(network))).min()


PROPERTIES = {
    "known completely": lambda network: max(map(len, nx.connected_components(network))) == 2,
    "edgeless": lambda network: network.number_of_edges() == 0,
    "isolated vertices": lambda network: 0 < nx.number_of_isolates(network) < len(network),
    "many components": lambda network: nx.number_connected_components(network) > 3,
    "isomorphic components": has_isomorphic_components,
    "bipartite": lambda network: nx.is_bipartite(network) and nx.number_of_isolates(network) == 0,
    "symmetric spectrum": has_symmetric_spectrum,
    "false twins": lambda network: has_twins(network, closed=False),
    "true twins": lambda network: has_twins(network, closed=True),
    "trees": lambda network: nx.is_tree(network) and not has_twins(network, closed=False) and len(network) % 2 == 1,
    "few distinct eigenvalues": lambda network: distinct_eigenvalues(network) <= 3 and len(network) > 20,
    "multiple eigenvalues": lambda network: (
        distinct_eigenvalues(network) < 0.6 * len(network)
        and not has_twins(network, closed=False)
        and not has_twins(network, closed=True)
    ),
    "close eigenvalues": lambda network: 1e-6 < smallest_gap(network) < (np.pi / 50) ** 2,
    "weights": lambda network: len({weight for *_, weight in network.edges.data("weight")}) > 1,
}


def test_every_tag_says_a_property_and_has_an_example():
    assert EXAMPLES_BY_TAG.keys() == PROPERTIES.keys()
    assert all(EXAMPLES_BY_TAG.values())


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: f"{example.name}-{example.tag}")
def test_examples_have_what_their_tag_says(example):
    assert PROPERTIES[example.tag](nx.from_scipy_sparse_array(example.graph.adjacency()))


@pytest.mark.parametrize("tag", PROPERTIES)
def test_a_property_is_not_one_of_all_graphs(tag):
    assert not all(PROPERTIES[tag](nx.from_scipy_sparse_array(example.graph.adjacency())) for example in EXAMPLES)


def test_each_example_has_one_reason():
    assert len({example.name for example in EXAMPLES}) == len(EXAMPLES)
    assert len({example.graph.fingerprint for example in EXAMPLES}) == len(EXAMPLES)
    assert all(example.spectra for example in EXAMPLES)


def test_a_union_keeps_weights():
    parts = weighted_torus(3, 4, 0.25, 2.0), isolated(2), weighted_star([1.0, 3.0])
    joined = union(*parts).graph
    blocks = [part.graph.adjacency().toarray() for part in parts]
    offset = 0
    for block in blocks:
        stop = offset + len(block)
        np.testing.assert_allclose(joined.adjacency().toarray()[offset:stop, offset:stop], block)
        offset = stop
    assert joined.num_edges == sum(part.graph.num_edges for part in parts)
    assert union(path(2), complete(3)).graph.weights is None


def test_spectra_of_a_union_are_those_of_its_parts():
    parts = weighted_star([1.0, 2.0, 2.0]), path(5)
    joined = union(*parts)
    for operator in ("normalized", "adjacency"):
        np.testing.assert_allclose(joined.spectra[operator], eigenvalues(joined.graph, operator), atol=DENSE_TOLERANCE)
    assert "combinatorial" not in joined.spectra
