"""Symmetric KL divergences of MaxEnt densities."""

import numpy as np
import pytest

from graphspec import generate, sketch
from graphspec.comparison.divergence import Divergence, symmetric_kl
from graphspec.comparison.measures import fit_measures, symmetric_kl_of
from graphspec.sketches.moments import nonzero_moments

GRAPHS = {"ba": {"m": 4}, "er": {"p": 8 / 900}, "ws": {"k": 8, "p": 0.3}}


@pytest.fixture(scope="module")
def measures():
    sketches = [
        sketch(generate(name, 900, 1, **values), seed=index) for index, (name, values) in enumerate(GRAPHS.items())
    ]
    return fit_measures([nonzero_moments(item, 30) for item in sketches])


def test_the_dual_formula_is_the_integral(measures):
    """(a_p - a_q).(E_p T - E_q T) / 2 against quadrature of (p - q) log(p / q) / 2 on the nodes."""
    value = symmetric_kl(measures).value
    for i in range(3):
        for j in range(3):
            first, second = measures[i].solution.masses, measures[j].solution.masses
            exact = ((first - second) * np.log(first / second)).sum() / 2
            assert value[i, j] == pytest.approx(exact, abs=1e-8)
            assert value[i, j] == pytest.approx(symmetric_kl_of(measures[i].solution, measures[j].solution), abs=1e-12)


def test_standard_errors_follow_single_probes(measures):
    """Finite differences of the divergence by the multipliers of every probe, on both sides of a pair."""
    divergence = symmetric_kl(measures[:2])
    first, second = measures[:2]
    variance = 0.0
    for moved, other in ((first, second), (second, first)):
        count = len(moved.effects)
        covariance = moved.solution.hessian - np.diag(moved.solution.variances)
        multipliers = moved.solution.coefficients - other.solution.coefficients
        for effect in moved.effects:
            change = ((moved.moments - other.moments) @ effect + multipliers @ covariance @ effect) / 2
            variance += change**2 / (count * (count - 1))
    assert divergence.sem[0, 1] == pytest.approx(np.sqrt(variance), rel=1e-9)


def test_noise_floors_are_means_of_both_sides(measures):
    floor = symmetric_kl(measures).noise_floor
    own = np.array([symmetric_kl([measure, measure]).noise_floor[0, 1] for measure in measures])
    np.testing.assert_allclose(floor + np.diag(own), (own[:, None] + own) / 2, rtol=1e-12)


def test_errors_of_both_sides_add_in_squares():
    variances = np.array([[0.0, 9.0], [16.0, 0.0]])
    divergence = Divergence.of_pairs(np.ones((2, 2)), variances, np.full((2, 2), 3.0))
    np.testing.assert_array_equal(divergence.sem, [[0, 5], [5, 0]])
    np.testing.assert_array_equal(divergence.noise_floor, [[0, 3], [3, 0]])
