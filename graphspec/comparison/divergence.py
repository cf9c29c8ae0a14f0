"""Symmetric Kullback-Leibler divergences of MaxEnt densities, with standard errors and noise floors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from graphspec._typing import Matrix, Vector
from graphspec.comparison.measures import Measure, second_moments


@dataclass(frozen=True, eq=False)
class Divergence:
    """Divergences between all pairs of spectra, with standard errors and noise floors.

    Attributes
    ----------
    value
        The divergences, shape (spectra, spectra), zero on the diagonal.
    sem
        Standard errors from the spread over probes.
    noise_floor
        Expected divergence between two estimates of one spectrum with the same noise of the probes.
    """

    value: Matrix
    sem: Matrix
    noise_floor: Matrix

    @classmethod
    def of_pairs(cls, value: Matrix, variances: Matrix, noise_floor: Matrix) -> Divergence:
        """Return divergences with the variances that the first of each pair, the row, contributes; zero diagonals."""
        sem = np.sqrt(variances + variances.T)
        np.fill_diagonal(sem, 0.0)
        np.fill_diagonal(noise_floor, 0.0)
        return cls(value, sem, noise_floor)


def symmetric_kl(measures: Sequence[Measure]) -> Divergence:
    """Return the symmetric KL divergence of all pairs, (D(p | q) + D(q | p)) / 2.

    It is (a_p - a_q).(E_p T - E_q T) / 2 for two densities of one exponential family with multipliers a. Standard
    errors are those of the delta method; the noise floor is the expectation for two noisy estimates of one density,
    tr(<T T'> cov a).

    Parameters
    ----------
    measures
        Densities of one family; see :func:`graphspec.comparison.measures.fit_measures`.
    """
    coefficients = np.array([measure.solution.coefficients for measure in measures])
    moments = np.array([measure.moments for measure in measures])
    value = _pair_products(coefficients, moments) / 2
    variances, floors = np.zeros(value.shape), np.zeros(len(measures))
    for index, measure in enumerate(measures):
        effects, probes = measure.effects.T, len(measure.effects)
        # A change e of the multipliers changes the moments by <T T'> e, and the product depends on both.
        moment_effects = second_moments(measure.solution) @ effects
        changes = (moments[index] - moments) @ effects + (coefficients[index] - coefficients) @ moment_effects
        variances[index] = ((changes / 2) ** 2).sum(axis=1) / (probes * (probes - 1))
        floors[index] = (moment_effects * effects).sum() / (probes * (probes - 1))
    return Divergence.of_pairs(np.maximum(value, 0.0), variances, (floors[:, None] + floors) / 2)


def _pair_products(left: Matrix, right: Matrix) -> Matrix:
    """Return (l_p - l_q).(r_p - r_q) for all pairs of rows."""
    products = left @ right.T
    own: Vector = np.diag(products)
    return np.asarray(own[:, None] + own - products - products.T)
