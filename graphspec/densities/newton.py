"""Damped Newton steps that minimise the dual of the entropy problem."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import cho_factor, cho_solve

from graphspec._typing import Vector
from graphspec.densities.dual import Dual, DualPoint
from graphspec.options import Number, Options, option


@dataclass(frozen=True, kw_only=True)
class NewtonSettings(Options):
    """Settings of damped Newton steps.

    Attributes
    ----------
    tolerance
        Largest component of the gradient at which the solver has converged: an error of moments far below the noise
        that float32 leaves in them.
    max_steps
        Steps after which the solver gives up and says so; the hardest spectra take 60 (measured).
    sufficient_decrease
        Share of the decrease that the slope promises which a step has to reach (Armijo's rule; Nocedal and Wright,
        Numerical Optimization (2006), section 3.1).
    shortest_step
        Share of a Newton step at which halving ends without success.
    steep_slope
        Share of the slope that a full step may leave before it is doubled: after a step that ends in the minimum of
        a parabola nothing is left.
    rounding
        Decrease, relative to the value, within which values differ by rounding alone.
    smallest_slope
        Slope below which no step is doubled: it is at its end anyway.
    hessian_shift
        Added to the diagonal of the Hessian, of the order of rounding in the moments.
    """

    tolerance: float = option(1e-8, Number(0.0, open=True), "largest gradient at the end")
    max_steps: int = option(100, Number(1, integer=True), "Newton steps at most")
    sufficient_decrease: float = option(1e-4, Number(0.0, 0.5, open=True), "share of the promised decrease")
    shortest_step: float = option(1e-8, Number(0.0, 1.0, open=True), "share of a Newton step at least")
    steep_slope: float = option(0.25, Number(0.0, 1.0), "share of the slope that makes a step longer")
    rounding: float = option(1e-12, Number(0.0, 1.0), "relative decrease that is rounding")
    smallest_slope: float = option(1e-9, Number(0.0), "slope below which steps are not doubled")
    hessian_shift: float = option(1e-15, Number(0.0), "shift of the diagonal of the Hessian")


DEFAULTS = NewtonSettings()


def minimize(
    dual: Dual, point: DualPoint, max_steps: int, tolerance: float, settings: NewtonSettings = DEFAULTS
) -> tuple[DualPoint, int]:
    """Take damped Newton steps from a point until the gradient is small.

    Parameters
    ----------
    dual
        The function to minimise.
    point
        Where to start.
    max_steps
        Steps at most.
    tolerance
        Largest component of the gradient at the end.
    settings
        Settings of the search along each step.

    Returns
    -------
    point
        The last point: that of the minimum, or where no step gains anything.
    steps
        Number of steps taken.
    """
    for steps in range(max_steps):
        if point.residual <= tolerance:
            return point, steps
        step = newton_step(dual, point, settings)
        following = None if step is None else line_search(dual, point, step, settings)
        if following is None:
            return point, steps
        point = following
    return point, max_steps


def newton_step(dual: Dual, point: DualPoint, settings: NewtonSettings = DEFAULTS) -> Vector | None:
    """Return the Newton step, or None where rounding has made the Hessian indefinite."""
    try:
        factor = cho_factor(dual.hessian(point, settings.hessian_shift), lower=True, check_finite=False)
    except np.linalg.LinAlgError:
        return None
    return cho_solve(factor, -point.gradient, overwrite_b=True, check_finite=False)


def line_search(dual: Dual, point: DualPoint, step: Vector, settings: NewtonSettings = DEFAULTS) -> DualPoint | None:
    """Search along a Newton step; return the next point, or None where nothing is gained."""
    slope = float(point.gradient @ step)
    length = 1.0
    # Halve the step until the value falls enough. Within rounding of the minimum the value cannot fall any more, but
    # the gradient still can: a full step is taken there.
    while True:
        value, masses = dual.value(point.coefficients + length * step)
        flat = length == 1 and -slope < settings.rounding * max(1.0, abs(point.value))
        enough = value <= point.value + settings.sufficient_decrease * length * slope
        if masses is not None and (enough or flat):
            break
        length /= 2
        if length < settings.shortest_step:
            return None
    best = dual.point(point.coefficients + length * step, value, masses)
    # Double a full step that leaves a steep slope along itself: where a gap has to be emptied, each plain step lowers
    # the logarithm of the density by one.
    while (
        length >= 1 and slope < -settings.smallest_slope and float(best.gradient @ step) < settings.steep_slope * slope
    ):
        length *= 2
        value, masses = dual.value(point.coefficients + length * step)
        if masses is None or not value < best.value:
            break
        best = dual.point(point.coefficients + length * step, value, masses)
    return best
