"""``graphspec generate``."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any

import click

from graphspec.analyses import generate
from graphspec.analyses.models import ModelName
from graphspec.cli._console import TerminalConsole
from graphspec.cli._flags import flag_of
from graphspec.cli._help import GroupedCommand
from graphspec.cli._options import Command, ConstraintType, DeclaredOption, Writing, options_of
from graphspec.files import Output
from graphspec.models import BLOCK_MODELS, MODELS, get_model

_OTHER_FORMATS = (".npz", ".mtx", ".mat", ".json", ".csv")


class NameAndValue(click.ParamType[tuple[str, str]]):
    """A parameter of a model given as ``name=value``."""

    name = "name=value"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, str]:
        """Split at the equal sign."""
        name, equal, number = str(value).partition("=")
        if not (name and equal and number):
            self.fail(f"{value!r} is not of the form name=value", param, ctx)
        return name, number


def parameter_options(command: Command) -> Command:
    """Add an option for every parameter of the models, with what it means for each."""
    meanings: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    kinds: dict[str, type] = {}
    for name in MODELS:
        for parameter in get_model(name).parameters:
            meanings[parameter.name][parameter.meaning].append(name)
            kinds[parameter.name] = int if parameter.integer else float
    for name, by_meaning in reversed(meanings.items()):
        words = "; ".join(f"{', '.join(models)}: {meaning}" for meaning, models in by_meaning.items())
        option = click.option(
            flag_of(name),
            name,
            type=kinds[name],
            metavar="N" if kinds[name] is int else "X",
            cls=DeclaredOption,
            group="Model",
            help=f"{words}.",
        )
        command = option(command)
    return command


@click.command("generate", cls=GroupedCommand)
@click.argument("model", type=ConstraintType(ModelName()))
@options_of(generate.GenerateOptions)
@parameter_options
@click.option(
    "--parameter",
    type=NameAndValue(),
    multiple=True,
    metavar="NAME=VALUE",
    cls=DeclaredOption,
    group="Model",
    help="A parameter of a plugin.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(),
    metavar="FILE",
    cls=DeclaredOption,
    default_text="standard output",
    help="Edge list.",
)
@click.option("-v", "--verbose", is_flag=True, cls=DeclaredOption, help="Say on standard error what was made.")
def command(
    model: str,
    options: generate.GenerateOptions,
    parameter: tuple[tuple[str, str], ...],
    output: str | None,
    verbose: bool,
    **parameters: Any,
) -> None:
    """Make a random graph and write it as an edge list that says how it was made.

    The list is separated by tabs and compressed as the suffix of FILE asks for; a FILE that ends in .graph is one of
    graphspec convert. Isolated vertices are written as self-loops, which graphspec reads back and others may drop.
    The options of reading are for the input of --like.

    MODEL is er, ws, ba, config, regular, geometric, sbm, dcsbm, powerlaw-cluster, or that of a plugin. With --like, sbm
    and dcsbm keep the numbers of edges within and between the communities that are detected, and dcsbm the degrees.

    \b
    Examples:
      graphspec generate er --nodes 1000 --p 0.1 --seed 3 -o g.txt.gz
      graphspec generate ws --nodes 100000 --k 10 --p 0.1 | graphspec spectrum -
      graphspec generate config --like edges.txt.gz -o null.txt.gz
      graphspec generate dcsbm --like edges.txt.gz -o blocks.txt.gz
    """
    values = _united(parameters, parameter)
    suffix = Path(output or "").suffix.lower()
    if suffix in _OTHER_FORMATS:
        raise click.UsageError(f"{output}: an edge list is written: name it .txt, .tsv or the like, not {suffix}")
    _check_size(model, options)
    console = TerminalConsole(Writing(verbose=verbose))
    Output(output)
    made = generate.run(model, values, options, console)
    with console.stage("writing"):
        made.write("-" if output is None else output)
    if verbose:
        graph = made.graph
        console.remark(f"{graph.name}: {graph.num_nodes:,} vertices, {graph.num_edges:,} edges")


def _united(parameters: dict[str, Any], pairs: tuple[tuple[str, str], ...]) -> dict[str, Any]:
    """Return the parameters that were given by their own options and by pairs of name and value."""
    values = {name: value for name, value in parameters.items() if value is not None}
    for name, value in pairs:
        if name in values:
            raise click.UsageError(f"{name} is given twice")
        values[name] = value
    return values


def _check_size(model: str, options: generate.GenerateOptions) -> None:
    """Check that the number of vertices or the graph to resemble is given, as the model needs it."""
    has_blocks = model in BLOCK_MODELS
    if model not in MODELS and has_blocks and options.like is None:
        raise click.UsageError(f"{model} keeps the degrees and blocks of a graph: give it with --like")
    if has_blocks and options.like is not None:
        if options.nodes is not None:
            raise click.UsageError(f"--nodes: {model} with --like has as many vertices as that graph")
        return
    needs_graph = get_model(model).needs_graph
    if needs_graph and options.like is None:
        raise click.UsageError("the configuration model keeps the degrees of a graph: give it with --like")
    if not needs_graph and options.like is not None:
        raise click.UsageError(f"--like is for the models config, sbm and dcsbm, not for {model}")
    if options.like is None and options.nodes is None:
        raise click.UsageError("Missing option '--nodes': the number of vertices")
