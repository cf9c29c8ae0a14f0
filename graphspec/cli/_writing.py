"""Writing of answers in the chosen form, for one input after the other."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import click
from rich.console import RenderableType

from graphspec.analyses.results import Arrayed, Drawable, Result
from graphspec.cli._console import TerminalConsole
from graphspec.cli._errors import FailedInputsError, report_error
from graphspec.cli._options import Writing
from graphspec.errors import GraphspecError
from graphspec.files import Output, write_atomically
from graphspec.output import check_plotting, csv_text, json_line, plain_field, render
from graphspec.readwrite import arrow_package, parquet_of_rows


class Answers:
    """Writes one answer after the other: as a table, a JSON line, or rows of CSV or Parquet; and their pictures.

    Rows go to Parquet where the output has the suffix .parquet; the file is written at the end.

    Parameters
    ----------
    writing
        Where and in which form.
    inputs
        Names of the inputs.
    plot
        File of the picture, or the folder of those of several inputs.
    targets
        Other files that will be written.
    one_picture
        Whether all inputs have one picture.
    plain_width
        Columns of a table that no terminal shows.
    arrays
        Whether an answer is an array too, which an output with the suffix .npy takes.

    Raises
    ------
    UsageError
        If standard input is to be read twice, or an input or output would be overwritten.
    """

    def __init__(
        self,
        writing: Writing,
        inputs: Sequence[str],
        *,
        plot: str | None = None,
        targets: Sequence[str | None] = (),
        one_picture: bool = False,
        plain_width: int = 100,
        arrays: bool = False,
    ) -> None:
        self._plain_width = plain_width
        self.console = TerminalConsole(writing)
        self.inputs, self._plot = inputs, plot
        context = click.get_current_context(silent=True)
        self._debug = context is not None and bool(context.find_root().params.get("debug"))
        check_targets(inputs, writing.output, plot, *targets)
        if plot is not None and len(inputs) > 1 and not one_picture and not _is_folder(plot):
            raise click.UsageError(f"--plot of {len(inputs)} inputs takes a folder: name one in place of {plot}")
        if plot is not None:
            check_plotting(plot, folder=_is_folder(plot))
        self._format, self._output, self._count = writing.format, Output(writing.output), 0
        self._parquet = writing.output if (writing.output or "").endswith(".parquet") else None
        self._rows: list[dict[str, Any]] = []
        if self._parquet is not None and writing.format == "json":
            raise click.UsageError(f"{self._parquet} is to hold rows: leave --format json out, or name a .json file")
        self._array = writing.output if arrays and (writing.output or "").endswith(".npy") else None
        if self._array is not None and (len(inputs) > 1 or writing.format != "table"):
            raise click.UsageError(f"{self._array} is to hold the array of one input: give one, and no --format")
        for path in (writing.output, *targets):
            if path is not None and path.endswith(".parquet"):
                arrow_package(path)  # before the work is done

    def answer_each(
        self, ask: Callable[[str, TerminalConsole], Result], finish: Callable[[Any], None] | None = None
    ) -> None:
        """Answer for every input; one that fails is reported, and the others are still done.

        Parameters
        ----------
        ask
            Called with the name of an input; returns its answer.
        finish
            Called with every answer that was written.

        Raises
        ------
        FailedInputsError
            At the end, if an input failed.
        """
        failed = False
        for name in self.inputs:
            try:
                result = ask(name, self.console)
                self.draw(result, name)
                self.write(result)
                if finish is not None:
                    finish(result)
            except GraphspecError as error:
                failed = True
                self._report(name, error)
        if failed:
            raise FailedInputsError

    def answer_all(self, outcomes: Iterable[Result | GraphspecError]) -> None:
        """Write the answers for all inputs, which are found together; those that failed are reported.

        Parameters
        ----------
        outcomes
            The answer or the error of every input, in their order.

        Raises
        ------
        FailedInputsError
            At the end, if an input failed.
        """
        failed = False
        for name, outcome in zip(self.inputs, outcomes, strict=True):
            if isinstance(outcome, GraphspecError):
                failed = True
                self._report(name, outcome)
            else:
                self.write(outcome)
        if failed:
            raise FailedInputsError

    def _report(self, name: str, error: GraphspecError) -> None:
        """Report the error of an input, with its name: the library does not always know on which it works."""
        message = str(error)
        report_error(message if name.lower() in message.lower() else f"{name}: {message}", debug=self._debug)

    def draw(self, result: Result, name: str | None = None) -> None:
        """Draw the picture of an answer, where one is wanted; in a folder it is named after its input."""
        if self._plot is None or not isinstance(result, Drawable):
            return
        path = Path(self._plot)
        if _is_folder(self._plot):
            path = path / f"{result.command if name is None else _stem(name, self.inputs)}.png"
        with self.console.stage("picture"):
            result.draw(path)

    def write(self, result: Result) -> None:
        """Write an answer."""
        with self.console.stage("report"):
            if self._array is not None and isinstance(result, Arrayed):
                write_atomically(Path(self._array), result.array())
            elif self._parquet is not None:
                columns, rows = result.rows()
                self._rows += [dict(zip(columns, row, strict=True)) for row in rows]
            else:
                self._output.write(self._text(result))
        self._count += 1

    def _text(self, result: Result) -> str:
        if self._format == "json":
            return json_line(result.record())
        if self._format == "csv":
            columns, rows = result.rows()
            return csv_text(columns, rows, header=self._count == 0)
        terminal = self._output.is_terminal
        width = shutil.get_terminal_size().columns if terminal else self._plain_width
        text = render(result.table(width), terminal=terminal, width=width)
        return text if self._count == 0 else f"\n{text}"

    def __enter__(self) -> Answers:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        # Inputs that failed were reported; what the others gave is complete and is kept.
        kept = kind is None or issubclass(kind, FailedInputsError)
        if self._parquet is not None:
            if kept and self._rows:
                columns = list(dict.fromkeys(column for row in self._rows for column in row))
                rows = [[plain_field(row.get(column)) for column in columns] for row in self._rows]
                write_atomically(Path(self._parquet), parquet_of_rows(columns, rows, self._parquet))
            return
        if self._array is not None:
            return
        self._output.__exit__(None if kept else kind, error, traceback)


def write_text(writing: Writing, content: str | Sequence[RenderableType], plain_width: int = 100) -> None:
    """Write a text, or tables as text, to where the output goes."""
    if (writing.output or "").endswith(".parquet"):
        raise click.UsageError(f"{writing.output} is to hold rows, and this command has none")
    with Output(writing.output) as output:
        if not isinstance(content, str):
            width = shutil.get_terminal_size().columns if output.is_terminal else plain_width
            content = render(content, terminal=output.is_terminal, width=width)
        output.write(content)


def check_targets(inputs: Sequence[str], *targets: str | None) -> None:
    """Refuse to read standard input twice, and to overwrite an input or one output by the other."""
    if inputs.count("-") > 1:
        raise click.UsageError("- stands for standard input, which can be read once")
    paths = [path for path in targets if path not in (None, "-")]
    for path in paths:
        if path is not None and not _is_folder(path):
            for name in inputs:
                if Output(path).is_same_file(name):
                    raise click.UsageError(f"{path} is an input: it would be overwritten")
    if len(set(paths)) < len(paths):
        raise click.UsageError(f"{paths[0]} is given for two outputs")


def _is_folder(path: str) -> bool:
    return path.endswith("/") or Path(path).is_dir()


def _stem(name: str, inputs: Sequence[str]) -> str:
    """Return the name of the picture of an input: with its folders where another input has the same name."""
    if name == "-":
        return "standard-input"
    shared = sum(Path(other).name == Path(name).name for other in inputs) > 1
    return name.strip("/").replace("/", "-") if shared else Path(name).name
