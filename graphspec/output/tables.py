"""Tables and sentences for a terminal."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, cast

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text


def make_table(title: str, columns: Mapping[str, str], rows: Iterable[Sequence[str]]) -> Table:
    """Return a table with a title and columns, given by their names and alignments.

    Entries that are too wide are wrapped, never truncated: a part of a number would be another number.
    """
    table = Table(title=title, title_justify="left")
    for name, justify in columns.items():
        table.add_column(name, justify=cast("Literal['left', 'right']", justify), overflow="fold")
    for row in rows:
        table.add_row(*row)
    return table


def facts_table(facts: Mapping[str, Any]) -> Table:
    """Return names and values as a table of two columns."""
    table = Table(show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(justify="right", overflow="fold")
    for key, value in facts.items():
        table.add_row(key.replace("_", " "), Text(_readable(value)))
    return table


def answer(sentence: str) -> Text:
    """Return the sentence of a result, in bold."""
    return Text(sentence, style="bold")


def render(parts: Iterable[RenderableType], *, terminal: bool, width: int | None = None) -> str:
    """Return tables as text, with colours for a terminal only."""
    text = io.StringIO()
    console = Console(file=text, force_terminal=terminal, width=width, highlight=False)
    for part in parts:
        console.print(part)
    return text.getvalue()


def short_names(names: Sequence[str]) -> list[str]:
    """Return file names without their folders, if they still differ."""
    short = [Path(name).name or name for name in names]
    return short if len(set(short)) == len(set(names)) else list(names)


def shortened(text: str, width: int) -> str:
    """Return a text of at most `width` characters, shortened in the middle, where names differ least."""
    if len(text) <= width:
        return text
    tail = (width - 1) // 2
    return f"{text[: width - 1 - tail]}…{text[len(text) - tail :]}"


def counted(count: int, singular: str, plural: str) -> str:
    """Return a number with its noun."""
    return f"{count:,} {singular if count == 1 else plural}"


def _readable(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:,.6g}"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, list):
        return ", ".join(
            f"{item['start']} to {item['stop'] - 1} of seed {item['seed']}" if isinstance(item, dict) else str(item)
            for item in value
        )
    return str(value)
