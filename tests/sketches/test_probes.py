"""Probes: signs that depend on a seed and a number alone, and ranges that never share one."""

import numpy as np
import pytest

from graphspec.errors import SketchError
from graphspec.sketches.probes import ProbeRange, rademacher_probe, united

STATISTICAL = 4.5  # standard deviations: 7e-6 for a normal variable, and the seeds are fixed


@pytest.mark.parametrize("size", [0, 1, 63, 64, 65, 1000])
def test_probes_are_signs(size):
    probe = rademacher_probe(5, 3, size)
    assert probe.shape == (size,)
    assert set(probe.tolist()) <= {-1.0, 1.0}


def test_a_probe_is_always_the_same():
    np.testing.assert_array_equal(rademacher_probe(5, 3, 100), rademacher_probe(5, 3, 100))


def test_a_probe_is_the_same_on_every_machine():
    # Written down once: saved sketches can be added to only as long as this holds.
    assert rademacher_probe(7, 2, 12).tolist() == [1, -1, 1, 1, -1, 1, 1, -1, 1, -1, 1, 1]


def test_a_longer_probe_begins_with_the_shorter():
    np.testing.assert_array_equal(rademacher_probe(5, 3, 1000)[:130], rademacher_probe(5, 3, 130))


@pytest.mark.parametrize(("seed", "number"), [(5, 4), (6, 3), (3, 5)])
def test_other_seeds_and_numbers_give_other_probes(seed, number):
    assert not np.array_equal(rademacher_probe(5, 3, 200), rademacher_probe(seed, number, 200))


def test_large_seeds_and_numbers_are_accepted():
    assert rademacher_probe(2**64 - 1, 2**63, 10).shape == (10,)


def test_signs_are_balanced_and_uncorrelated():
    count, size = 2000, 64
    probes = np.array([rademacher_probe(13, number, size) for number in range(count)])
    # Means and correlations of independent signs have variance 1 / count. There are 2080 of them: 4.5 becomes 5.5.
    bound = (STATISTICAL + 1) / np.sqrt(count)
    assert np.abs(probes.mean(axis=0)).max() < bound
    correlations = probes.T @ probes / count - np.eye(size)
    assert np.abs(correlations).max() < bound
    across = probes @ probes.T / size - np.eye(count)
    # The same for two probes, over 2e6 pairs.
    assert np.abs(across).max() < 6.5 / np.sqrt(size)


def test_neighbouring_seeds_are_independent():
    size = 100_000
    first, second = rademacher_probe(1, 0, size), rademacher_probe(2, 0, size)
    assert abs(first @ second) < STATISTICAL * np.sqrt(size)


@pytest.mark.parametrize(
    ("ranges", "expected"),
    [
        ([], ()),
        ([(0, 0, 8)], ((0, 0, 8),)),
        ([(0, 8, 16), (0, 0, 8)], ((0, 0, 16),)),
        ([(0, 0, 4), (0, 8, 12)], ((0, 0, 4), (0, 8, 12))),
        ([(0, 8, 12), (0, 0, 4), (0, 4, 8)], ((0, 0, 12),)),
        ([(1, 0, 8), (0, 0, 8)], ((0, 0, 8), (1, 0, 8))),
        ([(0, 0, 8), (1, 8, 16)], ((0, 0, 8), (1, 8, 16))),
    ],
)
def test_united_joins_what_is_adjacent(ranges, expected):
    assert united(ProbeRange(*part) for part in ranges) == expected


@pytest.mark.parametrize(
    ("ranges", "shared"),
    [
        ([(3, 0, 8), (3, 4, 12)], "probes 4 to 7 of seed 3"),
        ([(3, 0, 8), (3, 0, 8)], "probes 0 to 7 of seed 3"),
        ([(3, 0, 16), (3, 2, 5)], "probes 2 to 4 of seed 3"),
        ([(3, 4, 8), (3, 0, 4), (3, 7, 9)], "probes 7 to 7 of seed 3"),
    ],
)
def test_united_refuses_shared_probes(ranges, shared):
    with pytest.raises(SketchError, match=f"{shared} are in more than one sketch"):
        united(ProbeRange(*part) for part in ranges)
