"""Functionals of a graph: entropy, Estrada index, spanning trees, heat trace, or the sum of any expression."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from rich.console import RenderableType
from rich.text import Text

from graphspec._typing import Record
from graphspec.analyses.console import SILENT, Console
from graphspec.analyses.functional_options import FunctionalOptions
from graphspec.analyses.inputs import heading
from graphspec.analyses.results import Drawable, Result, Rows, title_of
from graphspec.analyses.shared_passes import prepared_for
from graphspec.analyses.sources import Source, name_of, open_source
from graphspec.analyses.spectra import describe_estimate, sampling_parameters
from graphspec.analyses.spectral_sums import finite, order_sentence, sketch_for_sum, sum_record, truncated
from graphspec.densities import SKETCH_METHODS, Estimate, exact_density
from graphspec.errors import ParameterError, SketchError
from graphspec.functionals import (
    Arguments,
    Functional,
    LowerEnd,
    SpectralSum,
    exact_sum,
    functional_of,
    nonzero_lower_end,
    nonzero_part,
    spectral_sum,
)
from graphspec.graphs import Graph
from graphspec.machine import one_blas_thread
from graphspec.operators import Operator
from graphspec.output import answer, make_table, picture
from graphspec.sketches import InputSummary, SpectralSketch, as_operator

if TYPE_CHECKING:  # optional
    from matplotlib.axes import Axes


@dataclass(frozen=True, eq=False)
class FunctionalValue:
    """The value of a functional.

    Attributes
    ----------
    functional
        What it is.
    estimate
        The value, or one for each argument, with standard error and confidence interval.
    total
        The spectral sum that it comes from.
    num_steps
        Products with every probe.
    high
        High end of the interval that encloses the spectrum.
    """

    functional: Functional
    estimate: Estimate
    total: SpectralSum
    num_steps: int
    high: float

    def record(self) -> Record:
        """Return function, value and interval; arrays where the function has an argument."""
        estimate, argument = self.estimate, self.functional.argument
        parts = {name: finite(np.asarray(getattr(estimate, name))) for name in ("value", "sem", "low", "high")}
        grid = {} if argument is None else {"argument": list(argument[1])}
        operator = {} if self.functional.operator is None else {"operator": self.functional.operator}
        return {"function": self.functional.name, **operator, **grid, **parts, **sum_record(self.total)}

    def columns(self) -> Record:
        """Return one number for each argument, then standard errors and interval ends, by the names of columns."""
        argument = self.functional.argument
        columns: Record = {}
        labels = [""] if argument is None else [f"@{number:.6g}" for number in argument[1]]
        for part, suffix in (("value", ""), ("sem", "_sem"), ("low", "_low"), ("high", "_high")):
            names = [f"{self.functional.name}{label}{suffix}" for label in labels]
            columns |= dict(zip(names, finite(np.atleast_1d(getattr(self.estimate, part))), strict=True))
        return columns


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class FunctionalResult(Result, Drawable):
    """Functionals of a graph.

    Attributes
    ----------
    functionals
        The values, in the order that was asked for.
    """

    command: ClassVar[str] = "functional"
    functionals: tuple[FunctionalValue, ...]

    def values(self) -> Record:
        """Return function, value, standard error and interval; of several functions, a list of these."""
        records = [each.record() for each in self.functionals]
        return records[0] if len(records) == 1 else {"functionals": records}

    def rows(self) -> Rows:
        """Return one row: function, value and interval; or, of several numbers, a column for each."""
        if len(self.functionals) == 1 and self.functionals[0].functional.argument is None:
            record = self.functionals[0].record()
            return self._with_input({key: [record[key]] for key in ("function", "value", "sem", "low", "high")})
        columns: Record = {}
        for each in self.functionals:
            columns |= each.columns()
        return self._with_input({name: [number] for name, number in columns.items()})

    def table(self, width: int) -> list[RenderableType]:  # noqa: ARG002
        """Return the values with their intervals, and what a finite order leaves open."""
        parts: list[RenderableType] = [heading(self.source)]
        scalars = [each for each in self.functionals if each.functional.argument is None]
        for each in scalars:
            interval = f"({_number(each.estimate.low)} to {_number(each.estimate.high)})"
            parts += [answer(f"{each.functional.name} {_number(each.estimate.value)} {interval}")]
            parts += [Text(f"  {each.functional.meaning}")]
        for each in self.functionals:
            if each.functional.argument is not None:
                parts += [Text(f"{each.functional.name}: {each.functional.meaning}"), _grid_table(each)]
        sentences = (order_sentence(each.total, each.num_steps, each.high) for each in self.functionals)
        parts += [sentence for sentence in sentences if sentence is not None][:1]
        return [*parts, Text(describe_estimate(self.parameters))]

    def draw(self, path: str | Path) -> None:
        """Draw the functions that have an argument, with their intervals."""
        drawn = self._curves
        if not drawn:
            raise ParameterError("a picture is of a function with an argument: heat-trace or return-probability")
        with picture(path, (7.0, 3.5 * len(drawn))) as figure:
            for axes, each in zip(np.ravel(figure.subplots(len(drawn))), drawn, strict=True):
                _draw(axes, each)
            figure.suptitle(title_of(self.source))

    @property
    def drawable(self) -> bool:
        """Whether a function has an argument."""
        return bool(self._curves)

    def draw_in(self, axes: Axes) -> None:
        """Draw the first function that has an argument, with its intervals."""
        _draw(axes, self._curves[0])

    @property
    def _curves(self) -> list[FunctionalValue]:
        return [each for each in self.functionals if each.functional.argument is not None]


@one_blas_thread()
def run(source: Any, options: FunctionalOptions | None = None, progress: Console = SILENT) -> FunctionalResult:
    """Estimate functionals of a graph; those of one operator share the pass.

    Parameters
    ----------
    source
        Any input that :func:`graphspec.analyses.sources.open_source` accepts; a sketch has to be of the operator of
        every function.
    options
        The functions, their arguments, method, sampling and reading.
    progress
        Console for remarks and progress.
    """
    options = options or FunctionalOptions()
    name, content = name_of(source), open_source(source, options.reading, progress)
    arguments = Arguments(options.times, options.steps, options.order)
    functionals = [_functional(text, arguments, options.nonzero) for text in options.function]
    values: dict[str, FunctionalValue] = {}
    summary: InputSummary | None = None
    parameters: Record = {}
    for group in _by_operator(functionals, options):
        summary, parameters, found = _estimate(name, content, group, options, progress)
        values |= found
    assert summary is not None
    chosen = {key: list(value) if isinstance(value, tuple) else value for key, value in options.values().items()}
    if len({functional.operator for functional in functionals}) > 1:
        parameters = {**parameters, "operator": None}
    return FunctionalResult(
        source=summary,
        parameters={**chosen, **parameters},
        functionals=tuple(values[functional.name] for functional in functionals),
    )


def functional(source: Any, function: str, method: str = "maxent", **options: Any) -> Estimate:
    """Estimate a functional of a graph.

    Parameters
    ----------
    source
        A graph, a sketch of the functional's operator, or any input that :func:`graphspec.sketch` accepts.
    function
        ``entropy`` (von Neumann), ``renyi``, ``estrada`` (its logarithm), ``spanning-trees`` (the logarithm of their
        number), ``heat-trace``, ``kemeny``, ``kirchhoff``, ``return-probability``, ``triangles``, or an expression in
        the eigenvalue x, such as ``"log(x + 0.1)"``, which is summed over all eigenvalues.
    method
        ``maxent``, ``lanczos``, ``kpm`` or ``exact``; see :func:`graphspec.density`.
    **options
        Fields of :class:`FunctionalOptions`, of :class:`graphspec.Sampling` and of
        :class:`graphspec.readwrite.Reading`.

    Returns
    -------
    Estimate
        The value, or one for each argument, with standard error and confidence interval.

    Raises
    ------
    ParameterError
        If the function is unknown, an option is out of range, or the function is not finite at an eigenvalue.
    GraphspecError
        If the functional is of a connected graph, and the graph is not.

    Examples
    --------
    A complete graph of n vertices has n^(n - 2) spanning trees.

    >>> import networkx, numpy, graphspec
    >>> trees = graphspec.functional(networkx.complete_graph(6), "spanning-trees")
    >>> round(float(numpy.exp(trees.value)))
    1296
    """
    chosen = FunctionalOptions.of(function=(function,), method=method, **options)
    return run(source, chosen).functionals[0].estimate


def _functional(text: str, arguments: Arguments, nonzero: bool) -> Functional:
    functional = functional_of(text, arguments)
    # Named functionals know whether they leave zeros out.
    return replace(functional, nonzero=True) if nonzero and functional.operator is None else functional


def _by_operator(functionals: list[Functional], options: FunctionalOptions) -> list[list[Functional]]:
    """Return the functionals of every operator, which share a pass.

    Raises
    ------
    ParameterError
        If an operator is asked for that is not the one of a functional.
    """
    asked = options.sampling.operator if "operator" in options.sampling.given else None
    groups: dict[str, list[Functional]] = {}
    for functional in functionals:
        if asked is not None and functional.operator not in (None, asked):
            message = f"{functional.name} is of `operator` {functional.operator}, not of {asked}"
            raise ParameterError(f"{message}: leave it out", "operator")
        groups.setdefault(functional.operator or options.sampling.operator, []).append(functional)
    return list(groups.values())


def _estimate(
    name: str, content: Source, group: list[Functional], options: FunctionalOptions, console: Console
) -> tuple[InputSummary, Record, dict[str, FunctionalValue]]:
    """Return the summary of the input, the parameters of the pass, and the values of functionals of one operator."""
    operator_name = group[0].operator
    if operator_name is not None and isinstance(content, Graph):
        options = replace(options, sampling=options.sampling.changed(operator=operator_name))
    if options.method not in SKETCH_METHODS:
        return _exact(name, content, group, options)
    lower_ends = _lower_ends(content, options)

    def make(functional: Functional, sketch: SpectralSketch) -> tuple[SpectralSum, Estimate]:
        functional.check(sketch)
        part = nonzero_part(sketch) if functional.nonzero else sketch
        total = spectral_sum(
            part,
            functional.function(sketch),
            lower_ends(sketch, functional),
            method=options.method,
            confidence=options.sampling.confidence,
        )
        return total, functional.finish(sketch, total.estimate)

    def make_all(sketch: SpectralSketch) -> list[tuple[SpectralSum, Estimate]]:
        return [make(functional, sketch) for functional in group]

    quantity = group[0].name if len(group) == 1 else "the functions"
    sketch = sketch_for_sum(name, content, options, console, quantity, make_all)
    sketch = truncated(name, sketch, options.sampling)
    with console.stage("integrals"):
        found = make_all(sketch)
    values = {
        functional.name: FunctionalValue(functional, estimate, total, sketch.num_steps, sketch.interval.high)
        for functional, (total, estimate) in zip(group, found, strict=True)
    }
    return sketch.source, sampling_parameters(sketch, options), values


def _lower_ends(content: Source, options: FunctionalOptions) -> Callable[[SpectralSketch, Functional], LowerEnd]:
    """Return a function that bounds the sampled eigenvalues from below; bounds by paths are computed once."""
    operator: Operator | None = None
    if not isinstance(content, SpectralSketch):
        operator = as_operator(content, options.sampling)
    found: list[LowerEnd] = []

    def lower_end(sketch: SpectralSketch, functional: Functional) -> LowerEnd:
        if options.lower_end is not None:
            return LowerEnd(options.lower_end, "given")
        if not functional.nonzero:
            return LowerEnd(sketch.interval.low, "operator")
        if not found:
            found.append(nonzero_lower_end(sketch, operator))
        return found[0]

    return lower_end


def _exact(
    name: str, content: Source, group: list[Functional], options: FunctionalOptions
) -> tuple[InputSummary, Record, dict[str, FunctionalValue]]:
    """Return the values from dense eigenvalues."""
    if isinstance(content, SpectralSketch):
        raise SketchError(f"{name}: a sketch holds no matrix, so `method` exact needs the edge list")
    if options.sampling.tolerance is not None:
        raise ParameterError("`tolerance` needs a `method` that takes probes, not exact", "tolerance")
    prepared = prepared_for(content, options.sampling)
    empty, values = prepared.empty, {}
    density = exact_density(prepared, options.sampling.num_moments)
    for functional in group:
        functional.check(empty)
        zeros = empty.num_zeros if functional.nonzero else 0
        total = exact_sum(density, functional.function(empty), zeros)
        values[functional.name] = FunctionalValue(
            functional, functional.finish(empty, total.estimate), total, 0, empty.interval.high
        )
    return empty.source, sampling_parameters(empty, options), values


def _number(value: Any) -> str:
    """Return a number for people, to the digits that distinguish large ones."""
    number = float(value)
    if not np.isfinite(number):
        return "no bound"
    return f"{number:,.2f}" if 1000 <= abs(number) < 1e12 else f"{number:.6g}"


def _grid_table(value: FunctionalValue, most: int = 12) -> RenderableType:
    """Return values at arguments, of which at most `most` are shown."""
    assert value.functional.argument is not None
    label, arguments = value.functional.argument
    estimate = value.estimate
    shown = np.unique(np.linspace(0, len(arguments) - 1, min(most, len(arguments))).round().astype(int))
    rows = [
        [f"{arguments[i]:g}", *(_number(part[i]) for part in (estimate.value, estimate.low, estimate.high))]
        for i in shown
    ]
    columns = {label: "right", "value": "right", "low": "right", "high": "right"}
    left_out = "" if len(shown) == len(arguments) else f"{len(shown)} of {len(arguments):,}; all with --format json"
    return make_table(left_out, columns, rows)


def _draw(axes: Any, value: FunctionalValue) -> None:
    """Draw values against arguments, on logarithmic axes, with their intervals."""
    assert value.functional.argument is not None
    label, arguments = value.functional.argument
    estimate, logarithmic = value.estimate, label == "time"
    low = np.maximum(estimate.low, 1e-12 * np.abs(estimate.value)) if logarithmic else estimate.low
    axes.fill_between(arguments, low, estimate.high, alpha=0.3, linewidth=0)
    axes.plot(arguments, estimate.value, marker=None if len(arguments) > 20 else "o", markersize=3)
    if logarithmic:
        axes.set_xscale("log")
        axes.set_yscale("log")
    axes.set_xlabel(label)
    axes.set_ylabel(value.functional.name)
