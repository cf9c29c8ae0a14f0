"""Remainder of an operator: the part of its spectrum to sample, without the exactly known eigenvalues.

Small components are solved densely, once for every isomorphism class. Of every class of twins one vertex remains, as
differences of its members are eigenvectors. There is no second search for twins in the quotient, where they are rare
(nine of the 3239 rows of ca-GrQc); of equal branches of a vertex one remains there. Probes are projected off the null
space due to hanging trees, whose rows remain.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from graphspec._typing import Vector, Vertices
from graphspec.arrays import renumbered
from graphspec.exact.atoms import Atom, Family, KnownSpectrum, sorted_atoms
from graphspec.exact.branches import find_branches
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
    """An operator without the exactly known part of its spectrum.

    Attributes
    ----------
    whole
        The operator of the whole graph.
    operator
        The operator on the remaining rows.
    known
        All exactly known eigenvalues, and the known eigenvectors that are not zero on the remaining rows.
    dense_rows
        Remaining rows whose eigenvalues are computed densely rather than sampled, or None.
    """

    whole: Operator
    operator: Operator
    known: KnownSpectrum
    dense_rows: Vertices | None = None

    @classmethod
    def nothing_known(cls, operator: Operator) -> Remainder:
        """Return the remainder of an operator without known eigenvalues."""
        return cls(operator, operator, KnownSpectrum())


def take_out(
    operator: Operator,
    components: Components | None = None,
    settings: ExactSettings = DEFAULTS,
    *,
    orders: Callable[[Quotient], bool] | None = None,
) -> Remainder:
    """Remove the exactly known eigenvalues of an operator.

    Parameters
    ----------
    operator
        The operator.
    components
        The connected components of its graph, if they have been computed already.
    settings
        Limits of the work.
    orders
        Tells of a quotient whether its rows are to be put in an order in which linked rows are close; by default they
        are not. Its graph must have no weights.

    Returns
    -------
    Remainder
        The remainder to sample; the operator itself where nothing is known and its rows stay in their order.
    """
    if not isinstance(operator, GraphOperator):
        return Remainder(operator, operator, given_spectrum(operator))
    if components is None:
        components = connected_components(operator.graph)
    known = component_spectrum(operator, components)
    unexplained = unexplained_vertices(components, known)
    if len(unexplained) == 0:
        return Remainder(operator, operator, known, unexplained)
    # 1. Small components, unless a dense solver takes the whole graph: its spectrum is then drawn as a curve.
    solved, atoms = np.zeros(components.count, bool), list(known.atoms)
    if len(unexplained) > settings.dense_limit:
        solved, eigenvalues = solve_small_components(operator, components, settings)
        atoms += eigenvalues
    kept = ~solved[components.label]
    # 2. Twins among the remaining vertices: the first of each class is kept.
    twins = find_twins(operator.graph, kept)
    kept[twins.others] = False
    atoms += twin_atoms(operator, twins)
    # 3. The quotient; of equal branches the first is kept.
    vertices = np.flatnonzero(kept)
    size = class_sizes(vertices, twins, operator.num_rows)
    reduced = quotient(operator, vertices, twins, size)
    large = len(unexplained) > settings.dense_limit
    branches = find_branches(reduced.form(), operator.interval, settings) if large else None
    if branches is not None:
        reduced, atoms = reduced.of_branches(branches), atoms + branches.atoms
        vertices, size = vertices[branches.kept], (size * branches.copies)[branches.kept]
    ordered = orders is not None and orders(reduced)
    if ordered:
        reduced, order = reduced.ordered()
        vertices, size = vertices[order], size[order]
    # 4. The known eigenvectors there, and the null space due to trees.
    known = _known_of_quotient(reduced, known, atoms, size, vertices, settings)
    same = len(vertices) == operator.num_rows and known.null_space is None and not ordered
    remainder = Remainder(operator, operator if same else reduced, known)
    label = renumbered(components.label[vertices], components.count)
    remaining = Components(reduced.form().graph, label, np.bincount(label))
    rows = unexplained_vertices(remaining, known)
    return replace(remainder, dense_rows=rows if len(rows) <= settings.dense_limit else None)


def _known_of_quotient(
    reduced: Quotient,
    known: KnownSpectrum,
    atoms: list[Atom],
    size: Vector,
    vertices: Vertices,
    settings: ExactSettings,
) -> KnownSpectrum:
    """Return all atoms with the eigenvectors on the quotient, and the null space due to hanging trees."""
    form, null = reduced.form(), None
    if reduced.whole.tree_eigenvalue is not None:
        null = null_space(form.graph, np.sqrt(form.squared_scale), ~reduced.has_twins, settings)
        if null is not None:
            atoms = [*atoms, Atom(reduced.whole.tree_eigenvalue, null.dimension, "trees")]
    families = tuple(_restricted(family, vertices, size) for family in known.families)
    spectrum = KnownSpectrum(sorted_atoms(atoms), families, null)
    total = spectrum.dimension + len(vertices) - spectrum.num_vectors
    assert total == reduced.whole.num_rows, "multiplicities do not add up"
    return spectrum


def _restricted(family: Family, vertices: Vertices, size: Vector) -> Family:
    """Return a family on the remaining vertices, each of which represents its class."""
    group = renumbered(family.group[vertices], family.count)
    if not group.any():  # one group, which takes no memory
        group = np.broadcast_to(np.int32(0), group.shape)
    return Family(family.vector[vertices] * np.sqrt(size), group)
