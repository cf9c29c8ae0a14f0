"""``graphspec classify``."""

from __future__ import annotations

from typing import Any

import click

from graphspec.cli._options import (
    Reading,
    Sampling,
    Writing,
    check_models,
    reading_options,
    references_option,
    sampling_options,
    writing_options,
)


class Names(click.ParamType[tuple[str, ...]]):
    """Names with commas between them."""

    name = "names"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, ...]:
        """Split at commas."""
        if isinstance(value, tuple):
            return value
        names = tuple(part.strip() for part in str(value).split(",") if part.strip())
        if not names or len(set(names)) < len(names):
            self.fail(f"{value!r} is not a list of different names such as er,ws,ba", param, ctx)
        return names


@click.command("classify", short_help="Say which random-graph model explains a graph.")
@click.argument("inputs", metavar="INPUT...", nargs=-1, required=True)
@click.option("--models", type=Names(), metavar="NAMES", default="er,ws,ba", show_default=True, help="Models to try.")
@references_option
@sampling_options(default_moments=20, probes_by_size=True, without=("operator", "confidence"))
@reading_options
@writing_options
def command(
    inputs: tuple[str, ...],
    models: tuple[str, ...],
    num_references: int | None,
    sampling: Sampling,
    reading: Reading,
    writing: Writing,
) -> None:
    """Say which random-graph model explains a graph, if one does and others do not.

    The spectrum refutes a model if the graph's divergence from it is more than twice the median of the model's own
    graphs (and five spreads more), or if the graph differs from these towards another model by four standard
    deviations. Of the models that are left the one with the fewest parameters is named; where two are equally simple,
    or none is left, there is no answer. A model that was not tried may be nearer than all of them.

    \b
    Examples:
      graphspec classify edges.txt.gz
      graphspec classify *.txt.gz --models er,ws,ba,powerlaw-cluster --format json | jq .result.best
    """
    from graphspec.analyses import report, tables
    from graphspec.cli._fitting import fitted
    from graphspec.cli._report import Reporter
    from graphspec.cli._run import Talk, check_inputs, for_each

    check_models(*models)
    check_inputs(inputs, writing.output)
    talk = Talk(writing)
    with Reporter(writing) as reporter:

        def work(name: str) -> None:
            from graphspec.comparison.classification import classify

            source, parameters, found = fitted(name, classify, models, num_references, sampling, reading, talk)
            record = report.record(
                "classify", source, {"models": list(models), **parameters}, report.classify_result(found)
            )
            reporter.write(record, lambda _: tables.classify_table(source, found))

        for_each(inputs, work)
