"""``graphspec features``."""

from __future__ import annotations

import click

from graphspec.analyses import features
from graphspec.cli._help import GroupedCommand
from graphspec.cli._options import Writing, options_of, writing_options
from graphspec.cli._writing import Answers


@click.command("features", cls=GroupedCommand)
@click.argument("inputs", metavar="INPUT...", nargs=-1, required=True)
@options_of(features.FeaturesOptions)
@writing_options
def command(inputs: tuple[str, ...], options: features.FeaturesOptions, writing: Writing) -> None:
    """Write one row of features for every graph: moments, heat traces, shares of eigenvalues, atoms, entropy.

    All are of the normalised Laplacian, and do not depend on the size of the graph by themselves: sums over eigenvalues
    are divided by their number. Graphs of at most 500 vertices are solved, larger ones sampled.

    \b
    Examples:
      graphspec features graphs/*.txt --format csv -o features.csv
      graphspec features a.txt b.txt --times 0.1,1,10 --bins 50 --with-errors --format csv
    """
    with Answers(writing, inputs) as answers:
        answers.answer_all(features.run_all(inputs, options, answers.console))
