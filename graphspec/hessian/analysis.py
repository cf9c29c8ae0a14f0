"""Spectra of curvature matrices of a network, before, during and after training."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import ClassVar

import torch
from rich.console import RenderableType
from rich.text import Text

from graphspec._typing import Progress, Record
from graphspec.analyses.console import SILENT, Console
from graphspec.analyses.results import Rows, scalars, title_of
from graphspec.analyses.spectrum import SpectrumResult
from graphspec.analyses.text_chart import draw_density
from graphspec.densities import Estimate
from graphspec.errors import ParameterError
from graphspec.hessian.curvature import Curvature, curvature
from graphspec.hessian.edges import Outlier, SpectrumEdges
from graphspec.hessian.options import HessianOptions
from graphspec.hessian.picture import draw_curvature
from graphspec.hessian.problems import Problem, load_problem
from graphspec.hessian.spectrum import curvature_spectrum
from graphspec.hessian.training import Training, load_checkpoint, train
from graphspec.machine import available_bytes, one_blas_thread, resident_bytes
from graphspec.operators import ArrayOperator
from graphspec.output import answer, make_table, picture
from graphspec.sketches import InputSummary, SpectralSketch, plan_pass, prepare, sample

_LISTED = 12  # outliers in a table


@dataclass(frozen=True, eq=False, kw_only=True)
class HessianResult(SpectrumResult):
    """The spectrum of a curvature matrix of a network.

    Attributes
    ----------
    state
        What the parameters are: ``epoch 10``, or the path of a checkpoint.
    epoch
        Number of epochs of training; None for a checkpoint.
    loss, accuracy
        Mean loss and share of right classes over the data; None where targets are no classes.
    num_classes
        Number of classes.
    edges, trace, negative_mass, above_bulk
        As of :class:`graphspec.hessian.spectrum.CurvatureSpectrum`.
    """

    command: ClassVar[str] = "hessian"
    state: str
    epoch: int | None
    loss: float
    accuracy: float | None
    num_classes: int | None
    edges: SpectrumEdges
    trace: Estimate
    negative_mass: Estimate
    above_bulk: Estimate

    def values(self) -> Record:
        """Return what stands alone, trace and negative mass, and then what the record of a spectrum has."""
        edges = self.edges
        intervals: Record = {}
        for name in ("trace", "negative_mass", "above_bulk"):
            estimate = getattr(self, name)
            intervals |= {name: float(estimate.value)}
            intervals |= {f"{name}_{part}": float(getattr(estimate, part)) for part in ("sem", "low", "high")}
        return {
            "state": self.state,
            "epoch": self.epoch,
            "loss": self.loss,
            "accuracy": self.accuracy,
            "num_parameters": self.density.dimension,
            "num_classes": self.num_classes,
            "largest": edges.largest,
            "smallest": edges.smallest,
            "bulk_low": edges.bulk_low,
            "bulk_high": edges.bulk_high,
            "num_outliers": len(edges.above),
            "num_outliers_below": len(edges.below),
            **intervals,
            "outliers": [asdict(each) for each in (*edges.above, *reversed(edges.below))],
            **super().values(),
        }

    def rows(self) -> Rows:
        """Return a row for every point of the grid of the bulk, with the numbers of the whole in every row."""
        values = self.values()
        return self._with_input(values["grid"], scalars(values))

    def table(self, width: int) -> list[RenderableType]:
        """Return what stands alone, trace and negative mass, and a chart of the bulk."""
        edges, size = self.edges, self.density.dimension
        accuracy = "" if self.accuracy is None else f", {self.accuracy:.1%} right"
        classes = "" if self.num_classes is None else f"; there are {self.num_classes} classes"
        alone = len(edges.above)
        said = f"{alone} {'eigenvalue' if alone == 1 else 'eigenvalues'} above the bulk{classes}"
        facts = [
            ("trace", *_with_interval(self.trace)),
            ("share of negative eigenvalues", *_with_interval(self.negative_mass)),
            ("largest eigenvalue", f"{edges.largest:.5g}", "", ""),
            ("bulk up to", f"{edges.bulk_high:.5g}", "", ""),
            ("bulk down to", f"{edges.bulk_low:.5g}", "", ""),
            ("smallest eigenvalue", f"{edges.smallest:.5g}", "", ""),
        ]
        columns = {"": "left", "value": "right", "low": "right", "high": "right"}
        parts: list[RenderableType] = [
            Text.assemble((f"{self.source.name}, {self.state}", "bold"), f": loss {self.loss:.4g}{accuracy}"),
            Text(f"{self.parameters['matrix']} of {size:,} parameters; {self.density.method}, {self._passes()}"),
            answer(said),
            make_table(f"With {self.density.confidence:.0%} intervals", columns, facts),
        ]
        listed = [*edges.above[:_LISTED], *edges.below[:_LISTED]]
        if listed:
            parts.append(_outlier_table(listed, len(edges.above) + len(edges.below)))
        chart = draw_density(self.density, width=max(20, min(width - 18, 100)))
        return [*parts, Text("\nThe bulk:\n" + "\n".join(chart), no_wrap=True)]

    def draw(self, path: str | Path) -> None:
        """Draw the density of the bulk on a logarithmic axis, with the eigenvalues that stand alone."""
        with picture(path, (9, 4.5)) as figure:
            title = f"{title_of(self.source)}, {self.state}"
            draw_curvature(figure.subplots(), self.density, self.edges, title)

    def _passes(self) -> str:
        return f"{self.parameters['num_moments']} moments, {self.parameters['num_probes']} probes"


def run(
    problem: str | Problem, options: HessianOptions | None = None, progress: Console = SILENT
) -> Iterator[HessianResult]:
    """Take the pass over a curvature matrix of a network after some epochs of training, or of checkpoints.

    Parameters
    ----------
    problem
        Name of a built-in problem, ``package.module:function``, or a problem itself.
    options
        The matrix, training, the pass and the answer.
    progress
        Console for remarks and progress.

    Yields
    ------
    HessianResult
        One result for every epoch or checkpoint, as soon as it is there.

    Raises
    ------
    InputError
        If the problem is not what it should be; the message names batch, layer or file.
    ParameterError
        If there is no such problem, device, or parameter.
    """
    options = options or HessianOptions()
    held = _on_device(_problem(problem, options), options)
    for state, epoch in zip(states_of(options), _states(held, options, progress), strict=True):
        matrix = curvature(held, options.matrix, parameters=options.parameters, batch_norm=options.batch_norm)
        with one_blas_thread():
            result = _result(held, matrix, state, epoch, options, progress)
        yield result


def states_of(options: HessianOptions) -> tuple[str, ...]:
    """Return the names of the states whose spectra are asked for."""
    if options.checkpoints:
        return options.checkpoints  # with their folders: files of several runs may have one name
    return tuple(f"epoch {epoch}" for epoch in options.epochs)


def _problem(problem: str | Problem, options: HessianOptions) -> Problem:
    if isinstance(problem, Problem) or ":" in problem:
        for name in ("data", "data_dir", "examples"):
            if name in options.given:
                raise ParameterError(f"`{name}` is for built-in problems, and this one brings its data", name)
    if isinstance(problem, Problem):
        return problem
    return load_problem(
        problem,
        data=options.data,
        folder=options.data_dir,
        examples=options.examples,
        batch_size=options.batch_size,
        seed=options.seed,
    )


def _on_device(problem: Problem, options: HessianOptions) -> Problem:
    dtype = torch.float64 if options.double else torch.float32
    try:
        return problem.on(options.device, dtype)
    except (RuntimeError, AssertionError) as error:
        reason = str(error).strip().split("\n", 1)[0]
        raise ParameterError(f"there is no device {options.device!r} ({reason})", "device") from error


def _states(problem: Problem, options: HessianOptions, console: Console) -> Iterator[int | None]:
    """Give the model its parameters, one state after the other; yield numbers of epochs, None for checkpoints."""
    for path in options.checkpoints:
        load_checkpoint(problem, path)
        yield None
    if not options.checkpoints:
        training = Training(options.learning_rate, options.momentum, options.train_batch, options.seed)
        yield from _trained(problem, options.epochs, training, console)


def _trained(problem: Problem, epochs: Sequence[int], training: Training, console: Console) -> Iterator[int]:
    """Train, with a bar of its own up to every state: the bar of the pass comes between."""
    shown: Progress | None

    def advance(done: int, planned: int | None) -> None:
        if shown is not None:
            shown(done, planned)

    states = train(problem, epochs, training, advance)
    for _ in epochs:
        with console.stage("training"), console.bar("training", " examples") as shown:
            epoch = next(states)
        yield epoch


def _result(
    problem: Problem, matrix: Curvature, state: str, epoch: int | None, options: HessianOptions, console: Console
) -> HessianResult:
    loss, accuracy = matrix.loss(), matrix.accuracy()
    with console.stage("structure"):
        operator = matrix.operator(reorthogonalize=options.reorthogonalize)
    sketch = _sketch(problem.name, operator, options, console)
    with console.stage("density"):
        found = curvature_spectrum(sketch, options.method, confidence=options.confidence)
    return HessianResult(
        source=InputSummary(problem.name),
        parameters={**options.values(), "operator": operator.name, "num_examples": problem.num_examples},
        density=found.density,
        moments=found.moments,
        num_matvecs=sketch.num_matvecs,
        state=state,
        epoch=epoch,
        loss=loss,
        accuracy=accuracy,
        num_classes=problem.num_classes,
        edges=found.edges,
        trace=found.trace,
        negative_mass=found.negative_mass,
        above_bulk=found.above_bulk,
    )


def _sketch(name: str, operator: ArrayOperator, options: HessianOptions, console: Console) -> SpectralSketch:
    """Run the pass, with as many vectors at once as fit the memory limit."""
    sampling = options.sampling
    prepared = prepare(operator, sampling)
    free = available_bytes()
    limit = options.memory_limit
    if limit is None and free is not None:
        limit = resident_bytes() + free // 2
    named = replace(prepared, empty=replace(prepared.empty, source=InputSummary(name)))
    plan = plan_pass(named, sampling.num_probes, limit)
    if plan.block_width < sampling.num_probes:
        megabytes = operator.num_bytes(prepared.empty.num_steps) * plan.block_width / 1e6
        console.remark(f"{name}: {plan.block_width} of {sampling.num_probes} vectors at once, in {megabytes:,.0f} MB")
    with console.stage("pass"), console.bar("sketching", " products") as progress:
        return sample(named, sampling, plan=plan, progress=progress)


def _with_interval(estimate: Estimate) -> tuple[str, str, str]:
    return (f"{float(estimate.value):.5g}", f"{float(estimate.low):.5g}", f"{float(estimate.high):.5g}")


def _outlier_table(listed: list[Outlier], number: int) -> RenderableType:
    rows = [(f"{each.eigenvalue:.6g}", f"{each.residual:.1e}") for each in listed]
    title = "Standing alone" if number == len(listed) else f"Standing alone, {len(listed)} of {number}"
    return make_table(title, {"eigenvalue": "right", "residual": "right"}, rows)
