"""Eigenvalue counts in an interval, against exact spectra."""

import networkx as nx
import numpy as np
import pytest
from scipy import special
from spectra import complete, eigenvalues, isolated, star, union

import graphspec
from graphspec import count_eigenvalues, sketch
from graphspec.clusters.counting import count_excess, relative_excess
from graphspec.densities.base import Estimate
from graphspec.errors import ParameterError, SketchError
from graphspec.graphs.graph import Graph

METHODS = ("maxent", "lanczos", "kpm", "exact")


@pytest.fixture(scope="module")
def graph():
    return Graph.from_networkx(nx.barabasi_albert_graph(1000, 4, seed=2))


@pytest.fixture(scope="module")
def sketched(graph):
    return sketch(graph)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(("low", "high"), [(0.4, 0.9), (1.1, 1.3), (0.0, 0.5), (None, 0.7), (1.2, None)])
def test_covers_the_exact_count(graph, method, low, high):
    exact = eigenvalues(graph)
    truth = np.count_nonzero((exact >= (-1 if low is None else low)) & (exact <= (3 if high is None else high)))
    found = count_eigenvalues(graph, low, high, method)
    # Twice the interval: 20 trials of 95 % would fail too often.
    width = max(1.0, found.count_high - found.count_low)
    assert abs(found.count - truth) <= width
    if method == "exact":
        assert found.count == found.count_low == found.count_high == truth


def test_both_ends_are_included():
    graph = union(complete(5), isolated(2), star(6)).graph
    assert count_eigenvalues(graph, 0, 0).count == 4
    assert count_eigenvalues(graph, 2, 2).count == pytest.approx(1, abs=1e-9)  # a weight of a quadrature rule
    assert count_eigenvalues(graph, 1.25, 1.25, "exact").count == 4
    assert count_eigenvalues(graph).count == graph.num_nodes


def test_neighbouring_intervals_add_up(sketched):
    whole, left, right = (count_eigenvalues(sketched, *ends) for ends in [(0.2, 1.2), (0.2, 0.7), (0.7, 1.2)])
    assert left.count + right.count == pytest.approx(whole.count, abs=1e-3)


def test_the_interval_is_that_of_the_difference(sketched):
    density = graphspec.density(sketched)
    found = density.count_between(0.5, 1.2)
    points = density.part.cumulative(np.array([-0.5, 0.2]))
    deviations = (points.deviations[:, 1] - points.deviations[:, 0]) * sketched.num_remaining
    assert float(found.sem) == pytest.approx(np.sqrt((deviations**2).sum() / (16 * 15)), rel=1e-6)
    assert density.t_quantile == pytest.approx(special.stdtrit(15, 0.975))
    ends = density.count([0.5, 1.2])
    assert found.high <= ends.high[1] - ends.low[0]
    assert found.low <= found.value <= found.high


@pytest.mark.parametrize(("low", "high"), [(2.5, 3.0), (-3.0, -1.0), (-5.0, -0.1)])
def test_outside_of_the_interval_there_is_nothing(sketched, low, high):
    found = count_eigenvalues(sketched, low, high)
    assert (found.count, found.count_low, found.count_high) == (0, 0, 0)
    assert (found.low, found.high) == (low, high)


def test_ends_left_out_are_those_of_the_spectrum(sketched):
    found = count_eigenvalues(sketched, None, 0.5)
    assert (found.low, found.high) == (0.0, 0.5)
    assert count_eigenvalues(sketched, 0.5).high == 2.0


def test_a_tolerance_is_relative_and_adds_probes(graph):
    wide = count_eigenvalues(graph, 0.5, 0.8)
    found = count_eigenvalues(graph, 0.5, 0.8, tolerance=0.01)
    assert found.count_high - found.count <= 0.01 * found.count
    assert wide.count_high - wide.count > 0.01 * wide.count


def test_what_the_order_leaves_open_no_probes_can_tell(sketched):
    options = {"method": "maxent", "confidence": 0.95}
    assert count_excess(sketched, low=0.3999, high=0.4001, tolerance=1e-9, **options) == np.inf
    assert count_excess(sketched, low=0.6, high=1.0, tolerance=0.5, **options) < 1


def test_excess_is_infinite_only_where_sampling_hardly_matters(sketched):
    density = graphspec.density(sketched)
    value, low, high = np.array(100.0), np.array(97.0), np.array(103.0)
    sampled = Estimate(value, np.array(2 / density.t_quantile), low, high)
    certain = Estimate(value, np.array(0.1 / density.t_quantile), low, high)
    assert relative_excess(density, sampled, 0.015) == pytest.approx(2)
    assert relative_excess(density, sampled, 0.03) == pytest.approx(1)
    assert relative_excess(density, certain, 0.03) == pytest.approx(1)
    assert relative_excess(density, certain, 0.015) == np.inf


@pytest.mark.parametrize("end", [-1.0, -0.5])
def test_below_the_spectrum_there_is_nothing_either(sketched, end):
    found = count_eigenvalues(sketched, None, end)
    assert (found.low, found.high, found.count) == (end, end, 0)
    beyond = count_eigenvalues(sketched, 3.0, None)
    assert (beyond.low, beyond.high, beyond.count) == (3.0, 3.0, 0)


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        ((1.0, 0.5), {}, r"`low` \(1\) is above `high` \(0.5\)"),
        ((np.nan, 0.5), {}, "`low` must be a finite number, not nan"),
        ((0.1, np.inf), {}, "`high` must be a finite number, not inf"),
        ((0.1, 0.5), {"tolerance": -1}, "`tolerance` must be a number above 0, not -1"),
        (
            (0.1, 0.5),
            {"tolerance": 0.1, "method": "exact"},
            "`tolerance` needs a `method` that takes probes",
        ),
    ],
)
def test_ends_and_tolerances_out_of_range(graph, arguments, options, message):
    with pytest.raises(ParameterError, match=message):
        count_eigenvalues(graph, *arguments, **options)


def test_a_sketch_cannot_be_given_probes(sketched):
    with pytest.raises(SketchError, match="cannot be given more probes"):
        count_eigenvalues(sketched, 0, 1, tolerance=0.1)


@pytest.mark.parametrize("method", ["maxent", "kpm", "lanczos"])
@pytest.mark.parametrize(
    "make", [nx.karate_club_graph, nx.les_miserables_graph, lambda: nx.gnm_random_graph(250, 800, seed=1)]
)
def test_intervals_of_small_graphs_hold_the_truth(make, method):
    """Moments of dense eigenvalues are exact, and bounds from exact moments are rigorous."""
    graph = Graph.from_networkx(make())
    exact, item = eigenvalues(graph), sketch(graph)
    assert item.exact
    for low, high in ((0, 0.5), (0.3, 0.8), (0, 1), (0.9, 1.1), (1, 1.5), (1.2, 2)):
        truth = np.count_nonzero((exact >= low - 1e-9) & (exact <= high + 1e-9))
        found = count_eigenvalues(item, low, high, method)
        assert found.count_low - 1e-6 <= truth <= found.count_high + 1e-6
