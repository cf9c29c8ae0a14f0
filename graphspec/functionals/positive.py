"""Positive definite matrices, scaled for the pass, and the evidence that one is not positive definite."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import scipy.sparse

from graphspec._typing import Vector
from graphspec.errors import InputError
from graphspec.functionals.lower_ends import Dominance, LowerEnd, extreme_ritz_values
from graphspec.machine import available_threads, pool_of
from graphspec.operators import Interval, SparseOperator, largest_eigenvalue_bound
from graphspec.options import Choice, Number, Options, option
from graphspec.sketches import SpectralSketch

SCALINGS = ("jacobi", "none")


@dataclass(frozen=True, kw_only=True)
class PositiveSettings(Options):
    """Settings of a positive definite matrix.

    Attributes
    ----------
    scaling
        ``jacobi``: the pass is over D^(-1/2) A D^(-1/2), D the diagonal of A, and log det D is added exactly. Its
        condition number is within a factor of the rows' number of entries of the smallest by any diagonal (van der
        Sluis, Numer. Math. 14, 14 (1969)).
    single
        Smallest Ritz value, relative to the largest eigenvalue, that vectors in float32 resolve to a thousandth.
    indefinite
        Largest magnitude of a negative Ritz value, relative to the largest eigenvalue, that rounding explains.
    """

    scaling: str = option("jacobi", Choice(SCALINGS), "diagonal scaling of the matrix")
    single: float = option(1e-4, Number(0.0, 1.0), "smallest relative eigenvalue for float32")
    indefinite: float = option(1e-12, Number(0.0, 1.0), "largest negative Ritz value by rounding")


DEFAULTS = PositiveSettings()


@dataclass(frozen=True, eq=False)
class PositiveMatrix:
    """A positive definite matrix as an operator of the pass.

    Attributes
    ----------
    name
        Name of the matrix, for messages.
    matrix
        The matrix itself.
    operator
        The scaled matrix.
    log_scale
        Logarithm of the determinant of the scaling, which the log-determinant of the scaled matrix lacks.
    lower_end
        Bound on its smallest eigenvalue by diagonal dominance; None where there is none.
    """

    name: str
    matrix: scipy.sparse.csr_array
    operator: SparseOperator
    log_scale: float
    lower_end: LowerEnd | None

    @property
    def double(self) -> PositiveMatrix:
        """The same matrix with vectors in float64."""
        return replace(self, operator=replace(self.operator, precision=np.float64))

    def needs_double(self, sketch: SpectralSketch, settings: PositiveSettings = DEFAULTS) -> bool:
        """Return whether the smallest eigenvalues need vectors in float64."""
        smallest = float(extreme_ritz_values(sketch)[0].min())
        return self.operator.precision is np.float32 and smallest < settings.single * self.operator.interval.high

    def check_definite(self, sketch: SpectralSketch, settings: PositiveSettings = DEFAULTS) -> None:
        """Refuse a matrix for which the pass found a negative Ritz value, which is an average of eigenvalues.

        Raises
        ------
        InputError
            If there is one.
        """
        smallest = float(extreme_ritz_values(sketch)[0].min())
        if smallest < -settings.indefinite * self.operator.interval.high:
            raise not_definite(self.name, f"the pass found a Ritz value of {smallest:.4g}")


def positive_matrix(
    matrix: scipy.sparse.csr_array,
    name: str = "matrix",
    settings: PositiveSettings = DEFAULTS,
    threads: int | None = None,
) -> PositiveMatrix:
    """Prepare a positive definite matrix for the pass.

    Its spectrum is enclosed by zero and a bound on the largest eigenvalue of the matrix of magnitudes.

    Parameters
    ----------
    matrix
        The symmetric matrix with a positive diagonal.
    name
        Name of the matrix.
    settings
        The scaling.
    threads
        Number of threads; None for as many as the process may use.
    """
    diagonal = matrix.diagonal()
    masses = diagonal if settings.scaling == "jacobi" else np.ones(len(diagonal))
    scaled, dominance = _scaled(matrix, masses), Dominance.of(matrix)
    high = _high_end(scaled) if dominance is None else dominance.high_end(diagonal, masses)
    operator = SparseOperator(scaled, Interval(0.0, high), "matrix", symmetric=True)
    find_lower_end = partial(_lower_end, dominance, masses)
    threads = threads or available_threads()
    with pool_of(threads) as pool:
        # The search for exact moments does not hold the interpreter lock, and takes as long as that for paths.
        paths = None if pool is None else pool.submit(find_lower_end)
        operator.find_exact_moments(threads)
        lower_end = find_lower_end() if paths is None else paths.result()
    return PositiveMatrix(name, matrix, operator, float(np.log(masses).sum()), lower_end)


def _lower_end(dominance: Dominance | None, masses: Vector) -> LowerEnd | None:
    return None if dominance is None else dominance.lower_end(masses)


def _scaled(matrix: scipy.sparse.csr_array, masses: Vector) -> scipy.sparse.csr_array:
    """Return M^(-1/2) A M^(-1/2), where M is the diagonal of A or a multiple of the identity."""
    if (masses == masses[0]).all():
        return scipy.sparse.csr_array(matrix / masses[0])
    inverse = 1.0 / np.sqrt(masses)
    data = matrix.data * inverse[matrix.indices] * np.repeat(inverse, np.diff(matrix.indptr))
    scaled = scipy.sparse.csr_array((data, matrix.indices, matrix.indptr), shape=matrix.shape)
    # To the last bit: a diagonal that is a multiple of the identity takes no steps of walks.
    scaled.setdiag(1.0)
    return scaled


def _high_end(scaled: scipy.sparse.csr_array) -> float:
    """Return a bound on the largest eigenvalue of a matrix with a positive diagonal."""
    magnitudes, diagonal = abs(scaled), scaled.diagonal()
    magnitudes.setdiag(0.0)
    return largest_eigenvalue_bound(scipy.sparse.csr_array(magnitudes), diagonal)


def not_definite(name: str, evidence: str) -> InputError:
    """Return the error that a matrix is not positive definite."""
    return InputError(f"{name}: is not positive definite: {evidence}")
