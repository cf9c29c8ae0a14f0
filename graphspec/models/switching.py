"""Dense random graphs with given degrees, by random exchanges of ends of edges in a fixed graph."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from graphspec._typing import Vertices
from graphspec.machine import native, use_native
from graphspec.models.base import Edges
from graphspec.models.splitmix import SplitMix


def switched_graph(degrees: Vertices, proposals: int, random: np.random.Generator) -> Edges:
    """Generate a random simple graph with given degrees by a Markov chain of switches.

    The chain's stationary law is uniform (Rao, Jana and Bandyopadhyay, Sankhya A 58, 225 (1996)). Work and memory are
    proportional to the number of pairs of vertices, which in a dense graph is that of edges.

    Parameters
    ----------
    degrees
        The degrees, shape (n,). If no simple graph has them, some half-edges are left out.
    proposals
        Number of proposed switches; those after which the graph would not be simple are rejected.
    random
        Generator of random numbers.
    """
    # References have one sequence of degrees and begin with the same graph.
    wanted = np.asarray(degrees, np.int64)
    first = _first_graph(wanted.tobytes()) if wanted.sum() < _REMEMBERED else havel_hakimi(wanted)
    tail, head = (ends.copy() for ends in first)
    seed = int(random.integers(0, 2**64, dtype=np.uint64))
    if use_native():
        native.switch_edges(len(degrees), proposals, seed, tail, head)
    else:
        _switch(proposals, seed, tail, head)
    return tail, head


_REMEMBERED = 1_000_000
"""Half-edges of a graph that is kept for the next one of the same degrees: 8 MB."""


@lru_cache(maxsize=2)
def _first_graph(degrees: bytes) -> Edges:
    return havel_hakimi(np.frombuffer(degrees, np.int64))


def havel_hakimi(degrees: Vertices) -> Edges:
    """Return the edges of a simple graph with given degrees, by linking vertices to those of the largest degrees.

    S. L. Hakimi, J. Soc. Ind. Appl. Math. 10, 496 (1962). Half-edges without a partner are left out.
    """
    remaining = np.array(degrees, np.int64)
    tails, heads = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for _ in range(len(remaining)):
        vertex = int(np.argmax(remaining))
        count, remaining[vertex] = int(remaining[vertex]), 0
        partners = np.argsort(-remaining, kind="stable")[:count]
        partners = partners[remaining[partners] > 0]
        remaining[partners] -= 1
        tails.append(np.full(len(partners), vertex))
        heads.append(partners)
    return np.concatenate(tails), np.concatenate(heads)


def _switch(proposals: int, seed: int, tail: Vertices, head: Vertices) -> None:
    """Change `tail` and `head` as the compiled form does."""
    random, count = SplitMix(seed), len(tail)
    tails, heads = tail.tolist(), head.tolist()
    linked = set(zip(tails, heads, strict=True)) | set(zip(heads, tails, strict=True))
    for _ in range(proposals if count > 1 else 0):
        # Propose (a, b), (c, d) -> (a, d), (c, b), with the second edge in either direction.
        one, draw = int(random.uniform() * count), int(random.uniform() * (2 * count))
        two, turned = draw // 2, draw % 2
        a, b = tails[one], heads[one]
        c, d = (heads[two], tails[two]) if turned else (tails[two], heads[two])
        if a == d or c == b or (a, d) in linked or (c, b) in linked:
            continue
        linked -= {(a, b), (b, a), (c, d), (d, c)}
        linked |= {(a, d), (d, a), (c, b), (b, c)}
        heads[one], tails[two], heads[two] = d, c, b
    tail[:], head[:] = tails, heads
