"""How far spectra are from each other: symmetric Kullback-Leibler, Wasserstein-1 and Kolmogorov-Smirnov.

What is compared is the whole spectrum without the zeros of the components, whose number is reported beside it: all
other atoms are put back into the moments, so that it does not matter what structure was known. All densities have the
same order and the same variances of the quadratic term, so that they differ by their moments alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from graphspec._typing import Matrix
from graphspec.densities import MaxEntSolution, mass_effects, solve
from graphspec.errors import ParameterError, SketchError
from graphspec.sketches import Moments, SpectralSketch, jacobi_chebyshev_moments, nonzero_moments

_STRIDE = 4  # quadrature nodes between points of a distribution function: a quarter of the resolution
_MULTIPLIERS = 64  # random signs that tell how far two estimates of one distribution function are from each other


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
        What two estimates of the same spectrum, as noisy as these, would be expected to differ by.
    """

    value: Matrix
    sem: Matrix
    noise_floor: Matrix


@dataclass(frozen=True, eq=False)
class Comparison:
    """All pairs of a number of spectra.

    Attributes
    ----------
    names
        What the inputs are called.
    num_moments
        Order of all densities.
    num_zeros
        Zero eigenvalues of every input, which are left out.
    symmetric_kl
        (D(p | q) + D(q | p)) / 2 of the MaxEnt densities, in nats.
    wasserstein
        Area between the distribution functions, in units of eigenvalues.
    kolmogorov
        Largest difference of the distribution functions.
    converged
        Whether the solver converged for every input.
    """

    names: tuple[str, ...]
    num_moments: int
    num_zeros: tuple[int, ...]
    symmetric_kl: Divergence
    wasserstein: Divergence
    kolmogorov: Divergence
    converged: tuple[bool, ...]


def compare(
    sketches: Sequence[SpectralSketch], *, num_moments: int | None = None, names: Sequence[str] | None = None
) -> Comparison:
    """Compare the spectra of two or more sketches with each other.

    All densities have the order of the shortest sketch and the noise of the noisiest, so the symmetric KL depends on
    all of them, and grows with the number of probes; Wasserstein-1 and Kolmogorov-Smirnov distances hardly do.

    Parameters
    ----------
    sketches
        Sketches of one operator with one interval, such as the normalised Laplacian of several graphs.
    num_moments
        Order of the densities; by default the smallest that a sketch was made for.
    names
        What the sketches are called; by default the names of their graphs.

    Raises
    ------
    ParameterError
        If there are fewer than two, or not as many names.
    SketchError
        If they are of different operators or intervals, hold too few moments, or have nothing but zeros.
    """
    if len(sketches) < 2:
        raise ParameterError("a comparison needs at least two spectra")
    called = [item.source.name for item in sketches] if names is None else list(names)
    if len(called) != len(sketches):
        raise ParameterError(f"{len(sketches)} sketches cannot have {len(called)} names")
    _check_comparable(sketches, called)
    order = min(item.num_moments for item in sketches) if num_moments is None else num_moments
    # One thread of BLAS: matrices are small, and results must not depend on the number of threads.
    with threadpool_limits(1, user_api="blas"):
        return _compare(sketches, order, called)


def _compare(sketches: Sequence[SpectralSketch], order: int, names: Sequence[str]) -> Comparison:
    measures = fit_measures(_all_moments(sketches, order))
    functions = _distribution_functions(measures)
    low, high = sketches[0].interval
    wasserstein, kolmogorov = _distances(functions, (high - low) / 2)
    return Comparison(
        names=tuple(names),
        num_moments=order,
        num_zeros=tuple(item.num_zeros for item in sketches),
        symmetric_kl=symmetric_kl(measures),
        wasserstein=wasserstein,
        kolmogorov=kolmogorov,
        converged=tuple(measure.solution.report.converged for measure in measures),
    )


