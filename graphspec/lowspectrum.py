"""The lowest eigenvalues and eigenvectors themselves, by an eigensolver, for what an estimate found to be few.

Every component is solved by itself, alike ones once, so that no multiplicity is overlooked. Small ones are dense. For a
large one a random block goes through a Chebyshev polynomial that amplifies what lies below the gap, scipy's LOBPCG
(Knyazev, SIAM J. Sci. Comput. 23, 517 (2001)) iterates it to eigenvectors, and ARPACK looks for what is next, deflated
by all of them: it must lie above.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import linalg, sparse
from scipy.sparse.linalg import ArpackNoConvergence, LinearOperator, eigsh, lobpcg
from threadpoolctl import threadpool_limits

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
_NEXT_TOLERANCE = 1e-3  # relative residual of the first eigenvalue above the gap, at the edge of many


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
        Which solvers were used: ``dense``, ``lobpcg``, or ``lobpcg+dense``.
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
    with threadpool_limits(1, user_api="blas"):
        return _low_spectrum(
            operator, expected, partial(_solve, gap=gap, seed=seed, threads=threads, progress=progress)
        )


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
    return LowSpectrum(tuple(parts), "+".join(sorted(methods, reverse=True)), operator)


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
            values, vectors, guard = found
            # A good guess, and something of everything that may have been missed.
            following = solver.following(vectors, guard + random.standard_normal(rows) / np.sqrt(rows))
            if following > threshold:
                return (values, vectors, following), "lobpcg"
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

    def below(self, gap: tuple[float, float], block: Matrix) -> tuple[Vector, Matrix, Vector] | None:
        """Return eigenvalues and eigenvectors below the middle of the gap, and about the first eigenvector above.

        None where the block is too narrow.
        """
        threshold = (gap[0] + gap[1]) / 2
        values, vectors = self._ritz(self._filtered(gap, block))
        if values[-1] < threshold:
            return None
        guard = vectors[:, np.searchsorted(values, threshold)]
        values, vectors = self._converged(vectors[:, values < threshold])
        known_values = np.einsum("ij,ij->j", self.known, self.multiply(self.known))
        known_values[np.abs(known_values) < 1e-12] = 0.0
        low = known_values < threshold
        values = np.concatenate([known_values[low], values])
        order = np.argsort(values, kind="stable")
        return values[order], np.concatenate([self.known[:, low], vectors], axis=1)[:, order], guard

    def following(self, vectors: Matrix, start: Vector) -> float:
        """Return the lowest eigenvalue whose eigenvector is orthogonal to `vectors`."""
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
        low, high = self.operator.interval
        cut_low, cut_high = (np.clip((2 * np.array(gap) - low - high) / (high - low), -1 + 1e-9, 1 - 1e-9)).tolist()
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

    def _ritz(self, block: Matrix) -> tuple[Vector, Matrix]:
        values, rotation = linalg.eigh(block.T @ self.multiply(block), check_finite=False)
        return values, block @ rotation

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
