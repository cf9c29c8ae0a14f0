"""Wasserstein-1 and Kolmogorov-Smirnov distances: area and height of the differences of distribution functions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from graphspec._typing import Matrix, Vector
from graphspec.comparison.divergence import Divergence
from graphspec.comparison.measures import Measure
from graphspec.comparison.settings import CompareSettings
from graphspec.densities import mass_effects


@dataclass(frozen=True, eq=False)
class DistributionFunctions:
    """Distribution functions of several densities at common points.

    Attributes
    ----------
    cumulative
        The functions, shape (densities, points).
    changes
        Effects of every probe on each function, shape (probes, points).
    widths
        Widths of the cells of the points in [-1, 1].
    """

    cumulative: Matrix
    changes: list[Matrix]
    widths: Vector


def distribution_functions(measures: Sequence[Measure], stride: int) -> DistributionFunctions:
    """Return distribution functions at every `stride`-th end of a cell of the quadrature.

    Parameters
    ----------
    measures
        Densities of one order.
    stride
        Nodes of the quadrature between two points.
    """
    count = len(measures[0].solution.masses)
    ends = -np.cos(np.pi * np.arange(count + 1) / count)[1:][stride - 1 :: stride]
    cumulative = _cumulative(np.array([measure.solution.masses for measure in measures]), len(ends), stride)
    changes = [_cumulative(mass_effects(measure.solution, measure.effects), len(ends), stride) for measure in measures]
    # Trapezoidal rule: half of the cells on either side of a point.
    widths = np.diff(np.concatenate([[-1.0], (ends[1:] + ends[:-1]) / 2, [1.0]]))
    return DistributionFunctions(cumulative, changes, widths)


def wasserstein_and_kolmogorov(
    measures: Sequence[Measure], half_width: float, settings: CompareSettings
) -> tuple[Divergence, Divergence]:
    """Return the Wasserstein-1 and Kolmogorov-Smirnov distances of all pairs.

    Parameters
    ----------
    measures
        Densities of one order on [-1, 1].
    half_width
        Half width of the interval of the eigenvalues, in whose units Wasserstein-1 distances are.
    settings
        Points of the distribution functions and random signs for the noise floors.

    Returns
    -------
    wasserstein, kolmogorov
        The integral of |F_p - F_q|, and its maximum.
    """
    functions = distribution_functions(measures, settings.stride)
    cumulative, widths = functions.cumulative, functions.widths
    areas, area_variances, heights, height_variances = np.zeros((4, len(cumulative), len(cumulative)))
    for index, changes in enumerate(functions.changes):
        pairs = len(changes) * (len(changes) - 1)
        difference = cumulative[index] - cumulative
        # Delta method: the area follows a change by its sign, the height by its value where the difference is largest.
        area_changes = np.sign(difference) @ (widths * changes).T
        area_variances[index] = (area_changes**2).sum(axis=1) / pairs
        np.abs(difference, out=difference)
        # Masses add up to one within the tolerance of the solver, by which distances would exceed their largest values.
        areas[index] = np.minimum(difference @ widths, 2.0)
        peak = difference.argmax(axis=1)
        heights[index] = np.minimum(difference[np.arange(len(peak)), peak], 1.0)
        height_variances[index] = ((changes**2).sum(axis=0) / pairs)[peak]
    # Noise floors: mean area and height of differences between two estimates with the noise of the probes.
    noises = [np.abs(_noise(changes, settings.num_signs)) for changes in functions.changes]
    area_floors = np.array([(noise @ widths).mean() for noise in noises])
    height_floors = np.array([noise.max(axis=1).mean() for noise in noises])
    return (
        Divergence.of_pairs(areas * half_width, area_variances * half_width**2, _pair_floors(area_floors * half_width)),
        Divergence.of_pairs(heights, height_variances, _pair_floors(height_floors)),
    )


def _cumulative(masses: Matrix, count: int, stride: int) -> Matrix:
    """Sum masses, whose nodes decrease, up to each of the first `count` points at every `stride`-th node."""
    firsts = np.arange(0, masses.shape[1], stride)
    return np.asarray(np.cumsum(np.add.reduceat(masses[:, ::-1], firsts, axis=1)[:, :count], axis=1))


def _noise(changes: Matrix, num_signs: int) -> Matrix:
    """Return random differences of two estimates with the deviations of the probes, by the multiplier bootstrap."""
    probes = len(changes)
    return np.asarray(_signs(num_signs, probes) @ changes * np.sqrt(2 / (probes * (probes - 1))))


@lru_cache(maxsize=1)
def _signs(num_signs: int, probes: int) -> Matrix:
    return np.random.default_rng(0).choice([-1.0, 1.0], (num_signs, probes))


def _pair_floors(floors: Vector) -> Matrix:
    """Return the root mean square of the noise floors of the two spectra of every pair."""
    return np.asarray(np.sqrt((floors[:, None] ** 2 + floors**2) / 2))
