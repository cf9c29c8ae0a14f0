"""The lowest eigenvalues and eigenvectors themselves, by an eigensolver, for what an estimate found to be few.

Every component is solved by itself, alike ones once, so that no multiplicity is overlooked. Small ones are dense. For a
large one a random block goes through Chebyshev polynomials that amplify what lies below the gap, until that are
eigenvectors. Then a few vectors that are orthogonal to all of them are filtered until the first is an eigenvector: what
is next, which must lie above.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController

from graphspec._typing import Matrix, Vector
from graphspec.clusters.tall_matrices import TallMatrices
from graphspec.errors import NotConvergedError, ParameterError
from graphspec.exact.components import known_spectrum
from graphspec.exact.isomorphic import isomorphic_components
from graphspec.graphs.components import connected_components
from graphspec.lanczos.filters import chebyshev_filter
from graphspec.lanczos.quadrature import ritz_values
from graphspec.lanczos.recurrence import lanczos
from graphspec.machine import available_threads, pool_of
from graphspec.operators.base import GraphOperator, Operator

RESIDUAL = 1e-4
"""Norm of the residual at which an eigenvector has converged; in units of half the interval where that is less than 1.
The error of its eigenvalue is about the square of this, divided by the gap."""

_DENSE_LIMIT = 300  # vertices that a dense solver does in the time of a few products with a block
_DENSE_BLOCKS = 5  # where a block is a fifth of a matrix, a dense solver is as fast
_GUARDS = 4  # vectors beyond those that are expected
_WIDTH_STEP = 8  # columns: a width that the compiled step has
_AMPLIFICATION = 1e6  # of the gap's lower end against its upper end: residuals of 1e-5 from random vectors (measured)
_SAFETY = 10.0  # by which a further round amplifies more than what the residual asks for
_RANGE_OF_FLOAT32 = 1e6  # of amplifications in one filter: what is amplified less drowns in rounding of the most
_RANGE_OF_FLOAT64 = 1e13
_LARGEST = 40.0  # logarithm of an amplification whose square float32 can hold
_ROUNDING = 1e-6  # of a residual in float32, of the half of the interval (measured: 2e-7)
_MOST_STEPS = 1000  # of one filter
_MOST_FILTERS = 100
_MOST_ROUNDS = 12
_MOST_DENSE = 20_000  # vertices that a dense solver is given
_METHODS = ("filter", "dense")
_NEXT_TOLERANCE = 1e-3  # relative residual of the first eigenvalue above the gap, at the edge of many
_NEXT_WIDTH = 8  # vectors that look for it
_FILTER_STEPS = 20  # of the polynomial in one round: more separate more, and are in vain near the end (chosen by trial)
_SHORT_ROUNDS = 4  # after which every round is allowed twice the steps of the one before
_NEXT_RANGE = 1e7  # of amplifications in one round: times the square of what the vectors below leave, it is small
_NEXT_SHARE = 0.1  # of what lies above the gap, where the first round looks
_NARROW = 0.02  # spectrum in an interval of 2: float32 tells little of it apart
_NEXT_LEAST = 0.1  # of the distance from the threshold to the first above: so much above that is not damped
_BOUND_WIDTH, _BOUND_STEPS = 8, 10  # vectors and steps that find the end of the spectrum
_SHORTEST = 1e-6  # distance of a filter's ends, of the length of the spectrum
_SMALLEST = 1e-15  # eigenvalue of a Gram matrix that is more than rounding


@dataclass(frozen=True, eq=False)
class LowPart:
    """The low end of the spectrum of a component, or of several alike ones.

    Attributes
    ----------
    vertices
        Vertices of the components, shape (copies, size).
    eigenvalues
        Eigenvalues of one of them below the threshold, in increasing order.
    vectors
        Their eigenvectors, shape (size, number of eigenvalues).
    following
        The first eigenvalue above the threshold; infinity where there is none.
    """

    vertices: NDArray[np.int64]
    eigenvalues: Vector
    vectors: Matrix
    following: float

    @property
    def copies(self) -> int:
        """Number of alike components."""
        return len(self.vertices)


@dataclass(frozen=True, eq=False)
class LowSpectrum:
    """The low end of the spectrum of an operator, up to a threshold.

    Attributes
    ----------
    parts
        The classes of alike components.
    method
        Which solvers were used: ``filter``, ``dense``, or both, as ``filter+dense``.
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
    seed: int = 0,
    threads: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> LowSpectrum:
    """Return all eigenvalues below a gap, with eigenvectors, and the first one above.

    Parameters
    ----------
    operator
        A graph's operator is solved component by component; any other as a whole.
    gap
        The interval that is thought to be empty; its middle is the threshold.
    expected
        About how many eigenvalues lie below. The block grows where there are more.
    seed
        Seed of the random vectors.
    threads
        Number of threads of the products; by default as many as the process may use.
    progress
        Called now and then with the number of products of the matrix with one vector that were taken.

    Raises
    ------
    ParameterError
        If the gap's ends are not in their order.
    NotConvergedError
        If a filter does not converge.
    """
    if not gap[0] < gap[1]:
        raise ParameterError(f"a gap has a lower and an upper end, not {gap[0]} and {gap[1]}")
    # One thread of BLAS: the result must not depend on their number, and waiting ones are in the way of the products.
    with _libraries().limit(limits=1, user_api="blas"), pool_of(threads or available_threads()) as pool:
        solve = partial(_solve, gap=gap, seed=seed, pool=pool, threads=threads, progress=progress)
        return _low_spectrum(operator, expected, solve)


