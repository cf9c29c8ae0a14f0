"""Rows of an edge list as fields, and the error about rows that lack a column."""

from __future__ import annotations

from dataclasses import dataclass, replace

from graphspec.errors import InputError
from graphspec.readwrite.detection import likely_separators
from graphspec.readwrite.reading import Reading
from graphspec.readwrite.text import BLANKS, Text, excerpt


@dataclass(frozen=True)
class Table:
    """An edge list whose rows can be split into fields.

    Attributes
    ----------
    text
        The rows.
    reading
        Options of reading.
    separators
        Separators to try, the likeliest first.
    first_rows
        Fields of the first two rows.
    """

    text: Text
    reading: Reading
    separators: tuple[str, ...]
    first_rows: tuple[list[str], ...]

    @classmethod
    def of(cls, text: Text, reading: Reading) -> Table:
        """Return the table of a text, whose separators are detected unless `reading` names one."""
        rows = text.first_rows()
        delimiter = BLANKS if reading.delimiter == " " else reading.delimiter
        separators = (delimiter,) if delimiter else likely_separators(rows)
        first_rows = [text.fields(row, separators[0]) for row in rows[:2]]
        if len(first_rows) == 2 and len(first_rows[0]) == 1 < len(first_rows[1]):
            # A header may have blanks where the rows below have tabs.
            first_rows[0] = text.fields(rows[0], BLANKS)
        return cls(text, reading, separators, tuple(first_rows))

    @property
    def width(self) -> int:
        """Number of columns that a row needs at least."""
        return max(self.reading.used_columns) + 1

    def below_first_row(self) -> Table:
        """Return the table without its first row, which is a header."""
        return replace(self, text=self.text.after_first_row(), first_rows=self.first_rows[1:])

    def check_first_row(self) -> None:
        """Check that there is a row, and that the first one has the columns that are read.

        Raises
        ------
        InputError
            If it has not.
        """
        if not self.first_rows:
            raise InputError(f"{self.text.name}: no edges found, there are only comments, blank lines or a header")
        width = len(self.first_rows[0])
        if width < self.width:
            without_weight = self.reading.weighted and width == 2
            raise self.text.error(
                0, "a third column with the weight" if without_weight else f"at least {self.width} columns"
            )

    def irregular_row(self, separator: str) -> InputError | None:
        """Return the error about the first row that lacks an id or has another number of columns, if there is one."""
        first_number, first_width = 0, 0
        for number, row in self.text.rows():
            fields = self.text.fields(row, separator)
            if not first_width:
                first_number, first_width = number, len(fields)
            width = len(fields)
            if self.reading.columns is None and width != first_width:
                expected, found = f"{first_width} columns as on line {first_number}", f"{width} in "
            elif width < self.width:
                expected, found = f"at least {self.width} columns", f"{width} in "
            elif not all(self.reading.ends_of(fields)):
                expected, found = "two ids", ""
            else:
                continue
            return InputError(f"{self.text.name}, line {number}: expected {expected}, found {found}{excerpt(row)}")
        return None
