"""Graphs of tables that other libraries hold in memory."""

from __future__ import annotations

from typing import Any

from graphspec.errors import ParameterError
from graphspec.graphs import Graph
from graphspec.readwrite.arrow import arrow_package, held_table
from graphspec.readwrite.arrow_edges import edges_of_table
from graphspec.readwrite.edges import graph_of_edges
from graphspec.readwrite.reading import Reading


def from_frame(
    table: Any,
    source: str | None = None,
    target: str | None = None,
    weight: str | None = None,
    *,
    missing: str = "error",
    name: str = "table",
) -> Graph:
    """Build a graph of a table whose rows are edges.

    Parameters
    ----------
    table
        A table of pandas, polars, pyarrow, DuckDB or another library that offers ``__arrow_c_stream__`` or that
        narwhals takes. Columns of integers in one piece are not copied.
    source, target
        Names of the columns of both ends; by default they are chosen as those of a file by :func:`read_edges`.
    weight
        Name of the column of weights; by default edges have none.
    missing
        Treatment of rows with a null: ``"error"``, or ``"drop"`` to leave them out and count them.
    name
        Name of the graph in reports and errors.

    Returns
    -------
    Graph
        Its labels are the ids in increasing order, or None when these are 0 to n - 1.

    Raises
    ------
    InputError
        If a column is not there or of a type that has no ids, or a value is missing.
    ParameterError
        If one of `source` and `target` is named without the other, or the object is no table.
    GraphspecError
        If pyarrow is not installed.

    Examples
    --------
    >>> import pandas, graphspec
    >>> frame = pandas.DataFrame({"year": [1, 1, 2], "a": ["ann", "bob", "eve"], "b": ["bob", "eve", "ann"]})
    >>> graph = graphspec.from_frame(frame, "a", "b")
    >>> graph, graph.labels.tolist()
    (Graph('table', 3 vertices, 3 edges), ['ann', 'bob', 'eve'])
    """
    if (source is None) != (target is None):
        raise ParameterError("name both ends of an edge, `source` and `target`", "target" if source else "source")
    if weight is not None and (source is None or target is None):
        raise ParameterError("a column of weights needs `source` and `target`", "source")
    given = {} if source is None else {"columns": (source, target) if weight is None else (source, target, weight)}
    reading = Reading.of(missing=missing, weighted=weight is not None, **given)
    edges = edges_of_table(held_table(_arrow_table(table, name), name), reading)
    return graph_of_edges(edges, name, 0)


def _arrow_table(table: Any, name: str) -> Any:
    """Return the ``pyarrow.Table`` of a table of any library."""
    pa = arrow_package(name)
    if isinstance(table, pa.Table):
        return table
    try:
        if type(table).__module__.startswith("pandas"):
            return pa.Table.from_pandas(table, preserve_index=False)
        if hasattr(table, "__arrow_c_stream__"):
            return pa.RecordBatchReader.from_stream(table).read_all()
    except pa.ArrowException as error:
        raise ParameterError(f"{name}: the table cannot be taken over ({error})") from error
    try:
        import narwhals
    except ImportError as error:
        raise ParameterError(f"{name}: a {type(table).__name__} is no table, or one that needs narwhals") from error
    try:
        frame = narwhals.from_native(table)
    except TypeError as error:
        raise ParameterError(f"{name}: a {type(table).__name__} is no table") from error
    return (frame.collect() if isinstance(frame, narwhals.LazyFrame) else frame).to_arrow()
