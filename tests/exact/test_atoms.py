"""Atoms and families of eigenvectors: orthonormal, projected off, sorted."""

import numpy as np
import pytest
from spectra import known_vectors, path, random_graph

from graphspec.exact.atoms import Atom, KnownSpectrum, counted_atoms, point_masses, sorted_atoms
from graphspec.exact.components import known_spectrum
from graphspec.operators.kinds import OPERATORS, graph_operator

ROUNDING = 1e-12  # a few operations in float64 on numbers of order one to ten


@pytest.mark.parametrize("operator", OPERATORS)
@pytest.mark.parametrize("mean_degree", [0.8, 6.0])
def test_removal_is_the_orthogonal_projection(operator, mean_degree):
    graph = random_graph(120, mean_degree, 6)
    known = known_spectrum(graph_operator(graph, operator))
    vectors = known_vectors(known, graph.num_nodes)
    probe = np.random.default_rng(1).standard_normal(graph.num_nodes)
    once = probe.copy()
    known.remove_from(once)
    np.testing.assert_allclose(once, probe - vectors.T @ (vectors @ probe), atol=ROUNDING)
    twice = once.copy()
    known.remove_from(twice)
    np.testing.assert_allclose(twice, once, atol=ROUNDING)


@pytest.mark.parametrize("operator", OPERATORS)
@pytest.mark.parametrize("mean_degree", [0.8, 6.0])
def test_several_probes_are_projected_as_each_of_them(operator, mean_degree):
    graph = random_graph(120, mean_degree, 6)
    known = known_spectrum(graph_operator(graph, operator))
    probes = np.random.default_rng(1).standard_normal((3, graph.num_nodes))
    together = probes.copy()
    known.remove_from(together)
    for probe in probes:
        known.remove_from(probe)
    np.testing.assert_allclose(together, probes, atol=ROUNDING)


@pytest.mark.parametrize("operator", OPERATORS)
@pytest.mark.parametrize("mean_degree", [0.0, 0.8, 6.0])
def test_columns_are_the_vectors_on_some_rows(operator, mean_degree):
    graph = random_graph(120, mean_degree, 6)
    known = known_spectrum(graph_operator(graph, operator))
    rows = np.arange(0, 120, 7)
    expected = known_vectors(known, graph.num_nodes)[:, rows]
    columns = known.columns(rows)
    np.testing.assert_array_equal(columns, expected[expected.any(axis=1)].T)
    assert known.num_vectors == len(expected) == known.dimension
    assert known.columns(rows[:0]).shape == (0, 0)


def test_nothing_known_removes_nothing():
    probe = np.arange(4.0)
    KnownSpectrum().remove_from(probe)
    np.testing.assert_array_equal(probe, np.arange(4.0))


def test_nothing_is_left_of_a_single_edge():
    known = known_spectrum(graph_operator(path(2).graph))
    assert known.dimension == 2
    probe = np.array([3.0, -5.0])
    known.remove_from(probe)
    np.testing.assert_allclose(probe, 0.0, atol=ROUNDING)


def test_atoms_are_sorted_by_eigenvalue():
    atoms = [Atom(2.0, 1, "b"), Atom(0.0, 3, "c"), Atom(0.0, 1, "a")]
    assert [(atom.eigenvalue, atom.source) for atom in sorted_atoms(atoms)] == [(0.0, "a"), (0.0, "c"), (2.0, "b")]


def test_copies_count_as_often_as_they_occur():
    values = np.array([2.0, 0.5, 2.0, -1.0])
    assert counted_atoms(values, "twins") == [Atom(-1.0, 1, "twins"), Atom(0.5, 1, "twins"), Atom(2.0, 2, "twins")]
    copies = np.array([3, 1, 4, 2])
    assert [atom.multiplicity for atom in counted_atoms(values, "twins", copies)] == [2, 1, 7]


def test_point_masses_unite_equal_eigenvalues_and_keep_the_largest():
    atoms = [Atom(1.0 + 1e-13, 2, "trees"), Atom(1.0, 4, "twins"), Atom(0.0, 1, "components"), Atom(0.5, 3, "twins")]
    united = [Atom(0.0, 1, "components"), Atom(0.5, 3, "twins"), Atom(1.0, 6, "twins, trees")]
    assert list(point_masses(atoms)) == united
    assert list(point_masses(atoms, 2)) == united[1:]
