"""``graphspec compare``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from graphspec.cli._options import (
    Reading,
    Sampling,
    Writing,
    plot_option,
    reading_options,
    sampling_options,
    writing_options,
)

if TYPE_CHECKING:
    from graphspec.sketches.spectral_sketch import SpectralSketch


@click.command("compare", short_help="Say how far the spectra of graphs are apart.")
@click.argument("inputs", metavar="INPUT...", nargs=-1, required=True)
@click.option("--series", is_flag=True, help="Inputs are snapshots in time: compare each with the one before.")
@plot_option
@sampling_options(without=("confidence",))
@reading_options
@writing_options
def command(
    inputs: tuple[str, ...], series: bool, plot: str | None, sampling: Sampling, reading: Reading, writing: Writing
) -> None:
    """Say how far the spectra of two or more graphs are apart, beside what the noise of the probes would make of it.

    The noise floor is that of the probes: graphs of one random model differ by more. The symmetric KL is that of
    densities which are as smooth as the noisiest input allows: it grows with the number of probes and moments, and is
    to be compared within one call. W1 and KS hardly depend on either.

    Compared is the spectrum without the zeros of the components. Graphs of any sizes can be compared; sketches save
    the work for those that are compared again.

    \b
    Examples:
      graphspec compare a.txt b.txt.gz c.mtx
      graphspec compare sketches/*.npz --plot heat.png --format csv > pairs.csv
      graphspec compare web-2019.npz web-2020.npz web-2021.npz --series
    """
    from graphspec.analyses import report, tables
    from graphspec.analyses.plots import check_plotting
    from graphspec.cli._report import Reporter
    from graphspec.cli._run import Talk, check_inputs, explicit, make_sketch, read_input, sampling_parameters
    from graphspec.comparison.divergence import compare

    if len(inputs) < 2:
        raise click.UsageError("a comparison needs at least two inputs")
    check_inputs(inputs, writing.output, plot)
    if plot is not None:
        check_plotting(plot)
    talk = Talk(writing)
    sketches: list[SpectralSketch] = []
    for name in inputs:
        source = read_input(name, reading, talk)
        sketches.append(make_sketch(name, source, sampling, reading, talk))
    with talk.stage("comparison"):
        order = sampling.num_moments if explicit("num_moments") else None
        found = compare(sketches, num_moments=order, names=inputs)
    for name, converged in zip(inputs, found.converged, strict=True):
        if not converged:
            talk.warn(f"{name}: the solver did not converge")
    if plot is not None:
        from graphspec.analyses.plots import plot_comparison

        plot_comparison(found, plot, series=series)
    parameters: dict[str, Any] = {
        **sampling_parameters(sketches[0], sampling, reading),
        "num_moments": found.num_moments,
        "series": series,
    }
    # Probes may differ from sketch to sketch.
    parameters["num_probes"] = [item.num_probes for item in sketches]
    parameters["probe_ranges"] = [[part._asdict() for part in item.probe_ranges] for item in sketches]
    record = report.record_of_many(
        "compare", [item.source for item in sketches], parameters, report.compare_result(found, series=series)
    )
    with Reporter(writing) as reporter:
        reporter.write_once(
            record,
            lambda: report.compare_csv(record, series=series),
            lambda _: tables.compare_table(found, series=series),
        )
