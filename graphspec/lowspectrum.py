"""The lowest eigenvalues and eigenvectors themselves, by an eigensolver, for what an estimate found to be few.

Every component is solved by itself, alike ones once, so that no multiplicity is overlooked. Small ones are dense. For a
large one a random block goes through a Chebyshev polynomial that amplifies what lies below the gap; where that leaves
residuals, scipy's LOBPCG (Knyazev, SIAM J. Sci. Comput. 23, 517 (2001)) iterates it to eigenvectors. Then a few vectors
that are orthogonal to all of them are filtered until the first is an eigenvector: what is next, which must lie above.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field
from functools import cache, partial
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import linalg, sparse
from scipy.sparse.linalg import ArpackNoConvergence, LinearOperator, eigsh, lobpcg
from threadpoolctl import ThreadpoolController

from graphspec.alike import alike_components
from graphspec.errors import NotConvergedError
from graphspec.graph import Graph
from graphspec.operators import GraphOperator, Operator, graph_operator
from graphspec.parallel import ParallelRows
from graphspec.recurrence import chebyshev_filter
from graphspec.structure import connected_components

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from graphspec.products import Product

    Vector = NDArray[np.float64]
    Matrix = NDArray[np.float64]

RESIDUAL = 1e-4
"""Norm of the residual at which an eigenvector has converged: its eigenvalue is then exact to the square of this."""

_DENSE_LIMIT = 300  # vertices that a dense solver does in the time of a few products with a block
_DENSE_BLOCKS = 5  # LOBPCG needs a space of five times its block
_GUARDS = 4  # vectors beyond those that are expected
_WIDTH_STEP = 8  # columns: a width that the compiled step has
_AMPLIFICATION = 1e6  # of the gap's lower end against its upper end: residuals of 1e-5 from random vectors (measured)
_DYNAMIC_RANGE = 1e6  # between the lowest eigenvalue and the gap's lower end, that float32 can hold beside it
_MOST_ITERATIONS = 100
_METHODS = ("filter", "lobpcg", "dense")
_NEXT_TOLERANCE = 1e-3  # relative residual of the first eigenvalue above the gap, at the edge of many
_NEXT_WIDTH = 8  # vectors that look for it
_NEXT_STEPS = 20  # of the polynomial in one round: more separate more, and are in vain near the end (chosen by trial)
_NEXT_RANGE = 1e7  # between the lowest eigenvalue and the first above: amplified rounding of float32 is then as large
_NEXT_SHARE = 0.1  # of what lies above the gap, where the first round looks
_NEXT_ROUNDS = 20  # after which ARPACK is asked


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
        Which solvers were used: ``filter``, ``lobpcg`` (after a filter), ``dense``, or several, as ``filter+dense``.
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
    NotConvergedError
        If an eigensolver does not converge.
    """
    # One thread of BLAS: the result must not depend on their number, and waiting ones are in the way of the products.
    with _libraries().limit(limits=1, user_api="blas"):
        return _low_spectrum(
            operator, expected, partial(_solve, gap=gap, seed=seed, threads=threads, progress=progress)
        )


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
    for vertices in alike_components(components):
        restricted = _restricted(operator, vertices[0])
        # The larger a component, the more of the eigenvalues that are not zeros of components are likely in it.
        share = 1 + int(np.ceil(more * vertices.shape[1] / operator.num_rows))
        part, method = solve(restricted, share)
        parts.append(LowPart(vertices, *part))
        methods.add(method)
    return LowSpectrum(tuple(parts), "+".join(sorted(methods, key=_METHODS.index)), operator)


def _restricted(operator: GraphOperator, vertices: NDArray[np.int64]) -> GraphOperator:
    """Return the operator on one component; the natural Laplacian keeps the scale of the whole graph."""
    whole = operator.graph
    if len(vertices) == whole.num_nodes and operator.structure:
        return operator
    part = whole.subgraph(vertices)
    if operator.name != "natural":
        return graph_operator(part, operator.name)
    scaled = part.adjacency() / np.sqrt(whole.num_nodes)
    weighted = Graph(part.indptr, part.indices, scaled.data, part.labels, part.name)
    return graph_operator(weighted, "combinatorial")


