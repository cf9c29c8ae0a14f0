"""Block models with the blocks of a partition of a graph: with its edge counts, and with its degrees besides."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

import numpy as np

from graphspec._typing import Vertices
from graphspec.errors import ParameterError
from graphspec.graphs import Graph
from graphspec.models.base import Edges, Model, ParameterValues, Values, live_degrees, without_isolated
from graphspec.models.block_pairs import pairs_between_blocks
from graphspec.models.block_structure import BlockStructure, edges_of
from graphspec.models.degree_tests import (
    DegreeLaw,
    law_of_independent_edges,
    probability_of_variances,
    sum_of_binomials,
)
from graphspec.models.description_length import description_length
from graphspec.models.stub_matching import exchanged_within_blocks


class PartitionedModel(Model):
    """A model that keeps the numbers of edges within and between the blocks of a graph: there is nothing left to fit.

    The vertices that have no edge are left out, as edge lists do.

    Parameters
    ----------
    graph
        The graph.
    labels
        Block of every vertex, shape (n,).

    Raises
    ------
    ParameterError
        If there is no label for every vertex, or the graph has no edges.
    """

    parameters = ()
    needs_graph = True
    keeps_size = True
    degree_corrected: ClassVar[bool]

    def __init__(self, graph: Graph, labels: Vertices) -> None:
        linked = np.flatnonzero(graph.num_neighbours)
        if len(linked) == 0:
            raise ParameterError(f"{self.name}: a graph without edges has no blocks")
        BlockStructure.of(graph, labels)  # a label for every vertex
        self.graph = without_isolated(graph)
        self.structure = BlockStructure.of(self.graph, np.asarray(labels)[linked])

    @property
    def blocks(self) -> BlockStructure:
        """The blocks of the vertices that have an edge."""
        return self.structure

    @property
    def num_parameters(self) -> int:
        """Number of edge counts and labels."""
        count = self.structure.num_blocks
        return count * (count + 1) // 2 + len(self.structure.labels)

    def check(self, num_nodes: int, values: Values) -> None:
        """Check that the graph is as large as the one with the blocks."""
        del values
        own = self.graph.num_nodes
        if num_nodes != own:
            raise ParameterError(f"{self.name} keeps the blocks of a graph of {own:,} vertices: no other size is made")

    def candidates(self, num_nodes: int, mean_degree: float) -> list[ParameterValues]:
        """Return the only point of the parameter space."""
        del num_nodes, mean_degree
        return [{}]

    def mean_degree(self, num_nodes: int, values: Values) -> float:
        """Return the mean degree of the graph, as the number of edges is kept."""
        del num_nodes, values
        return 2 * self.graph.num_edges / self.graph.num_nodes

    def description_length(self, graph: Graph) -> float | None:
        """Return the description length of the graph with these blocks, in nats."""
        del graph
        return description_length(self.graph, self.structure.labels, degree_corrected=self.degree_corrected)

    @abstractmethod
    def edges(self, num_nodes: int, random: np.random.Generator, values: Values) -> Edges:
        """Return the two ends of every edge."""


class PartitionedBlocks(PartitionedModel):
    """Simple graphs with given numbers of edges within and between blocks, all equally likely.

    It is the stochastic block model given its edge counts, whatever its probabilities.
    """

    name = "sbm"
    title = "stochastic block model"
    source = "T. P. Peixoto, Phys. Rev. E 85, 056122 (2012)"
    degree_corrected = False

    def edges(self, num_nodes: int, random: np.random.Generator, values: Values) -> Edges:
        """Return distinct pairs of the blocks, chosen uniformly."""
        del num_nodes, values
        return pairs_between_blocks(self.structure, random)

    def refuted_by_degrees(self, graph: Graph, values: Values, errors: Values, level: float) -> str | None:
        """Return the reason if the variance of the degrees within the blocks excludes independent edges."""
        del graph, values, errors
        degrees, labels = live_degrees(self.graph), self.structure.labels
        chosen = [block for block, size in enumerate(self.structure.sizes) if size > 1]
        groups, laws = [degrees[labels == block] for block in chosen], [self._law(block) for block in chosen]
        if not any(law.variance > 0 for law in laws) or probability_of_variances(groups, laws) >= level:
            return None
        weights = [len(group) - 1 for group in groups]
        observed = np.average([group.var(ddof=1) for group in groups], weights=weights)
        expected = np.average([law.variance for law in laws], weights=weights)
        return f"the variance of the degrees within blocks is {observed:.3g}, where {expected:.3g} is expected"

    def _law(self, block: int, sparse: float = 0.05) -> DegreeLaw:
        """Return the law of the degrees of a block: of sparse ones a Poisson law without zero."""
        sizes, counts = self.structure.sizes, self.structure.edge_counts[block]
        trials = (sizes - (np.arange(len(sizes)) == block)).astype(float)
        ends = counts * np.where(np.arange(len(sizes)) == block, 2.0, 1.0)
        shares = ends / np.maximum(sizes[block] * trials, 1.0)
        if float(shares.max()) <= sparse:
            return law_of_independent_edges(float(trials @ shares), self.graph.num_nodes)
        return sum_of_binomials(trials, shares)


class DegreeCorrectedBlocks(PartitionedModel):
    """Simple graphs with given degrees and numbers of edges within and between blocks, all equally likely.

    By switches of the graph itself: two edges exchange ends that lie in the same block, which keeps both.
    """

    name = "dcsbm"
    title = "degree-corrected stochastic block model"
    source = "B. Karrer and M. E. J. Newman, Phys. Rev. E 83, 016107 (2011)"
    degree_corrected = True

    @property
    def num_parameters(self) -> int:
        """Number of edge counts, labels and degrees."""
        return super().num_parameters + self.graph.num_nodes

    def edges(self, num_nodes: int, random: np.random.Generator, values: Values) -> Edges:
        """Return the edges of the graph after many switches."""
        del num_nodes, values
        tail, head = edges_of(self.graph)
        return exchanged_within_blocks(tail, head, self.structure.labels, random)
