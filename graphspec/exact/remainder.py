"""What is left to sample once all is taken out that structure tells exactly: small components, twins, hanging trees.

Small components are solved densely, alike ones once. Of a class of twins one vertex is left: differences of its members
are eigenvectors. The operator on what is left keeps the pattern of an unweighted graph: a class of g vertices has
sqrt(g) times the scale of one, and a diagonal entry where its members are linked with each other. A second round would
find next to nothing in the quotient (of 3239 rows of ca-GrQc, nine), so there is one. Probes are projected off the null
space that trees give; its rows stay.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse
from numpy.typing import NDArray

from graphspec._typing import Vector, Vertices
from graphspec.arrays import first_places, renumbered
from graphspec.exact.isomorphic import alike_components
from graphspec.exact.known import Atom, Family, KnownSpectrum, sorted_atoms, unexplained_vertices
from graphspec.exact.trees import null_space
from graphspec.exact.twins import Twins, find_twins
from graphspec.graphs.components import Components
from graphspec.graphs.graph import Graph
from graphspec.lanczos.products import Pattern, Product, pattern_product, sparse_product
from graphspec.operators.graph_operators import GraphOperator, Operator

Mask = NDArray[np.bool_]


SMALL_COMPONENT = 300
"""Components of up to so many vertices are solved densely, but for the largest one."""

_DENSE_WORK = 400  # cubes of sizes for every vertex and stored entry: about what a pass of 800 products takes
_DIGITS = 12  # of eigenvalues of small components that are called one


@dataclass(frozen=True, eq=False)
class ReducedOperator:
    """The operator of a graph without what is known exactly; see :class:`graphspec.operators.graph_operators.Operator`.

    Its matrix is factor * S W S + diagonal on one vertex of every class of twins outside of small components.

    Attributes
    ----------
    whole
        The operator of the whole graph, from which name, interval and traces are.
    known
        All atoms, and the known eigenvectors that are not zero on what is left.
    graph
        The graph of what is left, without what links members of a class.
    root
        The diagonal of S, shape (num_rows,).
    factor
        The factor of the part outside of the diagonal.
    diagonal
        The diagonal, shape (num_rows,).
    """

    whole: GraphOperator
    known: KnownSpectrum
    graph: Graph
    root: Vector
    factor: float
    diagonal: Vector

    @property
    def name(self) -> str:
        """What the operator is called in reports."""
        return self.whole.name

    @property
    def interval(self) -> tuple[float, float]:
        """Enclosing interval."""
        return self.whole.interval

    @property
    def power_traces(self) -> tuple[float, ...]:
        """Exact traces of the whole operator's powers."""
        return self.whole.power_traces

    @property
    def num_rows(self) -> int:
        """Number of vertices that are left."""
        return self.graph.num_nodes

    def matrix(self) -> scipy.sparse.csr_array:
        """Return the operator on what is left as a sparse float64 matrix, shape (num_rows, num_rows)."""
        scale = scipy.sparse.diags_array(self.root)
        scaled = self.factor * (scale @ self.graph.adjacency() @ scale)
        return scipy.sparse.csr_array(scaled + scipy.sparse.diags_array(self.diagonal))

    def dense(self, rows: Vertices) -> NDArray[np.float64]:
        """Return a dense array of the rows and columns with some numbers, in increasing order."""
        graph, root = self.graph, self.root[rows]
        adjacency = (graph if len(rows) == graph.num_nodes else graph.subgraph(rows)).dense_adjacency()
        return np.asarray(np.diag(self.diagonal[rows]) + self.factor * (root[:, None] * adjacency * root))

    def product(self, num_steps: int, dtype: type[np.floating[Any]] = np.float32) -> Product:
        """Return what multiplies blocks of vectors by X = (A - c) / h, made ready for a number of steps."""
        low, high = self.interval
        center, half = (low + high) / 2, (high - low) / 2
        if self.graph.weights is None:
            graph, diagonal = self.graph, (self.diagonal - center) / half
            return pattern_product(
                Pattern(graph.indptr, graph.indices, self.root, self.factor / half, diagonal), num_steps, dtype
            )

        shifted = self.matrix() - scipy.sparse.diags_array(np.full(self.num_rows, center))
        return sparse_product(scipy.sparse.csr_array(shifted / half).astype(dtype), num_steps)


def reduced(operator: Operator, components: Components) -> tuple[Operator, Components]:
    """Return what is left of a graph's operator, and its components; the operator itself where nothing is known.

    A graph that a dense solver can take as a whole is left in one piece but for twins: its spectrum is a curve.

    Parameters
    ----------
    operator
        The operator of the components' graph.
    components
        The connected components.
    """
    unexplained = len(unexplained_vertices(components, operator.known))
    if not isinstance(operator, GraphOperator) or unexplained == 0:
        return operator, components
    small = np.zeros(components.count, bool)
    eigenvalues: list[Atom] = []
    if unexplained > SMALL_COMPONENT:
        small, eigenvalues = _small_components(operator, components)
    kept = ~small[components.label]
    twins = find_twins(operator.graph, kept)
    kept[twins.others] = False
    left = _left(operator, np.flatnonzero(kept), twins, [*eigenvalues, *_twin_atoms(operator, twins)])
    if kept.all() and left.known.null_space is None:
        return operator, components
    label = renumbered(components.label[kept], components.count)
    return left, Components(left.graph, label, np.bincount(label))


