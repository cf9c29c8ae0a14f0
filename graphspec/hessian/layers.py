"""Modes and implementations of layers in which a loss is repeatable and has second derivatives."""

from __future__ import annotations

import copy
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.attention import SDPBackend, sdpa_kernel

from graphspec.errors import ParameterError

BATCH_NORM = ("batch", "running")
"""Statistics that batch normalisation takes: those of every batch, as in training, or the running ones."""


def in_mode(model: nn.Module, batch_norm: str) -> nn.Module:
    """Return a model that shares the parameters, whose passes have no side effects and no randomness."""
    if batch_norm not in BATCH_NORM:
        raise ParameterError(f"`batch_norm` must be one of {', '.join(BATCH_NORM)}, not {batch_norm!r}", "batch_norm")
    shared = {id(parameter): parameter for parameter in model.parameters()}
    own = copy.deepcopy(model, shared).eval()
    if batch_norm == "batch":
        for name, module in list(own.named_modules()):
            if isinstance(module, nn.modules.batchnorm._BatchNorm):
                if not name:
                    return BatchStatistics(module)
                own.set_submodule(name, BatchStatistics(module))
    return own


def has_batch_norm(model: nn.Module) -> bool:
    """Return whether a model has batch normalisation."""
    return any(isinstance(module, nn.modules.batchnorm._BatchNorm) for module in model.modules())


class BatchStatistics(nn.Module):
    """Batch normalisation with the statistics of the batch, by elementary operations.

    The second derivatives of torch's own function are wrong in forward mode where it takes statistics of the batch: in
    float64, products of the Hessian of a small network were off by 5 % of its largest entry, and not symmetric.
    """

    def __init__(self, module: Any) -> None:
        super().__init__()
        self.weight, self.bias, self.eps = module.weight, module.bias, module.eps

    def forward(self, inputs: Tensor) -> Tensor:
        """Normalise every channel, the second dimension."""
        others = [dimension for dimension in range(inputs.ndim) if dimension != 1]
        centered = inputs - inputs.mean(others, keepdim=True)
        result = centered * torch.rsqrt(centered.square().mean(others, keepdim=True) + self.eps)
        if self.weight is None:
            return result
        shape = [-1 if dimension == 1 else 1 for dimension in range(inputs.ndim)]
        return result * self.weight.reshape(shape) + self.bias.reshape(shape)


@contextmanager
def twice_differentiable(model: nn.Module) -> Iterator[None]:
    """Take implementations of layers that torch differentiates twice, where its fast ones cannot be."""
    recurrent = any(isinstance(module, nn.RNNBase) for module in model.modules())
    fast_attention = torch.backends.mha.get_fastpath_enabled()
    with ExitStack() as stack:
        stack.enter_context(warnings.catch_warnings())
        # Of operations that torch does one by one for several vectors: a matter of speed.
        warnings.filterwarnings("ignore", message="There is a performance drop")
        torch.backends.mha.set_fastpath_enabled(False)
        stack.callback(torch.backends.mha.set_fastpath_enabled, fast_attention)
        stack.enter_context(sdpa_kernel(SDPBackend.MATH))
        if recurrent:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # mkldnn warns of hardware that is not there
                stack.enter_context(torch.backends.mkldnn.flags(enabled=False))
            stack.enter_context(_changed(torch.backends.cudnn, "enabled", False))
        for place, name, value in _exact_products():
            stack.enter_context(_changed(place, name, value))
        yield


def _exact_products() -> list[tuple[Any, str, Any]]:
    """Return settings of torch with which products are of float32, and equal when they are computed again.

    By default cuDNN rounds the factors of convolutions to 10 bits (TF32), a relative error of 1e-3; a user may have
    allowed it for matrices too.
    """
    backends: Any = torch.backends
    settings = [(backends.cudnn, "deterministic", True)]
    if hasattr(backends.cudnn, "conv"):  # from torch 2.9 on
        places = (backends.cuda.matmul, backends.cudnn.conv, backends.mkldnn.matmul, backends.mkldnn.conv)
        return [*settings, *((place, "fp32_precision", "ieee") for place in places)]
    return [*settings, (backends.cuda.matmul, "allow_tf32", False), (backends.cudnn, "allow_tf32", False)]


@contextmanager
def _changed(place: Any, name: str, value: Any) -> Iterator[None]:
    """Set an attribute for a while."""
    before = getattr(place, name)
    setattr(place, name, value)
    try:
        yield
    finally:
        setattr(place, name, before)
