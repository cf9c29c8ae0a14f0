"""Registry of random-graph models, including plugins, and generation of graphs."""

from __future__ import annotations

from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any

import numpy as np

from graphspec._typing import Vertices
from graphspec.errors import ParameterError
from graphspec.graphs import Graph
from graphspec.models.ba import BarabasiAlbert
from graphspec.models.base import Model
from graphspec.models.configuration import Configuration
from graphspec.models.er import ErdosRenyi
from graphspec.models.geometric import RandomGeometric
from graphspec.models.partitioned import DegreeCorrectedBlocks, PartitionedBlocks, PartitionedModel
from graphspec.models.powerlaw_cluster import PowerlawCluster
from graphspec.models.regular import RandomRegular
from graphspec.models.sbm import StochasticBlock
from graphspec.models.ws import WattsStrogatz

MODELS: dict[str, type[Model]] = {
    model.name: model
    for model in (
        ErdosRenyi,
        WattsStrogatz,
        BarabasiAlbert,
        Configuration,
        RandomRegular,
        RandomGeometric,
        StochasticBlock,
        PowerlawCluster,
    )
}
"""The models of graphspec by their names."""

BLOCK_MODELS: dict[str, type[PartitionedModel]] = {
    model.name: model for model in (PartitionedBlocks, DegreeCorrectedBlocks)
}
"""Models with the blocks of a graph, by their names: they need a graph and the labels of its vertices."""

ALIASES = {"config": Configuration.name}
"""Short names of models; results have the long ones."""

PLUGINS = "graphspec.models"
"""Entry point group of models of other packages."""

MOST_EDGES = 2_000_000_000
"""Largest number of edges of a generated graph; generation takes about 50 bytes for each."""


def model_names() -> list[str]:
    """Return the names of all models, those of plugins last."""
    return [*dict.fromkeys([*MODELS, *BLOCK_MODELS]), *sorted(_plugins())]


def full_name(name: str) -> str:
    """Return the name of a model in results, which an alias may stand for."""
    return ALIASES.get(name, name)


def get_model(name: str, like: Graph | None = None, labels: Vertices | None = None) -> Model:
    """Return the model with a name.

    Parameters
    ----------
    name
        The name.
    like
        Graph whose degrees or blocks a model keeps; others do not need one.
    labels
        Block of every vertex of that graph, for block models. Without labels, ``sbm`` has blocks of one size.

    Raises
    ------
    ParameterError
        If there is no model of that name, or a model needs labels.
    """
    name = full_name(name)
    if name in BLOCK_MODELS and like is not None and labels is not None:
        return BLOCK_MODELS[name](like, labels)
    if name in BLOCK_MODELS and name not in MODELS:
        raise ParameterError(f"{name} keeps the degrees and blocks of a graph: give one, with labels of its vertices")
    if name in MODELS:
        return MODELS[name].from_graph(like)
    if name in _plugins():
        plugin: type[Model] = _plugins()[name].load()
        return plugin.from_graph(like)
    raise ParameterError(f"unknown model {name!r}: choose one of {', '.join(model_names())}", "model")


def generate(
    model: str | Model,
    num_nodes: int | None = None,
    seed: int = 0,
    *,
    like: Graph | None = None,
    labels: Vertices | None = None,
    **values: Any,
) -> Graph:
    """Generate a random graph.

    Parameters
    ----------
    model
        Name of a model, or the model itself.
    num_nodes
        Number of vertices; by default that of `like`.
    seed
        Seed of the graph: equal seeds give equal graphs.
    like
        Graph whose degrees the configuration model keeps, and block models with `labels`.
    labels
        Block of every vertex of `like`, as of :func:`graphspec.partition`, for ``sbm`` and ``dcsbm``: its numbers of
        edges within and between blocks are kept, and vertices without an edge are left out.
    **values
        Parameters of the model by their names.

    Raises
    ------
    ParameterError
        If the model or a parameter is unknown, or a value lies outside of its range.

    Examples
    --------
    >>> import graphspec
    >>> graph = graphspec.generate("er", 100, seed=1, p=0.2)
    >>> graph.num_nodes, graph.name
    (100, 'er(p=0.2)')
    """
    chosen = get_model(model, like, labels) if isinstance(model, str) else model
    if num_nodes is None and isinstance(chosen, PartitionedModel):
        num_nodes = chosen.graph.num_nodes  # without isolated vertices
    if num_nodes is None:
        if like is None:
            raise ParameterError("the number of vertices, `num_nodes`, is needed", "num_nodes")
        num_nodes = like.num_nodes
    if not 0 <= seed < 2**64:
        raise ParameterError(f"`seed` must be a non-negative 64-bit integer, not {seed}", "seed")
    parameters = chosen.checked(num_nodes, values)
    edges = chosen.mean_degree(num_nodes, parameters) * num_nodes / 2
    if edges > MOST_EDGES:
        raise ParameterError(f"{chosen.name}: such a graph has about {edges:.2g} edges, more than {MOST_EDGES:.2g}")
    tail, head = chosen.edges(num_nodes, np.random.default_rng(seed), parameters)
    shown = ", ".join(f"{name}={value:g}" for name, value in parameters.items())
    return Graph.from_edges(tail, head, num_nodes=num_nodes, name=f"{chosen.name}({shown})")


@cache
def _plugins() -> dict[str, EntryPoint]:
    """Return the entry points of plugins by name; their modules are imported when a model is requested."""
    return {point.name: point for point in entry_points(group=PLUGINS)}
