"""The MaxEnt solver: known solutions, convergence on smooth and atomic spectra, and its report."""

import networkx as nx
import numpy as np
import pytest
from numpy.polynomial import chebyshev
from spectra import (
    EXAMPLES,
    chebyshev_means,
    complete,
    cycle,
    eigenvalues,
    grid,
    hypercube,
    path,
    random_graph,
    star,
    w1,
)

import graphspec
from graphspec.densities.maxent import DEFAULTS, MaxEntPart, MaxEntSettings, solve
from graphspec.densities.methods import density
from graphspec.errors import ParameterError
from graphspec.graphs.graph import Graph
from graphspec.sketches.moments import Moments, remainder_moments

UNIT = (-1.0, 1.0)
TOLERANCE = DEFAULTS.newton.tolerance


def analytic_moments(name, order):
    orders = np.arange(order + 1)
    even = orders % 2 == 0
    if name == "arcsine":
        return np.where(orders == 0, 1.0, 0.0)
    if name == "uniform":
        return np.where(even, 1.0 / (1.0 - np.where(even, orders, 0) ** 2.0), 0.0)
    # The semicircle law has the density of T_0 - T_2 against that of the arcsine law.
    return np.where(orders == 0, 1.0, np.where(orders == 2, -0.5, 0.0))


def normalized_points(example):
    return example.spectra["normalized"] - 1


POINTS = {
    "one-point": np.array([0.0]),
    "one-point-aside": np.array([0.37]),
    "left-end": np.array([-1.0]),
    "two-points": np.array([-0.5, 0.5]),
    "two-ends": np.array([-1.0, 1.0]),
    "unequal-points": np.array([-0.8, 0.1, 0.1, 0.1, 0.11, 0.6]),
    "star": normalized_points(star(50)),
    "complete": normalized_points(complete(50)),
    "hypercube": normalized_points(hypercube(8)),
    "ring": normalized_points(cycle(500)),
    "path": normalized_points(path(300)),
    "grid": grid(20, 21).spectra["combinatorial"] / 4 - 1,
    "tree": eigenvalues(Graph.from_networkx(nx.balanced_tree(2, 7))) - 1,
    "random": eigenvalues(random_graph(300, 12.0, 2)) - 1,
    "preferential": eigenvalues(Graph.from_networkx(nx.barabasi_albert_graph(300, 3, seed=2))) - 1,
    "small-world": eigenvalues(Graph.from_networkx(nx.watts_strogatz_graph(300, 6, 0.05, seed=2))) - 1,
    "planted": eigenvalues(Graph.from_networkx(nx.planted_partition_graph(4, 60, 0.3, 0.01, seed=2))) - 1,
}
MEASURES = [*POINTS, "arcsine", "uniform", "semicircle"]


def moments_of(name, order):
    if name in POINTS:
        return chebyshev_means(POINTS[name], UNIT, order)
    return analytic_moments(name, order)


def exact_solution(name, order):
    return solve(moments_of(name, order), np.zeros(order + 1))


def polynomial_density(coefficients, num_moments):
    """Return normalised multipliers and the moments of exp(sum_k a_k T_k), by Gauss-Legendre quadrature."""
    nodes, weights = np.polynomial.legendre.leggauss(400)
    exponent = chebyshev.chebval(nodes, coefficients)
    total = weights @ np.exp(exponent)
    normalised = np.array([coefficients[0] - np.log(total), *coefficients[1:]])
    masses = weights * np.exp(exponent) / total
    return normalised, masses @ chebyshev.chebvander(nodes, num_moments)


