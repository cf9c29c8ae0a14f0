"""``graphspec merge``."""

from __future__ import annotations

import click

from graphspec.cli._options import Writing, writing_options


@click.command("merge", short_help="Unite sketches of one graph.")
@click.argument("sketches", metavar="SKETCH...", nargs=-1, required=True, type=click.Path())
@writing_options
def command(sketches: tuple[str, ...], writing: Writing) -> None:
    """Unite sketches of one graph that used different probes.

    \b
    Example:
      graphspec merge part*.npz -o all.npz
    """
    from graphspec.analyses import report
    from graphspec.cli._run import sketch_parameters
    from graphspec.cli._save import check_sketch_target, save_and_report
    from graphspec.sketches.sketchfile import load_sketch
    from graphspec.sketches.spectral_sketch import merge

    check_sketch_target(writing)
    parts = [load_sketch(path) for path in sketches]
    result = merge(parts, names=sketches)
    sources = [part.source for part in parts]
    save_and_report(
        result, writing, lambda facts: report.record_of_many("merge", sources, sketch_parameters(result), facts)
    )
