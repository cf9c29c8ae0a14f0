"""Options and steps that fits and classifications share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from graphspec._typing import Record
from graphspec.analyses.console import SILENT, Console
from graphspec.analyses.sources import name_of, open_source
from graphspec.analyses.spectra import sampling_parameters, sketch_source
from graphspec.comparison import FitSettings
from graphspec.errors import ParameterError
from graphspec.graphs import Graph, largest_component
from graphspec.options import Number, Options, option
from graphspec.sketches import PROBES, InputSummary, Sampling, SpectralSketch

HIDDEN = ("operator", "tau", "confidence")
"""Options of sampling that a fit has no use for: models are fitted to the normalised Laplacian, and errors are standard
errors."""


@dataclass(frozen=True, kw_only=True)
class FitSampling(Sampling):
    """How the spectrum is sampled for a fit of 16 moments; the number of probes depends on the size of the graph."""

    num_moments: int = option(16, Number(1, 10_000, integer=True), "Chebyshev moments.", group="Accuracy")
    num_probes: int = option(16, PROBES, "Random probe vectors.", group="Accuracy", default_help="256 to 16, by size")

    def check(self) -> None:
        """Check a number of probes that was given; one by size is cut off where a tolerance ends."""
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
    """What a fit gave for one input.

    Attributes
    ----------
    source
        What is known of the input.
    parameters
        Options that can change the numbers.
    value
        What the work on the sketch returned.
    """

    source: InputSummary
    parameters: Record
    value: Any


def fit_source(source: Any, options: Any, work: Callable[..., Any], progress: Console = SILENT) -> Fitted:
    """Sketch an input and fit to it.

    Parameters
    ----------
    source
        Whatever :func:`graphspec.analyses.sources.open_source` takes.
    options
        Options with `sampling`, `reading` and `references`.
    work
        Called with the sketch and the options of a fit; its value is returned.
    progress
        Where remarks and progress go.
    """
    name, content = name_of(source), open_source(source, options.reading, progress)
    sampling: FitSampling = options.sampling
    if isinstance(content, Graph) and "num_probes" not in sampling.given:
        sampling = sampling.changed(num_probes=min(FitSettings().num_probes(content.num_nodes), sampling.max_probes))
        options = options.changed(sampling=sampling)
    elif not isinstance(content, (Graph, SpectralSketch)):
        raise ParameterError(f"{name}: models are fitted to graphs, not to operators")
    sketch, _ = sketch_source(name, content, options, progress)
    usual = FitSettings().num_probes(sketch.dimension)
    if isinstance(content, SpectralSketch) and not sketch.exact and sketch.num_probes < usual:
        fewer = f"the sketch holds {sketch.num_probes} probes, where an edge list would be given {usual}"
        progress.remark(f"{name}: {fewer}: differences that need more are not seen")
    graph = None if isinstance(content, SpectralSketch) else content
    if graph is not None and sampling.component == "largest":
        graph = largest_component(graph)
    with progress.stage("fit"), progress.bar("fitting", " references") as advance:
        value = work(
            sketch,
            num_moments=sampling.num_moments,
            num_references=options.references.num_references,
            seed=sampling.seed,
            graph=graph,
            threads=sampling.threads,
            progress=advance,
        )
    parameters = sampling_parameters(sketch, options)
    extra = {"num_moments": sampling.num_moments, "num_references": options.references.num_references}
    return Fitted(sketch.source, {**parameters, **extra}, value)
