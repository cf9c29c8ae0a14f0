"""Writing records in the form that was asked for."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

from graphspec.analyses import report, tables
from graphspec.files import Output

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from rich.console import RenderableType

    from graphspec.cli._options import Writing


class Reporter:
    """Writes one record after the other to the output: as a table, a JSON line, or rows of CSV."""

    def __init__(self, writing: Writing) -> None:
        self._format = writing.format
        self._output = Output(writing.output)
        self._rows = 0

    def write_once(
        self, record: dict[str, Any], csv: Callable[[], str], table: Callable[[int], list[RenderableType]]
    ) -> None:
        """Write a record whose CSV has a shape of its own."""
        if self._format == "csv":
            self._output.write(csv())
            self._rows += 1
        else:
            self.write(record, table)

    def write(self, record: dict[str, Any], table: Callable[[int], list[RenderableType]]) -> None:
        """Write a record; `table` makes its parts for a number of columns where a person reads."""
        if self._format == "json":
            self._output.write(report.json_line(record))
        elif self._format == "csv":
            self._output.write(report.csv_lines(record, header=self._rows == 0))
        else:
            terminal = self._output.is_terminal
            width = shutil.get_terminal_size().columns if terminal else 100
            text = tables.render(table(width), terminal=terminal, width=width)
            self._output.write(text if self._rows == 0 else f"\n{text}")
        self._rows += 1

    def __enter__(self) -> Reporter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        from graphspec.cli import FailedInputsError

        # Inputs that failed were reported; what the others gave is complete and is kept.
        kept = kind is None or issubclass(kind, FailedInputsError)
        self._output.__exit__(None if kept else kind, error, traceback)
