"""Functionals of a matrix, sums of a function over its eigenvalues, with their uncertainty.

:mod:`expressions` parses functions, and :mod:`deduction` says of which sign their derivatives are, by the rules of
:mod:`signs` and the :mod:`behaviour` of their :mod:`nodes`, that is :mod:`ranges` and :mod:`closed_forms`.
:mod:`lower_ends` says how near zero a spectrum comes, :mod:`brackets` bounds integrals by the rules of the probes,
:mod:`estimators` (with :mod:`bayes`) are the methods, and :mod:`integrals` puts these together. :mod:`named` holds
functionals of graphs; :mod:`matrices` checks matrices, :mod:`positive` prepares them for the pass, and
:mod:`factorization` computes a log-determinant exactly, after :mod:`ordering` the rows.
"""

from graphspec.functionals.brackets import SpectralFunction
from graphspec.functionals.estimators import ESTIMATORS
from graphspec.functionals.expressions import Expression, parse_expression
from graphspec.functionals.factorization import (
    FactorizationSettings,
    FactorizedLogDeterminant,
    FactorPrediction,
    factorized_log_determinant,
    predict_factor,
)
from graphspec.functionals.integrals import (
    SpectralSum,
    condition_number,
    exact_sum,
    needed_products,
    nonzero_part,
    spectral_sum,
    sum_excess,
    truncation_share,
)
from graphspec.functionals.lower_ends import LowerEnd, nonzero_lower_end, ritz_lower_end
from graphspec.functionals.matrices import check_symmetric_matrix
from graphspec.functionals.named import NAMED, Arguments, Functional, functional_of
from graphspec.functionals.positive import SCALINGS, PositiveMatrix, PositiveSettings, not_definite, positive_matrix
from graphspec.functionals.signs import DerivativeSigns, alternate

__all__ = [
    "ESTIMATORS",
    "NAMED",
    "SCALINGS",
    "Arguments",
    "DerivativeSigns",
    "Expression",
    "FactorPrediction",
    "FactorizationSettings",
    "FactorizedLogDeterminant",
    "Functional",
    "LowerEnd",
    "PositiveMatrix",
    "PositiveSettings",
    "SpectralFunction",
    "SpectralSum",
    "alternate",
    "check_symmetric_matrix",
    "condition_number",
    "exact_sum",
    "factorized_log_determinant",
    "functional_of",
    "needed_products",
    "nonzero_lower_end",
    "nonzero_part",
    "not_definite",
    "parse_expression",
    "positive_matrix",
    "predict_factor",
    "ritz_lower_end",
    "spectral_sum",
    "sum_excess",
    "truncation_share",
]
