"""Names of array types and callbacks that annotations share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Vector: TypeAlias = NDArray[np.float64]
Matrix: TypeAlias = NDArray[np.float64]
Vertices: TypeAlias = NDArray[np.int64]
Mask: TypeAlias = NDArray[np.bool_]
Block: TypeAlias = NDArray[np.floating[Any]]
"""Vectors side by side, shape (rows, width), in the precision that they are multiplied in."""
Sums: TypeAlias = NDArray[np.float64]
"""One float64 sum for every column of a block, shape (width,)."""
Record: TypeAlias = dict[str, Any]
"""What becomes a JSON object."""
Progress: TypeAlias = Callable[[int, int | None], None]
"""Called now and then with how much is done, and how much there is to do as far as that is known."""
