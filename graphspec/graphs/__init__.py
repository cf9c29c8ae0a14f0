"""Undirected simple graphs.

:mod:`graph` defines them and builds them from edges, networkx and scipy, :mod:`edges` puts edges in order, :mod:`csr`
handles their arrays, :mod:`components` finds their connected components, :mod:`ordering` puts linked vertices close to
each other, :mod:`walks` counts triangles and short cycles, :mod:`conversion` accepts other kinds of graphs.
"""

from graphspec.graphs.components import Components, connected_components, largest_component
from graphspec.graphs.conversion import as_graph, is_edge_array
from graphspec.graphs.csr import entries_of_rows, is_symmetric, neighbour_sums, off_diagonal
from graphspec.graphs.edges import Dropped, sorted_edges
from graphspec.graphs.graph import Graph
from graphspec.graphs.ordering import has_close_links, in_breadth_first_order, ordered_for_products
from graphspec.graphs.walks import Links

__all__ = [
    "Components",
    "Dropped",
    "Graph",
    "Links",
    "as_graph",
    "connected_components",
    "entries_of_rows",
    "has_close_links",
    "in_breadth_first_order",
    "is_edge_array",
    "is_symmetric",
    "largest_component",
    "neighbour_sums",
    "off_diagonal",
    "ordered_for_products",
    "sorted_edges",
]
