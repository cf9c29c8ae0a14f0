"""``graphspec clusters``."""

from __future__ import annotations

import click

from graphspec.analyses import clusters
from graphspec.analyses.cluster_options import LABELLING_RULES, ClustersOptions
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
    help="Write the confirmed partition of one input: vertex, tab, cluster from 0 on; a column for each of the levels.",
)
@click.option(
    "--k",
    metavar="K",
    type=click.IntRange(min=1),
    cls=DeclaredOption,
    group="Answer",
    help="Clusters of --labels, for those who know how many they want.",
)
@options_of(ClustersOptions)
@writing_options
def command(
    inputs: tuple[str, ...],
    plot: str | None,
    labels: str | None,
    k: int | None,
    options: ClustersOptions,
    writing: Writing,
) -> None:
    """Say how many clusters a graph has, and how sure that is.

    Two questions, side by side. How many communities can be detected: the eigenvalues of the regularised Laplacian
    below 1 - 1/r, which are the negative ones of the Bethe Hessian. Detectable means that a community leaves an
    eigenvalue outside of what random edges make (Kesten and Stigum); groups may exist below that, and small ones may be
    missed. Where the eigenvalues run through the threshold without a gap they count scales, as of a grid, not groups.
    r^2 is the spectral radius of the non-backtracking matrix, or mean(d^2) / mean(d) - 1 of the degrees d where one
    dense part has a radius of more than 1.25 times that; --tau sets r^2 - 1.

    And how many eigenvalues of the Laplacian lie below the widest significant gap above the zeros of the components.
    Most real networks have no such gap. It is significant if it is wider than random graphs leave one: 0.126 in the
    angle arccos(1 - eigenvalue), two resolutions pi / moments, and four spacings of the next eigenvalues.

    Counts up to --confirm-limit are confirmed by an eigensolver; groups of a few vertices below a gap are not counted
    then. Of the communities, `confirmed.eigenvalues` is the number of all negative eigenvalues of the Bethe Hessian,
    and `confirmed.count` leaves out those that the noise of the edge explains, which random graphs have too: as near to
    the threshold, and with no wider gap after them.

    Eigenvectors of the solver make the partition of --labels: of the communities if they are groups, or else of the
    gap, or else of the scales. A component without an eigenvalue below the threshold has a label of its own. With --k
    the lowest K eigenvectors of the operator make it, whatever the count.

    With --levels, gaps among the eigenvalues of the communities are sought: where communities lie in groups, the answer
    is "30 communities in 5 groups". A gap counts if it is 0.5 pi / 100 wide in the angle arccos(1 - eigenvalue), twice
    as wide as those of no level, and communities of a group have half as many edges again with each other as with
    others; beside scales, if it is three times as wide as all others. Where none does, no level is named.

    \b
    Examples:
      graphspec clusters edges.txt.gz --plot clusters.png
      graphspec clusters *.txt.gz --rule detectable --format csv
      zcat big.gz | graphspec clusters - --format json | jq '.result.detectable.confirmed.count'
      graphspec clusters edges.txt.gz --labels partition.tsv
      graphspec clusters edges.txt.gz --labels partition.tsv --k 5 --component largest
      graphspec clusters edges.txt.gz --levels --labels nested.tsv --plot levels.png
    """
    if labels is not None:
        _check_labels(labels, inputs, options, k)
    elif k is not None:
        raise click.UsageError("--k is the number of clusters of --labels: name their file")

    def ask(name: str, console: TerminalConsole) -> clusters.ClustersResult:
        result = clusters.run(name, options, console)
        if labels is not None and not result.holds_matrix:
            raise SketchError(f"{name}: a sketch holds no matrix, so --labels needs the edge list")
        return result

    def finish(result: clusters.ClustersResult) -> None:
        if labels is not None:
            answers.console.remark(result.write_labels(labels, k, answers.console))

    with Answers(writing, inputs, plot=plot, targets=[labels]) as answers:
        answers.answer_each(ask, finish)


def _check_labels(labels: str, inputs: tuple[str, ...], options: ClustersOptions, k: int | None) -> None:
    """Check that there can be a partition, before any work is done."""
    if len(inputs) > 1:
        raise click.UsageError(f"--labels takes one input, not {len(inputs)}")
    if k is None and (options.chosen_rule not in LABELLING_RULES or options.confirm_limit == 0):
        rules = ", ".join(LABELLING_RULES)
        raise click.UsageError(f"--labels needs one of the rules {rules}, and a --confirm-limit above 0")
    Output(labels)
