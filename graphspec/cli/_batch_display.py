"""What a batch tells while it runs: a live table on a terminal, plain lines in a log, or events in JSON."""

from __future__ import annotations

import json
import sys
from abc import ABC, abstractmethod
from collections.abc import Sequence
from time import perf_counter
from types import TracebackType
from typing import Any

import click
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from graphspec.batch import Outcome, Progress
from graphspec.cli._flags import in_flags


class Display(ABC):
    """Listener of a run."""

    def __init__(self) -> None:
        self.start = perf_counter()

    @abstractmethod
    def __call__(self, progress: Progress, ended: Sequence[Outcome]) -> None:
        """Tell what has changed."""

    def end(self, progress: Progress) -> None:
        """Tell how the run ended."""
        seconds, failures = perf_counter() - self.start, progress.failures
        done = len(progress.outcomes) - len(failures)
        before = f", {progress.skipped:,} were there already" if progress.skipped else ""
        failed = f", {len(failures):,} failed" if failures else ""
        click.echo(f"graphspec: {done:,} done{before}{failed}, {seconds:.1f} s", err=True)

    def __enter__(self) -> Display:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        return


class SilentDisplay(Display):
    """Tells failures alone."""

    def __call__(self, progress: Progress, ended: Sequence[Outcome]) -> None:  # noqa: ARG002
        """Tell which tasks have failed."""
        for message in _failures(ended):
            click.echo(message, err=True)

    def end(self, progress: Progress) -> None:
        """Tell nothing."""


class LineDisplay(Display):
    """Writes one line for every task that ends."""

    def __call__(self, progress: Progress, ended: Sequence[Outcome]) -> None:
        """Write a line for each task that has ended."""
        total, planned = len(progress.outcomes), progress.planned
        done = [outcome for outcome in ended if not outcome.error]
        for number, outcome in enumerate(done, total - len(ended) + 1):
            text = f"{outcome.command} {outcome.dataset}: {outcome.seconds:.2f} s"
            click.echo(f"[{number}/{planned}] {text}", err=True)
        for message in _failures(ended):
            click.echo(f"[{total}/{planned}] {message}", err=True)


class JsonDisplay(Display):
    """Writes one event in JSON on a line: ``begin``, ``done``, ``failed`` and ``end``."""

    def __init__(self) -> None:
        super().__init__()
        self._begun = False

    def __call__(self, progress: Progress, ended: Sequence[Outcome]) -> None:
        """Write the events."""
        if not self._begun:
            self._begun = True
            self._write("begin", tasks=progress.planned, done_before=progress.skipped)
        for outcome in ended:
            told: dict[str, Any] = {"command": outcome.command, "dataset": outcome.dataset}
            told["seconds"] = round(outcome.seconds, 3)
            if outcome.error:
                self._write("failed", **told, error=in_flags(outcome.error))
            else:
                self._write("done", **told)

    def end(self, progress: Progress) -> None:
        """Write the last event."""
        failed = len(progress.failures)
        done = len(progress.outcomes) - failed
        seconds = round(perf_counter() - self.start, 3)
        self._write("end", done=done, failed=failed, done_before=progress.skipped, seconds=seconds)

    def _write(self, event: str, **fields: Any) -> None:
        click.echo(json.dumps({"event": event, **fields}), err=True)


class LiveDisplay(Display):
    """Draws a table that changes in its place: done, running and failed tasks, and the time that is left."""

    most_rows = 12
    """Tasks that are listed at once, so that the table fits on any terminal."""

    def __init__(self) -> None:
        super().__init__()
        self._live = Live(console=Console(file=sys.stderr, highlight=False), refresh_per_second=4, transient=True)

    def __call__(self, progress: Progress, ended: Sequence[Outcome]) -> None:
        """Draw the table; what has failed stands above it for good."""
        for message in _failures(ended):
            self._live.console.print(Text(message, style="red"))
        self._live.update(self._drawn(progress))

    def __enter__(self) -> Display:
        self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._live.stop()

    def _drawn(self, progress: Progress) -> RenderableType:
        count, planned = len(progress.outcomes), progress.planned
        left = ""
        if count:
            left = f"{_duration((perf_counter() - self.start) / count * (planned - count))} left"
        line = Table.grid(padding=(0, 2))
        failed = f"{len(progress.failures):,} failed"
        line.add_row(f"{count:,} of {planned:,}", ProgressBar(planned, count, width=30), failed, left)
        table = Table(box=None, padding=(0, 2), show_header=False)
        for task in progress.running[: self.most_rows]:
            table.add_row("running", task.question.name, task.name)
        for outcome in reversed(progress.outcomes[-max(self.most_rows - len(progress.running), 3) :]):
            state = "failed" if outcome.error else "done"
            table.add_row(state, outcome.command, outcome.dataset, f"{outcome.seconds:.2f} s")
        return Group(line, table)


def display_for(*, json_events: bool, quiet: bool) -> Display:
    """Return the display that fits standard error."""
    if json_events:
        return JsonDisplay()
    if quiet:
        return SilentDisplay()
    return LiveDisplay() if sys.stderr.isatty() else LineDisplay()


def _failures(outcomes: Sequence[Outcome]) -> list[str]:
    """Return a line for every error, with all tasks that failed for it: a file that cannot be read fails them all."""
    commands: dict[tuple[str, str], list[str]] = {}
    for outcome in outcomes:
        if outcome.error:
            commands.setdefault((outcome.dataset, outcome.error), []).append(outcome.command)
    return [
        f"{', '.join(dict.fromkeys(names))} {dataset}: failed: {in_flags(error)}"
        for (dataset, error), names in commands.items()
    ]


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02d} min" if hours else f"{minutes} min {rest:02d} s" if minutes else f"{rest} s"
