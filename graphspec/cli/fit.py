"""``graphspec fit``."""

from __future__ import annotations

import click

from graphspec.analyses import fit
from graphspec.cli._help import GroupedCommand
from graphspec.cli._options import Writing, options_of, plot_option, writing_options
from graphspec.cli._writing import Answers


@click.command("fit", cls=GroupedCommand)
@click.argument("inputs", metavar="INPUT...", nargs=-1, required=True)
@options_of(fit.FitOptions)
@plot_option()
@writing_options
def command(inputs: tuple[str, ...], plot: str | None, options: fit.FitOptions, writing: Writing) -> None:
    """Fit a random-graph model to the spectrum of a graph: parameters with standard errors.

    The fit sees the spectrum alone. Beside it stands the baseline, the estimate that counting edges gives, where there
    is one, and the self-match, the divergence that the model's own graphs have from it: where the input has far more,
    the model explains nothing. Errors of whole numbers are at least that of rounding, 0.29.

    The models config, sbm and dcsbm keep the degrees of the graph, the numbers of edges within and between its
    detectable communities, or both: nothing is left to fit, and the divergence says whether they explain the spectrum.

    \b
    Examples:
      graphspec fit edges.txt.gz --model ws
      graphspec fit edges.txt.gz --model dcsbm
      graphspec fit edges.txt.gz --model ba --plot fit.png --format json | jq .result.parameters
    """
    with Answers(writing, inputs, plot=plot) as answers:
        answers.answer_each(lambda name, console: fit.run(name, options, console))
