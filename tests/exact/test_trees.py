"""The null space that hanging trees give: a projector on eigenvectors, complete for forests, within its limits."""

from dataclasses import replace

import networkx as nx
import numpy as np
import pytest
from spectra import eigenvalues, weighted_copy, whole_spectrum

from graphspec.exact.remainder import take_out
from graphspec.exact.settings import ExactSettings
from graphspec.graphs.graph import Graph
from graphspec.operators.kinds import OPERATORS, graph_operator

ROUNDING = 1e-9

TREES = {
    "random tree": nx.random_labeled_tree(400, seed=1),
    "balanced tree": nx.balanced_tree(3, 4),
    "odd path": nx.path_graph(101),
    "even path": nx.path_graph(100),
    "grid with a tail": nx.compose(nx.grid_2d_graph(9, 9), nx.path_graph([(8, 8), *range(40)])),
    "triangles and leaves": nx.compose(nx.windmill_graph(30, 3), nx.random_labeled_tree(300, seed=3)),
}


WITH_TREES = [name for name, kind in OPERATORS.items() if getattr(kind, "tree_eigenvalue", None) is not None]


@pytest.mark.parametrize("name", TREES)
@pytest.mark.parametrize("operator", WITH_TREES)
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("dense_entries", [0, 8000])
def test_the_null_space_that_trees_give(name, operator, weighted, dense_entries):
    graph = Graph.from_networkx(TREES[name])
    graph = weighted_copy(graph, 5) if weighted else graph
    target = graph_operator(graph, operator)
    remainder = take_out(target, settings=ExactSettings(min_share=0.0, dense_entries=dense_entries))
    expected = eigenvalues(graph, operator)
    np.testing.assert_allclose(whole_spectrum(remainder), expected, atol=1e-8)
    null, middle = remainder.known.null_space, target.tree_eigenvalue
    if null is None:
        assert name in {"even path", "grid with a tail"}
        return
    if nx.is_forest(TREES[name]):
        # Of a forest all of the null space is found.
        at_middle = np.count_nonzero(abs(expected - middle) < 1e-8)
        atoms = sum(atom.multiplicity for atom in remainder.known.atoms if atom.eigenvalue == middle)
        assert atoms == at_middle
    matrix = remainder.operator.matrix().toarray() - middle * np.eye(remainder.operator.num_rows)
    projector = null.projector(remainder.operator.num_rows)
    np.testing.assert_allclose(projector @ projector, projector, atol=ROUNDING)
    np.testing.assert_allclose(matrix @ projector, 0, atol=ROUNDING * max(1, abs(matrix).max()))
    assert round(np.trace(projector)) == null.dimension
    probe = np.random.default_rng(1).standard_normal(len(matrix))
    projected = probe.copy()
    null.remove_from(projected)
    np.testing.assert_allclose(projected, probe - projector @ probe, atol=ROUNDING)


def test_the_operators_that_trees_tell_of():
    assert WITH_TREES == ["normalized", "adjacency", "regularized"]


@pytest.mark.parametrize("limit", [{"max_pairs": 3}, {"max_products": 3}, {"min_share": 0.9}], ids=str)
def test_trees_that_are_too_many_or_too_few_are_sampled(limit):
    target = graph_operator(Graph.from_networkx(TREES["random tree"]))
    assert take_out(target).known.null_space is not None
    remainder = take_out(target, settings=ExactSettings(**limit))
    assert remainder.known.null_space is None
    assert all("trees" not in atom.source for atom in remainder.known.atoms)


@pytest.mark.parametrize("operator", WITH_TREES)
@pytest.mark.parametrize("dense_entries", [0, 8000])
@pytest.mark.parametrize(("error", "accuracy"), [(ExactSettings().max_solution_error, 1e-6), (1e-11, 1e-9)])
def test_trees_of_many_magnitudes_are_taken_out_or_sampled(operator, dense_entries, error, accuracy):
    limits = {"dense_limit": 0, "min_share": 0.0, "dense_entries": dense_entries}
    settings = ExactSettings(**limits, max_solution_error=error)
    refused = []
    for seed in range(40):
        random = np.random.default_rng(seed)
        tails, heads = np.array(nx.gnm_random_graph(40, 45, seed=seed).edges).T
        magnitudes = seed % 9
        weights = 10 ** random.uniform(-magnitudes, magnitudes, len(tails))
        graph = Graph.from_edges(tails, heads, weights, num_nodes=40)
        target = graph_operator(graph, operator)
        remainder = take_out(target, settings=settings)
        expected = eigenvalues(graph, operator)
        tolerance = accuracy * np.abs(expected).max()
        np.testing.assert_allclose(whole_spectrum(remainder), expected, rtol=0, atol=tolerance)
        unweighted = take_out(graph_operator(replace(graph, weights=None), operator), settings=settings)
        refused.append((magnitudes, bool(unweighted.known.null_space) and remainder.known.null_space is None))
    assert not any(given for magnitudes, given in refused if magnitudes == 0)
    assert any(given for _, given in refused)


def test_long_paths_are_left_after_some_rounds():
    graph = Graph.from_networkx(TREES["triangles and leaves"])
    dimensions = []
    for rounds in (5, 60):
        remainder = take_out(graph_operator(graph), settings=ExactSettings(max_rounds=rounds, min_share=0.0))
        dimensions.append(remainder.known.null_space.dimension)
        np.testing.assert_allclose(whole_spectrum(remainder), eigenvalues(graph), atol=1e-8)
    assert 0 < dimensions[0] <= dimensions[1]
