"""Chebyshev moments of a spectrum, from the Jacobi coefficients of a sketch, with their standard errors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from graphspec.errors import SketchError
from graphspec.sketches.spectral_sketch import SpectralSketch

_ROUNDING = 1e-6  # of covariances, from moments of a pass in float32


@dataclass(frozen=True, eq=False)
class Moments:
    """Moments of T_0, T_1, ... under a measure of mass one on [-1, 1], each a mean over probes.

    Attributes
    ----------
    values
        The estimates, shape (orders,).
    deviations
        Linearised deviations of the values of the probes from the mean, shape (probes, orders): zero where a moment is
        known exactly. They give the standard errors of smooth functions of the moments.
    """

    values: NDArray[np.float64]
    deviations: NDArray[np.float64]

    @property
    def sem(self) -> NDArray[np.float64]:
        """Standard errors of the estimates, shape (orders,)."""
        return standard_error(self.deviations)

    def truncated(self, num_moments: int) -> Moments:
        """Return the moments of order 0 to `num_moments`."""
        return Moments(self.values[: num_moments + 1], self.deviations[:, : num_moments + 1])


def standard_error(deviations: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the standard error of a mean from the deviations of its terms, shape (terms, ...) to (...)."""
    count = len(deviations)
    return np.asarray(np.sqrt((deviations**2).sum(axis=0) / (count * (count - 1))))


def t_quantile(freedom: int, confidence: float) -> float:
    """Return the half width, in standard errors, of a two-sided confidence interval of a mean.

    It is the quantile t of Student's distribution for which P(-t <= T <= t) is the confidence level.

    Parameters
    ----------
    freedom
        Degrees of freedom, at least 1.
    confidence
        Confidence level, between 0 and 1.

    Raises
    ------
    ValueError
        If there are no degrees of freedom.
    """
    if freedom < 1:
        raise ValueError(f"a t interval needs at least one degree of freedom, not {freedom}")
    return float(stdtrit(freedom, (1 + confidence) / 2))


