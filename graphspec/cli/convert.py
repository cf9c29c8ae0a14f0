"""``graphspec convert``."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from graphspec.cli._options import MemorySize, Reading, reading_options

if TYPE_CHECKING:
    from graphspec.cli._run import Talk
    from graphspec.graphs.graph import Graph


@click.command("convert", short_help="Write a graph as a file that opens at once.")
@click.argument("source", metavar="INPUT")
@click.argument("target", metavar="FILE", type=click.Path())
@click.option(
    "--memory-limit",
    type=MemorySize(),
    metavar="SIZE",
    help="Sort on disk, beside FILE, in so much memory and 40 bytes a vertex: for lists of integers larger than that.",
)
@reading_options
@click.option("-v", "--verbose", is_flag=True, help="Say on standard error what is done.")
@click.option("-q", "--quiet", is_flag=True, help="No progress bar and no remarks.")
def command(source: str, target: str, memory_limit: int | None, reading: Reading, verbose: bool, quiet: bool) -> None:
    """Write a graph as a file that every command opens in milliseconds, whatever its size.

    The file is mapped into memory: only what is used is read, and jobs on one machine share it.

    \b
    Examples:
      graphspec convert edges.txt.gz web.graph
      graphspec convert crawl.tsv.zst crawl.graph --memory-limit 4GB
    """
    from graphspec.cli._options import Writing
    from graphspec.cli._run import Talk, check_inputs, read_input
    from graphspec.errors import InputError
    from graphspec.readwrite.graphfile import save_graph
    from graphspec.sketches.spectral_sketch import SpectralSketch

    if target == "-":
        raise click.UsageError("a graph is mapped from a file: name one in place of -")
    check_inputs([source], target)
    talk = Talk(Writing("table", target, verbose, quiet))
    with tempfile.TemporaryDirectory(dir=Path(target).resolve().parent, prefix=".graphspec-") as folder:
        if memory_limit is None:
            found = read_input(source, reading, talk)
            if isinstance(found, SpectralSketch):
                raise InputError(f"{source}: is a sketch, which holds no graph")
            graph = found
        else:
            graph = _within(source, Path(folder), memory_limit, reading, talk)
        with talk.stage("writing"):
            size = save_graph(graph, target)
        del graph
    talk.remark(_summary(target, size))


def _within(source: str, folder: Path, memory: int, reading: Reading, talk: Talk) -> Graph:
    """Read an edge list within a limit of memory."""
    from graphspec.errors import InputError
    from graphspec.readwrite.external import read_large_edges

    if not Path(source).is_file():
        raise InputError(f"{source}: a limit of memory needs a file that is read piece by piece")
    if reading.weighted:
        raise InputError(f"{source}: weights cannot be read within a limit of memory")
    with talk.stage("reading"), talk.progress("reading", "B") as progress:
        return read_large_edges(
            Path(source),
            folder,
            memory,
            delimiter=reading.delimiter,
            columns=reading.columns,
            comment=reading.comment,
            header=reading.header,
            progress=progress,
        )


def _summary(target: str, size: int) -> str:
    from graphspec.readwrite.graphfile import open_graph

    graph = open_graph(target)
    return f"{target}: {graph.num_nodes:,} vertices, {graph.num_edges:,} edges, {size / 1e6:,.1f} MB"
