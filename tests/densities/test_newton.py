"""The dual of the entropy problem against finite differences, and damped Newton steps on it."""

import numpy as np
import pytest
from numpy.polynomial import chebyshev

from graphspec.densities.chebyshev_nodes import chebyshev_nodes
from graphspec.densities.dual import Dual, moment_hessian
from graphspec.densities.newton import NewtonSettings, line_search, minimize, newton_step

COEFFICIENTS = np.array([-0.7, 0.4, -0.8, 0.3])


@pytest.fixture
def dual():
    moments = np.array([1.0, 0.1, -0.3, 0.05])
    return Dual(chebyshev_nodes(256), moments, np.array([0.0, 0.1, 0.2, 0.0]), 1e-3)


def test_the_value_is_that_of_the_density(dual):
    points, weights = np.polynomial.legendre.leggauss(100)
    integral = weights @ np.exp(chebyshev.chebval(points, COEFFICIENTS))
    penalty = 0.5 * np.array([0.0, 0.01, 0.04, 1e-3]) @ COEFFICIENTS**2
    assert dual.at(COEFFICIENTS).value == pytest.approx(integral - COEFFICIENTS @ dual.moments + penalty, rel=1e-12)


def test_the_gradient_is_that_of_the_value(dual):
    step = 1e-5
    ends = [[dual.at(COEFFICIENTS + sign * step * unit).value for sign in (1, -1)] for unit in np.eye(4)]
    expected = [(above - below) / (2 * step) for above, below in ends]
    point = dual.at(COEFFICIENTS)
    np.testing.assert_allclose(point.gradient, expected, atol=1e-8)
    assert point.residual == np.abs(point.gradient).max()


def test_the_hessian_is_that_of_the_gradient(dual):
    step = 1e-5
    ends = [[dual.at(COEFFICIENTS + sign * step * unit).gradient for sign in (1, -1)] for unit in np.eye(4)]
    expected = [(above - below) / (2 * step) for above, below in ends]
    np.testing.assert_allclose(dual.hessian(dual.at(COEFFICIENTS)), expected, atol=1e-8)


@pytest.mark.parametrize("size", [1, 2, 7])
def test_hessians_of_moments(size):
    moments, diagonal = np.random.default_rng(size).random((2, 2 * size - 1))
    orders = np.arange(size)
    expected = (moments[orders[:, None] + orders] + moments[abs(orders[:, None] - orders)]) / 2
    expected += np.diag(diagonal[:size])
    np.testing.assert_allclose(moment_hessian(moments, diagonal[:size]), expected, rtol=1e-15)


@pytest.mark.parametrize("exponent", [800.0, 1e6, np.nan])
def test_densities_that_overflow_have_no_value(dual, exponent):
    assert dual.value(np.array([exponent, 0.0, 0.0, 0.0])) == (np.inf, None)


def test_large_densities_have_a_value(dual):
    value, masses = dual.value(np.array([700.0, 0.0, 0.0, 0.0]))
    assert np.isfinite(value)
    assert np.isfinite(dual.nodes.moments(masses, 7)).all()


def test_a_newton_step_solves_the_linear_equations(dual):
    point = dual.at(COEFFICIENTS)
    expected = -np.linalg.solve(dual.hessian(point), point.gradient)
    np.testing.assert_allclose(newton_step(dual, point), expected, rtol=1e-9)


def test_there_is_no_step_where_the_hessian_is_indefinite(dual):
    assert newton_step(dual, dual.at(COEFFICIENTS), NewtonSettings(hessian_shift=0.0)) is not None
    none = Dual(dual.nodes, dual.moments, np.zeros(4), 0.0)
    # A density of zero has moments of zero, and so has its Hessian.
    assert newton_step(none, none.at(np.array([-1e4, 0.0, 0.0, 0.0])), NewtonSettings(hessian_shift=0.0)) is None


def test_steps_lower_the_value_until_the_gradient_is_small(dual):
    point = dual.at(np.array([2.0, -3.0, 1.0, 0.0]))
    values = [point.value]
    while point.residual > 1e-9 and len(values) < 50:
        point, steps = minimize(dual, point, 1, 1e-9)
        assert steps == 1
        values.append(point.value)
    assert (np.diff(values) <= 1e-12).all()
    last, steps = minimize(dual, dual.at(np.array([2.0, -3.0, 1.0, 0.0])), 50, 1e-9)
    assert steps == len(values) - 1
    np.testing.assert_array_equal(last.coefficients, point.coefficients)


def test_no_step_is_taken_at_the_minimum(dual):
    point, _ = minimize(dual, dual.at(COEFFICIENTS), 50, 1e-9)
    assert minimize(dual, point, 50, 1e-9) == (point, 0)


def test_a_step_that_is_too_long_is_halved(dual):
    point = dual.at(COEFFICIENTS)
    step = newton_step(dual, point)
    following = line_search(dual, point, 2**5 * step)
    taken = np.linalg.norm(following.coefficients - point.coefficients) / np.linalg.norm(step)
    assert taken < 2**5
    assert following.value < point.value


def test_a_search_ends_where_no_share_of_a_step_lowers_the_value(dual):
    point = dual.at(COEFFICIENTS)
    step = -1e12 * point.gradient
    assert line_search(dual, point, step) is None
    assert line_search(dual, point, step, NewtonSettings(shortest_step=1e-20)).value < point.value


def test_a_step_that_leaves_a_steep_slope_is_doubled(dual):
    point = dual.at(COEFFICIENTS)
    step = newton_step(dual, point)
    following = line_search(dual, point, step / 16)
    taken = np.linalg.norm(following.coefficients - point.coefficients) / np.linalg.norm(step)
    assert taken == pytest.approx(2.0 ** np.round(np.log2(taken)))
    assert taken >= 1 / 2
    plain = line_search(dual, point, step / 16, NewtonSettings(steep_slope=1.0))
    np.testing.assert_allclose(plain.coefficients, point.coefficients + step / 16)
