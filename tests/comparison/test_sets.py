"""Sets of spectra: distribution functions, distances and statistics against their definitions, level and power."""

from itertools import pairwise

import networkx as nx
import numpy as np
import pytest
from scipy.stats import wasserstein_distance

import graphspec
from graphspec import Graph, ParameterError, compare_sets, generate
from graphspec.comparison.set_spectra import HISTOGRAM_EDGES, row_of_density, row_of_eigenvalues, spectra_of_set
from graphspec.comparison.sets import compare_set_spectra
from graphspec.comparison.settings import PermutationSettings, SetSettings
from graphspec.exact import DENSE_NODES
from graphspec.sketches import Sampling

CELLS = SetSettings().cells


def er(nodes, number, seed=0, degree=6.0):
    return [generate("er", nodes, 1000 * seed + each, p=degree / nodes) for each in range(number)]


def eigenvalues_of(graph):
    return np.clip(np.linalg.eigvalsh(graphspec.graph_operator(graph).matrix().toarray()), 0, 2)


def spectra_of(graphs, name="set", cells=CELLS, **sampling):
    names = [f"{name}:{number}" for number in range(len(graphs))]
    return spectra_of_set(name, graphs, names, Sampling.of(**sampling), SetSettings(cells=cells))


# --- rows


def test_means_of_distribution_functions_are_exact():
    """The mean over a cell is the integral of the share of eigenvalues up to x, here by the midpoint rule."""
    eigenvalues = np.sort(np.random.default_rng(0).uniform(0, 2, 13))
    row = row_of_eigenvalues(eigenvalues, 10)
    points = (np.arange(20_000) + 0.5) / 10_000
    shares = np.searchsorted(eigenvalues, points, side="right") / 13
    np.testing.assert_allclose(row[:10], shares.reshape(10, -1).mean(axis=1), atol=1e-3)
    # The sum over all cells is the integral of the function, 2 - mean of the eigenvalues.
    assert row[:10].sum() * 0.2 == pytest.approx(2 - eigenvalues.mean(), abs=1e-13)


def test_eigenvalues_at_the_ends_of_cells_do_not_jump():
    at, below, above = (row_of_eigenvalues(np.array([0.0, 1.0 + shift, 2.0]), 10)[:10] for shift in (0, -1e-13, 1e-13))
    np.testing.assert_allclose(at, [1 / 3] * 5 + [2 / 3] * 5)
    np.testing.assert_allclose(below, at, atol=1e-12)
    np.testing.assert_allclose(above, at, atol=1e-12)


def test_histograms_are_those_of_the_definition():
    eigenvalues = eigenvalues_of(er(60, 1)[0])
    row = row_of_eigenvalues(eigenvalues, CELLS)[CELLS:]
    step = (2 + 1e-5) / 200
    counts = np.zeros(200)
    for value in eigenvalues:
        counts[min(199, int((value + 1e-5) / step))] += 1
    np.testing.assert_array_equal(row, counts / 60)
    assert row_of_eigenvalues(np.array([0.0, 2.0]), CELLS)[CELLS:][[0, -1]].tolist() == [0.5, 0.5]


def test_rows_of_a_density_agree_with_those_of_its_eigenvalues():
    graph = Graph.from_networkx(nx.barabasi_albert_graph(700, 3, seed=1))
    sampled = row_of_density(graphspec.density(graphspec.sketch(graph, num_moments=200, num_probes=64)), CELLS)
    exact = row_of_eigenvalues(eigenvalues_of(graph), CELLS)
    assert np.abs(sampled[:CELLS] - exact[:CELLS]).max() < 0.02
    assert np.abs(sampled[:CELLS] - exact[:CELLS]).mean() < 0.002
    assert sampled[CELLS:].sum() == pytest.approx(1, abs=1e-6)
    assert np.abs(np.cumsum(sampled[CELLS:] - exact[CELLS:])).max() < 0.02
    assert (sampled >= 0).all()


