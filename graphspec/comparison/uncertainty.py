"""Uncertainty of a fit: standard errors by the delta method, self-matches, and discrepancies along a direction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from graphspec._typing import Matrix, Vector
from graphspec.comparison.lattice import neighbour
from graphspec.comparison.measures import curvature, second_moments, symmetric_kl_of
from graphspec.comparison.objective import Objective
from graphspec.comparison.results import SelfMatch
from graphspec.comparison.settings import FitSettings
from graphspec.densities import solve
from graphspec.errors import ParameterError
from graphspec.models import Parameter, ParameterValues


@dataclass(frozen=True, eq=False)
class Sensitivity:
    """Linear response of fitted parameters to changes of the moments.

    With slopes S, the derivatives of the moments, and the curvature W of the divergence, least squares in the metric of
    the divergence give the gains (S W S')^+ S W.

    Attributes
    ----------
    slopes
        Derivatives of the mean moments by the parameters, shape (parameters, orders).
    gains
        Changes of the fitted parameters by unit changes of the moments, shape (parameters, orders).
    """

    slopes: Matrix
    gains: Matrix

    @classmethod
    def at(cls, objective: Objective, values: ParameterValues, widths: Mapping[str, float]) -> Sensitivity:
        """Return the response at some values, by difference quotients.

        Parameters
        ----------
        objective
            Objective of the fit.
        values
            Values of the parameters.
        widths
            Distances of the difference quotients, for the parameters that respond.
        """
        slopes = np.array([_slope(objective, values, name, width) for name, width in widths.items()])
        weight = curvature(objective.reference_density(values))
        information = slopes @ weight @ slopes.T
        return cls(slopes, np.linalg.pinv(information, rcond=1e-10, hermitian=True) @ slopes @ weight)

    def unexplained(self, changes: Matrix) -> Matrix:
        """Return changes of moments, shape (changes, orders), without the part that the parameters explain."""
        return changes - changes @ self.gains.T @ self.slopes


def _slope(objective: Objective, values: ParameterValues, name: str, width: float) -> Vector:
    """Return the difference quotient of the mean moments by a parameter, one-sided at a border of its space."""
    ends = []
    for sign in (-1, 1):
        integer = isinstance(values[name], int)
        value = neighbour(values[name], sign * width) if integer else values[name] + sign * width
        try:
            ends.append((value, objective.mean_moments({**values, name: value})))
        except ParameterError:
            ends.append((values[name], objective.mean_moments(values)))
    (low, first), (high, second) = ends
    return np.asarray((second - first) / (high - low)) if high != low else np.zeros_like(first)


def standard_errors(objective: Objective, values: ParameterValues, widths: Mapping[str, float]) -> dict[str, float]:
    """Return standard errors of fitted parameters by the delta method.

    Parameters
    ----------
    objective
        Objective of the fit.
    values
        Fitted values.
    widths
        Distances of the difference quotients, for the parameters whose errors are returned.
    """
    if not widths:
        return {}
    gains = Sensitivity.at(objective, values, widths).gains
    moments, target, references = objective.moments(values), objective.target.moments, objective.references
    # Noise of the graph and of the references: moments are means over nearly independent parts of a graph, so that
    # their variance falls with the number of vertices.
    spread = np.cov(gains @ (moments - moments.mean(axis=0)).T, ddof=1).reshape(len(gains), len(gains))
    share = references.reference_nodes / references.num_nodes
    # Noise of the probes of the target.
    probes = len(target.deviations)
    sampling = ((target.deviations @ gains.T) ** 2).sum(axis=0) / (probes * (probes - 1))
    variances = np.diag(spread) * (share + 1 / len(moments)) + sampling
    return dict(zip(widths, np.sqrt(variances).tolist(), strict=True))


def lattice_step(objective: Objective, values: ParameterValues, parameter: Parameter) -> float:
    """Return the power of two that is nearest to the standard error of a continuous parameter.

    With powers of two, fits to graphs of one size have points of the lattice in common, and share references.
    """
    value = float(values[parameter.name])
    width = max(0.15 * min(value, parameter.high - value), 1e-3 * max(value, 1e-6))
    error = standard_errors(objective, values, {parameter.name: width})[parameter.name]
    # At most a quarter of the value, so that there are points below it.
    return float(2.0 ** np.round(np.log2(np.clip(error, 1e-9, 0.25 * max(value, 4e-9)))))


class Discrepancy(NamedTuple):
    """Distance of a target from a model along a direction of moments, in the metric of the divergence.

    Attributes
    ----------
    offset
        The distance, zero on average for graphs of the model.
    deviation
        Standard deviation of the distance of graphs of the model, sketched as the target was.
    """

    offset: float
    deviation: float


@dataclass(frozen=True, eq=False)
class FitUncertainty:
    """Uncertainty of a fit at a minimum of its objective.

    Attributes
    ----------
    objective
        Objective of the fit.
    values
        Values of the parameters at the minimum on the lattice.
    steps
        Spacing of the lattice along every parameter, over which derivatives are computed.
    settings
        Settings of the fit.
    """

    objective: Objective
    values: ParameterValues
    steps: Mapping[str, float]
    settings: FitSettings

    @cached_property
    def moments(self) -> Matrix:
        """Moments of the references, shape (references, orders)."""
        return self.objective.moments(self.values)

    @cached_property
    def mean_moments(self) -> Vector:
        """Moments of the model: their mean over references."""
        return np.asarray(self.moments.mean(axis=0))

    @cached_property
    def curvature(self) -> Matrix:
        """Curvature of the divergence at the density of the model."""
        return curvature(self.objective.reference_density(self.values))

    def standard_errors(self) -> dict[str, float]:
        """Return standard errors of all parameters, of integers at least that of rounding."""
        errors = standard_errors(self.objective, self.values, self.steps)
        for parameter in self.objective.references.model.parameters:
            if parameter.integer:
                errors[parameter.name] = max(errors[parameter.name], self.settings.integer_error)
        return errors

    def self_match(self) -> SelfMatch:
        """Return median and spread of the divergences of references, each left out and fitted, from the others."""
        reference, noise, count = self.objective.reference_density(self.values), self.objective.noise, len(self.moments)
        # 1. Differences of single references from the mean of all, which are smaller than those from the mean of the
        #    others by (count - 1) / count, without the part that the continuous parameters explain.
        changes = (self.moments[: self.settings.self_matches] - self.mean_moments) * count / (count - 1)
        densities = [solve(self.mean_moments + change, noise, start=reference) for change in self._unexplained(changes)]
        matches = np.array([symmetric_kl_of(density, reference) for density in densities])
        # 2. The noise of the probes of the target adds tr(W cov) / 2.
        deviations = self.objective.target.moments.deviations
        probes = len(deviations)
        sampling = float(((deviations @ self.curvature) * deviations).sum()) / (probes * (probes - 1)) / 2
        # 3. Medians, so that an outlier among a few references does not hide differences. The factor makes the median
        #    distance from the median the standard deviation of a Gaussian.
        middle = float(np.median(matches))
        median, spread = middle + sampling, 1.4826 * float(np.median(np.abs(matches - middle)))
        limit = max(self.settings.consistent * median, median + self.settings.consistent_spreads * spread)
        return SelfMatch(median, spread, limit)

    def divergence_error(self) -> float:
        """Return the standard error of the divergence by the delta method, from probes and references."""
        target, reference = self.objective.target_density, self.objective.reference_density(self.values)
        order = len(self.mean_moments)
        multipliers = target.coefficients - reference.coefficients
        moments = target.moments[:order] - reference.moments[:order]
        variance = 0.0
        sides = [(target, self.objective.target.moments.deviations), (reference, self.moments - self.mean_moments)]
        for density, deviations in sides:
            # (a - b).(E_a T - E_b T) / 2 changes by both factors; the moments of a change by <T T'> da.
            gradient = np.linalg.solve(density.hessian, moments + second_moments(density) @ multipliers) / 2
            count = len(deviations)
            variance += float(((deviations @ gradient) ** 2).sum()) / (count * (count - 1))
        return float(np.sqrt(variance))

    def discrepancy(self, direction: Vector) -> Discrepancy:
        """Return the distance of the target from the model along a direction of moments.

        The part that the continuous parameters explain is removed from direction and difference. A single direction
        resolves differences far below the noise floor of the divergence, which sums the noise of all directions.

        Parameters
        ----------
        direction
            The direction, shape (orders,).
        """
        target, count = self.objective.target.moments, len(self.moments)
        weights = self.curvature @ self._unexplained(direction[None])[0]
        offset = self._unexplained((target.values - self.mean_moments)[None]) @ weights
        spread = (self._unexplained(self.moments - self.mean_moments) @ weights).std(ddof=1)
        probes = len(target.deviations)
        sampling = ((self._unexplained(target.deviations) @ weights) ** 2).sum() / (probes * (probes - 1))
        return Discrepancy(float(offset[0]), float(np.sqrt(spread**2 * (1 + 1 / count) + sampling)))

    @cached_property
    def _continuous(self) -> Sensitivity | None:
        """Response of the continuous parameters; None if there are none."""
        model = self.objective.references.model
        widths = {each.name: self.steps[each.name] for each in model.parameters if not each.integer}
        return Sensitivity.at(self.objective, self.values, widths) if widths else None

    def _unexplained(self, changes: Matrix) -> Matrix:
        """Return changes of moments without the part that the continuous parameters explain."""
        return changes if self._continuous is None else self._continuous.unexplained(changes)
