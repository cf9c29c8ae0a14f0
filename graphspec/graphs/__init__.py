"""The undirected simple graph that everything reads.

:mod:`graph` holds it and builds it from edges, networkx and scipy, :mod:`csr` works on its arrays, :mod:`components`
finds its connected components, :mod:`conversion` accepts other kinds of graphs.
"""