def test_exact_densities_give_the_same_rows_within_a_cell():
    star = Graph.from_networkx(nx.star_graph(20))
    row = row_of_density(graphspec.density(star, "exact"), CELLS)
    np.testing.assert_allclose(row, row_of_eigenvalues(eigenvalues_of(star), CELLS), atol=1e-12)


def test_large_graphs_are_sampled_and_small_ones_are_not():
    graphs = [*er(40, 2), *er(DENSE_NODES + 50, 2)]
    one, two = spectra_of(graphs, seed=1), spectra_of(graphs, seed=2)
    assert (one.functions[:2] == two.functions[:2]).all()
    assert (one.functions[2:] != two.functions[2:]).any(axis=1).all()
    held = [graphs[0], graphs[1], *(graphspec.sketch(graph, seed=1) for graph in graphs[2:])]
    np.testing.assert_array_equal(spectra_of(held).functions, one.functions)
    told = []
    spectra_of_set("set", graphs, ["", "", "", ""], Sampling(), SetSettings(), told.append)
    assert sum(told) == 4


def test_the_largest_component_alone_is_compared():
    whole = Graph.from_networkx(nx.disjoint_union(nx.complete_graph(5), nx.path_graph(3)))
    found = spectra_of([whole], component="largest")
    np.testing.assert_allclose(found.functions, spectra_of([Graph.from_networkx(nx.complete_graph(5))]).functions)
    assert (found.functions != spectra_of([whole]).functions).any()


# --- statistics


def spectral_statistic(first, second, distance):
    """Compute the statistic of the literature from its formula: histograms, kernel and means over all pairs."""

    def histogram(network):
        values = np.linalg.eigvalsh(nx.normalized_laplacian_matrix(network).toarray())
        counts = np.array([np.sum((values >= low) & (values < high)) for low, high in pairwise(EDGES)])
        return counts / counts.sum()

    def mean(left, right):
        return np.mean([[np.exp(-(distance(p, q) ** 2) / 2) for q in right] for p in left])

    one, two = [histogram(each) for each in first], [histogram(each) for each in second]
    return mean(one, one) + mean(two, two) - 2 * mean(one, two)


EDGES = np.array([-1e-5 + number * (2 + 1e-5) / 200 for number in range(201)])


def total_variation(p, q):
    return np.abs(p - q).sum() / 2


def earth_movers(p, q):
    return wasserstein_distance(np.arange(200), np.arange(200), p, q)


def test_the_statistics_of_the_literature_are_those_of_their_formulas():
    first = [nx.gnp_random_graph(20 + number, 0.2, seed=number) for number in range(7)]
    second = [nx.barabasi_albert_graph(25 + number, 2, seed=number) for number in range(5)]
    found = compare_sets(first, second)
    assert found.gaussian_tv.value == pytest.approx(spectral_statistic(first, second, total_variation), abs=1e-12)
    assert found.gaussian_emd.value == pytest.approx(spectral_statistic(first, second, earth_movers), abs=1e-12)
    assert found.gaussian_tv.value > 0
    np.testing.assert_allclose(HISTOGRAM_EDGES, EDGES, atol=1e-15)


def distances_of(graphs, cells=CELLS):
    """Return Wasserstein-1 distances and L2 distances of distribution functions, one pair after the other."""
    rows = [row_of_eigenvalues(eigenvalues_of(graph), cells)[:cells] for graph in graphs]
    width = 2 / cells
    one = np.array([[np.abs(a - b).sum() * width for a in rows] for b in rows])
    return one, np.array([[np.sqrt(((a - b) ** 2).sum() * width) for a in rows] for b in rows])


def unbiased(values, first):
    rest = len(values) - first
    own = values[:first, :first].sum() - np.trace(values[:first, :first])
    other = values[first:, first:].sum() - np.trace(values[first:, first:])
    between = values[:first, first:].mean()
    return own / first / (first - 1) + other / rest / (rest - 1) - 2 * between


