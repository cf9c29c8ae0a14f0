"""Descriptions of inputs in tables."""

from __future__ import annotations

from dataclasses import asdict

from rich.console import RenderableType
from rich.text import Text

from graphspec._typing import Record
from graphspec.graphs import Graph
from graphspec.output import counted
from graphspec.sketches import InputSummary


def heading(source: InputSummary) -> RenderableType:
    """Return name and size of an input, as the first line above a table."""
    counts = [
        (source.num_nodes, "vertex", "vertices"),
        (source.num_edges, "edge", "edges"),
        (source.num_components, "component", "components"),
    ]
    size = ", ".join(counted(count, singular, plural) for count, singular, plural in counts if count is not None)
    return Text.assemble((source.name, "bold"), f": {size}" if size else "")


def remarks_on(graph: Graph) -> str:
    """Return one line on what reading guessed and dropped, or an empty string."""
    dropped = graph.dropped
    # The self-loop of an isolated vertex declares the vertex, as in lists that graphspec writes: nothing is lost.
    declaring = dropped.self_loops if dropped.self_loops <= graph.num_isolated else 0
    counts = [
        (declaring, "took {} self-loop for an isolated vertex", "took {} self-loops for isolated vertices"),
        (dropped.self_loops - declaring, "dropped {} self-loop", "dropped {} self-loops"),
        (dropped.duplicate_edges, "merged {} duplicate edge", "merged {} duplicate edges"),
        (dropped.zero_weights, "dropped {} edge of weight 0", "dropped {} edges of weight 0"),
        (dropped.missing_values, "left out {} row with a missing value", "left out {} rows with missing values"),
    ]
    parts = [(singular if count == 1 else plural).format(f"{count:,}") for count, singular, plural in counts if count]
    return "; ".join([*graph.remarks, *parts])


def dropped_facts(source: InputSummary) -> Record:
    """Return the numbers of what reading dropped, by name, and the number of isolated vertices."""
    facts: Record = {f"dropped {key}": value for key, value in asdict(source.dropped).items() if value}
    if source.num_isolated:
        facts["isolated vertices"] = source.num_isolated
    return facts
