"""Number of clusters of a graph: below a gap of its Laplacian, and of communities that need no gap."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from rich.console import RenderableType
from rich.text import Text

from graphspec._typing import Record, Vertices
from graphspec.analyses.cluster_options import ClustersOptions
from graphspec.analyses.cluster_picture import draw_clusters, draw_gaps
from graphspec.analyses.console import SILENT, Console
from graphspec.analyses.detectable import (
    INNER_KEYS,
    REGULARIZED,
    Detection,
    detect,
    detection_table,
    detection_values,
    labels_in_words,
    level_columns,
    levels_of_labels,
    refusal,
)
from graphspec.analyses.detectable_picture import draw_detectable, draw_detected
from graphspec.analyses.gap_report import GAP_CONFIRMED_KEYS, gap_table, gap_values
from graphspec.analyses.inputs import heading
from graphspec.analyses.results import Drawable, Result, Rows, scalars, title_of
from graphspec.analyses.sources import Source, name_of, open_source
from graphspec.analyses.spectra import Goal, Spectrum, describe_estimate, spectrum_of
from graphspec.clusters import (
    ClusterCount,
    DetectableCount,
    GraphShape,
    Kind,
    Level,
    cluster_excess,
    confirm,
    count_on_density,
    group_vertices,
)
from graphspec.densities import SKETCH_METHODS, density
from graphspec.errors import GraphspecError, ParameterError
from graphspec.graphs import Graph
from graphspec.machine import one_blas_thread
from graphspec.operators import NOTHING_TO_DETECT, GraphOperator, graph_operator
from graphspec.output import answer, counted
from graphspec.readwrite import Reading, write_labels
from graphspec.sketches import Sampling, SpectralSketch
from graphspec.vertices import partition_into

if TYPE_CHECKING:  # optional
    from matplotlib.axes import Axes


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class ClustersResult(Result, Drawable):
    """The number of clusters of a graph.

    Attributes
    ----------
    count
        Count on the Laplacian, with its outcome, gaps and confirmation; None where communities alone were counted.
    spectrum
        Spectrum of that count.
    detection
        Count of detectable communities; None where it was not asked for or is not possible.
    """

    command: ClassVar[str] = "clusters"
    count: ClusterCount | None = None
    spectrum: Spectrum | None = None
    detection: Detection | None = None

    @property
    def remarks(self) -> tuple[str, ...]:
        """Sentences that a reader should know beside the numbers."""
        counts = (None if self.detection is None else self.detection.count, self.count)
        return tuple(remark for count in counts if count is not None for remark in count.remarks)

    @property
    def sentences(self) -> tuple[str, ...]:
        """Answers in words: the communities, their levels where they were asked for, then the gap."""
        detected = None if self.detection is None else self.detection.count
        found = () if detected is None else (detected.sentence, detected.levels_sentence)
        gap = "" if self.count is None else self.count.sentence
        return tuple(sentence for sentence in (*found, gap) if sentence)

    def values(self) -> Record:
        """Return the count, its gap, all candidates and the confirmation; and the detectable communities."""
        detected = None if self.detection is None else detection_values(self.detection.count)
        return {**gap_values(self.count), "detectable": detected}

    def rows(self) -> Rows:
        """Return one row: the count and its gap, the confirmation, and the detectable communities."""
        values = self.values()
        confirmed = values.pop("confirmed") or dict.fromkeys(GAP_CONFIRMED_KEYS)
        detected = values.pop("detectable") or detection_values(None)
        # What is a record for one input and None for another leaves its place to its own columns.
        del detected["levels"]  # they have columns of their own where they were asked for
        inner = [(f"detectable_{name}", keys, detected.pop(name)) for name, keys in INNER_KEYS.items()]
        columns = {**scalars(values), **{f"confirmed_{key}": confirmed[key] for key in GAP_CONFIRMED_KEYS}}
        columns |= {f"detectable_{key}": value for key, value in scalars(detected).items()}
        for name, keys, record in inner:
            columns |= {f"{name}_{key}": None if record is None else record[key] for key in keys}
        if self.parameters["levels"]:
            columns |= level_columns(None if self.detection is None else self.detection.count)
        return self._with_input({key: [value] for key, value in columns.items()})

    def table(self, width: int) -> list[RenderableType]:  # noqa: ARG002
        """Return the answer in words, and the counts and gaps behind it."""
        parts: list[RenderableType] = [heading(self.source), *map(answer, self.sentences)]
        parts += [Text(remark) for remark in self.remarks]
        parts.append(Text(f"{self._method()}, {self.parameters['operator']} operator"))
        if self.detection is not None and self.detection.count.count is not None:
            parts.append(detection_table(self.detection.count))
        if self.count is not None and self.count.candidates:
            parts.append(gap_table(self.count))
        return parts

    def draw(self, path: str | Path) -> None:
        """Draw the number of eigenvalues near zero with the gaps, and the densities below it; and the communities."""
        detected = None if self.detection is None else self.detection.count
        if detected is not None and detected.density is None:
            detected = None
        if self.count is None and detected is None:
            raise GraphspecError(f"{self.source.name}: {path} was not written: {NOTHING_TO_DETECT}")
        title = title_of(self.source)
        if self.count is None or self.spectrum is None:
            assert detected is not None
            draw_detectable(detected, path, title)
            return
        sketch, shown = self.spectrum.sketch, self.spectrum.density
        densities = [shown]
        if sketch is not None and detected is None:
            densities = [
                density(sketch, method, num_moments=shown.num_moments, confidence=shown.confidence)
                for method in ("maxent", "lanczos")
            ]
        draw_clusters(self.count, densities, path, title, self.parameters["operator"], detected)

    @property
    def drawable(self) -> bool:
        """Whether there is a count on a density."""
        return self.count is not None or (self.detection is not None and self.detection.count.density is not None)

    def draw_in(self, axes: Axes) -> None:
        """Draw the number of eigenvalues near zero with the gaps, or near the threshold of communities."""
        if self.count is not None:
            draw_gaps(axes, self.count)
        elif self.detection is not None:
            draw_detected(axes, self.detection.count)

    def write_labels(self, path: str | Path, k: int | None = None, progress: Console = SILENT) -> str:
        """Write the partition: for every vertex a line with its original id, a tab, and its cluster from 0 on.

        Where levels of communities are confirmed there is a column for each, the finest first.

        Parameters
        ----------
        path
            The file.
        k
            Number of clusters; by default the confirmed count.
        progress
            Console for progress.

        Returns
        -------
        str
            What was written, in one line.

        Raises
        ------
        GraphspecError
            If there is no partition, or the file cannot be written.
        """
        if k is not None:
            counted_on = self.spectrum or self.detection
            operator = None if counted_on is None else counted_on.operator
            assert isinstance(operator, GraphOperator)
            with progress.stage("partition"), progress.counting("eigenvectors", " products") as report:
                groups = partition_into(operator, k, seed=self.parameters["seed"], progress=report)
            write_labels(operator.graph, groups, path)
            return f"{path}: {counted(int(groups.max()) + 1, 'label', 'labels')}, as many as were asked for"
        detection, count = self.detection, self.labelled
        levels = () if detection is None else _confirmed_levels(detection.count)
        if detection is not None and detection.operator is not None and levels:
            write_labels(detection.operator.graph, nested_partition(detection.count), path)
            return f"{path}: {levels_of_labels(levels)}"
        if count is None:
            reason = "neither a gap nor a count of communities is confirmed: a partition needs eigenvectors"
            raise GraphspecError(f"{self.source.name}: {path} was not written: {reason}")
        assert count.confirmation is not None
        operator = count.confirmation.spectrum.operator
        assert isinstance(operator, GraphOperator)
        groups = partition(count)
        write_labels(operator.graph, groups, path)
        return f"{path}: {labels_in_words(count, int(groups.max()) + 1)}"

    @property
    def labelled(self) -> ClusterCount | DetectableCount | None:
        """The confirmed count that makes the partition: communities if there are groups, or else the gap's clusters."""
        detected = None if self.detection is None else self.detection.count
        groups = detected is not None and detected.kind is Kind.GROUPS
        order = (detected, self.count) if groups else (self.count, detected)
        return next((count for count in order if count is not None and count.confirmation is not None), None)

    @property
    def holds_matrix(self) -> bool:
        """Whether the input is a graph or an operator, and no sketch."""
        detected, spectrum = self.detection, self.spectrum
        without_radius = detected is not None and detected.count.r is None
        return without_radius or any(part is not None and part.operator is not None for part in (detected, spectrum))

    def _method(self) -> str:
        if self.parameters["method"] not in SKETCH_METHODS:
            return f"{self.parameters['method']}, {self.parameters['num_moments']} moments"
        return describe_estimate(self.parameters)


