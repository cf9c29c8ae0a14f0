"""Same seed, same bytes; and the same moments however the probes are split."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import networkx as nx
import numpy as np

from graphspec import merge, sketch, write_edges
from graphspec.graphs.graph import Graph
from graphspec.sketches.moments import spectrum_moments

from benchmarks.rows import Row

if TYPE_CHECKING:
    from collections.abc import Iterator


def rows() -> Iterator[Row]:
    graph = Graph.from_networkx(nx.barabasi_albert_graph(40_000, 4, seed=3))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "edges.txt"
        write_edges(graph, path)
        outputs = {_spectrum(path, threads) for threads in (1, 2, 1, 2)}
    yield Row(
        "spectrum with 1 and 2 threads, twice each", "identical bytes", f"{len(outputs)} result", len(outputs) == 1
    )
    whole = spectrum_moments(sketch(graph)).values
    worst = 0.0
    for first in (8, 5):
        parts = [sketch(graph, num_probes=first), sketch(graph, num_probes=16 - first, first_probe=first)]
        worst = max(worst, float(np.abs(spectrum_moments(merge(parts)).values - whole).max()))
    yield Row("16 probes as 16, 8 + 8, 5 + 11 merged", "moments agree to 1e-6", f"{worst:.1e}", worst <= 1e-6)


def _spectrum(path: Path, threads: int) -> bytes:
    command = [sys.executable, "-m", "graphspec", "spectrum", str(path), "--format", "json", "--threads", str(threads)]
    return subprocess.run(command, check=True, capture_output=True).stdout
