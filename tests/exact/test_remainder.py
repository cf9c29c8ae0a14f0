"""Exact structure: what is taken out and what is left make up the whole spectrum."""

import os
from pathlib import Path

import networkx as nx
import numpy as np
import pytest
from spectra import weighted_copy

import graphspec
from graphspec import Graph, sketch
from graphspec.exact.dense import dense_remainder
from graphspec.exact.twins import find_twins
from graphspec.operators.kinds import OPERATOR_NAMES
from graphspec.sketches.moments import spectrum_moments
from graphspec.sketches.preparation import prepare

ROUNDING = 1e-9

GRAPHS = {
    "star": nx.star_graph(20),
    "complete": nx.complete_graph(7),
    "complete bipartite": nx.complete_bipartite_graph(3, 5),
    "clique with a tail": nx.lollipop_graph(6, 3),
    "tree": nx.barabasi_albert_graph(400, 1, seed=3),
    "cliques on a ring": nx.connected_caveman_graph(100, 6),
    "edgeless": nx.empty_graph(4),
    "many components": nx.disjoint_union_all(
        [
            nx.barabasi_albert_graph(500, 1, seed=1),
            *[nx.complete_graph(4)] * 3,
            nx.path_graph(2),
            nx.star_graph(5),
            nx.empty_graph(3),
            nx.cycle_graph(5),
            nx.cycle_graph(6),
            nx.gnp_random_graph(40, 0.2, seed=1),
        ]
    ),
}


def spectrum_of(source, **options):
    """Return all eigenvalues, and what was prepared."""
    prepared = prepare(source, **options)
    known = [np.full(atom.multiplicity, atom.eigenvalue) for atom in prepared.empty.atoms]
    return np.sort(np.concatenate([*known, dense_remainder(prepared.sampled)])), prepared


def multiplicity(prepared, source):
    return sum(atom.multiplicity for atom in prepared.empty.atoms if atom.source == source)


@pytest.mark.parametrize("name", GRAPHS)
@pytest.mark.parametrize("operator", OPERATOR_NAMES)
@pytest.mark.parametrize("weighted", [False, True])
def test_spectra_with_and_without_structure_agree(name, operator, weighted):
    graph = Graph.from_networkx(GRAPHS[name])
    if weighted:
        graph = weighted_copy(graph, 5)
    with_structure, _ = spectrum_of(graph, operator=operator)
    without, prepared = spectrum_of(graph, operator=operator, structure=False)
    assert prepared.empty.atoms == ()
    assert len(with_structure) == graph.num_nodes
    scale = max(1.0, prepared.operator.interval[1])
    np.testing.assert_allclose(with_structure, without, atol=ROUNDING * scale)


@pytest.mark.parametrize("component", ["all", "largest"])
def test_components_of_which_only_one_is_left(component):
    graph = GRAPHS["many components"]
    with_structure, prepared = spectrum_of(graph, component=component)
    without, _ = spectrum_of(graph, component=component, structure=False)
    np.testing.assert_allclose(with_structure, without, atol=ROUNDING)
    # Three cliques, a star, two cycles and a random graph, without zeros and twos.
    small = 0 if component == "largest" else 3 * 3 + 4 + 4 + 4 + 39
    assert multiplicity(prepared, "small components") == small


def test_components_that_cost_too_much_are_sampled(monkeypatch):
    monkeypatch.setattr("graphspec.exact.remainder._DENSE_WORK", 1)
    graph = GRAPHS["many components"]
    with_structure, prepared = spectrum_of(graph)
    np.testing.assert_allclose(with_structure, spectrum_of(graph, structure=False)[0], atol=ROUNDING)
    assert 0 < multiplicity(prepared, "small components") < 3 * 3 + 4 + 4 + 4 + 39


