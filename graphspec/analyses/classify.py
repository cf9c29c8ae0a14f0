"""Classification of a graph by random-graph models."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from rich.console import RenderableType
from rich.text import Text

from graphspec._typing import Record
from graphspec.analyses.communities import FoundCommunities
from graphspec.analyses.console import SILENT, Console
from graphspec.analyses.fit_picture import draw_classification, draw_two_densities
from graphspec.analyses.fits import HIDDEN, FitSampling, ReferenceOptions, fit_source
from graphspec.analyses.inputs import heading
from graphspec.analyses.models import ModelNames
from graphspec.analyses.results import Drawable, Result, Rows, title_of
from graphspec.comparison import Classification, Fit
from graphspec.comparison import classify as classify_sketch
from graphspec.errors import ParameterError
from graphspec.machine import one_blas_thread
from graphspec.models import Model, full_name
from graphspec.options import Number, Options, group_of, option
from graphspec.output import answer, make_table
from graphspec.readwrite import Reading
from graphspec.sketches import SpectralSketch

if TYPE_CHECKING:  # optional
    from matplotlib.axes import Axes


@dataclass(frozen=True, kw_only=True)
class ClassifySampling(FitSampling):
    """Options of sampling for a classification, by default of 20 moments."""

    num_moments: int = option(20, Number(1, 10_000, integer=True), "Chebyshev moments.", group="Accuracy")


@dataclass(frozen=True, kw_only=True)
class ClassifyOptions(Options):
    """Options of a classification.

    Attributes
    ----------
    models
        Names of the models to try.
    references
        Reference graphs of the models.
    sampling
        Options of sampling.
    reading
        Options of reading an edge list.
    """

    models: tuple[str, ...] = option(
        ("er", "ws", "ba"),
        ModelNames(),
        "Models to try, separated by commas, such as er,ws,ba,config,sbm,dcsbm; fit --help lists all.",
        group="Answer",
        metavar="NAMES",
    )
    references: ReferenceOptions = group_of(ReferenceOptions)
    sampling: ClassifySampling = group_of(ClassifySampling, without=HIDDEN)
    reading: Reading = group_of(Reading)


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class ClassifyResult(Result, Drawable):
    """Classification of a graph by several models.

    Attributes
    ----------
    classification
        Fits of all models, and the outcome.
    """

    command: ClassVar[str] = "classify"
    classification: Classification

    def values(self) -> Record:
        """Return the outcome, the models in order of their divergence, and those that were not fitted."""
        classification, keys = self.classification, ("model", "parameters", "symmetric_kl", "sem", "noise_floor")
        ranking = [
            {key: getattr(item, key) for key in keys}
            | {"consistent": classification.explains(item.model), "refuted_by": classification.refuted.get(item.model)}
            | {"impossible": classification.impossible.get(item.model)}
            | {"lacks_communities": classification.without_communities.get(item.model)}
            | {key: getattr(item, key) for key in ("num_parameters", "description_length", "num_blocks")}
            for item in classification.ranking
        ]
        left_out = [{"model": model, "reason": reason} for model, reason in classification.left_out.items()]
        start = {"best": classification.best, "distinguishable": classification.distinguishable}
        return {**start, "ranking": ranking, "left_out": left_out}

    def rows(self) -> Rows:
        """Return a row for every model."""
        values = self.values()
        columns = {key: [item[key] for item in values["ranking"]] for key in values["ranking"][0]}
        return self._with_input(columns, {key: values[key] for key in ("best", "distinguishable")})

    def table(self, width: int) -> list[RenderableType]:  # noqa: ARG002
        """Return a sentence on the outcome, and a table of the models in order of their divergence."""
        classification = self.classification
        rows = []
        for item in classification.ranking:
            rows.append(
                (
                    item.model,
                    _values(item),
                    f"{item.num_parameters:,}",
                    f"{item.symmetric_kl:.3g}",
                    f"{item.sem:.1g}",
                    f"{item.noise_floor:.3g}",
                    "" if item.description_length is None else f"{item.description_length:,.0f}",
                    _verdict(classification, item.model),
                )
            )
        columns = {"model": "left", "parameters": "left", "number": "right", "symmetric KL": "right", "±": "right"}
        columns |= {"self-match": "right", "nats": "right", "consistent": "left"}
        order = classification.ranking[0].num_moments
        title = f"{order} moments, nearest first; number of parameters, description length in nats"
        excluded = {**classification.impossible, **classification.without_communities, **classification.left_out}
        reasons = [Text(f"not {model}: {reason}") for model, reason in excluded.items()]
        return [heading(self.source), answer(classification.sentence), *reasons, make_table(title, columns, rows)]

    def draw(self, path: str | Path) -> None:
        """Draw the density of the graph over that of every model, with the divergences."""
        draw_classification(self.classification, path, title_of(self.source))

    def draw_in(self, axes: Axes) -> None:
        """Draw the densities of the graph and the nearest model."""
        nearest = self.classification.ranking[0]
        draw_two_densities(axes, nearest)
        axes.set_title(f"nearest: {nearest.model}", loc="left")


def _values(fit: Fit) -> str:
    """Return the values of the parameters, or the number of blocks, in a few words."""
    if fit.num_blocks is not None:
        return f"{fit.num_blocks} blocks"
    return ", ".join(f"{name} = {value:.4g}" for name, value in fit.parameters.items())


def _verdict(classification: Classification, model: str) -> str:
    """Return whether a model explains the graph, in a few words."""
    if model in classification.impossible:
        return "no: the degrees"
    if model in classification.without_communities:
        return "no: the communities"
    if model in classification.refuted:
        return f"no: {classification.refuted[model]} is nearer"
    return "yes" if classification.explains(model) else "no"


@one_blas_thread()
def run(source: Any, options: ClassifyOptions | None = None, progress: Console = SILENT) -> ClassifyResult:
    """Classify a graph by several random-graph models.

    Parameters
    ----------
    source
        Any input that :func:`graphspec.analyses.sources.open_source` accepts.
    options
        Models, references, sampling and reading.
    progress
        Console for remarks and progress.

    Raises
    ------
    SketchError
        If there are too few eigenvalues for a fit, or a sketch is of another operator.
    """
    options = options or ClassifyOptions()
    models = tuple(full_name(name) for name in options.models)
    fitted = fit_source(source, options, models, partial(_classified, models=models), progress)
    for model, reason in fitted.value.left_out.items():
        progress.detail(f"{fitted.source.name}: left {model} out: {reason}")
    return ClassifyResult(
        source=fitted.source,
        parameters={"models": list(models), **fitted.parameters},
        classification=fitted.value,
    )


def _classified(
    sketch: SpectralSketch, found: FoundCommunities, models: Sequence[str], **options: Any
) -> Classification:
    """Classify a sketch by the models that there are for its graph."""
    chosen = {name: found.model(name) for name in models}
    left_out = {name: reason for name, reason in chosen.items() if isinstance(reason, str)}
    there_are = [model for model in chosen.values() if isinstance(model, Model)]
    if not there_are:
        name, reason = next(iter(left_out.items()))
        raise ParameterError(f"{sketch.source.name}: {name} cannot be fitted: {reason}")
    result = classify_sketch(sketch, there_are, graph=found.graph, communities=found.communities, **options)
    return replace(result, left_out={**left_out, **result.left_out})


def classify(source: Any, models: Sequence[str] = ("er", "ws", "ba"), **options: Any) -> Classification:
    """Classify a graph by several random-graph models.

    A model explains the graph if the divergence of the graph from the model is consistent with that of the model's own
    graphs, and if the graph does not differ from these in the direction of another such model by more than four
    standard deviations. A model that gives the degrees or the number of edges a probability below 10^-6 is not named.
    Of several models that explain the graph, the one with the fewest parameters is named; the spectrum does not
    distinguish two with equally many.

    The models ``configuration``, ``sbm`` and ``dcsbm`` keep the degrees of the graph, the numbers of edges between its
    detectable communities, or both: they count them as parameters, so that they are named only where simpler models are
    refuted. Where one of them is tried and communities are confirmed (:func:`graphspec.detectable_communities`), a
    model is also refuted if its graphs have none as pronounced, by four standard deviations of the mean of their
    eigenvalues. Block models are left out where no communities are confirmed.

    Parameters
    ----------
    source
        A graph, or a sketch of its normalised Laplacian.
    models
        Names of the models.
    **options
        Fields of :class:`ClassifyOptions`, of :class:`ClassifySampling` and of :class:`graphspec.readwrite.Reading`.

    Returns
    -------
    Classification
        The named model, and the fits of all models.

    Raises
    ------
    ParameterError
        If a model is unknown or named twice, or an option out of range.
    SketchError
        If there are too few eigenvalues for a fit, or a sketch is of another operator.
    """
    return run(source, ClassifyOptions.of(models=tuple(models), **options)).classification
