"""The regularised normalised Laplacian, and the non-backtracking matrix that tells how much to regularise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from scipy.sparse.linalg import ArpackError, LinearOperator, eigs

from graphspec._typing import Vector
from graphspec.errors import InputError, NotConvergedError, ParameterError
from graphspec.graphs import Graph, connected_components
from graphspec.operators.base import GraphOperator
from graphspec.operators.interval import Interval
from graphspec.operators.scaled_adjacency import ScaledAdjacency

TAU_RULES = ("mean", "bethe")
NOTHING_TO_DETECT = "no communities can be detected: beyond trees and single cycles the graph has too few edges"


@dataclass(frozen=True, eq=False)
class RegularizedLaplacian(GraphOperator):
    """I - S W S with S = (D + tau)^(-1/2), whose spectrum lies in (0, 2).

    Vertices of low degree count less than in the normalised Laplacian, which is the limit of tau to 0 (T. Qin and K.
    Rohe, NIPS 2013). With tau = r^2 - 1, as many eigenvalues lie below 1 - 1/r as the Bethe Hessian (r^2 - 1) I - r A +
    D has negative ones, because it is S^-1 (I - r S A S) S^-1 (Sylvester's law of inertia; A. Saade, F. Krzakala and L.
    Zdeborova, NIPS 2014, equation 5).

    Attributes
    ----------
    tau
        What is added to every degree; positive.

    Raises
    ------
    ParameterError
        If `tau` is not positive and finite.
    """

    name = "regularized"
    interval = Interval(0.0, 2.0)
    tree_eigenvalue = 1.0
    has_unit_rows = True
    takes_tau = True
    tau: float = 1.0

    def __post_init__(self) -> None:
        """Check that tau is positive, and the range of the weights."""
        super().__post_init__()
        if not 0 < self.tau < np.inf:
            raise ParameterError(f"`tau` must be a positive number, not {self.tau}", "tau")

    @classmethod
    def of(cls, graph: Graph, tau: float | str | None = None) -> Self:
        """Return the regularised Laplacian of a graph.

        Parameters
        ----------
        graph
            The graph.
        tau
            What is added to every degree: a positive number; ``"mean"``, the default, for the mean degree (Qin and
            Rohe, section 4); ``"bethe"`` for r^2 - 1 with the radius of :func:`bethe_radius`.

        Raises
        ------
        ParameterError
            If `tau` is not positive.
        InputError
            If the graph has weights or too few edges for ``"bethe"``.

        Examples
        --------
        >>> from graphspec import Graph
        >>> square = Graph.from_edges([0, 1, 2, 3], [1, 2, 3, 0])
        >>> RegularizedLaplacian.of(square).matrix().toarray()[0]
        array([ 1.  , -0.25,  0.  , -0.25])
        """
        if tau is None or tau == "mean":
            # Without edges the matrix is the identity, whatever is added.
            return cls(graph, float(graph.degrees.mean()) if graph.num_edges else 1.0)
        if tau == "bethe":
            r = bethe_radius(graph)
            if not r > 1:
                raise InputError(f"{graph.name}: {NOTHING_TO_DETECT}")
            return cls(graph, r * r - 1)
        return cls(graph, float(tau))

    @property
    def parameters(self) -> Mapping[str, float]:
        """The number that is added to every degree."""
        return {"tau": self.tau}

    def form(self) -> ScaledAdjacency:
        """Return -S W S with a diagonal of ones."""
        return ScaledAdjacency(self.graph, -1.0, 1.0 / (self.graph.degrees + self.tau), np.ones(self.num_rows))

    @property
    def null_vector(self) -> Vector:
        """Zeros: the operator is positive definite."""
        return np.zeros(self.num_rows)

    def reflected(self) -> RegularizedLaplacian:
        """Return I + S W S, whose low end is the high end of this operator."""
        return _Reflected(self.graph, self.tau)


class _Reflected(RegularizedLaplacian):
    """I + S W S, 2 minus the regularised Laplacian."""

    name = "reflected regularized"

    def form(self) -> ScaledAdjacency:
        """Return S W S with a diagonal of ones."""
        return replace(super().form(), factor=1.0)


def bethe_radius(graph: Graph, largest_ratio: float = 1.25) -> float:
    """Return the radius r of the Bethe Hessian that tells communities from the bulk of the spectrum.

    r^2 is the spectral radius rho of the non-backtracking matrix, whose bulk has the radius sqrt(rho) (A. Saade, F.
    Krzakala and L. Zdeborova, NIPS 2014). On random graphs rho is about mean(d^2) / mean(d) - 1. Where it is much
    larger, it belongs to one dense part, such as the clique of a paper with a hundred authors, and says nothing about
    the others: then r^2 is mean(d^2) / mean(d) - 1.

    Parameters
    ----------
    graph
        A graph without weights.
    largest_ratio
        Ratio of the two from which on rho belongs to a dense part: it is 0.76 to 1.08 on block models, LFR benchmark
        graphs and scale-free graphs, and 1.4 to 5.5 on geometric graphs, collaborations and power grids (measured).

    Raises
    ------
    InputError
        If the graph has weights.

    Returns
    -------
    float
        The radius, above 1; 0 where rho is at most 1: trees and single cycles show no communities.

    Examples
    --------
    >>> import networkx
    >>> regular = Graph.from_networkx(networkx.random_regular_graph(5, 100, seed=1))
    >>> round(bethe_radius(regular), 6)
    2.0
    """
    typical = float((graph.degrees**2).sum() / max(graph.degrees.sum(), 1)) - 1
    try:
        radius = non_backtracking_radius(graph)
    except NotConvergedError:
        radius = max(typical, 0.0)  # nearly equal eigenvalues, as long chains have, whose radius is near this too
    if not radius > 1 + _ROUNDING:
        return 0.0
    dense_part = 1 + _ROUNDING < typical < radius / largest_ratio
    return float(np.sqrt(typical if dense_part else radius))


def non_backtracking_radius(graph: Graph, dense_rows: int = 200) -> float:
    """Return the spectral radius of the non-backtracking matrix of a graph without weights.

    Parameters
    ----------
    graph
        The graph.
    dense_rows
        Vertices below which a dense solver finds it.

    Notes
    -----
    Its eigenvalues other than 1 and -1 are those of [[A, I - D], [I, 0]] (F. Krzakala et al., PNAS 110, 20935, 2013,
    from the formulas of Ihara and Bass), of which that of largest magnitude is real and not negative. It is zero for a
    forest and 1 for single cycles with trees; on a random graph with given degrees d about mean(d^2) / mean(d) - 1.

    Raises
    ------
    InputError
        If the graph has weights: the weighted Bethe Hessian scales every entry by its own weight, and is no regularised
        Laplacian.
    NotConvergedError
        If ARPACK does not converge, because the largest eigenvalues are nearly equal.
    """
    if graph.weights is not None:
        raise InputError(f"{graph.name}: `tau` bethe is for graphs without weights: read it without, or give a number")
    components = connected_components(graph)
    num_edges = np.bincount(components.label, graph.degrees) / 2
    if (num_edges <= components.sizes).all():
        return float((num_edges == components.sizes).any())
    adjacency, degrees, size = graph.adjacency(), graph.degrees, graph.num_nodes
    if size < dense_rows:
        companion = np.block([[adjacency.toarray(), np.diag(1 - degrees)], [np.eye(size), np.zeros((size, size))]])
        return float(np.abs(np.linalg.eigvals(companion)).max())

    def product(vector: Vector) -> Vector:
        upper, lower = vector.ravel()[:size], vector.ravel()[size:]
        return np.concatenate([adjacency @ upper + (1 - degrees) * lower, upper])

    companion = LinearOperator((2 * size, 2 * size), matvec=product, dtype=np.float64)
    # A start that depends on the graph alone makes the answer the same every time. A small basis takes the fewest
    # products here, half of those at the default.
    start = np.concatenate([degrees, np.ones(size)])
    try:
        largest = eigs(companion, k=1, which="LR", v0=start, ncv=8, maxiter=300, tol=1e-9, return_eigenvectors=False)
    except ArpackError as error:
        raise NotConvergedError(f"{graph.name}: the non-backtracking radius did not converge ({error})") from error
    return float(largest[0].real)


_ROUNDING = 1e-6  # of an eigenvalue 1 that has no full set of eigenvectors
