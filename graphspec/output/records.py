"""Records as JSON lines, and rows as CSV."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from typing import Any

from graphspec._typing import Record
from graphspec._version import __version__

SCHEMA = "graphspec/1"


def record_of(command: str, inputs: Record, parameters: Record, result: Record) -> Record:
    """Return a record: the command, its inputs, the options that affect the results, and the results.

    Parameters
    ----------
    command
        Name of the command.
    inputs
        ``input`` with the description of one input, or ``inputs`` with those of several.
    parameters, result
        The options and the results.
    """
    return {
        "schema": SCHEMA,
        "version": __version__,
        "command": command,
        **inputs,
        "parameters": parameters,
        "result": result,
    }


def json_line(record: Record) -> str:
    """Return a record as one line of JSON.

    Raises
    ------
    ValueError
        If a number is not finite: such a number in a result is a bug.
    """
    return json.dumps(record, allow_nan=False) + "\n"


def csv_text(columns: Sequence[str], rows: Iterable[Sequence[Any]], *, header: bool = True) -> str:
    """Return rows as CSV, with or without the names of their columns; a record in a field becomes ``k=8;p=0.1``."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    if header:
        writer.writerow(columns)
    writer.writerows([plain_field(value) for value in row] for row in rows)
    return text.getvalue()


def plain_field(value: Any) -> Any:
    """Return a value as it stands in a row: a record becomes ``k=8;p=0.1``."""
    return ";".join(f"{name}={number}" for name, number in value.items()) if isinstance(value, dict) else value
