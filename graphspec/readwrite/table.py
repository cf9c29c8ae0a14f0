"""Rows of an edge list as fields, with the columns that are read, and errors about irregular rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from graphspec.errors import InputError
from graphspec.readwrite.bipartite import reason_of_two_sets
from graphspec.readwrite.columns import choose_columns
from graphspec.readwrite.detection import (
    FirstRow,
    are_numbers_of_columns,
    classify_first_row,
    ends_of,
    likely_separators,
)
from graphspec.readwrite.encoding import check_utf8
from graphspec.readwrite.graph6 import refuse_word
from graphspec.readwrite.lists import ADVICE
from graphspec.readwrite.names import have_any, is_vertex, pair_of_names
from graphspec.readwrite.punctuation import refuse_punctuation
from graphspec.readwrite.reading import BLANKS, Reading
from graphspec.readwrite.rownames import unnamed_first_column
from graphspec.readwrite.separators import hint_of_mark, remark_on_tie
from graphspec.readwrite.text import Text, excerpt
from graphspec.readwrite.values import Values
from graphspec.readwrite.vertices import refuse_vertices

_UNIT_SEPARATOR = "\x1f"  # in place of a separator of several characters, which parsers take for a pattern


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
    first_row
        Kind of the first row.
    sample
        Fields of the first rows.
    used
        Indices from 0 of the columns of source, target and, with weights, weight.
    remarks
        Remarks on the choice of columns for users.
    header
        Fields of a header above the rows, or None.
    two_sets
        What shows that source and target are of different sets of vertices, or None.
    """

    text: Text
    reading: Reading
    separators: tuple[str, ...]
    first_row: FirstRow
    sample: tuple[list[str], ...]
    used: tuple[int, ...]
    remarks: tuple[str, ...] = ()
    header: tuple[str, ...] | None = None
    two_sets: str | None = None

    @classmethod
    def of(cls, text: Text, reading: Reading) -> Table:
        """Return the table of a text; options that `reading` leaves open are detected from the first rows.

        Raises
        ------
        InputError
            If a requested column does not exist, or the rows are not those of an edge list.
        """
        if text.quoted:
            _check_quotes(text)
        rows = text.first_rows()
        separator = reading.separator or text.separator
        separators = (separator,) if separator else likely_separators(rows, text.fields)
        if len(separators[0]) > 1 and separators[0] != BLANKS:
            data = text.data.replace(separators[0].encode(), _UNIT_SEPARATOR.encode())
            text, rows = replace(text, data=data), [row.replace(separators[0], _UNIT_SEPARATOR) for row in rows]
            separators = (_UNIT_SEPARATOR,)
        tie = None if separator else remark_on_tie(separators[0], rows[1:] or rows, text.fields)
        sample = [text.fields(row, separators[0]) for row in rows]
        if len(sample) > 1 and len(sample[0]) == 1 < len(sample[1]):
            # A header may have blanks where the rows below have tabs.
            sample[0] = text.fields(rows[0], BLANKS)
        sample, first_row, remarks = _with_header(text, reading, sample, separators[0])
        names, below = _names_of(text, sample, first_row, separators[0], reading.column_names)
        if first_row is FirstRow.SIZES and len(sample[0]) > len(sample[1]):
            below = below[1:]  # the sizes of a matrix stand above rows of two columns
        if names is None and reading.columns is None:
            remarks = (*remarks, *_remarks_on_vertices(text, below, separators[0]))
        chosen = choose_columns(names, below, reading, text.name, spread=partial(_spread_fields, text, separators[0]))
        ends = [pair for row in below[first_row is FirstRow.UNKNOWN :] if len(pair := ends_of(row, chosen.used)) == 2]
        if reading.delimiter is None and ends and not text.quoted:
            refuse_punctuation(text, ends)
        if reading.header is None and names is None and are_numbers_of_columns(sample, chosen.used):
            shown = excerpt(" ".join(sample[0]))
            remarks = (*remarks, f"took the first row, {shown}, for an edge (--header if it numbers the columns)")
        two_sets = reason_of_two_sets(text.data[: text.start], ends_of(names or (), chosen.used))
        remarks = (*remarks, *([tie] if tie else []), *chosen.remarks)
        return cls(text, reading, separators, first_row, tuple(sample), chosen.used, remarks, two_sets=two_sets)

    def continued(self, text: Text) -> Table:
        """Return the table of rows that follow those of this one, which has no header."""
        return replace(
            self, text=text, first_row=FirstRow.EDGE, sample=(text.fields(next(text.rows())[1], self.separators[0]),)
        )

    @property
    def width(self) -> int:
        """Smallest number of columns of a row."""
        return max(self.used) + 1

    def below_first_row(self) -> Table:
        """Return the table without its first row, which is a header."""
        return replace(
            self,
            text=self.text.after_first_row(),
            sample=self.sample[1:],
            header=tuple(self.sample[0]),
            first_row=FirstRow.EDGE,
        )

    def ends_of(self, fields: Sequence[str]) -> list[str]:
        """Return the fields of a row that hold source and target, if they are present."""
        return ends_of(fields, self.used)

    def check_first_row(self) -> None:
        """Check that there is a row, and that the first one has the columns that are read.

        Raises
        ------
        InputError
            If there is no row, or it lacks a column.
        """
        if not self.sample:
            raise self.text.no_edges
        width = len(self.sample[0])
        if len(self.sample) == width == 1:
            refuse_word(self.sample[0][0], self.text.name)
        if width < self.width:
            check_utf8(self.text.data, self.text.name, self.text.start)
            without_weight = self.reading.weighted and width == 2
            hint = hint_of_mark(self.text.first_rows(100)) if width == 1 else ""
            expected = "a third column with the weight" if without_weight else f"at least {self.width} columns{hint}"
            raise self.text.error(0, expected)

    def irregular_row(self, separator: str) -> InputError | None:
        """Return the error about the first row that lacks an id or has another number of columns, if there is one."""
        first_number, first_width = 0, 0
        for number, row in self.text.rows():
            fields = self.text.fields(row, separator)
            if not first_width:
                first_number, first_width = number, len(fields)
            width = len(fields)
            if self.reading.columns is None and width != first_width:
                expected, actual = f"{first_width} columns as on line {first_number}", f"{width} in "
            elif width < self.width:
                expected, actual = f"at least {self.width} columns", f"{width} in "
            elif not all(self.ends_of(fields)) and self.reading.missing != "drop":
                expected, actual = "two ids (--missing drop leaves rows without one out)", ""
            else:
                continue
            message = f"{self.text.name}, line {number}: expected {expected}, found {actual}{excerpt(row)}"
            return InputError(message + (f"; {ADVICE}" if self._may_be_adjacency_lists() else ""))
        return None

    def _may_be_adjacency_lists(self) -> bool:
        """Return whether each row may be a vertex and its neighbours: what is behind the second id are ids as well."""
        first = [row[0] for row in self.sample if row]
        ends, others = ({word for row in self.sample for word in part(row)} for part in (_first_two, _further))
        widths = len({len(row) for row in self.sample})
        return len(set(first)) == len(first) and (widths > 2 or (widths == 2 and not others.isdisjoint(ends)))


