"""What the pass needs before it starts: memory for a width of its blocks, and time."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np

from graphspec.errors import ParameterError
from graphspec.parallel import available_threads
from graphspec.products import WIDEST_BLOCK, Sweep

if TYPE_CHECKING:
    from graphspec.products import Product
    from graphspec.sketching import Prepared

WIDTHS = (WIDEST_BLOCK, 16, 8, 4, 2, 1)

_BYTES_PER_COLUMN = 3 * 4  # of a row: two blocks in float32, and the probes of one, which the allocator may keep
_BYTES_PER_ROW = 40  # a probe in float64 and its bits, row starts, scales
_BYTES_PER_WEIGHT = 12  # of an entry that has a value: it is scaled in float64 first
_TRIALS = 3


@dataclass(frozen=True)
class PassPlan:
    """How the pass is done.

    Attributes
    ----------
    block_width
        Probes that go through the graph at once.
    num_bytes
        Memory of the process while it lasts, as far as it can be told before.
    num_rows, num_entries
        Size of the matrix.
    num_products
        Products of the matrix with a vector.
    """

    block_width: int
    num_bytes: int
    num_rows: int
    num_entries: int
    num_products: int


def plan_pass(prepared: Prepared, num_probes: int, memory_limit: int | None = None) -> PassPlan:
    """Return how wide the blocks of a pass are within a limit of memory: narrower ones take longer.

    Parameters
    ----------
    prepared
        What is to be sampled.
    num_probes
        Number of probes.
    memory_limit
        Bytes that the process may take; None for as many as it likes.

    Raises
    ------
    ParameterError
        If not even one probe at a time fits.
    """
    operator, steps = prepared.sampled, prepared.empty.num_steps
    graph = getattr(operator, "graph", None)
    rows = operator.num_rows
    entries = 0 if graph is None else len(graph.indices)
    base = resident_bytes() + _BYTES_PER_ROW * rows
    base += 0 if graph is None or graph.weights is None else _BYTES_PER_WEIGHT * entries
    for width in WIDTHS:
        needed = base + _BYTES_PER_COLUMN * rows * min(width, num_probes)
        if memory_limit is None or needed <= memory_limit:
            return PassPlan(min(width, num_probes), needed, rows, entries, steps * num_probes)
    raise ParameterError(
        f"{prepared.empty.source.name}: the pass needs at least {needed / 1e6:,.0f} MB for {rows:,} rows, "
        f"more than the limit of {memory_limit / 1e6:,.0f} MB"  # type: ignore[operator]
    )


def estimated_seconds(prepared: Prepared, plan: PassPlan, threads: int | None = None) -> float:
    """Return about how long the pass takes, from the time of one range of rows."""
    product = prepared.sampled.product(0)
    ranges = len(product.bounds) - 1
    if ranges == 0 or not product.reentrant:
        return 0.0
    middle, width = ranges // 2, plan.block_width
    current = np.ones((product.num_rows, width), np.float32)
    fresh, ones = np.zeros_like(current), np.ones(width)
    times = []
    for _ in range(_TRIALS):
        start = perf_counter()
        one, other = (_sweep_of_one(product, middle, width) for _ in range(2))
        product.three_terms(one, current, fresh, ones, ones)
        product.subtract(other, current, fresh, ones)
        times.append(perf_counter() - start)
    share = min(threads or available_threads(), ranges)
    return min(times) * ranges / share * plan.num_products / width


def _sweep_of_one(product: Product, number: int, width: int) -> Sweep:
    """Return a sweep of which all ranges but one are taken already."""
    bounds = product.bounds[: number + 2]
    return Sweep(bounds, np.zeros((number + 1, width)), np.array([number]))


def resident_bytes() -> int:
    """Return the memory that the process takes now; where the system does not tell, the most that it took."""
    status = Path("/proc/self/statm")
    if status.is_file():
        import resource

        return int(status.read_text().split()[1]) * resource.getpagesize()
    try:
        import resource
    except ImportError:
        return 0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
