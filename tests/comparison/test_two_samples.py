"""Two-sample statistics: against their definition as sums over pairs, exact p-values, uniform ones, reproducibility."""

from itertools import combinations
from math import comb

import numpy as np
import pytest

from graphspec import ParameterError
from graphspec.comparison.settings import PermutationSettings
from graphspec.comparison.two_samples import Kernel, num_arrangements, permutation_test


def kernel_of(points):
    return np.exp(-np.abs(points[:, None] - points))


def by_definition(values, first, *, biased=False):
    """Compute the statistic as means over pairs, one after the other."""
    numbers = range(len(values))
    one, two = numbers[:first], numbers[first:]

    def mean(left, right, same):
        return np.mean([values[i, j] for i in left for j in right if biased or not same or i != j])

    return mean(one, one, True) + mean(two, two, True) - 2 * mean(one, two, False)


@pytest.mark.parametrize("biased", [False, True])
@pytest.mark.parametrize("first", [2, 5, 9])
def test_the_statistic_is_that_of_its_definition(first, biased):
    values = kernel_of(np.random.default_rng(first).normal(size=12))
    found = permutation_test(Kernel(values, biased), first, 99, 0)
    assert found.value == pytest.approx(by_definition(values, first, biased=biased), abs=1e-13)


@pytest.mark.parametrize("biased", [False, True])
@pytest.mark.parametrize(("first", "total"), [(3, 6), (2, 7), (5, 8)])
def test_all_arrangements_of_small_samples_give_the_exact_p_value(first, total, biased):
    points = np.random.default_rng(total).normal(size=total)
    values = kernel_of(points)
    statistics = []
    for members in combinations(range(total), first):
        order = [*members, *(number for number in range(total) if number not in members)]
        statistics.append(by_definition(values[np.ix_(order, order)], first, biased=biased))
    expected = np.mean(np.array(statistics) >= statistics[0] - 1e-12)
    found = permutation_test(Kernel(values, biased), first, 999, 0)
    assert found.p_value == pytest.approx(expected, abs=1e-15)
    assert num_arrangements(first, total - first) == comb(total, first)


def test_random_permutations_estimate_the_exact_p_value():
    """With 19,999 permutations the standard deviation of the p-value is sqrt(p (1 - p) / 20,000), below 0.0036."""
    random = np.random.default_rng(3)
    values = kernel_of(np.concatenate([random.normal(size=8), random.normal(0.7, size=8)]))
    exact = permutation_test(Kernel(values), 8, comb(16, 8), 0).p_value
    sampled = permutation_test(Kernel(values), 8, comb(16, 8) - 2, 0).p_value
    assert 0.001 < exact < 0.9
    assert sampled != exact
    assert sampled == pytest.approx(exact, abs=4 * np.sqrt(exact * (1 - exact) / comb(16, 8)) + 1e-4)


def test_equal_members_have_the_p_value_1():
    values = np.ones((30, 30))
    for kernel in (Kernel(values), Kernel(0.1 * values, biased=True), Kernel(np.zeros((30, 30)))):
        assert permutation_test(kernel, 11, 199, 0).p_value == 1.0


def test_p_values_are_uniform_where_both_samples_are_of_one_distribution():
    """Shares of 400 p-values up to a are within three standard deviations of a, for samples of unequal sizes."""
    random = np.random.default_rng(5)
    p_values = np.array(
        [permutation_test(Kernel(kernel_of(random.normal(size=20))), 8, 99, seed).p_value for seed in range(400)]
    )
    for level in (0.05, 0.2, 0.5, 0.8):
        assert abs(np.mean(p_values <= level) - level) < 3 * np.sqrt(level * (1 - level) / 400)


def test_the_smallest_p_value_is_that_of_the_number_of_permutations():
    points = np.concatenate([np.zeros(20), np.full(20, 5.0)]) + np.random.default_rng(0).normal(size=40) / 100
    assert permutation_test(Kernel(kernel_of(points)), 20, 49, 0).p_value == pytest.approx(1 / 50)


def test_seeds_matter_and_threads_do_not():
    points = np.random.default_rng(2).normal(size=60)
    kernel = Kernel(kernel_of(points))
    one = permutation_test(kernel, 25, 1500, 4)
    assert permutation_test(kernel, 25, 1500, 4, threads=3) == one
    assert permutation_test(kernel, 25, 1500, 5).p_value != one.p_value


def test_permutations_must_resolve_the_level():
    message = "^`permutations` 98 cannot give a p-value of 0.01: take 99 or more, or a larger `level`$"
    with pytest.raises(ParameterError, match=message):
        PermutationSettings.of(permutations=98, level=0.01)
    assert PermutationSettings.of(permutations=99, level=0.01).permutations == 99
    assert PermutationSettings.of(permutations=19).level == 0.05
    with pytest.raises(ParameterError, match="take 1,999 or more"):
        PermutationSettings.of(level=0.0005)
