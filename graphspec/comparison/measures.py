"""MaxEnt densities of spectra as points of one exponential family: covariances, curvatures and divergences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from graphspec._typing import Matrix, Vector
from graphspec.densities import MaxEntSolution, solve
from graphspec.sketches import Moments


@dataclass(frozen=True, eq=False)
class Measure:
    """A MaxEnt density with first-order effects of every probe on its multipliers.

    Attributes
    ----------
    solution
        The density.
    effects
        Changes of the multipliers, shape (probes, order + 1); their mean square over (probes - 1) is a variance.
    """

    solution: MaxEntSolution
    effects: Matrix

    @property
    def order(self) -> int:
        """Number of moments."""
        return len(self.solution.coefficients) - 1

    @property
    def moments(self) -> Vector:
        """Moments of the density, of order 0 to `order`."""
        return self.solution.moments[: self.order + 1]


def fit_measures(moments: Sequence[Moments], sem: Vector | None = None) -> list[Measure]:
    """Fit MaxEnt densities with common variances of the quadratic term.

    Parameters
    ----------
    moments
        Moments of every spectrum.
    sem
        Standard errors common to all spectra; by default the largest at each order.
    """
    common = np.max([each.sem for each in moments], axis=0) if sem is None else sem
    solutions = [solve(each.values, common) for each in moments]
    # Where one density needed a larger ridge, all get it: only then do they belong to one family.
    ridge = max(solution.report.ridge for solution in solutions)
    solutions = [
        solution if solution.report.ridge >= ridge else solve(each.values, common, ridge=ridge)
        for solution, each in zip(solutions, moments, strict=True)
    ]
    return [
        Measure(solution, np.asarray(np.linalg.solve(solution.hessian, each.deviations.T).T))
        for solution, each in zip(solutions, moments, strict=True)
    ]


def second_moments(solution: MaxEntSolution) -> Matrix:
    """Return <T_j T_k> of a density, the derivatives of its moments by its multipliers."""
    return solution.hessian - np.diag(solution.variances)


def curvature(solution: MaxEntSolution) -> Matrix:
    """Return W for which d.W d / 2 is the symmetric KL divergence of densities whose moments differ by a small d.

    With H = <T T'> + S, where S are the variances, W = H^-1 <T T'> H^-1.
    """
    half = np.linalg.solve(solution.hessian, second_moments(solution))
    return np.asarray(np.linalg.solve(solution.hessian, half.T))


def symmetric_kl_of(first: MaxEntSolution, second: MaxEntSolution) -> float:
    """Return the symmetric KL divergence of two densities of one family, (a - b).(E_a T - E_b T) / 2."""
    count = len(first.coefficients)
    product = (first.coefficients - second.coefficients) @ (first.moments[:count] - second.moments[:count])
    return max(0.0, float(product) / 2)
