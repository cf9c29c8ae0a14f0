"""Targets of fits."""

from dataclasses import replace

import networkx as nx
import numpy as np
import pytest
from fitted import sketched
from spectra import cycle, isolated, union

from graphspec import generate, sketch
from graphspec.comparison.settings import FitSettings
from graphspec.comparison.target import Target
from graphspec.errors import SketchError
from graphspec.sketches.moments import nonzero_moments


@pytest.mark.parametrize(
    ("nodes", "probes"), [(0, 256), (1, 256), (1000, 256), (4000, 256), (20_000, 64), (10**6, 16), (10**8, 16)]
)
def test_small_graphs_get_more_probes(nodes, probes):
    assert FitSettings().num_probes(nodes) == probes


def test_settings_of_probes_are_used():
    assert FitSettings(probed_nodes=100_000).num_probes(4000) == 32
    assert FitSettings(max_probe_blocks=2).num_probes(4000) == 32


def test_a_target_holds_the_spectrum_without_zeros():
    graph = generate("er", 300, 2, p=0.02)
    item = sketched(graph, 20)
    target = Target.from_sketch(item, 12, graph)
    np.testing.assert_array_equal(target.moments.values, nonzero_moments(item, 12).values)
    assert target.graph is graph
    assert target.name == item.source.name
    assert Target.from_sketch(item, 12).graph is None


@pytest.mark.parametrize("degree", [2, 4, 11])
def test_the_mean_degree_of_a_regular_graph_is_exact(degree):
    graph = generate("regular", 100, 1, k=degree)
    assert Target.from_sketch(sketched(graph, 16), 16).mean_degree == pytest.approx(degree, rel=1e-6)


def test_isolated_vertices_do_not_count():
    graph = union(isolated(7), cycle(20)).graph
    target = Target.from_sketch(sketched(graph, 16), 16)
    assert target.num_nodes == 20
    assert target.mean_degree == pytest.approx(2, rel=1e-6)


def test_the_number_of_edges_is_not_used():
    item = sketched(generate("er", 80, 4, p=0.6), 16)
    blind = replace(item, source=replace(item.source, num_edges=None))
    seeing, unseeing = (Target.from_sketch(each, 16) for each in (item, blind))
    assert seeing.mean_degree == unseeing.mean_degree
    np.testing.assert_array_equal(seeing.moments.values, unseeing.moments.values)


def test_what_is_no_target():
    graph = generate("er", 200, 1, p=0.1)
    for nodes, message in ((6, "5 eigenvalues besides zeros are"), (2, "1 eigenvalue besides zeros is")):
        with pytest.raises(SketchError, match=f"{message} too few for a fit, which needs 10"):
            Target.from_sketch(sketch(nx.path_graph(nodes)), 16)
    assert Target.from_sketch(sketch(nx.path_graph(6)), 16, None, FitSettings(min_eigenvalues=5)).num_nodes == 6
    with pytest.raises(SketchError, match="fitted to the normalized operator, not natural"):
        Target.from_sketch(sketch(graph, operator="natural"), 16)
    with pytest.raises(SketchError, match="the sketch holds 10 moments, not 16"):
        Target.from_sketch(sketch(graph, num_moments=10), 16)
