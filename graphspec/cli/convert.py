"""``graphspec convert``."""

from __future__ import annotations

import click

from graphspec.analyses import convert
from graphspec.cli._console import TerminalConsole
from graphspec.cli._help import GroupedCommand
from graphspec.cli._options import Writing, options_of, talk_options
from graphspec.cli._writing import check_targets


@click.command("convert", cls=GroupedCommand)
@click.argument("source", metavar="INPUT")
@click.argument("target", metavar="FILE", type=click.Path())
@options_of(convert.ConvertOptions)
@talk_options
def command(source: str, target: str, options: convert.ConvertOptions, verbose: bool, quiet: bool) -> None:
    """Write a graph as a file that every command opens in milliseconds, whatever its size.

    The file is mapped into memory: only what is used is read, and jobs on one machine share it.

    \b
    Examples:
      graphspec convert edges.txt.gz web.graph
      graphspec convert crawl.tsv.zst crawl.graph --memory-limit 4GB
    """
    if target == "-":
        raise click.UsageError("a graph is mapped from a file: name one in place of -")
    check_targets([source], target)
    console = TerminalConsole(Writing(verbose=verbose, quiet=quiet))
    written = convert.run(source, target, options, console)
    size = f"{written.num_nodes:,} vertices, {written.num_edges:,} edges, {written.num_bytes / 1e6:,.1f} MB"
    console.remark(f"{target}: {size}")
