"""Fit of a random-graph model to the spectrum of a graph."""

from __future__ import annotations

from dataclasses import MISSING, dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from rich.console import RenderableType
from rich.text import Text

from graphspec._typing import Record
from graphspec.analyses.communities import FoundCommunities
from graphspec.analyses.console import SILENT, Console
from graphspec.analyses.fit_picture import draw_fit, draw_two_densities
from graphspec.analyses.fits import HIDDEN, FitSampling, ReferenceOptions, fit_source
from graphspec.analyses.inputs import heading
from graphspec.analyses.models import ModelName
from graphspec.analyses.results import Drawable, Result, Rows, scalars, title_of
from graphspec.comparison import Fit
from graphspec.comparison import fit as fit_sketch
from graphspec.errors import ParameterError
from graphspec.machine import one_blas_thread
from graphspec.models import BlockStructure, Model, full_name
from graphspec.options import Options, group_of, option
from graphspec.output import answer, counted, make_table
from graphspec.readwrite import Reading
from graphspec.sketches import SpectralSketch

if TYPE_CHECKING:  # optional
    from matplotlib.axes import Axes


@dataclass(frozen=True, kw_only=True)
class FitOptions(Options):
    """Options of a fit.

    Attributes
    ----------
    model
        Name of the model, or the model itself.
    references
        Reference graphs of the model.
    sampling
        Options of sampling.
    reading
        Options of reading an edge list.
    """

    model: str | Model = option(
        MISSING,
        ModelName(),
        "Model to fit: er, ws, ba, config, regular, geometric, sbm, dcsbm, powerlaw-cluster, or that of a plugin.",
        group="Answer",
        metavar="NAME",
    )
    references: ReferenceOptions = group_of(ReferenceOptions)
    sampling: FitSampling = group_of(FitSampling, without=HIDDEN)
    reading: Reading = group_of(Reading)


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class FitResult(Result, Drawable):
    """A model fitted to the spectrum of a graph.

    Attributes
    ----------
    fit
        Parameters with standard errors, and the divergence.
    """

    command: ClassVar[str] = "fit"
    fit: Fit

    def values(self) -> Record:
        """Return parameters, standard errors and divergences."""
        keys = ("model", "parameters", "standard_error", "symmetric_kl", "noise_floor", "baseline")
        more_keys = ("sem", "consistent", "num_references", "reference_nodes")
        criteria, blocks = ("num_parameters", "description_length", "num_blocks"), self.fit.blocks
        inner = {} if blocks is None else {"sizes": blocks.sizes.tolist(), "edge_counts": blocks.edge_counts.tolist()}
        return {key: getattr(self.fit, key) for key in (*keys, *more_keys, *criteria)} | {"blocks": inner or None}

    def rows(self) -> Rows:
        """Return a row for every parameter, or a single row for a model without parameters."""
        values = self.values()
        common = scalars(values)
        names = list(values["parameters"]) or [None]
        columns = {"parameter": names, "value": [values["parameters"].get(name) for name in names]}
        columns |= {key: [values[key].get(name) for name in names] for key in ("standard_error", "baseline")}
        start = {"model": common.pop("model")}
        columns |= {key: [value] * len(names) for key, value in common.items()}
        return self._with_input(columns, start)

    def table(self, width: int) -> list[RenderableType]:  # noqa: ARG002
        """Return whether the model explains the graph, and its parameters."""
        fit = self.fit
        verdict = "The model explains the spectrum" if fit.consistent else "The model does not explain the spectrum"
        divergence = f"symmetric KL {fit.symmetric_kl:.3g} ± {fit.sem:.1g}"
        references = (
            f"median {fit.noise_floor:.3g} of {fit.num_references} references of {fit.reference_nodes:,} vertices"
        )
        parts: list[RenderableType] = [
            heading(self.source),
            answer(f"{verdict}: {divergence}"),
            Text(f"self-match: {references}"),
        ]
        if fit.description_length is not None:
            length = f"{fit.description_length:,.0f} nats with {counted(fit.num_parameters, 'parameter', 'parameters')}"
            parts.append(Text(f"description length: {length}"))
        if fit.blocks is not None:
            parts.append(_block_table(fit.model, fit.blocks))
        if not fit.parameters:
            return parts
        rows = [
            (
                name,
                f"{value:.5g}",
                f"{fit.standard_error[name]:.2g}",
                f"{fit.baseline[name]:.5g}" if name in fit.baseline else "",
            )
            for name, value in fit.parameters.items()
        ]
        columns = {"parameter": "left", "value": "right", "±": "right", "baseline": "right"}
        return [*parts, make_table(f"{fit.model}, fitted to {fit.num_moments} moments", columns, rows)]

    def draw(self, path: str | Path) -> None:
        """Draw the objective near its minimum for every parameter, and the two densities."""
        draw_fit(self.fit, path, title_of(self.source))

    def draw_in(self, axes: Axes) -> None:
        """Draw the densities of the graph and the model."""
        draw_two_densities(axes, self.fit)


