"""Options of functionals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from graphspec.analyses.spectra import SpectralOptions
from graphspec.errors import ParameterError
from graphspec.functionals import NAMED, functional_of
from graphspec.grids import Grid
from graphspec.options import Number, Switch, group_of, option
from graphspec.sketches import Sampling


@dataclass(frozen=True)
class Functions:
    """Names of functionals and expressions in x."""

    def accepts(self, value: Any) -> bool:
        """Return whether a value is a tuple of different texts, each with something in it."""
        texts = isinstance(value, tuple) and all(isinstance(each, str) and each.strip() for each in value)
        return texts and 0 < len(value) == len(set(value))

    def parse(self, text: str) -> tuple[str, ...]:
        """Return the functions that a text such as ``entropy,log(x + 0.1)`` lists; none takes two arguments."""
        return tuple(part.strip() for part in text.split(","))

    def wrong_values(self) -> tuple[Any, ...]:
        """Return no functions, equal ones, and values that are not a tuple of texts."""
        return ((), ("",), ("x", "x"), "entropy", (3,), 3)

    def __str__(self) -> str:
        return f"different functions, separated by commas: {', '.join(NAMED)}, or expressions in x"


@dataclass(frozen=True, kw_only=True)
class FunctionalOptions(SpectralOptions):
    """Options of functionals.

    Attributes
    ----------
    function
        Names of functionals, or expressions in the eigenvalue x.
    times
        Times of the heat trace.
    steps
        Steps of return probabilities.
    order
        Order of the Renyi entropy.
    nonzero
        Whether an expression is summed over eigenvalues that are not zeros of components alone.
    lower_end
        Bound below all eigenvalues that are not known exactly, where a function is singular near zero; None for the
        best bound that follows from the graph.
    """

    function: tuple[str, ...] = option(
        ("entropy",),
        Functions(),
        "Functions, separated by commas: " + ", ".join(NAMED) + ', or expressions such as "log(x + 0.1)".',
        group="Answer",
        metavar="F",
    )
    times: tuple[float, ...] = option(
        (0.1, 1.0, 10.0), Grid(), "Times of heat-trace: a list, or from:to:count.", group="Answer", metavar="T"
    )
    steps: tuple[int, ...] = option(
        tuple(range(1, 11)),
        Grid(integer=True),
        "Steps of return-probability: a list, or from:to.",
        group="Answer",
        metavar="S",
        default_help="1:10",
    )
    order: float = option(2.0, Number(0.0), "Order of renyi.", group="Answer")
    nonzero: bool = option(False, Switch(), "Leave zeros of components out of expressions.", group="Answer")
    lower_end: float | None = option(
        None,
        Number(),
        "Bound below all eigenvalues that are not known exactly.",
        group="Accuracy",
        metavar="X",
        default_help="what is proved",
    )
    sampling: Sampling = group_of(
        Sampling,
        help={
            "tolerance": "Add probes and products until intervals are at most this share of the value to either side.",
            "operator": "Matrix of an expression; named functions have their own.",
        },
    )

    def check(self) -> None:
        """Check that every function is a name or an expression, and that there is a lower end above none."""
        for text in self.function:
            functional_of(text)
        if self.nonzero and all(text in NAMED for text in self.function):
            raise ParameterError("`nonzero` is for an expression: named functions know what they leave out", "nonzero")
