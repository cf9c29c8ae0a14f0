"""Blocks of vectors: their layout in memory, and sums over their rows.

A block is stored with the vectors as columns, so that a product gathers one contiguous row for every stored entry of
the matrix.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphspec._typing import Block, Sums

BLOCK_WIDTH = 16
"""Vectors in a block of a usual pass: 16 float32 fill one cache line."""

ROWS_PER_TASK = 32_768
"""Rows that a thread processes at a time; blocks of fewer rows are not divided among threads."""

ROW_GROUP = 256
"""The number of rows of a block is a multiple of this, so that partial sums can be computed by folding."""


@dataclass(frozen=True, eq=False)
class BlockLayout:
    """Layout of vectors, with one entry for every row of a matrix, as the columns of a block.

    Attributes
    ----------
    size
        Number of rows of the matrix.
    dtype
        Precision of the block.
    order
        Row of the matrix for every row of the block; None if the orders are equal.
    scale
        Factor of every row of the block, shape (size, 1) or more; None for one.
    """

    size: int
    dtype: type[np.floating[Any]]
    order: NDArray[np.int32] | None = None
    scale: Block | None = None

    @cached_property
    def position(self) -> NDArray[np.int32] | None:
        """Row of the block for every row of the matrix; None if the orders are equal."""
        if self.order is None:
            return None
        position = np.empty_like(self.order)
        position[self.order] = np.arange(self.size, dtype=position.dtype)
        return position

    @property
    def num_rows(self) -> int:
        """Number of rows of a block: the next multiple of the row group; rows beyond the matrix are zero."""
        return -(-self.size // ROW_GROUP) * ROW_GROUP

    def block(self, vectors: Block, pool: ThreadPoolExecutor | None = None, out: Block | None = None) -> Block:
        """Return the block of vectors that are given as rows, shape (width, size), or fill columns of another."""
        block = zero_block((self.num_rows, len(vectors)), self.dtype) if out is None else out

        def fill(start: int) -> None:
            rows = slice(start, min(start + ROWS_PER_TASK, self.size))
            if self.position is None:
                block[rows] = vectors[:, rows].T
            else:
                # Rows of the block are written at random: entries of the vectors are many more.
                block[self.position[rows]] = np.ascontiguousarray(vectors[:, rows].T)

        def scale(start: int) -> None:
            rows = slice(start, min(start + ROWS_PER_TASK, self.size))
            block[rows] *= self.scale[rows]  # type: ignore[index]

        each, starts = (map if pool is None else pool.map), range(0, self.size, ROWS_PER_TASK)
        list(each(fill, starts))
        if self.scale is not None:
            list(each(scale, starts))
        return block

    def vectors(self, block: Block) -> Block:
        """Return the vectors of a block as columns, shape (size, width): the inverse of :meth:`block`."""
        if self.scale is not None:
            block = block / self.scale
        if self.order is None:
            return block[: self.size]
        vectors = np.empty((self.size, block.shape[1]), block.dtype)
        vectors[self.order] = block[: self.size]
        return vectors


@dataclass(frozen=True, eq=False)
class RoundedBlock:
    """A block of vectors of 16-bit integers, where each group of rows has a scale.

    Attributes
    ----------
    rows
        The integers, shape (rows, width), with a width of 16 or 32.
    scales
        Scale of each group of rows, shape (groups,).
    norm2
        Squared norms of the vectors before they were rounded, shape (width,).
    spare
        Memory for another such block.
    """

    rows: NDArray[np.int16]
    scales: NDArray[np.float32]
    norm2: Sums
    spare: NDArray[np.int16]

    def zeros(self) -> RoundedBlock:
        """Return zeros of the same shape, in the spare memory."""
        self.spare[:] = 0
        return RoundedBlock(self.spare, np.zeros_like(self.scales), np.zeros_like(self.norm2), self.spare)


def zero_block(shape: tuple[int, ...], dtype: type[np.number[Any]], *, alignment: int = 64) -> NDArray[Any]:
    """Return zeros aligned to `alignment` bytes, so that a row of 16 float32 is one cache line."""
    size = int(np.prod(shape)) * np.dtype(dtype).itemsize
    memory = np.zeros(size + alignment, np.uint8)
    start = -memory.ctypes.data % alignment
    return memory[start : start + size].view(dtype).reshape(shape)


def fold(block: Block) -> Block:
    """Return a view of a block with groups of rows side by side, as numpy is fastest on long rows."""
    return block.reshape(-1, ROW_GROUP * block.shape[1])


def folded_scales(scales: Sums, dtype: type[np.floating[Any]]) -> Block:
    """Return one factor for each column, repeated for a group of rows."""
    return np.tile(scales.astype(dtype), ROW_GROUP)


def column_dots(left: Block, right: Block, scratch: Block | None = None) -> Sums:
    """Return the dot products of the columns of two blocks: short partial sums in their precision, then float64."""
    products = np.multiply(left, right, out=scratch)
    short = np.add.reduce(fold(products), axis=0)
    return short.reshape(-1, left.shape[1]).sum(axis=0, dtype=np.float64)
