"""Wasserstein-1 and Kolmogorov-Smirnov distances against exact spectra."""

from dataclasses import fields

import networkx as nx
import numpy as np
import pytest
from scipy import stats
from spectra import Example, complete_bipartite, eigenvalues, isolated, path, random_graph, star, union, weighted_copy

from graphspec import compare, generate, graph_operator, linear_operator, sketch
from graphspec.comparison.distances import distribution_functions, wasserstein_and_kolmogorov
from graphspec.comparison.measures import fit_measures
from graphspec.comparison.settings import CompareSettings
from graphspec.graphs.graph import Graph
from graphspec.operators.interval import Interval
from graphspec.operators.kinds import OPERATORS
from graphspec.sketches.moments import nonzero_moments

GRAPHS = [generate("ba", 900, 1, m=4), generate("er", 900, 1, p=8 / 900), generate("ws", 900, 1, k=8, p=0.3)]


@pytest.fixture(scope="module")
def measures():
    return fit_measures([nonzero_moments(sketch(graph, num_probes=64), 60) for graph in GRAPHS])


def test_wasserstein_and_kolmogorov_of_exact_spectra():
    found = compare([sketch(graph, num_probes=64) for graph in GRAPHS])
    exact = [eigenvalues(graph) for graph in GRAPHS]
    rest = [values[values > 1e-9] for values in exact]
    for i in range(3):
        for j in range(i):
            w1 = stats.wasserstein_distance(rest[i], rest[j])
            assert found.wasserstein.value[i, j] == pytest.approx(w1, abs=4 * found.wasserstein.sem[i, j] + 0.002)
            ks = stats.ks_2samp(rest[i], rest[j]).statistic
            assert found.kolmogorov.value[i, j] == pytest.approx(ks, abs=4 * found.kolmogorov.sem[i, j] + 0.02)


def disjoint(graph, *examples):
    """Return the union of a graph with examples."""
    return union(Example("graph", graph, {}), *examples).graph


PAIRS = {
    "connected": GRAPHS[:2],
    # Small components, some of them alike and some bipartite, isolated vertices, twins and trees.
    "structured": [
        disjoint(
            random_graph(500, 3.0, 2), isolated(40), complete_bipartite(9, 30), *[path(n) for n in (2, 3, 4, 5)] * 4
        ),
        disjoint(
            Graph.from_networkx(nx.random_labeled_tree(500, seed=3)), isolated(90), *[star(n) for n in (2, 4, 5)] * 6
        ),
    ],
    "weighted": [weighted_copy(random_graph(500, mean_degree, 4), 5) for mean_degree in (2.5, 6.0)],
    # Dense eigenvalues: nothing is sampled where structure is taken out.
    "small": [disjoint(random_graph(90, 4.0, 6), isolated(5)), disjoint(random_graph(70, 7.0, 7), path(4))],
}


def operators_of(pair, name):
    """Return the operators of two graphs on one interval; `regularized` adds a number that they have in common."""
    made = [graph_operator(graph, name, **({"tau": 3} if name == "regularized" else {})) for graph in pair]
    common = Interval(min(item.interval.low for item in made), max(item.interval.high for item in made))
    return [
        type("OnInterval", (type(item),), {"interval": common})(
            **{field.name: getattr(item, field.name) for field in fields(item)}
        )
        for item in made
    ]


