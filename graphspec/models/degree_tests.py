"""Tests of the degrees of a graph against their law under a random-graph model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special

from graphspec._typing import Vector, Vertices


@dataclass(frozen=True)
class DegreeLaw:
    """Law of the degree of a vertex.

    Attributes
    ----------
    mean, variance
        First two cumulants.
    fourth
        Fourth cumulant, plus what dependence of the degrees adds to n times the variance of their sample variance.
    likeliest
        Largest probability of a degree.
    """

    mean: float
    variance: float
    fourth: float
    likeliest: float

    @classmethod
    def from_probabilities(cls, degrees: Vector, probabilities: Vector) -> DegreeLaw:
        """Return the law of degrees with given probabilities."""
        mean = float(degrees @ probabilities)
        second, fourth = (float((degrees - mean) ** power @ probabilities) for power in (2, 4))
        return cls(mean, second, fourth - 3 * second**2, float(probabilities.max()))


def poisson_above_zero(mean: float) -> DegreeLaw:
    """Return the zero-truncated Poisson law of a mean above 1, as edge lists leave isolated vertices out."""
    rate = mean
    for _ in range(200):
        rate = mean * -np.expm1(-rate)
    degrees = np.arange(1.0, rate + 12 * np.sqrt(rate) + 30)
    logs = special.xlogy(degrees, rate) - rate - special.gammaln(degrees + 1)
    return DegreeLaw.from_probabilities(degrees, np.exp(logs) / -np.expm1(-rate))


def binomial(trials: int, share: float) -> DegreeLaw:
    """Return the binomial law."""
    variance = trials * share * (1 - share)
    mode = np.floor((trials + 1) * min(share, 1 - 1e-15))
    logs = special.gammaln(trials + 1) - special.gammaln(mode + 1) - special.gammaln(trials - mode + 1)
    logs += special.xlogy(mode, share) + special.xlog1py(trials - mode, -share)
    return DegreeLaw(trials * share, variance, variance * (1 - 6 * share * (1 - share)), float(np.exp(logs)))


def sum_of_binomials(trials: Vector, shares: Vector) -> DegreeLaw:
    """Return the law of a sum of independent binomial numbers; its likeliest value is that of a Gaussian."""
    parts = trials * shares * (1 - shares)
    variance, fourth = float(parts.sum()), float((parts * (1 - 6 * shares * (1 - shares))).sum())
    likeliest = min(1.0, 1 / np.sqrt(2 * np.pi * variance)) if variance > 0 else 1.0
    return DegreeLaw(float(trials @ shares), variance, fourth, float(likeliest))


def rewired_ring(half: float, share: float, others: float) -> DegreeLaw:
    """Return the law of degrees of a Watts-Strogatz graph.

    Parameters
    ----------
    half
        Edges of a vertex to one side, k / 2, whose tails it keeps.
    share
        Probability of rewiring.
    others
        Number of vertices that a vertex is not linked to on the ring, each of which may be given a new edge.
    """
    lost, kept = half * share, share * (1 - share)
    gain = min(lost / others, 1.0)
    variance = half * kept + lost * (1 - gain)
    fourth = half * kept * (1 - 6 * kept) + lost * (1 - gain) * (1 - 6 * gain * (1 - gain))
    # As many edges are gained as are lost: both add to the variance at once.
    paired = 2 * (1 - 2 * share) * half * kept - half * share**2
    likeliest = min(1.0, 1 / np.sqrt(2 * np.pi * variance)) if variance > 0 else 1.0
    return DegreeLaw(2 * half, variance, max(fourth + paired, 0.0), float(likeliest))


def law_of_independent_edges(mean: float, num_nodes: int, truncated: float = 20.0) -> DegreeLaw:
    """Return the law of degrees of independent edges: that of sparse graphs leaves isolated vertices out.

    Parameters
    ----------
    mean
        Mean degree.
    num_nodes
        Number of vertices.
    truncated
        Mean degree up to which isolated vertices that were left out change the variance of the others.
    """
    if mean <= truncated and mean < num_nodes / 10:
        return poisson_above_zero(mean)
    return binomial(num_nodes - 1, mean / max(num_nodes - 1, 1))


def probability_of_variance(degrees: Vertices, law: DegreeLaw) -> float:
    """Return the one-sided p-value of the sample variance of degrees under a law.

    The sample variance has mean s^2 and variance (k + 2 s^4) / n, with k the fourth cumulant; its law is approximated
    by a gamma distribution. Equal degrees have at least the probability of the likeliest degree to the power n.
    """
    count = len(degrees)
    observed = float(degrees.var(ddof=1)) if count > 1 else 0.0
    if law.variance <= 0:
        return float(observed == 0)
    tail = _tail(observed, law.variance, (law.fourth + 2 * law.variance**2) / count)
    return max(tail, law.likeliest**count) if observed == 0 else tail


def probability_of_variances(groups: Sequence[Vertices], laws: Sequence[DegreeLaw]) -> float:
    """Return the one-sided p-value of the sums of squares of degrees within groups, each under a law of its own.

    Parameters
    ----------
    groups
        Degrees of every group, two at least.
    laws
        Laws of the groups.
    """
    weights = np.array([len(group) - 1 for group in groups]) / sum(len(group) - 1 for group in groups)
    variances = np.array([law.variance for law in laws])
    spreads = np.array(
        [(law.fourth + 2 * law.variance**2) / len(group) for law, group in zip(laws, groups, strict=True)]
    )
    observed = float(weights @ [group.var(ddof=1) for group in groups])
    return _tail(observed, float(weights @ variances), float(weights**2 @ spreads))


def _tail(observed: float, mean: float, variance: float) -> float:
    """Return the one-sided p-value of a variance that has a gamma distribution."""
    shape, scale = mean**2 / variance, variance / mean
    below = float(special.gammainc(shape, observed / scale))
    return below if observed < mean else float(special.gammaincc(shape, observed / scale))


def log_share_of_trees(num_nodes: int) -> float:
    """Return the logarithm of the share of trees among graphs of n vertices and n - 1 edges without isolated vertices.

    There are n^(n - 2) trees (Cayley), and about C(n (n - 1) / 2, n - 1) such graphs times the probability that no
    vertex is isolated, (e^x - 1)^n / x^(2 m) over e^(2 m) / (2 m / n)^(2 m) for the x of the Poisson law without zero
    (saddle point).
    """
    n = float(num_nodes)
    ends = 2 * (n - 1)
    rate = ends / n
    for _ in range(200):
        rate = ends / n * -np.expm1(-rate)
    pairs = n * (n - 1) / 2
    graphs = special.gammaln(pairs + 1) - special.gammaln(n) - special.gammaln(pairs - n + 2)
    without = n * np.log(np.expm1(rate)) - ends * np.log(rate) - (ends - ends * np.log(ends / n))
    return float((n - 2) * np.log(n) - graphs - without)
