"""Opening of inputs as graphs, sketches or operators, by name or from objects."""

from __future__ import annotations

import io
import re
import sys
from dataclasses import dataclass, replace
from glob import has_magic
from pathlib import Path
from typing import Any

from graphspec._typing import Progress
from graphspec.analyses.console import SILENT, Console
from graphspec.analyses.inputs import remarks_on
from graphspec.catalogue import load_dataset, open_catalogue
from graphspec.errors import InputError, ParameterError
from graphspec.graphs import Graph, as_graph, is_edge_array
from graphspec.operators import Operator, linear_operator
from graphspec.readwrite import (
    EDGE_LIST_OPTIONS,
    MAGIC,
    Reading,
    is_graph_file,
    open_graph,
    read_edges,
)
from graphspec.sketches import SpectralSketch, is_sketch, load_sketch

Source = Graph | SpectralSketch | Operator


@dataclass(frozen=True)
class NamedPath:
    """A path with the name that its results have."""

    name: str
    path: Path


@dataclass(frozen=True, eq=False)
class Opened:
    """An input that was opened before, with the options of reading of the analyses to come."""

    name: str
    content: Source


def name_of(source: Any) -> str:
    """Return the name of an input for messages."""
    if isinstance(source, (str, Path)):
        return str(source)
    if isinstance(source, SpectralSketch):
        return source.source.name
    if isinstance(source, NamedPath | Opened):
        return source.name
    return str(getattr(source, "name", "") or type(source).__name__)


def open_source(source: Any, reading: Reading, console: Console = SILENT) -> Source:
    """Open an input as a graph, a sketch or an operator.

    Parameters
    ----------
    source
        A path, ``-`` for standard input, the name of a dataset, what was opened before, or an object: a graph, a
        networkx graph, a scipy sparse adjacency matrix, a sketch, an operator, a scipy LinearOperator or a dense
        symmetric array.
    reading
        Options of reading an edge list.
    console
        Console for remarks and progress.

    Raises
    ------
    InputError
        If the input cannot be read.
    ParameterError
        If an object has no spectrum, or contradicts options of reading, or these are for files alone.
    """
    if isinstance(source, Opened):
        return source.content
    if isinstance(source, (str, Path, NamedPath)):
        name = name_of(source)
        path = source.path if isinstance(source, NamedPath) else Path(name)
        with console.stage("reading"), console.bar("reading", "B") as progress:
            try:
                read = _read(name, path, reading, progress)
            except OSError as error:
                raise InputError(f"{name}: cannot be read ({error.strerror or error})") from error
        if isinstance(read, Graph):
            say_remarks(read, console)
        return read
    if isinstance(source, SpectralSketch):
        return source
    _refuse_reading(source, reading)
    if isinstance(source, Operator):
        return source
    if _is_matrix(source):
        return linear_operator(source)
    graph = as_graph(source, weighted=reading.weighted)
    if "weighted" in reading.given and reading.weighted != (graph.weights is not None):
        held = "no weights" if graph.weights is None else "weights"
        raise ParameterError(
            f"{name_of(source)}: `weighted` is {reading.weighted}, and the graph has {held}", "weighted"
        )
    return graph


def say_remarks(graph: Graph, console: Console) -> None:
    """Report in one line what reading guessed and dropped."""
    remark = remarks_on(graph)
    if remark:
        console.remark(f"{graph.name}: {remark}")


def _read(name: str, path: Path, reading: Reading, progress: Progress | None) -> Source:
    if name == "-":
        return _read_standard_input(reading, progress)
    if re.match("[a-z]+://", name, re.IGNORECASE):
        command = f"curl -L {name} | graphspec ... -"
        raise InputError(f"{name}: is an address, which is not fetched: save what is there, or say {command}")
    if not path.exists() and not has_magic(name):
        catalogue = open_catalogue(reading.catalogue)
        dataset = catalogue.find(name)
        if dataset is not None:
            _refuse_options(name, reading, "a dataset is read as the catalogue says")
            return load_dataset(dataset, weighted=reading.weighted, progress=progress)
        if not path.suffix:
            raise InputError(f"{name}: no such file, and no dataset of that name{catalogue.suggestion(name)}")
    if path.is_file():
        with path.open("rb") as stream:
            zipped = stream.read(2) == b"PK"
        if zipped and is_sketch(path.read_bytes()):
            return load_sketch(path, name=name)
        if is_graph_file(path):
            _refuse_options(name, reading, "is no edge list")
            graph = open_graph(path)
            if graph.name != name:
                graph = replace(graph, name=name)
            if "weighted" in reading.given and reading.weighted != (graph.weights is not None):
                raise InputError(f"{name}: was converted {'without' if graph.weights is None else 'with'} weights")
            return graph
    return read_edges(path, reading, name=name, progress=progress)


def _read_standard_input(reading: Reading, progress: Progress | None) -> Source:
    if sys.stdin is None:
        raise InputError("standard input is closed: give a file")
    content = sys.stdin.buffer.read()
    if content[:2] == b"PK" and is_sketch(content):
        return load_sketch(io.BytesIO(content), name="-")
    if content.startswith(MAGIC):
        raise InputError("-: a graph that convert wrote is mapped from its file: give that in place of -")
    return read_edges(io.BytesIO(content), reading, name="-", progress=progress)


def _is_matrix(source: Any) -> bool:
    """Return whether an object is a LinearOperator or a dense array, which is itself the operator."""
    if is_edge_array(source):
        return False
    return hasattr(source, "matvec") or (hasattr(source, "__array__") and getattr(source, "ndim", 0) == 2)


def _refuse_reading(source: Any, reading: Reading) -> None:
    """Refuse options of reading that do not apply to an object."""
    for option in EDGE_LIST_OPTIONS:
        if option in reading.given:
            raise ParameterError(f"{name_of(source)}: `{option}` is for edge lists, and there is none to read", option)
    if reading.weighted and (isinstance(source, Operator) or _is_matrix(source)):
        raise ParameterError(f"{name_of(source)}: `weighted` is for graphs, not for operators", "weighted")


def _refuse_options(name: str, reading: Reading, reason: str) -> None:
    for option in EDGE_LIST_OPTIONS:
        if option in reading.given:
            raise InputError(f"{name}: {reason}: leave `{option}` out")
