"""Base classes of results: record, rows of CSV, table, and picture where there is one."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

from rich.console import RenderableType

from graphspec._typing import Record
from graphspec.output import record_of
from graphspec.sketches import InputSummary

INPUT_COLUMNS = ("name", "num_nodes", "num_edges", "num_components")


class Rows(NamedTuple):
    """Rows of CSV with the names of their columns."""

    columns: list[str]
    rows: list[list[Any]]


@dataclass(frozen=True, eq=False, kw_only=True)
class Result(ABC):
    """The answer to one question about one input.

    Attributes
    ----------
    command
        Name of the question, and of the command that asks it.
    source
        What is known of the input.
    parameters
        All options that can change the numbers, defaults included.
    """

    command: ClassVar[str]
    source: InputSummary
    parameters: Record

    @abstractmethod
    def values(self) -> Record:
        """Return the numbers, as they stand in a record."""

    @abstractmethod
    def table(self, width: int) -> list[RenderableType]:
        """Return what a person wants to see in a terminal of so many columns."""

    def record(self) -> Record:
        """Return what becomes a JSON object: the input, all that can change the numbers, and the numbers."""
        return record_of(self.command, {"input": asdict(self.source)}, self.parameters, self.values())

    def rows(self) -> Rows:
        """Return rows of CSV; by default one, of the scalars of the record."""
        return self._with_input({key: [value] for key, value in scalars(self.values()).items()})

    def _with_input(self, columns: dict[str, list[Any]], repeated: Record | None = None) -> Rows:
        """Return columns as rows that begin with name and size of the input, and with what all rows have in common."""
        start = {key: getattr(self.source, key) for key in INPUT_COLUMNS} | (repeated or {})
        rows = [[*start.values(), *row] for row in zip(*columns.values(), strict=True)]
        return Rows([*start, *columns], rows)


class Drawable(ABC):
    """An answer that has a picture."""

    @abstractmethod
    def draw(self, path: str | Path) -> None:
        """Draw the picture into a file; its suffix tells the format."""


def scalars(values: Record) -> Record:
    """Return the values of a record that are no lists and no records themselves."""
    return {key: value for key, value in values.items() if not isinstance(value, (list, dict))}


def title_of(source: InputSummary) -> str:
    """Return the name of an input without its folder, for the title of a picture."""
    return Path(source.name).name
