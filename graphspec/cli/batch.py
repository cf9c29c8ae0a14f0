"""``graphspec batch``."""

from __future__ import annotations

import re
from concurrent.futures import Executor
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import click

from graphspec._typing import Record
from graphspec.batch import (
    Group,
    Plan,
    Shard,
    Store,
    dask,
    edges_of,
    groups_of,
    paths_of,
    processes,
    read_plan,
    run_groups,
    seconds_of,
    write_run,
    write_summaries,
)
from graphspec.catalogue import Catalogue, open_catalogue
from graphspec.cli._batch_display import display_for
from graphspec.cli._errors import FailedInputsError
from graphspec.cli._help import GroupedCommand
from graphspec.cli._options import DeclaredOption, Decorator, Writing, talk_options
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


def _option(*names: str, **details: Any) -> Decorator:
    return click.option(*names, cls=DeclaredOption, **details)


@click.command("batch", cls=GroupedCommand)
@click.argument("plan", metavar="PLAN", type=click.Path())
@_option("-o", "--output", required=True, metavar="FOLDER", type=click.Path(), default_text="required", help="Results.")
@_option("--plots", is_flag=True, group="Answer", help="Draw the picture of every result beside it.")
@_option("--dry-run", is_flag=True, group="Answer", help="Print the tasks and what they are estimated to cost.")
@_option("--catalogue", metavar="FILE", group="Reading", help="Further datasets that the plan names.")
@_option(
    "--workers",
    metavar="N",
    type=click.IntRange(1),
    default=1,
    group="Resources",
    default_text="1",
    help="Processes, each of which does one dataset at a time.",
)
@_option(
    "--shard",
    metavar="I/N",
    type=ShardType(),
    group="Resources",
    help="Do the I-th of N parts alone, as in a job array; the run without it does the rest and summarises.",
)
@_option("--scheduler", metavar="ADDRESS", group="Resources", help="Dask scheduler, such as tcp://host:8786.")
@_option("--log-json", is_flag=True, help="Say what happens as JSON, one event on a line.")
@talk_options
def command(
    plan: str,
    output: str,
    plots: bool,
    dry_run: bool,
    catalogue: str | None,
    workers: int,
    shard: Shard | None,
    scheduler: str | None,
    log_json: bool,
    verbose: bool,
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
    catalogue = None if catalogue is None else str(Path(catalogue).absolute())
    known = open_catalogue(catalogue)
    made, store = read_plan(plan, known), Store(output)
    if dry_run:
        _print_tasks(made, store, known, Writing(verbose=verbose, quiet=quiet), catalogue, shard or Shard())
        return
    store.claim(made)
    started, part = datetime.now(UTC), shard or Shard()
    options: Record = {"plots": plots, "workers": workers, "scheduler": scheduler, "catalogue": catalogue}
    record = partial(write_run, made, store, part, options, started)
    record(None)
    threads = None if scheduler else max(1, available_threads() // workers)
    groups, done = groups_of(made, store, plots=plots, threads=threads, catalogue=catalogue, shard=part)
    # This process does one group after the other; a cluster knows itself how many it can take.
    window = 1000 if scheduler else 1 if workers == 1 else 4 * workers
    with display_for(json_events=log_json, quiet=quiet) as display:
        progress = run_groups(
            groups, partial(_executor, workers, scheduler), skipped=done, window=window, listener=display
        )
    display.end(progress)
    record(progress)
    if shard is None:
        store.remove_parts(started.timestamp())
        write_summaries(made, store)
        _say_strangers(store.strangers(made), output, quiet)
    if progress.failures:
        raise FailedInputsError


def _executor(workers: int, scheduler: str | None) -> AbstractContextManager[Executor]:
    return processes(workers) if scheduler is None else dask(scheduler)


def _say_strangers(names: list[str], folder: str, quiet: bool) -> None:
    """Say which results are of no task of the plan: a report would show them."""
    if names and not quiet:
        others = f" and {len(names) - 1:,} more" if len(names) > 1 else ""
        click.echo(f"graphspec: {folder}: {names[0]}{others} are not of this plan, and were left", err=True)


def _print_tasks(
    plan: Plan, store: Store, known: Catalogue, writing: Writing, catalogue: str | None, shard: Shard
) -> None:
    """Print the tasks that would be done, with their estimated costs."""
    paths, threads = paths_of(plan.sources, catalogue), available_threads()
    groups, done = groups_of(plan, store, catalogue=catalogue, shard=shard)
    edges = {source: edges_of(source, paths[source], known) for source in plan.sources}
    numbers = {source: number for source, (number, _) in edges.items()}
    rows, total = [], 0.0
    for task in _tasks(groups):
        seconds = seconds_of(task, numbers, threads)
        total += seconds or 0.0
        count, estimated = edges[task.sources[0]]
        size = "" if count is None or task.question.joint else f"{'≈ ' if estimated else ''}{count:,}"
        rows.append((task.question.name, task.name, size, "unknown" if seconds is None else f"{seconds:.1f} s"))
    columns = {"command": "left", "dataset": "left", "edges": "right", "estimate": "right"}
    title = f"{len(rows):,} tasks to do, about {total:,.0f} s in one process; {done:,} are done"
    write_text(writing, [make_table(title, columns, rows)])


def _tasks(groups: list[Group]) -> list[Any]:
    return [task for group in groups for task in group.tasks]
