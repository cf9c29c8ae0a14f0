"""Sketches of spectra by the one expensive pass: random probes, Lanczos recurrences, moments and files."""

from graphspec.sketches.cluster import Cluster, dask_cluster
from graphspec.sketches.deflation import without_eigenvalues
from graphspec.sketches.lanczos_pass import Excess, moment_half_width, sample
from graphspec.sketches.moments import (
    Moments,
    exact_remainder_moments,
    jacobi_chebyshev_moments,
    nonzero_moments,
    raw_order,
    remainder_moments,
    spectrum_moments,
    standard_error,
    t_quantile,
)
from graphspec.sketches.planning import PassPlan, estimated_seconds, plan_pass
from graphspec.sketches.precision import key_of_order
from graphspec.sketches.preparation import Prepared, as_operator, prepare
from graphspec.sketches.probes import rademacher_probes
from graphspec.sketches.rescaling import enclosed, with_interval
from graphspec.sketches.sampling import PROBES, Sampling
from graphspec.sketches.sketchfile import is_sketch, load_sketch, save_sketch
from graphspec.sketches.sketching import sampler_for, sketch
from graphspec.sketches.spectral_sketch import InputSummary, SpectralSketch, merge, summarize

__all__ = [
    "PROBES",
    "Cluster",
    "Excess",
    "InputSummary",
    "Moments",
    "PassPlan",
    "Prepared",
    "Sampling",
    "SpectralSketch",
    "as_operator",
    "dask_cluster",
    "enclosed",
    "estimated_seconds",
    "exact_remainder_moments",
    "is_sketch",
    "jacobi_chebyshev_moments",
    "key_of_order",
    "load_sketch",
    "merge",
    "moment_half_width",
    "nonzero_moments",
    "plan_pass",
    "prepare",
    "rademacher_probes",
    "raw_order",
    "remainder_moments",
    "sample",
    "sampler_for",
    "save_sketch",
    "sketch",
    "spectrum_moments",
    "standard_error",
    "summarize",
    "t_quantile",
    "with_interval",
    "without_eigenvalues",
]
