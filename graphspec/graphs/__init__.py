"""The undirected simple graph that everything reads.

:mod:`graph` holds it and builds it from edges, networkx and scipy, :mod:`csr` works on its arrays, :mod:`components`
finds its connected components, :mod:`conversion` accepts other kinds of graphs.
"""

from graphspec.graphs.components import Components, connected_components, largest_component
from graphspec.graphs.conversion import as_graph
from graphspec.graphs.csr import entries_of_rows, neighbour_sums
from graphspec.graphs.graph import Dropped, Graph

__all__ = [
    "Components",
    "Dropped",
    "Graph",
    "as_graph",
    "connected_components",
    "entries_of_rows",
    "largest_component",
    "neighbour_sums",
]
