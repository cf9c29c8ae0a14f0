"""What notebooks show of results: every public result has a :class:`Result`, whose rows and picture it takes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import singledispatch
from itertools import islice
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

import numpy as np
import pandas as pd
from rich.console import RenderableType

from graphspec._typing import Record
from graphspec.analyses.classify import ClassifyResult
from graphspec.analyses.clusters import ClustersResult
from graphspec.analyses.compare import CompareResult
from graphspec.analyses.count import CountResult
from graphspec.analyses.detectable import Detection
from graphspec.analyses.drawing import CURVE, draw_diagonal, draw_embedding, draw_spectrum
from graphspec.analyses.fit import FitResult
from graphspec.analyses.logdet import LogDeterminant, LogdetResult
from graphspec.analyses.results import INPUT_COLUMNS, Plotted, Result, Rows, scalars
from graphspec.analyses.sets import SetsResult
from graphspec.analyses.sketch import SketchResult
from graphspec.analyses.spectrum import SpectrumOptions, curve_columns
from graphspec.clusters import ClusterCount, DetectableCount, EigenvalueCount
from graphspec.comparison import Classification, Comparison, Fit, SetComparison
from graphspec.densities import Estimate, SpectralDensity, density
from graphspec.errors import GraphspecError, ParameterError
from graphspec.features import FeatureTable
from graphspec.graphs import Graph
from graphspec.output import check_matplotlib, new_axes, plain_field, plain_value, result_html, small_picture
from graphspec.sketches import InputSummary, SpectralSketch
from graphspec.vertices import Diagonal, Embedding

if TYPE_CHECKING:  # optional
    from matplotlib.axes import Axes

_UNKNOWN = InputSummary("")
_SHORT_FACTS, _MOST_FACTS, _MOST_ROWS, _MOST_COLUMNS = 6, 30, 10, 10  # that texts and tables of notebooks have room for


# --- what is shown


def short_text(result: Any) -> str:
    """Return the kind of a result with its first numbers, and how many rows it has where there are several."""
    facts, _, rows = _facts_and_rows(result)
    words = [f"{name}={_short(value)}" for name, value in islice(facts.items(), _SHORT_FACTS)]
    words += [f"{len(rows)} rows"] if rows and shown_as(result).listed else []
    return f"{type(result).__name__}({', '.join(words)})"


def html(result: Any) -> str:
    """Return a result as HTML: a sentence, a table, and a small picture."""
    shown = shown_as(result)
    facts, columns, rows = _facts_and_rows(result)
    notes = [f"{len(facts) - _MOST_FACTS:,} more columns"] if len(facts) > _MOST_FACTS else []
    facts = dict(islice(facts.items(), _MOST_FACTS))
    if not shown.listed:
        notes += [f"{len(rows):,} rows"] if rows else []
        rows = []
    elif len(rows) > _MOST_ROWS or len(columns) > _MOST_COLUMNS:
        notes.append(f"{len(rows):,} rows of {len(columns):,} columns")
        rows, columns = [row[:_MOST_COLUMNS] for row in rows[:_MOST_ROWS]], columns[:_MOST_COLUMNS]
    note = f"{', '.join(notes)}: to_frame() has all" if notes else ""
    picture = small_picture(shown.draw_in) if isinstance(shown, Plotted) and shown.drawable else None
    return result_html(type(result).__name__, getattr(result, "sentence", ""), facts, columns, rows, note, picture)


def frame(result: Any) -> Any:
    """Return the rows of a result as a DataFrame."""
    columns, rows = rows_of(result)
    return pd.DataFrame([[plain_field(value) for value in row] for row in rows], columns=columns)


def plot(result: Any, axes: Axes | None) -> Axes:
    """Draw a result into axes, or those of a new figure."""
    check_matplotlib()
    shown = shown_as(result)
    if not isinstance(shown, Plotted) or not shown.drawable:
        raise ParameterError(f"{type(result).__name__}: there is no picture of it")
    axes = new_axes() if axes is None else axes
    shown.draw_in(axes)
    return axes


def rows_of(result: Any) -> Rows:
    """Return the rows of a result, without columns of the input of which nothing is known."""
    columns, rows = shown_as(result).rows()
    kept = [
        place
        for place, name in enumerate(columns)
        if name not in INPUT_COLUMNS or any(row[place] not in (None, "") for row in rows)
    ]
    return Rows([columns[place] for place in kept], [[row[place] for place in kept] for row in rows])


class _Table(NamedTuple):
    """What is said of a result once, and its rows where there are several."""

    facts: Record
    columns: list[str]
    rows: list[list[Any]]


def _facts_and_rows(result: Any) -> _Table:
    columns, rows = rows_of(result)
    if len(rows) == 1:
        facts = dict(zip(columns, rows[0], strict=True))
        return _Table({name: value for name, value in facts.items() if value is not None}, [], [])
    values = scalars(shown_as(result).values())
    same = {name for place, name in enumerate(columns) if len({repr(row[place]) for row in rows}) == 1}
    inputs = {name: rows[0][columns.index(name)] for name in INPUT_COLUMNS if name in same}
    facts = inputs | {name: value for name, value in values.items() if name in same or name not in columns}
    kept = [place for place, name in enumerate(columns) if name not in facts]
    return _Table(facts, [columns[place] for place in kept], [[row[place] for place in kept] for row in rows])


def _short(value: Any) -> str:
    return repr(value) if isinstance(value, str) or value is None else plain_value(value).replace(",", "")


# --- the Result of every kind of result


@singledispatch
def shown_as(result: Any) -> Result:
    """Return the Result that has the rows and the picture of a result."""
    raise ParameterError(f"{type(result).__name__} is no result")


@shown_as.register
def _(result: Result) -> Result:
    return result


@shown_as.register
def _(result: EigenvalueCount) -> Result:
    return CountResult(source=_UNKNOWN, parameters={}, count=result)


class _LogdetView(LogdetResult):
    """A log-determinant of what is not known to it."""

    def values(self) -> Record:
        """Return all but the number of eigenvalues."""
        return {name: value for name, value in super().values().items() if name != "dimension"}


@shown_as.register
def _(result: LogDeterminant) -> Result:
    return _LogdetView(source=_UNKNOWN, parameters={}, log_determinant=result, dimension=0)


@shown_as.register
def _(result: Fit) -> Result:
    return FitResult(source=_UNKNOWN, parameters={}, fit=result)


@shown_as.register
def _(result: Classification) -> Result:
    return ClassifyResult(source=_UNKNOWN, parameters={}, classification=result)


@shown_as.register
def _(result: ClusterCount) -> Result:
    return ClustersResult(source=_UNKNOWN, parameters={"levels": False}, count=result)


@shown_as.register
def _(result: DetectableCount) -> Result:
    parameters = {"levels": result.levels is not None}
    return ClustersResult(source=_UNKNOWN, parameters=parameters, detection=Detection(result, _UNKNOWN, {}))


@shown_as.register
def _(result: Comparison) -> Result:
    sources = tuple(InputSummary(name) for name in result.names)
    return CompareResult(source=sources[0], parameters={"series": False}, comparison=result, sources=sources)


@shown_as.register
def _(result: SetComparison) -> Result:
    first, second = map(InputSummary, result.names)
    unknown = (0, 0)
    return SetsResult(
        source=first, parameters={}, comparison=result, sources=(first, second), smallest=unknown, largest=unknown
    )


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class _View(Result):
    """A result that no command has in this form."""

    command: ClassVar[str] = ""

    def table(self, width: int) -> list[RenderableType]:  # noqa: ARG002
        """Return no output for a terminal."""
        return []


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class _DensityView(_View, Plotted):
    """A density at the points of the default grid of the command."""

    listed: ClassVar[bool] = False
    density: SpectralDensity

    def values(self) -> Record:
        """Return what the density is of."""
        found = self.density
        known = sum(atom.multiplicity for atom in found.atoms)
        low, high = found.interval
        return {
            "method": found.method,
            "dimension": found.dimension,
            "num_moments": found.num_moments,
            "known_exactly": known,
            "low": float(low),
            "high": float(high),
            "converged": found.solver.converged,
        }

    def rows(self) -> Rows:
        """Return a row for every point of the grid, with the columns of the command."""
        return self._with_input(curve_columns(self.density, SpectrumOptions().grid_points), self.values())

    def draw_in(self, axes: Axes) -> None:
        """Draw the density with its band and atoms."""
        draw_spectrum(axes, self.density)
        axes.set_xlabel("eigenvalue λ")


@shown_as.register
def _(result: SpectralDensity) -> Result:
    return _DensityView(source=_UNKNOWN, parameters={}, density=result)


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class _SketchView(SketchResult, Plotted):
    """A sketch that need not have a file."""

    def values(self) -> Record:
        """Return what was sampled, and how."""
        sketch = self.sketch
        names = ("operator", "dimension", "num_moments", "num_zeros")
        values = {name: getattr(sketch, name) for name in names} | super().values()
        return {name: value for name, value in values.items() if name != "path"}

    @property
    def drawable(self) -> bool:
        """Whether the sketch has enough moments for a density."""
        try:
            density(self.sketch)
        except GraphspecError:
            return False
        return True

    def draw_in(self, axes: Axes) -> None:
        """Draw the MaxEnt density of the sketch."""
        draw_spectrum(axes, density(self.sketch))
        axes.set_xlabel("eigenvalue λ")


@shown_as.register
def _(result: SpectralSketch) -> Result:
    return _SketchView(source=result.source, parameters={}, sketch=result, path="")


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class _EstimateView(_View, Plotted):
    """An estimate of a number, or of an array of them."""

    estimate: Estimate

    def values(self) -> Record:
        """Return value, standard error and interval."""
        return {name: np.asarray(getattr(self.estimate, name)).tolist() for name in ("value", "sem", "low", "high")}

    def rows(self) -> Rows:
        """Return a row for every number."""
        return self._with_input({name: np.ravel(value).tolist() for name, value in self.values().items()})

    @property
    def drawable(self) -> bool:
        """Whether there is more than one number."""
        return np.ndim(self.estimate.value) == 1

    def draw_in(self, axes: Axes) -> None:
        """Draw the numbers in their order with their intervals."""
        numbers = np.arange(len(self.estimate.value))
        axes.fill_between(numbers, self.estimate.low, self.estimate.high, color=CURVE, alpha=0.25, lw=0)
        axes.plot(numbers, self.estimate.value, color=CURVE, lw=1.2)
        axes.set(xlabel="number", ylabel="estimate")


@shown_as.register
def _(result: Estimate) -> Result:
    return _EstimateView(source=_UNKNOWN, parameters={}, estimate=result)


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class _EmbeddingView(_View, Plotted):
    """Coordinates of the vertices of a graph that is not known."""

    embedding: Embedding

    def values(self) -> Record:
        """Return what was computed."""
        found = self.embedding
        lowest, highest = found.eigenvalues[[0, -1]].tolist()
        ends = {"lowest": lowest, "highest": highest}
        return {"dimension": len(found.eigenvalues), **ends, "cut": found.cut, "method": found.method}

    def rows(self) -> Rows:
        """Return one row for every vertex, by its number."""
        vectors = self.embedding.vectors
        columns = ["vertex", *(f"x{number + 1}" for number in range(vectors.shape[1]))]
        return Rows(columns, [[vertex, *row] for vertex, row in enumerate(vectors.tolist())])

    def draw_in(self, axes: Axes) -> None:
        """Draw the vertices at the first two coordinates that differ within a component."""
        draw_embedding(axes, self.embedding)


@shown_as.register
def _(result: Embedding) -> Result:
    return _EmbeddingView(source=_UNKNOWN, parameters={}, embedding=result)


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class _DiagonalView(_View, Plotted):
    """Numbers of the vertices of a graph that is not known."""

    diagonal: Diagonal

    def values(self) -> Record:
        """Return how many numbers there are, and what they took."""
        vertices, functions = self.diagonal.value.shape
        found = self.diagonal
        return {
            "vertices": vertices,
            "functions": functions,
            "num_probes": found.num_probes,
            "degree": found.degree,
            "lowest": float(found.value.min()),
            "highest": float(found.value.max()),
        }

    def rows(self) -> Rows:
        """Return one row for every vertex, by its number, with values and standard errors of every function."""
        found, columns = self.diagonal, ["vertex"]
        parts: list[Any] = [np.arange(len(found.value))]
        for number in range(found.value.shape[1]):
            columns += [f"value_{number + 1}", f"sem_{number + 1}"]
            parts += [found.value[:, number], found.sem[:, number]]
        return Rows(columns, [list(row) for row in zip(*(part.tolist() for part in parts), strict=True)])

    def draw_in(self, axes: Axes) -> None:
        """Draw the values in decreasing order, with their intervals."""
        draw_diagonal(axes, self.diagonal, [""] * self.diagonal.value.shape[1])


@shown_as.register
def _(result: Diagonal) -> Result:
    return _DiagonalView(source=_UNKNOWN, parameters={}, diagonal=result)


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class _FeatureView(_View, Plotted):
    """Rows of features of several graphs."""

    features: FeatureTable

    def values(self) -> Record:
        """Return the numbers of graphs and of features."""
        graphs, features = self.features.values.shape
        return {"graphs": graphs, "features": features}

    def rows(self) -> Rows:
        """Return a row for every graph."""
        return Rows(list(self.features.names), self.features.values.tolist())

    @property
    def drawable(self) -> bool:
        """Whether there are a graph and a feature."""
        return self.features.values.size > 0

    def draw_in(self, axes: Axes) -> None:
        """Draw the features of every graph, from the smallest value of each to the largest."""
        values = self.features.values
        low, width = values.min(axis=0), np.ptp(values, axis=0)
        axes.imshow((values - low) / np.where(width > 0, width, 1.0), aspect="auto", interpolation="nearest")
        axes.set(xlabel="feature", ylabel="graph")
        axes.locator_params(axis="y", integer=True)


@shown_as.register
def _(result: FeatureTable) -> Result:
    return _FeatureView(source=_UNKNOWN, parameters={}, features=result)


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class _GraphView(_View):
    """Size of a graph."""

    graph: Graph

    def values(self) -> Record:
        """Return the number of isolated vertices, and whether there are weights."""
        return {"num_isolated": self.graph.num_isolated, "weighted": self.graph.weights is not None}


@shown_as.register
def _(result: Graph) -> Result:
    source = InputSummary(result.name, result.sha256, result.num_nodes, result.num_edges)
    return _GraphView(source=source, parameters={}, graph=result)
