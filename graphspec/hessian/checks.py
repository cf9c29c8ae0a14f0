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


def batch_loss(problem: Problem, model: nn.Module, number: int, inputs: Tensor, targets: Tensor) -> float:
    """Return the loss of the batch of a number.

    Raises
    ------
    InputError
        If the model fails, or the loss is no finite scalar.
    """
    where = f"{problem.name}: batch {number}"
    with one_line(where):
        loss = problem.loss(model(inputs), targets)
    if not isinstance(loss, Tensor) or loss.ndim:
        shape = tuple(loss.shape) if isinstance(loss, Tensor) else type(loss).__name__
        raise InputError(f"{where}: the loss is no scalar but {shape}")
    value = float(loss)
    if not math.isfinite(value):
        layer = _first_layer(model, inputs, lambda output: not bool(torch.isfinite(output).all()))
        place = f" (the outputs of layer {layer} are not finite)" if layer else ""
        raise InputError(f"{where}: the loss is {value}{place}")
    return value


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
        raise InputError(f"{name}: the loss cannot be differentiated twice ({_first_line(error)})") from error
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
        yield
    except GraphspecError:
        raise
    except torch.OutOfMemoryError as error:
        raise InputError(f"{where}: does not fit the memory of the device: take smaller batches") from error
    except Exception as error:  # whatever a model of the user raises
        message = _first_line(error)
        if "can't allocate memory" in message or "not enough memory" in message:
            raise InputError(f"{where}: does not fit in memory: take smaller batches") from error
        raise InputError(f"{where}: {message}") from error


def _first_line(error: Exception) -> str:
    """Return the first line of a message, with the kind of an error that alone would say little."""
    message = str(error).strip().split("\n", 1)[0]
    told = isinstance(error, RuntimeError | ValueError | TypeError | IndexError) and message
    return message if told else f"{type(error).__name__}: {message}".removesuffix(": ")
