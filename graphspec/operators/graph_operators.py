"""Adjacency and Laplacian operators of a graph, and any symmetric linear operator, each with its spectral interval."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import numpy as np
import scipy.sparse
from numpy.typing import NDArray
from scipy.sparse.linalg import LinearOperator, aslinearoperator

from graphspec._typing import Vector
from graphspec.errors import InputError, ParameterError
from graphspec.exact.known import KnownSpectrum, known_spectrum
from graphspec.graphs.components import Components, connected_components
from graphspec.graphs.graph import Graph, is_sparse, neighbour_sums
from graphspec.lanczos.products import OperatorProduct, Pattern, Product, pattern_product, sparse_product
from graphspec.lanczos.quadrature import ritz_values
from graphspec.lanczos.recurrence import lanczos

OPERATOR_NAMES = ("normalized", "combinatorial", "adjacency", "natural")

_MARGIN = 1e-3  # relative; a tenth of the resolution of 100 moments at the ends
_POWER_STEPS = 30  # steps of the eigenvalue bound: more tighten it little on networks with hubs (chosen by trial)
_SMALLEST_DEGREE = 1e-100  # squares of weights must be numbers
_INTERVAL_STEPS = 40  # Lanczos steps that find the interval of an operator given without one (chosen by trial)


class Operator(Protocol):
    """A symmetric operator A with an interval that encloses its spectrum, ready for the Lanczos pass.

    Attributes
    ----------
    name
        What the operator is called in reports.
    interval
        Enclosing interval [a, b]; the pass works with X = (A - c) / h, c = (a + b) / 2, h = (b - a) / 2.
    num_rows
        Number of rows n.
    known
        The exact part of the spectrum, taken out before sampling.
    power_traces
        Exact traces of A^0, A^1, ... as far as they are known; at least that of A^0, which is n.
    """

    @property
    def name(self) -> str: ...  # noqa: D102

    @property
    def interval(self) -> tuple[float, float]: ...  # noqa: D102

    @property
    def num_rows(self) -> int: ...  # noqa: D102

    @property
    def known(self) -> KnownSpectrum: ...  # noqa: D102

    @property
    def power_traces(self) -> tuple[float, ...]: ...  # noqa: D102

    def product(self, num_steps: int, dtype: type[np.floating[Any]] = np.float32) -> Product:
        """Return what multiplies blocks of vectors by X = (A - c) / h, made ready for a number of steps."""
        ...

    def matrix(self) -> Any:
        """Return the operator as a sparse or dense float64 matrix, shape (n, n)."""
        ...

    def dense(self, rows: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return a dense array of the rows and columns with some numbers, in increasing order."""
        ...