@one_blas_thread()
def run(source: Any, options: ClustersOptions | None = None, progress: Console = SILENT) -> ClustersResult:
    """Count the clusters of a graph: communities that can be detected, and eigenvalues below an eigengap.

    Parameters
    ----------
    source
        Any input that :func:`graphspec.analyses.sources.open_source` accepts. A sketch holds no matrix, so that its
        count is not confirmed; and it is of one operator, so that it answers one question.
    options
        Options of the rule, the method, sampling and reading.
    progress
        Console for remarks and progress.

    Raises
    ------
    ParameterError
        If a threshold lies outside of the spectrum's interval, or the operator has no clusters at its low end.
    InputError
        If communities alone are asked for in a graph with weights.
    SketchError
        If a sketch contradicts the options.
    """
    options = options or ClustersOptions()
    name, content = name_of(source), open_source(source, options.reading, progress)
    count, spectrum = _gap_count(name, content, options, progress)
    detection = _detection(name, content, options, progress)
    first = spectrum or detection
    assert first is not None, "one of the two counts is made"
    result = ClustersResult(
        source=first.source,
        parameters={
            "method": options.method,
            "rule": options.chosen_rule,
            "threshold": options.threshold,
            "confirm_limit": options.confirm_limit,
            "levels": options.levels,
            **first.parameters,
        },
        count=count,
        spectrum=spectrum,
        detection=detection,
    )
    for remark in result.remarks:
        progress.detail(f"{name}: {remark}")
    return result


