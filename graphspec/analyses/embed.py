"""Coordinates of the vertices of a graph from the lowest eigenvectors of a Laplacian."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from rich.console import RenderableType
from rich.text import Text

from graphspec._typing import Matrix, Record
from graphspec.analyses.cluster_options import ClustersOptions
from graphspec.analyses.clusters import run as count_clusters
from graphspec.analyses.console import SILENT, Console
from graphspec.analyses.drawing import draw_embedding
from graphspec.analyses.inputs import heading
from graphspec.analyses.results import Arrayed, Plotted, Result, Rows
from graphspec.analyses.sources import name_of, open_source
from graphspec.analyses.spectra import reading_parameters
from graphspec.errors import GraphspecError, ParameterError
from graphspec.graphs import Graph, connected_components, largest_component
from graphspec.machine import one_blas_thread
from graphspec.operators import OPERATORS, GraphOperator, graph_operator, is_laplacian
from graphspec.options import Number, Options, group_of, option
from graphspec.output import answer, counted, make_table
from graphspec.readwrite import Reading
from graphspec.sketches import Sampling, summarize
from graphspec.vertices import Embedding, embedding

if TYPE_CHECKING:  # optional
    from matplotlib.axes import Axes

DETECTABLE = "detectable"
_OF_THE_PASS = (
    "num_moments",
    "num_probes",
    "tolerance",
    "max_probes",
    "confidence",
    "first_probe",
    "structure",
    "scheduler",
    "memory_limit",
)


@dataclass(frozen=True)
class Dimension:
    """A number of eigenvectors, or the word for as many as there are detectable communities."""

    def accepts(self, value: Any) -> bool:
        """Return whether a value is a positive whole number or the word."""
        return value == DETECTABLE if isinstance(value, str) else Number(1, integer=True).accepts(value)

    def parse(self, text: str) -> int | str:
        """Return the word or the number that a text represents."""
        return text if text == DETECTABLE else int(text)

    def wrong_values(self) -> tuple[Any, ...]:
        """Return numbers that are not positive or not whole, and another word."""
        return (0, -1, 2.5, "many", True)

    def __str__(self) -> str:
        return f"a whole number of at least 1, or {DETECTABLE}"


@dataclass(frozen=True, kw_only=True)
class EmbedOptions(Options):
    """Options of an embedding.

    Attributes
    ----------
    dimension
        Number of eigenvectors; ``detectable`` for as many as there are detectable communities, of the regularised
        Laplacian on which these are counted.
    residual
        Norm of the residuals of the eigenvectors at most, relative to half the interval of the operator.
    sampling
        Operator, component, seed and threads.
    reading
        Options of reading edge lists.
    """

    dimension: int | str = option(
        16, Dimension(), "Eigenvectors: a number, or detectable.", group="Answer", metavar="K|detectable"
    )
    residual: float = option(
        1e-6,
        Number(1e-12, 1e-2),
        "Largest residual, relative to half the spectrum's interval.",
        group="Accuracy",
        metavar="R",
    )
    sampling: Sampling = group_of(Sampling, without=_OF_THE_PASS, help={"seed": "Seed of the solver's vectors."})
    reading: Reading = group_of(Reading)

    def check(self) -> None:
        """Check that the operator is a Laplacian, and not given where the dimension chooses it."""
        operator = self.sampling.operator
        if not (is_laplacian(operator) or OPERATORS[operator].takes_tau):
            raise ParameterError(f"an embedding has the low end of a Laplacian, and {operator} is none", "operator")
        if self.dimension == DETECTABLE and {"operator", "tau"} & self.sampling.given:
            given = "operator" if "operator" in self.sampling.given else "tau"
            message = f"`dimension` {DETECTABLE} takes the operator regularized with its own tau: leave `{given}` out"
            raise ParameterError(message, given)


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class EmbedResult(Result, Arrayed, Plotted):
    """Coordinates of the vertices of a graph.

    Attributes
    ----------
    graph
        The graph that was embedded, whose labels name the rows.
    embedding
        Eigenvalues and eigenvectors.
    """

    command: ClassVar[str] = "embed"
    graph: Graph
    embedding: Embedding

    @property
    def sentence(self) -> str:
        """What was computed, in words."""
        found = self.embedding
        number = counted(len(found.eigenvalues), "eigenvector", "eigenvectors")
        ends = f"{found.eigenvalues[0]:.6g} to {found.eigenvalues[-1]:.6g}"
        return f"{number} of the operator {self.parameters['operator']}, eigenvalues {ends}"

    @property
    def remarks(self) -> tuple[str, ...]:
        """What a reader should know of eigenspaces."""
        found, zeros = self.embedding, int(np.count_nonzero(self.embedding.eigenvalues == 0))
        components = self.source.num_components or 0
        if zeros == len(found.eigenvalues) and found.cut and components > zeros:
            kept = "`component` largest embeds the largest alone"
            return (f"all eigenvectors are those of {zeros:,} of {components:,} components: {kept}",)
        if found.cut:
            last = f"{found.eigenvalues[-1]:.6g}"
            return (f"the eigenvalue {last} is repeated beyond the last vector: a part of its eigenspace is missing",)
        return ()

    @property
    def coordinates(self) -> Matrix:
        """Coordinates of the vertices in the order that the graph was read in, shape (n, k)."""
        return self.embedding.vectors[self.graph.reading_order]

    def values(self) -> Record:
        """Return eigenvalues, residuals and the coordinates of every vertex."""
        found = self.embedding
        return {
            "eigenvalues": found.eigenvalues.tolist(),
            "residuals": found.residuals.tolist(),
            "multiplicities": found.multiplicities.tolist(),
            "following": found.following if np.isfinite(found.following) else None,
            "cut": found.cut,
            "method": found.method,
            "vertices": self.graph.ids_as_read,
            "coordinates": self.coordinates.tolist(),
        }

    def rows(self) -> Rows:
        """Return one row for every vertex."""
        coordinates = {f"x{number + 1}": column.tolist() for number, column in enumerate(self.coordinates.T)}
        return self._with_input({"vertex": self.graph.ids_as_read, **coordinates})

    def draw_in(self, axes: Axes) -> None:
        """Draw the vertices at the first two coordinates that differ within a component."""
        draw_embedding(axes, self.embedding)

    def array(self) -> bytes:
        """Return the coordinates as a file of numpy, shape (n, k)."""
        stream = io.BytesIO()
        np.save(stream, self.coordinates)
        return stream.getvalue()

    def table(self, width: int) -> list[RenderableType]:  # noqa: ARG002
        """Return the eigenvalues with their residuals."""
        found = self.embedding
        columns = dict.fromkeys(("", "eigenvalue", "residual", "repeated"), "right")
        shown = range(min(len(found.eigenvalues), 40))
        rows = [
            (str(i + 1), f"{found.eigenvalues[i]:.8g}", f"{found.residuals[i]:.1e}", str(found.multiplicities[i]))
            for i in shown
        ]
        title = "Eigenvalues (--format csv, -o x.npy and -o x.parquet have the coordinates)"
        parts: list[RenderableType] = [heading(self.source), answer(self.sentence)]
        return [*parts, *map(Text, self.remarks), make_table(title, columns, rows)]


@one_blas_thread()
def run(source: Any, options: EmbedOptions | None = None, progress: Console = SILENT) -> EmbedResult:
    """Embed the vertices of a graph by the lowest eigenvectors of a Laplacian.

    Parameters
    ----------
    source
        Any input that :func:`graphspec.analyses.sources.open_source` accepts as a graph.
    options
        Dimension, operator and reading.
    progress
        Console for remarks and progress.

    Raises
    ------
    ParameterError
        If the input is no graph, or there are fewer eigenvalues.
    GraphspecError
        If there are no detectable communities, or their count is not confirmed.
    NotConvergedError
        If no solver converges.
    """
    options = options or EmbedOptions()
    name, content = name_of(source), open_source(source, options.reading, progress)
    if not isinstance(content, Graph):
        raise ParameterError(f"{name}: eigenvectors need a graph, and a sketch or an operator holds none")
    graph = largest_component(content) if options.sampling.component == "largest" else content
    if graph.num_nodes == 0:
        raise GraphspecError(f"{name}: a graph without vertices has no eigenvectors")
    operator, number = _operator_of(name, graph, options, progress)
    if number > graph.num_nodes:
        message = f"{name}: `dimension` {number:,} exceeds the {counted(graph.num_nodes, 'vertex', 'vertices')}"
        raise ParameterError(message, "dimension")
    sampling = options.sampling
    with progress.stage("eigenvectors"), progress.counting("eigenvectors", " products") as report:
        found = embedding(
            operator,
            number,
            residual=options.residual,
            seed=sampling.seed,
            threads=sampling.threads,
            progress=report,
        )
    parameters = {
        "dimension": options.dimension,
        "residual": options.residual,
        "operator": operator.name,
        **operator.parameters,
        "component": sampling.component,
        "seed": sampling.seed,
        **reading_parameters(options.reading),
    }
    result = EmbedResult(
        source=summarize(graph, connected_components(graph)), parameters=parameters, graph=graph, embedding=found
    )
    for remark in result.remarks:
        progress.remark(f"{name}: {remark}")
    return result


def embed(source: Any, dimension: int | str = 16, **options: Any) -> Embedding:
    """Embed the vertices of a graph by the lowest eigenvectors of a Laplacian.

    They are Laplacian eigenmaps (Belkin and Niyogi, Neural Comput. 15, 1373 (2003)) and the positional encodings of
    graph neural networks. Eigenvectors of components, with eigenvalue zero, come first.

    Parameters
    ----------
    source
        A graph, or whatever :func:`graphspec.sketch` takes as one.
    dimension
        Number of eigenvectors, or ``"detectable"`` for as many as there are detectable communities, of the regularised
        Laplacian on which those are counted.
    **options
        Fields of :class:`EmbedOptions`: `residual`; of :class:`graphspec.Sampling`: `operator`, `tau`, `component`,
        `seed` and `threads`; and of :class:`graphspec.readwrite.Reading`.

    Returns
    -------
    Embedding
        Eigenvalues, eigenvectors as columns and their residuals.

    Raises
    ------
    ParameterError
        If an option is unknown or out of range, or the source is no graph.
    GraphspecError
        If no communities are detected.

    Examples
    --------
    >>> import networkx, graphspec
    >>> found = graphspec.embed(networkx.star_graph(4), 3)
    >>> found.eigenvalues.round(6).tolist(), found.multiplicities.tolist(), found.cut
    ([0.0, 1.0, 1.0], [1, 2, 2], True)
    """
    return run(source, EmbedOptions.of(dimension=dimension, **options)).embedding


def _operator_of(name: str, graph: Graph, options: EmbedOptions, progress: Console) -> tuple[GraphOperator, int]:
    """Return the operator and the number of its eigenvectors."""
    sampling = options.sampling
    if not isinstance(options.dimension, str):
        return graph_operator(graph, sampling.operator, tau=sampling.tau), options.dimension
    chosen = ClustersOptions(rule=DETECTABLE, sampling=Sampling(seed=sampling.seed, threads=sampling.threads))
    detection = count_clusters(graph, chosen, progress).detection
    assert detection is not None
    count = detection.count
    if count.confirmation is None or detection.operator is None:
        reason = count.unconfirmed or "no communities are detected"
        raise GraphspecError(f"{name}: {reason}: give the number of eigenvectors as `dimension`")
    return detection.operator, max(1, count.confirmation.count)
