"""Number of clusters of a graph, with its interval and its confirmation by an eigensolver."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from rich.console import RenderableType
from rich.text import Text

from graphspec._typing import Record, Vertices
from graphspec.analyses.cluster_picture import draw_clusters
from graphspec.analyses.console import SILENT, Console
from graphspec.analyses.inputs import heading
from graphspec.analyses.results import Drawable, Result, Rows, scalars, title_of
from graphspec.analyses.sources import name_of
from graphspec.analyses.spectra import Goal, SpectralOptions, Spectrum, describe_estimate, estimate_spectrum
from graphspec.clusters import (
    CONFIRM_LIMIT,
    RULES,
    ClusterCount,
    GraphShape,
    Outcome,
    cluster_excess,
    confirm,
    count_on_density,
    group_vertices,
)
from graphspec.densities import SKETCH_METHODS, density
from graphspec.errors import GraphspecError, ParameterError
from graphspec.operators import GraphOperator, fixed_interval, is_laplacian
from graphspec.options import Choice, Number, group_of, option
from graphspec.output import answer, make_table
from graphspec.readwrite import write_labels
from graphspec.sketches import Sampling

_CONFIRMED = ("count", "gap_low", "gap_high", "method", "eigenvalues")


@dataclass(frozen=True, kw_only=True)
class ClustersOptions(SpectralOptions):
    """Options of a count of clusters.

    Attributes
    ----------
    rule
        ``eigengap``: the widest significant gap of the spectrum; ``first-minimum``: the first minimum of the density,
        which is not stable and there for comparison; ``threshold``: the eigenvalues up to `threshold`. A threshold
        alone implies the last.
    threshold
        Threshold of the rule of that name.
    confirm_limit
        Largest count that an eigensolver confirms; 0 for none.
    """

    rule: str | None = option(
        None, Choice(RULES), "What separates clusters from the rest.", group="Answer", default_help="eigengap"
    )
    threshold: float | None = option(None, Number(), "Count the eigenvalues up to X.", group="Answer", metavar="X")
    confirm_limit: int = option(
        CONFIRM_LIMIT,
        Number(0, integer=True),
        "Largest count that an eigensolver confirms; 0 for none.",
        group="Answer",
    )
    sampling: Sampling = group_of(
        Sampling,
        help={"tolerance": "Add probes until the sampling interval is at most this share of the count to either side."},
    )

    @property
    def chosen_rule(self) -> str:
        """The rule, which a threshold alone implies."""
        return self.rule or ("eigengap" if self.threshold is None else "threshold")

    def check(self) -> None:
        """Check that a threshold is given where one is needed, and that the operator has clusters at its low end."""
        if self.chosen_rule == "threshold" and self.threshold is None:
            raise ParameterError("`rule` threshold needs a `threshold`", "threshold")
        if self.chosen_rule != "threshold" and self.threshold is not None:
            raise ParameterError(f"`threshold` is for `rule` threshold, not for {self.chosen_rule}", "threshold")
        interval = fixed_interval(self.sampling.operator)
        if self.threshold is not None and interval is not None and not interval.low <= self.threshold <= interval.high:
            ends = f"[{interval.low:g}, {interval.high:g}]"
            message = f"`threshold` {self.threshold:g} lies outside of {ends}, where all eigenvalues are"
            raise ParameterError(message, "threshold")
        if not is_laplacian(self.sampling.operator):
            message = (
                f"clusters are at the low end of a Laplacian: choose another `operator` than {self.sampling.operator}"
            )
            raise ParameterError(message, "operator")


@dataclass(frozen=True, eq=False, kw_only=True)
class ClustersResult(Result, Drawable):
    """The number of clusters of a graph.

    Attributes
    ----------
    count
        The count with its outcome, gaps and confirmation.
    spectrum
        The spectrum that was counted on.
    """

    command: ClassVar[str] = "clusters"
    count: ClusterCount
    spectrum: Spectrum

    @property
    def remarks(self) -> tuple[str, ...]:
        """What a reader should know beside the numbers."""
        return self.count.remarks

    def values(self) -> Record:
        """Return the count, its gap, all candidates and the confirmation."""
        number, gap, confirmation = self.count.count, self.count.gap, self.count.confirmation
        confirmed = None if confirmation is None else {key: getattr(confirmation, key) for key in _CONFIRMED}
        values = {
            "count": None if number is None else number.value,
            "count_low": None if number is None else number.low,
            "count_high": None if number is None else number.high,
            "threshold": self.count.threshold,
            "gap_low": None if gap is None else gap.gap_low,
            "gap_high": None if gap is None else gap.gap_high,
            "significant": self.count.significant,
            "rule": self.count.rule,
            "candidates": [asdict(candidate) for candidate in self.count.candidates],
            "confirmed": confirmed,
        }
        if self.count.outcome is Outcome.EDGELESS:
            # Nothing but zeros: what ends above them is the interval and not a gap.
            values |= {"threshold": None, "gap_low": None, "gap_high": None, "candidates": []}
            if confirmed is not None:
                values["confirmed"] = confirmed | {"gap_low": None, "gap_high": None}
        return values

    def rows(self) -> Rows:
        """Return one row: the count and its gap, then the confirmation."""
        values = self.values()
        confirmed = values.pop("confirmed") or dict.fromkeys(_CONFIRMED)
        columns = {**scalars(values), **{f"confirmed_{key}": confirmed[key] for key in _CONFIRMED}}
        return self._with_input({key: [value] for key, value in columns.items()})

    def table(self, width: int) -> list[RenderableType]:  # noqa: ARG002
        """Return the answer in a sentence, and the gaps behind it."""
        count = self.count
        parts: list[RenderableType] = [heading(self.source), answer(count.sentence)]
        parts += [Text(remark) for remark in count.remarks]
        parts.append(Text(f"{self._method()}, {self.parameters['operator']} operator"))
        if not count.candidates:
            return parts
        interval = f"{count.density.confidence:.0%} interval"
        columns = dict.fromkeys(("from", "to", "below", interval, "width"), "right")
        rows = [
            (
                f"{gap.gap_low:.4g}",
                f"{gap.gap_high:.4g}",
                f"{gap.count:,.1f}",
                f"{gap.count_low:,.1f} to {gap.count_high:,.1f}",
                f"{gap.score:.1f}",
                ("yes" if gap.significant else "no")
                + (", components" if gap.trivial else f", {gap.excluded}" if gap.excluded else ""),
            )
            for gap in count.candidates
        ]
        title = "Gaps by significance and width, in π / moments"
        return [*parts, make_table(title, {**columns, "significant": "left"}, rows)]

    def draw(self, path: str | Path) -> None:
        """Draw the number of eigenvalues near zero with the gaps, and below it the densities by two methods."""
        sketch, shown = self.spectrum.sketch, self.spectrum.density
        densities = [shown]
        if sketch is not None:
            densities = [
                density(sketch, method, num_moments=shown.num_moments, confidence=shown.confidence)
                for method in ("maxent", "lanczos")
            ]
        draw_clusters(self.count, densities, path, title_of(self.source), self.parameters["operator"])

    def write_labels(self, path: str | Path) -> None:
        """Write the partition: for every vertex a line with its original id, a tab, and its cluster from 0 on.

        Raises
        ------
        GraphspecError
            If there is no partition, or the file cannot be written.
        """
        operator = self.spectrum.operator
        if self.count.confirmation is None or not isinstance(operator, GraphOperator):
            reason = "there is no confirmed gap to make a partition with"
            raise GraphspecError(f"{self.source.name}: {path} was not written: {reason}")
        write_labels(operator.graph, partition(self.count), path)

    def _method(self) -> str:
        if self.parameters["method"] not in SKETCH_METHODS:
            return f"{self.parameters['method']}, {self.parameters['num_moments']} moments"
        return describe_estimate(self.parameters)


def run(source: Any, options: ClustersOptions | None = None, progress: Console = SILENT) -> ClustersResult:
    """Count the clusters of a graph: the eigenvalues below its eigengap.

    Parameters
    ----------
    source
        Whatever :func:`graphspec.analyses.sources.open_source` takes. A sketch holds no matrix, so that its count is
        not confirmed.
    options
        Rule, method, sampling and reading.
    progress
        Where remarks and progress go.

    Raises
    ------
    ParameterError
        If a threshold lies outside of the spectrum's interval, or the operator has no clusters at its low end.
    SketchError
        If a sketch cannot serve what is asked.
    """
    options = options or ClustersOptions()
    rule: Record = {"rule": options.chosen_rule, "threshold": options.threshold}
    spectrum = estimate_spectrum(source, options, progress, partial(_goal, options=options))
    with progress.stage("gaps"):
        count = count_on_density(
            spectrum.density, spectrum.parameters["operator"], spectrum.num_zeros, **rule, shape=_shape(spectrum)
        )
    count = _confirmed(count, spectrum, options, progress)
    for remark in count.remarks:
        progress.detail(f"{name_of(source)}: {remark}")
    parameters = {"method": options.method, **rule, "confirm_limit": options.confirm_limit, **spectrum.parameters}
    return ClustersResult(source=spectrum.source, parameters=parameters, count=count, spectrum=spectrum)


def count_clusters(source: Any, method: str = "maxent", **options: Any) -> ClusterCount:
    """Count the clusters of a graph: the eigenvalues below its eigengap.

    Parameters
    ----------
    source
        A graph, a sketch, or whatever :func:`graphspec.sketch` takes. A sketch holds no matrix, so that its count is
        not confirmed.
    method
        ``maxent``, ``lanczos``, ``kpm`` or ``exact``; see :func:`graphspec.density`.
    **options
        Fields of :class:`ClustersOptions`, of :class:`graphspec.Sampling` and of how an edge list is read.

    Returns
    -------
    ClusterCount
        The count with its interval, the gap and the outcome, whose value is a sentence.

    Raises
    ------
    ParameterError
        If an option is unknown or out of range, or the operator has no clusters at its low end.
    SketchError
        If a sketch cannot serve what is asked.

    Examples
    --------
    >>> import networkx, graphspec
    >>> count = graphspec.count_clusters(networkx.connected_caveman_graph(60, 6))
    >>> count.outcome.name, count.confirmation.count
    ('CONFIRMED', 60)
    """
    return run(source, ClustersOptions.of(method=method, **options)).count


def partition(count: ClusterCount) -> Vertices:
    """Return the cluster of every vertex, numbered from 0 in the order of their first vertices, shape (n,).

    By spectral clustering with the eigenvectors that confirmed the count; see
    :func:`graphspec.clusters.partitioning.group_vertices`.

    Parameters
    ----------
    count
        A count that was confirmed.

    Raises
    ------
    ParameterError
        If the count was not confirmed: there are no eigenvectors then.

    Examples
    --------
    >>> import networkx, graphspec
    >>> count = graphspec.count_clusters(networkx.connected_caveman_graph(60, 6))
    >>> graphspec.partition(count)[:12]
    array([0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1])
    """
    if count.confirmation is None:
        raise ParameterError("a partition needs a confirmed count: without eigenvectors there is none")
    return group_vertices(count.confirmation.spectrum)


def _goal(sampling: Sampling, options: ClustersOptions) -> Goal:
    excess = partial(
        cluster_excess,
        method=options.method,
        confidence=sampling.confidence,
        tolerance=sampling.tolerance or 1.0,
        rule=options.chosen_rule,
        threshold=options.threshold,
    )
    return Goal("the count", excess)


def _shape(spectrum: Spectrum) -> GraphShape:
    """Return what is known of the graph: of the operator's, or where there is a sketch alone, of the input."""
    if isinstance(spectrum.operator, GraphOperator):
        graph = spectrum.operator.graph
        live, edges = int(np.count_nonzero(graph.num_neighbours)), graph.num_edges
        return GraphShape(live, edges, spectrum.num_zeros - (graph.num_nodes - live))
    source = spectrum.source
    if source.num_nodes is None or source.num_nodes != spectrum.density.dimension:
        return GraphShape()
    isolated = source.num_isolated or 0
    return GraphShape(source.num_nodes - isolated, source.num_edges, spectrum.num_zeros - isolated)


def _confirmed(count: ClusterCount, spectrum: Spectrum, options: ClustersOptions, progress: Console) -> ClusterCount:
    """Confirm a count where there is an operator to do it with."""
    if "confirm_limit" in options.given and options.confirm_limit > 0:
        if options.chosen_rule != "eigengap":
            progress.remark(f"{spectrum.source.name}: `confirm_limit` is for `rule` eigengap: it is not used")
        elif spectrum.operator is None:
            progress.remark(f"{spectrum.source.name}: a sketch holds no matrix: the count is not confirmed")
    if spectrum.operator is None or not count.significant or options.confirm_limit == 0:
        return count
    with progress.stage("confirmation"), progress.bar("confirming", " products") as advance:
        done = 0

        def report(products: int) -> None:
            nonlocal done
            done += products
            if advance is not None:
                advance(done, None)

        sampling = options.sampling
        return confirm(
            count,
            spectrum.operator,
            limit=options.confirm_limit,
            seed=sampling.seed,
            threads=sampling.threads,
            progress=report,
        )
