"""Features of many graphs: one row of numbers for each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from rich.console import RenderableType

from graphspec._typing import Record, Vector
from graphspec.analyses.console import SILENT, Console
from graphspec.analyses.inputs import heading
from graphspec.analyses.results import Result, Rows
from graphspec.analyses.sources import name_of, open_source
from graphspec.analyses.spectra import reading_parameters
from graphspec.errors import GraphspecError, ParameterError, SketchError
from graphspec.exact import DENSE_NODES
from graphspec.features import FeatureSettings, FeatureTable, features_of
from graphspec.graphs import Graph, connected_components
from graphspec.operators import Operator
from graphspec.options import Options, Switch, group_of, option
from graphspec.output import make_table
from graphspec.readwrite import Reading
from graphspec.sketches import InputSummary, Sampling, SpectralSketch, summarize

_GROUP = 1000
"""Graphs that are held at once, so that small ones of equal size are solved together."""


@dataclass(frozen=True, kw_only=True)
class FeaturesOptions(Options):
    """Options of features.

    Attributes
    ----------
    with_errors
        Whether a second block of columns holds the standard errors.
    """

    with_errors: bool = option(False, Switch(), "Add a block of columns with standard errors.", group="Answer")
    settings: FeatureSettings = group_of(FeatureSettings)
    sampling: Sampling = group_of(Sampling, without=("operator", "tau"))
    reading: Reading = group_of(Reading)


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class FeaturesResult(Result):
    """The features of one graph.

    Attributes
    ----------
    names
        Names of the features.
    features, errors
        Values and standard errors.
    with_errors
        Whether rows of CSV hold the standard errors.
    """

    command: ClassVar[str] = "features"
    names: list[str]
    features: Vector
    errors: Vector
    with_errors: bool

    def values(self) -> Record:
        """Return the features by name, and the standard errors by name."""
        named = dict(zip(self.names, self.features.tolist(), strict=True))
        return {"features": named, "errors": dict(zip(self.names, self.errors.tolist(), strict=True))}

    def rows(self) -> Rows:
        """Return one row: name and size of the graph, the features, and with `with_errors` the standard errors."""
        columns = {name: [value] for name, value in zip(self.names, self.features.tolist(), strict=True)}
        if self.with_errors:
            columns |= {f"{name}_sem": [error] for name, error in zip(self.names, self.errors.tolist(), strict=True)}
        return self._with_input(columns)

    def table(self, width: int) -> list[RenderableType]:  # noqa: ARG002
        """Return some of the features: a row of CSV holds them all."""
        shown = [*range(0, len(self.names), max(1, len(self.names) // 20))]
        last = len(self.names) - 4  # the atoms and the entropy
        chosen = [*(number for number in shown if number < last), *range(last, len(self.names))]
        facts = [(self.names[each], f"{self.features[each]:.6g}", f"{self.errors[each]:.1e}") for each in chosen]
        title = f"{len(chosen)} of {len(self.names)} features (--format csv has all)"
        return [heading(self.source), make_table(title, {"": "left", "value": "right", "error": "right"}, facts)]


def run(source: Any, options: FeaturesOptions | None = None, progress: Console = SILENT) -> FeaturesResult:
    """Compute the features of one input; see :func:`run_all` for many.

    Parameters
    ----------
    source
        Any input that :func:`graphspec.analyses.sources.open_source` accepts as a graph or a sketch.
    options
        Options of the features, of sampling and reading.
    progress
        Console for remarks and progress.

    Raises
    ------
    GraphspecError
        If the input cannot be read, or is neither a graph nor a sketch of the normalised Laplacian.
    """
    (found,) = run_all([source], options, progress)
    if isinstance(found, GraphspecError):
        raise found
    return found


def run_all(
    sources: Sequence[Any], options: FeaturesOptions | None = None, console: Console = SILENT
) -> Iterator[FeaturesResult | GraphspecError]:
    """Compute the features of many inputs, a thousand at a time.

    Parameters
    ----------
    sources
        Any inputs that :func:`graphspec.analyses.sources.open_source` accepts as graphs or sketches.
    options
        Options of the features, of sampling and reading.
    console
        Console for remarks and progress.

    Yields
    ------
    FeaturesResult or GraphspecError
        The result of every input in their order, or the error of one that cannot be read.
    """
    options = options or FeaturesOptions()
    for start in range(0, len(sources), _GROUP):
        opened = [_opened(source, options.reading, console) for source in sources[start : start + _GROUP]]
        yield from _results(opened, options, console)


def spectral_features(sources: Sequence[Any], **options: Any) -> FeatureTable:
    """Compute features of graphs from the spectra of their normalised Laplacians: one row for every graph.

    Parameters
    ----------
    sources
        Graphs, sketches, or paths.
    **options
        Fields of :class:`graphspec.features.FeatureSettings`, of :class:`graphspec.Sampling` and of
        :class:`graphspec.readwrite.Reading`.

    Returns
    -------
    FeatureTable
        Names, values and standard errors; `to_frame` makes a DataFrame of them.

    Raises
    ------
    InputError
        If an input cannot be read.
    ParameterError
        If an option is unknown or out of range.

    Examples
    --------
    >>> import networkx, graphspec
    >>> table = graphspec.spectral_features([networkx.complete_graph(4)], orders=0, times=(), bins=2)
    >>> dict(zip(table.names, table.values[0].round(3).tolist()))
    {'share_0_1': 0.25, 'share_1_2': 0.75, 'atom_0': 0.25, 'atom_1': 0.0, 'atom_2': 0.0, 'entropy': 1.099}
    """
    chosen = FeaturesOptions.of(**options)
    opened = []
    for source in sources:
        each = _opened(source, chosen.reading, SILENT)
        if isinstance(each, GraphspecError):
            raise each
        opened.append(each)
    return features_of(opened, chosen.settings, chosen.sampling)


def _opened(source: Any, reading: Reading, console: Console) -> Graph | SpectralSketch | GraphspecError:
    try:
        opened = open_source(source, reading, console)
    except GraphspecError as error:
        return error
    name = name_of(source)
    if isinstance(opened, Operator):
        return ParameterError(f"{name}: features are of graphs, not of operators")
    if isinstance(opened, SpectralSketch) and opened.operator != "normalized":
        return SketchError(f"{name}: features are of the normalised Laplacian, and the sketch is of {opened.operator}")
    if isinstance(opened, Graph) and opened.num_nodes == 0:
        return GraphspecError(f"{name}: a graph without vertices has no spectrum")
    return opened


def _results(
    opened: Sequence[Graph | SpectralSketch | GraphspecError], options: FeaturesOptions, console: Console
) -> Iterator[FeaturesResult | GraphspecError]:
    graphs = [each for each in opened if not isinstance(each, GraphspecError)]
    with console.stage("features"), console.counting("features", " graphs") as report:
        table = features_of(graphs, options.settings, options.sampling, report)
    rows = iter(zip(table.values, table.errors, strict=True))
    for each in opened:
        if isinstance(each, GraphspecError):
            yield each
            continue
        values, errors = next(rows)
        yield FeaturesResult(
            source=_summary(each),
            parameters=_parameters(each, options),
            names=table.names,
            features=values,
            errors=errors,
            with_errors=options.with_errors,
        )


def _summary(source: Graph | SpectralSketch) -> InputSummary:
    return source.source if isinstance(source, SpectralSketch) else summarize(source, connected_components(source))


def _parameters(source: Graph | SpectralSketch, options: FeaturesOptions) -> Record:
    """Return the options that affect the row of a graph: sampling where it was sketched."""
    settings = {name: getattr(options.settings, name) for name in ("orders", "times", "bins")}
    settings["times"] = list(options.settings.times)
    reading = reading_parameters(options.reading)
    dense = isinstance(source, Graph) and source.num_nodes <= DENSE_NODES
    if dense and options.sampling.component != "largest":
        return {"method": "exact", **settings, **reading}
    sampling = options.sampling
    names = ("num_moments", "num_probes", "seed", "first_probe", "component", "structure", "tolerance")
    return {"method": "maxent", **settings, **{name: getattr(sampling, name) for name in names}, **reading}
