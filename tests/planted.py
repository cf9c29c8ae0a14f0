"""Graphs with planted clusters, and how well a partition agrees with them."""

import networkx as nx
import numpy as np

from graphspec.graphs.graph import Graph


def planted(sizes, *, degree=20, mixing=0.2, seed=1):
    anywhere = degree * mixing / sum(sizes)
    probabilities = np.full((len(sizes), len(sizes)), anywhere)
    np.fill_diagonal(probabilities, [min(1, degree * (1 - mixing) / (size - 1) + anywhere) for size in sizes])
    return Graph.from_networkx(nx.stochastic_block_model(sizes, probabilities.tolist(), seed=seed, sparse=True))


def agreement(found, truth):
    """Return the share of vertices that are in the majority group of their block."""
    return sum(np.bincount(found[truth == block]).max() for block in np.unique(truth)) / len(truth)