def _first_two(row: Sequence[str]) -> Sequence[str]:
    return row[:2]


def _further(row: Sequence[str]) -> Sequence[str]:
    return row[2:]


def _check_quotes(text: Text) -> None:
    """Check that every quotation mark has its counterpart."""
    if text.data.count(b'"', text.start) % 2:
        number, row = [(number, row) for number, row in text.rows() if row.count('"') % 2][-1]
        raise InputError(f"{text.name}, line {number}: a quotation mark is not closed in {excerpt(row)}")


def _spread_fields(text: Text, separator: str) -> list[list[str]]:
    return [text.fields(row, separator) for row in text.spread_rows()]


def _with_header(
    text: Text, reading: Reading, sample: list[list[str]], separator: str
) -> tuple[list[list[str]], FirstRow, tuple[str, ...]]:
    """Return the first rows with as many names as columns, the kind of the very first, and remarks.

    Raises
    ------
    InputError
        If there are more names than columns.
    """
    first_row = partial(
        classify_first_row, reading=reading, size_comment=text.has_size_comment, used=reading.column_indices or (0, 1)
    )
    asked = reading.columns is None or bool(reading.column_names)
    if reading.header is not False and not text.has_size_comment:
        named = unnamed_first_column(sample, marked=text.quoted or next(text.rows(), (0, ""))[1][:1].isspace())
        if named is not None:
            remark = "took the first column, which has no name, for names of rows (--columns takes others)"
            return named.rows, FirstRow.NAMES, (remark,) if asked and named.is_guess else ()
    kind = first_row(sample)
    wanted = reading.column_names
    in_comment = bool(wanted and sample) and not have_any(sample[0], wanted)
    if in_comment and _names_in_comment(text, sample[0], separator, wanted) is not None:
        return sample, FirstRow.EDGE, ()
    widths = {len(row) for row in sample[1:]}
    if kind not in (FirstRow.NAMES, FirstRow.LIKELY_NAMES) or len(widths) != 1 or not asked:
        return sample, kind, ()
    width, names = widths.pop(), sample[0]
    while len(names) > width and not names[-1]:
        names = names[:-1]
    if len(names) > width:
        raise text.error(0, f"{width} names, as many as there are columns")
    remarks = (f"took {len(names)} names for the first of {width} columns (--columns takes others)",)
    return [names, *sample[1:]], kind, remarks if len(names) < width and any(row[-1] for row in sample[1:]) else ()


def _names_of(
    text: Text, sample: list[list[str]], first_row: FirstRow, separator: str, wanted: Sequence[str]
) -> tuple[list[str] | None, list[list[str]]]:
    """Return the names of the columns, or None, and the rows below them."""
    if first_row in (FirstRow.NAMES, FirstRow.LIKELY_NAMES):
        return sample[0], sample[1:]
    return (_names_in_comment(text, sample[0], separator, wanted) if sample else None), sample


def _remarks_on_vertices(text: Text, rows: list[list[str]], separator: str) -> tuple[str, ...]:
    """Refuse a table of vertices with the names of its columns in a comment; return a remark where these share ids.

    Raises
    ------
    InputError
        If the names and the values are those of such a table.
    """
    for mark in (separator, BLANKS):
        names = text.fields(text.comment_above, mark) if text.comment_above else []
        if rows and len(names) == len(rows[0]) and is_vertex(names[0]) and pair_of_names(names) is None:
            doubt = refuse_vertices(names, Values(rows, len(names)), None, text.name)
            return () if doubt is None else (f"took columns {' and '.join(names)} for the edge{doubt}",)
    return ()


def _names_in_comment(text: Text, first: Sequence[str], separator: str, wanted: Sequence[str]) -> list[str] | None:
    """Return the names of columns in a comment right above the first row, or None.

    They are as many as its fields, and some of them are wanted, or two of them those of the ends of an edge.
    """
    for mark in (separator, BLANKS):
        names = text.fields(text.comment_above, mark)
        known = have_any(names, wanted) if wanted else pair_of_names(names) is not None
        if len(names) == len(first) and known:
            return names
    return None
