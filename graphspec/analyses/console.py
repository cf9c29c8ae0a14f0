"""Interface for remarks and progress of an analysis; the silent form serves Python users and batches."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from graphspec._typing import Progress


class Console:
    """Remarks and progress that go nowhere; a command line overrides all of it."""

    verbose = False

    def remark(self, message: str) -> None:
        """Say something that a person should know."""

    def detail(self, message: str) -> None:
        """Say something that the table of the answer says too."""

    def patience(self, message: str) -> None:
        """Say that something takes long, to somebody who waits."""

    def warn(self, message: str) -> None:
        """Say something that a person must know."""

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:  # noqa: ARG002
        """Enclose a stage of the work, whose time may be of interest."""
        yield

    @contextmanager
    def bar(self, name: str, unit: str) -> Iterator[Progress | None]:  # noqa: ARG002
        """Give a callback for the progress of something, or None where nobody looks."""
        yield None


SILENT = Console()
