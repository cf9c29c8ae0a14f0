"""Diagonals of functions of an operator: one number for every vertex, with its uncertainty."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy.sparse.linalg import eigsh

from graphspec._typing import Mask, Matrix, Progress, Vector
from graphspec.clusters import lowest_spectrum
from graphspec.exact import Condensed, condense, isomorphic_components
from graphspec.graphs import connected_components
from graphspec.lanczos import BLOCK_WIDTH
from graphspec.notebook import Shown
from graphspec.operators import GraphOperator, Interval, Operator
from graphspec.options import Number, Options, option
from graphspec.sketches import Sampling, t_quantile
from graphspec.vertices.controls import Regression, means_of_controls
from graphspec.vertices.samples import Sampler
from graphspec.vertices.series import Series, chebyshev_series

Functions = Callable[[Vector], Matrix]


@dataclass(frozen=True, kw_only=True)
class DiagonalSettings(Options):
    """Settings of diagonals.

    Attributes
    ----------
    max_degree
        Degree of the polynomials in place of functions at most: the number of products of the operator with a probe.
    deflate
        Number of eigenvectors at that end of the spectrum where the functions are largest whose part is computed
        exactly: it pays where a few eigenvalues dominate.
    dense_rows
        Vertices of a component, or classes of twins, up to which the diagonal is computed exactly: 500 take 50 ms.
    functions_at_once
        Functions that go through one sweep: a block of vectors is held for each.
    rows_at_once
        Rows whose sums are made at once, which fit into the cache.
    """

    max_degree: int = option(2000, Number(1, integer=True), "Most products with a probe.", group="Accuracy")
    deflate: int = option(0, Number(0, 1000, integer=True), "Eigenvectors that are taken out.", group="Accuracy")
    dense_rows: int = option(500, Number(0, integer=True), "Vertices that are computed exactly")
    functions_at_once: int = option(8, Number(1, integer=True), "Functions that go through one sweep")
    rows_at_once: int = option(4096, Number(1, integer=True), "Rows whose sums are made at once")


DEFAULTS = DiagonalSettings()
_FEW = 50  # rows of an adjacency matrix whose interval is narrow enough
_FEWEST_FREEDOM = 3
"""Degrees of freedom that control variates leave to the standard errors at least."""
_SHARE = 0.95
"""Share of the vertices for which a tolerance has to be met: a few have values near zero."""
_ROUNDING: dict[type[np.floating[Any]], float] = {np.float32: 3e-8, np.float64: 1e-14}
"""Rounding of a polynomial of a block, relative to the sum of its coefficients."""


@dataclass(frozen=True, eq=False, repr=False)
class Diagonal(Shown):
    """Diagonal entries of functions of an operator, for every vertex.

    Attributes
    ----------
    value
        The entries, shape (n, functions).
    sem
        Their standard errors, zero where they are exact, shape (n, functions).
    low, high
        Intervals of the confidence level, with what the polynomials leave out, shape (n, functions).
    num_probes
        Number of probes; 0 where all entries are exact.
    degree
        Degree of the polynomials.
    """

    value: Matrix
    sem: Matrix
    low: Matrix
    high: Matrix
    num_probes: int
    degree: int


def diagonal_of(
    operator: GraphOperator,
    functions: Functions,
    sampling: Sampling | None = None,
    *,
    name: str = "the function",
    settings: DiagonalSettings = DEFAULTS,
    progress: Progress | None = None,
) -> Diagonal:
    """Estimate the diagonal of functions of an operator of a graph.

    The mean of v * f(A) v over random signs v (C. Bekas, E. Kokiopoulou and Y. Saad, Appl. Numer. Math. 57, 1214
    (2007)), for a polynomial in place of f. Of every vertex the errors that go with those of T_1(X), T_2(X) and T_3(X)
    are taken out, by a linear regression over the probes: their diagonals are known exactly, as is that of the
    projection that takes null vectors out. Small components are
    solved; null vectors are taken out of the probes, and twins have one vertex in place of them.

    Parameters
    ----------
    operator
        The operator.
    functions
        Maps eigenvalues, shape (points,), to values, shape (points, functions).
    sampling
        Number and seed of the probes, tolerance, confidence, threads. With a tolerance, probes are added until the
        intervals of 95 % of the vertices are at most this share of the value to either side.
    name
        The functions in errors.
    settings
        Settings of the estimate.
    progress
        Called with the numbers of products with one vector that are done and planned.

    Raises
    ------
    ParameterError
        If a function is not finite where eigenvalues may be.
    NotConvergedError
        If eigenvectors that are to be taken out do not converge.
    """
    sampling = sampling or Sampling()
    interval = _interval_of(operator)
    series = chebyshev_series(functions, interval, name, settings.max_degree)
    shape = (operator.num_rows, series.coefficients.shape[1])
    value, sem, low, high = (np.zeros(shape) for _ in range(4))
    result = Diagonal(value, sem, low, high, num_probes=0, degree=series.degree)
    components = connected_components(operator.graph)
    small = (components.sizes <= settings.dense_rows)[components.label]
    _solve_components(operator, small, functions, result, interval)
    large = ~small
    if large.any():
        part = condense(operator, components, large)
        if part.operator.num_rows <= settings.dense_rows:
            entries = _dense_diagonal(part.operator.matrix().toarray(), functions, interval)
            none = np.zeros_like(entries)
            _write(result, part, functions, Diagonal(entries, none, entries, entries, num_probes=0, degree=0))
        else:
            run = _Run(interval, part, functions, series, sampling, settings, progress)
            found = run.until_tolerance()
            _write(result, part, functions, found)
            result = replace(result, num_probes=found.num_probes)
    return result


def _interval_of(operator: GraphOperator) -> Interval:
    """Return the interval of an operator; of an adjacency matrix that of its largest eigenvalue to either side.

    By Perron and Frobenius no eigenvalue is larger in magnitude. Bounds by degrees may be several times as large, and
    an exponential function of them is not finite.
    """
    interval, matrix = operator.interval, operator.matrix()
    if interval.low >= 0 or matrix.shape[0] < _FEW or matrix.nnz == 0:
        return interval
    largest = eigsh(matrix, 1, which="LA", v0=np.ones(matrix.shape[0]), return_eigenvectors=False)[0]
    radius = min(float(largest) * (1 + 1e-9), interval.high)
    return Interval(max(interval.low, -radius), radius)


def _dense_diagonal(matrix: Matrix, functions: Functions, interval: Interval) -> Matrix:
    values, vectors = np.linalg.eigh(matrix)
    return np.asarray(vectors**2 @ functions(np.clip(values, *interval)))


def _solve_components(
    operator: GraphOperator, small: Mask, functions: Functions, result: Diagonal, interval: Interval
) -> None:
    """Write the exact diagonals of small components, isomorphic ones once."""
    vertices = np.flatnonzero(small)
    if len(vertices) == 0:
        return
    part = operator.restricted(vertices)
    matrix = part.matrix()
    for members in isomorphic_components(connected_components(part.graph)):
        first = members[0]
        diagonal = _dense_diagonal(matrix[first][:, first].toarray(), functions, interval)
        for array in (result.value, result.low, result.high):
            array[vertices[members]] = diagonal


def _write(result: Diagonal, part: Condensed, functions: Functions, found: Diagonal) -> None:
    """Write the diagonals of vertices that are represented by classes of twins."""
    of_differences = functions(part.differences)
    for name in ("value", "low", "high"):
        getattr(result, name)[part.vertices] = part.diagonal(getattr(found, name), of_differences)
    result.sem[part.vertices] = part.diagonal(found.sem, np.zeros_like(of_differences))


class _Run:
    """The estimate of the diagonal of functions of the operator on classes of twins."""

    def __init__(
        self,
        interval: Interval,
        part: Condensed,
        functions: Functions,
        series: Series,
        sampling: Sampling,
        settings: DiagonalSettings,
        progress: Progress | None,
    ) -> None:
        self.part, self.series, self.sampling, self.settings = part, series, sampling, settings
        self.progress, self.done = progress, 0
        self.rows, self.columns = part.operator.num_rows, series.coefficients.shape[1]
        # 1. Eigenvectors that are taken out of the probes, and what they give.
        high = functions(np.array([*interval]))
        at_high_end = bool(np.abs(high[1]).max() > np.abs(high[0]).max())
        values, vectors = _deflated(part.operator, settings.deflate, at_high_end, sampling)
        null = part.null.vector**2
        with_null = bool(null.any()) and (at_high_end or settings.deflate == 0)
        self.vectors, self.null = vectors, part.null if with_null else None
        weights = np.concatenate([vectors**2, null[:, None]], axis=1) if with_null else vectors**2
        values = np.append(values, 0.0) if with_null else values
        self.exact = weights @ functions(np.clip(values, *interval))
        self.rest = np.maximum(1.0 - weights.sum(axis=1), 0.0)[:, None]
        # 2. Control variates, of which there are fewer for few probes.
        diagonals = part.operator.form().exact_diagonals(interval)
        diagonals = np.concatenate([np.ones((self.rows, 1)), diagonals], axis=1)
        controls = min(diagonals.shape[1], max(0, sampling.num_probes - _FEWEST_FREEDOM - 1))
        units = np.asarray(interval.to_unit(values))
        self.means = means_of_controls(diagonals[:, :controls], units, weights)
        precision = np.float64 if series.wide else np.float32
        self.rounding = _ROUNDING[precision]
        self.product = part.operator.form().product(interval, series.degree, precision)
        # 3. Functions in groups, as many as there is room for.
        step = settings.functions_at_once
        self.groups = [slice(start, start + step) for start in range(0, self.columns, step)]
        self.regressions = [Regression(self.means, len(range(*group.indices(self.columns)))) for group in self.groups]

    def until_tolerance(self) -> Diagonal:
        """Return the estimate, with probes added until a tolerance is met."""
        sampling = self.sampling
        number = sampling.num_probes
        self._add(0, number)
        found = self._estimate()
        while sampling.tolerance is not None and number < sampling.max_probes:
            excess = _relative_width(found) / sampling.tolerance
            if excess <= 1:
                break
            # The width falls with the square root of the number of probes; a tenth more avoids a further round.
            wanted = int(np.ceil(1.1 * number * min(excess, 4.0) ** 2 / BLOCK_WIDTH)) * BLOCK_WIDTH
            number, before = min(sampling.max_probes, max(wanted, number + 1)), number
            self._add(before, number)
            found = self._estimate()
        return found

    def _add(self, start: int, stop: int) -> None:
        sampling, degree = self.sampling, self.series.degree
        planned = self.done + (stop - start) * degree * len(self.groups)
        for group, regression in zip(self.groups, self.regressions, strict=True):
            coefficients = self.series.coefficients[:, group]
            sampler = Sampler(
                self.product,
                coefficients,
                self.rows,
                self.means.shape[1],
                self._take_out,
                sampling.seed,
                sampling.threads,
                self.part.operator.numbers,
            )
            for samples in sampler.samples(start, stop, BLOCK_WIDTH):
                regression.add(samples, self.settings.rows_at_once, sampling.threads)
                self.done += degree * samples.signs.shape[1]
                if self.progress is not None:
                    self.progress(self.done, planned)

    def _take_out(self, probes: Matrix) -> None:
        if self.null is not None:
            self.null.remove_from(probes)
        if self.vectors.shape[1]:
            probes -= (probes @ self.vectors) @ self.vectors.T

    def _estimate(self) -> Diagonal:
        results = [regression.result() for regression in self.regressions]
        value = self.exact + np.concatenate([mean for mean, _ in results], axis=1)
        sem = np.concatenate([error for _, error in results], axis=1)
        quantile = t_quantile(self.regressions[0].degrees_of_freedom, self.sampling.confidence)
        rounding = self.rounding * np.abs(self.series.coefficients).sum(axis=0)
        half = quantile * sem + self.series.truncation + rounding
        # An entry is a mean of the function over eigenvalues, of which those that are taken out have their known part.
        bounds = (self.exact + self.rest * end for end in self.series.ranges)
        least, most = (np.asarray(bound) for bound in bounds)
        value, low, high = (np.clip(each, least, most) for each in (value, value - half, value + half))
        count = self.regressions[0].num_probes
        return Diagonal(value, sem, low, high, num_probes=count, degree=self.series.degree)


def _deflated(operator: Operator, number: int, at_high_end: bool, sampling: Sampling) -> tuple[Vector, Matrix]:
    """Return eigenvalues and eigenvectors at one end of the spectrum."""
    if number == 0:
        return np.zeros(0), np.zeros((operator.num_rows, 0))
    if not at_high_end:
        low = lowest_spectrum(operator, number, seed=sampling.seed, threads=sampling.threads)
        return low.parts[0].eigenvalues, low.parts[0].vectors
    start = np.random.default_rng(sampling.seed).standard_normal(operator.num_rows)
    values, vectors = eigsh(operator.matrix(), number, which="LA", v0=start)
    return values, vectors


def _relative_width(found: Diagonal) -> float:
    """Return the half width of intervals relative to the values that 95 % of the vertices do not exceed."""
    half, size = (found.high - found.low) / 2, np.abs(found.value)
    relative = np.divide(half, size, out=np.zeros_like(half), where=half > 0)
    return float(np.quantile(relative, _SHARE, axis=0).max())
