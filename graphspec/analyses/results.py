"""Base classes of results: record, rows of CSV, table, and picture where there is one."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from rich.console import RenderableType

from graphspec._typing import Record
from graphspec.machine import one_blas_thread
from graphspec.notebook import Shown
from graphspec.output import record_of
from graphspec.sketches import InputSummary

if TYPE_CHECKING:  # optional
    from matplotlib.axes import Axes

INPUT_COLUMNS = ("name", "num_nodes", "num_edges", "num_components")


class Rows(NamedTuple):
    """Rows of CSV with the names of their columns."""

    columns: list[str]
    rows: list[list[Any]]


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class Result(Shown, ABC):
    """Result of one analysis of one input.

    Attributes
    ----------
    command
        Name of the command.
    source
        Summary of the input.
    parameters
        All options that affect the results, defaults included.
    listed
        Whether a notebook lists its rows, where there are several.
    """

    command: ClassVar[str]
    listed: ClassVar[bool] = True
    source: InputSummary
    parameters: Record

    @abstractmethod
    def values(self) -> Record:
        """Return the results as part of a record."""

    @abstractmethod
    def table(self, width: int) -> list[RenderableType]:
        """Return the output for a terminal of `width` columns."""

    def record(self) -> Record:
        """Return the record: the input, all options that affect the results, and the results."""
        with one_blas_thread():
            values = self.values()
        return record_of(self.command, {"input": asdict(self.source)}, self.parameters, values)

    def rows(self) -> Rows:
        """Return rows of CSV; by default a single row with the scalars of the record."""
        return self._with_input({key: [value] for key, value in scalars(self.values()).items()})

    def _with_input(self, columns: dict[str, list[Any]], repeated: Record | None = None) -> Rows:
        """Return columns as rows that begin with the name and size of the input and the repeated values."""
        start = {key: getattr(self.source, key) for key in INPUT_COLUMNS} | (repeated or {})
        rows = [[*start.values(), *row] for row in zip(*columns.values(), strict=True)]
        return Rows([*start, *columns], rows)


class Plotted(ABC):
    """A result that can be drawn into axes."""

    @property
    def drawable(self) -> bool:
        """Whether there is something to draw."""
        return True

    @abstractmethod
    def draw_in(self, axes: Axes) -> None:
        """Draw the main part of the picture into axes of matplotlib."""


class Drawable(Plotted):
    """A result with a picture in a file."""

    @abstractmethod
    def draw(self, path: str | Path) -> None:
        """Draw the picture into a file, whose suffix sets the format."""


class Arrayed(ABC):
    """A result that is an array as well."""

    @abstractmethod
    def array(self) -> bytes:
        """Return the array as a file of numpy."""


def scalars(values: Record) -> Record:
    """Return the values of a record that are neither lists nor records."""
    return {key: value for key, value in values.items() if not isinstance(value, (list, dict))}


def title_of(source: InputSummary) -> str:
    """Return the name of an input without its folder, for the title of a picture."""
    return Path(source.name).name
