"""Work of a batch: all tasks of one dataset, which share the reading and the passes."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from time import perf_counter
from typing import Any

from graphspec.analyses.results import Drawable
from graphspec.analyses.shared_passes import shared_passes
from graphspec.analyses.sources import NamedPath, Opened, open_source
from graphspec.batch.plan import Source, Task
from graphspec.batch.store import FileState, Store
from graphspec.catalogue import locate, open_catalogue
from graphspec.errors import GraphspecError
from graphspec.graphs import Graph
from graphspec.machine import one_blas_thread
from graphspec.output import json_line
from graphspec.readwrite import Reading


@dataclass(frozen=True)
class Group:
    """Tasks of one dataset, or a single task of all.

    Attributes
    ----------
    tasks
        The tasks.
    folder
        Folder of results.
    plots
        Whether to draw pictures.
    threads
        Threads of a pass.
    catalogue
        Catalogue of the user.
    sketches
        Folder of sketches that groups share, where a task takes all datasets; None for none.
    """

    tasks: tuple[Task, ...]
    folder: str
    plots: bool = False
    threads: int | None = None
    catalogue: str | None = None
    sketches: str | None = None


@dataclass(frozen=True)
class Outcome:
    """How a task ended.

    Attributes
    ----------
    command, dataset
        The task.
    error
        Why it failed; empty where it did not.
    seconds
        Time that it took, with its share of what tasks of one dataset do together.
    """

    command: str
    dataset: str
    error: str = ""
    seconds: float = field(default=0.0, compare=False)


def paths_of(sources: tuple[Source, ...], catalogue: str | None) -> dict[Source, Path | None]:
    """Return the files of datasets; None for those that come with the package.

    Those that are not on this machine have the path that they would have.
    """
    known = open_catalogue(catalogue)
    result: dict[Source, Path | None] = {}
    for source in sources:
        if source.path is not None:
            result[source] = source.path
            continue
        dataset = known.get(source.text)
        result[source] = None if dataset.entry.shipped is not None else locate(dataset) or Path(source.text)
    return result


def run_group(group: Group) -> list[Outcome]:
    """Run the tasks of a group, and write their results.

    Errors of a task are noted in its place, and the others go on.
    """
    store, outcomes = Store(group.folder), []
    with one_blas_thread(), shared_passes(None if group.sketches is None else Path(group.sketches)):
        inputs = _Inputs(group)
        for task in group.tasks:
            start = perf_counter()
            try:
                _run(task, inputs, store, group)
                error = ""
            except (GraphspecError, OSError, MemoryError) as failure:
                error = _message(failure, task)
                store.write_failure(task, error)
            outcomes.append(Outcome(task.question.name, task.name, error, perf_counter() - start))
    return outcomes


def _run(task: Task, inputs: _Inputs, store: Store, group: Group) -> None:
    """Answer the question of a task, and write the result and its picture."""
    options = _with_threads(task.options, group.threads)
    sources = inputs.opened(task, options)
    result = task.question.run(sources if task.question.joint else sources[0], options)
    picture = store.picture(task)
    picture.unlink(missing_ok=True)  # it is of a result of before
    if group.plots and isinstance(result, Drawable):
        picture.parent.mkdir(parents=True, exist_ok=True)
        result.draw(picture)
    store.write(task, json_line(result.record()).encode(), inputs.states(task))


class _Inputs:
    """Inputs of a group, opened once for all tasks that read them in the same way."""

    def __init__(self, group: Group) -> None:
        self._group = group
        self._contents: dict[tuple[Any, ...], Any] = {}
        self._checksums: dict[Source, str | None] = {}

    @cached_property
    def paths(self) -> dict[Source, Path | None]:
        """Files of the datasets."""
        return paths_of(self._group.tasks[0].sources, self._group.catalogue)

    def opened(self, task: Task, options: Any) -> list[Any]:
        """Return the inputs of a task; those of several datasets are opened one after the other."""
        if task.question.joint:
            return [self._named(source) for source in task.sources]
        (source,) = task.sources
        reading: Reading = options.reading
        key = (tuple(sorted(reading.values().items(), key=str)), reading.given)
        if key not in self._contents:
            # One at a time: a graph that is read in another way is another graph.
            self._contents = {key: open_source(self._named(source), self._catalogued(reading))}
        content = self._contents[key]
        if isinstance(content, Graph):
            self._checksums[source] = content.sha256
        return [Opened(source.text, content)]

    def states(self, task: Task) -> dict[str, FileState]:
        """Return the states of the files of a task."""
        files = {source: path for source, path in self.paths.items() if path is not None and source in task.sources}
        return {source.text: FileState.of(path, self._checksums.get(source)) for source, path in files.items()}

    def _named(self, source: Source) -> NamedPath | str:
        return source.text if source.path is None else NamedPath(source.text, source.path)

    def _catalogued(self, reading: Reading) -> Reading:
        catalogue = self._group.catalogue
        return reading if catalogue is None else reading.changed(catalogue=catalogue)


def _with_threads(options: Any, threads: int | None) -> Any:
    """Return the same options with a number of threads, where there is a pass."""
    sampling = getattr(options, "sampling", None)
    if threads is None or sampling is None:
        return options
    return options.changed(sampling=sampling.changed(threads=threads))


def _message(error: BaseException, task: Task) -> str:
    """Return one line on an error, which names the input."""
    if isinstance(error, MemoryError):
        text = "not enough memory for this graph and these options"
    elif isinstance(error, OSError):
        text = ": ".join(str(part) for part in (error.filename, error.strerror or error) if part)
    else:
        text = str(error)
    name = task.sources[0].text
    return text if name.lower() in text.lower() or task.question.joint else f"{name}: {text}"
