"""``graphspec spectrum``."""

from __future__ import annotations

import click

from graphspec.analyses import spectrum
from graphspec.cli._help import GroupedCommand
from graphspec.cli._options import Writing, options_of, plot_option, writing_options
from graphspec.cli._writing import Answers


@click.command("spectrum", cls=GroupedCommand)
@click.argument("inputs", metavar="INPUT...", nargs=-1, required=True)
@plot_option()
@options_of(spectrum.SpectrumOptions)
@writing_options
def command(inputs: tuple[str, ...], plot: str | None, options: spectrum.SpectrumOptions, writing: Writing) -> None:
    """Show what the Laplacian spectrum of a graph looks like, with error bars.

    \b
    Examples:
      graphspec spectrum edges.txt.gz
      graphspec spectrum edges.txt.gz --plot spectrum.png
      zcat edges.txt.gz | graphspec spectrum - --format csv -o spectrum.csv
    """
    with Answers(writing, inputs, plot=plot) as answers:
        answers.answer_each(lambda name, console: spectrum.run(name, options, console))
