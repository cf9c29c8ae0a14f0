"""Sketches, the small results of passes, and their union."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from graphspec.errors import SketchError
from graphspec.exact import Atom
from graphspec.graphs import Components, Dropped, Graph
from graphspec.notebook import Shown
from graphspec.operators import Interval
from graphspec.sketches.probes import ProbeRange, united


@dataclass(frozen=True)
class InputSummary:
    """Summary of the graph of a sketch, for reports; the counts are None for an operator without a graph."""

    name: str
    sha256: str | None = None
    num_nodes: int | None = None
    num_edges: int | None = None
    num_components: int | None = None
    num_isolated: int | None = None
    dropped: Dropped = field(default_factory=Dropped)


@dataclass(frozen=True, eq=False, repr=False)
class SpectralSketch(Shown):
    """The Jacobi coefficients of every probe and the exactly known part: all that later stages need.

    Attributes
    ----------
    alpha, beta
        Jacobi coefficients of X = (A - c) / h, shape (num_probes, num_steps), c and h the centre and half width of
        `interval`. They hold the moments of order 0 to twice the number of steps.
    norm2
        Squared norms of the probes after projection off the known eigenvectors, shape (num_probes,).
    probe_ranges
        Sorted ranges of the probes and their seeds; the rows of the arrays are in this order.
    operator
        Name of the operator A.
    interval
        Interval [a, b] that encloses its spectrum.
    dimension
        Number of eigenvalues n.
    atoms
        The exactly known eigenvalues, which were not sampled.
    num_zeros
        Number of eigenvalues at the low end that belong to connected components, whether or not they are among the
        atoms; see :func:`graphspec.exact.num_low_zeros`.
    low_moments
        Exact moments of T_0, T_1, ... of the whole spectrum as far as traces give them, shape (1 to 9,).
    num_moments
        Requested number of moments: the default order of densities, at most twice the number of steps.
    exact
        Whether the remaining spectrum was computed densely: all probes are then equal, without uncertainty.
    fingerprint
        SHA-256 of the operator's graph, or None for an operator without one.
    source
        Summary of the input, for reports.
    options
        Options that affect the results: component, structure, weighted; ``precision`` where it is double, or where
        probes ran in 16 bits (half), or were to and did not agree (single).
    facts
        Exact numbers of the graph that functions of its spectrum need beside it: of the normalised Laplacian
        ``log_degrees``, the sum of the logarithms of all degrees but zero, and ``log_volumes``, that of the logarithms
        of the sums of degrees of all components with an edge.
    """

    alpha: NDArray[np.float64]
    beta: NDArray[np.float64]
    norm2: NDArray[np.float64]
    probe_ranges: tuple[ProbeRange, ...]
    operator: str
    interval: Interval
    dimension: int
    atoms: tuple[Atom, ...]
    num_zeros: int
    low_moments: NDArray[np.float64]
    num_moments: int
    exact: bool
    fingerprint: str | None
    source: InputSummary
    options: dict[str, Any] = field(default_factory=dict)
    facts: dict[str, float] = field(default_factory=dict)

    @property
    def num_probes(self) -> int:
        """Number of probes."""
        return len(self.norm2)

    @property
    def num_steps(self) -> int:
        """Number of Lanczos steps."""
        return int(self.alpha.shape[1])

    @property
    def num_matvecs(self) -> int:
        """Number of products of the operator with a vector that the pass took."""
        return 0 if self.exact else self.num_probes * self.num_steps

    @property
    def num_remaining(self) -> int:
        """Number of eigenvalues that are not atoms."""
        return self.dimension - sum(atom.multiplicity for atom in self.atoms)

    def to_unit(self, eigenvalue: ArrayLike) -> NDArray[np.float64]:
        """Map eigenvalues of A to those of X, in [-1, 1]."""
        return np.clip(self.interval.to_unit(eigenvalue), -1.0, 1.0)

    def from_unit(self, unit: ArrayLike) -> NDArray[np.float64]:
        """Map eigenvalues of X, in [-1, 1], to those of A."""
        return self.interval.from_unit(unit)


def merge(sketches: Sequence[SpectralSketch], *, names: Sequence[str] | None = None) -> SpectralSketch:
    """Unite sketches of one operator that used different probes; the order does not matter.

    Graphs are identified by their fingerprints and matrices by their traces; that sketches of a LinearOperator are of
    the same one is not checked. Errors name the sketches by `names`, or else by their inputs.

    Raises
    ------
    SketchError
        If the sketches are of different graphs or operators, differ in the number of moments or in an option that
        affects the results, or share probes.
    """
    if not sketches:
        raise SketchError("nothing to merge: give at least one sketch")
    first = sketches[0]
    labels = [item.source.name for item in sketches] if names is None else names
    for other, name in zip(sketches[1:], labels[1:], strict=True):
        _check_mergeable(first, other, f"{labels[0]} and {name}")
    ranges = united(part for item in sketches for part in item.probe_ranges)
    rows: list[tuple[ProbeRange, NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]] = []
    for item in sketches:
        offset = 0
        for part in item.probe_ranges:
            place = slice(offset, offset + part.stop - part.start)
            rows.append((part, item.alpha[place], item.beta[place], item.norm2[place]))
            offset = place.stop
    rows.sort(key=lambda row: row[0])
    alpha, beta, norm2 = (np.concatenate([row[index] for row in rows]) for index in (1, 2, 3))
    options = next((item.options for item in sketches if item.options.get("precision") == "half"), first.options)
    # Of graphs whose vertices are in another order, what is known exactly differs by rounding.
    lowest = min(sketches, key=lambda item: item.probe_ranges)
    first = replace(first, low_moments=lowest.low_moments, atoms=lowest.atoms)
    return replace(first, alpha=alpha, beta=beta, norm2=norm2, probe_ranges=ranges, options=options)


def summarize(graph: Graph, components: Components) -> InputSummary:
    """Return the summary of a graph, for reports."""
    return InputSummary(
        graph.name,
        graph.sha256,
        graph.num_nodes,
        graph.num_edges,
        components.count,
        graph.num_isolated,
        graph.dropped,
    )


def _distinguishing(options: dict[str, Any]) -> dict[str, Any]:
    """Return options without a precision that changes results by much less than their errors."""
    return {name: value for name, value in options.items() if (name, value) not in _EQUIVALENT}


def _same_atoms(first: SpectralSketch, other: SpectralSketch) -> bool:
    """Return whether the known eigenvalues are the same up to rounding."""
    if [atom.multiplicity for atom in first.atoms] != [atom.multiplicity for atom in other.atoms]:
        return False
    one, two = (np.array([atom.eigenvalue for atom in item.atoms]) for item in (first, other))
    return bool(np.allclose(first.interval.to_unit(one), other.interval.to_unit(two), rtol=0.0, atol=_ROUNDING))


_ROUNDING = 1e-11  # of exact moments, and of eigenvalues of small components, which are rounded to 1e-12

_EQUIVALENT = (("precision", "half"), ("precision", "single"))


def _check_mergeable(first: SpectralSketch, other: SpectralSketch, names: str) -> None:
    if first.operator != other.operator or first.interval != other.interval:
        raise SketchError(f"{names} are sketches of different operators ({first.operator}, {other.operator})")
    known = len(first.low_moments), len(other.low_moments)
    if first.fingerprint == other.fingerprint is not None and known[0] != known[1]:
        orders = f"{known[0] - 1} and {known[1] - 1}"
        raise SketchError(f"{names} know exact moments up to order {orders}: make them with one version of graphspec")
    same = first.dimension == other.dimension and known[0] == known[1] and first.fingerprint == other.fingerprint
    if not same or not np.allclose(first.low_moments, other.low_moments, rtol=0.0, atol=_ROUNDING):
        raise SketchError(f"{names} are sketches of different graphs")
    if first.num_moments != other.num_moments:
        raise SketchError(f"{names} hold different numbers of moments ({first.num_moments}, {other.num_moments})")
    same = _distinguishing(first.options) == _distinguishing(other.options)
    if not same or not _same_atoms(first, other) or first.exact != other.exact:
        raise SketchError(f"{names} were made with different options ({first.options}, {other.options})")
