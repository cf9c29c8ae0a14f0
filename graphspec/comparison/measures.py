"""MaxEnt densities of spectra as points of one exponential family: covariances, curvatures and divergences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from graphspec._typing import Matrix, Vector
from graphspec.densities import MaxEntSolution, solve
from graphspec.errors import NotConvergedError
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


def check_converged(solution: MaxEntSolution, name: str) -> None:
    """Check that the solver converged for a density: the masses of another one are no distribution.

    With variances of its moments the problem has a solution, and the solver finds it, unless the moments are far from
    those of any spectrum in units of their standard errors: of two or three probes these can be zero by chance.

    Parameters
    ----------
    solution
        The density.
    name
        Name of its spectrum in the message.

    Raises
    ------
    NotConvergedError
        If the solver did not converge.
    """
    report = solution.report
    if not report.converged:
        order = len(solution.coefficients) - 1
        raise NotConvergedError(
            f"{name}: the solver did not converge (residual {report.residual:.1e}): the {order} moments are not those "
            "of a spectrum within their standard errors, take more probes or fewer moments"
        )


def fit_measures(
    moments: Sequence[Moments], sem: Vector | None = None, *, names: Sequence[str] | None = None
) -> list[Measure]:
    """Fit MaxEnt densities with common variances of the quadratic term.

    Parameters
    ----------
    moments
        Moments of every spectrum.
    sem
        Standard errors common to all spectra; by default the largest at each order.
    names
        Names of the spectra in messages; by default their numbers.

    Raises
    ------
    NotConvergedError
        If moments are not those of a spectrum within the standard errors.
    """
    common = np.max([each.sem for each in moments], axis=0) if sem is None else sem
    solutions = [solve(each.values, common) for each in moments]
    # Where one density needed a larger ridge, all get it: only then do they belong to one family.
    ridge = max(solution.report.ridge for solution in solutions)
    solutions = [
        solution if solution.report.ridge >= ridge else solve(each.values, common, ridge=ridge)
        for solution, each in zip(solutions, moments, strict=True)
    ]
    labels = [f"spectrum {number}" for number in range(1, len(moments) + 1)] if names is None else names
    for name, solution in zip(labels, solutions, strict=True):
        check_converged(solution, name)
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
