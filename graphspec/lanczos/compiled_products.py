"""Products of a sparse matrix by the extension module, which reads every stored entry once per step."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from threading import get_ident
from typing import Any, NamedTuple

import numpy as np
import scipy.sparse
from numpy.typing import NDArray

from graphspec._typing import Block, Sums
from graphspec.arrays import index_pointer
from graphspec.lanczos.blocks import ROWS_PER_TASK, RoundedBlock, column_dots
from graphspec.lanczos.sparse_products import OrderingSettings, Rows, SparseProduct, reverse_cuthill_mckee
from graphspec.lanczos.sweeps import Sweep
from graphspec.machine import instruction_set, native, share, use_native

_WINDOW = 4096  # rows that are sorted by their number of entries: a block of them is in the second-level cache

_PRODUCTS_AT_ONCE = 200_000_000  # of entries and columns between two reports of progress: some 0.1 s


class NativeMatrix(NamedTuple):
    """A symmetric matrix for the extension module: entries in CSR form, or factor * S A S with A of ones.

    Attributes
    ----------
    indptr, indices
        The pattern in CSR form.
    data
        The entries, or None for factor * S A S.
    scale, weight
        The diagonals of factor * S^2 and of 1 / S^2, or None for a matrix with data.
    diagonal
        Terms that are added to the diagonal, or None.
    """

    indptr: NDArray[np.int64]
    indices: NDArray[np.int32]
    data: NDArray[np.float32] | None = None
    scale: NDArray[np.float32] | None = None
    weight: NDArray[np.float32] | None = None
    diagonal: NDArray[np.float32] | None = None


class CompiledProduct(SparseProduct):
    """Products with the compiled step, which reads every stored entry once and every row of the block twice.

    Rows of meshes and roads are reordered: a step on a shuffled grid of a million vertices then takes 0.45 of its time,
    and finding the order takes as long as 5 steps (measured by ``python -m benchmarks speed``). On power laws a step
    would take 0.85, which the search and the blocks in another order use up; where structure is taken out, rows are put
    in order before, which costs less. The rule here does not depend on the number of probes.
    """

    ordering = OrderingSettings(min_steps=30)
    ordering_of_rounded = OrderingSettings(min_steps=20, max_waiting=2**31)
    """Of blocks of 16 bits, which gain from the order on any graph: a fifth of a step on power laws."""
    fast_widths = (8, 16, 32)
    rounded_widths = (16, 32)
    """Widths of blocks of 16 bits; see :meth:`rounded`."""
    _weight: NDArray[np.float32] | None = None

    def __init__(self, rows: Rows, num_steps: int = 0, ordering: OrderingSettings | None = None) -> None:
        super().__init__(rows, num_steps, ordering)
        self._indices = np.ascontiguousarray(self._indices, np.int32)
        self._matrix = NativeMatrix(self._indptr, self._indices, self._data)
        self._instructions = instruction_set()

    @staticmethod
    def reordered(rows: Rows, max_waiting: int) -> tuple[Rows, NDArray[np.int32]] | None:
        """Permute rows and columns by breadth-first search, and by the number of entries within windows of rows."""
        size = len(rows.indptr) - 1
        pattern = rows.data.strides == (0,)  # one number for all entries
        order, indptr, indices = np.empty(size, np.int32), np.empty(size + 1, np.int64), np.empty_like(rows.indices)
        data = None if pattern else np.empty(len(indices), np.float32)
        found = native.local_order(
            np.ascontiguousarray(rows.indptr, np.int64),
            np.ascontiguousarray(rows.indices, np.int32),
            None if pattern else rows.data,
            max_waiting,
            _WINDOW,
            order,
            indptr,
            indices,
            data,
        )
        return (Rows(indptr, indices, rows.data if data is None else data), order) if found else None

    def three_terms(self, sweep: Sweep, current: Block, previous: Block, first: Sums, second: Sums) -> None:
        """Overwrite rows of `previous` by first X current - second previous; sum their products with `current`."""
        width, scales = current.shape[1], (first.astype(np.float32), second.astype(np.float32))
        native.three_terms(
            sweep.bounds,
            width,
            self._instructions,
            *self._matrix,
            sweep.taken,
            current,
            previous,
            *scales,
            sweep.sums,
        )

    def subtract(self, sweep: Sweep, current: Block, fresh: Block, third: Sums) -> None:
        """Subtract third current from rows of `fresh`; sum their squares."""
        width, weight, scale = current.shape[1], self._matrix.weight, third.astype(np.float32)
        native.subtract(sweep.bounds, width, self._instructions, weight, sweep.taken, current, fresh, scale, sweep.sums)

    def rounded(self, block: Block) -> RoundedBlock:
        """Return a block of 16 or 32 columns in 16 bits, in its own memory."""
        width = block.shape[1]
        rows, spare = block.reshape(-1).view(np.int16).reshape(2, self.num_rows, width)
        scales, norm2 = np.zeros(self.num_rows // native.SCALE_ROWS, np.float32), np.zeros(width)
        # In the order of the rows, each of which is overwritten after it was read.
        for start in range(0, self.num_rows, ROWS_PER_TASK):
            values = block[start : start + ROWS_PER_TASK]
            weighted = values if self._weight is None else values * self._weight[start : start + len(values), None]
            norm2 += column_dots(weighted, values)
            native.round_rows(width, self._instructions, start, values, rows, scales)
        return RoundedBlock(rows, scales, norm2, spare)

    def recurrence(
        self,
        blocks: tuple[Block, Block] | tuple[RoundedBlock, RoundedBlock],
        scale: Sums,
        coefficients: tuple[Sums, Sums],
        breakdown: float,
        pool: ThreadPoolExecutor | None,
        workers: int,
    ) -> Iterator[int]:
        """Run a recurrence with threads that stay in the extension module; yield numbers of steps done.

        Waking a thread for a sweep takes as long as a sweep over a million entries.
        """
        width, steps = coefficients[0].shape
        ranges = len(self.bounds) - 1
        sums, taken = np.zeros((2, ranges, width)), np.zeros(ranges, np.int64)
        team = np.zeros(native.TEAM_LENGTH, np.int64)
        at_once = max(1, _PRODUCTS_AT_ONCE // (width * (int(self._indptr[-1]) + self.num_rows)))
        caller = get_ident()
        (current, current_scales), (previous, previous_scales) = (
            (block.rows, block.scales) if isinstance(block, RoundedBlock) else (block, None) for block in blocks
        )

        def work(first: int, last: int) -> None:
            native.recurrence(
                self.bounds,
                width,
                self._instructions,
                *self._matrix,
                team,
                taken,
                workers,
                int(get_ident() == caller),
                sums,
                current,
                current_scales,
                previous,
                previous_scales,
                scale,
                *coefficients,
                steps,
                first,
                last,
                breakdown,
            )

        for first in range(0, steps, at_once):
            last = min(first + at_once, steps)
            try:
                share(pool, workers, lambda: work(first, last))  # noqa: B023 - called here
            except BaseException:
                team[-1] = 1  # or the other threads would wait for this one for ever
                raise
            yield last - first


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
        Factor of the off-diagonal part.
    diagonal
        Terms that are added to the diagonal, shape (n,).
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
        entries = scipy.sparse.csr_array((data, self.indices, index_pointer(self.indptr)), shape=(size, size))
        if not self.diagonal.any():
            return entries
        return scipy.sparse.csr_array(entries + scipy.sparse.diags_array(self.diagonal, format="csr", dtype=dtype))


class PatternProduct(CompiledProduct):
    """Products of a matrix factor * S A S + diagonal without its values.

    Blocks hold S times the vectors, so that a row of the product is a sum of rows of the block. A weight 1 / S^2 then
    belongs to every row of a dot product.
    """

    def __init__(self, pattern: Pattern, num_steps: int = 0, ordering: OrderingSettings | None = None) -> None:
        # A broadcast array takes no memory; only the positions of the ones are read.
        ones = np.broadcast_to(np.ones(1, np.float32), len(pattern.indices))
        super().__init__(Rows(pattern.indptr, pattern.indices, ones), num_steps, ordering)
        root, diagonal = (self._column(values) for values in (pattern.root, pattern.diagonal))
        # Rows with scale zero have no entries, so that any other scale will do.
        root[root == 0] = 1.0
        self.layout = replace(self.layout, scale=root[:, None])
        self._weight = (root.astype(np.float64) ** -2).astype(np.float32)
        self._matrix = NativeMatrix(
            self._indptr,
            self._indices,
            scale=(pattern.factor * root.astype(np.float64) ** 2).astype(np.float32),
            weight=self._weight,
            diagonal=diagonal if diagonal.any() else None,
        )

    def _column(self, values: NDArray[np.floating[Any]]) -> Block:
        """Return one value for every row of a block."""
        return np.ascontiguousarray(self.layout.block(values[None, :])[:, 0])

    def squared_norms(self, sweep: Sweep, vectors: Block) -> None:
        """Sum the squares of the columns."""
        weight = self._weight
        assert weight is not None
        for index, rows in sweep:
            weighted = vectors[rows] * weight[rows, None]
            sweep.sums[index] = column_dots(weighted, vectors[rows], scratch=weighted)


def breadth_first_rows(
    indptr: NDArray[np.integer[Any]], indices: NDArray[np.integer[Any]]
) -> tuple[NDArray[np.integer[Any]], NDArray[np.int32], NDArray[np.int32]]:
    """Permute rows and columns of a symmetric pattern so that linked rows are close.

    The order is that of a breadth-first search from a hub, sorted by the number of entries within windows; without the
    extension module reverse Cuthill-McKee, a breadth-first search as well.

    Parameters
    ----------
    indptr, indices
        The pattern in CSR form.

    Returns
    -------
    indptr, indices
        The permuted pattern; the entries of a row are in no order.
    order
        The former row of every row.
    """
    rows = Rows(indptr, np.ascontiguousarray(indices, np.int32), np.broadcast_to(np.float32(1.0), len(indices)))
    everywhere = len(indptr)  # rows that may wait
    found = CompiledProduct.reordered(rows, everywhere) if use_native() else reverse_cuthill_mckee(rows)
    assert found is not None, "a search gives up only where too many rows wait"
    permuted, order = found
    return permuted.indptr, permuted.indices, order


def order_bytes(
    num_rows: int, num_entries: int, num_steps: int, dtype: type[np.floating[Any]], *, weighted: bool
) -> int:
    """Return the bytes that reordering the rows of a product takes; 0 where they will not be reordered.

    Parameters
    ----------
    num_rows, num_entries
        Size of the matrix.
    num_steps
        Expected number of products.
    dtype
        Precision of the vectors.
    weighted
        Whether the entries have values of their own.
    """
    kind = CompiledProduct if use_native() and dtype is np.float32 else SparseProduct
    if not kind.ordering.pay(num_rows, num_steps):
        return 0
    per_entry = 8 if weighted or kind is SparseProduct else 4
    return per_entry * num_entries + 16 * num_rows  # entries; row pointers, numbers and ranks


def sparse_product(matrix: scipy.sparse.csr_array, num_steps: int = 0, *, rounded: bool = False) -> SparseProduct:
    """Return the products of a symmetric sparse matrix, compiled where that is possible.

    Parameters
    ----------
    matrix
        The matrix, scaled so that its spectrum lies in [-1, 1].
    num_steps
        Expected number of products; if there are many, rows are reordered for the cache.
    rounded
        Whether they will be with blocks of 16 bits, where that is possible.
    """
    compiled = use_native() and matrix.dtype == np.float32
    if not compiled:
        return SparseProduct(Rows.of(matrix), num_steps)
    return CompiledProduct(Rows.of(matrix), num_steps, CompiledProduct.ordering_of_rounded if rounded else None)


def pattern_product(
    pattern: Pattern, num_steps: int = 0, dtype: type[np.floating[Any]] = np.float32, *, rounded: bool = False
) -> SparseProduct:
    """Return the products of a matrix that has a pattern and scales in place of values, compiled where possible.

    Parameters
    ----------
    pattern
        The matrix, with its spectrum in [-1, 1].
    num_steps
        Expected number of products.
    dtype
        Precision of the vectors; the compiled form is for float32.
    rounded
        As of :func:`sparse_product`.
    """
    if use_native() and dtype is np.float32:
        return PatternProduct(pattern, num_steps, PatternProduct.ordering_of_rounded if rounded else None)
    return sparse_product(pattern.matrix(dtype), num_steps)
