"""Estimates with their intervals."""

import networkx as nx
import numpy as np
import pytest
from estimated import density_of, sketch_of
from scipy import special
from spectra import cycle, path, random_graph, union

import graphspec
from graphspec.densities.methods import density
from graphspec.errors import ParameterError
from graphspec.graphs.graph import Graph
from graphspec.sketches.moments import spectrum_moments


def test_estimates_convert_to_numbers():
    count = density_of("random", "maxent").count(1.0)
    assert isinstance(float(count), float)
    with pytest.raises(TypeError, match="only"):
        float(density_of("random", "maxent").count([0.5, 1.0]))


def test_intervals_of_moments_are_t_intervals():
    estimate = density_of("random", "kpm").moments(10)
    sem = spectrum_moments(sketch_of("random")).sem[:11]
    np.testing.assert_allclose(estimate.sem, sem, atol=1e-9)
    width = special.stdtrit(15, 0.975) * sem
    # T_0 to T_10 are of lower order than the estimate: they have no truncation error, only that of float32 on [-1, 1].
    rounding = 2 * np.finfo(np.float32).eps * (np.arange(11) > 0)
    np.testing.assert_allclose(estimate.high - estimate.low, 2 * width + rounding, atol=1e-8)


@pytest.mark.parametrize("probability", [-0.1, 1.5, np.nan])
def test_quantiles_of_no_share_are_refused(probability):
    with pytest.raises(ParameterError, match="quantiles are of shares between 0 and 1"):
        density(graphspec.sketch(random_graph(50, 4.0, 1))).quantile(probability)


@pytest.mark.parametrize("method", ["exact", "lanczos"])
def test_quantiles_of_step_functions_are_eigenvalues(method):
    graph = Graph.from_networkx(nx.cycle_graph(6))
    quantiles = density(graph, method).quantile([0.2, 0.6, 0.95]).value
    np.testing.assert_allclose(quantiles, [0.5, 1.5, 2.0], atol=1e-6)


def test_a_constant_can_be_integrated():
    assert float(density(graphspec.sketch(random_graph(50, 4.0, 1))).integrate(lambda _: 3.0)) == pytest.approx(3.0)


def test_one_half_of_the_eigenvalues_are_atoms():
    graph = union(*[path(2)] * 50, cycle(102)).graph
    estimated = density(graph)
    assert estimated.continuous_share == pytest.approx(100 / 202)
    below, at = estimated.count(np.array([2 - 1e-6, 2.0])).value
    assert at - below == pytest.approx(51, abs=1e-2)
