"""Options of reading an edge list or a matrix file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Integral
from typing import Any

from graphspec.errors import ParameterError
from graphspec.options import Options, Switch, Text, option

DEFAULT_COMMENT = "#%"


@dataclass(frozen=True)
class Columns:
    """Numbers of the columns of source, target and, with weights, weight, counted from 1."""

    def accepts(self, value: Any) -> bool:
        """Return whether a value is two or three different column numbers."""
        if not isinstance(value, tuple | list) or len(value) not in (2, 3):
            return False
        whole = all(isinstance(number, Integral) and not isinstance(number, bool) for number in value)
        return whole and min(value) >= 1 and len(set(value)) == len(value)

    def parse(self, text: str) -> tuple[int, ...]:
        """Return the column numbers that a text such as ``1,2`` lists."""
        return tuple(int(number) for number in text.split(","))

    def wrong_values(self) -> tuple[Any, ...]:
        """Return too few, too many, equal, and impossible column numbers."""
        return ((1,), (1, 2, 3, 4), (1, 1), (0, 1), (1, 2.0), (True, 2), "1,2", 3)

    def __str__(self) -> str:
        return "two or three different column numbers from 1 on, such as 1,2 or 1,2,3 (source, target and weight)"


@dataclass(frozen=True, kw_only=True)
class Reading(Options):
    """Options of reading an edge list; None stands for detection from the content.

    Attributes
    ----------
    delimiter
        The one character between columns; a space stands for any run of blanks.
    columns
        Numbers, from 1, of the columns of source, target and, with `weighted`, weight. By default these are the first
        columns, and all rows must be equally wide.
    comment
        Characters each of which starts a comment line; ``"#%"`` by default.
    header
        Whether the first row is a header; by default it is one when it consists of names, or of the number of
        vertices and the number of the rows that follow.
    weighted
        Whether the third column, or the entries of a matrix, are edge weights; the weights of duplicates add up.

    Raises
    ------
    ParameterError
        If an option is not of its form, or `columns` and `weighted` contradict each other.
    """

    delimiter: str | None = option(
        None,
        Text(r'(?![\r\n"])[\x00-\x7f]', "one ASCII character", "::"),
        "Character between columns.",
        group="Reading",
        metavar="CHAR",
        default_help="detected",
    )
    columns: tuple[int, ...] | None = option(
        None, Columns(), "Columns, counted from 1.", group="Reading", metavar="I,J[,K]", default_help="1,2"
    )
    comment: str | None = option(
        None,
        Text(r"[^\r\n]*", "characters that start a comment line", "\n"),
        "Characters that start a comment line.",
        group="Reading",
        metavar="CHARS",
        default_help=DEFAULT_COMMENT,
    )
    header: bool | None = option(
        None, Switch(), "Whether the first row is a header.", group="Reading", default_help="detected"
    )
    weighted: bool = option(False, Switch(), "Read the third column as edge weights.", group="Reading")

    def check(self) -> None:
        """Check that a third column is named if and only if it is read."""
        named = 0 if self.columns is None else len(self.columns)
        if self.weighted and named == 2:
            raise ParameterError("`weighted` needs a third column: `columns` I,J,K", "weighted")
        if not self.weighted and named == 3:
            raise ParameterError("a third column is a weight: add `weighted`, or name two `columns`", "columns")

    @property
    def used_columns(self) -> tuple[int, ...]:
        """Indices, from 0, of the columns of source, target and, with weights, weight."""
        numbers = self.columns or ((1, 2, 3) if self.weighted else (1, 2))
        return tuple(number - 1 for number in numbers)

    def ends_of(self, fields: Sequence[str]) -> list[str]:
        """Return the fields of a row that hold source and target, as far as they are there."""
        return [fields[column] for column in self.used_columns[:2] if column < len(fields)]

    @property
    def comment_marks(self) -> str:
        """Characters each of which starts a comment line."""
        return DEFAULT_COMMENT if self.comment is None else self.comment


DEFAULT_READING = Reading()
"""Everything detected, without weights."""
