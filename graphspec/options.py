"""Options as frozen dataclasses, whose constraints are declared as data.

One declaration defines the check of values, the type and the help of an option on the command line, and the tests with
wrong values. Settings of solvers are options without a form on the command line.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields, replace
from difflib import get_close_matches
from numbers import Integral, Real
from typing import Any, ClassVar, Protocol, Self

from graphspec.errors import ParameterError


class Constraint(Protocol):
    """Values that an option accepts; ``str`` of it completes the sentence "it must be ..."."""

    def accepts(self, value: Any) -> bool:
        """Return whether a value of the right type lies in the range."""
        ...

    def parse(self, text: str) -> Any:
        """Return the value that a text represents.

        Raises
        ------
        ValueError
            If the text does not represent a value; whether the value is accepted is not checked.
        """
        ...

    def wrong_values(self) -> tuple[Any, ...]:
        """Return values that are not accepted, for tests."""
        ...


@dataclass(frozen=True)
class Number:
    """A finite number in a range.

    Attributes
    ----------
    low, high
        Ends of the range.
    integer
        Whether only whole numbers are accepted.
    open
        Whether the ends themselves are left out.
    """

    low: float = -math.inf
    high: float = math.inf
    integer: bool = False
    open: bool = False

    def accepts(self, value: Any) -> bool:
        """Return whether a value is such a number, and not a boolean."""
        kind = Integral if self.integer else Real
        if isinstance(value, bool) or not isinstance(value, kind):
            return False
        # Whole numbers beyond 2^53 are compared without conversion to float.
        number: Any = int(value) if isinstance(value, Integral) else float(value)
        inside = self.low < number < self.high if self.open else self.low <= number <= self.high
        return inside and math.isfinite(number)

    def parse(self, text: str) -> float | int:
        """Return the number that a text represents."""
        return int(text) if self.integer else float(text)

    def wrong_values(self) -> tuple[Any, ...]:
        """Return numbers just outside of the range, and values that are not such numbers."""
        step = 0 if self.open else 1
        ends = [self.low - step] * math.isfinite(self.low) + [self.high + step] * math.isfinite(self.high)
        return (
            *(int(end) if self.integer else end for end in ends),
            math.nan,
            "many",
            *([0.5] if self.integer else []),
        )

    def __str__(self) -> str:
        kind = "a whole number" if self.integer else "a number"
        shown = [f"{end:,}" if isinstance(end, int) else f"{end:g}" for end in (self.low, self.high)]
        if math.isfinite(self.low) and math.isfinite(self.high):
            return f"{kind} between {shown[0]} and {shown[1]}"
        if math.isfinite(self.low):
            return f"{kind} above {shown[0]}" if self.open else f"{kind} of at least {shown[0]}"
        return f"{kind} of at most {shown[1]}" if math.isfinite(self.high) else f"a finite {kind.removeprefix('a ')}"


@dataclass(frozen=True)
class Choice:
    """One of several words."""

    values: tuple[str, ...]

    def accepts(self, value: Any) -> bool:
        """Return whether a value is one of the words."""
        return value in self.values

    def parse(self, text: str) -> str:
        """Return the text."""
        return text

    def wrong_values(self) -> tuple[Any, ...]:
        """Return values that are not among the words."""
        return ("".join(self.values), 0)

    def __str__(self) -> str:
        return f"one of {', '.join(self.values)}"


@dataclass(frozen=True)
class Switch:
    """A boolean."""

    def accepts(self, value: Any) -> bool:
        """Return whether a value is a boolean."""
        return isinstance(value, bool)

    def parse(self, text: str) -> bool:
        """Return the boolean that a word represents."""
        words = {"true": True, "yes": True, "false": False, "no": False}
        if text.lower() not in words:
            raise ValueError(text)
        return words[text.lower()]

    def wrong_values(self) -> tuple[Any, ...]:
        """Return values that only look like booleans."""
        return (1, "yes")

    def __str__(self) -> str:
        return "true or false"


@dataclass(frozen=True)
class Text:
    """A text that matches a regular expression.

    Attributes
    ----------
    pattern
        The expression; the whole text has to match.
    meaning
        Description of such a text, with its article.
    wrong
        A text that does not match.
    """

    pattern: str
    meaning: str
    wrong: str

    def accepts(self, value: Any) -> bool:
        """Return whether a value is such a text."""
        return isinstance(value, str) and re.fullmatch(self.pattern, value, re.DOTALL) is not None

    def parse(self, text: str) -> str:
        """Return the text."""
        return text

    def wrong_values(self) -> tuple[Any, ...]:
        """Return a text that does not match, and a value that is not a text."""
        return (self.wrong, 3)

    def __str__(self) -> str:
        return self.meaning


@dataclass(frozen=True)
class MemorySize:
    """A number of bytes, written as ``4GB``, ``512MB`` or ``4GiB``."""

    low: int = 100 * 10**6
    """About the memory of the interpreter and its libraries, which is the smallest possible limit."""

    def accepts(self, value: Any) -> bool:
        """Return whether a value is a number of bytes of at least `low`."""
        return Number(self.low, integer=True).accepts(value)

    def parse(self, text: str) -> int:
        """Return the number of bytes that a number with a unit represents."""
        match = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)\s*([kmgt]?)(i?)b?", text.strip().lower())
        if match is None or (match[3] and not match[2]):
            raise ValueError(text)
        return int(float(match[1]) * (1024 if match[3] else 1000) ** " kmgt".index(match[2] or " "))

    def wrong_values(self) -> tuple[Any, ...]:
        """Return a number of bytes that is too small, and values that are not numbers of bytes."""
        return (self.low - 1, "4GB", 1e9)

    def __str__(self) -> str:
        return f"a size such as 512MB or 4GB, of at least {self.low // 10**6}MB, which the program itself takes"


@dataclass(frozen=True)
class Declaration:
    """Description of an option, apart from its default.

    Attributes
    ----------
    constraint
        The values that the option accepts.
    help
        Meaning of the option, in one sentence.
    optional
        Whether None is accepted as well, as no value.
    required
        Whether there is no default.
    group
        Heading of the option in the help of a command.
    flag
        Name of the option on the command line, if it differs from its name in Python.
    metavar
        Placeholder of the value in the help.
    default_help
        The default in words, where the value itself is not informative.
    """

    constraint: Constraint
    help: str
    optional: bool = False
    required: bool = False
    group: str = ""
    flag: str | None = None
    metavar: str | None = None
    default_help: str | None = None


def option(default: Any, constraint: Constraint, help: str, **details: Any) -> Any:  # noqa: A002 - as argparse calls it
    """Return a field of a class of options.

    Parameters
    ----------
    default
        The default; None for no value, MISSING if the option is required.
    constraint
        The values that the option accepts.
    help
        Meaning of the option, in one sentence.
    **details
        Further attributes of :class:`Declaration`.
    """
    declared = Declaration(constraint, help, optional=default is None, required=default is MISSING, **details)
    if default is MISSING:
        return field(metadata={"option": declared})
    return field(default=default, metadata={"option": declared})


def group_of(
    kind: type[Options],
    *,
    without: tuple[str, ...] = (),
    help: Mapping[str, str] | None = None,  # noqa: A002 - as argparse calls it
) -> Any:
    """Return a field that holds options of another class.

    Parameters
    ----------
    kind
        The class.
    without
        Options that are not offered and keep their defaults.
    help
        Meanings of options that differ from those in their class, by name.
    """
    return field(default_factory=kind, metadata={"group": kind, "without": without, "help": help or {}})


@dataclass(frozen=True, kw_only=True)
class Options:
    """Base class of options, which checks all values and records which of them were given.

    Raises
    ------
    ParameterError
        If a value is not accepted.
    """

    given: ClassVar[frozenset[str]] = frozenset()
    """Names of the options that the caller gave; all others have their defaults. Each object has its own."""

    def __new__(cls, **values: Any) -> Self:
        """Record which options are given."""
        instance = super().__new__(cls)
        object.__setattr__(instance, "given", frozenset(values))
        return instance

    def __post_init__(self) -> None:
        """Check every option by its constraint, then options against each other."""
        for name, declared in own_declarations(type(self)).items():
            value = getattr(self, name)
            if not (declared.optional and value is None) and not declared.constraint.accepts(value):
                raise ParameterError(f"`{name}` must be {declared.constraint}, not {value!r}", name)
        self.check()

    def check(self) -> None:
        """Check options against each other; overridden by subclasses with such conditions."""

    @classmethod
    def of(cls, **values: Any) -> Self:
        """Return options from keyword arguments, including those of groups.

        Raises
        ------
        ParameterError
            If there is no option of a name, or a value is not accepted.
        """
        own: dict[str, Any] = {}
        for item in fields(cls):
            if "group" in item.metadata:
                names = declarations(item.metadata["group"], item.metadata["without"])
                own[item.name] = item.metadata["group"].of(
                    **{name: values.pop(name) for name in names if name in values}
                )
            elif item.name in values:
                own[item.name] = values.pop(item.name)
        if values:
            wrong, known = next(iter(values)), declarations(cls)
            meant = [f"`{name}`" for name in get_close_matches(wrong, known, cutoff=0.7)]
            choice = f"did you mean {' or '.join(meant)}?" if meant else f"choose from {', '.join(known)}"
            raise ParameterError(f"there is no option `{wrong}`: {choice}", wrong)
        return cls(**own)

    def values(self) -> dict[str, Any]:
        """Return the values of all options by name, without those of groups."""
        return {name: getattr(self, name) for name in own_declarations(type(self))}

    def changed(self, **changes: Any) -> Self:
        """Return the same options with some changed, which then count as given."""
        return type(self)(**{**{name: getattr(self, name) for name in self.given}, **changes})


def own_declarations(kind: type[Options]) -> dict[str, Declaration]:
    """Return the declarations of a class by the names of its options, without those of groups."""
    return {item.name: item.metadata["option"] for item in fields(kind) if "option" in item.metadata}


def declarations(kind: type[Options], without: tuple[str, ...] = ()) -> dict[str, Declaration]:
    """Return all declarations of a class by name, groups flattened, without those that are not offered."""
    result: dict[str, Declaration] = {}
    for item in fields(kind):
        if "option" in item.metadata and item.name not in without:
            result[item.name] = item.metadata["option"]
        elif "group" in item.metadata:
            inner = declarations(item.metadata["group"], (*without, *item.metadata["without"]))
            words = item.metadata["help"]
            result |= {name: replace(each, help=words.get(name, each.help)) for name, each in inner.items()}
    return result


def default_of(kind: type[Options], name: str) -> Any:
    """Return the default of an option, which may lie in a group."""
    for item in fields(kind):
        if "option" in item.metadata and item.name == name:
            return None if item.default is MISSING else item.default
        if "group" in item.metadata and name in declarations(item.metadata["group"]):
            return default_of(item.metadata["group"], name)
    raise KeyError(name)
