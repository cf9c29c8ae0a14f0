"""Planning of the pass: width of blocks within a memory limit, entries read from disk, and time."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from time import perf_counter

import numpy as np

from graphspec.arrays import is_mapped
from graphspec.errors import ParameterError
from graphspec.lanczos import BLOCK_WIDTH, Product, Sweep, order_bytes
from graphspec.machine import available_threads, resident_bytes, return_free_memory
from graphspec.operators import ArrayOperator, ScaledOperator
from graphspec.sketches.preparation import Prepared

WIDTHS = (BLOCK_WIDTH, 8, 4, 2, 1)
"""Widths of blocks. In wider ones, of twice the memory, a step takes 0.9 to 1.4 times as long for each vector."""


@dataclass(frozen=True)
class MemoryNeeds:
    """Memory that a pass takes in addition to the memory of the process.

    Attributes
    ----------
    per_column
        Numbers for a row and column of a block: two blocks, and as much for probes in float64, which threads draw.
    per_row
        Bytes for a row: a probe in float64 and its bits, row pointers, scales.
    per_weight
        Bytes for an entry with a value, which is scaled in float64 first.
    """

    per_column: int = 3
    per_row: int = 40
    per_weight: int = 12


MEMORY_NEEDS = MemoryNeeds()


@dataclass(frozen=True)
class PassPlan:
    """Plan of a pass.

    Attributes
    ----------
    block_width
        Number of probes that are multiplied at once.
    num_bytes
        Estimated memory of the process during the pass, without the pages of mapped files, which the system reclaims
        when it needs them.
    num_rows, num_entries
        Size of the matrix.
    num_products
        Products of the matrix with a vector.
    streamed
        Whether the entries are moved to a temporary file, from which every step reads them; see :func:`streamed`.
    ordered
        Whether rows may be reordered, which takes a copy of the entries.
    """

    block_width: int
    num_bytes: int
    num_rows: int
    num_entries: int
    num_products: int
    streamed: bool = False
    ordered: bool = True


def plan_pass(prepared: Prepared, num_probes: int, memory_limit: int | None = None) -> PassPlan:
    """Return the plan of a pass within a memory limit: the width of its blocks, and whether entries are on disk.

    Narrower blocks take longer, and so do rows in the order of the input. Entries without weights that are in memory
    can be moved to disk instead.

    Parameters
    ----------
    prepared
        The prepared operator.
    num_probes
        Number of probes.
    memory_limit
        Memory limit of the process in bytes; None for no limit.

    Raises
    ------
    ParameterError
        If not even one probe at a time fits.
    """
    if memory_limit is not None:
        return_free_memory()
    operator, steps = prepared.remainder.operator, prepared.empty.num_steps
    rows, entries, movable, copy = operator.num_rows, 0, 0, 0
    base = resident_bytes() + MEMORY_NEEDS.per_row * rows
    if isinstance(operator, ScaledOperator):
        graph = operator.form().graph
        entries = len(graph.indices)
        if graph.weights is not None:
            base += MEMORY_NEEDS.per_weight * entries
        elif not is_mapped(graph.indices):
            movable = graph.indices.nbytes
        if not is_mapped(graph.indices) and graph.numbers is None:
            copy = order_bytes(rows, entries, steps, operator.precision, weighted=graph.weights is not None)
    per_column = MEMORY_NEEDS.per_column * np.dtype(operator.precision).itemsize * rows
    if isinstance(operator, ArrayOperator):
        per_column = operator.num_bytes(steps)
    for width in WIDTHS:
        block_width = min(width, num_probes)
        for more in (copy, 0, -movable) if movable else (copy, 0):
            needed = base + per_column * block_width + more
            if memory_limit is None or needed <= memory_limit:
                work = rows, entries, steps * num_probes
                return PassPlan(block_width, needed, *work, streamed=more < 0, ordered=more == copy)
    raise ParameterError(
        f"{prepared.empty.source.name}: the pass needs at least {needed / 1e6:,.0f} MB for {rows:,} rows, "
        f"more than the limit of {memory_limit / 1e6:,.0f} MB"  # type: ignore[operator]
    )


def streamed(prepared: Prepared) -> Prepared:
    """Return the prepared operator with its entries mapped from a temporary file, which every step reads in order.

    The file is in the folder for temporary files (``TMPDIR``) and is removed with the mapping. The entries stay in
    memory as well while a graph that was read from text refers to them.

    Parameters
    ----------
    prepared
        The prepared operator, of a graph without weights.
    """
    operator = prepared.remainder.operator
    assert isinstance(operator, ScaledOperator), "entries are moved of graphs alone"
    graph = operator.form().graph
    indices = graph.indices
    with tempfile.TemporaryFile(prefix="graphspec-") as stream:
        indices.tofile(stream)
        stream.flush()
        mapped = np.memmap(stream, indices.dtype, "r", shape=indices.shape).view(np.ndarray)
    on_disk = operator.with_graph(replace(graph, indices=mapped))
    return replace(prepared, remainder=replace(prepared.remainder, operator=on_disk))


def estimated_seconds(prepared: Prepared, plan: PassPlan, threads: int | None = None, trials: int = 3) -> float:
    """Return the estimated time of the pass, from the best of several times of one range of rows."""
    product = prepared.remainder.operator.product(0)
    ranges = len(product.bounds) - 1
    if ranges == 0 or not product.reentrant:
        return 0.0
    middle, width = ranges // 2, plan.block_width
    current = np.ones((product.num_rows, width), np.float32)
    previous, ones = np.zeros_like(current), np.ones(width)
    times = []
    for _ in range(trials):
        start = perf_counter()
        one, other = (_sweep_of_one(product, middle, width) for _ in range(2))
        product.three_terms(one, current, previous, ones, ones)
        product.subtract(other, current, previous, ones)
        times.append(perf_counter() - start)
    share = min(threads or available_threads(), ranges)
    return min(times) * ranges / share * plan.num_products / width


def _sweep_of_one(product: Product, number: int, width: int) -> Sweep:
    """Return a sweep of which all ranges but one are taken already."""
    bounds = product.bounds[: number + 2]
    return Sweep(bounds, np.zeros((number + 1, width)), np.array([number]))
