"""Bounds on the smallest eigenvalue that a function is integrated over, and where they come from.

Near zero the logarithm and negative powers are singular, so that a bound on their integral needs one on the spectrum.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import scipy.sparse
from numpy.typing import NDArray
from scipy.sparse import csgraph

from graphspec._typing import Vector
from graphspec.graphs import connected_components
from graphspec.lanczos import gauss_rule_and_ends
from graphspec.operators import GraphOperator, Operator
from graphspec.options import Number, Options, option
from graphspec.sketches import SpectralSketch


@dataclass(frozen=True, kw_only=True)
class LowerEndSettings(Options):
    """Settings of the lower end of a spectrum.

    Attributes
    ----------
    converged
        Largest residual of a smallest Ritz value, relative to it, that is taken for an eigenvalue.
    margin
        Residuals between the smallest such Ritz value and the lower end.
    shrink
        Least relative distance between them: Ritz values of different probes agree to this (chosen).
    rounding
        Smallest eigenvalue, relative to the largest, of a matrix that is positive definite in floating-point numbers:
        below it, the matrix cannot be told from a singular one (Higham, Accuracy and Stability of Numerical
        Algorithms, section 10.1).
    """

    converged: float = option(0.05, Number(0.0, 1.0), "relative residual of a converged Ritz value")
    margin: float = option(2.0, Number(0.0), "residuals below the smallest Ritz value")
    shrink: float = option(1e-3, Number(0.0, 1.0), "least relative distance below it")
    rounding: float = option(float(np.finfo(np.float64).eps), Number(0.0, 1.0), "smallest relative eigenvalue")


DEFAULTS = LowerEndSettings()

_LEAST_WEIGHT = 1e-9  # of a Ritz value in float32: rounding was seen to leave 1e-12


@dataclass(frozen=True)
class LowerEnd:
    """A bound on the smallest of the eigenvalues that are sampled.

    Attributes
    ----------
    value
        The bound.
    source
        Where it comes from: ``given``, ``diagonal dominance``, ``paths``, ``graph``, ``operator``, ``Ritz values`` or
        ``rounding``.
    certain
        Whether it is a bound; otherwise it is an estimate.
    """

    value: float
    source: str
    certain: bool = True


def path_bound(
    entries: scipy.sparse.csr_array, excess: Vector, masses: Vector, roots: NDArray[np.int64] | None = None
) -> float:
    r"""Bound the smallest eigenvalue of a diagonally dominant matrix by paths to the rows where it is strictly so.

    With :math:`x^T A x = \sum_{i<j} w_{ij} (x_i \pm x_j)^2 + \sum_i e_i x_i^2` and a tree of paths, Cauchy's inequality
    gives :math:`x_i^2 \le R_i \sum_{e \in path(i)} w_e (\Delta_e x)^2`, where R_i is the resistance of the path, the
    sum of 1 / w_e. So :math:`\sum_i m_i x_i^2 \le x^T A x \max_e \sum_{i: e \in path(i)} m_i R_i`, and the maximum is
    over the first edges of all paths (Diaconis and Stroock, Ann. Appl. Probab. 1, 36 (1991), for Markov chains). The
    cost is linear in the number of entries.

    Parameters
    ----------
    entries
        Magnitudes of the off-diagonal entries w, shape (n, n), symmetric.
    excess
        Diagonal entries less the sums of the rows' magnitudes, e, shape (n,); none is negative.
    masses
        The weights m, shape (n,): the bound is on the eigenvalues of M^(-1/2) A M^(-1/2).
    roots
        Rows where paths end without resistance, one of each component of a graph: the bound is then on the non-zero
        eigenvalues of a Laplacian, whose sum of squares about the value at the root is at least that about the mean.

    Returns
    -------
    float
        The bound; zero if there are rows without such a path.
    """
    size, grounded = len(masses), roots is None
    ends = np.flatnonzero(excess > 0) if roots is None else roots
    # 1. A breadth-first tree from one further row, which is linked with the ends of all paths.
    link = scipy.sparse.csr_array((np.ones(len(ends)), (np.zeros(len(ends), int), ends)), shape=(1, size))
    linked = scipy.sparse.csr_array(scipy.sparse.block_array([[None, link], [link.T, entries]]), dtype=np.float64)
    order, parent = csgraph.breadth_first_order(linked, 0)
    if len(order) <= size:
        return 0.0
    place = np.empty(size + 1, np.int64)
    place[order] = np.arange(size + 1)
    rows = order[1:]
    above = place[parent[rows]]
    # 2. Resistances of paths and their first edges, one level of the tree after the other.
    own = 1.0 / np.asarray(linked[rows, parent[rows]]).ravel()
    own[: len(ends)] = 1.0 / excess[rows[: len(ends)] - 1] if grounded else 0.0
    resistance, first = np.concatenate([[0.0], own]), np.arange(size + 1)
    start, stop = 1, 1 + len(ends)
    while start <= size:
        level, parents = slice(start, stop), above[start - 1 : stop - 1]
        resistance[level] += resistance[parents]
        if parents[0] > (0 if grounded else len(ends)):
            first[level] = first[parents]
        start, stop = stop, 1 + int(np.searchsorted(above, stop))
    # 3. The largest sum of masses times resistances behind a first edge.
    load = np.bincount(first[1:], weights=masses[rows - 1] * resistance[1:])
    largest = float(load.max(initial=0.0))
    return 1.0 / largest if largest > 0 else np.inf


@dataclass(frozen=True, eq=False)
class Dominance:
    """The diagonal dominance of a symmetric matrix with a positive diagonal.

    Attributes
    ----------
    matrix
        The matrix.
    excess
        Diagonal entries less the sums of the magnitudes of the others in their rows; none is negative.
    """

    matrix: scipy.sparse.csr_array
    excess: Vector

    @classmethod
    def of(cls, matrix: scipy.sparse.csr_array) -> Dominance | None:
        """Return the dominance of a matrix; None where a diagonal entry is smaller than the others of its row."""
        diagonal = matrix.diagonal()
        # No row is empty, as diagonals are positive.
        excess = 2 * diagonal - np.add.reduceat(np.abs(matrix.data), matrix.indptr[:-1])
        # Rounding of the entries makes sums of a row of zero either sign.
        excess[np.abs(excess) < 1e-12 * diagonal] = 0.0
        return None if (excess < 0).any() else cls(matrix, excess)

    def high_end(self, diagonal: Vector, masses: Vector) -> float:
        """Return the largest sum of a row of M^(-1) |A|, at most twice a diagonal entry, which grids nearly attain."""
        return float(((2 * diagonal - self.excess) / masses).max()) * (1 + 1e-9)

    def lower_end(self, masses: Vector) -> LowerEnd | None:
        """Return the bound on the eigenvalues of M^(-1/2) A M^(-1/2), M with diagonal `masses`; None if it is zero."""
        best = LowerEnd(float((self.excess / masses).min()), "diagonal dominance")
        if best.value == 0:  # otherwise all paths have one edge, and give the same
            entries = abs(self.matrix)
            entries.setdiag(0.0)
            entries.eliminate_zeros()
            best = LowerEnd(path_bound(entries, self.excess, masses), "paths")
        return best if best.value > 0 else None


def laplacian_lower_end(operator: GraphOperator) -> LowerEnd:
    """Return the bound on the non-zero eigenvalues of a Laplacian by paths to a vertex in every component."""
    graph = operator.graph
    masses, unit = graph.degrees if operator.name == "normalized" else np.ones(graph.num_nodes), 1.0
    if operator.name == "natural":
        unit = float(np.sqrt(graph.num_nodes)) ** -1
    label = connected_components(graph).label
    # The last vertex of a component in this order is one of largest degree.
    by_degree = np.argsort(graph.degrees, kind="stable")
    roots = np.empty(int(label.max()) + 1, np.int64)
    roots[label[by_degree]] = by_degree
    bound = path_bound(graph.adjacency(), np.zeros(graph.num_nodes), masses, roots)
    return LowerEnd(unit * bound, "paths")


def ritz_lower_end(sketch: SpectralSketch, settings: LowerEndSettings = DEFAULTS) -> LowerEnd:
    """Return the estimated lower end of a positive spectrum, from the smallest Ritz values of the probes.

    Where these have converged, it lies below the smallest one by a few residuals; otherwise it is the smallest
    eigenvalue that can be told from zero.
    """
    values, residuals = extreme_ritz_values(sketch)
    converged = residuals <= settings.converged * np.abs(values)
    floor = settings.rounding * max(abs(sketch.interval.low), abs(sketch.interval.high))
    if 2 * np.count_nonzero(converged) <= len(values) or values.min() <= floor:
        return LowerEnd(floor, "rounding", certain=False)
    lowest = float(values[converged].min())
    below = max(settings.margin * float(np.median(residuals[converged])), settings.shrink * lowest)
    return LowerEnd(max(floor, lowest - below), "Ritz values", certain=False)


@lru_cache(maxsize=2)
def extreme_ritz_values(sketch: SpectralSketch, end: int = 0) -> tuple[Vector, Vector]:
    """Return the extreme Ritz value of every probe and its residual, shape (probes,).

    Eigenvectors that were projected off come back by rounding, with Ritz values of very small weight, which do not
    count.

    Parameters
    ----------
    sketch
        The sketch.
    end
        0 for the low end of the spectrum, -1 for the high one.
    """
    least = 0.0 if sketch.exact or sketch.options.get("precision") == "double" else _LEAST_WEIGHT
    found = []
    for alpha, beta in zip(sketch.alpha, sketch.beta, strict=True):
        values, weights, ends = gauss_rule_and_ends(alpha, beta[:-1])
        extreme = np.flatnonzero(weights > least)[end]
        found.append((values[extreme], np.abs(beta[-1]) * np.sqrt(ends[extreme])))
    values, residuals = np.array(found).T
    return sketch.interval.from_unit(values), sketch.interval.half_width * residuals


def size_bound(sketch: SpectralSketch) -> LowerEnd | None:
    """Return a bound on the non-zero eigenvalues of a Laplacian of a graph without weights, by its size alone.

    With diameter at most n - 1: at least 1 / ((n - 1) 2 m) for the normalised Laplacian (Chung, Spectral Graph Theory,
    lemma 1.9) and 4 / (n (n - 1)) for D - A (Mohar, Graphs and Combinatorics 7, 53 (1991)). None with weights, or
    without the size.
    """
    size, edges = sketch.source.num_nodes, sketch.source.num_edges
    if size is None or not edges or sketch.options.get("weighted", True):
        return None
    if sketch.operator == "normalized":
        return LowerEnd(1.0 / (max(size - 1, 1) * 2.0 * edges), "graph size")
    unit = {"combinatorial": 1.0, "natural": size**-0.5}.get(sketch.operator)
    return None if unit is None else LowerEnd(unit * 4.0 / (size * max(size - 1, 1)), "graph size")


def nonzero_lower_end(sketch: SpectralSketch, operator: Operator | None = None) -> LowerEnd:
    """Return the lower end of the eigenvalues of a Laplacian that are not zeros of components.

    It is a bound by paths where the graph is at hand, or by the size of the graph; otherwise an estimate.
    """
    known = isinstance(operator, GraphOperator) and operator.name in ("normalized", "combinatorial", "natural")
    bound = laplacian_lower_end(operator) if known else size_bound(sketch)  # type: ignore[arg-type]
    return ritz_lower_end(sketch) if bound is None else bound
