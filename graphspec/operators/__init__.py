"""Symmetric operators of a graph, and any symmetric linear operator, each with an enclosing spectral interval."""

from graphspec.operators.adjacency import Adjacency
from graphspec.operators.arrays import ArrayOperator, array_operator
from graphspec.operators.base import GraphOperator, Operator, ScaledOperator
from graphspec.operators.bounds import largest_eigenvalue_bound
from graphspec.operators.interval import Interval
from graphspec.operators.kinds import OPERATORS, fixed_interval, graph_operator, is_laplacian
from graphspec.operators.laplacians import CombinatorialLaplacian, NormalizedLaplacian
from graphspec.operators.linear import SparseOperator, linear_operator
from graphspec.operators.regularized import (
    NOTHING_TO_DETECT,
    TAU_RULES,
    RegularizedLaplacian,
    bethe_radius,
    non_backtracking_radius,
)
from graphspec.operators.scaled_adjacency import ScaledAdjacency

__all__ = [
    "NOTHING_TO_DETECT",
    "OPERATORS",
    "TAU_RULES",
    "Adjacency",
    "ArrayOperator",
    "CombinatorialLaplacian",
    "GraphOperator",
    "Interval",
    "NormalizedLaplacian",
    "Operator",
    "RegularizedLaplacian",
    "ScaledAdjacency",
    "ScaledOperator",
    "SparseOperator",
    "array_operator",
    "bethe_radius",
    "fixed_interval",
    "graph_operator",
    "is_laplacian",
    "largest_eigenvalue_bound",
    "linear_operator",
    "non_backtracking_radius",
]