def _block_table(model: str, blocks: BlockStructure, most: int = 20) -> RenderableType:
    """Return a table of the largest blocks: vertices, mean degree, and edges within and to others."""
    sizes, ends, within = blocks.sizes, blocks.ends, blocks.edge_counts.diagonal()
    order = (-sizes).argsort(kind="stable")[:most]
    others = ends - 2 * within
    rows = [
        (
            f"{block}",
            f"{sizes[block]:,}",
            f"{ends[block] / sizes[block]:.4g}",
            f"{within[block]:,}",
            f"{others[block]:,}",
        )
        for block in order
    ]
    columns = dict.fromkeys(("block", "vertices", "mean degree", "edges within", "edges to others"), "right")
    which = f"the largest {most} of {blocks.num_blocks}" if blocks.num_blocks > most else f"{blocks.num_blocks}"
    return make_table(f"{model}, {which} blocks", columns, rows)


@one_blas_thread()
def run(source: Any, options: FitOptions, progress: Console = SILENT) -> FitResult:
    """Fit a random-graph model to the spectrum of a graph.

    Parameters
    ----------
    source
        Any input that :func:`graphspec.analyses.sources.open_source` accepts.
    options
        Model, references, sampling and reading.
    progress
        Console for remarks and progress.

    Raises
    ------
    SketchError
        If there are too few eigenvalues for a fit, or a sketch is of another operator.
    """
    model = full_name(options.model) if isinstance(options.model, str) else options.model
    fitted = fit_source(source, options, (model,), partial(_fitted, model=model), progress)
    return FitResult(source=fitted.source, parameters={"model": model, **fitted.parameters}, fit=fitted.value)


def _fitted(sketch: SpectralSketch, found: FoundCommunities, model: str | Model, **options: Any) -> Fit:
    """Fit a model with the communities of the graph as its blocks."""
    chosen = found.model(model)
    if isinstance(chosen, str):
        raise ParameterError(f"{sketch.source.name}: {model} cannot be fitted: {chosen}")
    return fit_sketch(sketch, chosen, graph=found.graph, **options)


def fit(source: Any, model: str | Model, **options: Any) -> Fit:
    """Fit a random-graph model to the spectrum of a graph.

    The models ``configuration``, ``sbm`` and ``dcsbm`` keep degrees of the graph and the numbers of edges within and
    between its detectable communities (:func:`graphspec.detectable_communities`): there is nothing left to fit, and the
    divergence says whether they explain the spectrum.

    Parameters
    ----------
    source
        A graph, or a sketch of its normalised Laplacian.
    model
        Name of the model, or the model itself.
    **options
        Fields of :class:`FitOptions`, of :class:`FitSampling` and of :class:`graphspec.readwrite.Reading`.

    Returns
    -------
    Fit
        Parameters with standard errors, and the divergence of the graph from the model.

    Raises
    ------
    ParameterError
        If the model or an option is unknown or out of range.
    SketchError
        If there are too few eigenvalues for a fit, or a sketch is of another operator.

    Examples
    --------
    >>> import graphspec
    >>> graph = graphspec.generate("er", 100, seed=1, p=0.2)
    >>> fit = graphspec.fit(graph, "er", num_references=5)
    >>> round(fit.parameters["p"], 1), fit.consistent
    (0.2, True)
    """
    return run(source, FitOptions.of(model=model, **options)).fit
