"""Symmetric operators on arrays of any library, whose vectors stay on their device during the pass."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphspec._typing import Matrix
from graphspec.errors import ParameterError
from graphspec.lanczos import OperatorProduct, Product
from graphspec.operators.base import Operator
from graphspec.operators.interval import Interval

_UNIT = Interval(-1.0, 1.0)
_COLUMNS = 32  # of a dense matrix at a time: a product of a network takes much memory for each


@dataclass(frozen=True, eq=False)
class ArrayOperator(Operator):
    """A symmetric operator on arrays of numpy, torch, cupy or another library; see :func:`array_operator`.

    Attributes
    ----------
    multiply
        Maps vectors as columns, an array of the library of shape (n, width), to their images.
    size
        Number of rows that it multiplies.
    zero_rows
        Number of further rows that are zero: as many eigenvalues are.
    convert
        Maps a numpy array to one of the library, on its device and in its precision.
    restore
        Maps an array of the library to one of numpy.
    bounds
        Interval that encloses the spectrum; None where the pass finds it.
    reorthogonalize
        Whether recurrences keep all their vectors, so that no eigenvalue has a copy.
    details
        Parameters that distinguish the operator from others, for reports.
    """

    multiply: Callable[[Any], Any]
    size: int
    convert: Callable[[NDArray[Any]], Any] = np.asarray
    restore: Callable[[Any], NDArray[Any]] = np.asarray
    bounds: Interval | None = None
    reorthogonalize: bool = True
    name: str = "operator"
    precision: type[np.floating[Any]] = np.float64
    known: Mapping[float, Matrix] = field(default_factory=dict)
    details: Mapping[str, Any] = field(default_factory=dict)
    zero_rows: int = 0

    @property
    def interval(self) -> Interval:
        """Interval that encloses the spectrum; [-1, 1], in which A is X, until the pass has found it."""
        return _UNIT if self.bounds is None else self.bounds

    @property
    def num_rows(self) -> int:
        """Number of rows n, those that are zero included."""
        return self.size + self.zero_rows

    @property
    def parameters(self) -> Mapping[str, Any]:
        """The details, and the precision where it is float64."""
        return {**self.details, **({"precision": "double"} if self.precision is np.float64 else {})}

    def matrix(self) -> Matrix:
        """Return the dense float64 matrix: the product with the identity, and then the zero rows."""
        dense = np.zeros((self.num_rows, self.num_rows))
        for start in range(0, self.size, _COLUMNS):
            columns = np.eye(self.size, min(_COLUMNS, self.size - start), -start, self.precision)
            dense[: self.size, start : start + columns.shape[1]] = self.restore(self.multiply(self.convert(columns)))
        return dense

    def num_bytes(self, num_steps: int) -> int:
        """Return the bytes that the recurrence of one vector takes: its basis, and vectors at work."""
        return (4 + (num_steps if self.reorthogonalize else 2)) * self.size * np.dtype(self.precision).itemsize

    def zeros(self, count: int) -> Any:
        """Return zero vectors as rows, shape (count, n)."""
        return self.convert(np.zeros((count, self.size), self.precision))

    def images(self, vectors: list[Any]) -> list[Any]:
        """Return the products of X with vectors."""
        center, half = self.interval.center, self.interval.half_width
        block = self.convert(np.zeros((self.size, len(vectors)), self.precision))
        for index, vector in enumerate(vectors):
            block[:, index] = vector
        images = self.multiply(block)
        if self.bounds is not None:
            images = (images - center * block) / half
        return [images[:, index] for index in range(len(vectors))]

    def product(self, num_steps: int, dtype: type[np.floating[Any]] = np.float64) -> Product:  # noqa: ARG002
        """Return the product of X with blocks of vectors in the memory of numpy."""
        center, half = self.interval.center, self.interval.half_width

        def multiply(block: NDArray[Any]) -> NDArray[Any]:
            images = np.zeros_like(block)
            images[: self.size] = self.restore(self.multiply(self.convert(np.ascontiguousarray(block[: self.size]))))
            return np.asarray((images - center * block) / half, block.dtype)

        return OperatorProduct(multiply, self.num_rows, dtype)


def array_operator(
    linear: Any,
    convert: Callable[[NDArray[Any]], Any] = np.asarray,
    restore: Callable[[Any], NDArray[Any]] = np.asarray,
    interval: tuple[float, float] | None = None,
    *,
    name: str = "operator",
    reorthogonalize: bool = True,
    precision: type[np.floating[Any]] = np.float64,
) -> ArrayOperator:
    """Wrap an operator on arrays of any library, whose vectors stay on their device during the pass.

    Parameters
    ----------
    linear
        Anything with a `shape` (n, n) and a product ``linear @ columns`` with an array of shape (n, width); its
        symmetry is not checked.
    convert
        Maps a numpy array to an array of the library, on its device and in its precision.
    restore
        Maps an array of the library to one of numpy.
    interval
        An interval that encloses the spectrum; by default the pass finds it, from its extreme Ritz values.
    name
        Name of the operator in reports.
    reorthogonalize
        Whether recurrences keep all their vectors, which takes their number of steps times the memory of the probes.
    precision
        Precision of the vectors.

    Returns
    -------
    ArrayOperator
        An operator for :func:`graphspec.sketch`.

    Raises
    ------
    ParameterError
        If the operator is not square or has no rows, or the interval is empty.

    Examples
    --------
    >>> import numpy, graphspec
    >>> diagonal = numpy.linspace(-1, 5, 700)
    >>> matrix = numpy.diag(diagonal)
    >>> held = graphspec.sketch(graphspec.array_operator(matrix), num_moments=60, num_probes=4)
    >>> bool(held.interval.low < -1 and 5 < held.interval.high < 5.1)
    True
    """
    shape = tuple(linear.shape)
    if len(shape) != 2 or shape[0] != shape[1]:
        raise ParameterError(f"an operator must be square, not of shape {shape}")
    if shape[0] == 0:
        raise ParameterError("an operator without rows has no spectrum")
    if interval is not None and not (np.isfinite(interval).all() and interval[0] < interval[1]):
        raise ParameterError(f"the interval [{interval[0]}, {interval[1]}] is empty")
    return ArrayOperator(
        multiply=lambda columns: linear @ columns,
        size=int(shape[0]),
        convert=convert,
        restore=restore,
        bounds=None if interval is None else Interval(float(interval[0]), float(interval[1])),
        reorthogonalize=reorthogonalize,
        name=name,
        precision=precision,
    )
