"""The objective of a fit: the divergence of a target from the references of a model at parameter values.

It is the symmetric Kullback-Leibler divergence between the MaxEnt density of the target and that of the mean moments of
references, both with the references' own spread as the noise of a moment. It sees the spectrum alone, not the number of
edges.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from graphspec._typing import Matrix, Progress, Vector
from graphspec.comparison.references import References
from graphspec.comparison.target import Target
from graphspec.densities import MaxEntSolution, solve
from graphspec.errors import ParameterError

Values = dict[str, float | int]


@dataclass(eq=False)
class CountedReferences:
    """References that report how many of their moments were asked for."""

    references: References
    progress: Progress | None = None
    done: int = 0

    def moments(self, values: Mapping[str, Any], count: int | None = None) -> Matrix:
        """Return moments of references; see :meth:`References.moments`."""
        moments = self.references.moments(values, count)
        self.done += len(moments)
        if self.progress is not None:
            self.progress(self.done, None)
        return moments


@dataclass(frozen=True, eq=False)
class Objective:
    """Divergence of a target from the references of a model, as a function of parameter values.

    Attributes
    ----------
    target
        The target.
    references
        The references.
    sem
        Noise of a moment that both densities are given, shape (orders,).
    """

    target: Target
    references: CountedReferences
    sem: Vector
    _densities: dict[tuple[Any, ...], MaxEntSolution] = field(default_factory=dict, repr=False)

    @classmethod
    def with_noise_at(
        cls, target: Target, references: CountedReferences, values: Values, count: int | None = None
    ) -> Objective:
        """Return the objective with the noise of the target and the spread of so many references at some values."""
        spread = references.moments(values, count).std(axis=0, ddof=1)
        return cls(target, references, np.hypot(spread, target.moments.sem))

    def moments(self, values: Mapping[str, Any], count: int | None = None) -> Matrix:
        """Return the moments of the references at values, shape (references, orders)."""
        return self.references.moments(values, count)

    def mean_moments(self, values: Values, count: int | None = None) -> Vector:
        """Return the mean moments of the references at values."""
        return np.asarray(self.moments(values, count).mean(axis=0))

    def target_density(self) -> MaxEntSolution:
        """Return the density of the target."""
        return self._density(("target",), self.target.moments.values)

    def reference_density(self, values: Values, count: int | None = None) -> MaxEntSolution:
        """Return the density of the references at values."""
        key = (*sorted(values.items()), count)
        if key in self._densities:
            return self._densities[key]
        return self._density(key, self.mean_moments(values, count))

    def __call__(self, values: Values, count: int | None = None) -> float:
        """Return the divergence at values; infinity outside of the parameter space."""
        try:
            return symmetric_kl_of(self.target_density(), self.reference_density(values, count))
        except ParameterError:
            return np.inf

    def _density(self, key: tuple[Any, ...], moments: Vector) -> MaxEntSolution:
        if key not in self._densities:
            self._densities[key] = solve(moments, self.sem)
        return self._densities[key]


def symmetric_kl_of(one: MaxEntSolution, other: MaxEntSolution) -> float:
    """Return the symmetric Kullback-Leibler divergence of two densities of one exponential family, by the dual."""
    count = len(one.coefficients)
    product = (one.coefficients - other.coefficients) @ (one.moments[:count] - other.moments[:count])
    return max(0.0, float(product) / 2)


def curvature(solution: MaxEntSolution) -> Matrix:
    """Return W such that half of d.W d is the symmetric KL of densities whose moments differ by d."""
    covariance = solution.hessian - np.diag(solution.variances)
    half = np.linalg.solve(solution.hessian, covariance)
    return np.asarray(np.linalg.solve(solution.hessian, half.T))
