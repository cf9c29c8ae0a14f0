"""Options of reading an edge list or a matrix file."""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from numbers import Integral
from typing import Any

from graphspec.errors import ParameterError
from graphspec.options import Choice, Options, Switch, Text, option

BLANKS = r"\s+"
"""The separator that stands for any run of spaces and tabs."""

DEFAULT_COMMENT = "#%"

EDGE_LIST_OPTIONS = ("delimiter", "columns", "comment", "header", "missing", "encoding", "matrix", "lists", "member")
"""Options that do not apply to a file in another format, or to an object."""

_DELIMITERS = {"tab": "\t", r"\t": "\t", "space": BLANKS, " ": BLANKS, BLANKS: BLANKS, "comma": ",", "semicolon": ";"}
_DELIMITERS |= {"pipe": "|"}


@dataclass(frozen=True)
class Columns:
    """Columns of source, target and, with weights, weight: by their numbers from 1 on, or by their names."""

    def accepts(self, value: Any) -> bool:
        """Return whether a value is two or three different column numbers, or as many names."""
        if not isinstance(value, tuple | list) or len(value) not in (2, 3) or len(set(value)) < len(value):
            return False
        if all(isinstance(name, str) for name in value):
            return all(value)
        whole = all(isinstance(number, Integral) and not isinstance(number, bool) for number in value)
        return whole and min(value) >= 1

    def parse(self, text: str) -> tuple[int, ...] | tuple[str, ...]:
        """Return the columns that a text such as ``1,2`` or ``source,target`` lists."""
        parts = [part.strip() for part in text.split(",")]
        if all(part.lstrip("+-").isdecimal() for part in parts):
            return tuple(int(part) for part in parts)
        return tuple(parts)

    def wrong_values(self) -> tuple[Any, ...]:
        """Return too few, too many, equal, mixed and impossible columns."""
        return ((1,), (1, 2, 3, 4), (1, 1), (0, 1), (1, 2.0), (True, 2), (1, "b"), ("a", ""), ("a", "a"), "1,2", 3)

    def __str__(self) -> str:
        return "two or three different columns, by number from 1 on or by name: 1,2 or source,target,weight"


@dataclass(frozen=True)
class Encoding:
    """Name of a text encoding that Python knows."""

    def accepts(self, value: Any) -> bool:
        """Return whether a value names an encoding of text."""
        try:
            return isinstance(value, str) and codecs.lookup(value)._is_text_encoding
        except LookupError:
            return False

    def parse(self, text: str) -> str:
        """Return the text."""
        return text

    def wrong_values(self) -> tuple[Any, ...]:
        """Return an unknown name, an encoding that is not of text, and a value that is not a name."""
        return ("utf-9", "base64", 8)

    def __str__(self) -> str:
        return "the name of a text encoding such as utf-8, latin-1, cp1252, utf-16 or shift_jis"


