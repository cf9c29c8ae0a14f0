"""Options of the command line, made from the declarations of the library's options."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from itertools import chain
from pathlib import Path
from typing import Any

import click

from graphspec.cli._flags import flag_of, in_flags
from graphspec.errors import ParameterError
from graphspec.options import Choice, Constraint, Declaration, Number, Options, Switch, declarations, default_of
from graphspec.output import SUFFIXES

Command = Callable[..., Any]
Decorator = Callable[[Command], Command]


@dataclass(frozen=True)
class Writing:
    """Where and in which form results go."""

    format: str = "table"
    output: str | None = None
    verbose: bool = False
    quiet: bool = False


class ConstraintType(click.ParamType[Any]):
    """Values that a constraint accepts."""

    def __init__(self, constraint: Constraint) -> None:
        self.constraint = constraint
        self.name = "value"
        if isinstance(constraint, Number):
            self.name = "n" if constraint.integer else "x"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Parse a text, and check what it stands for."""
        if not isinstance(value, str):
            return value
        try:
            parsed = self.constraint.parse(value)
        except (ValueError, LookupError):
            parsed = None
        if parsed is None or not self.constraint.accepts(parsed):
            self.fail(f"{value!r} is not {self.constraint}", param, ctx)
        return parsed


class DeclaredOption(click.Option):
    """An option of the command line with its group and its default in words."""

    def __init__(self, *arguments: Any, group: str = "Output", default_text: str = "", **details: Any) -> None:
        super().__init__(*arguments, **details)
        self.group, self.default_text = group, default_text


def options_of(kind: type[Options]) -> Decorator:
    """Return what adds all options of a class; the command gets one object of it as `options`."""
    declared = declarations(kind)

    def decorate(command: Command) -> Command:
        @wraps(command)
        def wrapped(*arguments: Any, **values: Any) -> Any:
            context = click.get_current_context()
            parsed = {name: values.pop(name) for name in declared}
            explicit = {name: value for name, value in parsed.items() if is_given(name, context)}
            try:
                options = kind.of(**explicit)
            except ParameterError as error:
                raise click.UsageError(in_flags(str(error), kind), context) from error
            return command(*arguments, options=options, **values)

        result: Command = wrapped
        for name, item in reversed(declared.items()):
            result = _click_option(name, item, default_of(kind, name))(result)
        return result

    return decorate


def is_given(name: str, context: click.Context | None = None) -> bool:
    """Return whether an option was given on the command line."""
    source = (context or click.get_current_context()).get_parameter_source(name)
    return source is click.core.ParameterSource.COMMANDLINE


def _click_option(name: str, declared: Declaration, default: Any) -> Decorator:
    flag, constraint, meaning = flag_of(name, declared), declared.constraint, declared.help
    if isinstance(constraint, Choice):
        meaning = f"{meaning.rstrip('.')}: {', '.join(constraint.values)}."
    details: dict[str, Any] = {"group": declared.group, "help": meaning}
    text = "required" if declared.required else declared.default_help or _in_words(default)
    if isinstance(constraint, Switch):
        if default is False:
            return click.option(flag, name, is_flag=True, cls=DeclaredOption, **details)
        off = f"--no-{flag.removeprefix('--')}"
        text = declared.default_help or (flag if default else off).removeprefix("--")
        return click.option(f"{flag}/{off}", name, default=None, cls=DeclaredOption, default_text=text, **details)
    if getattr(constraint, "repeatable", False):
        details |= {"multiple": True, "callback": lambda _, __, values: tuple(chain.from_iterable(values))}
    return click.option(
        flag,
        name,
        type=ConstraintType(constraint),
        metavar=declared.metavar or ("NAME" if isinstance(constraint, Choice) else None),
        required=declared.required,
        cls=DeclaredOption,
        default_text=text,
        **details,
    )


def _in_words(default: Any) -> str:
    if default is None:
        return ""
    return ",".join(map(str, default)) if isinstance(default, tuple) else str(default)


def writing_options(command: Command) -> Command:
    """Add the options for output; the command gets them as `writing`."""
    names = ("format", "output", "verbose", "quiet")

    @wraps(command)
    def wrapped(*arguments: Any, **values: Any) -> Any:
        return command(*arguments, writing=Writing(**{name: values.pop(name) for name in names}), **values)

    result = talk_options(wrapped)
    result = click.option(
        "-o",
        "--output",
        type=click.Path(),
        metavar="FILE",
        cls=DeclaredOption,
        default_text="standard output",
        help="File for the results; .parquet for rows.",
    )(result)
    forms = ("table", "json", "csv")
    return click.option(
        "--format",
        type=click.Choice(forms),
        default="table",
        metavar="NAME",
        cls=DeclaredOption,
        default_text="table",
        help=f"Form of the results: {', '.join(forms)}.",
    )(result)


def talk_options(command: Command) -> Command:
    """Add the options for what is said on standard error."""
    quiet = click.option("-q", "--quiet", is_flag=True, cls=DeclaredOption, help="No progress bar and no remarks.")
    verbose = click.option(
        "-v", "--verbose", is_flag=True, cls=DeclaredOption, help="Say on standard error what is done."
    )
    return verbose(quiet(command))


def plot_option(
    meaning: str = "Picture to draw (.png, .svg, .pdf), or a folder for those of several inputs.",
) -> Decorator:
    """Return what adds ``--plot``."""
    return click.option(
        "--plot",
        metavar="FILE",
        callback=_picture,
        cls=DeclaredOption,
        group="Answer",
        help=meaning,
    )


def _picture(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:  # noqa: ARG001
    """Check that a picture is a folder, or a file of a format that can be drawn."""
    if value is None or value.endswith("/") or Path(value).is_dir() or value.lower().endswith(SUFFIXES):
        return value
    raise click.BadParameter(f"{value!r} does not end in {', '.join(SUFFIXES)}, and is no folder")
