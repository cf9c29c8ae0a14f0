"""Symmetric operators of a graph, and any symmetric linear operator, each with an enclosing spectral interval."""
