"""Number of detectable communities: eigenvalues of the regularised Laplacian below 1 - 1/r, r the radius of the bulk.

They are as many as the negative eigenvalues of the Bethe Hessian (r^2 - 1) I - r A + D, because with tau = r^2 - 1 and
S = (D + tau)^(-1/2) it is S^-1 (I - r S A S) S^-1 (Sylvester's law of inertia). So they are counted as clusters are: on
a density near the low end of the spectrum, and by the eigensolver.

The density is counted on here, :mod:`graphspec.clusters.detectable_edge` judges what an eigensolver finds at the edge,
and :mod:`graphspec.clusters.detectable_outcome` holds the results.

References
----------
A. Saade, F. Krzakala and L. Zdeborova, Spectral clustering of graphs with the Bethe Hessian, NIPS 2014. C. M. Le and E.
Levina, Estimating the number of communities by spectral methods, Electron. J. Stat. 16 (2022), arXiv:1507.00827. L.
Dall'Amico, R. Couillet and N. Tremblay, A unified framework for spectral clustering in sparse graphs, JMLR 22 (2021).
L. Stephan and Y. Zhu, arXiv:2411.02835, prove consistency above the Kesten-Stigum threshold from mean degree 2 on.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from graphspec._typing import Vector
from graphspec.clusters.counting import eigenvalue_count
from graphspec.clusters.detectable_outcome import DetectableCount, Kind
from graphspec.clusters.gaps import angle_between
from graphspec.clusters.outcomes import CountEstimate
from graphspec.densities import SpectralDensity
from graphspec.graphs import Graph, connected_components
from graphspec.options import Number, Options, option

ANGLE_UNIT = np.pi / 100
"""Angles are given in this unit, as a density of 100 moments resolves them."""


@dataclass(frozen=True, kw_only=True)
class DetectionSettings(Options):
    """Settings of the choice between groups and scales; angles are those of eigenvalues mapped to [-1, 1].

    Attributes
    ----------
    smallest_gap, smallest_gap_of_few
        Angle of a gap at least, and of one below which there are few eigenvalues, in units of pi / 100. Block models
        leave 0.7 and more at the threshold; grids, small worlds and geometric graphs at most 0.3, and 0.6 before the
        tenth eigenvalue (measured).
    few
        Number of eigenvalues that are few.
    fewest_spacings
        Width of a gap at least, in mean spacings of the eigenvalues above it: in a small graph any two are far apart.
        Block models and LFR graphs of 60 to 4500 vertices leave 6 and more, grids, small worlds and geometric graphs at
        most 4.7 (measured).
    sure_gap
        Angle of a gap, in the same unit, that needs no comparison with spacings: as wide as a gap of the Laplacian has
        to be for a density of 100 moments.
    num_spacings
        Number of eigenvalues above the gap that the mean spacing is taken of.
    neighbours
        Gaps below the threshold that are looked at beside the one around it: the last of the communities may lie at the
        threshold.
    largest_dip
        Slope of the count at a gap of a density at most, relative to the slopes on both sides: a density of finite
        order fills a gap that it cannot resolve.
    dip_range
        Half resolutions below the threshold in which a gap of a density is sought, and below it those of the groups.
    noise_spacings
        Distance from the threshold, in mean spacings of the eigenvalues above it, within which an eigenvalue is not
        told from the bulk, whose edge fluctuates. For random matrices the largest eigenvalue stays within 3.27 units
        of the edge with probability 0.999 (Tracy and Widom), and the mean spacing of the first ones is 1.48.
    noise_p_value
        P-value of the gap after an eigenvalue below which it is counted all the same. Of 900 graphs without structure
        32 have a second eigenvalue within the noise; none has so small a p-value, at 0.03 two have. Of 200 weak block
        models (signal to noise 1.2 to 3) 42 % are counted exactly without this rule, and 45 % with it (measured).
    tie
        Difference of two eigenvalues of a component that are equal: a multiplet, which symmetry makes and random edges
        do not.
    multiplet_share
        Share of the eigenvalues of a component in multiplets from which on its levels are those of a regular structure.
    multiplet_gap
        Width of the gap that separates groups then, relative to all others between levels. Lattices of 2 to 4
        dimensions leave at most 2.5, rings, grids and windmills of cliques 3.6 and more (measured).
    """

    smallest_gap: float = option(0.3, Number(0), "Angle of a gap at the threshold at least, in pi / 100")
    smallest_gap_of_few: float = option(0.6, Number(0), "The same with few eigenvalues below")
    few: int = option(10, Number(0, integer=True), "Eigenvalues that are few")
    fewest_spacings: float = option(5.0, Number(0), "Width of a gap in mean spacings above it at least")
    sure_gap: float = option(2.0, Number(0), "Angle of a gap whatever the spacings, in pi / 100")
    num_spacings: int = option(5, Number(1, integer=True), "Eigenvalues above the gap whose mean spacing is taken")
    neighbours: int = option(4, Number(0, integer=True), "Gaps below the threshold that are looked at")
    largest_dip: float = option(0.5, Number(0, 1), "Slope of the count at a gap, relative to both sides")
    dip_range: int = option(6, Number(1, integer=True), "Half resolutions below the threshold that are looked at")
    noise_spacings: float = option(2.2, Number(0), "Mean spacings by which the edge of the bulk fluctuates")
    noise_p_value: float = option(0.02, Number(0, 1), "P-value below which an eigenvalue within that is counted")
    tie: float = option(1e-6, Number(0), "Difference of equal eigenvalues")
    multiplet_share: float = option(0.5, Number(0, 1), "Share of multiplets from which on levels are compared")
    multiplet_gap: float = option(3.0, Number(1), "Width of a gap between multiplets, relative to all others")


DEFAULT_SETTINGS = DetectionSettings()


def detectable_on_density(
    density: SpectralDensity,
    r: float,
    *,
    mean_degree: float | None = None,
    num_components: int = 1,
    of_bulk: bool = True,
    settings: DetectionSettings = DEFAULT_SETTINGS,
) -> DetectableCount:
    """Count detectable communities on a density of the regularised Laplacian, without a confirmation.

    Parameters
    ----------
    density
        Density of the operator with tau = r^2 - 1.
    r
        Radius of the Bethe Hessian, above 1.
    mean_degree
        Mean degree of the graph, where it is known.
    num_components
        Number of components that have an eigenvalue below the threshold, as far as it is known. Where the interval of
        the count contains it, or 1, there may be no communities within them.
    of_bulk
        Whether `r` is the radius of the bulk, for what is said of it.
    settings
        Settings of the choice between groups and scales.
    """
    count, num_components = count_below(density, r), max(num_components, 1)
    above = eigenvalue_count(density, 1 + 1 / r + _beside(density), None)
    untold = round(count.low, 3) <= num_components
    return DetectableCount(
        Kind.NONE if untold else _kind_by_density(density, 1 - 1 / r, settings),
        r,
        1 - 1 / r,
        density,
        count,
        CountEstimate(above.count, above.count_low, above.count_high),
        mean_degree,
        num_components,
        of_bulk,
    )


def components_below(graph: Graph, r: float, num_products: int = 5, rounding: float = 1e-12) -> int:
    """Count components that certainly have an eigenvalue of the regularised Laplacian below 1 - 1/r.

    By Rayleigh quotients of S A S, which are never above the largest eigenvalue of a component: of the square roots of
    degrees plus tau, and of what the power method makes of them.

    Parameters
    ----------
    graph
        A graph without weights.
    r
        Radius of the Bethe Hessian, above 1.
    num_products
        Products of the power method.
    rounding
        Relative rounding error of a quotient: one that equals the threshold is not below it.

    Examples
    --------
    >>> import networkx
    >>> from graphspec import Graph
    >>> cliques = networkx.disjoint_union(networkx.complete_graph(6), networkx.complete_graph(9))
    >>> components_below(Graph.from_networkx(cliques), 2.0)
    2
    """
    label, adjacency = connected_components(graph).label, graph.adjacency()
    roots = np.sqrt(graph.degrees + r * r - 1)
    vector, found = roots, np.zeros(1, bool)
    for _ in range(num_products):
        image = adjacency @ (vector / roots) / roots
        norms = np.bincount(label, vector**2)
        found = found | (np.bincount(label, vector * image) > norms * (1 + rounding) / r)
        vector = (vector + image) / np.sqrt(norms)[label]
    return int(np.count_nonzero(found))


def count_below(density: SpectralDensity, r: float) -> CountEstimate:
    """Return the expected number of eigenvalues below 1 - 1/r with its confidence interval."""
    below = eigenvalue_count(density, None, 1 - 1 / r - _beside(density))
    return CountEstimate(below.count, below.count_low, below.count_high)


def _beside(density: SpectralDensity) -> float:
    """Return a distance at which an eigenvalue that equals the threshold is no longer counted."""
    low, high = density.interval
    return 4 * density.settings.tie * (high - low)


def mean_spacing(density: SpectralDensity, begin: float, below: int, number: int, *, reflected: bool = False) -> float:
    """Return the mean spacing of the next eigenvalues from an angle on, in units of pi / 100.

    Parameters
    ----------
    density
        The density.
    begin
        Angle from the low end.
    below
        Number of eigenvalues that are known to lie below.
    number
        Number of eigenvalues of which the mean is taken.
    reflected
        Whether all this is meant from the high end.
    """
    angles, counts = _profile(density, reflected=reflected)
    end = np.searchsorted(counts, max(below, float(np.interp(begin, angles, counts))) + number)
    return float(max(angles[min(int(end), len(angles) - 1)] - begin, 0.0)) / number


def _kind_by_density(density: SpectralDensity, threshold: float, settings: DetectionSettings) -> Kind:
    """Return what a density counts: its slope has a minimum between the eigenvalues of groups and the bulk."""
    angles, counts = _profile(density)
    window = 100 / density.num_moments
    place = angle_between(density, density.interval.low, threshold) / ANGLE_UNIT
    centres = place + 0.5 * window * np.arange(1, -2 * settings.dip_range, -1)
    slopes = np.interp(centres + 0.5 * window, angles, counts) - np.interp(centres - 0.5 * window, angles, counts)
    # A dip lies between the bulk, from which the slopes begin, and the eigenvalues of groups soon below.
    bulk = np.maximum.accumulate(slopes)
    groups = np.array([slopes[index : index + settings.dip_range].max() for index in range(len(slopes))])
    dips = slopes <= settings.largest_dip * np.minimum(bulk, groups)
    return Kind.GROUPS if dips[: settings.dip_range].any() else Kind.SCALES


def _profile(density: SpectralDensity, *, reflected: bool = False) -> tuple[Vector, Vector]:
    """Return angles from one end in units of pi / 100, and the expected number of eigenvalues up to each."""
    angles = np.linspace(0.0, 100.0, 8 * max(density.num_moments, 100) + 1)
    low, high = density.interval
    distances = (high - low) * (1 - np.cos(angles * ANGLE_UNIT)) / 2
    if reflected:
        return angles, np.maximum.accumulate(density.dimension - density.count(high - distances).value)
    return angles, np.maximum.accumulate(density.count(low + distances).value)
