"""Random graphs of a model, with their provenance."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from graphspec._version import __version__
from graphspec.analyses.communities import find_communities
from graphspec.analyses.console import SILENT, Console
from graphspec.analyses.sources import open_source
from graphspec.errors import ParameterError, SketchError
from graphspec.files import write_atomically
from graphspec.graphs import Graph
from graphspec.models import BLOCK_MODELS, Model, full_name, generate
from graphspec.options import Number, Options, Text, group_of, option
from graphspec.readwrite import Reading, compressing, save_graph, write_edges


@dataclass(frozen=True, kw_only=True)
class GenerateOptions(Options):
    """Options of a random graph, apart from the parameters of its model.

    Attributes
    ----------
    nodes
        Number of vertices; by default that of `like`.
    like
        Name of the graph whose degrees the configuration model keeps, or samples where `nodes` is given, and whose
        communities are the blocks of block models.
    seed
        Seed of the random graph.
    reading
        Options of reading the edge list of `like`.
    """

    nodes: int | None = option(None, Number(1, 2**31 - 1, integer=True), "Number of vertices.", group="Answer")
    like: str | None = option(
        None,
        Text(".+", "the name of an input", ""),
        "config: the graph whose degrees are kept, or drawn from with --nodes; sbm, dcsbm: the graph with the blocks.",
        group="Answer",
        metavar="INPUT",
    )
    seed: int = option(0, Number(0, 2**64 - 1, integer=True), "Seed of the graph.", group="Answer")
    reading: Reading = group_of(Reading)

    def check(self) -> None:
        """Check that options of reading come with `like`."""
        if self.reading.given and self.like is None:
            raise ParameterError(f"`{min(self.reading.given)}` is for the input of `like`", min(self.reading.given))


@dataclass(frozen=True)
class GeneratedGraph:
    """A random graph with its provenance.

    Attributes
    ----------
    graph
        The graph.
    provenance
        Lines that describe how the graph was made.
    """

    graph: Graph
    provenance: tuple[str, ...]

    def write(self, path: str) -> None:
        """Write an edge list, compressed according to the suffix, or a graph file where the suffix is ``.graph``."""
        suffix = Path(path).suffix.lower()
        if suffix == ".graph":
            save_graph(replace(self.graph, name=self.provenance[0]), path)
            return
        content = io.BytesIO()
        with compressing(content, suffix) as stream:
            write_edges(self.graph, stream, comments=self.provenance)
        write_atomically(path, content.getvalue())


def run(
    model: str, values: Mapping[str, Any], options: GenerateOptions | None = None, progress: Console = SILENT
) -> GeneratedGraph:
    """Generate a random graph.

    Parameters
    ----------
    model
        Name of the model.
    values
        Parameters of the model, by name.
    options
        Number of vertices, seed, and the graph whose degrees are used.
    progress
        Console for remarks and progress.

    Raises
    ------
    ParameterError
        If the model or a parameter is unknown, or a value lies outside of its range.
    SketchError
        If `like` is a sketch, which holds no degrees.
    """
    model, options = full_name(model), options or GenerateOptions()
    like = None if options.like is None else open_source(options.like, options.reading, progress)
    if like is not None and not isinstance(like, Graph):
        raise SketchError(f"{options.like}: a sketch holds no degrees, so `like` needs the edge list")
    chosen: str | Model = model
    if like is not None and model in BLOCK_MODELS:
        found = find_communities(str(options.like), like, [model], console=progress).model(model)
        if isinstance(found, str):
            raise ParameterError(f"{options.like}: {model} has no blocks to keep: {found}")
        chosen = found
    with progress.stage("generating"):
        graph = generate(chosen, options.nodes, options.seed, like=like, **values)
    return GeneratedGraph(graph, tuple(_provenance(graph, chosen, like, options)))


def _provenance(graph: Graph, model: str | Model, like: Graph | None, options: GenerateOptions) -> list[str]:
    source, name = "", model if isinstance(model, str) else model.name
    if isinstance(model, Model) and model.blocks is not None:
        degrees = "the degrees and " if name == "dcsbm" else ""
        source = f" with {degrees}the edge counts of {model.blocks.num_blocks} communities of {options.like}"
    elif like is not None:
        degrees = "the degrees" if like.num_nodes == graph.num_nodes else "degrees drawn from those"
        source = f" with {degrees} of {options.like}"
    lines = [f"{graph.name}{source}, seed {options.seed}, made by graphspec {__version__} generate {name}"]
    if graph.num_isolated:
        lines.append(f"{graph.num_isolated} isolated vertices are written as self-loops")
    return lines
