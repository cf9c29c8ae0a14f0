"""Rules with the moments of a density, and what their distance from it adds to its intervals."""

import networkx as nx
import numpy as np
import pytest
from numpy.polynomial import chebyshev
from spectra import grid

import graphspec
from graphspec.densities.base import SpectralDensity
from graphspec.densities.lanczos import LanczosPart
from graphspec.densities.matched import ROUNDING, MatchedPart
from graphspec.densities.maxent import MaxEntPart
from graphspec.densities.methods import density
from graphspec.densities.parts import Linearized, constant
from graphspec.densities.quadrature import probe_rules, radau_coefficients, rule_sums
from graphspec.densities.rules import MatchedRules
from graphspec.operators import Interval
from graphspec.sketches.moments import Moments, jacobi_chebyshev_moments, remainder_moments

ORDER = 24
SKETCH = graphspec.sketch(nx.barabasi_albert_graph(600, 3, seed=8), num_moments=ORDER + 10, num_probes=6, seed=2)
MOMENTS = remainder_moments(SKETCH, ORDER)
STEPS = ORDER // 2


def rules(order=ORDER):
    steps = -(-order // 2)
    return MatchedRules(SKETCH.alpha[:, :steps], SKETCH.beta[:, :steps], SKETCH.norm2, MOMENTS.truncated(order))


def polynomials(order):
    return lambda unit: chebyshev.chebvander(unit, order)


@pytest.mark.parametrize("end", [-1.0, 1.0])
def test_radau_rules_have_a_node_at_the_end_and_the_moments_of_twice_their_steps(end):
    alpha, beta = SKETCH.alpha[:, :STEPS], SKETCH.beta[:, :STEPS]
    extended = radau_coefficients(alpha, beta, end)
    nodes, weights = probe_rules(extended, np.concatenate([beta, np.zeros((len(beta), 1))], axis=1))
    assert nodes.shape == (6, STEPS + 1)
    np.testing.assert_allclose(np.abs(nodes - end).min(axis=1), 0.0, atol=1e-12)
    found = rule_sums(nodes, weights, polynomials(ORDER))
    np.testing.assert_allclose(found, jacobi_chebyshev_moments(alpha, beta, ORDER), atol=1e-12)


def test_radau_rules_where_a_gauss_rule_has_that_node_already():
    # An eigenvalue -1 of the matrix itself, as a null vector that rounding brings back.
    extended = radau_coefficients(np.array([[-0.5, -0.5]]), np.array([[0.5, 0.1]]), -1.0)
    nodes, weights = probe_rules(extended, np.array([[0.5, 0.1, 0.0]]))
    assert np.isfinite(nodes).all()
    assert weights.sum() == pytest.approx(1.0)
    assert nodes.min() == pytest.approx(-1.0)


@pytest.mark.parametrize("order", [1, 2, 3, 4, 11, ORDER - 1, ORDER])
def test_rules_have_the_moments_of_the_density(order):
    gauss, *radau = rules(order).integrals(polynomials(order), np.eye(order + 1))
    # A Gauss rule of k nodes is exact below degree 2k, a Gauss-Radau rule of k + 1 up to 2k.
    exact = order if order % 2 else order - 1
    np.testing.assert_allclose(gauss[: exact + 1], MOMENTS.values[: exact + 1], atol=1e-12)
    exact = 2 * (order // 2)
    for integrals in radau:
        np.testing.assert_allclose(integrals[: exact + 1], MOMENTS.values[: exact + 1], atol=1e-12)


def test_the_distribution_function_of_rules_halves_every_weight_at_its_node():
    # One probe of two nodes, whose moments are those of the density: nothing is shifted.
    alpha, beta, norm2 = np.zeros((1, 2)), np.array([[0.5, 0.3]]), np.ones(1)
    moments = Moments(jacobi_chebyshev_moments(alpha, beta, 4)[0], np.zeros((1, 5)))
    found = MatchedRules(alpha, beta, norm2, moments).cumulative(np.array([-1.0, -0.5, 0.0, 0.5, 1.0]))
    np.testing.assert_allclose(found, [0.0, 0.25, 0.5, 0.75, 1.0], atol=1e-8)
    # Higher first moments take mass away from below.
    shifted = Moments(moments.values + np.array([0.0, 0.1, 0.0, 0.0, 0.0]), np.zeros((1, 5)))
    assert MatchedRules(alpha, beta, norm2, shifted).cumulative(np.zeros(1)) < 0.5 - 0.05


def test_the_distribution_function_of_rules_jumps_at_eigenvalues():
    # Without a coupling to a third step both nodes are eigenvalues.
    alpha, beta, norm2 = np.zeros((1, 2)), np.array([[0.5, 0.0]]), np.ones(1)
    moments = Moments(jacobi_chebyshev_moments(alpha, beta, 4)[0], np.zeros((1, 5)))
    found = MatchedRules(alpha, beta, norm2, moments).cumulative(np.array([-1.0, -0.501, -0.499, 0.499, 0.501, 1.0]))
    np.testing.assert_allclose(found, [0.0, 0.0, 0.5, 0.5, 1.0, 1.0], atol=1e-8)


def test_a_function_that_is_singular_at_an_end_has_an_infinite_error():
    found = rules().integrals(lambda unit: np.log(unit + 1), np.zeros(ORDER + 1))
    assert found[1] == -np.inf
    assert np.isfinite(found[[0, 2]]).all()
    with np.errstate(divide="ignore"):
        for part in (matched(), LanczosPart(SKETCH.alpha, SKETCH.beta, SKETCH.norm2)):
            estimate = part.integrate(lambda unit: np.log(unit + 1))
            assert np.isfinite(estimate.value)
            assert estimate.truncation == np.inf


def matched(part=None):
    return MatchedPart(MaxEntPart(MOMENTS) if part is None else part, rules, ORDER)


def test_truncation_reaches_to_the_rules():
    points, part = np.linspace(-0.9, 0.9, 31), MaxEntPart(MOMENTS)
    alone, found = part.cumulative(points), matched(part).cumulative(points)
    distance = np.abs(alone.value - rules().cumulative(points))
    np.testing.assert_array_equal(found.value, alone.value)
    np.testing.assert_allclose(found.truncation, np.maximum(alone.truncation, distance))
    assert (distance > alone.truncation).any()
    kink = matched(part).integrate(np.abs)
    gauss = LanczosPart(SKETCH.alpha[:, :STEPS], SKETCH.beta[:, :STEPS], SKETCH.norm2)
    # Both differ from the truth on the kink alone; rules by more than the noise of their moments here.
    assert kink.truncation >= 0.5 * np.abs(kink.value - gauss.integrate(np.abs).value) - 3e-3
    assert kink.truncation > part.integrate(np.abs).truncation


def test_polynomials_have_no_truncation_error_but_rounding():
    found = matched().integrate(polynomials(ORDER // 2))
    np.testing.assert_allclose(found.value, MOMENTS.values[: ORDER // 2 + 1], atol=1e-9)
    np.testing.assert_allclose(found.truncation, 2 * ROUNDING * (np.arange(ORDER // 2 + 1) > 0), atol=2e-9)


class Bounded:
    """A part whose distribution function is 0.5 with a wide error, and a bound beside it."""

    def __init__(self, bound):
        self.bound = bound

    def cumulative(self, unit):
        wide = constant(np.full(unit.shape, 0.5))
        bound = constant(np.full(unit.shape, self.bound))
        bound = Linearized(bound.value, bound.deviations, np.full(unit.shape, 0.1))
        return Linearized(wide.value, wide.deviations, np.full(unit.shape, 0.3), bound)


@pytest.mark.parametrize(("bound", "low", "high"), [(0.45, 35.0, 55.0), (0.55, 45.0, 65.0), (0.7, 20.0, 80.0)])
def test_intervals_end_at_rigorous_bounds_that_hold_the_value(bound, low, high):
    found = SpectralDensity("maxent", Bounded(bound), (), 100, Interval(-1.0, 1.0), 1_000_000).count(0.2)
    assert (float(found.value), float(found.low), float(found.high)) == pytest.approx((50.0, low, high))


def test_an_interval_of_exact_moments_holds_the_integral_whatever_the_function():
    example = grid(12, 13)
    for order in (4, 10, 30, 160):
        estimated = density(example.graph, "maxent", num_moments=order, operator="combinatorial")
        exact = example.spectra["combinatorial"]
        for function in (np.sqrt, np.exp, lambda value: np.abs(value - 3.1), lambda value: np.log(value + 0.1)):
            found = estimated.integrate(lambda value, function=function: function(np.maximum(value, 0.0)))
            assert found.low - 1e-9 <= function(np.maximum(exact, 0.0)).mean() <= found.high + 1e-9
