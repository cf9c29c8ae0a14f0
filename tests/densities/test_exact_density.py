"""Densities of dense eigenvalues."""

import numpy as np
import pytest
from estimated import ROUNDING, density_of, spectrum_of
from spectra import cycle, isolated, path, union

from graphspec.densities.methods import EXACT_LIMIT, density, exact_density
from graphspec.errors import ParameterError
from graphspec.operators.kinds import graph_operator
from graphspec.sketches.preparation import prepare
from graphspec.sketches.sampling import Sampling


def test_exact_counts_are_the_eigenvalues(name):
    estimated = density_of(name, "exact")
    exact = spectrum_of(name)
    gaps = np.flatnonzero(np.diff(exact) > 1e-4)
    points = (exact[gaps] + exact[gaps + 1]) / 2
    result = estimated.count(points)
    np.testing.assert_allclose(result.value, gaps + 1, atol=ROUNDING)
    assert not result.sem.any()
    np.testing.assert_allclose(result.low, result.high)


def test_exact_does_without_structure():
    graph = union(path(3), cycle(5)).graph
    points = np.linspace(0.05, 1.95, 39)
    expected = density(graph, "exact").count(points).value
    np.testing.assert_allclose(density(graph, "exact", structure=False).count(points).value, expected)


def test_exact_of_a_matrix_and_of_a_component():
    graph = union(path(3), cycle(6)).graph
    matrix = graph_operator(graph, "combinatorial").matrix().toarray()
    assert float(density(matrix, "exact").count(2.5)) == 5
    assert float(density(graph, "exact", component="largest", operator="combinatorial").count(2.5)) == 3


def test_too_many_eigenvalues_for_exact_are_refused():
    graph = isolated(EXACT_LIMIT + 1).graph
    with pytest.raises(ParameterError, match=r"10001 eigenvalues are too many for method exact \(at most 10000\)"):
        exact_density(prepare(graph, Sampling()))
