"""Gauss rules and Ritz values of Jacobi matrices, against closed forms and dense matrices."""

import networkx as nx
import numpy as np
import pytest

import graphspec
from graphspec.lanczos.quadrature import gauss_rule, ritz_values


def legendre(steps):
    """Return the Jacobi coefficients of the uniform measure on [-1, 1]."""
    orders = np.arange(1, steps)
    return np.zeros(steps), orders / np.sqrt(4.0 * orders**2 - 1)


@pytest.mark.parametrize("steps", [1, 2, 12, 200])
def test_gauss_rule_of_legendre(steps):
    nodes, weights = gauss_rule(*legendre(steps))
    expected_nodes, expected_weights = np.polynomial.legendre.leggauss(steps)
    np.testing.assert_allclose(nodes, expected_nodes, atol=1e-13)
    np.testing.assert_allclose(weights, expected_weights / 2, atol=1e-13)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("steps", [22, 60, 100])
def test_gauss_rule_of_a_recurrence_that_ended(seed, steps):
    # Zeros after the last step are eigenvalues without weight, which fall on those with weight by rounding alone.
    random = np.random.default_rng(seed)
    alpha, beta = np.zeros(steps), np.zeros(steps - 1)
    alpha[:20], beta[:19] = random.uniform(-0.3, 0.3, 20), random.uniform(0.05, 0.35, 19)
    nodes, weights = gauss_rule(alpha, beta)
    expected_nodes, expected_weights = gauss_rule(alpha[:20], beta[:19])
    assert (np.diff(nodes) >= 0).all()
    assert weights.sum() == pytest.approx(1.0)
    for order in range(10):
        assert weights @ nodes**order == pytest.approx(expected_weights @ expected_nodes**order, abs=1e-13)


def test_gauss_rules_with_copies_of_nodes():
    # A hundred steps on 34 rows: rounding lets every eigenvalue appear several times.
    sketch = graphspec.sketch(nx.karate_club_graph(), operator="adjacency", num_moments=200, seed=1)
    eigenvalues = np.linalg.eigvalsh(nx.to_numpy_array(nx.karate_club_graph(), weight=None))
    for alpha, beta in zip(sketch.alpha, sketch.beta, strict=True):
        nodes, weights = gauss_rule(alpha, beta[:-1])
        assert weights.sum() == pytest.approx(1.0)
        values = sketch.interval.from_unit(nodes[weights > 1e-6])
        assert np.abs(values[:, None] - eigenvalues).min(axis=1).max() < 1e-4


def test_gauss_rule_without_couplings():
    nodes, weights = gauss_rule(np.zeros(40), np.zeros(39))
    assert not nodes.any()
    assert weights.sum() == 1.0


@pytest.mark.parametrize("steps", [1, 2, 30])
def test_ritz_values_and_the_norms_of_their_residuals(steps):
    random = np.random.default_rng(steps)
    alpha, beta = random.uniform(-0.3, 0.3, steps), random.uniform(0.05, 0.35, steps)
    values, residuals = ritz_values(alpha, beta)
    # Rows of the recurrence X Q = Q J + beta q e': the residual of a Ritz vector is beta times its last entry.
    matrix = np.diag(alpha) + np.diag(beta[:-1], 1) + np.diag(beta[:-1], -1)
    expected, vectors = np.linalg.eigh(matrix)
    np.testing.assert_allclose(values, expected, atol=1e-14)
    extended = np.vstack([matrix, beta[-1] * np.eye(steps)[-1]])
    images = extended @ vectors - np.vstack([vectors, np.zeros(steps)]) * expected
    np.testing.assert_allclose(residuals, np.linalg.norm(images, axis=0), atol=1e-13)
