"""Tables in Parquet and in memory, beside the same edges as text."""

from __future__ import annotations

import gzip
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from graphspec import read_edges, sketch

from benchmarks.graphs import FILES
from benchmarks.rows import Row, data_file, run_for_memory, skipped

if TYPE_CHECKING:
    from collections.abc import Iterator

LARGE_NODES, LARGE_EDGES = 3_000_000, 30_000_000

# Prints the seconds of reading, and the peak memory in bytes, of a process that does nothing else.
_READ = """
import resource, sys, time
import graphspec
if sys.argv[1].endswith("parquet"):
    import pyarrow.parquet
start = time.perf_counter()
graph = graphspec.read_edges(sys.argv[1])
print(time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024, graph.num_edges)
"""

# The same of a table in memory; prints the peak beyond what a process with the libraries takes, over the table's size.
_HOLD = """
import resource, sys
import numpy as np, pyarrow as pa, pyarrow.parquet, polars, pandas
import graphspec
from graphspec.graphs import Graph
Graph.from_edges([0, 1], [1, 2])
empty = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
random = np.random.default_rng(1)
columns = {name: random.integers(0, int(sys.argv[2]), int(sys.argv[3])) for name in ("source", "target")}
table = {"pandas": pandas.DataFrame, "polars": polars.DataFrame, "pyarrow": pa.table}[sys.argv[1]](columns)
del columns
graph = graphspec.from_frame(table)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 - empty
print(peak / (16 * int(sys.argv[3])))
"""


def rows() -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = data_file(FILES["com-dblp"])
        if path is None:
            yield skipped("com-dblp as Parquet against text", ">= 3 times as fast", FILES["com-dblp"])
        else:
            graph = read_edges(path)
            tail = np.repeat(np.arange(graph.num_nodes), np.diff(graph.indptr))
            once = tail < graph.indices
            yield from _against_text("com-dblp", tail[once], graph.indices[once].astype(np.int64), folder)
        random = np.random.default_rng(1)
        ends = random.integers(0, LARGE_NODES, (2, LARGE_EDGES))
        yield from _against_text("3 x 10^7 edges", *ends, folder)
    for library in ("pandas", "polars", "pyarrow"):
        share = float(_run(_HOLD, library, str(LARGE_NODES), str(LARGE_EDGES))[0])
        what = f"3 x 10^7 edges in a table of {library}: peak memory, table included, over the table's"
        yield Row(what, "<= 2.5 times", f"{share:.2f} times", share <= 2.5)


def _against_text(name: str, tail: np.ndarray, head: np.ndarray, folder: Path) -> Iterator[Row]:
    """Write edges as Parquet with zstd and as text, and compare graphs, times and memory."""
    import pyarrow as pa
    from pyarrow import parquet

    table, text = folder / "edges.parquet", folder / "edges.txt"
    parquet.write_table(pa.table({"source": tail, "target": head}), table, compression="zstd")
    np.savetxt(text, np.column_stack([tail, head]), fmt="%d", delimiter="\t")
    packed = folder / "edges.txt.gz"
    packed.write_bytes(gzip.compress(text.read_bytes(), 6))
    best = {}
    for path in (table, text, packed):
        runs = [_run(_READ, str(path)) for _ in range(3)]
        best[path] = [min(float(run[index]) for run in runs) for index in (0, 1)]
    ratio = best[text][0] / best[table][0]
    what = f"{name}: reading Parquet (zstd, two columns) against plain text"
    yield Row(what, ">= 3 times as fast", f"{ratio:.1f} times ({best[table][0]:.2f} s)", ratio >= 3)
    ratio = best[packed][0] / best[table][0]
    yield Row(f"{name}: the same against text that is compressed by gzip", "", f"{ratio:.1f} times", None)
    peaks = [best[path][1] / 1e6 for path in (table, text)]
    yield Row(f"{name}: peak memory", "no higher", f"{peaks[0]:.0f} and {peaks[1]:.0f} MB", peaks[0] <= peaks[1])
    one, other = (sketch(read_edges(path), num_moments=20, num_probes=2) for path in (table, text))
    same = np.array_equal(one.alpha, other.alpha) and np.array_equal(one.beta, other.beta)
    yield Row(f"{name}: the sketch of both", "the same to the bit", "the same" if same else "different", same)


def _run(script: str, *arguments: str) -> list[str]:
    """Run a script in a process of its own, and return the words that it prints."""
    return run_for_memory([sys.executable, "-c", script, *arguments])[0].stdout.split()
