"""Options and steps that fits and classifications share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from graphspec._typing import Record
from graphspec.analyses.communities import find_communities
from graphspec.analyses.console import SILENT, Console
from graphspec.analyses.sources import name_of, open_source
from graphspec.analyses.spectra import sampling_parameters, sketch_source
from graphspec.comparison import FitSettings
from graphspec.errors import ParameterError
from graphspec.graphs import Graph, largest_component
from graphspec.models import Model
from graphspec.options import Number, Options, option
from graphspec.sketches import PROBES, InputSummary, Sampling, SpectralSketch

HIDDEN = ("operator", "tau", "confidence")
"""Options of sampling that a fit does not use: models are fitted to the normalised Laplacian, and errors are standard
errors."""


@dataclass(frozen=True, kw_only=True)
class FitSampling(Sampling):
    """Options of sampling for a fit, by default of 16 moments, with a number of probes that depends on the size."""

    num_moments: int = option(16, Number(1, 10_000, integer=True), "Chebyshev moments.", group="Accuracy")
    num_probes: int = option(16, PROBES, "Random probe vectors.", group="Accuracy", default_help="256 to 16, by size")

    def check(self) -> None:
        """Check an explicit number of probes; the default is limited to `max_probes` instead."""
        if "num_probes" in self.given:
            super().check()


@dataclass(frozen=True, kw_only=True)
class ReferenceOptions(Options):
    """Options of the reference graphs of a model.

    Attributes
    ----------
    num_references
        Reference graphs for every parameter value; more for small graphs, whose spectra vary.
    """

    num_references: int | None = option(
        None,
        Number(3, 100_000, integer=True),
        "Reference graphs for every parameter value.",
        group="Accuracy",
        default_help="100 to 10, by size",
    )


@dataclass(frozen=True, eq=False)
class Fitted:
    """Value of a fit for one input.

    Attributes
    ----------
    source
        Summary of the input.
    parameters
        Options that affect the results.
    value
        Value that `work` returned.
    """

    source: InputSummary
    parameters: Record
    value: Any


def fit_source(
    source: Any,
    options: Any,
    models: Sequence[str | Model],
    work: Callable[..., Any],
    progress: Console = SILENT,
) -> Fitted:
    """Sketch an input and fit models to the sketch.

    Parameters
    ----------
    source
        Any input that :func:`graphspec.analyses.sources.open_source` accepts.
    options
        Options with `sampling`, `reading` and `references`.
    models
        Names of the models, or models themselves.
    work
        Function of the sketch, the communities of the graph and the options of a fit, whose value is returned.
    progress
        Console for remarks and progress.
    """
    name, content = name_of(source), open_source(source, options.reading, progress)
    sampling: FitSampling = options.sampling
    if isinstance(content, Graph) and "num_probes" not in sampling.given:
        sampling = sampling.changed(num_probes=min(FitSettings().num_probes(content.num_nodes), sampling.max_probes))
        options = options.changed(sampling=sampling)
    elif not isinstance(content, (Graph, SpectralSketch)):
        raise ParameterError(f"{name}: models are fitted to graphs, not to operators")
    sketch, _ = sketch_source(name, content, options, progress)
    default_probes = FitSettings().num_probes(sketch.dimension)
    if isinstance(content, SpectralSketch) and not sketch.exact and sketch.num_probes < default_probes:
        fewer = f"the sketch holds {sketch.num_probes} probes, where an edge list would be given {default_probes}"
        progress.remark(f"{name}: {fewer}: differences that need more are not seen")
    graph = None if isinstance(content, SpectralSketch) else content
    if graph is not None and sampling.component == "largest":
        graph = largest_component(graph)
    found = find_communities(name, graph, models, sampling.seed, sampling.threads, progress)
    with progress.stage("fit"), progress.bar("fitting", " references") as advance:
        value = work(
            sketch,
            found,
            num_moments=sampling.num_moments,
            num_references=options.references.num_references,
            seed=sampling.seed,
            threads=sampling.threads,
            progress=advance,
        )
    parameters = sampling_parameters(sketch, options)
    extra = {"num_moments": sampling.num_moments, "num_references": options.references.num_references}
    return Fitted(sketch.source, {**parameters, **extra}, value)
