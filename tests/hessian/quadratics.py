"""Quadratic losses whose Hessian is any symmetric matrix, as problems."""

import numpy as np
import torch
from torch import nn

from graphspec.hessian import problem_of


class Quadratic(nn.Module):
    """The product of every example with the parameters."""

    def __init__(self, start):
        super().__init__()
        self.w = nn.Parameter(torch.tensor(start))

    def forward(self, inputs):
        return inputs * self.w


def quadratic(matrix, start):
    """Return a problem with the loss w' A w / 2, of one example."""
    fixed = torch.as_tensor(matrix)

    def loss(outputs, targets):
        return outputs[0] @ fixed @ outputs[0] / 2 + 0 * targets.sum()

    ones = torch.ones(1, len(matrix), dtype=fixed.dtype)
    return problem_of("quadratic", Quadratic(start), loss, (ones, torch.zeros(1, dtype=fixed.dtype)))


def symmetric(eigenvalues, seed=0):
    """Return a matrix with given eigenvalues."""
    basis = np.linalg.qr(np.random.default_rng(seed).standard_normal((len(eigenvalues),) * 2))[0]
    matrix = (basis * eigenvalues) @ basis.T
    return (matrix + matrix.T) / 2
