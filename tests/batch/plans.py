"""Plans and folders for tests of batches."""

import hashlib
import subprocess
import sys
from pathlib import Path

import networkx as nx

from graphspec import write_edges
from graphspec.batch import Store, groups_of, processes, read_plan, run_groups, write_summaries
from graphspec.catalogue import open_catalogue
from graphspec.graphs.graph import Graph


def write_graphs(folder, count, nodes=60):
    """Write small random graphs, and return their names."""
    folder.mkdir(exist_ok=True)
    for number in range(count):
        network = nx.gnp_random_graph(nodes, 0.1, seed=number)
        write_edges(Graph.from_networkx(network), folder / f"g{number:02d}.txt")
    return [f"g{number:02d}" for number in range(count)]


def write_plan(folder, text, name="plan.yaml"):
    path = folder / name
    path.write_text(text)
    return path


def planned(path):
    return read_plan(path, open_catalogue())


def run_plan(path, folder, workers=1, **options):
    """Run a plan as the command does, and return its progress."""
    plan, store = planned(path), Store(folder)
    store.claim(plan)
    groups, skipped = groups_of(plan, store, **options)
    progress = run_groups(groups, lambda: processes(workers), skipped=skipped, window=workers)
    write_summaries(plan, store)
    return progress


def contents(folder):
    """Return the checksums of all files of results but the record of the run, by their paths."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(Path(folder).rglob("*"))
        if path.is_file() and not path.name.startswith("run")
    }


def graphspec_command(*arguments, **options):
    """Start the command line in a process of its own."""
    command = [sys.executable, "-m", "graphspec", *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)
