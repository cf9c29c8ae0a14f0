"""Answers for every vertex: coordinates from eigenvectors, and diagonals of functions of an operator.

:mod:`embedding` chooses among the lowest eigenpairs. :mod:`diagonal` estimates diagonals of :mod:`functions` by their
:mod:`series`: :mod:`samples` runs the probes, and :mod:`controls` takes out the errors that are known.
"""

from graphspec.vertices.diagonal import Diagonal, DiagonalSettings, diagonal_of
from graphspec.vertices.embedding import Embedding, embedding, partition_into
from graphspec.vertices.functions import NAMES, VertexFunction, vertex_function

__all__ = [
    "NAMES",
    "Diagonal",
    "DiagonalSettings",
    "Embedding",
    "VertexFunction",
    "diagonal_of",
    "embedding",
    "partition_into",
    "vertex_function",
]
