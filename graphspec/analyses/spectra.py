"""Steps that analyses of one spectrum share: open the input, sketch it or take its sketch, estimate the density."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from graphspec._typing import Record
from graphspec.analyses.console import SILENT, Console
from graphspec.analyses.shared_passes import prepared_for, sketch_for
from graphspec.analyses.sources import Source, name_of, open_source
from graphspec.densities import METHODS, SKETCH_METHODS, SpectralDensity, density, exact_density
from graphspec.errors import ParameterError, SketchError
from graphspec.operators import Operator
from graphspec.options import Choice, Options, group_of, option
from graphspec.readwrite import EDGE_LIST_OPTIONS, Reading
from graphspec.sketches import (
    Excess,
    InputSummary,
    Moments,
    PassPlan,
    Prepared,
    Sampling,
    SpectralSketch,
    estimated_seconds,
    moment_half_width,
    plan_pass,
    sampler_for,
    spectrum_moments,
)

_DENSE_IN_A_SECOND = 2000  # eigenvalues that a dense solver finds in about a second
_FOR_PROBES = ("num_probes", "first_probe", "max_probes", "memory_limit")
_HELD_BY_SKETCHES = ("num_probes", "seed", "first_probe", "operator", "tau", "component", "structure")


@dataclass(frozen=True, kw_only=True)
class SpectralOptions(Options):
    """Options of an analysis that estimates a density.

    Attributes
    ----------
    method
        ``maxent``, ``lanczos``, ``kpm`` or ``exact``; see :func:`graphspec.density`.
    sampling
        Options of sampling.
    reading
        Options of reading an edge list.
    """

    method: str = option(
        "maxent",
        Choice(METHODS),
        "Density estimate, exact for at most 10,000 vertices.",
        group="Accuracy",
    )
    sampling: Sampling = group_of(Sampling)
    reading: Reading = group_of(Reading)


@dataclass(frozen=True)
class Goal:
    """Quantity that a relative tolerance refers to.

    Attributes
    ----------
    quantity
        Name of the quantity.
    excess
        Function that returns the width of the interval relative to the largest that the tolerance allows.
    """

    quantity: str
    excess: Excess


@dataclass(frozen=True, eq=False)
class Spectrum:
    """A density with the other results of its estimate.

    Attributes
    ----------
    source
        Summary of the input.
    parameters
        Options that affect the results.
    density
        The density.
    moments
        Moments of the whole spectrum.
    num_matvecs
        Products of the operator with a vector that the pass took.
    num_zeros
        Number of zero eigenvalues of the components.
    sketch
        The sketch; None for dense eigenvalues.
    operator
        The operator; None where a sketch was given.
    """

    source: InputSummary
    parameters: Record
    density: SpectralDensity
    moments: Moments
    num_matvecs: int
    num_zeros: int
    sketch: SpectralSketch | None = None
    operator: Operator | None = None


def estimate_spectrum(
    source: Any,
    options: SpectralOptions,
    console: Console = SILENT,
    goal: Callable[[Sampling], Goal] | None = None,
) -> Spectrum:
    """Estimate the spectral density of an input.

    Parameters
    ----------
    source
        Any input that :func:`open_source` accepts.
    options
        Method, sampling and reading.
    console
        Console for remarks and progress.
    goal
        Function that returns the goal of a tolerance; by default the moments are the goal.

    Raises
    ------
    SketchError
        If a sketch contradicts the options.
    """
    return spectrum_of(name_of(source), open_source(source, options.reading, console), options, console, goal)


def spectrum_of(
    name: str,
    content: Source,
    options: SpectralOptions,
    console: Console = SILENT,
    goal: Callable[[Sampling], Goal] | None = None,
) -> Spectrum:
    """Estimate the spectral density of a graph, operator or sketch.

    Parameters
    ----------
    name
        Name of the input in messages.
    content
        The graph, operator or sketch.
    options, console, goal
        As of :func:`estimate_spectrum`.

    Raises
    ------
    SketchError
        If a sketch contradicts the options.
    """
    if options.method not in SKETCH_METHODS:
        return _exact_spectrum(name, content, options, console)
    sampling = options.sampling
    sketch, operator = sketch_source(name, content, options, console, goal)
    order = sampling.num_moments if "num_moments" in sampling.given else sketch.num_moments
    with console.stage("density"):
        estimate = density(sketch, options.method, num_moments=order, confidence=sampling.confidence)
    if not estimate.solver.converged:
        console.warn(f"{name}: the solver did not converge (residual {estimate.solver.residual:.1e})")
    parameters = {**sampling_parameters(sketch, options), "num_moments": order}
    moments = spectrum_moments(sketch, order)
    return Spectrum(
        sketch.source, parameters, estimate, moments, sketch.num_matvecs, sketch.num_zeros, sketch, operator
    )


def sketch_source(
    name: str,
    source: Source,
    options: Any,
    console: Console = SILENT,
    goal: Callable[[Sampling], Goal] | None = None,
) -> tuple[SpectralSketch, Operator | None]:
    """Sketch a graph or operator until a tolerance is met, or return a sketch that agrees with the options.

    Parameters
    ----------
    name
        Name of the input in messages.
    source
        The graph, operator or sketch.
    options
        Options with `sampling` and `reading`.
    console
        Console for remarks and progress.
    goal
        Function that returns the goal of a tolerance; by default the moments are the goal.

    Returns
    -------
    sketch
        The sketch.
    operator
        The operator that was sketched; None where a sketch was given.
    """
    sampling: Sampling = options.sampling
    if "max_probes" in sampling.given and sampling.tolerance is None:
        console.remark(f"{name}: `max_probes` is for a `tolerance`: it is not used")
    if isinstance(source, SpectralSketch):
        _check_sketch_serves(name, source, sampling, options.reading)
        return source, None
    with sampler_for(source, sampling) as run:
        with console.stage("structure"):
            prepared = prepared_for(source, sampling)
        plan = plan_pass(prepared, sampling.num_probes, sampling.memory_limit)
        _announce_pass(name, prepared, plan, sampling, console)
        aim = None if goal is None else goal(sampling)
        with console.stage("pass"), console.bar("sketching", " products") as progress:
            excess = None if aim is None else aim.excess
            make = partial(run, prepared, sampling, plan=plan, excess=excess, progress=progress)
            sketch = sketch_for(source, sampling, make)
    if sampling.tolerance is not None:
        console.remark(f"{name}: {_end_of_pass(sketch, sampling, aim)}")
    return sketch, prepared.remainder.whole


def sampling_parameters(sketch: SpectralSketch, options: Any) -> Record:
    """Return the options that describe the making of a sketch, for a record."""
    sampling: Sampling = options.sampling
    parameters = {**sketch_parameters(sketch), **reading_parameters(options.reading)}
    if not sketch.probe_ranges:
        parameters |= {name: getattr(sampling, name) for name in ("seed", "first_probe", "num_probes")}
    return {**parameters, **{name: getattr(sampling, name) for name in ("tolerance", "max_probes", "confidence")}}


def reading_parameters(reading: Reading) -> Record:
    """Return the options that describe the reading of an edge list, for a record."""
    values = {key: getattr(reading, key) for key in EDGE_LIST_OPTIONS}
    return values | {"columns": None if reading.columns is None else list(reading.columns)}


def sketch_parameters(sketch: SpectralSketch) -> Record:
    """Return the options that a sketch itself holds, for a record."""
    first = sketch.probe_ranges[0] if sketch.probe_ranges else None
    return {
        "num_moments": sketch.num_moments,
        "num_probes": sketch.num_probes,
        "seed": None if first is None else first.seed,
        "first_probe": None if first is None else first.start,
        "probe_ranges": [part._asdict() for part in sketch.probe_ranges],
        "operator": sketch.operator,
        **sketch.options,
    }


def describe_estimate(parameters: Record) -> str:
    """Return method, moments and probes of an estimate in words."""
    if parameters["method"] not in SKETCH_METHODS:
        return str(parameters["method"])
    return f"{parameters['method']}, {parameters['num_moments']} moments, {parameters['num_probes']} probes"


def _exact_spectrum(name: str, source: Source, options: SpectralOptions, console: Console) -> Spectrum:
    sampling = options.sampling
    if isinstance(source, SpectralSketch):
        raise SketchError(f"{name}: a sketch holds no matrix, so `method` exact needs the edge list")
    if sampling.tolerance is not None:
        raise ParameterError("`tolerance` needs a `method` that takes probes, not exact", "tolerance")
    for option_name in _FOR_PROBES:
        if option_name in sampling.given:
            console.remark(f"{name}: `method` exact takes no probes: `{option_name}` is not used")
    with console.stage("dense eigenvalues"):
        prepared = prepared_for(source, sampling)
        rows = prepared.remainder.whole.num_rows
        if rows > _DENSE_IN_A_SECOND:
            console.patience(f"{rows:,} eigenvalues by a dense solver: up to a minute or two")
        exact = exact_density(prepared, sampling.num_moments, sampling.confidence)
    values = exact.moments(sampling.num_moments).value
    empty = prepared.empty
    parameters = sampling_parameters(empty, options)
    moments = Moments(values, np.zeros((2, len(values))))
    return Spectrum(empty.source, parameters, exact, moments, 0, empty.num_zeros, operator=prepared.remainder.whole)


def _announce_pass(name: str, prepared: Prepared, plan: PassPlan, sampling: Sampling, console: Console) -> None:
    """Report the cost of the pass where memory is limited or the console is verbose."""
    limited = sampling.memory_limit is not None
    if prepared.remainder.dense_rows is not None or not (console.verbose or limited):
        return
    size = f"{plan.num_products:,} products of {plan.num_rows:,} rows and {plan.num_entries:,} entries"
    block = f"{plan.block_width} at once{', entries read from disk' if plan.streamed else ''}"
    # Estimating the time takes a part of that time.
    time = f", about {estimated_seconds(prepared, plan, sampling.threads):.1f} s" if limited else ""
    console.remark(f"{name}: the pass: {size}, {block}: {plan.num_bytes / 1e6:,.0f} MB{time}")


def _end_of_pass(sketch: SpectralSketch, sampling: Sampling, goal: Goal | None) -> str:
    """Return a remark on what ended the pass, the tolerance or the limit, and on the width of the intervals."""
    assert sampling.tolerance is not None
    if goal is None:
        subject, width = "moments are", moment_half_width(sketch, sampling.confidence)
    else:
        subject, width = f"{goal.quantity} is", goal.excess(sketch) * sampling.tolerance
    probes = f"{sketch.num_probes} probes"
    if goal is not None and width == 0:
        return f"{probes}: there is no significant gap, and nothing to bring within a tolerance"
    if width == float("inf"):
        return f"{probes}: no more of them would help, {goal.quantity if goal else ''} needs more moments"
    ended = "tolerance" if width <= sampling.tolerance else "`max_probes`"
    return f"{probes}: {ended} ended the pass, {subject} within {width:.2g}"


def _check_sketch_serves(name: str, sketch: SpectralSketch, sampling: Sampling, reading: Reading) -> None:
    """Refuse options that a sketch contradicts: it holds no matrix to sample again."""
    asked = {key: getattr(sampling, key) for key in _HELD_BY_SKETCHES if key in sampling.given}
    if "weighted" in reading.given:
        asked["weighted"] = reading.weighted
    held, instead = sketch_parameters(sketch), "leave the option out, or give the edge list"
    for key, value in asked.items():
        if value != held.get(key):
            raise SketchError(f"{name}: the sketch was made {_spoken(key, held.get(key))}: {instead}")
    limit = 2 * sketch.num_steps
    if "num_moments" in sampling.given and sampling.num_moments > limit:
        raise SketchError(f"{name}: the sketch holds {limit} moments, not {sampling.num_moments}: give the edge list")
    if sampling.tolerance is not None:
        raise SketchError(f"{name}: a sketch cannot be given more probes for `tolerance`: give the edge list")
    for key in EDGE_LIST_OPTIONS:
        if key in reading.given:
            raise SketchError(f"{name}: a sketch is not read with `{key}`: {instead.replace('the option', 'it')}")


def _spoken(option: str, value: Any) -> str:
    """Return one option of a sketch in words."""
    if isinstance(value, bool):
        return f"{'with' if value else 'without'} `{option}`"
    return f"with `{option}` {value}"
