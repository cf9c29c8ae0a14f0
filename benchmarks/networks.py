"""Large synthetic networks: power-law degrees, shuffled labels, no vertex without an edge."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path
from unittest.mock import patch

import numpy as np

from graphspec import Graph, Sampling, save_graph
from graphspec.readwrite.edgelist import write_edges
from graphspec.arrays import distinct
from graphspec.sketches.preparation import Prepared, prepare

YOUTUBE = (1_134_890, 2_987_624)
"""Vertices and edges of com-youtube."""

_EXPONENT = 2.3  # of the distribution of degrees


def power_law(num_nodes: int, num_edges: int, seed: int = 1) -> Graph:
    """Return a graph whose ends are drawn with a power law; every vertex has an edge, and labels mean nothing."""
    random = np.random.default_rng(seed)
    weights = np.arange(1.0, num_nodes + 1) ** (-1 / (_EXPONENT - 1))
    sums = np.cumsum(random.permutation(weights))

    def ends(count: int) -> np.ndarray:
        return np.minimum(np.searchsorted(sums, random.random(count) * sums[-1]), num_nodes - 1)

    keys = _keys(np.arange(num_nodes), ends(num_nodes), num_nodes)
    while len(keys) < num_edges:
        missing = num_edges - len(keys)
        more = _keys(ends(missing + missing // 8), ends(missing + missing // 8), num_nodes)
        keys = distinct(np.concatenate([keys, more[np.sort(random.permutation(len(more))[:missing])]]))
    return Graph.from_edges(*np.divmod(keys, num_nodes), num_nodes=num_nodes, name=f"power law, {num_edges} edges")


def _keys(one: np.ndarray, other: np.ndarray, num_nodes: int) -> np.ndarray:
    proper = one != other
    low, high = np.minimum(one, other)[proper], np.maximum(one, other)[proper]
    return distinct(low * num_nodes + high)


@cache
def folder() -> Path:
    """Return a folder for files that lasts as long as the process."""
    made = tempfile.TemporaryDirectory(prefix="graphspec-benchmarks-")
    _kept.append(made)
    return Path(made.name)


_kept: list[tempfile.TemporaryDirectory[str]] = []


def prepared_without_order(graph: Graph) -> Prepared:
    """Prepare a pass with the rows of a graph as they are: the pass puts them in order, and its time includes that."""
    with patch("graphspec.sketches.preparation.order_pays", return_value=False):
        return prepare(graph, Sampling())


@cache
def youtube() -> Graph:
    """Return a synthetic graph of com-youtube's size."""
    return power_law(*YOUTUBE)


@cache
def youtube_text() -> Path:
    """Return its edge list, in the style of SNAP."""
    path = folder() / "youtube.txt"
    write_edges(youtube(), path)
    return path


@cache
def stored(num_nodes: int, num_edges: int) -> Path:
    """Return a graph file of a power-law graph."""
    path = folder() / f"{num_edges}.graph"
    save_graph(power_law(num_nodes, num_edges), path)
    return path


def shuffled_grid(side: int) -> Graph:
    """Return a square grid whose vertices are numbered at random."""
    ids = np.random.default_rng(0).permutation(side * side).reshape(side, side)
    one = np.concatenate([ids[:, :-1].ravel(), ids[:-1].ravel()])
    other = np.concatenate([ids[:, 1:].ravel(), ids[1:].ravel()])
    return Graph.from_edges(one, other, num_nodes=side * side)
