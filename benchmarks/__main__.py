"""``python -m benchmarks [NAME...]``: print the rows of all, or of the named, measurements."""

from __future__ import annotations

import sys

from rich.console import Console

from benchmarks import accuracy, clusters, command, determinism, intervals, models, solver, speed

MEASUREMENTS = {
    "solver": solver.rows,
    "accuracy": accuracy.rows,
    "intervals": intervals.rows,
    "clusters": clusters.rows,
    "determinism": determinism.rows,
    "models": models.rows,
    "command": command.rows,
    "speed": speed.rows,
}


def main(names: list[str]) -> int:
    """Print the rows as they come; return 1 if a bar is not met."""
    unknown = [name for name in names if name not in MEASUREMENTS]
    if unknown:
        print(f"unknown: {', '.join(unknown)}; there are {', '.join(MEASUREMENTS)}", file=sys.stderr)
        return 2
    console = Console(highlight=False, soft_wrap=True)
    missed = 0
    for name in names or MEASUREMENTS:
        console.print(f"[bold]{name}[/]")
        for row in MEASUREMENTS[name]():
            mark = {True: "met   ", False: "MISSED", None: "      "}[row.met]
            missed += row.met is not None and not row.met
            console.print(f"  {mark}  {row.what}  |  {row.bar}  |  {row.measured}", markup=False)
    console.print(f"{missed} missed" if missed else "all bars are met")
    return 1 if missed else 0


sys.exit(main(sys.argv[1:]))
