"""Isomorphic branches: equal trees that hang on one vertex, of which differences are eigenvectors.

Twins of one neighbour are the smallest ones. g copies of a branch give every eigenvalue of its own matrix g - 1 times,
and one branch remains, whose link with its vertex is sqrt(g) times as strong. As branches are trees, that is a scaling
of their rows by g and 1 / g in turns, and the matrix of an unweighted graph needs no weights. Copies within a branch
are treated alike: regular trees, dendrimers and stars of equal paths keep as many rows as they have levels.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from graphspec._typing import Mask, Vector, Vertices
from graphspec.arrays import distinct, first_of_equal, mixed_bits
from graphspec.exact.atoms import Atom, solved_atoms
from graphspec.exact.settings import ExactSettings
from graphspec.graphs import Graph, entries_of_rows
from graphspec.operators import Interval, ScaledAdjacency


@dataclass(frozen=True, eq=False)
class Branches:
    """Rows of a matrix that represent isomorphic branches, and the eigenvalues of differences of branches.

    Attributes
    ----------
    kept
        Mask of the rows that remain, shape (n,).
    copies
        Number of rows that each of them represents, itself included, shape (n,).
    squared_factor
        Factor of the squared scale of each of them, shape (n,).
    atoms
        The eigenvalues.
    """

    kept: Mask
    copies: Vector
    squared_factor: Vector
    atoms: list[Atom]


def find_branches(form: ScaledAdjacency, interval: Interval, settings: ExactSettings) -> Branches | None:
    """Return the isomorphic branches of a matrix; None where they hold too few rows.

    Branches are compared by the scale and the diagonal of every row and by the weights of links, exactly.

    Parameters
    ----------
    form
        The matrix.
    interval
        Interval that encloses its spectrum.
    settings
        Limits of the work: of the share of rows, the size of a branch, and all dense solvers together.
    """
    trees = _hanging_trees(form.graph, settings.max_rounds)
    least = max(1.0, settings.min_branches * form.graph.num_nodes)
    if np.count_nonzero(trees.compared) < least:
        return None
    group = _merged(trees, _representatives(form, trees), form, settings)
    dropped = trees.within(group.later)
    if np.count_nonzero(dropped) < least:
        return None
    copies, factor = np.ones(len(dropped)), np.ones(len(dropped))
    for vertices in reversed(trees.rounds):
        parents = trees.parent[vertices]
        copies[vertices] = group.size[vertices] * copies[parents]
        factor[vertices] = group.size[vertices] / factor[parents]
    values, times = _differences(form, trees, group, dropped, copies, factor)
    return Branches(~dropped, copies, factor, solved_atoms(values, times, "branches", settings.digits, interval))


@dataclass(frozen=True, eq=False)
class _Trees:
    """Trees that hang on the vertices of a graph, from the leaves.

    `parent` of their vertices, -1 elsewhere, and the entry of the adjacency matrix that leads there, shape (n,); the
    vertices of every `round` of removing leaves: children come before their parents.
    """

    parent: Vertices
    entry: Vertices
    rounds: list[Vertices]

    @cached_property
    def siblings(self) -> Mask:
        """Mask of the vertices of which a parent has others."""
        children = np.bincount(self.parent[self.parent >= 0], minlength=len(self.parent))
        return np.asarray((self.parent >= 0) & (children[self.parent] > 1))

    @cached_property
    def compared(self) -> Mask:
        """Mask of the vertices of these, and of the trees from them on."""
        return self.within(self.siblings)

    @cached_property
    def children(self) -> tuple[Vertices, Vertices]:
        """All vertices with a parent, ordered by it, and where the children of each vertex begin, shape (n + 1,)."""
        inner = np.flatnonzero(self.parent >= 0)
        number = np.bincount(self.parent[inner], minlength=len(self.parent))
        return inner[np.argsort(self.parent[inner], kind="stable")], np.concatenate([[0], np.cumsum(number)])

    def sizes(self, without: Mask) -> Vertices:
        """Return the number of vertices of the tree from every vertex on, without some branches, shape (n,)."""
        size = np.ones(len(self.parent), np.int64)
        for vertices in (each[~without[each]] for each in self.rounds):
            np.add.at(size, self.parent[vertices], size[vertices])
        return size

    def within(self, roots: Mask) -> Mask:
        """Return the mask of the vertices of the trees from some vertices on."""
        inside = roots.copy()
        for vertices in reversed(self.rounds):
            inside[vertices] |= inside[self.parent[vertices]]
        return inside


@dataclass(frozen=True, eq=False)
class _Groups:
    """Isomorphic branches of one vertex: `size` of the group of each root, and whether it is a `later` one, shape (n,).

    `kind` is the same for roots of isomorphic branches everywhere.
    """

    size: Vertices
    later: Mask
    kind: Vertices


def _hanging_trees(graph: Graph, max_rounds: int) -> _Trees:
    degree = graph.num_neighbours.astype(np.int64)
    alive, parent, entry = degree > 0, np.full(len(degree), -1), np.full(len(degree), -1)
    number = np.arange(len(degree)) if graph.numbers is None else graph.numbers
    leaves, rounds = np.flatnonzero(degree == 1), []
    for _ in range(max_rounds):
        if len(leaves) == 0:
            break
        entries = entries_of_rows(graph.indptr, leaves)
        entries = entries[alive[graph.indices[entries]]]  # the only remaining neighbour
        linked = graph.indices[entries].astype(np.int64)
        # Of two leaves that are linked with each other the first is the root.
        removed = (degree[linked] > 1) | (number[linked] < number[leaves])
        leaves, linked, entries = leaves[removed], linked[removed], entries[removed]
        parent[leaves], entry[leaves] = linked, entries
        alive[leaves] = False
        rounds.append(leaves)
        np.subtract.at(degree, linked, 1)
        leaves = distinct(linked)
        leaves = leaves[degree[leaves] == 1]
    return _Trees(parent, entry, rounds)


def _representatives(form: ScaledAdjacency, trees: _Trees) -> Vertices:
    """Return for the root of every branch the first root of an isomorphic one, links with parents included."""
    found = np.full(len(trees.parent), -1)
    ordered, starts = trees.children
    own = [form.squared_scale, form.diagonal]
    if form.graph.weights is not None:
        own.append(np.where(trees.entry >= 0, form.graph.weights[trees.entry], 0.0))
    for vertices in (each[trees.compared[each]] for each in trees.rounds):
        hashes = np.zeros(len(vertices), np.uint64)
        for values in own:
            hashes = mixed_bits(hashes + values[vertices].view(np.uint64))
        # 1. The children of each, in the order of their kinds.
        lengths = starts[vertices + 1] - starts[vertices]
        row, kinds = np.repeat(np.arange(len(vertices)), lengths), found[ordered[entries_of_rows(starts, vertices)]]
        kinds = kinds[np.lexsort((kinds, row))]
        begin = np.concatenate([[0], np.cumsum(lengths)])
        filled = lengths > 0
        if filled.any():
            hashes[filled] += np.add.reduceat(mixed_bits(kinds.view(np.uint64) + np.uint64(1)), begin[:-1][filled])
        # 2. Those with equal hashes are compared, as hashes may collide.
        _, place, inverse = np.unique(hashes, return_index=True, return_inverse=True)
        first = place[inverse]
        same = lengths == lengths[first]
        for values in own:
            same &= values[vertices] == values[vertices[first]]
        compared = np.flatnonzero(same & (first != np.arange(len(vertices))))
        differs = kinds[entries_of_rows(begin, compared)] != kinds[entries_of_rows(begin, first[compared])]
        same[np.repeat(compared, lengths[compared])[differs]] = False
        found[vertices] = np.where(same, vertices[first], vertices)
    return found


def _merged(trees: _Trees, kind: Vertices, form: ScaledAdjacency, settings: ExactSettings) -> _Groups:
    """Return the groups of isomorphic branches of one vertex that dense solvers can take."""
    ordered = form.graph.by_reading_order(np.flatnonzero(trees.siblings))
    ordered = ordered[np.lexsort((kind[ordered], trees.parent[ordered]))]
    first = first_of_equal(trees.parent[ordered]) | first_of_equal(kind[ordered])
    counts = np.diff(np.append(np.flatnonzero(first), len(ordered)))
    later = np.zeros(len(kind), bool)
    later[ordered[~first]] = True
    sizes = trees.sizes(later)
    # The smallest first, until the cubes of the sizes add up to the work of a pass.
    solved = np.sort(sizes[distinct(kind[ordered[first]][counts > 1])])
    budget = settings.dense_work * (form.graph.num_nodes + len(form.graph.indices))
    fits = (solved <= settings.dense_limit) & (np.cumsum(solved.astype(float) ** 3) <= budget)
    too_large = solved[~fits].min(initial=sizes.max(initial=0) + 1)
    taken = np.repeat(sizes[ordered[first]] < too_large, counts)
    size = np.ones(len(kind), np.int64)
    size[ordered[taken]] = np.repeat(counts, counts)[taken]
    later[ordered[~taken]] = False
    return _Groups(size, later, kind)


def _differences(
    form: ScaledAdjacency, trees: _Trees, group: _Groups, dropped: Mask, copies: Vector, factor: Vector
) -> tuple[list[Vector], list[int]]:
    """Return the eigenvalues of every kind of branch, and how many differences of branches have them."""
    roots = np.flatnonzero((group.size > 1) & ~dropped)
    _, place, inverse = np.unique(group.kind[roots], return_index=True, return_inverse=True)
    times = np.zeros(len(place), np.int64)
    np.add.at(times, inverse, ((group.size[roots] - 1) * copies[trees.parent[roots]]).astype(np.int64))
    scale = np.sqrt(form.squared_scale * factor)
    return [_eigenvalues(form, trees, root, dropped, scale) for root in roots[place]], times.tolist()


def _eigenvalues(form: ScaledAdjacency, trees: _Trees, root: int, dropped: Mask, scale: Vector) -> Vector:
    """Return the eigenvalues of the matrix on the remaining rows of the branch from a root on."""
    ordered, starts = trees.children
    levels = [np.array([root])]
    while len(levels[-1]):
        children = ordered[entries_of_rows(starts, levels[-1])]
        levels.append(children[~dropped[children]])
    vertices = np.concatenate(levels)
    number = dict(zip(vertices.tolist(), range(len(vertices)), strict=True))
    matrix = np.diag(form.diagonal[vertices])
    inner, parents = vertices[1:], trees.parent[vertices[1:]]
    links = form.factor * scale[inner] * scale[parents]
    if form.graph.weights is not None:
        links *= form.graph.weights[trees.entry[inner]]
    matrix[np.arange(1, len(vertices)), [number[parent] for parent in parents.tolist()]] = links  # the lower triangle
    return np.asarray(np.linalg.eigvalsh(matrix))
