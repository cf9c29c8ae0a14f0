"""A real network that is on every machine: which Python module imports which.

Vertices are the modules of the standard library and of the installed packages that have a source file; two are joined
if one imports the other, anywhere in its file. It is parsed and never run. Such networks have hubs (everybody imports
``typing``) and many modules that hang on the same few hubs: their spectrum has a peak at 1, which random graphs with as
many edges lack.

    python examples/import_network.py imports.txt.gz

writes the edge list, to be used like any other (``graphspec spectrum imports.txt.gz``), and a picture of its spectrum
beside it. Two machines with the same packages get the same bytes. Test folders are left out, and of a huge
installation only the first source files in sorted order are read.
"""

from __future__ import annotations

import argparse
import ast
import platform
import sysconfig
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import networkx as nx
import numpy as np
from _common import COLOURS, EXACT_COLOUR, PICTURES, figure, save, table

import graphspec

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from graphspec import Estimate, Graph, SpectralDensity

FILE_LIMIT = 1200  # source files of one folder: parsing takes 3 to 6 milliseconds each, and ten seconds are enough
TEST_FOLDERS = frozenset({"test", "tests", "idle_test"})
OTHER_FOLDERS = frozenset({"site-packages", "dist-packages", "__pycache__"})
BLOCKS = ("body", "orelse", "finalbody", "handlers", "cases")  # where statements hold further statements
NUM_PROBES = 32
NUM_BINS = 41  # odd, so that 1 is in the middle of a bin
PEAK = 0.05  # half width of what counts as the peak at 1


@dataclass(frozen=True)
class ImportNumbers:
    """What the network looks like.

    Attributes
    ----------
    num_nodes, num_edges, num_components
        Modules, pairs of modules of which one imports the other, and connected components.
    hubs
        The five modules with most neighbours, and how many they have.
    peak
        Share of the Laplacian eigenvalues within 0.05 of 1, with the ends of its 95 % interval.
    random_peak
        The same for a random graph with as many vertices and edges.
    """

    num_nodes: int
    num_edges: int
    num_components: int
    hubs: tuple[tuple[str, int], ...]
    peak: tuple[float, float, float]
    random_peak: tuple[float, float, float]


