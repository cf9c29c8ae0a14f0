"""The run of a batch from its plan to its tables."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from graphspec._typing import Record
from graphspec.batch.engines import dask, processes
from graphspec.batch.plan import Plan, read_plan
from graphspec.batch.run_record import write_run
from graphspec.batch.runner import Listener, Progress, Shard, groups_of, run_groups
from graphspec.batch.store import Store
from graphspec.batch.summary import write_summaries
from graphspec.catalogue import open_catalogue
from graphspec.machine import available_threads
from graphspec.options import Number, Options, Switch, Text, option

WHOLE = Shard()


@dataclass(frozen=True, kw_only=True)
class BatchOptions(Options):
    """Options of a batch.

    Attributes
    ----------
    plots
        Whether to draw the picture of every result that has one.
    workers
        Number of processes, each of which does one dataset at a time; 1 for this one.
    scheduler
        Address of a Dask scheduler, whose workers do the datasets.
    catalogue
        File with further datasets.
    """

    plots: bool = option(False, Switch(), "Draw the picture of every result beside it.", group="Answer")
    workers: int = option(
        1, Number(1, integer=True), "Processes, each of which does one dataset at a time.", group="Resources"
    )
    scheduler: str | None = option(
        None,
        Text(r"\S+", "the address of a Dask scheduler, such as tcp://host:8786", ""),
        "Dask scheduler, such as tcp://host:8786.",
        group="Resources",
        metavar="ADDRESS",
    )
    catalogue: str | None = option(
        None,
        Text(r"[^\r\n]+", "the path of a file", ""),
        "Further datasets that the plan names.",
        group="Reading",
        metavar="FILE",
    )


@dataclass(frozen=True)
class BatchResult:
    """What a run of a batch did.

    Attributes
    ----------
    plan
        The plan.
    progress
        Tasks that were done, failed, or whose results were there already.
    strangers
        Results in the folder that are of no task of the plan.
    """

    plan: Plan
    progress: Progress
    strangers: Sequence[str] = ()


def run_batch(
    plan: str | Path,
    folder: str | Path,
    options: BatchOptions | None = None,
    *,
    shard: Shard = WHOLE,
    executor: Executor | None = None,
    listener: Listener | None = None,
) -> BatchResult:
    r"""Run a plan: do what is missing or changed in its folder of results, and make its tables.

    Parameters
    ----------
    plan
        Path of the plan.
    folder
        Folder of results.
    options
        Pictures, workers, catalogue.
    shard
        Part of the plan to do alone, without tables.
    executor
        Executor of :mod:`concurrent.futures` that does the datasets, in place of those of `options`: that of
        executorlib, submitit or mpi4py.futures. Its workers see the files of the plan and the folder under the same
        paths.
    listener
        Called when tasks begin and end.

    Raises
    ------
    InputError
        If the plan is not as it should be, or the folder is of another one.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> place = pathlib.Path(tempfile.mkdtemp())
    >>> num_characters = (place / "plan.yaml").write_text("datasets: [karate]\ncommands: [spectrum, clusters]\n")
    >>> result = run_batch(place / "plan.yaml", place / "results")
    >>> len(result.progress.outcomes), result.progress.failures
    (2, [])
    >>> run_batch(place / "plan.yaml", place / "results").progress.skipped
    2
    """
    options = options or BatchOptions()
    catalogue = None if options.catalogue is None else str(Path(options.catalogue).absolute())
    checked, store = read_plan(plan, open_catalogue(catalogue)), Store(folder)
    store.claim(checked)
    started = datetime.now(UTC)
    described: Record = {name: getattr(options, name) for name in ("plots", "workers", "scheduler", "catalogue")}
    record = partial(write_run, checked, store, shard, described, started)
    record(None)
    elsewhere = executor is not None or options.scheduler is not None
    threads = None if elsewhere else max(1, available_threads() // options.workers)
    groups, done = groups_of(checked, store, plots=options.plots, threads=threads, catalogue=catalogue, shard=shard)
    # This process does one group after the other; others know themselves how many they can take.
    window = 1000 if elsewhere else 1 if options.workers == 1 else 4 * options.workers
    opener = partial(_opened, options, executor)
    progress = run_groups(groups, opener, skipped=done, window=window, listener=listener)
    record(progress)
    if shard.count > 1:
        return BatchResult(checked, progress)
    store.remove_parts(started.timestamp())
    write_summaries(checked, store)
    return BatchResult(checked, progress, store.strangers(checked))


def _opened(options: BatchOptions, executor: Executor | None) -> AbstractContextManager[Executor]:
    if executor is not None:
        return nullcontext(executor)
    return processes(options.workers) if options.scheduler is None else dask(options.scheduler)
