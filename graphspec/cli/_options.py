"""Options that commands share, as decorators, and the settings that they become."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from functools import wraps
from math import isfinite
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable

    Command = Callable[..., Any]

PICTURE_SUFFIXES = (".png", ".svg", ".pdf")


SMALLEST_LIMIT = 100 * 10**6
"""Bytes below which a limit of memory cannot be kept: the interpreter and its libraries take about as much."""

PROBES = click.IntRange(2, 1_000_000)
OPERATOR_HELP = "Matrix: I - D^-1/2 A D^-1/2, D - A, A, or (D - A) / sqrt(n)."


@dataclass(frozen=True)
class Reading:
    """How an edge list is read; None leaves it to detection."""

    delimiter: str | None = None
    columns: tuple[int, ...] | None = None
    comment: str | None = None
    header: bool | None = None
    weighted: bool = False

    def __post_init__(self) -> None:
        given = 0 if self.columns is None else len(self.columns)
        if given == 2 and self.weighted:
            raise click.UsageError("--weighted needs a third column: --columns I,J,K")
        if given == 3 and not self.weighted:
            raise click.UsageError("a third column is a weight: add --weighted, or name two columns")


@dataclass(frozen=True)
class Sampling:
    """How a spectrum is sampled, the parameters of :func:`graphspec.sketch`."""

    num_moments: int
    num_probes: int | None
    seed: int
    first_probe: int
    operator: str
    component: str
    structure: bool
    threads: int | None
    memory_limit: int | None
    tolerance: float | None
    max_probes: int
    confidence: float

    def __post_init__(self) -> None:
        if None not in (self.tolerance, self.num_probes) and self.max_probes < (self.num_probes or 0):
            raise click.UsageError(f"--max-probes {self.max_probes} is less than --num-probes {self.num_probes}")


@dataclass(frozen=True)
class Writing:
    """Where and in which form results go."""

    format: str
    output: str | None
    verbose: bool
    quiet: bool


class MemorySize(click.ParamType[int]):
    """A number of bytes such as ``4GB``, ``512MB`` or ``4GiB``."""

    name = "size"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Parse number and unit."""
        if isinstance(value, int):
            return value
        match = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)\s*([kmgt]?)(i?)b?", str(value).strip().lower())
        if match is None or (match[3] and not match[2]):
            self.fail(f"{value!r} is not a size such as 512MB or 4GB", param, ctx)
        base = 1024 if match[3] else 1000
        size = int(float(match[1]) * base ** " kmgt".index(match[2] or " "))
        if size < SMALLEST_LIMIT:
            self.fail(f"{value} is less than {SMALLEST_LIMIT // 10**6}MB, which the program itself takes", param, ctx)
        return size


class Columns(click.ParamType[tuple[int, ...]]):
    """Column numbers such as ``1,2`` or ``1,2,3``, counted from one."""

    name = "columns"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, ...]:
        """Parse the numbers."""
        try:
            numbers = tuple(int(part) for part in str(value).split(","))
        except ValueError:
            numbers = ()
        if len(numbers) not in (2, 3) or min(numbers) < 1 or len(set(numbers)) != len(numbers):
            self.fail(f"{value!r} is not of the form 1,2 or 1,2,3 (source, target and weight)", param, ctx)
        return numbers


def positive(ctx: click.Context, param: click.Parameter, value: float | None) -> float | None:  # noqa: ARG001
    """Check that a number is positive and finite."""
    if value is not None and not 0 < value < float("inf"):
        raise click.BadParameter(f"{value} is not a positive number")
    return value


