"""Random simple graphs with given degrees, by pairing half-edges."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from graphspec._typing import Vertices
from graphspec.errors import ParameterError
from graphspec.models.base import Edges
from graphspec.models.switching import switched_graph
from graphspec.options import Number, Options, option


@dataclass(frozen=True, kw_only=True)
class PairingSettings(Options):
    """Settings of the pairing of half-edges.

    Attributes
    ----------
    max_pairings
        Largest number of pairings drawn until one is simple: at degree 2 half of them are, at degree 3 one in eight.
    repeated_edges
        Largest number of edges for which pairings are drawn again.
    max_rounds
        Largest number of rounds of switching; a few dozen suffice for degrees of a simple graph.
    biased_share
        Share of invalid pairs above which their repair is biased visibly, so that all edges are mixed afterwards.
    num_sweeps
        Sweeps of the mixing.
    sweep_share
        Share of the edges that exchange ends in a sweep: so small that exchanges seldom exclude each other.
    dense_share
        Share of linked pairs of vertices above which a graph is dense: the repair of a pairing then takes very long.
    hopeless
        Logarithm of the inverse share of simple pairings above which none is drawn for a dense graph.
    switches
        Number of switches proposed for each edge of a dense graph; at least a quarter of them are accepted.
    """

    max_pairings: int = option(30, Number(1, integer=True), "Pairings at most")
    repeated_edges: int = option(5000, Number(0, integer=True), "Edges up to which pairings are drawn again")
    max_rounds: int = option(200, Number(0, integer=True), "Rounds of switching at most")
    biased_share: float = option(1e-3, Number(0, 1), "Share of invalid pairs from which edges are mixed")
    num_sweeps: int = option(40, Number(0, integer=True), "Sweeps of the mixing")
    sweep_share: float = option(0.25, Number(0, 1), "Share of the edges in a sweep")
    dense_share: float = option(0.05, Number(0), "Share of all pairs from which a graph is dense")
    hopeless: float = option(20.0, Number(0), "Logarithm of the inverse share of simple pairings that is hopeless")
    switches: int = option(10, Number(0, integer=True), "Switches for each edge of a dense graph")

    def is_hopeless(self, degrees: Vertices) -> bool:
        """Return whether a graph is dense and hardly any pairing of its half-edges is simple.

        The share of simple pairings is about exp(-x - x^2), x the sum of d (d - 1) over twice the sum of d
        (B. Bollobas, European J. Combin. 1, 311 (1980)).
        """
        total, num_nodes = int(degrees.sum()), len(degrees)
        loops = float((degrees * (degrees - 1)).sum()) / max(2 * total, 1)
        return total > self.dense_share * num_nodes * (num_nodes - 1) and loops + loops**2 > self.hopeless


DEFAULTS = PairingSettings()


def simple_pairing(degrees: Vertices, random: np.random.Generator, settings: PairingSettings = DEFAULTS) -> Edges:
    """Generate a random simple graph with given degrees.

    Half-edges are paired at random until no pair is a loop or occurs twice; then all graphs with these degrees are
    equally likely. In large graphs, the invalid pairs of one pairing exchange ends with random edges, which keeps all
    degrees (Rao, Jana and Bandyopadhyay, Sankhya A 58, 225 (1996)). Pairs that remain invalid are left out, as some
    degrees have no simple graph. Dense graphs are generated as complements, or by switches of a fixed graph.

    Parameters
    ----------
    degrees
        The degrees, shape (n,).
    random
        Generator of random numbers.
    settings
        Settings of the pairing.

    Raises
    ------
    ParameterError
        If the sum of the degrees is odd.
    """
    if degrees.sum() % 2:
        raise ParameterError("degrees must add up to an even number")
    # A graph with more than half of all edges is the complement of a sparser random graph.
    others = len(degrees) - 1 - degrees
    if degrees.sum() > others.sum() and others.min() >= 0:
        return _complement(*simple_pairing(others, random, settings), len(degrees))
    if settings.is_hopeless(degrees):
        return switched_graph(degrees, settings.switches * int(degrees.sum() // 2), random)
    stubs = np.repeat(np.arange(len(degrees)), degrees)
    half = len(stubs) // 2

    # 1. Pair all half-edges at random. A pairing without loops and repetitions is uniform among the simple graphs; for
    #    few edges, pairings are drawn until one is simple.
    for _ in range(settings.max_pairings if half <= settings.repeated_edges else 1):
        random.shuffle(stubs)
        tail, head = stubs[:half].copy(), stubs[half:].copy()
        invalid = _invalid_pairs(tail, head, len(degrees))
        if len(invalid) == 0:
            return tail, head
    biased = len(invalid) > settings.biased_share * half

    # 2. Switch: every invalid pair exchanges its head with that of a random valid one. A partner is used once in a
    #    round, so that all exchanges of a round can be made together.
    for _ in range(settings.max_rounds):
        if len(invalid) == 0:
            break
        partners = random.integers(0, half, len(invalid))
        _, first = np.unique(partners, return_index=True)
        first = first[~np.isin(partners[first], invalid)]
        own, other = invalid[first], partners[first]
        head[own], head[other] = head[other], head[own].copy()
        invalid = _invalid_pairs(tail, head, len(degrees))

    # 3. Leave out the pairs that could not be repaired.
    if len(invalid):
        valid = np.ones(half, bool)
        valid[invalid] = False
        return tail[valid], head[valid]

    # 4. Where many pairs were repaired, hubs are linked to each other too often: mix all edges.
    return _mixed(tail, head, len(degrees), random, settings) if biased else (tail, head)


def _complement(tail: Vertices, head: Vertices, num_nodes: int) -> Edges:
    """Return the pairs of vertices that are not linked."""
    unlinked = ~np.eye(num_nodes, dtype=bool)
    unlinked[tail, head] = unlinked[head, tail] = False
    first, second = np.nonzero(np.triu(unlinked))
    return first.astype(np.int64), second.astype(np.int64)


def _mixed(
    tail: Vertices, head: Vertices, num_nodes: int, random: np.random.Generator, settings: PairingSettings
) -> Edges:
    """Exchange ends of random pairs of edges where the graph stays simple, for a share of the edges in each sweep."""
    for _ in range(settings.num_sweeps):
        # Propose (a, b), (c, d) -> (a, d), (c, b), with the second edge in either direction.
        order = random.permutation(len(tail))[: max(int(len(tail) * settings.sweep_share) // 2 * 2, 2)]
        first, second = order[::2], order[1::2]
        turned = random.random(len(second)) < 0.5
        tail[second[turned]], head[second[turned]] = head[second[turned]], tail[second[turned]].copy()
        _exchange(tail, head, first, second, num_nodes)
    return tail, head


def exchanged_within_blocks(
    tail: Vertices,
    head: Vertices,
    labels: Vertices,
    random: np.random.Generator,
    settings: PairingSettings = DEFAULTS,
) -> Edges:
    """Exchange ends of edges that lie in the same block, which keeps degrees and edge counts, until they are mixed.

    The chain of such switches is symmetric, so that its stationary law is uniform.

    Parameters
    ----------
    tail, head
        Ends of the edges of a simple graph, shape (m,); they are not changed.
    labels
        Block of every vertex, shape (n,).
    random
        Generator of random numbers.
    settings
        Number of sweeps and share of the edges in each.
    """
    tail, head = tail.copy(), head.copy()
    for _ in range(settings.num_sweeps):
        # Propose (a, b), (c, d) -> (a, d), (c, b) for b and d in one block: turn every edge in either direction, and
        # take pairs of the edges, in random order, that have their heads in one block.
        turned = random.random(len(tail)) < 0.5
        tail[turned], head[turned] = head[turned], tail[turned].copy()
        chosen = random.permutation(len(tail))[: max(int(len(tail) * settings.sweep_share), 2)]
        blocks = labels[head[chosen]]
        order = np.argsort(blocks, kind="stable")
        chosen, blocks = chosen[order], blocks[order]
        place = np.arange(len(chosen)) - np.searchsorted(blocks, blocks)
        paired = np.flatnonzero((place[:-1] % 2 == 0) & (blocks[:-1] == blocks[1:]))
        _exchange(tail, head, chosen[paired], chosen[paired + 1], len(labels))
    return tail, head


def _exchange(tail: Vertices, head: Vertices, first: Vertices, second: Vertices, num_nodes: int) -> None:
    """Exchange the heads of pairs of edges, all different ones, where the graph stays simple."""
    proposals = [(tail[first], head[second]), (tail[second], head[first])]
    # Accept where no new edge is a loop, exists already, or is proposed twice. Of several proposals of one edge the
    # first is kept, as hubs would be linked too rarely otherwise.
    keys = np.sort(_edge_keys(tail, head, num_nodes))
    new_keys = np.concatenate([_edge_keys(*ends, num_nodes) for ends in proposals])
    unique = np.zeros(len(new_keys), bool)
    unique[np.unique(new_keys, return_index=True)[1]] = True
    accepted = np.ones(len(first), bool)
    for index, (one, other) in enumerate(proposals):
        part = slice(index * len(first), (index + 1) * len(first))
        place = np.minimum(np.searchsorted(keys, new_keys[part]), len(keys) - 1)
        accepted &= (one != other) & (keys[place] != new_keys[part]) & unique[part]
    one, other = first[accepted], second[accepted]
    head[one], head[other] = head[other], head[one].copy()


def _edge_keys(tail: Vertices, head: Vertices, num_nodes: int) -> Vertices:
    """Return one integer for each edge, the same for both directions."""
    return np.minimum(tail, head) * num_nodes + np.maximum(tail, head)


def _invalid_pairs(tail: Vertices, head: Vertices, num_nodes: int) -> Vertices:
    """Return the indices of pairs that are loops, and of all but the first of equal pairs."""
    keys = _edge_keys(tail, head, num_nodes)
    order = np.argsort(keys, kind="stable")
    invalid = tail == head
    invalid[order[1:]] |= keys[order[1:]] == keys[order[:-1]]
    return np.flatnonzero(invalid)
