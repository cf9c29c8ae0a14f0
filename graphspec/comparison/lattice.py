"""Minimisation of the objective of a fit on a lattice of parameter values.

Fits of one size share a lattice, so that they share references too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from graphspec.comparison.objective import CountedReferences, Objective, Values
from graphspec.comparison.settings import DEFAULTS, FitSettings
from graphspec.comparison.target import Target
from graphspec.comparison.uncertainty import FitUncertainty, moved
from graphspec.errors import ParameterError
from graphspec.exact import ExactSettings


@dataclass(frozen=True)
class Minimum:
    """Where the objective is smallest on a lattice.

    Attributes
    ----------
    values
        Values of the parameters.
    steps
        Steps of the lattice.
    """

    values: Values
    steps: dict[str, float]


def starting_values(target: Target, references: CountedReferences, settings: FitSettings = DEFAULTS) -> Values:
    """Return the best of the model's candidates, by a few references each.

    Raises
    ------
    ParameterError
        If the model has no candidates.
    """
    made = references.references
    offered = made.model.candidates(made.num_nodes, target.mean_degree)
    # Round values: fits to other graphs of this size start from the same ones and share their references.
    candidates = [rounded(values) for values in offered]
    if not candidates:
        raise ParameterError(f"{made.model.name} has no candidates: there is nowhere to start a search")
    small = made.num_nodes <= ExactSettings().dense_limit
    few = settings.coarse_references if small else settings.coarse_references_large
    objective = Objective.with_noise_at(target, references, candidates[len(candidates) // 2], few)
    return min(candidates, key=lambda values: objective(values, few))


def minimize_on_lattice(objective: Objective, values: Values, settings: FitSettings = DEFAULTS) -> Minimum:
    """Minimise the objective, one parameter after the other, until a round changes nothing.

    Parameters
    ----------
    objective
        The objective.
    values
        Values to start from.
    settings
        Settings of the search.
    """
    parameters, steps = objective.references.references.model.parameters, dict[str, float]()
    for _ in range(settings.max_rounds):
        before = dict(values)
        for parameter in parameters:
            name = parameter.name
            if parameter.integer:
                steps[name] = _integer_step(objective, values, name)
            elif name not in steps:
                steps[name] = _lattice_step(objective, values, name, parameter.high, settings)
            values = _walk(objective, values, name, steps[name], settings)
        if values == before or len(parameters) < 2:
            break
    return Minimum(values, steps)


def objective_around(objective: Objective, values: Values, name: str, step: float) -> tuple[list[float], list[float]]:
    """Return five values of a parameter around the best, as far as they are in its space, and the objective there."""
    places = [moved(values[name], offset * step) if offset else values[name] for offset in (-2, -1, 0, 1, 2)]
    points = [(place, objective({**values, name: place})) for place in places]
    inside = [(place, divergence) for place, divergence in points if np.isfinite(divergence)]
    return [float(place) for place, _ in inside], [divergence for _, divergence in inside]


def vertex(places: list[float], divergences: list[float], middle: float, highest: float) -> float:
    """Return where the parabola through points of the objective is smallest, within them."""
    if len(places) < 3:
        return middle
    curve = np.polynomial.Polynomial.fit(places, divergences, 2).convert().coef
    if len(curve) < 3 or curve[2] <= 0:
        return middle
    return float(np.clip(-curve[1] / (2 * curve[2]), places[0], min(places[-1], highest)))


def rounded(values: Mapping[str, float | int]) -> Values:
    """Return values with three binary digits, as far as they are not whole numbers anyway."""

    def three_digits(value: float) -> float:
        unit = 2.0 ** (np.floor(np.log2(value)) - 3) if value > 0 else 1.0
        return float(unit * np.round(value / unit))

    return {name: value if isinstance(value, int) else three_digits(value) for name, value in values.items()}


def _integer_step(objective: Objective, values: Values, name: str) -> float:
    """Return the smallest step of a whole number that stays within the parameter space."""
    for step in (1, 2):
        if any(np.isfinite(objective({**values, name: values[name] + sign * step})) for sign in (-1, 1)):
            return float(step)
    return 1.0


def _lattice_step(objective: Objective, values: Values, name: str, highest: float, settings: FitSettings) -> float:
    """Return about the standard error of a parameter, as a power of two."""
    place = float(values[name])
    width = max(0.15 * min(place, highest - place), 1e-3 * max(place, 1e-6))
    error = FitUncertainty(objective, values, {}, settings).errors({name: width})[name]
    return float(2.0 ** np.round(np.log2(np.clip(error, 1e-9, 0.25 * max(place, 4e-9)))))


def _walk(objective: Objective, values: Values, name: str, step: float, settings: FitSettings) -> Values:
    """Walk on the lattice of one parameter to where the objective is smallest."""
    best = dict(values)
    if not isinstance(values[name], int):
        best[name] = step * round(values[name] / step) or step
    lowest = objective(best)
    for direction in (1, -1):
        place, worse = best[name], 0
        # On in one direction while it gets better; a few steps that do not may be ripples.
        for _ in range(settings.max_walk):
            place = moved(place, direction * step)
            divergence = objective({**best, name: place})
            if divergence < lowest:
                best, lowest, worse = {**best, name: place}, divergence, 0
                continue
            worse += 1
            if worse == settings.patience or not np.isfinite(divergence):
                break
    return best if np.isfinite(lowest) else values
