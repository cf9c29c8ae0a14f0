"""Curvature matrices of the loss of a network as operators of the pass, with products by curvlinops."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import torch
from curvlinops import GGNLinearOperator, HessianLinearOperator
from numpy.typing import NDArray
from torch import Tensor, nn

from graphspec.errors import InputError, ParameterError
from graphspec.hessian.checks import (
    batch_loss,
    check_curved,
    check_differentiable,
    check_mean,
    check_repeatable,
    one_line,
)
from graphspec.hessian.layers import in_mode, twice_differentiable
from graphspec.hessian.problems import Problem
from graphspec.operators import ArrayOperator, array_operator

MATRICES = ("hessian", "ggn", "gradients")
"""Matrices by name: the Hessian (Pearlmutter 1994), the generalised Gauss-Newton matrix (Schraudolph 2002), and the
covariance of the gradients of single examples, not centred, also called the empirical Fisher matrix."""

_AGREEMENT = {torch.float32: 1e-3, torch.float64: 1e-8}
"""Relative difference of two ways of one product; rounding makes a thousandth of it."""

_CONVEX = (nn.CrossEntropyLoss, nn.NLLLoss, nn.MSELoss, nn.BCEWithLogitsLoss)
"""Losses that are convex in the outputs."""

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

    @property
    def semidefinite(self) -> bool:
        """Whether no eigenvalue is negative: of the covariance, and of J' H J where the loss is known to be convex."""
        loss = getattr(self.problem.loss, "sum", self.problem.loss)
        weight = getattr(loss, "weight", None)
        convex = type(loss) in _CONVEX and (weight is None or bool((weight >= 0).all()))
        return self.kind == "gradients" or (self.kind == "ggn" and convex)

    def tensor(self, array: NDArray[Any]) -> Tensor:
        """Return a numpy array as a tensor on the device of the parameters, in their precision."""
        return torch.as_tensor(array).to(device=self.device, dtype=self.dtype)

    def product(self) -> Any:
        """Return the linear operator of curvlinops, for the Hessian or the Gauss-Newton matrix."""
        return {"hessian": HessianLinearOperator, "ggn": GGNLinearOperator}[self.kind](
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
        parameters, parts = list(self.parameters.values()), self._parts(vector)
        total = torch.zeros_like(vector)
        for number, (inputs, targets) in enumerate(self.problem.data):
            with one_line(f"{self.problem.name}: batch {number}"):
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
        parameters, parts = list(self.parameters.values()), self._parts(vector)
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

    def _parts(self, vector: Tensor) -> list[Tensor]:
        """Return a flat vector as tensors of the shapes of the parameters."""
        parameters = list(self.parameters.values())
        parts = vector.split([parameter.numel() for parameter in parameters])
        return [part.reshape(parameter.shape) for part, parameter in zip(parts, parameters, strict=True)]

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
        except torch.OutOfMemoryError:
            raise
        except RuntimeError:  # of parameters or layers that it does not differentiate: columns alone tell
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
                total += len(inputs) * batch_loss(self.problem, self.model, number, inputs, targets)
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
        """Return the share of targets whose class is right; None where targets are no classes of the outputs.

        Targets that the loss ignores, and negative ones, do not count.
        """
        if self.problem.num_classes is None:
            return None
        right, number, ignored = 0, 0, getattr(self.problem.loss, "ignore_index", -1)
        with torch.no_grad():
            for inputs, targets in self.problem.data:
                outputs = self.model(inputs)
                if not isinstance(outputs, Tensor) or outputs.ndim != targets.ndim + 1:
                    return None
                counted = (targets >= 0) & (targets != ignored)
                right += int((outputs.argmax(1) == targets)[counted].sum())
                number += int(counted.sum())
        return right / number if number else None


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
        If the loss of a batch is not a finite scalar, is no mean over examples while there are several batches or
        single gradients are asked for, is linear in the outputs where the Gauss-Newton matrix is, or cannot be
        differentiated twice.
    """
    if kind not in MATRICES:
        raise ParameterError(f"there is no matrix {kind!r}: choose {', '.join(MATRICES)}", "matrix")
    model = in_mode(problem.model, batch_norm)
    held = {name: each for name, each in model.named_parameters() if each.requires_grad}
    chosen = held if parameters is None else {name: each for name, each in held.items() if _matches(parameters, name)}
    if not chosen:
        raise ParameterError(f"{parameters!r} matches none of the parameters {', '.join(held)}", "parameters")
    found = Curvature(problem, kind, model, chosen)
    if found.dtype not in PRECISIONS:
        raise InputError(f"{problem.name}: parameters in {found.dtype}: only float32 and float64 are differentiated")
    found.loss()
    with one_line(problem.name), twice_differentiable(model):
        if len(problem.data) > 1 or kind == "gradients":
            check_mean(problem, model)
        if kind == "ggn":
            check_curved(problem, model)
        check_repeatable(problem, model)
        check_differentiable(problem, model, chosen)
    return found


def _matches(pattern: str, name: str) -> bool:
    try:
        return re.search(pattern, name) is not None
    except re.error as error:
        raise ParameterError(f"{pattern!r} is no regular expression ({error})", "parameters") from error
