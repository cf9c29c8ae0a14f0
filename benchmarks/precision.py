"""Passes in 16 bits against float32: moments in units of their errors, times, and memory."""

from __future__ import annotations

import os
import sys
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from graphspec import Graph, Sampling, read_edges
from graphspec.lanczos.blocks import zero_block
from graphspec.lanczos.recurrence import lanczos
from graphspec.operators.base import ScaledOperator
from graphspec.sketches.lanczos_pass import sample
from graphspec.sketches.moments import jacobi_chebyshev_moments
from graphspec.sketches.preparation import prepare
from graphspec.sketches.probes import rademacher_probes

from benchmarks.graphs import FILES
from benchmarks.networks import prepared_without_order, shuffled_grid, stored, youtube
from benchmarks.rows import Row, best_time, data_file, run_for_memory, times_in_turns

if TYPE_CHECKING:
    from collections.abc import Iterator

    from graphspec._typing import Block

_STEPS, _TURNS = 10, 5
_LARGE = (8_000_000, 25_000_000)


def rows() -> Iterator[Row]:
    yield from _moments()
    yield from _steps()
    yield from _passes()
    yield from _memory()


def _graphs() -> dict[str, Graph]:
    files = {name: data_file(path) for name, path in FILES.items()}
    found = {name: read_edges(path) for name, path in files.items() if path is not None}
    return {**found, "com-youtube's size": youtube(), "shuffled grid": shuffled_grid(1000)}


def _moments() -> Iterator[Row]:
    """Compare moments of forced 16 bits, and of what auto takes, with those of float64 recurrences."""
    for name, graph in _graphs().items():
        sampling = Sampling(precision="half")
        prepared = prepare(graph, sampling)
        operator = prepared.remainder.operator
        if prepared.remainder.dense_rows is not None or not isinstance(operator, ScaledOperator):
            continue
        sketch = sample(prepared, sampling)
        probes = rademacher_probes(0, range(16), operator.num_rows, operator.numbers)
        prepared.remainder.known.remove_from(probes)
        product = operator.product(0, np.float64)
        exact = lanczos(product, product.block(probes), 50, breakdown=1e-13)
        truth, found = (jacobi_chebyshev_moments(each.alpha, each.beta, 99)[:, 1:] for each in (exact, sketch))
        error, sem = np.abs((found - truth).mean(axis=0)), truth.std(axis=0, ddof=1) / 4
        share = float((error / sem).max())
        used = sketch.options["precision"]
        yield Row(
            f"{name}, {operator.num_rows} rows, 16 bits wanted: error of the mean of moments up to order 99",
            "<= 2 % of the standard error" if operator.num_rows >= 100_000 else "printed",
            f"{error.max():.1e}, {share:.2%} of the standard error; {used} was used",
            share <= 0.02 if operator.num_rows >= 100_000 else None,
        )


def _steps() -> Iterator[Row]:
    """Measure a step of 16 and 32 probes in both precisions, in turns."""
    for name, graph in (("com-youtube's size", youtube()), ("shuffled grid", shuffled_grid(1000))):
        operator = prepared_without_order(graph).remainder.operator
        assert isinstance(operator, ScaledOperator)
        single = operator.product(50)
        half = operator.form().product(operator.interval, 50, np.float32, rounded=True)
        probes = rademacher_probes(0, range(32), operator.num_rows).astype(np.float32)
        blocks = {16: single.block(probes[:16]), 32: half.block(probes)}
        narrow = half.block(probes[:16])
        turns = np.array(
            [
                [
                    best_time(partial(lanczos, single, _copy(blocks[16]), _STEPS), 1),
                    best_time(partial(lanczos, half, half.rounded(_copy(narrow)), _STEPS), 1),
                    best_time(partial(lanczos, half, half.rounded(_copy(blocks[32])), _STEPS), 1) / 2,
                ]
                for _ in range(_TURNS)
            ]
        )
        times = np.median(turns, axis=0) / _STEPS * 1e3
        yield Row(
            f"{name}, a step of 16 probes: float32, 16 bits, and half of a step of 32 in 16 bits",
            "printed",
            f"{times[0]:.1f} ms, {times[1]:.1f} ms ({times[1] / times[0]:.2f}), {times[2]:.1f} ms "
            f"({times[2] / times[0]:.2f})",
            None,
        )


def _copy(block: Block) -> Block:
    """Return a copy whose rows begin with cache lines, as those of a pass do."""
    copy = zero_block(block.shape, block.dtype.type)
    copy[:] = block
    return copy


def _passes() -> Iterator[Row]:
    """Measure whole passes, with drawing, ordering and the check, in turns."""
    prepared = prepared_without_order(youtube())
    for count in (16, 32, 64):
        work = [partial(sample, prepared, Sampling(num_probes=count, precision=each)) for each in ("single", "half")]
        single, half = times_in_turns(work, 3)
        yield Row(
            f"com-youtube's size, the pass of {count} probes in 16 bits against float32",
            "<= 1 (what auto takes)" if count >= 32 else "printed (auto takes float32)",
            f"{half / single:.2f} ({half:.2f} s; {single:.2f} s)",
            half <= single if count >= 32 else None,
        )


def _memory() -> Iterator[Row]:
    """Measure the memory of a large graph; a block of 32 columns of 16 bits takes that of 16 columns of float32."""
    path = stored(*_LARGE)
    environment = {**os.environ, "GRAPHSPEC_BENCHMARK_GRAPH": str(path)}
    peaks, seconds = [], []
    for precision in ("single", "auto"):
        code = f"from benchmarks.precision import stored_pass; stored_pass({precision!r})"
        _, passed, peak = run_for_memory([sys.executable, "-c", code], env=environment)
        peaks.append(peak / 1e6)
        seconds.append(passed)
    yield Row(
        f"{_LARGE[1]:,} edges from the store, 32 probes: peak memory of auto against single",
        "<= 1.2 times",
        f"{peaks[1] / peaks[0]:.2f} times ({peaks[1]:,.0f} MB; {peaks[0]:,.0f} MB), "
        f"{seconds[1] / seconds[0]:.2f} of the time ({seconds[1]:.1f} s; {seconds[0]:.1f} s)",
        peaks[1] <= 1.2 * peaks[0],
    )
    path.unlink()
    stored.cache_clear()


def stored_pass(precision: str) -> None:
    """Run a pass over the graph that the environment names."""
    from graphspec import open_graph

    sampling = Sampling(num_probes=32, precision=precision)
    sample(prepare(open_graph(os.environ["GRAPHSPEC_BENCHMARK_GRAPH"]), sampling), sampling)
