"""Curvature matrices of the loss of a network as operators of the pass, with products by curvlinops."""

from __future__ import annotations

import copy
import math
import re
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import torch
from curvlinops import EFLinearOperator, GGNLinearOperator, HessianLinearOperator
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.attention import SDPBackend, sdpa_kernel

from graphspec.errors import GraphspecError, InputError, ParameterError
from graphspec.hessian.problems import Problem
from graphspec.operators import ArrayOperator, array_operator

MATRICES = {
    "hessian": HessianLinearOperator,
    "ggn": GGNLinearOperator,
    "gradients": EFLinearOperator,
}
"""Matrices by name: the Hessian (Pearlmutter 1994), the generalised Gauss-Newton matrix (Schraudolph 2002), and the
covariance of the gradients of single examples, not centred, also called the empirical Fisher matrix."""

BATCH_NORM = ("batch", "running")
"""Statistics that batch normalisation takes: those of every batch, as in training, or the running ones."""

_REPEATED = 1e-4
"""Relative difference of a loss that is computed twice; sums in another order change 1e-6 of it in float32."""

_AGREEMENT = {torch.float32: 1e-3, torch.float64: 1e-8}
"""Relative difference of two ways of one product; rounding makes a thousandth of it."""

PRECISIONS: dict[torch.dtype, type[np.floating[Any]]] = {torch.float32: np.float32, torch.float64: np.float64}
"""Precisions of numpy by those of torch."""


