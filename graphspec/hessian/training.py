"""Training of the built-in problems, and checkpoints."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from graphspec._typing import Progress
from graphspec.errors import InputError
from graphspec.hessian.checks import one_line
from graphspec.hessian.losses import Batch
from graphspec.hessian.problems import Problem


@dataclass(frozen=True)
class Training:
    """Options of stochastic gradient descent.

    Attributes
    ----------
    learning_rate, momentum
        Of ``torch.optim.SGD``.
    batch_size
        Number of examples in a step; they are shuffled in every epoch.
    seed
        Seed of the order.
    """

    learning_rate: float = 0.05
    momentum: float = 0.9
    batch_size: int = 64
    seed: int = 0


def train(
    problem: Problem, epochs: Sequence[int], training: Training, progress: Progress | None = None
) -> Iterator[int]:
    """Train a model, and stop after some epochs.

    Parameters
    ----------
    problem
        The problem, whose model is changed.
    epochs
        Numbers of epochs after which to stop, in increasing order; 0 is before the first.
    training
        Options.
    progress
        Callback for the numbers of examples that were seen and are planned, after every step.

    Yields
    ------
    int
        Number of epochs that are done.

    Raises
    ------
    InputError
        If the loss is no longer a finite number.
    """
    optimizer = torch.optim.SGD(problem.model.parameters(), lr=training.learning_rate, momentum=training.momentum)
    generator = torch.Generator().manual_seed(training.seed)
    for epoch in range(epochs[-1] + 1):
        if epoch in epochs:
            yield epoch
        if epoch == epochs[-1]:
            return
        problem.model.train()
        done = epoch * problem.num_examples
        for inputs, targets in _mini_batches(problem, training.batch_size, generator):
            with one_line(f"{problem.name}: epoch {epoch + 1}"):
                optimizer.zero_grad()
                loss = problem.loss(problem.model(inputs), targets)
                loss.backward()
            if done == 0 and not math.isfinite(float(loss.detach())):
                raise InputError(f"{problem.name}: the loss is {float(loss.detach())} before the first step")
            optimizer.step()
            done += len(inputs)
            if progress is not None:
                progress(done, epochs[-1] * problem.num_examples)
        finite = all(bool(torch.isfinite(parameter).all()) for parameter in problem.model.parameters())
        if not finite or not math.isfinite(float(loss.detach())):
            where = f"{problem.name}: the loss or the parameters are not finite after epoch {epoch + 1}"
            raise InputError(f"{where}: take a smaller learning rate")


def _mini_batches(problem: Problem, size: int, generator: torch.Generator) -> Iterator[Batch]:
    """Yield shuffled mini-batches; the batches of the data in another order where their examples differ in shape."""
    shapes = {(inputs.shape[1:], targets.shape[1:]) for inputs, targets in problem.data}
    if len(shapes) > 1:
        for number in torch.randperm(len(problem.data), generator=generator).tolist():
            yield problem.data[number]
        return
    inputs, targets = (torch.cat(parts) for parts in zip(*problem.data, strict=True))
    order = torch.randperm(len(inputs), generator=generator).to(inputs.device)
    for start in range(0, len(order), size):
        rows = order[start : start + size]
        yield inputs[rows], targets[rows]


def load_checkpoint(problem: Problem, path: str | Path) -> None:
    """Load the parameters of a model from a file of ``torch.save``, of a state dictionary or with one in it.

    Parameters
    ----------
    problem
        The problem, whose model is changed.
    path
        The file; a dictionary in it may hold the state dictionary as ``state_dict``, ``model`` or
        ``model_state_dict``. Nothing but tensors is read, so that no code in the file is run.

    Raises
    ------
    InputError
        If the file is no checkpoint, or of another model.
    """
    try:
        held: Any = torch.load(path, map_location="cpu", weights_only=True)
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror or error})") from error
    except Exception as error:  # of damaged files, of any kind
        raise InputError(
            f"{path}: is no checkpoint of tensors alone ({type(error).__name__}): write it by "
            "torch.save(model.state_dict(), ...)"
        ) from error
    for name in ("state_dict", "model_state_dict", "model"):
        if isinstance(held, dict) and isinstance(held.get(name), dict):
            held = held[name]
    if not isinstance(held, dict):
        raise InputError(f"{path}: holds a {type(held).__name__}, not a state dictionary")
    for prefix in ("module.", "_orig_mod."):  # of DataParallel, and of compiled models
        if held and all(str(name).startswith(prefix) for name in held):
            held = {name.removeprefix(prefix): value for name, value in held.items()}
    own = problem.model.state_dict()
    for name, value in own.items():
        if name not in held:
            raise InputError(f"{path}: is of another model: it has no {name}, and {problem.name} has")
        if not isinstance(held[name], torch.Tensor) or held[name].is_complex() != value.is_complex():
            raise InputError(f"{path}: is of another model: {name} is no tensor of the kind of {problem.name}")
        shapes = tuple(held[name].shape), tuple(value.shape)
        if shapes[0] != shapes[1]:
            raise InputError(f"{path}: is of another model: {name} has the shape {shapes[0]}, not {shapes[1]}")
    if extra := [name for name in held if name not in own]:
        raise InputError(f"{path}: is of another model: {problem.name} has no {extra[0]}")
    problem.model.load_state_dict(held)
