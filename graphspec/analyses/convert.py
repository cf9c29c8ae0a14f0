"""Conversion of a graph to a file that is mapped into memory."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from graphspec.analyses.console import SILENT, Console
from graphspec.analyses.sources import open_source, say_remarks
from graphspec.errors import InputError, ParameterError
from graphspec.graphs import Graph, in_breadth_first_order
from graphspec.options import Choice, MemorySize, Options, group_of, option
from graphspec.readwrite import Reading, open_graph, read_large_edges, save_graph
from graphspec.sketches import SpectralSketch

ORDERS = ("file", "bfs")
"""Orders of the vertices in a graph file."""


@dataclass(frozen=True, kw_only=True)
class ConvertOptions(Options):
    """Options of a conversion.

    Attributes
    ----------
    memory_limit
        Memory in bytes for sorting edges in files next to the target, for lists of integers larger than memory.
    order
        Order of the vertices in the file: that of the input, or breadth-first search. Results are the same up to
        rounding. A pass takes the rows of a mapped graph as they are; those that are in memory, as where twins are
        taken out, it puts in order itself.
    reading
        Options of reading an edge list.
    """

    memory_limit: int | None = option(
        None,
        MemorySize(),
        "Sort on disk, beside FILE, in so much memory and 40 bytes a vertex: for lists of integers larger than that.",
        group="Resources",
        metavar="SIZE",
    )
    order: str = option(
        "file",
        Choice(ORDERS),
        "Number vertices as in the input, or by breadth-first search: a pass over a mesh that is mapped from the file "
        "takes a quarter of the time.",
        group="Answer",
    )
    reading: Reading = group_of(Reading)

    def __post_init__(self) -> None:
        """Check the options, and whether they go together."""
        super().__post_init__()
        if self.order == "bfs" and self.memory_limit is not None:
            raise ParameterError("`order` bfs needs the graph in memory: leave `memory_limit` out", "order")


@dataclass(frozen=True)
class Conversion:
    """A graph file that was written.

    Attributes
    ----------
    path
        The file.
    num_bytes
        Size of the file.
    num_nodes, num_edges
        Size of the graph.
    """

    path: str
    num_bytes: int
    num_nodes: int
    num_edges: int


def run(source: str, target: str, options: ConvertOptions | None = None, progress: Console = SILENT) -> Conversion:
    """Write a graph as a file that every analysis opens in milliseconds, whatever its size.

    Parameters
    ----------
    source
        Name of the input.
    target
        Path of the file.
    options
        Options of reading, and a memory limit.
    progress
        Console for remarks and progress.

    Raises
    ------
    InputError
        If the input holds no graph, or cannot be read within the memory limit.
    """
    options = options or ConvertOptions()
    with tempfile.TemporaryDirectory(dir=Path(target).resolve().parent, prefix=".graphspec-") as folder:
        if options.memory_limit is None:
            graph = open_source(source, options.reading, progress)
            if isinstance(graph, SpectralSketch):
                raise InputError(f"{source}: is a sketch, which holds no graph")
            assert isinstance(graph, Graph), "a name stands for no operator"
        else:
            graph = _read_within(source, Path(folder), options.memory_limit, options.reading, progress)
        if options.order == "bfs":
            with progress.stage("ordering"):
                graph = in_breadth_first_order(graph)
        with progress.stage("writing"):
            size = save_graph(graph, target)
        # Release the arrays that are mapped from the folder before it is deleted.
        del graph
    written = open_graph(target)
    return Conversion(target, size, written.num_nodes, written.num_edges)


def _read_within(source: str, folder: Path, memory: int, reading: Reading, progress: Console) -> Graph:
    """Read an edge list within a memory limit."""
    if not Path(source).is_file():
        raise InputError(f"{source}: a limit of memory needs a file that is read piece by piece")
    if reading.weighted:
        raise InputError(f"{source}: weights cannot be read within a limit of memory")
    with progress.stage("reading"), progress.bar("reading", "B") as advance:
        graph = read_large_edges(Path(source), folder, memory, reading, progress=advance)
    say_remarks(graph, progress)
    return graph
