"""The four methods of the density estimate, by their names."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from graphspec.densities.base import SpectralDensity
from graphspec.densities.bounded import BoundedPart
from graphspec.densities.exact import ExactPart
from graphspec.densities.kpm import KpmPart
from graphspec.densities.lanczos import LanczosPart
from graphspec.densities.matched import MatchedPart
from graphspec.densities.maxent import MaxEntPart
from graphspec.densities.parts import ContinuousPart, EmptyPart
from graphspec.densities.rules import MatchedRules
from graphspec.errors import ParameterError, SketchError
from graphspec.exact import dense_eigenvalues
from graphspec.options import Choice, Number, Options, option
from graphspec.sketches import (
    Moments,
    Prepared,
    Sampling,
    SpectralSketch,
    exact_remainder_moments,
    prepare,
    remainder_moments,
    sketch,
)

EXACT_LIMIT = 10_000
"""Largest number of eigenvalues that are computed densely on request: a minute or two, and 800 MB."""


def _gauss_rules(source: SpectralSketch, order: int) -> LanczosPart:
    """Return the Gauss rules of all probes; a rule of k nodes holds the moments below order 2k."""
    steps = -(-order // 2)
    exact = None if source.exact else exact_remainder_moments(source)
    return LanczosPart(source.alpha[:, :steps], source.beta[:, :steps], source.norm2, exact)


def _of_moments(part_of: Callable[[Moments], ContinuousPart], source: SpectralSketch, order: int) -> ContinuousPart:
    """Estimate a part from moments; where these are exact, with rigorous bounds on its counts."""
    moments = remainder_moments(source, order)
    if not np.isfinite(moments.values).all():
        raise SketchError(f"{source.source.name}: all probes vanish on what is not known exactly: use more probes")
    part = part_of(moments)
    steps = -(-order // 2)
    alpha, beta = source.alpha[:, :steps], source.beta[:, :steps]
    matched = MatchedPart(part, partial(MatchedRules, alpha, beta, source.norm2, moments), order)
    if not source.exact:
        return matched
    # A coupling of zero ends the recurrence: its rule then holds all eigenvalues.
    return BoundedPart(matched, matched.rules.gauss, complete=bool((beta == 0).any()))


SKETCH_METHODS: dict[str, Callable[[SpectralSketch, int], ContinuousPart]] = {
    "maxent": partial(_of_moments, MaxEntPart),
    "lanczos": _gauss_rules,
    "kpm": partial(_of_moments, KpmPart),
}
"""Methods that estimate a density from a sketch, by name: functions from sketch and order to the continuous part."""

METHODS = (*SKETCH_METHODS, "exact")
"""All methods; the last needs the matrix."""


@dataclass(frozen=True, kw_only=True)
class DensityOptions(Options):
    """Options of a density that do not concern the sketch.

    Attributes
    ----------
    method
        Method of the estimate.
    confidence
        Confidence level of the intervals.
    """

    method: str = option("maxent", Choice(METHODS), "Method of the density estimate.")
    confidence: float = option(0.95, Number(0, 1, open=True), "Confidence level of intervals.")


def density(
    source: SpectralSketch | Any,
    method: str = "maxent",
    *,
    num_moments: int | None = None,
    confidence: float = 0.95,
    **sketch_options: Any,
) -> SpectralDensity:
    """Estimate the spectral density of a graph, an operator or a sketch.

    The density is the probability measure (1/n) sum_i delta(x - lambda_i): atoms for the eigenvalues that are known
    exactly, and a continuous part for all others.

    Parameters
    ----------
    source
        A sketch; anything else is sketched first, with `sketch_options`. ``exact`` needs the graph or operator itself.
    method
        ``maxent``: the maximum-entropy density of the moments; ``lanczos``: stochastic Lanczos quadrature, the mean of
        the probes' Gauss rules; ``kpm``: the kernel polynomial method, a Jackson-damped Chebyshev series; ``exact``:
        dense eigenvalues. MaxEnt needs the fewest moments.
    num_moments
        Order of the estimate, by default that of the sketch. Gauss rules have half as many nodes.
    confidence
        Confidence level of the intervals, between 0 and 1.
    **sketch_options
        Options of :func:`graphspec.sketch`.

    Returns
    -------
    SpectralDensity
        The density, with :meth:`~SpectralDensity.count`, :meth:`~SpectralDensity.quantile` and
        :meth:`~SpectralDensity.integrate`.

    Raises
    ------
    ParameterError
        If the method is unknown, the confidence is out of range, or a graph is too large for dense eigenvalues.
    SketchError
        If the sketch holds too few moments, or `exact` is requested for a sketch.

    Examples
    --------
    >>> import networkx, graphspec
    >>> graph = networkx.gnm_random_graph(2000, 8000, seed=1)
    >>> density = graphspec.density(graph, num_probes=8)
    >>> density.method, density.num_moments, density.solver.converged
    ('maxent', 100, True)
    >>> count = density.count(0.5)
    >>> bool(count.low <= count.value <= count.high)
    True
    """
    chosen = DensityOptions(method=method, confidence=confidence)
    if isinstance(source, SpectralSketch):
        if sketch_options:
            raise ParameterError(f"a sketch is made already: it takes no {', '.join(sketch_options)}")
        if method not in SKETCH_METHODS:
            raise SketchError(
                f"{source.source.name}: a sketch holds no matrix, so method {method} needs the graph itself"
            )
        return _sketched_density(source, chosen, num_moments)
    sketch_options["confidence"] = confidence
    if num_moments is not None:
        sketch_options["num_moments"] = num_moments
    if method in SKETCH_METHODS:
        return _sketched_density(sketch(source, **sketch_options), chosen, num_moments)
    weighted = bool(sketch_options.pop("weighted", False))
    sampling = Sampling.of(**sketch_options)
    return exact_density(prepare(source, sampling, weighted=weighted), sampling.num_moments, confidence)


def exact_density(prepared: Prepared, num_moments: int = 100, confidence: float = 0.95) -> SpectralDensity:
    """Return the density of dense eigenvalues; the order only sets the resolution of the smoothed density.

    Raises
    ------
    ParameterError
        If there are more than `EXACT_LIMIT` eigenvalues.
    """
    operator, empty = prepared.remainder.operator, prepared.empty
    if operator.num_rows > EXACT_LIMIT:
        size = f"{empty.source.name}: {operator.num_rows} eigenvalues"
        raise ParameterError(f"{size} are too many for method exact (at most {EXACT_LIMIT}): use maxent", "method")
    part: ContinuousPart = EmptyPart()
    if empty.num_remaining:
        part = ExactPart(empty.to_unit(dense_eigenvalues(prepared.remainder)), num_moments)
    return SpectralDensity("exact", part, empty.atoms, empty.dimension, empty.interval, num_moments, confidence)


def _sketched_density(source: SpectralSketch, options: DensityOptions, num_moments: int | None) -> SpectralDensity:
    order = source.num_moments if num_moments is None else num_moments
    if not 1 <= order <= 2 * source.num_steps:
        raise SketchError(f"the sketch holds {2 * source.num_steps} moments, not {order}: make it with more")
    part = SKETCH_METHODS[options.method](source, order) if source.num_remaining else EmptyPart()
    return SpectralDensity(
        options.method, part, source.atoms, source.dimension, source.interval, order, options.confidence
    )
