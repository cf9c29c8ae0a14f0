"""Results in HTML for notebooks: a table of facts, rows, and a picture; colours are those of the notebook."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from graphspec.output.records import plain_field


def result_html(
    title: str,
    sentence: str,
    facts: Mapping[str, Any],
    columns: Sequence[str],
    rows: Sequence[Sequence[Any]],
    note: str = "",
    picture: bytes | None = None,
) -> str:
    """Return a result as HTML.

    Parameters
    ----------
    title
        Kind of the result.
    sentence
        What it says; empty for nothing.
    facts
        Names and values.
    columns, rows
        Names of columns, and rows of a second table; none where there are no rows.
    note
        What is left out; empty for nothing.
    picture
        A picture in PNG.
    """
    parts = [f"<div><strong>{escape(title)}</strong>{f': {escape(sentence)}' if sentence else ''}"]
    if facts:
        cells = "".join(f"<tr><th>{escape(name)}</th><td>{_cell(value)}</td></tr>" for name, value in facts.items())
        parts.append(f"<table><tbody>{cells}</tbody></table>")
    if rows:
        head = "".join(f"<th>{escape(name)}</th>" for name in columns)
        body = "".join(f"<tr>{''.join(f'<td>{_cell(value)}</td>' for value in row)}</tr>" for row in rows)
        parts.append(f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>")
    if note:
        parts.append(f"<small>{escape(note)}</small>")
    if picture is not None:
        data = base64.b64encode(picture).decode()
        parts.append(f'<div><img alt="{escape(title)}" src="data:image/png;base64,{data}"></div>')
    return "\n".join([*parts, "</div>"])


def plain_value(value: Any) -> str:
    """Return a value for people: numbers to six digits, nothing for None."""
    value = plain_field(value)
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return str(value)


def _cell(value: Any) -> str:
    return escape(plain_value(value))
