"""``graphspec logdet``."""

from __future__ import annotations

import click

from graphspec.analyses import logdet
from graphspec.cli._help import GroupedCommand
from graphspec.cli._options import Writing, options_of, writing_options
from graphspec.cli._writing import Answers


@click.command("logdet", cls=GroupedCommand)
@click.argument("inputs", metavar="MATRIX...", nargs=-1, required=True)
@options_of(logdet.LogdetOptions)
@writing_options
def command(inputs: tuple[str, ...], options: logdet.LogdetOptions, writing: Writing) -> None:
    """Estimate the log-determinant of a sparse positive definite matrix, with an interval.

    MATRIX is a Matrix Market file, scipy sparse .npz or MATLAB file with values; or, with --operator, --shift or
    --nonzero, a graph.

    \b
    Examples:
      graphspec logdet matrix.mtx --method slq
      graphspec logdet *.mtx --tolerance 0.001 --format csv
      graphspec logdet edges.txt.gz --operator combinatorial --shift 0.1
      graphspec logdet edges.txt.gz --nonzero
    """
    with Answers(writing, inputs) as answers:
        answers.answer_each(lambda name, console: logdet.run(name, options, console))
