"""The Lanczos recurrence on a block of vectors: the only module that knows threads and block layout.

The block is stored with the vectors as columns, so that one product gathers a contiguous row for every stored entry of
the matrix. Rows are cut into blocks at places that depend on the matrix alone, and partial sums are added in the order
of the blocks: the result does not depend on the number of threads.
"""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import sparse

from graphspec.compiled import compiled_part

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from types import ModuleType

    from numpy.typing import NDArray

    Block = NDArray[np.floating[Any]]
    Sums = NDArray[np.float64]

BLOCK_WIDTH = 16
"""Vectors in a block of a usual pass: 16 float32 fill one cache line."""

WIDEST_BLOCK = 32
"""Vectors in a block where there are more: a step then takes a quarter less time for each (measured)."""

ROWS_PER_THREAD = 32_768
"""Fewer rows than this are not shared by threads: every block of vectors has its own."""

_CACHE_LINE = 64
_ROW_GROUP = 256  # rows of a block come in multiples of this, so that partial sums can be taken by folding
_ROWS_PER_TASK = 32_768  # with a quarter, a step takes up to half as long again: threads wait for the interpreter
_ENTRIES_PER_TASK = 800_000
_FEWEST_TASKS = 8  # of a matrix that is large enough to be worth a second thread
_ROWS_WORTH_ORDERING = 30_000  # below, a block of 16 float32 columns stays in a second-level cache anyway
_BREAKDOWN = 1e-5  # a coupling this small changes moments by its square, and is what float32 leaves of zero


class Product(ABC):
    """A symmetric matrix as the recurrence sees it: blocks of rows that can be worked on independently.

    The two halves of a step are here in their portable form, with numpy.

    Attributes
    ----------
    num_rows
        Number of rows of a block, a multiple of the row group; those beyond the matrix are zero.
    dtype
        Precision of the vectors.
    """

    num_rows: int
    dtype: type[np.floating[Any]]
    reentrant = True
    """Whether several blocks can be worked on at once."""

    @abstractmethod
    def block(self, vectors: list[NDArray[np.floating[Any]]]) -> Block:
        """Return a block with the given columns, in the order in which the rows are stored."""

    @abstractmethod
    def vectors(self, block: Block) -> Block:
        """Return the columns of a block in the order of the matrix's rows: the inverse of :meth:`block`."""

    @abstractmethod
    def row_blocks(self) -> list[slice]:
        """Return the row ranges that are worked on independently; they depend on the matrix alone."""

    @abstractmethod
    def multiply(self, index: int, vectors: Block) -> Block:
        """Return the rows of one range of the product, a new array."""

    def prepare(self, vectors: Block) -> None:  # noqa: B027
        """Take notice that all products of a step will be with `vectors`."""

    def squared_norms(self, index: int, vectors: Block) -> Sums:
        """Return the squared norms of the columns over one range of rows."""
        rows = self.row_blocks()[index]
        return _column_dots(vectors[rows], vectors[rows])

    def three_terms(self, index: int, current: Block, previous: Block, first: Sums, second: Sums) -> Sums:
        """Overwrite rows of `previous` by first X current - second previous; return their dots with `current`."""
        rows = self.row_blocks()[index]
        fresh = self.multiply(index, current)
        old, folded = _fold(previous[rows]), _fold(fresh)
        folded *= self._expansion(first)
        old *= self._expansion(second)
        np.subtract(folded, old, out=old)
        return _column_dots(previous[rows], current[rows], scratch=fresh)

    def subtract(self, index: int, current: Block, fresh: Block, third: Sums) -> Sums:
        """Subtract third current from rows of `fresh`; return their squared norms."""
        rows = self.row_blocks()[index]
        scratch = np.multiply(_fold(current[rows]), self._expansion(third))
        target = _fold(fresh[rows])
        target -= scratch
        return _column_dots(fresh[rows], fresh[rows], scratch=scratch.reshape(fresh[rows].shape))

    def recurrence(self, current: Block, previous: Block, scale: Sums, coefficients: tuple[Sums, Sums]) -> bool:  # noqa: ARG002
        """Fill in all alpha and beta at once, in one thread, if there is a faster way to do that; return whether."""
        return False

    def _expansion(self, scales: Sums) -> Block:
        """Repeat scales for a group of rows."""
        return np.tile(scales.astype(self.dtype), _ROW_GROUP)


