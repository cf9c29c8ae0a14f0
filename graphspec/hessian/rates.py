"""Learning rates and momentum from the ends of a spectrum, and damping as shrinkage."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from graphspec.errors import ParameterError


class Rates(NamedTuple):
    """Parameters of gradient descent on a quadratic, and what they give.

    Attributes
    ----------
    learning_rate, momentum
        Parameters of gradient descent.
    contraction
        Factor by which the distance to the minimum falls in a step, in the limit of many.
    """

    learning_rate: float
    momentum: float
    contraction: float


def gradient_descent_rates(largest: float, smallest: float) -> Rates:
    """Return the best learning rate without momentum for eigenvalues between two ends (the talk's equation 44).

    The rate is 2 / (l_1 + l_n), with the contraction (k - 1) / (k + 1) for the condition number k.

    Raises
    ------
    ParameterError
        If the ends are not 0 < smallest <= largest.
    """
    _check(largest, smallest)
    return Rates(2.0 / (largest + smallest), 0.0, (largest - smallest) / (largest + smallest))


def heavy_ball_rates(largest: float, smallest: float) -> Rates:
    """Return the best parameters of the heavy ball for eigenvalues between two ends (the talk's equation 48).

    Polyak (1964): the matrix R = [[b, l], [-a b, 1 - a l]] that maps momentum and distance of a step to the next has
    the spectral radius sqrt(b) for every eigenvalue l between the ends. The talk prints a b in place of -a b.

    Raises
    ------
    ParameterError
        If the ends are not 0 < smallest <= largest.
    """
    _check(largest, smallest)
    high, low = np.sqrt(largest), np.sqrt(smallest)
    ratio = float((high - low) / (high + low))
    return Rates(float((2.0 / (high + low)) ** 2), ratio**2, ratio)


def _check(largest: float, smallest: float) -> None:
    if not 0 < smallest <= largest < np.inf:
        raise ParameterError(f"rates need ends 0 < smallest <= largest, not {smallest:g} and {largest:g}")


class Shrinkage(NamedTuple):
    """Damping H + b as a linear shrinkage estimate g H + (1 - g) of the true Hessian, in the units of the identity.

    Attributes
    ----------
    weight
        The weight g of the Hessian of a sample.
    factor
        Factor r of the learning rate: r / (l + b) = 1 / (g l + 1 - g) for every eigenvalue l.
    """

    weight: float
    factor: float


def shrinkage_of_damping(damping: float) -> Shrinkage:
    """Return the shrinkage that a damping is (the talk's equations 37 to 39; Ledoit and Wolf 2004).

    With g = 1 / (1 + b), g H + (1 - g) = (H + b) / (1 + b): the factor is 1 + b. The talk prints its inverse.

    Raises
    ------
    ParameterError
        If the damping is negative.
    """
    if not 0 <= damping < np.inf:
        raise ParameterError(f"a damping must be a finite number of at least 0, not {damping}", "damping")
    return Shrinkage(1.0 / (1.0 + damping), 1.0 + damping)
