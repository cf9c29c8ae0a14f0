"""Products of a symmetric matrix with blocks of vectors, and the two halves of a Lanczos step around them.

A block is stored with the vectors as columns, so that one product gathers a contiguous row for every stored entry of
the matrix. Rows are cut into ranges at places that depend on the matrix alone, and every range has sums of its own:
added in their order, these do not depend on the number of threads.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from threading import Lock
from typing import Any, NamedTuple

import numpy as np
import scipy.sparse
from numpy.typing import NDArray
from scipy.sparse import csgraph

from graphspec._typing import Block, Sums
from graphspec.arrays import distinct, index_pointer
from graphspec.machine import native, use_native

BLOCK_WIDTH = 16
"""Vectors in a block of a usual pass: 16 float32 fill one cache line."""

WIDEST_BLOCK = 32
"""Vectors in a block where there are more: a step then takes a quarter less time for each (measured)."""

BREAKDOWN = 1e-5
"""A coupling this small ends a recurrence: it changes moments by its square, and is what float32 leaves of zero."""

_CACHE_LINE = 64
_ROW_GROUP = 256  # rows of a block come in multiples of this, so that partial sums can be taken by folding
_ROWS_PER_TASK = 32_768
_ENTRIES_PER_TASK = 800_000
_FEWEST_TASKS = 8  # of a matrix that is large enough to be worth a second thread
_ROWS_WORTH_ORDERING = 30_000  # below, a block of 16 float32 columns stays in a second-level cache anyway


@dataclass(frozen=True, eq=False)
class Sweep:
    """One way through row ranges that threads share: each takes the next one until none is left.

    Attributes
    ----------
    bounds
        Where the ranges begin and end, shape (ranges + 1,).
    sums
        What is summed over each of them for every column, shape (ranges, width).
    taken
        Number of ranges that were taken, shape (1,); the compiled step counts here without the interpreter.
    """

    bounds: NDArray[np.int64]
    sums: Sums
    taken: NDArray[np.int64] = field(default_factory=lambda: np.zeros(1, np.int64))
    _lock: Lock = field(default_factory=Lock)

    @classmethod
    def over(cls, bounds: NDArray[np.int64], width: int) -> Sweep:
        """Return a sweep that nobody has begun."""
        return cls(bounds, np.zeros((len(bounds) - 1, width)))

    def __iter__(self) -> Iterator[tuple[int, slice]]:
        """Take ranges: their numbers and their rows."""
        while True:
            with self._lock:
                number = int(self.taken[0])
                self.taken[0] += 1
            if number >= len(self.sums):
                return
            yield number, slice(int(self.bounds[number]), int(self.bounds[number + 1]))


class Product(ABC):
    """A symmetric matrix as the recurrence sees it: ranges of rows that can be worked on independently.

    The two halves of a step are here in their portable form, with numpy.

    Attributes
    ----------
    num_rows
        Number of rows of a block, a multiple of the row group; those beyond the matrix are zero.
    dtype
        Precision of the vectors.
    bounds
        Where the row ranges begin and end, shape (ranges + 1,); they depend on the matrix alone.
    """

    num_rows: int
    dtype: type[np.floating[Any]]
    bounds: NDArray[np.int64]
    reentrant = True
    """Whether several blocks can be worked on at once."""

    @abstractmethod
    def block(self, vectors: Block, pool: ThreadPoolExecutor | None = None) -> Block:
        """Return a block whose columns are given as rows, in the order in which the matrix's rows are stored."""

    @abstractmethod
    def vectors(self, block: Block) -> Block:
        """Return the columns of a block in the order of the matrix's rows: the inverse of :meth:`block`."""

    @abstractmethod
    def multiply(self, index: int, vectors: Block) -> Block:
        """Return the rows of one range of the product, a new array."""

    def prepare(self, vectors: Block) -> None:  # noqa: B027
        """Take notice that all products of a step will be with `vectors`."""

    def squared_norms(self, sweep: Sweep, vectors: Block) -> None:
        """Sum the squares of the columns."""
        for index, rows in sweep:
            sweep.sums[index] = _column_dots(vectors[rows], vectors[rows])

    def three_terms(self, sweep: Sweep, current: Block, previous: Block, first: Sums, second: Sums) -> None:
        """Overwrite rows of `previous` by first X current - second previous; sum their products with `current`."""
        for index, rows in sweep:
            fresh = self.multiply(index, current)
            old, folded = _fold(previous[rows]), _fold(fresh)
            folded *= self._expansion(first)
            old *= self._expansion(second)
            np.subtract(folded, old, out=old)
            sweep.sums[index] = _column_dots(previous[rows], current[rows], scratch=fresh)

    def subtract(self, sweep: Sweep, current: Block, fresh: Block, third: Sums) -> None:
        """Subtract third current from rows of `fresh`; sum their squares."""
        for index, rows in sweep:
            scratch = np.multiply(_fold(current[rows]), self._expansion(third))
            target = _fold(fresh[rows])
            target -= scratch
            sweep.sums[index] = _column_dots(fresh[rows], fresh[rows], scratch=scratch.reshape(fresh[rows].shape))

    def recurrence(self, current: Block, previous: Block, scale: Sums, coefficients: tuple[Sums, Sums]) -> bool:  # noqa: ARG002
        """Fill in all alpha and beta at once, in one thread, if there is a faster way to do that; return whether."""
        return False

    def _expansion(self, scales: Sums) -> Block:
        """Repeat scales for a group of rows."""
        return np.tile(scales.astype(self.dtype), _ROW_GROUP)


