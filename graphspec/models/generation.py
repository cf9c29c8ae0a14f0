"""Random-graph models: parameter spaces, generators, and what is known of their spectra."""

from __future__ import annotations

from functools import cache
from importlib.metadata import entry_points
from typing import Any

import numpy as np

from graphspec.errors import ParameterError
from graphspec.graphs import Graph
from graphspec.models.ba import BarabasiAlbert
from graphspec.models.base import Model
from graphspec.models.configuration import Configuration
from graphspec.models.er import ErdosRenyi
from graphspec.models.geometric import RandomGeometric
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

PLUGINS = "graphspec.models"
"""Entry point group of other people's models."""


def model_names() -> list[str]:
    """Return the names of all models, those of plugins last."""
    return [*MODELS, *sorted(_plugins())]


def get_model(name: str, like: Graph | None = None) -> Model:
    """Return a model.

    Parameters
    ----------
    name
        Its name.
    like
        The graph whose degrees the configuration model keeps; others do not need one.

    Raises
    ------
    ParameterError
        If there is no model of that name.
    """
    if name not in MODELS and name not in _plugins():
        raise ParameterError(f"unknown model {name!r}: choose one of {', '.join(model_names())}", "model")
    kind: type[Model] = MODELS[name] if name in MODELS else _plugins()[name].load()
    return kind.like(like)


MOST_EDGES = 2_000_000_000
"""Edges of a graph that is generated, at most: while it is made it takes about 50 bytes for each."""


def generate(
    model: str | Model, num_nodes: int | None = None, seed: int = 0, *, like: Graph | None = None, **values: Any
) -> Graph:
    """Make a random graph.

    Parameters
    ----------
    model
        Name of a model, or the model itself.
    num_nodes
        Number of vertices; by default that of `like`.
    seed
        Seed of everything random: the same seed gives the same graph.
    like
        The graph whose degrees the configuration model keeps.
    **values
        The parameters of the model by their names.

    Raises
    ------
    ParameterError
        If the model or a parameter is unknown, or a value lies outside of its range.
    """
    chosen = get_model(model, like) if isinstance(model, str) else model
    if num_nodes is None:
        if like is None:
            raise ParameterError("the number of vertices is needed")
        num_nodes = like.num_nodes
    if not 0 <= seed < 2**64:
        raise ParameterError(f"the seed must be a non-negative 64-bit integer, not {seed}")
    found = chosen.checked(num_nodes, values)
    edges = chosen.mean_degree(num_nodes, found) * num_nodes / 2
    if edges > MOST_EDGES:
        raise ParameterError(f"{chosen.name}: such a graph has about {edges:.2g} edges, more than {MOST_EDGES:.2g}")
    tail, head = chosen.edges(num_nodes, np.random.default_rng(seed), found)
    name = ", ".join(f"{key}={value:g}" for key, value in found.items())
    return Graph.from_edges(tail, head, num_nodes=num_nodes, name=f"{chosen.name}({name})")


@cache
def _plugins() -> dict[str, Any]:
    return {point.name: point for point in entry_points(group=PLUGINS)}
