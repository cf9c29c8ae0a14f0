"""Minimisation on a lattice of parameter values, where fits to graphs of one size share references."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.polynomial import Polynomial

from graphspec.comparison.results import Profile
from graphspec.comparison.settings import FitSettings
from graphspec.models import Parameter, ParameterValues

Function = Callable[[ParameterValues], float]
"""A function of the parameters to minimise; infinity outside of the parameter space."""


@dataclass(frozen=True)
class LatticeMinimum:
    """Smallest value of a function on a lattice.

    Attributes
    ----------
    values
        Values of the parameters at the minimum.
    steps
        Spacing of the lattice along every parameter.
    """

    values: ParameterValues
    steps: dict[str, float]


def minimize_on_lattice(
    function: Function,
    start: ParameterValues,
    parameters: Sequence[Parameter],
    step_of: Callable[[ParameterValues, Parameter], float],
    settings: FitSettings,
) -> LatticeMinimum:
    """Minimise a function of parameters, one parameter after the other, on multiples of a step.

    Parameters
    ----------
    function
        The function; infinity outside of the parameter space.
    start
        Values to start from.
    parameters
        Parameters, in the order in which they are varied.
    step_of
        Function that returns the spacing of the lattice along a continuous parameter, called once. The spacing of an
        integer parameter is 1, or 2 where both neighbours lie outside of the parameter space.
    settings
        Limits of rounds and steps.

    Returns
    -------
    LatticeMinimum
        The visited point with the smallest value, with continuous parameters on the lattice.
    """
    values, steps = start, dict[str, float]()
    function = _Limited(function, settings.max_points)
    for _ in range(settings.max_rounds):
        before = values
        for parameter in parameters:
            if parameter.integer:
                steps[parameter.name] = integer_step(function, values, parameter.name)
            elif parameter.name not in steps:
                steps[parameter.name] = step_of(values, parameter)
            values = walk(function, values, parameter.name, steps[parameter.name], settings)
        # Along a single parameter one walk ends at the minimum.
        if values == before or len(parameters) < 2:
            break
    return LatticeMinimum(values, steps)


class _Limited:
    """A cached function that is infinite at new points after `max_points` evaluations, so that walks end."""

    def __init__(self, function: Function, max_points: int) -> None:
        self.function, self.max_points, self.known = function, max_points, dict[tuple[tuple[str, float], ...], float]()

    def __call__(self, values: ParameterValues) -> float:
        key = tuple(values.items())
        if key not in self.known:
            if len(self.known) >= self.max_points:
                return np.inf
            self.known[key] = self.function(values)
        return self.known[key]


def walk(function: Function, start: ParameterValues, name: str, step: float, settings: FitSettings) -> ParameterValues:
    """Minimise along one parameter, upwards and then downwards, until several steps in turn bring no improvement."""
    best = dict(start)
    if not isinstance(start[name], int):
        best[name] = step * round(start[name] / step) or step
    lowest, direction, turns = function(best), 1, 0
    # Long strides may overshoot the minimum: the opposite direction is then searched again.
    while turns < 2:
        before = best[name]
        best, lowest = _one_way(function, best, lowest, name, direction * step, settings)
        turns = 0 if abs(best[name] - before) > (settings.straight + 1) * step and turns else turns + 1
        direction = -direction
    return best if np.isfinite(lowest) else start


def _one_way(
    function: Function, best: ParameterValues, lowest: float, name: str, change: float, settings: FitSettings
) -> tuple[ParameterValues, float]:
    """Minimise in one direction; return the best point and its value."""
    value, failures, straight, stride = best[name], 0, 0, 1
    for _ in range(settings.max_walk):
        value = neighbour(value, change, stride)
        result = function({**best, name: value})
        if result < lowest:
            # 1. Far from the minimum, where all steps improve, double the stride: the fit to a graph that the model
            #    does not explain may be hundreds of steps away.
            best, lowest, failures, straight = {**best, name: value}, result, 0, straight + 1
            stride *= 2 if straight > settings.straight else 1
            continue
        # 2. A stride without improvement is too long: continue from the best point with half of it.
        if stride > 1:
            value, stride, straight = best[name], stride // 2, 0
            continue
        # 3. Several single steps without improvement end the search: the objective has ripples.
        failures += 1
        if failures == settings.patience or not np.isfinite(result):
            break
    return best, lowest


def neighbour(value: float | int, change: float, stride: int = 1) -> float | int:
    """Return the lattice point `stride` steps away, a multiple of the step `change`, as int for integer parameters."""
    if isinstance(value, int):
        return value + int(change) * stride
    return round((value + change * stride) / abs(change)) * abs(change)


def integer_step(function: Function, values: ParameterValues, name: str) -> float:
    """Return the smallest step of an integer parameter, 1 or 2, with a neighbour in the parameter space."""
    for step in (1, 2):
        if any(np.isfinite(function({**values, name: values[name] + sign * step})) for sign in (-1, 1)):
            return float(step)
    return 1.0


def profile(function: Function, values: ParameterValues, name: str, step: float) -> Profile:
    """Return the function at up to five points of the lattice around the value of a parameter, within its space.

    Points two steps away are multiples of two steps: from an odd multiple of the step they are one or three steps away.
    """
    places = [neighbour(values[name], offset * step) if offset else values[name] for offset in (-2, -1, 0, 1, 2)]
    points = [(float(place), function({**values, name: place})) for place in places]
    inside = [(place, result) for place, result in points if np.isfinite(result)]
    return Profile(tuple(place for place, _ in inside), tuple(result for _, result in inside))


def parabola_vertex(points: Profile, middle: float, highest: float) -> float:
    """Return the minimum of the least-squares parabola through points, clipped to their range and to a limit.

    Parameters
    ----------
    points
        Values of a parameter, and of the function at them.
    middle
        Value that is returned where the parabola has no minimum.
    highest
        Largest value of the parameter.
    """
    # Steps within rounding of the values make no parabola.
    if len(points.values) < 3 or np.ptp(points.values) <= 1e-9 * abs(middle):
        return middle
    curve = Polynomial.fit(points.values, points.divergences, 2).convert().coef
    if len(curve) < 3 or curve[2] <= 0:
        return middle
    return float(np.clip(-curve[1] / (2 * curve[2]), points.values[0], min(points.values[-1], highest)))


def rounded(values: ParameterValues) -> ParameterValues:
    """Return values with four significant binary digits; integers stay as they are."""

    def four_digits(value: float) -> float:
        unit = 2.0 ** (np.floor(np.log2(value)) - 3) if value > 0 else 1.0
        return float(unit * np.round(value / unit))

    return {name: value if isinstance(value, int) else four_digits(value) for name, value in values.items()}
