"""Files of many graphs, in graph6, sparse6 or digraph6 with a graph in every line."""

from __future__ import annotations

from pathlib import Path
from typing import IO

from graphspec.graphs import Graph
from graphspec.readwrite.compression import decompressed
from graphspec.readwrite.edgelist import stored_bytes
from graphspec.readwrite.graph6 import graphs_of_graph6
from graphspec.readwrite.graph_formats import sparse6_ends


def read_graphs(source: str | Path | IO[bytes], *, name: str | None = None) -> list[Graph] | None:
    """Read all graphs of a file with a graph in every line; None where the file is in another format.

    Parameters
    ----------
    source
        A path, ``-`` for standard input, or a binary file object; plain or compressed.
    name
        Name of the file; a graph is named after it and its number from 1 on.

    Raises
    ------
    InputError
        If the file cannot be read, or a graph is damaged.
    """
    stored, name = stored_bytes(source, name)
    return graphs_of_graph6(decompressed(stored, name), name, sparse6_ends)
