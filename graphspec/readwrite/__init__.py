"""Reading and writing of graphs.

:mod:`edgelist` reads and writes edge lists, :mod:`arrow` opens tables in Arrow's format, whose edges are those of
:mod:`arrow_edges`, :mod:`parts` finds the files of a folder, :mod:`graph_sets` reads files of many graphs,
:mod:`frames` takes tables from other libraries, :mod:`matrices` graphs of matrices, :mod:`matrixfile` matrices with
their values, :mod:`graphfile` files that are mapped, :mod:`external_sort` lists larger than memory. Of an edge list,
:mod:`archives`, :mod:`encoding` and :mod:`recognition` identify the content, :mod:`cleaning` finds the rows,
:mod:`detection`, :mod:`columns` and :mod:`header` detect their format, and :mod:`parsing` returns the :mod:`edges`.
"""

from graphspec.readwrite.arrow import arrow_package, parquet_of_rows
from graphspec.readwrite.compression import compressing
from graphspec.readwrite.edgelist import read_edges, write_edges, write_labels
from graphspec.readwrite.external_sort import read_large_edges
from graphspec.readwrite.frames import from_frame
from graphspec.readwrite.graph_sets import read_graphs
from graphspec.readwrite.graphfile import MAGIC, is_graph_file, open_graph, save_graph
from graphspec.readwrite.matrixfile import read_matrix
from graphspec.readwrite.parts import parts_of
from graphspec.readwrite.reading import EDGE_LIST_OPTIONS, Reading

__all__ = [
    "EDGE_LIST_OPTIONS",
    "MAGIC",
    "Reading",
    "arrow_package",
    "compressing",
    "from_frame",
    "is_graph_file",
    "open_graph",
    "parquet_of_rows",
    "parts_of",
    "read_edges",
    "read_graphs",
    "read_large_edges",
    "read_matrix",
    "save_graph",
    "write_edges",
    "write_labels",
]
