"""Spectra of small components by a dense solver, once for every isomorphism class."""

from __future__ import annotations

import numpy as np
import scipy.sparse
from numpy.typing import NDArray

from graphspec._typing import Mask, Vector
from graphspec.arrays import renumbered
from graphspec.exact.atoms import Atom, solved_atoms
from graphspec.exact.isomorphic import isomorphic_components
from graphspec.exact.settings import ExactSettings
from graphspec.graphs import Components
from graphspec.operators import GraphOperator


def solve_small_components(
    operator: GraphOperator, components: Components, settings: ExactSettings
) -> tuple[Mask, list[Atom]]:
    """Compute spectra of small components densely, at most at the cost of a pass; the largest component is left out.

    Returns
    -------
    solved
        Mask of the components that were solved, shape (components,).
    atoms
        Their eigenvalues, except those of :func:`graphspec.exact.components.component_spectrum`.
    """
    sizes = components.sizes
    small = sizes <= settings.dense_limit
    small[np.argmax(sizes)] = False
    if not small.any():
        return small, []
    vertices = np.flatnonzero(small[components.label])
    part = operator.restricted(vertices)
    label = renumbered(components.label[vertices], components.count)
    numbers, matrix, null = np.flatnonzero(small), part.matrix(), part.null_vector
    classes = isomorphic_components(Components(part.graph, label, np.bincount(label)))
    # Solve the smallest first, until the cubes of the sizes add up to the work of a pass.
    budget = settings.dense_work * (operator.num_rows + len(operator.graph.indices))
    position, affordable = np.zeros(len(vertices), np.int64), np.zeros(len(vertices), bool)
    values, copies = [], []
    for members in sorted(classes, key=lambda item: item.shape[1]):
        budget -= members.shape[1] ** 3
        if budget < 0:
            break
        affordable[members] = True
        first = members[0]
        position[first] = np.arange(len(first))
        bipartite = bool(components.bipartite[numbers[label[first[0]]]])
        lowest = int(null[first].any())
        highest = int(bipartite and operator.alternating_eigenvalue is not None)
        eigenvalues = _inner_eigenvalues(matrix[first], position, lowest, highest)
        values.append(eigenvalues)
        copies.append(len(members))
    small[numbers[label[~affordable]]] = False
    return small, solved_atoms(values, copies, "small components", settings.digits, operator.interval)


def _inner_eigenvalues(rows: scipy.sparse.csr_array, position: NDArray[np.int64], lowest: int, highest: int) -> Vector:
    """Return the eigenvalues of one component without the known ones at both ends, in increasing order.

    Parameters
    ----------
    rows
        Rows of the component in a sparse matrix.
    position
        Number of every column within the component.
    lowest, highest
        Numbers of known eigenvalues at the low and the high end.
    """
    size = rows.shape[0]
    if size == lowest:
        return np.zeros(0)
    matrix = np.zeros((size, size))
    matrix[np.repeat(np.arange(size), np.diff(rows.indptr)), position[rows.indices]] = rows.data
    return np.asarray(np.linalg.eigvalsh(matrix)[lowest : size - highest])