@dataclass(frozen=True, eq=False)
class Curvature:
    """A curvature matrix of a problem.

    Attributes
    ----------
    problem
        The problem.
    kind
        Name of the matrix in :data:`MATRICES`.
    model
        Model in the mode in which the loss is differentiated; it shares its parameters with that of the problem.
    parameters
        Parameters by which the loss is differentiated, by name.
    """

    problem: Problem
    kind: str
    model: nn.Module
    parameters: dict[str, nn.Parameter]

    @property
    def size(self) -> int:
        """Number of parameters, counted by entries."""
        return sum(parameter.numel() for parameter in self.parameters.values())

    @property
    def dtype(self) -> torch.dtype:
        """Precision of the parameters."""
        return next(iter(self.parameters.values())).dtype

    @property
    def device(self) -> torch.device:
        """Device of the parameters."""
        return next(iter(self.parameters.values())).device

    def tensor(self, array: NDArray[Any]) -> Tensor:
        """Return a numpy array as a tensor on the device of the parameters, in their precision."""
        return torch.as_tensor(array).to(device=self.device, dtype=self.dtype)

    def product(self) -> Any:
        """Return the linear operator of curvlinops."""
        return MATRICES[self.kind](
            self.model,
            self.problem.loss,
            list(self.parameters.values()),
            self.problem.data,
            check_deterministic=False,
            num_data=self.problem.num_examples,
        )

    def operator(self, *, reorthogonalize: bool = True, take_out: bool = True) -> ArrayOperator:
        """Return the matrix as an operator of the pass, at the present values of the parameters.

        Parameters
        ----------
        reorthogonalize
            Whether recurrences keep all their vectors, so that no eigenvalue has a copy.
        take_out
            Whether rows of zeros are taken out, which a product with two vectors finds.
        """
        linear = None if self.kind == "gradients" else self.product()

        def multiply(columns: Tensor) -> Tensor:
            with one_line(self.problem.name), twice_differentiable(self.model):
                if self.kind == "gradients":
                    return torch.stack([self.covariance_product(column) for column in columns.T], 1)
                if self.kind == "hessian" and (columns.shape[1] == 1 or self._takes_columns_apart):
                    return torch.stack([self.hessian_product(column) for column in columns.T], 1)
                images: Tensor = linear @ columns
            return images.detach()

        like = torch.zeros(self.size, dtype=self.dtype, device=self.device)
        active = _active_rows(multiply, like) if take_out else torch.arange(self.size, device=self.device)

        def multiply_active(columns: Tensor) -> Tensor:
            whole = like.new_zeros(self.size, columns.shape[1])
            whole[active] = columns
            return multiply(whole)[active]

        zero_rows = self.size - len(active)
        return ArrayOperator(
            multiply_active if zero_rows else multiply,
            len(active),
            self.tensor,
            restore,
            reorthogonalize=reorthogonalize,
            name=self.kind,
            precision=PRECISIONS[self.dtype],
            zero_rows=zero_rows,
        )

    def hessian_product(self, vector: Tensor) -> Tensor:
        """Return the product of the Hessian with one vector, by differentiating the gradient (Pearlmutter 1994).

        For one vector this takes between a fifth and three quarters of the time of curvlinops, which differentiates
        forward over reverse for several at once (measured); for eight it takes as long or longer.
        """
        parameters = list(self.parameters.values())
        sizes = [parameter.numel() for parameter in parameters]
        parts = [part.reshape(p.shape) for part, p in zip(vector.split(sizes), parameters, strict=True)]
        total = torch.zeros_like(vector)
        for inputs, targets in self.problem.data:
            loss = self.problem.loss(self.model(inputs), targets)
            gradient = torch.autograd.grad(loss, parameters, create_graph=True, materialize_grads=True)
            used = [(g, part) for g, part in zip(gradient, parts, strict=True) if g.requires_grad]
            if used:
                along, weights = zip(*used, strict=True)
                image = torch.autograd.grad(along, parameters, weights, materialize_grads=True)
                total += torch.cat([part.flatten() for part in image]) * (len(inputs) / self.problem.num_examples)
        return total.detach()

    def covariance_product(self, vector: Tensor) -> Tensor:
        """Return the product of the gradients' covariance with one vector, (1/n) sum_i g_i (g_i' v).

        The loss of an example is that of its own outputs, with the mean over them alone. curvlinops takes every output,
        or every place of a sequence, for an example: its matrix of a loss with several was another one, by a factor of
        64 for images of 64 points.
        """
        parameters = list(self.parameters.values())
        sizes = [parameter.numel() for parameter in parameters]
        parts = [part.reshape(p.shape) for part, p in zip(vector.split(sizes), parameters, strict=True)]
        total = torch.zeros_like(vector)
        for inputs, targets in self.problem.data:
            losses = self._losses(inputs, targets)
            # Differentiating u' J v by u gives J v, where J holds the gradients of the examples.
            ones = torch.ones_like(losses, requires_grad=True)
            gradient = torch.autograd.grad(losses, parameters, ones, create_graph=True, materialize_grads=True)
            along = sum((g * part).sum() for g, part in zip(gradient, parts, strict=True))
            if not isinstance(along, Tensor) or not along.requires_grad:
                continue
            (slopes,) = torch.autograd.grad(along, ones, materialize_grads=True, retain_graph=True)
            image = torch.autograd.grad(losses, parameters, slopes.detach(), materialize_grads=True)
            total += torch.cat([part.flatten() for part in image])
        return total.detach() / self.problem.num_examples

    def _losses(self, inputs: Tensor, targets: Tensor) -> Tensor:
        """Return the losses of the examples of a batch, each of its own outputs."""

        def single(output: Tensor, target: Tensor) -> Tensor:
            loss: Tensor = self.problem.loss(output[None], target[None])
            return loss

        losses: Tensor = torch.func.vmap(single)(self.model(inputs), targets)
        return losses

    @cached_property
    def _takes_columns_apart(self) -> bool:
        """Whether products with several vectors at once cannot be trusted, which one of them shows.

        curvlinops differentiates forward over reverse. There torch's layer normalisation is wrong (by 5 % and more of
        the largest entry, and not symmetric, in float64), and parameters that the gradient does not depend on fail.
        """
        generator = torch.Generator().manual_seed(1)
        vectors = self.tensor(torch.randn(self.size, 2, generator=generator).numpy())
        try:
            images: Tensor = (self.product() @ vectors).detach()
        except (RuntimeError, NotImplementedError):
            return True
        expected = self.hessian_product(vectors[:, 0])
        error = torch.linalg.vector_norm(images[:, 0] - expected)
        return bool(error > _AGREEMENT[self.dtype] * torch.linalg.vector_norm(expected))

    def loss(self) -> float:
        """Return the mean loss over all examples.

        Raises
        ------
        InputError
            If the loss of a batch is not a finite scalar.
        """
        total = 0.0
        with torch.no_grad():
            for number, (inputs, targets) in enumerate(self.problem.data):
                total += len(inputs) * _batch_loss(self.problem, self.model, number, inputs, targets)
        return total / self.problem.num_examples

    def gradient(self) -> Tensor:
        """Return the gradient of the mean loss, a flat vector."""
        total = torch.zeros(self.size, dtype=self.dtype, device=self.device)
        for inputs, targets in self.problem.data:
            loss = self.problem.loss(self.model(inputs), targets)
            parts = torch.autograd.grad(loss, list(self.parameters.values()), allow_unused=True, materialize_grads=True)
            total += torch.cat([part.flatten() for part in parts]) * (len(inputs) / self.problem.num_examples)
        return total

    def accuracy(self) -> float | None:
        """Return the share of targets whose class is right; None where targets are no classes of the outputs."""
        if self.problem.num_classes is None:
            return None
        right = number = 0
        with torch.no_grad():
            for inputs, targets in self.problem.data:
                outputs = self.model(inputs)
                if not isinstance(outputs, Tensor) or outputs.ndim != targets.ndim + 1:
                    return None
                right += int((outputs.argmax(1) == targets).sum())
                number += targets.numel()
        return right / number


