"""Conversion of networkx graphs and scipy sparse arrays to graphs."""

from __future__ import annotations

from typing import Any

import scipy.sparse

from graphspec.errors import ParameterError
from graphspec.graphs.graph import Graph


def as_graph(source: Any, *, weighted: bool = False) -> Graph:
    """Return the Graph of a networkx graph or scipy sparse adjacency matrix; a Graph is returned unchanged.

    Raises
    ------
    ParameterError
        If `source` is of another type.
    """
    if isinstance(source, Graph):
        return source
    if scipy.sparse.issparse(source):
        return Graph.from_scipy(source, weighted=weighted)
    if hasattr(source, "nodes") and hasattr(source, "edges"):
        return Graph.from_networkx(source, "weight" if weighted else None)
    raise ParameterError(f"cannot make a graph of a {type(source).__name__}")
