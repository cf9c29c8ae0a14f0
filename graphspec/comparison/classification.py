"""Which of several random-graph models explain a spectrum: fits side by side, and a name only where one stands out.

The smallest divergence alone says little: a model with more parameters is always near. A model has to pass two tests:
the divergence of the graph from it is like that of its own graphs, and no other model that passes lies in the direction
in which the graph differs from it. The second looks in one direction of the space of moments, where the first adds up
the noise of all, and so sees differences far below the self-match.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from threadpoolctl import threadpool_limits

from graphspec._typing import Progress
from graphspec.comparison.fitting import Fit, fit_target, references_for
from graphspec.comparison.settings import DEFAULTS, FitSettings
from graphspec.comparison.target import Target
from graphspec.comparison.uncertainty import FitUncertainty
from graphspec.errors import ParameterError
from graphspec.graphs import Graph
from graphspec.models import get_model


class ClassificationOutcome(Enum):
    """Outcome of a classification; the values are its sentences, with places for the names."""

    NAMED = "{best}: of {tried}, the simplest that the spectrum does not refute"
    """One model explains the graph, and no other that is as simple."""
    NOT_DISTINGUISHABLE = "Not distinguishable: the spectrum refutes none of {consistent}"
    """Equally simple models explain the graph."""
    ALL_REFUTED = "None: the spectrum refutes all models that were tried"
    """No model explains the graph."""


@dataclass(frozen=True)
class Classification:
    """Which of several models explain a spectrum.

    Attributes
    ----------
    best
        The simplest model that explains it, or None where none does or two equally simple ones do.
    ranking
        The fits, the smallest divergence first.
    refuted
        Models whose divergence is like that of their own graphs, and the model that is better all the same.
    """

    best: str | None
    ranking: tuple[Fit, ...]
    refuted: dict[str, str]

    @property
    def distinguishable(self) -> bool:
        """Whether a model is named."""
        return self.best is not None

    @property
    def outcome(self) -> ClassificationOutcome:
        """How the classification ended."""
        if self.best is not None:
            return ClassificationOutcome.NAMED
        explained = any(self.explains(item.model) for item in self.ranking)
        return ClassificationOutcome.NOT_DISTINGUISHABLE if explained else ClassificationOutcome.ALL_REFUTED

    @property
    def sentence(self) -> str:
        """Sentence on the outcome."""
        count = len(self.ranking)
        return str(self.outcome.value).format(
            best=self.best,
            tried=f"the {count} models tried" if count > 1 else "the one model tried",
            consistent=", ".join(item.model for item in self.ranking if self.explains(item.model)),
        )

    def explains(self, model: str) -> bool:
        """Return whether a model explains the spectrum."""
        return model not in self.refuted and any(item.model == model and item.consistent for item in self.ranking)


def classify(
    source: Any,
    models: Sequence[str] = ("er", "ws", "ba"),
    *,
    num_moments: int = 20,
    num_references: int | None = None,
    seed: int = 0,
    threads: int | None = None,
    graph: Graph | None = None,
    settings: FitSettings = DEFAULTS,
    progress: Progress | None = None,
    **sketch_options: Any,
) -> Classification:
    """Tell which of several models explain a graph; see :func:`graphspec.classify`.

    Parameters
    ----------
    source
        A graph, or a sketch of its normalised Laplacian.
    models
        Names of the models.
    num_moments
        Order of the densities (of 20, 30 and 40 the best on trial).
    num_references, seed, threads, graph, settings, progress, **sketch_options
        As for :func:`graphspec.comparison.fitting.fit`.

    Raises
    ------
    ParameterError
        If a model is unknown or named twice, or an option out of range.
    SketchError
        If there are too few eigenvalues for a fit, or the sketch is of another operator.
    """
    if not models or len(set(models)) < len(models):
        raise ParameterError(f"name models, each once, not {', '.join(models) or 'none'}", "models")
    for name in models:
        get_model(name)
    target = Target.of(source, num_moments, graph, settings, threads=threads, **sketch_options)
    fits: dict[str, Fit] = {}
    uncertainties: dict[str, FitUncertainty] = {}
    with threadpool_limits(1, user_api="blas"):
        for name in models:
            references = references_for(target, get_model(name, target.graph), num_moments, num_references, seed)
            fits[name], uncertainties[name] = fit_target(target, references, settings, progress)
        standing = {name: uncertainties[name] for name in models if fits[name].consistent}
        refuted = _refuted(standing, settings)
    ranking = tuple(sorted(fits.values(), key=lambda item: item.symmetric_kl))
    best = simplest([item for item in ranking if item.consistent and item.model not in refuted])
    return Classification(best, ranking, refuted)


def _refuted(uncertainties: dict[str, FitUncertainty], settings: FitSettings) -> dict[str, str]:
    """Return the models from which the target lies towards another one, which itself is not far from it."""
    refuted = {}
    for name, own in uncertainties.items():
        for other, rival in uncertainties.items():
            if other == name:
                continue
            # Both are looked at along the line between them: the target lies off this one, and near the other.
            towards = rival.objective.mean_moments(rival.values) - own.objective.mean_moments(own.values)
            offset, deviation = own.discrepancy(towards)
            back, rival_deviation = rival.discrepancy(-towards)
            if offset > settings.refuted * deviation and back < settings.refuted / 2 * rival_deviation:
                refuted[name] = other
    return refuted


def simplest(explaining: Sequence[Fit]) -> str | None:
    """Return the model with the fewest parameters, if it is alone."""
    if not explaining:
        return None
    fewest = min(item.complexity for item in explaining)
    alone = [item.model for item in explaining if item.complexity == fewest]
    return alone[0] if len(alone) == 1 else None