def _detection(name: str, content: Source, options: ClustersOptions, progress: Console) -> Detection | None:
    """Count detectable communities where they are asked for and can be counted."""
    if not options.counts_detectable:
        return None
    refused = refusal(name, content)
    if refused is None:
        assert isinstance(content, (Graph, SpectralSketch))
        if isinstance(content, SpectralSketch) and "confirm_limit" in options.given and options.confirm_limit > 0:
            progress.remark(f"{name}: a sketch holds no matrix: the count is not confirmed")
        return detect(name, content, options, options.confirm_limit, progress, levels=options.levels)
    if options.gap_rule is None:
        raise refused
    if isinstance(content, Graph) or options.rule is not None or options.levels:
        progress.remark(f"{refused}; the gap alone is counted")
    return None  # of a sketch or an operator a gap is all that is expected where no rule is given


def _gap_count(
    name: str, content: Source, options: ClustersOptions, progress: Console
) -> tuple[ClusterCount | None, Spectrum | None]:
    """Count clusters on the Laplacian where that is asked for, and confirm the count."""
    rule = options.gap_rule
    of_communities = isinstance(content, SpectralSketch) and refusal(name, content) is None
    if rule is None:
        return None, None
    if of_communities and options.counts_detectable:
        if options.rule is not None:
            reason = f"the sketch is of the operator {REGULARIZED}, whose spectrum has no zeros to count from"
            progress.remark(f"{name}: {reason}; communities alone are counted")
        return None, None
    spectrum = spectrum_of(name, content, options, progress, partial(_goal, options=options))
    with progress.stage("gaps"):
        count = count_on_density(
            spectrum.density,
            spectrum.parameters["operator"],
            spectrum.num_zeros,
            rule=rule,
            threshold=options.threshold,
            shape=GraphShape.of(spectrum.source),
        )
    return _confirmed(count, spectrum, options, progress), spectrum


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
    if options.get("rule") is None:
        options["rule"] = "eigengap" if options.get("threshold") is None else "threshold"
    chosen = ClustersOptions.of(method=method, **options)
    if chosen.counts_detectable:
        raise ParameterError("communities are counted by detectable_communities: choose another `rule`", "rule")
    count = run(source, chosen).count
    assert count is not None
    return count


