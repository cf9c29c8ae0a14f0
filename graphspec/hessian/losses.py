"""Losses as means over examples, whatever the batches are."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from typing import Any

from torch import Tensor, nn

from graphspec.errors import InputError

Batch = tuple[Tensor, Tensor]


class MeanLoss(nn.Module):
    """A loss function as a module, the mean over a batch."""

    reduction = "mean"

    def __init__(self, function: Callable[[Tensor, Tensor], Tensor]) -> None:
        super().__init__()
        self.function = function

    def forward(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Return the loss of a batch."""
        return self.function(outputs, targets)


class WeightedMeanLoss(nn.Module):
    """Cross entropy with weights of classes, or with targets that are ignored, as a mean over examples.

    torch divides the sum over a batch by the weights of its targets. Batches have different ones, so that the mean of
    their losses is not the loss of all data. Here the sum is divided by the number of examples and multiplied by that
    of all data over the weights of all targets: the mean over all examples is what torch gives for one batch of all.

    Parameters
    ----------
    loss
        ``torch.nn.CrossEntropyLoss`` or ``torch.nn.NLLLoss``.
    weight
        Weights of the targets of all data, their sum.
    num_examples
        Number of examples of all data.
    """

    reduction = "mean"

    def __init__(self, loss: nn.CrossEntropyLoss | nn.NLLLoss, weight: float, num_examples: int) -> None:
        super().__init__()
        self.sum = copy.deepcopy(loss)
        self.sum.reduction = "sum"
        self.factor = num_examples / weight

    @property
    def ignore_index(self) -> int:
        """Target that is ignored."""
        return self.sum.ignore_index

    def forward(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Return the loss of a batch."""
        total: Tensor = self.sum(outputs, targets)
        return total * (self.factor / len(targets))


def mean_loss(name: str, loss: Any, batches: Sequence[Batch]) -> nn.Module:
    """Return a loss as a module whose mean over batches, by their numbers of examples, is that over all examples.

    Parameters
    ----------
    name
        Name of the problem.
    loss
        A function of outputs and targets, or a module.
    batches
        All data.

    Raises
    ------
    InputError
        If the loss is no function or no mean, has parameters of its own, or the targets do not fit its weights.
    """
    if not callable(loss):
        raise InputError(f"{name}: the loss is a {type(loss).__name__}, not a function of outputs and targets")
    reduction = getattr(loss, "reduction", "mean") if isinstance(loss, nn.Module) else "mean"
    if reduction not in ("mean", "batchmean"):  # of torch.nn.KLDivLoss, the mean over examples
        raise InputError(f"{name}: the loss has the reduction {reduction!r}: it must be the mean over a batch")
    taken = isinstance(loss, nn.Module) and getattr(loss, "reduction", None) == "mean"
    module = loss if taken else MeanLoss(loss)
    for parameter, value in module.named_parameters():
        if value.requires_grad:
            raise InputError(
                f"{name}: the loss has a parameter, {parameter.removeprefix('function.')}, which the matrix would "
                "leave out: make it one of the model, or set its requires_grad to False"
            )
    weight = _weight(name, loss, batches)
    return module if weight is None else WeightedMeanLoss(loss, weight, sum(len(inputs) for inputs, _ in batches))


def _weight(name: str, loss: Any, batches: Sequence[Batch]) -> float | None:
    """Return the sum of the weights of all targets, where torch divides by those of a batch and they differ."""
    # A subclass may do anything: whether its loss is a mean over examples is seen when it is computed.
    if type(loss) not in (nn.CrossEntropyLoss, nn.NLLLoss) or any(y.is_floating_point() for _, y in batches):
        return None
    total, ignored = 0.0, False
    for number, (_, targets) in enumerate(batches):
        counted = targets[targets != loss.ignore_index]
        ignored |= counted.numel() < targets.numel()
        if loss.weight is None or not counted.numel():
            total += counted.numel()
            continue
        low, high = int(counted.min()), int(counted.max())
        if low < 0 or high >= len(loss.weight):
            wrong = low if low < 0 else high
            raise InputError(f"{name}: batch {number}: class {wrong} has no weight: there are {len(loss.weight)}")
        total += float(loss.weight.detach().cpu().double()[counted.cpu().long()].sum())
    if loss.weight is None and not ignored:
        return None
    if total <= 0:
        raise InputError(f"{name}: all targets are ignored, or have the weight 0")
    return total