class Rows(NamedTuple):
    """The rows of a sparse matrix in CSR form."""

    indptr: NDArray[np.integer[Any]]
    indices: NDArray[np.int32]
    data: NDArray[np.floating[Any]]

    @classmethod
    def of(cls, matrix: scipy.sparse.csr_array) -> Rows:
        """Return the rows of a scipy matrix."""
        return cls(matrix.indptr, matrix.indices, matrix.data)


class SparseProduct(Product):
    """Products of a symmetric sparse matrix: scipy releases the interpreter lock, so threads scale."""

    steps_worth_ordering = 20
    """Steps in which reordering the rows saves the time that it takes (measured on com-DBLP)."""

    def __init__(self, rows: Rows, num_steps: int = 0) -> None:
        """Take the rows of a symmetric matrix; `num_steps` is the number of products that will be asked for."""
        size = len(rows.indptr) - 1
        self._order: NDArray[np.int32] | None = None
        self._root: Block | None = None
        if size >= _ROWS_WORTH_ORDERING and num_steps >= self.steps_worth_ordering:
            rows, self._order = _ordered(rows)
        self.dtype, self._rows = rows.data.dtype.type, size
        self.num_rows = -(-size // _ROW_GROUP) * _ROW_GROUP
        # Empty rows at the end make the number of rows a multiple of the group.
        empty = np.full(self.num_rows - size, rows.indptr[-1])
        self._indptr = np.concatenate([rows.indptr, empty]).astype(np.int64, copy=False)
        self._indices, self._data = rows.indices, rows.data
        self.bounds = _row_bounds(self._indptr, self.num_rows)

    def block(self, vectors: Block, pool: ThreadPoolExecutor | None = None) -> Block:
        """Return a block whose columns are given as rows, in the order and on the scale that the matrix asks for."""
        return _block(vectors, self.num_rows, self.dtype, pool, self._order, self._root)

    def vectors(self, block: Block) -> Block:
        """Return the columns of a block, in the order of the matrix's rows."""
        if self._root is not None:
            block = block / self._root
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
    def _parts(self) -> list[scipy.sparse.csr_array]:
        return [self._part(start, stop) for start, stop in pairwise(self.bounds.tolist())]

    def _part(self, start: int, stop: int) -> scipy.sparse.csr_array:

        first, last = self._indptr[start], self._indptr[stop]
        local = (self._indptr[start : stop + 1] - first).astype(np.int32)
        return scipy.sparse.csr_array(
            (self._data[first:last], self._indices[first:last], local), shape=(stop - start, self.num_rows)
        )


class NativeMatrix(NamedTuple):
    """A symmetric matrix as the extension module takes it: entries in CSR form, or factor * S A S with A of ones.

    Attributes
    ----------
    indptr, indices
        The pattern in CSR form.
    data
        The entries, or None for factor * S A S.
    scale, weight
        The diagonals of factor * S^2 and of 1 / S^2, or None for a matrix with data.
    diagonal
        What is added to the diagonal, or None.
    """

    indptr: NDArray[np.int64]
    indices: NDArray[np.int32]
    data: NDArray[np.float32] | None = None
    scale: NDArray[np.float32] | None = None
    weight: NDArray[np.float32] | None = None
    diagonal: NDArray[np.float32] | None = None


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

    def __init__(self, rows: Rows, num_steps: int, pattern: Pattern | None = None) -> None:
        super().__init__(rows, num_steps)
        self._indices = np.ascontiguousarray(self._indices, np.int32)
        if pattern is None:
            self._matrix = NativeMatrix(self._indptr, self._indices, self._data)
            return
        root, diagonal = (self._in_rows(values) for values in (pattern.root, pattern.diagonal))
        # Rows without a scale have no entries: any other serves them.
        root[root == 0] = 1.0
        self._root = root[:, None]
        scale = (pattern.factor * root.astype(np.float64) ** 2).astype(np.float32)
        weight = (root.astype(np.float64) ** -2).astype(np.float32)
        has_diagonal = bool(diagonal.any())
        self._matrix = NativeMatrix(
            self._indptr, self._indices, None, scale, weight, diagonal if has_diagonal else None
        )

    def _in_rows(self, values: NDArray[np.floating[Any]]) -> Block:
        """Return one value for every row, in the order of the rows."""
        return np.ascontiguousarray(_block(values[None, :], self.num_rows, self.dtype, None, self._order)[:, 0])

    def squared_norms(self, sweep: Sweep, vectors: Block) -> None:
        """Sum the squares of the columns."""
        weight = self._matrix.weight
        if weight is None:
            super().squared_norms(sweep, vectors)
            return
        for index, rows in sweep:
            weighted = vectors[rows] * weight[rows, None]
            sweep.sums[index] = _column_dots(weighted, vectors[rows], scratch=weighted)

    def three_terms(self, sweep: Sweep, current: Block, previous: Block, first: Sums, second: Sums) -> None:
        """Overwrite rows of `previous` by first X current - second previous; sum their products with `current`."""
        width, scales = current.shape[1], (first.astype(np.float32), second.astype(np.float32))
        native.three_terms(sweep.bounds, width, *self._matrix, sweep.taken, current, previous, *scales, sweep.sums)

    def subtract(self, sweep: Sweep, current: Block, fresh: Block, third: Sums) -> None:
        """Subtract third current from rows of `fresh`; sum their squares."""
        width, weight, scale = current.shape[1], self._matrix.weight, third.astype(np.float32)
        native.subtract(sweep.bounds, width, weight, sweep.taken, current, fresh, scale, sweep.sums)

    def recurrence(self, current: Block, previous: Block, scale: Sums, coefficients: tuple[Sums, Sums]) -> bool:
        """Fill in all alpha and beta at once: between steps on a few thousand rows the interpreter takes most time."""
        width, steps = coefficients[0].shape
        native.recurrence(self.bounds, width, *self._matrix, steps, current, previous, scale, *coefficients, BREAKDOWN)
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

    def matrix(self, dtype: type[np.floating[Any]]) -> scipy.sparse.csr_array:
        """Return the matrix, shape (n, n)."""
        counts = np.diff(self.indptr)
        narrow = self.root.astype(dtype)
        data = narrow[self.indices]
        data *= np.repeat((self.factor * self.root).astype(dtype), counts)
        size = len(self.root)
        result = scipy.sparse.csr_array((data, self.indices, index_pointer(self.indptr)), shape=(size, size))
        if not self.diagonal.any():
            return result
        return scipy.sparse.csr_array(result + scipy.sparse.diags_array(self.diagonal, format="csr", dtype=dtype))


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
    if not use_native() or dtype is not np.float32:
        return sparse_product(pattern.matrix(dtype), num_steps)
    # Ones that take no memory: only their positions are read.
    ones = np.broadcast_to(np.ones(1, np.float32), len(pattern.indices))
    return CompiledProduct(Rows(pattern.indptr, pattern.indices, ones), num_steps, pattern)


def sparse_product(matrix: scipy.sparse.csr_array, num_steps: int = 0) -> SparseProduct:
    """Return the products of a symmetric sparse matrix, compiled where that is possible.

    Parameters
    ----------
    matrix
        The matrix, scaled so that its spectrum lies in [-1, 1].
    num_steps
        Number of products that will be asked for: many make it worth to reorder the rows for the cache.
    """
    compiled = use_native() and matrix.dtype == np.float32
    return (CompiledProduct if compiled else SparseProduct)(Rows.of(matrix), num_steps)


class OperatorProduct(Product):
    """Products of any linear operator, with all rows at once: the operator has its own threads, or none."""

    reentrant = False

    def __init__(self, multiply: Callable[[Block], Block], num_rows: int, dtype: type[np.floating[Any]]) -> None:
        self.dtype = dtype
        self._rows = num_rows
        self.num_rows = -(-num_rows // _ROW_GROUP) * _ROW_GROUP
        self._multiply = multiply
        self.bounds = np.append(np.arange(0, self.num_rows, _ROWS_PER_TASK), self.num_rows)
        self._product: Block | None = None

    def block(self, vectors: Block, pool: ThreadPoolExecutor | None = None) -> Block:
        """Return a block whose columns are given as rows."""
        return _block(vectors, self.num_rows, self.dtype, pool)

    def vectors(self, block: Block) -> Block:
        """Return the columns of a block."""
        return block[: self._rows]

    def prepare(self, vectors: Block) -> None:
        """Multiply all rows."""
        product = np.zeros((self.num_rows, vectors.shape[1]), self.dtype)
        product[: self._rows] = self._multiply(vectors[: self._rows])
        self._product = product

    def multiply(self, index: int, vectors: Block) -> Block:  # noqa: ARG002
        """Return the rows of one range of the product that was prepared."""
        assert self._product is not None
        return self._product[self.bounds[index] : self.bounds[index + 1]]


def _column_dots(left: Block, right: Block, scratch: Block | None = None) -> Sums:
    """Dot products of the columns: short partial sums in the vectors' precision, then float64."""
    products = np.multiply(left, right, out=scratch)
    short = np.add.reduce(_fold(products), axis=0)
    return short.reshape(-1, left.shape[1]).sum(axis=0, dtype=np.float64)


def _fold(block: Block) -> Block:
    """View a block with groups of rows side by side: long rows let numpy run at full speed."""
    return block.reshape(-1, _ROW_GROUP * block.shape[1])


def _block(
    vectors: Block,
    num_rows: int,
    dtype: type[np.floating[Any]],
    pool: ThreadPoolExecutor | None = None,
    order: NDArray[np.int32] | None = None,
    scale: Block | None = None,
) -> Block:
    count, size = vectors.shape
    block = zero_block((num_rows, count), dtype)

    def fill(start: int) -> None:
        rows = slice(start, min(start + _ROWS_PER_TASK, size))
        chosen = rows if order is None else order[rows]
        block[rows] = vectors[:, chosen].T
        if scale is not None:
            block[rows] *= scale[rows]

    list((map if pool is None else pool.map)(fill, range(0, size, _ROWS_PER_TASK)))
    return block


def zero_block(shape: tuple[int, ...], dtype: type[np.floating[Any]]) -> Block:
    """Return zeros that begin with a cache line, so that a row of 16 float32 columns is exactly one."""
    size = int(np.prod(shape)) * np.dtype(dtype).itemsize
    memory = np.zeros(size + _CACHE_LINE, np.uint8)
    start = -memory.ctypes.data % _CACHE_LINE
    return memory[start : start + size].view(dtype).reshape(shape)


def _ordered(rows: Rows) -> tuple[Rows, NDArray[np.int32]]:
    """Permute rows and columns alike, so that neighbours which are stored near each other are found in the cache."""
    size = len(rows.indptr) - 1
    matrix = scipy.sparse.csr_array((rows.data, rows.indices, index_pointer(rows.indptr)), shape=(size, size))
    order = csgraph.reverse_cuthill_mckee(matrix, symmetric_mode=True)
    position = np.empty_like(order)
    position[order] = np.arange(len(order), dtype=order.dtype)
    result = matrix[order]
    result.indices = position[result.indices]
    result.has_sorted_indices = False
    # Rows are sorted again, so that memory is read in order.
    result.sort_indices()
    return Rows.of(result), order


def _row_bounds(indptr: NDArray[np.integer[Any]], num_rows: int) -> NDArray[np.int64]:
    """Cut rows into ranges of about equal cost, at multiples of the row group."""
    starts = np.append(np.arange(0, num_rows, _ROW_GROUP), num_rows)
    cost = indptr[starts] / _ENTRIES_PER_TASK + starts / _ROWS_PER_TASK
    total = float(cost[-1])
    tasks = max(int(np.ceil(total)), min(_FEWEST_TASKS, int(np.ceil(_FEWEST_TASKS * total))))
    bounds = np.searchsorted(cost, np.linspace(0.0, total, tasks + 1))
    return starts[distinct(np.append(bounds[:-1], len(starts) - 1))]
