"""Detected communities of a graph as the blocks of models that are fitted to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from graphspec._typing import Vertices
from graphspec.analyses.cluster_options import ClustersOptions
from graphspec.analyses.console import SILENT, Console
from graphspec.analyses.detectable import detect, refusal
from graphspec.clusters import CONFIRM_LIMIT, DetectableConfirmation, DetectableCount, group_vertices
from graphspec.comparison import Communities
from graphspec.errors import SketchError
from graphspec.graphs import Graph
from graphspec.models import BLOCK_MODELS, Model, get_model
from graphspec.sketches import Sampling

MOST_BLOCK_EDGES = 1_000_000
"""Largest number of edges of a graph that block models are fitted to: their references are as large as the graph,
because blocks that shrink with it have other spectra."""

_SIMPLER = {"sbm": "er", "dcsbm": "configuration"}


@dataclass(frozen=True, eq=False)
class FoundCommunities:
    """Communities of a graph, or the reason why there are none.

    Attributes
    ----------
    graph
        The graph; None for a sketch.
    communities
        The communities; None where they were not asked for or not found.
    reason
        Reason why there are none; empty where they were not asked for.
    """

    graph: Graph | None
    communities: Communities | None = None
    reason: str = ""

    def model(self, model: str | Model) -> Model | str:
        """Return a model for the graph, with its blocks where it has some; or the reason why there is none."""
        if isinstance(model, Model):
            return model
        if model not in BLOCK_MODELS:
            return get_model(model, self.graph)
        if self.communities is None:
            return f"{self.reason}: {model} with one block is {_SIMPLER[model]}" if self._is_one else self.reason
        return get_model(model, self.graph, self.communities.labels)

    @property
    def _is_one(self) -> bool:
        return self.reason == _NONE


_NONE = "no communities are detected"


def find_communities(
    name: str,
    graph: Graph | None,
    models: Sequence[str | Model],
    seed: int = 0,
    threads: int | None = None,
    console: Console = SILENT,
) -> FoundCommunities:
    """Detect the communities of a graph where one of several models keeps its degrees or blocks.

    They are those of ``graphspec clusters --rule detectable``, with the partition of ``--labels``. Eigenvalues that
    count scales make blocks too: weak communities are often taken for these, and the fit says whether they are blocks.

    Parameters
    ----------
    name
        Name of the input in messages.
    graph
        The graph; None for a sketch.
    models
        Names of models, or models themselves.
    seed, threads
        Seed of the probes and of the eigensolver, and number of threads.
    console
        Console for progress.

    Raises
    ------
    SketchError
        If a block model is asked for without a graph.
    """
    blocks = [each for each in models if isinstance(each, str) and each in BLOCK_MODELS]
    if graph is None:
        if blocks:
            needs = f"{' and '.join(blocks)} {'needs' if len(blocks) == 1 else 'need'} the edge list"
            raise SketchError(f"{name}: {needs}: a sketch holds no blocks of vertices")
        return FoundCommunities(None)
    if not blocks and not any(_keeps_degrees(each, graph) for each in models):
        return FoundCommunities(graph)
    refused = refusal(name, graph)
    if refused is not None:
        return FoundCommunities(graph, reason=str(refused).removeprefix(f"{name}: "))
    if graph.num_edges > MOST_BLOCK_EDGES:
        size = f"{graph.num_edges:,} edges are more than the {MOST_BLOCK_EDGES:,} of a graph that block models take"
        return FoundCommunities(graph, reason=size)
    options = ClustersOptions(rule="detectable", sampling=Sampling(seed=seed, threads=threads))
    count = detect(name, graph, options, CONFIRM_LIMIT, console).count
    result = count.confirmation
    if result is None and count.unconfirmed:
        return FoundCommunities(graph, reason=f"the communities are {count.unconfirmed}")
    if result is None or result.count < 2:
        return FoundCommunities(graph, reason=_NONE)
    found = _communities(count, result)
    if len(np.unique(found.labels[graph.num_neighbours > 0])) < 2:
        return FoundCommunities(graph, reason=_NONE)
    return FoundCommunities(graph, found)


def _keeps_degrees(model: str | Model, graph: Graph) -> bool:
    return (get_model(model, graph) if isinstance(model, str) else model).needs_graph


def _communities(count: DetectableCount, result: DetectableConfirmation) -> Communities:
    """Return the communities of a confirmed count."""
    assert count.r is not None
    parts = result.spectrum.parts
    eigenvalues = np.sort(np.concatenate([np.repeat(part.eigenvalues, part.copies) for part in parts]))
    return Communities(_labels(result), count.r**2 - 1, eigenvalues)


def _labels(result: DetectableConfirmation) -> Vertices:
    """Return the partition, in which components without an eigenvalue join the largest community."""
    labels = group_vertices(result.spectrum).copy()
    alone = [part.vertices.ravel() for part in result.spectrum.parts if len(part.eigenvalues) == 0]
    if alone:
        others = np.concatenate(alone)
        kept = np.delete(labels, others)
        labels[others] = np.bincount(kept).argmax()
    return labels
