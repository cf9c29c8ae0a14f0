"""Random simple graphs with given degrees."""

import networkx as nx
import numpy as np
import pytest

import graphspec
from graphspec.errors import ParameterError
from graphspec.models.generation import generate
from graphspec.models.stub_matching import PairingSettings, simple_pairing


def test_a_regular_graph_is_uniform():
    # Of the 70 labelled 2-regular graphs on 6 vertices, 60 are hexagons and 10 are two triangles.
    hexagons = sum(graphspec.connected_components(generate("regular", 6, seed, k=2)).count == 1 for seed in range(700))
    assert abs(hexagons - 600) < 4 * np.sqrt(700 * 6 / 7 * 1 / 7)


def test_a_regular_graph_is_uniform_when_it_is_switched():
    settings = PairingSettings(hopeless=0.0)
    made = [simple_pairing(np.full(6, 2), np.random.default_rng(seed), settings) for seed in range(700)]
    hexagons = sum(nx.is_connected(nx.Graph(zip(tail.tolist(), head.tolist(), strict=True))) for tail, head in made)
    assert abs(hexagons - 600) < 4 * np.sqrt(700 * 6 / 7 * 1 / 7)


def test_dense_degrees_are_kept():
    random = np.random.default_rng(5)
    for low, high in ((20, 60), (40, 95), (90, 99)):
        degrees = random.integers(low, high, 100)
        degrees[0] += degrees.sum() % 2
        assert_simple(*simple_pairing(degrees, np.random.default_rng(1)), degrees)
    assert len(simple_pairing(np.full(50, 49), np.random.default_rng(1))[0]) == 50 * 49 // 2


def test_degrees_without_room_for_a_simple_graph_lose_edges():
    # Two vertices of degree 5 can have one edge at most.
    tail, head = simple_pairing(np.array([5, 5]), np.random.default_rng(0))
    assert set(zip(tail.tolist(), head.tolist(), strict=True)) <= {(0, 1), (1, 0)}
    assert len(tail) <= 1
    with pytest.raises(ParameterError, match="add up to an even number"):
        simple_pairing(np.array([1, 2]), np.random.default_rng(0))


DEGREES = np.repeat([1, 2, 3, 4, 20], [20, 20, 20, 20, 4])
SWITCHED = PairingSettings(max_pairings=1, biased_share=1.0)


def assert_simple(tail, head, degrees):
    assert not np.any(tail == head)
    pairs = np.sort([tail, head], axis=0)
    assert len(np.unique(pairs, axis=1).T) == len(tail)
    np.testing.assert_array_equal(np.bincount(np.concatenate([tail, head]), minlength=len(degrees)), degrees)


@pytest.mark.parametrize(
    "settings",
    [PairingSettings(), SWITCHED, PairingSettings(max_pairings=1, biased_share=0.0), PairingSettings(repeated_edges=0)],
)
def test_graphs_are_simple_and_have_the_degrees(settings):
    for seed in range(20):
        assert_simple(*simple_pairing(DEGREES, np.random.default_rng(seed), settings), DEGREES)


def test_without_switching_invalid_pairs_are_left_out():
    settings = PairingSettings(max_pairings=1, max_rounds=0)
    tails = [len(simple_pairing(DEGREES, np.random.default_rng(seed), settings)[0]) for seed in range(10)]
    assert max(tails) < DEGREES.sum() // 2


@pytest.mark.parametrize(
    "changes",
    [{"max_pairings": 30}, {"max_rounds": 1}, {"biased_share": 0.0}],
)
def test_every_setting_of_switching_has_an_effect(changes):
    assert_effect(SWITCHED, SWITCHED.changed(**changes), DEGREES)


@pytest.mark.parametrize("changes", [{"dense_share": 0.9}, {"hopeless": 1e9}, {"switches": 1}])
def test_every_setting_of_dense_graphs_has_an_effect(changes):
    assert_effect(PairingSettings(), PairingSettings(**changes), np.full(40, 16))


@pytest.mark.parametrize("changes", [{"num_sweeps": 3}, {"sweep_share": 0.1}])
def test_every_setting_of_mixing_has_an_effect(changes):
    mixed = SWITCHED.changed(biased_share=0.0)
    assert_effect(mixed, mixed.changed(**changes), DEGREES)


def test_graphs_of_many_edges_are_not_drawn_again():
    # At degree 2 about every second pairing is simple.
    assert_effect(PairingSettings(), PairingSettings(repeated_edges=99), np.full(100, 2))


def assert_effect(first, second, degrees):
    """Check that some of a few graphs differ by the settings."""
    made = [
        [np.concatenate(simple_pairing(degrees, np.random.default_rng(seed), settings)).tolist() for seed in range(8)]
        for settings in (first, second)
    ]
    assert made[0] != made[1]


def test_mixing_makes_graphs_of_hubs_uniform():
    # Two hubs of degree 4 among vertices of degree 1 or 2: how often they are linked does not depend on the method.
    degrees = np.array([4, 4, 2, 2, 2, 2, 1, 1])

    def linked(settings):
        count = 0
        for seed in range(1500):
            tail, head = simple_pairing(degrees, np.random.default_rng(seed), settings)
            count += np.any((tail + head == 1) & (np.abs(tail - head) == 1))
        return count

    exact = linked(PairingSettings(max_pairings=1000))
    mixed = linked(PairingSettings(max_pairings=1, biased_share=0.0))
    assert abs(exact - mixed) < 4 * np.sqrt(2 * 1500 / 4)
