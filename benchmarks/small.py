"""Small graphs: whatever is asked of them ends soon, however dense or regular they are."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

import networkx as nx

from graphspec import Graph, generate, write_edges
from graphspec.models.generation import MODELS

from benchmarks.rows import Row

if TYPE_CHECKING:
    from collections.abc import Iterator

LIMIT = 5.0  # seconds, with the start of the interpreter
NEARLY_COMPLETE = ((40, 38, 0.9), (50, 48, 0.5), (100, 98, 0.5), (100, 96, 0.9), (200, 198, 1.0), (2000, 1998, 0.5))
OPTIONS = {
    "count": ["--to", "0.5"],
    "functional": ["--function", "estrada"],
    "logdet": ["--shift", "0.1"],
    "vertices": ["--function", "heat", "--times", "1"],
    "embed": ["--dimension", "4"],
}
COMMANDS = (
    "info",
    "spectrum",
    "clusters",
    "classify",
    "compare",
    "features",
    *OPTIONS,
    *(f"fit {name}" for name in MODELS),
)


def rows() -> Iterator[Row]:
    times = {
        f"n = {n}, k = {k}, p = {p}": _time("generate", "ws", f"--nodes={n}", f"--k={k}", f"--p={p}")
        for n, k, p in NEARLY_COMPLETE
    }
    yield _row(f"generate ws, {len(times)} nearly complete rings", times)
    with tempfile.TemporaryDirectory() as folder:
        paths = {name: Path(folder) / f"{number}.txt" for number, name in enumerate(GRAPHS)}
        for name, path in paths.items():
            write_edges(GRAPHS[name], path)
        for command in COMMANDS:
            yield _row(
                f"{command}, {len(paths)} graphs of 50 to 200 vertices",
                {name: _time(*_arguments(command, path)) for name, path in paths.items()},
            )


def _arguments(command: str, path: Path) -> list[str]:
    name, *model = command.split()
    others = {**OPTIONS, "compare": [str(path)], "fit": ["--model", *model]}
    return [name, str(path), *others.get(name, [])]


def _time(*arguments: str) -> float:
    """Return the time that a command takes; one that never ends is stopped. A refusal is an answer."""
    start = perf_counter()
    command = [sys.executable, "-m", "graphspec", *arguments]
    try:
        done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=20 * LIMIT)
    except subprocess.TimeoutExpired:
        return float("inf")
    refused = done.returncode == 1 and len(done.stderr.splitlines()) == 1
    assert done.returncode == 0 or refused, done.stderr
    return perf_counter() - start


def _row(what: str, times: dict[str, float]) -> Row:
    slowest = max(times, key=lambda name: times[name])
    return Row(what, f"each <= {LIMIT:g} s", f"{times[slowest]:.1f} s ({slowest})", times[slowest] <= LIMIT)


def _graphs() -> dict[str, Graph]:
    networks = {
        "complete, 50": nx.complete_graph(50),
        "complete, 100": nx.complete_graph(100),
        "complete, 200": nx.complete_graph(200),
        "complement of a cycle, 100": nx.complement(nx.cycle_graph(100)),
        "complete bipartite, 100 + 100": nx.complete_bipartite_graph(100, 100),
        "five parts, 150": nx.turan_graph(150, 5),
        "star, 200": nx.star_graph(199),
        "two cliques and a path, 200": nx.barbell_graph(90, 20),
        "tree, 150": nx.random_labeled_tree(150, seed=1),
        "grid, 144": nx.grid_2d_graph(12, 12),
    }
    generated: dict[str, tuple[str, int, dict[str, Any]]] = {
        "er, 100, p = 0.5": ("er", 100, {"p": 0.5}),
        "er, 100, p = 0.9": ("er", 100, {"p": 0.9}),
        "er, 150, p = 0.99": ("er", 150, {"p": 0.99}),
        "er, 200, p = 0.9": ("er", 200, {"p": 0.9}),
        "ws, 200, k = 100": ("ws", 200, {"k": 100, "p": 0.1}),
        "ba, 150, m = 75": ("ba", 150, {"m": 75}),
        "geometric, 150": ("geometric", 150, {"radius": 0.3}),
    }
    made = {name: generate(model, nodes, 1, **values) for name, (model, nodes, values) in generated.items()}
    return {**{name: Graph.from_networkx(network) for name, network in networks.items()}, **made}


GRAPHS = _graphs()
