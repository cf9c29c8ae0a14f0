"""Comparisons of all pairs of spectra: identities, noise floors and standard errors, and what cannot be compared."""

from dataclasses import replace

import networkx as nx
import numpy as np
import pytest
from spectra import complete, cycle, eigenvalues, isolated, path, union

from graphspec import compare, generate, graph_operator, linear_operator, sketch
from graphspec.comparison.settings import CompareSettings
from graphspec.errors import NotConvergedError, ParameterError, SketchError
from graphspec.graphs.graph import Graph
from graphspec.sketches.moments import nonzero_moments, spectrum_moments

NODES = 900


def ba(seed):
    return generate("ba", NODES, seed, m=4)


def er(seed):
    return generate("er", NODES, seed, p=8 / NODES)


def ws(seed):
    return generate("ws", NODES, seed, k=8, p=0.3)


@pytest.fixture(scope="module")
def sketches():
    return [sketch(make(1), seed=index) for index, make in enumerate((ba, er, ws))]


# --- identities


def test_a_comparison_is_symmetric_and_nothing_differs_from_itself(sketches):
    found = compare(sketches)
    for part in (found.symmetric_kl, found.wasserstein, found.kolmogorov):
        for matrix in (part.value, part.sem, part.noise_floor):
            np.testing.assert_allclose(matrix, matrix.T, atol=1e-12)
            np.testing.assert_array_equal(np.diag(matrix), 0)
            assert (matrix >= 0).all()
            assert np.isfinite(matrix).all()
    twice = compare([sketches[0], sketches[0]])
    assert twice.symmetric_kl.value[0, 1] == pytest.approx(0, abs=1e-12)
    assert twice.wasserstein.value[0, 1] == twice.kolmogorov.value[0, 1] == 0
    assert twice.symmetric_kl.noise_floor[0, 1] > 0


def test_the_order_of_inputs_does_not_matter(sketches):
    first, other = compare(sketches), compare(sketches[::-1])
    np.testing.assert_allclose(first.symmetric_kl.value, other.symmetric_kl.value[::-1, ::-1], atol=1e-12)
    assert first.names == other.names[::-1]


def test_zeros_are_left_out_and_counted():
    graph = union(complete(5), isolated(3), cycle(7)).graph
    item = sketch(graph)
    exact = eigenvalues(graph)
    rest = exact[exact > 1e-9] - 1
    np.testing.assert_allclose(
        nonzero_moments(item).values, np.cos(np.arange(101)[:, None] * np.arccos(np.clip(rest, -1, 1))).mean(axis=1),
        atol=1e-7,
    )  # fmt: skip
    assert item.num_zeros == 5
    assert compare([item, item]).num_zeros == (5, 5)


def test_a_regularized_laplacian_has_no_zeros_to_leave_out():
    graph = union(complete(5), isolated(3), cycle(7)).graph
    for structure in (True, False):
        item = sketch(graph, operator="regularized", structure=structure)
        assert compare([item, item]).num_zeros == (0, 0)
        np.testing.assert_allclose(nonzero_moments(item).values, spectrum_moments(item).values, atol=1e-12)


def test_it_does_not_matter_what_structure_was_known():
    graph = Graph.from_networkx(nx.random_labeled_tree(600, seed=3))
    known, plain = sketch(graph, num_probes=64), sketch(graph, num_probes=64, structure=False, seed=1)
    found = compare([known, plain], num_moments=30)
    assert found.symmetric_kl.value[0, 1] < 4 * found.symmetric_kl.noise_floor[0, 1]
    assert found.num_zeros == (1, 1)


def test_known_low_eigenvalues_of_an_operator_are_its_zeros():
    operator = graph_operator(ba(1))
    null = operator.null_vector
    wrapped = linear_operator(operator.matrix(), (0, 2), known={0.0: null / np.linalg.norm(null)})
    assert sketch(wrapped).num_zeros == 1
    assert sketch(ba(1), operator="adjacency").num_zeros == 0


def test_moments_are_used_up_to_the_order(sketches):
    coarse, fine = compare(sketches, num_moments=10), compare(sketches)
    assert coarse.num_moments == 10
    assert fine.num_moments == 100
    assert coarse.symmetric_kl.value[0, 1] != fine.symmetric_kl.value[0, 1]
    short = sketch(ba(2), num_moments=40)
    assert compare([sketches[0], short]).num_moments == 40