def import_edges(roots: Sequence[Path] | None = None, limit: int | None = None) -> list[tuple[str, str]]:
    """Return the sorted pairs of modules of which one imports the other.

    An import counts for the longest part of its dotted name that is a module with a source file, so that
    ``from email.message import Message`` leads to ``email.message``.

    Parameters
    ----------
    roots
        Folders in which top-level modules lie, by default those of the standard library and of installed packages.
    limit
        Most source files to read below each of them, the first in sorted order.
    """
    paths = sysconfig.get_paths()
    folders = dict.fromkeys(Path(paths[kind]) for kind in ("stdlib", "purelib", "platlib")) if roots is None else roots
    modules: dict[str, Path] = {}
    for root in folders:
        for path in islice(_source_files(Path(root)), FILE_LIMIT if limit is None else limit):
            parts = path.relative_to(root).with_suffix("").parts
            modules.setdefault(".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts), path)
    edges = set()
    for module, path in modules.items():
        for name in _imported_names(path, module):
            target = _longest_known(name, modules)
            if target not in (None, module):
                edges.add((min(module, target), max(module, target)))
    return sorted(edges)


def _source_files(folder: Path) -> Iterator[Path]:
    """Yield Python files below a folder that can be imported by name, in sorted order, without those of tests."""
    for entry in sorted(folder.iterdir()) if folder.is_dir() else ():
        if entry.is_dir() and entry.name.isidentifier() and entry.name not in TEST_FOLDERS | OTHER_FOLDERS:
            yield from _source_files(entry)
        elif entry.suffix == ".py" and entry.stem.isidentifier():
            yield entry


def _imported_names(path: Path, module: str) -> Iterator[str]:
    """Yield the absolute dotted names that a file imports; a file that cannot be parsed imports nothing."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # old code has invalid escapes in its strings
            tree = ast.parse(path.read_bytes())
    except (SyntaxError, ValueError, RecursionError):
        return
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    pending: list[ast.AST] = [tree]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package.split(".")[: -(node.level - 1) or None] if node.level else []
            yield from (".".join([*base, *filter(None, [node.module]), alias.name]) for alias in node.names)
        for block in BLOCKS:
            pending.extend(getattr(node, block, ()))


def _longest_known(name: str, modules: dict[str, Path]) -> str | None:
    while name and name not in modules:
        name = name.rpartition(".")[0]
    return name or None


def as_graph(edges: Sequence[tuple[str, str]]) -> Graph:
    """Return the graph of named edges."""
    names, ends = np.unique(np.array(edges), return_inverse=True)
    graph = graphspec.Graph.from_edges(*ends.reshape(-1, 2).T, num_nodes=len(names), name="imports")
    return replace(graph, labels=names)


def main(folder: Path | None, limit: int | None = None, name: str = "imports.txt.gz") -> ImportNumbers:
    graph = as_graph(import_edges(limit=limit))
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        made = (
            f"Which Python module imports which, by examples/import_network.py with Python {platform.python_version()}"
        )
        how = f"Modules of the standard library and of installed packages, at most {limit or FILE_LIMIT} files of each"
        graphspec.write_edges(graph, folder / name, comments=[made, how, "Both directions united, tests left out"])
    estimate = graphspec.density(graph, num_moments=100, num_probes=NUM_PROBES)
    random = graphspec.density(
        nx.gnm_random_graph(graph.num_nodes, graph.num_edges, seed=7), num_moments=100, num_probes=NUM_PROBES
    )
    order = np.argsort(-graph.num_neighbours, kind="stable")[:5]
    numbers = ImportNumbers(
        num_nodes=graph.num_nodes,
        num_edges=graph.num_edges,
        num_components=graphspec.connected_components(graph).count,
        hubs=tuple(zip(graph.labels[order].tolist(), graph.num_neighbours[order].tolist(), strict=True)),
        peak=_bounds(share_near_one(estimate)),
        random_peak=_bounds(share_near_one(random)),
    )
    if folder is not None:
        draw(numbers, graph, estimate, random, folder)
    return numbers


def share_near_one(spectrum: SpectralDensity) -> Estimate:
    """Return the share of eigenvalues within `PEAK` of 1, atoms included."""
    return spectrum.integrate(lambda value: (np.abs(value - 1) <= PEAK).astype(np.float64))


def bin_shares(spectrum: SpectralDensity, edges: NDArray[np.float64]) -> Estimate:
    """Return the share of eigenvalues in every bin, atoms included."""
    return spectrum.integrate(lambda value: ((value[:, None] >= edges[:-1]) & (value[:, None] < edges[1:])) * 1.0)


def _bounds(estimate: Estimate) -> tuple[float, float, float]:
    return float(estimate.value), float(estimate.low), float(estimate.high)


def report(numbers: ImportNumbers) -> str:
    plural = "" if numbers.num_components == 1 else "s"
    head = f"{numbers.num_nodes} modules, {numbers.num_edges} edges, {numbers.num_components} component{plural}"
    peaks = [("imports", *numbers.peak), ("random graph", *numbers.random_peak)]
    return "\n".join(
        [
            head,
            table(("module", "neighbours"), numbers.hubs),
            "",
            table((f"within {PEAK} of 1", "share", "low", "high"), peaks),
        ]
    )


def draw(
    numbers: ImportNumbers, graph: Graph, estimate: SpectralDensity, random: SpectralDensity, folder: Path
) -> None:
    title = f"{numbers.num_nodes} Python modules and their imports: hubs, and a peak at 1 that random graphs lack"
    picture, (left, right) = figure(2, title)
    degrees = np.sort(graph.num_neighbours)
    left.loglog(degrees[::-1], np.arange(1, len(degrees) + 1), ".", color=COLOURS[1], label="imports")
    for hub, degree in numbers.hubs[:3]:
        rank = int(np.count_nonzero(degrees >= degree))
        left.annotate(hub, (degree, rank), (-6, 0), textcoords="offset points", ha="right", va="center", fontsize=9)
    left.set(title="A few modules are imported by hundreds", xlabel="neighbours $d$")
    left.set_ylabel("modules with at least $d$ neighbours")
    left.grid(alpha=0.3)
    edges = np.linspace(0, 2, NUM_BINS + 1)
    middle = (edges[1:] + edges[:-1]) / 2
    right.stairs(bin_shares(random, edges).value, edges, fill=True, color=EXACT_COLOUR, label="random, as many edges")
    found = bin_shares(estimate, edges)
    bars = (found.value - found.low, found.high - found.value)
    right.stairs(found.value, edges, color=COLOURS[1], linewidth=1.5, label="imports, with 95 % intervals")
    right.errorbar(middle, found.value, bars, fmt="none", color=COLOURS[1], linewidth=1)
    right.set(
        title=f"{numbers.peak[0]:.0%} of the eigenvalues are within {PEAK} of 1, not {numbers.random_peak[0]:.0%}"
    )
    right.set(
        xlabel="eigenvalue of $L$", ylabel="share of the eigenvalues", xlim=(0, 2), ylim=(0, 1.3 * found.value.max())
    )
    right.legend(loc="upper right", frameon=False)
    save(picture, folder, "import_network")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "output", type=Path, nargs="?", default=PICTURES, help="edge list to write, or a folder for it (%(default)s)"
    )
    parser.add_argument("--limit", type=int, help=f"most source files to read of each root (default: {FILE_LIMIT})")
    options = parser.parse_args()
    output = options.output / "imports.txt.gz" if options.output.suffix == "" else options.output
    print(report(main(output.parent, options.limit, output.name)))
