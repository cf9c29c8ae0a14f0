"""From the bytes of a file to a graph and back.

:mod:`edgelist` reads and writes edge lists, :mod:`matrices` reads matrices, :mod:`graphfile` files that are mapped,
:mod:`external_sort` lists larger than memory, :mod:`datasets` the catalogue. Below them, :mod:`text` finds rows,
:mod:`detection` weighs how they are written, and :mod:`parsing` makes :mod:`edges` of them.
"""

from graphspec.readwrite.compression import compressing
from graphspec.readwrite.datasets import datasets, load_dataset
from graphspec.readwrite.edgelist import read_edges, write_edges, write_labels
from graphspec.readwrite.external_sort import read_large_edges
from graphspec.readwrite.graphfile import MAGIC, is_graph_file, open_graph, save_graph
from graphspec.readwrite.reading import Reading

__all__ = [
    "MAGIC",
    "Reading",
    "compressing",
    "datasets",
    "is_graph_file",
    "load_dataset",
    "open_graph",
    "read_edges",
    "read_large_edges",
    "save_graph",
    "write_edges",
    "write_labels",
]
