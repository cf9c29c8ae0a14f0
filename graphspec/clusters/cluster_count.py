"""Number of clusters of a graph: eigenvalues below its eigengap, estimated on a density and confirmed by a solver."""

from __future__ import annotations

from functools import partial
from typing import Any

from graphspec._typing import Vertices
from graphspec.clusters.confirmation import CONFIRM_LIMIT, confirm
from graphspec.clusters.counting import check_tolerance, eigenvalue_count
from graphspec.clusters.gaps import DEFAULT_SETTINGS, GapSettings, find_gaps, first_minimum, unresolved_gap
from graphspec.clusters.outcomes import ClusterCount, CountEstimate, Outcome
from graphspec.clusters.partitioning import group_vertices
from graphspec.densities.base import SpectralDensity
from graphspec.densities.methods import density, exact_density
from graphspec.errors import ParameterError
from graphspec.sketches.lanczos_pass import sample
from graphspec.sketches.preparation import prepare
from graphspec.sketches.sampling import Sampling
from graphspec.sketches.spectral_sketch import SpectralSketch

RULES = ("eigengap", "first-minimum", "threshold")


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
        A graph, or whatever :func:`graphspec.sketch` takes. A sketch holds no matrix, so that its count is not
        confirmed.
    method
        ``maxent``, ``lanczos``, ``kpm`` or ``exact``; see :func:`graphspec.density`.
    rule
        ``eigengap``: the widest significant gap of the spectrum; ``first-minimum``: the first minimum of the density,
        which is not stable and there for comparison; ``threshold``: the eigenvalues up to `threshold`.
    threshold
        Threshold of the rule of that name.
    confirm_limit
        Largest count that an eigensolver confirms; 0 for none.
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

    Examples
    --------
    >>> import networkx as nx
    >>> count = graphspec.count_clusters(nx.connected_caveman_graph(60, 6))
    >>> count.outcome.name, count.confirmation.count
    ('CONFIRMED', 60)
    """
    rules: dict[str, Any] = {"rule": rule, "threshold": threshold}
    check_rule(rule, threshold)
    if isinstance(source, SpectralSketch):
        if sketch_options or tolerance is not None:
            raise ParameterError("a sketch is made already: it takes neither options of sketch nor a tolerance")
        estimate = density(source, method, num_moments=num_moments, confidence=confidence)
        return count_on_density(estimate, source.operator, source.num_zeros, **rules)
    weighted = bool(sketch_options.pop("weighted", False))
    order = 100 if num_moments is None else num_moments
    sampling = Sampling.of(num_moments=order, confidence=confidence, tolerance=tolerance, **sketch_options)
    if tolerance is not None:
        check_tolerance(source, tolerance, method)
    prepared = prepare(source, sampling, weighted=weighted)
    if method == "exact":
        estimate = exact_density(prepared, order, confidence)
    else:
        excess = partial(cluster_excess, method=method, confidence=confidence, tolerance=tolerance or 1.0, **rules)
        estimate = density(sample(prepared, sampling, excess=excess), method, confidence=confidence)
    count = count_on_density(estimate, prepared.empty.operator, prepared.empty.num_zeros, **rules)
    operator = prepared.remainder.whole
    return confirm(count, operator, limit=confirm_limit, seed=sampling.seed, threads=sampling.threads)


def count_on_density(
    density: SpectralDensity,
    operator: str,
    num_components: int,
    *,
    rule: str = "eigengap",
    threshold: float | None = None,
    settings: GapSettings = DEFAULT_SETTINGS,
) -> ClusterCount:
    """Count clusters on a density alone, without a confirmation.

    Parameters
    ----------
    density
        The density.
    operator
        Name of the operator of the density.
    num_components
        Number of connected components, or of known zero eigenvalues of another operator: `num_zeros` of a sketch.
    rule, threshold
        See :func:`count_clusters`.
    settings
        Settings of the search for gaps.

    Raises
    ------
    ParameterError
        If a parameter is out of range, or the operator has no clusters at its low end.
    """
    check_rule(rule, threshold)
    if density.interval[0] < 0:
        raise ParameterError("clusters are at the low end of a Laplacian: choose another operator than adjacency")
    gaps = find_gaps(density, num_components, settings)
    if rule == "eigengap":
        unresolved = unresolved_gap(gaps, density, settings)
        count = ClusterCount(rule, Outcome.NO_GAP, density, num_components, gaps, unresolved=unresolved)
        return count.with_gap(gaps[0] if gaps and gaps[0].significant else None)
    outcome = Outcome.THRESHOLD
    if rule == "first-minimum":
        outcome, threshold = Outcome.FIRST_MINIMUM, first_minimum(density, settings)
        if threshold is None:
            return ClusterCount(rule, Outcome.NO_MINIMUM, density, num_components, gaps)
    low, high = density.interval
    if threshold is None or not low <= threshold <= high:
        raise ParameterError(f"the threshold {threshold} lies outside of the interval [{low:g}, {high:g}]", "threshold")
    below = eigenvalue_count(density, None, threshold)
    number = CountEstimate(below.count, below.count_low, below.count_high)
    return ClusterCount(rule, outcome, density, num_components, gaps, threshold=threshold, count=number)


def partition(count: ClusterCount) -> Vertices:
    """Return the cluster of every vertex, numbered from 0 in the order of their first vertices, shape (n,).

    By spectral clustering with the eigenvectors that confirmed the count; see
    :func:`graphspec.clusters.partitioning.group_vertices`.

    Parameters
    ----------
    count
        A count that was confirmed.

    Raises
    ------
    ParameterError
        If the count was not confirmed: there are no eigenvectors then.
    """
    if count.confirmation is None:
        raise ParameterError("a partition needs a confirmed count: without eigenvectors there is none")
    return group_vertices(count.confirmation.spectrum)


def cluster_excess(
    sketch: SpectralSketch,
    *,
    method: str,
    confidence: float,
    tolerance: float,
    rule: str = "eigengap",
    threshold: float | None = None,
    num_moments: int | None = None,
) -> float:
    """Return the ratio of the sampling interval of a count of clusters to a relative tolerance.

    Zero where there is no significant gap: more probes cannot show what the order does not resolve.
    """
    estimate = density(sketch, method, num_moments=num_moments, confidence=confidence)
    result = count_on_density(estimate, sketch.operator, sketch.num_zeros, rule=rule, threshold=threshold)
    if result.threshold is None or result.count is None:
        return 0.0
    half = estimate.t_quantile * float(estimate.count(result.threshold).sem)
    return half / (tolerance * max(1.0, result.count.value))


def check_rule(rule: str, threshold: float | None) -> None:
    """Check that a rule exists and has a threshold if and only if it needs one.

    Raises
    ------
    ParameterError
        If not.
    """
    if rule not in RULES:
        raise ParameterError(f"unknown rule {rule!r}: choose one of {', '.join(RULES)}", "rule")
    if (rule == "threshold") != (threshold is not None):
        raise ParameterError(
            f"the rule threshold and a threshold belong together: {rule} was given {threshold}", "threshold"
        )
