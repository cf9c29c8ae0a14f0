"""Outputs of many commands before and after a rewrite: the same bytes, the same numbers but for rounding, or different.

``python -m benchmarks.answers record DIR`` runs every command of the plan below and writes one file a run;
``python -m benchmarks.answers compare BEFORE AFTER`` compares two such folders, and ends with 1 if an answer differs.
Recording takes a minute or two. What the commands read and write is in ``DIR/files``: runs can be repeated by hand.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from benchmarks.differences import Difference, file_difference, text_difference
from benchmarks.inputs import write_inputs
from benchmarks.rows import data_file

# Commands are written without the program's name. `--format json` is added to questions that do not say their format;
# `< FILE` is the standard input, and `> FILE` keeps the standard output but for comments, which are words.

MADE = (
    "generate sbm --nodes 400 --blocks 5 --p-in 0.2 --p-out 0.005 --seed 1 > sbm.txt",
    "generate sbm --nodes 6000 --blocks 12 --p-in 0.03 --p-out 0.0002 --seed 2 > blocks.txt",
    "generate er --nodes 500 --p 0.01 --seed 3 > er.txt",
    "generate er --nodes 30000 --p 0.0002 --seed 4 > sparse.txt",
    "generate ba --nodes 600 --m 3 --seed 5 > ba.txt",
    "generate ws --nodes 600 --k 8 --p 0.1 --seed 6 > ws.txt",
    "generate geometric --nodes 500 --radius 0.07 --seed 7 > geometric.txt",
    "generate regular --nodes 200 --k 4 --seed 8 > regular.txt",
    "generate powerlaw-cluster --nodes 400 --m 3 --p 0.4 --seed 9 > holme-kim.txt",
    "generate configuration --like ba.txt --seed 10 > degrees.txt",
    "generate configuration --like ba.txt --nodes 300 --seed 11",
    "generate ba --nodes 50 --m 2 -o ba.tsv.gz",
    "generate er --nodes 50 --p 0.1 -o er.graph",
)
"""Random graphs, which later commands read."""

SAVED = (
    "sketch sbm.txt -o sbm.npz",
    "sketch sparse.txt -o whole.npz",
    "sketch sparse.txt --num-probes 6 -o first.npz",
    "sketch sparse.txt --num-probes 10 --first-probe 6 -o second.npz",
    "sketch ba.txt --operator adjacency --num-moments 40 --seed 7 -o adjacency.npz",
    "sketch weighted.txt --weighted --operator combinatorial --confidence 0.9 -o combinatorial.npz",
    "sketch ws.txt --operator natural --no-structure -o natural.npz",
    "sketch blocks.txt --tolerance 0.002 --max-probes 64 -o tolerance.npz --format csv",
    "merge first.npz second.npz -o merged.npz",
    "convert blocks.txt blocks.graph",
    "convert weighted.txt weighted.graph --weighted",
    "convert sparse.txt sparse.graph --memory-limit 100MB",
)
"""Sketches and graph files, which later commands read."""

QUESTIONS = (
    # Every form of input.
    "info sbm.txt ba.txt star.txt edgeless.txt copies.txt bipartite.txt karate les-miserables",
    "info names.csv matrix.mtx matrix.npz weighted.txt --weighted",
    "info untidy.txt.gz ba.tsv.gz er.graph",
    "info sbm.txt tree.txt --format csv",
    "info - < untidy.txt.gz",
    "info columns.txt --delimiter ; --columns 3,1 --comment ! --header",
    "spectrum names.csv --weighted --grid-points 41",
    "spectrum matrix.mtx --weighted --operator combinatorial --grid-points 41",
    "spectrum matrix.npz matrix.mtx --operator adjacency --grid-points 41",
    "spectrum blocks.graph --grid-points 101",
    "spectrum weighted.graph --weighted --operator natural --grid-points 41",
    # Every method and every operator, sampled and dense.
    "spectrum sbm.txt",
    "spectrum sbm.txt --method lanczos",
    "spectrum sbm.txt --method kpm",
    "spectrum sbm.txt --method exact",
    "spectrum blocks.txt --method lanczos --grid-points 101 --num-moments 60 --num-probes 8 --seed 3",
    "spectrum blocks.txt --method kpm --operator combinatorial --grid-points 101",
    "spectrum sparse.txt --operator adjacency --grid-points 101",
    "spectrum sparse.txt --operator natural --method kpm --component largest --grid-points 101",
    "spectrum ba.txt --operator combinatorial --method exact --grid-points 101",
    "spectrum ba.txt --operator adjacency --method lanczos --no-structure --grid-points 101",
    "spectrum ws.txt --operator natural --no-structure --grid-points 101 --confidence 0.5",
    "spectrum weighted.txt --weighted --method exact --grid-points 41",
    "spectrum weighted.txt --weighted --operator adjacency --component largest --grid-points 41",
    "spectrum blocks.txt --tolerance 0.001 --max-probes 48 --confidence 0.99 --grid-points 41",
    "spectrum sparse.txt --memory-limit 100MB --grid-points 41",
    # What is known without sampling.
    "spectrum tree.txt grid.txt copies.txt --grid-points 41",
    "spectrum bipartite.txt star.txt complete.txt --operator combinatorial --grid-points 41",
    "spectrum twins.txt star.txt edgeless.txt --operator adjacency --grid-points 41",
    "spectrum tree.txt copies.txt --component largest --operator natural --format csv --grid-points 41",
    "spectrum tree.txt twins.txt --no-structure --method kpm --grid-points 41",
    "clusters tree.txt grid.txt copies.txt bipartite.txt star.txt complete.txt twins.txt edgeless.txt",
    # Clusters: rules, confirmation and partitions.
    "clusters sbm.txt blocks.txt ba.txt ws.txt karate les-miserables --format csv",
    "clusters blocks.txt",
    "clusters blocks.txt --labels labels.tsv",
    "clusters sbm.txt --labels small.tsv --confidence 0.8",
    "clusters blocks.txt --rule first-minimum",
    "clusters blocks.txt --threshold 0.4 --confirm-limit 0",
    "clusters geometric.txt ws.txt --rule threshold --threshold 0.2",
    "clusters sbm.txt --method lanczos --confirm-limit 3",
    "clusters sbm.txt --method exact",
    "clusters sbm.txt blocks.txt --method kpm --operator combinatorial",
    "clusters copies.txt --component largest",
    "clusters weighted.txt --weighted --no-structure",
    "clusters blocks.txt --tolerance 0.05 --num-probes 4",
    # Counts.
    "count sbm.txt blocks.txt karate --to 0.5",
    "count sparse.txt --from 0.5 --to 1.5 --confidence 0.9",
    "count sparse.txt --to 0.6 --tolerance 0.01 --component largest",
    "count ba.txt --from 2 --operator adjacency --method lanczos --format csv",
    "count ba.txt twins.txt --from 3 --to 10 --operator combinatorial --method exact",
    "count weighted.txt --weighted --to 0.7 --method kpm --no-structure",
    # Comparison.
    "compare sbm.txt ba.txt ws.txt sparse.txt",
    "compare er.txt ba.txt degrees.txt --series --format csv",
    "compare sbm.txt sbm.txt --operator natural --num-moments 30",
    "compare matrix.mtx les-miserables --weighted --component largest --num-moments 30",
    # Models.
    "fit er.txt --model er",
    "fit ws.txt --model ws --seed 3",
    "fit ba.txt degrees.txt --model ba --format csv",
    "fit sbm.txt --model sbm",
    "fit holme-kim.txt --model powerlaw-cluster --num-references 10",
    "fit geometric.txt --model geometric --num-references 8",
    "fit regular.txt --model regular",
    "fit karate --model configuration --component largest",
    "fit sbm.txt --model dcsbm --num-references 5",
    "generate dcsbm --like sbm.txt --seed 12",
    "classify sbm.txt --models er,ba,config,sbm,dcsbm --num-references 8 --format csv",
    "classify er.txt",
    "classify karate ws.txt --num-references 20 --format csv",
    "classify holme-kim.txt --models ba,powerlaw-cluster,configuration --num-references 12",
    # Sketches in place of graphs.
    "spectrum sbm.npz merged.npz --grid-points 41",
    "spectrum adjacency.npz --method kpm --grid-points 41",
    "spectrum combinatorial.npz natural.npz --method lanczos --grid-points 41",
    "clusters sbm.npz whole.npz tolerance.npz",
    "clusters sbm.npz --rule first-minimum --confidence 0.9",
    "count merged.npz --to 0.6",
    "count natural.npz combinatorial.npz --to 0.4 --format csv",
    "compare sbm.npz merged.npz tolerance.npz ba.txt",
    "fit sbm.npz --model er --num-references 10",
    "classify merged.npz --models er,ba --num-references 3",
)
"""Questions about graphs that are made here."""

REAL = {
    "ca-GrQc.txt": (
        "spectrum ca-grqc --grid-points 101",
        "clusters ca-grqc",
        "count ca-grqc --to 0.1 --component largest",
    ),
    "facebook_combined.txt": (
        "clusters facebook",
        "clusters facebook --rule first-minimum",
        "spectrum facebook --operator adjacency --grid-points 101",
    ),
    "email-Eu-core.txt": (
        "spectrum email-eu-core --method exact --operator natural --grid-points 101",
        "classify email-eu-core --num-references 10",
    ),
    "USPowerGrid.txt": ("clusters power-grid", "count power-grid --to 0.01 --method lanczos"),
    "494_bus.mtx": (
        "spectrum 494_bus.mtx --operator combinatorial --grid-points 101",
        "spectrum 494_bus.mtx --weighted",
    ),
    "networkdos_HepTh.mat": ("info networkdos_HepTh.mat", "spectrum networkdos_HepTh.mat --grid-points 101"),
    "ca-CondMat.txt": ("clusters ca-condmat",),
    "as-caida20071105.txt.gz": ("spectrum caida --no-structure --grid-points 101",),
    "usroads.mtx.gz": (
        "count us-roads --to 0.01",
        "spectrum us-roads --memory-limit 120MB --num-probes 4 --grid-points 101",
    ),
    "com-dblp.ungraph.txt.gz": ("clusters com-dblp --num-probes 4",),
}
"""Questions about real networks, by the file that has to be in the folder of the data."""

ERRORS = (
    "info nowhere.txt",
    "info sbm.txt nowhere.txt karate",
    "info broken.txt",
    "spectrum sbm.txt --num-moments 0",
    "spectrum sbm.txt --operator laplace",
    "spectrum sparse.txt --method exact",
    "spectrum sbm.npz --operator adjacency",
    "spectrum sbm.npz --method exact",
    "clusters sbm.npz --tolerance 0.1",
    "clusters sbm.txt --rule threshold",
    "clusters er.txt --labels none.tsv",
    "count sbm.txt --from 1 --to 0.5",
    "spectrum sbm.txt --memory-limit 8MB",
    "compare sbm.txt",
    "compare sbm.txt weighted.txt --operator natural",
    "compare sbm.npz adjacency.npz",
    "compare edgeless.txt sbm.txt",
    "fit karate --model nothing",
    "fit natural.npz --model er",
    "merge first.npz sbm.npz -o wrong.npz",
    "merge first.npz first.npz -o twice.npz",
    "sketch sbm.txt",
    "generate er --nodes 10 --p 1.5",
    "generate ws --nodes 10",
)
"""Commands that end with an error: its number must stay, its words may change."""

_WITHOUT_FORMAT = ("generate", "convert")
_WITHOUT_THREADS = ("info", "merge", "generate", "convert")
_SHOWN = 5  # faults of a run


def main(arguments: list[str]) -> int:
    """Record or compare, as the arguments say."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.answers", description=__doc__.split("\n")[0])
    commands = parser.add_subparsers(dest="command", required=True)
    recording = commands.add_parser("record", help="run the commands and write one file a run")
    recording.add_argument("folder", type=Path)
    recording.add_argument(
        "--graphspec", default=str(Path(sys.executable).with_name("graphspec")), help="by default that of this Python"
    )
    recording.add_argument("--threads", type=int, help="of every command that takes the option")
    comparing = commands.add_parser("compare", help="compare the files of two folders")
    comparing.add_argument("before", type=Path)
    comparing.add_argument("after", type=Path)
    comparing.add_argument("--tolerance", type=float, default=1e-10, help="relative, 1e-10 by default")
    options = parser.parse_args(arguments)
    if options.command == "record":
        return record(options.folder, options.graphspec, options.threads)
    return compare(options.before, options.after, options.tolerance)


