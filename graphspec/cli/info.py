"""``graphspec info``."""

from __future__ import annotations

import click

from graphspec.cli._options import Reading, Writing, reading_options, writing_options


@click.command("info", short_help="Say how large a graph is, and what was dropped.")
@click.argument("inputs", metavar="INPUT...", nargs=-1, required=True)
@reading_options
@writing_options
def command(inputs: tuple[str, ...], reading: Reading, writing: Writing) -> None:
    """Say how large a graph is, how its degrees are, and what reading dropped.

    \b
    Examples:
      graphspec info edges.txt.gz
      graphspec info *.txt.gz --format csv
    """
    from graphspec.analyses import report, tables
    from graphspec.cli._report import Reporter
    from graphspec.cli._run import Talk, check_inputs, for_each, read_input, reading_parameters
    from graphspec.errors import SketchError
    from graphspec.graphs.components import connected_components
    from graphspec.sketches.spectral_sketch import SpectralSketch, summarize

    check_inputs(inputs, writing.output)
    talk = Talk(writing)
    with Reporter(writing) as reporter:

        def work(name: str) -> None:
            source = read_input(name, reading, talk)
            if isinstance(source, SpectralSketch):
                held = f"{source.num_probes} probes and {source.num_moments} moments of {source.source.name}"
                raise SketchError(f"{name}: a sketch ({held}, {source.operator}) holds no degrees: give the edge list")
            components = connected_components(source)
            summary, result = summarize(source, components), report.info_result(source, components)
            parameters = {"weighted": source.weights is not None, **reading_parameters(reading)}
            reporter.write(
                report.record("info", summary, parameters, result), lambda _: tables.facts_table(summary, result)
            )

        for_each(inputs, work)
