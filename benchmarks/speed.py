"""Times of the pass and of whole commands, as ratios within one run, and the memory that they take."""

from __future__ import annotations

import gzip
import os
import re
import subprocess
import sys
from functools import cache, partial
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy import sparse

from graphspec import Sampling, open_graph, read_edges
from graphspec.exact.quotient import Quotient
from graphspec.lanczos.blocks import BLOCK_WIDTH
from graphspec.lanczos.compiled_products import CompiledProduct
from graphspec.lanczos.recurrence import lanczos
from graphspec.machine import KERNEL_VARIABLE, instruction_sets
from graphspec.operators.kinds import graph_operator
from graphspec.readwrite.cleaning import text_of
from graphspec.readwrite.encoding import plain_lines
from graphspec.readwrite.compression import decompressed
from graphspec.readwrite.edgelist import stored_bytes
from graphspec.readwrite.parsing import parse_edges
from graphspec.readwrite.reading import Reading
from graphspec.sketches.lanczos_pass import sample
from graphspec.sketches.probes import rademacher_probes
from graphspec.sketches.preparation import prepare

from benchmarks.graphs import FILES
from benchmarks.plain_loop import sums_of_moments
from benchmarks.networks import prepared_without_order, shuffled_grid, stored, youtube, youtube_text
from benchmarks.rows import Row, best_time, data_file, run_for_memory, skipped, times_in_turns

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from graphspec.lanczos.products import Product
    from graphspec.sketches.preparation import Prepared

STAGES = ("start", "reading", "structure", "pass", "density", "report")
GROWTH = (100_000, 1_000_000, 10_000_000, 50_000_000, 100_000_000)
THREADS = 2
_EDGES_PER_NODE = 3
_STEPS = 20
_TURNS = 6


def rows() -> Iterator[Row]:
    yield from _pass()
    yield from _commands()
    yield from _start()
    yield from _growth()


def _pass() -> Iterator[Row]:
    graph = youtube()
    laplacian = graph_operator(graph).matrix()
    centred = sparse.csr_array(laplacian - sparse.eye_array(graph.num_nodes))
    yield _imate(laplacian)
    # In turns: what else the machine does then takes part in both.
    times = [[best_time(partial(_run_pass, 16, threads), 1) for threads in (1, 2)] for _ in range(_TURNS)]
    single, wide = np.min(times, axis=0)
    loop = best_time(partial(sums_of_moments, centred, 100, 1), 2) * 16
    yield Row(
        "the pass, 16 probes, against the loop with scipy, one vector at a time, 100 products a probe",
        ">= 25 times faster",
        f"{loop / wide:.1f} times ({wide:.2f} s; {loop:.1f} s)",
        loop >= 25 * wide,
    )
    block = np.random.default_rng(0).choice(np.float32([-1, 1]), (graph.num_nodes, BLOCK_WIDTH))
    narrow = laplacian.astype(np.float32)
    scipy = best_time(lambda: narrow @ block)
    yield Row(
        "a step of the pass on two cores, probes and all, against scipy's block product on one, 16 columns",
        "< 0.3",
        f"{wide / 50 / scipy:.3f} ({wide / 50 * 1e3:.0f} ms; {scipy * 1e3:.0f} ms)",
        wide / 50 < 0.3 * scipy,
    )
    yield Row(
        "two threads against one",
        ">= 1.7 times faster",
        f"{single / wide:.2f} times ({wide:.2f} s; {single:.2f} s)",
        single >= 1.7 * wide,
    )
    yield from _ordering()
    yield from _instruction_sets()


def _ordering() -> Iterator[Row]:
    """Measure a step with rows in the order of the input, and in that which is found, in turns."""
    for name, prepared in _graphs():
        products, seconds = {}, {}
        for wanted in (0, 10**6):
            start = perf_counter()
            products[wanted] = prepared.remainder.operator.product(wanted)
            seconds[wanted] = perf_counter() - start
        steps = _step_times(prepared, products)
        gain, cost = steps[0] - steps[10**6], seconds[10**6] - seconds[0]
        ordered = products[10**6].layout.order is not None
        pays = f"{cost / gain:.0f} steps" if ordered and gain > 0 else "never" if ordered else "no order is found"
        yield Row(
            f"{name}, rows in an order of breadth-first search: when it pays",
            f"the rule: {CompiledProduct.ordering.min_steps} steps",
            f"{pays} ({steps[0] * 1e3:.1f} ms a step, {steps[10**6] * 1e3:.1f} ms in order; {cost:.3f} s to find it)",
            None,
        )


