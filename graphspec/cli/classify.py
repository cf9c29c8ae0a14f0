"""``graphspec classify``."""

from __future__ import annotations

import click

from graphspec.analyses import classify
from graphspec.cli._help import GroupedCommand
from graphspec.cli._options import Writing, options_of, plot_option, writing_options
from graphspec.cli._writing import Answers


@click.command("classify", cls=GroupedCommand)
@click.argument("inputs", metavar="INPUT...", nargs=-1, required=True)
@options_of(classify.ClassifyOptions)
@plot_option()
@writing_options
def command(inputs: tuple[str, ...], plot: str | None, options: classify.ClassifyOptions, writing: Writing) -> None:
    """Say which random-graph model explains a graph, if one does and others do not.

    The spectrum refutes a model if the graph's divergence from it is more than twice the median of the model's own
    graphs (and five spreads more), or if the graph differs from these towards another model by four standard
    deviations. Of the models that are left the one with the fewest parameters is named; where two are equally simple,
    or none is left, there is no answer. A model that was not tried may be nearer than all of them.

    The models config, sbm and dcsbm keep the degrees of the graph, the numbers of edges within and between its
    detectable communities, or both, and count them as parameters; the description length says what graph and parameters
    take. With one of them, a model is refuted too if its graphs have no communities as pronounced as the graph's.

    \b
    Examples:
      graphspec classify edges.txt.gz
      graphspec classify edges.txt.gz --models er,ws,ba,config,sbm,dcsbm
      graphspec classify *.txt.gz --models er,ws,ba,powerlaw-cluster --format json | jq .result.best
      graphspec classify edges.txt.gz --plot models.png
    """
    with Answers(writing, inputs, plot=plot) as answers:
        answers.answer_each(lambda name, console: classify.run(name, options, console))