def _solve(
    operator: Operator,
    expected: int,
    *,
    gap: tuple[float, float],
    seed: int,
    threads: int | None,
    progress: Callable[[int], None] | None,
) -> tuple[tuple[Vector, Matrix, float], str]:
    """Return eigenvalues below the middle of the gap, eigenvectors and the next eigenvalue; and by which solver."""
    threshold, rows, width = (gap[0] + gap[1]) / 2, operator.num_rows, _width(expected)
    random = np.random.default_rng(seed)
    while rows > max(_DENSE_LIMIT, _DENSE_BLOCKS * width):
        solver = _BlockSolver(operator, threads, progress)
        found = solver.below(gap, random.standard_normal((rows, width), np.float32).astype(np.float64))
        if found is not None:
            values, vectors, guards = found
            # Good guesses, and something of everything that may have been missed.
            fresh = random.standard_normal((rows, _NEXT_WIDTH - min(guards.shape[1], _NEXT_WIDTH // 2)))
            following = solver.following(
                gap[1], vectors, np.concatenate([guards[:, : _NEXT_WIDTH // 2], fresh], axis=1)
            )
            if following > threshold:
                return (values, vectors, following), "lobpcg" if solver.iterated else "filter"
        width *= 2  # the block was too narrow, or missed a vector
    return _dense(operator, threshold), "dense"


def _width(expected: int) -> int:
    """Return a width of the block that holds what is expected and some guards, as the kernel likes it."""
    return -(-(expected + _GUARDS) // _WIDTH_STEP) * _WIDTH_STEP


def _dense(operator: Operator, threshold: float) -> tuple[Vector, Matrix, float]:
    matrix = operator.matrix()
    values, vectors = np.linalg.eigh(matrix.toarray() if sparse.issparse(matrix) else matrix)
    low, high = operator.interval
    values[np.abs(values) < 1e-12 * max(abs(low), abs(high))] = 0.0
    count = int(np.searchsorted(values, threshold))
    return values[:count], vectors[:, :count], float(values[count]) if count < len(values) else np.inf


class _BlockSolver:
    """Eigenvectors of one operator below a threshold, with the known ones deflated."""

    def __init__(self, operator: Operator, threads: int | None, progress: Callable[[int], None] | None) -> None:
        self.operator, self.threads, self.progress = operator, threads, progress
        linear: Any = getattr(operator, "linear", None)
        is_matrix = linear is None or sparse.issparse(linear)
        self.single: Any = operator.matrix() if is_matrix else linear
        self.multiply = ParallelRows(self.single, threads).__matmul__ if is_matrix else linear.matmat
        self.known = _orthonormal(_known_vectors(operator))
        self.iterated = False  # whether the filter did not suffice

    def below(self, gap: tuple[float, float], block: Matrix) -> tuple[Vector, Matrix, Matrix] | None:
        """Return eigenvalues and eigenvectors below the middle of the gap, and about the first eigenvectors above.

        None where the block is too narrow.
        """
        threshold = (gap[0] + gap[1]) / 2
        values, vectors, residuals = self._ritz(self._filtered(gap, block))
        if values[-1] < threshold:
            return None
        count = int(np.searchsorted(values, threshold))
        guards, values, vectors = vectors[:, count:], values[:count], vectors[:, :count]
        if residuals[:count].max(initial=0.0) > RESIDUAL:
            values, vectors = self._converged(vectors)
            self.iterated = True
        known_values = np.einsum("ij,ij->j", self.known, self.multiply(self.known))
        known_values[np.abs(known_values) < 1e-12] = 0.0
        low = known_values < threshold
        values = np.concatenate([known_values[low], values])
        order = np.argsort(values, kind="stable")
        return values[order], np.concatenate([self.known[:, low], vectors], axis=1)[:, order], guards

    def following(self, guess: float, vectors: Matrix, block: Matrix) -> float:
        """Return the lowest eigenvalue whose eigenvector is orthogonal to `vectors`, from a block to begin with.

        Subspace iteration with a filter whose interval begins at the block's last Ritz value, and at first a little
        above `guess`: Zhou et al., J. Comput. Phys. 219, 172 (2006), algorithm 4.1.
        """
        product = self.operator.product(_NEXT_STEPS)
        first, last = guess, guess + _NEXT_SHARE * (self.operator.interval[1] - guess)
        block = block - vectors @ (vectors.T @ block)
        for _ in range(_NEXT_ROUNDS):
            block = self._amplified(product, block, first, last)
            block = _orthonormal(block - vectors @ (vectors.T @ block))
            values, block, residuals = self._ritz(block)
            if residuals[0] <= _NEXT_TOLERANCE * abs(values[0]):
                return float(values[0])
            first, last = values[0], values[-1]
        return self._following_by_arpack(vectors, block[:, 0])

    def _amplified(self, product: Product, block: Matrix, first: float, last: float) -> Matrix:
        """Amplify what lies below `last`, as far as an eigenvalue `first` is not lost beside the lowest one."""
        low, high = np.clip(self._unit(np.array([first, last])), -1 + 1e-9, 1 - 1e-9).tolist()
        center, half = (high + 1) / 2, (1 - high) / 2
        spread = np.arccosh((center + 1) / half) - np.arccosh(max(1.0, (center - low) / half))
        steps = int(np.clip(np.log(_NEXT_RANGE) / max(spread, 1e-9), 1, _NEXT_STEPS))
        return chebyshev_filter(product, block, (high, 1.0), steps, threads=self.threads, progress=self.progress)

    def _unit(self, values: Vector) -> Vector:
        """Map eigenvalues into [-1, 1]."""
        low, high = self.operator.interval
        return (2 * values - low - high) / (high - low)

    def _following_by_arpack(self, vectors: Matrix, start: Vector) -> float:
        low, high = self.operator.interval
        shift = 2 * (high - low)
        rows = len(start)

        def deflated(vector: Vector) -> Vector:
            vector = vector.ravel()
            return np.asarray(self.single @ vector + shift * (vectors @ (vectors.T @ vector)))

        linear = LinearOperator((rows, rows), matvec=deflated, dtype=np.float64)
        try:
            values = eigsh(linear, k=1, which="SA", v0=start, tol=_NEXT_TOLERANCE, return_eigenvectors=False)
        except ArpackNoConvergence as error:
            raise NotConvergedError("ARPACK did not find the first eigenvalue above the gap") from error
        return float(values[0])

    def _filtered(self, gap: tuple[float, float], block: Matrix) -> Matrix:
        """Amplify what lies below the gap, in as many rounds as float32 needs, and return an orthonormal block."""
        cut_low, cut_high = np.clip(self._unit(np.array(gap)), -1 + 1e-9, 1 - 1e-9).tolist()
        center, half = (cut_high + 1) / 2, (1 - cut_high) / 2
        growth, most = np.arccosh((center - cut_low) / half), np.arccosh((center + 1) / half)
        degree = np.arccosh(_AMPLIFICATION) / growth
        rounds = max(1, int(np.ceil(degree * (most - growth) / np.log(_DYNAMIC_RANGE))))
        steps = max(1, int(np.ceil(degree / rounds)))
        product = self.operator.product(steps * rounds)
        for _ in range(rounds):
            block = self._deflated(block)
            block = chebyshev_filter(
                product, block, (cut_high, 1.0), steps, threads=self.threads, progress=self.progress
            )
            block = _orthonormal(self._deflated(block))
        return block

    def _ritz(self, block: Matrix) -> tuple[Vector, Matrix, Vector]:
        """Return Ritz values and vectors of an orthonormal block, and the norms of their residuals."""
        image = self.multiply(block)
        values, rotation = linalg.eigh(block.T @ image, check_finite=False)
        vectors = block @ rotation
        image = image @ rotation
        image -= vectors * values
        return values, vectors, np.sqrt(np.einsum("ij,ij->j", image, image))

    def _converged(self, vectors: Matrix) -> tuple[Vector, Matrix]:
        if vectors.shape[1] == 0:
            return np.zeros(0), vectors
        rows = len(vectors)
        linear = LinearOperator((rows, rows), matvec=self.multiply, matmat=self.multiply, dtype=np.float64)
        constraints = self.known if self.known.shape[1] else None
        with warnings.catch_warnings():
            # Whether it converged is checked below.
            warnings.simplefilter("ignore", UserWarning)
            values, vectors, norms = lobpcg(
                linear, vectors, Y=constraints, largest=False, tol=RESIDUAL, maxiter=_MOST_ITERATIONS,
                retResidualNormsHistory=True,
            )  # fmt: skip
        # The last entry of the history is that of the vectors returned.
        if not np.max(norms[-1]) <= RESIDUAL:
            raise NotConvergedError(f"LOBPCG left a residual of {np.max(norms[-1]):.1e} after {len(norms)} iterations")
        order = np.argsort(values)
        return values[order], vectors[:, order]

    def _deflated(self, block: Matrix) -> Matrix:
        return block - self.known @ (self.known.T @ block) if self.known.shape[1] else block


def _known_vectors(operator: Operator) -> Matrix:
    """Return the known eigenvectors as columns."""
    families = operator.known.families
    columns = [
        np.where(family.group == group, family.vector, 0.0) for family in families for group in np.unique(family.group)
    ]
    return np.array([column for column in columns if column.any()]).reshape(-1, operator.num_rows).T


def _orthonormal(block: Matrix) -> Matrix:
    if block.shape[1] == 0:
        return block
    return np.asarray(linalg.qr(block, mode="economic", check_finite=False)[0])
