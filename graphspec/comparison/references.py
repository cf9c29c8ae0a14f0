"""Graphs of a model to compare a spectrum with: their moments, for parameters anywhere in its space."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphspec._typing import Matrix
from graphspec.errors import ParameterError
from graphspec.exact import ExactSettings
from graphspec.graphs import Graph
from graphspec.lanczos import BLOCK_WIDTH
from graphspec.models import Model
from graphspec.sketches import nonzero_moments, sketch

Values = Mapping[str, Any]


REFERENCE_NODES = 4000
"""Vertices of the references of a larger graph: spectra depend on degrees, not on sizes (checked by
``python -m benchmarks models``)."""

NUM_PROBES = 128
"""Probes of a reference that is too large for dense eigenvalues."""

_DEGREE = 24  # mean degree up to which all probes are taken: the work is degrees times probes
_ISOLATED = 1e-9


class References:
    """Reference graphs of one model and size, made once for every parameter value that is asked for.

    The same seeds serve everywhere in the parameter space (common random numbers): differences between near parameters
    are those of the model, not of chance.

    Parameters
    ----------
    model
        The model.
    num_nodes
        Number of vertices of the graph that they stand for.
    num_moments
        Highest order of the moments.
    count
        Number of references.
    seed
        Seed of the first; each has its own.
    num_probes
        Probes of a reference that is too large for dense eigenvalues.
    most_nodes
        Vertices of a reference at most.

    Raises
    ------
    ParameterError
        If there are fewer than 3.
    """

    def __init__(
        self,
        model: Model,
        num_nodes: int,
        num_moments: int,
        count: int,
        *,
        seed: int = 0,
        num_probes: int = NUM_PROBES,
        most_nodes: int = REFERENCE_NODES,
    ) -> None:
        self.model, self.num_nodes, self.num_moments, self.num_probes = model, num_nodes, num_moments, num_probes
        if count < 3:
            raise ParameterError(f"at least 3 references are needed for their spread, not {count}")
        self.count, self.seed = count, seed
        self.reference_nodes = min(num_nodes, most_nodes)
        self._known: dict[tuple[tuple[str, Any], ...], list[NDArray[np.float64]]] = {}

    def moments(self, values: Values, count: int | None = None) -> Matrix:
        """Return the moments of the spectra without zeros, shape (references, orders).

        Raises
        ------
        ParameterError
            If the values are not in the parameter space, or the graphs have no edges.
        """
        checked = self.model.checked(self.num_nodes, values)
        wanted = self.count if count is None else min(count, self.count)
        known = self._known.setdefault(tuple(sorted(checked.items())), [])
        if len(known) < wanted:
            scaled = checked
            if self.reference_nodes != self.num_nodes:
                scaled = self.model.scaled(checked, self.num_nodes, self.reference_nodes)
                self.model.check(self.reference_nodes, scaled)
            known += [self._moments_of(scaled, index) for index in range(len(known), wanted)]
        return np.array(known[:wanted])

    def _moments_of(self, values: Values, index: int) -> NDArray[np.float64]:
        random = np.random.default_rng([self.seed, index])
        tail, head = self.model.edges(self.reference_nodes, random, values)
        if len(tail) == 0:
            raise ParameterError(f"{self.model.name}: no reference has an edge at {dict(values)}")
        if self.reference_nodes <= ExactSettings().dense_limit:
            return _dense_moments(tail, head, self.reference_nodes, self.num_moments)
        graph = Graph.from_edges(tail, head, num_nodes=self.reference_nodes)
        options: dict[str, Any] = {"num_moments": self.num_moments, "num_probes": self.num_probes}
        found = sketch(graph, first_probe=index * self.num_probes, seed=self.seed, threads=1, **options)
        return nonzero_moments(found).values


def reference_probes(mean_degree: float) -> int:
    """Return a number of probes for graphs of a mean degree: of dense ones fewer, whose spectra are narrow."""
    blocks = int(NUM_PROBES // BLOCK_WIDTH * _DEGREE / max(mean_degree, _DEGREE))
    return BLOCK_WIDTH * max(blocks, 1)


def _dense_moments(tail: Any, head: Any, num_nodes: int, num_moments: int) -> NDArray[np.float64]:
    """Return the moments of L - I without the zeros of components, from dense eigenvalues."""
    adjacency = np.zeros((num_nodes, num_nodes))
    adjacency[tail, head] = adjacency[head, tail] = 1.0
    degrees = adjacency.sum(axis=1)
    live = degrees > 0
    roots = 1 / np.sqrt(degrees[live])
    eigenvalues = np.linalg.eigvalsh(adjacency[np.ix_(live, live)] * np.outer(roots, roots))
    kept = np.clip(-eigenvalues[eigenvalues < 1 - _ISOLATED], -1.0, 1.0)
    return np.asarray(np.cos(np.arange(num_moments + 1)[:, None] * np.arccos(kept)).mean(axis=1))
