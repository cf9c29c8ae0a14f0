"""Exact structure: what is taken out and what is left make up the whole spectrum."""

import os
from pathlib import Path

import networkx as nx
import numpy as np
import pytest
from spectra import weighted_copy, whole_spectrum

import graphspec
from graphspec import Graph, Sampling, sketch
from graphspec.exact.remainder import Remainder, take_out
from graphspec.exact.settings import ExactSettings
from graphspec.operators.kinds import OPERATORS, graph_operator
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


def multiplicity(remainder, source):
    return sum(atom.multiplicity for atom in remainder.known.atoms if atom.source == source)


@pytest.mark.parametrize("name", GRAPHS)
@pytest.mark.parametrize("operator", OPERATORS)
@pytest.mark.parametrize("weighted", [False, True])
def test_spectra_with_and_without_structure_agree(name, operator, weighted):
    graph = Graph.from_networkx(GRAPHS[name])
    if weighted:
        graph = weighted_copy(graph, 5)
    target = graph_operator(graph, operator)
    with_structure = whole_spectrum(take_out(target))
    assert len(with_structure) == graph.num_nodes
    scale = max(1.0, target.interval.high)
    without = whole_spectrum(Remainder.nothing_known(target))
    np.testing.assert_allclose(with_structure, without, atol=ROUNDING * scale)


@pytest.mark.parametrize("name", GRAPHS)
@pytest.mark.parametrize("operator", OPERATORS)
@pytest.mark.parametrize("dense_limit", [0, 300])
def test_rows_in_order_leave_the_same_spectrum(name, operator, dense_limit):
    target = graph_operator(Graph.from_networkx(GRAPHS[name]), operator)
    settings = ExactSettings(dense_limit=dense_limit, min_share=0.0)
    plain, ordered = (take_out(target, settings=settings, orders=lambda _, said=said: said) for said in (False, True))
    scale = max(1.0, target.interval.high)
    np.testing.assert_allclose(whole_spectrum(ordered), whole_spectrum(plain), atol=ROUNDING * scale)
    assert ordered.known.atoms == plain.known.atoms
    assert plain.operator.numbers is None
    if ordered.operator is not target:
        np.testing.assert_array_equal(np.sort(ordered.operator.numbers), np.arange(plain.operator.num_rows))


def test_the_quotient_decides_whether_rows_are_in_order():
    target = graph_operator(Graph.from_networkx(GRAPHS["cliques on a ring"]))
    asked = []
    remainder = take_out(target, orders=lambda reduced: bool(asked.append(reduced.num_rows)))
    assert asked == [remainder.operator.num_rows]
    assert asked[0] < target.num_rows
    assert remainder.operator.numbers is None


@pytest.mark.parametrize("component", ["all", "largest"])
def test_components_of_which_only_one_is_left(component):
    graph = GRAPHS["many components"]
    remainder = prepare(graph, Sampling(component=component)).remainder
    plain = prepare(graph, Sampling(component=component, structure=False)).remainder
    np.testing.assert_allclose(whole_spectrum(remainder), whole_spectrum(plain), atol=ROUNDING)
    # Three cliques, a star, two cycles and a random graph, without zeros and twos.
    small = 0 if component == "largest" else 3 * 3 + 4 + 4 + 4 + 39
    assert multiplicity(remainder, "small components") == small


def test_components_that_cost_too_much_are_sampled():
    target = graph_operator(Graph.from_networkx(GRAPHS["many components"]))
    remainder = take_out(target, settings=ExactSettings(dense_work=1))
    np.testing.assert_allclose(
        whole_spectrum(remainder), whole_spectrum(Remainder.nothing_known(target)), atol=ROUNDING
    )
    assert 0 < multiplicity(remainder, "small components") < 3 * 3 + 4 + 4 + 4 + 39


def test_a_graph_that_is_small_is_a_curve_but_for_twins():
    graph = nx.disjoint_union(nx.cycle_graph(9), nx.star_graph(5))
    remainder = take_out(graph_operator(Graph.from_networkx(graph)))
    assert multiplicity(remainder, "small components") == 0
    assert multiplicity(remainder, "twins") == 4
    assert len(remainder.dense_rows) == 9


@pytest.mark.parametrize("dense_limit", [0, 8, 9])
def test_the_dense_limit_is_a_setting(dense_limit):
    target = graph_operator(Graph.from_networkx(nx.disjoint_union(nx.cycle_graph(9), nx.cycle_graph(5))))
    remainder = take_out(target, settings=ExactSettings(dense_limit=dense_limit))
    # The largest component is never a small one.
    assert multiplicity(remainder, "small components") == (4 if dense_limit >= 5 else 0)
    assert (remainder.dense_rows is None) == (dense_limit < 9)


@pytest.mark.parametrize("operator", OPERATORS)
def test_what_is_left_has_the_known_eigenvectors(operator):
    remainder = take_out(graph_operator(Graph.from_networkx(GRAPHS["many components"]), operator))
    matrix = remainder.operator.matrix()
    for family in remainder.known.families:
        for group in np.unique(family.group[family.vector != 0]):
            vector = np.where(family.group == group, family.vector, 0.0)
            np.testing.assert_allclose(vector @ vector, 1.0, atol=ROUNDING)
            value = vector @ (matrix @ vector)
            np.testing.assert_allclose(matrix @ vector, value * vector, atol=ROUNDING)
            assert min(abs(value), abs(value - 2.0)) < ROUNDING


@pytest.mark.parametrize("operator", OPERATORS)
def test_sampled_moments_agree_with_and_without_structure(operator):
    graph = nx.disjoint_union(nx.barabasi_albert_graph(800, 1, seed=2), nx.complete_graph(5))
    options = {"operator": operator, "num_moments": 12, "num_probes": 64}
    known, plain = (spectrum_moments(sketch(graph, structure=structure, **options)) for structure in (True, False))
    assert (abs(known.values - plain.values) <= 5 * np.hypot(known.sem, plain.sem) + 1e-5).all()
    assert known.sem[3:].mean() < plain.sem[3:].mean()


@pytest.mark.data
@pytest.mark.parametrize(
    ("name", "left"), [("ca-GrQc.txt", 3239), ("ca-CondMat.txt", 16_982), ("email-Enron.txt.gz", 20_251)]
)
def test_multiplicities_of_real_networks_add_up(name, left):
    folder = os.environ.get("GRAPHSPEC_DATA")
    if folder is None:
        pytest.skip("GRAPHSPEC_DATA, the folder of the real networks, is not set")
    graph = graphspec.read_edges(Path(folder) / name)
    remainder = take_out(graph_operator(graph))
    assert remainder.operator.num_rows == left
    known = remainder.known
    vectors = sum(len(np.unique(item.group[item.vector != 0])) for item in known.families)
    vectors += 0 if known.null_space is None else known.null_space.dimension
    assert vectors == known.num_vectors
    assert sum(atom.multiplicity for atom in known.atoms) + left - vectors == graph.num_nodes
