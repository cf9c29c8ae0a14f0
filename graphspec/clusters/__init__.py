"""Number of eigenvalues in an interval, number of clusters, and partitions.

:mod:`counting` counts, :mod:`cluster_count` finds clusters by the :mod:`gaps` of a density, and :mod:`confirmation`
checks them by the :mod:`eigensolver`, which filters subspaces (:mod:`subspace`) or asks ARPACK (:mod:`arpack`);
:mod:`outcomes` holds the results, and :mod:`partitioning` groups vertices by the eigenvectors. :mod:`lowest` finds
eigenpairs by their number. :mod:`detectable` counts communities that need no gap of the Laplacian,
:mod:`detectable_confirmation` checks them by the same solver, :mod:`detectable_edge` tells them from the bulk and from
scales, :mod:`last_community` says whether the last may be chance, and :mod:`detectable_outcome` holds the results.
:mod:`level_search` finds groups of communities among the eigenvalues, :mod:`nesting` makes them of the partition, and
:mod:`levels` holds them.
"""

from graphspec.clusters.cluster_count import RULES, cluster_excess, count_on_density
from graphspec.clusters.confirmation import CONFIRM_LIMIT, confirm
from graphspec.clusters.counting import EigenvalueCount, count_excess, eigenvalue_count
from graphspec.clusters.detectable import ANGLE_UNIT, components_below, count_below, detectable_on_density
from graphspec.clusters.detectable_confirmation import confirm_detectable
from graphspec.clusters.detectable_outcome import CountAtRadius, DetectableConfirmation, DetectableCount, Kind
from graphspec.clusters.eigensolver import LowPart, LowSpectrum
from graphspec.clusters.gaps import Gap, GraphShape
from graphspec.clusters.level_search import confirm_levels, find_levels
from graphspec.clusters.levels import Level
from graphspec.clusters.lowest import lowest_spectrum
from graphspec.clusters.outcomes import ClusterCount, Outcome
from graphspec.clusters.partitioning import PartitionSettings, group_vertices

__all__ = [
    "ANGLE_UNIT",
    "CONFIRM_LIMIT",
    "RULES",
    "ClusterCount",
    "CountAtRadius",
    "DetectableConfirmation",
    "DetectableCount",
    "EigenvalueCount",
    "Gap",
    "GraphShape",
    "Kind",
    "Level",
    "LowPart",
    "LowSpectrum",
    "Outcome",
    "PartitionSettings",
    "cluster_excess",
    "components_below",
    "confirm",
    "confirm_detectable",
    "confirm_levels",
    "count_below",
    "count_excess",
    "count_on_density",
    "detectable_on_density",
    "eigenvalue_count",
    "find_levels",
    "group_vertices",
    "lowest_spectrum",
]
