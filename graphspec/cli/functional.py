"""``graphspec functional``."""

from __future__ import annotations

import click

from graphspec.analyses import functional
from graphspec.analyses.functional_options import FunctionalOptions
from graphspec.cli._help import GroupedCommand
from graphspec.cli._options import Writing, options_of, plot_option, writing_options
from graphspec.cli._writing import Answers


@click.command("functional", cls=GroupedCommand)
@click.argument("inputs", metavar="INPUT...", nargs=-1, required=True)
@options_of(FunctionalOptions)
@plot_option()
@writing_options
def command(inputs: tuple[str, ...], options: FunctionalOptions, plot: str | None, writing: Writing) -> None:
    """Estimate spectral sums of a graph: entropy, spanning trees, heat trace and others, with intervals.

    \b
    Examples:
      graphspec functional edges.txt.gz --function entropy,estrada,spanning-trees
      graphspec functional *.txt.gz --function heat-trace --times 0.01:100:250 --format csv
      graphspec functional edges.txt.gz --function "log(x + 0.1)" --operator combinatorial --tolerance 0.001
    """
    with Answers(writing, inputs, plot=plot) as answers:
        answers.answer_each(lambda name, console: functional.run(name, options, console))
