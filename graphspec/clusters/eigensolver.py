"""Low end of the spectrum of an operator, up to a gap: eigenvalues and eigenvectors by an eigensolver.

The operator of a graph is solved component by component, isomorphic ones once, so that no multiplicity is overlooked.
Small components are solved densely, large ones by subspace iteration with Chebyshev filters. Where those have cost ten
times as much as expected, as happens at gaps of a millionth of the spectrum, a dense solver or ARPACK finishes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache, partial

import numpy as np
import scipy.linalg
from threadpoolctl import ThreadpoolController

from graphspec._typing import Matrix, Vector, Vertices
from graphspec.clusters.arpack import arpack_following, arpack_pairs_below
from graphspec.clusters.filter_settings import DEFAULT_SETTINGS, NARROW_WIDTH, FilterSettings
from graphspec.clusters.subspace import Eigenpairs, SubspaceIteration
from graphspec.errors import NotConvergedError, ParameterError
from graphspec.exact import isomorphic_components
from graphspec.graphs import connected_components
from graphspec.machine import available_threads, pool_of
from graphspec.operators import GraphOperator, Operator

METHODS = ("filter", "dense", "arpack")
"""Solvers, in the order in which they are listed where several were used."""


@dataclass(frozen=True, eq=False)
class LowPart:
    """Low end of the spectrum of a component, or of several isomorphic ones.

    Attributes
    ----------
    vertices
        Vertices of the components, shape (copies, size).
    eigenvalues
        Eigenvalues of one component below the threshold, in increasing order.
    vectors
        Orthonormal eigenvectors as columns, shape (size, number of eigenvalues).
    following
        The first eigenvalue above the threshold; infinity where there is none.
    """

    vertices: Vertices
    eigenvalues: Vector
    vectors: Matrix
    following: float

    @property
    def copies(self) -> int:
        """Number of isomorphic components."""
        return len(self.vertices)


@dataclass(frozen=True, eq=False)
class LowSpectrum:
    """Low end of the spectrum of an operator, up to a threshold.

    Attributes
    ----------
    parts
        Classes of isomorphic components.
    method
        Solvers that were used, joined by ``+``: ``filter``, ``dense``, ``arpack``.
    operator
        The operator.
    """

    parts: tuple[LowPart, ...]
    method: str
    operator: Operator = field(repr=False)

    @property
    def count(self) -> int:
        """Number of eigenvalues below the threshold."""
        return sum(part.copies * len(part.eigenvalues) for part in self.parts)

    def first(self, numbers: Sequence[int]) -> LowSpectrum:
        """Return the same with the lowest eigenpairs of every part alone, so many as are given for it."""
        parts = [
            replace(part, eigenvalues=part.eigenvalues[:number], vectors=part.vectors[:, :number])
            for part, number in zip(self.parts, numbers, strict=True)
        ]
        return replace(self, parts=tuple(parts))

    @property
    def gap(self) -> tuple[float, float]:
        """The last eigenvalue below the threshold and the first one above it."""
        lasts = [float(part.eigenvalues[-1]) for part in self.parts if len(part.eigenvalues)]
        return max(lasts, default=-np.inf), min(part.following for part in self.parts)


def low_spectrum(
    operator: Operator,
    gap: tuple[float, float],
    expected: int,
    *,
    limit: int | None = None,
    settings: FilterSettings = DEFAULT_SETTINGS,
    seed: int = 0,
    threads: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> LowSpectrum:
    """Compute all eigenvalues below a gap, with eigenvectors, and the first eigenvalue above.

    Parameters
    ----------
    operator
        Operator of a graph, which is solved component by component, or any other, which is solved as a whole.
    gap
        Interval without eigenvalues, as estimated; its middle is the threshold.
    expected
        Estimated number of eigenvalues below the gap. Blocks grow where there are more.
    limit
        Number of eigenvalues of a component for which blocks grow at most; None for as many as a dense solver takes.
    settings
        Settings of the solver.
    seed
        Seed of the random vectors.
    threads
        Number of threads of the products; by default as many as the process may use.
    progress
        Called with numbers of products of the matrix with one vector as they are taken.

    Raises
    ------
    ParameterError
        If the gap's ends are not in their order.
    NotConvergedError
        If the solver does not converge, or more eigenvalues than the limit lie below the gap.
    """
    if not gap[0] < gap[1]:
        raise ParameterError(f"a gap has a lower and an upper end, not {gap[0]} and {gap[1]}", "gap")
    with solver_threads(threads) as pool:
        solve = partial(
            _solve, gap=gap, limit=limit, settings=settings, seed=seed, pool=pool, threads=threads, progress=progress
        )
        return _low_spectrum(operator, expected, solve)


def following_eigenvalues(
    operator: Operator,
    part: LowPart,
    number: int,
    *,
    settings: FilterSettings = DEFAULT_SETTINGS,
    seed: int = 0,
    threads: int | None = None,
) -> Vector:
    """Compute the next eigenvalues of a component above those that are at hand.

    Parameters
    ----------
    operator
        Operator of the graph.
    part
        Low end of the spectrum of the component, with all eigenpairs below a threshold.
    number
        Number of eigenvalues; there are fewer where the component ends.
    settings
        Settings of the solver.
    seed
        Seed of the random vector.
    threads
        Number of threads of the products.

    Raises
    ------
    NotConvergedError
        If ARPACK does not converge.
    """
    restricted = operator.restricted(part.vertices[0]) if isinstance(operator, GraphOperator) else operator
    with solver_threads(threads) as pool:
        if restricted.num_rows <= settings.dense_rows:
            values = np.linalg.eigvalsh(restricted.dense(np.arange(restricted.num_rows)))
            return np.asarray(values[len(part.eigenvalues) :][:number])
        iteration = SubspaceIteration(restricted, settings, pool=pool, threads=threads)
        pairs = Eigenpairs(part.eigenvalues, part.vectors)
        return arpack_following(iteration, pairs, number, np.random.default_rng(seed))


@contextmanager
def solver_threads(threads: int | None) -> Iterator[ThreadPoolExecutor | None]:
    """Provide a pool of threads, or None for one, with one thread of BLAS in each.

    The result must not depend on their number, and waiting ones are in the way of the products.
    """
    with _libraries().limit(limits=1, user_api="blas"), pool_of(threads or available_threads()) as pool:
        yield pool


@cache
def _libraries() -> ThreadpoolController:
    """Return the controller of BLAS threads: looking for the libraries takes as long as a few products."""
    return ThreadpoolController()


def _low_spectrum(
    operator: Operator, expected: int, solve: Callable[[Operator, int], tuple[Eigenpairs, float, str]]
) -> LowSpectrum:
    """Solve an operator component by component, each class of isomorphic ones once."""
    if not isinstance(operator, GraphOperator):
        pairs, following, method = solve(operator, expected)
        vertices = np.arange(operator.num_rows)[None, :]
        whole = LowPart(vertices, pairs.values, pairs.vectors, following)
        return LowSpectrum((whole,), method, operator)
    components = connected_components(operator.graph)
    # Every component has a zero, if the operator has null vectors; the other eigenvalues are expected in proportion to
    # the size of a component.
    zeros = int(operator.null_vector.any())
    surplus = max(0, expected - zeros * components.count)
    parts, methods = [], set[str]()
    for vertices in isomorphic_components(components):
        restricted = operator.restricted(vertices[0])
        share = zeros + int(np.ceil(surplus * vertices.shape[1] / operator.num_rows))
        pairs, following, method = solve(restricted, share)
        parts.append(LowPart(vertices, pairs.values, pairs.vectors, following))
        methods.update(method.split("+"))
    return LowSpectrum(tuple(parts), "+".join(sorted(methods, key=METHODS.index)), operator)


def _solve(
    operator: Operator,
    expected: int,
    *,
    gap: tuple[float, float],
    limit: int | None,
    settings: FilterSettings,
    seed: int,
    pool: ThreadPoolExecutor | None,
    threads: int | None,
    progress: Callable[[int], None] | None,
) -> tuple[Eigenpairs, float, str]:
    """Return the eigenpairs below the middle of the gap, the next eigenvalue, and the names of the solvers."""
    threshold, rows, width = (gap[0] + gap[1]) / 2, operator.num_rows, settings.width(expected)
    random, widest = np.random.default_rng(seed), rows if limit is None else 2 * settings.width(limit)
    if rows > max(settings.dense_rows, settings.dense_blocks * width):
        iteration = SubspaceIteration(operator, settings, pool=pool, threads=threads, progress=progress)
        pairs = iteration.known_below(threshold)
        try:
            while rows > settings.dense_blocks * width and width < widest:
                below = iteration.pairs_below(gap, threshold, random.random((rows, width)) - 0.5)
                if below is not None:
                    pairs, above = below
                    start = _start_above(above, random)
                    following = iteration.next_eigenvalue(gap[1], threshold, pairs.vectors, start)
                    if following > threshold:
                        return pairs, following, "filter"
                    gap = (threshold, gap[1])  # a missed eigenvalue lies above the lower end of the gap
                width *= 2  # the block was too narrow, or missed an eigenvector
        except NotConvergedError:
            if rows <= settings.fallback_dense_rows:
                return *_dense_below(operator, threshold, width), "dense"
            # ARPACK goes on with the eigenpairs that filters found.
            filtered = len(pairs.values) > len(iteration.known_below(threshold).values)
            missing = max(0, expected - len(pairs.values))
            method = "filter+arpack" if filtered else "arpack"
            return *arpack_pairs_below(iteration, pairs, threshold, missing, random), method
    if rows > (settings.max_dense_rows if width < widest else settings.fallback_dense_rows):
        raise NotConvergedError(f"too many of the {rows:,} eigenvalues lie below the gap")
    return *_dense(operator, threshold), "dense"


def _start_above(vectors: Matrix, random: np.random.Generator) -> Matrix:
    """Return a block for the search above the gap: Ritz vectors, and random ones with a part of all others."""
    guesses = vectors[:, : NARROW_WIDTH // 2]
    fresh = random.standard_normal((len(vectors), NARROW_WIDTH - guesses.shape[1]))
    return np.concatenate([guesses, fresh], axis=1)


def _dense_below(operator: Operator, threshold: float, width: int) -> tuple[Eigenpairs, float]:
    """Return the same as :func:`_dense` from the lowest `width` eigenpairs alone, if those are enough."""
    matrix = operator.dense(np.arange(operator.num_rows))
    values, vectors = scipy.linalg.eigh(matrix, subset_by_index=(0, min(width, len(matrix)) - 1))
    if values[-1] < threshold:
        values, vectors = scipy.linalg.eigh(matrix)
    return _split(operator, values, vectors, threshold)


def _dense(operator: Operator, threshold: float) -> tuple[Eigenpairs, float]:
    """Return the eigenpairs below a threshold and the next eigenvalue by a dense solver."""
    values, vectors = np.linalg.eigh(operator.dense(np.arange(operator.num_rows)))
    return _split(operator, values, vectors, threshold)


def _split(operator: Operator, values: Vector, vectors: Matrix, threshold: float) -> tuple[Eigenpairs, float]:
    """Return the eigenpairs below a threshold and the next eigenvalue, rounding errors of zero removed."""
    low, high = operator.interval
    values[np.abs(values) < 1e-12 * max(abs(low), abs(high))] = 0.0
    count = int(np.searchsorted(values, threshold))
    following = float(values[count]) if count < len(values) else np.inf
    return Eigenpairs(values[:count], vectors[:, :count]), following
