"""Conversion of other libraries' graphs to graphs: networkx, igraph, scipy sparse arrays and arrays of edges."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import scipy.sparse

from graphspec.arrays import numbered
from graphspec.errors import ParameterError
from graphspec.graphs.graph import Graph


def as_graph(source: Any, *, weighted: bool = False) -> Graph:
    """Return the graph of an object; a Graph is returned unchanged.

    Parameters
    ----------
    source
        A networkx or igraph graph, a scipy sparse adjacency matrix, or an array of edges: see :func:`is_edge_array`.
    weighted
        Whether to take the weights of a networkx or igraph graph (the edge attribute ``weight``) or of a matrix.

    Raises
    ------
    ParameterError
        If `source` is of another type, or has no weights.
    """
    if isinstance(source, Graph):
        return source
    if scipy.sparse.issparse(source):
        return Graph.from_scipy(source, weighted=weighted)
    if hasattr(source, "nodes") and hasattr(source, "edges"):
        return Graph.from_networkx(source, "weight" if weighted else None)
    if hasattr(source, "get_edgelist") and hasattr(source, "vcount"):
        return _of_igraph(source, weighted)
    if is_edge_array(source):
        if weighted:
            raise ParameterError("an array of edges has no weights: use graphspec.from_frame", "weighted")
        return _of_edge_array(source)
    raise ParameterError(f"cannot make a graph of a {type(source).__name__}")


def is_edge_array(source: Any) -> bool:
    """Return whether an object is an array of integers with two rows or two columns, as ``edge_index`` in PyG.

    An array of two rows and two columns is a matrix.
    """
    shape = tuple(getattr(source, "shape", ()))
    whole = "int" in str(getattr(source, "dtype", ""))
    return whole and len(shape) == 2 and 2 in shape and shape != (2, 2) and hasattr(source, "__array__")


def _of_edge_array(source: Any) -> Graph:
    """Return the graph of the edges between the vertices that occur, whose numbers become the labels."""
    ends = np.asarray(source)
    if ends.size == 0:
        raise ParameterError("an array of edges has no edges")
    if ends.max() > np.iinfo(np.int64).max:
        raise ParameterError(f"vertices are numbers below 2^63, not {ends.max()}")
    ids, others = (ends if ends.shape[0] == 2 else ends.T).astype(np.int64)
    labels, tail, head = numbered(ids, others)
    graph = Graph.from_valid_edges(tail, head, None, num_nodes=len(labels), name="edges")
    consecutive = labels[0] == 0 and labels[-1] == len(labels) - 1
    return graph if consecutive else replace(graph, labels=labels)


def _of_igraph(source: Any, weighted: bool) -> Graph:
    """Return the graph of one of igraph's; names of vertices become the labels."""
    ends = np.array(source.get_edgelist(), dtype=np.int64).reshape(-1, 2)
    weights = None
    if weighted:
        if "weight" not in source.es.attributes():
            raise ParameterError("the igraph graph has no edge attribute 'weight'", "weighted")
        weights = np.array(source.es["weight"], dtype=np.float64)
    graph = Graph.from_edges(ends[:, 0], ends[:, 1], weights, num_nodes=source.vcount(), name="igraph")
    names = source.vs["name"] if "name" in source.vs.attributes() else None
    return graph if names is None else replace(graph, labels=np.array(names, dtype=object))
