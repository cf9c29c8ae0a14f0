"""Damped Newton steps on the dual of the maximum-entropy problem."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg.lapack import dpotrf, dpotrs

from graphspec._typing import Vector
from graphspec.densities.dual import Dual, DualPoint
from graphspec.options import Number, Options, option


@dataclass(frozen=True, kw_only=True)
class NewtonSettings(Options):
    """Settings of damped Newton steps.

    Attributes
    ----------
    tolerance
        Largest component of the gradient at convergence: an error of moments far below that of float32.
    max_steps
        Largest number of Newton steps; the hardest spectra take 60 (measured).
    sufficient_decrease
        Constant of the Armijo condition: share of the decrease predicted by the slope that a step has to reach (J.
        Nocedal and S. Wright, Numerical Optimization (2006), section 3.1).
    shortest_step
        Share of a Newton step below which halving ends without success.
    steep_slope
        Ratio of the slopes after and before a step above which it is doubled; it is zero at the minimum of a parabola.
    rounding
        Predicted decrease, relative to the value, below which values differ by rounding alone.
    smallest_slope
        Slope at the start below which no step is doubled: the minimum is near.
    hessian_shift
        Added to the diagonal of the Hessian, of the order of rounding in the moments.
    """

    tolerance: float = option(1e-8, Number(0.0, open=True), "largest gradient at the end")
    max_steps: int = option(100, Number(1, integer=True), "Newton steps at most")
    sufficient_decrease: float = option(1e-4, Number(0.0, 0.5, open=True), "constant of the Armijo condition")
    shortest_step: float = option(1e-8, Number(0.0, 1.0, open=True), "share of a Newton step at least")
    steep_slope: float = option(0.25, Number(0.0, 1.0), "ratio of slopes above which a step is doubled")
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
        Point to start from.
    max_steps
        Largest number of steps.
    tolerance
        Largest component of the gradient at the end.
    settings
        Settings of the search along each step.

    Returns
    -------
    point
        The last point, where the gradient is small, no step lowers the value, or the steps are used up.
    steps
        Number of steps taken.
    """
    for steps in range(max_steps):
        if point.residual <= tolerance:
            return point, steps
        step = newton_step(dual, point, settings)
        successor = None if step is None else line_search(dual, point, step, settings)
        if successor is None:
            return point, steps
        point = successor
    return point, max_steps


def newton_step(dual: Dual, point: DualPoint, settings: NewtonSettings = DEFAULTS) -> Vector | None:
    """Return the Newton step, or None where rounding has made the Hessian indefinite."""
    # LAPACK itself: of matrices this small, cho_factor and cho_solve take most of the time to look at their arguments.
    factor, failed = dpotrf(dual.hessian(point, settings.hessian_shift).T, lower=True, clean=False, overwrite_a=True)
    if failed:
        return None
    step, _ = dpotrs(factor, -point.gradient, lower=True, overwrite_b=True)
    return np.asarray(step)


def line_search(dual: Dual, point: DualPoint, step: Vector, settings: NewtonSettings = DEFAULTS) -> DualPoint | None:
    """Return the next point along a Newton step, or None where no fraction of the step lowers the value."""
    slope = float(point.gradient @ step)
    length = 1.0
    # Halve the step until the value falls enough. Within rounding of the minimum the value cannot fall any more, but
    # the gradient still can: a full step is taken there.
    while True:
        value, masses = dual.value(point.coefficients + length * step)
        flat = length == 1 and -slope < settings.rounding * max(1.0, abs(point.value))
        sufficient = value <= point.value + settings.sufficient_decrease * length * slope
        if masses is not None and (sufficient or flat):
            break
        length /= 2
        if length < settings.shortest_step:
            return None
    best = dual.point(point.coefficients + length * step, value, masses)
    # Double a full step while the slope along it remains steep: in a gap of the spectrum, a plain Newton step lowers
    # the logarithm of the density by only one.
    while (
        length >= 1 and slope < -settings.smallest_slope and float(best.gradient @ step) < settings.steep_slope * slope
    ):
        length *= 2
        value, masses = dual.value(point.coefficients + length * step)
        if masses is None or not value < best.value:
            break
        best = dual.point(point.coefficients + length * step, value, masses)
    return best
