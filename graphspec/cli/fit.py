"""``graphspec fit``."""

from __future__ import annotations

import click

from graphspec.cli._options import (
    Reading,
    Sampling,
    Writing,
    check_models,
    plot_option,
    reading_options,
    references_option,
    sampling_options,
    writing_options,
)


@click.command("fit", short_help="Fit a random-graph model to the spectrum of a graph.")
@click.argument("inputs", metavar="INPUT...", nargs=-1, required=True)
@click.option(
    "--model", required=True, help="er, ws, ba, configuration, regular, geometric, sbm, powerlaw-cluster, ..."
)
@references_option
@plot_option
@sampling_options(default_moments=16, probes_by_size=True, without=("operator", "confidence"))
@reading_options
@writing_options
def command(
    inputs: tuple[str, ...],
    model: str,
    num_references: int | None,
    plot: str | None,
    sampling: Sampling,
    reading: Reading,
    writing: Writing,
) -> None:
    """Fit a random-graph model to the spectrum of a graph: parameters with standard errors.

    The fit sees the spectrum alone. Beside it stands the estimate that counting edges gives, where there is one, and
    the divergence that the model's own graphs have from it: where the input has far more, the model explains nothing.
    Errors of whole numbers are at least that of rounding, 0.29.

    \b
    Examples:
      graphspec fit edges.txt.gz --model ws
      graphspec fit edges.txt.gz --model ba --plot fit.png --format json | jq .result.parameters
    """
    from graphspec.analyses import report, tables
    from graphspec.analyses.plots import check_plotting
    from graphspec.cli._fitting import fitted
    from graphspec.cli._report import Reporter
    from graphspec.cli._run import Talk, check_inputs, for_each

    check_models(model)
    check_inputs(inputs, writing.output, plot)
    if plot is not None:
        if len(inputs) > 1:
            raise click.UsageError(f"--plot takes one input, not {len(inputs)}")
        check_plotting(plot)
    talk = Talk(writing)
    with Reporter(writing) as reporter:

        def work(name: str) -> None:
            from graphspec.comparison.fitting import fit

            source, parameters, found = fitted(name, fit, model, num_references, sampling, reading, talk)
            if plot is not None:
                from graphspec.analyses.plots import plot_fit

                plot_fit(found, plot, title=name)
            record = report.record("fit", source, {"model": model, **parameters}, report.fit_result(found))
            reporter.write(record, lambda _: tables.fit_table(source, found))

        for_each(inputs, work)
