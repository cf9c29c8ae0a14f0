"""Times of whole commands and of reading, as ratios to what a user would run without graphspec."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pandas as pd

from graphspec import read_edges

from benchmarks.graphs import FILES
from benchmarks.rows import Row, best_time, data_file, skipped

if TYPE_CHECKING:
    from collections.abc import Iterator


def rows() -> Iterator[Row]:
    bare = best_time(lambda: _run("-c", "pass"), 9)
    help_time = best_time(lambda: _run("-m", "graphspec", "--help"), 9)
    yield Row(
        "graphspec --help against python -c pass",
        "<= 4 times + 0.2 s",
        f"{help_time:.3f} s, bare {bare:.3f} s",
        help_time <= 4 * bare + 0.2,
    )
    path = data_file(FILES["com-dblp"])
    if path is None:
        yield skipped("com-dblp", "reading and spectrum", FILES["com-dblp"])
        return
    pandas = best_time(lambda: pd.read_csv(path, sep="\t", comment="#", header=None), 7)
    reading = best_time(lambda: read_edges(path), 7)
    yield Row(
        "com-dblp as a Graph against pandas parsing two columns",
        "<= 2 times",
        f"{reading / pandas:.2f} times ({reading:.2f} s)",
        reading <= 2 * pandas,
    )
    spectrum = best_time(lambda: _run("-m", "graphspec", "spectrum", str(path), "--threads", "2"), 3)
    plain = best_time(lambda: _run("-m", "benchmarks.plain_loop", str(path), "100", "16"), 3)
    yield Row(
        "com-dblp, graphspec spectrum, 100 moments, 16 probes, against the plain loop",
        "<= 20 %",
        f"{spectrum / plain:.1%} ({spectrum:.1f} s of {plain:.1f} s)",
        spectrum <= 0.2 * plain,
    )


def _run(*arguments: str) -> None:
    subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)
