"""Problems whose curvature is studied: a model, its loss, and the data that the loss is a mean over."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from graphspec.errors import InputError, ParameterError
from graphspec.hessian.datasets import load_data
from graphspec.hessian.losses import Batch, mean_loss
from graphspec.hessian.networks import NETWORKS


@dataclass(frozen=True, eq=False)
class Problem:
    """A model with a loss and data.

    Attributes
    ----------
    name
        Name in reports.
    model
        The model.
    loss
        Maps outputs and targets of a batch to a scalar, the mean over its examples.
    data
        The batches, in a fixed order; the whole loss is the mean over all examples.
    num_classes
        Number of classes; None for other targets.
    """

    name: str
    model: nn.Module
    loss: nn.Module
    data: tuple[Batch, ...]
    num_classes: int | None = None

    @property
    def num_examples(self) -> int:
        """Number of examples."""
        return sum(len(inputs) for inputs, _ in self.data)

    def on(self, device: str, dtype: torch.dtype) -> Problem:
        """Return the problem on a device, in a precision; the model itself is moved, and the loss if it is a module.

        Integers and complex numbers keep their precision.
        """
        for module in (self.model, self.loss):
            module.to(device)
            # Not `to`, which makes complex numbers real.
            module.double() if dtype == torch.float64 else module.float()
        data = tuple((_moved(inputs, device, dtype), _moved(targets, device, dtype)) for inputs, targets in self.data)
        return replace(self, data=data)


def _moved(tensor: Tensor, device: str, dtype: torch.dtype) -> Tensor:
    return tensor.to(device=device, dtype=dtype) if tensor.is_floating_point() else tensor.to(device)


def problem_of(
    name: str,
    model: Any,
    loss: Any,
    data: Any,
    batch_size: int = 500,
) -> Problem:
    """Return a problem from a model, a loss and data.

    Parameters
    ----------
    name
        Name in reports.
    model
        A torch module with parameters; those whose ``requires_grad`` is False are no variables.
    loss
        A function of outputs and targets, or a module such as ``torch.nn.CrossEntropyLoss()``; the mean over the
        examples of a batch. With weights of classes or ignored targets, those two losses of torch that have them are
        means over all data: see :class:`graphspec.hessian.losses.WeightedMeanLoss`.
    data
        Batches of inputs and targets, such as a ``DataLoader`` without shuffling; or one pair of tensors, which is
        divided into batches.
    batch_size
        Number of examples in a batch, where `data` is a pair of tensors.

    Raises
    ------
    InputError
        If the model has no parameters or complex ones, the loss has some, the data are none, or something is not what
        it should be.
    """
    if not isinstance(model, nn.Module):
        raise InputError(f"{name}: the model is a {type(model).__name__}, not a torch.nn.Module")
    if not any(parameter.requires_grad for parameter in model.parameters()):
        raise InputError(f"{name}: the model has no parameters to differentiate by")
    for parameter, value in model.named_parameters():
        if value.requires_grad and value.is_complex():
            raise InputError(f"{name}: the parameter {parameter} is complex: matrices are of real parameters alone")
    batches = tuple(_batches(name, data, batch_size))
    module = mean_loss(name, loss, batches)
    targets = batches[0][1]
    whole = not targets.is_floating_point() and targets.dtype != torch.bool
    classes = int(max(int(y.max()) for _, y in batches)) + 1 if whole else None
    return Problem(name, model, module, batches, classes)


def _batches(name: str, data: Any, batch_size: int) -> Iterable[Batch]:
    if isinstance(data, Sequence) and len(data) == 2 and all(isinstance(part, Tensor) for part in data):
        if len(data[0]) != len(data[1]):
            raise InputError(f"{name}: there are {len(data[0])} inputs and {len(data[1])} targets")
        data = list(zip(data[0].split(batch_size), data[1].split(batch_size), strict=True))
    try:
        batches = list(data)
    except OSError as error:
        raise InputError(f"{name}: the data cannot be read ({error})") from error
    except TypeError as error:
        raise InputError(f"{name}: the data are a {type(data).__name__}, not batches of inputs and targets") from error
    if not batches:
        raise InputError(f"{name}: there are no data")
    for number, batch in enumerate(batches):
        if not isinstance(batch, Sequence) or len(batch) != 2 or not all(isinstance(part, Tensor) for part in batch):
            raise InputError(f"{name}: batch {number} is no pair of tensors, inputs and targets")
        sizes = [len(part) if part.ndim else 0 for part in batch]
        if sizes[0] != sizes[1] or not sizes[0]:
            raise InputError(f"{name}: batch {number} has {sizes[0]} inputs and {sizes[1]} targets")
    return [(inputs, targets) for inputs, targets in batches]


def load_problem(
    text: str,
    *,
    data: str = "digits",
    folder: str | Path | None = None,
    examples: int | None = None,
    batch_size: int = 500,
    seed: int = 0,
) -> Problem:
    """Return a problem by its name.

    Parameters
    ----------
    text
        One of the built-in problems (``mlp``, ``cnn``, ``cnn-bn``, ``autoencoder``), or ``package.module:function``,
        where the function returns model, loss and data as :func:`problem_of` takes them.
    data
        Data of a built-in problem; see :func:`graphspec.hessian.datasets.load_data`.
    folder
        Folder of data that no package ships.
    examples
        Number of examples of a built-in problem; by default all.
    batch_size
        Number of examples in a batch.
    seed
        Seed of the initial parameters.

    Raises
    ------
    ParameterError
        If there is no such problem.
    InputError
        If the function cannot be imported or called, or does not return a problem.
    """
    if ":" in text:
        return _imported(text, batch_size, seed)
    if text not in NETWORKS:
        names = ", ".join(NETWORKS)
        raise ParameterError(f"there is no problem {text!r}: choose {names}, or give package.module:function")
    images = load_data(data, folder, examples)
    torch.manual_seed(seed)
    model, rebuilds = NETWORKS[text](images.inputs.shape[1:], images.num_classes)
    targets = images.inputs.flatten(1) if rebuilds else images.targets
    loss: nn.Module = nn.MSELoss() if rebuilds else nn.CrossEntropyLoss()
    problem = problem_of(f"{text} on {data}", model, loss, (images.inputs, targets), batch_size)
    return replace(problem, num_classes=None if rebuilds else images.num_classes)


def _imported(text: str, batch_size: int, seed: int) -> Problem:
    module_name, _, function_name = text.partition(":")
    # As `python -m` does: the user's module is found in the current folder.
    if "" not in sys.path and str(Path.cwd()) not in sys.path:
        sys.path.insert(0, str(Path.cwd()))
    try:
        function = getattr(import_module(module_name), function_name)
    except Exception as error:  # whatever the user's module raises
        kind = "" if isinstance(error, ImportError | AttributeError | ValueError) else f"{type(error).__name__}: "
        raise InputError(f"{text}: cannot be imported ({kind}{error})") from error
    torch.manual_seed(seed)
    try:
        parts = function()
    except Exception as error:
        raise InputError(f"{text}: the function failed ({type(error).__name__}: {error})") from error
    if not isinstance(parts, Sequence) or len(parts) != 3:
        raise InputError(f"{text}: the function must return model, loss and data")
    model, loss, data = parts
    return problem_of(text, model, loss, data, batch_size)