@dataclass(frozen=True, kw_only=True)
class Reading(Options):
    r"""Options of reading an edge list; None stands for detection from the content.

    Attributes
    ----------
    delimiter
        Separator of columns: one to three characters, or one of the words tab, space, comma, semicolon and pipe.
        A space, or ``\s+``, stands for any run of blanks.
    columns
        Columns of source, target and, with `weighted`, weight: numbers from 1 on, or names of a header. By default
        those with such names in a header, otherwise the first, and all rows must have equally many columns.
    comment
        Characters each of which starts a comment; ``"#%"`` by default, and the empty text for none.
    header
        Whether the first row is a header; by default it is one where the rows below show that it consists of names,
        or of the number of vertices and the number of the rows that follow.
    missing
        Treatment of rows with an empty field, NA, NULL, None, NaN and the like in place of an id or a weight:
        ``"error"``, ``"drop"`` to leave them out and count them, ``"keep"`` to take the words for names.
    encoding
        Encoding of the text; by default UTF-8, or that of a byte order mark.
    matrix
        Whether the rows are those of a dense adjacency matrix.
    lists
        Whether the rows are adjacency lists, a vertex and its neighbours; by default they are where a colon follows the
        vertices, and their neighbours are vertices as well.
    member
        Name of the file in a zip or tar archive of several, with or without its folder, or a pattern of the shell.
    catalogue
        File with further datasets, which commands take by name.
    weighted
        Whether the column of weights, or the entries of a matrix, are edge weights; those of repeated rows add up,
        unless every edge is listed once in each direction with the same weight.

    Raises
    ------
    ParameterError
        If an option has a wrong form, or `columns` and `weighted` contradict each other.
    """

    delimiter: str | None = option(
        None,
        Text(
            r'(?![\r\n"])[\x00-\x7f]|[!-~]{2,3}|tab|space|comma|semicolon|pipe',
            "one to three ASCII characters, or tab, space, comma, semicolon or pipe",
            "||||",
        ),
        "Text between columns.",
        group="Reading",
        metavar="TEXT",
        default_help="detected",
    )
    columns: tuple[int, ...] | tuple[str, ...] | None = option(
        None,
        Columns(),
        "Columns, by number or name.",
        group="Reading",
        metavar="I,J[,K]",
        default_help="detected",
    )
    comment: str | None = option(
        None,
        Text(r"[^\r\n]*", "characters that start a comment", "\n"),
        "Characters that start a comment.",
        group="Reading",
        metavar="CHARS",
        default_help=DEFAULT_COMMENT,
    )
    header: bool | None = option(
        None, Switch(), "Whether the first row is a header.", group="Reading", default_help="detected"
    )
    missing: str = option(
        "error", Choice(("error", "drop", "keep")), "Rows with NA, NULL or nothing as an id.", group="Reading"
    )
    encoding: str | None = option(
        None, Encoding(), "Encoding of the text.", group="Reading", metavar="NAME", default_help="utf-8"
    )
    matrix: bool = option(False, Switch(), "Read the rows of a dense adjacency matrix.", group="Reading")
    lists: bool = option(False, Switch(), "Read the rows of adjacency lists.", group="Reading")
    member: str | None = option(
        None,
        Text(r"[^\r\n]+", "the name of a file", ""),
        "File in an archive of several.",
        group="Reading",
        metavar="NAME",
    )
    catalogue: str | None = option(
        None,
        Text(r"[^\r\n]+", "the path of a file", ""),
        "Further datasets that INPUT names.",
        group="Reading",
        metavar="FILE",
    )
    weighted: bool = option(False, Switch(), "Read weights: a column named so, or the third.", group="Reading")

    def check(self) -> None:
        """Check that a column of weights is named if and only if it is read."""
        named = 0 if self.columns is None else len(self.columns)
        if self.weighted and named == 2:
            raise ParameterError("`weighted` needs a third column: `columns` I,J,K", "weighted")
        if not self.weighted and named == 3:
            raise ParameterError("a third column is a weight: add `weighted`, or name two `columns`", "columns")
        if self.matrix and named:
            raise ParameterError("a dense matrix is read whole: leave `columns` out", "columns")
        if self.lists and (named or self.matrix or self.weighted):
            other = "columns" if named else "matrix" if self.matrix else "weighted"
            raise ParameterError(f"adjacency lists are vertices and neighbours alone: leave `{other}` out", other)

    @property
    def separator(self) -> str | None:
        """Separator of columns in the form that parsers take, or None if it is detected."""
        return None if self.delimiter is None else _DELIMITERS.get(self.delimiter, self.delimiter)

    @property
    def column_names(self) -> tuple[str, ...]:
        """Names of the columns, where they are given by name."""
        return tuple(name for name in self.columns or () if isinstance(name, str))

    @property
    def column_indices(self) -> tuple[int, ...]:
        """Indices of the columns from 0 on, where they are given by number."""
        return tuple(number - 1 for number in self.columns or () if not isinstance(number, str))

    @property
    def comment_marks(self) -> str:
        """Characters each of which starts a comment."""
        return DEFAULT_COMMENT if self.comment is None else self.comment


DEFAULT_READING = Reading()
"""Options that detect everything, without weights."""
