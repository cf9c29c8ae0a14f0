"""Descriptions of inputs in tables."""

from __future__ import annotations

from dataclasses import asdict

from rich.console import RenderableType
from rich.text import Text

from graphspec._typing import Record
from graphspec.output import counted
from graphspec.sketches import InputSummary


def heading(source: InputSummary) -> RenderableType:
    """Return name and size of an input, as the first line above a table."""
    counts = [
        (source.num_nodes, "vertex", "vertices"),
        (source.num_edges, "edge", "edges"),
        (source.num_components, "component", "components"),
    ]
    size = ", ".join(counted(count, one, many) for count, one, many in counts if count is not None)
    return Text.assemble((source.name, "bold"), f": {size}" if size else "")


def dropped_facts(source: InputSummary) -> Record:
    """Return what reading dropped, by its names, and the number of isolated vertices."""
    facts: Record = {f"dropped {key}": value for key, value in asdict(source.dropped).items() if value}
    if source.num_isolated:
        facts["isolated vertices"] = source.num_isolated
    return facts