@dataclass(frozen=True, eq=False)
class GraphOperator:
    """One of the operators of a graph; see :func:`graph_operator`, and :class:`Operator` for the attributes."""

    name: str
    interval: tuple[float, float]
    graph: Graph
    known: KnownSpectrum
    structure: bool = True

    @property
    def num_rows(self) -> int:
        """Number of vertices."""
        return self.graph.num_nodes

    @cached_property
    def power_traces(self) -> tuple[float, ...]:
        """Exact traces of A^0, A^1 and A^2."""
        return _power_traces(self.graph, self.name)

    def matrix(self) -> scipy.sparse.csr_array:
        """Return the operator as a sparse float64 matrix, shape (n, n)."""
        graph, adjacency = self.graph, self.graph.adjacency()
        if self.name == "adjacency":
            return adjacency
        if self.name == "normalized":
            diagonal = (graph.num_neighbours > 0).astype(np.float64)
            return _add_diagonal(_scale_symmetrically(adjacency, -1.0, _inverse_roots(graph)), diagonal)
        scale = 1.0 if self.name == "combinatorial" else 1.0 / np.sqrt(graph.num_nodes)
        adjacency.data *= -scale
        return _add_diagonal(adjacency, scale * graph.degrees)

    def dense(self, rows: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return a dense array of the rows and columns with some numbers, in increasing order."""
        whole = self.graph
        adjacency = (whole if len(rows) == whole.num_nodes else whole.subgraph(rows)).dense_adjacency()
        if self.name == "adjacency":
            return adjacency
        if self.name == "normalized":
            roots = _inverse_roots(whole)[rows]
            return np.diag((whole.num_neighbours[rows] > 0).astype(np.float64)) - roots[:, None] * (adjacency * roots)
        scale = 1.0 if self.name == "combinatorial" else 1.0 / np.sqrt(whole.num_nodes)
        return np.asarray(np.diag(scale * whole.degrees[rows]) - scale * adjacency)

    def product(self, num_steps: int, dtype: type[np.floating[Any]] = np.float32) -> Product:
        """Return what multiplies blocks of vectors by X = (A - c) / h, made ready for a number of steps."""
        low, high = self.interval
        center, half = (low + high) / 2, (high - low) / 2
        graph = self.graph
        if self.name == "normalized" and graph.weights is None:
            # X = L - I is zero on the diagonal, but for isolated vertices.
            diagonal = -(graph.num_neighbours == 0).astype(np.float64)
            pattern = Pattern(graph.indptr, graph.indices, _inverse_roots(graph), -1.0, diagonal)
            return pattern_product(pattern, num_steps, dtype)
        if self.name == "normalized":
            # Weights may exceed the range of float32 before they are scaled.
            scaled = _scale_symmetrically(graph.adjacency(), -1.0, _inverse_roots(graph)).astype(dtype)
            if graph.num_isolated and not self.known.dimension:
                scaled = _add_diagonal(scaled, -(graph.num_neighbours == 0).astype(dtype))
            return sparse_product(scaled, num_steps)
        full = self.matrix()
        full.data /= half
        shifted = _add_diagonal(full, np.full(self.num_rows, -center / half)) if center else full
        return sparse_product(shifted.astype(dtype), num_steps)


@dataclass(frozen=True, eq=False)
class MatrixOperator:
    """Any symmetric scipy sparse matrix or linear operator; see :func:`linear_operator` and :class:`Operator`."""

    name: str
    interval: tuple[float, float]
    linear: Any
    known: KnownSpectrum
    power_traces: tuple[float, ...]

    @property
    def num_rows(self) -> int:
        """Number of rows of the operator."""
        return int(self.linear.shape[0])

    def matrix(self) -> Any:
        """Return the operator as a sparse or dense float64 matrix, shape (n, n)."""
        return self.linear if is_sparse(self.linear) else self.linear.matmat(np.eye(self.num_rows))

    def dense(self, rows: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return a dense array of the rows and columns with some numbers, in increasing order."""
        matrix = self.matrix()
        chosen = matrix[rows][:, rows]
        return np.asarray(chosen.toarray() if is_sparse(matrix) else chosen, np.float64)

    def product(self, num_steps: int, dtype: type[np.floating[Any]] = np.float32) -> Product:
        """Return what multiplies blocks of vectors by X = (A - c) / h, made ready for a number of steps."""
        low, high = self.interval
        center, half = (low + high) / 2, (high - low) / 2
        if is_sparse(self.linear):
            matrix = scipy.sparse.csr_array(self.linear, copy=True)
            matrix.data /= half
            shifted = _add_diagonal(matrix, np.full(self.num_rows, -center / half))
            return sparse_product(shifted.astype(dtype), num_steps)

        def multiply(block: NDArray[np.floating[Any]]) -> NDArray[np.floating[Any]]:
            product: NDArray[np.floating[Any]] = (self.linear.matmat(block) - center * block) / half
            return product

        return OperatorProduct(multiply, self.num_rows, dtype)


def graph_operator(
    graph: Graph, name: str = "normalized", *, structure: bool = True, components: Components | None = None
) -> GraphOperator:
    """Return one of the operators of a graph with an interval that encloses its spectrum.

    Parameters
    ----------
    graph
        The graph; weights count where it has them.
    name
        ``normalized``: I - D^-1/2 A D^-1/2, zero on the rows of isolated vertices (Chung's convention), in [0, 2];
        ``combinatorial``: D - A; ``adjacency``: A; ``natural``: (D - A) / sqrt(n), whose perturbations by cut edges
        are of order R / sqrt(n).
    structure
        Whether to take the exactly known part of the spectrum out.
    components
        The connected components where they are at hand already.

    Raises
    ------
    ParameterError
        If the name is unknown.
    InputError
        If weights are so large or so small that their squares are no numbers.
    """
    if name not in OPERATOR_NAMES:
        raise ParameterError(f"unknown operator {name!r}: choose one of {', '.join(OPERATOR_NAMES)}")
    if graph.weights is not None and graph.num_edges:
        largest = float(graph.degrees.max())
        if not _SMALLEST_DEGREE < largest < 1 / _SMALLEST_DEGREE:
            raise InputError(f"{graph.name}: sums of weights up to {largest:.1e} are out of range: scale them")
    known = KnownSpectrum()
    if structure:
        known = known_spectrum(connected_components(graph) if components is None else components, name)
    return GraphOperator(name, _interval(graph, name), graph, known, structure)


def linear_operator(
    linear: LinearOperator | Any,
    interval: tuple[float, float] | None = None,
    *,
    name: str = "operator",
    known: KnownSpectrum | None = None,
) -> MatrixOperator:
    """Wrap a symmetric scipy LinearOperator, sparse matrix or dense array.

    Parameters
    ----------
    linear
        The operator, shape (n, n); its symmetry is the caller's promise.
    interval
        An interval that encloses the spectrum. Where none is given, a short Lanczos run finds the extreme Ritz values,
        and their residuals and a margin of one percent of the range are added.
    name
        What the operator is called in reports.
    known
        Eigenvalues known exactly with orthonormal eigenvectors that span their eigenspaces.

    Raises
    ------
    ParameterError
        If the operator is not square or the interval is empty.
    """
    if len(linear.shape) != 2 or linear.shape[0] != linear.shape[1]:
        raise ParameterError(f"an operator must be square, not of shape {linear.shape}")
    if np.dtype(linear.dtype).kind == "c":
        raise ParameterError("an operator must be real, not complex")
    if interval is not None and not (np.isfinite(interval).all() and interval[0] < interval[1]):
        raise ParameterError(f"the interval [{interval[0]}, {interval[1]}] is empty")
    if linear.shape[0] == 0:
        raise ParameterError("an operator without rows has no spectrum")
    traces: tuple[float, ...] = (float(linear.shape[0]),)
    if is_sparse(linear) or isinstance(linear, np.ndarray):
        matrix = scipy.sparse.csr_array(linear, dtype=np.float64)
        traces = (*traces, float(matrix.diagonal().sum()), float(matrix.data @ matrix.data))
    else:
        matrix = aslinearoperator(linear)
    exact = KnownSpectrum() if known is None else known
    if interval is None:
        scale = _rough_norm(matrix)
        interval = _interval_by_lanczos(MatrixOperator(name, (-scale, scale), matrix, exact, traces))
    return MatrixOperator(name, (float(interval[0]), float(interval[1])), matrix, exact, traces)


def _interval(graph: Graph, name: str) -> tuple[float, float]:
    if name == "normalized":
        return 0.0, 2.0
    if graph.num_edges == 0:
        return (0.0, 1.0) if name != "adjacency" else (-1.0, 1.0)
    bound = _perron_bound(graph, with_degrees=name != "adjacency")
    if name == "adjacency":
        return -bound, bound
    return 0.0, bound if name == "combinatorial" else bound / float(np.sqrt(graph.num_nodes))


def _perron_bound(graph: Graph, *, with_degrees: bool) -> float:
    """Bound the largest eigenvalue of A, or of D + A, which bounds that of D - A.

    Collatz and Wielandt: for every positive vector x the largest eigenvalue of a non-negative matrix M is at most
    max_i (M x)_i / x_i. Power steps make the bound tight, and it holds after every one of them.
    """
    adjacency, degrees = graph.adjacency(), graph.degrees
    diagonal = degrees if with_degrees else np.zeros_like(degrees)
    vector = np.maximum(degrees, 1.0)
    bound = np.inf
    for _ in range(_POWER_STEPS):
        image = adjacency @ vector + diagonal * vector
        bound = min(bound, float(np.max(image / vector)))
        # The shift keeps the vector positive, and from oscillating between the sides of a bipartite graph.
        vector = image + 0.5 * bound * vector
        vector /= vector.max()
        vector = np.maximum(vector, 1e-100)
    # At the very end of [-1, 1] rounding in float32 grows with the square of the order: stay a little inside.
    return bound * (1 + _MARGIN)


def _power_traces(graph: Graph, name: str) -> tuple[float, ...]:
    n, degrees = float(graph.num_nodes), graph.degrees
    data = np.ones(1) if graph.weights is None else graph.weights
    squares = float(len(graph.indices)) if graph.weights is None else float(data @ data)
    if name == "adjacency":
        return n, 0.0, squares
    if name == "normalized":
        live = float(np.count_nonzero(graph.num_neighbours))
        return n, live, live + _sum_of_squares(graph)
    scale = 1.0 if name == "combinatorial" else 1.0 / np.sqrt(n) if n else 1.0
    return n, scale * float(degrees.sum()), scale**2 * (float(degrees @ degrees) + squares)


def _sum_of_squares(graph: Graph) -> float:
    """Return the sum of the squared entries of D^-1/2 A D^-1/2, in one order whatever the number of threads."""
    if graph.weights is not None:
        scaled = _scale_symmetrically(graph.adjacency(), 1.0, _inverse_roots(graph))
        return float(np.sum(scaled.data * scaled.data))
    # In whole numbers sums do not depend on who adds them; the scale leaves room for the largest sum.
    inverse = np.divide(1.0, graph.degrees, out=np.zeros(graph.num_nodes), where=graph.degrees > 0)
    scale = 2.0 ** (62 - int(graph.num_neighbours.max(initial=1)).bit_length())
    sums = neighbour_sums(graph, np.round(inverse * scale).astype(np.uint64))
    return float(np.sum(inverse * (sums / scale)))


def _rough_norm(matrix: Any) -> float:
    """Return a number of the size of the operator's norm, by two power steps; 1 for the zero operator."""
    vector = np.random.default_rng(0).standard_normal((matrix.shape[0], 1))
    for _ in range(2):
        vector /= np.linalg.norm(vector)
        vector = np.asarray(matrix @ vector)
        if not vector.any():
            return 1.0
    return float(np.linalg.norm(vector))


def _interval_by_lanczos(operator: MatrixOperator) -> tuple[float, float]:
    rows = operator.num_rows
    product = operator.product(0, np.float64)
    start = np.random.default_rng(0).standard_normal((2, rows))
    jacobi = lanczos(product, product.block(start), min(_INTERVAL_STEPS, rows))
    low, high = np.inf, -np.inf
    for alpha, beta in zip(jacobi.alpha, jacobi.beta, strict=True):
        values, residuals = ritz_values(alpha, beta)
        low, high = min(low, values[0] - residuals[0]), max(high, values[-1] + residuals[-1])
    margin = 0.01 * (high - low) or 1e-3
    scale = operator.interval[1]
    return scale * float(low - margin), scale * float(high + margin)


def _inverse_roots(graph: Graph) -> Vector:
    degrees = graph.degrees
    return np.divide(1.0, np.sqrt(degrees), out=np.zeros_like(degrees), where=degrees > 0)


def _scale_symmetrically(matrix: scipy.sparse.csr_array, factor: float, scale: Vector) -> scipy.sparse.csr_array:
    """Multiply entry (i, j) by factor * scale[i] * scale[j], in place."""
    narrow = scale.astype(matrix.dtype)
    counts = np.diff(matrix.indptr)
    matrix.data *= narrow[matrix.indices]
    matrix.data *= np.repeat((factor * scale).astype(matrix.dtype), counts)
    return matrix


def _add_diagonal(matrix: scipy.sparse.csr_array, diagonal: NDArray[np.floating[Any]]) -> scipy.sparse.csr_array:

    return scipy.sparse.csr_array(matrix + scipy.sparse.diags_array(diagonal, format="csr", dtype=matrix.dtype))
