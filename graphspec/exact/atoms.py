"""Exactly known eigenvalues, and orthonormal eigenvectors that span their eigenspaces."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from graphspec._typing import Mask, Matrix, Vector, Vertices
from graphspec.exact.trees import NullSpace
from graphspec.graphs import Components
from graphspec.operators import Interval

_SAME = 1e-10  # relative difference of eigenvalues that are shown as one
_ROWS_AT_ONCE = 1 << 18  # 2 MB of a vector


@dataclass(frozen=True)
class Atom:
    """A point mass of the spectrum.

    Attributes
    ----------
    eigenvalue
        The eigenvalue.
    multiplicity
        Multiplicity of the eigenvalue.
    source
        Structure of the graph that implies the eigenvalue.
    """

    eigenvalue: float
    multiplicity: int
    source: str


@dataclass(frozen=True, eq=False)
class Family:
    """Orthonormal vectors with disjoint supports, one for every group of vertices that holds a non-zero entry.

    Attributes
    ----------
    vector
        Sum of the vectors, shape (n,).
    group
        Number of the vector that each entry belongs to, shape (n,).
    """

    vector: Vector
    group: NDArray[np.int32]

    @classmethod
    def normalized(cls, vector: Vector, group: NDArray[np.int32]) -> Family:
        """Return the family of the parts of a vector on groups of vertices, each scaled to length one."""
        norms = np.sqrt(np.bincount(group, weights=vector * vector))
        scale = np.divide(1.0, norms, out=np.zeros_like(norms), where=norms > 0)
        return cls(vector * (scale[0] if len(scale) == 1 else scale[group]), group)

    @property
    def count(self) -> int:
        """Number of groups."""
        return int(self.group.max()) + 1 if len(self.group) else 0

    @property
    def num_vectors(self) -> int:
        """Number of groups that hold a non-zero entry."""
        present = np.zeros(self.count, bool)
        present[self.group[self.vector != 0]] = True
        return int(np.count_nonzero(present))

    def touches(self, components: Components) -> Mask:
        """Return the mask of the components with non-zero entries, shape (components,)."""
        if components.count == 1:
            return np.array([bool(self.vector.any())])
        touched = np.zeros(components.count, bool)
        touched[components.label[self.vector != 0]] = True
        return touched

    def columns(self, rows: Vertices) -> Matrix:
        """Return some rows of those vectors that are not zero on them, as columns, shape (rows, vectors)."""
        vector, group = self.vector[rows], self.group[rows]
        vectors = [np.where(group == number, vector, 0.0) for number in np.unique(group[vector != 0])]
        return np.array(vectors).reshape(len(vectors), len(rows)).T

    @cached_property
    def single(self) -> bool:
        """Whether there is a single group."""
        return not self.group.any()

    def remove_from(self, probe: Vector) -> None:
        """Project a probe, shape (n,), or several, shape (count, n), off every vector of the family, in place."""
        # Sums in one fixed order: a threaded BLAS dot would depend on the number of threads.
        if self.single:
            # Some rows at a time: threads that draw the probes of a large graph would hold two of its vectors each.
            parts = [slice(start, start + _ROWS_AT_ONCE) for start in range(0, len(self.vector), _ROWS_AT_ONCE)]
            sums = sum(np.sum(self.vector[rows] * probe[..., rows], axis=-1, keepdims=True) for rows in parts)
            for rows in parts:
                probe[..., rows] -= self.vector[rows] * sums
            return
        group = self.group
        if probe.ndim > 1:
            group = group + self.count * np.arange(len(probe), dtype=np.intp)[:, None]
        overlap = np.bincount(group.ravel(), weights=(self.vector * probe).ravel())
        probe -= self.vector * overlap[group]


@dataclass(frozen=True, eq=False)
class KnownSpectrum:
    """Exactly known eigenvalues with orthonormal eigenvectors that span their eigenspaces.

    Attributes
    ----------
    atoms
        The eigenvalues.
    families
        Eigenvectors of the atoms, except those of trees.
    null_space
        Null space due to hanging trees, which provides projections without a basis.
    """

    atoms: tuple[Atom, ...] = ()
    families: tuple[Family, ...] = ()
    null_space: NullSpace | None = None

    @property
    def dimension(self) -> int:
        """Number of known eigenvalues, counted with multiplicity."""
        return sum(atom.multiplicity for atom in self.atoms)

    @property
    def num_vectors(self) -> int:
        """Number of known eigenvectors, the dimension of the null space included."""
        null = 0 if self.null_space is None else self.null_space.dimension
        return sum(family.num_vectors for family in self.families) + null

    def columns(self, rows: Vertices) -> Matrix:
        """Return some rows of those eigenvectors of the families that are not zero on them, as columns."""
        return np.concatenate([np.zeros((len(rows), 0)), *[family.columns(rows) for family in self.families]], axis=1)

    def remove_from(self, probes: Matrix) -> None:
        """Project probes, shape (n,) or (count, n), off all known eigenvectors, in place."""
        for family in self.families:
            family.remove_from(probes)
        if self.null_space is not None:
            for probe in np.atleast_2d(probes):
                self.null_space.remove_from(probe)


def sorted_atoms(atoms: Sequence[Atom]) -> tuple[Atom, ...]:
    """Return atoms in increasing order of their eigenvalues."""
    return tuple(sorted(atoms, key=lambda atom: (atom.eigenvalue, atom.source)))


def point_masses(atoms: Sequence[Atom], limit: int | None = None) -> tuple[Atom, ...]:
    """Return atoms with equal eigenvalues merged, in increasing order, and of more than `limit` the largest ones."""
    united: list[Atom] = []
    for atom in sorted_atoms(atoms):
        last = united[-1] if united else None
        if last is not None and atom.eigenvalue - last.eigenvalue < _SAME * max(1.0, abs(atom.eigenvalue)):
            source = last.source if atom.source in last.source else f"{last.source}, {atom.source}"
            united[-1] = Atom(last.eigenvalue, last.multiplicity + atom.multiplicity, source)
        else:
            united.append(atom)
    return sorted_atoms(sorted(united, key=lambda atom: -atom.multiplicity)[:limit])


def solved_atoms(
    values: Sequence[Vector], copies: Sequence[int], source: str, digits: int, interval: Interval
) -> list[Atom]:
    """Return the atoms of eigenvalues from dense solvers, of which equal ones differ by rounding.

    Parameters
    ----------
    values
        The eigenvalues of every matrix.
    copies
        Multiplicity of those of each.
    source
        Structure of the graph that implies them.
    digits
        Decimals to which they are rounded, for an interval as wide as that of the normalised Laplacian.
    interval
        Interval that encloses the spectrum.
    """
    if not values:
        return []
    unit = math.ldexp(1.0, math.frexp(interval.half_width)[1] - 1)
    rounded = unit * (np.round(np.concatenate(values) / unit, digits) + 0.0)  # no negative zero
    return counted_atoms(rounded, source, np.repeat(copies, [len(found) for found in values]))


def counted_atoms(values: Vector, source: str, copies: NDArray[np.int64] | None = None) -> list[Atom]:
    """Return the atoms of eigenvalues, with equal eigenvalues merged.

    Parameters
    ----------
    values
        The eigenvalues.
    source
        Structure of the graph that implies them.
    copies
        Multiplicity of each of them; by default 1.
    """
    order = np.argsort(values)
    distinct_values, first = np.unique(values[order], return_index=True)
    counts = np.add.reduceat((np.ones(len(values), np.int64) if copies is None else copies)[order], first)
    return [Atom(value, count, source) for value, count in zip(distinct_values.tolist(), counts.tolist(), strict=True)]
