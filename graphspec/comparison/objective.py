"""Objective of a fit: the divergence of a target from the references of a model, as a function of the parameters."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np

from graphspec._typing import Matrix, Progress, Vector
from graphspec.comparison.measures import symmetric_kl_of
from graphspec.comparison.references import References
from graphspec.comparison.target import Target
from graphspec.densities import MaxEntSolution, solve
from graphspec.errors import ParameterError
from graphspec.models import Values


class Objective:
    """Symmetric KL divergence between the density of a target and that of the mean moments of references.

    Both are MaxEnt densities with the same standard errors of the moments, so that they differ by their moments alone.
    Densities are computed once for every point of the parameter space.

    Parameters
    ----------
    target
        The target.
    references
        References of the model.
    noise
        Standard errors of the moments, shape (orders,); see :meth:`with_noise_at`.
    count
        Number of references that are used; by default all.
    progress
        Callback for the number of references made, called whenever moments are computed.
    """

    def __init__(
        self,
        target: Target,
        references: References,
        noise: Vector,
        count: int | None = None,
        progress: Progress | None = None,
    ) -> None:
        self.target, self.references, self.noise, self.count = target, references, noise, count
        self.progress = progress
        self._densities: dict[tuple[tuple[str, Any], ...], MaxEntSolution] = {}

    @classmethod
    def with_noise_at(
        cls,
        values: Values,
        target: Target,
        references: References,
        count: int | None = None,
        progress: Progress | None = None,
    ) -> Objective:
        """Return the objective with the noise of the target and of the references at `values`.

        The noise of a moment is the root of s^2 + t^2, where s is the standard deviation over references, and t the
        standard error of the target.
        """
        spread = references.moments(values, count).std(axis=0, ddof=1)
        return cls(target, references, np.hypot(spread, target.moments.sem), count, progress)

    def __call__(self, values: Values) -> float:
        """Return the divergence; infinity outside of the parameter space."""
        try:
            return symmetric_kl_of(self.target_density, self.reference_density(values))
        except ParameterError:
            return np.inf

    def moments(self, values: Values) -> Matrix:
        """Return the moments of the references, shape (references, orders)."""
        moments = self.references.moments(values, self.count)
        if self.progress is not None:
            self.progress(self.references.num_made, None)
        return moments

    def mean_moments(self, values: Values) -> Vector:
        """Return the moments of the model: their mean over references."""
        return np.asarray(self.moments(values).mean(axis=0))

    @cached_property
    def target_density(self) -> MaxEntSolution:
        """Density of the target."""
        return solve(self.target.moments.values, self.noise)

    def reference_density(self, values: Values) -> MaxEntSolution:
        """Return the density of the mean moments of the references.

        Raises
        ------
        ParameterError
            If the values lie outside of the parameter space.
        """
        key = tuple(sorted(values.items()))
        if key not in self._densities:
            self._densities[key] = solve(self.mean_moments(values), self.noise)
        return self._densities[key]
