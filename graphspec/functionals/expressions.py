"""Arithmetic expressions in x: parsed, never evaluated as code."""

from __future__ import annotations

import ast
import math
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from graphspec.errors import ParameterError
from graphspec.functionals.behaviour import UndefinedError
from graphspec.functionals.deduction import Deduction
from graphspec.functionals.nodes import Node
from graphspec.functionals.signs import DerivativeSigns, lowest

FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "exp": np.exp,
    "expm1": np.expm1,
    "log": np.log,
    "log1p": np.log1p,
    "log2": np.log2,
    "log10": np.log10,
    "sqrt": np.sqrt,
    "abs": np.abs,
    "sin": np.sin,
    "cos": np.cos,
    "tan": np.tan,
    "sinh": np.sinh,
    "cosh": np.cosh,
    "tanh": np.tanh,
}
"""Functions of one argument that expressions may call."""

CONSTANTS = {"pi": math.pi, "e": math.e}

_OPERATORS: dict[type[ast.AST], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.Pow: "**",
    ast.USub: "negative",
    ast.UAdd: "positive",
}
_OPERATIONS: dict[str, Callable[..., Any]] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.divide,
    "**": np.power,
    "negative": np.negative,
    "positive": np.positive,
}
_OTHER_OPERATORS = {
    ast.FloorDiv: "//",
    ast.Mod: "%",
    ast.MatMult: "@",
    ast.BitXor: "^",
    ast.BitOr: "|",
    ast.BitAnd: "&",
    ast.LShift: "<<",
    ast.RShift: ">>",
    ast.Invert: "~",
    ast.Not: "not",
}
_OTHER_SYNTAX = {
    ast.Attribute: "the attribute",
    ast.Subscript: "the index",
    ast.Compare: "the comparison",
    ast.BoolOp: "the condition",
    ast.IfExp: "the condition",
    ast.Lambda: "the lambda",
    ast.NamedExpr: "the assignment",
    ast.JoinedStr: "the text",
    ast.Starred: "the starred argument",
    ast.Tuple: "the tuple",
    ast.List: "the list",
    ast.Set: "the set",
    ast.Dict: "the dictionary",
}

MOST_CHARACTERS = 1000
"""Longest expression."""
MOST_LEVELS = 50
"""Deepest nesting of an expression; a sum of n terms has n levels."""
_PARAMETER = "expression"


@dataclass(frozen=True)
class Expression:
    """A function of x, from :func:`parse_expression`.

    Attributes
    ----------
    text
        The expression in a normalised form.
    """

    text: str
    root: Node = field(repr=False)

    def __str__(self) -> str:
        return self.text

    def values(self, x: ArrayLike) -> NDArray[np.float64]:
        """Return the values at x, of the same shape: NaN where the function is undefined, infinite at poles.

        Examples
        --------
        >>> parse_expression("1 / x + log(x)").values([1.0, 0.0, -1.0])
        array([ 1., nan, nan])
        """
        points = np.asarray(x, dtype=np.float64)
        with np.errstate(all="ignore"):
            values = _evaluated(self.root, points)
        return np.array(np.broadcast_to(values, points.shape), dtype=np.float64)

    def signs(self, low: float, high: float) -> DerivativeSigns | None:
        """Return the signs of the derivatives on an open interval, or None where they are not known.

        Subexpressions without x are numbers in float64; the signs are those of the function with these numbers. If the
        function may be undefined in the interior, the result is None; at the ends it may be undefined or infinite.

        Parameters
        ----------
        low, high
            The interval.

        Raises
        ------
        ParameterError
            If the ends are not finite or not in order.

        Examples
        --------
        >>> parse_expression("x * log(x)").signs(0, 2)
        DerivativeSigns(alternating=True, sign=1, order=2)
        >>> parse_expression("sin(x)").signs(0, 2) is None
        True
        """
        if not (math.isfinite(low) and math.isfinite(high) and low <= high):
            raise ParameterError(f"the interval [{low:g}, {high:g}] of an expression must be finite and in order")
        try:
            return lowest(Deduction(float(low), float(high)).of(self.root).patterns)
        except UndefinedError:
            return None


def parse_expression(text: str) -> Expression:
    """Parse an arithmetic expression in x.

    It consists of numbers, ``x``, ``pi``, ``e``, ``+ - * / **``, parentheses and the functions of :data:`FUNCTIONS`.

    Parameters
    ----------
    text
        The expression.

    Returns
    -------
    Expression
        The function.

    Raises
    ------
    ParameterError
        If the text is empty, too long, too deeply nested or contains anything else, or a part without x is infinite or
        undefined; the message names it.

    Examples
    --------
    >>> function = parse_expression("exp(-2*x) * (1+x)**2")
    >>> str(function)
    'exp(-2 * x) * (1 + x)**2'
    >>> function.values([0.0, 1.0])
    array([1.        , 0.54134113])
    """
    if not isinstance(text, str) or not text.strip():
        raise ParameterError("an expression in x is expected, found an empty text", _PARAMETER)
    if len(text) > MOST_CHARACTERS:
        raise ParameterError(
            f"an expression has at most {MOST_CHARACTERS:,} characters, found {len(text):,}", _PARAMETER
        )
    text = " ".join(text.split())
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text, mode="eval").body
    except SyntaxError as error:
        raise ParameterError(_syntax_message(text, error), _PARAMETER) from error
    except (ValueError, MemoryError, RecursionError) as error:
        raise ParameterError(f"the expression {_excerpt(text)} cannot be parsed ({error})", _PARAMETER) from error
    with np.errstate(all="ignore"):
        root = _node(tree, 1)
    return Expression(_unparsed(tree), root)


