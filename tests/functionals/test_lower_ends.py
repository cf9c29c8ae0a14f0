"""Bounds on the smallest eigenvalue: never above it, and close to it where the proof is sharp."""

import networkx as nx
import numpy as np
import pytest
import scipy.sparse

import graphspec
from graphspec.functionals.lower_ends import (
    Dominance,
    laplacian_lower_end,
    nonzero_lower_end,
    path_bound,
    ritz_lower_end,
    size_bound,
)

GRAPHS = {
    "path": nx.path_graph(60),
    "cycle": nx.cycle_graph(31),
    "star": nx.star_graph(20),
    "complete": nx.complete_graph(12),
    "grid": nx.convert_node_labels_to_integers(nx.grid_2d_graph(9, 14)),
    "lollipop": nx.lollipop_graph(20, 30),
    "tree": nx.random_labeled_tree(80, seed=1),
    "random": nx.gnm_random_graph(120, 260, seed=2),
    "two parts": nx.disjoint_union(nx.path_graph(30), nx.gnm_random_graph(50, 150, seed=3)),
    "isolated": nx.disjoint_union(nx.cycle_graph(9), nx.empty_graph(3)),
}


def matrix_lower_end(matrix, masses):
    dominance = Dominance.of(matrix)
    return None if dominance is None else dominance.lower_end(masses)


def smallest_nonzero(operator):
    values = np.linalg.eigvalsh(operator.matrix().toarray())
    return values[values > 1e-9].min()


@pytest.mark.parametrize("name", ["normalized", "combinatorial", "natural"])
@pytest.mark.parametrize("graph", GRAPHS.values(), ids=GRAPHS)
@pytest.mark.parametrize("weighted", [False, True])
def test_a_laplacian_is_bounded_by_paths(graph, name, weighted):
    rng = np.random.default_rng(5)
    graph = graph.copy()
    nx.set_edge_attributes(graph, {edge: float(rng.lognormal()) for edge in graph.edges}, "weight")
    read = graphspec.graphs.as_graph(graph, weighted=weighted)
    operator = graphspec.graph_operator(read, name)
    end, true = laplacian_lower_end(operator), smallest_nonzero(operator)
    assert (end.source, end.certain) == ("paths", True)
    assert 0 < end.value <= true * (1 + 1e-9)


def test_the_bound_by_paths_of_a_long_path_is_within_a_factor_of_five():
    operator = graphspec.graph_operator(graphspec.graphs.as_graph(nx.path_graph(400)), "combinatorial")
    assert laplacian_lower_end(operator).value > smallest_nonzero(operator) / 5


@pytest.mark.parametrize("seed", range(12))
def test_a_diagonally_dominant_matrix_is_bounded_with_either_sign(seed):
    rng = np.random.default_rng(seed)
    size = 40
    entries = scipy.sparse.random_array((size, size), density=0.12, rng=rng, data_sampler=rng.standard_normal)
    entries = scipy.sparse.csr_array(scipy.sparse.triu(entries, 1))
    entries = scipy.sparse.csr_array(entries + entries.T)
    excess = np.where(rng.random(size) < 0.2, rng.exponential(size=size), 0.0)
    diagonal = abs(entries).sum(axis=1) + excess + 1e-300
    matrix = scipy.sparse.csr_array(entries + scipy.sparse.diags_array(diagonal))
    for masses in (np.ones(size), np.maximum(diagonal, 1e-3), rng.exponential(size=size) + 0.1):
        scale = 1 / np.sqrt(masses)
        eigenvalues = np.linalg.eigvalsh(scale[:, None] * matrix.toarray() * scale)
        end = matrix_lower_end(matrix, masses)
        if end is not None:
            assert 0 < end.value <= eigenvalues[0] + 1e-14 * eigenvalues[-1]  # their rounding


def test_strict_dominance_gives_the_bound_of_gershgorin():
    matrix = scipy.sparse.csr_array(np.array([[3.0, 1.0], [1.0, 3.0]]))
    end = matrix_lower_end(matrix, np.ones(2))
    assert (end.value, end.source) == (2.0, "diagonal dominance")


def test_rows_without_a_path_have_no_bound():
    entries = scipy.sparse.csr_array(nx.adjacency_matrix(nx.disjoint_union(nx.path_graph(3), nx.path_graph(2))))
    assert path_bound(entries.astype(float), np.array([1.0, 0, 0, 0, 0]), np.ones(5)) == 0
    assert matrix_lower_end(scipy.sparse.csr_array(np.array([[1.0, 2.0], [2.0, 9.0]])), np.ones(2)) is None


@pytest.mark.parametrize("name", ["normalized", "combinatorial", "natural"])
@pytest.mark.parametrize("graph", GRAPHS.values(), ids=GRAPHS)
def test_a_sketch_is_bounded_by_the_size_of_its_graph(graph, name):
    held = graphspec.sketch(graph, num_moments=10, num_probes=2, operator=name)
    end = size_bound(held)
    operator = graphspec.graph_operator(graphspec.graphs.as_graph(graph), name)
    assert 0 < end.value <= smallest_nonzero(operator)
    assert nonzero_lower_end(held) == end


def test_weights_leave_an_estimate_by_ritz_values():
    graph = nx.gnm_random_graph(900, 5000, seed=4)
    nx.set_edge_attributes(graph, 1.5, "weight")
    held = graphspec.sketch(graph, num_moments=200, num_probes=6, weighted=True)
    assert size_bound(held) is None
    end, operator = nonzero_lower_end(held), graphspec.graph_operator(graphspec.graphs.as_graph(graph))
    true = smallest_nonzero(operator)
    assert (end.source, end.certain) == ("Ritz values", False)
    assert 0.9 * true < end.value < true


def test_ritz_values_that_have_not_converged_leave_rounding():
    chain = scipy.sparse.diags_array([-np.ones(1999), 2 * np.ones(2000), -np.ones(1999)], offsets=[-1, 0, 1])
    held = graphspec.sketch(graphspec.linear_operator(chain, (0.0, 4.0)), num_moments=20, num_probes=4)
    end = ritz_lower_end(held)
    assert (end.source, end.certain) == ("rounding", False)
    assert end.value == pytest.approx(4 * np.finfo(float).eps)
