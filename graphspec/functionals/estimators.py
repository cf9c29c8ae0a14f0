"""Estimators of the mean of a function over a spectrum, all from the Jacobi coefficients of one pass.

They differ in what they take for the spectrum between the moments; their common interval is that of
:mod:`graphspec.functionals.brackets`.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from graphspec._typing import Vector
from graphspec.densities import Linearized, averaged_sums, density, rule_sums
from graphspec.functionals.bayes import bayesian_log_mean, trace_bounds, truncated_mean
from graphspec.functionals.brackets import RemainderRules, SpectralFunction
from graphspec.sketches import remainder_moments

Estimator = Callable[[RemainderRules, SpectralFunction], Linearized]
"""Returns the mean over the eigenvalues that are not atoms."""


def maximum_entropy(rules: RemainderRules, function: SpectralFunction) -> Linearized:
    """Integrate against the density of largest entropy with the moments.

    D. Granziol et al., MEMe, Entropy 21, 551 (2019); the talk's equations 13 and 14. The support is the interval from
    the lower end of the spectrum, where the function may be singular, to its high end.
    """
    return density(rules.sketch, "maxent").part.integrate(rules.unit(function))


def kernel_polynomial(rules: RemainderRules, function: SpectralFunction) -> Linearized:
    """Integrate the Chebyshev series of the function, cut at the order of the moments."""
    return density(rules.sketch, "kpm").part.integrate(rules.unit(function))


def lanczos_quadrature(rules: RemainderRules, function: SpectralFunction) -> Linearized:
    """Average the rules of the probes: stochastic Lanczos quadrature.

    S. Ubaru, J. Chen and Y. Saad, SIAM J. Matrix Anal. Appl. 38, 1075 (2017), algorithm 1, with averaged rules in place
    of Gauss rules: the same products have a fifth of their error (logarithm, Poisson and journal-bearing matrices).
    """
    unit, sketch = rules.unit(function), rules.sketch
    gauss = rule_sums(rules.part.nodes, rules.part.weights, unit)
    sums = gauss if sketch.exact else averaged_sums(sketch.alpha, sketch.beta, gauss, unit)
    return rules.part.controlled(sums, unit)


def chebyshev_interpolation(rules: RemainderRules, function: SpectralFunction) -> Linearized:
    """Integrate the polynomial that interpolates the function at Chebyshev nodes.

    I. Han, D. Malioutov and J. Shin, ICML 2015 (arXiv:1503.06394), algorithm 1: with eigenvalues in [delta, 1 - delta]
    the polynomial interpolates the logarithm there.
    """
    moments = remainder_moments(rules.sketch)
    count = len(moments.values)
    angles = (np.arange(count) + 0.5) * np.pi / count
    values = rules.unit(function)(np.cos(angles))
    factors = np.where(np.arange(count), 2.0, 1.0) / count
    coefficients = factors[:, None] * np.cos(np.arange(count)[:, None] * angles) @ values.reshape(count, -1)
    coefficients = coefficients.reshape(values.shape)
    value = np.tensordot(moments.values, coefficients, axes=1)
    return Linearized(value, np.tensordot(moments.deviations, coefficients, axes=1), np.zeros_like(value))


def taylor_series(rules: RemainderRules, function: SpectralFunction) -> Linearized:  # noqa: ARG001
    r"""Integrate the Taylor series of the logarithm about the high end b of the spectrum.

    :math:`\log \lambda = \log b - \sum_k (1 - \lambda / b)^k / k` up to the highest order that the rules of the probes
    hold (Y. Zhang and W. E. Leithead, Linear Algebra Appl. 422, 2007; C. Boutsidis et al., arXiv:1503.00374).
    """
    high, order = rules.interval.high, 2 * rules.sketch.num_steps - 1

    def series(points: Vector) -> Vector:
        remainder = 1.0 - np.clip(rules.interval.from_unit(points), *rules.interval) / high
        total = np.zeros_like(remainder)
        for k in range(order, 0, -1):  # by Horner's rule
            total = remainder * (1.0 / k + total)
        return np.log(high) - total

    return rules.part.controlled(rule_sums(rules.part.nodes, rules.part.weights, series), series)


def bayesian_inference(rules: RemainderRules, function: SpectralFunction) -> Linearized:  # noqa: ARG001
    """Infer the mean logarithm from raw moments by a Gaussian process; see :mod:`graphspec.functionals.bayes`."""
    high, part = rules.interval.high, rules.part
    orders = np.arange(1, 2 * rules.sketch.num_steps)

    def powers(points: Vector) -> Vector:
        return np.asarray((np.clip(rules.interval.from_unit(points), *rules.interval) / high)[:, None] ** orders)

    moments = part.controlled(rule_sums(part.nodes, part.weights, powers), powers)
    count = len(moments.deviations)
    noise = moments.deviations.T @ moments.deviations / (count * (count - 1))
    posterior = bayesian_log_mean(moments.value, noise)
    bounds = trace_bounds(moments.value[0], moments.value[1], rules.interval.low / high, 1.0)
    mean = np.asarray(np.log(high) + truncated_mean(posterior.mean, posterior.sd, *bounds))
    return Linearized(mean, moments.deviations @ posterior.gain, np.zeros(()))


ESTIMATORS: dict[str, Estimator] = {
    "maxent": maximum_entropy,
    "slq": lanczos_quadrature,
    "lanczos": lanczos_quadrature,
    "kpm": kernel_polynomial,
    "chebyshev": chebyshev_interpolation,
    "taylor": taylor_series,
    "bild": bayesian_inference,
}
"""Estimators by name; ``taylor`` and ``bild`` are of the logarithm alone."""
