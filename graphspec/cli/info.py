"""``graphspec info``."""

from __future__ import annotations

import click

from graphspec.analyses import info
from graphspec.cli._help import GroupedCommand
from graphspec.cli._options import Writing, options_of, writing_options
from graphspec.cli._writing import Answers


@click.command("info", cls=GroupedCommand)
@click.argument("inputs", metavar="INPUT...", nargs=-1, required=True)
@options_of(info.InfoOptions)
@writing_options
def command(inputs: tuple[str, ...], options: info.InfoOptions, writing: Writing) -> None:
    """Say how large a graph is, how its degrees are, and what reading dropped.

    \b
    Examples:
      graphspec info edges.txt.gz
      graphspec info *.txt.gz --format csv
    """
    with Answers(writing, inputs) as answers:
        answers.answer_each(lambda name, console: info.run(name, options, console))
