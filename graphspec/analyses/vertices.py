"""Numbers of every vertex: diagonals of functions of an operator, with their uncertainty."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from rich.console import RenderableType
from rich.text import Text

from graphspec._typing import Record
from graphspec.analyses.console import SILENT, Console
from graphspec.analyses.drawing import draw_diagonal
from graphspec.analyses.inputs import heading
from graphspec.analyses.results import Drawable, Result, Rows, title_of
from graphspec.analyses.sources import name_of, open_source
from graphspec.analyses.spectra import reading_parameters
from graphspec.errors import GraphspecError, ParameterError
from graphspec.graphs import Graph, connected_components, largest_component
from graphspec.grids import Grid
from graphspec.machine import one_blas_thread
from graphspec.operators import graph_operator
from graphspec.options import Number, Options, default_of, group_of, option
from graphspec.output import make_table, picture
from graphspec.readwrite import Reading
from graphspec.sketches import Sampling, summarize
from graphspec.vertices import NAMES, Diagonal, DiagonalSettings, VertexFunction, diagonal_of, vertex_function

if TYPE_CHECKING:  # optional
    from matplotlib.axes import Axes

_NOT_OFFERED = ("num_moments", "first_probe", "structure", "scheduler", "memory_limit")


@dataclass(frozen=True)
class FunctionText:
    """Name of a function of vertices, or an expression in x."""

    def accepts(self, value: Any) -> bool:
        """Return whether a value is a text with something in it."""
        return isinstance(value, str) and bool(value.strip())

    def parse(self, text: str) -> str:
        """Return the text."""
        return text.strip()

    def wrong_values(self) -> tuple[Any, ...]:
        """Return an empty text, and what is no text."""
        return ("", " ", 3)

    def __str__(self) -> str:
        return f"one of {', '.join(NAMES)}, or an expression in x"


@dataclass(frozen=True, kw_only=True)
class VerticesOptions(Options):
    """Options of numbers of vertices.

    Attributes
    ----------
    function
        ``heat``, ``return``, ``subgraph``, or an expression in the eigenvalue x.
    times
        Times of heat.
    steps
        Steps of return.
    max_products
        Largest number of products with a probe: the degree of the polynomial in place of the function.
    deflate
        Number of eigenvectors whose part is computed exactly, at that end of the spectrum where the function is
        largest; 16 for subgraph, and 0 for others.
    sampling
        Operator, component, probes and threads.
    reading
        Options of reading edge lists.
    """

    function: str = option(
        "heat",
        FunctionText(),
        f'Function of the operator: {", ".join(NAMES)}, or an expression such as "1 / (x + 0.1)".',
        group="Answer",
        metavar="F",
    )
    times: tuple[float, ...] = option(
        (0.1, 1.0, 10.0), Grid(), "Times of heat: a list, or from:to:count.", group="Answer", metavar="T"
    )
    steps: tuple[int, ...] = option(
        tuple(range(1, 11)),
        Grid(integer=True),
        "Steps of return: a list, or from:to.",
        group="Answer",
        metavar="S",
        default_help="1:10",
    )
    max_products: int = option(
        2000, Number(1, 100_000, integer=True), "Most products with a probe.", group="Accuracy", metavar="N"
    )
    deflate: int | None = option(
        None,
        Number(0, 1000, integer=True),
        "Eigenvectors whose part is computed exactly.",
        group="Accuracy",
        metavar="K",
        default_help="0, and 16 for subgraph",
    )
    sampling: Sampling = group_of(
        Sampling,
        without=_NOT_OFFERED,
        help={
            "operator": "Matrix of heat or of an expression; others have their own.",
            "tolerance": "Add probes until 95 % of the intervals are at most this share of the value to either side.",
        },
    )
    reading: Reading = group_of(Reading)

    @property
    def chosen(self) -> VertexFunction:
        """The function."""
        return vertex_function(self.function, self.times, self.steps)

    @property
    def operator(self) -> str:
        """Name of the operator, which the function chooses where none is given."""
        given = "operator" in self.sampling.given
        return self.sampling.operator if given else self.chosen.operators[0]

    def check(self) -> None:
        """Check that there is such a function, of such an operator, and that its arguments are its own."""
        chosen = self.chosen
        if self.operator not in chosen.operators:
            words = ", ".join(chosen.operators)
            message = f"`function` {chosen.name} is of the operator {words}, not of {self.operator}"
            raise ParameterError(message, "operator")
        for name, function in (("times", "heat"), ("steps", "return")):
            if self.function != function and getattr(self, name) != default_of(type(self), name):
                raise ParameterError(f"`{name}` is for `function` {function}, not for {chosen.name}", name)


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class VerticesResult(Result, Drawable):
    """Numbers of the vertices of a graph.

    Attributes
    ----------
    graph
        The graph, whose labels name the rows.
    function
        The function.
    diagonal
        Its diagonal.
    """

    command: ClassVar[str] = "vertices"
    graph: Graph
    function: VertexFunction
    diagonal: Diagonal

    def values(self) -> Record:
        """Return values, standard errors and intervals, a list for every vertex."""
        found, argument, order = self.diagonal, self.function.argument, self.graph.reading_order
        arrays = {name: getattr(found, name)[order] for name in ("value", "sem", "low", "high")}
        return {
            "function": self.function.name,
            "argument": None if argument is None else argument[1],
            "num_probes": found.num_probes,
            "degree": found.degree,
            "vertices": self.graph.ids_as_read,
            **{name: (array[:, 0] if argument is None else array).tolist() for name, array in arrays.items()},
        }

    def rows(self) -> Rows:
        """Return one row for every vertex: values, each with its standard error and interval."""
        order = self.graph.reading_order
        columns: dict[str, list[Any]] = {"vertex": self.graph.ids_as_read}
        for number, name in enumerate(self.function.columns):
            columns[name] = self.diagonal.value[order, number].tolist()
            for part in ("sem", "low", "high"):
                columns[f"{name}_{part}"] = getattr(self.diagonal, part)[order, number].tolist()
        return self._with_input(columns)

    def draw_in(self, axes: Axes) -> None:
        """Draw the values in decreasing order, with their intervals."""
        draw_diagonal(axes, self.diagonal, self.function.columns)

    def draw(self, path: str | Path) -> None:
        """Draw the values in decreasing order, with their intervals, into a file."""
        with picture(path, (8, 5)) as figure:
            axes = figure.subplots()
            self.draw_in(axes)
            axes.set_title(title_of(self.source), loc="left", fontweight="bold")

    def table(self, width: int) -> list[RenderableType]:  # noqa: ARG002
        """Return the spread over the vertices, and the vertices with the largest and smallest values."""
        found, ids = self.diagonal, self.graph.ids
        columns = {"": "left", **dict.fromkeys(("lowest", "median", "highest", "median error", "highest at"), "right")}
        rows = []
        for number, name in enumerate(self.function.columns):
            value, sem = found.value[:, number], found.sem[:, number]
            size = np.abs(value)
            error = float(np.median(np.divide(sem, size, out=np.zeros_like(sem), where=size > 0)))
            spread = (value.min(), np.median(value), value.max())
            top = ", ".join(str(ids[place]) for place in np.argsort(-value, kind="stable")[:3])
            rows.append((name, *(f"{each:.4g}" for each in spread), f"{error:.1%}", top))
        probes = f"{found.num_probes} probes, degree {found.degree}" if found.num_probes else "exact"
        words = f"{self.function.meaning}; operator {self.parameters['operator']}, {probes}"
        title = "Over the vertices (--format csv and -o x.parquet have every one)"
        return [heading(self.source), Text(words), make_table(title, columns, rows)]


@one_blas_thread()
def run(source: Any, options: VerticesOptions | None = None, progress: Console = SILENT) -> VerticesResult:
    """Estimate the diagonal of a function of an operator of a graph.

    Parameters
    ----------
    source
        Any input that :func:`graphspec.analyses.sources.open_source` accepts as a graph.
    options
        Function, operator, probes and reading.
    progress
        Console for remarks and progress.

    Raises
    ------
    ParameterError
        If the input is no graph, or the function is not finite where eigenvalues may be.
    """
    options = options or VerticesOptions()
    name, content = name_of(source), open_source(source, options.reading, progress)
    if not isinstance(content, Graph):
        raise ParameterError(f"{name}: numbers of vertices need a graph, and a sketch or an operator holds none")
    sampling, chosen = options.sampling, options.chosen
    graph = largest_component(content) if sampling.component == "largest" else content
    if graph.num_nodes == 0:
        raise GraphspecError(f"{name}: a graph without vertices has no vertices to describe")
    operator = graph_operator(graph, options.operator, tau=sampling.tau)
    deflate = chosen.deflate if options.deflate is None else options.deflate
    settings = DiagonalSettings(max_degree=options.max_products, deflate=deflate)
    with progress.stage("vertices"), progress.bar("vertices", " products") as report:
        found = diagonal_of(operator, chosen.values, sampling, name=chosen.name, settings=settings, progress=report)
    parameters: Record = {
        "function": chosen.name,
        **({chosen.argument[0]: chosen.argument[1]} if chosen.argument else {}),
        "operator": operator.name,
        **operator.parameters,
        "max_products": options.max_products,
        "deflate": deflate,
        **{key: getattr(sampling, key) for key in ("component", "num_probes", "seed", "tolerance", "max_probes")},
        "confidence": sampling.confidence,
        **reading_parameters(options.reading),
    }
    return VerticesResult(
        source=summarize(graph, connected_components(graph)),
        parameters=parameters,
        graph=graph,
        function=chosen,
        diagonal=found,
    )


def vertex_values(source: Any, function: str = "heat", **options: Any) -> Diagonal:
    """Estimate the diagonal of a function of an operator: one number for every vertex, with its uncertainty.

    Parameters
    ----------
    source
        A graph, or whatever :func:`graphspec.sketch` takes as one.
    function
        ``heat``: exp(-t x) of a Laplacian, the heat-kernel signature; ``return``: return probabilities of the random
        walk; ``subgraph``: subgraph centrality; or an expression in the eigenvalue x. See
        :func:`graphspec.vertices.vertex_function` for the references.
    **options
        Fields of :class:`VerticesOptions`, of :class:`graphspec.Sampling` and of :class:`graphspec.readwrite.Reading`.

    Returns
    -------
    Diagonal
        Values, standard errors and intervals, shape (n, number of times or steps).

    Raises
    ------
    ParameterError
        If an option is unknown or out of range, the source is no graph, or the function is not finite.

    Examples
    --------
    >>> import networkx, graphspec
    >>> found = graphspec.vertex_values(networkx.star_graph(3), "return", steps=(2,))
    >>> found.value[:, 0].round(4).tolist(), float(found.sem.max())
    ([1.0, 0.3333, 0.3333, 0.3333], 0.0)
    """
    return run(source, VerticesOptions.of(function=function, **options)).diagonal