@dataclass(frozen=True, eq=False)
class Measure:
    """A MaxEnt density with first-order effects of every probe on its multipliers.

    Attributes
    ----------
    solution
        The density.
    effects
        Changes of the multipliers, shape (probes, order + 1); their mean square over (probes - 1) is a variance.
    """

    solution: MaxEntSolution
    effects: Matrix

    @property
    def order(self) -> int:
        """Number of moments."""
        return len(self.solution.coefficients) - 1

    @property
    def moments(self) -> NDArray[np.float64]:
        """The density's own moments, order 0 to that of the density."""
        return self.solution.moments[: self.order + 1]

    @property
    def covariance(self) -> Matrix:
        """Second moments <T_j T_k> of the density: what changes of multipliers do to moments."""
        return self.solution.hessian - np.diag(self.solution.variances)


def fit_measures(moments: Sequence[Moments], sem: NDArray[np.float64] | None = None) -> list[Measure]:
    """Return MaxEnt densities with the same variances, by default the largest that any of the moments has."""
    common = np.max([item.sem for item in moments], axis=0) if sem is None else sem
    solutions = [solve(item.values, common) for item in moments]
    # Where one needed a larger ridge, all have it: only then are the densities of one family.
    ridge = max(solution.report.ridge for solution in solutions)
    solutions = [
        solution if solution.report.ridge >= ridge else solve(item.values, common, ridge=ridge)
        for solution, item in zip(solutions, moments, strict=True)
    ]
    return [
        Measure(found, np.asarray(np.linalg.solve(found.hessian, item.deviations.T).T))
        for found, item in zip(solutions, moments, strict=True)
    ]


def symmetric_kl(measures: Sequence[Measure]) -> Divergence:
    """Return the symmetric Kullback-Leibler divergence of all pairs.

    From the dual, (a_p - a_q).(E_p T - E_q T) / 2, which is exact for two densities of one exponential family. Standard
    errors by the delta method; the noise floor is its expectation for two noisy estimates of one density,
    tr(<T T'> cov a).
    """
    coefficients = np.array([measure.solution.coefficients for measure in measures])
    moments = np.array([measure.moments for measure in measures])
    value = _pair_products(coefficients, moments) / 2
    variances, floors = np.zeros(value.shape), np.zeros(len(measures))
    for index, measure in enumerate(measures):
        effects, probes = measure.effects.T, len(measure.effects)
        moved = measure.covariance @ effects
        changes = (moments[index] - moments) @ effects + (coefficients[index] - coefficients) @ moved
        variances[index] = ((changes / 2) ** 2).sum(axis=1) / (probes * (probes - 1))
        floors[index] = (moved * effects).sum() / (probes * (probes - 1))
    sem = np.sqrt(variances + variances.T)
    floor = (floors[:, None] + floors) / 2
    return Divergence(np.maximum(value, 0.0), _off_diagonal(sem), _off_diagonal(floor))


def _distances(functions: _Functions, scale: float) -> tuple[Divergence, Divergence]:
    """Return Wasserstein and Kolmogorov-Smirnov distances: area and height of the same differences."""
    cumulative, widths = functions.cumulative, functions.widths
    areas, area_variances, heights, height_variances = np.zeros((4, len(cumulative), len(cumulative)))
    for index, changes in enumerate(functions.changes):
        pairs = len(changes) * (len(changes) - 1)
        difference = cumulative[index] - cumulative
        moved = np.sign(difference) @ (widths * changes).T
        area_variances[index] = (moved**2).sum(axis=1) / pairs
        np.abs(difference, out=difference)
        areas[index] = difference @ widths
        place = difference.argmax(axis=1)
        heights[index] = difference[np.arange(len(place)), place]
        height_variances[index] = ((changes**2).sum(axis=0) / pairs)[place]
    noises = [np.abs(_noise(changes)) for changes in functions.changes]
    area_floors = np.array([(noise @ widths).mean() for noise in noises])
    height_floors = np.array([noise.max(axis=1).mean() for noise in noises])
    return (
        _distance(areas * scale, area_variances * scale**2, area_floors * scale),
        _distance(heights, height_variances, height_floors),
    )