def _active_rows(multiply: Callable[[Tensor], Tensor], like: Tensor) -> Tensor:
    """Return the rows of a matrix that are not zero: a product with random vectors is zero on others alone.

    Inputs that are zero in all examples, such as the margins of images, and units that are never active have such rows.
    """
    generator = torch.Generator().manual_seed(0)
    vectors = torch.randn(like.shape[0], 2, generator=generator).to(like)
    rows = sum(multiply(vectors[:, [column]]).abs().sum(1) for column in (0, 1)).nonzero().flatten()
    # A matrix of zeros keeps one row, so that there is something to sample.
    return rows if len(rows) else rows.new_zeros(1)


def restore(tensor: Tensor) -> NDArray[Any]:
    """Return a tensor as a numpy array."""
    array: NDArray[Any] = tensor.detach().cpu().numpy()
    return array


def torch_operator(linear: Any, *, name: str = "operator", reorthogonalize: bool = True) -> ArrayOperator:
    """Return any symmetric linear operator of torch as one of the pass.

    Parameters
    ----------
    linear
        Anything with `shape`, `dtype`, `device` and a product ``linear @ columns``: an operator of curvlinops, or a
        symmetric matrix.
    name
        Name in reports.
    reorthogonalize
        Whether recurrences keep all their vectors.

    Raises
    ------
    ParameterError
        If it is not square, or neither in float32 nor in float64.

    Examples
    --------
    >>> import torch, graphspec
    >>> from graphspec.hessian import torch_operator
    >>> held = graphspec.sketch(torch_operator(torch.diag(torch.arange(600.0))), num_moments=40, num_probes=2)
    >>> held.dimension, held.interval.high > 598
    (600, True)
    """
    if linear.dtype not in PRECISIONS:
        raise ParameterError(f"an operator of torch must be in float32 or float64, not {linear.dtype}")

    def tensor(array: NDArray[Any]) -> Tensor:
        return torch.as_tensor(array).to(device=linear.device, dtype=linear.dtype)

    precision = PRECISIONS[linear.dtype]
    return array_operator(
        linear, tensor, restore=restore, name=name, reorthogonalize=reorthogonalize, precision=precision
    )