@pytest.mark.parametrize("structure", [True, False], ids=["structure", "sampled"])
@pytest.mark.parametrize("pair", PAIRS.values(), ids=PAIRS.keys())
@pytest.mark.parametrize("name", OPERATORS)
def test_spectra_of_every_operator_without_its_zeros(name, pair, structure):
    operators = operators_of(pair, name)
    low, high = operators[0].interval
    found = compare([sketch(item, structure=structure, num_probes=64) for item in operators])
    # Of a Laplacian, the zeros of its components; a regularised one has none, and those of an adjacency matrix count.
    exact = [np.linalg.eigvalsh(item.matrix().toarray()) for item in operators]
    rest = [values[values > low + 1e-9 * (high - low)] for values in exact]
    assert found.num_zeros == tuple(len(values) - len(others) for values, others in zip(exact, rest, strict=True))
    assert (sum(found.num_zeros) > 0) == (name not in ("regularized", "adjacency"))
    w1 = stats.wasserstein_distance(*rest)
    assert found.wasserstein.value[0, 1] == pytest.approx(
        w1, abs=4 * found.wasserstein.sem[0, 1] + 0.002 * (high - low)
    )
    # Equal eigenvalues of both spectra differ by rounding, which is no distance.
    ks = stats.ks_2samp(*[np.round(values, 9) for values in rest]).statistic
    assert found.kolmogorov.value[0, 1] == pytest.approx(ks, abs=4 * found.kolmogorov.sem[0, 1] + 0.02)


def test_no_distance_exceeds_that_of_the_ends_of_the_interval():
    # A single eigenvalue near either end; masses of densities add up to one within the tolerance of the solver.
    ends = [linear_operator(np.diag(np.full(20, value)), (0, 2)) for value in (0.0, 2.0)]
    for order in (4, 10, 30, 100, 300):
        found = compare([sketch(one, num_moments=order, num_probes=2) for one in ends])
        assert 0.999 < found.kolmogorov.value[0, 1] <= 1
        assert 1.9 < found.wasserstein.value[0, 1] <= 2


def test_wasserstein_is_in_units_of_eigenvalues():
    # The natural Laplacian is the combinatorial one on another scale.
    pair = [Graph.from_networkx(nx.random_regular_graph(4, 500, seed=seed)) for seed in (1, 2)]
    scaled = [linear_operator(graph_operator(graph, "combinatorial").matrix(), (0, 8)) for graph in pair]
    distance = compare([sketch(graph) for graph in pair]).wasserstein.value[0, 1]
    assert compare([sketch(one) for one in scaled]).wasserstein.value[0, 1] == pytest.approx(4 * distance, rel=0.35)


@pytest.mark.parametrize("stride", [1, 4, 7])
def test_distribution_functions_are_sums_of_masses(measures, stride):
    functions = distribution_functions(measures, stride)
    masses = measures[0].solution.masses
    nodes = np.cos((np.arange(len(masses)) + 0.5) * np.pi / len(masses))
    ends = -np.cos(np.pi * np.arange(1, len(masses) + 1) / len(masses))[stride - 1 :: stride]
    expected = [masses[nodes < end].sum() for end in ends]
    np.testing.assert_allclose(functions.cumulative[0], expected, atol=1e-12)
    assert functions.widths.sum() == pytest.approx(2)
    assert functions.widths.shape == ends.shape
    assert [changes.shape for changes in functions.changes] == [(64, len(ends))] * 3


def test_coarser_points_change_distances_little(measures):
    fine, coarse = (wasserstein_and_kolmogorov(measures, 1.0, CompareSettings(stride=stride)) for stride in (1, 4))
    for precise, rough in zip(fine, coarse, strict=True):
        assert not np.array_equal(precise.value, rough.value)
        np.testing.assert_allclose(rough.value, precise.value, atol=0.02 * precise.value.max())


def test_more_signs_make_other_noise_floors(measures):
    few, many = (wasserstein_and_kolmogorov(measures, 1.0, CompareSettings(num_signs=count)) for count in (64, 2000))
    for rough, precise in zip(few, many, strict=True):
        np.testing.assert_array_equal(rough.value, precise.value)
        assert not np.array_equal(rough.noise_floor, precise.noise_floor)
        np.testing.assert_allclose(rough.noise_floor, precise.noise_floor, rtol=0.3)


def test_areas_are_in_units_of_the_interval(measures):
    unit, wide = (wasserstein_and_kolmogorov(measures, width, CompareSettings()) for width in (1.0, 3.0))
    for part in ("value", "sem", "noise_floor"):
        np.testing.assert_allclose(getattr(wide[0], part), 3 * getattr(unit[0], part), rtol=1e-12)
        np.testing.assert_array_equal(getattr(wide[1], part), getattr(unit[1], part))