@pytest.fixture(scope="module")
def noisy():
    """Return the moments of a sampled spectrum, none of whose standard errors is near the ridge."""
    sketch = graphspec.sketch(random_graph(400, 6.0, 8), num_moments=24, num_probes=6, structure=False, seed=5)
    moments = remainder_moments(sketch)
    # The exactly known ones count as sampled here, so that every probe moves everything.
    return Moments(moments.values, np.where(moments.deviations == 0, 0.0, moments.deviations))


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("excess", [0, 5])
def test_a_density_of_the_family_is_found_from_its_own_moments(seed, excess):
    coefficients = np.random.default_rng(seed).uniform(-1.5, 1.5, 7)
    expected, moments = polynomial_density(coefficients, 6 + excess)
    solution = solve(moments, np.zeros(7 + excess), ridge=1e-12)
    assert solution.report.converged
    np.testing.assert_allclose(solution.coefficients, [*expected, *[0.0] * excess], atol=1e-6)


def test_the_uniform_density_needs_no_multipliers():
    solution = exact_solution("uniform", 30)
    np.testing.assert_allclose(solution.coefficients, [-np.log(2), *[0.0] * 30], atol=1e-6)


def test_without_information_the_density_is_uniform():
    # A moment of infinite variance holds no information: its multiplier vanishes.
    _, moments = polynomial_density([0.0, 1.0, -1.0], 4)
    solution = solve(moments, np.array([0.0, *[1e6] * 4]))
    np.testing.assert_allclose(solution.coefficients, [-np.log(2), 0, 0, 0, 0], atol=1e-6)


@pytest.mark.parametrize("order", [20, 40, 100, 200])
@pytest.mark.parametrize("name", MEASURES)
def test_exact_moments_are_solved(name, order):
    solution = exact_solution(name, order)
    report = solution.report
    assert report.converged
    assert report.residual <= TOLERANCE <= 1e-8
    assert report.iterations <= DEFAULTS.newton.max_steps == 100
    assert DEFAULTS.ridge <= report.ridge <= 1e-6
    assert np.isfinite(solution.coefficients).all()
    assert (solution.masses >= 0).all()
    assert solution.masses.sum() == pytest.approx(1.0, abs=1e-7)


@pytest.mark.parametrize("order", [1, 2, 3])
@pytest.mark.parametrize("name", MEASURES)
def test_the_lowest_orders_are_solved(name, order):
    assert exact_solution(name, order).report.converged


@pytest.mark.parametrize("order", [20, 100])
@pytest.mark.parametrize("name", MEASURES)
def test_moments_are_off_by_variance_times_multiplier(name, order):
    solution = exact_solution(name, order)
    expected = solution.variances * solution.coefficients
    difference = moments_of(name, order) - solution.moments[: order + 1]
    np.testing.assert_allclose(difference, expected, atol=1.1 * TOLERANCE)


def test_moments_are_off_by_variance_times_multiplier_with_noise(noisy):
    solution = solve(noisy.values, noisy.sem)
    np.testing.assert_allclose(solution.variances, [0.0, *np.maximum(noisy.sem[1:] ** 2, DEFAULTS.ridge)])
    difference = np.abs(noisy.values - solution.moments[:25])
    np.testing.assert_allclose(difference, solution.variances * np.abs(solution.coefficients), atol=1.1 * TOLERANCE)


@pytest.mark.parametrize("name", ["arcsine", "uniform", "semicircle", "path"])
def test_the_masses_are_those_of_the_multipliers(name):
    # Where the nodes resolve the density: of a nearly atomic one the multipliers are determined at the nodes alone.
    solution = exact_solution(name, 40)
    angles = np.linspace(0, np.pi, 200_001)
    values = np.exp(chebyshev.chebval(np.cos(angles), solution.coefficients)) * np.sin(angles)
    direct = np.array([np.trapezoid(values * np.cos(k * angles), angles) for k in range(0, 81, 10)])
    np.testing.assert_allclose(solution.moments[::10], direct, atol=1e-4)


