"""A row of the table: what is measured, the bar, the value, and whether it is met."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


@dataclass(frozen=True)
class Row:
    """One measurement; `met` is None for a value that is printed without a bar."""

    what: str
    bar: str
    measured: str
    met: bool | None


def data_file(name: str) -> Path | None:
    """Return a file of the data folder, or None where the folder is not set or has no such file."""
    folder = os.environ.get("GRAPHSPEC_DATA")
    path = Path(folder) / name if folder else None
    return path if path is not None and path.is_file() else None


def skipped(what: str, bar: str, name: str) -> Row:
    """Return the row of a measurement whose data are not there."""
    return Row(what, bar, f"skipped: set GRAPHSPEC_DATA to a folder with {name}", None)


def against_spectrum(command: str, path: Path, repeats: int, *options: str) -> tuple[float, float]:
    """Return how many times as long a command takes as ``graphspec spectrum`` on one input, and its time in seconds."""
    words = {"spectrum": ["spectrum", str(path)], command: [command, str(path), *options]}
    times = {
        name: best_time(
            lambda name=name: subprocess.run(
                [sys.executable, "-m", "graphspec", *words[name]], check=True, stdout=subprocess.DEVNULL
            ),
            repeats,
        )
        for name in words
    }
    return times[command] / times["spectrum"], times[command]


def best_time(work: Callable[[], Any], repeats: int = 3) -> float:
    """Return the shortest of several times, in seconds: the one least disturbed by other processes."""
    times = []
    for _ in range(repeats):
        start = perf_counter()
        work()
        times.append(perf_counter() - start)
    return min(times)


def times_in_turns(works: Sequence[Callable[[], Any]], turns: int) -> list[float]:
    """Return the median times of several pieces of work, in seconds, which are measured by turns.

    What else the machine does then takes part in all of them: on a shared one the memory may serve half as fast for
    some seconds.
    """
    times = [[best_time(work, 1) for work in works] for _ in range(turns)]
    return [float(time) for time in np.median(times, axis=0)]


def run_for_memory(arguments: list[str], **options: Any) -> tuple[subprocess.CompletedProcess[str], float, float]:
    """Run a command; return it, its seconds and its peak memory in bytes.

    By a small process between: a command's peak is at least what its parent has when it begins.
    """
    process = subprocess.run(
        [sys.executable, "-c", _BETWEEN, *arguments], capture_output=True, text=True, check=True, **options
    )
    *_, seconds, peak = process.stdout.split()
    return process, float(seconds), float(peak) * 1024


_BETWEEN = """
import resource, subprocess, sys, time
start = time.perf_counter()
process = subprocess.run(sys.argv[1:], stdout=subprocess.PIPE, text=True)
print(process.stdout if len(process.stdout) < 100 else "")
print(time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
sys.exit(process.returncode)
"""
