"""Sketches as values: their axis, and merging whatever belongs together."""

from dataclasses import replace

import numpy as np
import pytest
from sampled import BLOCK_WIDTHS, OPTIONS, SAMPLED, assert_close_moments, assert_same_arrays
from scipy import sparse
from spectra import (
    cycle,
    hypercube,
    random_graph,
)

import graphspec
from graphspec.errors import SketchError
from graphspec.operators.kinds import OPERATORS
from graphspec.operators.linear import linear_operator
from graphspec.sketches.probes import ProbeRange


def in_parts(*sizes, graph=SAMPLED, **options):
    bounds = np.cumsum([0, *sizes])
    return [
        graphspec.sketch(graph, num_probes=size, first_probe=int(first), **{**OPTIONS, **options})
        for first, size in zip(bounds, sizes, strict=False)
    ]


@pytest.mark.parametrize("operator", OPERATORS)
def test_eigenvalues_map_to_the_unit_interval_and_back(operator):
    sketch = graphspec.sketch(SAMPLED, operator=operator, num_probes=2, num_moments=4)
    np.testing.assert_allclose(sketch.to_unit(sketch.interval), [-1, 1])
    np.testing.assert_allclose(sketch.from_unit([-1, 1]), sketch.interval)
    np.testing.assert_allclose(sketch.to_unit(sketch.from_unit([-0.3, 0.0, 0.9])), [-0.3, 0.0, 0.9], atol=1e-12)


@pytest.mark.parametrize("sizes", [(8, 8), (5, 11), (2, 9, 5)])
def test_parts_merge_to_the_whole(sizes):
    whole = graphspec.sketch(SAMPLED, num_probes=16, **OPTIONS)
    merged = graphspec.merge(in_parts(*sizes))
    assert merged.probe_ranges == whole.probe_ranges == (ProbeRange(4, 0, 16),)
    np.testing.assert_allclose(merged.norm2, whole.norm2, rtol=BLOCK_WIDTHS)
    assert_close_moments(merged, whole)


def test_the_order_of_merging_does_not_matter():
    first, second, third = in_parts(4, 3, 5)
    expected = graphspec.merge([first, second, third])
    for order in ([third, first, second], [second, third, first], [graphspec.merge([third, first]), second]):
        merged = graphspec.merge(order)
        assert_same_arrays(merged, expected)
        assert merged.probe_ranges == expected.probe_ranges


def test_probes_of_several_seeds_merge():
    parts = [graphspec.sketch(SAMPLED, num_probes=4, num_moments=10, seed=seed) for seed in (7, 2)]
    merged = graphspec.merge(parts)
    assert merged.probe_ranges == (ProbeRange(2, 0, 4), ProbeRange(7, 0, 4))
    assert merged.num_probes == 8


def test_merging_one_changes_nothing():
    sketch = graphspec.sketch(SAMPLED, num_probes=4, **OPTIONS)
    assert_same_arrays(graphspec.merge([sketch]), sketch)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"source": random_graph(500, 4.0, 13)}, "are sketches of different graphs"),
        ({"operator": "adjacency"}, r"are sketches of different operators \(normalized, adjacency\)"),
        ({"num_moments": 30}, r"hold different numbers of moments \(40, 30\)"),
        ({"structure": False}, "were made with different options"),
        ({"component": "largest"}, "are sketches of different graphs"),
        ({"first_probe": 2}, "probes 2 to 3 of seed 4 are in more than one sketch"),
        ({"first_probe": 0}, "probes 0 to 3 of seed 4 are in more than one sketch"),
    ],
    ids=["graph", "operator", "steps", "structure", "component", "overlap", "twice"],
)
def test_sketches_that_do_not_belong_together_are_not_merged(change, message):
    first = graphspec.sketch(SAMPLED, num_probes=4, **OPTIONS)
    options = {"source": SAMPLED, "num_probes": 4, "first_probe": 4, **OPTIONS, **change}
    with pytest.raises(SketchError, match=message):
        graphspec.merge([first, graphspec.sketch(**options)])


def test_matrices_are_told_apart_by_their_traces():
    first, second = (sparse.diags_array(values) for values in (np.linspace(-1, 1, 50), np.linspace(-0.9, 1, 50)))
    parts = [
        graphspec.sketch(linear_operator(matrix, (-1.0, 1.0)), num_probes=2, first_probe=start, num_moments=6)
        for start, matrix in ((0, first), (2, second))
    ]
    with pytest.raises(SketchError, match="are sketches of different graphs"):
        graphspec.merge(parts)


def test_a_connected_graph_remembers_which_component_was_asked_for():
    graph = cycle(400).graph
    parts = [
        graphspec.sketch(graph, component=component, num_probes=2, first_probe=first, num_moments=6)
        for first, component in ((0, "all"), (2, "largest"))
    ]
    with pytest.raises(SketchError, match="were made with different options"):
        graphspec.merge(parts)


def test_merging_nothing_is_refused():
    with pytest.raises(SketchError, match="nothing to merge: give at least one sketch"):
        graphspec.merge([])


def test_exact_sketches_merge_too():
    graph = hypercube(4).graph
    merged = graphspec.merge(in_parts(3, 5, graph=graph))
    assert merged.exact
    assert_same_arrays(merged, graphspec.sketch(graph, num_probes=8, **OPTIONS))
    with pytest.raises(SketchError, match="probes 0 to 2 of seed 4"):
        graphspec.merge(in_parts(3, graph=graph) * 2)


def test_sketches_are_values():
    sketch = graphspec.sketch(SAMPLED, num_probes=2, num_moments=4)
    with pytest.raises(AttributeError, match="cannot assign to field 'dimension'"):
        sketch.dimension = 3
    assert replace(sketch, dimension=501).num_remaining == sketch.num_remaining + 1
