"""The stochastic block model: independent edges, with one probability within blocks and one between them."""

from __future__ import annotations

import numpy as np

from graphspec._typing import Vertices
from graphspec.errors import ParameterError
from graphspec.models.base import Edges, Model, Parameter, ParameterValues, Values
from graphspec.models.pairs import chosen_ranks, pairs_below, unranked_pairs


class StochasticBlock(Model):
    """Blocks whose sizes differ by one at most, with edge probabilities p_in within and p_out between them."""

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
        """Return independently chosen pairs, those within blocks first."""
        starts = self.starts(num_nodes, values)
        sizes = np.diff(starts)
        # Pairs within blocks are numbered block by block.
        offsets = np.concatenate([[0], np.cumsum(sizes * (sizes - 1) // 2)])
        ranks = chosen_ranks(int(offsets[-1]), values["p_in"], random)
        block = np.searchsorted(offsets, ranks, side="right") - 1
        first, second = unranked_pairs(ranks - offsets[block])
        # Pairs between blocks are those of all pairs whose ends lie in different ones.
        between = unranked_pairs(chosen_ranks(pairs_below(num_nodes), values["p_out"], random))
        block_of = np.repeat(np.arange(len(sizes)), sizes)
        across = block_of[between[0]] != block_of[between[1]]
        tail = np.concatenate([first + starts[block], between[0][across]])
        return tail, np.concatenate([second + starts[block], between[1][across]])

    def scaled(self, values: Values, num_nodes: int, reference_nodes: int) -> ParameterValues:
        """Return probabilities that keep the mean degree within and between blocks; blocks grow with the graph."""
        ratio = num_nodes / reference_nodes
        return {
            "blocks": values["blocks"],
            "p_in": min(1.0, values["p_in"] * ratio),
            "p_out": min(1.0, values["p_out"] * ratio),
        }

    def candidates(self, num_nodes: int, mean_degree: float) -> list[ParameterValues]:
        """Return several numbers of blocks and shares of edges between them, all with the mean degree."""
        candidates: list[ParameterValues] = []
        for blocks in (2, 3, 5, 8, 12, 20, 30, 50, 80):
            size = num_nodes / blocks
            if size < 3:
                break
            for share in self.mixing[:-1]:
                p_in = mean_degree * (1 - share) / (size - 1)
                p_out = mean_degree * share / (num_nodes - size)
                if p_in <= 1 and p_out <= 1:
                    candidates.append({"blocks": blocks, "p_in": p_in, "p_out": p_out})
        return candidates

    def starts(self, num_nodes: int, values: Values) -> Vertices:
        """Return the first vertex of every block and the number of vertices."""
        return np.asarray(np.arange(values["blocks"] + 1) * num_nodes // values["blocks"])

    def mean_degree(self, num_nodes: int, values: Values) -> float:
        """Return the mean over vertices of p_in times the others of their block plus p_out times all others."""
        sizes = np.diff(self.starts(num_nodes, values))
        within = float((sizes * (sizes - 1)).sum()) / num_nodes
        return float(within * values["p_in"] + (num_nodes - 1 - within) * values["p_out"])