def _distance(value: Matrix, variances: Matrix, floors: NDArray[np.float64]) -> Divergence:
    return Divergence(value, _off_diagonal(np.sqrt(variances + variances.T)), _off_diagonal(_pair_floor(floors)))


@dataclass(frozen=True, eq=False)
class _Functions:
    """Distribution functions at points, each probe's effects on them, and the widths of the points' cells."""

    cumulative: Matrix
    changes: list[Matrix]
    widths: NDArray[np.float64]


def _distribution_functions(measures: Sequence[Measure]) -> _Functions:
    count = len(measures[0].solution.masses)
    every = slice(_STRIDE - 1, None, _STRIDE)
    ends = -np.cos(np.pi * np.arange(count + 1) / count)[1:][every]
    cumulative = _cumulative(np.array([measure.solution.masses for measure in measures]), len(ends))
    changes = [_cumulative(mass_effects(measure.solution, measure.effects), len(ends)) for measure in measures]
    # Trapezoids: half of the cells on either side of a point.
    widths = np.diff(np.concatenate([[-1.0], (ends[1:] + ends[:-1]) / 2, [1.0]]))
    return _Functions(cumulative, changes, widths)


def _cumulative(masses: Matrix, count: int) -> Matrix:
    """Return sums of masses, whose nodes go down, up to each of the first points at every so many nodes."""
    firsts = np.arange(0, masses.shape[1], _STRIDE)
    return np.asarray(np.cumsum(np.add.reduceat(masses[:, ::-1], firsts, axis=1)[:, :count], axis=1))


def _noise(changes: Matrix) -> Matrix:
    """Return differences of two estimates that are as noisy as the probes make them, from random signs."""
    probes = len(changes)
    return np.asarray(_signs(probes) @ changes * np.sqrt(2 / (probes * (probes - 1))))


@lru_cache(maxsize=1)
def _signs(probes: int) -> Matrix:
    return np.random.default_rng(0).choice([-1.0, 1.0], (_MULTIPLIERS, probes))


def _pair_products(left: Matrix, right: Matrix) -> Matrix:
    """Return (l_p - l_q).(r_p - r_q) for all pairs."""
    products = left @ right.T
    own = np.diag(products)
    return np.asarray(own[:, None] + own - products - products.T)


def _pair_floor(floors: NDArray[np.float64]) -> Matrix:
    """Independent noise of two sides adds in squares; each floor is of two sides alike."""
    return np.asarray(np.sqrt((floors[:, None] ** 2 + floors**2) / 2))


def _off_diagonal(matrix: Matrix) -> Matrix:
    np.fill_diagonal(matrix, 0.0)
    return matrix


def _all_moments(sketches: Sequence[SpectralSketch], order: int) -> list[Moments]:
    """Return the moments of all sketches, the recurrences of those that are alike in shape at once."""
    raw: dict[int, Matrix] = {}
    for shape in {item.alpha.shape for item in sketches if item.num_remaining}:
        alike = [index for index, item in enumerate(sketches) if item.alpha.shape == shape and item.num_remaining]
        if order > 2 * shape[1]:
            continue  # the sketch says that it holds too few
        alpha = np.concatenate([sketches[index].alpha for index in alike])
        beta = np.concatenate([sketches[index].beta for index in alike])
        moments = jacobi_chebyshev_moments(alpha, beta, order + 2).reshape(len(alike), shape[0], -1)
        raw |= dict(zip(alike, moments, strict=True))
    return [nonzero_moments(item, order, raw=raw.get(index)) for index, item in enumerate(sketches)]


def _check_comparable(sketches: Sequence[SpectralSketch], called: Sequence[str]) -> None:
    first = sketches[0]
    for other, name in zip(sketches[1:], called[1:], strict=True):
        names = f"{called[0]} and {name}"
        if first.operator != other.operator:
            raise SketchError(f"{names} are spectra of different operators ({first.operator}, {other.operator})")
        if first.interval != other.interval:
            raise SketchError(
                f"{names}: spectra of the {first.operator} operator lie in different intervals, "
                f"up to {first.interval[1]:.4g} and {other.interval[1]:.4g}: compare the normalized ones"
            )
