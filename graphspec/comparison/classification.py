"""Classification of a spectrum by random-graph models, which names a model only where one stands out.

The smallest divergence alone is no evidence: a model with more parameters is always near. A model has to pass three
tests. Where the graph is given, its degrees and number of edges must be probable under the model: random regular graphs
have spectra near those of other models. The divergence of the graph from the model must be consistent with that of the
model's own graphs (its self-match). And the graph must not differ from these in the direction of another model that
passes: this test resolves differences far below the noise floor of the divergence, which sums the noise of all
directions in the space of moments.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from graphspec._typing import Progress
from graphspec.comparison.communities import Communities, find_without_communities
from graphspec.comparison.fitting import FittedModel, NoCandidatesError, fit_target
from graphspec.comparison.references import references_for
from graphspec.comparison.results import Classification, ClassificationOutcome
from graphspec.comparison.settings import FitSettings
from graphspec.comparison.target import Target
from graphspec.errors import ParameterError
from graphspec.graphs import Graph
from graphspec.machine import one_blas_thread
from graphspec.models import Model, get_model
from graphspec.sketches import SpectralSketch

DEFAULTS = FitSettings()


def classify(
    sketch: SpectralSketch,
    models: Sequence[str | Model] = ("er", "ws", "ba"),
    *,
    num_moments: int | None = None,
    num_references: int | None = None,
    seed: int = 0,
    graph: Graph | None = None,
    communities: Communities | None = None,
    settings: FitSettings = DEFAULTS,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Classification:
    """Classify the spectrum of a graph by random-graph models.

    Of several models that explain the spectrum, the one with the fewest parameters is named; where two have equally
    few, the spectrum does not tell them apart.

    Parameters
    ----------
    sketch
        Sketch of the normalised Laplacian of the graph.
    models
        Names of the models, or models themselves.
    communities
        Communities that were detected in the graph; models whose graphs have none as pronounced are refuted.
    num_moments, num_references, seed, graph, settings, threads, progress
        As for :func:`graphspec.comparison.fitting.fit`.

    Raises
    ------
    ParameterError
        If a model is unknown or named twice, or an option out of range.
    SketchError
        If there are too few eigenvalues for a fit, or the sketch is of another operator.
    """
    chosen = [get_model(each, graph) if isinstance(each, str) else each for each in models]
    names = [model.name for model in chosen]
    if not names or len(set(names)) < len(names):
        raise ParameterError(f"`models` must be different names, not {', '.join(names) or 'none'}", "models")
    order = sketch.num_moments if num_moments is None else num_moments
    target = Target.from_sketch(sketch, order, graph, settings)
    fitted: dict[str, FittedModel] = {}
    left_out: dict[str, str] = {}
    num_made = 0
    with one_blas_thread():
        for model in chosen:
            references = references_for(target, model, order, num_references, seed, threads=threads)
            advance = None if progress is None else partial(_advance, progress, num_made)
            try:
                fitted[model.name] = fit_target(target, references, settings, advance)
            except NoCandidatesError as error:
                # One model that has no such graphs is no reason to say nothing of the others.
                left_out[model.name] = str(error).removeprefix(f"{model.name}: ")
                if len(left_out) == len(chosen):
                    raise
            num_made += references.num_made
        # 1. Degrees: a model that cannot have made the graph is no rival of other models either.
        impossible = {} if graph is None else find_impossible(fitted, graph, settings)
        candidates = {name: each for name, each in fitted.items() if each.fit.consistent and name not in impossible}
        # 2. Communities: a few eigenvalues that the divergence does not see.
        without = {} if communities is None else find_without_communities(candidates, communities, settings)
        candidates = {name: each for name, each in candidates.items() if name not in without}
        # 3. Spectrum: of the other models, find those that a rival refutes.
        refuted = find_refuted(candidates, settings)
    explaining = [each for name, each in candidates.items() if name not in refuted]
    best = simplest(explaining)
    if best is not None:
        outcome = ClassificationOutcome.NAMED
    else:
        outcome = ClassificationOutcome.NOT_DISTINGUISHABLE if explaining else ClassificationOutcome.ALL_REFUTED
        if not explaining and any(each.fit.consistent for each in fitted.values()) and impossible:
            outcome = ClassificationOutcome.DEGREES_REFUTE
    ranking = tuple(sorted((each.fit for each in fitted.values()), key=lambda fit: fit.symmetric_kl))
    return Classification(outcome, best, ranking, refuted, impossible, left_out, without)


def find_impossible(
    fitted: Mapping[str, FittedModel], graph: Graph, settings: FitSettings = DEFAULTS
) -> dict[str, str]:
    """Return the models that cannot have made a graph by its degrees or number of edges, each with the reason.

    Parameters
    ----------
    fitted
        Models with their fits, by their names.
    graph
        The graph.
    settings
        Settings of the fits.
    """
    impossible = {}
    for name, each in fitted.items():
        fit = each.fit
        reason = each.model.refuted_by_degrees(graph, fit.parameters, fit.standard_error, settings.improbable)
        if reason is not None:
            impossible[name] = reason
    return impossible


def find_refuted(consistent: Mapping[str, FittedModel], settings: FitSettings = DEFAULTS) -> dict[str, str]:
    """Return the models from which a target differs in the direction of another model, each with this rival.

    Parameters
    ----------
    consistent
        Models that are consistent with the target, by their names.
    settings
        Settings of the fits.
    """
    refuted = {}
    for name, fitted in consistent.items():
        for other, rival in consistent.items():
            # A model that keeps what the graph itself has, such as its degrees, lies beside it whatever made the graph:
            # the direction towards it is that of the graph's own noise.
            if other == name or rival.model.needs_graph:
                continue
            # The target has to be far from this model in the direction of the rival, and near the rival in the
            # opposite direction: otherwise neither model fits, and the direction is no evidence.
            direction = rival.uncertainty.mean_moments - fitted.uncertainty.mean_moments
            towards = fitted.uncertainty.discrepancy(direction)
            opposite = rival.uncertainty.discrepancy(-direction)
            limit = settings.refuted
            if towards.offset > limit * towards.deviation and opposite.offset < limit / 2 * opposite.deviation:
                refuted[name] = other
    return refuted


def simplest(explaining: Sequence[FittedModel]) -> str | None:
    """Return the name of the model with the fewest parameters; None if there is none, or several have as few."""
    fewest = min((each.model.num_parameters for each in explaining), default=0)
    names = [each.model.name for each in explaining if each.model.num_parameters == fewest]
    return names[0] if len(names) == 1 else None


def _advance(progress: Progress, before: int, done: int, planned: int | None) -> None:
    """Report the references of one model on top of those made before."""
    progress(before + done, planned)
