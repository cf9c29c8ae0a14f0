"""Spectral densities from a sketch by four methods behind one type."""

from __future__ import annotations

from typing import Any

import numpy as np

from graphspec.densities.base import SpectralDensity
from graphspec.densities.bounded import BoundedPart
from graphspec.densities.exact import ExactPart
from graphspec.densities.kpm import KpmPart
from graphspec.densities.lanczos import LanczosPart
from graphspec.densities.maxent import MaxEntPart
from graphspec.densities.parts import ContinuousPart, EmptyPart
from graphspec.errors import ParameterError, SketchError
from graphspec.exact import dense_eigenvalues
from graphspec.sketches import Prepared, Sampling, SpectralSketch, prepare, remainder_moments, sketch

METHODS = ("maxent", "lanczos", "kpm", "exact")

PREPARATIONS = ("operator", "component", "weighted", "structure")
"""Options of :func:`graphspec.sketch` that matter without probes too."""

EXACT_LIMIT = 10_000
"""Largest number of eigenvalues that are computed densely on request: a minute or two, and 800 MB."""


def density(
    source: SpectralSketch | Any,
    method: str = "maxent",
    *,
    num_moments: int | None = None,
    confidence: float = 0.95,
    **sketch_options: Any,
) -> SpectralDensity:
    """Return the spectral density of a sketch, or of whatever :func:`graphspec.sketch` takes.

    Parameters
    ----------
    source
        A sketch; anything else is sketched first, with `sketch_options`. ``exact`` needs the graph or operator itself.
    method
        ``maxent``: the density of largest entropy with the moments of the sketch; ``lanczos``: the probes' Gauss
        rules; ``kpm``: the Jackson-damped Chebyshev series; ``exact``: dense eigenvalues.
    num_moments
        Order of the estimate, by default what the sketch was made for. Lanczos uses half as many steps.
    confidence
        Confidence level of the intervals, between 0 and 1.
    **sketch_options
        Options of :func:`graphspec.sketch`.

    Raises
    ------
    ParameterError
        If the method is unknown, the confidence is out of range, or a graph is too large for dense eigenvalues.
    SketchError
        If the sketch holds too few moments, or `exact` is asked of a sketch.
    """
    if method not in METHODS:
        raise ParameterError(f"unknown method {method!r}: choose one of {', '.join(METHODS)}")
    if not 0 < confidence < 1:
        raise ParameterError(f"the confidence level must lie between 0 and 1, not {confidence}")
    if isinstance(source, SpectralSketch):
        if sketch_options:
            raise ParameterError(f"a sketch is made already: it takes no {', '.join(sketch_options)}")
        if method == "exact":
            raise SketchError(f"{source.source.name}: a sketch holds no matrix, so method exact needs the graph itself")
        found = source
    elif method == "exact":
        weighted = bool(sketch_options.pop("weighted", False))
        order = 100 if num_moments is None else num_moments
        prepared = prepare(source, Sampling.of(num_moments=order, **sketch_options), weighted=weighted)
        return exact_density(prepared, order, confidence)
    else:
        if num_moments is not None:
            sketch_options["num_moments"] = num_moments
        found = sketch(source, confidence=confidence, **sketch_options)
    order = found.num_moments if num_moments is None else num_moments
    if not 1 <= order <= 2 * found.num_steps:
        raise SketchError(f"the sketch holds {2 * found.num_steps} moments, not {order}: make it with more")
    part = _part(found, method, order)
    return SpectralDensity(method, part, found.atoms, found.dimension, found.interval, order, confidence)


def exact_density(prepared: Prepared, num_moments: int = 100, confidence: float = 0.95) -> SpectralDensity:
    """Return the density from dense eigenvalues; the order only sets the resolution of the drawing.

    Raises
    ------
    ParameterError
        If there are more than `EXACT_LIMIT` eigenvalues.
    """
    operator, empty = prepared.remainder.operator, prepared.empty
    if operator.num_rows > EXACT_LIMIT:
        size = f"{empty.source.name}: {operator.num_rows} eigenvalues"
        raise ParameterError(f"{size} are too many for method exact (at most {EXACT_LIMIT}): use maxent")
    part: ContinuousPart = EmptyPart()
    if empty.num_remaining:
        part = ExactPart(empty.to_unit(dense_eigenvalues(prepared.remainder)), num_moments)
    return SpectralDensity("exact", part, empty.atoms, empty.dimension, empty.interval, num_moments, confidence)


def _part(found: SpectralSketch, method: str, order: int) -> ContinuousPart:
    if found.num_remaining == 0:
        return EmptyPart()
    if method == "lanczos":
        steps = -(-order // 2)
        return LanczosPart(found.alpha[:, :steps], found.beta[:, :steps], found.norm2)
    moments = remainder_moments(found, order)
    if not np.isfinite(moments.values).all():
        raise SketchError(f"{found.source.name}: all probes vanish on what is not known exactly: use more probes")
    part: ContinuousPart = MaxEntPart(moments) if method == "maxent" else KpmPart(moments)
    if not found.exact:
        return part
    steps = -(-order // 2)
    rule = LanczosPart(found.alpha[:, :steps], found.beta[:, :steps], found.norm2)
    return BoundedPart(part, rule, complete=bool((found.beta[:, :steps] == 0).any()))
