"""Checks of a loss and its derivatives, whose messages name the batch or the layer."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from graphspec.errors import GraphspecError, InputError
from graphspec.hessian.problems import Problem

_REPEATED = 1e-4
"""Relative difference of a loss that is computed twice; sums in another order change 1e-6 of it in float32."""

_SUMMED = 1e-5
"""Relative difference of a mean and that of its parts; sums of float32 have errors of 1e-6 and less."""


def batch_loss(problem: Problem, model: nn.Module, number: int, inputs: Tensor, targets: Tensor) -> float:
    """Return the loss of the batch of a number.

    Raises
    ------
    InputError
        If the model fails, or the loss is no finite scalar.
    """
    where = f"{problem.name}: batch {number}"
    with one_line(where):
        outputs = model(inputs)
    with one_line(f"{where}: the loss"):
        loss = _loss(problem, outputs, targets)
    if not isinstance(loss, Tensor) or loss.ndim:
        shape = tuple(loss.shape) if isinstance(loss, Tensor) else type(loss).__name__
        raise InputError(f"{where}: the loss is no scalar but {shape}")
    value = float(loss)
    if not math.isfinite(value):
        layer = _first_layer(model, inputs, lambda output: not bool(torch.isfinite(output).all()))
        place = f" (the outputs of layer {layer} are not finite)" if layer else ""
        raise InputError(f"{where}: the loss is {value}{place}")
    return value


def _loss(problem: Problem, outputs: Any, targets: Tensor) -> Any:
    """Return the loss of outputs; an error of tensors that a function holds says why they are elsewhere."""
    try:
        return problem.loss(outputs, targets)
    except RuntimeError as error:
        message = first_line(error)
        moved = targets.device.type != "cpu" or getattr(outputs, "dtype", None) == torch.float64
        if moved and any(word in message for word in ("device", "dtype", "scalar type")):
            raise RuntimeError(
                f"{message}: tensors that a function holds are not moved with the data: make it a torch.nn.Module "
                "that registers them as buffers"
            ) from error
        raise


def check_mean(problem: Problem, model: nn.Module) -> None:
    """Check that the loss of a batch is the mean of those of its parts, as one of single examples is.

    Otherwise the mean over batches is not that over examples: with weights of classes or ignored targets inside a
    function, a sum or a root over the batch, or examples that are compared with each other.

    Raises
    ------
    InputError
        If it is not.
    """
    for number, (inputs, targets) in enumerate(problem.data):
        size = len(inputs)
        with torch.no_grad():
            outputs = model(inputs)
            if not isinstance(outputs, Tensor) or not outputs.ndim or len(outputs) != size or size < 2:
                continue  # what belongs to which example is not known, or there is but one
            first = max(1, size // 3)
            with one_line(f"{problem.name}: batch {number}: the loss of a part of it"):
                whole, one, other = (
                    float(problem.loss(outputs[rows], targets[rows]))
                    for rows in (slice(None), slice(first), slice(first, None))
                )
        mean = (first * one + (size - first) * other) / size
        # A part without a target has no loss, and compares with nothing.
        if not abs(whole - mean) <= _SUMMED * max(abs(whole), abs(one), abs(other)):
            raise InputError(
                f"{problem.name}: batch {number}: the loss is {whole:.6g}, and {mean:.6g} by parts: it is no mean over "
                "examples. Give weights of classes and ignored targets to torch.nn.CrossEntropyLoss itself; other "
                "losses need all data in one batch, and have no matrix of single gradients"
            )


def check_curved(problem: Problem, model: nn.Module) -> None:
    """Check that the loss is not linear in the outputs, of which the Gauss-Newton matrix is zero.

    Raises
    ------
    InputError
        If it is.
    """
    for inputs, targets in problem.data:  # the first may have no target that counts
        with torch.no_grad():
            outputs = model(inputs)
        if not isinstance(outputs, Tensor) or not outputs.is_floating_point():
            return
        outputs.requires_grad_()
        loss = problem.loss(outputs, targets)
        (slope,) = torch.autograd.grad(loss, outputs, create_graph=True, materialize_grads=True)
        if slope.requires_grad:
            # Random weights: the Hessian of cross entropy annihilates equal ones.
            weights = torch.randn(slope.shape, generator=torch.Generator().manual_seed(0)).to(slope)
            if bool(torch.autograd.grad(slope, outputs, weights, materialize_grads=True)[0].any()):
                return
    raise InputError(
        f"{problem.name}: the Gauss-Newton matrix is zero, for the loss is linear in the outputs: with LogSoftmax as "
        "the last layer, take torch.nn.CrossEntropyLoss and leave that layer out"
    )


def check_repeatable(problem: Problem, model: nn.Module) -> None:
    """Check that a model gives the same loss when it is called again.

    Raises
    ------
    InputError
        If it does not.
    """
    inputs, targets = problem.data[0]
    with torch.no_grad():
        one, other = (float(problem.loss(model(inputs), targets)) for _ in range(2))
    if abs(one - other) > _REPEATED * max(abs(one), abs(other)):
        raise InputError(
            f"{problem.name}: the loss of batch 0 is {one:g} and, computed again, {other:g}: the model is "
            "random, as by dropout that is not off outside of training"
        )


def check_differentiable(problem: Problem, model: nn.Module, parameters: Mapping[str, nn.Parameter]) -> None:
    """Check that the loss depends on the parameters by steps that can be differentiated twice.

    Raises
    ------
    InputError
        If it does not; the message names the first layer whose outputs have no gradient.
    """
    inputs, targets = problem.data[0]
    loss = problem.loss(model(inputs), targets)
    name = problem.name
    layer = _first_layer(model, inputs, lambda output: not output.requires_grad, after=parameters)
    place = f": the outputs of layer {layer} have no gradient" if layer else ""
    if not loss.requires_grad:
        raise InputError(f"{name}: the loss cannot be differentiated{place}")
    try:
        gradients = torch.autograd.grad(loss, list(parameters.values()), create_graph=True, allow_unused=True)
        whole = sum((part.sum() for part in gradients if part is not None and part.requires_grad), torch.zeros(()))
        if whole.requires_grad:
            torch.autograd.grad(whole, list(parameters.values()), allow_unused=True)
    except RuntimeError as error:
        raise InputError(f"{name}: the loss cannot be differentiated twice ({first_line(error)})") from error
    if all(part is None for part in gradients):
        raise InputError(f"{name}: the loss depends on none of the parameters{place}")


def _first_layer(model: nn.Module, inputs: Tensor, fails: Any, after: Mapping[str, Any] | None = None) -> str | None:
    """Return the name of the first layer without parts whose output fails a test; with `after`, one that could pass."""
    found: list[str] = []
    reached = [after is None]
    hooks = []

    def watch(name: str, module: nn.Module) -> Any:
        def hook(_: Any, __: Any, output: Any) -> None:
            reached[0] = reached[0] or any(True for _ in module.parameters(recurse=False))
            if reached[0] and isinstance(output, Tensor) and output.is_floating_point() and fails(output):
                found.append(f"{name} ({type(module).__name__})")

        return hook

    for name, module in model.named_modules():
        if not list(module.children()):
            hooks.append(module.register_forward_hook(watch(name or "model", module)))
    try:
        model(inputs)
    finally:
        for hook in hooks:
            hook.remove()
    return found[0] if found else None


@contextmanager
def one_line(where: str) -> Iterator[None]:
    """Turn what torch raises into one line that names where it came from."""
    try:
        with fitting(where, "take smaller batches (`batch_size`)"):
            yield
    except GraphspecError:
        raise
    except Exception as error:  # whatever a model of the user raises
        raise InputError(f"{where}: {first_line(error)}") from error


@contextmanager
def fitting(where: str, advice: str) -> Iterator[None]:
    """Turn what torch raises where memory is short into one line with advice; other errors pass."""
    try:
        yield
    except (RuntimeError, MemoryError) as error:
        message = str(error)
        if isinstance(error, torch.OutOfMemoryError | MemoryError) or any(
            words in message for words in ("can't allocate memory", "not enough memory")
        ):
            raise InputError(f"{where}: does not fit in memory: {advice}") from error
        raise


def first_line(error: Exception) -> str:
    """Return the first line of a message, with the kind of an error that alone would say little."""
    message = str(error).strip().split("\n", 1)[0]
    told = isinstance(error, RuntimeError | ValueError | TypeError | IndexError) and message
    return message if told else f"{type(error).__name__}: {message}".removesuffix(": ")
