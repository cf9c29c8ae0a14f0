"""``python -m benchmarks [NAME...]``: print the rows of all, or of the named, measurements."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

from benchmarks import (
    accuracy,
    batch,
    block_models,
    clusters,
    command,
    communities,
    determinism,
    features,
    functionals,
    hessian,
    intervals,
    levels,
    models,
    precision,
    sets,
    small,
    solver,
    speed,
    tables,
    vertices,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MEASUREMENTS = {
    "solver": solver.rows,
    "accuracy": accuracy.rows,
    "intervals": intervals.rows,
    "clusters": clusters.rows,
    "communities": communities.rows,
    "levels": levels.rows,
    "determinism": determinism.rows,
    "models": models.rows,
    "precision": precision.rows,
    "blocks": block_models.rows,
    "features": features.rows,
    "sets": sets.rows,
    "vertices": vertices.rows,
    "functionals": functionals.rows,
    "hessian": hessian.rows,
    "small": small.rows,
    "batch": batch.rows,
    "command": command.rows,
    "tables": tables.rows,
    "speed": speed.rows,
}


def main(names: list[str]) -> int:
    """Print the rows as they come; return 1 if a bar is not met."""
    unknown = [name for name in names if name not in MEASUREMENTS]
    if unknown:
        print(f"unknown: {', '.join(unknown)}; there are {', '.join(MEASUREMENTS)}", file=sys.stderr)
        return 2
    # What is installed has its bytecode at hand; commands are timed with it.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    chosen = names or [name for name in MEASUREMENTS if name != "communities"]  # which are a part of clusters
    missed = _measure(chosen[0]) if len(chosen) == 1 else sum(map(_measure_apart, chosen))
    print(f"{missed} missed" if missed else "all bars are met")
    return 1 if missed else 0


def _measure(name: str) -> int:
    """Print the rows of a measurement, and return how many bars are not met."""
    print(name)
    missed = 0
    for row in MEASUREMENTS[name]():
        mark = {True: "met   ", False: "MISSED", None: "      "}[row.met]
        missed += row.met is not None and not row.met
        print(f"  {mark}  {row.what}  |  {row.bar}  |  {row.measured}", flush=True)
    return missed


def _measure_apart(name: str) -> int:
    """Do the same in a process of its own, whose memory no other measurement has used."""
    command = [sys.executable, "-m", "benchmarks", name]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines = list(_echoed(process.stdout))
    missed = sum(line.startswith("  MISSED") for line in lines)
    if process.returncode != (1 if missed else 0):
        raise RuntimeError(f"the measurement {name} ended with {process.returncode}")
    return missed


def _echoed(lines: Iterable[str]) -> Iterator[str]:
    """Print lines as they come, but for the count at the end."""
    for line in lines:
        if not line.endswith((" missed\n", "all bars are met\n")):
            print(line, end="", flush=True)
        yield line


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
