"""Any symmetric matrix or linear operator."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import scipy.sparse
from numpy.typing import NDArray
from scipy.sparse.linalg import LinearOperator, aslinearoperator

from graphspec._typing import Block, Matrix, Vector
from graphspec.errors import ParameterError
from graphspec.graphs import Links, is_symmetric, off_diagonal
from graphspec.lanczos import OperatorProduct, Product, sparse_product
from graphspec.operators.base import Operator
from graphspec.operators.bounds import ritz_interval, rough_norm
from graphspec.operators.interval import Interval
from graphspec.operators.traces import TraceSettings, exact_moments


@dataclass(frozen=True, eq=False)
class SymmetricOperator(Operator):
    """A symmetric scipy LinearOperator, multiplied by its own `matmat`; see :func:`linear_operator`."""

    linear: Any
    bounds: Interval
    name: str = "operator"
    known: Mapping[float, Matrix] = field(default_factory=dict)
    precision: type[np.floating[Any]] = np.float32

    @property
    def interval(self) -> Interval:
        """Interval that encloses the spectrum."""
        return self.bounds

    @property
    def num_rows(self) -> int:
        """Number of rows."""
        return int(self.linear.shape[0])

    @property
    def parameters(self) -> Mapping[str, Any]:
        """The precision, where it is not that of all passes."""
        return {} if self.precision is np.float32 else {"precision": "double"}

    def matrix(self) -> Any:
        """Return the dense float64 matrix: the product with the identity."""
        return self.linear.matmat(np.eye(self.num_rows))

    def product(self, num_steps: int, dtype: type[np.floating[Any]] = np.float32) -> Product:  # noqa: ARG002
        """Return the product of X with blocks of vectors."""
        center, half = self.interval.center, self.interval.half_width

        def multiply(block: Block) -> Block:
            product: Block = (self.linear.matmat(block) - center * block) / half
            return product

        return OperatorProduct(multiply, self.num_rows, dtype)


@dataclass(frozen=True, eq=False)
class SparseOperator(SymmetricOperator):
    """A symmetric scipy sparse array, multiplied by the compiled step where there is one.

    Attributes
    ----------
    symmetric
        Whether it was found to be symmetric; otherwise its pattern is checked before walks on it are counted.
    """

    symmetric: bool = False

    def _exact_moments(self, threads: int) -> Vector:
        """Return the exact means of T_0(X) to T_2(X) over the spectrum, and of higher orders where they cost little."""
        center, half = self.interval.center, self.interval.half_width
        matrix = self.linear
        if not matrix.has_canonical_format:
            matrix = matrix.copy()
            matrix.sum_duplicates()
        indptr, indices, entries = off_diagonal(matrix.indptr, matrix.indices, matrix.data)
        entries /= half  # before they are squared, which may take them out of the range of numbers
        links = Links(indptr, indices, entries, np.ones(self.num_rows))
        settings = TraceSettings()
        if not self.symmetric and not is_symmetric(links.indptr, links.indices):
            settings = settings.changed(cycle_entries=0)
        return exact_moments(links, (matrix.diagonal() - center) / half, settings=settings, threads=threads)

    def matrix(self) -> scipy.sparse.csr_array:
        """Return the sparse array itself."""
        return self.linear

    def product(self, num_steps: int, dtype: type[np.floating[Any]] = np.float32) -> Product:
        """Return the product of X with blocks of vectors."""
        center, half = self.interval.center, self.interval.half_width
        matrix = scipy.sparse.csr_array(self.linear / half)
        diagonal = np.flatnonzero(_rows(matrix) == matrix.indices)
        if matrix.has_canonical_format and len(diagonal) == self.num_rows:
            matrix.data[diagonal] -= center / half
            matrix.eliminate_zeros()
        else:
            matrix = matrix + scipy.sparse.diags_array(np.full(self.num_rows, -center / half), format="csr")
        return sparse_product(scipy.sparse.csr_array(matrix, dtype=dtype), num_steps)


def linear_operator(
    linear: LinearOperator | Any,
    interval: tuple[float, float] | None = None,
    *,
    name: str = "operator",
    known: Mapping[float, Matrix] | None = None,
) -> SymmetricOperator:
    """Wrap a symmetric scipy LinearOperator, sparse matrix or dense array.

    Parameters
    ----------
    linear
        The operator, shape (n, n); its symmetry is not checked.
    interval
        An interval that encloses the spectrum; by default that of the extreme Ritz values of a short Lanczos run, with
        their residuals and a margin of one percent of the range.
    name
        Name of the operator in reports.
    known
        Eigenvalues that are known exactly, each with orthonormal eigenvectors as columns, shape (n, multiplicity), that
        span its eigenspace. They are removed before sampling.

    Returns
    -------
    SymmetricOperator
        An operator for :func:`graphspec.sketch`.

    Raises
    ------
    ParameterError
        If the operator is not square, complex or without rows, or the interval is empty.
    """
    if len(linear.shape) != 2 or linear.shape[0] != linear.shape[1]:
        raise ParameterError(f"an operator must be square, not of shape {linear.shape}")
    if np.dtype(linear.dtype).kind == "c":
        raise ParameterError("an operator must be real, not complex")
    if interval is not None and not (np.isfinite(interval).all() and interval[0] < interval[1]):
        raise ParameterError(f"the interval [{interval[0]}, {interval[1]}] is empty")
    if linear.shape[0] == 0:
        raise ParameterError("an operator without rows has no spectrum")
    kind, matrix = SymmetricOperator, linear
    if scipy.sparse.issparse(linear) or isinstance(linear, np.ndarray):
        kind, matrix = SparseOperator, scipy.sparse.csr_array(linear, dtype=np.float64)
    else:
        matrix = aslinearoperator(linear)
    vectors = {value: _columns(eigenvectors, linear.shape[0]) for value, eigenvectors in (known or {}).items()}
    if interval is not None:
        return kind(matrix, Interval(float(interval[0]), float(interval[1])), name, vectors)
    scale = rough_norm(matrix)
    rough = kind(matrix, Interval(-scale, scale), name, vectors)
    return replace(rough, bounds=ritz_interval(rough))


def _rows(matrix: scipy.sparse.csr_array) -> NDArray[np.integer[Any]]:
    """Return the row of every stored entry."""
    return np.repeat(np.arange(matrix.shape[0], dtype=matrix.indices.dtype), np.diff(matrix.indptr))


def _columns(eigenvectors: Any, num_rows: int) -> Matrix:
    columns = np.asarray(eigenvectors, np.float64).reshape(num_rows, -1)
    if np.abs(columns.T @ columns - np.eye(columns.shape[1])).max(initial=0.0) > 1e-8:
        raise ParameterError("known eigenvectors must be orthonormal columns", "known")
    return columns
