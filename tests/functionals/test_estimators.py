"""Estimators of the log-determinant: each against what its paper says of it, and all against the truth."""

import numpy as np
import pytest
import scipy.sparse
from scipy.stats import truncnorm

import graphspec
from graphspec.functionals import LowerEnd, SpectralFunction, spectral_sum
from graphspec.functionals.bayes import bayesian_log_mean, trace_bounds, truncated_mean
from graphspec.functionals.brackets import RemainderRules
from graphspec.functionals.estimators import ESTIMATORS
from graphspec.functionals.signs import alternate
from graphspec.operators import Interval

LOG = SpectralFunction("log(x)", np.log, alternate(-1, 1))
SIDE, HIGH = 40, 8.0


def grid_matrix(side, shift=0.0):
    ones = np.ones(side - 1)
    line = scipy.sparse.diags_array([-ones, np.full(side, 2.0), -ones], offsets=[-1, 0, 1])
    eye = scipy.sparse.eye_array(side)
    return scipy.sparse.csr_array(
        scipy.sparse.kron(line, eye) + scipy.sparse.kron(eye, line) + shift * scipy.sparse.eye_array(side**2)
    )


def grid_eigenvalues(side, shift=0.0):
    line = 2 - 2 * np.cos(np.pi * np.arange(1, side + 1) / (side + 1))
    return (line[:, None] + line + shift).ravel()


@pytest.fixture(scope="module")
def rules():
    operator = graphspec.linear_operator(grid_matrix(SIDE, 0.5), (0.0, HIGH + 0.5))
    held = graphspec.sketch(operator, num_moments=60, num_probes=20)
    return RemainderRules(held, Interval(0.5, HIGH + 0.5))


@pytest.mark.parametrize("method", ["maxent", "slq", "chebyshev", "bild", "kpm"])
def test_well_conditioned_matrices_have_their_log_determinant(rules, method):
    truth = np.log(grid_eigenvalues(SIDE, 0.5)).mean()
    found = ESTIMATORS[method](rules, LOG)
    sem = np.sqrt((found.deviations**2).sum() / (20 * 19))
    assert abs(float(found.value) - truth) < 5 * sem + (2e-3 if method == "bild" else 2e-5)
    assert 0 < sem < 1e-3


def test_the_taylor_series_is_cut_at_the_order_of_the_rules(rules):
    found = ESTIMATORS["taylor"](rules, LOG)
    remainder = 1 - grid_eigenvalues(SIDE, 0.5) / (HIGH + 0.5)
    series = np.log(HIGH + 0.5) - sum((remainder**k / k).mean() for k in range(1, 60))
    assert float(found.value) == pytest.approx(series, abs=5e-4)
    assert float(found.value) > np.log(grid_eigenvalues(SIDE, 0.5)).mean()


def test_the_chebyshev_interpolant_is_that_of_numpy(rules):
    from numpy.polynomial import chebyshev

    interpolant = chebyshev.Chebyshev.interpolate(np.log, 60, domain=[0.5, HIGH + 0.5])
    expected = interpolant(grid_eigenvalues(SIDE, 0.5)).mean()
    assert float(ESTIMATORS["chebyshev"](rules, LOG).value) == pytest.approx(expected, abs=2e-4)


def test_deviations_of_probes_are_those_of_the_estimate(rules):
    """Over seeds, the spread is the standard error within a third."""
    operator = graphspec.linear_operator(grid_matrix(30, 0.5), (0.0, HIGH + 0.5))
    found = {name: ([], []) for name in ("maxent", "slq", "chebyshev", "taylor", "bild")}
    for seed in range(60):
        held = graphspec.sketch(operator, num_moments=20, num_probes=8, seed=seed)
        for name, (values, sems) in found.items():
            total = spectral_sum(held, LOG, LowerEnd(0.5, "given"), method=name)
            values.append(float(total.estimate.value))
            sems.append(float(total.estimate.sem))
    for name, (values, sems) in found.items():
        assert np.std(values) == pytest.approx(np.sqrt(np.mean(np.square(sems))), rel=0.4), name


def test_the_interval_includes_a_value_that_has_not_converged():
    operator = graphspec.linear_operator(grid_matrix(SIDE), (0.0, HIGH))
    held = graphspec.sketch(operator, num_moments=10, num_probes=10)
    total = spectral_sum(held, LOG, LowerEnd(1e-3, "given"), method="taylor")
    assert total.estimate.low < np.log(grid_eigenvalues(SIDE)).sum() < total.estimate.value == total.estimate.high


# --- Bayesian inference


def test_exact_moments_of_a_histogram_give_its_mean_logarithm():
    """A density that the prior contains: constant on halves of (0, 1], with masses 1/4 and 3/4."""
    orders = np.arange(1, 41)
    moments = (0.5 * 0.5 ** (orders + 1) + 1.5 * (1 - 0.5 ** (orders + 1))) / (orders + 1)
    posterior = bayesian_log_mean(moments, 1e-16 * np.eye(40))
    half = 0.5 * np.log(0.5) - 0.5
    truth = 0.5 * half + 1.5 * (-1 - half)
    assert posterior.mean == pytest.approx(truth, abs=3e-3)
    assert abs(posterior.mean - truth) < 4 * posterior.sd


def test_without_information_the_posterior_is_the_prior():
    posterior = bayesian_log_mean(np.array([0.5, 1 / 3]), 1e6 * np.eye(2))
    assert posterior.mean == pytest.approx(-1.0, abs=1e-6)
    assert np.abs(posterior.gain).max() < 1e-3


def test_noise_widens_the_posterior():
    moments = 1 / (np.arange(1, 11) + 1)
    sds = [bayesian_log_mean(moments, noise * np.eye(10)).sd for noise in (1e-10, 1e-4)]
    assert sds[0] < sds[1]


@pytest.mark.parametrize(("low", "high"), [(-1, 1), (0.5, 2), (3, 9), (-9, -3), (-2, -1.9), (8, 40), (-np.inf, 0.2)])
def test_the_mean_of_a_truncated_normal_is_that_of_scipy(low, high):
    expected = truncnorm(low, high).mean()
    assert truncated_mean(2.0, 0.5, 2 + 0.5 * low, 2 + 0.5 * high) == pytest.approx(2 + 0.5 * expected, rel=1e-6)


def test_a_normal_without_spread_is_clipped():
    assert truncated_mean(2.0, 0.0, 0.0, 1.0) == 1.0
    assert truncated_mean(2.0, 1.0, 3.0, 3.0) == 3.0


@pytest.mark.parametrize("seed", range(10))
def test_two_moments_bound_the_mean_logarithm(seed):
    eigenvalues = np.random.default_rng(seed).uniform(0.01, 1.0, 50)
    low, high = trace_bounds(eigenvalues.mean(), (eigenvalues**2).mean(), 0.01, 1.0)
    assert low <= np.log(eigenvalues).mean() <= high
    assert trace_bounds(0.3, 0.09, 0.01, 1.0) == (pytest.approx(np.log(0.3)), pytest.approx(np.log(0.3)))
