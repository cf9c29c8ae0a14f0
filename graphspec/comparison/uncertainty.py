"""Uncertainty of a fit: errors of parameters, of the divergence, and what the model's own graphs differ by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from graphspec._typing import Matrix, Vector
from graphspec.comparison.objective import Objective, Values, curvature, symmetric_kl_of
from graphspec.comparison.settings import DEFAULTS, FitSettings
from graphspec.densities import solve
from graphspec.errors import ParameterError

_NORMAL_MAD = 1.4826  # standard deviation of a normal distribution over its median absolute deviation


@dataclass(frozen=True, eq=False)
class FitUncertainty:
    """Uncertainty at fitted values of the parameters, by the delta method.

    Attributes
    ----------
    objective
        The objective.
    values
        The values.
    steps
        Steps of the lattice on which they were found, the widths of derivatives.
    settings
        Settings of the fit.
    """

    objective: Objective
    values: Values
    steps: Mapping[str, float]
    settings: FitSettings = DEFAULTS

    def errors(self, widths: Mapping[str, float] | None = None) -> dict[str, float]:
        """Return standard errors of parameters: what the noise of the moments does to the nearest values.

        Parameters
        ----------
        widths
            The parameters with the widths of their derivatives; by default all, with the steps.
        """
        widths = self.steps if widths is None else widths
        if not widths:
            return {}
        _, gains = self._gains(widths)
        moments, target = self.objective.moments(self.values), self.objective.target.moments
        spread = np.cov(gains @ (moments - moments.mean(axis=0)).T, ddof=1).reshape(len(gains), len(gains))
        probes = len(target.deviations)
        sampling = ((target.deviations @ gains.T) ** 2).sum(axis=0) / (probes * (probes - 1))
        # Sums over independent parts of a graph: what differs from graph to graph falls with their number.
        references = self.objective.references.references
        share = references.reference_nodes / references.num_nodes
        variances = np.diag(spread) * (share + 1 / len(moments)) + sampling
        return dict(zip(widths, np.sqrt(variances).tolist(), strict=True))

    def divergence_sem(self) -> float:
        """Return the standard error of the divergence, from probes and references."""
        target, reference = self.objective.target_density(), self.objective.reference_density(self.values)
        moments = self.objective.moments(self.values)
        order = moments.shape[1]
        difference = target.coefficients - reference.coefficients
        apart = target.moments[:order] - reference.moments[:order]
        variance = 0.0
        sides = [(target, self.objective.target.moments.deviations), (reference, moments - moments.mean(axis=0))]
        for solution, deviations in sides:
            covariance = solution.hessian - np.diag(solution.variances)
            gradient = np.linalg.solve(solution.hessian, apart + covariance @ difference) / 2
            count = len(deviations)
            variance += float(((deviations @ gradient) ** 2).sum()) / (count * (count - 1))
        return float(np.sqrt(variance))

    def self_match(self) -> tuple[float, float]:
        """Return median and spread of the divergences of references, each left out and fitted, from the others.

        The median has the noise of the target's probes in it, which references that are dense do not have.
        """
        moments, reference = self.objective.moments(self.values), self.objective.reference_density(self.values)
        mean, count = moments.mean(axis=0), len(moments)
        # From the mean of the others each is further than from that of all.
        apart = self._unexplained((moments[: self.settings.self_matches] - mean) * count / (count - 1))
        deviations = self.objective.target.moments.deviations
        probes = len(deviations)
        noise = float(((deviations @ curvature(reference)) * deviations).sum()) / (probes * (probes - 1)) / 2
        densities = [solve(mean + change, self.objective.sem, start=reference) for change in apart]
        matches = np.array([symmetric_kl_of(density, reference) for density in densities])
        # Medians: one odd graph among a few references must not make everything look usual.
        middle = float(np.median(matches))
        return middle + noise, _NORMAL_MAD * float(np.median(np.abs(matches - middle)))

    def discrepancy(self, direction: Vector) -> tuple[float, float]:
        """Return how far the target lies from the fitted model along a direction, and the standard deviation of that.

        The direction is one of moments, measured in the metric of the divergence. What parameters could explain is
        left out on both sides. The deviation is that of the model's own graphs, with the noise of the target's probes.
        """
        moments, target = self.objective.moments(self.values), self.objective.target.moments
        mean, count = moments.mean(axis=0), len(moments)
        weights = curvature(self.objective.reference_density(self.values)) @ self._unexplained(direction[None])[0]
        offset = self._unexplained((target.values - mean)[None]) @ weights
        spread = (self._unexplained(moments - mean) @ weights).std(ddof=1)
        probes = len(target.deviations)
        noise = ((self._unexplained(target.deviations) @ weights) ** 2).sum() / (probes * (probes - 1))
        return float(offset[0]), float(np.sqrt(spread**2 * (1 + 1 / count) + noise))

    def _unexplained(self, changes: Matrix) -> Matrix:
        """Take out of changes of moments what the continuous parameters would follow in a fit."""
        parameters = self.objective.references.references.model.parameters
        smooth = {item.name: self.steps[item.name] for item in parameters if not item.integer}
        if not smooth:
            return changes
        slopes, gains = self._gains(smooth)
        return changes - changes @ gains.T @ slopes

    def _gains(self, widths: Mapping[str, float]) -> tuple[Matrix, Matrix]:
        """Return derivatives of the moments by parameters, and what changes of moments do to the fitted parameters."""
        slopes = np.array([self._slope(name, width) for name, width in widths.items()])
        weight = curvature(self.objective.reference_density(self.values))
        information = slopes @ weight @ slopes.T
        return slopes, np.linalg.pinv(information, rcond=1e-10, hermitian=True) @ slopes @ weight

    def _slope(self, name: str, width: float) -> Vector:
        """Return the derivative of the mean moments with respect to a parameter, one-sided at a border."""
        value, ends = self.values[name], []
        for sign in (-1, 1):
            place = moved(value, sign * width) if isinstance(value, int) else value + sign * width
            try:
                ends.append((place, self.objective.mean_moments({**self.values, name: place})))
            except ParameterError:
                ends.append((value, self.objective.mean_moments(self.values)))
        (low, first), (high, second) = ends
        return np.asarray((second - first) / (high - low)) if high != low else np.zeros_like(first)


def moved(value: float, change: float) -> float | int:
    """Return a value moved by a step: whole numbers stay whole, others stay on the lattice of the step."""
    return value + int(change) if isinstance(value, int) else round((value + change) / abs(change)) * abs(change)
