"""Spectral densities from a sketch by four methods behind one type.

:mod:`base` holds that type and its intervals; :mod:`maxent`, :mod:`lanczos`, :mod:`kpm` and :mod:`exact` the continuous
parts, :mod:`bounded` one within the bounds of another; :mod:`methods` chooses.
"""

from graphspec.densities.base import Estimate, SpectralDensity
from graphspec.densities.maxent import MaxEntSolution, interpolated_density, mass_effects, solve
from graphspec.densities.methods import METHODS, density, exact_density

__all__ = [
    "METHODS",
    "Estimate",
    "MaxEntSolution",
    "SpectralDensity",
    "density",
    "exact_density",
    "interpolated_density",
    "mass_effects",
    "solve",
]
