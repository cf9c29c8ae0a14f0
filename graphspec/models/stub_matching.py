"""Random simple graphs with given degrees, from a pairing of half-edges."""

from __future__ import annotations

import numpy as np

from graphspec._typing import Vertices
from graphspec.errors import ParameterError
from graphspec.models.base import Edges

_FEW, _MOST_PAIRINGS = 5000, 30  # at degree 2 half of all pairings are simple, at degree 3 an eighth
_MANY = 1e-3  # share of faulty pairs from which the bias of repairing them shows
_SWEEPS, _SHARE = 40, 4  # sweeps over a share of the edges, so small that exchanges seldom stand in each other's way
_MOST_ROUNDS = 200  # of switching; a few dozen do for degrees that a simple graph has room for


def simple_pairing(degrees: Vertices, random: np.random.Generator) -> Edges:
    """Return the edges of a random simple graph with given degrees.

    Half-edges are paired at random, for few of them again and again until the graph is simple: then all graphs with
    these degrees are equally likely. Otherwise each pair that is a loop or there already exchanges its end with that of
    a random edge, which keeps all degrees (Rao, Jana and Bandyopadhyay, Sankhya A 58, 225 (1996)), until none is left.
    Where many had to, so that hubs are linked too often, all edges go on to exchange ends for a while. Pairs that are
    still faulty after many rounds are left out: there are degrees for which no simple graph exists.

    Raises
    ------
    ParameterError
        If the degrees add up to an odd number.
    """
    if degrees.sum() % 2:
        raise ParameterError("degrees must add up to an even number")
    stubs = np.repeat(np.arange(len(degrees)), degrees)
    half = len(stubs) // 2
    for _ in range(_MOST_PAIRINGS if half <= _FEW else 1):
        random.shuffle(stubs)
        tail, head = stubs[:half].copy(), stubs[half:].copy()
        faulty = _faulty(tail, head, len(degrees))
        if len(faulty) == 0:
            return tail, head
    sweeps = _SWEEPS if len(faulty) > _MANY * half else 0
    for _ in range(_MOST_ROUNDS):
        if len(faulty) == 0:
            return _mixed(tail, head, len(degrees), sweeps, random)
        partners = random.integers(0, half, len(faulty))
        # A partner serves once in a round, and is not faulty itself.
        _, first = np.unique(partners, return_index=True)
        first = first[~np.isin(partners[first], faulty)]
        mine, other = faulty[first], partners[first]
        head[mine], head[other] = head[other], head[mine].copy()
        faulty = _faulty(tail, head, len(degrees))
    sound = np.ones(half, bool)
    sound[faulty] = False
    return tail[sound], head[sound]


def _mixed(tail: Vertices, head: Vertices, num_nodes: int, sweeps: int, random: np.random.Generator) -> Edges:
    """Let random pairs of edges exchange ends where the graph stays simple, a share of the edges in each sweep."""
    for _ in range(sweeps):
        order = random.permutation(len(tail))[: max(len(tail) // _SHARE // 2 * 2, 2)]
        first, second = order[::2], order[1::2]
        turned = random.random(len(second)) < 0.5
        tail[second[turned]], head[second[turned]] = head[second[turned]], tail[second[turned]].copy()
        keys = np.sort(_keys(tail, head, num_nodes))
        proposals = [(tail[first], head[second]), (tail[second], head[first])]
        sound = np.ones(len(first), bool)
        made = np.concatenate([_keys(*ends, num_nodes) for ends in proposals])
        # Of several pairs that would make one edge the first may: if none could, hubs would be linked too seldom.
        alone = np.zeros(len(made), bool)
        alone[np.unique(made, return_index=True)[1]] = True
        for index, (one, other) in enumerate(proposals):
            part = slice(index * len(first), (index + 1) * len(first))
            place = np.minimum(np.searchsorted(keys, made[part]), len(keys) - 1)
            sound &= (one != other) & (keys[place] != made[part]) & alone[part]
        one, other = first[sound], second[sound]
        head[one], head[other] = head[other], head[one].copy()
    return tail, head


def _keys(tail: Vertices, head: Vertices, num_nodes: int) -> Vertices:
    return np.minimum(tail, head) * num_nodes + np.maximum(tail, head)


def _faulty(tail: Vertices, head: Vertices, num_nodes: int) -> Vertices:
    """Return the pairs that are loops, and all but one of those that are equal."""
    keys = _keys(tail, head, num_nodes)
    order = np.argsort(keys, kind="stable")
    faulty = tail == head
    faulty[order[1:]] |= keys[order[1:]] == keys[order[:-1]]
    return np.flatnonzero(faulty)
