"""Graphs of networkx, which reads some formats, with the weights of their edges."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphspec._typing import Vector
from graphspec.errors import InputError
from graphspec.graphs import Graph
from graphspec.readwrite.edges import Edges, graph_of_edges
from graphspec.readwrite.text import excerpt

_WEIGHT_NAMES = ("weight", "value")
_NO_NUMBERS = {"id", "key", "label", "name", "type"}


def graph_of_network(network: Any, name: str, *, weighted: bool) -> Graph:
    """Build the graph of a networkx graph that was read from a file.

    As in an edge list, weights of parallel edges add up, unless every edge is there once in each direction.

    Parameters
    ----------
    network
        The networkx graph, of any kind; its nodes become the labels.
    name
        Name in messages.
    weighted
        Whether the attribute ``weight`` of edges, or else ``value``, in any case, is their weight.

    Raises
    ------
    InputError
        If a weight is no finite number or negative, or the edges have other numbers than weights.
    """
    nodes = list(network.nodes)
    position = {node: index for index, node in enumerate(nodes)}
    ends = np.array([(position[tail], position[head]) for tail, head in network.edges()], dtype=np.int64).reshape(-1, 2)
    labels: NDArray[Any] = np.arange(len(nodes))
    if nodes != list(range(len(nodes))):
        labels = np.empty(len(nodes), dtype=object)
        labels[:] = nodes
    weights: Vector | None = None
    remarks: list[str] = []
    if weighted:
        weights, remarks = _weights([attributes for *_, attributes in network.edges(data=True)], name)
    graph = graph_of_edges(Edges(ends[:, 0], ends[:, 1], weights, labels, remarks=tuple(remarks)), name, 0)
    return graph if len(nodes) else replace(graph, labels=None)


def checked_weights(values: Sequence[Any], name: str) -> Vector:
    """Return weights as an array.

    Raises
    ------
    InputError
        If one is no finite number, or negative.
    """
    try:
        weights = np.array([float(value) for value in values])
    except (TypeError, ValueError) as error:
        raise InputError(f"{name}: the weights cannot be read ({error})") from error
    wrong = ~((weights >= 0) & (weights < np.inf))
    if wrong.any():
        shown = excerpt(str(values[int(np.argmax(wrong))]))
        raise InputError(f"{name}: the weights cannot be read (they must be finite and not negative, found {shown})")
    return weights


def _weights(edges: Sequence[Mapping[str, Any]], name: str) -> tuple[Vector, list[str]]:
    """Return the weights of edges by their attributes, 1 where there are none, and remarks on what was taken."""
    attributes = list(dict.fromkeys(attribute for edge in edges for attribute in edge))
    taken = next((each for wanted in _WEIGHT_NAMES for each in attributes if each.lower() == wanted), None)
    if taken is None:
        numbers = {
            attribute
            for edge in edges
            for attribute, value in edge.items()
            if isinstance(value, int | float) and attribute.lower() not in _NO_NUMBERS
        }
        if numbers:
            listed = ", ".join(sorted(numbers))
            raise InputError(f"{name}: no edge has a weight; the numbers of edges are {listed}: rename one to weight")
        return np.ones(len(edges)), ["no edge has a weight: each counts 1"] if edges else []
    weights = checked_weights([edge.get(taken, 1.0) for edge in edges], name)
    remarks = [] if taken == "weight" else [f"took the attribute {taken} of edges for their weight"]
    missing = sum(taken not in edge for edge in edges)
    if missing:
        remarks.append(f"counted {missing} edges without a weight as 1")
    return weights, remarks