class SparseProduct(Product):
    """Products of a symmetric sparse matrix: scipy releases the interpreter lock, so threads scale."""

    steps_worth_ordering = 20
    """Steps in which reordering the rows saves the time that it takes (measured on com-DBLP)."""

    def __init__(self, matrix: sparse.csr_array, num_steps: int = 0) -> None:
        """Take a symmetric matrix; `num_steps` is the number of products that will be asked for."""
        rows = matrix.shape[0]
        self._order: NDArray[np.int32] | None = None
        if rows >= _ROWS_WORTH_ORDERING and num_steps >= self.steps_worth_ordering:
            from scipy.sparse import csgraph

            # Neighbours that are stored near each other are found in the cache.
            self._order = csgraph.reverse_cuthill_mckee(matrix, symmetric_mode=True)
            matrix = _permuted(matrix, self._order)
        self.dtype, self._rows = matrix.dtype.type, rows
        self.num_rows = -(-rows // _ROW_GROUP) * _ROW_GROUP
        # Empty rows at the end make the number of rows a multiple of the group.
        empty = np.full(self.num_rows - rows, matrix.indptr[-1])
        self._indptr = np.concatenate([matrix.indptr, empty]).astype(np.int64, copy=False)
        self._indices, self._data = matrix.indices, matrix.data
        self._cuts = _row_cuts(self._indptr, self.num_rows)

    def row_blocks(self) -> list[slice]:
        """Return the row ranges, cut by stored entries and rows."""
        return self._cuts

    def block(self, vectors: list[NDArray[np.floating[Any]]]) -> Block:
        """Return a block with the given columns, in the order of the rows."""
        return _block(vectors, self.num_rows, self.dtype, self._order)

    def vectors(self, block: Block) -> Block:
        """Return the columns of a block, in the order of the matrix's rows."""
        if self._order is None:
            return block[: self._rows]
        result = np.empty((self._rows, block.shape[1]), block.dtype)
        result[self._order] = block[: self._rows]
        return result

    def multiply(self, index: int, vectors: Block) -> Block:
        """Return the rows of one range of the product."""
        result: Block = self._parts[index] @ vectors
        return result

    @cached_property
    def _parts(self) -> list[sparse.csr_array]:
        return [self._part(rows) for rows in self._cuts]

    def _part(self, rows: slice) -> sparse.csr_array:
        first, last = self._indptr[rows.start], self._indptr[rows.stop]
        local = (self._indptr[rows.start : rows.stop + 1] - first).astype(np.int32)
        shape = (rows.stop - rows.start, self.num_rows)
        return sparse.csr_array((self._data[first:last], self._indices[first:last], local), shape=shape)


class CompiledProduct(SparseProduct):
    """The same with the compiled step, which reads every stored entry once and every row of the block twice.

    A matrix S A S with a pattern A of ones and a diagonal S is worked on without its values: blocks hold S times the
    vectors, so that a row of the product is a sum of rows of the block. A weight 1 / S^2 then belongs to every row of
    a dot product.
    """

    steps_worth_ordering = 1000
    """Rows that are fetched ahead gain little from an order: 7 % of a step on com-DBLP, 4 % on a power law of a million
    vertices, nothing on roads; sorting takes as long as 245 and 883 steps (measured by ``python -m benchmarks speed``).
    The number of probes is no matter here, so that a probe's result does not depend on it."""

    def __init__(
        self, matrix: sparse.csr_array, num_steps: int, kernels: ModuleType, pattern: Pattern | None = None
    ) -> None:
        super().__init__(matrix, num_steps)
        self._kernels = kernels
        self._indices = np.ascontiguousarray(self._indices, np.int32)
        self._root: Block | None = None
        self._matrix: tuple[NDArray[Any] | None, ...]
        if pattern is None:
            self._matrix = (self._indptr, self._indices, self._data, None, None, None)
            return
        root, diagonal = (self._in_rows(values) for values in (pattern.root, pattern.diagonal))
        # Rows without a scale have no entries: any other serves them.
        root[root == 0] = 1.0
        self._root = root[:, None]
        scale = (pattern.factor * root.astype(np.float64) ** 2).astype(np.float32)
        weight = (root.astype(np.float64) ** -2).astype(np.float32)
        has_diagonal = bool(diagonal.any())
        self._matrix = (self._indptr, self._indices, None, scale, weight, diagonal if has_diagonal else None)

    def _in_rows(self, values: NDArray[np.floating[Any]]) -> Block:
        """Return one value for every row, in the order of the rows."""
        return np.ascontiguousarray(_block([values], self.num_rows, self.dtype, self._order)[:, 0])

    def block(self, vectors: list[NDArray[np.floating[Any]]]) -> Block:
        """Return a block with the given columns, in the order of the rows and scaled as the matrix asks for."""
        block = super().block(vectors)
        if self._root is not None:
            block *= self._root
        return block

    def vectors(self, block: Block) -> Block:
        """Return the columns of a block, in the order of the matrix's rows."""
        return super().vectors(block if self._root is None else block / self._root)

    def squared_norms(self, index: int, vectors: Block) -> Sums:
        """Return the squared norms of the columns over one range of rows."""
        weight, rows = self._matrix[4], self._cuts[index]
        if weight is None:
            return super().squared_norms(index, vectors)
        return _column_dots(vectors[rows] * weight[rows, None], vectors[rows])

    def three_terms(self, index: int, current: Block, previous: Block, first: Sums, second: Sums) -> Sums:
        """Overwrite rows of `previous` by first X current - second previous; return their dots with `current`."""
        rows, sums = self._cuts[index], np.zeros(current.shape[1])
        scales = (first.astype(np.float32), second.astype(np.float32))
        place = (rows.start, rows.stop, current.shape[1])
        self._kernels.three_terms(self._matrix, *place, current, previous, *scales, sums)
        return sums

    def subtract(self, index: int, current: Block, fresh: Block, third: Sums) -> Sums:
        """Subtract third current from rows of `fresh`; return their squared norms."""
        rows, sums = self._cuts[index], np.zeros(current.shape[1])
        place, scale = (rows.start, rows.stop, current.shape[1]), third.astype(np.float32)
        self._kernels.subtract(self._matrix[4], *place, current, fresh, scale, sums)
        return sums

    def recurrence(self, current: Block, previous: Block, scale: Sums, coefficients: tuple[Sums, Sums]) -> bool:
        """Fill in all alpha and beta at once: between steps on a few thousand rows the interpreter takes most time."""
        if self.num_rows > ROWS_PER_THREAD:
            return False  # an interrupt must not wait for all steps
        (width, steps), bounds = coefficients[0].shape, np.array([0, *(rows.stop for rows in self._cuts)], np.int64)
        self._kernels.recurrence(
            self._matrix, bounds, width, steps, current, previous, scale, *coefficients, _BREAKDOWN
        )
        return True


@dataclass(frozen=True, eq=False)
class Pattern:
    """A symmetric matrix factor * S A S + diagonal, where A has no entries but ones and S is diagonal.

    Attributes
    ----------
    indptr, indices
        A in CSR form.
    root
        The diagonal of S, shape (n,); zero only for rows without entries.
    factor
        The factor of the part outside of the diagonal.
    diagonal
        What is added to the diagonal, shape (n,).
    """

    indptr: NDArray[np.integer[Any]]
    indices: NDArray[np.int32]
    root: NDArray[np.float64]
    factor: float
    diagonal: NDArray[np.float64]

    def matrix(self, dtype: type[np.floating[Any]]) -> sparse.csr_array:
        """Return the matrix, shape (n, n)."""
        counts = np.diff(self.indptr)
        narrow = self.root.astype(dtype)
        data = narrow[self.indices]
        data *= np.repeat((self.factor * self.root).astype(dtype), counts)
        size = len(self.root)
        result = sparse.csr_array((data, self.indices, index_pointer(self.indptr)), shape=(size, size))
        if not self.diagonal.any():
            return result
        return sparse.csr_array(result + sparse.diags_array(self.diagonal, format="csr", dtype=dtype))


def index_pointer(indptr: NDArray[np.integer[Any]]) -> NDArray[np.integer[Any]]:
    """Return row starts in 32 bits where that is enough: scipy would else widen the indices to those of the starts."""
    return indptr.astype(np.int32) if indptr[-1] < 2**31 else indptr


def pattern_product(pattern: Pattern, num_steps: int = 0, dtype: type[np.floating[Any]] = np.float32) -> SparseProduct:
    """Return the products of a matrix that has a pattern and scales in place of values, compiled where possible.

    Parameters
    ----------
    pattern
        The matrix, its spectrum in [-1, 1].
    num_steps
        Number of products that will be asked for.
    dtype
        Precision of the vectors; the compiled form is for float32.
    """
    kernels = compiled_part("_kernels")
    if kernels is None or dtype is not np.float32:
        return sparse_product(pattern.matrix(dtype), num_steps)
    size = len(pattern.root)
    # Ones that take no memory: only their positions are read.
    ones = np.broadcast_to(np.ones(1, np.float32), len(pattern.indices))
    bare = sparse.csr_array((ones, pattern.indices, index_pointer(pattern.indptr)), shape=(size, size))
    return CompiledProduct(bare, num_steps, kernels, pattern)


def sparse_product(matrix: sparse.csr_array, num_steps: int = 0) -> SparseProduct:
    """Return the products of a symmetric sparse matrix, compiled where that is possible.

    Parameters
    ----------
    matrix
        The matrix, scaled so that its spectrum lies in [-1, 1].
    num_steps
        Number of products that will be asked for: many make it worth to reorder the rows for the cache.
    """
    kernels = compiled_part("_kernels")
    if kernels is None or matrix.dtype != np.float32:
        return SparseProduct(matrix, num_steps)
    return CompiledProduct(matrix, num_steps, kernels)


class OperatorProduct(Product):
    """Products of any linear operator, with all rows at once: the operator has its own threads, or none."""

    reentrant = False

    def __init__(self, multiply: Callable[[Block], Block], num_rows: int, dtype: type[np.floating[Any]]) -> None:
        self.dtype = dtype
        self._rows = num_rows
        self.num_rows = -(-num_rows // _ROW_GROUP) * _ROW_GROUP
        self._multiply = multiply
        step = _ROWS_PER_TASK
        self._cuts = [slice(row, min(row + step, self.num_rows)) for row in range(0, self.num_rows, step)]
        self._product: Block | None = None

    def block(self, vectors: list[NDArray[np.floating[Any]]]) -> Block:
        """Return a block with the given columns."""
        return _block(vectors, self.num_rows, self.dtype)

    def vectors(self, block: Block) -> Block:
        """Return the columns of a block."""
        return block[: self._rows]

    def row_blocks(self) -> list[slice]:
        """Return row ranges of equal length."""
        return self._cuts

    def prepare(self, vectors: Block) -> None:
        """Multiply all rows."""
        product = np.zeros((self.num_rows, vectors.shape[1]), self.dtype)
        product[: self._rows] = self._multiply(vectors[: self._rows])
        self._product = product

    def multiply(self, index: int, vectors: Block) -> Block:  # noqa: ARG002
        """Return the rows of one range of the product that was prepared."""
        assert self._product is not None
        return self._product[self._cuts[index]]


@dataclass(frozen=True, eq=False)
class JacobiCoefficients:
    """What the recurrence leaves of every vector.

    Attributes
    ----------
    alpha, beta
        Diagonal and off-diagonal of the Jacobi matrix, shape (vectors, steps); the last beta is the norm of what a
        further step would start from.
    norm2
        Squared norm of the starting vector, shape (vectors,).
    """

    alpha: NDArray[np.float64]
    beta: NDArray[np.float64]
    norm2: NDArray[np.float64]


def lanczos(
    product: Product,
    vectors: Block,
    num_steps: int,
    *,
    threads: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> JacobiCoefficients:
    """Run one Lanczos recurrence for every column of `vectors`, all at once, without reorthogonalisation.

    Quadrature from the coefficients stays accurate without orthogonality (Paige 1980; Chen, Trogdon and Ubaru 2021,
    arXiv:2105.06595): copies of a converged Ritz value share its weight. A recurrence that has exhausted its Krylov
    space stops with zeros.

    Parameters
    ----------
    product
        The matrix, scaled so that its spectrum lies in [-1, 1].
    vectors
        Starting vectors, shape (product.num_rows, width), C-contiguous; overwritten.
    num_steps
        Number of products of the matrix with the block.
    threads
        Number of threads; by default as many as the process may use.
    progress
        Called after every step with the number of products of the matrix with one vector that it took.
    """
    width = vectors.shape[1]
    current, previous = vectors, _zeros(vectors.shape, vectors.dtype.type)
    alpha, beta = np.zeros((width, num_steps)), np.zeros((width, num_steps))
    blocks = product.row_blocks()
    with pool_of(min(threads or available_threads(), len(blocks))) as pool:

        def total(task: Callable[[int], Sums]) -> Sums:
            each = map(task, range(len(blocks))) if pool is None else pool.map(task, range(len(blocks)))
            return np.sum(list(each), axis=0) if blocks else np.zeros(width)

        norm2 = total(lambda index: product.squared_norms(index, current))
        # The stored vectors keep the length that they were computed with; scales normalise them on the fly.
        scale = _inverse(np.sqrt(norm2), norm2 > 0)
        if pool is None and product.recurrence(current, previous, scale, (alpha, beta)):
            if progress is not None:
                progress(width * num_steps)
            return JacobiCoefficients(alpha, beta, norm2)
        previous_scale = np.zeros(width)
        coupling = np.zeros(width)
        for step in range(num_steps):
            product.prepare(current)
            first, second = scale, coupling * previous_scale
            alpha[:, step] = scale * total(
                lambda index: product.three_terms(index, current, previous, first, second)  # noqa: B023
            )
            third = alpha[:, step] * scale
            norms = np.sqrt(total(lambda index: product.subtract(index, current, previous, third)))  # noqa: B023
            alive = norms > _BREAKDOWN
            coupling = beta[:, step] = np.where(alive, norms, 0.0)
            current, previous = previous, current
            previous_scale, scale = scale, _inverse(norms, alive)
            if progress is not None:
                progress(width)
    return JacobiCoefficients(alpha, beta, norm2)


def chebyshev_filter(
    product: Product,
    vectors: NDArray[np.floating[Any]],
    damped: tuple[float, float],
    degree: int,
    *,
    threads: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> NDArray[np.float64]:
    """Apply a Chebyshev polynomial that is at most 1 on an interval and grows as fast as possible outside of it.

    What lies outside of the interval is amplified: after Y. Zhou, Y. Saad, M. Tiago and J. Chelikowsky, J. Comput.
    Phys. 219, 172 (2006), equation 6. Every block of columns goes through the whole recurrence in one thread.

    Parameters
    ----------
    product
        The matrix X, scaled so that its spectrum lies in [-1, 1].
    vectors
        What is filtered, shape (rows of the matrix, width).
    damped
        The interval, within [-1, 1].
    degree
        Degree of the polynomial, and number of products with every column.
    threads
        Number of threads; by default as many as the process may use.
    progress
        Called now and then with the number of products of the matrix with one vector that were taken.
    """
    center, half = (damped[0] + damped[1]) / 2, (damped[1] - damped[0]) / 2
    result = np.empty(vectors.shape)
    rows = product.row_blocks()

    def work(start: int) -> None:
        columns = slice(start, min(start + BLOCK_WIDTH, vectors.shape[1]))
        current = product.block(list(vectors[:, columns].T))
        previous = _zeros(current.shape, current.dtype.type)
        ones = np.ones(current.shape[1])
        for step in range(degree):
            # 2 (X - c) / h times the current block less the previous one; the first step has no factor of 2.
            factor = 1.0 if step == 0 else 2.0
            product.prepare(current)
            for index in range(len(rows)):
                product.three_terms(index, current, previous, factor / half * ones, ones)
                product.subtract(index, current, previous, factor * center / half * ones)
            current, previous = previous, current
        result[:, columns] = product.vectors(current)
        if progress is not None:
            progress(degree * current.shape[1])

    with ThreadPoolExecutor((threads or available_threads()) if product.reentrant else 1) as pool:
        list(pool.map(work, range(0, vectors.shape[1], BLOCK_WIDTH)))
    return result


class ParallelRows:
    """A sparse float64 matrix whose products with blocks use several threads.

    Parameters
    ----------
    matrix
        The matrix, shape (n, n).
    threads
        Number of threads; by default as many as the process may use.
    """

    def __init__(self, matrix: sparse.csr_array, threads: int | None = None) -> None:
        count = threads or available_threads()
        bounds = np.searchsorted(matrix.indptr, np.linspace(0, matrix.nnz, count + 1)[1:-1])
        self._cuts = [slice(start, stop) for start, stop in pairwise([0, *bounds.tolist(), matrix.shape[0]])]
        self._parts = [matrix[rows] for rows in self._cuts]
        self._pool = ThreadPoolExecutor(count)

    def __matmul__(self, vectors: NDArray[np.float64]) -> NDArray[np.float64]:
        """Multiply a block of vectors, shape (n, width)."""
        vectors = np.ascontiguousarray(vectors)
        result = np.empty(vectors.shape)

        def work(index: int) -> None:
            result[self._cuts[index]] = self._parts[index] @ vectors

        list(self._pool.map(work, range(len(self._cuts))))
        return result


def pool_of(threads: int) -> AbstractContextManager[ThreadPoolExecutor | None]:
    """Return a pool, or nothing for one thread: to hand a small task over takes longer than the task."""
    return ThreadPoolExecutor(threads) if threads > 1 else nullcontext()


def available_threads() -> int:
    """Return the number of processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _column_dots(left: Block, right: Block, scratch: Block | None = None) -> Sums:
    """Dot products of the columns: short partial sums in the vectors' precision, then float64."""
    products = np.multiply(left, right, out=scratch)
    short = np.add.reduce(_fold(products), axis=0)
    return np.asarray(short.reshape(-1, left.shape[1]).sum(axis=0, dtype=np.float64))


def _fold(block: Block) -> Block:
    """View a block with groups of rows side by side: long rows let numpy run at full speed."""
    return block.reshape(-1, _ROW_GROUP * block.shape[1])


def _inverse(values: Sums, alive: NDArray[np.bool_]) -> Sums:
    return np.divide(1.0, values, out=np.zeros_like(values), where=alive)


def _block(
    vectors: list[NDArray[np.floating[Any]]],
    num_rows: int,
    dtype: type[np.floating[Any]],
    order: NDArray[np.int32] | None = None,
) -> Block:
    block = _zeros((num_rows, len(vectors)), dtype)
    size = len(vectors[0])
    for start in range(0, size, _ROWS_PER_TASK):
        rows = slice(start, min(start + _ROWS_PER_TASK, size))
        chosen = rows if order is None else order[rows]
        block[rows] = np.array([vector[chosen] for vector in vectors], dtype).T
    return block


def _zeros(shape: tuple[int, ...], dtype: type[np.floating[Any]]) -> Block:
    """Return zeros that begin with a cache line, so that a row of 16 float32 columns is exactly one."""
    size = int(np.prod(shape)) * np.dtype(dtype).itemsize
    memory = np.zeros(size + _CACHE_LINE, np.uint8)
    start = -memory.ctypes.data % _CACHE_LINE
    return memory[start : start + size].view(dtype).reshape(shape)


def _permuted(matrix: sparse.csr_array, order: NDArray[np.int32]) -> sparse.csr_array:
    """Permute rows and columns alike; rows are sorted again, so that memory is read in order."""
    position = np.empty_like(order)
    position[order] = np.arange(len(order), dtype=order.dtype)
    result = matrix[order]
    result.indices = position[result.indices]
    result.has_sorted_indices = False
    result.sort_indices()
    return sparse.csr_array(result)


def _row_cuts(indptr: NDArray[np.integer[Any]], num_rows: int) -> list[slice]:
    """Cut rows into tasks of about equal cost, at multiples of the row group."""
    starts = np.append(np.arange(0, num_rows, _ROW_GROUP), num_rows)
    cost = indptr[starts] / _ENTRIES_PER_TASK + starts / _ROWS_PER_TASK
    total = float(cost[-1])
    tasks = max(int(np.ceil(total)), min(_FEWEST_TASKS, int(np.ceil(_FEWEST_TASKS * total))))
    bounds = np.searchsorted(cost, np.linspace(0.0, total, tasks + 1))
    edges = starts[np.unique(np.append(bounds[:-1], len(starts) - 1))].tolist()
    return [slice(start, stop) for start, stop in pairwise(edges)]
