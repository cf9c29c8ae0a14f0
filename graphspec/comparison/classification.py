"""Which of several random-graph models explain a spectrum: fits side by side, and a name only where one stands out.

The smallest divergence alone says little: a model with more parameters is always near. A model has to pass two tests:
the divergence of the graph from it is like that of its own graphs, and no other model that passes lies in the direction
in which the graph differs from it. The second looks in one direction of the space of moments, where the first adds up
the noise of all, and so sees differences far below the noise floor.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from threadpoolctl import threadpool_limits

from graphspec.comparison.fitting import Fit, Search, Target, references_for
from graphspec.errors import ParameterError
from graphspec.graphs.graph import Graph
from graphspec.models.generation import get_model

CLASSIFY_MOMENTS = 20
"""Order of a classification (of 20, 30 and 40 the best on trial)."""

REFUTED = 4.0
"""Deviations towards another model that refute one; of 10 references, Student's t exceeds that 16 times in 10 000."""


@dataclass(frozen=True)
class Classification:
    """Which of several models explain a spectrum.

    Attributes
    ----------
    best
        The simplest model that explains it, or None where none does or two equally simple ones do.
    distinguishable
        Whether there is such a model.
    ranking
        The fits, the smallest divergence first.
    refuted
        Models whose divergence is like that of their own graphs, and the model that is better all the same.
    """

    best: str | None
    distinguishable: bool
    ranking: tuple[Fit, ...]
    refuted: dict[str, str]

    def explains(self, model: str) -> bool:
        """Return whether a model explains the spectrum."""
        return model not in self.refuted and any(item.model == model and item.consistent for item in self.ranking)


def classify(
    source: Any,
    models: Sequence[str] = ("er", "ws", "ba"),
    *,
    num_moments: int = CLASSIFY_MOMENTS,
    num_references: int | None = None,
    seed: int = 0,
    threads: int | None = None,
    graph: Graph | None = None,
    progress: Callable[[int, int | None], None] | None = None,
    **sketch_options: Any,
) -> Classification:
    """Tell which of several models explain a graph.

    A model explains it if the graph's divergence from it is like that of the model's own graphs, and if the graph does
    not differ from these towards another such model by more than four standard deviations. Of several that do, the one
    with the fewest parameters is named; two equally simple ones cannot be told apart by the spectrum.

    Parameters
    ----------
    source
        A graph, or a sketch of its normalised Laplacian.
    models
        Names of the models.
    num_moments, num_references, seed, threads, graph, progress, **sketch_options
        As for :func:`graphspec.fit`.

    Raises
    ------
    ParameterError
        If a model is unknown or named twice, or an option out of range.
    SketchError
        If there are too few eigenvalues for a fit, or the sketch is of another operator.
    """
    if not models or len(set(models)) < len(models):
        raise ParameterError(f"name models, each once, not {', '.join(models) or 'none'}")
    for name in models:
        get_model(name)
    target = Target.of(source, num_moments, graph, threads=threads, **sketch_options)
    searches, fits = {}, {}
    with threadpool_limits(1, user_api="blas"):
        for name in models:
            model = get_model(name, target.graph)
            references = references_for(target, model, num_moments, num_references, seed)
            searches[name] = Search(target, references, progress)
            fits[name] = searches[name].fit()
        refuted = _refuted({name: searches[name] for name in models if fits[name].consistent})
    ranking = tuple(sorted(fits.values(), key=lambda item: item.symmetric_kl))
    best = _simplest([item for item in ranking if item.consistent and item.model not in refuted])
    return Classification(best, best is not None, ranking, refuted)


def _refuted(searches: dict[str, Search]) -> dict[str, str]:
    """Return the models from which the target lies towards another one, which itself is not far from it."""
    found = {}
    for name, search in searches.items():
        for other, rival in searches.items():
            if other == name:
                continue
            towards = rival.mean_moments - search.mean_moments
            offset, deviation = search.discrepancy(towards)
            back, of_rival = rival.discrepancy(-towards)
            if offset > REFUTED * deviation and back < REFUTED / 2 * of_rival:
                found[name] = other
    return found


def _simplest(explaining: Sequence[Fit]) -> str | None:
    """Return the model with the fewest parameters, if it is alone."""
    if not explaining:
        return None
    fewest = min(_complexity(item) for item in explaining)
    simplest = [item.model for item in explaining if _complexity(item) == fewest]
    return simplest[0] if len(simplest) == 1 else None


def _complexity(item: Fit) -> int:
    # Given degrees are as many parameters as there are vertices.
    return len(item.parameters) if item.model != "configuration" else 1_000_000
