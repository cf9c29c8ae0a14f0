"""What every density must fulfil, whatever its method."""

import numpy as np
import pytest
from estimated import (
    GRAPHS,
    NUM_MOMENTS,
    ROUNDING,
    SAMPLING_METHODS,
    SMOOTH,
    density_of,
    sketch_of,
    spectrum_of,
    statistical_error,
    subset,
)
from spectra import chebyshev_means, grid, isolated, w1

import graphspec
from graphspec.densities.methods import METHODS, density
from graphspec.operators.kinds import OPERATORS, graph_operator
from graphspec.sketches.moments import spectrum_moments


def test_description(estimated, name, method):
    assert estimated.method == method
    assert estimated.dimension == GRAPHS[name].num_nodes
    assert estimated.num_moments == NUM_MOMENTS
    assert estimated.confidence == 0.95
    assert estimated.solver.converged
    assert (estimated.interval, estimated.atoms) == (sketch_of(name).interval, sketch_of(name).atoms)


def test_all_eigenvalues_lie_at_or_below_the_right_end(estimated):
    low, high = estimated.interval
    for point in (high, high + 1):
        count = estimated.count(point)
        assert float(count) == pytest.approx(estimated.dimension, abs=ROUNDING)
        assert (float(count.low), float(count.high)) == pytest.approx([estimated.dimension] * 2, abs=ROUNDING)
    assert float(estimated.count(low - 1)) == 0.0


def test_count_does_not_decrease(estimated, method):
    counts = estimated.count(estimated.grid(2001)).value
    # Control variates may move the moments of a few probes a little outside those of any measure: a damped series
    # then dips below zero by a trace.
    allowed = 1e-3 * estimated.dimension if method == "kpm" else ROUNDING
    assert (np.diff(counts) >= -allowed).all()
    assert (counts >= 0).all()
    assert (counts <= estimated.dimension + ROUNDING).all()


def test_count_includes_an_atom_at_the_atom(estimated):
    cell = 1e-6
    for atom in estimated.atoms:
        below, at = estimated.count(np.array([atom.eigenvalue - cell, atom.eigenvalue])).value
        assert at - below >= atom.multiplicity - ROUNDING


def test_estimates_lie_within_their_intervals(estimated):
    points = estimated.grid(301)
    estimates = [
        estimated.count(points),
        estimated.density(points),
        estimated.quantile(np.linspace(0, 1, 51)),
        estimated.moments(20),
        estimated.integrate(np.exp),
    ]
    for estimate in estimates:
        assert np.isfinite(estimate.value).all()
        assert (estimate.sem >= 0).all()
        assert (estimate.low <= estimate.value + ROUNDING).all()
        assert (estimate.value <= estimate.high + ROUNDING).all()
        assert estimate.value.shape == estimate.low.shape == estimate.high.shape == estimate.sem.shape


@pytest.mark.parametrize("shape", [(), (1,), (3,), (2, 3)])
def test_shapes_follow_the_points(estimated, shape):
    low, high = estimated.interval
    points = np.full(shape, low + 0.37 * (high - low))
    assert estimated.count(points).value.shape == shape
    assert estimated.density(points).value.shape == shape
    assert estimated.quantile(np.full(shape, 0.4)).value.shape == shape
    first = estimated.count(points).value.ravel()[0]
    np.testing.assert_allclose(estimated.count(points).value, first)


def test_density_is_not_negative_and_nothing_lies_outside(estimated):
    low, high = estimated.interval
    result = estimated.density(estimated.grid(2001))
    assert (result.value >= 0).all()
    assert (result.low >= 0).all()
    assert not estimated.density(np.array([low - 0.1, high + 0.1])).value.any()


@pytest.mark.parametrize("name", SMOOTH, indirect=True)
def test_density_integrates_to_the_continuous_share(estimated, method):
    points = estimated.grid(20_001)
    # The drawing cuts the singularity at the ends off, half a resolution wide; MaxEnt has none.
    tolerance = 1e-4 if method == "maxent" else 0.02
    mass = np.trapezoid(estimated.density(points).value, points)
    assert mass == pytest.approx(estimated.continuous_share, abs=tolerance)


def test_constants_integrate_to_one(estimated):
    one = estimated.integrate(np.ones_like)
    assert float(one) == pytest.approx(1.0, abs=1e-7)
    assert float(one.sem) == pytest.approx(0.0, abs=1e-7)


def test_the_mean_is_the_trace(estimated, name, method):
    expected = graph_operator(GRAPHS[name]).matrix().diagonal().mean()
    # Gauss rules use no control variates; the multiplier of a moment that is known exactly costs it the ridge.
    tolerance = {"maxent": 1e-4, "lanczos": statistical_error(name, 2)[1] + 1e-6}.get(method, 1e-6)
    assert float(estimated.integrate(lambda value: value)) == pytest.approx(expected, abs=tolerance)