def detectable_communities(source: Any, method: str = "maxent", **options: Any) -> DetectableCount:
    """Count the communities of a graph that can be detected from its edges alone.

    They are the negative eigenvalues of the Bethe Hessian, or the eigenvalues of the regularised Laplacian with tau =
    r^2 - 1 below 1 - 1/r; see :mod:`graphspec.clusters.detectable` for the references. r^2 is the spectral radius of
    the non-backtracking matrix, or mean(d^2) / mean(d) - 1 of the degrees d where one dense part has a radius of more
    than 1.25 times that (:func:`graphspec.operators.bethe_radius`); `tau` sets r^2 - 1.

    Of the eigenvalues that an eigensolver confirms, those that the noise of the bulk's edge explains are not counted:
    as near to the threshold as random matrices put one, and with no wider gap after them than chance makes.

    Detectable means that a community leaves an eigenvalue outside of the bulk that random edges make, the threshold of
    Kesten and Stigum. Groups may exist below it. Small groups, of fewer than about sqrt(n) vertices, may be missed.

    Parameters
    ----------
    source
        A graph without weights, the sketch of a regularised Laplacian, or any input that :func:`graphspec.sketch`
        accepts.
    method
        ``maxent``, ``lanczos``, ``kpm`` or ``exact``; see :func:`graphspec.density`.
    **options
        Fields of :class:`ClustersOptions`, of :class:`graphspec.Sampling` and of :class:`graphspec.readwrite.Reading`.

    Returns
    -------
    DetectableCount
        The count with its interval, its kind and its confirmation by an eigensolver.

    Raises
    ------
    ParameterError
        If an option is unknown or out of range, or the source is an operator.
    InputError
        If the graph has weights.
    SketchError
        If a sketch is of another operator.

    Examples
    --------
    >>> import networkx, graphspec
    >>> blocks = networkx.planted_partition_graph(5, 200, 0.05, 0.005, seed=1)
    >>> count = graphspec.detectable_communities(blocks)
    >>> count.kind.value, count.confirmation.count
    ('groups', 5)
    """
    detection = run(source, ClustersOptions.of(method=method, rule="detectable", **options)).detection
    assert detection is not None
    return detection.count


