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
    CountAtRadius,
    DetectableCount,
    Kind,
    confirm_detectable,
    count_below,
    count_excess,
    detectable_on_density,
)
from graphspec.errors import GraphspecError, InputError, ParameterError, SketchError
from graphspec.graphs import Graph, largest_component
from graphspec.operators import OPERATORS, GraphOperator, RegularizedLaplacian, bethe_radius
from graphspec.output import make_table
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
        if _takes_tau(content.operator):
            return None
        needed = f"make a sketch with `operator` {REGULARIZED} and `tau` bethe, or give the edge list"
        return SketchError(f"{name}: the sketch is of the operator {content.operator}, not {REGULARIZED}: {needed}")
    if not isinstance(content, Graph):
        return ParameterError(f"{name}: detectable communities are counted in graphs, and this is an operator", "rule")
    if content.weights is not None:
        return InputError(
            f"{name}: detectable communities are counted in graphs without weights: the Bethe Hessian scales every "
            "entry by its own weight, and is no regularised Laplacian then"
        )
    return None


def detect(
    name: str, content: Graph | SpectralSketch, options: SpectralOptions, limit: int, console: Console
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
    """
    if isinstance(content, SpectralSketch):
        spectrum = spectrum_of(name, content, options, console)
        r = float(np.sqrt(1 + content.options["tau"]))
        return Detection(detectable_on_density(spectrum.density, r), spectrum.source, spectrum.parameters)
    graph = largest_component(content) if options.sampling.component == "largest" else content
    degree = float(graph.degrees.mean()) if graph.num_nodes else 0.0
    with console.stage("radius"):
        r = _radius(graph, options.sampling)
    if not r > 1:
        empty = prepare(graph, options.sampling.changed(component="all")).empty
        parameters = sampling_parameters(empty, options)
        return Detection(DetectableCount(Kind.NONE, mean_degree=degree), empty.source, parameters)
    spectrum = _spectrum_at(r, name, graph, options, console)
    count = detectable_on_density(spectrum.density, r, mean_degree=degree)
    if degree > 1:
        probes = spectrum.parameters["num_probes"]
        count = replace(count, at_mean_degree=_at_mean_degree(degree, probes, name, graph, options, console))
    count = _confirmed(count, spectrum, options.sampling, limit, console)
    operator = spectrum.operator
    assert isinstance(operator, GraphOperator)
    return Detection(count, spectrum.source, spectrum.parameters, operator)


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
    }


def detection_table(count: DetectableCount) -> RenderableType:
    """Return the counts at both radii, with what the eigensolver found."""
    number, confirmation, at_mean = count.count, count.confirmation, count.at_mean_degree
    assert number is not None
    assert count.density is not None
    assert count.r is not None
    interval = f"{count.density.confidence:.0%} interval"
    columns = dict.fromkeys(("r", "below", "eigenvalues", interval, "confirmed", "p of the last"), "right")
    exact = "" if confirmation is None else f"{confirmation.count:,}"
    p_value = "" if confirmation is None or confirmation.p_value is None else f"{confirmation.p_value:.1g}"
    rows = [(*_detection_row(CountAtRadius(count.r, number.value, number.low, number.high)), exact, p_value)]
    if at_mean is not None:
        rows.append((*_detection_row(at_mean), "", ""))
    title = "Eigenvalues of the regularised Laplacian below 1 - 1/r, for the radius of the bulk and the mean degree"
    return make_table(title, columns, rows)


def _detection_row(count: CountAtRadius) -> tuple[str, ...]:
    interval = f"{count.count_low:,.1f} to {count.count_high:,.1f}"
    return f"{count.r:.4g}", f"{1 - 1 / count.r:.4g}", f"{count.count:,.1f}", interval


def _takes_tau(operator: str) -> bool:
    return operator in OPERATORS and OPERATORS[operator].takes_tau


def _radius(graph: Graph, sampling: Sampling) -> float:
    """Return the radius of the Bethe Hessian: that of the bulk, unless an operator with its `tau` is asked for."""
    if not _takes_tau(sampling.operator) or sampling.tau in (None, "bethe"):
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
