"""Coordinates of vertices from the lowest eigenvectors of an operator."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from graphspec._typing import Matrix, Vector, Vertices
from graphspec.clusters import LowPart, LowSpectrum, PartitionSettings, group_vertices, lowest_spectrum
from graphspec.errors import ParameterError
from graphspec.notebook import Shown
from graphspec.operators import GraphOperator, Operator

_TIE = 1e-6
"""Difference of eigenvalues that are one, relative to half the interval: as large as residuals may be."""
_LARGEST = 1 - 1e-6
"""Share of the largest entry of a vector from which on an entry may be it: others are as large but for rounding."""


@dataclass(frozen=True, eq=False, repr=False)
class Embedding(Shown):
    """The lowest eigenvectors of an operator, as coordinates of the vertices.

    Signs: of the entries of a vector that are largest by magnitude, the first one is positive. In the eigenspace of a
    repeated eigenvalue any orthonormal basis would do as well.

    Attributes
    ----------
    eigenvalues
        The lowest eigenvalues in increasing order, shape (k,).
    vectors
        Orthonormal eigenvectors as columns, shape (n, k).
    residuals
        Norms of A v - lambda v, shape (k,).
    multiplicities
        Number of eigenvalues among these that are equal to each, shape (k,).
    following
        The next eigenvalue; infinity where there is none.
    cut
        Whether the next eigenvalue is equal to the last, so that a part of an eigenspace is missing.
    method
        Solvers that were used, joined by ``+``: ``filter``, ``dense``, ``shift-invert``, ``arpack``.
    """

    eigenvalues: Vector
    vectors: Matrix
    residuals: Vector
    multiplicities: Vertices
    following: float
    cut: bool
    method: str


def embedding(
    operator: Operator,
    dimension: int,
    *,
    residual: float = 1e-6,
    seed: int = 0,
    threads: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> Embedding:
    """Compute the lowest eigenpairs of an operator.

    Parameters
    ----------
    operator
        The operator; that of a graph is solved component by component.
    dimension
        Number k of eigenpairs.
    residual
        Norm of residuals at most, relative to half the interval of the operator.
    seed
        Seed of the solver's random vectors.
    threads
        Number of threads.
    progress
        Called with numbers of products of the matrix with one vector as they are taken.

    Raises
    ------
    ParameterError
        If there are fewer eigenvalues.
    NotConvergedError
        If no solver converges.
    """
    low = lowest_spectrum(operator, dimension, residual=residual, seed=seed, threads=threads, progress=progress)
    tie = _TIE * operator.interval.half_width
    # 1. Choose the lowest among the eigenpairs of all components: equal ones in the order of the components.
    pairs = [
        (float(value), number, copy, column)
        for number, part in enumerate(low.parts)
        for copy in range(part.copies)
        for column, value in enumerate(part.eigenvalues)
    ]
    pairs.sort(key=lambda pair: (pair[0], int(low.parts[pair[1]].vertices[pair[2], 0]), pair[3]))
    chosen, others = pairs[:dimension], pairs[dimension:]
    following = min([part.following for part in low.parts] + [pair[0] for pair in others[:1]])
    # 2. Write them into columns.
    residuals = [_residuals(operator, part) for part in low.parts]
    vectors = np.zeros((operator.num_rows, dimension))
    for target, (_, number, copy, column) in enumerate(chosen):
        part = low.parts[number]
        vectors[part.vertices[copy], target] = _signed(part.vectors[:, column])
    values = np.array([pair[0] for pair in chosen])
    return Embedding(
        eigenvalues=values,
        vectors=vectors,
        residuals=np.array([residuals[number][column] for _, number, _, column in chosen]),
        multiplicities=np.count_nonzero(np.abs(values[:, None] - values) <= tie, axis=1),
        following=following,
        cut=bool(following - values[-1] <= tie),
        method=low.method,
    )


def partition_into(
    operator: GraphOperator,
    number: int,
    *,
    seed: int = 0,
    threads: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> Vertices:
    """Group the vertices of a graph into a given number of clusters by its lowest eigenvectors, shape (n,).

    As :func:`graphspec.clusters.group_vertices` does with those below a gap: components are never joined, and every
    component is divided into as many clusters as it has of the lowest eigenvalues.

    Parameters
    ----------
    operator
        Laplacian of the graph.
    number
        Number of clusters.
    seed
        Seed of the solver's random vectors.
    threads
        Number of threads.
    progress
        Called with numbers of products of the matrix with one vector as they are taken.

    Raises
    ------
    ParameterError
        If the graph has more components, fewer vertices, or isomorphic components between which the number decides
        nothing.
    NotConvergedError
        If no solver converges.
    """
    low = lowest_spectrum(operator, number, residual=_TIE, seed=seed, threads=threads, progress=progress)
    components = sum(part.copies for part in low.parts)
    if components > number:
        raise ParameterError(
            f"{number:,} clusters are asked for, and the graph has {components:,} components: join none, or take the "
            "largest alone",
            "k",
        )
    # A group of any size is one that was asked for.
    return group_vertices(_with_count(low, number, components), PartitionSettings(pocket_size=1.0))


def _with_count(low: LowSpectrum, number: int, components: int) -> LowSpectrum:
    """Return the lowest eigenpairs of all components, one of each component at least."""
    counts, total = [1 for _ in low.parts], components
    rest = sorted(
        (float(value), index, column)
        for index, part in enumerate(low.parts)
        for column, value in enumerate(part.eigenvalues)
        if column
    )
    for _, index, column in rest:
        if total >= number:
            break
        counts[index], total = column + 1, total + low.parts[index].copies
    if total > number:
        copies = low.parts[index].copies
        raise ParameterError(
            f"{number:,} clusters would divide some of {copies:,} isomorphic components and not the others: "
            f"{total - copies:,} or {total:,} are possible",
            "k",
        )
    return low.first(counts)


def _residuals(operator: Operator, part: LowPart) -> Vector:
    own = operator.restricted(part.vertices[0]) if isinstance(operator, GraphOperator) else operator
    return np.asarray(np.linalg.norm(own.matrix() @ part.vectors - part.vectors * part.eigenvalues, axis=0))


def _signed(vector: Vector) -> Vector:
    """Return a vector or its negative, so that the first of its largest entries is positive."""
    sizes = np.abs(vector)
    return vector if vector[int(np.argmax(sizes >= _LARGEST * sizes.max()))] > 0 else -vector