def partition(source: Any, k: int | None = None, *, operator: str = "normalized", **options: Any) -> Vertices:
    """Return the cluster of every vertex, numbered from 0 in the order of their first vertices, shape (n,).

    By spectral clustering with the lowest eigenvectors; see
    :func:`graphspec.clusters.partitioning.group_vertices`.

    Parameters
    ----------
    source
        A count that was confirmed, whose eigenvectors are at hand; or, with `k`, a graph or what
        :func:`graphspec.sketch` takes as one.
    k
        Number of clusters, for those who know it. Components are not joined, so that it is at least their number.
    operator
        Laplacian whose eigenvectors are taken for `k`: any, but ``regularized`` for the communities of a sparse graph.
    **options
        `tau` of the regularised Laplacian, and `seed` and `threads` of the eigensolver.

    Raises
    ------
    ParameterError
        If the count was not confirmed: there are no eigenvectors then. If there are more components than `k`.

    Examples
    --------
    >>> import networkx, graphspec
    >>> count = graphspec.count_clusters(networkx.connected_caveman_graph(60, 6))
    >>> graphspec.partition(count)[:12]
    array([0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1])
    >>> graphspec.partition(networkx.barbell_graph(3, 0), 2)
    array([0, 0, 0, 1, 1, 1])
    """
    if not isinstance(source, (ClusterCount, DetectableCount)):
        if k is None:
            raise ParameterError("a partition of a graph needs `k`, the number of clusters, or a confirmed count", "k")
        graph = open_source(source, Reading())
        if not isinstance(graph, Graph):
            raise ParameterError("a partition needs a graph: a sketch or an operator holds none")
        laplacian = graph_operator(graph, operator, tau=options.pop("tau", None))
        return partition_into(laplacian, k, **options)
    if k is not None:
        raise ParameterError("the count says how many clusters there are: give the graph for another `k`", "k")
    if source.confirmation is None:
        raise ParameterError("a partition needs a confirmed count: without eigenvectors there is none")
    return group_vertices(source.confirmation.spectrum)


def nested_partition(count: DetectableCount) -> Vertices:
    """Return the community of every vertex at every level, the finest first, shape (n, number of levels).

    A community of one level lies within one of the next: groups are made of communities, by the first eigenvectors; see
    :func:`graphspec.clusters.nesting.grouped`. Without levels there is one column, that of :func:`partition`.

    Parameters
    ----------
    count
        A count with levels, by ``detectable_communities(graph, levels=True)``.

    Raises
    ------
    ParameterError
        If neither a level nor the count was confirmed, or levels were not asked for.

    Examples
    --------
    >>> import networkx, graphspec
    >>> import numpy as np
    >>> block, rate = np.arange(16), np.full((16, 16), 0.001)
    >>> rate[block[:, None] // 4 == block // 4] = 0.03
    >>> rate[np.diag_indices(16)] = 0.4
    >>> blocks = networkx.stochastic_block_model([40] * 16, rate.tolist(), seed=1)
    >>> count = graphspec.detectable_communities(blocks, levels=True)
    >>> [level.count for level in count.levels]
    [16, 4]
    >>> graphspec.nested_partition(count)[[0, 40, 160]].tolist()
    [[0, 0], [1, 0], [4, 1]]
    """
    if count.levels is None:
        raise ParameterError("levels were not asked for: count with `levels` first", "levels")
    levels = _confirmed_levels(count)
    if not levels:
        return partition(count)[:, None]
    return np.stack([level.groups for level in levels if level.groups is not None], axis=1)


def _confirmed_levels(count: DetectableCount) -> tuple[Level, ...]:
    return tuple(level for level in count.levels or () if level.groups is not None)


def _goal(sampling: Sampling, options: ClustersOptions) -> Goal:
    excess = partial(
        cluster_excess,
        method=options.method,
        confidence=sampling.confidence,
        tolerance=sampling.tolerance or 1.0,
        rule=options.gap_rule or "eigengap",
        threshold=options.threshold,
    )
    return Goal("the count", excess)


def _confirmed(count: ClusterCount, spectrum: Spectrum, options: ClustersOptions, progress: Console) -> ClusterCount:
    """Confirm a count where there is an operator to do it with."""
    if "confirm_limit" in options.given and options.confirm_limit > 0:
        if options.gap_rule != "eigengap":
            progress.remark(f"{spectrum.source.name}: `confirm_limit` is for `rule` eigengap: it is not used")
        elif spectrum.operator is None:
            progress.remark(f"{spectrum.source.name}: a sketch holds no matrix: the count is not confirmed")
    if spectrum.operator is None or not count.significant or options.confirm_limit == 0:
        return count
    with progress.stage("confirmation"), progress.counting("confirming", " products") as report:
        sampling = options.sampling
        return confirm(
            count,
            spectrum.operator,
            limit=options.confirm_limit,
            seed=sampling.seed,
            threads=sampling.threads,
            progress=report,
        )