def record(folder: Path, graphspec: str, threads: int | None) -> int:
    """Run all commands in turn, and write what each of them printed, wrote and ended with."""
    files = folder / "files"
    program = shutil.which(graphspec)
    if program is None:
        print(f"{graphspec} is no command", file=sys.stderr)
        return 2
    if folder.exists() and any(folder.iterdir()):
        print(f"{folder} is not empty", file=sys.stderr)
        return 2
    files.mkdir(parents=True)
    write_inputs(files)
    for name in REAL:
        source = data_file(name)
        if source is None:
            print(f"skipped: {len(REAL[name])} runs, set GRAPHSPEC_DATA to a folder with {name}", file=sys.stderr)
        else:
            (files / name).symlink_to(source.resolve())
    real = [command for name, commands in REAL.items() if (files / name).exists() for command in commands]
    for command in (*MADE, *SAVED, *QUESTIONS, *real, *ERRORS):
        answer = _run(command, os.path.abspath(program), threads, files)
        (folder / f"{_slug(command)}.json").write_text(json.dumps(answer, indent=1) + "\n")
        print(f"exit code {answer['exit_code']}  {command}", flush=True)
    return 0


def compare(before: Path, after: Path, tolerance: float) -> int:
    """Print a line for each run, and return 1 if an answer differs."""
    names = sorted({path.stem for folder in (before, after) for path in folder.glob("*.json")})
    if not names:
        print(f"there are no answers in {before} and {after}", file=sys.stderr)
        return 2
    differing = 0
    for name in names:
        paths = [folder / f"{name}.json" for folder in (before, after)]
        if not all(path.is_file() for path in paths):
            difference = Difference(faults=(f"only in {before if paths[0].is_file() else after}",))
            reworded = False
        else:
            old, new = (json.loads(path.read_text()) for path in paths)
            difference = _difference(old, new, before / "files", after / "files", tolerance)
            reworded = old["stderr"] != new["stderr"]
        differing += bool(difference.faults)
        print(f"{difference.verdict:<26}  {name}{'  (other words on standard error)' if reworded else ''}")
        for fault in difference.faults[:_SHOWN]:
            print(f"    {fault}")
        if len(difference.faults) > _SHOWN:
            print(f"    and {len(difference.faults) - _SHOWN} more")
    print(f"{differing} of {len(names)} differ" if differing else f"none of {len(names)} differs")
    return 1 if differing else 0


