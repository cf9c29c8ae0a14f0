"""Random simple graphs with given numbers of edges within and between blocks."""

from __future__ import annotations

import numpy as np

from graphspec._typing import Vertices
from graphspec.errors import ParameterError
from graphspec.models.base import Edges
from graphspec.models.block_structure import BlockStructure
from graphspec.models.pairs import unranked_pairs


def pairs_between_blocks(structure: BlockStructure, random: np.random.Generator) -> Edges:
    """Choose distinct pairs of vertices of given blocks, uniformly.

    Parameters
    ----------
    structure
        Blocks, with the number of pairs within and between them.
    random
        Generator of random numbers.

    Raises
    ------
    ParameterError
        If more pairs are asked for than there are.
    """
    sizes = structure.sizes.astype(np.int64)
    # Vertices in the order of their blocks: a pair of blocks is a rectangle or a triangle of pairs of places.
    order = np.argsort(structure.labels, kind="stable")
    starts = np.concatenate([[0], np.cumsum(sizes)])
    one, two = np.nonzero(np.triu(structure.edge_counts))
    counts = structure.edge_counts[one, two]
    same = one == two
    totals = np.where(same, sizes[one] * (sizes[one] - 1) // 2, sizes[one] * sizes[two])
    if np.any(counts > totals):
        raise ParameterError("there are more edges within or between blocks than pairs of vertices")
    offsets = np.concatenate([[0], np.cumsum(totals)])
    ranks = chosen_in_ranges(offsets, counts, random)
    pair = np.searchsorted(offsets, ranks, side="right") - 1
    rest = ranks - offsets[pair]
    # Columns of a rectangle follow each other in a row.
    width = np.maximum(sizes[two[pair]], 1)
    row, column = rest // width, rest % width
    within = same[pair]
    row[within], column[within] = unranked_pairs(rest[within])
    return order[starts[one[pair]] + row], order[starts[two[pair]] + column]


def chosen_in_ranges(
    offsets: Vertices, counts: Vertices, random: np.random.Generator, *, dense: float = 0.2
) -> Vertices:
    """Choose distinct integers of consecutive ranges, a given number of each, all sets equally likely.

    Parameters
    ----------
    offsets
        First integer of every range and the end of the last one, shape (ranges + 1,).
    counts
        Number of integers of each, shape (ranges,).
    random
        Generator of random numbers.
    dense
        Share of a range from which it is chosen on its own: below, integers are drawn for all ranges at once and those
        that occur twice are drawn again, which changes the chances of no set.
    """
    sizes = np.diff(offsets)
    own = counts > dense * sizes
    chosen = [
        offsets[index] + random.choice(sizes[index], counts[index], replace=False, shuffle=False)
        for index in np.flatnonzero(own)
    ]
    wanted = np.repeat(np.flatnonzero(~own), counts[~own])
    drawn = np.zeros(0, np.int64)
    while len(wanted):
        drawn = np.concatenate([drawn, offsets[wanted] + random.integers(0, sizes[wanted])])
        _, first = np.unique(drawn, return_index=True)
        repeated = np.ones(len(drawn), bool)
        repeated[first] = False
        wanted = np.searchsorted(offsets, drawn[repeated], side="right") - 1
        drawn = drawn[~repeated]
    return np.concatenate([np.zeros(0, np.int64), *chosen, drawn]).astype(np.int64)
