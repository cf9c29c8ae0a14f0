"""Bayesian inference of a log-determinant: a Gaussian process over the density of eigenvalues.

J. Fitzsimons, K. Cutajar, M. Osborne, S. Roberts and M. Filippone, Bayesian Inference of Log Determinants, UAI 2017
(arXiv:1704.01445): the density of eigenvalues on (0, 1] has a Gaussian prior with a histogram kernel, stochastic
estimates of raw moments are noisy linear observations of it, and the posterior of the integral of the logarithm is
truncated to deterministic bounds.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import cho_factor, cho_solve
from scipy.special import log_ndtr

from graphspec._typing import Matrix, Vector
from graphspec.options import Number, Options, option


@dataclass(frozen=True, kw_only=True)
class BayesSettings(Options):
    """Settings of the Gaussian process.

    Attributes
    ----------
    bins
        Bins of the histogram kernel: more change the estimate of the log-determinants in the benchmarks by less than
        its standard deviation.
    lowest_variance, highest_variance
        Range in which the prior variance of a bin maximises the marginal likelihood; one is that of a density which
        differs from the uniform one by about itself.
    variances
        Number of variances that are compared, at equal ratios.
    """

    bins: int = option(200, Number(2, integer=True), "bins of the histogram kernel")
    lowest_variance: float = option(1e-4, Number(0.0, open=True), "smallest prior variance")
    highest_variance: float = option(1e6, Number(0.0, open=True), "largest prior variance")
    variances: int = option(41, Number(2, integer=True), "prior variances that are compared")


DEFAULTS = BayesSettings()


@dataclass(frozen=True)
class Posterior:
    """Normal posterior of the mean logarithm.

    Attributes
    ----------
    mean, sd
        Mean and standard deviation.
    prior_variance
        The variance of a bin that maximises the marginal likelihood.
    gain
        Derivative of the mean by every observed moment, shape (moments,).
    """

    mean: float
    sd: float
    prior_variance: float
    gain: Vector


def bayesian_log_mean(moments: Vector, noise: Matrix, settings: BayesSettings = DEFAULTS) -> Posterior:
    r"""Infer the mean logarithm of eigenvalues in (0, 1] from noisy raw moments.

    The density is :math:`p(x) = 1 + \sum_j w_j 1_j(x)` with independent :math:`w_j \sim N(0, s^2)`, the histogram
    kernel. Moments :math:`\int x^k p` and the integral :math:`\int \log x \, p` are linear in w, so that all are
    jointly normal; s^2 maximises the marginal likelihood.

    Parameters
    ----------
    moments
        Estimates of the moments of order 1 to m, shape (m,).
    noise
        Covariance of their errors, shape (m, m).
    settings
        Bins, and range of the prior variance.
    """
    orders = np.arange(1, len(moments) + 1)
    edges = np.linspace(0.0, 1.0, settings.bins + 1)
    # 1. Integrals of monomials and of the logarithm over the bins.
    powers = edges[None, :] ** (orders[:, None] + 1) / (orders[:, None] + 1)
    bins = np.diff(powers, axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        primitive = np.where(edges > 0, edges * np.log(edges) - edges, 0.0)
    logs = np.diff(primitive)
    # 2. The total mass of the density is observed as one, without noise.
    design = np.vstack([np.full(settings.bins, 1.0 / settings.bins), bins])
    residual = np.concatenate([[0.0], moments - bins.sum(axis=1)])
    errors = np.zeros((len(residual), len(residual)))
    errors[1:, 1:] = noise
    errors[np.diag_indices_from(errors)] += 1e-14
    # 3. The prior variance of the largest marginal likelihood.
    kernel = design @ design.T
    candidates = np.geomspace(settings.lowest_variance, settings.highest_variance, settings.variances)
    evidence = [_log_evidence(residual, variance * kernel + errors) for variance in candidates]
    variance = float(candidates[int(np.argmax(evidence))])
    # 4. The posterior of the integral of the logarithm.
    factor = cho_factor(variance * kernel + errors, lower=True)
    cross = variance * (design @ logs)
    gain = cho_solve(factor, cross)
    spread = variance * float(logs @ logs) - float(cross @ gain)
    return Posterior(float(logs.sum() + gain @ residual), float(np.sqrt(max(spread, 0.0))), variance, gain[1:])


def trace_bounds(first: float, second: float, low: float, high: float) -> tuple[float, float]:
    """Bound the mean logarithm of eigenvalues in [low, high] by their first two moments.

    Z. Bai and G. H. Golub, Annals of Numerical Mathematics 4, 29 (1997): the Gauss-Radau rules of two nodes, one of
    which is an end of the interval, bound it from below and above.
    """

    def bound(end: float) -> float:
        node = (end * first - second) / (end - first)
        weight = (first - end) / (node - end) if node != end else 0.0
        return float((1 - weight) * np.log(end) + weight * np.log(node))

    if second <= first**2 * (1 + 1e-12):
        return float(np.log(first)), float(np.log(first))
    return bound(low), bound(high)


def truncated_mean(mean: float, sd: float, low: float, high: float) -> float:
    """Return the mean of a normal variable that is known to lie from `low` to `high`."""
    if sd <= 0 or high <= low:
        return float(np.clip(mean, low, max(low, high)))
    a, b = (low - mean) / sd, (high - mean) / sd
    # By logarithms, as both ends may lie far in one tail; the two tails are alike.
    sign = -1.0 if a > 0 else 1.0
    if a > 0:
        a, b = -b, -a
    log_mass = log_ndtr(b) + np.log1p(-np.exp(np.minimum(log_ndtr(a) - log_ndtr(b), -1e-16)))
    densities = [np.exp(-0.5 * x * x - 0.5 * np.log(2 * np.pi) - log_mass) for x in (a, b)]
    return float(np.clip(mean + sign * sd * (densities[0] - densities[1]), low, high))


def _log_evidence(residual: Vector, covariance: Matrix) -> float:
    """Return the logarithm of a normal density with mean zero, up to a constant."""
    try:
        lower, _ = cho_factor(covariance, lower=True)
    except np.linalg.LinAlgError:
        return -np.inf
    half = np.linalg.solve(np.tril(lower), residual)
    return float(-0.5 * half @ half - np.log(np.diagonal(lower)).sum())