def curvature(
    problem: Problem,
    kind: str = "hessian",
    *,
    parameters: str | None = None,
    batch_norm: str = "batch",
) -> Curvature:
    """Return a curvature matrix of the mean loss over all data, as a function of the flat vector of parameters.

    Dropout is off. The Hessian, and the Gauss-Newton matrix of a loss that is convex in the outputs, are exact means
    over the batches in their order.

    Parameters
    ----------
    problem
        The problem.
    kind
        Name of the matrix in :data:`MATRICES`.
    parameters
        Regular expression: only parameters whose names it matches, at any place, are variables; by default all.
    batch_norm
        Statistics that batch normalisation takes: ``batch``, those of every batch, so that the loss is that of
        training; or ``running``, those that the model has gathered.

    Raises
    ------
    ParameterError
        If no parameter matches, or an option is unknown.
    InputError
        If the loss of a batch is not a finite scalar, or cannot be differentiated twice.
    """
    if kind not in MATRICES:
        raise ParameterError(f"there is no matrix {kind!r}: choose {', '.join(MATRICES)}", "matrix")
    model = _in_mode(problem.model, batch_norm)
    held = {name: each for name, each in model.named_parameters() if each.requires_grad}
    chosen = held if parameters is None else {name: each for name, each in held.items() if _matches(parameters, name)}
    if not chosen:
        raise ParameterError(f"{parameters!r} matches none of the parameters {', '.join(held)}", "parameters")
    found = Curvature(problem, kind, model, chosen)
    if found.dtype not in PRECISIONS:
        raise InputError(f"{problem.name}: parameters in {found.dtype}: only float32 and float64 are differentiated")
    found.loss()
    with one_line(problem.name), twice_differentiable(model):
        _check_repeatable(found)
        _check_differentiable(found)
    return found


def _matches(pattern: str, name: str) -> bool:
    try:
        return re.search(pattern, name) is not None
    except re.error as error:
        raise ParameterError(f"{pattern!r} is no regular expression ({error})", "parameters") from error


def _in_mode(model: nn.Module, batch_norm: str) -> nn.Module:
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


def _batch_loss(problem: Problem, model: nn.Module, number: int, inputs: Tensor, targets: Tensor) -> float:
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


def _check_repeatable(found: Curvature) -> None:
    """Refuse a model that gives other outputs when it is called again."""
    inputs, targets = found.problem.data[0]
    with torch.no_grad():
        one, other = (float(found.problem.loss(found.model(inputs), targets)) for _ in range(2))
    if abs(one - other) > _REPEATED * max(abs(one), abs(other)):
        raise InputError(
            f"{found.problem.name}: the loss of batch 0 is {one:g} and, computed again, {other:g}: the model is "
            "random, as by dropout that is not off outside of training"
        )


@contextmanager
def twice_differentiable(model: nn.Module) -> Iterator[None]:
    """Take implementations of layers that torch differentiates twice, where its fast ones cannot be."""
    recurrent = any(isinstance(module, nn.RNNBase) for module in model.modules())
    fast_attention = torch.backends.mha.get_fastpath_enabled()
    with ExitStack() as stack:
        torch.backends.mha.set_fastpath_enabled(False)
        stack.callback(torch.backends.mha.set_fastpath_enabled, fast_attention)
        stack.enter_context(sdpa_kernel(SDPBackend.MATH))
        if recurrent:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # mkldnn warns of hardware that is not there
                stack.enter_context(torch.backends.mkldnn.flags(enabled=False))
            stack.enter_context(torch.backends.cudnn.flags(enabled=False))
        yield


def _check_differentiable(found: Curvature) -> None:
    """Refuse a model whose loss does not depend on a parameter by differentiable steps."""
    inputs, targets = found.problem.data[0]
    loss = found.problem.loss(found.model(inputs), targets)
    name = found.problem.name
    layer = _first_layer(found.model, inputs, lambda output: not output.requires_grad, after=found.parameters)
    place = f": the outputs of layer {layer} have no gradient" if layer else ""
    if not loss.requires_grad:
        raise InputError(f"{name}: the loss cannot be differentiated{place}")
    try:
        gradients = torch.autograd.grad(loss, list(found.parameters.values()), create_graph=True, allow_unused=True)
        whole = sum((part.sum() for part in gradients if part is not None and part.requires_grad), torch.zeros(()))
        if whole.requires_grad:
            torch.autograd.grad(whole, list(found.parameters.values()), allow_unused=True)
    except RuntimeError as error:
        raise InputError(f"{name}: the loss cannot be differentiated twice ({_first_line(error)})") from error
    if all(part is None for part in gradients):
        raise InputError(f"{name}: the loss depends on none of the parameters{place}")


def _first_layer(model: nn.Module, inputs: Tensor, fails: Any, after: dict[str, Any] | None = None) -> str | None:
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
