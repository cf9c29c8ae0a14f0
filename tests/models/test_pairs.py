"""Numbers of pairs and independent choices among them."""

import numpy as np
import pytest

from graphspec.models.generation import get_model
from graphspec.models.pairs import chosen_ranks, pairs_below, unranked_pairs


def test_pairs_have_numbers():
    first, second = unranked_pairs(np.arange(pairs_below(60)))
    assert (second < first).all()
    assert len(set(zip(first.tolist(), second.tolist(), strict=True))) == pairs_below(60)
    large = pairs_below(10**6)
    first, second = unranked_pairs(np.array([0, large - 1, large - 10**6 + 1]))
    assert (first[0], second[0]) == (1, 0)
    assert (first[1], second[1]) == (10**6 - 1, 10**6 - 2)
    assert (first * (first - 1) // 2 + second).tolist() == [0, large - 1, large - 10**6 + 1]


@pytest.mark.parametrize("probability", [0.0, 0.005, 0.019, 0.021, 0.5, 1.0])
def test_coins_choose_distinct_numbers(probability):
    random, total = np.random.default_rng(2), 2500
    counts = np.zeros(total)
    for _ in range(200):
        ranks = chosen_ranks(total, probability, random, chunk=1000)
        assert len(np.unique(ranks)) == len(ranks)
        counts[ranks] += 1
    # The number of hits is binomial, and no number is preferred.
    sd = np.sqrt(200 * total * probability * (1 - probability))
    assert abs(counts.sum() - 200 * total * probability) <= 4 * sd
    if 0 < probability < 1:
        halves = counts.reshape(2, -1).sum(axis=1)
        assert abs(halves[0] - halves[1]) < 4 * sd


@pytest.mark.parametrize(("few", "many"), [(0.0034, 0.0039), (0.3, 0.31)])
def test_near_probabilities_share_their_edges(few, many):
    # Common random numbers: the smaller graph is a part of the larger one.
    model = get_model("er")
    small, large = (model.edges(2000, np.random.default_rng(5), {"p": p}) for p in (few, many))
    ranks = [set(zip(*(side.tolist() for side in pair), strict=True)) for pair in (small, large)]
    assert ranks[0] < ranks[1]
    expected = (many - few) * 2000 * 1999 / 2
    assert abs(len(ranks[1]) - len(ranks[0]) - expected) < 5 * np.sqrt(expected)