def test_integrals_of_several_functions_at_once(estimated):
    both = estimated.integrate(lambda value: np.stack([np.sin(value), value**2], axis=-1))
    assert both.value.shape == (2,)
    assert both.value[0] == pytest.approx(float(estimated.integrate(np.sin)))
    assert both.value[1] == pytest.approx(float(estimated.integrate(np.square)))


def test_integrals_agree_with_the_eigenvalues(estimated, name, method):
    exact = np.exp(-spectrum_of(name)).mean()
    # exp(-x) on [0, 2] is a series in T_k with coefficients of sum below one.
    tolerance = ROUNDING if method == "exact" else statistical_error(name, 10).max() + 1e-4
    assert float(estimated.integrate(lambda value: np.exp(-value))) == pytest.approx(exact, abs=tolerance)


@pytest.mark.parametrize("probability", [0.0, 0.03, 0.25, 0.5, 0.8, 0.97, 1.0])
def test_quantile_inverts_count(estimated, probability):
    low, high = estimated.interval
    quantile = float(estimated.quantile(probability))
    cell = 1.01 * (high - low) / 8000
    level = probability * estimated.dimension
    assert low <= quantile <= high
    slack = 1e-3 * estimated.dimension
    assert float(estimated.count(quantile + cell)) >= level - slack
    assert float(estimated.count(quantile - cell)) <= level + slack


def test_quantiles_do_not_decrease(estimated):
    assert (np.diff(estimated.quantile(np.linspace(0, 1, 101)).value) >= 0).all()


def test_moments_are_those_of_the_sketch(estimated, name, method):
    order = NUM_MOMENTS - 1  # a Gauss rule of m nodes is exact to order 2 m - 1
    expected = spectrum_moments(sketch_of(name))
    moments = estimated.moments(order).value
    if method == "exact":
        expected = chebyshev_means(spectrum_of(name), estimated.interval, order)
        np.testing.assert_allclose(moments, expected, atol=1e-7)
    elif method == "kpm":
        np.testing.assert_allclose(moments, expected.values[: order + 1], atol=1e-9)
    elif method == "lanczos":
        # Without control variates, so only as close as plain probes are.
        np.testing.assert_allclose(
            moments - expected.values[: order + 1], 0, atol=statistical_error(name, order).max() + 1e-6
        )
    else:
        assert (np.abs(moments - expected.values[: order + 1]) <= 3 * expected.sem[: order + 1] + 1e-3).all()


def test_confidence_widens_intervals(name, method):
    narrow, wide = (density_of(name, method, confidence=confidence) for confidence in (0.5, 0.99))
    points = narrow.grid(101)
    for quantity in ("count", "density"):
        first, second = getattr(narrow, quantity)(points), getattr(wide, quantity)(points)
        assert (second.high - second.low >= first.high - first.low - ROUNDING).all()
        np.testing.assert_array_equal(first.value, second.value)
        if sketch_of(name).num_matvecs and method != "exact":
            assert (second.high - second.low).sum() > 1.01 * (first.high - first.low).sum()


def test_a_density_is_close_to_the_eigenvalues(estimated, name, method):
    # The resolution is pi / 60 of the half width; the exact one is off by cells of the comparison alone.
    limit = 1e-3 if method == "exact" else 0.03
    assert w1(estimated, spectrum_of(name)) < limit


@pytest.mark.parametrize("operator", OPERATORS)
@pytest.mark.parametrize("name", ["random", "random-weighted", "preferential"], indirect=True)
def test_quantiles_are_on_the_scale_of_the_operator(method, name, operator):
    estimated = density_of(name, method, operator)
    probabilities = np.array([0.05, 0.25, 0.5, 0.75, 0.95])
    exact = np.quantile(spectrum_of(name, operator), probabilities)
    low, high = estimated.interval
    # Two percent of the interval: resolution and noise.
    np.testing.assert_allclose(estimated.quantile(probabilities).value, exact, atol=0.02 * (high - low))


@pytest.mark.parametrize("operator", OPERATORS)
def test_maxent_and_kpm_reproduce_the_trace_of_every_operator(operator):
    expected = graph_operator(GRAPHS["random"], operator).matrix().diagonal().mean()
    for method in ("maxent", "kpm"):
        estimated = density_of("random", method, operator)
        half_width = (estimated.interval[1] - estimated.interval[0]) / 2
        assert float(estimated.integrate(lambda value: value)) == pytest.approx(expected, abs=1e-4 * half_width)


