"""Remarks and progress on standard error; the data never go there."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter

import click
from tqdm import tqdm

from graphspec._typing import Progress
from graphspec.analyses.console import Console
from graphspec.cli._flags import in_flags
from graphspec.cli._options import Writing


class TerminalConsole(Console):
    """The console of a command."""

    def __init__(self, writing: Writing) -> None:
        self.verbose = writing.verbose and not writing.quiet
        self.quiet, self.format = writing.quiet, writing.format

    def remark(self, message: str) -> None:
        """Say something that a person should know."""
        if not self.quiet:
            self.warn(message)

    def detail(self, message: str) -> None:
        """Say something that the table of the answer says too, where there is no table."""
        if self.format != "table":
            self.remark(message)

    def patience(self, message: str) -> None:
        """Say that something takes long, on a terminal."""
        if sys.stderr.isatty():
            self.remark(message)

    def warn(self, message: str) -> None:
        """Say something that a person must know, even one who wants quiet."""
        click.echo(f"graphspec: {in_flags(message)}", err=True)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Say how long a stage took, where that was asked for."""
        start = perf_counter()
        yield
        if self.verbose:
            click.echo(f"graphspec: {name}: {perf_counter() - start:.2f} s", err=True)

    @contextmanager
    def bar(self, name: str, unit: str) -> Iterator[Progress | None]:
        """Draw a bar, on a terminal and for what takes more than a second."""
        if self.quiet or not sys.stderr.isatty():
            yield None
            return
        with tqdm(desc=name, unit=unit, unit_scale=True, delay=1.0, file=sys.stderr, leave=False) as bar:

            def advance(done: int, planned: int | None) -> None:
                bar.total = planned
                bar.update(done - bar.n)

            yield advance