def test_a_graph_that_is_small_is_a_curve_but_for_twins():
    graph = nx.disjoint_union(nx.cycle_graph(9), nx.star_graph(5))
    _, prepared = spectrum_of(graph)
    assert multiplicity(prepared, "small components") == 0
    assert multiplicity(prepared, "twins") == 4
    assert len(prepared.dense_vertices) == 9


@pytest.mark.parametrize(
    ("edges", "others", "first", "linked"),
    [
        ([(0, 1), (0, 2), (0, 3)], [2, 3], [1, 1], [False, False]),
        ([(0, 1), (1, 2), (0, 2)], [1, 2], [0, 0], [True, True]),
        ([(0, 1)], [], [], []),
        ([(0, 1), (1, 2), (2, 3)], [], [], []),
        ([(0, 1), (1, 2), (2, 3), (3, 0)], [2, 3], [0, 1], [False, False]),
        ([(0, 1), (0, 2), (1, 2), (2, 3)], [1], [0], [True]),
    ],
    ids=["star", "triangle", "edge", "path", "square", "paw"],
)
def test_twins(edges, others, first, linked):
    graph = Graph.from_edges(*np.array(edges).T)
    found = find_twins(graph, np.ones(graph.num_nodes, bool))
    assert found.others.tolist() == others
    assert found.first.tolist() == first
    assert found.linked.tolist() == linked
    nothing = find_twins(graph, np.zeros(graph.num_nodes, bool))
    assert len(nothing.others) == 0


def test_weights_make_twins_different():
    tail, head = [0, 0, 0, 0], [1, 2, 3, 4]
    found = find_twins(Graph.from_edges(tail, head, [1.0, 2.0, 2.0, 0.5]), np.ones(5, bool))
    assert (found.others.tolist(), found.first.tolist()) == ([3], [2])


def test_equal_hashes_are_no_proof(monkeypatch):
    monkeypatch.setattr("graphspec.exact.twins.mixed_bits", np.zeros_like)
    graph = Graph.from_networkx(GRAPHS["clique with a tail"])
    found = find_twins(graph, np.ones(graph.num_nodes, bool))
    assert found.others.tolist() == [1, 2, 3, 4]
    assert found.linked.all()


@pytest.mark.parametrize("operator", OPERATOR_NAMES)
def test_what_is_left_has_the_known_eigenvectors(operator):
    prepared = prepare(GRAPHS["many components"], operator=operator)
    matrix, low = prepared.sampled.matrix(), prepared.operator.interval[0]
    for family in prepared.sampled.known.families:
        for group in np.unique(family.group[family.vector != 0]):
            vector = np.where(family.group == group, family.vector, 0.0)
            np.testing.assert_allclose(vector @ vector, 1.0, atol=ROUNDING)
            value = vector @ (matrix @ vector)
            np.testing.assert_allclose(matrix @ vector, value * vector, atol=ROUNDING)
            assert min(abs(value - low), abs(value - 2.0)) < ROUNDING


@pytest.mark.parametrize("operator", OPERATOR_NAMES)
def test_sampled_moments_agree_with_and_without_structure(operator):
    graph = nx.disjoint_union(nx.barabasi_albert_graph(800, 1, seed=2), nx.complete_graph(5))
    options = {"operator": operator, "num_moments": 12, "num_probes": 64}
    known, plain = (spectrum_moments(sketch(graph, structure=structure, **options)) for structure in (True, False))
    assert (abs(known.values - plain.values) <= 5 * np.hypot(known.sem, plain.sem) + 1e-5).all()
    assert known.sem[3:].mean() < plain.sem[3:].mean()