@pytest.mark.parametrize("order", [20, 100])
@pytest.mark.parametrize("name", MEASURES)
def test_the_drawing_holds_the_mass(name, order):
    part = MaxEntPart(Moments(moments_of(name, order), np.zeros((2, order + 1))))
    # Cells of the angle, so that the ends are drawn as finely as the nodes lie there.
    angles = (np.arange(50_000) + 0.5) * np.pi / 50_000
    mass = np.mean(part.density(np.cos(angles)).value * np.sin(angles)) * np.pi
    # The first node stands for half a cell: interpolation gives an atom at an end of the interval a quarter more.
    at_ends = np.isin(POINTS.get(name, 0.0), [-1, 1]).mean()
    assert mass == pytest.approx(1.0, abs=0.01 + 0.25 * at_ends)


@pytest.mark.parametrize(
    "network",
    [nx.karate_club_graph(), nx.petersen_graph(), nx.complete_graph(350), nx.star_graph(350), nx.balanced_tree(2, 7)],
    ids=["karate", "petersen", "complete", "star", "tree"],
)
def test_the_drawing_of_a_graph_with_multiple_eigenvalues_holds_its_mass(network):
    estimated = density(network)
    points = estimated.grid(20_001)
    assert np.trapezoid(estimated.density(points).value, points) == pytest.approx(estimated.continuous_share, abs=0.01)


def test_the_hessian_is_that_of_the_dual():
    _, moments = polynomial_density([0.0, 0.5, -1.0, 0.3], 5)
    sem = np.array([0.0, 0.01, 0.02, 0.0, 0.03, 0.01])
    solution = solve(moments, sem)
    basis = chebyshev.chebvander(np.cos((np.arange(256) + 0.5) * np.pi / 256), 5)
    expected = basis.T @ (solution.masses[:, None] * basis) + np.diag(solution.variances)
    np.testing.assert_allclose(solution.hessian, expected, atol=1e-12)


@pytest.mark.parametrize("scale", [1e-3, 1e-2, 1e-1])
def test_noise_makes_the_density_no_sharper(scale):
    moments = moments_of("complete", 40)
    peaks = [
        np.max(np.exp(chebyshev.chebval(np.linspace(-1, 1, 2001), solve(moments, sem).coefficients)))
        for sem in (np.full(41, scale), np.full(41, 3 * scale))
    ]
    assert peaks[1] < peaks[0]


def test_solutions_that_did_not_converge_are_reported():
    # No residual is that small.
    settings = MaxEntSettings.of(tolerance=1e-300)
    report = solve(moments_of("semicircle", 20), np.zeros(21), settings=settings).report
    assert not report.converged
    assert report.residual > 0
    assert report.iterations <= settings.newton.max_steps


def test_steps_are_limited():
    settings = MaxEntSettings.of(max_steps=9, direct_steps=5, last_decimal=2)
    report = solve(moments_of("complete", 40), np.zeros(41), settings=settings).report
    assert not report.converged
    assert 5 < report.iterations <= 9


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"max_steps": 21}, r"`direct_steps` \(22\) must be at most `max_steps` \(21\)"),
        ({"last_decimal": 1}, r"`first_decimal` \(2\) must be at most `last_decimal` \(1\)"),
    ],
)
def test_settings_that_leave_no_continuation_are_refused(values, message):
    with pytest.raises(ParameterError, match=message):
        MaxEntSettings.of(**values)


@pytest.mark.parametrize("name", ["complete", "star", "two-points"])
def test_nearly_atomic_spectra_need_the_continuation(name):
    # Without it no number of Newton steps from the damped series ends in the minimum.
    order, direct = 100, MaxEntSettings.of(trial_residual=1e9, direct_steps=100, max_steps=101, last_decimal=2)
    assert solve(moments_of(name, order), np.zeros(order + 1)).report.converged
    assert solve(moments_of(name, order), np.zeros(order + 1)).report.ridge == 1e-6
    assert not solve(moments_of(name, order), np.zeros(order + 1), settings=direct).report.converged


