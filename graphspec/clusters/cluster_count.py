"""The number of clusters of a graph: the eigenvalues below its eigengap, estimated from a sketch and then confirmed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphspec.clusters.counting import check_tolerance, eigenvalue_count
from graphspec.clusters.eigensolver import LowSpectrum, low_spectrum
from graphspec.clusters.gaps import (
    FEWEST_RESOLUTIONS,
    SMALLEST_ANGLE,
    Gap,
    angle_between,
    find_gaps,
    first_minimum,
    is_wide,
)
from graphspec.clusters.partitioning import count_pockets, group_vertices
from graphspec.densities.base import SpectralDensity
from graphspec.densities.methods import density, exact_density
from graphspec.errors import NotConvergedError, ParameterError
from graphspec.operators.base import Operator
from graphspec.sketches.lanczos_pass import sample
from graphspec.sketches.preparation import prepare
from graphspec.sketches.sampling import Sampling
from graphspec.sketches.spectral_sketch import SpectralSketch

RULES = ("eigengap", "first-minimum", "threshold")

CONFIRM_LIMIT = 300
"""Largest count that is confirmed by default: the time of an eigensolver grows with its square."""


@dataclass(frozen=True)
class Confirmation:
    """What an eigensolver found of the low end of the spectrum.

    Attributes
    ----------
    count
        Number of eigenvalues below the gap, without those of pockets.
    gap_low, gap_high
        The eigenvalues at the ends of the gap: the lower one exact, the upper one from above, with a residual of a
        thousandth of it at most.
    method
        The solvers: ``filter``, ``dense``, or both, as ``filter+dense``.
    pockets
        Number of eigenvalues below the gap that belong to groups of a few vertices.
    """

    count: int
    gap_low: float
    gap_high: float
    method: str
    pockets: int = 0


@dataclass(frozen=True, eq=False)
class ClusterCount:
    """How many clusters a graph has, by one of the rules.

    Attributes
    ----------
    rule
        ``eigengap``, ``first-minimum`` or ``threshold``.
    count, count_low, count_high
        Expected number of eigenvalues below `threshold` and its interval; None without a significant gap.
    threshold
        The eigenvalue that separates what is counted from the rest, or None.
    gap_low, gap_high
        The ends of the gap that was estimated; None for the other rules and without a significant gap.
    significant
        Whether there is a significant gap; None for the other rules, which test nothing.
    candidates
        All gaps that were found, the one that counts first.
    confirmed
        What an eigensolver found, or None where there was nothing to confirm or it was not wanted.
    remarks
        What a reader should know beside the numbers, such as why there is no confirmation.
    num_components
        Number of connected components, the trivial clusters.
    density
        The density that was counted on.
    low
        The low end of the spectrum with its eigenvectors, where it was confirmed.
    """

    rule: str
    count: float | None = None
    count_low: float | None = None
    count_high: float | None = None
    threshold: float | None = None
    gap_low: float | None = None
    gap_high: float | None = None
    significant: bool | None = None
    candidates: tuple[Gap, ...] = ()
    confirmed: Confirmation | None = None
    remarks: tuple[str, ...] = ()
    num_components: int = 0
    density: SpectralDensity | None = None
    low: LowSpectrum | None = None


def count_clusters(
    source: SpectralSketch | Any,
    method: str = "maxent",
    *,
    rule: str = "eigengap",
    threshold: float | None = None,
    confirm_limit: int = CONFIRM_LIMIT,
    num_moments: int | None = None,
    confidence: float = 0.95,
    tolerance: float | None = None,
    **sketch_options: Any,
) -> ClusterCount:
    """Count the clusters of a graph.

    Parameters
    ----------
    source
        A graph, or whatever :func:`graphspec.sketch` takes. A sketch is taken too, but holds no matrix, so that
        nothing can be confirmed.
    method
        ``maxent``, ``lanczos``, ``kpm`` or ``exact``; see :func:`graphspec.density`.
    rule
        ``eigengap``: the widest significant gap of the spectrum; ``first-minimum``: the first minimum of the density,
        which is not stable and there for comparison; ``threshold``: the eigenvalues up to `threshold`.
    threshold
        For the rule of that name.
    confirm_limit
        An eigensolver confirms counts up to this one; 0 for none.
    num_moments
        Order of the density, by default what the sketch was made for, or 100.
    confidence
        Confidence level of the intervals.
    tolerance
        Add probes until the sampling interval reaches at most this share of the count to either side.
    **sketch_options
        Options of :func:`graphspec.sketch`.

    Raises
    ------
    ParameterError
        If an option is out of range, or the operator has no clusters at its low end.
    SketchError
        If a sketch cannot serve what is asked.
    """
    options: dict[str, Any] = {"rule": rule, "threshold": threshold}
    check_rule(rule, threshold)
    if isinstance(source, SpectralSketch):
        if sketch_options or tolerance is not None:
            raise ParameterError("a sketch is made already: it takes neither options of sketch nor a tolerance")
        spectrum = density(source, method, num_moments=num_moments, confidence=confidence)
        return clusters_of_density(spectrum, source.operator, source.num_zeros, **options)
    weighted = bool(sketch_options.pop("weighted", False))
    sampling = Sampling.of(
        num_moments=100 if num_moments is None else num_moments,
        confidence=confidence,
        tolerance=tolerance,
        **sketch_options,
    )
    if tolerance is not None:
        check_tolerance(source, tolerance, method)
    prepared = prepare(source, sampling, weighted=weighted)
    if method == "exact":
        empty, spectrum = prepared.empty, exact_density(prepared, sampling.num_moments, confidence)
    else:
        excess = partial(cluster_excess, method=method, confidence=confidence, tolerance=tolerance or 1.0, **options)
        empty = sample(prepared, sampling, excess=excess)
        spectrum = density(empty, method, confidence=confidence)
    found = clusters_of_density(spectrum, empty.operator, empty.num_zeros, **options)
    operator = prepared.remainder.whole
    return confirm(found, lambda: operator, limit=confirm_limit, seed=sampling.seed, threads=sampling.threads)


def clusters_of_density(
    spectrum: SpectralDensity,
    operator: str,
    num_components: int,
    *,
    rule: str = "eigengap",
    threshold: float | None = None,
) -> ClusterCount:
    """Count clusters on a density alone.

    Parameters
    ----------
    spectrum
        The density.
    operator
        Name of the operator that it is of.
    num_components
        Number of connected components, or of whatever else is known at the low end.
    rule, threshold
        See :func:`count_clusters`.
    """
    check_rule(rule, threshold)
    if operator == "adjacency":
        raise ParameterError("clusters are at the low end of a Laplacian: choose another operator than adjacency")
    gaps = find_gaps(spectrum, num_components)
    if rule == "eigengap":
        remarks = tuple(_what_more_moments_could_tell(gaps, spectrum))
        whole = ClusterCount(rule, candidates=gaps, num_components=num_components, remarks=remarks, density=spectrum)
        return _by_eigengap(whole)
    if rule == "first-minimum":
        threshold = first_minimum(spectrum)
        if threshold is None:
            return ClusterCount(rule, candidates=gaps, remarks=("the density has no minimum",), density=spectrum)
    low, high = spectrum.interval
    if threshold is None or not low <= threshold <= high:
        raise ParameterError(f"the threshold {threshold} lies outside of the interval [{low:g}, {high:g}]")
    found = eigenvalue_count(spectrum, None, threshold)
    return ClusterCount(
        rule,
        found.count,
        found.count_low,
        found.count_high,
        threshold,
        candidates=gaps,
        density=spectrum,
    )


def confirm(
    found: ClusterCount,
    operator: Callable[[], Operator],
    *,
    limit: int = CONFIRM_LIMIT,
    seed: int = 0,
    threads: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> ClusterCount:
    """Let an eigensolver confirm the gap, or find that it is one of pockets and try the next.

    Parameters
    ----------
    found
        What was counted on the density.
    operator
        Called for the operator where there is something to confirm.
    limit
        Largest count that is confirmed.
    seed
        Seed of the solver's random vectors.
    threads
        Number of threads of the products.
    progress
        Called now and then with the number of products of the matrix with one vector that were taken.
    """
    matrix: Operator | None = None
    while found.significant and limit > 0:
        gap = found.candidates[0]
        if gap.count > limit + 0.5:
            return _with_remark(found, f"not confirmed: the count is above the limit of {limit}")
        matrix = operator() if matrix is None else matrix
        ends = (gap.gap_low, gap.gap_high)
        try:
            low = low_spectrum(
                matrix, ends, int(np.ceil(gap.count_high)), seed=seed, threads=threads, progress=progress
            )
        except NotConvergedError as error:
            return _with_remark(found, f"not confirmed, the estimate stands: {error}")
        result = _confirmation(low, matrix)
        fault = _fault(found, result)
        if fault is None:
            remark = f"not counted: {result.pockets} eigenvalues of groups of a few vertices"
            found = found if result.pockets == 0 else _with_remark(found, remark)
            return replace(found, confirmed=result, low=low)
        others = (*found.candidates[1:], replace(gap, significant=False))
        found = _with_remark(found, f"the gap above {gap.gap_low:.4g} is none: {fault}")
        found = _by_eigengap(replace(found, candidates=others))
    return found


def partition(found: ClusterCount) -> NDArray[np.int64]:
    """Return the cluster of every vertex, numbered from 0 in the order of their first vertices, shape (n,).

    By spectral clustering with the eigenvectors that confirmed the count; see
    :func:`graphspec.clusters.partitioning.group_vertices`.

    Parameters
    ----------
    found
        A count that was confirmed.

    Raises
    ------
    ParameterError
        If the count was not confirmed: there are no eigenvectors then.
    """
    if found.low is None:
        raise ParameterError("a partition needs a confirmed count: without eigenvectors there is none")
    return group_vertices(found.low)


def cluster_excess(
    found: SpectralSketch,
    *,
    method: str,
    confidence: float,
    tolerance: float,
    rule: str = "eigengap",
    threshold: float | None = None,
    num_moments: int | None = None,
) -> float:
    """Return how many times wider than a relative tolerance allows the sampling interval of the count is.

    Zero where there is no significant gap: more probes cannot find what the resolution does not show.
    """
    spectrum = density(found, method, num_moments=num_moments, confidence=confidence)
    result = clusters_of_density(spectrum, found.operator, found.num_zeros, rule=rule, threshold=threshold)
    if result.threshold is None or result.count is None:
        return 0.0
    half = spectrum.t_quantile * float(spectrum.count(result.threshold).sem)
    return half / (tolerance * max(1.0, result.count))


def check_rule(rule: str, threshold: float | None) -> None:
    """Check that a rule exists and has a threshold if and only if it needs one.

    Raises
    ------
    ParameterError
        If not.
    """
    if rule not in RULES:
        raise ParameterError(f"unknown rule {rule!r}: choose one of {', '.join(RULES)}")
    if (rule == "threshold") != (threshold is not None):
        raise ParameterError(f"the rule threshold and a threshold belong together: {rule} was given {threshold}")


def _by_eigengap(found: ClusterCount) -> ClusterCount:
    """Take the first candidate for the answer if it is significant, and none otherwise."""
    gap = found.candidates[0] if found.candidates and found.candidates[0].significant else None
    if gap is None:
        nothing = dict.fromkeys(("count", "count_low", "count_high", "threshold", "gap_low", "gap_high"))
        return replace(found, significant=False, **nothing)  # type: ignore[arg-type]
    return replace(
        found,
        count=gap.count,
        count_low=gap.count_low,
        count_high=gap.count_high,
        threshold=gap.threshold,
        gap_low=gap.gap_low,
        gap_high=gap.gap_high,
        significant=True,
    )


def _what_more_moments_could_tell(gaps: tuple[Gap, ...], spectrum: SpectralDensity) -> Iterator[str]:
    """Name the first gap that is wide enough for clusters, where the order alone keeps it from being significant."""
    if any(gap.significant and not gap.trivial for gap in gaps):
        return
    for gap in gaps:
        angle = angle_between(spectrum, gap.gap_low, gap.gap_high)
        if not gap.trivial and SMALLEST_ANGLE <= angle < FEWEST_RESOLUTIONS * np.pi / spectrum.num_moments:
            wanted = int(np.ceil(FEWEST_RESOLUTIONS * np.pi / angle)) + 1
            yield f"at least {wanted} moments could tell whether the gap above {gap.count:,.0f} eigenvalues is one"
            return


def _confirmation(low: LowSpectrum, operator: Operator) -> Confirmation:
    aside = count_pockets(low)
    first, last = low.gap
    last = min(last, operator.interval[1])  # nothing may lie above
    return Confirmation(low.count - aside, first, last, low.method, aside)


def _fault(found: ClusterCount, result: Confirmation) -> str | None:
    """Return why a gap is none after all."""
    gap, spectrum = found.candidates[0], found.density
    assert spectrum is not None
    if result.count < 1:
        return "no eigenvalue lies below"
    if not gap.trivial and result.count <= found.num_components:
        if result.pockets == 0:
            return "nothing but the zero eigenvalues of the components lies below"
        return f"only {result.pockets} eigenvalues of groups of a few vertices lie below"
    if not is_wide(angle_between(spectrum, result.gap_low, result.gap_high), spectrum.num_moments):
        return f"it is only that between {result.gap_low:.4g} and {result.gap_high:.4g}"
    return None


def _with_remark(found: ClusterCount, remark: str) -> ClusterCount:
    return replace(found, remarks=(*found.remarks, remark))