def _run(command: str, graphspec: str, threads: int | None, folder: Path) -> dict[str, Any]:
    """Run a command in the folder of the files, and return what came of it."""
    words, source, target = shlex.split(command), None, None
    if words[-2] in ("<", ">"):
        *words, sign, name = words
        source, target = (folder / name, None) if sign == "<" else (None, folder / name)
    extra = [] if words[0] in _WITHOUT_FORMAT or "--format" in words else ["--format", "json"]
    if threads is not None and words[0] not in _WITHOUT_THREADS:
        extra += ["--threads", str(threads)]
    known = set(folder.iterdir())
    done = subprocess.run(
        [graphspec, *words, *extra],
        cwd=folder,
        input=source.read_bytes() if source else b"",
        capture_output=True,
        # The command under test must find its own package, and wrap its messages alike everywhere.
        env={name: value for name, value in os.environ.items() if name != "PYTHONPATH"} | {"COLUMNS": "100"},
        check=False,
    )
    if target is not None:
        lines = done.stdout.splitlines(keepends=True)
        target.write_bytes(b"".join(line for line in lines if not line.startswith(b"#")))
    return {
        "command": command,
        "exit_code": done.returncode,
        "files": sorted(path.name for path in set(folder.iterdir()) - known),
        "stderr": done.stderr.decode(),
        "stdout": done.stdout.decode(),
    }


def _difference(old: dict[str, Any], new: dict[str, Any], before: Path, after: Path, tolerance: float) -> Difference:
    """Return how two answers to one command differ: in what was printed, the exit code, and the files."""
    difference = text_difference(old["stdout"], new["stdout"], tolerance)
    for part in ("exit_code", "files"):
        if old[part] != new[part]:
            difference += Difference(faults=(f"{part}: {old[part]} -> {new[part]}",))
    for name in sorted(set(old["files"]) & set(new["files"])):
        difference += file_difference(before / name, after / name, tolerance)
    return difference


def _slug(command: str) -> str:
    """Return a name for the file of a command."""
    return re.sub(r"[^A-Za-z0-9.]+", "-", command).strip("-")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
