"""The part of a graph's spectrum that is known exactly, with the eigenvectors that belong to it.

Whatever is known here is never estimated: probes are projected off these eigenvectors before the Lanczos pass, and the
eigenvalues come back as atoms with their exact multiplicities. Connected components and bipartite parts are found
here; further kinds of structure add their own atoms and families to :class:`KnownSpectrum`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from graphspec.exact.trees import NullSpace
from graphspec.graphs.components import Components


@dataclass(frozen=True)
class Atom:
    """A point mass of the spectrum: an eigenvalue, how often it occurs, and the structure that explains it."""

    eigenvalue: float
    multiplicity: int
    source: str


@dataclass(frozen=True, eq=False)
class Family:
    """Orthonormal vectors with disjoint supports, one for every group of vertices that holds a non-zero entry.

    Attributes
    ----------
    vector
        All of them in one array, shape (n,).
    group
        Which of them each entry belongs to, shape (n,).
    """

    vector: NDArray[np.float64]
    group: NDArray[np.int32]

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

    def touches(self, components: Components) -> NDArray[np.bool_]:
        """Tell in which components entries are not zero, shape (components,)."""
        if components.count == 1:
            return np.array([bool(self.vector.any())])
        touched = np.zeros(components.count, bool)
        touched[components.label[self.vector != 0]] = True
        return touched

    @cached_property
    def single(self) -> bool:
        """Whether there is one vector only."""
        return not self.group.any()

    def remove_from(self, probe: NDArray[np.float64]) -> None:
        """Project a probe, shape (n,), or several, shape (count, n), off every vector of the family, in place."""
        # Sums in one fixed order: a threaded BLAS dot would depend on the number of threads.
        if self.single:
            product = self.vector * probe
            sums = np.sum(product, axis=-1, keepdims=True)
            probe -= np.multiply(self.vector, sums, out=product)
            return
        group = self.group
        if probe.ndim > 1:
            group = group + self.count * np.arange(len(probe), dtype=np.intp)[:, None]
        overlap = np.bincount(group.ravel(), weights=(self.vector * probe).ravel())
        probe -= self.vector * overlap[group]


@dataclass(frozen=True, eq=False)
class KnownSpectrum:
    """Eigenvalues known exactly and orthonormal eigenvectors that span their eigenspaces.

    Those of trees are a space that is projected on without vectors of its own.
    """

    atoms: tuple[Atom, ...] = ()
    families: tuple[Family, ...] = ()
    null_space: NullSpace | None = None

    @property
    def dimension(self) -> int:
        """Number of known eigenvalues, counted with multiplicity."""
        return sum(atom.multiplicity for atom in self.atoms)

    def remove_from(self, probes: NDArray[np.float64]) -> None:
        """Project probes, shape (n,) or (count, n), off all known eigenvectors, in place."""
        for family in self.families:
            family.remove_from(probes)
        if self.null_space is not None:
            for probe in np.atleast_2d(probes):
                self.null_space.remove_from(probe)


def known_spectrum(components: Components, operator: str) -> KnownSpectrum:
    """Return what components and bipartite parts say about the spectrum of one of the operators.

    For the normalised Laplacian the multiplicity of 0 is the number of components (eigenvector: square roots of the
    degrees) and that of 2 the number of bipartite components with an edge (the same with signs); Chung, Spectral
    Graph Theory (1997), lemma 1.7. The combinatorial and natural Laplacians share the multiplicity of 0 (constant
    vectors). The adjacency matrix has a zero eigenvalue for every isolated vertex.

    Parameters
    ----------
    components
        The components of the graph.
    operator
        ``normalized``, ``combinatorial``, ``natural`` or ``adjacency``.
    """
    graph, label = components.graph, components.label
    isolated = graph.num_neighbours == 0
    if graph.num_nodes == 0:
        return KnownSpectrum()
    if operator == "adjacency":
        count = int(np.count_nonzero(isolated))
        if count == 0:
            return KnownSpectrum()
        return KnownSpectrum((Atom(0.0, count, "isolated vertices"),), (Family(isolated.astype(np.float64), label),))
    zero = Atom(0.0, components.count, "components")
    if operator != "normalized":
        return KnownSpectrum((zero,), (_family(np.ones(graph.num_nodes), label),))
    root = np.where(isolated, 1.0, np.sqrt(graph.degrees))
    families = [_family(root, label)]
    atoms = [zero]
    if components.bipartite.any():
        signed = np.where(components.bipartite[label], root * (1.0 - 2.0 * components.side), 0.0)
        families.append(_family(signed, label))
        atoms.append(Atom(2.0, int(np.count_nonzero(components.bipartite)), "bipartite components"))
    return KnownSpectrum(tuple(atoms), tuple(families))


def unexplained_vertices(components: Components, known: KnownSpectrum) -> NDArray[np.int64]:
    """Return the vertices of all components whose spectrum is not known completely, in increasing order."""
    explained = np.zeros(components.count, dtype=np.int64)
    for family in known.families:
        explained += family.touches(components)
    unexplained = components.sizes > explained
    if unexplained.all():
        return np.arange(components.graph.num_nodes)
    return np.flatnonzero(unexplained[components.label])


def sorted_atoms(atoms: Sequence[Atom]) -> tuple[Atom, ...]:
    """Return the atoms in increasing order of their eigenvalues."""
    return tuple(sorted(atoms, key=lambda atom: (atom.eigenvalue, atom.source)))


def point_masses(atoms: Sequence[Atom], most: int | None = None) -> tuple[Atom, ...]:
    """Return atoms of equal eigenvalues as one, in increasing order; of more than `most`, the largest ones."""
    united: list[Atom] = []
    for atom in sorted_atoms(atoms):
        last = united[-1] if united else None
        if last is not None and atom.eigenvalue - last.eigenvalue < _SAME * max(1.0, abs(atom.eigenvalue)):
            source = last.source if atom.source in last.source else f"{last.source}, {atom.source}"
            united[-1] = Atom(last.eigenvalue, last.multiplicity + atom.multiplicity, source)
        else:
            united.append(atom)
    return sorted_atoms(sorted(united, key=lambda atom: -atom.multiplicity)[:most])


_SAME = 1e-10  # relative difference of eigenvalues that are called one where they are shown


def _family(vector: NDArray[np.float64], group: NDArray[np.int32]) -> Family:
    norms = np.sqrt(np.bincount(group, weights=vector * vector))
    scale = np.divide(1.0, norms, out=np.zeros_like(norms), where=norms > 0)
    return Family(vector * (scale[0] if len(scale) == 1 else scale[group]), group)