def _instruction_sets() -> Iterator[Row]:
    """Measure a step for every instruction set of this processor, in turns."""
    before = os.environ.get(KERNEL_VARIABLE)
    for name, prepared in _graphs():
        products = {}
        for kernel in instruction_sets():
            os.environ[KERNEL_VARIABLE] = kernel
            products[kernel] = prepared.remainder.operator.product(_STEPS)
        times = _step_times(prepared, products)
        yield Row(
            f"{name}, a step of 16 probes by instruction sets",
            "the widest is the fastest, within 10 %",
            ", ".join(f"{kernel} {each * 1e3:.2f} ms" for kernel, each in times.items()),
            times[instruction_sets()[-1]] <= 1.1 * min(times.values()),
        )
    os.environ[KERNEL_VARIABLE] = before or ""


def _step_times(prepared: Prepared, products: dict[Any, Product]) -> dict[Any, float]:
    """Return the least times of a step of products, each of which is measured once a turn."""
    turns = [[best_time(partial(_steps, prepared, each), 1) for each in products.values()] for _ in range(_TURNS)]
    return dict(zip(products, np.min(turns, axis=0) / _STEPS, strict=True))


def _graphs() -> Iterator[tuple[str, Prepared]]:
    """Return graphs that fill the cache, and do not."""
    yield "com-youtube's size", _prepared()
    yield "a shuffled grid of a million vertices", prepared_without_order(shuffled_grid(1000))
    path = data_file(FILES["com-dblp"])
    if path is not None:
        yield "com-dblp", prepared_without_order(read_edges(path))


def _steps(prepared: Prepared, product: Product) -> None:
    probes = rademacher_probes(0, range(BLOCK_WIDTH), prepared.remainder.operator.num_rows)
    lanczos(product, product.block(probes), _STEPS, threads=THREADS)


def _run_pass(num_probes: int, threads: int) -> None:
    """Put rows in order, draw probes and run 50 products with each: all but the search for structure."""
    operator = _prepared().remainder.operator
    assert isinstance(operator, Quotient)
    operator.ordered()
    sample(_ordered(), Sampling(num_probes=num_probes, threads=threads))


@cache
def _prepared() -> Prepared:
    return prepared_without_order(youtube())


@cache
def _ordered() -> Prepared:
    return prepare(youtube(), Sampling())


def _imate(laplacian: sparse.csr_array) -> Row:
    what, bar = "the pass, 50 products x 32 probes, against imate's stochastic Lanczos quadrature", ">= 13 times faster"
    try:
        import imate
    except ImportError:
        return Row(what, bar, "skipped: pip install imate", None)
    matrix = sparse.csr_matrix(laplacian)
    options = {"min_num_samples": 32, "max_num_samples": 32, "lanczos_degree": 50, "orthogonalize": 0}
    work = partial(imate.trace, matrix, p=2.5, method="slq", num_threads=THREADS, **options)
    ours, theirs = times_in_turns((partial(_run_pass, 32, THREADS), work), 3)
    return Row(what, bar, f"{theirs / ours:.1f} times ({ours:.2f} s; {theirs:.1f} s)", theirs >= 13 * ours)


def _commands() -> Iterator[Row]:
    text = youtube_text()
    pandas = best_time(lambda: pd.read_csv(text, sep="\t", comment="#", header=None, engine="c"))
    yield from _parsing(text)
    total, stages, peak = _spectrum(text, "--num-probes", "8")
    outside = total - stages["pass"]
    yield Row(
        "com-youtube's size, graphspec spectrum from text, 8 probes: all but the pass, against pandas' parsing",
        "<= 12 times",
        f"{outside / pandas:.1f} times ({outside:.2f} s; {pandas:.2f} s; whole {total:.2f} s)",
        outside <= 12 * pandas,
    )
    yield Row("the same, peak memory", "<= 600 MB", f"{peak / 1e6:.0f} MB", peak <= 600e6)
    total, stages, _ = _spectrum(text)
    yield _profile("com-youtube's size", total, stages)
    path = data_file(FILES["com-dblp"])
    if path is None:
        yield skipped("com-dblp, profile", "nothing but reading and the pass > 15 %", FILES["com-dblp"])
        return
    total, stages, _ = _spectrum(path)
    yield _profile("com-dblp", total, stages)


