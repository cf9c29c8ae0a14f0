"""Functionals of a matrix: sums of a function over its eigenvalues, such as the log-determinant.

:mod:`expressions` parses functions, and :mod:`deduction` says of which sign their derivatives are, by the rules of
:mod:`signs` and the :mod:`behaviour` of their :mod:`nodes`, that is :mod:`ranges` and :mod:`closed_forms`;
:mod:`matrices` checks matrices.
"""

from graphspec.functionals.expressions import Expression, parse_expression
from graphspec.functionals.matrices import check_symmetric_matrix
from graphspec.functionals.signs import DerivativeSigns

__all__ = ["DerivativeSigns", "Expression", "check_symmetric_matrix", "parse_expression"]
