"""Edges of a spectrum: eigenvalues that stand alone, and the bulk between them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.stats import chi2

from graphspec._typing import Vector
from graphspec.lanczos import gauss_rule, ritz_values
from graphspec.options import Number, Options, option
from graphspec.sketches import SpectralSketch


@dataclass(frozen=True, kw_only=True)
class EdgeSettings(Options):
    """Settings of the search for eigenvalues that stand alone.

    Attributes
    ----------
    residual
        Largest residual of a Ritz value that is an eigenvalue, as a share of the range of the spectrum.
    tie
        Distance, as a share of the range, within which Ritz values of several probes are the same eigenvalue, if their
        residuals do not tell them apart: about the rounding of a product in float32.
    weight
        Probability with which the weight of a single eigenvalue is taken for that of several.
    """

    residual: float = option(1e-3, Number(0.0, 1.0), "largest residual of an eigenvalue")
    tie: float = option(1e-5, Number(0.0, 1.0), "distance of equal eigenvalues")
    weight: float = option(1e-3, Number(0.0, 1.0), "probability of an error")


DEFAULTS = EdgeSettings()


@dataclass(frozen=True)
class Outlier:
    """An eigenvalue that stands alone.

    Attributes
    ----------
    eigenvalue
        The eigenvalue.
    residual
        Residual of its Ritz vector, which no distance to the nearest eigenvalue exceeds.
    """

    eigenvalue: float
    residual: float


class End(NamedTuple):
    """An end of a spectrum or of its bulk.

    Attributes
    ----------
    value
        The Ritz value.
    residual
        Residual of its Ritz vector: there is an eigenvalue within it of the value.
    converged
        Whether the residual is at most that of an eigenvalue that stands alone; at an end of the bulk, in all probes.
    """

    value: float
    residual: float
    converged: bool


@dataclass(frozen=True)
class SpectrumEdges:
    """Ends of a spectrum.

    No Ritz value is outside of the spectrum, but for rounding: the largest eigenvalue is at least the largest Ritz
    value, and an eigenvalue lies within the residual of it (Parlett, The Symmetric Eigenvalue Problem, sections 4.5
    and 10.1). Of a value that has converged this is the largest, unless no random vector had a component along the
    eigenvector of a larger one; of one that has not, a larger one may lie beyond the residual.

    Attributes
    ----------
    above, below
        Eigenvalues that stand alone above and below the bulk, the outermost first.
    ends
        The outermost Ritz values, ``smallest`` and ``largest``, and the outermost that do not stand alone, ``bulk_low``
        and ``bulk_high``. Where such an end of the bulk has not converged, more eigenvalues may stand alone.
    """

    above: tuple[Outlier, ...]
    below: tuple[Outlier, ...]
    ends: Mapping[str, End]

    @property
    def smallest(self) -> float:
        """The smallest Ritz value."""
        return self.ends["smallest"].value

    @property
    def largest(self) -> float:
        """The largest Ritz value."""
        return self.ends["largest"].value

    @property
    def bulk_low(self) -> float:
        """Lower end of the bulk."""
        return self.ends["bulk_low"].value

    @property
    def bulk_high(self) -> float:
        """Upper end of the bulk."""
        return self.ends["bulk_high"].value


@dataclass(frozen=True, eq=False)
class _Nodes:
    """Ritz values of all probes in decreasing order, with residuals, weights and the numbers of their probes."""

    values: Vector
    residuals: Vector
    weights: Vector
    probes: Vector


def spectrum_edges(sketch: SpectralSketch, settings: EdgeSettings = DEFAULTS) -> SpectrumEdges:
    r"""Return the ends of a spectrum.

    From either end, an eigenvalue stands alone if its Ritz values have converged in all probes, if its mean weight is
    what a single eigenvalue has, and if the next one is farther than the resolution :math:`\pi h / m` of m moments on
    an interval of half width h. The bulk begins with the first that does not.

    The weight of a simple eigenvalue in a probe is a chi-squared variable of one degree of freedom, divided by n.

    Parameters
    ----------
    sketch
        The sketch.
    settings
        Settings of the search.
    """
    nodes = _nodes(sketch, settings.tie)
    above, bulk_high = _from_above(nodes, sketch, settings)
    # An eigenvalue stands alone at one end: where all do, the last is the bulk.
    taken = len(above) * sketch.num_probes
    parts = (nodes.values, nodes.residuals, nodes.weights, nodes.probes)
    values, residuals, weights, probes = (each[taken:][::-1] for each in parts)
    mirrored = _Nodes(-values, residuals, weights, probes)
    below, bulk_low = _from_above(mirrored, sketch, settings)
    others = tuple(Outlier(-each.eigenvalue, each.residual) for each in below)
    last, further = len(nodes.values) - 1, sketch.num_probes - 1
    bulk_low = last - bulk_low
    # An end of the bulk has converged where the Ritz values of all probes have that may be one eigenvalue.
    places = {
        "smallest": (last, slice(last, None)),
        "largest": (0, slice(1)),
        "bulk_low": (bulk_low, slice(max(bulk_low - further, 0), bulk_low + 1)),
        "bulk_high": (bulk_high, slice(bulk_high, bulk_high + 1 + further)),
    }
    limit = settings.residual * 2 * sketch.interval.half_width
    ends = {}
    for name, (place, group) in places.items():
        converged = bool(nodes.residuals[group].max() <= limit)
        ends[name] = End(float(nodes.values[place]), float(nodes.residuals[place]), converged)
    return SpectrumEdges(above, others, ends)


def _nodes(sketch: SpectralSketch, tie: float) -> _Nodes:
    """Return the Ritz values of all probes; copies, which recurrences that keep no vectors have, count as one."""
    center, half = sketch.interval.center, sketch.interval.half_width
    # A product has rounding errors, which no residual shows that is computed from the recurrence alone.
    rounding = np.finfo(np.float64 if sketch.options.get("precision") == "double" else np.float32).eps
    parts = []
    for probe, (alpha, beta) in enumerate(zip(sketch.alpha, sketch.beta, strict=True)):
        values, residuals = ritz_values(alpha, beta)
        weights = gauss_rule(alpha, beta[:-1])[1]
        starts = np.flatnonzero(np.diff(values, prepend=-np.inf) > 2 * tie)
        groups = np.split(np.arange(len(values)), starts[1:])
        best = [group[np.argmax(weights[group])] for group in groups]
        # A recurrence that has ended has zeros of no weight in place of further values.
        kept = [
            (values[index], max(residuals[group].min(), rounding), weights[group].sum(), probe)
            for index, group in zip(best, groups, strict=True)
            if weights[group].sum() > 1e-14
        ]
        parts.append(np.array(kept))
    values, residuals, weights, probes = np.concatenate(parts).T
    order = np.argsort(-values, kind="stable")
    return _Nodes(center + half * values[order], half * residuals[order], weights[order], probes[order])


def _from_above(nodes: _Nodes, sketch: SpectralSketch, settings: EdgeSettings) -> tuple[tuple[Outlier, ...], int]:
    """Return eigenvalues that stand alone above the bulk, and the place of the first node of the bulk."""
    half, count = sketch.interval.half_width, sketch.num_probes
    resolution = np.pi * half / (2 * sketch.num_steps)
    largest_weight = chi2.ppf(1 - settings.weight, count) / count / sketch.num_remaining
    alone: list[Outlier] = []
    start = 0
    while start < len(nodes.values):
        group = slice(start, start + count)
        values, residuals = nodes.values[group], nodes.residuals[group]
        in_all = len(set(nodes.probes[group].tolist())) == count
        best = int(np.argmin(residuals))
        converged = residuals.max() <= settings.residual * 2 * half
        together = np.ptp(values) <= residuals.max() + 2 * settings.tie * half
        single = nodes.weights[group].mean() <= largest_weight
        last = start + count >= len(nodes.values)
        apart = not last and values[-1] - nodes.values[start + count] > resolution
        if not (in_all and converged and together and single and apart):
            break
        alone.append(Outlier(float(values[best]), float(residuals[best])))
        start += count
    return tuple(alone), min(start, len(nodes.values) - 1)
