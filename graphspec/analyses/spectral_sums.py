"""Steps that log-determinants and functionals share: a sketch with enough probes and products for a spectral sum."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from rich.text import Text

from graphspec._typing import Record
from graphspec.analyses.console import Console
from graphspec.analyses.sources import Source
from graphspec.analyses.spectra import Goal, sketch_source
from graphspec.densities import Estimate
from graphspec.errors import SketchError
from graphspec.functionals import SpectralSum, condition_number, needed_products, sum_excess, truncation_share
from graphspec.sketches import Sampling, SpectralSketch

_MOST_MOMENTS = 2000  # that a tolerance asks for: a density of more takes longer than the pass
PILOT_PROBES = 4  # bounds by the finite order hardly differ between probes

MakeSums = Callable[[SpectralSketch], Sequence[tuple[SpectralSum, Estimate]]]
"""A function from a sketch to sums, and what is reported of each."""


def sketch_for_sum(
    name: str, source: Source, options: Any, console: Console, quantity: str, make: MakeSums
) -> SpectralSketch:
    """Sketch a graph or operator; for a tolerance on sums with as many products and probes as all of them need.

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
    quantity
        The sums in words.
    make
        Function that returns the sums for a sketch.
    """
    tolerance = options.sampling.tolerance
    if tolerance is None or isinstance(source, SpectralSketch):
        return sketch_source(name, source, options, console)[0]
    options = replace(options, sampling=_with_products(name, source, options, console, make))

    def goal(sampling: Sampling) -> Goal:  # noqa: ARG001
        return Goal(quantity, lambda sketch: max(sum_excess(*each, tolerance) for each in make(sketch)))

    return sketch_source(name, source, options, console, goal)[0]


def _with_products(name: str, source: Source, options: Any, console: Console, make: MakeSums) -> Sampling:
    """Return options of sampling with as many products as a tolerance needs, by passes with few probes."""
    sampling: Sampling = options.sampling
    moments, before = sampling.num_moments, float("inf")
    pilot = min(PILOT_PROBES, sampling.num_probes)
    while True:
        tried = sampling.changed(tolerance=None, num_moments=moments, num_probes=pilot)
        sketch, _ = sketch_source(name, source, replace(options, sampling=tried), console)
        share = max(truncation_share(*each, sampling.tolerance or 1.0) for each in make(sketch))
        # Rounding leaves a distance that more products do not make smaller.
        if share <= 0.5 or sketch.exact or moments >= _MOST_MOMENTS or share > 0.9 * before:
            break
        moments, before = min(2 * moments, _MOST_MOMENTS), share
    if moments == sampling.num_moments:
        return sampling
    console.remark(f"{name}: the tolerance needs {moments // 2} products with every probe")
    return sampling.changed(num_moments=moments)


def truncated(name: str, sketch: SpectralSketch, sampling: Sampling) -> SpectralSketch:
    """Return the part of a sketch that holds the number of moments asked for.

    Raises
    ------
    SketchError
        If it holds fewer.
    """
    if "num_moments" not in sampling.given or sampling.num_moments == sketch.num_moments:
        return sketch
    steps = -(-sampling.num_moments // 2)
    if steps > sketch.num_steps:
        held = 2 * sketch.num_steps
        raise SketchError(f"{name}: the sketch holds {held} moments, not {sampling.num_moments}: give the edge list")
    return replace(sketch, alpha=sketch.alpha[:, :steps], beta=sketch.beta[:, :steps], num_moments=sampling.num_moments)


def sum_record(total: SpectralSum) -> Record:
    """Return what bounds a sum, for a record."""
    return {
        "truncation": finite(total.truncation),
        "rigorous": total.rigorous,
        "order_suffices": total.order_suffices,
        "lower_end": total.lower_end.value,
        "lower_end_source": total.lower_end.source,
    }


def finite(value: Any) -> Any:
    """Return a number or an array as it is written: what is not bounded is null."""
    values = value.tolist()
    if isinstance(values, list):
        return [item if abs(item) < float("inf") else None for item in values]
    return values if abs(values) < float("inf") else None


def order_sentence(total: SpectralSum, num_steps: int, high: float) -> Text | None:
    """Return a sentence on a finite order that does not suffice."""
    if total.order_suffices:
        return None
    needed, condition = needed_products(total, high), condition_number(total, high)
    more = "ask for a larger --num-moments, or a --tolerance"
    if needed is not None and condition is not None and needed > num_steps:
        least = "" if total.lower_end.certain else "at least "
        more = (
            f"a condition number of {least}{condition:.0e} needs about {2 * needed:,} moments, often fewer "
            "(--num-moments, or a --tolerance)"
        )
    return Text(f"The order is too low: {num_steps} products with a probe leave more open than sampling does; {more}.")
