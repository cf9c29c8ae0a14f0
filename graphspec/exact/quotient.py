"""Quotient of an operator, with one vertex for every class of twins and of rows of isomorphic branches."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from graphspec._typing import Mask, Vector, Vertices
from graphspec.exact.atoms import Atom, counted_atoms
from graphspec.exact.branches import Branches
from graphspec.exact.twins import Twins
from graphspec.graphs import Graph, ordered_for_products
from graphspec.operators import GraphOperator, Interval, ScaledAdjacency, ScaledOperator


@dataclass(frozen=True, eq=False)
class Quotient(ScaledOperator):
    """The operator of a graph on vertices that represent classes of twins, or equal vertices of isomorphic branches.

    A class of g vertices has sqrt(g) times the scale of one of them, and (g - 1) times their mutual entry on the
    diagonal, so that the quotient of an unweighted graph needs no weights.

    Attributes
    ----------
    whole
        The operator of the whole graph.
    reduced
        The form of the quotient.
    has_twins
        Whether a vertex represents a class of vertices that are linked with each other, shape (num_rows,).
    """

    whole: GraphOperator
    reduced: ScaledAdjacency
    has_twins: Mask

    @property
    def name(self) -> str:  # type: ignore[override] # nothing sets it
        """Name of the operator in reports."""
        return self.whole.name

    @property
    def interval(self) -> Interval:
        """Interval that encloses the spectrum of the whole operator."""
        return self.whole.interval

    def form(self) -> ScaledAdjacency:
        """Return the form of the quotient."""
        return self.reduced

    def of_branches(self, branches: Branches) -> Quotient:
        """Return the operator on the vertices that represent isomorphic branches."""
        kept, form = branches.kept, self.reduced
        reduced = replace(
            form,
            graph=_part(form.graph, np.flatnonzero(kept)),
            squared_scale=(form.squared_scale * branches.squared_factor)[kept],
            diagonal=form.diagonal[kept],
        )
        return replace(self, reduced=reduced, has_twins=self.has_twins[kept])

    def with_graph(self, graph: Graph) -> Quotient:
        """Return the same operator of another graph."""
        return replace(self, reduced=replace(self.reduced, graph=graph))

    def ordered(self) -> tuple[Quotient, NDArray[np.int32]]:
        """Return the operator with linked rows close to each other, and the former row of every row.

        The graph must have no weights; see :func:`~graphspec.graphs.ordered_for_products`.
        """
        form = self.reduced
        graph, order = ordered_for_products(form.graph)
        reduced = replace(form, graph=graph, squared_scale=form.squared_scale[order], diagonal=form.diagonal[order])
        return replace(self, reduced=reduced, has_twins=self.has_twins[order]), order


def quotient(operator: GraphOperator, vertices: Vertices, twins: Twins, size: Vector) -> Quotient:
    """Return the operator on the vertices that remain when one twin of every class is kept.

    Parameters
    ----------
    operator
        The operator of the whole graph.
    vertices
        Remaining vertices, in increasing order.
    twins
        The classes of twins, whose first members are among the remaining vertices.
    size
        Sizes of the classes; see :func:`class_sizes`.
    """
    form = operator.form()
    linked = np.zeros(operator.num_rows, bool)
    linked[twins.first[twins.linked]] = True
    inner = np.where(linked[vertices], size - 1.0, 0.0)
    squared_scale = form.squared_scale[vertices]
    reduced = ScaledAdjacency(
        graph=form.graph if len(vertices) == operator.num_rows else _part(form.graph, vertices),
        factor=form.factor,
        squared_scale=size * squared_scale,
        diagonal=form.diagonal[vertices] + form.factor * (inner * squared_scale),
    )
    return Quotient(operator, reduced, linked[vertices])


def _part(graph: Graph, vertices: Vertices) -> Graph:
    """Return the subgraph of some vertices without labels, which would take as much memory as a vector."""
    return replace(graph.subgraph(vertices), labels=None)


def class_sizes(vertices: Vertices, twins: Twins, num_nodes: int) -> Vector:
    """Return the sizes of the classes that vertices represent, shape (vertices,)."""
    return (np.bincount(twins.first, minlength=num_nodes)[vertices] + 1).astype(np.float64)


def twin_atoms(operator: GraphOperator, twins: Twins) -> list[Atom]:
    """Return the eigenvalues of differences of twins: a - b for diagonal entries a and mutual entries b."""
    form = operator.form()
    mutual = form.factor * (twins.linked * form.squared_scale[twins.first])
    return counted_atoms(form.diagonal[twins.first] - mutual, "twins")