def test_mmd_and_energy_distance_are_those_of_their_formulas():
    graphs = [*er(30, 5), *er(40, 4, seed=1, degree=8)]
    found = compare_sets(graphs[:5], graphs[5:])
    one, two = distances_of(graphs)
    pairs = one[np.triu_indices(9, 1)]
    assert found.bandwidth == pytest.approx(np.median(pairs))
    assert found.mmd.value == pytest.approx(unbiased(np.exp(-one / np.median(pairs)), 5), abs=1e-12)
    assert found.energy.value == pytest.approx(unbiased(-two, 5), abs=1e-12)
    means = found.distances
    assert means.within_first == pytest.approx(one[:5, :5].sum() / 20)
    assert means.within_second == pytest.approx(one[5:, 5:].sum() / 12)
    assert means.between == pytest.approx(one[:5, 5:].mean())
    own = one[:5, :5].sum(axis=1) / 4
    assert found.typical[0].name == f"set 1:{1 + own.argmin()}"
    assert found.extreme[0].name == f"set 1:{1 + own.argmax()}"
    assert found.extreme[0].distance == pytest.approx(own.max())


def test_distances_approach_those_of_sorted_eigenvalues():
    """Averages over cells take away a part of the width of a cell, here of 0.0002."""
    graphs = er(50, 4)
    fine = distances_of(graphs, 10_000)[0]
    exact = [[wasserstein_distance(eigenvalues_of(a), eigenvalues_of(b)) for a in graphs] for b in graphs]
    np.testing.assert_allclose(fine, exact, atol=2e-4)
    coarse = distances_of(graphs)[0]
    assert (coarse <= fine + 1e-12).all()
    np.testing.assert_allclose(coarse, exact, atol=0.005)
    found = compare_set_spectra(spectra_of(graphs[:2], cells=10_000), spectra_of(graphs[2:], cells=10_000))
    assert found.distances.within_first == pytest.approx(exact[0][1], rel=0.01)


def test_exchanging_the_sets_changes_no_statistic():
    first, second = er(30, 8), er(30, 6, seed=1, degree=7)
    one, two = compare_sets(first, second), compare_sets(second, first)
    for name in ("mmd", "energy", "gaussian_tv", "gaussian_emd"):
        assert getattr(one, name).value == pytest.approx(getattr(two, name).value, abs=1e-13)
    assert (one.distances.within_first, one.sizes) == (two.distances.within_second, two.sizes[::-1])


def test_isomorphic_graphs_do_not_differ_whatever_the_order_of_vertices():
    network, random = nx.gnp_random_graph(40, 0.2, seed=1), np.random.default_rng(0)
    copies = [nx.relabel_nodes(network, dict(enumerate(random.permutation(40).tolist()))) for _ in range(12)]
    copies = [nx.Graph(sorted(tuple(sorted(edge)) for edge in each.edges)) for each in copies]
    found = compare_sets(copies[:5], copies[5:])
    assert (found.mmd.p_value, found.energy.p_value, found.gaussian_tv.p_value) == (1.0, 1.0, 1.0)
    assert (found.mmd.value, found.energy.value, found.bandwidth) == (0.0, 0.0, 1.0)


def test_statistics_of_one_model_have_mean_zero():
    """Both are unbiased: over 60 pairs of sets the mean lies within four standard errors of zero."""
    values = []
    for seed in range(60):
        graphs = er(25, 10, seed=seed)
        found = compare_sets(graphs[:4], graphs[4:], permutations=19)
        values.append((found.mmd.value, found.energy.value))
    means, errors = np.mean(values, axis=0), np.std(values, axis=0, ddof=1) / np.sqrt(60)
    assert (np.abs(means) < 4 * errors).all()


@pytest.mark.parametrize("seed", range(2))
def test_models_of_equal_degrees_differ(seed):
    random = er(60, 15, seed=seed)
    ring = [generate("ws", 60, 100 * seed + number, k=6, p=0.3) for number in range(15)]
    found = compare_sets(random, ring)
    assert found.differ
    assert found.mmd.p_value == found.energy.p_value == 0.001
    assert found.sentence == "The sets differ: p = 0.001"


