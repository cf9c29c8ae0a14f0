"""Optimisers that use the spectrum of a curvature matrix (D. Granziol, talk on maximum entropy, equations 34 to 52)."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from numbers import Integral
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
"""Returns the curvature matrix at the present parameters: ``lambda: curvature(problem).operator(take_out=False)``."""


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
        for name, value in (("lr", lr), ("damping", damping), ("residual", residual)):
            if not 0 < value < math.inf:
                raise ParameterError(f"`{name}` must be positive, not {value}", name)
        _check_whole(num_steps=(num_steps, 1), every=(every, 1), seed=(seed, 0))
        super().__init__(params, {"lr": lr, "damping": damping})
        self.matrix, self.num_steps, self.every, self.residual = matrix, num_steps, every, residual
        self.reinject = reinject
        self.pairs: RitzPairs | None = None
        self.num_products, self._count, self._random = 0, 0, np.random.default_rng(seed)

    def add_param_group(self, param_group: dict[str, Any]) -> None:
        """Add the one group of parameters.

        Raises
        ------
        ParameterError
            If there is one already.
        """
        if self.param_groups:
            raise ParameterError("one group of parameters has one matrix: there are several", "params")
        super().add_param_group(param_group)

    def state_dict(self) -> dict[str, Any]:
        """Return the state of torch's optimisers, and the Ritz pairs with the state of their updates."""
        held, pairs = self.pairs, None
        if held is not None:
            pairs = {"values": held.values.tolist(), "vectors": held.vectors, "residuals": held.residuals.tolist()}
        random = self._random.bit_generator.state
        own = {"count": self._count, "num_products": self.num_products, "random": random, "pairs": pairs}
        return {**super().state_dict(), "outliers": own}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take the state that :meth:`state_dict` returned."""
        own = state_dict["outliers"]
        super().load_state_dict({name: state_dict[name] for name in ("state", "param_groups")})
        self._count, self.num_products = own["count"], own["num_products"]
        self._random.bit_generator.state = own["random"]
        pairs = own["pairs"]
        self.pairs = None
        if pairs is not None:
            vectors = pairs["vectors"].to(self.param_groups[0]["params"][0])
            self.pairs = RitzPairs(np.array(pairs["values"]), vectors, np.array(pairs["residuals"]))

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
            _check_size(operator, self.param_groups, whole=True)
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
    lr
        Factor of the learning rate that the spectrum gives; schedulers of torch change it.
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
        lr: float = 1.0,
        *,
        broadening: bool = True,
        num_steps: int = 20,
        every: int = 50,
        largest_momentum: float = 0.95,
        seed: int = 0,
    ) -> None:
        _check_whole(num_steps=(num_steps, 2), every=(every, 1), seed=(seed, 0))
        if not 0 <= largest_momentum < 1 or not 0 < lr < math.inf:
            raise ParameterError("`largest_momentum` must be from 0 to less than 1, and `lr` positive")
        super().__init__(params, lr=lr)
        self.matrix, self.broadening, self.num_steps, self.every = matrix, broadening, num_steps, every
        self.largest_momentum, self.seed = largest_momentum, seed
        self.num_products, self._count = 0, 0
        self.rates: Rates | None = None

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Take a step; `closure`, if it is given, computes the loss and the gradients again."""
        if self._count % self.every == 0:
            self._update()
        self._count += 1
        assert self.rates is not None
        factors = [group["lr"] for group in self.param_groups]
        for group, factor in zip(self.param_groups, factors, strict=True):
            group["lr"], group["momentum"] = factor * self.rates.learning_rate, self.rates.momentum
        try:
            return super().step(closure)
        finally:
            for group, factor in zip(self.param_groups, factors, strict=True):
                group["lr"] = factor

    def state_dict(self) -> dict[str, Any]:
        """Return the state of torch's optimiser, and the rates with the state of their updates."""
        rates = None if self.rates is None else self.rates._asdict()
        own = {"count": self._count, "num_products": self.num_products, "rates": rates}
        return {**super().state_dict(), "leaping": own}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take the state that :meth:`state_dict` returned."""
        own = state_dict["leaping"]
        super().load_state_dict({name: state_dict[name] for name in ("state", "param_groups")})
        self._count, self.num_products = own["count"], own["num_products"]
        self.rates = None if own["rates"] is None else Rates(**own["rates"])

    def _update(self) -> None:
        with torch.enable_grad():
            operator = self.matrix()
            _check_size(operator, self.param_groups)
            held = sketch(operator, num_moments=2 * self.num_steps, num_probes=2, seed=self.seed + self._count)
        self.num_products += held.num_matvecs
        edges = spectrum_edges(held)
        low = edges.bulk_high if self.broadening else edges.smallest
        if edges.largest <= 0 or (not self.broadening and low <= 0):
            raise ParameterError(f"the spectrum from {edges.smallest:.3g} to {edges.largest:.3g} has no positive end")
        # The momentum grows with the condition number: its limit bounds that.
        root = self.largest_momentum**0.5
        least = edges.largest * ((1 - root) / (1 + root)) ** 2
        self.rates = heavy_ball_rates(edges.largest, min(max(low, least), edges.largest))


def _check_whole(**values: tuple[Any, int]) -> None:
    """Check that values are whole numbers, each with the smallest that it may be."""
    for name, (value, least) in values.items():
        if isinstance(value, bool) or not isinstance(value, Integral) or value < least:
            raise ParameterError(f"`{name}` must be a whole number of at least {least}, not {value!r}", name)


def _check_size(operator: Any, groups: Sequence[dict[str, Any]], *, whole: bool = False) -> None:
    """Check that a matrix is an operator of the pass with a row for every parameter."""
    if not isinstance(operator, ArrayOperator):
        kind = type(operator).__name__
        raise ParameterError(f"`matrix` must return an operator, as curvature(problem).operator does, not a {kind}")
    size = sum(parameter.numel() for group in groups for parameter in group["params"])
    rows = operator.size if whole else operator.num_rows
    if rows != size:
        advice = ": make it by operator(take_out=False)" if operator.num_rows == size else ""
        raise ParameterError(f"the matrix has {rows} rows, and there are {size} parameters{advice}", "matrix")


def _gradient(parameter: Tensor) -> Tensor:
    return torch.zeros_like(parameter) if parameter.grad is None else parameter.grad
