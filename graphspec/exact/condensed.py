"""An operator on the vertices that represent classes of twins, for answers about single vertices."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from graphspec._typing import Mask, Matrix, Vector, Vertices
from graphspec.arrays import renumbered
from graphspec.exact.atoms import Family
from graphspec.exact.quotient import class_sizes, quotient
from graphspec.exact.twins import find_twins
from graphspec.graphs import Components
from graphspec.operators import GraphOperator, ScaledOperator


@dataclass(frozen=True, eq=False)
class Condensed:
    """An operator on one vertex of every class of twins, in some of the components of a graph.

    The eigenvectors of the whole operator there are those of this one, shared equally among the members of a class,
    and differences of members.

    Attributes
    ----------
    operator
        The operator on the representatives.
    vertices
        Vertices of those components, shape (m,).
    row
        Row of the operator that represents each of them, shape (m,).
    sizes
        Number of members of every class, shape (rows,).
    differences
        Eigenvalue of differences of members, shape (rows,).
    null
        Null vectors of the components.
    """

    operator: ScaledOperator
    vertices: Vertices
    row: Vertices
    sizes: Vector
    differences: Vector
    null: Family

    def diagonal(self, of_rows: Matrix, of_differences: Matrix) -> Matrix:
        """Return diagonal entries of a function of the whole operator at the vertices, shape (m, functions).

        Parameters
        ----------
        of_rows
            Diagonal of the function of this operator, shape (rows, functions).
        of_differences
            The function at the eigenvalues of differences, shape (rows, functions).
        """
        share = 1.0 / self.sizes[:, None]
        return np.asarray((share * of_rows + (1.0 - share) * of_differences)[self.row])


def condense(operator: GraphOperator, components: Components, kept: Mask) -> Condensed:
    """Represent the classes of twins in some components by one vertex each.

    Parameters
    ----------
    operator
        The operator.
    components
        The components of its graph.
    kept
        Mask of the vertices of those components, shape (n,).
    """
    twins = find_twins(operator.graph, kept)
    representative = np.arange(operator.num_rows)
    representative[twins.others] = twins.first
    first = kept.copy()
    first[twins.others] = False
    rows, vertices = np.flatnonzero(first), np.flatnonzero(kept)
    number = np.zeros(operator.num_rows, np.int64)
    number[rows] = np.arange(len(rows))
    sizes, form = class_sizes(rows, twins, operator.num_rows), operator.form()
    mutual = np.zeros(operator.num_rows)
    mutual[twins.first] = form.factor * (twins.linked * form.squared_scale[twins.first])
    label = renumbered(components.label[rows], components.count)
    return Condensed(
        operator=operator if first.all() else quotient(operator, rows, twins, sizes),
        vertices=vertices,
        row=number[representative[vertices]],
        sizes=sizes,
        differences=(form.diagonal - mutual)[rows],
        null=Family.normalized(operator.null_vector[rows] * np.sqrt(sizes), label),
    )
