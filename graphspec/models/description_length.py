"""Description lengths of graphs under block models: what it takes to tell the parameters, and then the graph.

The blocks are those of a given partition, so that the length is an upper bound of the model's shortest one. With one
block they are Erdős-Rényi graphs and the configuration model. Graphs are counted as multigraphs are, which changes
sparse ones little, and all of these models alike.

References
----------
T. P. Peixoto, Nonparametric Bayesian inference of the microcanonical stochastic block model, Phys. Rev. E 95, 012317
(2017); Parsimonious module inference in large networks, Phys. Rev. Lett. 110, 148701 (2013).
"""

from __future__ import annotations

import numpy as np
from scipy.special import gammaln, spence, xlogy

from graphspec._typing import Vertices
from graphspec.graphs import Graph
from graphspec.models.block_structure import BlockStructure


def description_length(graph: Graph, labels: Vertices | None = None, *, degree_corrected: bool = False) -> float:
    """Return the description length of a graph under a microcanonical block model, in nats.

    It is the sum of what the graph takes once the parameters are known, and of what the partition, the numbers of edges
    between blocks and, for degree-corrected models, the degrees take. The number of edges is taken as known.

    Parameters
    ----------
    graph
        A graph without weights.
    labels
        Block of every vertex, shape (n,); by default one block.
    degree_corrected
        Whether the degrees are parameters.

    Examples
    --------
    >>> import numpy as np
    >>> from graphspec import generate
    >>> graph = generate("sbm", 1000, seed=1, blocks=2, p_in=0.05, p_out=0.005)
    >>> labels = np.arange(1000) // 500
    >>> description_length(graph, labels) < description_length(graph)
    True
    """
    labels = np.zeros(graph.num_nodes, np.int64) if labels is None else labels
    blocks = BlockStructure.of(graph, labels)
    degrees = np.asarray(graph.num_neighbours, np.int64)
    parameters = _partition(blocks) + _log_multisets(blocks.num_blocks * (blocks.num_blocks + 1) // 2, blocks.num_edges)
    # Pairings of the ends of edges, (2 e)!! = 2^e e! for e edges within a block.
    within, between = np.diag(blocks.edge_counts), np.triu(blocks.edge_counts, 1)
    pairings = float(gammaln(between + 1).sum() + (gammaln(within + 1) + within * np.log(2)).sum())
    if not degree_corrected:
        return parameters + float(xlogy(blocks.ends, blocks.sizes).sum()) - pairings
    graphs = float(gammaln(blocks.ends + 1).sum() - gammaln(degrees + 1).sum()) - pairings
    return parameters + sum(map(_degrees, _degrees_by_block(blocks, degrees))) + graphs


def _partition(blocks: BlockStructure) -> float:
    """Return the length of a partition: the number of blocks, their sizes, and which vertices are in each."""
    count = len(blocks.labels)
    arrangements = float(gammaln(count + 1) - gammaln(blocks.sizes + 1).sum())
    return float(np.log(count)) + _log_binomial(count - 1, blocks.num_blocks - 1) + arrangements


def _degrees_by_block(blocks: BlockStructure, degrees: Vertices) -> list[Vertices]:
    """Return the degrees of the vertices of every block."""
    order = np.argsort(blocks.labels, kind="stable")
    return np.split(degrees[order], np.cumsum(blocks.sizes)[:-1])


def _degrees(degrees: Vertices) -> float:
    """Return the length of the degrees of a block: how many vertices have each, and which of them."""
    numbers = np.unique(degrees, return_counts=True)[1]
    arrangements = float(gammaln(len(degrees) + 1) - gammaln(numbers + 1).sum())
    return arrangements + log_partitions(int(degrees.sum()), len(degrees))


def log_partitions(total: int, parts: int) -> float:
    """Return the logarithm of the number of partitions of an integer into at most so many parts.

    By the asymptotic formula of Szekeres, as given by Peixoto, and C(total - 1, parts - 1) / parts! where there are few
    parts.

    Parameters
    ----------
    total
        The integer.
    parts
        Largest number of parts.
    """
    if total <= 0 or parts <= 0:
        return 0.0
    parts = min(parts, total)
    if parts < total**0.25:
        return _log_binomial(total - 1, parts - 1) - float(gammaln(parts + 1))
    share = parts / np.sqrt(total)
    root = share
    for _ in range(1000):
        # v = u sqrt(-v^2 / 2 - Li2(1 - e^v)) = u sqrt(Li2(1 - e^-v)); spence(z) is the dilogarithm of 1 - z.
        root, before = share * float(np.sqrt(spence(np.exp(-root)))), root
        if abs(root - before) <= 1e-12 * root:
            break
    tail = -np.expm1(np.log1p(share**2 / 2) - root)
    factor = np.log(root) - np.log(2**1.5 * np.pi * share) - np.log(tail) / 2
    exponent = 2 * root / share - share * np.log(-np.expm1(-root))
    return float(factor - np.log(total) + np.sqrt(total) * exponent)


def _log_binomial(total: int, chosen: int) -> float:
    return float(gammaln(total + 1) - gammaln(chosen + 1) - gammaln(total - chosen + 1))


def _log_multisets(kinds: int, size: int) -> float:
    """Return the logarithm of the number of multisets of a size."""
    return _log_binomial(kinds + size - 1, size)