def jacobi_chebyshev_moments(
    alpha: NDArray[np.float64], beta: NDArray[np.float64], num_moments: int
) -> NDArray[np.float64]:
    """Return e_1' T_k(J) e_1 for k = 0 to `num_moments` and a stack of Jacobi matrices J.

    With k coefficients alpha and k beta, orders 0 to 2k are those of the measure that the matrix comes from, since
    T_2j = 2 T_j^2 - 1 and T_2j+1 = 2 T_j+1 T_j - T_1 need powers up to k alone; higher ones are those of a
    quadrature rule and only approximate.

    Parameters
    ----------
    alpha, beta
        Diagonals and off-diagonals, shape (probes, steps).
    num_moments
        Highest order.
    """
    probes, steps = alpha.shape
    diagonal = np.concatenate([alpha, np.zeros((probes, 1))], axis=1)

    def multiply(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
        product = diagonal * vectors
        product[:, 1:] += beta * vectors[:, :-1]
        product[:, :-1] += beta * vectors[:, 1:]
        return product

    previous = np.zeros((probes, steps + 1))
    previous[:, 0] = 1.0
    current = multiply(previous)
    moments = np.empty((probes, num_moments + 2))
    moments[:, 0], moments[:, 1] = 1.0, alpha[:, 0] if steps else 0.0
    for order in range(1, num_moments // 2 + 1):
        following = 2 * multiply(current) - previous
        moments[:, 2 * order] = 2 * (current * current).sum(axis=1) - 1.0
        if 2 * order + 1 < moments.shape[1]:
            moments[:, 2 * order + 1] = 2 * (current * following).sum(axis=1) - moments[:, 1]
        previous, current = current, following
    return moments[:, : num_moments + 1]


def remainder_moments(
    sketch: SpectralSketch, num_moments: int | None = None, *, raw: NDArray[np.float64] | None = None
) -> Moments:
    """Return the moments of the remainder, the spectrum without the atoms, with control variates.

    The mean over probes is a ratio of sums. Moments of the lowest orders, at least 1 and 2, are known exactly from
    traces; the others are corrected for their errors by the covariance S_jk = (mu_j+k + mu_|j-k|) / 2 - mu_j mu_k of
    T_j and T_k under the measure itself, to which the covariance over Rademacher probes is proportional where diagonals
    are constant. A regression on few probes instead would inflate the variance.

    Parameters
    ----------
    sketch
        The sketch.
    num_moments
        Highest order, at most twice the number of steps; by default that of the sketch.
    raw
        Moments of every probe up to the order :func:`raw_order`, if they have been computed already.

    Raises
    ------
    SketchError
        If the sketch holds fewer moments.
    """
    largest = 2 * sketch.num_steps
    count = sketch.num_moments if num_moments is None else num_moments
    if count > largest:
        raise SketchError(f"{sketch.source.name}: the sketch holds {largest} moments, not {count}: make it with more")
    if sketch.num_remaining == 0:
        return Moments(np.zeros(count + 1), np.zeros((sketch.num_probes, count + 1)))
    if raw is None:
        raw = jacobi_chebyshev_moments(sketch.alpha, sketch.beta, raw_order(sketch, count))
    weights = sketch.norm2 / sketch.norm2.mean()
    values = (weights[:, None] * raw).mean(axis=0)
    deviations = weights[:, None] * (raw - values)
    if sketch.exact:
        return Moments(values, np.zeros_like(deviations)).truncated(count)
    exact = exact_remainder_moments(sketch)[: count + 1]
    return _with_control_variates(values, deviations, exact, count, largest)


def raw_order(sketch: SpectralSketch, num_moments: int) -> int:
    """Return the order up to which moments of the probes are used for corrected ones of order 0 to `num_moments`."""
    return num_moments + min(num_moments, len(sketch.low_moments) - 1)


def spectrum_moments(
    sketch: SpectralSketch, num_moments: int | None = None, *, raw: NDArray[np.float64] | None = None
) -> Moments:
    """Return the moments of the whole spectrum, atoms included, each eigenvalue with mass 1/n.

    The parameters are those of :func:`remainder_moments`.
    """
    remainder = remainder_moments(sketch, num_moments, raw=raw)
    order = len(remainder.values) - 1
    share = sketch.num_remaining / sketch.dimension
    return Moments(
        share * remainder.values + atom_moments(sketch, order) / sketch.dimension, share * remainder.deviations
    )


def atom_moments(sketch: SpectralSketch, num_moments: int) -> NDArray[np.float64]:
    """Return the sums of T_k over the exactly known eigenvalues, k = 0 to `num_moments`."""
    result = np.zeros(num_moments + 1)
    if sketch.atoms:
        points = sketch.to_unit([atom.eigenvalue for atom in sketch.atoms])
        angles = np.outer(np.arccos(np.clip(points, -1.0, 1.0)), np.arange(num_moments + 1))
        result += np.array([atom.multiplicity for atom in sketch.atoms]) @ np.cos(angles)
    return result


def rademacher_variance_bound(moments: NDArray[np.float64], dimension: int, num_probes: int) -> NDArray[np.float64]:
    """Return an upper bound on the variance of the estimates of moments 0 to m from Rademacher probes.

    It is 2 / (num_probes n) ((1 + mu_2k) / 2 - mu_k^2): Hutchinson's variance 2 |T_k(X)|_F^2 minus the contribution of
    the diagonal; an equality where the diagonal of T_k(X) is constant, as on vertex-transitive graphs.

    Parameters
    ----------
    moments
        Moments mu_0 to mu_2m.
    dimension
        Number of eigenvalues n.
    num_probes
        Number of probes.
    """
    top = (len(moments) - 1) // 2
    orders = np.arange(top + 1)
    return 2 / (num_probes * dimension) * ((1 + moments[2 * orders]) / 2 - moments[orders] ** 2)


def exact_remainder_moments(sketch: SpectralSketch) -> NDArray[np.float64]:
    """Return the exactly known moments of T_0, T_1, ... of the remainder, the spectrum without the atoms."""
    low = sketch.low_moments
    return (sketch.dimension * low - atom_moments(sketch, len(low) - 1)) / sketch.num_remaining


def _with_control_variates(
    values: NDArray[np.float64], deviations: NDArray[np.float64], exact: NDArray[np.float64], count: int, held: int
) -> Moments:
    """Correct moments of order 0 to `count` by those known exactly; up to order `held` they are those of the probes."""
    largest = len(exact) - 1
    corrected, residuals = values[: count + 1].copy(), deviations[:, : count + 1].copy()
    if largest == 0 or not np.isfinite(values).all():
        return Moments(corrected, residuals)
    errors = values[: largest + 1] - exact
    # The covariance of orders j and k needs the moment of order j + k. Those that the sketch does not hold are of a
    # quadrature rule, good enough for the first two controls alone.
    for number in range(1, largest + 1):
        orders = np.arange(largest + 1, count + 1)
        orders = orders[np.clip(held - orders, min(2, largest), largest) == number]
        if len(orders):
            coefficients = _control_coefficients(values, number, orders)
            corrected[orders] -= errors[1 : number + 1] @ coefficients
            residuals[:, orders] -= deviations[:, 1 : number + 1] @ coefficients
    corrected[: largest + 1], residuals[:, : largest + 1] = exact, 0.0
    return Moments(corrected, residuals)


def _control_coefficients(values: NDArray[np.float64], number: int, orders: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the coefficients of the controls of order 1 to `number` for moments of some orders."""
    controls = np.arange(1, number + 1)

    def covariance(others: NDArray[np.int64]) -> NDArray[np.float64]:
        sums, differences = controls[:, None] + others, np.abs(controls[:, None] - others)
        return (values[sums] + values[differences]) / 2 - values[controls][:, None] * values[others]

    # A spectrum of few points makes the controls dependent, up to the rounding of moments, hence the pseudo-inverse.
    own = covariance(controls)
    scale = np.sqrt(np.maximum(np.diag(own), _ROUNDING))
    inverse = np.linalg.pinv(own / (scale * scale[:, None]), rcond=_ROUNDING, hermitian=True)
    return np.asarray((inverse @ (covariance(orders) / scale[:, None])) / scale[:, None])


def nonzero_moments(
    sketch: SpectralSketch, num_moments: int | None = None, *, raw: NDArray[np.float64] | None = None
) -> Moments:
    """Return the moments of the spectrum without the zeros of the components.

    The parameters are those of :func:`graphspec.sketches.moments.remainder_moments`.

    Raises
    ------
    SketchError
        If all eigenvalues are zeros of components.
    """
    zeros, whole = sketch.num_zeros, spectrum_moments(sketch, num_moments, raw=raw)
    others = sketch.dimension - zeros
    if others <= 0:
        raise SketchError(f"{sketch.source.name}: all eigenvalues are zeros of components: there is nothing to compare")
    orders = np.arange(len(whole.values))
    at_low_end = np.where(orders % 2, -1.0, 1.0)
    values = (sketch.dimension * whole.values - zeros * at_low_end) / others
    return Moments(values, whole.deviations * (sketch.dimension / others))
