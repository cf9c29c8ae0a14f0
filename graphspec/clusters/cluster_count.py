"""Number of clusters of a graph: eigenvalues below its eigengap, estimated on a density and confirmed by a solver."""

from __future__ import annotations

from graphspec.clusters.counting import eigenvalue_count
from graphspec.clusters.gaps import (
    DEFAULT_SETTINGS,
    UNKNOWN,
    GapSettings,
    GraphShape,
    find_gaps,
    first_minimum,
    unresolved_gap,
)
from graphspec.clusters.outcomes import ClusterCount, CountEstimate, Outcome
from graphspec.densities import SpectralDensity, density
from graphspec.errors import ParameterError
from graphspec.operators import is_laplacian
from graphspec.sketches import SpectralSketch

RULES = ("eigengap", "first-minimum", "threshold")


def count_on_density(
    density: SpectralDensity,
    operator: str,
    num_components: int,
    *,
    rule: str = "eigengap",
    threshold: float | None = None,
    settings: GapSettings = DEFAULT_SETTINGS,
    shape: GraphShape = UNKNOWN,
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
    shape
        What is known of the graph, by which gaps are told from those of clusters.

    Raises
    ------
    ParameterError
        If a parameter is out of range, or the operator has no clusters at its low end.
    """
    check_rule(rule, threshold)
    if not is_laplacian(operator):
        raise ParameterError(f"clusters are at the low end of a Laplacian: choose another operator than {operator}")
    gaps = find_gaps(density, num_components, settings, operator=operator, shape=shape)
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

    Zero where there is no significant gap: more probes cannot show what the order does not resolve, nor make clusters
    of what lies below a gap that is excluded by the shape of the graph.
    """
    estimate = density(sketch, method, num_moments=num_moments, confidence=confidence)
    shape = GraphShape.of(sketch.source)
    result = count_on_density(estimate, sketch.operator, sketch.num_zeros, rule=rule, threshold=threshold, shape=shape)
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
