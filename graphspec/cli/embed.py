"""``graphspec embed``."""

from __future__ import annotations

import click

from graphspec.analyses import embed
from graphspec.cli._console import TerminalConsole
from graphspec.cli._help import GroupedCommand
from graphspec.cli._options import Writing, options_of, writing_options
from graphspec.cli._writing import Answers


@click.command("embed", cls=GroupedCommand)
@click.argument("inputs", metavar="INPUT...", nargs=-1, required=True)
@options_of(embed.EmbedOptions)
@writing_options
def command(inputs: tuple[str, ...], options: embed.EmbedOptions, writing: Writing) -> None:
    """Give every vertex coordinates: the lowest eigenvectors of a Laplacian.

    Columns are orthonormal eigenvectors in the order of their eigenvalues, those of the components with eigenvalue
    zero first. Of the entries of a vector that are largest by magnitude, the first one is positive. In the eigenspace
    of a repeated eigenvalue any basis would do as well, which is said where the last eigenvalue is one.

    CSV and Parquet have a row for every vertex with its id; a file with the suffix .npy holds the numbers alone.

    \b
    Examples:
      graphspec embed edges.txt.gz --dimension 8 --component largest -o coordinates.parquet
      graphspec embed edges.txt.gz --dimension detectable --format csv > coordinates.csv
      graphspec embed edges.txt.gz --operator combinatorial -o coordinates.npy
    """

    def ask(name: str, console: TerminalConsole) -> embed.EmbedResult:
        return embed.run(name, options, console)

    with Answers(writing, inputs, arrays=True) as answers:
        answers.answer_each(ask)
