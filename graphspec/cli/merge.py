"""``graphspec merge``."""

from __future__ import annotations

from dataclasses import replace

import click

from graphspec.analyses import sketch
from graphspec.cli._help import GroupedCommand
from graphspec.cli._options import Writing, writing_options
from graphspec.cli._writing import Answers
from graphspec.cli.sketch import save, sketch_target


@click.command("merge", cls=GroupedCommand)
@click.argument("sketches", metavar="SKETCH...", nargs=-1, required=True, type=click.Path())
@writing_options
def command(sketches: tuple[str, ...], writing: Writing) -> None:
    """Unite sketches of one graph that used different probes.

    \b
    Example:
      graphspec merge part*.npz -o all.npz
    """
    path = sketch_target(writing)
    with Answers(replace(writing, output=None), ()) as answers:
        save(sketch.run_merge(sketches, path), answers)
