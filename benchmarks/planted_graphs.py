"""Graphs with planted communities: block models of a given signal, and LFR benchmark graphs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import networkx as nx
import numpy as np

from graphspec import Graph

if TYPE_CHECKING:
    from numpy.typing import NDArray


def block_model(
    sizes: NDArray[np.int64], degree: float, signal: float, random: np.random.Generator, tail: float | None
) -> tuple[Graph, NDArray[np.int64]]:
    """Return a block model of equal mean degrees with the blocks of its vertices.

    Parameters
    ----------
    sizes
        Numbers of vertices of the blocks.
    degree
        Mean degree of every block.
    signal
        Smallest informative eigenvalue of the mean matrix, squared, over the mean degree.
    random
        Generator of the edges.
    tail
        Exponent of the degrees within a block; None for equal ones.
    """
    expected = _mean_matrix(sizes, degree, signal)
    truth = np.repeat(np.arange(len(sizes)), sizes)
    weights = np.ones(len(truth)) if tail is None else (1 - random.random(len(truth))) ** (-1 / (tail - 1))
    weights = np.minimum(weights, 8 * weights.mean())
    starts = np.concatenate([[0], np.cumsum(sizes)])
    tails, heads = [], []
    for i in range(len(sizes)):
        for j in range(i, len(sizes)):
            mean = sizes[i] * expected[i, j] / (2 if i == j else 1)
            number = random.poisson(mean)
            for block, ends in ((i, tails), (j, heads)):
                part = weights[starts[block] : starts[block + 1]]
                ends.append(starts[block] + random.choice(len(part), number, p=part / part.sum()))
    return Graph.from_edges(np.concatenate(tails), np.concatenate(heads), num_nodes=len(truth)), truth


def nested_block_model(
    branching: tuple[int, ...],
    sizes: NDArray[np.int64],
    degree: float,
    shares: tuple[float, ...],
    random: np.random.Generator,
) -> tuple[Graph, NDArray[np.int64]]:
    """Return a hierarchical block model with the groups of its vertices, the finest first, shape (n, number of levels).

    Parameters
    ----------
    branching
        Numbers of groups, of groups in each of them, and so on.
    sizes
        Numbers of vertices of the finest groups.
    degree
        Mean degree.
    shares
        Shares of a vertex's edges that go anywhere, anywhere in its coarsest group, and so on. The eigenvalue of a
        level is the mean degree times the sum of its own share and those of all finer levels.
    random
        Generator of the edges.
    """
    paths = np.array(list(np.ndindex(*branching)))
    tiers = [
        np.unique(paths[:, :depth], axis=0, return_inverse=True)[1].ravel() for depth in range(1, len(branching) + 1)
    ]
    rates = np.full((len(sizes), len(sizes)), shares[0] / sizes.sum())
    for group, share in zip(tiers, shares[1:], strict=True):
        rates += (group[:, None] == group) * share / np.bincount(group, sizes)[group][:, None]
    starts = np.concatenate([[0], np.cumsum(sizes)])
    tails, heads = [], []
    for i in range(len(sizes)):
        for j in range(i, len(sizes)):
            number = random.poisson(degree * rates[i, j] * sizes[i] * sizes[j] / (2 if i == j else 1))
            tails.append(starts[i] + random.integers(sizes[i], size=number))
            heads.append(starts[j] + random.integers(sizes[j], size=number))
    truth = np.repeat(np.arange(len(sizes)), sizes)
    tail, head = np.concatenate(tails), np.concatenate(heads)
    graph = Graph.from_edges(tail[tail != head], head[tail != head], num_nodes=len(truth))
    return graph, np.stack([group[truth] for group in reversed(tiers)], axis=1)


def _mean_matrix(sizes: NDArray[np.int64], degree: float, signal: float) -> NDArray[np.float64]:
    """Return the mean numbers of neighbours of a vertex of block i in block j, by bisection for the signal."""

    def matrix(between: float) -> NDArray[np.float64]:
        result = between * np.tile(sizes, (len(sizes), 1)) / sizes.sum()
        np.fill_diagonal(result, degree - (result.sum(axis=1) - np.diag(result)))
        return np.asarray(result)

    low, high = 0.0, degree
    for _ in range(60):
        between = (low + high) / 2
        informative = np.sort(np.linalg.eigvals(matrix(between)).real)[0]
        low, high = (between, high) if informative**2 / degree > signal and informative > 0 else (low, between)
    return matrix(low)


def lfr(seed: int) -> tuple[Graph, NDArray[np.int64]]:
    """Return an LFR benchmark graph with communities of 20 to 100 vertices, and the community of every vertex."""
    random = np.random.default_rng(seed)
    nodes, mixing = int(random.integers(1500, 5001)), random.uniform(0.1, 0.3)
    smallest = int(random.integers(8, 15))  # degrees from here to 50 with exponent 2.5 have means of 15 to 25
    network = None
    while network is None:
        try:
            network = nx.LFR_benchmark_graph(
                nodes,
                2.5,
                1.5,
                mixing,
                min_degree=smallest,
                max_degree=50,
                min_community=20,
                max_community=100,
                max_iters=500,
                seed=int(random.integers(2**31)),
            )
        except nx.ExceededMaxIterations:
            continue  # the assignment of vertices to communities does not always come to an end
    communities = {frozenset(network.nodes[node]["community"]) for node in network}
    truth = np.empty(nodes, np.int64)
    for number, members in enumerate(communities):
        truth[list(members)] = number
    network.remove_edges_from(list(nx.selfloop_edges(network)))
    return Graph.from_networkx(network), truth
