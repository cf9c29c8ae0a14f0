"""Random pairs of vertices of given blocks."""

from itertools import combinations

import numpy as np
import pytest
from scipy import stats

from graphspec.errors import ParameterError
from graphspec.models.block_pairs import chosen_in_ranges, pairs_between_blocks
from graphspec.models.block_structure import BlockStructure


def structure(labels, counts):
    return BlockStructure(np.array(labels), np.array(counts))


@pytest.mark.parametrize(
    ("labels", "counts"),
    [
        ([0, 1] * 30, [[40, 3], [3, 25]]),
        ([0] * 50, [[60]]),
        ([0, 0, 0, 1], [[3, 2], [2, 0]]),
        ([2, 1, 0] * 4, [[6, 16, 0], [16, 1, 9], [0, 9, 6]]),
        ([0, 1], [[0, 1], [1, 0]]),
        ([0, 0], [[0]]),
    ],
)
def test_pairs_are_distinct_and_as_many_as_asked_for(labels, counts):
    for seed in range(10):
        tail, head = pairs_between_blocks(structure(labels, counts), np.random.default_rng(seed))
        assert not np.any(tail == head)
        assert len({frozenset(pair) for pair in zip(tail.tolist(), head.tolist(), strict=True)}) == len(tail)
        found = np.zeros_like(counts)
        np.add.at(found, (np.array(labels)[tail], np.array(labels)[head]), 1)
        np.testing.assert_array_equal(found + found.T - np.diag(np.diag(found)), counts)


@pytest.mark.parametrize("counts", [[[2, 2], [2, 1]], [[0, 1], [1, 0]]])
def test_all_graphs_are_equally_likely(counts):
    # 3 and 2 vertices: 3, 6 and 1 pairs, of which 2, 2 and 1 are chosen in 3 * 15 ways, or 1 between in 6.
    labels, draws = [0, 1, 0, 1, 0], 4000
    random = np.random.default_rng(4)
    seen = {}
    for _ in range(draws):
        pairs = zip(*map(np.ndarray.tolist, pairs_between_blocks(structure(labels, counts), random)), strict=True)
        graph = frozenset(map(frozenset, pairs))
        seen[graph] = seen.get(graph, 0) + 1
    number = 45 if counts[0][0] else 6
    assert len(seen) == number
    assert stats.chisquare(list(seen.values())).pvalue > 1e-4


@pytest.mark.parametrize("dense", [0.0, 0.2, 1.0])
def test_integers_of_ranges_are_uniform_however_they_are_drawn(dense):
    offsets, counts, random = np.array([0, 5, 5, 9]), np.array([2, 0, 3]), np.random.default_rng(7)
    seen = dict.fromkeys([(*one, *two) for one in combinations(range(5), 2) for two in combinations(range(5, 9), 3)], 0)
    for _ in range(4000):
        seen[tuple(np.sort(chosen_in_ranges(offsets, counts, random, dense=dense)).tolist())] += 1
    assert stats.chisquare(list(seen.values())).pvalue > 1e-4


def test_more_edges_than_pairs():
    with pytest.raises(ParameterError, match="more edges within or between blocks than pairs of vertices"):
        pairs_between_blocks(structure([0, 0, 1], [[1, 3], [3, 0]]), np.random.default_rng(1))
