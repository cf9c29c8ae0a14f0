"""Catalogue of datasets, with their sources, sizes, checksums and files."""

from __future__ import annotations

import io
import os
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from pathlib import Path

import numpy as np
import yaml

from graphspec.errors import InputError
from graphspec.graphs import Graph
from graphspec.readwrite.edgelist import read_edges

DATA_VARIABLE = "GRAPHSPEC_DATA"
"""Environment variable that names the folder with the files of the catalogue."""


@dataclass(frozen=True)
class Dataset:
    """An entry of the catalogue.

    Attributes
    ----------
    name
        Name of the dataset in commands.
    description
        Description and source of the dataset.
    nodes, edges
        Size of the undirected simple graph.
    file
        Name of the file.
    sha256
        Checksum of a file in the data folder; None for a file that the package ships.
    labels
        Names of the vertices, where the file numbers them.
    """

    name: str
    description: str
    nodes: int
    edges: int
    file: str
    sha256: str | None = None
    labels: tuple[str, ...] | None = None


@cache
def datasets() -> dict[str, Dataset]:
    """Return the datasets of the catalogue by name."""
    entries = yaml.safe_load(_shipped("datasets.yaml"))
    return {name: Dataset(name, **entry) for name, entry in entries.items()}


def load_dataset(name: str, *, weighted: bool = False) -> Graph:
    """Read a dataset of the catalogue, with its weights if `weighted`.

    Raises
    ------
    InputError
        If the name is unknown, the data folder is not set or lacks the file, or the checksum of the file differs.
    """
    entry = datasets().get(name)
    if entry is None:
        raise InputError(f"{name}: no such dataset; the catalogue has {', '.join(sorted(datasets()))}")
    if entry.sha256 is None:
        graph = read_edges(io.BytesIO(_shipped(entry.file)), name=name, weighted=weighted)
        labels = None if entry.labels is None else np.array(entry.labels, dtype=object)
        return replace(graph, sha256=None, labels=labels, remarks=())  # the format of its file is known
    path = _data_folder(name) / entry.file
    if not path.is_file():
        raise InputError(f"{name}: {path} does not exist: put the file there or set {DATA_VARIABLE}")
    graph = read_edges(path, weighted=weighted)
    if graph.sha256 != entry.sha256:
        raise InputError(f"{name}: {path} is not the file that the catalogue knows: its checksum differs")
    return replace(graph, name=name, remarks=())


def _shipped(file: str) -> bytes:
    return resources.files(__package__).joinpath(file).read_bytes()


def _data_folder(name: str) -> Path:
    folder = os.environ.get(DATA_VARIABLE)
    if not folder:
        raise InputError(f"{name}: set {DATA_VARIABLE} to the folder that holds the files of the catalogue")
    return Path(folder)
