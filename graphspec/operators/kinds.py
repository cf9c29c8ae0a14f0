"""Operators of a graph by name."""

from __future__ import annotations

from graphspec.errors import ParameterError
from graphspec.graphs import Graph
from graphspec.operators.adjacency import Adjacency
from graphspec.operators.base import GraphOperator
from graphspec.operators.interval import Interval
from graphspec.operators.laplacians import CombinatorialLaplacian, NaturalLaplacian, NormalizedLaplacian
from graphspec.operators.regularized import RegularizedLaplacian

OPERATORS: dict[str, type[GraphOperator]] = {
    "normalized": NormalizedLaplacian,
    "combinatorial": CombinatorialLaplacian,
    "adjacency": Adjacency,
    "natural": NaturalLaplacian,
    "regularized": RegularizedLaplacian,
}

LAPLACIANS = frozenset({"normalized", "combinatorial", "natural"})
"""Operators of a graph whose smallest eigenvalue is zero, once for every component."""


def fixed_interval(name: str) -> Interval | None:
    """Return the interval that an operator has for all graphs, or None where it depends on the graph."""
    interval = getattr(OPERATORS.get(name), "interval", None)
    return interval if isinstance(interval, Interval) else None


def is_laplacian(name: str) -> bool:
    """Return whether the low end of the spectrum shows clusters; assumed of operators without a graph."""
    return name not in OPERATORS or name in LAPLACIANS


def graph_operator(graph: Graph, name: str = "normalized", *, tau: float | str | None = None) -> GraphOperator:
    """Return an operator of a graph by its name.

    Parameters
    ----------
    graph
        The graph; its weights are used if it has any.
    name
        ``normalized``: I - D^-1/2 W D^-1/2, zero on the rows of isolated vertices; ``combinatorial``: D - W;
        ``adjacency``: W; ``natural``: (D - W) / sqrt(n); ``regularized``: I - S W S with S = (D + tau)^(-1/2).
    tau
        Parameter of the regularised Laplacian; see :meth:`graphspec.operators.RegularizedLaplacian.of`.

    Raises
    ------
    ParameterError
        If the name is unknown, or `tau` is given for another operator.
    InputError
        If weights are so large or so small that their squares or inverses are not finite numbers.

    Examples
    --------
    >>> import graphspec
    >>> path = graphspec.Graph.from_edges([0, 1], [1, 2])
    >>> graphspec.graph_operator(path, "combinatorial").matrix().toarray()
    array([[ 1., -1.,  0.],
           [-1.,  2., -1.],
           [ 0., -1.,  1.]])
    """
    if name not in OPERATORS:
        raise ParameterError(f"unknown operator {name!r}: choose one of {', '.join(OPERATORS)}", "operator")
    return OPERATORS[name].of(graph, tau)
