"""Number of communities that can be detected from the edges of a graph, counted on its regularised Laplacian."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from rich.console import RenderableType

from graphspec._typing import Record
from graphspec.analyses.console import Console
from graphspec.analyses.spectra import Goal, SpectralOptions, Spectrum, sampling_parameters, spectrum_of
from graphspec.clusters import (
    ClusterCount,
    CountAtRadius,
    DetectableCount,
    Kind,
    Level,
    components_below,
    confirm_detectable,
    confirm_levels,
    count_below,
    count_excess,
    detectable_on_density,
    find_levels,
)
from graphspec.errors import GraphspecError, InputError, ParameterError, SketchError
from graphspec.graphs import Graph, largest_component
from graphspec.operators import OPERATORS, GraphOperator, RegularizedLaplacian, bethe_radius
from graphspec.output import counted, make_table
from graphspec.sketches import InputSummary, Sampling, SpectralSketch, prepare

REGULARIZED = RegularizedLaplacian.name
CONFIRMED_KEYS = (
    "count",
    "count_low",
    "count_high",
    "eigenvalues",
    "disassortative",
    "gap_low",
    "gap_high",
    "method",
    "p_value",
)
MEAN_DEGREE_KEYS = ("r", "count", "count_low", "count_high")
LEVEL_KEYS = ("count", "count_low", "count_high", "gap", "gap_low", "gap_high", "confirmed")
INNER_KEYS = {"confirmed": CONFIRMED_KEYS, "at_mean_degree": MEAN_DEGREE_KEYS}


@dataclass(frozen=True, eq=False)
class Detection:
    """A count of detectable communities, and what a report says of the input beside it.

    Attributes
    ----------
    count
        The count.
    source
        Summary of the input.
    parameters
        Options that can change the numbers.
    operator
        The regularised Laplacian; None for a sketch, and where the graph has too few edges for any radius.
    """

    count: DetectableCount
    source: InputSummary
    parameters: Record
    operator: GraphOperator | None = None


def refusal(name: str, content: Any) -> GraphspecError | None:
    """Return the error that says why no communities can be counted in an input; None where they can."""
    if isinstance(content, SpectralSketch):
        if takes_tau(content.operator):
            return _with_weights(name) if content.options.get("weighted") else None
        needed = f"make a sketch with `operator` {REGULARIZED} and `tau` bethe, or give the edge list"
        return SketchError(f"{name}: the sketch is of the operator {content.operator}, not {REGULARIZED}: {needed}")
    if not isinstance(content, Graph):
        return ParameterError(f"{name}: detectable communities are counted in graphs, and this is an operator", "rule")
    return None if content.weights is None else _with_weights(name)


def _with_weights(name: str) -> InputError:
    return InputError(
        f"{name}: detectable communities are counted in graphs without weights: the Bethe Hessian scales every entry "
        "by its own weight, and is no regularised Laplacian then"
    )


def detect(
    name: str,
    content: Graph | SpectralSketch,
    options: SpectralOptions,
    limit: int,
    console: Console,
    *,
    levels: bool = False,
) -> Detection:
    """Count detectable communities, and confirm the count by the eigensolver where there is a graph.

    Parameters
    ----------
    name
        Name of the input in messages.
    content
        The graph without weights, or a sketch of its regularised Laplacian, whose `tau` gives the radius.
    options
        Options of the method, sampling and reading. With the operator ``regularized``, its `tau` gives the radius.
    limit
        Largest count that is confirmed; 0 for none.
    console
        Console for remarks and progress.
    levels
        Whether levels of communities are sought.
    """
    if isinstance(content, SpectralSketch):
        detection = _of_sketch(name, content, options, console)
        return replace(detection, count=find_levels(detection.count)) if levels else detection
    graph = largest_component(content) if options.sampling.component == "largest" else content
    degree = float(graph.degrees.mean()) if graph.num_nodes else 0.0
    with console.stage("radius"):
        r = _radius(graph, options.sampling)
    if not r > 1:
        empty = prepare(graph, options.sampling.changed(component="all")).empty
        parameters = sampling_parameters(empty, options)
        nothing = DetectableCount(Kind.NONE, mean_degree=degree, levels=() if levels else None)
        return Detection(nothing, empty.source, parameters)
    spectrum = _spectrum_at(r, name, graph, options, console)
    count = detectable_on_density(
        spectrum.density,
        r,
        mean_degree=degree,
        num_components=components_below(graph, r),
        of_bulk=_is_of_bulk(options.sampling),
    )
    if degree > 1:
        probes = spectrum.parameters["num_probes"]
        count = replace(count, at_mean_degree=_at_mean_degree(degree, probes, name, graph, options, console))
    count = _confirmed(count, spectrum, options.sampling, limit, console)
    if levels:
        count = _with_levels(count, spectrum, options.sampling, limit, console)
    operator = spectrum.operator
    assert isinstance(operator, GraphOperator)
    return Detection(count, spectrum.source, spectrum.parameters, operator)


def _of_sketch(name: str, sketch: SpectralSketch, options: SpectralOptions, console: Console) -> Detection:
    """Count on a sketch, which holds no matrix, and of the graph its size alone."""
    spectrum = spectrum_of(name, sketch, options, console)
    source, density = spectrum.source, spectrum.density
    r = float(np.sqrt(1 + sketch.options["tau"]))
    degree = None
    if source.num_nodes and source.num_edges is not None:
        degree = 2 * source.num_edges / source.num_nodes
    # All eigenvalues may be those of components, one each. Where there are more components than eigenvalues most have
    # none: then those of small components are known, and the rest is taken for one.
    with_edges = (source.num_components or 1) - (source.num_isolated or 0)
    if with_edges > count_below(density, r).high + 0.5:
        known = sum(atom.multiplicity for atom in density.atoms if atom.eigenvalue < 1 - 1 / r)
        with_edges = min(with_edges, known + 1)
    count = detectable_on_density(density, r, mean_degree=degree, num_components=with_edges, of_bulk=False)
    return Detection(count, source, spectrum.parameters)


def detection_values(count: DetectableCount | None) -> Record:
    """Return a count as it stands in a record; None everywhere without one."""
    if count is None:
        count = DetectableCount(Kind.NONE)
        return {**detection_values(count), "kind": None}
    number, other, confirmation, at_mean = (
        count.count,
        count.disassortative,
        count.confirmation,
        count.at_mean_degree,
    )
    return {
        "count": None if number is None else number.value,
        "count_low": None if number is None else number.low,
        "count_high": None if number is None else number.high,
        "kind": count.kind.value,
        "r": count.r,
        "threshold": count.threshold,
        "mean_degree": count.mean_degree,
        "disassortative": None if other is None else other.value,
        "disassortative_low": None if other is None else other.low,
        "disassortative_high": None if other is None else other.high,
        "confirmed": None if confirmation is None else {key: getattr(confirmation, key) for key in CONFIRMED_KEYS},
        "at_mean_degree": None if at_mean is None else {key: getattr(at_mean, key) for key in MEAN_DEGREE_KEYS},
        "levels": None
        if count.levels is None
        else [{key: getattr(level, key) for key in LEVEL_KEYS} for level in count.levels],
    }


def level_columns(count: DetectableCount | None) -> Record:
    """Return the levels as columns of one row: their number, and counts, gaps and confirmations separated by blanks."""
    levels = None if count is None else count.levels
    if levels is None:
        return dict.fromkeys(("num_levels", "level_counts", "level_gaps", "level_confirmed"))
    return {
        "num_levels": len(levels),
        "level_counts": " ".join(f"{level.count:.10g}" for level in levels),
        "level_gaps": " ".join("none" if level.gap is None else f"{level.gap:.10g}" for level in levels),
        "level_confirmed": " ".join("yes" if level.confirmed else "no" for level in levels),
    }


def levels_of_labels(levels: tuple[Level, ...]) -> str:
    """Return what the labels of confirmed levels are, one column for each."""
    numbers = [int(level.groups.max()) + 1 for level in levels if level.groups is not None]
    first, *others = (counted(number, "label", "labels") for number in numbers)
    if not others:
        return f"{first}, of groups that stand out"
    return "; ".join([f"{first}, of communities", *(f"{other}, of groups of these" for other in others)])


def labels_in_words(count: DetectableCount | ClusterCount, number: int) -> str:
    """Return what the labels of a partition are, from the count that made it and their number."""
    assert count.confirmation is not None
    labels = counted(number, "label", "labels")
    if isinstance(count, ClusterCount):
        return f"{labels}, of the clusters below the gap"
    # A component without an eigenvalue below the threshold has a label of its own.
    spectrum = count.confirmation.spectrum
    alone = sum(part.copies for part in spectrum.parts if len(part.eigenvalues) == 0)
    nouns = {Kind.GROUPS: "communities", Kind.SCALES: "scales, not groups", Kind.NONE: "components"}
    if alone == 0 or count.kind is Kind.NONE:
        return f"{labels}, of {nouns[count.kind]}"
    return f"{labels}: {number - alone:,} of {nouns[count.kind]}, and {alone:,} of components without any"


def detection_table(count: DetectableCount) -> RenderableType:
    """Return the counts at both radii, with what the eigensolver found."""
    number, confirmation, at_mean = count.count, count.confirmation, count.at_mean_degree
    assert number is not None
    assert count.density is not None
    assert count.r is not None
    interval = f"{count.density.confidence:.0%} interval"
    columns = dict.fromkeys(("r", "below", "eigenvalues", interval, "confirmed", "p of the last"), "right")
    exact = "" if confirmation is None else confirmation.in_words
    p_value = "" if confirmation is None or confirmation.p_value is None else f"{confirmation.p_value:.1g}"
    rows = [(*_detection_row(CountAtRadius(count.r, number.value, number.low, number.high)), exact, p_value)]
    if at_mean is not None:
        rows.append((*_detection_row(at_mean), "", ""))
    title = f"Eigenvalues of the regularised Laplacian below 1 - 1/r, for {count.radius_in_words}"
    if at_mean is not None:
        title += " and the mean degree"
    return make_table(title, columns, rows)


def _detection_row(count: CountAtRadius) -> tuple[str, ...]:
    interval = f"{count.count_low:,.1f} to {count.count_high:,.1f}"
    return f"{count.r:.4g}", f"{1 - 1 / count.r:.4g}", f"{count.count:,.1f}", interval


def takes_tau(operator: str) -> bool:
    """Return whether an operator is one on which communities are counted."""
    return operator in OPERATORS and OPERATORS[operator].takes_tau


def _is_of_bulk(sampling: Sampling) -> bool:
    """Return whether the radius is that of the bulk: no other is asked for by an operator with its `tau`."""
    return not takes_tau(sampling.operator) or sampling.tau in (None, "bethe")


def _radius(graph: Graph, sampling: Sampling) -> float:
    if _is_of_bulk(sampling):
        return bethe_radius(graph)
    return float(np.sqrt(1 + RegularizedLaplacian.of(graph, sampling.tau).tau))


def _spectrum_at(r: float, name: str, graph: Graph, options: SpectralOptions, console: Console) -> Spectrum:
    """Estimate the spectrum of the regularised Laplacian of a graph for a radius."""
    sampling = options.sampling.changed(component="all", operator=REGULARIZED, tau=r * r - 1)
    changed = SpectralOptions(method=options.method, sampling=sampling, reading=options.reading)
    return spectrum_of(name, graph, changed, console, partial(_goal, method=options.method, r=r))


def _at_mean_degree(
    degree: float, num_probes: int, name: str, graph: Graph, options: SpectralOptions, console: Console
) -> CountAtRadius:
    """Count for r^2 the mean degree, with as many probes as the count itself took."""
    r, sampling = float(np.sqrt(degree)), options.sampling
    if sampling.tolerance is not None:
        values = {key: getattr(sampling, key) for key in sampling.given - {"tolerance", "max_probes", "num_probes"}}
        sampling = Sampling(**values, num_probes=num_probes)
        options = SpectralOptions(method=options.method, sampling=sampling, reading=options.reading)
    count = count_below(_spectrum_at(r, name, graph, options, console).density, r)
    return CountAtRadius(r, count.value, count.low, count.high)


def _confirmed(
    count: DetectableCount, spectrum: Spectrum, sampling: Sampling, limit: int, console: Console
) -> DetectableCount:
    operator = spectrum.operator
    if limit == 0 or not isinstance(operator, RegularizedLaplacian):
        return count
    with console.stage("confirmation"), console.counting("confirming", " products") as report:
        return confirm_detectable(
            count, operator, limit=limit, seed=sampling.seed, threads=sampling.threads, progress=report
        )


def _with_levels(
    count: DetectableCount, spectrum: Spectrum, sampling: Sampling, limit: int, console: Console
) -> DetectableCount:
    operator = spectrum.operator
    assert isinstance(operator, RegularizedLaplacian)
    with console.stage("levels"), console.counting("confirming", " products") as report:
        return confirm_levels(
            find_levels(count),
            operator,
            limit=limit,
            seed=sampling.seed,
            threads=sampling.threads,
            progress=report,
        )


def _goal(sampling: Sampling, method: str, r: float) -> Goal:
    excess = partial(
        count_excess,
        low=None,
        high=1 - 1 / r,
        method=method,
        confidence=sampling.confidence,
        tolerance=sampling.tolerance or 1.0,
    )
    return Goal("the count of communities", excess)
