"""Eigenvalues that follow from the connected components of a graph."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from graphspec._typing import Vertices
from graphspec.exact.atoms import Atom, Family, KnownSpectrum
from graphspec.graphs import Components, connected_components
from graphspec.operators import ArrayOperator, GraphOperator, Operator


def known_spectrum(operator: Operator, components: Components | None = None) -> KnownSpectrum:
    """Return the eigenvalues that follow from the components of a graph, or that are given with an operator."""
    if not isinstance(operator, GraphOperator):
        return given_spectrum(operator)
    return component_spectrum(operator, connected_components(operator.graph) if components is None else components)


def component_spectrum(operator: GraphOperator, components: Components) -> KnownSpectrum:
    """Return the zeros of components with their null vectors, and the eigenvalues of bipartite components.

    Every component with a null vector has one zero. If the operator has an alternating eigenvalue (2 for the normalised
    Laplacian), the same vector with alternating signs is an eigenvector of every bipartite component.

    Parameters
    ----------
    operator
        The operator.
    components
        The components of its graph.
    """
    if operator.num_rows == 0:
        return KnownSpectrum()
    vector, label = operator.null_vector, components.label
    null = Family.normalized(vector, label)
    if null.num_vectors == 0:
        return KnownSpectrum()
    atoms, families = [Atom(0.0, null.num_vectors, operator.null_source)], [null]
    eigenvalue, bipartite = operator.alternating_eigenvalue, components.bipartite
    if eigenvalue is not None and bipartite.any():
        signed = np.where(bipartite[label], vector * (1.0 - 2.0 * components.side), 0.0)
        families.append(Family.normalized(signed, label))
        atoms.append(Atom(eigenvalue, int(np.count_nonzero(bipartite)), "bipartite components"))
    return KnownSpectrum(tuple(atoms), tuple(families))


def num_low_zeros(operator: Operator, components: Components | None = None) -> int:
    """Return the number of known zeros at the low end of a spectrum: components that the operator annihilates there.

    They do not depend on the structure that is taken out. A Laplacian has one for every component; a regularised one,
    which is positive definite, has none, and an adjacency matrix has its zeros in the middle. Of an operator without a
    graph they are the given eigenvalues at the low end of its interval, whatever their value.

    Parameters
    ----------
    operator
        The operator.
    components
        The components of its graph, for an operator of a graph.
    """
    if not isinstance(operator, GraphOperator) or components is None:
        low = [columns.shape[1] for value, columns in operator.known.items() if value <= operator.interval.low]
        return sum(low)
    if operator.interval.low != 0:
        return 0
    annihilated = np.zeros(components.count, bool)
    annihilated[components.label[operator.null_vector != 0]] = True
    return int(np.count_nonzero(annihilated))


def given_spectrum(operator: Operator) -> KnownSpectrum:
    """Return the eigenvalues and eigenvectors that are given with an operator."""
    atoms = [Atom(value, columns.shape[1], "given") for value, columns in operator.known.items()]
    if isinstance(operator, ArrayOperator) and operator.zero_rows:
        atoms.append(Atom(0.0, operator.zero_rows, "zero rows"))
    families = [
        Family(column, np.zeros(len(column), np.int32))
        for columns in operator.known.values()
        for column in columns.T.copy()
    ]
    return KnownSpectrum(tuple(atoms), tuple(families))


def unexplained_vertices(components: Components, known: KnownSpectrum) -> Vertices:
    """Return the vertices of all components whose spectrum is not known completely, in increasing order."""
    explained = np.zeros(components.count, dtype=np.int64)
    for family in known.families:
        explained += family.touches(components)
    unexplained: NDArray[np.bool_] = components.sizes > explained
    if unexplained.all():
        return np.arange(components.graph.num_nodes)
    return np.flatnonzero(unexplained[components.label])
