"""Chebyshev nodes against sums of cosines and integrals of polynomials."""

import numpy as np
import pytest
from numpy.polynomial import chebyshev

from graphspec.densities.chebyshev_nodes import ChebyshevNodes, chebyshev_nodes, fast_count

COUNTS = [1, 2, 3, 8, 15, 256, 405]


def polynomials(nodes, count):
    """Return T_k at the nodes, shape (nodes, count)."""
    return chebyshev.chebvander(nodes.points, count - 1)


@pytest.mark.parametrize("count", COUNTS)
def test_nodes_are_the_zeros_of_a_chebyshev_polynomial(count):
    nodes = ChebyshevNodes(count)
    np.testing.assert_allclose(chebyshev.chebval(nodes.points, [0] * count + [1]), 0, atol=1e-14 * count**2)
    assert (np.diff(nodes.points) < 0).all()
    np.testing.assert_allclose(np.exp(nodes.log_sines), np.sqrt(1 - nodes.points**2), atol=1e-12)


@pytest.mark.parametrize("count", COUNTS)
def test_weights_integrate_polynomials_below_the_number_of_nodes(count):
    nodes = ChebyshevNodes(count)
    for order in range(count):
        exact = 0.0 if order % 2 else 2 / (order + 1)
        assert nodes.weights @ nodes.points**order == pytest.approx(exact, abs=1e-12)
    assert (nodes.weights > 0).all()


@pytest.mark.parametrize("count", COUNTS)
def test_series_are_sums_of_chebyshev_polynomials(count):
    nodes = ChebyshevNodes(count)
    for terms in {1, max(1, count // 3), count}:
        coefficients = np.random.default_rng(terms).standard_normal((2, terms))
        expected = coefficients @ polynomials(nodes, terms).T
        np.testing.assert_allclose(nodes.series(coefficients), expected, atol=1e-12 * count)
        np.testing.assert_allclose(nodes.series(coefficients[1]), expected[1], atol=1e-12 * count)


def test_series_leave_their_coefficients_alone():
    coefficients = np.ones(3)
    ChebyshevNodes(8).series(coefficients)
    assert coefficients.tolist() == [1, 1, 1]


@pytest.mark.parametrize("count", COUNTS)
def test_moments_are_sums_over_the_nodes(count):
    nodes, masses = ChebyshevNodes(count), np.random.default_rng(count).random(count)
    np.testing.assert_allclose(nodes.moments(masses, count), masses @ polynomials(nodes, count), atol=1e-12 * count)


def test_numbers_of_nodes_have_small_factors_alone():
    for least in (1, 7, 257, 1601, 2000):
        count = remainder = fast_count(least)
        for factor in (2, 3, 5):
            while remainder % factor == 0:
                remainder //= factor
        assert remainder == 1
        assert least <= count < 1.2 * least + 2


def test_tables_are_made_once():
    assert chebyshev_nodes(96) is chebyshev_nodes(96)
