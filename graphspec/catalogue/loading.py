"""Graphs of datasets: where the file is, what is fetched, and whether it is what the catalogue says."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path

import numpy as np

from graphspec._typing import Progress
from graphspec.catalogue.catalogue import Dataset, shipped
from graphspec.catalogue.entries import Sizes
from graphspec.catalogue.locations import DATA_VARIABLE, cache_folder, data_folders, find_file
from graphspec.errors import InputError
from graphspec.graphs import Graph
from graphspec.readwrite import Reading, read_edges


class Status(Enum):
    """Result of the verification of a dataset."""

    CHECKSUM = "checksum"
    """The file has the checksum of the catalogue."""
    SIZES = "sizes"
    """The graph has the numbers of vertices and edges of the catalogue; no checksum is known."""
    UNKNOWN = "unknown"
    """The file can be read; neither checksum nor sizes are known."""
    MISSING = "missing"
    """The file is not here."""
    DIFFERENT = "different"
    """The file is another one."""


@dataclass(frozen=True)
class Verification:
    """Result of the verification of a dataset.

    Attributes
    ----------
    dataset
        The dataset.
    status
        What was found.
    path
        Path of the file; None where it is missing, or comes with the package.
    message
        What differs; empty where nothing does.
    """

    dataset: Dataset
    status: Status
    path: Path | None
    message: str = ""


def locate(dataset: Dataset) -> Path | None:
    """Return the path of the file of a dataset; None if it comes with the package, or is not on this machine.

    Looked at are the path in the catalogue of a user, the folders of ``GRAPHSPEC_DATA``, and the cache.
    """
    if dataset.path is not None:
        return dataset.path if dataset.path.is_file() else None
    found = find_file([each.file for each in dataset.files])
    cached = cache_folder() / dataset.target
    return cached if found is None and dataset.target and cached.is_file() else found


def load_dataset(dataset: Dataset, *, weighted: bool = False, progress: Progress | None = None) -> Graph:
    """Read the graph of a dataset.

    Parameters
    ----------
    dataset
        The dataset; see :func:`graphspec.catalogue.open_catalogue`.
    weighted
        Whether to read weights.
    progress
        Callback for the number of bytes that have been parsed, and their total.

    Returns
    -------
    Graph
        The graph, whose remarks say where its size is not that of the catalogue.

    Raises
    ------
    InputError
        If the file is not on this machine, cannot be read, or its checksum differs.
    """
    entry, reading = dataset.entry, _reading(dataset, weighted)
    if entry.shipped is not None:
        graph = read_edges(io.BytesIO(shipped(entry.shipped)), reading, name=dataset.name)
        labels = None if entry.labels is None else np.array(entry.labels, dtype=object)
        return replace(graph, sha256=None, labels=labels, remarks=())  # the format of its file is known
    path = locate(dataset)
    if path is None:
        raise InputError(_missing(dataset))
    graph = read_edges(path, reading, name=dataset.name, progress=progress)
    expected = _checksum(dataset, path)
    if expected is not None and graph.sha256 != expected:
        raise InputError(f"{dataset.name}: {path} is not the file that the catalogue knows: its checksum differs")
    difference = "" if expected is not None or entry.graph is None else _difference(graph, entry.graph)
    # What was dropped and guessed in a file that is known is known too.
    remarks = (difference,) if difference else () if expected is not None else graph.remarks
    return replace(graph, remarks=remarks)


def fetch_dataset(dataset: Dataset, progress: Progress | None = None) -> Path | None:
    """Download the file of a dataset into the cache, unless it is on this machine.

    Parameters
    ----------
    dataset
        The dataset.
    progress
        Callback for the number of bytes that have been downloaded, and their total.

    Returns
    -------
    Path or None
        Path of the file; None if it comes with the package.

    Raises
    ------
    InputError
        If there is no address, the server cannot be reached, or what it gives is not the file.
    """
    if dataset.entry.shipped is not None:
        return None
    path = locate(dataset)
    if path is not None:
        return path
    if dataset.entry.url is None:
        raise InputError(_missing(dataset))
    # A tenth of a second that no other command needs.
    from graphspec.catalogue.download import download

    path = cache_folder() / dataset.target
    path.parent.mkdir(parents=True, exist_ok=True)
    download(dataset.entry.url, path, sha256=dataset.entry.sha256, by_hand=_by_hand(dataset), progress=progress)
    return path


def verify_dataset(dataset: Dataset, progress: Progress | None = None) -> Verification:
    """Compare the file of a dataset with the catalogue: by its checksum, or else by the numbers of vertices and edges.

    Parameters
    ----------
    dataset
        The dataset.
    progress
        Callback for the number of bytes that have been parsed, and their total.
    """
    path, entry = locate(dataset), dataset.entry
    if path is None and entry.shipped is None:
        return Verification(dataset, Status.MISSING, None, _missing(dataset).partition(": ")[2])
    expected = None if path is None else _checksum(dataset, path)
    if path is not None and expected is not None:
        with path.open("rb") as stream:
            found = hashlib.file_digest(stream, "sha256").hexdigest()
        if found == expected:
            return Verification(dataset, Status.CHECKSUM, path)
        message = f"the checksum is {found[:12]}..., and {expected[:12]}... in the catalogue"
        return Verification(dataset, Status.DIFFERENT, path, message)
    graph = load_dataset(dataset, progress=progress)
    sizes = entry.graph or entry.published
    if sizes is None:
        return Verification(dataset, Status.UNKNOWN, path)
    difference = _difference(graph, sizes, exact=entry.graph is not None)
    return Verification(dataset, Status.DIFFERENT if difference else Status.SIZES, path, difference)


def _reading(dataset: Dataset, weighted: bool) -> Reading:
    options = {**dataset.entry.reading, **({"weighted": True} if weighted else {})}
    if isinstance(options.get("columns"), list):
        options["columns"] = tuple(options["columns"])
    return Reading.of(**options)


def _checksum(dataset: Dataset, path: Path) -> str | None:
    """Return the checksum that a file should have, where it is known."""
    if path == dataset.path or path.is_relative_to(cache_folder()):
        return dataset.entry.sha256  # other copies of the data may be compressed otherwise
    known = {Path(each.file).name: each.sha256 for each in reversed(dataset.files)}
    return known.get(path.name)


def _difference(graph: Graph, sizes: Sizes, *, exact: bool = True) -> str:
    """Return how the size of a graph differs from that in the catalogue; empty where it does not.

    Published numbers may count both directions of an edge, and self-loops.
    """
    loops, rows = graph.dropped.self_loops, graph.dropped.self_loops + graph.dropped.duplicate_edges
    edges = {graph.num_edges} if exact else {graph.num_edges + more for more in (0, loops, rows)}
    if graph.num_nodes == sizes.nodes and sizes.edges in edges:
        return ""
    found = f"{graph.num_nodes:,} vertices and {graph.num_edges:,} edges"
    return f"found {found}, where the catalogue has {sizes.nodes:,} and {sizes.edges:,}"


def _missing(dataset: Dataset) -> str:
    """Return the message that the file of a dataset is not on this machine."""
    if dataset.path is not None:
        return f"{dataset.name}: {dataset.path} does not exist, which the catalogue names"
    get = "" if dataset.entry.url is None else f"graphspec datasets fetch {dataset.name} gets it; or "
    return f"{dataset.name}: is not on this machine: {get}{_by_hand(dataset)}"


def _by_hand(dataset: Dataset) -> str:
    """Return what makes the file of a dataset known that was got in another way."""
    names = " or ".join(dict.fromkeys(each.file for each in dataset.files))
    lost = [str(folder) for folder in data_folders() if not folder.is_dir()]
    wrong = f", where {lost[0]} is no folder" if lost else ""
    return f"put {names} into a folder that {DATA_VARIABLE} names{wrong}"
