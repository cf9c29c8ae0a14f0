"""Functionals of graphs by name, each with its operator, and any expression of the eigenvalue."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from graphspec._typing import Vector
from graphspec.densities import Estimate
from graphspec.errors import GraphspecError, ParameterError, SketchError
from graphspec.functionals.brackets import SpectralFunction
from graphspec.functionals.expressions import parse_expression
from graphspec.functionals.signs import alternate, same, vanishing
from graphspec.sketches import SpectralSketch


@dataclass(frozen=True)
class Arguments:
    """Arguments of functionals.

    Attributes
    ----------
    times
        Times of the heat trace.
    steps
        Numbers of steps of return probabilities.
    order
        Order of the Renyi entropy.
    """

    times: tuple[float, ...] = (0.1, 1.0, 10.0)
    steps: tuple[int, ...] = tuple(range(1, 11))
    order: float = 2.0


Finish = Callable[[SpectralSketch, Estimate], Estimate]


@dataclass(frozen=True)
class Functional:
    """A functional of a graph: the sum of a function over the eigenvalues of an operator, and what follows from it.

    Attributes
    ----------
    name
        Name, or the expression.
    meaning
        What it is, for tables.
    operator
        Name of the operator; None for any.
    function
        Returns the function of the eigenvalues for a sketch.
    finish
        Returns the functional from the sum.
    nonzero
        Whether the sum is over eigenvalues that are not zeros of components.
    connected
        Whether the graph has to be connected.
    argument
        Name of the argument and its values, where there are several.
    """

    name: str
    meaning: str
    operator: str | None
    function: Callable[[SpectralSketch], SpectralFunction]
    finish: Finish = field(default=lambda sketch, total: total)  # noqa: ARG005
    nonzero: bool = False
    connected: bool = False
    argument: tuple[str, tuple[float, ...]] | None = None

    def check(self, sketch: SpectralSketch) -> None:
        """Refuse a sketch of another operator, and a graph that the functional is not of.

        Raises
        ------
        SketchError
            If the sketch is of another operator.
        GraphspecError
            If the graph is not connected and has to be, or has no edges.
        """
        name = sketch.source.name
        # An operator without a graph is taken for the one that is meant.
        of_graph = sketch.fingerprint is not None
        if of_graph and self.operator is not None and sketch.operator != self.operator:
            message = f"{self.name} is of the operator {self.operator}, and the sketch is of {sketch.operator}"
            raise SketchError(f"{name}: {message}: make it with `operator` {self.operator}")
        if self.connected and sketch.num_zeros > 1:
            raise GraphspecError(
                f"{name}: {self.name} is of a connected graph, and this has {sketch.num_zeros:,} components: "
                "ask for `component` largest"
            )


def functional_of(text: str, arguments: Arguments = Arguments()) -> Functional:
    """Return a functional by its name, or the sum of an expression in x.

    Raises
    ------
    ParameterError
        If the text is neither a name nor an expression.
    """
    if text in NAMED:
        return NAMED[text](arguments)
    if text.replace("-", "").isalpha() and text not in ("x", "e", "pi"):
        names = ", ".join(NAMED)
        raise ParameterError(f"there is no functional {text!r}: choose {names}, or give an expression in x", "function")
    expression = parse_expression(text)

    def function(sketch: SpectralSketch) -> SpectralFunction:
        return SpectralFunction(str(expression), expression.values, expression.signs(*sketch.interval))

    return Functional(str(expression), f"sum of {expression} over all eigenvalues x", None, function)


def trace(sketch: SpectralSketch) -> float:
    """Return the exact trace of the operator of a sketch."""
    return sketch.dimension * (sketch.interval.center + sketch.interval.half_width * float(sketch.low_moments[1]))


def _positive_trace(sketch: SpectralSketch) -> float:
    value = trace(sketch)
    if value <= 0:
        raise GraphspecError(f"{sketch.source.name}: a graph without edges has no density matrix")
    return value


def _entropy(arguments: Arguments) -> Functional:  # noqa: ARG001
    def function(sketch: SpectralSketch) -> SpectralFunction:
        total = _positive_trace(sketch)

        def values(eigenvalues: Vector) -> Vector:
            shares = np.maximum(eigenvalues, 0.0) / total
            return np.asarray(-shares * np.log(np.where(shares > 0, shares, 1.0)))

        # The second derivative of -x log x is -1 / x, and the signs of further ones alternate.
        return SpectralFunction("-x log(x)", values, alternate(-1, 2))

    return Functional("entropy", "von Neumann entropy of (D - A) / trace, in nats", "combinatorial", function)


def _renyi(arguments: Arguments) -> Functional:
    order = arguments.order
    if order == 1:
        return _entropy(arguments)
    whole = order == int(order)
    rising = int(np.ceil(order))

    def function(sketch: SpectralSketch) -> SpectralFunction:
        total = _positive_trace(sketch)
        # Derivatives of x^a are positive up to order a; then they alternate, unless a is a whole number.
        signs = vanishing(rising + 1) if whole else alternate(1 if rising % 2 == 0 else -1, rising)
        return SpectralFunction(f"x^{order:g}", lambda x: (np.maximum(x, 0.0) / total) ** order, signs)

    def finish(sketch: SpectralSketch, total: Estimate) -> Estimate:
        # A density matrix has sum_i p_i^a between the powers of one eigenvalue and of equal ones.
        ends = sorted((1.0, float(sketch.dimension - sketch.num_zeros) ** (1 - order)))
        return _logarithm(total, 1.0 / (1.0 - order), *ends)

    meaning = f"Renyi entropy of order {order:g} of (D - A) / trace, in nats"
    return Functional("renyi", meaning, "combinatorial", function, finish, nonzero=True)


def _estrada(arguments: Arguments) -> Functional:  # noqa: ARG001
    def function(sketch: SpectralSketch) -> SpectralFunction:
        shift = sketch.interval.high
        return SpectralFunction("exp(x)", lambda x: np.exp(x - shift), same(1, 0), dominated=True)

    def finish(sketch: SpectralSketch, total: Estimate) -> Estimate:
        # By Jensen's inequality the sum is at least n, as the trace is zero; no eigenvalue is above the interval.
        shift = sketch.interval.high
        result = _logarithm(total, 1.0, sketch.dimension * np.exp(-shift), float(sketch.dimension))
        return Estimate(result.value + shift, result.sem, result.low + shift, result.high + shift)

    return Functional("estrada", "logarithm of the Estrada index, sum of exp(x)", "adjacency", function, finish)


def _spanning_trees(arguments: Arguments) -> Functional:  # noqa: ARG001
    def function(sketch: SpectralSketch) -> SpectralFunction:
        if "log_degrees" not in sketch.facts:
            raise SketchError(f"{sketch.source.name}: the sketch holds no degrees: make it with this version")
        return SpectralFunction("log(x)", np.log, alternate(-1, 1))

    def finish(sketch: SpectralSketch, total: Estimate) -> Estimate:
        # Every component has a spanning tree; a product of weights may be less than one.
        least = -np.inf if sketch.options.get("weighted", True) else 0.0
        shift = sketch.facts["log_degrees"] - sketch.facts["log_volumes"]
        value, low, high = (np.maximum(part + shift, least) for part in (total.value, total.low, total.high))
        return Estimate(value, total.sem, low, high)

    meaning = "logarithm of the number of spanning trees, of all components"
    return Functional("spanning-trees", meaning, "normalized", function, finish, nonzero=True)


def _heat_trace(arguments: Arguments) -> Functional:
    times = np.array(arguments.times)

    def function(sketch: SpectralSketch) -> SpectralFunction:  # noqa: ARG001
        return SpectralFunction("exp(-t x)", lambda x: np.exp(-np.multiply.outer(x, times)), alternate(1, 0))

    return Functional(
        "heat-trace", "heat trace, sum of exp(-t x)", "normalized", function, argument=("time", arguments.times)
    )


def _kemeny(arguments: Arguments) -> Functional:  # noqa: ARG001
    def function(sketch: SpectralSketch) -> SpectralFunction:  # noqa: ARG001
        return SpectralFunction("1/x", lambda x: 1.0 / x, alternate(1, 0))

    meaning = "Kemeny's constant, mean number of steps to a vertex"
    return Functional("kemeny", meaning, "normalized", function, nonzero=True, connected=True)


def _kirchhoff(arguments: Arguments) -> Functional:  # noqa: ARG001
    def function(sketch: SpectralSketch) -> SpectralFunction:
        size = sketch.dimension
        return SpectralFunction("n/x", lambda x: size / x, alternate(1, 0))

    meaning = "Kirchhoff index, sum of resistances between vertices"
    return Functional("kirchhoff", meaning, "combinatorial", function, nonzero=True, connected=True)


def _triangles(arguments: Arguments) -> Functional:  # noqa: ARG001
    def function(sketch: SpectralSketch) -> SpectralFunction:  # noqa: ARG001
        return SpectralFunction("x^3 / 6", lambda x: x**3 / 6, vanishing(4))

    return Functional("triangles", "triangles, trace of A^3 / 6", "adjacency", function)


def _return_probability(arguments: Arguments) -> Functional:
    steps = np.array(arguments.steps)

    def function(sketch: SpectralSketch) -> SpectralFunction:
        size = sketch.dimension
        return SpectralFunction(
            "(1 - x)^s / n", lambda x: (1.0 - x)[:, None] ** steps / size, vanishing(int(steps.max()) + 1)
        )

    meaning = "mean probability that a random walk is back after s steps"
    argument = ("steps", tuple(float(step) for step in arguments.steps))
    return Functional("return-probability", meaning, "normalized", function, argument=argument)


NAMED: dict[str, Callable[[Arguments], Functional]] = {
    "entropy": _entropy,
    "estrada": _estrada,
    "spanning-trees": _spanning_trees,
    "heat-trace": _heat_trace,
    "kemeny": _kemeny,
    "kirchhoff": _kirchhoff,
    "renyi": _renyi,
    "return-probability": _return_probability,
    "triangles": _triangles,
}
"""Functionals by name."""


def _logarithm(total: Estimate, factor: float, least: float, largest: float) -> Estimate:
    """Return factor log(total), where the total is known to lie from `least` to `largest`."""
    value, low, high = (np.clip(part, least, largest) for part in (total.value, total.low, total.high))
    ends = np.sort([factor * np.log(low), factor * np.log(high)], axis=0)
    return Estimate(np.asarray(factor * np.log(value)), np.abs(factor) * total.sem / value, ends[0], ends[1])
