"""The lowest eigenpairs of an operator, so many as are asked for.

No gap is given, and none need be there: filters follow the last Ritz value of a block that is wider than what is asked
for. The operator of a graph is solved component by component, as up to a gap (:mod:`eigensolver`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import scipy.linalg
import scipy.sparse
from scipy.sparse.linalg import ArpackError, LinearOperator, eigsh, splu

from graphspec._typing import Matrix, Vector
from graphspec.clusters.arpack import SEED, arpack_lowest
from graphspec.clusters.eigensolver import LowPart, LowSpectrum, solver_threads
from graphspec.clusters.filter_settings import FilterSettings
from graphspec.clusters.subspace import Eigenpairs, SubspaceIteration
from graphspec.errors import NotConvergedError, ParameterError
from graphspec.exact import isomorphic_components
from graphspec.graphs import connected_components
from graphspec.operators import GraphOperator, Operator
from graphspec.options import Number, Options, group_of, option


@dataclass(frozen=True, kw_only=True)
class LowestSettings(Options):
    """Settings of the search for the lowest eigenpairs.

    Attributes
    ----------
    guard_share
        Columns of a block beyond the eigenvectors, relative to their number: with none, the last ones converge by the
        distance to the next eigenvalue alone.
    spread
        Share of the spread of the eigenvalues that residuals have to be below, where that is less than the residual
        that is asked for: mixtures of eigenvectors with close eigenvalues have small residuals too.
    smallest
        Smallest residual that is asked for by the spread: equal eigenvalues have none.
    first_degree
        Degree of the first filters, which doubles from round to round.
    max_steps
        Products with every vector of the block at which the filters give up, and other solvers finish the work.
    sparse
        Entries in a row, on average, up to which the operator is factorised where filters do not converge: eigenvalues
        so close are those of chains and roads, which small separators divide.
    direct_rows
        Rows up to which a dense solver does a component: 1000 take 0.2 s.
    filters
        Settings of the filters.
    """

    guard_share: float = option(0.5, Number(0), "Columns beyond the eigenvectors, relative to their number")
    spread: float = option(1e-3, Number(0), "Residual relative to the spread of the eigenvalues")
    smallest: float = option(1e-10, Number(0, open=True), "Smallest residual that the spread asks for")
    first_degree: int = option(10, Number(1, integer=True), "Degree of the first filters")
    max_steps: int = option(4000, Number(1, integer=True), "Steps at which filters give up")
    sparse: float = option(6.0, Number(0), "Entries in a row up to which the operator is factorised")
    direct_rows: int = option(1000, Number(0, integer=True), "Rows that a dense solver does at once")
    filters: FilterSettings = group_of(FilterSettings)


DEFAULTS = LowestSettings()
_SHIFT = 2.0
"""Distance of the shift from the lower end, in units of half the interval and of the squared share of eigenvalues: that
of eigenvalues of a chain."""
RESIDUAL = 1e-6
"""Norm of residuals relative to half the interval, which single precision alone does not reach."""


def lowest_spectrum(
    operator: Operator,
    number: int,
    *,
    residual: float = RESIDUAL,
    settings: LowestSettings = DEFAULTS,
    seed: int = 0,
    threads: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> LowSpectrum:
    """Compute the lowest eigenvalues with eigenvectors.

    Parameters
    ----------
    operator
        Operator of a graph, which is solved component by component, or any other, which is solved as a whole.
    number
        Number of eigenvalues.
    residual
        Norm of the residuals of the eigenvectors at most, relative to half the interval of the operator.
    settings
        Settings of the solver.
    seed
        Seed of the random vectors.
    threads
        Number of threads of the products; by default as many as the process may use.
    progress
        Called with numbers of products of the matrix with one vector as they are taken.

    Returns
    -------
    LowSpectrum
        For every class of isomorphic components those eigenpairs that may be among the lowest of all, and the next
        eigenvalue.

    Raises
    ------
    ParameterError
        If there are fewer eigenvalues, or the number is not positive.
    NotConvergedError
        If no solver converges.
    """
    if not 1 <= number <= operator.num_rows:
        raise ParameterError(f"{number:,} eigenvalues are asked for, and there are {operator.num_rows:,}", "number")
    with solver_threads(threads) as pool:

        def solve(part: Operator, count: int) -> tuple[Eigenpairs, float, str]:
            make = partial(SubspaceIteration, settings=settings.filters, pool=pool, threads=threads, progress=progress)
            return _lowest(part, count, residual, settings, make, np.random.default_rng(seed))

        return _by_components(operator, number, solve)


def _by_components(
    operator: Operator, number: int, solve: Callable[[Operator, int], tuple[Eigenpairs, float, str]]
) -> LowSpectrum:
    """Solve an operator component by component, each class of isomorphic ones once."""
    if not isinstance(operator, GraphOperator):
        pairs, following, method = solve(operator, number)
        part = LowPart(np.arange(operator.num_rows)[None, :], pairs.values, pairs.vectors, following)
        return LowSpectrum((part,), method, operator)
    components = connected_components(operator.graph)
    # A zero of every component precedes all other eigenvalues.
    zeros = bool(operator.null_vector.any()) and operator.interval.low == 0
    share = max(1, number - components.count + 1) if zeros else number
    parts, methods = [], set[str]()
    for vertices in isomorphic_components(components):
        pairs, following, method = solve(operator.restricted(vertices[0]), min(share, vertices.shape[1]))
        parts.append(LowPart(vertices, pairs.values, pairs.vectors, following))
        methods.update(method.split("+"))
    return LowSpectrum(tuple(parts), "+".join(sorted(methods)), operator)


def _lowest(
    operator: Operator,
    number: int,
    residual: float,
    settings: LowestSettings,
    make: Callable[[Operator], SubspaceIteration],
    random: np.random.Generator,
) -> tuple[Eigenpairs, float, str]:
    """Return the lowest eigenpairs of a component, the next eigenvalue, and the name of the solver."""
    rows, filters = operator.num_rows, settings.filters
    width = filters.width(number + int(settings.guard_share * number))
    if rows <= max(settings.direct_rows, filters.dense_blocks * width):
        if rows > filters.max_dense_rows:
            raise NotConvergedError(
                f"{number:,} of {rows:,} eigenvalues are too many for filters and for dense solvers"
            )
        return *_dense(operator, number), "dense"
    iteration = make(operator)
    try:
        return *_filtered(iteration, number, residual, settings, random.random((rows, width)) - 0.5), "filter"
    except NotConvergedError:
        if rows <= filters.fallback_dense_rows:
            return *_dense(operator, number), "dense"
        matrix = operator.matrix()
        if scipy.sparse.issparse(matrix) and matrix.nnz <= settings.sparse * rows:
            around = _SHIFT * operator.interval.half_width * (number / rows) ** 2
            return *_with_inverse(operator, number, around, random), "shift-invert"
        return *_by_arpack(iteration, number, random), "arpack"


def _dense(operator: Operator, number: int) -> tuple[Eigenpairs, float]:
    """Return the lowest eigenpairs and the next eigenvalue by a dense solver, rounding errors of zero removed."""
    matrix = operator.dense(np.arange(operator.num_rows))
    last = min(number, len(matrix) - 1)
    values, vectors = scipy.linalg.eigh(matrix, subset_by_index=(0, last)) if last else (matrix[0], np.ones((1, 1)))
    low, high = operator.interval
    values = np.where(np.abs(values) < 1e-12 * max(abs(low), abs(high)), 0.0, values)
    following = float(values[number]) if number < len(values) else np.inf
    return Eigenpairs(values[:number], vectors[:, :number]), following


def _filtered(
    iteration: SubspaceIteration, number: int, residual: float, settings: LowestSettings, block: Matrix
) -> tuple[Eigenpairs, float]:
    """Return the lowest eigenpairs and the next eigenvalue by Chebyshev filters that follow the Ritz values."""
    known, filters = iteration.known, settings.filters
    lowest = np.array([iteration.unit(value) for value in known.values]).min(initial=np.inf)
    wanted = max(number - int(np.count_nonzero(known.values <= iteration.operator.interval.low)), 0)
    last = iteration.bottom + filters.edge_margin * (iteration.top - iteration.bottom)
    steps, rounds, degree, before = 0, 0, settings.first_degree, np.inf
    while steps < settings.max_steps:
        # 1. Filter: damp all that lies above the last Ritz value.
        block = iteration.filtered(iteration.without(known.vectors, block), last, degree)
        values, block, norms = iteration.rayleigh_ritz(iteration.without(known.vectors, block))
        steps, rounds = steps + degree + filters.ritz_steps, rounds + 1
        # 2. Accept: all residuals are small, in comparison with the distances of the eigenvalues as well. The next
        # eigenvalue, which tells whether an eigenspace is cut, need not be as good.
        worst, following = float(norms[:wanted].max(initial=0.0)), float(norms[wanted])
        spread = float(values[wanted]) - min(float(values[0]), lowest)
        tolerance = min(residual, max(settings.spread * spread / number, settings.smallest))
        if worst <= tolerance and following <= max(10 * tolerance, settings.spread * spread):
            found = iteration.joined(known, Eigenpairs(values[: wanted + 1], block[:, : wanted + 1]))
            return Eigenpairs(found.values[:number], found.vectors[:, :number]), float(found.values[number])
        # 3. The next filter: as strong as residuals ask for, and of twice the degree of the one before at most. Equal
        # eigenvalues cannot be told from each other, only from those above.
        if worst < filters.rounding_float32 or (rounds > filters.short_rounds and worst > before / 2):
            iteration.use_float64()
        margin = filters.edge_margin * (float(values[wanted]) - float(values[0]))
        last = float(np.clip(values[-1], values[wanted] + margin, iteration.top - iteration.shortest))
        needed = float(np.arccosh(filters.safety * max(worst / tolerance, 1.0)))
        most, growth = iteration.degree(float(values[max(wanted - 1, 0)]), last, needed)
        if rounds > filters.short_rounds and needed > growth * (settings.max_steps - steps):
            break
        degree, before = max(1, min(2 * degree, most)), worst
    raise NotConvergedError(f"the lowest {number:,} eigenvectors did not converge in {rounds} filters")


def _found_one_by_one(
    find: Callable[[Eigenpairs, int], Eigenpairs], number: int, none: Eigenpairs
) -> tuple[Eigenpairs, float]:
    """Return the lowest eigenpairs and the next eigenvalue by a solver that may miss copies of a multiple eigenvalue.

    Another run, orthogonal to what was found, has to find none of them.
    """
    found = find(none, number + 1)
    while True:
        more = find(found, 1)
        last = float(found.values[number - 1])
        if float(more.values[0]) >= last - 1e-9 * max(1.0, abs(last)):
            following = min(float(found.values[number]), float(more.values[0]))
            return Eigenpairs(found.values[:number], found.vectors[:, :number]), following
        values = np.concatenate([found.values, more.values])
        order = np.argsort(values, kind="stable")
        vectors = np.concatenate([found.vectors, more.vectors], axis=1)
        found = Eigenpairs(values[order], vectors[:, order])


def _with_inverse(
    operator: Operator, number: int, around: float, random: np.random.Generator
) -> tuple[Eigenpairs, float]:
    """Return the lowest eigenpairs and the next eigenvalue by Lanczos steps with the inverse of the shifted operator.

    Parameters
    ----------
    operator
        An operator with few entries in a row.
    number
        Number of eigenpairs.
    around
        Distance of the shift from the lower end of the interval: about that of the eigenvalues.
    random
        Generator of the starting vectors.
    """
    rows, shift = operator.num_rows, operator.interval.low - around
    matrix = scipy.sparse.csc_array(operator.matrix())
    shifted = scipy.sparse.csc_array(matrix - shift * scipy.sparse.eye_array(rows))
    factor = splu(shifted, permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options={"SymmetricMode": True})

    def find(pairs: Eigenpairs, count: int) -> Eigenpairs:
        def solve(vector: Vector) -> Vector:
            column = vector.ravel() - pairs.vectors @ (pairs.vectors.T @ vector.ravel())
            column = factor.solve(column)
            return np.asarray(column - pairs.vectors @ (pairs.vectors.T @ column))

        inverse = LinearOperator((rows, rows), solve, dtype=np.float64)
        start = random.standard_normal(rows)
        start -= pairs.vectors @ (pairs.vectors.T @ start)
        try:
            inverses, vectors = eigsh(inverse, count, which="LA", v0=start, ncv=min(rows, 4 * count + 20), **SEED)
        except ArpackError as error:
            raise NotConvergedError(f"the lowest {number:,} eigenvectors did not converge by any solver") from error
        order = np.argsort(-inverses)
        return Eigenpairs(shift + 1 / inverses[order], vectors[:, order])

    return _found_one_by_one(find, number, Eigenpairs(np.zeros(0), np.zeros((rows, 0))))


def _by_arpack(iteration: SubspaceIteration, number: int, random: np.random.Generator) -> tuple[Eigenpairs, float]:
    """Return the lowest eigenpairs and the next eigenvalue by ARPACK."""

    def find(pairs: Eigenpairs, count: int) -> Eigenpairs:
        found = arpack_lowest(iteration, pairs, count, iteration.settings.arpack_tolerance, random)
        return Eigenpairs(np.array([iteration.eigenvalue(float(value)) for value in found.values]), found.vectors)

    return _found_one_by_one(find, number, Eigenpairs(np.zeros(0), np.zeros((iteration.operator.num_rows, 0))))
