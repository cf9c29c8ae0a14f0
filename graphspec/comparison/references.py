"""Reference graphs of a model: moments of their spectra at any values of the parameters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.polynomial import chebyshev

from graphspec._typing import Matrix, Vector
from graphspec.comparison.settings import ReferenceSettings
from graphspec.comparison.target import Target
from graphspec.errors import ParameterError
from graphspec.graphs import Graph
from graphspec.lanczos import BLOCK_WIDTH
from graphspec.machine import available_threads, pool_of
from graphspec.models import Edges, Model, ParameterValues, Values
from graphspec.sketches import nonzero_moments, sketch

DEFAULTS = ReferenceSettings()


class References:
    """Reference graphs of one model and size, generated once for every requested point of the parameter space.

    The same seeds are used everywhere in the parameter space (common random numbers), so that differences between
    nearby parameter values are due to the model, not to chance.

    Parameters
    ----------
    model
        The model.
    num_nodes
        Number of vertices of the graph that is fitted.
    num_moments
        Highest order of the moments.
    count
        Number of references.
    seed
        Seed of the references; each has its own generator.
    settings
        Sizes and probes.
    threads
        Number of threads, by default all processors; it does not change the references.

    Attributes
    ----------
    reference_nodes
        Number of vertices of each reference.
    num_made
        Number of references made so far.

    Raises
    ------
    ParameterError
        If `count` is less than 3.
    """

    def __init__(
        self,
        model: Model,
        num_nodes: int,
        num_moments: int,
        count: int,
        *,
        seed: int = 0,
        settings: ReferenceSettings = DEFAULTS,
        threads: int | None = None,
    ) -> None:
        if count < 3:
            message = f"at least 3 references are needed for their spread, not {count}"
            raise ParameterError(message, "num_references")
        self.model, self.num_nodes, self.num_moments = model, num_nodes, num_moments
        self.count, self.seed, self.settings = count, seed, settings
        self.threads = threads or available_threads()
        self.reference_nodes = num_nodes if model.keeps_size else min(num_nodes, settings.max_nodes)
        self.num_made = 0
        self._known: dict[tuple[tuple[str, Any], ...], list[Vector]] = {}

    @property
    def dense(self) -> bool:
        """Whether spectra are computed densely."""
        return self.reference_nodes <= self.settings.dense_nodes

    def moments(self, values: Values, count: int | None = None) -> Matrix:
        """Return the moments of the spectra without the zeros of the components.

        Parameters
        ----------
        values
            Values of the parameters of a graph of `num_nodes` vertices.
        count
            Number of references; by default all.

        Returns
        -------
        moments
            Moments of order 0 to `num_moments`, shape (references, orders).

        Raises
        ------
        ParameterError
            If the values lie outside of the parameter space, or the graphs have no edges.
        """
        checked = self.model.checked(self.num_nodes, values)
        count = self.count if count is None else min(count, self.count)
        known = self._known.setdefault(tuple(sorted(checked.items())), [])
        if len(known) < count:
            scaled = self._scaled(checked)
            missing = range(len(known), count)
            size = self._batch_size(len(missing))
            batches = [missing[start : start + size] for start in range(0, len(missing), size)]
            with pool_of(min(self.threads, len(batches))) as pool:
                for batch in (map if pool is None else pool.map)(partial(self._moments_of, scaled), batches):
                    known += batch
            self.num_made += len(missing)
        return np.array(known[:count])

    def graphs(self, values: Values, count: int | None = None) -> Iterator[Graph]:
        """Generate the references for some values of the parameters again, one after the other."""
        scaled = self._scaled(self.model.checked(self.num_nodes, values))
        for index in range(self.count if count is None else min(count, self.count)):
            yield Graph.from_edges(*self._edges(scaled, index), num_nodes=self.reference_nodes)

    def _scaled(self, checked: ParameterValues) -> ParameterValues:
        """Return the values for a graph of the size of a reference."""
        if self.reference_nodes == self.num_nodes:
            return checked
        scaled = self.model.scaled(checked, self.num_nodes, self.reference_nodes)
        self.model.check(self.reference_nodes, scaled)
        return scaled

    def _edges(self, scaled: Values, index: int) -> Edges:
        """Return the edges of a reference, which has its own generator."""
        return self.model.edges(self.reference_nodes, np.random.default_rng([self.seed, index]), scaled)

    def _batch_size(self, count: int) -> int:
        """Return the number of references generated together: at most a thread's share, and few dense ones."""
        largest = max(self.settings.dense_entries // self.reference_nodes**2, 1) if self.dense else 1
        return min(largest, -(-count // self.threads))

    def _moments_of(self, values: Values, indices: Sequence[int]) -> list[Vector]:
        """Generate references and return the moments of their spectra."""
        nodes, probes = self.reference_nodes, self.settings.num_probes
        generated = [self._edges(values, index) for index in indices]
        if any(len(tail) == 0 for tail, _ in generated):
            raise ParameterError(f"{self.model.name}: no reference has an edge at {dict(values)}")
        if self.dense:
            return list(dense_moments(generated, nodes, self.num_moments))
        options: dict[str, Any] = {"num_moments": self.num_moments, "num_probes": probes, "seed": self.seed}
        moments = []
        for index, edges in zip(indices, generated, strict=True):
            graph = Graph.from_edges(*edges, num_nodes=nodes)
            moments.append(nonzero_moments(sketch(graph, first_probe=index * probes, threads=1, **options)).values)
        return moments


def references_for(
    target: Target,
    model: Model,
    num_moments: int,
    num_references: int | None = None,
    seed: int = 0,
    settings: ReferenceSettings = DEFAULTS,
    threads: int | None = None,
) -> References:
    """Return the references of a model that a target is compared with.

    Parameters
    ----------
    target
        The target.
    model
        The model.
    num_moments
        Highest order of the moments.
    num_references
        Number of references; by default :func:`default_references`.
    seed
        Seed of the references.
    settings
        Sizes and probes; there are fewer probes where the target is dense.
    threads
        Number of threads.
    """
    count = default_references(target.num_nodes) if num_references is None else num_references
    size = target.num_nodes if model.keeps_size else min(target.num_nodes, settings.max_nodes)
    settings = settings.changed(num_probes=reference_probes(target.mean_degree, settings, size))
    return References(model, target.num_nodes, num_moments, count, seed=seed, settings=settings, threads=threads)


def default_references(num_nodes: int) -> int:
    """Return the default number of references, larger for small graphs, whose spectra vary more."""
    return 100 if num_nodes <= 150 else 50 if num_nodes <= 300 else 20 if num_nodes <= 1000 else 10


def reference_probes(mean_degree: float, settings: ReferenceSettings = DEFAULTS, num_nodes: int = 0) -> int:
    """Return the number of probes of references of a mean degree and size, a multiple of the block width.

    There are fewer for references that are larger than others, as their moments scatter less.
    """
    sparse = settings.sparse_degree
    larger = max(num_nodes / settings.max_nodes, 1.0)
    blocks = int(settings.num_probes // BLOCK_WIDTH * sparse / max(mean_degree, sparse) / larger)
    return BLOCK_WIDTH * max(blocks, 1)


def dense_moments(graphs: Sequence[Edges], num_nodes: int, num_moments: int) -> Matrix:
    """Return the moments of L - I, L the normalised Laplacian, without the zeros of the components, by a dense solver.

    Parameters
    ----------
    graphs
        Edges of every graph. The solver of a batch lets other threads run Python meanwhile.
    num_nodes
        Number of vertices of each.
    num_moments
        Highest order of the moments.

    Returns
    -------
    moments
        Moments of order 0 to `num_moments`, shape (graphs, orders).
    """
    adjacency = np.zeros((len(graphs), num_nodes, num_nodes))
    for matrix, (tail, head) in zip(adjacency, graphs, strict=True):
        matrix[tail, head] = matrix[head, tail] = 1.0
    # An isolated vertex is a component: a loop makes its eigenvalue a zero of the Laplacian, as for other components.
    degrees = adjacency.sum(axis=2)
    adjacency[degrees == 0] = np.eye(num_nodes)[np.nonzero(degrees == 0)[1]]
    roots = 1 / np.sqrt(np.maximum(degrees, 1))
    adjacency *= roots[:, :, None]
    adjacency *= roots[:, None, :]
    kept = [np.clip(-row[row < 1 - 1e-9], -1.0, 1.0) for row in np.linalg.eigvalsh(adjacency)]
    return np.array([chebyshev.chebvander(row, num_moments).mean(axis=0) for row in kept])