def _parsing(text: Path) -> Iterator[Row]:
    packed = text.with_suffix(".txt.gz")
    packed.write_bytes(gzip.compress(text.read_bytes(), 6))
    for path in (text, packed):
        fastest = best_time(lambda path=path: pd.read_csv(path, sep="\t", comment="#", header=None, engine="c"), 7)
        edges = best_time(partial(_parse, path), 7)
        graph = best_time(partial(read_edges, path), 7)
        yield Row(
            f"{path.name}: edges in memory, against the fastest parser of the same bytes, pandas' C engine",
            "<= 1.3 times",
            f"{edges / fastest:.2f} times ({edges:.3f} s; {fastest:.3f} s); as a Graph {graph / fastest:.2f} times",
            edges <= 1.3 * fastest,
        )


def _parse(path: Path) -> None:
    """Read both ends of all edges, as far as pandas does: a Graph is sorted beside that, without repetitions."""
    stored, name = stored_bytes(path, None)
    text = text_of(plain_lines(decompressed(stored, name), name), name, Reading())
    parse_edges(text, Reading())


def _profile(name: str, total: float, stages: dict[str, float]) -> Row:
    shares = {stage: stages[stage] / total for stage in STAGES}
    worst = max(share for stage, share in shares.items() if stage not in ("reading", "pass"))
    listed = ", ".join(f"{stage} {share:.0%}" for stage, share in shares.items())
    return Row(
        f"{name}, graphspec spectrum, profile",
        "nothing but reading and the pass > 15 %",
        f"{listed} of {total:.2f} s",
        worst <= 0.15,
    )


def _spectrum(path: Path, *options: str) -> tuple[float, dict[str, float], float]:
    """Return the time, the times of the stages, and the peak memory in bytes of the best of three commands."""
    return min((_measured(path, *options) for _ in range(3)), key=lambda found: found[0])


def _measured(path: Path, *options: str) -> tuple[float, dict[str, float], float]:
    arguments = [sys.executable, "-m", "graphspec", "spectrum", str(path), "-v", "--threads", str(THREADS), *options]
    process, seconds, peak = run_for_memory(arguments)
    said = process.stderr
    stages = {name: float(value) for name, value in re.findall(r"graphspec: (\w+): ([\d.]+) s$", said, re.MULTILINE)}
    return seconds, {**stages, "start": seconds - sum(stages.values())}, peak


def _start() -> Iterator[Row]:
    def run(*arguments: str) -> None:
        subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)

    ours = best_time(partial(run, "-m", "graphspec", "spectrum", "karate"), 5)
    bare = best_time(partial(run, "-c", "import numpy, scipy.sparse"), 5)
    yield Row(
        "karate club, graphspec spectrum, against python that imports numpy and scipy.sparse",
        "<= 1 s more",
        f"{ours - bare:.2f} s more ({ours:.2f} s)",
        ours <= bare + 1,
    )


def _growth() -> Iterator[Row]:
    """Measure passes over stored graphs, each in a process of its own for its memory."""
    costs, memories = [], []
    for edges in GROWTH:
        path = stored(edges // _EDGES_PER_NODE, edges)
        code = "from benchmarks.speed import stored_pass; stored_pass()"
        environment = {**os.environ, "GRAPHSPEC_BENCHMARK_GRAPH": str(path)}
        process, _, peak = run_for_memory([sys.executable, "-c", code], env=environment)
        seconds, rows = (float(value) for value in process.stdout.split()[:2])
        costs.append(seconds / edges)
        memories.append(peak / edges)
        yield Row(
            f"{edges:,} edges from the store, 8 probes x 10 products",
            "finishes",
            f"pass {seconds:.2f} s, {costs[-1] / 80 * 1e9:.2f} ns an edge and product, {rows:,.0f} rows sampled, "
            f"{peak / 1e6:,.0f} MB, {memories[-1]:.0f} bytes an edge",
            True,
        )
        path.unlink()
        stored.cache_clear()
    yield Row(
        "growth of the pass's time an edge, smallest to largest",
        "<= 6 times",
        f"{costs[-1] / costs[0]:.1f} times",
        costs[-1] <= 6 * costs[0],
    )
    yield Row(
        "memory an edge, 10^7 to 10^8",
        "does not grow, within 20 %: the program itself is a part of the smaller ones",
        f"{memories[2]:.0f} to {memories[-1]:.0f} bytes",
        memories[-1] <= 1.2 * memories[2],
    )


def stored_pass() -> None:
    """Print the seconds of a pass over the graph file that the environment names, and the rows that it sampled."""
    sampling = Sampling(num_moments=20, num_probes=8, threads=THREADS)
    prepared = prepare(open_graph(os.environ["GRAPHSPEC_BENCHMARK_GRAPH"]), sampling)
    start = perf_counter()
    sample(prepared, sampling)
    print(perf_counter() - start, prepared.remainder.operator.num_rows)
