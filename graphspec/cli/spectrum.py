"""``graphspec spectrum``."""

from __future__ import annotations

from pathlib import Path

import click

from graphspec.cli._options import (
    Reading,
    Sampling,
    Writing,
    method_option,
    plot_option,
    reading_options,
    sampling_options,
    writing_options,
)

GRID = click.IntRange(2, 1_000_000)


@click.command("spectrum", short_help="Show what the spectrum of a graph looks like.")
@click.argument("inputs", metavar="INPUT...", nargs=-1, required=True)
@method_option
@click.option("--grid-points", type=GRID, default=2001, show_default=True, help="Points of the curve.")
@plot_option
@sampling_options()
@reading_options
@writing_options
def command(
    inputs: tuple[str, ...],
    method: str,
    grid_points: int,
    plot: str | None,
    sampling: Sampling,
    reading: Reading,
    writing: Writing,
) -> None:
    """Show what the Laplacian spectrum of a graph looks like, with error bars.

    \b
    Examples:
      graphspec spectrum edges.txt.gz
      graphspec spectrum edges.txt.gz --plot spectrum.png
      zcat edges.txt.gz | graphspec spectrum - --format csv -o spectrum.csv
    """
    from graphspec.analyses import report, tables
    from graphspec.cli._report import Reporter
    from graphspec.cli._run import Talk, check_inputs, for_each, read_input, spectrum_of

    check_inputs(inputs, writing.output, plot)
    if plot is not None:
        if len(inputs) > 1:
            raise click.UsageError(f"--plot draws one input, not {len(inputs)}")
        from graphspec.analyses.plots import check_plotting

        check_plotting(plot)
    talk = Talk(writing)
    with Reporter(writing) as reporter:

        def work(name: str) -> None:
            source = read_input(name, reading, talk)
            spectrum = spectrum_of(name, source, method, sampling, reading, talk)
            parameters = {"method": method, "grid_points": grid_points, **spectrum.parameters}
            if not spectrum.density.solver.converged:
                talk.warn(f"{name}: the solver did not converge (residual {spectrum.density.solver.residual:.1e})")
            if plot is not None:
                from graphspec.analyses.plots import plot_spectrum

                with talk.stage("picture"):
                    plot_spectrum(
                        spectrum.density, plot, title=Path(spectrum.source.name).name, operator=parameters["operator"]
                    )
            with talk.stage("report"):
                result = report.spectrum_result(spectrum.density, spectrum.moments, spectrum.num_matvecs, grid_points)
                reporter.write(
                    report.record("spectrum", spectrum.source, parameters, result),
                    lambda width: tables.spectrum_table(spectrum.source, spectrum.density, parameters, width),
                )

        for_each(inputs, work)
