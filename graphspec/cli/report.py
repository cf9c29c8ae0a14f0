"""``graphspec report``."""

from __future__ import annotations

from pathlib import Path

import click

from graphspec.cli._help import GroupedCommand
from graphspec.cli._options import DeclaredOption, talk_options
from graphspec.files import Output
from graphspec.report import write_report


@click.command("report", cls=GroupedCommand)
@click.argument("folder", metavar="FOLDER", type=click.Path())
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    required=True,
    type=click.Path(),
    cls=DeclaredOption,
    default_text="required",
    help="The page, in HTML.",
)
@talk_options
def command(folder: str, output: str, verbose: bool, quiet: bool) -> None:  # noqa: ARG001
    """Make a page of the results of a batch, to read and to send.

    The page is one file that needs no network: a table that sorts and filters, the spectrum of every graph, counts of
    clusters with their intervals, divergences as a heat map, and what failed or cannot be told. It is made of the
    results in FOLDER alone, COMMAND/NAME.json, also of those that commands have written by --format json -o.

    \b
    Example:
      graphspec batch plan.yaml -o results && graphspec report results -o report.html
    """
    file = Output(output)
    write_report(Path(folder), output)
    if not quiet and file.path is not None and file.path.is_file():
        click.echo(f"graphspec: {output}: {file.path.stat().st_size / 1e6:,.1f} MB", err=True)