@pytest.mark.data
@pytest.mark.parametrize(
    ("name", "left"), [("ca-GrQc.txt", 3239), ("ca-CondMat.txt", 16_982), ("email-Enron.txt.gz", 20_505)]
)
def test_multiplicities_of_real_networks_add_up(name, left):
    folder = os.environ.get("GRAPHSPEC_DATA")
    if folder is None:
        pytest.skip("GRAPHSPEC_DATA, the folder of the real networks, is not set")
    graph = graphspec.read_edges(Path(folder) / name)
    prepared = prepare(graph)
    assert prepared.sampled.num_rows == left
    known = prepared.sampled.known
    vectors = sum(len(np.unique(item.group[item.vector != 0])) for item in known.families)
    vectors += 0 if known.null_space is None else known.null_space.dimension
    assert sum(atom.multiplicity for atom in prepared.empty.atoms) + left - vectors == graph.num_nodes


TREES = {
    "random tree": nx.random_labeled_tree(400, seed=1),
    "balanced tree": nx.balanced_tree(3, 4),
    "odd path": nx.path_graph(101),
    "even path": nx.path_graph(100),
    "grid with a tail": nx.compose(nx.grid_2d_graph(9, 9), nx.path_graph([(8, 8), *range(40)])),
    "triangles and leaves": nx.compose(nx.windmill_graph(30, 3), nx.random_labeled_tree(300, seed=3)),
}


@pytest.mark.parametrize("name", TREES)
@pytest.mark.parametrize("operator", ["normalized", "adjacency"])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("small", [0, 8000])
def test_the_null_space_that_trees_give(name, operator, weighted, small, monkeypatch):
    monkeypatch.setattr("graphspec.exact.trees._FEWEST", 0.0)
    monkeypatch.setattr("graphspec.exact.trees._SMALL", small)
    graph = Graph.from_networkx(TREES[name])
    graph = weighted_copy(graph, 5) if weighted else graph
    found, prepared = spectrum_of(graph, operator=operator)
    expected, _ = spectrum_of(graph, operator=operator, structure=False)
    np.testing.assert_allclose(found, expected, atol=1e-8)
    null = prepared.sampled.known.null_space
    if null is None:
        assert name in {"even path", "grid with a tail"}
        return
    middle = 1.0 if operator == "normalized" else 0.0
    if nx.is_forest(TREES[name]):
        # Of a forest all of the null space is found.
        at_middle = np.count_nonzero(abs(expected - middle) < 1e-8)
        atoms = sum(atom.multiplicity for atom in prepared.empty.atoms if atom.eigenvalue == middle)
        assert atoms == at_middle
    matrix = prepared.sampled.matrix().toarray() - middle * np.eye(prepared.sampled.num_rows)
    projector = null.projector(prepared.sampled.num_rows)
    np.testing.assert_allclose(projector @ projector, projector, atol=ROUNDING)
    np.testing.assert_allclose(matrix @ projector, 0, atol=ROUNDING * max(1, abs(matrix).max()))
    assert round(np.trace(projector)) == null.dimension
    probe = np.random.default_rng(1).standard_normal(len(matrix))
    left = probe.copy()
    null.remove_from(left)
    np.testing.assert_allclose(left, probe - projector @ probe, atol=ROUNDING)


@pytest.mark.parametrize(("limit", "value"), [("MOST_PAIRS", 3), ("_MOST_PRODUCTS", 3), ("_FEWEST", 0.9)])
def test_trees_that_are_too_many_or_too_few_are_sampled(limit, value, monkeypatch):
    graph = TREES["random tree"]
    assert prepare(graph).sampled.known.null_space is not None
    monkeypatch.setattr(f"graphspec.exact.trees.{limit}", value)
    assert prepare(graph).sampled.known.null_space is None


def test_long_paths_are_left_after_some_rounds(monkeypatch):
    monkeypatch.setattr("graphspec.exact.trees._ROUNDS", 5)
    monkeypatch.setattr("graphspec.exact.trees._FEWEST", 0.0)
    graph = TREES["triangles and leaves"]
    found, prepared = spectrum_of(graph)
    assert prepared.sampled.known.null_space is not None
    np.testing.assert_allclose(found, spectrum_of(graph, structure=False)[0], atol=1e-8)
