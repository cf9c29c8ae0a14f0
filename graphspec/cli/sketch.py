"""``graphspec sketch``."""

from __future__ import annotations

from dataclasses import replace

import click

from graphspec.analyses import sketch
from graphspec.cli._help import GroupedCommand
from graphspec.cli._options import Writing, options_of, writing_options
from graphspec.cli._writing import Answers
from graphspec.files import Output


@click.command("sketch", cls=GroupedCommand)
@click.argument("source", metavar="INPUT")
@options_of(sketch.SketchOptions)
@writing_options
def command(source: str, options: sketch.SketchOptions, writing: Writing) -> None:
    """Make the one expensive pass over a graph and save its result, a few kilobytes.

    Every other command takes the sketch in place of the edge list. Sketches of different probes are merged by
    graphspec merge, so a cluster can share the work.

    \b
    Examples:
      graphspec sketch edges.txt.gz -o web.npz
      graphspec sketch edges.txt.gz --first-probe $((16 * SLURM_ARRAY_TASK_ID)) -o part$SLURM_ARRAY_TASK_ID.npz
    """
    path = sketch_target(writing)
    with Answers(replace(writing, output=None), [source], targets=[path]) as answers:
        save(sketch.run(source, path, options, answers.console), answers)


def sketch_target(writing: Writing) -> str:
    """Return the path of the sketch, after checking that it can be written, before any work is done."""
    if writing.output is None:
        raise click.UsageError("Missing option '-o' / '--output': the file for the sketch, or - for standard output.")
    Output(writing.output)
    return writing.output


def save(result: sketch.SketchResult, answers: Answers) -> None:
    """Save a sketch, and write its description to standard output, unless the sketch itself goes there."""
    result.save()
    if result.path != "-":
        answers.write(result)