def _left(operator: GraphOperator, vertices: Vertices, twins: Twins, atoms: list[Atom]) -> ReducedOperator:
    """Return the operator on the vertices that are left."""
    size = (np.bincount(twins.first, minlength=operator.num_rows)[vertices] + 1).astype(np.float64)
    linked = np.zeros(operator.num_rows, bool)
    linked[twins.first[twins.linked]] = True
    inner = np.where(linked[vertices], size - 1.0, 0.0)
    families = tuple(_restricted(family, vertices, size) for family in operator.known.families)
    degrees = operator.graph.degrees[vertices]
    if operator.name == "normalized":
        inverse = np.divide(1.0, degrees, out=np.zeros_like(degrees), where=degrees > 0)
        root, factor, diagonal = np.sqrt(size * inverse), -1.0, (degrees > 0) - inner * inverse
    else:
        root, factor, diagonal = np.sqrt(size), 1.0, inner
    if operator.name in ("combinatorial", "natural"):
        factor = -_scale_of(operator)
        diagonal = (degrees - inner) * _scale_of(operator)
    graph = operator.graph if len(vertices) == operator.num_rows else operator.graph.subgraph(vertices)
    null = None
    if operator.name in ("normalized", "adjacency"):
        null = null_space(graph, root, inner == 0)
    if null is not None:
        atoms = [*atoms, Atom(1.0 if operator.name == "normalized" else 0.0, null.dimension, "trees")]
    known = KnownSpectrum(sorted_atoms([*operator.known.atoms, *atoms]), families, null)
    vectors = sum(family.num_vectors for family in families)
    vectors += 0 if null is None else null.dimension
    assert known.dimension + len(vertices) - vectors == operator.num_rows, "multiplicities do not add up"
    return ReducedOperator(operator, known, graph, root, factor, diagonal)


def _scale_of(operator: GraphOperator) -> float:
    """Return the factor between the operator and D - A."""
    return float(1 / np.sqrt(operator.num_rows)) if operator.name == "natural" else 1.0


def _restricted(family: Family, vertices: Vertices, size: Vector) -> Family:
    """Return a family on what is left: an entry stands for all of its class."""
    group = renumbered(family.group[vertices], family.count)
    return Family(family.vector[vertices] * np.sqrt(size), group)


def _twin_atoms(operator: GraphOperator, twins: Twins) -> list[Atom]:
    """Return the eigenvalues of the differences of twins: 1 - a + b in X with diagonal a and mutual entries b."""
    degrees, linked = operator.graph.degrees[twins.first], twins.linked
    if operator.name == "normalized":
        values = np.where(linked, 1.0 + 1.0 / degrees, 1.0)
    elif operator.name == "adjacency":
        values = np.where(linked, -1.0, 0.0)
    else:
        values = (degrees + linked) * _scale_of(operator)
    return _counted(values, "twins")


def _counted(values: Vector, source: str, copies: Vertices | None = None) -> list[Atom]:
    """Return atoms of values, equal ones together."""
    order = np.argsort(values)
    found, first = first_places(values[order])
    counts = np.add.reduceat((np.ones(len(values), np.int64) if copies is None else copies)[order], first)
    return [Atom(value, count, source) for value, count in zip(found.tolist(), counts.tolist(), strict=True)]


def _small_components(operator: GraphOperator, components: Components) -> tuple[Mask, list[Atom]]:
    """Return which components are solved densely, and their eigenvalues that were not known yet."""
    sizes, entries = components.sizes, len(operator.graph.indices)
    small = sizes <= SMALL_COMPONENT
    small[np.argmax(sizes)] = False
    if not small.any():
        return small, []
    graph = operator.graph.subgraph(np.flatnonzero(small[components.label]))
    label = renumbered(components.label[small[components.label]], components.count)
    classes = sorted(alike_components(Components(graph, label, np.bincount(label))), key=lambda item: item.shape[1])
    budget, affordable = _DENSE_WORK * (operator.num_rows + entries), np.zeros(len(label), bool)
    values, copies = [], []
    numbers, position = np.flatnonzero(small), np.zeros(len(label), np.int64)
    for vertices in classes:
        budget -= vertices.shape[1] ** 3
        if budget < 0:
            break
        affordable[vertices] = True
        bipartite = bool(components.bipartite[numbers[label[vertices[0, 0]]]])
        position[vertices[0]] = np.arange(vertices.shape[1])
        found = _unknown_eigenvalues(operator, graph, vertices[0], position, bipartite=bipartite)
        values.append(found)
        copies.append(np.full(len(found), len(vertices)))
    small[numbers[label[~affordable]]] = False
    if not values:
        return small, []
    rounded = np.round(np.concatenate(values), _DIGITS) + 0.0  # no negative zero
    return small, _counted(np.asarray(rounded, np.float64), "small components", np.concatenate(copies))


def _unknown_eigenvalues(
    operator: GraphOperator, graph: Graph, vertices: Vertices, position: Vertices, *, bipartite: bool
) -> Vector:
    """Return the eigenvalues of one component that components and bipartite parts do not tell, in increasing order."""
    known = 0 if operator.name == "adjacency" and len(vertices) > 1 else 1
    if len(vertices) == known:
        return np.zeros(0)
    matrix = np.zeros((len(vertices), len(vertices)))
    for row, vertex in enumerate(vertices):
        entries = slice(graph.indptr[vertex], graph.indptr[vertex + 1])
        matrix[row, position[graph.indices[entries]]] = 1.0 if graph.weights is None else graph.weights[entries]
    degrees = matrix.sum(axis=1)
    if operator.name == "normalized":
        roots = 1 / np.sqrt(degrees)
        matrix = np.eye(len(vertices)) - roots[:, None] * matrix * roots
    elif operator.name != "adjacency":
        matrix = (np.diag(degrees) - matrix) * _scale_of(operator)
    # Known are the smallest, zero, and of bipartite ones the largest, two.
    last = len(vertices) - (operator.name == "normalized" and bipartite)
    return np.asarray(np.linalg.eigvalsh(matrix)[known:last])
