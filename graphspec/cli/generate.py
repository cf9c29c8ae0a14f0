"""``graphspec generate``."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from graphspec.cli._options import Reading, Writing, check_models, reading_options

if TYPE_CHECKING:
    from graphspec.graphs.graph import Graph

_OTHER_FORMATS = (".npz", ".mtx", ".mat", ".json", ".csv")
_SHARED = ("p", "k", "m", "radius", "blocks", "p_in", "p_out")


class NameAndValue(click.ParamType[tuple[str, str]]):
    """A parameter of a model given as ``name=value``."""

    name = "name=value"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, str]:
        """Split at the equal sign."""
        name, equal, number = str(value).partition("=")
        if not (name and equal and number):
            self.fail(f"{value!r} is not of the form name=value", param, ctx)
        return name, number


@click.command("generate", short_help="Make a random graph and write its edge list.")
@click.argument("model")
@click.option("--nodes", type=click.IntRange(1, 2**31 - 1), help="Number of vertices.")
@click.option("--p", type=float, help="er: probability of an edge; ws: of rewiring; powerlaw-cluster: of a triangle.")
@click.option("--k", type=int, help="ws: neighbours on the ring; regular: degree.")
@click.option("--m", type=int, help="ba, powerlaw-cluster: edges that a new vertex brings.")
@click.option("--radius", type=float, help="geometric: largest distance of linked points in the unit square.")
@click.option("--blocks", type=int, help="sbm: number of blocks.")
@click.option("--p-in", type=float, help="sbm: probability of an edge within a block.")
@click.option("--p-out", type=float, help="sbm: probability of an edge between blocks.")
@click.option("--parameter", type=NameAndValue(), multiple=True, metavar="NAME=VALUE", help="A parameter of a plugin.")
@click.option(
    "--like", metavar="INPUT", help="configuration: the graph whose degrees are kept, or drawn from with --nodes."
)
@click.option("--seed", type=click.IntRange(0, 2**64 - 1), default=0, show_default=True, help="Seed of the graph.")
@click.option("-o", "--output", type=click.Path(), metavar="FILE", help="Edge list; standard output by default.")
@click.option("-v", "--verbose", is_flag=True, help="Say on standard error what was made.")
@reading_options
def command(
    model: str,
    nodes: int | None,
    parameter: tuple[tuple[str, str], ...],
    like: str | None,
    seed: int,
    output: str | None,
    verbose: bool,
    reading: Reading,
    **shared: Any,
) -> None:
    """Make a random graph and write it as an edge list that says how it was made.

    The list is separated by tabs and compressed as the suffix of FILE asks for; a FILE that ends in .graph is one of
    graphspec convert. Isolated vertices are written as self-loops, which graphspec reads back and others may drop.
    The options of reading are for the input of --like.

    MODEL is er, ws, ba, configuration, regular, geometric, sbm, powerlaw-cluster, or that of a plugin.

    \b
    Examples:
      graphspec generate er --nodes 1000 --p 0.1 --seed 3 -o g.txt.gz
      graphspec generate ws --nodes 100000 --k 10 --p 0.1 | graphspec spectrum -
      graphspec generate configuration --like edges.txt.gz -o null.txt.gz
    """
    from graphspec.cli._run import Talk, explicit
    from graphspec.files import Output, write_atomically
    from graphspec.models.generation import generate
    from graphspec.readwrite.graphfile import save_graph

    check_models(model)
    values = {name: shared[name] for name in _SHARED if shared[name] is not None}
    for name, value in parameter:
        if name in values:
            raise click.UsageError(f"{name} is given twice")
        values[name] = value
    suffix = Path(output or "").suffix.lower()
    if suffix in _OTHER_FORMATS:
        raise click.UsageError(f"{output}: an edge list is written: name it .txt, .tsv or the like, not {suffix}")
    given = [name for name in ("delimiter", "columns", "comment", "header", "weighted") if explicit(name)]
    if given and like is None:
        raise click.UsageError(f"--{given[0]} is for the input of --like")
    talk = Talk(Writing("table", output, verbose=verbose, quiet=False))
    Output(output)
    graph = _read_like(model, like, nodes, reading, talk)
    with talk.stage("generating"):
        made = generate(model, nodes, seed, like=graph, **values)
    with talk.stage("writing"):
        if suffix == ".graph":
            save_graph(replace(made, name=_provenance(made, model, graph, like, seed)[0]), str(output))
        else:
            content = _edge_list(made, output, _provenance(made, model, graph, like, seed))
            write_atomically("-" if output is None else output, content)
    if verbose:
        talk.remark(f"{made.name}: {made.num_nodes:,} vertices, {made.num_edges:,} edges")


def _read_like(model: str, like: str | None, nodes: int | None, reading: Reading, talk: Any) -> Graph | None:
    """Return the graph whose degrees are kept, where there has to be one."""
    from graphspec.cli._run import read_input
    from graphspec.errors import SketchError
    from graphspec.sketches.spectral_sketch import SpectralSketch

    if model == "configuration" and like is None:
        raise click.UsageError("the configuration model keeps the degrees of a graph: give it with --like")
    if model != "configuration" and like is not None:
        raise click.UsageError(f"--like is for the configuration model, not for {model}")
    if like is None:
        if nodes is None:
            raise click.UsageError("Missing option '--nodes': the number of vertices")
        return None
    graph = read_input(like, reading, talk)
    if isinstance(graph, SpectralSketch):
        raise SketchError(f"{like}: a sketch holds no degrees, so --like needs the edge list")
    return graph


def _provenance(made: Graph, model: str, graph: Graph | None, like: str | None, seed: int) -> list[str]:
    from graphspec._version import __version__

    source = ""
    if graph is not None:
        drawn = "the degrees" if graph.num_nodes == made.num_nodes else "degrees drawn from those"
        source = f" with {drawn} of {like}"
    lines = [f"{made.name}{source}, seed {seed}, made by graphspec {__version__} generate {model}"]
    if made.num_isolated:
        lines.append(f"{made.num_isolated} isolated vertices are written as self-loops")
    return lines


def _edge_list(made: Graph, output: str | None, comments: list[str]) -> bytes:
    import io

    from graphspec.readwrite.edgelist import write_edges
    from graphspec.readwrite.lines import compressing

    content = io.BytesIO()
    with compressing(content, Path(output or "-").suffix) as stream:
        write_edges(made, stream, comments=comments)
    return content.getvalue()
