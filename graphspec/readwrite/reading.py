"""Options of reading an edge list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from graphspec.errors import ParameterError
from graphspec.options import Options, Switch, Text, option


@dataclass(frozen=True)
class Columns:
    """Numbers of columns, from one: source, target and, if there is one, weight."""

    def accepts(self, value: Any) -> bool:
        """Return whether a value is two or three different numbers of columns."""
        if not isinstance(value, (tuple, list)) or len(value) not in (2, 3) or len(set(value)) < len(value):
            return False
        return all(isinstance(number, int) and number >= 1 for number in value)

    def parse(self, text: str) -> tuple[int, ...]:
        """Return the numbers of a text such as ``1,2``."""
        return tuple(int(part) for part in text.split(","))

    def wrong_values(self) -> tuple[Any, ...]:
        """Return too few, equal and impossible numbers."""
        return ((1,), (1, 1), (0, 1), (1, 2, 3, 4), "1,2")

    def __str__(self) -> str:
        return "of the form 1,2 or 1,2,3 (source, target and weight)"


@dataclass(frozen=True, kw_only=True)
class Reading(Options):
    """How an edge list is read; None leaves it to detection.

    Attributes
    ----------
    delimiter
        The one character between columns; a space stands for any run of blanks.
    columns
        Numbers, from 1, of the columns of source, target and weight.
    comment
        Characters each of which starts a comment line.
    header
        Whether the first row is a header.
    weighted
        Whether the third column, or the entries of a matrix, are edge weights.

    Raises
    ------
    ParameterError
        If a value has the wrong form, or columns and `weighted` contradict each other.
    """

    delimiter: str | None = option(
        None,
        Text(r"[\x00-\x7f]", "one ASCII character", ";;"),
        "Character between columns.",
        group="Reading",
        metavar="CHAR",
    )
    columns: tuple[int, ...] | None = option(
        None, Columns(), "Columns, counted from 1.", group="Reading", metavar="I,J[,K]"
    )
    comment: str | None = option(
        None,
        Text(".+", "characters that start a comment line", ""),
        "Characters that start a comment line.",
        group="Reading",
        metavar="CHARS",
        default_help="#%",
    )
    header: bool | None = option(
        None, Switch(), "Whether the first row is a header.", group="Reading", default_help="detected"
    )
    weighted: bool = option(False, Switch(), "Read the third column as edge weights.", group="Reading")

    def check(self) -> None:
        """Check that there is a column of weights if and only if weights are read."""
        count = 0 if self.columns is None else len(self.columns)
        if count == 2 and self.weighted:
            raise ParameterError("`weighted` needs a third column: `columns` I,J,K", "weighted")
        if count == 3 and not self.weighted:
            raise ParameterError("a third column is a weight: add `weighted`, or name two `columns`", "columns")
