"""Products of a sparse matrix by scipy, with rows reordered for the cache."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import scipy.sparse
from numpy.typing import NDArray
from scipy.sparse import csgraph

from graphspec._typing import Block
from graphspec.arrays import distinct, index_pointer, is_mapped
from graphspec.lanczos.blocks import ROW_GROUP, ROWS_PER_TASK, BlockLayout
from graphspec.lanczos.products import Product
from graphspec.options import Number, Options, option

MAX_WAITING = 65_536
"""Rows that wait during a breadth-first search, up to which linked rows are close: those of a block of 4 MB."""


class Rows(NamedTuple):
    """The rows of a sparse matrix in CSR form."""

    indptr: NDArray[np.integer[Any]]
    indices: NDArray[np.int32]
    data: NDArray[np.floating[Any]]

    @classmethod
    def of(cls, matrix: scipy.sparse.csr_array) -> Rows:
        """Return the rows of a scipy matrix."""
        return cls(matrix.indptr, matrix.indices, matrix.data)


@dataclass(frozen=True, kw_only=True)
class OrderingSettings(Options):
    """Conditions for reordering rows, so that linked rows are close in memory.

    Rows that are mapped from a file are never reordered: a copy of them may not fit memory. Nor are rows that are near
    the rows linked to them, those of grids for instance, within `min_rows` rows in all: a step takes as long in either
    order, and the search a sixth of a pass (30 products with 10 probes, a million rows).

    Attributes
    ----------
    max_waiting
        Largest number of rows that wait during a breadth-first search: where there are more, linked rows are not close
        in any order. By default those of a block of 4 MB.
    min_rows
        Smallest number of rows: below it, a block of 16 float32 columns stays in a second-level cache in any order.
    min_steps
        Smallest number of products that repays the time of reordering, by reverse Cuthill-McKee with scipy or by
        breadth-first search in the extension module: 20 and 30 (measured on com-DBLP).
    """

    max_waiting: int = option(
        MAX_WAITING, Number(0, integer=True), "Rows that may wait during a breadth-first search, or no order is taken."
    )
    min_rows: int = option(30_000, Number(0, integer=True), "Rows of a matrix that is worth reordering.")
    min_steps: int = option(20, Number(0, integer=True), "Products from which on reordering pays.")

    def pay(self, num_rows: int, num_steps: int) -> bool:
        """Return whether a matrix of so many rows is worth reordering for so many products."""
        return num_rows >= self.min_rows and num_steps >= self.min_steps


class SparseProduct(Product):
    """Products of a symmetric sparse matrix: scipy releases the interpreter lock, so threads scale.

    Parameters
    ----------
    rows
        The rows of the matrix.
    num_steps
        Expected number of products.
    ordering
        Conditions for reordering rows; by default those of the class.
    """

    ordering = OrderingSettings()

    def __init__(self, rows: Rows, num_steps: int = 0, ordering: OrderingSettings | None = None) -> None:
        settings = self.ordering if ordering is None else ordering
        size = len(rows.indptr) - 1
        found = None
        pays = settings.pay(size, num_steps) and not is_mapped(rows.indices)
        if pays and not are_close(rows.indptr, rows.indices, settings.min_rows // 2):
            found = self.reordered(rows, settings.max_waiting)
        rows, order = found or (rows, None)
        self.layout = BlockLayout(size, rows.data.dtype.type, order)
        # Empty rows at the end make the number of rows a multiple of the group.
        empty = np.full(self.num_rows - size, rows.indptr[-1])
        self._indptr = np.concatenate([rows.indptr, empty]).astype(np.int64, copy=False)
        self._indices, self._data = rows.indices, rows.data
        self.bounds = row_ranges(self._indptr, self.num_rows)

    @staticmethod
    def reordered(rows: Rows, max_waiting: int) -> tuple[Rows, NDArray[np.int32]] | None:  # noqa: ARG004
        """Permute rows and columns; return the permuted rows, and the row of the matrix for each of them, or None."""
        return reverse_cuthill_mckee(rows)

    def multiply(self, index: int, vectors: Block) -> Block:
        """Return the rows of one range of the product."""
        return self._parts[index] @ vectors

    @cached_property
    def _parts(self) -> list[scipy.sparse.csr_array]:
        return [self._part(start, stop) for start, stop in pairwise(self.bounds.tolist())]

    def _part(self, start: int, stop: int) -> scipy.sparse.csr_array:
        first, last = self._indptr[start], self._indptr[stop]
        local = (self._indptr[start : stop + 1] - first).astype(np.int32)
        return scipy.sparse.csr_array(
            (self._data[first:last], self._indices[first:last], local), shape=(stop - start, self.num_rows)
        )


def are_close(indptr: NDArray[np.integer[Any]], indices: NDArray[np.integer[Any]], span: int) -> bool:
    """Return whether no row of a symmetric pattern has an entry more than `span` places from the diagonal."""
    filled = np.flatnonzero(np.diff(indptr))
    # Some rows at a time, as the first ones tell in most graphs.
    for start in range(0, len(filled), ROWS_PER_TASK):
        rows = filled[start : start + ROWS_PER_TASK]
        first, stop = indptr[rows[0]], indptr[rows[-1] + 1]
        if (np.maximum.reduceat(indices[first:stop], indptr[rows] - first) - rows > span).any():
            return False
    return True


def reverse_cuthill_mckee(rows: Rows) -> tuple[Rows, NDArray[np.int32]]:
    """Permute rows and columns by the reverse Cuthill-McKee order.

    Returns
    -------
    rows
        The permuted rows, their entries sorted, so that memory is read in order.
    order
        Row of the matrix for every permuted row.
    """
    size = len(rows.indptr) - 1
    matrix = scipy.sparse.csr_array((rows.data, rows.indices, index_pointer(rows.indptr)), shape=(size, size))
    order = csgraph.reverse_cuthill_mckee(matrix, symmetric_mode=True)
    position = np.empty_like(order)
    position[order] = np.arange(len(order), dtype=order.dtype)
    permuted = matrix[order]
    permuted.indices = position[permuted.indices]
    permuted.has_sorted_indices = False
    permuted.sort_indices()
    return Rows.of(permuted), order


def row_ranges(
    indptr: NDArray[np.integer[Any]], num_rows: int, *, entries_per_task: int = 800_000, min_tasks: int = 8
) -> NDArray[np.int64]:
    """Divide rows into ranges of about equal cost, at multiples of the row group.

    Parameters
    ----------
    indptr
        Row pointers, shape (num_rows + 1,).
    num_rows
        Number of rows.
    entries_per_task
        Stored entries that take as long as :data:`ROWS_PER_TASK` rows without entries.
    min_tasks
        Smallest number of ranges of a matrix that is large enough for a second thread.
    """
    starts = np.append(np.arange(0, num_rows, ROW_GROUP), num_rows)
    cost = indptr[starts] / entries_per_task + starts / ROWS_PER_TASK
    total = float(cost[-1])
    tasks = max(int(np.ceil(total)), min(min_tasks, int(np.ceil(min_tasks * total))))
    bounds = np.searchsorted(cost, np.linspace(0.0, total, tasks + 1))
    return starts[distinct(np.append(bounds[:-1], len(starts) - 1))]
