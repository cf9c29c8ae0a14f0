"""Blocks of a partition: their sizes, and the numbers of edges within and between them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from graphspec._typing import Vertices
from graphspec.errors import ParameterError
from graphspec.graphs import Graph


@dataclass(frozen=True, eq=False)
class BlockStructure:
    """Blocks of the vertices of a graph.

    Attributes
    ----------
    labels
        Block of every vertex, from 0 on, shape (n,).
    edge_counts
        Numbers of edges between blocks, and within them on the diagonal, symmetric, shape (K, K).
    """

    labels: Vertices
    edge_counts: Vertices

    @classmethod
    def of(cls, graph: Graph, labels: Vertices) -> BlockStructure:
        """Return the blocks of a graph with given labels.

        Parameters
        ----------
        graph
            The graph; weights are not used.
        labels
            Label of every vertex, shape (n,); blocks are numbered in the order of the labels.

        Raises
        ------
        ParameterError
            If there is no label for every vertex.

        Examples
        --------
        >>> from graphspec import Graph
        >>> path = Graph.from_edges([0, 1, 2], [1, 2, 3])
        >>> BlockStructure.of(path, [0, 0, 1, 1]).edge_counts.tolist()
        [[1, 1], [1, 1]]
        """
        given = np.asarray(labels)
        if given.shape != (graph.num_nodes,):
            raise ParameterError(f"there must be a label for each of {graph.num_nodes:,} vertices, not {given.size:,}")
        names, numbers = np.unique(given, return_inverse=True)
        numbers = np.asarray(numbers, np.int64)
        tail, head = edges_of(graph)
        counts = np.zeros((len(names), len(names)), np.int64)
        np.add.at(counts, (numbers[tail], numbers[head]), 1)
        return cls(numbers, counts + counts.T - np.diag(np.diag(counts)))

    @property
    def num_blocks(self) -> int:
        """Number of blocks."""
        return len(self.edge_counts)

    @property
    def sizes(self) -> Vertices:
        """Number of vertices of every block, shape (K,)."""
        return np.bincount(self.labels, minlength=self.num_blocks)

    @property
    def ends(self) -> Vertices:
        """Number of ends of edges in every block, which is the sum of its degrees, shape (K,)."""
        return np.asarray(self.edge_counts.sum(axis=1) + np.diag(self.edge_counts))

    @property
    def num_edges(self) -> int:
        """Number of edges."""
        return int(np.triu(self.edge_counts).sum())


def edges_of(graph: Graph) -> tuple[Vertices, Vertices]:
    """Return the ends of every edge of a graph once, the smaller vertex first."""
    rows = np.repeat(np.arange(graph.num_nodes), graph.num_neighbours)
    columns = np.asarray(graph.indices, np.int64)
    once = rows < columns
    return rows[once], columns[once]
