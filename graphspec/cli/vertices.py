"""``graphspec vertices``."""

from __future__ import annotations

import click

from graphspec.analyses import vertices
from graphspec.cli._console import TerminalConsole
from graphspec.cli._help import GroupedCommand
from graphspec.cli._options import Writing, options_of, plot_option, writing_options
from graphspec.cli._writing import Answers


@click.command("vertices", cls=GroupedCommand)
@click.argument("inputs", metavar="INPUT...", nargs=-1, required=True)
@plot_option("Picture to draw (.png, .svg, .pdf): the values in decreasing order, with their intervals.")
@options_of(vertices.VerticesOptions)
@writing_options
def command(inputs: tuple[str, ...], plot: str | None, options: vertices.VerticesOptions, writing: Writing) -> None:
    """Give every vertex a number: heat kernels, return probabilities, subgraph centrality.

    It is the diagonal of a function of an operator, f(A), with a standard error for each vertex. Components of at most
    500 vertices and twins are exact; others are a mean over probes, without the errors that go with those of
    polynomials of degree 3, whose diagonals are known. Where a few eigenvalues dominate, as in heat after long times,
    --deflate takes their part out of the probes.

    CSV and Parquet have a row for every vertex with its id.

    \b
    Examples:
      graphspec vertices edges.txt.gz --times 0.1,1,10 -o heat.parquet
      graphspec vertices edges.txt.gz --function subgraph --tolerance 0.01 --format csv > centrality.csv
      graphspec vertices edges.txt.gz --function "1 / (x + 0.01)" --operator combinatorial
    """

    def ask(name: str, console: TerminalConsole) -> vertices.VerticesResult:
        return vertices.run(name, options, console)

    with Answers(writing, inputs, plot=plot) as answers:
        answers.answer_each(ask)
