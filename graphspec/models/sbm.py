"""The stochastic block model: edges are likelier within blocks than between them."""

from __future__ import annotations

import numpy as np

from graphspec._typing import Vertices
from graphspec.errors import ParameterError
from graphspec.models.base import (
    SHARES,
    Edges,
    Model,
    Parameter,
    Values,
    chosen_ranks,
    pairs_below,
    unranked_pairs,
)


class StochasticBlock(Model):
    """Blocks of equal size, as far as the number of vertices allows, with one probability within and one between."""

    name = "sbm"
    title = "stochastic block model"
    parameters = (
        Parameter("blocks", "number of blocks", integer=True, low=1),
        Parameter("p_in", "probability of an edge within a block", high=1.0),
        Parameter("p_out", "probability of an edge between blocks", high=1.0),
    )
    source = "P. W. Holland, K. B. Laskey and S. Leinhardt, Soc. Networks 5, 109 (1983)"

    def check(self, num_nodes: int, values: Values) -> None:
        """Check that no block is empty."""
        if values["blocks"] > num_nodes:
            blocks = values["blocks"]
            raise ParameterError(f"sbm: there must be at most as many blocks as vertices, {num_nodes}, not {blocks}")

    def edges(self, num_nodes: int, random: np.random.Generator, values: Values) -> Edges:
        """Return the edges that coins choose, first within blocks, then between them."""
        starts = self.starts(num_nodes, values)
        sizes = np.diff(starts)
        offsets = np.concatenate([[0], np.cumsum(sizes * (sizes - 1) // 2)])
        ranks = chosen_ranks(int(offsets[-1]), values["p_in"], random)
        block = np.searchsorted(offsets, ranks, side="right") - 1
        first, second = unranked_pairs(ranks - offsets[block])
        between = unranked_pairs(chosen_ranks(pairs_below(num_nodes), values["p_out"], random))
        owner = np.repeat(np.arange(len(sizes)), sizes)
        across = owner[between[0]] != owner[between[1]]
        tail = np.concatenate([first + starts[block], between[0][across]])
        return tail, np.concatenate([second + starts[block], between[1][across]])

    def scaled(self, values: Values, num_nodes: int, reference_nodes: int) -> dict[str, float | int]:
        """Return probabilities that keep the mean degree within and between blocks; blocks grow with the graph."""
        ratio = num_nodes / reference_nodes
        return {
            "blocks": values["blocks"],
            "p_in": min(1.0, values["p_in"] * ratio),
            "p_out": min(1.0, values["p_out"] * ratio),
        }

    def candidates(self, num_nodes: int, mean_degree: float) -> list[dict[str, float | int]]:
        """Return blocks and shares of edges between them, all with the mean degree."""
        found = []
        for blocks in (2, 3, 5, 8, 12, 20, 30, 50, 80):
            size = num_nodes / blocks
            if size < 3:
                break
            for mixing in SHARES[:-1]:
                p_in = mean_degree * (1 - mixing) / (size - 1)
                p_out = mean_degree * mixing / (num_nodes - size)
                if p_in <= 1 and p_out <= 1:
                    found.append({"blocks": blocks, "p_in": p_in, "p_out": p_out})
        return found

    def starts(self, num_nodes: int, values: Values) -> Vertices:
        """Return the first vertex of every block and the number of vertices."""
        return np.asarray(np.arange(values["blocks"] + 1) * num_nodes // values["blocks"])

    def mean_degree(self, num_nodes: int, values: Values) -> float:
        """Return the expected mean degree."""
        sizes = np.diff(self.starts(num_nodes, values))
        within = float((sizes * (sizes - 1)).sum()) / num_nodes
        return float(within * values["p_in"] + (num_nodes - 1 - within) * values["p_out"])
