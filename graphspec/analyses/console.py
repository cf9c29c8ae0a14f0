"""Interface of an analysis for remarks and progress; by default both are discarded."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from graphspec._typing import Progress


class Console:
    """Console that discards remarks and progress; the command line overrides all methods."""

    verbose = False

    def remark(self, message: str) -> None:
        """Report a remark on the input or the options."""

    def detail(self, message: str) -> None:
        """Report a remark that the table of the result repeats."""

    def patience(self, message: str) -> None:
        """Report that the next step takes long."""

    def warn(self, message: str) -> None:
        """Report a warning."""

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:  # noqa: ARG002
        """Enclose a stage of the work, to measure its time."""
        yield

    @contextmanager
    def bar(self, name: str, unit: str) -> Iterator[Progress | None]:  # noqa: ARG002
        """Yield a callback for the progress of a stage, or None where progress is not shown."""
        yield None

    @contextmanager
    def counting(self, name: str, unit: str) -> Iterator[Callable[[int], None]]:
        """Yield a callback that is told of further units of work, for the bar of a stage."""
        with self.bar(name, unit) as advance:
            done = 0

            def report(number: int) -> None:
                nonlocal done
                done += number
                if advance is not None:
                    advance(done, None)

            yield report


SILENT = Console()
