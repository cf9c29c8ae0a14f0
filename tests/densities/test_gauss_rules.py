"""Densities of the probes' Gauss rules."""

import numpy as np
import pytest
from estimated import ROUNDING
from spectra import grid

from graphspec import sketch
from graphspec.densities.lanczos import LanczosPart
from graphspec.densities.methods import density
from graphspec.densities.quadrature import averaged_sums, probe_rules, rule_sums


def test_lanczos_intervals_of_a_probe_are_rigorous():
    # Unit mass on dense eigenvalues: no sampling, so the truncation bound alone must hold, everywhere.
    example = grid(12, 13)
    for order in (4, 10, 30):
        estimated = density(example.graph, "lanczos", num_moments=order, operator="combinatorial")
        points = estimated.grid(997)
        exact = np.searchsorted(example.spectra["combinatorial"], points, side="right")
        count = estimated.count(points)
        assert (count.low <= exact + ROUNDING * 1e3).all()
        assert (exact <= count.high + ROUNDING * 1e3).all()


def test_lanczos_weights_probes_by_their_norms():
    # One step and one node a probe: at 0.5 with norm 3, at -0.5 with norm 1.
    part = LanczosPart(np.array([[0.5], [-0.5]]), np.zeros((2, 1)), np.array([3.0, 1.0]))
    assert float(part.integrate(lambda unit: unit).value) == pytest.approx(0.25)
    assert part.cumulative(np.array([-0.6, 0.0, 0.6])).value == pytest.approx([0.0, 0.25, 1.0])


def both_values(alpha, beta, function):
    """Return the values by Gauss rules and by averaged rules."""
    gauss = rule_sums(*probe_rules(alpha, beta), function)
    return gauss, averaged_sums(alpha, beta, gauss, function)


def test_averaged_rules_have_the_moments_of_gauss_rules():
    example = sketch(grid(12, 13).graph, num_moments=12, num_probes=5)
    gauss, averaged = both_values(example.alpha, example.beta, lambda unit: unit[:, None] ** np.arange(12))
    np.testing.assert_allclose(averaged, gauss, rtol=0, atol=1e-13)


@pytest.mark.parametrize("steps", [2, 3, 10, 40])
def test_averaged_rules_of_a_semicircle_are_gauss_rules_of_twice_as_many_nodes(steps):
    # Jacobi coefficients 0 and 1/2; the integral of log(1 + x) is 1/2 - log 2.
    alpha, beta = np.zeros((1, steps)), np.full((1, steps), 0.5)
    gauss, averaged = both_values(alpha, beta, np.log1p)
    larger = rule_sums(*probe_rules(np.zeros((1, 2 * steps - 1)), np.full((1, 2 * steps - 1), 0.5)), np.log1p)
    np.testing.assert_allclose(averaged, larger, rtol=1e-12)
    exact = 0.5 - np.log(2)
    assert abs(averaged[0] - exact) < 0.5 * abs(gauss[0] - exact)


def anti_gauss_node(lowest):
    """Return coefficients of two steps for which the anti-Gauss rule has a certain lowest node."""
    alpha = np.array([[-0.8, 0.2]])
    return alpha, np.array([[np.sqrt((lowest - alpha[0, 0]) * (lowest - alpha[0, 1]) / 2), 0.3]])


def test_averaged_rules_with_a_node_outside_the_interval_are_not_used():
    values = [both_values(*anti_gauss_node(lowest), np.exp) for lowest in (-0.99, -1.01)]
    assert values[0][1] != values[0][0]
    assert values[1][1] == values[1][0]
    # Those of other probes are.
    alpha, beta = (np.concatenate(each) for each in zip(anti_gauss_node(-0.99), anti_gauss_node(-1.01), strict=True))
    np.testing.assert_array_equal(both_values(alpha, beta, np.exp)[1], np.concatenate([each[1] for each in values]))


def test_averaged_rules_next_to_a_singularity_move_a_value_as_far_as_it_converges():
    def inverse(unit):
        return 1 / (1 + unit)

    gauss, averaged = both_values(*anti_gauss_node(-1 + 1e-9), inverse)
    assert averaged[0] - gauss[0] == pytest.approx(gauss[0] - inverse(-0.8))  # steps / 2 times the last change


def test_averaged_rules_are_not_used_where_the_function_is_not_defined():
    # A node of the anti-Gauss rule lies below those of the Gauss rule.
    with np.errstate(invalid="ignore"):
        gauss, averaged = both_values(*anti_gauss_node(-0.99), lambda unit: np.sqrt(unit + 0.95))
    assert np.isfinite(gauss[0])
    assert averaged[0] == gauss[0]


def test_averaged_rules_are_not_used_where_a_recurrence_has_ended():
    alpha, beta = anti_gauss_node(-0.99)
    for last, used in ((1.5e-4, False), (0.01, True)):
        gauss, averaged = both_values(alpha, np.array([[beta[0, 0], last]]), np.exp)
        assert (averaged[0] != gauss[0]) == used


def test_averaged_rules_need_two_steps():
    assert both_values(np.array([[0.3]]), np.array([[0.2]]), np.exp)[1] == pytest.approx(np.exp(0.3))
