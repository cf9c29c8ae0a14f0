"""``graphspec compare``."""

from __future__ import annotations

import click

from graphspec.analyses import compare
from graphspec.cli._help import GroupedCommand
from graphspec.cli._options import Writing, options_of, plot_option, writing_options
from graphspec.cli._writing import Answers


@click.command("compare", cls=GroupedCommand)
@click.argument("inputs", metavar="INPUT...", nargs=-1, required=True)
@plot_option("Picture to draw (.png, .svg, .pdf): a heat map, a line for --series, or curves for --sets.")
@options_of(compare.CompareOptions)
@writing_options
def command(inputs: tuple[str, ...], plot: str | None, options: compare.CompareOptions, writing: Writing) -> None:
    """Say how far the spectra of two or more graphs are apart, beside what the noise of the probes would make of it.

    The noise floor is that of the probes: graphs of one random model differ by more. The symmetric KL is that of
    densities which are as smooth as the noisiest input allows: it grows with the number of probes and moments, and is
    to be compared within one call. W1 and KS hardly depend on either.

    Compared is the spectrum without the zeros of the components. Graphs of any sizes can be compared; sketches save
    the work for those that are compared again.

    With --sets the two inputs are sets of graphs, and the answer is whether they come from one distribution: the
    maximum mean discrepancy and the energy distance of the spectra of the normalised Laplacian, zeros included, with
    permutation tests, and the statistics of the literature on generative models under their own names.

    \b
    Examples:
      graphspec compare a.txt b.txt.gz c.mtx
      graphspec compare sketches/*.npz --plot heat.png --format csv > pairs.csv
      graphspec compare web-2019.npz web-2020.npz web-2021.npz --series
      graphspec compare --sets measured/ "generated/*.txt" --plot sets.png
    """
    if options.sets and len(inputs) != 2:
        raise click.UsageError(f"--sets compares two inputs, each of which is a set of graphs, not {len(inputs)}")
    if len(inputs) < 2:
        raise click.UsageError("a comparison needs at least two inputs")
    with Answers(writing, inputs, plot=plot, one_picture=True) as answers:
        result = compare.run(inputs, options, answers.console)
        answers.draw(result)
        answers.write(result)