def _syntax_message(text: str, error: SyntaxError) -> str:
    reason = (error.msg or "invalid syntax").partition(". Perhaps")[0]
    place = f" at character {error.offset}" if error.offset else ""
    hint = ": a product is written with *, as in 2*x" if reason.startswith("invalid decimal literal") else ""
    return f"the expression {_excerpt(text)} is not valid{place} ({reason}){hint}"


def _excerpt(text: str, most: int = 60) -> str:
    return repr(text if len(text) <= most else text[: most - 3] + "...")


def _unparsed(tree: ast.AST) -> str:
    try:
        return ast.unparse(tree).replace(" ** ", "**")
    except RecursionError:
        return "..."


def _refusal(found: str, tree: ast.AST | None = None, hint: str = "") -> ParameterError:
    shown = "" if tree is None else f" {_excerpt(_unparsed(tree))}"
    return ParameterError(f"an expression in x is expected, found {found}{shown}{hint}", _PARAMETER)


def _node(tree: ast.AST, level: int) -> Node:
    """Return the node of a syntax tree, checked from the top down."""
    if level > MOST_LEVELS:
        raise ParameterError(f"an expression has at most {MOST_LEVELS} levels, found more", _PARAMETER)
    if isinstance(tree, ast.Constant):
        return _number(tree)
    if isinstance(tree, ast.Name):
        return _named(tree)
    if isinstance(tree, ast.Call):
        return _call(tree, level)
    if isinstance(tree, ast.BinOp | ast.UnaryOp):
        operator = _OPERATORS.get(type(tree.op))
        if operator is None:
            found = _OTHER_OPERATORS.get(type(tree.op), "another operator")
            hint = ": a power is written with **" if found == "^" else ""
            raise _refusal(f"the operator {found} in", tree, hint)
        operands = (tree.left, tree.right) if isinstance(tree, ast.BinOp) else (tree.operand,)
        return _folded(operator, tuple(_node(each, level + 1) for each in operands), tree)
    raise _refusal(_OTHER_SYNTAX.get(type(tree), "the syntax"), tree)


def _number(tree: ast.Constant) -> Node:
    value = tree.value
    if isinstance(value, complex):
        raise _refusal("the complex number", tree)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _refusal("the text" if isinstance(value, str) else "the constant", tree)
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    return _finite(number, tree)


def _finite(number: float, tree: ast.AST) -> Node:
    if not math.isfinite(number):
        state = "is not a number" if math.isnan(number) else "is infinite: numbers end at 1.8e308"
        raise ParameterError(f"the expression contains {_excerpt(_unparsed(tree))}, which {state}", _PARAMETER)
    return Node("number", value=number)


def _named(tree: ast.Name) -> Node:
    if tree.id == "x":
        return Node("x")
    if tree.id in CONSTANTS:
        return Node("number", value=CONSTANTS[tree.id])
    if tree.id in FUNCTIONS:
        raise _refusal("the function", tree, f" without an argument: write {tree.id}(x)")
    raise _refusal("the name", tree, f": there are x, {', '.join(CONSTANTS)} and functions, {', '.join(FUNCTIONS)}")


def _call(tree: ast.Call, level: int) -> Node:
    if not isinstance(tree.func, ast.Name) or tree.func.id in ("x", *CONSTANTS):
        product = isinstance(tree.func, ast.Constant | ast.Name | ast.BinOp)
        raise _refusal("the call", tree, ": a product is written with *" if product else "")
    name = tree.func.id
    if name not in FUNCTIONS:
        raise _refusal("the function", tree.func, f": there are {', '.join(FUNCTIONS)}")
    if tree.keywords:
        given = tree.keywords[0]
        shown = f"{given.arg}=" if given.arg else "**"
        raise _refusal(f"the keyword argument {_excerpt(shown + _unparsed(given.value))}")
    if len(tree.args) != 1:
        raise _refusal(f"{len(tree.args)} arguments in", tree, f": {name} takes 1")
    return _folded(name, (_node(tree.args[0], level + 1),), tree)


def _folded(operation: str, parts: tuple[Node, ...], tree: ast.AST) -> Node:
    """Return an operation, or its value where x does not occur."""
    if not all(part.is_number for part in parts):
        return Node(operation, parts)
    function = FUNCTIONS.get(operation) or _OPERATIONS[operation]
    return _finite(float(function(*(np.float64(part.value) for part in parts))), tree)


def _evaluated(node: Node, x: NDArray[np.float64]) -> Any:
    if node.operation == "x":
        return x
    if node.is_number:
        return np.float64(node.value)
    function = FUNCTIONS.get(node.operation) or _OPERATIONS[node.operation]
    return function(*(_evaluated(part, x) for part in node.parts))
