"""Size, components, degrees and triangles of a graph, and what reading dropped."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, ClassVar

import numpy as np
from rich.console import RenderableType

from graphspec._typing import Record, Vector
from graphspec.analyses.console import SILENT, Console
from graphspec.analyses.inputs import dropped_facts, heading
from graphspec.analyses.results import Result, Rows
from graphspec.analyses.sources import name_of, open_source
from graphspec.analyses.spectra import reading_parameters
from graphspec.errors import ParameterError, SketchError
from graphspec.graphs import Components, Graph, Links, connected_components
from graphspec.options import Options, group_of
from graphspec.output import facts_table
from graphspec.readwrite import Reading
from graphspec.sketches import SpectralSketch, summarize

MOST_TRIANGLE_STEPS = 10**10
"""Steps of the search for triangles beyond which there is none: about a minute. com-DBLP takes 8 million."""


@dataclass(frozen=True, kw_only=True)
class InfoOptions(Options):
    """Options of a description: those of reading an edge list."""

    reading: Reading = group_of(Reading)


@dataclass(frozen=True)
class GraphStatistics:
    """Statistics of a graph.

    Attributes
    ----------
    degree_min, degree_mean, degree_median, degree_max
        Statistics of the numbers of neighbours, or with weights of the sums of the weights at the vertices.
    num_bipartite
        Number of bipartite components with an edge.
    largest_component
        Number of vertices of the largest component.
    density
        Number of edges over that of all pairs of vertices.
    num_triangles
        Number of triangles; this and the following are None for graphs with weights, and for those whose triangles take
        more than `MOST_TRIANGLE_STEPS` to find.
    clustering
        Mean over all vertices of the share of pairs of neighbours that are linked, 0 for fewer than two neighbours
        (D. J. Watts and S. H. Strogatz, Nature 393, 440 (1998)).
    transitivity
        Share of all pairs of neighbours that are linked: three times the triangles over the paths of two edges.
    weight_min, weight_max, weight_sum
        Statistics of the weights of the edges; None without weights.
    """

    degree_min: float
    degree_mean: float
    degree_median: float
    degree_max: float
    num_bipartite: int
    largest_component: int
    density: float
    num_triangles: int | None = None
    clustering: float | None = None
    transitivity: float | None = None
    weight_min: float | None = None
    weight_max: float | None = None
    weight_sum: float | None = None


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class InfoResult(Result):
    """Size and degrees of a graph."""

    command: ClassVar[str] = "info"
    statistics: GraphStatistics

    def values(self) -> Record:
        """Return the statistics."""
        return asdict(self.statistics)

    def table(self, width: int) -> list[RenderableType]:  # noqa: ARG002
        """Return what reading dropped, and the statistics."""
        facts = {key: value for key, value in self.values().items() if value is not None}
        return [heading(self.source), facts_table({**dropped_facts(self.source), **facts})]

    def rows(self) -> Rows:
        """Return one row of CSV: what reading dropped, and the statistics."""
        dropped = {f"dropped_{key}": [value] for key, value in asdict(self.source.dropped).items()}
        return self._with_input({**dropped, **{key: [value] for key, value in self.values().items()}})


def run(source: Any, options: InfoOptions | None = None, progress: Console = SILENT) -> InfoResult:
    """Describe a graph.

    Parameters
    ----------
    source
        Any input that :func:`graphspec.analyses.sources.open_source` accepts.
    options
        Options of reading an edge list.
    progress
        Console for remarks and progress.

    Raises
    ------
    SketchError
        If the source is a sketch, which holds no degrees.
    ParameterError
        If the source is an operator, which has none.
    """
    options = options or InfoOptions()
    name, graph = name_of(source), open_source(source, options.reading, progress)
    if isinstance(graph, SpectralSketch):
        held = f"{graph.num_probes} probes and {graph.num_moments} moments of {graph.source.name}"
        raise SketchError(f"{name}: a sketch ({held}, {graph.operator}) holds no degrees: give the edge list")
    if not isinstance(graph, Graph):
        raise ParameterError(f"{name}: an operator has no degrees: give a graph")
    components = connected_components(graph)
    parameters = {"weighted": graph.weights is not None, **reading_parameters(options.reading)}
    statistics = graph_statistics(graph, components)
    if graph.weights is None and statistics.num_triangles is None:
        progress.remark(f"{name}: finding its triangles would take more than {MOST_TRIANGLE_STEPS:.0e} steps: left out")
    return InfoResult(source=summarize(graph, components), parameters=parameters, statistics=statistics)


def graph_statistics(graph: Graph, components: Components) -> GraphStatistics:
    """Return the statistics of a graph with its components."""
    if graph.num_nodes == 0:
        return GraphStatistics(0, 0.0, 0.0, 0, 0, 0, 0.0, **_triangle_statistics(graph))
    weights = graph.weights
    degrees = graph.num_neighbours if weights is None else graph.degrees
    pairs = graph.num_nodes * (graph.num_nodes - 1) / 2
    return GraphStatistics(
        degree_min=degrees.min().item(),
        degree_mean=float(degrees.mean()),
        degree_median=float(np.median(degrees)),
        degree_max=degrees.max().item(),
        num_bipartite=int(np.count_nonzero(components.bipartite)),
        largest_component=int(components.sizes.max()),
        density=graph.num_edges / pairs if pairs else 0.0,
        **_triangle_statistics(graph),
        **_weight_statistics(graph.weights),
    )


def _triangle_statistics(graph: Graph) -> dict[str, Any]:
    """Return the statistics of the triangles of a graph without weights, unless they take too long to find."""
    links = Links(graph.indptr, graph.indices, None, np.ones(graph.num_nodes))
    if graph.weights is not None or links.work > MOST_TRIANGLE_STEPS:
        return {}
    triangles, _ = links.short_cycles()
    degrees = graph.num_neighbours.astype(np.float64)
    pairs = degrees * (degrees - 1) / 2
    shares = np.divide(triangles, pairs, out=np.zeros_like(pairs), where=pairs > 0)
    return {
        "num_triangles": round(float(triangles.sum()) / 3),
        "clustering": float(shares.mean()) if len(shares) else 0.0,
        "transitivity": float(triangles.sum() / pairs.sum()) if pairs.any() else 0.0,
    }


def _weight_statistics(weights: Vector | None) -> dict[str, Any]:
    """Return the statistics of weights that are stored for both directions of every edge."""
    if weights is None or not len(weights):
        return {}
    return {
        "weight_min": float(weights.min()),
        "weight_max": float(weights.max()),
        "weight_sum": float(weights.sum() / 2),
    }
