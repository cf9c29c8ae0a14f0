"""Answers for every vertex: coordinates from eigenvectors, and diagonals of functions of an operator."""

from graphspec.vertices.embedding import Embedding, embedding, partition_into

__all__ = ["Embedding", "embedding", "partition_into"]
