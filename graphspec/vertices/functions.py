"""Functions whose diagonals are known by a name: heat kernels, return probabilities, subgraph centrality."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from graphspec._typing import Matrix, Vector
from graphspec.errors import ParameterError
from graphspec.functionals import parse_expression
from graphspec.operators import OPERATORS, is_laplacian

NAMES = ("heat", "return", "subgraph")


@dataclass(frozen=True, eq=False)
class VertexFunction:
    """A function of an operator, of which the diagonal is wanted.

    Attributes
    ----------
    name
        Its name, or the expression.
    meaning
        What a diagonal entry is, for tables.
    operators
        Names of the operators that it is of; the first one is the default.
    argument
        Name of the argument and its values; None where there is a single function.
    columns
        Names of the columns of a table, one for every value.
    values
        Maps eigenvalues, shape (points,), to values, shape (points, columns).
    deflate
        Number of eigenvectors that are taken out by default.
    """

    name: str
    meaning: str
    operators: tuple[str, ...]
    argument: tuple[str, list[float]] | None
    columns: list[str]
    values: Callable[[Vector], Matrix]
    deflate: int = 0


def vertex_function(text: str, times: tuple[float, ...], steps: tuple[int, ...]) -> VertexFunction:
    """Return a function by its name, or an expression in x.

    Parameters
    ----------
    text
        ``heat``: exp(-t x), the heat-kernel signature (Sun, Ovsjanikov and Guibas, Comput. Graph. Forum 28, 1383
        (2009)); ``return``: (1 - x)^s, the probability that a random walk is back after s steps; ``subgraph``: exp(x)
        of the adjacency matrix, the subgraph centrality (Estrada and Rodriguez-Velazquez, Phys. Rev. E 71, 056103
        (2005)); or an expression such as ``1 / (x + 0.1)``.
    times
        Times of heat.
    steps
        Steps of return.

    Raises
    ------
    ParameterError
        If the text is neither a name nor an expression.
    """
    if text == "heat":
        array = np.array(times)
        return VertexFunction(
            "heat",
            "heat that is still at the vertex after a time, exp(-t x)",
            tuple(name for name in OPERATORS if is_laplacian(name) or OPERATORS[name].takes_tau),
            ("time", [float(time) for time in times]),
            [f"heat_{time:g}" for time in times],
            lambda x: np.exp(-np.multiply.outer(x, array)),
        )
    if text == "return":
        numbers = np.array(steps)
        return VertexFunction(
            "return",
            "probability that a random walk is back after a number of steps",
            ("normalized",),
            ("steps", [float(step) for step in steps]),
            [f"return_{step}" for step in steps],
            lambda x: (1.0 - x)[:, None] ** numbers,
        )
    if text == "subgraph":
        return VertexFunction(
            "subgraph",
            "subgraph centrality, closed walks weighted by 1 / length!",
            ("adjacency",),
            None,
            ["subgraph"],
            lambda x: np.exp(x)[:, None],
            deflate=16,
        )
    if text.isalpha() and text not in ("x", "e", "pi"):
        message = f"there is no function {text!r} of vertices: choose {', '.join(NAMES)}, or give an expression in x"
        raise ParameterError(message, "function")
    expression = parse_expression(text)
    return VertexFunction(
        str(expression),
        f"diagonal of {expression}",
        tuple(OPERATORS),
        None,
        ["value"],
        lambda x: expression.values(x)[:, None],
    )
