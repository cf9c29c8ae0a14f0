"""Spectra of curvature matrices of a network, before, during and after training."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import torch

from graphspec._typing import Progress
from graphspec.analyses.console import SILENT, Console
from graphspec.errors import ParameterError
from graphspec.hessian.checks import fitting
from graphspec.hessian.curvature import Curvature, curvature
from graphspec.hessian.layers import has_batch_norm
from graphspec.hessian.options import HessianOptions
from graphspec.hessian.problems import Problem, load_problem
from graphspec.hessian.result import HessianResult
from graphspec.hessian.spectrum import curvature_spectrum
from graphspec.hessian.training import Training, load_checkpoint, train
from graphspec.machine import available_bytes, one_blas_thread, resident_bytes
from graphspec.operators import ArrayOperator
from graphspec.sketches import InputSummary, SpectralSketch, plan_pass, prepare, sample


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
    dtype = torch.float64 if options.double else torch.float32
    _check_device(options.device, dtype)
    held = _on_device(_problem(problem, options), options.device, dtype)
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


def _on_device(problem: Problem, device: str, dtype: torch.dtype) -> Problem:
    """Move a problem; what does not fit is too many data."""
    with fitting(f"{problem.name}: model with data on {device}", "take fewer examples"):
        return problem.on(device, dtype)


def _check_device(device: str, dtype: torch.dtype) -> None:
    """Check that a device computes in a precision, and gives back what it has computed."""
    try:
        (torch.ones(2, device=device, dtype=dtype) + 1).cpu()
    except Exception as error:  # each device has errors of its own
        reason = str(error).strip().split("\n", 1)[0].split(". ", 1)[0]
        raise ParameterError(f"the device {device!r} cannot be used ({reason})", "device") from error


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
        found = curvature_spectrum(
            sketch, options.method, confidence=options.confidence, semidefinite=matrix.semidefinite
        )
    result = HessianResult(
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
        num_model_parameters=sum(parameter.numel() for parameter in problem.model.parameters()),
        num_batches=len(problem.data),
        has_batch_norm=has_batch_norm(problem.model),
    )
    for note in result.notes():
        console.detail(f"{problem.name}, {state}: {note}")
    return result


def _sketch(name: str, operator: ArrayOperator, options: HessianOptions, console: Console) -> SpectralSketch:
    """Run the pass, with as many vectors at once as fit the memory limit."""
    sampling = options.sampling
    prepared = prepare(operator, sampling)
    free = _free_bytes(torch.device(options.device))
    limit = options.memory_limit
    if limit is None and free is not None:
        limit = resident_bytes() + free // 2
    named = replace(prepared, empty=replace(prepared.empty, source=InputSummary(name)))
    plan = plan_pass(named, sampling.num_probes, limit)
    if plan.block_width < sampling.num_probes:
        megabytes = operator.num_bytes(prepared.empty.num_steps) * plan.block_width / 1e6
        console.remark(f"{name}: {plan.block_width} of {sampling.num_probes} vectors at once, in {megabytes:,.0f} MB")
    advice = "take fewer moments or a smaller `memory_limit`, or turn `reorthogonalize` off"
    memory = fitting(f"{name}: {plan.block_width} vectors at once", advice)
    with console.stage("pass"), console.bar("sketching", " products") as progress, memory:
        return sample(named, sampling, plan=plan, progress=progress)


def _free_bytes(device: torch.device) -> int | None:
    """Return the memory that is free where the vectors are."""
    if device.type != "cuda":
        return available_bytes()
    # What torch has taken from the device and does not use is free as well.
    kept = torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device)
    return torch.cuda.mem_get_info(device)[0] + kept
