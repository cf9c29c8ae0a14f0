"""``graphspec count``."""

from __future__ import annotations

from functools import partial

import click

from graphspec.cli._options import (
    Reading,
    Sampling,
    Writing,
    method_option,
    number,
    reading_options,
    sampling_options,
    writing_options,
)


@click.command("count", short_help="Count the eigenvalues in an interval.")
@click.argument("inputs", metavar="INPUT...", nargs=-1, required=True)
@click.option("--from", "low", metavar="A", type=float, callback=number, help="Low end; that of the spectrum if none.")
@click.option("--to", "high", metavar="B", type=float, callback=number, help="High end; that of the spectrum if none.")
@method_option
@sampling_options(tolerance="Add probes until the interval is at most this share of the count to either side.")
@reading_options
@writing_options
def command(
    inputs: tuple[str, ...],
    low: float | None,
    high: float | None,
    method: str,
    sampling: Sampling,
    reading: Reading,
    writing: Writing,
) -> None:
    """Count the eigenvalues from A to B, both included, with an interval.

    \b
    Examples:
      graphspec count edges.txt.gz --to 0.1
      graphspec count edges.txt.gz --from 0.5 --to 1.5 --tolerance 0.01 --format json | jq .result.count
    """
    from graphspec.analyses import report, tables
    from graphspec.cli._report import Reporter
    from graphspec.cli._run import Goal, Talk, check_inputs, for_each, read_input, spectrum_of
    from graphspec.clusters.counting import count_excess, eigenvalue_count

    if low is None and high is None:
        raise click.UsageError("give --from, --to, or both: all eigenvalues are as many as vertices")
    if low is not None and high is not None and low > high:
        raise click.UsageError(f"--from {low:g} is above --to {high:g}")
    check_inputs(inputs, writing.output)
    talk = Talk(writing)
    excess = partial(
        count_excess,
        low=low,
        high=high,
        method=method,
        confidence=sampling.confidence,
        tolerance=sampling.tolerance or 1.0,
    )
    with Reporter(writing) as reporter:

        def work(name: str) -> None:
            source = read_input(name, reading, talk)
            goal = Goal("the count", excess)
            spectrum = spectrum_of(name, source, method, sampling, reading, talk, goal)
            found = eigenvalue_count(spectrum.density, low, high)
            if not spectrum.density.solver.converged:
                talk.warn(f"{name}: the solver did not converge (residual {spectrum.density.solver.residual:.1e})")
            parameters = {"method": method, "from": low, "to": high, **spectrum.parameters}
            reporter.write(
                report.record("count", spectrum.source, parameters, report.count_result(found)),
                lambda _: tables.count_table(spectrum.source, found, parameters),
            )

        for_each(inputs, work)