def test_a_start_near_the_solution_saves_steps():
    moments = moments_of("semicircle", 60)
    solution = solve(moments, np.zeros(61))
    again = solve(moments, np.zeros(61), start=solution)
    assert again.report.iterations == 0
    np.testing.assert_array_equal(again.coefficients, solution.coefficients)


def test_more_nodes_give_the_same_density():
    moments = moments_of("path", 40)
    fine = solve(moments, np.full(41, 1e-3), settings=MaxEntSettings(nodes_per_moment=64))
    solution = solve(moments, np.full(41, 1e-3))
    assert len(fine.masses) == 4 * len(solution.masses)
    np.testing.assert_allclose(fine.coefficients, solution.coefficients, atol=1e-6)


def finite_difference(moments, probe, quantity):
    """Return the change of a re-solved quantity per unit of a probe's deviation, with the standard errors held."""
    step = 1e-4
    ends = []
    for sign in (1, -1):
        moved = _WithStandardErrors(moments.values + sign * step * moments.deviations[probe], moments)
        ends.append(quantity(MaxEntPart(moved)).value)
    return (ends[0] - ends[1]) / (2 * step)


class _WithStandardErrors(Moments):
    """Moments whose standard errors are those of others."""

    def __init__(self, values, original):
        super().__init__(values, original.deviations)


@pytest.mark.parametrize("probe", [0, 3])
@pytest.mark.parametrize(
    "quantity",
    [
        lambda part: part.cumulative(np.linspace(-0.9, 0.9, 13)),
        lambda part: part.density(np.linspace(-0.9, 0.9, 13)),
        lambda part: part.integrate(np.exp),
        lambda part: part.integrate(lambda unit: chebyshev.chebvander(unit, 24)),
    ],
    ids=["cumulative", "density", "integral", "moments"],
)
def test_deviations_equal_finite_differences(noisy, probe, quantity):
    expected = finite_difference(noisy, probe, quantity)
    deviations = quantity(MaxEntPart(noisy)).deviations[probe]
    # Central differences are off by the square of the step, and by the solver's tolerance over the step.
    np.testing.assert_allclose(deviations, expected, atol=1e-3 * np.abs(expected).max() + TOLERANCE / 1e-4)


def test_deviations_of_a_probability_add_up_to_nothing(noisy):
    part = MaxEntPart(noisy)
    total = part.integrate(np.ones_like)
    assert float(total.value) == pytest.approx(1.0, abs=1e-7)
    np.testing.assert_allclose(total.deviations, 0.0, atol=1e-9)
    np.testing.assert_allclose(part.cumulative(np.array([-1.0, 1.0])).value, [0.0, 1.0], atol=1e-7)


def test_truncation_is_the_change_from_two_thirds_of_the_order(noisy):
    part, coarse = MaxEntPart(noisy), MaxEntPart(noisy.truncated(16))
    points = np.linspace(-0.9, 0.9, 7)
    expected = np.abs(part.density(points).value - coarse.density(points).value)
    np.testing.assert_allclose(part.density(points).truncation, expected, atol=1e-12)
    # Of counts it may be more, where mass is concentrated.
    expected = np.abs(part.cumulative(points).value - coarse.cumulative(points).value)
    assert (part.cumulative(points).truncation >= expected - 1e-12).all()


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_every_example_is_solved(example):
    for operator in example.spectra:
        estimated = density(example.graph, operator=operator, num_moments=100)
        assert estimated.solver.converged
        assert estimated.solver.residual <= 1e-8


def test_maxent_beats_the_other_methods_at_few_moments():
    graph = random_graph(2000, 10.0, 3)
    exact = eigenvalues(graph)
    sketch = graphspec.sketch(graph, num_moments=20, num_probes=10, seed=3)
    distance = {method: w1(density(sketch, method), exact) for method in ("maxent", "lanczos", "kpm")}
    assert distance["maxent"] <= 0.004
    assert 5 * distance["maxent"] <= min(distance["lanczos"], distance["kpm"])