def one_character(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:  # noqa: ARG001
    """Check that a delimiter is one character of ASCII."""
    if value is not None and (len(value) != 1 or not value.isascii() or value in '\r\n"'):
        raise click.BadParameter(f"{value!r} is not one ASCII character")
    return value


def picture(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:  # noqa: ARG001
    """Check that the suffix of a picture's name is one that can be drawn."""
    if value is not None and not value.lower().endswith(PICTURE_SUFFIXES):
        raise click.BadParameter(f"{value!r} does not end in {', '.join(PICTURE_SUFFIXES)}")
    return value


def number(ctx: click.Context, param: click.Parameter, value: float | None) -> float | None:  # noqa: ARG001
    """Check that a number is finite."""
    if value is not None and not isfinite(value):
        raise click.BadParameter(f"{value} is not a finite number")
    return value


method_option = click.option(
    "--method",
    type=click.Choice(["maxent", "lanczos", "kpm", "exact"]),
    default="maxent",
    show_default=True,
    help="How the density is found; exact for at most 10 000 vertices.",
)

plot_option = click.option("--plot", metavar="FILE", callback=picture, help="Draw a picture (.png, .svg, .pdf).")


def reading_options(command: Command) -> Command:
    """Add the options that override what is detected of an edge list; the command gets them as `reading`."""
    return _grouped(
        "reading",
        Reading,
        click.option(
            "--delimiter",
            metavar="CHAR",
            callback=one_character,
            help="Character between columns.",
        ),
        click.option("--columns", type=Columns(), metavar="I,J[,K]", help="Columns, counted from 1."),
        click.option("--comment", metavar="CHARS", help="Characters that start a comment line  [default: #%]"),
        click.option(
            "--header/--no-header", default=None, help="Whether the first row is a header; detected by default."
        ),
        click.option("--weighted", is_flag=True, help="Read the third column as edge weights."),
    )(command)


references_option = click.option(
    "--num-references",
    type=click.IntRange(3, 100_000),
    help="Reference graphs for every parameter value; by default 100 to 10, by size.",
)


def sampling_options(
    tolerance: str = "Add probes until intervals of moments are at most this wide to either side.",
    *,
    default_moments: int = 100,
    probes_by_size: bool = False,
    without: tuple[str, ...] = (),
) -> Callable[[Command], Command]:
    """Return what adds the options of the pass; the command gets them as `sampling`.

    `tolerance` is a help text; with `probes_by_size` the number of probes is None where none was given. Options
    `without` which a command can do are not offered, and have their default.
    """
    options = {
        **_probe_options(default_moments, probes_by_size=probes_by_size),
        **_operator_options(),
        **_effort_options(),
        **_stopping_options(tolerance),
    }
    kept = [option for name, option in options.items() if name not in without]
    return _grouped("sampling", Sampling, *kept, defaults={"operator": "normalized", "confidence": 0.95})


def _probe_options(default_moments: int, *, probes_by_size: bool) -> dict[str, Callable[[Command], Command]]:
    return {
        "num_moments": click.option(
            "--num-moments",
            type=click.IntRange(1, 10_000),
            default=default_moments,
            show_default=True,
            help="Chebyshev moments.",
        ),
        "num_probes": click.option(
            "--num-probes",
            type=PROBES,
            default=None if probes_by_size else 16,
            show_default=not probes_by_size,
            help=f"Random probe vectors{'; by default 256 to 16, by size' if probes_by_size else ''}.",
        ),
        "seed": click.option(
            "--seed", type=click.IntRange(0, 2**64 - 1), default=0, show_default=True, help="Seed of the probes."
        ),
        "first_probe": click.option(
            "--first-probe",
            type=click.IntRange(0, 2**63 - 1),
            default=0,
            show_default=True,
            help="Number of the first probe: jobs of one seed take different ones.",
        ),
    }


def _operator_options() -> dict[str, Callable[[Command], Command]]:
    return {
        "operator": click.option(
            "--operator",
            type=click.Choice(["normalized", "combinatorial", "adjacency", "natural"]),
            default="normalized",
            show_default=True,
            help=OPERATOR_HELP,
        ),
        "component": click.option(
            "--component",
            type=click.Choice(["all", "largest"]),
            default="all",
            show_default=True,
            help="Part of the graph; the report gives its size.",
        ),
        "structure": click.option(
            "--structure/--no-structure",
            default=True,
            help="Take exactly known eigenvalues out before sampling.  [default: structure]",
        ),
    }


def _effort_options() -> dict[str, Callable[[Command], Command]]:
    return {
        "threads": click.option(
            "--threads", type=click.IntRange(1), help="Threads; all processors by default. Results do not depend on it."
        ),
        "memory_limit": click.option(
            "--memory-limit",
            type=MemorySize(),
            metavar="SIZE",
            help="Memory for the pass, such as 4GB: fewer probes at once, and then entries from disk.",
        ),
    }


def _stopping_options(tolerance: str) -> dict[str, Callable[[Command], Command]]:
    return {
        "tolerance": click.option(
            "--tolerance",
            type=float,
            callback=positive,
            help=tolerance,
        ),
        "max_probes": click.option(
            "--max-probes",
            type=PROBES,
            default=512,
            show_default=True,
            help="Most probes for a tolerance.",
        ),
        "confidence": click.option(
            "--confidence",
            type=click.FloatRange(0, 1, min_open=True, max_open=True),
            default=0.95,
            show_default=True,
            help="Confidence level of intervals.",
        ),
    }


def writing_options(command: Command) -> Command:
    """Add the options for output; the command gets them as `writing`."""
    formats = click.Choice(["table", "json", "csv"])
    return _grouped(
        "writing",
        Writing,
        click.option("--format", type=formats, default="table", show_default=True, help="Form of the results."),
        click.option(
            "-o",
            "--output",
            type=click.Path(),
            metavar="FILE",
            help="File for the results; standard output by default.",
        ),
        click.option("-v", "--verbose", is_flag=True, help="Say on standard error what is done."),
        click.option("-q", "--quiet", is_flag=True, help="No progress bar and no remarks."),
    )(command)


def check_models(*names: str) -> None:
    """Refuse models that do not exist, as click refuses other values of options."""
    from graphspec.errors import ParameterError
    from graphspec.models.generation import get_model

    try:
        for name in names:
            get_model(name)
    except ParameterError as error:
        raise click.UsageError(str(error)) from error


def _grouped(
    name: str, settings: type, *options: Callable[[Command], Command], defaults: dict[str, Any] | None = None
) -> Callable[[Command], Command]:
    """Add options and hand them to the command as one object; `defaults` are of those that it may lack."""
    names = [field.name for field in fields(settings)]

    def decorate(command: Command) -> Command:
        @wraps(command)
        def wrapped(*arguments: Any, **values: Any) -> Any:
            given = {key: values.pop(key) for key in names if key in values}
            group = settings(**{**(defaults or {}), **given})
            return command(*arguments, **{name: group}, **values)

        result: Command = wrapped
        for option in reversed(options):
            result = option(result)
        return result

    return decorate
