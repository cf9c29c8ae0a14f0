"""The exact log-determinant of a sparse positive definite matrix by a factorisation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse
from scipy.sparse.linalg import splu

from graphspec.errors import InputError


@dataclass(frozen=True)
class FactorizedLogDeterminant:
    """The log-determinant of a factorised matrix.

    Attributes
    ----------
    value
        The logarithm of the determinant.
    """

    value: float


def factorized_log_determinant(matrix: scipy.sparse.csr_array, name: str = "the matrix") -> FactorizedLogDeterminant:
    """Return the log-determinant by SuperLU in symmetric mode, whose pivots are those of a Cholesky factorisation.

    Raises
    ------
    InputError
        If a pivot is not positive.
    """
    factors = splu(
        scipy.sparse.csc_array(matrix),
        permc_spec="MMD_AT_PLUS_A",
        diag_pivot_thresh=0.0,
        options={"SymmetricMode": True},
    )
    pivots = factors.U.diagonal()
    if not (pivots > 0).all():
        raise InputError(f"{name}: is not positive definite: a pivot is {pivots.min():.4g}")
    return FactorizedLogDeterminant(float(np.log(pivots).sum()))
