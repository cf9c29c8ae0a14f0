"""Spectral densities from a sketch by four methods behind one type.

:mod:`base` is that type with its intervals, :mod:`parts` what a method gives it; :mod:`maxent` (with :mod:`newton`,
:mod:`dual` and :mod:`chebyshev_nodes`), :mod:`lanczos`, :mod:`kpm` and :mod:`exact` are the methods, :mod:`matched`
(with :mod:`rules`) and :mod:`bounded` their truncation errors; :mod:`methods` maps their names to them.
"""

from graphspec.densities.base import Estimate, SpectralDensity
from graphspec.densities.maxent import MaxEntSolution, interpolated_density, mass_effects, solve
from graphspec.densities.methods import METHODS, SKETCH_METHODS, density, exact_density

__all__ = [
    "METHODS",
    "SKETCH_METHODS",
    "Estimate",
    "MaxEntSolution",
    "SpectralDensity",
    "density",
    "exact_density",
    "interpolated_density",
    "mass_effects",
    "solve",
]
