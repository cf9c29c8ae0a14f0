"""The run of a plan: what is missing or changed is done, by an executor, and the rest is left as it is."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from itertools import groupby

from graphspec.batch.plan import Plan, Task
from graphspec.batch.store import Store
from graphspec.batch.work import Group, Outcome, paths_of, run_group

Opener = Callable[[], AbstractContextManager[Executor]]


@dataclass(frozen=True)
class Shard:
    """One of several parts of a plan, which run by themselves.

    Attributes
    ----------
    number, count
        Number of the part, from 1 on, and how many there are.
    """

    number: int = 1
    count: int = 1

    def takes(self, index: int) -> bool:
        """Return whether the group of an index is of this part."""
        return index % self.count == self.number - 1

    def __str__(self) -> str:
        return f"{self.number}/{self.count}"


@dataclass
class Progress:
    """What a run has done so far; the listener of the run is given it after every change.

    Attributes
    ----------
    planned
        Number of tasks of this run.
    skipped
        Number of tasks whose results are there already.
    running
        Tasks that were submitted and have not ended.
    outcomes
        Tasks that ended.
    """

    planned: int
    skipped: int
    running: list[Task] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)

    @property
    def failures(self) -> list[Outcome]:
        """Tasks that failed."""
        return [outcome for outcome in self.outcomes if outcome.error]


Listener = Callable[[Progress, Sequence[Outcome]], None]


def groups_of(
    plan: Plan,
    store: Store,
    *,
    plots: bool = False,
    threads: int | None = None,
    catalogue: str | None = None,
    shard: Shard = Shard(),
) -> tuple[list[Group], int]:
    """Return the groups of tasks whose results are missing or of something else, and the number of all others.

    Parameters
    ----------
    plan
        The plan.
    store
        Folder of results.
    plots, threads, catalogue
        As of :class:`graphspec.batch.work.Group`.
    shard
        The part of the plan.
    """
    paths = paths_of(plan.sources, catalogue)
    folder = str(store.folder.resolve())
    joint = any(task.question.joint for task in plan.tasks)
    sketches = str(store.sketches.resolve()) if joint else None
    groups, done = [], 0
    # Tasks that take all datasets are groups of their own.
    everything = groupby(enumerate(plan.tasks), lambda each: each[0] if each[1].question.joint else each[1].sources)
    for index, (_, members) in enumerate(everything):
        if not shard.takes(index):
            continue
        tasks = tuple(task for _, task in members)
        missing = tuple(
            task
            for task in tasks
            if not store.is_done(task, paths) or (plots and task.question.drawn and not store.picture(task).exists())
        )
        done += len(tasks) - len(missing)
        if missing:
            groups.append(Group(missing, folder, plots, threads, catalogue, sketches))
    return groups, done


def run_groups(
    groups: Sequence[Group],
    open_executor: Opener,
    *,
    skipped: int = 0,
    window: int = 1,
    attempts: int = 3,
    listener: Listener | None = None,
) -> Progress:
    """Run groups of tasks by an executor.

    Parameters
    ----------
    groups
        The groups.
    open_executor
        Function that opens an executor; called again where its workers have died.
    skipped
        Number of tasks whose results are there already.
    window
        Number of groups that are submitted at once.
    attempts
        How often a group is tried whose worker dies.
    listener
        Called when groups begin and end, with the progress and the outcomes since.
    """
    tell = listener or _silent
    progress = Progress(sum(len(group.tasks) for group in groups), skipped)
    waiting, tries = deque(groups), dict.fromkeys(range(len(groups)), 0)
    numbers = {id(group): number for number, group in enumerate(groups)}
    while waiting:
        lost: list[Group] = []
        with ExitStack() as stack:
            executor = stack.enter_context(open_executor())
            for group, ended in _completed(executor, waiting, window, progress, tell):
                if ended is None:
                    lost.append(group)
                    continue
                progress.outcomes += ended
                tell(progress, ended)
        for group in lost:
            tries[numbers[id(group)]] += 1
            if tries[numbers[id(group)]] < attempts:
                waiting.append(group)
                continue
            ended = _given_up(group, attempts)
            progress.outcomes += ended
            tell(progress, ended)
        window = 1 if lost else window  # one at a time, the group that kills its worker takes no other with it
    return progress


def _completed(
    executor: Executor, waiting: deque[Group], window: int, progress: Progress, listener: Listener
) -> Iterator[tuple[Group, list[Outcome] | None]]:
    """Yield groups with their outcomes as they end; None where the worker died, and nothing more is submitted then."""
    running: dict[Future[list[Outcome]], Group] = {}
    broken = False
    while running or (waiting and not broken):
        while waiting and len(running) < window and not broken:
            group = waiting.popleft()
            progress.running += group.tasks
            listener(progress, [])
            try:
                running[executor.submit(run_group, group)] = group
            except BrokenExecutor:
                broken = True
                progress.running = [task for task in progress.running if task not in group.tasks]
                waiting.appendleft(group)
        ended, _ = wait(running, return_when=FIRST_COMPLETED)
        for future in ended:
            group = running.pop(future)
            progress.running = [task for task in progress.running if task not in group.tasks]
            error = future.exception()
            if error is None:
                yield group, future.result()
            elif isinstance(error, BrokenExecutor) or type(error).__name__ == "KilledWorker":
                broken = True
                yield group, None
            else:
                raise error


def _silent(progress: Progress, ended: Sequence[Outcome]) -> None:
    """Tell nobody."""


def _given_up(group: Group, attempts: int) -> list[Outcome]:
    """Note that the tasks of a group failed, because their worker died every time."""
    store, reason = Store(group.folder), f"the worker died {attempts} times, as one does that is out of memory"
    outcomes = []
    for task in group.tasks:
        error = f"{task.sources[0].text}: {reason}"
        store.write_failure(task, error)
        outcomes.append(Outcome(task.question.name, task.name, error))
    return outcomes
