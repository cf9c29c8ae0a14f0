"""P-values of the last community: the null distribution, planted groups, and where there is none."""

from dataclasses import replace

import networkx as nx
import numpy as np
import pytest
from scipy.linalg import eigh_tridiagonal

import graphspec
from graphspec import Graph
from graphspec.clusters.eigensolver import LowPart, LowSpectrum, following_eigenvalues, low_spectrum
from graphspec.clusters.filter_settings import FilterSettings
from graphspec.clusters.last_community import GapTest, ratio_p_value
from graphspec.errors import NotConvergedError
from graphspec.operators.kinds import graph_operator


def edge_ratio(random, size=10_000, kept=300):
    """Return the ratio of distances at the upper edge of a tridiagonal matrix with the spectrum of the ensemble."""
    diagonal = random.normal(0, np.sqrt(2), kept)
    others = np.sqrt(random.chisquare(np.arange(size - 1, size - kept, -1)))
    low, middle, high = eigh_tridiagonal(diagonal, others, select="i", select_range=(kept - 3, kept - 1))[0]
    return (high - middle) / (middle - low)


def test_p_values_of_random_matrices_are_uniform():
    random = np.random.default_rng(1)
    values = np.sort([ratio_p_value(edge_ratio(random)) for _ in range(2000)])
    # The 0.1 % quantile of Kolmogorov's statistic is 1.95 over the root of the number.
    assert np.abs(values - (np.arange(2000) + 0.5) / 2000).max() < 1.95 / np.sqrt(2000)


def test_the_ends_of_the_distribution():
    assert (ratio_p_value(0.0), ratio_p_value(np.inf)) == (1.0, 0.0)
    # The second distance is linear in its length near zero: the tail falls with the square of the ratio.
    assert ratio_p_value(2e4) == pytest.approx(ratio_p_value(1e4) / 4, rel=1e-3)


def planted(signal, seed=1):
    between = 10 - np.sqrt(signal * 10)
    probabilities = np.full((4, 4), between / 1600)
    np.fill_diagonal(probabilities, (between + 4 * np.sqrt(signal * 10)) / 1600)
    return Graph.from_networkx(nx.stochastic_block_model([400] * 4, probabilities.tolist(), seed=seed, sparse=True))


def test_the_last_of_planted_communities_is_no_chance():
    values = [graphspec.detectable_communities(planted(3, seed)).confirmation.p_value for seed in range(5)]
    assert max(values) < 0.02


@pytest.mark.parametrize("network", [nx.fast_gnp_random_graph(800, 0.01, seed=1), nx.grid_2d_graph(30, 31)])
def test_without_groups_there_is_no_p_value(network):
    assert graphspec.detectable_communities(Graph.from_networkx(network)).confirmation.p_value is None


def test_a_last_community_that_may_be_chance_is_said():
    count = graphspec.detectable_communities(planted(3))
    assert not any("chance" in remark for remark in count.remarks)
    doubtful = replace(count, confirmation=replace(count.confirmation, p_value=0.24))
    assert "the last community may be chance (p = 0.24)" in doubtful.remarks


@pytest.mark.parametrize("dense_rows", [0, 2000])
def test_following_eigenvalues_are_those_of_a_dense_solver(dense_rows):
    operator = graph_operator(planted(4), "regularized", tau=9.0)
    expected = np.linalg.eigvalsh(operator.dense(np.arange(operator.num_rows)))
    part = low_spectrum(operator, (expected[2] + 1e-4, expected[3] - 1e-4), 3).parts[0]
    settings = FilterSettings(arpack_tolerance=1e-6, dense_rows=dense_rows)
    assert following_eigenvalues(operator, part, 3, settings=settings) == pytest.approx(expected[3:6], abs=1e-5)


def two_parts():
    """Return a clique and a path, whose second eigenvalue is the first of the clique's second one."""
    network = nx.disjoint_union(nx.complete_graph(12), nx.path_graph(9))
    operator = graph_operator(Graph.from_networkx(network), "regularized", tau=1.0)
    path = np.linalg.eigvalsh(operator.restricted(np.arange(12, 21)).dense(np.arange(9)))
    return low_spectrum(operator, (0.6, 0.64), 5), path


def test_a_gap_is_compared_with_the_next_one_of_its_component():
    spectrum, path = two_parts()
    below = int((path < 0.62).sum())
    assert [len(part.eigenvalues) for part in spectrum.parts] == [1, below]
    test = GapTest(spectrum)
    for number in range(1, below + 1):
        first, second = np.diff(path[number - 1 : number + 2])
        assert test.p_value(1, number) == pytest.approx(ratio_p_value(first / second))
        # Eigenvalues below the threshold that are no communities are the next ones.
        assert test.last_p_value([1, number]) == test.p_value(1, number)


def test_equal_eigenvalues_are_one_level():
    # The levels of a ring are simple, double, double, ...
    operator = graph_operator(Graph.from_networkx(nx.cycle_graph(30)), "regularized", tau=1.0)
    levels = 1 - 2 * np.cos(2 * np.pi * np.arange(5) / 30) / 3
    test = GapTest(low_spectrum(operator, (levels[2] + 1e-3, levels[3] - 1e-3), 5))
    expected = [ratio_p_value((levels[k + 1] - levels[k]) / (levels[k + 2] - levels[k + 1])) for k in range(3)]
    assert [test.p_value(0, number) for number in (1, 3, 5)] == pytest.approx(expected)
    assert test.p_value(0, 2) is test.p_value(0, 4) is None


def test_what_lies_beyond_is_computed_once(monkeypatch):
    calls = []

    def following(*arguments, **options):
        calls.append(arguments)
        return following_eigenvalues(*arguments, **options)

    monkeypatch.setattr("graphspec.clusters.last_community.following_eigenvalues", following)
    test = GapTest(two_parts()[0])
    assert [test.p_value(1, number) for number in (1, 2)] == [test.p_value(1, number) for number in (1, 2)]
    assert len(calls) == 1


def test_without_two_further_levels_there_is_no_p_value():
    operator = graph_operator(Graph.from_networkx(nx.path_graph(3)), "regularized", tau=1.0)
    test = GapTest(low_spectrum(operator, (1.1, 1.2), 2))
    assert test.p_value(0, 1) is not None
    assert test.p_value(0, 2) is None
    clique = graph_operator(Graph.from_networkx(nx.complete_graph(12)), "regularized", tau=1.0)
    assert GapTest(low_spectrum(clique, (0.5, 0.6), 1)).p_value(0, 1) is None  # all others are equal


def test_a_solver_that_does_not_converge_gives_no_p_value():
    operator = graph_operator(Graph.from_networkx(nx.cycle_graph(3000)), "regularized", tau=1.0)
    one = LowPart(np.arange(3000)[None], np.array([0.0]), np.full((3000, 1), 3000**-0.5), 1e-6)
    spectrum = LowSpectrum((one,), "filter", operator)
    settings = FilterSettings(arpack_restarts=1, arpack_tolerance=1e-12)
    with pytest.raises(NotConvergedError):
        following_eigenvalues(operator, one, 2, settings=settings)
    assert GapTest(spectrum, settings=settings).p_value(0, 1) is None
