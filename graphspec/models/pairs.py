"""Ranks of pairs, and independent random choices among them."""

from __future__ import annotations

import numpy as np

from graphspec._typing import Vertices
from graphspec.models.base import Edges


def pairs_below(count: int) -> int:
    """Return the number of pairs of `count` items, count (count - 1) / 2."""
    return count * (count - 1) // 2


def unranked_pairs(ranks: Vertices) -> Edges:
    """Return the pairs i > j whose ranks are i (i - 1) / 2 + j."""
    larger = ((1 + np.sqrt(1 + 8.0 * ranks)) / 2).astype(np.int64)
    # The square root may be off by one where the rank is large.
    larger -= larger * (larger - 1) // 2 > ranks
    larger += larger * (larger + 1) // 2 <= ranks
    return larger, ranks - larger * (larger - 1) // 2


def chosen_ranks(
    total: int, probability: float, random: np.random.Generator, *, sparse: float = 0.02, chunk: int = 4_000_000
) -> Vertices:
    """Choose each of the ranks 0 to `total` - 1 independently with the same probability.

    A larger probability with the same generator adds ranks to those of a smaller one, which gives common random numbers
    to graphs that differ in few edges. Up to `sparse` all ranks change where the probability crosses a power of two.

    Parameters
    ----------
    total
        Number of ranks.
    probability
        Probability of each.
    random
        Generator of random numbers.
    sparse
        Largest probability at which distinct ranks are drawn, in place of a random number for each rank: numpy then
        needs memory for the chosen ones alone.
    chunk
        Number of random numbers in memory at once above `sparse`.

    Returns
    -------
    ranks
        The chosen ranks, in no particular order.
    """
    if 0 < probability <= sparse:
        # Draw as many ranks as the next power of two would choose, and thin them out to the probability itself.
        ceiling = 2.0 ** np.ceil(np.log2(probability))
        count = random.binomial(total, ceiling)
        ranks = np.asarray(random.choice(total, count, replace=False, shuffle=False), np.int64)
        return np.asarray(ranks[random.random(count) < probability / ceiling])
    parts = [
        start + np.flatnonzero(random.random(min(chunk, total - start)) < probability)
        for start in range(0, total, chunk)
    ]
    return np.concatenate([np.zeros(0, np.int64), *parts])
