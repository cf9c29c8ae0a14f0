"""``graphspec info``."""

from __future__ import annotations

import click

from graphspec.cli._options import Reading, Writing, reading_options, writing_options


@click.command("info")
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
    from graphspec import report
    from graphspec.cli._report import Reporter
    from graphspec.cli._run import Talk, for_each, read_input, reading_parameters
    from graphspec.sketching import SpectralSketch, summarize
    from graphspec.structure import connected_components

    talk = Talk(writing)
    with Reporter(writing) as reporter:

        def work(name: str) -> None:
            source = read_input(name, reading, talk)
            if isinstance(source, SpectralSketch):
                summary, parameters, result = source.source, source.options, report.sketch_result(source, name)
            else:
                summary, result = summarize(source, connected_components(source)), report.info_result(source)
                parameters = {"weighted": reading.weighted, **reading_parameters(reading)}
            reporter.write(
                report.record("info", summary, parameters, result), lambda _: report.facts_table(summary, result)
            )

        for_each(inputs, work)
