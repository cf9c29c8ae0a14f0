"""What is left to sample once all is taken out that structure tells exactly.

Small components are solved densely, isomorphic ones once. Of a class of twins one vertex is left: differences of its
members are eigenvectors. A second round would find next to nothing in the quotient (of 3239 rows of ca-GrQc, nine), so
there is one. Probes are projected off the null space that hanging trees give; its rows stay.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from graphspec._typing import Vector, Vertices
from graphspec.arrays import renumbered
from graphspec.exact.atoms import Atom, Family, KnownSpectrum, sorted_atoms
from graphspec.exact.components import component_spectrum, given_spectrum, unexplained_vertices
from graphspec.exact.quotient import Quotient, class_sizes, quotient, twin_atoms
from graphspec.exact.settings import DEFAULTS, ExactSettings
from graphspec.exact.small_components import solve_small_components
from graphspec.exact.trees import null_space
from graphspec.exact.twins import find_twins
from graphspec.graphs import Components, connected_components
from graphspec.operators import GraphOperator, Operator


@dataclass(frozen=True, eq=False)
class Remainder:
    """An operator without what is known exactly of its spectrum.

    Attributes
    ----------
    whole
        The operator from which it was taken out.
    operator
        The operator on what is left to sample.
    known
        All exactly known eigenvalues, and the known eigenvectors that are not zero on what is left.
    dense_rows
        Rows of what is left whose eigenvalues are better computed densely than sampled, or None.
    """

    whole: Operator
    operator: Operator
    known: KnownSpectrum
    dense_rows: Vertices | None = None

    @classmethod
    def nothing_known(cls, operator: Operator) -> Remainder:
        """Return the remainder of an operator of which nothing is taken out."""
        return cls(operator, operator, KnownSpectrum())


def take_out(operator: Operator, components: Components | None = None, settings: ExactSettings = DEFAULTS) -> Remainder:
    """Take out what is known exactly of the spectrum of an operator.

    Parameters
    ----------
    operator
        The operator.
    components
        The connected components of its graph, where they are at hand already.
    settings
        Limits of what is worth the work.

    Returns
    -------
    Remainder
        What is left to sample; the operator itself where nothing is known.
    """
    if not isinstance(operator, GraphOperator):
        return Remainder(operator, operator, given_spectrum(operator))
    if components is None:
        components = connected_components(operator.graph)
    known = component_spectrum(operator, components)
    unexplained = unexplained_vertices(components, known)
    if len(unexplained) == 0:
        return Remainder(operator, operator, known, unexplained)
    # Small components, unless a dense solver takes the whole graph: its spectrum is then drawn as a curve.
    solved, atoms = np.zeros(components.count, bool), list(known.atoms)
    if len(unexplained) > settings.dense_limit:
        solved, eigenvalues = solve_small_components(operator, components, settings)
        atoms += eigenvalues
    kept = ~solved[components.label]
    # Twins among what is left: the first of each class stays.
    twins = find_twins(operator.graph, kept)
    kept[twins.others] = False
    atoms += twin_atoms(operator, twins)
    vertices = np.flatnonzero(kept)
    reduced = quotient(operator, vertices, twins)
    known = _known_of_quotient(
        reduced, known, atoms, class_sizes(vertices, twins, operator.num_rows), vertices, settings
    )
    remainder = Remainder(operator, operator if kept.all() and known.null_space is None else reduced, known)
    label = renumbered(components.label[kept], components.count)
    left = Components(reduced.form().graph, label, np.bincount(label))
    rows = unexplained_vertices(left, known)
    return replace(remainder, dense_rows=rows if len(rows) <= settings.dense_limit else None)


def _known_of_quotient(
    reduced: Quotient,
    known: KnownSpectrum,
    atoms: list[Atom],
    size: Vector,
    vertices: Vertices,
    settings: ExactSettings,
) -> KnownSpectrum:
    """Return all atoms with the eigenvectors on the quotient, and the null space that hanging trees give."""
    form, null = reduced.form(), None
    if reduced.whole.tree_eigenvalue is not None:
        null = null_space(form.graph, np.sqrt(form.squared_scale), reduced.inner == 0, settings)
        if null is not None:
            atoms = [*atoms, Atom(reduced.whole.tree_eigenvalue, null.dimension, "trees")]
    families = tuple(_restricted(family, vertices, size) for family in known.families)
    everything = KnownSpectrum(sorted_atoms(atoms), families, null)
    total = everything.dimension + len(vertices) - everything.num_vectors
    assert total == reduced.whole.num_rows, "multiplicities do not add up"
    return everything


def _restricted(family: Family, vertices: Vertices, size: Vector) -> Family:
    """Return a family on what is left: an entry stands for all of its class."""
    group = renumbered(family.group[vertices], family.count)
    return Family(family.vector[vertices] * np.sqrt(size), group)
