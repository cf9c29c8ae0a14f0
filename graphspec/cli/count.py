"""``graphspec count``."""

from __future__ import annotations

import click

from graphspec.analyses import count
from graphspec.cli._help import GroupedCommand
from graphspec.cli._options import Writing, options_of, writing_options
from graphspec.cli._writing import Answers


@click.command("count", cls=GroupedCommand)
@click.argument("inputs", metavar="INPUT...", nargs=-1, required=True)
@options_of(count.CountOptions)
@writing_options
def command(inputs: tuple[str, ...], options: count.CountOptions, writing: Writing) -> None:
    """Count the eigenvalues from A to B, both included, with an interval.

    \b
    Examples:
      graphspec count edges.txt.gz --to 0.1
      graphspec count edges.txt.gz --from 0.5 --to 1.5 --tolerance 0.01 --format json | jq .result.count
    """
    if options.low is None and options.high is None:
        raise click.UsageError("give --from, --to, or both: all eigenvalues are as many as vertices")
    with Answers(writing, inputs) as answers:
        answers.answer_each(lambda name, console: count.run(name, options, console))
