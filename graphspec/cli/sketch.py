"""``graphspec sketch``."""

from __future__ import annotations

import click

from graphspec.cli._options import Reading, Sampling, Writing, reading_options, sampling_options, writing_options


@click.command("sketch", short_help="Make the pass over a graph and save its result.")
@click.argument("source", metavar="INPUT")
@reading_options
@sampling_options()
@writing_options
def command(source: str, reading: Reading, sampling: Sampling, writing: Writing) -> None:
    """Make the one expensive pass over a graph and save its result, a few kilobytes.

    Every other command takes the sketch in place of the edge list. Sketches of different probes are merged by
    graphspec merge, so a cluster can share the work.

    \b
    Examples:
      graphspec sketch edges.txt.gz -o web.npz
      graphspec sketch edges.txt.gz --first-probe $((16 * SLURM_ARRAY_TASK_ID)) -o part$SLURM_ARRAY_TASK_ID.npz
    """
    from graphspec.analyses import report
    from graphspec.cli._run import Talk, check_inputs, make_sketch, read_input, sampling_parameters
    from graphspec.cli._save import check_sketch_target, save_and_report
    from graphspec.errors import SketchError
    from graphspec.sketches.spectral_sketch import SpectralSketch

    check_inputs([source], writing.output)
    check_sketch_target(writing)
    talk = Talk(writing)
    graph = read_input(source, reading, talk)
    if isinstance(graph, SpectralSketch):
        raise SketchError(f"{source}: is a sketch already")
    result = make_sketch(source, graph, sampling, reading, talk)
    parameters = sampling_parameters(result, sampling, reading)
    save_and_report(result, writing, lambda facts: report.record("sketch", result.source, parameters, facts))
