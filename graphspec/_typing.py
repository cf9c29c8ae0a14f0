"""Type aliases of arrays, records and callbacks."""

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
"""Vectors as columns, shape (rows, width), in the precision of the products."""
Sums: TypeAlias = NDArray[np.float64]
"""Sums over the columns of a block in float64, shape (width,)."""
Record: TypeAlias = dict[str, Any]
"""A mapping that is written as a JSON object."""
Progress: TypeAlias = Callable[[int, int | None], None]
"""Callback for progress, called with the work done and the total, or None where the total is unknown."""
