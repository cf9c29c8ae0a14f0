"""Methods and options of a density, and errors."""

import pickle
from dataclasses import replace

import networkx as nx
import numpy as np
import pytest
from estimated import (
    GRAPHS,
    NUM_MOMENTS,
    SAMPLING_METHODS,
    sketch_of,
)
from spectra import eigenvalues, random_graph

import graphspec
from graphspec.densities.methods import density
from graphspec.errors import ParameterError, SketchError
from graphspec.graphs.graph import Graph


@pytest.mark.parametrize("method", SAMPLING_METHODS)
def test_a_graph_is_sketched_with_the_options(method):
    graph = GRAPHS["random"]
    options = {"num_probes": 5, "seed": 3, "operator": "adjacency", "structure": False}
    direct = density(graph, method, num_moments=20, **options)
    sketched = density(graphspec.sketch(graph, num_moments=20, **options), method)
    points = direct.grid(51)
    assert direct.num_moments == sketched.num_moments == 20
    np.testing.assert_array_equal(direct.count(points).high, sketched.count(points).high)


@pytest.mark.parametrize("method", SAMPLING_METHODS)
def test_fewer_moments_can_be_asked_for(method):
    few = density(sketch_of("random"), method, num_moments=20)
    many = density(sketch_of("random"), method)
    expected = density(graphspec.sketch(GRAPHS["random"], num_moments=20, seed=6), method)
    points = few.grid(51)
    assert (few.num_moments, many.num_moments) == (20, NUM_MOMENTS)
    # The longer sketch holds the moments that more control variates of the highest orders need.
    found = few.count(points)
    assert (np.abs(found.value - expected.count(points).value) <= (found.high - found.low) / 2 + 1e-6).all()
    assert np.abs(few.count(points).value - many.count(points).value).max() > 0.1


def test_unknown_methods_are_refused():
    with pytest.raises(ParameterError, match="`method` must be one of maxent, lanczos, kpm, exact, not 'slq'"):
        density(sketch_of("random"), "slq")


@pytest.mark.parametrize("confidence", [0.0, 1.0, -0.5, 95, float("nan")])
def test_confidence_out_of_range_is_refused(confidence):
    with pytest.raises(ParameterError, match="`confidence` must be a number between 0 and 1, not"):
        density(sketch_of("random"), confidence=confidence)


def test_a_sketch_has_no_exact_density():
    with pytest.raises(SketchError, match="a sketch holds no matrix, so method exact needs the graph itself"):
        density(sketch_of("random"), "exact")


@pytest.mark.parametrize("method", SAMPLING_METHODS)
@pytest.mark.parametrize("order", [NUM_MOMENTS + 1, 0, -3])
def test_moments_beyond_those_of_the_sketch_are_refused(method, order):
    with pytest.raises(SketchError, match=f"the sketch holds 60 moments, not {order}: make it with more"):
        density(sketch_of("random"), method, num_moments=order)


def test_probes_that_vanish_on_the_remainder_are_noticed():
    sketch = sketch_of("random")
    empty = replace(sketch, norm2=np.zeros_like(sketch.norm2))
    with np.errstate(invalid="ignore", divide="ignore"), pytest.raises(SketchError, match="all probes vanish"):
        density(empty)


@pytest.mark.parametrize("method", ["maxent", "kpm", "lanczos"])
@pytest.mark.parametrize(
    ("network", "point"),
    [
        (nx.star_graph(1000), 1.0),
        (nx.star_graph(200), 1.0),
        (nx.balanced_tree(3, 6), 1.0),
        (nx.karate_club_graph(), 1.0),
        (nx.disjoint_union_all([nx.gnm_random_graph(60, 300, seed=k) for k in range(10)]), 0.0),
    ],
    ids=["star-1000", "star-200", "tree", "karate", "hidden-components"],
)
def test_counts_cover_at_an_unknown_atom(method, network, point):
    graph = Graph.from_networkx(network)
    truth = np.count_nonzero(eigenvalues(graph) <= point + 1e-9)
    hidden = graphspec.sketch(graph, structure=point != 0.0)
    count = density(hidden, method).count(point)
    if method == "kpm" and graph.num_nodes in (34, 1093):
        pytest.skip("the kernel is wider than the distances between the eigenvalues")
    slack = 0.5 + 0.003 * graph.num_nodes * (method == "kpm")  # tails of the kernel
    assert count.low - slack <= truth <= count.high + slack


@pytest.mark.parametrize("method", ["maxent", "kpm", "lanczos"])
def test_counts_of_a_single_moment_cover(method):
    graph = random_graph(400, 6.0, 8)
    count = density(graphspec.sketch(graph, num_moments=1), method).count(0.4)
    truth = np.count_nonzero(eigenvalues(graph) <= 0.4)
    assert count.low <= truth <= count.high


def test_a_sketch_takes_no_options_of_a_sketch():
    sketch = graphspec.sketch(random_graph(50, 4.0, 1))
    with pytest.raises(ParameterError, match="a sketch is made already: it takes no num_probes"):
        density(sketch, num_probes=3)


@pytest.mark.parametrize("method", ["maxent", "lanczos", "kpm", "exact"])
@pytest.mark.parametrize("nodes", [60, 600])
def test_densities_go_from_process_to_process(method, nodes):
    density = graphspec.density(nx.gnm_random_graph(nodes, 3 * nodes, seed=1), method)
    copy = pickle.loads(pickle.dumps(density))
    assert copy.count(0.5).low == density.count(0.5).low
    assert copy.integrate(np.exp).high == density.integrate(np.exp).high
