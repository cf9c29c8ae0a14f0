"""Tables of results that the page has no other view of: their scalars, one row for each result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from graphspec.report.records import Record
from graphspec.report.results import Name, Results

_COLUMNS = 40  # of a table that a reader may look through; features are hundreds


@dataclass(frozen=True)
class Table:
    """Scalars of the results of one command.

    Attributes
    ----------
    command
        Name of the command.
    columns
        Names of the scalars, and whether all are numbers.
    rows
        Name of each result, and its values in the order of the columns.
    left_out
        Number of further scalars.
    """

    command: str
    columns: tuple[tuple[str, bool], ...]
    rows: tuple[tuple[Name, tuple[Any, ...]], ...]
    left_out: int


def other_tables(results: Results) -> list[Table]:
    """Return the tables of all commands without a view, in the order of their names.

    Parameters
    ----------
    results
        The results.
    """
    named = [(row.name, record) for row in results.rows for record in row.records.values()] + list(results.joint)
    others = [(name, record) for name, record in named if isinstance(record.result, dict)]
    others.sort(key=lambda item: item[1].command)  # the sort keeps the order of the names
    return [_table(command, list(items)) for command, items in groupby(others, key=lambda item: item[1].command)]


def scalars_within(values: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Return the scalars of a record and of records in it, by names that are joined by spaces; lists are left out.

    Parameters
    ----------
    values
        The record.
    prefix
        What the names begin with.
    """
    found: dict[str, Any] = {}
    for key, value in values.items():
        if isinstance(value, dict):
            found |= scalars_within(value, f"{prefix}{key} ")
        elif not isinstance(value, list):
            found[prefix + key] = value
    return found


def _table(command: str, items: list[tuple[Name, Record]]) -> Table:
    rows = [(name, scalars_within(record.result)) for name, record in items]
    # A column without a value says nothing.
    named = dict.fromkeys(key for _, values in rows for key, value in values.items() if value is not None)
    keys = list(named)[:_COLUMNS]
    columns = [(key, all(_is_number(values.get(key)) for _, values in rows)) for key in keys]
    return Table(
        command,
        tuple(columns),
        tuple((name, tuple(map(values.get, keys))) for name, values in rows),
        len(named) - len(keys),
    )


def _is_number(value: Any) -> bool:
    """Return whether a value is a number, or missing."""
    return value is None or (isinstance(value, int | float) and not isinstance(value, bool))
