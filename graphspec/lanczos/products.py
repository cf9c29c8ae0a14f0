"""Products of a symmetric matrix with blocks of vectors, and the two halves of a Lanczos step around them.

Rows are divided into ranges that depend on the matrix alone, each with its own sums: added in the order of the ranges,
these do not depend on the number of threads.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphspec._typing import Block, Sums
from graphspec.lanczos.blocks import ROWS_PER_TASK, BlockLayout, RoundedBlock, column_dots, fold, folded_scales
from graphspec.lanczos.sweeps import Sweep


class Product(ABC):
    """Interface of a symmetric matrix for recurrences: products of ranges of rows, which are independent.

    The two halves of a step have a portable implementation here, with numpy.

    Attributes
    ----------
    layout
        Layout of vectors as blocks.
    bounds
        Bounds of the row ranges, shape (ranges + 1,); they depend on the matrix alone.
    """

    layout: BlockLayout
    bounds: NDArray[np.int64]
    reentrant = True
    """Whether several blocks can be processed at once."""
    fast_widths: tuple[int, ...] = ()
    """Widths of blocks that take less time than narrower ones of other widths."""

    @property
    def num_rows(self) -> int:
        """Number of rows of a block."""
        return self.layout.num_rows

    @property
    def dtype(self) -> type[np.floating[Any]]:
        """Precision of the vectors."""
        return self.layout.dtype

    def block(self, vectors: Block, pool: ThreadPoolExecutor | None = None, out: Block | None = None) -> Block:
        """Return the block of vectors that are given as rows, shape (width, rows of the matrix).

        With `out`, some columns of a block, they are stored there; rows beyond those of the matrix stay as they are.
        """
        return self.layout.block(vectors, pool, out)

    def vectors(self, block: Block) -> Block:
        """Return the vectors of a block as columns, shape (rows of the matrix, width)."""
        return self.layout.vectors(block)

    @abstractmethod
    def multiply(self, index: int, vectors: Block) -> Block:
        """Return the rows of one range of the product, which may be overwritten."""

    def prepare(self, vectors: Block) -> None:  # noqa: B027
        """Prepare the products of a step, all of which will be with `vectors`."""

    def squared_norms(self, sweep: Sweep, vectors: Block) -> None:
        """Sum the squares of the columns."""
        for index, rows in sweep:
            sweep.sums[index] = column_dots(vectors[rows], vectors[rows])

    def three_terms(self, sweep: Sweep, current: Block, previous: Block, first: Sums, second: Sums) -> None:
        """Overwrite rows of `previous` by first X current - second previous; sum their products with `current`."""
        for index, rows in sweep:
            image = self.multiply(index, current)
            folded_previous, folded_image = fold(previous[rows]), fold(image)
            folded_image *= folded_scales(first, self.dtype)
            folded_previous *= folded_scales(second, self.dtype)
            np.subtract(folded_image, folded_previous, out=folded_previous)
            sweep.sums[index] = column_dots(previous[rows], current[rows], scratch=image)

    def subtract(self, sweep: Sweep, current: Block, fresh: Block, third: Sums) -> None:
        """Subtract third current from rows of `fresh`; sum their squares."""
        for index, rows in sweep:
            scratch = np.multiply(fold(current[rows]), folded_scales(third, self.dtype))
            target = fold(fresh[rows])
            target -= scratch
            sweep.sums[index] = column_dots(fresh[rows], fresh[rows], scratch=scratch.reshape(fresh[rows].shape))

    def recurrence(
        self,
        blocks: tuple[Block, Block] | tuple[RoundedBlock, RoundedBlock],  # noqa: ARG002
        scale: Sums,  # noqa: ARG002
        coefficients: tuple[Sums, Sums],  # noqa: ARG002
        breakdown: float,  # noqa: ARG002
        pool: ThreadPoolExecutor | None,  # noqa: ARG002
        workers: int,  # noqa: ARG002
    ) -> Iterator[int] | None:
        """Run a recurrence outside of the interpreter and yield numbers of steps done; None where that is not possible.

        Parameters
        ----------
        blocks
            The starting vectors, and any finite numbers; overwritten.
        scale
            Inverse norms of the starting vectors.
        coefficients
            Where alpha and beta are stored, shape (width, steps).
        breakdown
            As of :func:`~graphspec.lanczos.lanczos`.
        pool, workers
            Threads beside the calling one, and the number of all.
        """
        return None


class OperatorProduct(Product):
    """Products of any linear operator, with all rows at once: the operator has its own threads, or none.

    Parameters
    ----------
    multiply
        Maps a block of vectors, shape (size, width), to their images.
    size
        Number of rows of the operator.
    dtype
        Precision of the vectors.
    """

    reentrant = False

    def __init__(self, multiply: Callable[[Block], Block], size: int, dtype: type[np.floating[Any]]) -> None:
        self.layout = BlockLayout(size, dtype)
        self.bounds = np.append(np.arange(0, self.num_rows, ROWS_PER_TASK), self.num_rows)
        self._multiply = multiply
        self._image: Block | None = None

    def prepare(self, vectors: Block) -> None:
        """Multiply all rows."""
        size, image = self.layout.size, np.zeros((self.num_rows, vectors.shape[1]), self.dtype)
        image[:size] = self._multiply(vectors[:size])
        self._image = image

    def multiply(self, index: int, vectors: Block) -> Block:  # noqa: ARG002
        """Return the rows of one range of the prepared product."""
        assert self._image is not None
        return self._image[self.bounds[index] : self.bounds[index + 1]]
