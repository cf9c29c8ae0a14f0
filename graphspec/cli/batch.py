"""``graphspec batch``."""

from __future__ import annotations

import re
from typing import Any

import click

from graphspec.batch import (
    BatchOptions,
    Shard,
    Store,
    Task,
    edges_of,
    groups_of,
    paths_of,
    read_plan,
    run_batch,
    seconds_of,
)
from graphspec.catalogue import open_catalogue
from graphspec.cli._batch_display import display_for
from graphspec.cli._errors import FailedInputsError
from graphspec.cli._help import GroupedCommand
from graphspec.cli._options import DeclaredOption, Writing, options_of, talk_options
from graphspec.cli._writing import write_text
from graphspec.machine import available_threads
from graphspec.output import make_table


class ShardType(click.ParamType[Shard]):
    """A part of a plan, as in ``3/20``."""

    name = "shard"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Shard:
        """Parse the number of the part and the number of parts."""
        if isinstance(value, Shard):
            return value
        match = re.fullmatch(r"(\d+)/(\d+)", str(value))
        if match is None or not 1 <= int(match[1]) <= int(match[2]):
            self.fail(f"{value!r} is not a part such as 3/20, from 1/20 to 20/20", param, ctx)
        return Shard(int(match[1]), int(match[2]))


@click.command("batch", cls=GroupedCommand)
@click.argument("plan", metavar="PLAN", type=click.Path())
@click.option(
    "-o",
    "--output",
    required=True,
    metavar="FOLDER",
    type=click.Path(),
    cls=DeclaredOption,
    default_text="required",
    help="Folder of results.",
)
@click.option(
    "--dry-run",
    is_flag=True,
    cls=DeclaredOption,
    group="Answer",
    help="Print the tasks and what they are estimated to cost.",
)
@click.option(
    "--shard",
    metavar="I/N",
    type=ShardType(),
    cls=DeclaredOption,
    group="Resources",
    help="Do the I-th of N parts alone, as in a job array; the run without it does the rest and makes the tables.",
)
@options_of(BatchOptions)
@click.option("--log-json", is_flag=True, cls=DeclaredOption, help="Say what happens as JSON, one event on a line.")
@talk_options
def command(
    plan: str,
    output: str,
    dry_run: bool,
    shard: Shard | None,
    options: BatchOptions,
    log_json: bool,
    verbose: bool,  # noqa: ARG001 - every task has its line
    quiet: bool,
) -> None:
    """Run commands on datasets as a plan says; what is there already is not done again.

    PLAN is a file in YAML:

    \b
      datasets: [email-Eu-core, ca-GrQc, "graphs/*.txt.gz"]
      commands:
        - spectrum
        - clusters: {num-moments: 200}
        - classify
      grid: {seed: [0, 1]}

    Datasets are names, paths and patterns, relative to the plan; `name: path` gives a file another name. Every dataset,
    command and combination of the grid is a task; its result is FOLDER/COMMAND/DATASET.json, the same as the command
    itself writes. The tasks of one dataset share its reading and its passes. A task that fails is noted in
    FOLDER/failed, the others go on, and the exit code is 1. Run it again after Ctrl-C, a kill or a change of the plan:
    only what is missing or changed is done. Tables of all results are FOLDER/COMMAND.csv.

    \b
    Examples:
      graphspec batch plan.yaml -o results && graphspec report results -o report.html
      graphspec batch plan.yaml -o results --shard $SLURM_ARRAY_TASK_ID/20
      graphspec batch plan.yaml -o results --scheduler tcp://head:8786
    """
    part = shard or Shard()
    if dry_run:
        _print_tasks(plan, output, options, part)
        return
    with display_for(json_events=log_json, quiet=quiet) as display:
        result = run_batch(plan, output, options, shard=part, listener=display)
    display.end(result.progress)
    if result.strangers and not quiet:
        others = f" and {len(result.strangers) - 1:,} more" if len(result.strangers) > 1 else ""
        click.echo(f"graphspec: {output}: {result.strangers[0]}{others} are not of this plan, and were left", err=True)
    if result.progress.failures:
        raise FailedInputsError


def _print_tasks(path: str, output: str, options: BatchOptions, shard: Shard) -> None:
    """Print the tasks that would be done, with their estimated costs."""
    known = open_catalogue(options.catalogue)
    plan, store = read_plan(path, known), Store(output)
    paths = paths_of(plan.sources, options.catalogue)
    groups, done = groups_of(plan, store, plots=options.plots, catalogue=options.catalogue, shard=shard)
    edges = {source: edges_of(source, paths[source], known) for source in plan.sources}
    numbers = {source: number for source, (number, _) in edges.items()}
    tasks: list[Task] = [task for group in groups for task in group.tasks]
    seconds = [seconds_of(task, numbers, available_threads()) for task in tasks]
    rows = []
    for task, each in zip(tasks, seconds, strict=True):
        count, estimated = edges[task.sources[0]]
        size = "" if count is None or task.question.joint else f"{'≈ ' if estimated else ''}{count:,}"
        rows.append((task.question.name, task.name, size, "unknown" if each is None else f"{each:.1f} s"))
    total = sum(each for each in seconds if each is not None)
    columns = {"command": "left", "dataset": "left", "edges": "right", "estimate": "right"}
    title = f"{len(rows):,} tasks to do, about {total:,.0f} s in one process; {done:,} are done"
    write_text(Writing(), [make_table(title, columns, rows)])
