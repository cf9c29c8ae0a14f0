"""Batches: what they cost beside the same computations in a loop, what is shared, and what two workers gain."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from contextlib import chdir, contextmanager
from itertools import product
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np

from graphspec import Cluster, generate, open_graph, save_graph, sketch, write_edges
from graphspec.analyses import classify, clusters, spectrum
from graphspec.analyses.console import SILENT
from graphspec.analyses.shared_passes import shared_passes
from graphspec.analyses.sources import Opened, open_source
from graphspec.analyses.spectra import sketch_source
from graphspec.batch import Store, groups_of, processes, read_plan, run_groups, write_summaries
from graphspec.catalogue import open_catalogue
from graphspec.readwrite import Reading
from graphspec.sketches import spectrum_moments

from benchmarks.graphs import FILES, real
from benchmarks.rows import Row, data_file, skipped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from graphspec import Graph

SMALL, NODES, SHELL = 1000, 100, 20
NETWORKS = (
    ("email-eu-core", None),
    ("ca-grqc", None),
    ("power-grid", None),
    ("facebook", None),
    ("ba", {"m": 4}),
    ("er", {"p": 0.001}),
    ("ws", {"k": 8, "p": 0.1}),
    ("regular", {"k": 6}),
)
QUESTIONS = (("spectrum", spectrum.run), ("clusters", clusters.run), ("classify", classify.run))


def rows() -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as folder:
        yield from _small_graphs(Path(folder))
    with tempfile.TemporaryDirectory() as folder:
        yield from _shared(Path(folder))
    yield from _workers()


def _small_graphs(folder: Path) -> Iterator[Row]:
    paths = [folder / f"g{number:04d}.txt" for number in range(SMALL)]
    for number, path in enumerate(paths):
        write_edges(generate("er", NODES, number, p=0.08), path)
    start = perf_counter()
    for path in paths:
        spectrum.run(str(path)).record()
    loop = perf_counter() - start
    batch = _batch(folder, "datasets: ['g*.txt']\ncommands: [spectrum]\n")
    what = f"{SMALL} graphs of {NODES} vertices, spectrum: a batch against a loop in Python"
    yield Row(what, "<= 2 times", f"{batch / loop:.2f} times ({batch:.1f} s)", batch <= 2 * loop)
    start = perf_counter()
    for path in paths[:SHELL]:
        command = [sys.executable, "-m", "graphspec", "spectrum", str(path), "--format", "json"]
        subprocess.run(command, check=True, capture_output=True)
    shell = (perf_counter() - start) * SMALL / SHELL
    what = f"the same by {SMALL} commands, from {SHELL} of them"
    yield Row(what, ">= 10 times", f"{shell / batch:.0f} times ({shell:.0f} s)", shell >= 10 * batch)


def _shared(folder: Path) -> Iterator[Row]:
    names = []
    for name, values in NETWORKS:
        if values is not None:
            write_edges(generate(name, 20_000, 1, **values), folder / f"{name}.txt.gz")
            names.append(f"{name}.txt.gz")
        elif "GRAPHSPEC_DATA" in os.environ:
            names.append(name)
    asked = ", ".join(name for name, _ in QUESTIONS)
    text = f"datasets: {names}\ncommands: [{asked}]\n"
    with chdir(folder):
        apart, batch = np.min([(_apart(names), _batch(folder, text)) for _ in range(2)], axis=0)
    what = f"{len(names)} graphs, {asked}: a batch against reading, one pass, and the answers' own times"
    yield Row(what, "<= 1.1 times", f"{batch / apart:.2f} times ({batch:.1f} s)", bool(batch <= 1.1 * apart))


def _apart(names: list[str]) -> float:
    """Return the sum of the times of reading, of one pass, and of all answers, for every graph."""
    total = 0.0
    for name in names:
        with shared_passes():
            start = perf_counter()
            graph = open_source(name, Reading(), SILENT)
            sketch_source(name, graph, spectrum.SpectrumOptions(), SILENT)
            for _, run in QUESTIONS:
                run(Opened(name, graph))
            total += perf_counter() - start
    return total


def _batch(folder: Path, text: str) -> float:
    """Return the time of a batch in this process, with its summaries."""
    plan_path = folder / "plan.yaml"
    plan_path.write_text(text)
    with tempfile.TemporaryDirectory() as results:
        start = perf_counter()
        plan, store = read_plan(plan_path, open_catalogue()), Store(Path(results))
        store.claim(plan)
        groups, _ = groups_of(plan, store)
        progress = run_groups(groups, lambda: processes(1))
        write_summaries(plan, store)
        assert not progress.failures
        return perf_counter() - start


def _workers() -> Iterator[Row]:
    path, graph = data_file(FILES["com-dblp"]), real("com-dblp")
    if path is None or graph is None:
        yield skipped("com-dblp, two workers against one", ">= 1.6 times", FILES["com-dblp"])
        return
    with tempfile.TemporaryDirectory() as folder:
        mapped = Path(folder) / "com-dblp.graph"
        save_graph(graph, mapped)
        shared = open_graph(mapped)
        # 32 probes are one block of one worker, which costs less than two blocks of half the width.
        for probes, (name, opened) in product((32, 128), (("processes of a pool", _pool), ("Dask workers", _dask))):
            expected = spectrum_moments(sketch(shared, num_probes=probes)).values
            seconds = {}
            for count in (1, 2):
                try:
                    with opened(count, Path(folder)) as cluster:
                        seconds[count], error = _timed(shared, cluster, probes, expected)
                except ImportError as missing:
                    yield Row(f"com-dblp, {probes} probes, two {name}", ">= 1.6 times", f"skipped: {missing}", None)
                    break
            else:
                ratio = seconds[1] / seconds[2]
                what = f"com-dblp, {probes} probes, two {name} of one thread against one"
                yield Row(what, ">= 1.6 times", f"{ratio:.2f} times ({seconds[2]:.1f} s)", ratio >= 1.6)
                yield Row("the same: moments as of one process", "<= 1e-6", f"{error:.1e}", error <= 1e-6)


def _timed(graph: Graph, cluster: Cluster, probes: int, expected: np.ndarray) -> tuple[float, float]:
    """Return the shortest of five times of a sketch, after one that starts the workers, and the error of moments."""
    found, times = sketch(graph, cluster=cluster, num_probes=probes), []
    for _ in range(5):
        start = perf_counter()
        found = sketch(graph, cluster=cluster, num_probes=probes)
        times.append(perf_counter() - start)
    return min(times), float(np.abs(spectrum_moments(found).values - expected).max())


@contextmanager
def _pool(count: int, folder: Path) -> Iterator[Cluster]:  # noqa: ARG001
    with ProcessPoolExecutor(count, mp_context=get_context("spawn")) as pool:
        yield Cluster(pool, count, threads=1)


@contextmanager
def _dask(count: int, folder: Path) -> Iterator[Cluster]:
    from distributed import Client, LocalCluster

    options = {"n_workers": count, "threads_per_worker": 1, "dashboard_address": None, "local_directory": str(folder)}
    with LocalCluster(host="127.0.0.1", **options) as local, Client(local, set_as_default=False) as client:
        yield Cluster(client.get_executor(pure=False), count, threads=1)