@pytest.mark.parametrize("operator", OPERATORS)
def test_exact_moments_give_traces(method, operator):
    # Dense, so that the moments of the estimate are those of the spectrum.
    graph = grid(14, 17).graph
    estimated = density(graph, method, num_moments=20, operator=operator)
    dense = graph_operator(graph, operator).matrix().toarray()
    half_width = estimated.interval.half_width
    for power in (1, 2, 3):
        exact = np.linalg.matrix_power(dense / half_width, power).trace() / len(dense)
        integral = estimated.integrate(lambda value, power=power: (value / half_width) ** power)
        # MaxEnt leaves a moment off by the ridge times its multiplier.
        assert float(integral) == pytest.approx(exact, abs=1e-5)
        assert float(integral.sem) == pytest.approx(0.0, abs=1e-9)


def test_counts_between_are_differences_of_counts(estimated):
    low, high = estimated.interval
    width = high - low
    for first, last in ((0.2, 0.3), (0.5, 0.5), (0.0, 1.0), (0.41, 0.87)):
        between = estimated.count_between(low + first * width, low + last * width)
        ends = estimated.count(np.array([low + first * width - 1e-8 * width, low + last * width]))
        assert float(between) == pytest.approx(ends.value[1] - ends.value[0], abs=1e-4 * estimated.dimension)
        assert 0 <= between.low <= between.value <= between.high <= estimated.dimension + ROUNDING
        # Never wider than the counts at the ends allow.
        assert between.low >= ends.low[1] - ends.high[0] - 1e-4 * estimated.dimension
        assert between.high <= ends.high[1] - ends.low[0] + 1e-4 * estimated.dimension


def test_intervals_have_no_width_where_all_is_certain(estimated, method):
    points = estimated.grid(101)
    counts, moments = estimated.count(points), estimated.moments(5)
    assert estimated.certain == (method == "exact" or estimated.continuous_share == 0)
    assert 1 < estimated.t_quantile < np.inf
    if estimated.certain:
        np.testing.assert_allclose(counts.low, counts.high, atol=ROUNDING)
        np.testing.assert_allclose(moments.low, moments.high, atol=ROUNDING)
    else:
        assert (counts.high - counts.low).max() > 0.01


@pytest.mark.parametrize("method", SAMPLING_METHODS)
@pytest.mark.parametrize("operator", ["combinatorial", "adjacency"])
def test_densities_converge_with_the_order(method, operator):
    example = grid(14, 17)
    exact = example.spectra[operator]
    width = np.ptp(graph_operator(example.graph, operator).interval)
    # Dense, so nothing is sampled: the only error is that of the order.
    distances = [
        w1(density(example.graph, method, num_moments=order, operator=operator), exact) / width
        for order in (4, 16, 64, 128)
    ]
    assert (np.diff(distances) < 0).all()
    # A Gauss rule is a step function of half as many steps, off by the quarter of one on average.
    assert distances[-1] < (1 / 128 if method == "lanczos" else 1 / 400)


@pytest.mark.parametrize("method", SAMPLING_METHODS)
def test_intervals_of_counts_cover(method):
    size, repeats = 10, 40
    graph = GRAPHS["random"]
    sketch = graphspec.sketch(graph, num_moments=NUM_MOMENTS, num_probes=size * repeats, seed=19)
    points = np.array([0.3, 0.45, 0.6, 0.8, 0.95, 1.05, 1.2, 1.4, 1.6])
    exact = np.searchsorted(spectrum_of("random"), points, side="right")
    covered = []
    for start in range(0, size * repeats, size):
        count = density(subset(sketch, start, start + size), method).count(points)
        covered.append((count.low <= exact) & (exact <= count.high))
    # 95 % is aimed at; 40 repeats of nine correlated counts wander by a few percent.
    assert np.mean(covered) >= 0.85


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("operator", [operator for operator in OPERATORS if operator != "regularized"])  # the identity
def test_edgeless_graphs_are_all_atom(method, operator):
    estimated = density(isolated(6).graph, method, operator=operator)
    low, high = estimated.interval
    assert estimated.continuous_share == 0.0
    assert estimated.solver.converged
    assert estimated.solver.iterations == 0
    assert not estimated.density(estimated.grid(11)).value.any()
    assert estimated.count(np.array([-0.5, 0.0, high])).value.tolist() == [0.0, 6.0, 6.0]
    np.testing.assert_allclose(estimated.quantile([0.1, 0.9]).value, 0.0, atol=1e-9)
    assert float(estimated.integrate(lambda value: value + 3)) == pytest.approx(3.0)
    np.testing.assert_allclose(estimated.moments(4).value, chebyshev_means([0.0], (low, high), 4), atol=ROUNDING)
