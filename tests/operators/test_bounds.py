"""Bounds on a spectrum: they enclose it, are tight, and do not depend on the scale."""

import numpy as np
import pytest
from scipy import sparse
from spectra import CASE_IDS, CASES, complete, cycle, hypercube, random_graph, star

import graphspec
from graphspec.operators.bounds import BoundSettings, largest_eigenvalue_bound
from graphspec.operators.kinds import graph_operator
from graphspec.operators.linear import linear_operator

DENSE_TOLERANCE = 1e-9  # a dense solver's error and the margin of the power bound, relative to the interval
POWER_TIGHTNESS = 1.2e-3  # a margin of one in a thousand, and what the power steps leave


@pytest.mark.parametrize(("example", "operator"), CASES, ids=CASE_IDS)
def test_interval_encloses_the_closed_form(example, operator):
    low, high = graph_operator(example.graph, operator).interval
    slack = DENSE_TOLERANCE * (high - low)
    assert low - slack <= example.spectra[operator][0]
    assert example.spectra[operator][-1] <= high + slack


@pytest.mark.parametrize(("example", "degree"), [(cycle(25), 2), (complete(30), 29), (hypercube(5), 5)])
def test_interval_is_tight_for_regular_graphs(example, degree):
    # The Laplacian's bound is that of D + A, which is 2 d: tight for bipartite graphs, n / 2 (n - 1) for complete ones.
    assert graph_operator(example.graph, "combinatorial").interval == pytest.approx(
        (0, 2 * degree), rel=POWER_TIGHTNESS
    )
    assert graph_operator(example.graph, "adjacency").interval == pytest.approx((-degree, degree), rel=POWER_TIGHTNESS)


def test_interval_is_tight_for_a_star():
    # Power steps converge from the degrees, which are far from the Perron vector.
    assert graph_operator(star(24).graph, "combinatorial").interval == pytest.approx((0, 25), rel=POWER_TIGHTNESS)
    assert graph_operator(star(24).graph, "adjacency").interval == pytest.approx(
        (-np.sqrt(24), np.sqrt(24)), rel=POWER_TIGHTNESS
    )


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("size", [1, 2, 50, 700])
def test_interval_by_lanczos_encloses(seed, size):
    random = np.random.default_rng(seed)
    values = np.sort(random.standard_normal(size)) ** 3
    target = linear_operator(sparse.diags_array(values).tocsr())
    assert target.interval[0] <= values[0]
    assert values[-1] <= target.interval[1]


@pytest.mark.parametrize("scale", [0.0, 1.0, -3.0])
def test_interval_of_a_multiple_of_the_identity_is_not_empty(scale):
    low, high = linear_operator(sparse.csr_array(scale * np.eye(5))).interval
    assert low < scale < high


@pytest.mark.parametrize("scale", [1e-8, 1.0, 1e8])
def test_the_interval_by_lanczos_does_not_depend_on_the_scale(scale):
    matrix = scale * graph_operator(random_graph(200, 5.0, 2), "adjacency").matrix()
    low, high = linear_operator(matrix).interval
    values = np.linalg.eigvalsh(matrix.toarray())
    assert low <= values[0]
    assert values[-1] <= high
    assert high - low <= 1.1 * (values[-1] - values[0])
    graphspec.sketch(linear_operator(matrix), num_moments=20)


@pytest.mark.parametrize("power_steps", [1, 3, 30])
def test_the_bound_holds_after_every_power_step(power_steps):
    graph, settings = random_graph(200, 5.0, 2), BoundSettings(power_steps=power_steps, margin=0.0)
    adjacency = graph.adjacency()
    largest = np.linalg.eigvalsh(adjacency.toarray())[-1]
    assert largest <= largest_eigenvalue_bound(adjacency, np.zeros(200), settings) * (1 + DENSE_TOLERANCE)
    # For the degrees it bounds D + A and with it D - A.
    plus = np.linalg.eigvalsh(np.diag(graph.degrees) + adjacency.toarray())[-1]
    assert plus <= largest_eigenvalue_bound(adjacency, graph.degrees, settings) * (1 + DENSE_TOLERANCE)


def test_power_steps_tighten_the_bound():
    adjacency = random_graph(200, 5.0, 2).adjacency()
    steps = [BoundSettings(power_steps=steps) for steps in (1, 3, 30)]
    bounds = [largest_eigenvalue_bound(adjacency, np.zeros(200), settings) for settings in steps]
    assert bounds[0] > bounds[1] > bounds[2]