def test_settings_of_distances_are_used(sketches):
    base = compare(sketches)
    other = compare(sketches, settings=CompareSettings(stride=1, num_signs=5))
    np.testing.assert_array_equal(base.symmetric_kl.value, other.symmetric_kl.value)
    assert base.wasserstein.value[0, 1] != other.wasserstein.value[0, 1]
    assert base.kolmogorov.noise_floor[0, 1] != other.kolmogorov.noise_floor[0, 1]


# --- noise


def halves(item):
    count = item.num_probes // 2
    return [
        replace(item, alpha=item.alpha[part], beta=item.beta[part], norm2=item.norm2[part])
        for part in (slice(0, count), slice(count, None))
    ]


@pytest.mark.parametrize("order", [20, 60])
def test_noise_floors_are_what_two_estimates_of_one_spectrum_differ_by(order):
    graph = ba(3)
    found = [compare(halves(sketch(graph, num_probes=32, seed=seed)), num_moments=order) for seed in range(24)]
    for name, slack in (("symmetric_kl", 0.25), ("wasserstein", 0.3), ("kolmogorov", 0.3)):
        values = np.array([getattr(item, name).value[0, 1] for item in found])
        floors = np.array([getattr(item, name).noise_floor[0, 1] for item in found])
        assert values.mean() == pytest.approx(floors.mean(), rel=slack)


def test_standard_errors_are_the_spread_over_probes():
    graphs = (ba(1), ws(1))
    found = [
        compare([sketch(graph, seed=2 * seed + index) for index, graph in enumerate(graphs)], num_moments=30)
        for seed in range(24)
    ]
    for name in ("symmetric_kl", "wasserstein", "kolmogorov"):
        values = np.array([getattr(item, name).value[0, 1] for item in found])
        errors = np.array([getattr(item, name).sem[0, 1] for item in found])
        # The standard deviation of 24 values is known to 15 %.
        assert np.sqrt((errors**2).mean()) == pytest.approx(values.std(ddof=1), rel=0.5)


def test_precomputed_recurrences_change_nothing(sketches):
    from graphspec.sketches.moments import jacobi_chebyshev_moments, raw_order

    item = sketches[0]
    raw = jacobi_chebyshev_moments(item.alpha, item.beta, raw_order(item, 40))
    np.testing.assert_array_equal(spectrum_moments(item, 40, raw=raw).values, spectrum_moments(item, 40).values)


# --- what cannot be compared


def test_what_cannot_be_compared(sketches):
    with pytest.raises(ParameterError, match="at least two spectra"):
        compare(sketches[:1])
    with pytest.raises(SketchError, match=r"different operators \(normalized, natural\)"):
        compare([sketches[0], sketch(ba(1), operator="natural")])
    with pytest.raises(SketchError, match=r"lie in different intervals, up to .* compare the normalized ones"):
        compare([sketch(make(1), operator="combinatorial") for make in (ba, er)])
    with pytest.raises(SketchError, match="all eigenvalues are zeros of components"):
        compare([sketches[0], sketch(isolated(4).graph)])
    with pytest.raises(SketchError, match="the sketch holds 100 moments, not 101"):
        compare(sketches, num_moments=101)


def test_moments_that_are_not_those_of_a_spectrum_are_refused():
    # Two probes that agree on a graph with two vertices: the standard errors of impossible moments are zero.
    pair = [sketch(path(2).graph, operator="regularized", tau=3, num_probes=2)]
    pair.append(sketch(path(2).graph, operator="regularized", tau=3, num_probes=2, seed=2, structure=False))
    pair[1] = replace(pair[1], low_moments=pair[1].low_moments[:3])  # higher ones would tell the spectrum
    assert np.abs(nonzero_moments(pair[1]).values).max() > 10
    message = r"^second: the solver did not converge \(residual .*\): the 100 moments are not those of a spectrum"
    with pytest.raises(NotConvergedError, match=message):
        compare(pair, names=["first", "second"])
    more = sketch(path(2).graph, operator="regularized", tau=3, num_probes=16, seed=2, structure=False)
    assert compare([pair[0], more]).kolmogorov.value[0, 1] <= 1
