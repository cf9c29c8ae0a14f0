"""Reference graphs: their moments, common random numbers, and sizes."""

import numpy as np
import pytest
from fitted import target_of

import graphspec
from graphspec import generate, sketch
from graphspec.comparison.references import References, default_references, reference_probes, references_for
from graphspec.comparison.settings import ReferenceSettings
from graphspec.errors import ParameterError
from graphspec.models.generation import get_model
from graphspec.sketches.moments import nonzero_moments

SAMPLED = 0.01  # moments of two graphs of some thousand vertices


@pytest.mark.parametrize(
    ("name", "values"), [("er", {"p": 0.03}), ("er", {"p": 0.005}), ("ba", {"m": 3}), ("ws", {"k": 4, "p": 0.3})]
)
def test_references_have_the_moments_of_their_graphs(name, values):
    moments = References(get_model(name), 150, 20, 4, seed=7).moments(values)
    for index in range(4):
        tail, head = get_model(name).edges(150, np.random.default_rng([7, index]), values)
        graph = graphspec.Graph.from_edges(tail, head, num_nodes=150)
        np.testing.assert_allclose(moments[index], nonzero_moments(sketch(graph, num_moments=20)).values, atol=1e-6)


def test_neither_threads_nor_batches_change_references():
    expected = References(get_model("er"), 40, 10, 12, threads=1).moments({"p": 0.05})
    for options in ({"threads": 5}, {"threads": 1, "settings": ReferenceSettings(dense_entries=1)}):
        found = References(get_model("er"), 40, 10, 12, **options).moments({"p": 0.05})
        np.testing.assert_array_equal(found, expected)
    sampled = ReferenceSettings(dense_nodes=0, num_probes=16)
    one, two = (References(get_model("er"), 40, 10, 4, threads=threads, settings=sampled) for threads in (1, 2))
    np.testing.assert_array_equal(one.moments({"p": 0.2}), two.moments({"p": 0.2}))


def test_small_matrices_are_solved_together():
    made = []

    class Observed(References):
        """References that keep how many are made at once."""

        def _moments_of(self, values, indices):
            made.append(len(indices))
            return super()._moments_of(values, indices)

    Observed(get_model("er"), 40, 10, 12, threads=1).moments({"p": 0.2})
    Observed(get_model("er"), 40, 10, 12, threads=3).moments({"p": 0.2})
    Observed(get_model("er"), 40, 10, 12, threads=1, settings=ReferenceSettings(dense_entries=9000)).moments({"p": 0.2})
    assert made == [12, *[4] * 3, *[5, 5, 2]]


def test_references_are_made_once_and_in_the_order_of_their_seeds():
    references = References(get_model("er"), 60, 10, 12)
    few = references.moments({"p": 0.2}, 4)
    assert (few.shape, references.num_made) == ((4, 11), 4)
    np.testing.assert_array_equal(references.moments({"p": 0.2})[:4], few)
    assert references.num_made == 12
    references.moments({"p": 0.2})
    assert references.num_made == 12
    references.moments({"p": 0.3}, 3)
    assert references.num_made == 15
    assert not np.array_equal(References(get_model("er"), 60, 10, 12, seed=1).moments({"p": 0.2})[:4], few)


def test_common_random_numbers_make_near_parameters_comparable():
    references = References(get_model("er"), 80, 10, 40)
    first, second = references.moments({"p": 0.5}), references.moments({"p": 0.505})
    relative = (second - first).std(axis=0)[2:] / first.std(axis=0)[2:]
    assert relative.mean() < 0.5  # independent ones would differ by 1.4


def test_large_graphs_have_smaller_references_of_the_same_degrees():
    references = References(get_model("er"), 50_000, 10, 3)
    assert references.reference_nodes == ReferenceSettings().max_nodes
    mean = references.moments({"p": 8 / 49_999}).mean(axis=0)
    whole = nonzero_moments(sketch(generate("er", 20_000, 3, p=8 / 19_999), num_moments=10)).values
    np.testing.assert_allclose(mean, whole, atol=SAMPLED)


def test_sampled_references_have_the_moments_of_dense_ones():
    dense, sampled = (
        References(get_model("er"), 250, 10, 3, settings=ReferenceSettings(dense_nodes=nodes)) for nodes in (300, 100)
    )
    assert (dense.dense, sampled.dense) == (True, False)
    np.testing.assert_allclose(dense.moments({"p": 0.04}), sampled.moments({"p": 0.04}), atol=1e-6)


def test_the_number_of_vertices_is_a_setting():
    references = References(get_model("er"), 250, 10, 3, settings=ReferenceSettings(max_nodes=100))
    assert references.reference_nodes == 100
    moments = References(get_model("er"), 100, 10, 3).moments({"p": 0.04 * 249 / 99})
    np.testing.assert_array_equal(references.moments({"p": 0.04}), moments)


@pytest.mark.parametrize(("nodes", "count"), [(150, 100), (151, 50), (301, 20), (1001, 10), (10**7, 10)])
def test_small_graphs_get_more_references(nodes, count):
    assert default_references(nodes) == count


@pytest.mark.parametrize(("mean_degree", "probes"), [(1, 128), (24, 128), (48, 64), (100, 16), (1e6, 16)])
def test_dense_graphs_get_fewer_probes(mean_degree, probes):
    assert reference_probes(mean_degree) == probes


def test_settings_of_probes_are_used():
    assert reference_probes(48, ReferenceSettings(sparse_degree=48)) == 128
    assert reference_probes(48, ReferenceSettings(num_probes=32)) == 16


def test_references_are_those_of_a_target():
    target = target_of(generate("er", 200, 1, p=0.3))
    references = references_for(target, get_model("er"), 12, seed=5)
    assert (references.count, references.num_nodes, references.num_moments, references.seed) == (50, 200, 12, 5)
    assert references.settings.num_probes == 48
    assert references_for(target, get_model("er"), 12, 7).count == 7


def test_what_has_no_references():
    with pytest.raises(ParameterError, match="at least 3 references are needed for their spread, not 2") as caught:
        References(get_model("er"), 60, 10, 2)
    assert caught.value.parameter == "num_references"
    references = References(get_model("er"), 60, 10, 3)
    with pytest.raises(ParameterError, match="no reference has an edge"):
        references.moments({"p": 0.0})
    with pytest.raises(ParameterError, match="must be a number between 0 and 1"):
        references.moments({"p": 2.0})
