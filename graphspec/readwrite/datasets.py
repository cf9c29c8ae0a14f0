"""What is known of each dataset: where it comes from, its size, its checksum, and where its file is."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from pathlib import Path

import yaml

from graphspec.errors import InputError
from graphspec.graphs.graph import Graph
from graphspec.readwrite.edgelist import read_edges

DATA_VARIABLE = "GRAPHSPEC_DATA"
"""Environment variable that names the folder with the files of the catalogue."""


@dataclass(frozen=True)
class Dataset:
    """An entry of the catalogue.

    Attributes
    ----------
    name
        What commands call it.
    description
        What it is and where it comes from.
    nodes, edges
        Size of the undirected simple graph.
    file, sha256
        Name of the file in the data folder, and its checksum; None for a graph that a package ships.
    networkx
        Name of the function of networkx that makes the graph, or None.
    """

    name: str
    description: str
    nodes: int
    edges: int
    file: str | None = None
    sha256: str | None = None
    networkx: str | None = None


@cache
def datasets() -> dict[str, Dataset]:
    """Return the datasets of the catalogue by name."""
    text = resources.files("graphspec").joinpath("datasets.yaml").read_text(encoding="utf-8")
    return {name: Dataset(name, **entry) for name, entry in yaml.safe_load(text).items()}


def load_dataset(name: str, *, weighted: bool = False) -> Graph:
    """Read a dataset of the catalogue, with its weights if it has any and they are wanted.

    Raises
    ------
    InputError
        If the name is unknown, the data folder is not set or does not hold the file, or the file is another one.
    """
    entry = datasets().get(name)
    if entry is None:
        raise InputError(f"{name}: no such dataset; the catalogue has {', '.join(sorted(datasets()))}")
    if entry.networkx is not None:
        import networkx as nx

        return Graph.from_networkx(getattr(nx, entry.networkx)(), "weight" if weighted else None, name=name)

    path = _data_folder(name) / str(entry.file)
    if not path.is_file():
        raise InputError(f"{name}: {path} does not exist: put the file there or set {DATA_VARIABLE}")
    graph = read_edges(path, weighted=weighted)
    if graph.sha256 != entry.sha256:
        raise InputError(f"{name}: {path} is not the file that the catalogue knows: its checksum differs")
    return replace(graph, name=name)


def _data_folder(name: str) -> Path:
    folder = os.environ.get(DATA_VARIABLE)
    if not folder:
        raise InputError(f"{name}: set {DATA_VARIABLE} to the folder that holds the files of the catalogue")
    return Path(folder)
