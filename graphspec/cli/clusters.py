"""``graphspec clusters``."""

from __future__ import annotations

import click

from graphspec.analyses import clusters
from graphspec.cli._console import TerminalConsole
from graphspec.cli._help import GroupedCommand
from graphspec.cli._options import DeclaredOption, Writing, options_of, plot_option, writing_options
from graphspec.cli._writing import Answers
from graphspec.errors import SketchError
from graphspec.files import Output


@click.command("clusters", cls=GroupedCommand)
@click.argument("inputs", metavar="INPUT...", nargs=-1, required=True)
@plot_option()
@click.option(
    "--labels",
    metavar="FILE",
    type=click.Path(),
    cls=DeclaredOption,
    group="Answer",
    help="Write the confirmed partition of one input: vertex, tab, cluster from 0 on.",
)
@options_of(clusters.ClustersOptions)
@writing_options
def command(
    inputs: tuple[str, ...],
    plot: str | None,
    labels: str | None,
    options: clusters.ClustersOptions,
    writing: Writing,
) -> None:
    """Say how many clusters a graph has, and how sure that is.

    The number of clusters is the number of eigenvalues below the widest significant gap above the zeros of the
    components; where only the gap right above the zeros is significant, it is the number of components. A gap is
    significant if it is wider than random graphs of some thousand vertices leave one: 0.126 in the angle arccos(1 -
    eigenvalue), two resolutions pi / moments, and four spacings of the next eigenvalues. A count up to --confirm-limit
    is confirmed by an eigensolver; groups of fewer than ten vertices, or a quarter of the mean cluster, are not counted
    then. Most real networks have no such gap, and then there is no number.

    \b
    Examples:
      graphspec clusters edges.txt.gz --plot clusters.png
      graphspec clusters *.txt.gz --format csv | sort -t, -k5 -n
      zcat big.gz | graphspec clusters - --format json | jq '.result.confirmed.count // .result.count'
      graphspec clusters edges.txt.gz --labels partition.tsv
    """
    if labels is not None:
        _check_labels(labels, inputs, options)

    def ask(name: str, console: TerminalConsole) -> clusters.ClustersResult:
        result = clusters.run(name, options, console)
        if labels is not None and result.spectrum.operator is None:
            raise SketchError(f"{name}: a sketch holds no matrix, so --labels needs the edge list")
        return result

    def finish(result: clusters.ClustersResult) -> None:
        if labels is not None:
            result.write_labels(labels)

    with Answers(writing, inputs, plot=plot, targets=[labels]) as answers:
        answers.answer_each(ask, finish)


def _check_labels(labels: str, inputs: tuple[str, ...], options: clusters.ClustersOptions) -> None:
    """Check that there can be a partition, before any work is done."""
    if len(inputs) > 1:
        raise click.UsageError(f"--labels takes one input, not {len(inputs)}")
    if options.chosen_rule != "eigengap" or options.confirm_limit == 0:
        raise click.UsageError("--labels needs the rule eigengap and a --confirm-limit above 0: eigenvectors make them")
    Output(labels)