def test_the_energy_distance_sees_more_than_the_law_at_every_point():
    """Distribution functions that take both values on both halves alone, or together: one law at every x, another one
    of two x."""
    corners = np.array([[0.0, 0.0], [1.0, 1.0], [0.0, 1.0], [1.0, 0.0]])
    functions = np.repeat(np.repeat(corners, 10, axis=0), 10, axis=1)
    histograms = np.zeros((40, 200))
    both = [
        type(spectra_of(er(20, 2)))(name, tuple("abcdefghijklmnopqrst"), functions[part], histograms[part])
        for name, part in (("a", slice(0, 20)), ("b", slice(20, 40)))
    ]
    found = compare_set_spectra(*both)
    assert found.energy.p_value <= 0.01
    assert found.mmd.p_value <= 0.01
    l1 = np.abs(functions[:, None] - functions).sum(axis=2)
    assert l1[:20, 20:].mean() == pytest.approx((l1[:20, :20].mean() + l1[20:, 20:].mean()) / 2)  # blind


# --- options and outcomes


def test_options_matter():
    first, second = er(30, 9), er(30, 9, seed=1)
    base = compare_sets(first, second)
    assert base.num_permutations == 999
    assert compare_sets(first, second, permutations=1999).num_permutations == 1999
    assert compare_sets(first, second, seed=1).mmd.p_value != base.mmd.p_value
    assert compare_sets(first, second, seed=1).mmd.value == base.mmd.value
    assert compare_sets(first, second, threads=1).mmd == compare_sets(first, second, threads=3).mmd
    p_value = base.mmd.p_value
    assert 0.01 < p_value < 0.9
    assert compare_sets(first, second, level=min(0.95, p_value + 0.05)).differ
    assert not compare_sets(first, second, level=p_value - 0.005).differ


def test_the_sentence_says_when_sets_are_too_small():
    first, second = er(30, 3), er(30, 3, seed=1, degree=15)
    found = compare_sets(first, second)
    assert (found.num_permutations, found.smallest_p_value, found.decidable) == (19, 0.1, False)
    assert found.mmd.p_value == 0.1
    assert found.sentence == "Cannot tell: sets of 3 and 3 graphs have no p-value below 0.1"
    assert compare_sets(first, second, level=0.1).sentence == "The sets differ: p = 0.1"
    unequal = compare_sets(er(30, 2), er(30, 5, seed=1, degree=15))
    assert unequal.smallest_p_value == pytest.approx(1 / 21)
    assert compare_sets(first, er(30, 30, seed=2)).sentence.startswith("No difference found: p = 0.")


def test_what_is_no_set():
    spectra = spectra_of(er(20, 3))
    with pytest.raises(ParameterError, match=r"^one: a set needs at least two graphs, and this one has 1$"):
        compare_set_spectra(spectra, spectra_of(er(20, 1), "one"))
    with pytest.raises(ParameterError, match="equally many cells"):
        compare_set_spectra(spectra, spectra_of(er(20, 3), cells=20))


def test_curves_are_means_and_quantiles_of_the_functions():
    spectra = spectra_of(er(30, 11))
    curves = compare_set_spectra(spectra, spectra_of(er(30, 4, seed=1)), PermutationSettings()).curves[0]
    np.testing.assert_allclose(curves.mean, spectra.functions.mean(axis=0))
    np.testing.assert_allclose(curves.sem, spectra.functions.std(axis=0, ddof=1) / np.sqrt(11))
    ordered = np.sort(spectra.functions, axis=0)
    np.testing.assert_allclose(curves.low, ordered[1])
    np.testing.assert_allclose(curves.high, ordered[9])
    assert curves.eigenvalues[[0, -1]] == pytest.approx([0.0025, 1.9975])