@cache
def _libraries() -> ThreadpoolController:
    """Return what limits threads: to look for it takes as long as a few products with a block."""
    return ThreadpoolController()


def _low_spectrum(operator: Operator, expected: int, solve: Callable[..., Any]) -> LowSpectrum:
    if not isinstance(operator, GraphOperator):
        part, method = solve(operator, expected)
        whole = LowPart(np.arange(operator.num_rows)[None, :], *part)
        return LowSpectrum((whole,), method, operator)
    components = connected_components(operator.graph)
    more = max(0, expected - components.count)
    parts, methods = [], set()
    for vertices in isomorphic_components(components):
        restricted = operator.restricted(vertices[0])
        # The larger a component, the more of the eigenvalues that are not zeros of components are likely in it.
        share = 1 + int(np.ceil(more * vertices.shape[1] / operator.num_rows))
        part, method = solve(restricted, share)
        parts.append(LowPart(vertices, *part))
        methods.add(method)
    return LowSpectrum(tuple(parts), "+".join(sorted(methods, key=_METHODS.index)), operator)


def _solve(
    operator: Operator,
    expected: int,
    *,
    gap: tuple[float, float],
    seed: int,
    pool: ThreadPoolExecutor | None,
    threads: int | None,
    progress: Callable[[int], None] | None,
) -> tuple[tuple[Vector, Matrix, float], str]:
    """Return eigenvalues below the middle of the gap, eigenvectors and the next eigenvalue; and by which solver."""
    threshold, rows, width = (gap[0] + gap[1]) / 2, operator.num_rows, _width(expected)
    random = np.random.default_rng(seed)
    solver = _Solver(operator, pool, threads, progress) if rows > max(_DENSE_LIMIT, _DENSE_BLOCKS * width) else None
    while solver is not None and rows > _DENSE_BLOCKS * width:
        found = solver.below(gap, threshold, random.random((rows, width)) - 0.5)
        if found is not None:
            values, vectors, guards = found
            # Good guesses, and something of everything that may have been missed.
            fresh = random.standard_normal((rows, _NEXT_WIDTH - min(guards.shape[1], _NEXT_WIDTH // 2)))
            start = np.concatenate([guards[:, : _NEXT_WIDTH // 2], fresh], axis=1)
            following = solver.following(gap[1], threshold, vectors, start)
            if following > threshold:
                return (values, vectors, following), "filter"
            gap = (threshold, gap[1])  # what was missed lies in what was thought to be a gap
        width *= 2  # the block was too narrow, or missed a vector
    if rows > _MOST_DENSE:
        raise NotConvergedError(f"too many of the {rows:,} eigenvalues lie below the gap")
    return _dense(operator, threshold), "dense"


def _width(expected: int) -> int:
    """Return a width of the block that holds what is expected and some guards, as the kernel likes it."""
    return -(-(expected + _GUARDS) // _WIDTH_STEP) * _WIDTH_STEP


def _dense(operator: Operator, threshold: float) -> tuple[Vector, Matrix, float]:
    values, vectors = np.linalg.eigh(operator.dense(np.arange(operator.num_rows)))
    low, high = operator.interval
    values[np.abs(values) < 1e-12 * max(abs(low), abs(high))] = 0.0
    count = int(np.searchsorted(values, threshold))
    return values[:count], vectors[:, :count], float(values[count]) if count < len(values) else np.inf


class _Solver:
    """Subspace iteration with Chebyshev filters for one operator, the known eigenvectors deflated.

    Y. Zhou, Y. Saad, M. Tiago and J. Chelikowsky, J. Comput. Phys. 219, 172 (2006), algorithm 4.1. Inside, eigenvalues
    are those of X, in [-1, 1].
    """

    def __init__(
        self,
        operator: Operator,
        pool: ThreadPoolExecutor | None,
        threads: int | None,
        progress: Callable[[int], None] | None,
    ) -> None:
        low, high = operator.interval
        self.operator, self.center, self.half = operator, (low + high) / 2, (high - low) / 2
        self.product, self.precise = operator.product(_FILTER_STEPS), operator.product(0, np.float64)
        self.range, self.tolerance = _RANGE_OF_FLOAT32, RESIDUAL * min(1.0, self.half)
        self.options: dict[str, Any] = {"threads": threads, "progress": progress}
        self.known_spectrum = known_spectrum(operator)
        self.known_values, self.known = self._known()
        self.tall = TallMatrices(pool)
        self.bottom, self.top = self._ends()
        self.shortest = _SHORTEST * max(self.top - self.bottom, _SHORTEST)
        if self.top - self.bottom < _NARROW:
            self._mind_rounding(0.0)

    def below(self, gap: tuple[float, float], threshold: float, block: Matrix) -> tuple[Vector, Matrix, Matrix] | None:
        """Return eigenvalues and eigenvectors below a threshold in the gap, and about the first eigenvectors above.

        None where the block is too narrow.
        """
        low, high, middle = self._unit(gap[0]), self._unit(gap[1]), (threshold - self.center) / self.half
        if middle >= self.top - 2 * self.shortest:
            return None  # all of the spectrum is below
        if middle < self.bottom:
            return (*self._with_known(np.zeros(0), block[:, :0], threshold), block)
        wanted = float(np.arccosh(_AMPLIFICATION))
        for _ in range(_MOST_FILTERS):
            degree, growth = self._degree(low, high, wanted)
            block = self._filtered(self._without(self.known, block), high, degree)
            values, block, residuals = self._ritz(self._without(self.known, block))
            if values[-1] < middle:
                return None
            wanted -= degree * growth
            if wanted > 0:
                continue
            count = int(np.searchsorted(values, middle))
            residual = self.half * float(residuals[:count].max(initial=0.0))
            if residual <= self.tolerance:
                return (*self._with_known(values[:count], block[:, :count], threshold), block[:, count:])
            # Eigenvalues may lie in what was thought to be a gap.
            low, high = max(low, float(values[count - 1])), min(high, float(values[-1]))
            wanted = float(np.arccosh(_SAFETY * residual / self.tolerance))
            self._mind_rounding(residual)
        raise NotConvergedError(f"{_MOST_FILTERS} filter(s) left eigenvectors below the gap that have not converged")

    def following(self, guess: float, threshold: float, vectors: Matrix, block: Matrix) -> float:
        """Return the lowest eigenvalue whose eigenvector is orthogonal to `vectors`, from a block to begin with.

        The filter's interval begins at the block's last Ritz value, and at first a little above `guess`. What is below
        the threshold is returned as soon as that is known, for it should not be there.
        """
        first = self._unit(guess)
        last = first + _NEXT_SHARE * (self.top - first)
        block, before = self._without(vectors, block), np.inf
        for number in range(_MOST_ROUNDS):
            most = _FILTER_STEPS << max(0, number - _SHORT_ROUNDS)
            block = self._filtered(block, last, self._next_degree(first, last, most))
            values, block, residuals = self._ritz(self._without(vectors, block))
            value, residual = self.center + self.half * float(values[0]), self.half * float(residuals[0])
            # At first what begins at random has hardly been filtered.
            if value <= threshold or (number > 0 and residual <= _NEXT_TOLERANCE * max(abs(value), value - threshold)):
                return value
            self._mind_rounding(residual if residual < before / 2 else 0.0)
            before, first = residual, float(values[0])
            # Many equal ones are not told apart from each other, but from what is above.
            apart = _NEXT_LEAST * (value - threshold) / self.half
            last = float(np.clip(values[-1], first + apart, self.top - self.shortest))
        raise NotConvergedError(f"the filter did not find what is first above the gap in {_MOST_ROUNDS} round(s)")

    def _filtered(self, block: Matrix, start: float, degree: int) -> Matrix:
        """Amplify what lies below the start of an interval that goes to the end of the spectrum."""
        return chebyshev_filter(self.product, block, (start, self.top), degree, **self.options)

    def _times_matrix(self, block: Matrix) -> Matrix:
        """Return X times a block, in float64."""
        return chebyshev_filter(self.precise, block, (-1.0, 1.0), 1, **self.options)

    def _mind_rounding(self, residual: float) -> None:
        """Go on in float64 where float32 can do no more."""
        if residual < _ROUNDING * self.half:
            self.product, self.range = self.precise, _RANGE_OF_FLOAT64

    def _degree(self, low: float, high: float, wanted: float) -> tuple[int, float]:
        """Return the degree of a filter and how much it amplifies `low` against `high` per degree, as a logarithm.

        The degree is what all of the wanted amplification takes, but no more than what the vectors' precision can hold.
        """
        growth, largest = _growth(low, high, self.top), max(_growth(self.bottom, high, self.top), 1e-9)
        most = min(np.log(self.range) / max(largest - growth, 1e-9), _LARGEST / largest, _MOST_STEPS)
        return max(1, int(min(np.ceil(wanted / max(growth, 1e-9)), most))), growth

    def _next_degree(self, first: float, last: float, most: int) -> int:
        """Return a degree for which the lowest eigenvalue does not drown `first`, up to a largest one."""
        lowest = max(_growth(self.bottom, last, self.top), 1e-9)
        spread = lowest - _growth(first, last, self.top)
        return int(np.clip(min(np.log(_NEXT_RANGE) / max(spread, 1e-9), _LARGEST / lowest), 1, most))

    def _ritz(self, block: Matrix) -> tuple[Vector, Matrix, Vector]:
        """Return the Ritz values and vectors of a block, and the norms of their residuals."""
        tall = self.tall
        block = self._conditioned(block)
        image = self._times_matrix(block)
        inner = tall.inner(block, image)
        basis = _orthonormalizing(tall.inner(block, block))
        values, rotation = np.linalg.eigh(basis.T @ ((inner + inner.T) / 2) @ basis)
        rotation = basis @ rotation
        vectors, image = tall.times(block, rotation), tall.times(image, rotation)
        image -= vectors * values
        return values, vectors, np.sqrt(np.einsum("ij,ij->j", image, image))

    def _conditioned(self, block: Matrix) -> Matrix:
        """Return a nearly orthonormal basis of what the columns span, where they all point almost the same way.

        A. Stathopoulos and K. Wu, SIAM J. Sci. Comput. 23, 2165 (2002): a few times faster than a QR factorisation, and
        exact enough that a second time leaves nothing.
        """
        return self.tall.times(block, _orthonormalizing(self.tall.inner(block, block)))

    def _without(self, vectors: Matrix, block: Matrix) -> Matrix:
        """Return the part of a block that is orthogonal to orthonormal vectors."""
        return block - self.tall.times(vectors, self.tall.inner(vectors, block)) if vectors.shape[1] else block

    def _ends(self) -> tuple[float, float]:
        """Return where the spectrum ends, by a few Lanczos steps: Zhou and Li, Linear Algebra Appl. 435, 480 (2011)."""
        start = np.random.default_rng(0).random((_BOUND_WIDTH, self.operator.num_rows), np.float32) - np.float32(0.5)
        jacobi = lanczos(self.product, self.product.block(start), min(_BOUND_STEPS, start.shape[1]), threads=1)
        ends = [ritz_values(alpha, beta) for alpha, beta in zip(jacobi.alpha, jacobi.beta, strict=True)]
        bottom = min(float(values[0] - residuals[0]) for values, residuals in ends)
        top = max(float(values[-1] + residuals[-1]) for values, residuals in ends)
        return max(-1.0, bottom), min(1.0, top)

    def _unit(self, value: float) -> float:
        """Map an eigenvalue into what can be told from the ends of the spectrum of X."""
        return float(np.clip((value - self.center) / self.half, self.bottom + self.shortest, self.top - self.shortest))

    def _with_known(self, values: Vector, vectors: Matrix, threshold: float) -> tuple[Vector, Matrix]:
        """Add what is known below the threshold to what was found there."""
        low = self.known_values < threshold
        together = np.concatenate([self.known_values[low], self.center + self.half * values])
        order = np.argsort(together, kind="stable")
        return together[order], np.concatenate([self.known[:, low], vectors], axis=1)[:, order]

    def _known(self) -> tuple[Vector, Matrix]:
        """Return the known eigenvalues and eigenvectors, as columns."""
        known = self.known_spectrum
        vectors = known.columns(np.arange(self.operator.num_rows))
        if vectors.shape[1] == 0:
            return np.zeros(0), vectors
        vectors = np.ascontiguousarray(vectors)
        values = self.center + self.half * np.einsum("ij,ij->j", vectors, self._times_matrix(vectors))
        for atom in known.atoms:
            values[np.abs(values - atom.eigenvalue) < _ROUNDING * self.half] = atom.eigenvalue
        return values, vectors


def _orthonormalizing(gram: Matrix) -> Matrix:
    """Return a matrix that makes columns with some Gram matrix orthonormal, as far as that is not singular."""
    lengths = np.sqrt(np.diag(gram))
    values, vectors = np.linalg.eigh(gram / (lengths * lengths[:, None]))
    vectors /= np.sqrt(np.maximum(values, _SMALLEST * values[-1]))
    return np.asarray(vectors / lengths[:, None])


def _growth(value: float, start: float, end: float) -> float:
    """Return how much faster per degree a filter that damps from `start` to `end` lets grow what lies at `value`."""
    center, half = (start + end) / 2, (end - start) / 2
    return float(np.arccosh(max(1.0, (center - value) / half)))
