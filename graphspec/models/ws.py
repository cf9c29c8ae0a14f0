"""Watts and Strogatz: a ring of near neighbours, some of whose edges are rewired."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from graphspec._typing import Vertices
from graphspec.errors import ParameterError
from graphspec.graphs import Graph
from graphspec.models.base import SHARES, Edges, Model, Parameter, Values, mean_degree_of


class WattsStrogatz(Model):
    """Small world: each vertex linked to k neighbours on a ring, every edge rewired with probability p."""

    name = "ws"
    title = "Watts-Strogatz"
    parameters = (
        Parameter("k", "neighbours on the ring, even", integer=True, low=2),
        Parameter("p", "probability of rewiring an edge", high=1.0),
    )
    source = "D. J. Watts and S. H. Strogatz, Nature 393, 440 (1998)"

    def check(self, num_nodes: int, values: Values) -> None:
        """Check that k is even and leaves room for rewiring."""
        if values["k"] % 2:
            raise ParameterError(f"ws: k (neighbours on the ring) must be even, not {values['k']}")
        if values["k"] >= num_nodes:
            raise ParameterError(f"ws: k must be less than the number of vertices {num_nodes}, not {values['k']}")

    def edges(self, num_nodes: int, random: np.random.Generator, values: Values) -> Edges:
        """Return the ring with the far ends of chosen edges moved to anywhere that is not taken."""
        half = values["k"] // 2
        tail = np.tile(np.arange(num_nodes), half)
        head = (tail + np.repeat(np.arange(1, half + 1), num_nodes)) % num_nodes
        moved = np.flatnonzero(random.random(len(tail)) < values["p"])
        if values["k"] == num_nodes - 1:
            return tail, head  # everything is linked: there is nowhere to move to
        head[moved] = random.integers(0, num_nodes, len(moved))
        _redraw_taken(tail, head, moved, num_nodes, random)
        return tail, head

    def mean_degree(self, num_nodes: int, values: Values) -> float:
        """Return k: rewiring keeps the number of edges."""
        del num_nodes
        return float(values["k"])

    def candidates(self, num_nodes: int, mean_degree: float) -> list[dict[str, float | int]]:
        """Return the even degrees near the mean degree, each with several probabilities."""
        most = (num_nodes - 1) // 2 * 2
        middle = int(np.clip(2 * round(mean_degree / 2), 2, max(most, 2)))
        degrees = [k for k in (middle - 2, middle, middle + 2) if 2 <= k <= most]
        return [{"k": k, "p": p} for k in degrees for p in SHARES]

    def baseline(self, graph: Graph) -> dict[str, float | int]:
        """Return the even number next to the mean degree, which does not tell p."""
        return {"k": max(2, 2 * round(mean_degree_of(graph) / 2))}

    def density(self, num_nodes: int, values: Values) -> Callable[[NDArray[np.float64]], NDArray[np.float64]] | None:
        """Return the density of the ring with two neighbours, an arcsine law, where nothing is rewired."""
        del num_nodes
        if values["p"] > 0 or values["k"] != 2:
            return None

        def arcsine(eigenvalue: NDArray[np.float64]) -> NDArray[np.float64]:
            inside = 1 - (eigenvalue - 1) ** 2
            return np.divide(1 / np.pi, np.sqrt(np.maximum(inside, 0)), out=np.zeros_like(inside), where=inside > 0)

        return arcsine


def _redraw_taken(tail: Vertices, head: Vertices, moved: Vertices, num_nodes: int, random: np.random.Generator) -> None:
    """Draw ends again, in place, until no edge that was moved is a loop or there twice."""
    open_edges = moved
    while len(open_edges):
        keys = np.minimum(tail, head) * num_nodes + np.maximum(tail, head)
        twice = _repeated(keys)
        # Of equal edges the first in this order stays: those that were not moved come first.
        priority = np.zeros(len(tail), np.int64)
        priority[moved] = 1
        priority[open_edges] = 2
        order = twice[np.lexsort((priority[twice], keys[twice]))]
        again = np.zeros(len(tail), bool)
        again[order[1:]] = keys[order[1:]] == keys[order[:-1]]
        again |= tail == head
        settled = np.bincount(tail[~again], minlength=num_nodes) + np.bincount(head[~again], minlength=num_nodes)
        stuck = np.zeros(num_nodes, bool)
        stuck[tail[again]] = settled[tail[again]] >= num_nodes - 1
        # Where all others are linked to a vertex already, one of them has to make room.
        again[moved] |= stuck[tail[moved]] | stuck[head[moved]]
        open_edges = np.flatnonzero(again)
        head[open_edges] = random.integers(0, num_nodes, len(open_edges))


def _repeated(keys: Vertices) -> Vertices:
    """Return where the keys are that occur more than once."""
    ordered = np.sort(keys)
    several = np.unique(ordered[1:][ordered[1:] == ordered[:-1]])
    if len(several) == 0:
        return np.zeros(0, np.int64)
    places = np.minimum(np.searchsorted(several, keys), len(several) - 1)
    return np.flatnonzero(several[places] == keys)
