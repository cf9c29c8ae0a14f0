"""Optimisers that use the spectrum of a curvature matrix (D. Granziol, talk on maximum entropy, equations 34 to 52)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.optim import SGD, Optimizer

from graphspec.errors import ParameterError
from graphspec.hessian.edges import spectrum_edges
from graphspec.hessian.rates import Rates, heavy_ball_rates
from graphspec.hessian.ritz_pairs import RitzPairs, ritz_pairs
from graphspec.operators import ArrayOperator
from graphspec.sketches import sketch

Matrix = Callable[[], ArrayOperator]
"""Returns the curvature matrix at the present parameters, such as ``curvature(problem).operator``."""


class OutlierOptimizer(Optimizer):
    r"""Steps along the eigenvectors of a curvature matrix that stand out, and along the rest of the gradient.

    The outlier learner steps by :math:`-\sum_i u_i u_i^T g / (|\lambda_i| + \delta)` over the Ritz pairs that have
    converged (equation 40). The reinjected gradient adds :math:`-(g - \sum_i u_i u_i^T g) / \delta`, the part of the
    gradient that is orthogonal to them (equation 41); with all eigenpairs the step is :math:`-(|H| + \delta)^{-1} g`.

    The talk prints :math:`\lambda + \delta`: for a negative eigenvalue it would be a step towards a maximum.

    Parameters
    ----------
    params
        Parameters in the order of the matrix.
    matrix
        Returns the curvature matrix at the present parameters, as an operator without zero rows taken out.
    lr
        Factor of the step. Of the part that is orthogonal, the learning rate is ``lr / damping``.
    damping
        The damping delta.
    num_steps
        Products of the matrix in an update.
    every
        Number of steps between updates of the Ritz pairs.
    residual
        Largest residual of a Ritz pair that has converged, relative to the largest eigenvalue.
    reinject
        Whether to add the orthogonal part of the gradient.
    seed
        Seed of the starting vectors.

    Raises
    ------
    ParameterError
        If an option is out of range, or the matrix is of another size.
    """

    def __init__(
        self,
        params: Iterable[Tensor],
        matrix: Matrix,
        lr: float = 1.0,
        damping: float = 10.0,
        num_steps: int = 10,
        every: int = 1,
        residual: float = 1e-2,
        *,
        reinject: bool = True,
        seed: int = 0,
    ) -> None:
        for name, value in (("lr", lr), ("damping", damping), ("num_steps", num_steps), ("every", every)):
            if not value > 0:
                raise ParameterError(f"`{name}` must be positive, not {value}", name)
        super().__init__(params, {"lr": lr, "damping": damping})
        if len(self.param_groups) != 1:
            raise ParameterError("one group of parameters has one matrix: there are several", "params")
        self.matrix, self.num_steps, self.every, self.residual = matrix, num_steps, every, residual
        self.reinject = reinject
        self.pairs: RitzPairs | None = None
        self.num_products, self._count, self._random = 0, 0, np.random.default_rng(seed)

    @torch.no_grad()
    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Take a step; `closure`, if it is given, computes the loss and the gradients again."""
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        if self._count % self.every == 0:
            self._update()
        self._count += 1
        group = self.param_groups[0]
        gradient = torch.cat([_gradient(parameter).flatten() for parameter in group["params"]])
        step = group["lr"] * self.direction(gradient, group["damping"])
        start = 0
        for parameter in group["params"]:
            parameter += step[start : start + parameter.numel()].reshape(parameter.shape)
            start += parameter.numel()
        return loss

    def direction(self, gradient: Tensor, damping: float) -> Tensor:
        """Return the direction of a step for a flat gradient."""
        assert self.pairs is not None
        values = torch.as_tensor(np.abs(self.pairs.values)).to(gradient)
        along = self.pairs.components(gradient)
        inverse = 1.0 / (values + damping)
        if not self.reinject:
            return -self.pairs.vectors @ (inverse * along)
        return -self.pairs.vectors @ ((inverse - 1.0 / damping) * along) - gradient / damping

    def _update(self) -> None:
        with torch.enable_grad():
            operator = self.matrix()
            size = sum(parameter.numel() for parameter in self.param_groups[0]["params"])
            if operator.size != size:
                raise ParameterError(f"the matrix has {operator.size} rows, and there are {size} parameters", "matrix")
            seed = int(self._random.integers(2**31))
            self.pairs = ritz_pairs(operator, self.num_steps, seed=seed, residual=self.residual)
        self.num_products += self.num_steps


class LeapingSGD(SGD):
    """The heavy ball with learning rate and momentum from the ends of a spectrum (equation 48).

    The smallest eigenvalue of a curvature matrix is near zero or negative. In its place stands the upper edge of the
    bulk (equation 52, "with Hessian broadening"): what lies in the bulk is for the most part noise of the sample.

    Parameters
    ----------
    params
        Parameters.
    matrix
        Returns the curvature matrix at the present parameters.
    broadening
        Whether the upper edge of the bulk stands for the smallest eigenvalue; otherwise the smallest Ritz value.
    num_steps
        Products of the matrix in an update.
    every
        Number of steps between updates of the rates.
    largest_momentum
        Largest momentum, where the edge of the bulk is near zero.
    seed
        Seed of the probes.

    Raises
    ------
    ParameterError
        If an option is out of range, or the spectrum has no positive end.
    """

    def __init__(
        self,
        params: Iterable[Tensor],
        matrix: Matrix,
        *,
        broadening: bool = True,
        num_steps: int = 20,
        every: int = 50,
        largest_momentum: float = 0.95,
        seed: int = 0,
    ) -> None:
        if num_steps < 2 or every < 1 or not 0 <= largest_momentum < 1:
            raise ParameterError("`num_steps` must be at least 2, `every` at least 1, and the momentum below 1")
        super().__init__(params, lr=1.0)
        self.matrix, self.broadening, self.num_steps, self.every = matrix, broadening, num_steps, every
        self.largest_momentum, self.seed = largest_momentum, seed
        self.num_products, self._count = 0, 0
        self.rates: Rates | None = None

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Take a step; `closure`, if it is given, computes the loss and the gradients again."""
        if self._count % self.every == 0:
            self._update()
        self._count += 1
        return super().step(closure)

    def _update(self) -> None:
        with torch.enable_grad():
            held = sketch(self.matrix(), num_moments=2 * self.num_steps, num_probes=2, seed=self.seed + self._count)
        self.num_products += held.num_matvecs
        edges = spectrum_edges(held)
        low = edges.bulk_high if self.broadening else edges.smallest
        if edges.largest <= 0 or (not self.broadening and low <= 0):
            raise ParameterError(f"the spectrum from {edges.smallest:.3g} to {edges.largest:.3g} has no positive end")
        # The momentum grows with the condition number: its limit bounds that.
        root = self.largest_momentum**0.5
        least = edges.largest * ((1 - root) / (1 + root)) ** 2
        self.rates = heavy_ball_rates(edges.largest, min(max(low, least), edges.largest))
        for group in self.param_groups:
            group["lr"], group["momentum"] = self.rates.learning_rate, self.rates.momentum


def _gradient(parameter: Tensor) -> Tensor:
    return torch.zeros_like(parameter) if parameter.grad is None else parameter.grad
